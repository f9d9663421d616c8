import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { IAM_CLIENT_SETTINGS, IamAccessKeys } from './iam-access-keys';
import type {
  MemberCredentials,
  MemberSessions,
} from '../../organization/adapters/member-sessions';
import type { HubVariable } from '../../organization/contracts/hub-variable';
import { memberName } from '../../organization/contracts/member-names';
import { MEMBER_TAGS } from '../../organization/contracts/member-template-version';
import type { Refusal } from '../../organization/domain/gaps/look-at-member';
import { MemberRefusedError, refusedBy } from '../../organization/domain/refusal';
import type { Clock } from '../../shared/domain/clock';
import type { ChangeAnswer, KeyChanger } from '../domain/ports';
import type { AccessKeySource } from '../domain/survey';

const ENOUGH_RIGHTS = 'FULL';

/** Of which people see in the trail of a member what it was for. */
export interface MemberVisit {
  readonly accountId: string;
  /** Id of the run or the request. */
  readonly reason: string;
}

export interface MemberKeysProps {
  readonly sessions: MemberSessions;
  readonly hub: Pick<HubVariable, 'name' | 'partition'>;
  readonly clock: Clock;
}

/** The keys of one member: looked at with its read role, and changed with its keys role. */
export class MemberKeys implements KeyChanger {
  private readonly writers = new Map<string, Promise<MemberCredentials>>();

  constructor(
    private readonly props: MemberKeysProps,
    private readonly visit: MemberVisit,
  ) {}

  /** Throws a MemberRefusedError where the member does not let the hub in. */
  async source(): Promise<AccessKeySource> {
    return new IamAccessKeys(await this.reader(), this.props.clock);
  }

  /** Why no key may be changed there; undefined where the member allows it. */
  async barredBy(): Promise<string | undefined> {
    const rights = await this.rights();
    if (rights === ENOUGH_RIGHTS) return undefined;
    return `RIGHTS_TOO_LOW: The member allows ${rights}, and keys are changed with ${ENOUGH_RIGHTS} alone.`;
  }

  async deactivate(userName: string, keyId: string): Promise<ChangeAnswer> {
    return this.change(userName, async (keys) => keys.deactivate(userName, keyId));
  }

  async delete(userName: string, keyId: string): Promise<ChangeAnswer> {
    return this.change(userName, async (keys) => keys.delete(userName, keyId));
  }

  /** What the read role says of itself; rights that no one can read are none. */
  private async rights(): Promise<string> {
    const RoleName = memberName(this.props.hub.name, 'readRole');
    const { Role } = await (await this.reader()).send(new GetRoleCommand({ RoleName }));
    return Role?.Tags?.find(({ Key }) => Key === MEMBER_TAGS.rights)?.Value ?? 'OBSERVE';
  }

  private async change(
    userName: string,
    call: (keys: IamAccessKeys) => Promise<ChangeAnswer>,
  ): Promise<ChangeAnswer> {
    try {
      const credentials = await this.writer(userName);
      const client = new IAMClient({ ...IAM_CLIENT_SETTINGS, credentials });
      return await call(new IamAccessKeys(client, this.props.clock));
    } catch (error) {
      if (!(error instanceof MemberRefusedError)) throw error;
      return { kind: 'refused', reason: error.message };
    }
  }

  private async reader(): Promise<IAMClient> {
    const credentials = await this.props.sessions.read(this.visit.accountId);
    return new IAMClient({ ...IAM_CLIENT_SETTINGS, credentials });
  }

  /** One for all keys of a user. */
  private async writer(userName: string): Promise<MemberCredentials> {
    const { sessions, hub } = this.props;
    const { accountId, reason } = this.visit;
    const known =
      this.writers.get(userName) ??
      sessions.keys({ partition: hub.partition, accountId, userName }, reason);
    this.writers.set(userName, known);
    return known;
  }
}

/** A member that does not let the hub look answers so; all else may be over at the next try. */
export async function orRefusal<Answer>(look: () => Promise<Answer>): Promise<Answer | Refusal> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error instanceof MemberRefusedError) return { refusedBy: error.by, reason: error.message };
    const cause = error.cause instanceof Error ? error.cause : error;
    const by = refusedBy(cause);
    if (!by) throw error;
    return { refusedBy: by, reason: error.message };
  }
}
