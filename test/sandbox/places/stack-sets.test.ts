import { ListRulesCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { App, CfnStackSet, Stack } from 'aws-cdk-lib';
import type { CfnStackSetProps } from 'aws-cdk-lib';
import * as z from 'zod/mini';
import { readAssembly } from '../../../sandbox/deployer/assembly';
import { deployStack } from '../../../sandbox/deployer/deploy-stack';
import { type Emulator, startEmulator } from '../../../sandbox/emulator/emulator';
import { emulatorAccess, type Place } from '../../../sandbox/emulator/emulator-access';
import { preparePythonEnvironment } from '../../../sandbox/emulator/python-environment';
import { StackSets } from '../../../sandbox/stack-sets/stack-sets';
import { temporaryFolder } from '../../support/apps/tiny-app';

const MANAGEMENT = '111111111111';
const REGIONS = ['us-east-1', 'eu-west-1'];
const SERVICE = 'member.org.stacksets.cloudformation.amazonaws.com';

const BUS = 'arn:aws:events:us-east-1:123456789012:event-bus/hub';
const RULE_TEMPLATE = {
  Parameters: { HubBusArn: { Type: 'String' } },
  Resources: {
    DeadLetters: { Type: 'AWS::SQS::Queue' },
    Rule: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Name: 'member',
        EventPattern: { source: ['aws.ec2'] },
        Targets: [
          {
            Id: 'Hub',
            Arn: { Ref: 'HubBusArn' },
            RoleArn: { 'Fn::Sub': 'arn:aws:iam::${AWS::AccountId}:role/forward' },
            DeadLetterConfig: { Arn: { 'Fn::GetAtt': ['DeadLetters', 'Arn'] } },
          },
        ],
      },
    },
  },
};
const ROLE_TEMPLATE = {
  Resources: {
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        RoleName: 'member',
        AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [] },
      },
    },
  },
};

let emulator: Emulator;
let stackSets: StackSets;
let root: string;
let unit: string;
let stacks = 0;

beforeAll(async () => {
  emulator = await startEmulator(await preparePythonEnvironment(console.log));
});
afterAll(async () => emulator.stop());
beforeEach(async () => {
  await emulator.reset();
  stackSets = new StackSets(emulator.endpoint);
  await organizations('CreateOrganization', { FeatureSet: 'ALL' });
  root = z
    .object({ Roots: z.tuple([z.object({ Id: z.string() })]) })
    .parse(await organizations('ListRoots', {})).Roots[0].Id;
  unit = z
    .object({ OrganizationalUnit: z.object({ Id: z.string() }) })
    .parse(await organizations('CreateOrganizationalUnit', { ParentId: root, Name: 'workloads' }))
    .OrganizationalUnit.Id;
});

async function organizations(operation: string, input: object): Promise<unknown> {
  const { credentials } = emulatorAccess(emulator.endpoint, {
    accountId: MANAGEMENT,
    region: 'us-east-1',
  });
  const response = await fetch(emulator.endpoint, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': `AWSOrganizationsV20161128.${operation}`,
      Authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/20260101/us-east-1/organizations/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify(input),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  return answer === '' ? {} : JSON.parse(answer);
}

/** Gives the account's id. */
async function account(name: string, parentId = unit): Promise<string> {
  const { CreateAccountStatus } = z
    .object({ CreateAccountStatus: z.object({ AccountId: z.string() }) })
    .parse(
      await organizations('CreateAccount', { AccountName: name, Email: `${name}@example.com` }),
    );
  if (parentId !== root) await move(CreateAccountStatus.AccountId, root, parentId);
  return CreateAccountStatus.AccountId;
}

async function move(AccountId: string, SourceParentId: string, DestinationParentId: string) {
  await organizations('MoveAccount', { AccountId, SourceParentId, DestinationParentId });
}

const RULES: CfnStackSetProps = {
  stackSetName: 'rules',
  permissionModel: 'SERVICE_MANAGED',
  templateBody: JSON.stringify(RULE_TEMPLATE),
  parameters: [{ parameterKey: 'HubBusArn', parameterValue: BUS }],
  autoDeployment: { enabled: true, retainStacksOnAccountRemoval: false },
};

function toUnit(regions = REGIONS): Partial<CfnStackSetProps> {
  return {
    stackInstancesGroup: [{ deploymentTargets: { organizationalUnitIds: [unit] }, regions }],
  };
}

async function deploy(props: Partial<CfnStackSetProps>, accountId = MANAGEMENT): Promise<void> {
  await deployAll((stack) => [new CfnStackSet(stack, 'Rules', { ...RULES, ...props })], accountId);
}

async function deployAll(
  add: (stack: Stack) => CfnStackSet[],
  accountId = MANAGEMENT,
): Promise<void> {
  stacks += 1;
  const app = new App({ outdir: temporaryFolder() });
  add(new Stack(app, `Members${stacks}`));
  const place = { accountId, region: 'us-east-1' };
  const deployment = await deployStack({
    endpoint: emulator.endpoint,
    assembly: readAssembly(app.synth().directory, place),
    place,
  });
  for (const each of deployment.stackSets) await stackSets.create(each);
}

function standing(name = 'rules'): string[] {
  return stackSets
    .instancesOf(name)
    .map(({ accountId, region, status }) => `${accountId} ${region} ${status}`);
}

async function rulesIn(place: Place): Promise<(string | undefined)[]> {
  const client = new EventBridgeClient(emulatorAccess(emulator.endpoint, place));
  const { Rules = [] } = await client.send(new ListRulesCommand({}));
  return Rules.map(({ Name }) => Name);
}

test('every account of the unit, and of those below it, gets a stack in each Region; the management account gets none', async () => {
  const below = z
    .object({ OrganizationalUnit: z.object({ Id: z.string() }) })
    .parse(await organizations('CreateOrganizationalUnit', { ParentId: unit, Name: 'below' }));
  const [one, two] = [await account('one'), await account('two', below.OrganizationalUnit.Id)];
  const outside = await account('outside', root);
  await move(MANAGEMENT, root, unit);
  await deploy(toUnit());
  expect(standing()).toEqual(
    REGIONS.flatMap((region) => [one, two].map((id) => `${id} ${region} SUCCEEDED`)),
  );
  const region = 'eu-west-1';
  await expect(rulesIn({ accountId: two, region })).resolves.toEqual(['member']);
  await expect(rulesIn({ accountId: outside, region })).resolves.toEqual([]);
  await expect(rulesIn({ accountId: MANAGEMENT, region })).resolves.toEqual([]);
  expect(stackSets.instancesOf('rules')[0]?.stackName).toMatch(/^StackSet-rules-[\da-f-]{36}$/);
});

test('accounts that come get their stacks, those that go lose them', async () => {
  const one = await account('one');
  await deploy(toUnit(['us-east-1']));
  const two = await account('two');
  await move(one, unit, root);
  await stackSets.accountsChanged();
  expect(standing()).toEqual([`${two} us-east-1 SUCCEEDED`]);
  await expect(rulesIn({ accountId: one, region: 'us-east-1' })).resolves.toEqual([]);
});

test('stacks stay where they are to be retained, and no one is followed without auto-deployment', async () => {
  const one = await account('one');
  const region = 'us-east-1';
  await deploy({
    ...toUnit([region]),
    autoDeployment: { enabled: true, retainStacksOnAccountRemoval: true },
  });
  await deploy({
    ...toUnit([region]),
    stackSetName: 'roles',
    templateBody: JSON.stringify(ROLE_TEMPLATE),
    parameters: [],
    capabilities: ['CAPABILITY_NAMED_IAM'],
    autoDeployment: { enabled: false },
  });
  await move(one, unit, root);
  await account('two');
  await stackSets.accountsChanged();
  await expect(rulesIn({ accountId: one, region })).resolves.toEqual(['member']);
  expect(standing('roles')).toEqual([`${one} us-east-1 SUCCEEDED`]);
});

test('a filter picks accounts of the unit, but not among those that come later', async () => {
  const one = await account('one');
  await account('two');
  await deploy({
    stackInstancesGroup: [
      {
        deploymentTargets: {
          organizationalUnitIds: [unit],
          accounts: [one],
          accountFilterType: 'INTERSECTION',
        },
        regions: ['us-east-1'],
      },
    ],
  });
  const three = await account('three');
  await stackSets.accountsChanged();
  expect(standing()).toEqual([`${one} us-east-1 SUCCEEDED`, `${three} us-east-1 SUCCEEDED`]);
});

test('a suspended account is skipped', async () => {
  const [one, two] = [await account('one'), await account('two')];
  await organizations('CloseAccount', { AccountId: one });
  await deploy(toUnit(['us-east-1']));
  expect(standing()).toEqual([
    `${one} us-east-1 SKIPPED_SUSPENDED_ACCOUNT`,
    `${two} us-east-1 SUCCEEDED`,
  ]);
});

test('a Region that no account has enabled fails the operation and cancels those after it', async () => {
  await account('one');
  await expect(deploy(toUnit(['me-central-1', 'us-east-1']))).rejects.toThrow(
    /failed with FAILED.*has not enabled me-central-1/,
  );
  expect(standing()).toEqual([]);
});

test('a failure is tolerated as far as the preferences say', async () => {
  const one = await account('one');
  await deploy({
    ...toUnit(['me-central-1', 'us-east-1']),
    operationPreferences: {
      failureTolerancePercentage: 100,
      maxConcurrentPercentage: 100,
      concurrencyMode: 'SOFT_FAILURE_TOLERANCE',
    },
  });
  expect(standing()).toEqual([`${one} me-central-1 FAILED`, `${one} us-east-1 SUCCEEDED`]);
});

test('a named role cannot be made in a second Region of an account', async () => {
  await account('one');
  const props = {
    templateBody: JSON.stringify(ROLE_TEMPLATE),
    parameters: [],
    capabilities: ['CAPABILITY_NAMED_IAM'],
  };
  await expect(deploy({ ...props, ...toUnit() })).rejects.toThrow(/already exists/i);
});

test('a stack that fails is rolled back, and leaves alone what others made', async () => {
  const accountId = await account('one');
  const rule = { Type: 'AWS::Events::Rule', Properties: { EventPattern: { source: ['a'] } } };
  const { Role } = ROLE_TEMPLATE.Resources;
  await deploy({
    ...toUnit(),
    templateBody: JSON.stringify({
      Resources: { Rule: rule, Role: { ...Role, DependsOn: 'Rule' } },
    }),
    parameters: [],
    capabilities: ['CAPABILITY_NAMED_IAM'],
    operationPreferences: { failureTolerancePercentage: 100, maxConcurrentPercentage: 100 },
  });
  expect(standing()).toEqual([`${accountId} us-east-1 SUCCEEDED`, `${accountId} eu-west-1 FAILED`]);
  expect(await rulesIn({ accountId, region: 'us-east-1' })).toHaveLength(1);
  expect(await rulesIn({ accountId, region: 'eu-west-1' })).toEqual([]);
  const iam = new IAMClient(emulatorAccess(emulator.endpoint, { accountId, region: 'us-east-1' }));
  await expect(iam.send(new GetRoleCommand({ RoleName: 'member' }))).resolves.toBeDefined();
});

test('the StackSet of the roles comes before that of the rules, for accounts that join too', async () => {
  const one = await account('one');
  await deployAll((stack) => {
    const rules = new CfnStackSet(stack, 'Rules', { ...RULES, ...toUnit(['us-east-1']) });
    const roles = new CfnStackSet(stack, 'Roles', {
      ...RULES,
      ...toUnit(['us-east-1']),
      stackSetName: 'roles',
      templateBody: JSON.stringify(ROLE_TEMPLATE),
      parameters: [],
      capabilities: ['CAPABILITY_NAMED_IAM'],
    });
    rules.addPropertyOverride('AutoDeployment.DependsOn', [roles.ref]);
    return [rules, roles];
  });
  const iam = new IAMClient(
    emulatorAccess(emulator.endpoint, { accountId: one, region: 'us-east-1' }),
  );
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: 'member' }));
  expect(Role?.Arn).toBe(`arn:aws:iam::${one}:role/member`);
  const two = await account('two');
  await stackSets.accountsChanged();
  expect([...standing('roles'), ...standing()]).toEqual(
    ['roles', 'rules'].flatMap(() => [one, two].map((id) => `${id} us-east-1 SUCCEEDED`)),
  );
});

test('only the management account and delegated administrators may make service-managed ones', async () => {
  const one = await account('one');
  await expect(deploy(toUnit(), one)).rejects.toThrow(/may make no service-managed StackSets/);
  await expect(deploy({ ...toUnit(), callAs: 'DELEGATED_ADMIN' }, one)).rejects.toThrow(
    /not a delegated administrator/,
  );
  await organizations('EnableAWSServiceAccess', { ServicePrincipal: SERVICE });
  await organizations('RegisterDelegatedAdministrator', {
    AccountId: one,
    ServicePrincipal: SERVICE,
  });
  await deploy({ ...toUnit(['us-east-1']), callAs: 'DELEGATED_ADMIN' }, one);
  expect(standing()).toEqual([`${one} us-east-1 SUCCEEDED`]);
});

test('a self-managed one goes to the accounts that it names', async () => {
  await deploy({
    permissionModel: 'SELF_MANAGED',
    autoDeployment: undefined,
    stackInstancesGroup: [
      { deploymentTargets: { accounts: ['444444444444'] }, regions: ['us-east-1'] },
    ],
  });
  expect(standing()).toEqual(['444444444444 us-east-1 SUCCEEDED']);
});

test('what AWS refuses in a template is refused', async () => {
  const refused = async (templateBody: object, more: Partial<CfnStackSetProps> = {}) =>
    deploy({ templateBody: JSON.stringify(templateBody), parameters: [], ...toUnit(), ...more });
  const long = { ...ROLE_TEMPLATE, Description: 'x'.repeat(51_200) };
  await expect(refused(long)).rejects.toThrow(/less than or equal to 51200/);
  const macro = { ...ROLE_TEMPLATE, Transform: 'AWS::Serverless-2016-10-31' };
  await expect(refused(macro)).rejects.toThrow(/transforms/);
  await expect(refused(RULE_TEMPLATE)).rejects.toThrow(/\[HubBusArn\] must have values/);
  await expect(refused(ROLE_TEMPLATE)).rejects.toThrow(/CAPABILITY_NAMED_IAM/);
});
