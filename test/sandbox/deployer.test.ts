import { DescribeSecurityGroupRulesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { CfnOutput, CfnResource, type Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { synthesizeTinyApp, temporaryFolder } from './tiny-app';
import { readAssembly } from '../../sandbox/deployer/assembly';
import { deployStack, type StackDeployment } from '../../sandbox/deployer/deploy-stack';
import { type Emulator, startEmulator } from '../../sandbox/emulator';
import { emulatorAccess } from '../../sandbox/emulator-access';
import { preparePythonEnvironment } from '../../sandbox/python-environment';

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator(await preparePythonEnvironment(console.log));
});
afterEach(async () => emulator.reset());
afterAll(async () => emulator.stop());

async function deploy(addMore?: (stack: Stack) => void): Promise<StackDeployment> {
  return deployStack({ endpoint: emulator.endpoint, assembly: readAssembly(synthesizeTinyApp(addMore)) });
}

test('gives ids, outputs, functions, topics, and how queues are polled', async () => {
  const stack = await deploy((scope) => new CfnOutput(scope, 'Greeting', { value: `hello ${scope.stackName}` }));
  expect(Object.fromEntries(stack.outputs)).toEqual({ Greeting: 'hello Tiny' });
  expect(stack.topicArns).toEqual(['arn:aws:sns:us-east-1:123456789012:topic']);
  expect(stack.functions).toEqual([{ functionName: 'tiny', codeFolder: expect.stringContaining('asset.') }]);
  expect(stack.eventSourceMappings).toEqual([{
    functionName: 'tiny',
    queueArn: expect.stringContaining(':Tiny-Queue'),
    batchSize: 10,
    batchingWindowSeconds: 0,
    maximumConcurrency: Infinity,
    reportsBatchItemFailures: true,
  }]);

  const queue = [...stack.resources.values()].find(({ physicalId }) => physicalId.includes('Tiny-Queue'));
  const { Attributes } = await new SQSClient(emulatorAccess(emulator.endpoint))
    .send(new GetQueueAttributesCommand({ QueueUrl: queue?.physicalId, AttributeNames: ['All'] }));
  expect(Attributes).toMatchObject({ VisibilityTimeout: '1', RedrivePolicy: expect.stringContaining('"maxReceiveCount": 2') });
});

test('lists by name what the emulator leaves out', async () => {
  const { gaps } = await deploy((scope) => {
    new cloudwatch.Alarm(scope, 'Alarm', { metric: new cloudwatch.Metric({ namespace: 'n', metricName: 'm' }), threshold: 1, evaluationPeriods: 1 });
    new CfnResource(scope, 'Custom', { type: 'Custom::Thing' });
    const handler = scope.node.findChild('Function');
    if (!(handler instanceof lambda.Function)) throw new Error('no function');
    new events.Rule(scope, 'Hourly', { schedule: events.Schedule.expression('rate(1 hour)'), targets: [new targets.LambdaFunction(handler)] });
  });
  const names = new Set(gaps.map(({ type, aspect }) => aspect ? `${type}: ${aspect}` : type));
  expect([...names].sort()).toEqual([
    'AWS::CloudWatch::Alarm',
    'AWS::Events::Rule: schedule',
    'AWS::Events::Rule: targets other than queues',
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
    const group = new ec2.CfnSecurityGroup(scope, 'Group', { groupDescription: 'g', vpcId: vpc.ref });
    new ec2.CfnSecurityGroupEgress(scope, 'Egress', { groupId: group.attrGroupId, ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIp: '10.1.0.0/16' });
  });
  const { SecurityGroupRules = [] } = await new EC2Client(emulatorAccess(emulator.endpoint)).send(new DescribeSecurityGroupRulesCommand({
    Filters: [{ Name: 'group-id', Values: [stack.resources.get('Group')?.physicalId ?? ''] }],
  }));
  expect(SecurityGroupRules).toContainEqual(expect.objectContaining({ IsEgress: true, FromPort: 443, CidrIpv4: '10.1.0.0/16' }));
});

test('refuses a type of which nobody knows what the emulator does', async () => {
  const deployment = deploy((scope) => new CfnResource(scope, 'Moon', { type: 'AWS::Moon::Base' }));
  await expect(deployment).rejects.toThrow('does not know whether the emulator creates AWS::Moon::Base (Moon)');
});

test('refuses a reference to what is left out, which the emulator would drop', async () => {
  const deployment = deploy((scope) => {
    const alarm = new cloudwatch.Alarm(scope, 'Alarm', { metric: new cloudwatch.Metric({ namespace: 'n', metricName: 'm' }), threshold: 1, evaluationPeriods: 1 });
    new CfnOutput(scope, 'AlarmArn', { value: alarm.alarmArn });
  });
  await expect(deployment).rejects.toThrow(/output AlarmArn refers to Alarm\w+, a AWS::CloudWatch::Alarm/);
});

test('says why the emulator refused a stack', async () => {
  await deploy();
  await expect(deploy()).rejects.toThrow('The emulator refused to create the stack Tiny: Stack Tiny already exists');
});

test('a folder without an app is refused', () => {
  expect(() => readAssembly(temporaryFolder())).toThrow('holds no synthesized app');
});
