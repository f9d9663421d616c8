import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { ChangeQueue } from './change-queue';
import type { SentryHub } from '../../../organization/constructs/sentry-hub';
import type { MonitoredGroups } from '../../domain/groups/monitored-groups';
import type { Policy } from '../../domain/policies/policy';
import type { LedgerTable } from '../ledger-table';
import type { SentryParameters } from '../sentry-parameters';

/** The parts that the functions of a sentry work with. */
export interface SentryParts {
  readonly monitoredGroups: MonitoredGroups;
  readonly policies: readonly Policy[];
  readonly parameters: SentryParameters;
  readonly ledger: LedgerTable;
  readonly changes: ChangeQueue;
  readonly topic: sns.ITopic;
  /** They may redrive dead letters. */
  readonly operators: readonly iam.IPrincipal[];
  /** Through which the sentry watches members, if it has one. */
  readonly hub: SentryHub | undefined;
}
