import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { Heartbeat } from './heartbeat';
import { commonVariables, hubVariable, SentryFunction } from './sentry-function';
import type { SentryParts } from './sentry-parts';
import { NO_HEARTBEAT_VARIABLE, OPERATE_SENTRY } from '../../contracts/operate-sentry.environment';

/** The function that takes orders of operators. It changes nothing in EC2. */
export class Operator {
  public readonly handler: lambda.Function;

  /** @param heartbeats the part that sends them, if any does. */
  constructor(sentry: Construct, parts: SentryParts, heartbeats: readonly Heartbeat[]) {
    const { parameters, ledger, changes, hub } = parts;
    const handler = new SentryFunction(sentry, 'OperateSentry', {
      contract: OPERATE_SENTRY,
      environment: () => ({
        ...commonVariables(sentry, parts),
        CHANGE_QUEUE_URL: changes.queue.queueUrl,
        ...hubVariable(parts),
        ...(heartbeats.length === 0 && { [NO_HEARTBEAT_VARIABLE]: 'true' }),
      }),
      description: `Takes orders of operators for ${sentry.node.path}`,
      memorySize: 512,
      parts,
    });
    parameters.grantOrders(handler);
    changes.queue.grantSend(handler);
    hub?._letWork(handler, 'operate');
    hub?._intakeQueue.grantSend(handler);
    ledger.grantFindRecords(handler);
    ledger.grantWrite(handler.role!, ['PutItem']);
    this.handler = handler;
  }
}
