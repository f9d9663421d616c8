import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Actor } from './actor';
import type { MonitoredGroups } from './monitored-groups';
import type { SecurityGroupSentry } from './security-group-sentry';
import type { SecurityGroupPolicy } from './security-group-sentry-props';
import type { CompanySettings } from '../../shared/constructs/company-settings';

/**
 * Properties of a SecurityGroupRehearsal.
 *
 * Each company setting that is not given here is that of the `sentry`, where there is one. Some go
 * together: with a `vpc` of its own, neither subnets nor security groups of the sentry are taken
 * over, and with an `encryptionKey` or a `logEncryptionKey`, none of its keys. A security group
 * that the sentry makes for its functions is that of the rehearsal's function too.
 */
export interface SecurityGroupRehearsalProps extends CompanySettings {
  /**
   * The sentry whose groups, policies and trusted actors are rehearsed, whatever its mode; the
   * props below take the place of single ones. Its own calls are left out. It has to be in the same
   * account and Region, or this throws. Of a sentry with a hub, this one place is rehearsed, not
   * the members.
   *
   * @default - there is no sentry yet: `monitoredGroups` and `policies` say what is rehearsed, or
   * this throws
   */
  readonly sentry?: SecurityGroupSentry;

  /**
   * The groups whose changes are rehearsed. Throws for groups that are known to be in another
   * account or Region.
   *
   * @default - those of the sentry
   */
  readonly monitoredGroups?: MonitoredGroups;

  /**
   * The policies to try. They need not be deployed anywhere, and no one is asked: where a response
   * asks people, the report says so. Throws if the list is empty, and for policies that are for
   * units of a hub.
   *
   * @default - those of the sentry
   */
  readonly policies?: SecurityGroupPolicy[];

  /**
   * Whose changes a locked group would accept. Throws for what the sentry's own prop throws for,
   * such as actors where no policy is locked and no tag decides anything.
   *
   * @default - those of the sentry; no one without a sentry
   */
  readonly trustedActors?: Actor[];

  /**
   * Where each report is sent: a standard topic of the same Region, or this throws.
   *
   * @default - that of the sentry; without one, a topic of the rehearsal's own, encrypted with the
   * key of its stack
   */
  readonly notificationTopic?: sns.ITopic;
}
