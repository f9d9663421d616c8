import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { GuardedQueue } from '../../../shared/constructs/guarded-queue';
import type { SourceKind } from '../../domain/sources';
import type { CoverageTable } from '../coverage-table';

/** What the reader of a source gets from its hub. */
export interface SourceHost {
  readonly hub: Construct;
  readonly hubName: string;
  readonly bus: events.IEventBus;
  readonly topic: sns.ITopic;
  readonly operators: readonly iam.IPrincipal[];
  /** Takes the records. */
  readonly intake: GuardedQueue;
  /** Holds what EventBridge could not hand over. */
  readonly undelivered: GuardedQueue;
  readonly coverage: CoverageTable;
}

/** A source within a hub. */
export interface SourceReader {
  readonly alarms: readonly cloudwatch.Alarm[];
  /** What another account has to add, where one has to. Throws for what is not known at synth. */
  renderLogArchivePart?(): string;
}

/** A source as a user names it: the same for each kind, and all that one more has to bring. */
export interface SourceDefinition {
  readonly kind: SourceKind;
  /** Undefined where the members send the records themselves. */
  bind?(host: SourceHost): SourceReader;
}
