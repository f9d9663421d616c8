import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { ChangeSource } from './change-source';
import type { MemberAccounts } from './member-accounts';
import type { MemberRegions } from './member-regions';
import type { CompanySettings } from '../../shared/constructs/company-settings';

/** Properties of a SentryHub. */
export interface SentryHubProps extends CompanySettings {
  /** The accounts to watch. Throws if they are an organization's and there is no id of it. */
  readonly accounts: MemberAccounts;

  /**
   * Id of the organization that hub and members are in, such as o-abc1234567. Throws if it is
   * malformed. Members then trust the hub only within the organization, and its bus takes events of
   * every account of it.
   *
   * @default - members are named one by one
   */
  readonly organizationId?: string;

  /**
   * The Regions to watch.
   *
   * @default MemberRegions.allEnabled()
   */
  readonly regions?: MemberRegions;

  /**
   * The ways by which the hub learns of changes, each at most once. An event that comes by several
   * counts once, and each that falls silent is named by itself. Throws if there are none.
   *
   * @default [ChangeSource.forwardedEvents()]
   */
  readonly sources?: ChangeSource[];

  /**
   * The name that the bus bears, and with which the names of all roles begin, here and in members:
   * 2 to 32 lower-case letters, digits and hyphens, known at synth, or this throws. Two hubs of one
   * organization have different names. A hub that gets another name has other members: deploy them
   * first.
   *
   * @default "cdk-sentries"
   */
  readonly name?: string;

  /**
   * A sentence for each account that needs one, such as "holds the payment systems": it is shown
   * wherever the account is named. By account id. Throws if an id is malformed, if the hub does not
   * watch the account, and if a text is empty or has more than 200 characters.
   *
   * @default - none
   */
  readonly accountWarnings?: Record<string, string>;

  /**
   * How many events of members are judged side by side at the most: a whole number from 2 to 1,000,
   * or this throws. It comes out of the concurrency of functions in the hub's account.
   *
   * @default 100
   */
  readonly maxConcurrency?: number;

  /**
   * Where the hub reports tampering with its members, and its alarms go: a standard topic of
   * the same Region, or this throws. It may be another account's, given by its ARN. If it is
   * encrypted, it must be with a key of your own, or this throws: no alarm can publish under the
   * key that AWS manages. The policies of a topic and a key of the app are extended; for those that
   * are imported, a warning says what they have to hold.
   *
   * @default - a topic of the hub's own, encrypted with the key of its stack
   */
  readonly notificationTopic?: sns.ITopic;

  /**
   * Names of alarms to do without, such as `LakeLagAlarm`: the runbook says what each tells. Throws
   * for a name that no alarm of the hub has.
   *
   * @default - none
   */
  readonly excludedAlarms?: string[];

  /**
   * Whether the hub tells when someone tampers with what it has in members: their rules and roles.
   *
   * Without it, someone who takes a member out of the hub's sight is noticed by coverage alone, up
   * to three hours later, and no one hears who it was.
   *
   * @default true
   */
  readonly tamperRules?: boolean;

  /**
   * Who may redrive dead letters: roles and users.
   *
   * @default - no one
   */
  readonly operators?: iam.IPrincipal[];
}
