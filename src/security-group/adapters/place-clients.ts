import { CloudTrailClient } from '@aws-sdk/client-cloudtrail';
import { EC2Client } from '@aws-sdk/client-ec2';
import { CloudTrailEventHistory, HISTORY_CLIENT_SETTINGS } from './cloudtrail-event-history';
import { Ec2SecurityGroups } from './ec2-security-groups';
import type { SharedConnections } from './shared-connections';
import type {
  MemberCredentials,
  MemberSessions,
} from '../../organization/adapters/member-sessions';
import { isEnough, type MemberRights } from '../../organization/domain/gaps/place-state';
import type { Place } from '../../organization/domain/place';
import { MemberRefusedError, refusedBy } from '../../organization/domain/refusal';
import type { GroupWrite, WriteSession } from '../../organization/domain/session-policy';

export interface PlaceClientsProps {
  readonly sessions: MemberSessions;
  readonly partition: string;
  /** So long each look-up of the history may take, the wait for its turn included. */
  readonly patienceSeconds: number;
  /** The member's rights there, as far as coverage has seen them. Default: no one has. */
  rightsIn?(place: Place): Promise<MemberRights | undefined>;
}

export interface PlaceClientsHooks {
  readonly connections: SharedConnections;
  /** The session of these clients is refused: they are of no use any more. */
  readonly onReadRefused?: OnRefused;
}

type OnRefused = () => void;

const RIGHTS_FOR: Readonly<Record<GroupWrite, MemberRights>> = { revoke: 'REVOKE', add: 'FULL' };

/** What reaches one place in a member, for as long as the function lives. */
export class PlaceClients {
  readonly reader: EC2Client;

  readonly groups: Ec2SecurityGroups;

  readonly history: CloudTrailEventHistory;

  private readonly settings: ReturnType<SharedConnections['settings']> & { region: string };

  constructor(
    private readonly place: Place,
    private readonly props: PlaceClientsProps,
    { connections, onReadRefused }: PlaceClientsHooks,
  ) {
    const { accountId, region } = place;
    this.settings = { ...connections.settings(), region };
    const credentials = async () => props.sessions.read(accountId);
    this.reader = this.ec2With(credentials, onReadRefused);
    this.groups = new Ec2SecurityGroups(this.reader, accountId);
    const { maxAttempts, retryMode } = HISTORY_CLIENT_SETTINGS;
    const cloudTrail = new CloudTrailClient({
      ...this.settings,
      credentials,
      maxAttempts,
      retryMode,
    });
    cloudTrail.middlewareStack.add(
      namingRefusals('look up events', place, onReadRefused),
      REFUSALS,
    );
    this.history = new CloudTrailEventHistory(cloudTrail, props.patienceSeconds, place);
  }

  /** In a session for that group alone, which is taken at the first call. */
  writer(write: Pick<WriteSession, 'groupId' | 'write'>, reason: string): EC2Client {
    const { partition } = this.props;
    let session: Promise<MemberCredentials> | undefined;
    return this.ec2With(async () => {
      session ??= this.writeSession({ ...write, place: this.place, partition }, reason);
      return session;
    });
  }

  private async writeSession(write: WriteSession, reason: string): Promise<MemberCredentials> {
    try {
      return await this.props.sessions.write(write, reason);
    } catch (error) {
      if (!(error instanceof MemberRefusedError) || error.by !== 'role') throw error;
      const rights = await this.props.rightsIn?.(this.place).catch(() => undefined);
      throw rights && !isEnough(rights, RIGHTS_FOR[write.write])
        ? error.because(`its Rights are ${rights}`)
        : error;
    }
  }

  private ec2With(credentials: () => Promise<MemberCredentials>, onRefused?: OnRefused): EC2Client {
    const client = new EC2Client({ ...this.settings, credentials });
    client.middlewareStack.add(namingRefusals('call EC2', this.place, onRefused), REFUSALS);
    return client;
  }
}

/** Outside of all that tries again. */
const REFUSALS = { step: 'initialize', name: 'namingRefusals' } as const;

/** AWS's errors by which a member refuses a call are told from those that may be over soon. */
function namingRefusals(what: string, { accountId, region }: Place, onRefused?: OnRefused) {
  return <Input, Output>(next: (input: Input) => Promise<Output>) =>
    async (input: Input): Promise<Output> => {
      try {
        return await next(input);
      } catch (error) {
        if (!(error instanceof Error) || error instanceof MemberRefusedError) throw error;
        const by = refusedBy(error);
        if (!by) throw error;
        onRefused?.();
        const { message } = error;
        throw new MemberRefusedError(accountId, by, `${what} in ${region}`, message, {
          cause: error,
        });
      }
    };
}
