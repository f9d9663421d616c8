import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { ActionParts } from './action-asker';
import type { GuardedQueue } from '../../../shared/constructs/guarded-queue';
import { NotifyingAlarm } from '../../../shared/constructs/notifying-alarm';
import { TamperRules } from '../../../shared/constructs/tamper-rules';
import { undeliveredEvents } from '../../../shared/constructs/work-queue';
import type { SlackApprovalWorkflow } from '../slack-approval-workflow';

export interface ActionWatchProps {
  readonly workflow: SlackApprovalWorkflow;
  readonly topic: sns.ITopic;
}

/** Tells when someone tampers with an action. */
export class ActionWatch {
  public readonly undelivered: GuardedQueue;
  public readonly alarms: cloudwatch.Alarm[];

  constructor(
    private readonly action: Construct,
    private readonly props: ActionWatchProps,
  ) {
    const { workflow, topic } = props;
    this.undelivered = undeliveredEvents(action, workflow._operators);
    this.alarms = [
      new NotifyingAlarm(action, 'UndeliveredEventsAlarm', {
        metric: this.undelivered.metricApproximateNumberOfMessagesVisible(),
        threshold: 0,
        topic,
        description: 'EventBridge could not hand word of tampering to the topic.',
      }),
    ];
  }

  public over(
    { asked, table }: ActionParts,
    functions: lambda.Function[],
    alarms: cloudwatch.Alarm[],
  ): void {
    new TamperRules(this.action, 'Tamper', {
      topic: this.props.topic,
      deadLetterQueue: this.undelivered,
      rules: [],
      functions,
      tables: [table.table],
      queues: [asked.decisions, asked.unhandled, this.undelivered],
      parameters: [],
      alarms,
    });
  }
}
