import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRolePolicyCommand,
  type IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import * as z from 'zod/mini';
import type { ApiCall } from '../../../sandbox/cloudtrail/tap';
import type { DeployedStack } from '../../../sandbox/local-aws';

/**
 * A small evaluator of what this library's roles hold: Allow statements with actions, resources and
 * the few conditions in use. The emulator enforces none of them. What it does not know it refuses,
 * rather than to let a call through.
 */
export interface AllowStatement {
  readonly role: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly Condition[];
}

interface Condition {
  readonly operator: string;
  readonly key: string;
  readonly values: readonly string[];
}

/** What a call needs to be let through: it may need several, each of one resource. */
interface Request {
  readonly action: string;
  readonly resource: string;
  /** The values of condition keys. */
  readonly context: Readonly<Record<string, string>>;
}

/**
 * Conditions that are understood; those on keys stand in statements that no call of a function is
 * let through by.
 */
const KNOWN_CONDITIONS = [
  'StringEquals events:source',
  'StringEquals ec2:CreateAction',
  'StringLike kms:ViaService',
  'StringEquals kms:ViaService',
  'ForAllValues:StringEquals aws:TagKeys',
  'ForAllValues:StringLike dynamodb:LeadingKeys',
];

/**
 * Of values of which a call has one; those on likeness to a key of a table are met by the key of
 * one item.
 */
const COMPARISONS: Readonly<
  Record<string, (allowed: readonly string[], value: string) => boolean>
> = {
  StringEquals: (allowed, value) => allowed.includes(value),
  'ForAllValues:StringEquals': (allowed, value) => allowed.includes(value),
  'ForAllValues:StringLike': (allowed, value) => allowed.some((one) => covers(one, value)),
};

const PLACE = 'us-east-1:123456789012';

const oneOrMore = z.pipe(
  z.union([z.string(), z.array(z.string())]),
  z.transform((value) => [value].flat()),
);
const conditionSchema = z.record(z.string(), z.record(z.string(), oneOrMore));
const policySchema = z.object({
  Statement: z.array(
    z.strictObject({
      Sid: z.optional(z.string()),
      Effect: z.literal('Allow'),
      Action: oneOrMore,
      Resource: oneOrMore,
      Condition: z.optional(conditionSchema),
    }),
  ),
});

/** A policy as it stands in a role, with every reference resolved. */
export interface RolePolicy {
  readonly role: string;
  readonly isManaged: boolean;
  readonly document: string;
}

/** What the deployed roles of the stack allow. */
export async function policyStatements(
  iam: IAMClient,
  stack: DeployedStack,
): Promise<AllowStatement[]> {
  return (await rolePolicies(iam, stack)).flatMap(({ role, document }) =>
    policySchema.parse(JSON.parse(document)).Statement.map((statement) => ({
      role,
      actions: statement.Action,
      resources: statement.Resource,
      conditions: conditionsOf(statement.Condition ?? {}),
    })),
  );
}

/** The policies of all roles of the stack, those in the roles and those attached to them. */
export async function rolePolicies(iam: IAMClient, stack: DeployedStack): Promise<RolePolicy[]> {
  const roles = [...stack.resources.values()]
    .filter(({ type }) => type === 'AWS::IAM::Role')
    .map(({ physicalId }) => physicalId);
  return (
    await Promise.all(
      roles.map(async (role) => [
        ...(await inlinePolicies(iam, role)),
        ...(await attachedPolicies(iam, role)),
      ]),
    )
  ).flat();
}

async function inlinePolicies(iam: IAMClient, role: string): Promise<RolePolicy[]> {
  const { PolicyNames } = await iam.send(new ListRolePoliciesCommand({ RoleName: role }));
  return Promise.all(
    PolicyNames!.map(async (PolicyName) => {
      const { PolicyDocument } = await iam.send(
        new GetRolePolicyCommand({ RoleName: role, PolicyName }),
      );
      return { role, isManaged: false, document: decodeURIComponent(PolicyDocument!) };
    }),
  );
}

async function attachedPolicies(iam: IAMClient, role: string): Promise<RolePolicy[]> {
  const { AttachedPolicies } = await iam.send(
    new ListAttachedRolePoliciesCommand({ RoleName: role }),
  );
  return Promise.all(
    AttachedPolicies!.map(async ({ PolicyArn }) => {
      const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
      const { PolicyVersion } = await iam.send(
        new GetPolicyVersionCommand({ PolicyArn, VersionId: Policy!.DefaultVersionId }),
      );
      return { role, isManaged: true, document: decodeURIComponent(PolicyVersion!.Document!) };
    }),
  );
}

function conditionsOf(condition: z.infer<typeof conditionSchema>): Condition[] {
  const conditions = Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => ({ operator, key, values })),
  );
  const unknown = conditions.find(
    ({ operator, key }) => !KNOWN_CONDITIONS.includes(`${operator} ${key}`),
  );
  if (unknown) {
    throw new Error(
      `The evaluator of policies does not know ${unknown.operator} on ${unknown.key}: teach it, and add it to KNOWN_CONDITIONS.`,
    );
  }
  return conditions;
}

/** The calls that the statements of the caller's role do not allow, with what is missing. */
export function whatIsNotAllowed(
  calls: readonly ApiCall[],
  statements: readonly AllowStatement[],
): string[] {
  return calls.flatMap((call) =>
    requestsOf(call)
      .filter(
        (request) =>
          !statements.some((statement) => isOf(statement, call) && allows(statement, request)),
      )
      .map(({ action, resource }) => `${call.callerArn} ${action} on ${resource}`),
  );
}

/** An action that a role may take. */
export interface Right {
  readonly role: string;
  readonly action: string;
}

/** What the roles may do, and none of the calls needed. */
export function whatIsNotNeeded(
  calls: readonly ApiCall[],
  statements: readonly AllowStatement[],
): Right[] {
  const held = statements.flatMap(({ role, actions }) =>
    actions.map((action) => ({ role, action })),
  );
  const needed = new Set(
    statements.flatMap((statement) =>
      calls
        .filter((call) => isOf(statement, call))
        .flatMap(requestsOf)
        .filter((request) => allows(statement, request))
        .map(({ action }) => nameOf({ role: statement.role, action })),
    ),
  );
  return [...new Map(held.map((right) => [nameOf(right), right])).values()].filter(
    (right) => !needed.has(nameOf(right)),
  );
}

function nameOf({ role, action }: Right): string {
  return `${role} ${action}`;
}

function isOf({ role }: AllowStatement, { callerArn }: ApiCall): boolean {
  return callerArn!.includes(`:assumed-role/${role}/`);
}

function allows(
  { actions, resources, conditions }: AllowStatement,
  { action, resource, context }: Request,
): boolean {
  return (
    actions.includes(action) &&
    resources.some((allowed) => covers(allowed, resource)) &&
    conditions.every(
      ({ operator, key, values }) => COMPARISONS[operator]?.(values, context[key] ?? '') ?? false,
    )
  );
}

/** A `*` stands for any characters. */
function covers(allowed: string, resource: string): boolean {
  return new RegExp(
    `^${allowed
      .split('*')
      .map((text) => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
  ).test(resource);
}

/** By service; a call that concerns no single resource needs its action on all. */
const RESOURCES: Readonly<Record<string, (call: ApiCall) => readonly Partial<Request>[]>> = {
  sns: ({ parameters }) => [{ resource: parameters.TopicArn }],
  sqs: ({ json }) => [
    {
      resource: `arn:aws:sqs:${PLACE}:${z.object({ QueueUrl: z.string() }).parse(json).QueueUrl.split('/').at(-1)}`,
    },
  ],
  ssm: ({ json }) =>
    namesOf(json).map((name) => ({
      resource: `arn:aws:ssm:${PLACE}:parameter/${name.replace(/^\//, '')}`,
    })),
  dynamodb: ({ action, json }) =>
    action === 'TransactWriteItems'
      ? transactionOf(json)
      : tablesOf(json).map((table) => ({
          resource: `arn:aws:dynamodb:${PLACE}:table/${table}`,
          context: { 'dynamodb:LeadingKeys': leadingKeyOf(json) },
        })),
  kms: ({ json }) => [{ resource: z.object({ KeyId: z.string() }).parse(json).KeyId }],
  secretsmanager: ({ json }) => [
    { resource: z.object({ SecretId: z.string() }).parse(json).SecretId },
  ],
  events: ({ json }) =>
    entriesOf(json).map(({ Source, EventBusName }) => ({
      resource: `arn:aws:events:${PLACE}:event-bus/${EventBusName}`,
      context: { 'events:source': Source },
    })),
  iam: ({ parameters }) => [{ resource: iamResourceOf(parameters) }],
  cloudtrail: () => [{}],
  ec2: ec2RequestsOf,
};

function requestsOf(call: ApiCall): Request[] {
  const resources = RESOURCES[call.service];
  if (!resources) {
    throw new Error(
      `The evaluator of policies does not know what resources ${call.service}:${call.action} has: teach it.`,
    );
  }
  return resources(call).map(({ action = actionOf(call), resource = '*', context = {} }) => ({
    action,
    resource,
    context,
  }));
}

/** SQS has one right for a message and for a batch of them. */
function actionOf({ service, action }: ApiCall): string {
  return `${service}:${service === 'sqs' ? action.replace(/Batch$/, '') : action}`;
}

function namesOf(json: unknown): string[] {
  const { Name, Names } = z
    .object({ Name: z.optional(z.string()), Names: z.optional(z.array(z.string())) })
    .parse(json);
  return Names ?? [Name!];
}

function tablesOf(json: unknown): string[] {
  const { TableName, IndexName, RequestItems } = z
    .object({
      TableName: z.optional(z.string()),
      IndexName: z.optional(z.string()),
      RequestItems: z.optional(z.record(z.string(), z.unknown())),
    })
    .parse(json);
  return RequestItems
    ? Object.keys(RequestItems)
    : [IndexName ? `${TableName}/index/${IndexName}` : TableName!];
}

/** Of a call that is about one item. */
function leadingKeyOf(json: unknown): string {
  const key = z.optional(z.object({ pk: z.optional(z.object({ S: z.string() })) }));
  const { Item, Key } = z.object({ Item: key, Key: key }).parse(json);
  return (Item ?? Key)?.pk?.S ?? '';
}

/** A transaction needs the rights of its parts, and none of its own. */
function transactionOf(json: unknown): Partial<Request>[] {
  const part = z.record(z.string(), z.object({ TableName: z.string() }));
  const { TransactItems: items } = z.object({ TransactItems: z.array(part) }).parse(json);
  return items
    .flatMap((item) => Object.entries(item))
    .map(([kind, { TableName }]) => ({
      action: `dynamodb:${kind}Item`,
      resource: `arn:aws:dynamodb:${PLACE}:table/${TableName}`,
    }));
}

function entriesOf(json: unknown) {
  const entry = z.object({ Source: z.string(), EventBusName: z._default(z.string(), 'default') });
  return z.object({ Entries: z.array(entry) }).parse(json).Entries;
}

/**
 * EC2 describes all or nothing. A rule that is to be modified, or made with tags, is a resource
 * beside its group.
 */
function ec2RequestsOf({ action, parameters }: ApiCall): Partial<Request>[] {
  const { GroupId, PrefixListId } = parameters;
  if (action.startsWith('Describe')) return [{}];
  if (action === 'CreateTags') {
    return [
      {
        resource: `arn:aws:ec2:${PLACE}:security-group-rule/${parameters['ResourceId.1']}`,
        context: { 'aws:TagKeys': parameters['Tag.1.Key'] ?? '' },
      },
    ];
  }
  if (PrefixListId) return [{ resource: `arn:aws:ec2:${PLACE}:prefix-list/${PrefixListId}` }];
  const rule = `arn:aws:ec2:${PLACE}:security-group-rule/`;
  return [
    { resource: `arn:aws:ec2:${PLACE}:security-group/${GroupId}` },
    ...(action === 'ModifySecurityGroupRules'
      ? [{ resource: `${rule}${parameters['SecurityGroupRule.1.SecurityGroupRuleId']}` }]
      : []),
    ...(parameters['TagSpecification.1.ResourceType']
      ? [
          {
            action: 'ec2:CreateTags',
            resource: `${rule}new`,
            context: { 'ec2:CreateAction': action },
          },
        ]
      : []),
  ];
}

/**
 * IAM's ARNs have a path before the name, which calls do not show: for users of all paths, that
 * makes no difference.
 */
function iamResourceOf({
  UserName,
  GroupName,
  AccessKeyId,
}: ApiCall['parameters']): string | undefined {
  if (UserName) return `arn:aws:iam::123456789012:user/${UserName}`;
  // The right is one in the key's user, whom the call does not name.
  if (AccessKeyId) return `arn:aws:iam::123456789012:user/of-${AccessKeyId}`;
  return GroupName && `arn:aws:iam::123456789012:group/${GroupName}`;
}
