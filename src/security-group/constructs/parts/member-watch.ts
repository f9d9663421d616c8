import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { MemberReconciler } from './member-reconciler';
import { MemberSchedule } from './member-schedule';
import type { SentryParts } from './sentry-parts';
import type { SentryHub } from '../../../organization/constructs/sentry-hub';
import type { GuardedQueue } from '../../../shared/constructs/guarded-queue';
import { RECONCILE_QUEUE_VARIABLE } from '../../contracts/respond-to-changes.environment';

export interface MemberWatchProps {
  readonly parts: SentryParts;
  readonly hub: SentryHub;
  readonly reconcileSchedule: events.Schedule;
  /** The function that judges changes. */
  readonly responder: lambda.Function;
}

/** All that a sentry has for the members of its hub alone. */
export class MemberWatch {
  public readonly functions: lambda.Function[];
  public readonly rules: events.Rule[];
  public readonly queues: GuardedQueue[];
  public readonly alarms: cloudwatch.Alarm[];

  constructor(sentry: Construct, props: MemberWatchProps) {
    const reconciler = new MemberReconciler(sentry, props.parts, props.hub);
    const schedule = new MemberSchedule(sentry, { ...props, reconciler });
    letAskForRuns(props.responder, reconciler.queue);
    this.functions = [reconciler.handler, schedule.handler];
    this.rules = [reconciler.rule, ...schedule.rules];
    this.queues = reconciler.queues;
    this.alarms = [...reconciler.alarms, ...schedule.alarms];
  }
}

/** After a call that was too large, of which a reader brings word, and no rule. */
function letAskForRuns(responder: lambda.Function, queue: GuardedQueue): void {
  responder.addEnvironment(RECONCILE_QUEUE_VARIABLE, queue.queueUrl);
  queue.grantSend(responder);
}
