import {
  partsAt,
  type SentCall,
  type SentParameter,
  sentParameters,
  valuesAt,
} from './sent-parameters';
import {
  actionNamed,
  carries,
  type ReferencedAction,
  referencedAction,
  type ResourceType,
} from './service-authorization';

/** An action on one resource, which AWS asks of a caller. A call may ask for several. */
export interface AskedRight {
  readonly action: string;
  /** None where the action has no resources: then the right must be one in all. */
  readonly resourceType?: string;
  readonly resource: string;
  /** The values that come with the request, by condition key. */
  readonly context: ReadonlyMap<string, readonly string[]>;
}

/** What a call asks for, or a part of it that is judged by itself. */
interface Part {
  readonly action: string;
  readonly sent: readonly SentParameter[];
  readonly createAction?: string;
}

const REGION_AND_ACCOUNT = { Partition: 'aws', Region: 'us-east-1', Account: '123456789012' };

/** Batches have the right of their members. */
const BATCH = /^(sqs|sns):(\w+)Batch$/;

/**
 * What the reference says in prose, or leaves to the guides of the services.
 *
 * - Batches of SQS and SNS have no right of their own: Amazon SQS Developer Guide, "Amazon SQS API
 *   permissions"; API reference of `sns:PublishBatch`.
 * - Transactions need the rights of their parts: Amazon DynamoDB Developer Guide, "Managing complex
 *   workflows with DynamoDB transactions", on IAM.
 * - Lambda's `Invoke` has the right `lambda:InvokeFunction`: AWS Lambda API reference.
 * - Tags that come with a creating call are tagged under `ec2:CreateTags`: Amazon EC2 User Guide,
 *   "Grant permission to tag Amazon EC2 resources during creation".
 * - A source identity that comes with `sts:AssumeRole` is set under `sts:SetSourceIdentity`: IAM
 *   User Guide, "Monitor and control actions taken with assumed roles".
 */
function partsOf(call: SentCall): Part[] {
  const sent = sentParameters(call);
  const action = `${call.service}:${call.action}`.replace(/^lambda:Invoke$/, INVOKE);
  if (action === 'dynamodb:TransactWriteItems') {
    return partsAt(sent, 'TransactItems.*.*').map((item) => ({
      action: `dynamodb:${item.name === 'ConditionCheck' ? 'ConditionCheckItem' : `${item.name}Item`}`,
      sent: item.sent,
    }));
  }
  const tagging = sent.filter(({ path }) => path[0] === 'TagSpecification');
  return [
    { action: action.replace(BATCH, '$1:$2'), sent },
    ...(tagging.length > 0
      ? [{ action: TAG_ON_CREATION, sent: tagging, createAction: call.action }]
      : []),
    ...(valuesAt(sent, 'SourceIdentity').length > 0 ? [{ action: SET_SOURCE_IDENTITY, sent }] : []),
  ];
}

const TAG_ON_CREATION = 'ec2:CreateTags';

const INVOKE = 'lambda:InvokeFunction';

const SET_SOURCE_IDENTITY = 'sts:SetSourceIdentity';

/** Of the same, without a call: the transactions of this library put items, and nothing else. */
function actionOf(operation: string): string {
  if (operation === 'dynamodb:TransactWriteItems') return 'dynamodb:PutItem';
  if (operation === 'lambda:Invoke') return INVOKE;
  return operation.replace(BATCH, '$1:$2');
}

/** By what a call names a resource: its ARN, or what stands last in it. */
type Naming = (sent: readonly SentParameter[]) => readonly string[];

/**
 * For each type of resource, by its name in the reference. A type that stands here is never named
 * by what is only a peer in a call.
 */
const NAMED: Readonly<Record<string, Naming>> = {
  'ec2:security-group': (sent) => valuesAt(sent, 'GroupId'),
  // No one knows the id of a rule that is still to be made.
  'ec2:security-group-rule': (sent) => [
    ...valuesAt(sent, 'SecurityGroupRule.*.SecurityGroupRuleId'),
    ...valuesAt(sent, 'ResourceId.*').filter((id) => id.startsWith('sgr-')),
    ...valuesAt(sent, 'TagSpecification.*.ResourceType').flatMap((type) =>
      type === 'security-group-rule' ? ['*'] : [],
    ),
  ],
  'ec2:prefix-list': (sent) =>
    valuesAt(sent, 'PrefixListId', 'SecurityGroupRule.*.SecurityGroupRule.PrefixListId'),
  'ec2:snapshot': (sent) => valuesAt(sent, 'SnapshotId'),
  // ARNs of users and groups have a path before the name, which calls do not show: for rights in
  // users of all paths, that makes no difference. The user of a key is not named at all.
  'iam:user': (sent) => {
    const users = valuesAt(sent, 'UserName');
    return users.length > 0 ? users : valuesAt(sent, 'AccessKeyId').map((id) => `of-${id}`);
  },
  'iam:group': (sent) => valuesAt(sent, 'GroupName'),
  'sts:role': (sent) => valuesAt(sent, 'RoleArn'),
  'sns:topic': (sent) => valuesAt(sent, 'TopicArn'),
  'sqs:queue': (sent) => valuesAt(sent, 'QueueUrl').map((url) => url.split('/').at(-1) ?? ''),
  'ssm:parameter': (sent) =>
    valuesAt(sent, 'Name', 'Names.*').map((name) => name.replace(/^\//, '')),
  'dynamodb:table': (sent) => [
    ...valuesAt(sent, 'TableName'),
    ...partsAt(sent, 'RequestItems.*').map(({ name }) => name),
  ],
  'dynamodb:index': (sent) =>
    valuesAt(sent, 'IndexName').map((index) => `${valuesAt(sent, 'TableName')[0]}/index/${index}`),
  'lambda:function': (sent) => valuesAt(sent, 'FunctionName'),
  'kms:key': (sent) => valuesAt(sent, 'KeyId'),
  'secretsmanager:Secret': (sent) => valuesAt(sent, 'SecretId'),
  // The default bus, where an entry names none.
  'events:event-bus': (sent) =>
    partsAt(sent, 'Entries.*').map((entry) => valuesAt(entry.sent, 'EventBusName')[0] ?? 'default'),
};

/** The values of condition keys that a request brings. What it leaves out it does not have. */
const BROUGHT: Readonly<Record<string, (part: Part) => readonly string[]>> = {
  'events:source': ({ sent }) => valuesAt(sent, 'Entries.*.Source'),
  'aws:TagKeys': ({ sent }) => valuesAt(sent, 'Tag.*.Key', 'TagSpecification.*.Tag.*.Key'),
  'ec2:CreateAction': ({ createAction }) => (createAction ? [createAction] : []),
  // The partition key of all tables here that go by it; batches have it deeper inside.
  'dynamodb:LeadingKeys': ({ sent }) =>
    valuesAt(sent, 'Item.pk.S', 'Key.pk.S', 'ExpressionAttributeValues.:pk.S'),
  // Of calls that a service makes for the caller; functions make theirs themselves.
  'kms:ViaService': () => [],
};

/**
 * Lambda puts it into the context of each call from inside of a function; the reference names it
 * for no action. The session of a function's role has the function's name.
 */
export const CALLING_FUNCTION = 'lambda:SourceFunctionArn';
const FUNCTION_SESSION = /:assumed-role\/[^/]+\/(.+)$/;

export function functionArn(name: string): string {
  const { Partition, Region, Account } = REGION_AND_ACCOUNT;
  return `arn:${Partition}:lambda:${Region}:${Account}:function:${name}`;
}

function callingFunction({ callerArn = '' }: SentCall): [string, readonly string[]][] {
  const [, name] = FUNCTION_SESSION.exec(callerArn) ?? [];
  return name === undefined ? [] : [[CALLING_FUNCTION, [functionArn(name)]]];
}

/** All that AWS asks of the caller, by its service authorization reference. */
export async function rightsAskedBy(call: SentCall): Promise<AskedRight[]> {
  return (await Promise.all(partsOf(call).map(async (part) => rightsToPart(part, call)))).flat();
}

async function rightsToPart(part: Part, call: SentCall) {
  const { service, action: operation } = call;
  const action = await referencedAction(part.action);
  if (!action) {
    throw new Error(
      `AWS's reference has no right ${part.action} for the call ${service}:${operation}: teach partsOf.`,
    );
  }
  const contextWith = (type?: ResourceType) =>
    new Map([
      ...callingFunction(call),
      ...Object.entries(BROUGHT)
        .filter(([key]) => carries(action, type, key))
        .map(([key, valuesOf]) => [key, valuesOf(part)] as const),
    ]);
  if (action.resourceTypes.length === 0) {
    return [{ action: action.name, resource: '*', context: contextWith() }];
  }
  const rights = action.resourceTypes.flatMap((type) =>
    resourcesNamed(type, part).map((resource) => ({
      action: action.name,
      resourceType: type.name,
      resource,
      context: contextWith(type),
    })),
  );
  if (rights.length === 0) {
    throw new Error(`${service}:${operation} names no resource that is known here: teach NAMED.`);
  }
  return rights;
}

function resourcesNamed(type: ResourceType, part: Part): string[] {
  const named = NAMED[type.name]?.(part.sent) ?? [];
  if (named.length === 0 && type.isRequired) {
    throw new Error(`${part.action} needs a ${type.name}, and names none: teach NAMED.`);
  }
  return [...new Set(named)].map((name) => arnOf(type.arnFormat, name));
}

function arnOf(arnFormat: string, name: string): string {
  if (name.startsWith('arn:')) return name;
  const place = arnFormat.replace(
    /\$\{(Partition|Region|Account)\}/g,
    (_, part: keyof typeof REGION_AND_ACCOUNT) => REGION_AND_ACCOUNT[part],
  );
  // What the call names stands last, also where it is of two parts.
  return place.replace(/\$\{.*\}/, name);
}

/** What a call asks for at all times, or may ask for. */
export interface PossibleRight {
  readonly action: ReferencedAction;
  readonly type?: ResourceType;
  /** When the call asks for it; always, where nothing stands here. */
  readonly when?: string;
  /** Whether the call can bring values for the condition key. */
  brings(key: string): boolean;
}

/**
 * The optional resource types that calls of this library name, by action and type. The reference
 * calls a type optional without saying when it counts: it does where the request names such a
 * resource or tags it.
 */
const OPTIONAL: Readonly<Record<string, string>> = {
  'ec2:AuthorizeSecurityGroupIngress ec2:security-group-rule': 'the rule gets tags',
  'ec2:AuthorizeSecurityGroupEgress ec2:security-group-rule': 'the rule gets tags',
  'ec2:ModifySecurityGroupRules ec2:prefix-list': 'the rule names a prefix list',
  'ec2:CreateTags ec2:security-group-rule': '',
  'dynamodb:Query dynamodb:index': 'an index is read',
  'events:DescribeRule events:rule-on-default-event-bus': '',
  'events:ListTargetsByRule events:rule-on-default-event-bus': '',
  'events:PutEvents events:event-bus': '',
  'organizations:ListAccountsForParent organizations:organizationalunit': '',
  'organizations:ListAccountsForParent organizations:root': '',
  'organizations:ListOrganizationalUnitsForParent organizations:organizationalunit': '',
  'organizations:ListOrganizationalUnitsForParent organizations:root': '',
  's3:GetObject s3:object': '',
  's3:PutObject s3:object': '',
  'sts:SetSourceIdentity sts:role': '',
};

const TAKES_TAGS = /^ec2:Authorize/;

/** Keys that a call brings only as part of another, or through another service. */
const NOT_BY_ITSELF = ['ec2:CreateAction', 'kms:ViaService'];

/** Without a recorded call: all that a call of this name can ask for. */
export async function rightsPossiblyAskedBy(operation: string): Promise<PossibleRight[]> {
  const own = await possibleRights(actionOf(operation));
  // No session is begun without a source identity: members demand one.
  if (operation === 'sts:AssumeRole') {
    return [...own, ...(await possibleRights(SET_SOURCE_IDENTITY))];
  }
  if (!TAKES_TAGS.test(operation)) return own;
  const tagging = await possibleRights(TAG_ON_CREATION, ['ec2:CreateAction']);
  return [...own, ...tagging.map((right) => ({ ...right, when: 'the rule gets tags' }))];
}

async function possibleRights(
  name: string,
  brought: readonly string[] = [],
): Promise<PossibleRight[]> {
  const action = await actionNamed(name);
  const brings = (type?: ResourceType) => (key: string) =>
    carries(action, type, key) && (!NOT_BY_ITSELF.includes(key) || brought.includes(key));
  if (action.resourceTypes.length === 0) return [{ action, brings: brings() }];
  return action.resourceTypes.flatMap((type) => {
    const when = type.isRequired ? '' : OPTIONAL[`${name} ${type.name}`];
    if (when === undefined) return [];
    return [{ action, type, ...(when && { when }), brings: brings(type) }];
  });
}
