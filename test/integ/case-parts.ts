import { type IApiCall, ExpectedResult, IntegTest, Match } from '@aws-cdk/integ-tests-alpha';
import { Annotations, type App, Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';

/** All that the constructs of a case make goes with its stack. */
export const GOES_WITH_THE_STACK = { removalPolicy: RemovalPolicy.DESTROY };

/** A case about stacks, of which the first says its name. */
export function caseOf(app: App, ...stacks: readonly [Stack, ...Stack[]]): IntegTest {
  const [{ stackName, account, region }] = stacks;
  for (const stack of stacks) acknowledgeWarnings(stack);
  return new IntegTest(app, `${stackName}Case`, {
    testCases: [...stacks],
    assertionStack: new Stack(app, `${stackName}Assertions`, { env: { account, region } }),
    cdkCommandOptions: { destroy: { args: { force: true } } },
  });
}

function acknowledgeWarnings(stack: Stack): void {
  const reasons = {
    destroyedWithStack: 'The stack is for an hour, in a test account',
    noSubscription: 'The case looks at what it is about',
    noTrail: 'The account has a trail',
    onlyAlarmAction: 'A test has no one to wake',
  };
  for (const [id, reason] of Object.entries(reasons)) {
    Annotations.of(stack).acknowledgeWarning(`cdk-sentries:${id}`, reason);
  }
}

/** Costs nothing: no gateways, and nothing in it. */
export function emptyVpc(stack: Stack): ec2.Vpc {
  const vpc = new ec2.Vpc(stack, 'Vpc', {
    maxAzs: 1,
    natGateways: 0,
    subnetConfiguration: [{ name: 'Isolated', subnetType: ec2.SubnetType.PRIVATE_ISOLATED }],
    restrictDefaultSecurityGroup: false,
  });
  Validations.of(vpc).acknowledge({ id: 'AwsSolutions-VPC7', reason: 'Nothing is in it.' });
  return vpc;
}

/** Where the case reads what is reported. */
export function queueOf(stack: Stack, topic: sns.ITopic): sqs.Queue {
  const queue = testQueue(stack, 'Reports');
  topic.addSubscription(new SqsSubscription(queue, { rawMessageDelivery: true }));
  return queue;
}

/** For a case to read. Messages that it took are back in a minute. */
export function testQueue(stack: Stack, id: string): sqs.Queue {
  const queue = new sqs.Queue(stack, id, {
    enforceSSL: true,
    visibilityTimeout: Duration.minutes(1),
    ...GOES_WITH_THE_STACK,
  });
  Validations.of(queue).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'The case takes what it wants; the rest goes with the stack.',
  });
  return queue;
}

/** Waits for a message that matches. */
export function awaitMessage(testCase: IntegTest, queue: sqs.IQueue, pattern: string): IApiCall {
  const call = testCase.assertions.awsApiCall('SQS', 'receiveMessage', {
    QueueUrl: queue.queueUrl,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: 5,
  });
  call.provider.addToRolePolicy({
    Effect: 'Allow',
    Action: ['sqs:ReceiveMessage'],
    Resource: [queue.queueArn],
  });
  return within(
    call.expect(
      ExpectedResult.objectLike({
        Messages: Match.arrayWith([Match.objectLike({ Body: Match.stringLikeRegexp(pattern) })]),
      }),
    ),
    30,
  );
}

/** Asks again every half minute until it is as expected. */
export function within(call: IApiCall, minutes: number): IApiCall {
  return call.waitForAssertions({
    totalTimeout: Duration.minutes(minutes),
    interval: Duration.seconds(30),
  });
}

/** No one else can read the bucket, and it is gone in an hour. */
export function acknowledgeUnwatchedBucket(bucket: s3.IBucket): void {
  Validations.of(bucket).acknowledge({
    id: 'AwsSolutions-S1',
    reason: 'It is there for an hour, in a test account.',
  });
}
