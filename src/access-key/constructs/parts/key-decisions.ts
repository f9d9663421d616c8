import { Stack } from 'aws-cdk-lib';
import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { KeyApprovals } from './key-approvals';
import type { KeyConfiguration } from './key-configuration';
import type { KeyMembers } from './key-members';
import type { KeyRecords } from './key-records';
import { BundledFunction } from '../../../shared/constructs/bundled-function';
import { NotifyingAlarm } from '../../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../../shared/constructs/own-metric';
import { grantPublish } from '../../../shared/constructs/publish-right';
import { takeOneByOne } from '../../../shared/constructs/work-queue';
import { CARRY_OUT_KEY_DECISION } from '../../contracts/carry-out-key-decision.environment';
import { ACCESS_KEY_METRICS } from '../../contracts/key-metrics';
import {
  acknowledgeKeyLook,
  announceStatement,
  keyLookStatements,
  type LookedAtUsers,
  retireStatement,
} from '../key-sentry-rights';

/**
 * As few at a time as queues allow: only one has the lease, and the others are shown again later.
 */
const MAX_CONCURRENCY = 2;

/** The parts of a sentry that carrying decisions out uses. */
export interface DecisionParts {
  readonly approvals: KeyApprovals;
  readonly configuration: KeyConfiguration;
  readonly records: KeyRecords;
  readonly users: LookedAtUsers;
  /** With a hub. */
  readonly members: KeyMembers | undefined;
  readonly topic: sns.ITopic;
}

/** The function that deactivates what people approved. It cannot delete. */
export class KeyDecisions {
  public readonly alarms: cloudwatch.Alarm[];
  private readonly handler: BundledFunction<string, string>;

  constructor(
    private readonly sentry: Construct,
    private readonly parts: DecisionParts,
  ) {
    const { approvals, configuration, records, topic } = parts;
    this.handler = new BundledFunction(sentry, 'CarryOutDecision', {
      contract: CARRY_OUT_KEY_DECISION,
      environment: () => ({
        SENTRY_NAME: sentry.node.path,
        CONFIGURATION_PARAMETER: configuration.parameterName,
        NOTIFICATION_TOPIC_ARN: topic.topicArn,
        ACCOUNT_ID: Stack.of(sentry).account,
        KEY_RECORDS_TABLE: records.tableName,
        DECISION_QUEUE_URL: approvals.decisions.queueUrl,
        ...parts.members?.variables,
      }),
      description: `Carries out what people decided about access keys for ${sentry.node.path}`,
      memorySize: 1024,
    });
    this.grantAll();
    this.alarms = this.makeAlarms();
  }

  private grantAll(): void {
    const { approvals, configuration, records, users, topic } = this.parts;
    takeOneByOne(this.handler, approvals.decisions, MAX_CONCURRENCY);
    approvals.grantCarryOut(this.handler);
    grantPublish(this.handler, topic);
    records.grantCarryOut(this.handler);
    configuration.grantRead(this.handler);
    this.parts.members?.letCarryOut(this.handler);
    const stack = Stack.of(this.sentry);
    [
      ...keyLookStatements(stack, users),
      ...(users.owners.length > 0 ? [announceStatement(stack)] : []),
      retireStatement(stack, ['UpdateAccessKey']),
    ].forEach((statement) => this.handler.addToRolePolicy(statement));
    acknowledgeKeyLook(this.handler.role!);
  }

  private makeAlarms(): cloudwatch.Alarm[] {
    const alarm = (id: string, metric: cloudwatch.Metric, description: string) =>
      new NotifyingAlarm(this.sentry, id, {
        metric,
        threshold: 0,
        topic: this.parts.topic,
        description,
      });
    return [
      alarm(
        'UnhandledDecisionsAlarm',
        this.parts.approvals.unhandled.metricApproximateNumberOfMessagesVisible(),
        'The sentry gave up on decisions of people about keys after hours of tries.',
      ),
      alarm(
        'FailedDecisionsAlarm',
        ownMetric(this.sentry, ACCESS_KEY_METRICS.decisionsFailed),
        'A decision of people about a key could not be carried out.',
      ),
      alarm(
        'RefusedDecisionsAlarm',
        ownMetric(this.sentry, ACCESS_KEY_METRICS.decisionsRefused),
        'A message passed for a decision of people about a key, and no workflow has signed it for what was asked: someone may be forging decisions.',
      ),
      alarm(
        'DecisionErrorsAlarm',
        this.handler.metricErrors(),
        'The function that carries out decisions about keys fails as a whole: decisions wait.',
      ),
    ];
  }
}
