import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { commonVariables, hubVariable, SentryFunction } from './sentry-function';
import type { SentryParts } from './sentry-parts';
import { OPERATE_SENTRY } from '../../contracts/operate-sentry.environment';

/** The function that takes orders of operators. It changes nothing in EC2. */
export class Operator {
  public readonly handler: lambda.Function;

  constructor(sentry: Construct, parts: SentryParts) {
    const { parameters, ledger, changes, hub } = parts;
    const handler = new SentryFunction(sentry, 'OperateSentry', {
      contract: OPERATE_SENTRY,
      environment: () => ({
        ...commonVariables(sentry, parts),
        CHANGE_QUEUE_URL: changes.queue.queueUrl,
        ...hubVariable(parts),
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
