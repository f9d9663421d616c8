import type * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { commonVariables, hubVariable, SentryFunction } from './sentry-function';
import type { SentryParts } from './sentry-parts';
import { NotifyingAlarm } from '../../../shared/constructs/notifying-alarm';
import { ownMetric } from '../../../shared/constructs/own-metric';
import { SECURITY_GROUP_METRICS } from '../../../shared/contracts/metrics';
import { RECONCILE_GROUPS } from '../../contracts/reconcile-groups.environment';
import { historyStatement } from '../sentry-rights';

/** The function that compares the groups with the ledger. It changes nothing in EC2. */
export class Reconciler {
  public readonly handler: lambda.Function;
  public readonly alarms: cloudwatch.Alarm[];

  /** @param sender the function that sends heartbeats. */
  constructor(sentry: Construct, parts: SentryParts, sender: lambda.IFunction) {
    const { ledger, changes, topic, hub } = parts;
    const handler = new SentryFunction(sentry, 'ReconcileGroups', {
      contract: RECONCILE_GROUPS,
      environment: () => ({
        ...commonVariables(sentry, parts),
        CHANGE_QUEUE_URL: changes.queue.queueUrl,
        HEARTBEAT_ROLE_ARN: sender.role!.roleArn,
        HEARTBEAT_FUNCTION_NAME: sender.functionName,
        ...hubVariable(parts),
      }),
      description: `Compares security groups with the ledger for ${sentry.node.path}`,
      memorySize: 1024,
      parts,
    });
    handler.addToRolePolicy(historyStatement());
    changes.queue.grantSend(handler);
    hub?._letKnowMembers(handler);
    ledger.grantFindRecords(handler);
    ledger.grantWrite(handler.role!, ['PutItem', 'DeleteItem']);
    this.handler = handler;
    this.alarms = this.makeAlarms(sentry, topic);
  }

  private makeAlarms(sentry: Construct, topic: sns.ITopic): cloudwatch.Alarm[] {
    return [
      new NotifyingAlarm(sentry, 'BrakedReconcileAlarm', {
        metric: ownMetric(sentry, SECURITY_GROUP_METRICS.brakedRuns),
        threshold: 0,
        topic,
        description:
          'So many groups differ from the ledger, or cannot be judged in full, that reconcile did nothing in any of them.',
      }),
      new NotifyingAlarm(sentry, 'ReconcileErrorsAlarm', {
        metric: this.handler.metricErrors(),
        threshold: 0,
        topic,
        description: 'A run of reconcile failed: changes whose events were lost are found late.',
      }),
    ];
  }
}
