import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod/mini';
import { RecentlyUsed } from '../../shared/domain/recently-used';
import { type HubFunction, hubRoleName, type MemberRole } from '../contracts/hub-roles';
import { memberName } from '../contracts/member-names';
import { MemberRefusedError, refusedBy } from '../domain/refusal';
import {
  type KeysSession,
  keysSessionPolicy,
  sessionPolicy,
  type WriteSession,
} from '../domain/session-policy';

/** A session's keys, as clients of the SDK take them. */
export interface MemberCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiration: Date;
}

export interface MemberSessionsProps {
  readonly sts: STSClient;
  readonly partition: string;
  readonly hubName: string;
  readonly hubFunction: HubFunction;
  readonly now: () => Date;
}

/** The most that AWS gives a role that takes on another. */
const SESSION_SECONDS = 3_600;

/** A session that ends during what it was taken for would end it half way. */
const SPARE_SECONDS = 5 * 60;

/** A session as young as that is not refused for its age. */
const YOUNG_MILLISECONDS = 60_000;

/** Accounts whose sessions are kept. */
const MOST_SESSIONS = 500;

/** After "does not let the hub". */
const ROLE_IS_FOR: Readonly<Record<MemberRole, string>> = {
  readRole: 'in',
  revokeRole: 'revoke rules',
  addRole: 'add or restore rules',
  keysRole: 'change access keys',
};

/** For the writes of one event, in one group. */
const WRITE_SECONDS = 900;

interface KeptSession {
  readonly session: Promise<MemberCredentials>;
  readonly takenAt: Date;
}

const credentialsSchema = z.object({
  AccessKeyId: z.string(),
  SecretAccessKey: z.string(),
  SessionToken: z.string(),
  Expiration: z.date(),
});

/**
 * The sessions of one function in members, all of its name. One for reading is shared by all that
 * it does in an account; one for writing is narrowed to a group, and shows as its source identity
 * which event or request it is for.
 */
export class MemberSessions {
  private readonly sessions = new RecentlyUsed<KeptSession>(MOST_SESSIONS);

  private readonly name: string;

  constructor(private readonly props: MemberSessionsProps) {
    this.name = hubRoleName(props.hubName, props.hubFunction);
  }

  /** Throws a MemberRefusedError where the member does not let the hub in. */
  public async read(accountId: string): Promise<MemberCredentials> {
    const known = await this.lasting(accountId);
    if (known) return known;
    const session = this.assume(accountId, 'readRole', this.name, {
      DurationSeconds: SESSION_SECONDS,
    });
    this.sessions.set(accountId, { session, takenAt: this.props.now() });
    try {
      return await session;
    } catch (error) {
      this.sessions.delete(accountId);
      throw error;
    }
  }

  /**
   * After a refusal. AWS refuses a session whose role was made again since it was taken, as where
   * an account moves between StackSets. Whether a new one may do better.
   */
  public forgetRead(accountId: string): boolean {
    const kept = this.sessions.get(accountId);
    if (!kept) return true;
    const age = this.props.now().getTime() - kept.takenAt.getTime();
    if (age < YOUNG_MILLISECONDS) return false;
    this.sessions.delete(accountId);
    return true;
  }

  /** Reads, and once more in a new session where one that was kept is refused. */
  public async reading<Answer>(accountId: string, read: () => Promise<Answer>): Promise<Answer> {
    const hadSession = this.sessions.get(accountId) !== undefined;
    try {
      return await read();
    } catch (error) {
      if (!hadSession || !isRefusal(error) || !this.forgetRead(accountId)) throw error;
      return read();
    }
  }

  /** Throws a MemberRefusedError where the member does not let the hub in. */
  public async write(write: WriteSession, reason: string): Promise<MemberCredentials> {
    const role = write.write === 'revoke' ? 'revokeRole' : 'addRole';
    return this.assume(write.place.accountId, role, reason, {
      DurationSeconds: WRITE_SECONDS,
      Policy: sessionPolicy(write),
    });
  }

  /** For the keys of one user. Throws a MemberRefusedError where the member does not let it. */
  public async keys(session: KeysSession, reason: string): Promise<MemberCredentials> {
    return this.assume(session.accountId, 'keysRole', reason, {
      DurationSeconds: WRITE_SECONDS,
      Policy: keysSessionPolicy(session),
    });
  }

  private async lasting(accountId: string): Promise<MemberCredentials | undefined> {
    const credentials = await this.sessions.get(accountId)?.session;
    if (!credentials) return undefined;
    const left = credentials.expiration.getTime() - this.props.now().getTime();
    return left < SPARE_SECONDS * 1_000 ? undefined : credentials;
  }

  private async assume(
    accountId: string,
    role: MemberRole,
    reason: string,
    limits: { readonly DurationSeconds: number; readonly Policy?: string },
  ): Promise<MemberCredentials> {
    const { sts, partition, hubName } = this.props;
    try {
      const { Credentials } = await sts.send(
        new AssumeRoleCommand({
          RoleArn: `arn:${partition}:iam::${accountId}:role/${memberName(hubName, role)}`,
          RoleSessionName: this.name,
          SourceIdentity: sourceIdentity(reason),
          ...limits,
        }),
      );
      const credentials = credentialsSchema.parse(Credentials);
      return {
        accessKeyId: credentials.AccessKeyId,
        secretAccessKey: credentials.SecretAccessKey,
        sessionToken: credentials.SessionToken,
        expiration: credentials.Expiration,
      };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const by = refusedBy(error);
      throw by
        ? new MemberRefusedError(accountId, by, ROLE_IS_FOR[role], error.message, { cause: error })
        : error;
    }
  }
}

function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    error instanceof MemberRefusedError || refusedBy(error) !== undefined || isRefusal(error.cause)
  );
}

/** AWS takes 2 to 64 letters, digits and some signs. */
function sourceIdentity(reason: string): string {
  return reason
    .replace(/[^\w+=,.@-]/g, '-')
    .slice(0, 64)
    .padEnd(2, '-');
}
