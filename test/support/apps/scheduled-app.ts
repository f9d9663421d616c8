import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { App, Aws, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as destinations from 'aws-cdk-lib/aws-lambda-destinations';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { temporaryFolder } from './tiny-app';

/** Answers what it was invoked with and what time it believes it is; the others fail. */
const HANDLER = `
const loadedAt = Date.now();
exports.clock = async (event, context) => ({
  event,
  pid: process.pid,
  loadedAt,
  now: Date.now(),
  date: new Date().toISOString(),
  text: Date(),
  fixed: new Date('2020-01-02T03:04:05Z').toISOString(),
  isDate: new Date() instanceof Date && new Date().constructor === Date,
  remaining: context.getRemainingTimeInMillis(),
});
exports.fail = async (event, context) => {
  console.log(context.awsRequestId);
  throw new Error('told to fail');
};
`;

/** Schedules of every kind, and a global table. Gives the folder of the assembly. */
export function synthesizeScheduledApp(prefix = ''): string {
  const code = temporaryFolder();
  writeFileSync(path.join(code, 'index.js'), HANDLER);
  const app = new App({ outdir: temporaryFolder() });
  const stack = new Stack(app, `${prefix}Scheduled`);
  const functionOf = (id: string, handler: string, options: Partial<lambda.FunctionProps> = {}) =>
    new lambda.Function(stack, id, {
      functionName: `${prefix}${id}`.toLowerCase(),
      code: lambda.Code.fromAsset(code),
      handler: `index.${handler}`,
      runtime: lambda.Runtime.NODEJS_24_X,
      timeout: Duration.seconds(3),
      ...options,
    });
  const schedule = (
    id: string,
    target: lambda.IFunction,
    options: targets.LambdaFunctionProps = {},
    enabled = true,
  ) =>
    new events.Rule(stack, id, {
      schedule: events.Schedule.expression('rate(1 day)'),
      enabled,
      targets: [new targets.LambdaFunction(target, options)],
    });

  const clock = functionOf('Clock', 'clock');
  schedule('Daily', clock);
  schedule('Weekly', clock, {
    event: events.RuleTargetInput.fromObject({ kind: 'weekly', of: clock.functionName }),
  });
  schedule('Off', clock, {}, false);
  const failures = new sqs.Queue(stack, 'Failures', { queueName: `${prefix}failures` });
  schedule(
    'Once',
    functionOf('OneRetry', 'fail', {
      retryAttempts: 1,
      onFailure: new destinations.SqsDestination(failures),
    }),
  );
  const deadLetterQueue = new sqs.Queue(stack, 'Letters', { queueName: `${prefix}letters` });
  schedule('Thrice', functionOf('DefaultRetries', 'fail', { deadLetterQueue }));

  // What TableV2 makes.
  const table = new dynamodb.CfnGlobalTable(stack, 'Table', {
    attributeDefinitions: [{ attributeName: 'key', attributeType: 'S' }],
    keySchema: [{ attributeName: 'key', keyType: 'HASH' }],
    billingMode: 'PAY_PER_REQUEST',
    sseSpecification: { sseEnabled: true, sseType: 'KMS' },
    timeToLiveSpecification: { attributeName: 'end', enabled: true },
    replicas: [
      {
        region: Aws.REGION,
        deletionProtectionEnabled: true,
        pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
        sseSpecification: { kmsMasterKeyId: 'alias/any' },
      },
    ],
  });
  new CfnOutput(stack, 'TableName', { value: table.ref });
  new CfnOutput(stack, 'TableArn', { value: table.attrArn });
  new sns.Topic(stack, 'Topic', { topicName: `${prefix}topic` });
  return app.synth().directory;
}
