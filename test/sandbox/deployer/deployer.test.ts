import {
  DeleteTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import { DescribeSecurityGroupRulesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { CfnOutput, CfnResource, RemovalPolicy, type Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { readAssembly } from '../../../sandbox/deployer/assembly';
import { deployStack, type StackDeployment } from '../../../sandbox/deployer/deploy-stack';
import { type Emulator, startEmulator } from '../../../sandbox/emulator/emulator';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { preparePythonEnvironment } from '../../../sandbox/emulator/python-environment';
import { Inbox } from '../../../sandbox/inbox';
import { synthesizeTinyApp, temporaryFolder } from '../../support/apps/tiny-app';

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator(await preparePythonEnvironment(console.log));
});
afterEach(async () => emulator.reset());
afterAll(async () => emulator.stop());

async function deploy(addMore?: (stack: Stack) => void): Promise<StackDeployment> {
  return deployStack({
    endpoint: emulator.endpoint,
    assembly: readAssembly(synthesizeTinyApp(addMore)),
  });
}

test('gives ids, outputs, functions, topics, and how queues are polled', async () => {
  const stack = await deploy(
    (scope) => new CfnOutput(scope, 'Greeting', { value: `hello ${scope.stackName}` }),
  );
  expect(Object.fromEntries(stack.outputs)).toEqual({ Greeting: 'hello Tiny' });
  expect(stack.topicArns).toEqual(['arn:aws:sns:us-east-1:123456789012:topic']);
  expect(stack.functions).toEqual([
    { functionName: 'tiny', codeFolder: expect.stringContaining('asset.') },
  ]);
  expect(stack.eventSourceMappings).toEqual([
    {
      functionName: 'tiny',
      queueArn: expect.stringContaining(':Tiny-Queue'),
      batchSize: 10,
      batchingWindowSeconds: 0,
      maximumConcurrency: Infinity,
      reportsBatchItemFailures: true,
    },
  ]);

  const queue = [...stack.resources.values()].find(({ physicalId }) =>
    physicalId.includes('Tiny-Queue'),
  );
  const { Attributes } = await new SQSClient(emulatorAccess(emulator.endpoint)).send(
    new GetQueueAttributesCommand({ QueueUrl: queue?.physicalId, AttributeNames: ['All'] }),
  );
  expect(Attributes).toMatchObject({
    VisibilityTimeout: '6',
    RedrivePolicy: expect.stringContaining('"maxReceiveCount": 2'),
  });
});

test('lists by name what the emulator leaves out', async () => {
  const { gaps } = await deploy((scope) => {
    new cloudwatch.Alarm(scope, 'Alarm', {
      metric: new cloudwatch.Metric({ namespace: 'n', metricName: 'm' }),
      threshold: 1,
      evaluationPeriods: 1,
    });
    new CfnResource(scope, 'Custom', { type: 'Custom::Thing' });
    const handler = scope.node.findChild('Function');
    if (!(handler instanceof lambda.Function)) throw new Error('no function');
    new events.Rule(scope, 'Hourly', {
      schedule: events.Schedule.expression('rate(1 hour)'),
      targets: [new targets.LambdaFunction(handler)],
    });
  });
  const names = new Set(gaps.map(({ type, aspect }) => (aspect ? `${type}: ${aspect}` : type)));
  expect([...names].sort()).toEqual([
    'AWS::CloudWatch::Alarm',
    'AWS::Events::Rule: schedule',
    'AWS::Events::Rule: targets that no event reaches',
    'AWS::IAM::Policy: rights',
    'AWS::IAM::Role: rights',
    'AWS::Lambda::EventSourceMapping',
    'AWS::SNS::Subscription',
    'AWS::SQS::QueuePolicy',
    'Custom::Thing',
  ]);
  expect(gaps.every(({ inSandbox }) => inSandbox.length > 0)).toBe(true);
});

test('makes egress rules that stand by themselves', async () => {
  const stack = await deploy((scope) => {
    const vpc = new ec2.CfnVPC(scope, 'Vpc', { cidrBlock: '10.0.0.0/16' });
    const group = new ec2.CfnSecurityGroup(scope, 'Group', {
      groupDescription: 'g',
      vpcId: vpc.ref,
    });
    new ec2.CfnSecurityGroupEgress(scope, 'Egress', {
      groupId: group.attrGroupId,
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      cidrIp: '10.1.0.0/16',
    });
  });
  const { SecurityGroupRules = [] } = await new EC2Client(emulatorAccess(emulator.endpoint)).send(
    new DescribeSecurityGroupRulesCommand({
      Filters: [{ Name: 'group-id', Values: [stack.resources.get('Group')?.physicalId ?? ''] }],
    }),
  );
  expect(SecurityGroupRules).toContainEqual(
    expect.objectContaining({ IsEgress: true, FromPort: 443, CidrIpv4: '10.1.0.0/16' }),
  );
});

describe('a table with an index, deletion protection, expiry and a resource policy', () => {
  const table = {
    partitionKey: { name: 'group', type: dynamodb.AttributeType.STRING },
    sortKey: { name: 'item', type: dynamodb.AttributeType.STRING },
    timeToLiveAttribute: 'end',
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
    resourcePolicy: new iam.PolicyDocument({
      statements: [
        new iam.PolicyStatement({
          effect: iam.Effect.DENY,
          principals: [new iam.AnyPrincipal()],
          actions: ['dynamodb:PutItem'],
          resources: ['*'],
        }),
      ],
    }),
  };
  const index = {
    indexName: 'due',
    partitionKey: { name: 'isDue', type: dynamodb.AttributeType.STRING },
    sortKey: { name: 'dueAt', type: dynamodb.AttributeType.NUMBER },
  };

  test.each<[string, (stack: Stack) => string]>([
    [
      'Table',
      (scope) => {
        const made = new dynamodb.Table(scope, 'Ledger', {
          ...table,
          billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
        });
        made.addGlobalSecondaryIndex(index);
        return made.tableName;
      },
    ],
    [
      'TableV2',
      (scope) =>
        new dynamodb.TableV2(scope, 'Ledger', { ...table, globalSecondaryIndexes: [index] })
          .tableName,
    ],
  ])(
    '%s: index and protection work; no item expires, and no caller is refused',
    async (_, make) => {
      const { outputs, gaps } = await deploy(
        (scope) => new CfnOutput(scope, 'Name', { value: make(scope) }),
      );
      const TableName = outputs.get('Name');
      const client = new DynamoDBClient(emulatorAccess(emulator.endpoint));
      await client.send(
        new PutItemCommand({
          TableName,
          Item: {
            group: { S: 'g' },
            item: { S: 'i' },
            isDue: { S: 'yes' },
            dueAt: { N: '1' },
            end: { N: '1' },
          },
        }),
      );
      const { Items } = await client.send(
        new QueryCommand({
          TableName,
          IndexName: 'due',
          KeyConditionExpression: 'isDue = :yes AND dueAt < :now',
          ExpressionAttributeValues: { ':yes': { S: 'yes' }, ':now': { N: '2' } },
        }),
      );
      expect(Items).toEqual([expect.objectContaining({ item: { S: 'i' } })]);
      const { Table } = await client.send(new DescribeTableCommand({ TableName }));
      expect(Table).toMatchObject({
        DeletionProtectionEnabled: true,
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      });
      await expect(client.send(new DeleteTableCommand({ TableName }))).rejects.toThrow(
        /DeletionProtectionEnabled/,
      );
      expect(
        gaps.filter(({ type }) => type.startsWith('AWS::DynamoDB')).map(({ aspect }) => aspect),
      ).toEqual(expect.arrayContaining(['time to live', 'resource policy']));
    },
  );
});

test("an event that matches a rule reaches the topic that is its target, as the target's input transformer makes it", async () => {
  const { topicArns } = await deploy((scope) => {
    const topic = new sns.Topic(scope, 'Told');
    const field = events.EventField.fromPath;
    const rule = (id: string, message?: events.RuleTargetInput) =>
      new events.Rule(scope, id, {
        eventPattern: { source: ['test'], detailType: [id] },
        targets: [new targets.SnsTopic(topic, { message })],
      });
    rule('whole');
    rule(
      'text',
      events.RuleTargetInput.fromText(
        `${field('$.detail.eventName')} by ${field('$.detail.who')}, ${field('$.detail.missing')}!`,
      ),
    );
    rule(
      'lines',
      events.RuleTargetInput.fromMultilineText(
        `one ${field('$.detail.count')}\ntwo ${field('$.source')}`,
      ),
    );
    rule(
      'object',
      events.RuleTargetInput.fromObject({
        name: field('$.detail.eventName'),
        text: `of ${field('$.detail.who')}`,
      }),
    );
  });
  const inbox = await Inbox.open(emulator.endpoint);
  await inbox.subscribeTo(topicArns);
  const Detail = JSON.stringify({ eventName: 'DisableRule', who: 'the "boss"', count: 2 });
  const put = async (DetailType: string) => {
    const before = inbox.deliveries.length;
    await new EventBridgeClient(emulatorAccess(emulator.endpoint)).send(
      new PutEventsCommand({ Entries: [{ Source: 'test', DetailType, Detail }] }),
    );
    return (await inbox.waitFor((delivery) => inbox.deliveries.indexOf(delivery) >= before, 5000))
      .message;
  };
  expect(JSON.parse(await put('whole'))).toMatchObject({
    source: 'test',
    'detail-type': 'whole',
    account: '123456789012',
    detail: { count: 2 },
  });
  expect(await put('text')).toBe('DisableRule by the "boss", !');
  expect(await put('lines')).toBe('one 2\ntwo test');
  expect(JSON.parse(await put('object'))).toEqual({ name: 'DisableRule', text: 'of the "boss"' });
  await inbox.close();
});

test('makes buses with policies, and rules between them with a role and dead letters', async () => {
  const stack = await deploy((scope) => {
    const hub = new events.EventBus(scope, 'Hub', { eventBusName: 'hub' });
    hub.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Deny',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['events:PutEvents'],
        resources: [hub.eventBusArn],
        conditions: { 'ForAnyValue:StringEquals': { 'events:source': 'shop' } },
      }),
    );
    new events.Rule(scope, 'OfHub', {
      eventBus: hub,
      eventPattern: { account: [scope.account] },
      targets: [
        new targets.SqsQueue(new sqs.Queue(scope, 'Intake', { queueName: 'intake' }), {
          messageGroupId: '$.account',
        }),
      ],
    });
    new events.Rule(scope, 'ToHub', {
      eventPattern: { source: ['shop', 'school'] },
      targets: [
        new targets.EventBus(hub, {
          deadLetterQueue: new sqs.Queue(scope, 'Lost', { queueName: 'lost' }),
        }),
      ],
    });
  });
  expect(stack.gaps.map(({ type }) => type)).not.toContain('AWS::Events::EventBusPolicy');
  const access = emulatorAccess(emulator.endpoint);
  const entries = ['shop', 'school'].map((Source) => ({ Source, DetailType: 't', Detail: '{}' }));
  await new EventBridgeClient(access).send(new PutEventsCommand({ Entries: entries }));
  const received = async (QueueName: string) => {
    const client = new SQSClient(access);
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName }));
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['All'] }),
    );
    return Messages;
  };
  await expect(received('intake')).resolves.toMatchObject([
    { Body: expect.stringContaining('"school"'), Attributes: { MessageGroupId: '123456789012' } },
  ]);
  await expect(received('lost')).resolves.toMatchObject([
    { Body: expect.stringContaining('"shop"') },
  ]);
});

test('refuses a type of which no one knows what the emulator does', async () => {
  const deployment = deploy((scope) => new CfnResource(scope, 'Moon', { type: 'AWS::Moon::Base' }));
  await expect(deployment).rejects.toThrow(
    'does not know whether the emulator creates AWS::Moon::Base (Moon)',
  );
});

test('refuses a reference to what is left out, which the emulator would drop', async () => {
  const deployment = deploy((scope) => {
    const alarm = new cloudwatch.Alarm(scope, 'Alarm', {
      metric: new cloudwatch.Metric({ namespace: 'n', metricName: 'm' }),
      threshold: 1,
      evaluationPeriods: 1,
    });
    new CfnOutput(scope, 'AlarmArn', { value: alarm.alarmArn });
  });
  await expect(deployment).rejects.toThrow(
    /output AlarmArn refers to Alarm\w+, a AWS::CloudWatch::Alarm/,
  );
});

test('says why the emulator refused a stack', async () => {
  await deploy();
  await expect(deploy()).rejects.toThrow(
    'The emulator refused to create the stack Tiny: Stack Tiny already exists',
  );
});

test('a folder without an app is refused', () => {
  expect(() => readAssembly(temporaryFolder())).toThrow('holds no synthesized app');
});
