import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { type CheckedCall, type Emulator, startEmulator } from '../../../sandbox/emulator/emulator';
import { preparePythonEnvironment } from '../../../sandbox/emulator/python-environment';
import { LocalAws } from '../../../sandbox/local-aws';
import { temporaryFolder } from '../../support/apps/tiny-app';

/** Calls held against AWS's own descriptions (sandbox/emulator/server/call_check.py). */

jest.setTimeout(120_000);

const AUTHORIZE = {
  service: 'ec2',
  action: 'AuthorizeSecurityGroupIngress',
  parameters: {
    Action: 'AuthorizeSecurityGroupIngress',
    Version: '2016-11-15',
    GroupId: 'sg-1',
    'IpPermissions.1.IpProtocol': 'tcp',
    'IpPermissions.1.FromPort': '443',
    'IpPermissions.1.IpRanges.1.CidrIp': '10.0.0.0/8',
    'TagSpecification.1.ResourceType': 'security-group-rule',
    'TagSpecification.1.Tag.1.Key': 'team',
    'TagSpecification.1.Tag.1.Value': 'observers',
    DryRun: 'true',
  },
};
const PUBLISH = {
  service: 'sns',
  action: 'Publish',
  parameters: {
    Action: 'Publish',
    Version: '2010-03-31',
    TopicArn: 'arn:aws:sns:us-east-1:123456789012:topic',
    Message: 'text',
    'MessageAttributes.entry.1.Name': 'severity',
    'MessageAttributes.entry.1.Value.DataType': 'String',
    'MessageAttributes.entry.1.Value.StringValue': 'high',
  },
};
const PUT_ITEM = {
  service: 'dynamodb',
  action: 'PutItem',
  parameters: {},
  json: { TableName: 'table', Item: { pk: { S: 'a' }, bytes: { B: 'AAEC' }, n: { N: '1' } } },
};

describe('what AWS says of a call', () => {
  let emulator: Emulator;

  beforeAll(async () => {
    emulator = await startEmulator(await preparePythonEnvironment(console.log));
  });
  afterAll(async () => emulator?.stop());

  async function faultOf(call: CheckedCall): Promise<string | undefined> {
    const [fault] = await emulator.faultsIn([call]);
    return fault;
  }

  test.each([AUTHORIZE, PUBLISH, PUT_ITEM])('nothing, where $action is right', async (call) => {
    expect(await faultOf(call)).toBe('');
  });

  test.each([
    [
      'a parameter that the call does not have',
      { GroupIdentifier: 'sg-1' },
      /Unknown parameter.*GroupIdentifier/,
    ],
    [
      'the same, deep inside',
      { 'IpPermissions.1.IpRanges.1.CidrIpv4': '10.0.0.0/8' },
      /Unknown parameter in IpPermissions\[0\]\.IpRanges\[0\].*CidrIpv4/,
    ],
    [
      'the name that the SDK has for it, and not that of the wire',
      { 'TagSpecifications.1.ResourceType': 'security-group-rule' },
      /Unknown parameter.*TagSpecifications \(on the wire\)/,
    ],
    ['a text for a number', { 'IpPermissions.1.FromPort': 'ssh' }, /Invalid type.*FromPort/],
    ['a list with a gap', { 'IpPermissions.3.IpProtocol': 'tcp' }, /should be numbered from 1/],
    ['another version', { Version: '2014-10-01' }, /of the version 2014-10-01/],
  ])('in a form: %s', async (_, changed, fault) => {
    const parameters: Record<string, string> = { ...AUTHORIZE.parameters, ...changed };
    expect(await faultOf({ ...AUTHORIZE, parameters })).toMatch(fault);
  });

  test('in a form: a required parameter that is missing', async () => {
    const action = 'ModifySecurityGroupRules';
    const parameters = { Action: action, Version: '2016-11-15', GroupId: 'sg-1' };
    expect(await faultOf({ service: 'ec2', action, parameters })).toMatch(
      /Missing required parameter.*SecurityGroupRules/,
    );
  });

  test('in a form: a member of a list where the list should say so', async () => {
    const parameters: Record<string, string> = {
      ...PUBLISH.parameters,
      'MessageAttributes.entry.1.Value.Number': '1',
    };
    expect(await faultOf({ ...PUBLISH, parameters })).toMatch(/Unknown parameter.*Number/);
  });

  test.each([
    ['a parameter that the call does not have', { TableNames: 'table' }, /Unknown.*TableNames/],
    ['a required parameter that is missing', { TableName: undefined }, /Missing.*TableName/],
    ['a value of the wrong kind', { Item: { pk: { S: 1 } } }, /Invalid type.*Item\.pk\.S/],
    ['bytes that are none', { Item: { pk: { B: 'no bytes' } } }, /is no base64/],
  ])('in JSON: %s', async (_, changed, fault) => {
    expect(await faultOf({ ...PUT_ITEM, json: { ...PUT_ITEM.json, ...changed } })).toMatch(fault);
  });

  test('that it does not know the call, or cannot read it', async () => {
    expect(
      await emulator.faultsIn([
        { ...PUT_ITEM, action: 'PutItems' },
        { ...PUT_ITEM, service: 'dinamodb' },
        { ...PUT_ITEM, json: undefined },
        { ...PUT_ITEM, service: 'sns', action: 'Publish' },
      ]),
    ).toEqual([
      expect.stringContaining('PutItems'),
      expect.stringContaining('dinamodb'),
      expect.stringContaining('no JSON object'),
      expect.stringContaining('spoken to in query'),
    ]);
  });
});

const HANDLER = `
const ssm = require(${JSON.stringify(require.resolve('@aws-sdk/client-ssm'))});
exports.handler = async ({ Name }) => {
  await new ssm.SSMClient({}).send(new ssm.PutParameterCommand({ Name, Type: 'String' })).catch(() => undefined);
};
`;

test('a sandbox whose functions made a call that AWS would refuse does not end well', async () => {
  const aws = await LocalAws.start();
  const stack = await aws.deploy(synthesizeCaller());
  await aws.invoke(stack.outputs.get('Name') ?? '', { Name: 'text' });
  await expect(aws.stop()).rejects.toThrow(
    'AWS would refuse calls of the functions:\nssm:PutParameter: Missing required parameter in input: "Value"',
  );
});

function synthesizeCaller(): string {
  const code = temporaryFolder();
  writeFileSync(path.join(code, 'index.js'), HANDLER);
  const app = new App({ outdir: temporaryFolder() });
  const stack = new Stack(app, 'Caller');
  const handler = new lambda.Function(stack, 'Function', {
    code: lambda.Code.fromAsset(code),
    handler: 'index.handler',
    runtime: lambda.Runtime.NODEJS_24_X,
  });
  new CfnOutput(stack, 'Name', { value: handler.functionName });
  return app.synth().directory;
}
