import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { commonVariables, LedgerFunction } from './sentry-function';
import type { SentryParts } from './sentry-parts';
import type { SentryHub } from '../../../organization/constructs/sentry-hub';
import { MESSAGE_GROUP_PATH } from '../../../organization/contracts/intake';
import { acknowledgeKeyUse } from '../../../shared/constructs/acknowledge-finding';
import type { GuardedQueue } from '../../../shared/constructs/guarded-queue';
import { NotifyingAlarm } from '../../../shared/constructs/notifying-alarm';
import { putEventsStatement } from '../../../shared/constructs/put-events-statement';
import { deadLetterQueue, takeOneByOne, workQueue } from '../../../shared/constructs/work-queue';
import { SENTRY_EVENT_SOURCE } from '../../../shared/contracts/sentry-events';
import { RECONCILE_MEMBER } from '../../contracts/reconcile-member.environment';
import {
  RECONCILE_MESSAGE_VERSION,
  type ReconcileMessage,
} from '../../contracts/reconcile-message';
import { largeCallPattern } from '../group-change-pattern';

/** EC2's limits are each member's own; this one guards the account's own concurrency. */
const MAX_CONCURRENCY = 20;

/** The function that compares the groups of members with the ledger, one place at a time. */
export class MemberReconciler {
  public readonly queue: GuardedQueue;
  public readonly rule: events.Rule;
  public readonly handler: lambda.Function;
  public readonly alarms: cloudwatch.Alarm[];
  private readonly unhandled: GuardedQueue;

  constructor(sentry: Construct, parts: SentryParts, hub: SentryHub) {
    const { ledger, operators, topic } = parts;
    this.unhandled = deadLetterQueue(sentry, 'UnhandledReconciles', operators);
    this.queue = workQueue(sentry, 'MemberReconciles', {
      contract: RECONCILE_MEMBER,
      unhandled: this.unhandled,
      operators,
    });
    const handler = new LedgerFunction(sentry, 'ReconcileMember', {
      contract: RECONCILE_MEMBER,
      environment: () => ({
        ...commonVariables(sentry, parts),
        RECONCILE_QUEUE_URL: this.queue.queueUrl,
        HUB: hub._variable,
      }),
      description: `Compares security groups of members with the ledger for ${sentry.node.path}`,
      memorySize: 1024,
      parts,
    });
    hub._letWork(handler, 'reconcile');
    hub._intakeQueue.grantSend(handler);
    this.queue.grantSend(handler);
    takeOneByOne(handler, this.queue, MAX_CONCURRENCY);
    ledger.grantFindRecords(handler);
    ledger.grantWrite(handler.role!, ['PutItem', 'DeleteItem']);
    handler.addToRolePolicy(putEventsStatement(handler, SENTRY_EVENT_SOURCE));
    acknowledgeKeyUse(handler.role!);
    this.handler = handler;
    this.rule = this.largeCallRule(sentry, hub, parts);
    this.alarms = [
      new NotifyingAlarm(sentry, 'UnhandledReconcilesAlarm', {
        metric: this.unhandled.metricApproximateNumberOfMessagesVisible(),
        threshold: 0,
        topic,
        description:
          'The sentry gave up on comparing groups of a member with the ledger, after hours of tries.',
      }),
      new NotifyingAlarm(sentry, 'MemberReconcileErrorsAlarm', {
        metric: handler.metricErrors(),
        threshold: 0,
        topic,
        description:
          'The function that reconciles members fails as a whole: changes whose events were lost are found late.',
      }),
    ];
  }

  public get queues(): GuardedQueue[] {
    return [this.queue, this.unhandled];
  }

  private largeCallRule(sentry: Construct, hub: SentryHub, { changes }: SentryParts): events.Rule {
    const message: ReconcileMessage = {
      version: RECONCILE_MESSAGE_VERSION,
      type: 'after-call',
      account: events.EventField.account,
      region: events.EventField.region,
    };
    return new events.Rule(sentry, 'MemberLargeCallRule', {
      eventBus: hub.eventBus,
      description: `Has ${sentry.node.path} look at all groups of a place after a call that was too large to be recorded`,
      eventPattern: largeCallPattern(),
      targets: [
        new targets.SqsQueue(this.queue, {
          deadLetterQueue: changes.undelivered,
          message: events.RuleTargetInput.fromObject(message),
          messageGroupId: MESSAGE_GROUP_PATH,
        }),
      ],
    });
  }
}
