import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';

/** Something of a template that the emulator does not do. */
export interface EmulatorGap {
  /** A CloudFormation type; `Custom::*` stands for all custom resources. */
  readonly type: string;
  /**
   * The part of the resource that it is about; the resource itself is deployed. Without it the
   * whole resource is left out.
   */
  readonly aspect?: string;
  /** How it is made up for, or what to do without. */
  readonly inSandbox: string;
  /**
   * What stands for the id of a resource that is left out, where others refer to it. Without it,
   * such a reference is refused.
   */
  readonly idInReferences?: string;
  /** The deployer makes the resource before the stack: references get what it made. */
  readonly madeByDeployer?: true;
  /** The type that the emulator gets instead. */
  readonly deployedAs?: string;
  /** Where the aspect is in use, or which resources of the type are left out. */
  occursIn?(properties: Properties, typeOf: TypeOf): boolean;
  /** What the emulator gets instead, where the aspect would do harm there. */
  without?(properties: Properties, typeOf: TypeOf): Properties;
}

export type Properties = Record<string, unknown>;

/** The type of the resource with a logical id. */
export type TypeOf = (logicalId: string) => string | undefined;

/** Types that the emulator's CloudFormation creates: each was seen to. */
export const WORKING_TYPES: ReadonlySet<string> = new Set([
  'AWS::DynamoDB::Table',
  'AWS::EC2::EIP',
  'AWS::EC2::InternetGateway',
  'AWS::EC2::NatGateway',
  'AWS::EC2::Route',
  'AWS::EC2::RouteTable',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::EC2::Subnet',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::VPC',
  'AWS::EC2::VPCGatewayAttachment',
  'AWS::Events::EventBus',
  'AWS::Events::EventBusPolicy',
  'AWS::Events::Rule',
  'AWS::IAM::AccessKey',
  'AWS::IAM::ManagedPolicy',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::IAM::User',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Lambda::Function',
  'AWS::Lambda::Permission',
  'AWS::Logs::LogGroup',
  'AWS::Logs::ResourcePolicy',
  'AWS::S3::Bucket',
  'AWS::SNS::Topic',
  'AWS::SQS::Queue',
  'AWS::SSM::Parameter',
]);

const NO_ONE_REFUSED = 'no resource policy is enforced: every caller is let in';
const NOT_ENFORCED = 'kept and shown by the API, and not enforced: every caller is let in';

/**
 * All that is known to be missing. What stands neither here nor among the working types is refused
 * by name.
 */
export const EMULATOR_GAPS: readonly EmulatorGap[] = [
  { type: 'AWS::CloudWatch::Dashboard', inSandbox: 'no one looks at it' },
  { type: 'AWS::Logs::QueryDefinition', inSandbox: 'no one asks the logs' },
  {
    type: 'AWS::Lambda::EventSourceMapping',
    inSandbox:
      "the function runner polls the queue with the mapping's settings; the emulator would call Docker. References to it get an id that is no one's",
    idInReferences: '00000000-0000-0000-0000-000000000000',
  },
  {
    type: 'AWS::SNS::Subscription',
    inSandbox:
      'subscribed through the API once the stack stands; what e-mail would say is in the inbox',
  },
  {
    type: 'AWS::EC2::SecurityGroupEgress',
    inSandbox: 'authorized through the API once the stack stands',
  },
  { type: 'AWS::CDK::Metadata', inSandbox: 'no one counts constructs here' },
  { type: 'AWS::SNS::TopicPolicy', inSandbox: NO_ONE_REFUSED },
  { type: 'AWS::SQS::QueuePolicy', inSandbox: NO_ONE_REFUSED },
  { type: 'AWS::S3::BucketPolicy', inSandbox: NO_ONE_REFUSED },
  {
    type: 'AWS::CloudWatch::Alarm',
    inSandbox:
      "no alarm is evaluated: look at what it watches. References to it get a name that is no one's",
    idInReferences: 'no-alarm',
  },
  {
    type: 'AWS::CloudTrail::Trail',
    inSandbox: 'the CloudTrail tap makes the events of all calls that concern security groups',
  },
  {
    type: 'AWS::CloudFormation::StackSet',
    inSandbox:
      'its stacks are made in the accounts and Regions that it names, once the stack stands',
    madeByDeployer: true,
  },
  { type: 'AWS::Scheduler::Schedule', inSandbox: 'never fires: send its message by hand' },
  { type: 'AWS::Lambda::Alias', inSandbox: 'there is one version of each function' },
  {
    type: 'AWS::Lambda::EventInvokeConfig',
    inSandbox:
      'LocalAws.fire tries again and tells of failures as it says; nothing else invokes asynchronously',
  },
  { type: 'AWS::Lambda::Url', inSandbox: 'no function has an address' },
  {
    type: 'AWS::ApiGatewayV2::Api',
    inSandbox:
      "a server on a port of its own, which hands requests to the functions; ApiEndpoint is its address, and the stack's httpApis name it",
    madeByDeployer: true,
  },
  { type: 'AWS::ApiGatewayV2::Integration', inSandbox: "the API's server calls the function" },
  { type: 'AWS::ApiGatewayV2::Route', inSandbox: "the API's server knows it" },
  {
    type: 'AWS::ApiGatewayV2::Stage',
    inSandbox:
      "the API's server is the stage $default; nothing is throttled or written to access logs",
  },
  { type: 'AWS::ApiGatewayV2::DomainName', inSandbox: "the API's server has no name of its own" },
  { type: 'AWS::ApiGatewayV2::ApiMapping', inSandbox: "the API's server has no name of its own" },
  {
    type: 'AWS::SecretsManager::Secret',
    inSandbox: 'made through the API before the stack, and not encrypted with a key of the stack',
    madeByDeployer: true,
  },
  { type: 'AWS::SecretsManager::ResourcePolicy', inSandbox: NO_ONE_REFUSED },
  {
    type: 'AWS::SecretsManager::RotationSchedule',
    inSandbox: 'never rotates: give the secret a new value with LocalAws.putSecret',
  },
  {
    type: 'AWS::SecretsManager::SecretTargetAttachment',
    inSandbox: 'the secret is not told of its database',
  },
  {
    type: 'AWS::KMS::Key',
    inSandbox:
      "one that makes MACs is made through the API before the stack: the emulator's CloudFormation makes every key one that encrypts",
    madeByDeployer: true,
    occursIn: ({ KeySpec = 'SYMMETRIC_DEFAULT' }) => KeySpec !== 'SYMMETRIC_DEFAULT',
  },
  {
    type: 'AWS::CloudFormation::CustomResource',
    inSandbox: 'not run: what it would do is not done',
  },
  { type: 'Custom::*', inSandbox: 'not run: what it would do is not done' },
  { type: 'AWS::IAM::ManagedPolicy', aspect: 'rights', inSandbox: NOT_ENFORCED },
  { type: 'AWS::IAM::Policy', aspect: 'rights', inSandbox: NOT_ENFORCED },
  {
    type: 'AWS::IAM::Role',
    aspect: 'rights',
    inSandbox: NOT_ENFORCED,
    occursIn: ({ Policies, ManagedPolicyArns }) =>
      Policies !== undefined || ManagedPolicyArns !== undefined,
  },
  {
    type: 'AWS::KMS::Key',
    aspect: 'key policy',
    inSandbox: NOT_ENFORCED,
    occursIn: ({ KeyPolicy }) => KeyPolicy !== undefined,
  },
  {
    type: 'AWS::Events::Rule',
    aspect: 'schedule',
    inSandbox:
      'never fires by itself: LocalAws.fire runs the function that it calls, and sends its message to a queue',
    occursIn: ({ ScheduleExpression }) => ScheduleExpression !== undefined,
    // The emulator takes a rule without a pattern for one that matches every event.
    without: ({ Targets, ...properties }) => properties,
  },
  {
    type: 'AWS::Events::Rule',
    aspect: 'targets that no event reaches',
    inSandbox:
      'called by LocalAws.fire only: events reach functions through queues; the emulator would answer PutEvents with HTTP 500',
    occursIn: ({ Targets }, typeOf) =>
      listOf(Targets).some((target) => !isServedTarget(target, typeOf)),
    without: (properties, typeOf) => ({
      ...properties,
      Targets: listOf(properties.Targets).filter((target) => isServedTarget(target, typeOf)),
    }),
  },
  {
    type: 'AWS::SSM::Parameter',
    aspect: 'name made by CloudFormation',
    inSandbox: 'made by the deployer',
    occursIn: ({ Name }) => Name === undefined,
    without: (properties) => ({ ...properties, Name: `CFN-${randomUUID()}` }),
  },
  {
    type: 'AWS::SQS::Queue',
    aspect: 'generated name of a FIFO queue',
    inSandbox:
      'given by the sandbox: the emulator would make one that does not end in .fifo, and refuse it',
    occursIn: ({ FifoQueue, QueueName }) => FifoQueue === true && QueueName === undefined,
    without: (properties) => ({ ...properties, QueueName: `queue-${randomUUID()}.fifo` }),
  },
  {
    type: 'AWS::Lambda::Function',
    aspect: 'generated name',
    inSandbox:
      'given by the sandbox: the emulator would make one that is longer than the 64 characters of a session name',
    occursIn: ({ FunctionName }) => FunctionName === undefined,
    without: (properties) => ({ ...properties, FunctionName: `function-${randomUUID()}` }),
  },
  {
    type: 'AWS::Lambda::Function',
    aspect: 'dead-letter queue',
    inSandbox: 'LocalAws.fire sends to it; nothing else invokes asynchronously',
    occursIn: ({ DeadLetterConfig }) => DeadLetterConfig !== undefined,
  },
  {
    type: 'AWS::Lambda::Function',
    aspect: 'log settings',
    inSandbox: 'lost: the sandbox prints what the function prints',
    occursIn: ({ LoggingConfig }) => LoggingConfig !== undefined,
  },
  {
    type: 'AWS::Lambda::Function',
    aspect: 'architecture',
    inSandbox: 'lost: the function runs on this machine, whatever it is',
    occursIn: ({ Architectures }) => Architectures !== undefined,
  },
  {
    type: 'AWS::Lambda::Function',
    aspect: 'reserved concurrency',
    inSandbox: 'lost: the function runner has at most two processes a function',
    occursIn: ({ ReservedConcurrentExecutions }) => ReservedConcurrentExecutions !== undefined,
  },
  {
    type: 'AWS::DynamoDB::GlobalTable',
    aspect: 'replicas',
    inSandbox: "a table of the stack's own Region: the emulator knows no global ones",
    deployedAs: 'AWS::DynamoDB::Table',
    without: tableOfOneRegion,
  },
  ...['AWS::DynamoDB::Table', 'AWS::DynamoDB::GlobalTable'].flatMap((type) => [
    {
      type,
      aspect: 'time to live',
      inSandbox: 'lost: nothing expires',
      occursIn: ({ TimeToLiveSpecification }: Properties) => TimeToLiveSpecification !== undefined,
    },
    {
      type,
      aspect: 'encryption',
      inSandbox: 'lost: nothing is encrypted, and no key is needed',
      occursIn: ({ SSESpecification }: Properties) => SSESpecification !== undefined,
    },
    {
      type,
      aspect: 'point-in-time recovery',
      inSandbox: 'lost',
      occursIn: (properties: Properties) =>
        JSON.stringify(properties).includes('"PointInTimeRecoverySpecification"'),
    },
    {
      type,
      aspect: 'resource policy',
      inSandbox: 'lost: every caller is let in',
      occursIn: (properties: Properties) => JSON.stringify(properties).includes('"ResourcePolicy"'),
    },
  ]),
  ...['AWS::EC2::SecurityGroup', 'AWS::EC2::SecurityGroupIngress'].map((type) => ({
    type,
    aspect: 'descriptions of rules',
    inSandbox: 'lost: the rules are made without them',
    occursIn: (properties: Record<string, unknown>) => holdsRuleDescription(type, properties),
  })),
];

const Replicas = z.tuple([z.looseObject({})], z.unknown());

/**
 * What a global table says of its first replica, a table says of itself; of indexes, the global
 * table says all that counts here.
 */
function tableOfOneRegion({ Replicas: replicas, ...properties }: Properties): Properties {
  const [{ Region: _region, SSESpecification: _key, GlobalSecondaryIndexes: _indexes, ...own }] =
    Replicas.parse(replicas);
  return { ...properties, ...own };
}

function holdsRuleDescription(type: string, properties: Properties): boolean {
  if (type !== 'AWS::EC2::SecurityGroup') return properties.Description !== undefined;
  return [
    ...listOf(properties.SecurityGroupIngress),
    ...listOf(properties.SecurityGroupEgress),
  ].some((rule) => typeof rule === 'object' && rule !== null && 'Description' in rule);
}

const Target = z.object({ Arn: z.unknown() });
const Reference = z.union([
  z.pipe(
    z.object({ Ref: z.string() }),
    z.transform(({ Ref }) => Ref),
  ),
  z.pipe(
    z.object({ 'Fn::GetAtt': z.tuple([z.string()], z.string()) }),
    z.transform(({ 'Fn::GetAtt': [logicalId] }) => logicalId),
  ),
]);
const SERVED_TYPES = new Set(['AWS::Events::EventBus', 'AWS::SNS::Topic', 'AWS::SQS::Queue']);

/** An ARN that is put together, or that a parameter gives, is the emulator's to look at. */
function isServedTarget(target: unknown, typeOf: TypeOf): boolean {
  const { Arn } = Target.parse(target);
  const referred = Reference.safeParse(Arn).data;
  if (referred === undefined) return /:(sqs|sns|events):/.test(JSON.stringify(Arn));
  const type = typeOf(referred);
  return type === undefined || SERVED_TYPES.has(type);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
