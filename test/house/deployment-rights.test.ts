import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DeployedApp, deployedApps } from '../support/deployment-rights/deployed-apps';
import {
  type DeploymentPolicies,
  deploymentPolicies,
  typesOf,
} from '../support/deployment-rights/deployment-policy';
import {
  deploymentRightsPage,
  LONGEST_MANAGED_POLICY,
  policyDocument,
  WRITE_AGAIN,
} from '../support/deployment-rights/deployment-rights-page';
import { HANDLER_PERMISSIONS } from '../support/deployment-rights/handler-schemas';
import { propertiesThatAreSet } from '../support/deployment-rights/unneeded-permissions';

/** What CloudFormation has to be allowed, by the types of the synthesized templates. */

const PAGE = join(__dirname, '..', '..', 'docs', 'deployment-rights.md');

/** By which CloudFormation or the library names what the policy names. */
const NAMES = [
  'AlarmName',
  'FunctionName',
  'LogGroupName',
  'Name',
  'QueueName',
  'RoleName',
  'TableName',
  'TopicName',
  'TrailName',
];
const NAMED_IN_POLICY = /^AWS::(CloudTrail::Trail|Events::(Rule|EventBus)|IAM::Role|SQS::Queue)$/;
const KNOWN_NAME = /^((Costs|Trail|Members?)-|cdk-sentries)/;

let apps: readonly DeployedApp[];
let policies: DeploymentPolicies;

beforeAll(async () => {
  apps = deployedApps();
  policies = await deploymentPolicies(apps);
});

test('docs/deployment-rights.md says what a deployment needs', async () => {
  const found = readFileSync(PAGE, 'utf8');
  const page = await deploymentRightsPage(found, apps);
  if (process.env.WRITE_DEPLOYMENT_RIGHTS && !process.env.CI) {
    writeFileSync(PAGE, page);
  } else if (found !== page) {
    throw new Error(
      `docs/deployment-rights.md is not what this version needs. Write it again: ${WRITE_AGAIN}`,
    );
  }
});

test('each policy fits into a managed policy', () => {
  for (const statements of [policies.changes, policies.looks]) {
    const { length } = JSON.stringify(policyDocument(statements));
    expect(length).toBeLessThan(LONGEST_MANAGED_POLICY);
  }
});

test('permissions are known of just the types that are made', () => {
  expect(Object.keys(HANDLER_PERMISSIONS.types)).toEqual(typesOf(apps));
});

test('nothing is left out for a property that a template has', () => {
  expect(propertiesThatAreSet(apps)).toEqual([]);
});

test('what has a name of its own is named in the policy', () => {
  const named = apps
    .flatMap(({ templates }) => templates)
    .flatMap((template) => Object.values(template.Resources))
    .filter(({ Type }) => NAMED_IN_POLICY.test(Type))
    .flatMap(({ Properties }) => NAMES.map((name) => Properties?.[name]))
    .filter((name): name is string => typeof name === 'string');

  expect(named).toEqual(expect.arrayContaining(['cdk-sentries-hub-respond', 'cdk-sentries']));
  expect(named.filter((name) => !KNOWN_NAME.test(name))).toEqual([]);
});

test('roles, and what they may do, are changed only where the stack or the library named them', () => {
  const anywhere = policies.changes.filter(({ Resource }) => Resource === '*');
  expect(anywhere.flatMap(({ Action }) => Action.filter((one) => one.startsWith('iam:')))).toEqual(
    [],
  );
});

test('keys are used by AWS alone, in the name of the one who deploys', () => {
  const deciphering = policies.changes.filter(({ Action }) => Action.includes('kms:Decrypt'));
  expect(deciphering.map(({ Condition }) => Object.keys(Condition?.StringLike ?? {}))).toEqual([
    ['kms:ViaService'],
  ]);
});

test('nothing lets a deployment read or write the items of a table', () => {
  const all = [...policies.changes, ...policies.looks].flatMap(({ Action }) => Action);
  expect(all.filter((action) => /^dynamodb:(.*Item|Query|Scan)$/.test(action))).toEqual([]);
});

test('values of parameters, and variables of functions, are read of nothing else in the account', () => {
  const anywhere = policies.looks.filter(({ Resource }) => Resource === '*');
  const reads =
    /^(ssm:Get.*|lambda:GetFunction(Configuration)?|s3:GetObject.*|secretsmanager:Get.*)$/;

  expect(anywhere).toHaveLength(1);
  expect(anywhere[0]!.Action.filter((action) => reads.test(action))).toEqual([]);
});
