import { CreateSecurityGroupCommand, CreateVpcCommand } from '@aws-sdk/client-ec2';
import { DescribeRuleCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { GetFunctionConfigurationCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { AwsCredentials, DeployedStack } from '../../sandbox/local-aws';
import {
  Actor,
  ChangeResponse,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  TrafficPattern,
} from '../../src';
import { whatIsNotAllowed } from '../support/rights/role-rights';
import { GroupSandbox, outcomesIn, tcp } from '../support/sandbox/group-sandbox';
import { policyStatements, rolePolicies } from '../support/sandbox/role-policies';

jest.setTimeout(600_000);

/** The most that a sentry takes by id. */
const GROUPS = 500;
/** A VPC of the emulator takes no more than a few hundred. */
const VPCS = 5;

/**
 * IAM, EventBridge, Lambda and SSM take no more, in characters; a role no more managed policies.
 */
const MOST_IN_MANAGED_POLICY = 6_144;
const MOST_IN_ROLE = 10_240;
const MOST_MANAGED_POLICIES = 10;
const MOST_IN_PATTERN = 2_048;
const MOST_IN_ENVIRONMENT = 4_096;
const MOST_IN_STANDARD_PARAMETER = 4_096;

let sandbox: GroupSandbox;
let stack: DeployedStack;
let groupIds: string[];
let access: {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
};

beforeAll(async () => {
  sandbox = await GroupSandbox.start();
  const { endpoint, region } = sandbox.localAws;
  access = { endpoint, region, credentials: await sandbox.localAws.createUser('auditor') };
  groupIds = (
    await Promise.all(Array.from({ length: VPCS }, async (_, index) => groupsOfNewVpc(index)))
  ).flat();
  stack = await sandbox.deploy('Many', (made) => {
    new SecurityGroupSentry(made, 'Sentry', {
      monitoredGroups: MonitoredGroups.ids(groupIds),
      policies: [
        {
          baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]),
          response: ChangeResponse.revert(),
        },
        { baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() },
      ],
      trustedActors: [Actor.role(iam.Role.fromRoleArn(made, 'Deployer', sandbox.deployerArn))],
    });
  });
});

afterAll(async () => sandbox?.stop());

test('its policies are within what a role holds', async () => {
  const policies = (await rolePolicies(new IAMClient(access), stack)).map(
    ({ document, ...policy }) => ({ ...policy, size: JSON.stringify(JSON.parse(document)).length }),
  );
  const managed = policies.filter(({ isManaged }) => isManaged);
  expect(managed.filter(({ size }) => size > MOST_IN_MANAGED_POLICY)).toEqual([]);
  expect(managed.length).toBeGreaterThan(0);
  for (const role of new Set(policies.map((policy) => policy.role))) {
    const own = policies.filter((policy) => policy.role === role);
    expect(own.filter(({ isManaged }) => isManaged).length).toBeLessThanOrEqual(
      MOST_MANAGED_POLICIES,
    );
    expect(
      own.filter(({ isManaged }) => !isManaged).reduce((sum, { size }) => sum + size, 0),
    ).toBeLessThanOrEqual(MOST_IN_ROLE);
  }
});

test('the patterns of its rules, its environments and its parameters are within what AWS takes', async () => {
  const [eventBridge, lambda, ssm] = [
    new EventBridgeClient(access),
    new LambdaClient(access),
    new SSMClient(access),
  ];
  const patterns = await Promise.all(
    physicalIds('AWS::Events::Rule').map(
      async (id) =>
        (await eventBridge.send(new DescribeRuleCommand({ Name: nameOf(id) }))).EventPattern ?? '',
    ),
  );
  expect(Math.max(...patterns.map(({ length }) => length))).toBeLessThanOrEqual(MOST_IN_PATTERN);
  const environments = await Promise.all(
    physicalIds('AWS::Lambda::Function').map(
      async (FunctionName) =>
        (await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))).Environment
          ?.Variables ?? {},
    ),
  );
  expect(environments).toHaveLength(3);
  expect(
    Math.max(...environments.map((variables) => Object.entries(variables).join('').length)),
  ).toBeLessThanOrEqual(MOST_IN_ENVIRONMENT);
  const parameters = await Promise.all(
    physicalIds('AWS::SSM::Parameter').map(
      async (Name) => (await ssm.send(new GetParameterCommand({ Name }))).Parameter?.Value ?? '',
    ),
  );
  expect(Math.max(...parameters.map(({ length }) => length))).toBeLessThanOrEqual(
    MOST_IN_STANDARD_PARAMETER,
  );
  expect(groupIds.filter((id) => !parameters.some((value) => value.includes(id)))).toEqual([]);
});

test('all are adopted, and a rule in the last one is reverted, by rights in that group', async () => {
  const [adoption] = await sandbox.told(async () =>
    expect(await sandbox.localAws.fire(stack, 'SentryReconcileRule')).toMatchObject({
      succeeded: true,
    }),
  );
  expect(adoption).toMatchObject({ type: 'security-group-reconcile', groups: GROUPS });
  const last = groupIds.at(-1)!;
  expect(
    outcomesIn(
      await sandbox.told(async () => sandbox.add(last, 'ingress', [tcp(8080, '0.0.0.0/0')])),
    ),
  ).toEqual(['added: reverted']);
  expect((await sandbox.rules(last)).filter(({ IsEgress }) => !IsEgress)).toEqual([]);
  const own = sandbox.calls.filter(({ invocationId }) => invocationId !== undefined);
  expect(own.filter(({ action }) => action === 'RevokeSecurityGroupIngress')).toHaveLength(1);
  expect(await whatIsNotAllowed(own, await policyStatements(new IAMClient(access), stack))).toEqual(
    [],
  );
});

async function groupsOfNewVpc(index: number): Promise<string[]> {
  const { Vpc } = await sandbox.deployer.send(
    new CreateVpcCommand({ CidrBlock: `10.${index}.0.0/16` }),
  );
  return Promise.all(
    Array.from({ length: GROUPS / VPCS }, async (_, number) => {
      const command = new CreateSecurityGroupCommand({
        GroupName: `group-${number}`,
        Description: 'One of many',
        VpcId: Vpc?.VpcId,
      });
      return (await sandbox.unseen('CreateSecurityGroup', command)).GroupId ?? '';
    }),
  );
}

function physicalIds(type: string): string[] {
  return [...stack.resources.values()]
    .filter((resource) => resource.type === type)
    .map(({ physicalId }) => physicalId);
}

/** The emulator gives a rule's ARN for its id, or its name. */
function nameOf(ruleId: string): string {
  return ruleId.split('/').at(-1)!;
}
