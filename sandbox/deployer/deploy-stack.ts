import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  Stack,
  StackResource,
} from '@aws-sdk/client-cloudformation';
import * as z from 'zod/mini';
import {
  type Assembly,
  type AssemblyStack,
  type PhysicalResource,
  type Resource,
  stackOf,
} from './assembly';
import { publishFileAssets } from './asset-publishing';
import { bootstrap } from './bootstrap';
import { DeployableTemplate, isOwnOutput } from './deployable-template';
import { authorizeEgress } from './egress-rules';
import { gapsIn, type MetGap, refuseUnknownTypes } from './emulator-gaps';
import { deferHttpApis, type DeployedHttpApi } from './http-apis';
import { type MadeResource, type MadeResources, makeResources } from './made-resources';
import { deferSchedules, type Schedule } from './schedules';
import { subscribe } from './subscriptions';
import { emulatorAccess } from '../emulator/emulator-access';

const POLL_MS = 50;

/** A function of the stack, and the folder on this machine that its code came from. */
export interface DeployedFunction {
  readonly functionName: string;
  /** Undefined where the code is not a folder: inline, or a ready archive. */
  readonly codeFolder?: string;
}

/** How a queue is polled for a function, as the template says. */
export interface EventSourceMapping {
  readonly functionName: string;
  readonly queueArn: string;
  readonly batchSize: number;
  readonly batchingWindowSeconds: number;
  readonly maximumConcurrency: number;
  readonly reportsBatchItemFailures: boolean;
}

export interface StackDeployment {
  readonly name: string;
  readonly resources: ReadonlyMap<string, PhysicalResource>;
  readonly outputs: ReadonlyMap<string, string>;
  readonly gaps: MetGap[];
  readonly functions: DeployedFunction[];
  readonly eventSourceMappings: EventSourceMapping[];
  readonly schedules: Schedule[];
  readonly topicArns: string[];
  /** The addresses of the HTTP APIs, by their logical ids. */
  readonly httpApis: ReadonlyMap<string, string>;
  readonly httpApiServers: DeployedHttpApi[];
}

export interface StackToDeploy {
  readonly endpoint: string;
  readonly assembly: Assembly;
  /** Not needed where the app has one stack. */
  readonly stackName?: string;
}

interface StackToCreate {
  readonly endpoint: string;
  readonly assembly: Assembly;
  readonly stack: AssemblyStack;
}

/** Creates the stack in the emulator, and makes up for what the emulator leaves out. */
export async function deployStack({
  endpoint,
  assembly,
  stackName,
}: StackToDeploy): Promise<StackDeployment> {
  const stack = stackOf(assembly, stackName);
  refuseUnknownTypes(stack.template.Resources);
  const made = await makeResources(endpoint, stack.template.Resources);
  try {
    return await deployAround(made, { endpoint, assembly, stack });
  } catch (error) {
    await Promise.all([...made.httpApis.values()].map(async (server) => server.stop()));
    throw error;
  }
}

async function deployAround(
  made: MadeResources,
  { endpoint, assembly, stack }: StackToCreate,
): Promise<StackDeployment> {
  const template = new DeployableTemplate(stack.template, made.byLogicalId);
  const subscriptions = resourcesOf(stack, 'AWS::SNS::Subscription').map(([, { Properties }]) =>
    template.defer(Properties),
  );
  const egressRules = resourcesOf(stack, 'AWS::EC2::SecurityGroupEgress').map(
    ([, { Properties }]) => template.defer(Properties),
  );
  const mappings = resourcesOf(stack, 'AWS::Lambda::EventSourceMapping').map(
    ([logicalId, { Properties }]) => ({
      logicalId,
      resolve: template.defer(Properties),
    }),
  );
  const schedules = deferSchedules(stack.template.Resources, template);
  const httpApis = deferHttpApis(stack.template.Resources, template, made.httpApis);

  await bootstrap(endpoint);
  await publishFileAssets(endpoint, assembly.fileAssets);
  // A second try would only say that the stack exists already.
  const cloudFormation = new CloudFormationClient({ ...emulatorAccess(endpoint), maxAttempts: 1 });
  const outputs = outputsOf(await createStack(cloudFormation, stack.name, template.body()));
  const resources = new Map([
    ...(await physicalResources(cloudFormation, stack.name)),
    ...physicalResourcesOf(made.byLogicalId, stack),
  ]);
  await subscribe(
    endpoint,
    subscriptions.map((resolve) => resolve(outputs)),
  );
  await authorizeEgress(
    endpoint,
    egressRules.map((resolve) => resolve(outputs)),
  );
  return {
    name: stack.name,
    resources,
    outputs: new Map([...outputs].filter(([name]) => !isOwnOutput(name))),
    gaps: gapsIn(stack.template.Resources),
    functions: deployedFunctions(assembly, stack, resources),
    eventSourceMappings: mappings.map(({ logicalId, resolve }) =>
      eventSourceMappingOf(logicalId, resolve(outputs)),
    ),
    schedules: schedules(outputs, resources),
    topicArns: [...resources.values()].flatMap(({ type, physicalId }) =>
      type === 'AWS::SNS::Topic' ? [physicalId] : [],
    ),
    httpApis: new Map([...made.httpApis].map(([logicalId, server]) => [logicalId, server.url])),
    httpApiServers: httpApis(outputs),
  };
}

function physicalResourcesOf(
  made: ReadonlyMap<string, MadeResource>,
  { template }: AssemblyStack,
): [string, PhysicalResource][] {
  return [...made].map(([logicalId, { physicalId }]) => [
    logicalId,
    { type: template.Resources[logicalId]?.Type ?? '', physicalId },
  ]);
}

function resourcesOf(stack: AssemblyStack, type: string): [string, Resource][] {
  return Object.entries(stack.template.Resources).filter(([, resource]) => resource.Type === type);
}

async function createStack(
  cloudFormation: CloudFormationClient,
  name: string,
  body: string,
): Promise<Stack> {
  const capabilities = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'] as const;
  try {
    await cloudFormation.send(
      new CreateStackCommand({
        StackName: name,
        TemplateBody: body,
        Capabilities: [...capabilities],
      }),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new Error(`The emulator refused to create the stack ${name}: ${reason}`, {
      cause: error,
    });
  }
  for (;;) {
    const { Stacks } = await cloudFormation.send(new DescribeStacksCommand({ StackName: name }));
    const stack = Stacks?.[0];
    if (stack?.StackStatus === 'CREATE_COMPLETE') return stack;
    if (stack?.StackStatus !== 'CREATE_IN_PROGRESS') {
      throw new Error(await failureOf(cloudFormation, name, stack));
    }
    await sleep(POLL_MS);
  }
}

async function failureOf(
  cloudFormation: CloudFormationClient,
  name: string,
  stack: Stack | undefined,
): Promise<string> {
  const { StackEvents = [] } = await cloudFormation.send(
    new DescribeStackEventsCommand({ StackName: name }),
  );
  const reasons = StackEvents.filter((event) => event.ResourceStatus?.endsWith('_FAILED')).map(
    (event) =>
      `${event.LogicalResourceId} (${event.ResourceType}): ${event.ResourceStatusReason ?? 'no reason given'}`,
  );
  return `The stack ${name} became ${stack?.StackStatus}:\n${reasons.join('\n') || stack?.StackStatusReason || 'the emulator gives no reason'}`;
}

function outputsOf({ Outputs = [] }: Stack): Map<string, string> {
  return new Map(Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]));
}

async function physicalResources(
  cloudFormation: CloudFormationClient,
  name: string,
): Promise<Map<string, PhysicalResource>> {
  const { StackResources = [] } = await cloudFormation.send(
    new DescribeStackResourcesCommand({ StackName: name }),
  );
  const entry = ({
    LogicalResourceId = '',
    ResourceType = '',
    PhysicalResourceId = '',
  }: StackResource) =>
    [LogicalResourceId, { type: ResourceType, physicalId: PhysicalResourceId }] as const;
  return new Map(StackResources.map(entry));
}

const FunctionCode = z.object({
  Code: z.object({ S3Bucket: z.optional(z.unknown()), S3Key: z.optional(z.string()) }),
});

function deployedFunctions(
  assembly: Assembly,
  stack: AssemblyStack,
  resources: ReadonlyMap<string, PhysicalResource>,
): DeployedFunction[] {
  return resourcesOf(stack, 'AWS::Lambda::Function').flatMap(([logicalId, { Properties }]) => {
    const functionName = resources.get(logicalId)?.physicalId;
    if (functionName === undefined) return [];
    const key = FunctionCode.parse(Properties).Code.S3Key;
    const asset = assembly.fileAssets.find((each) => each.key === key && each.packaging === 'zip');
    return [{ functionName, codeFolder: asset && path.resolve(asset.source) }];
  });
}

const MappingProperties = z.object({
  FunctionName: z.string(),
  EventSourceArn: z.string(),
  BatchSize: z._default(z.number(), 10),
  MaximumBatchingWindowInSeconds: z._default(z.number(), 0),
  ScalingConfig: z.optional(z.object({ MaximumConcurrency: z.optional(z.number()) })),
  FunctionResponseTypes: z._default(z.array(z.literal('ReportBatchItemFailures')), []),
  Enabled: z.optional(z.literal(true)),
  Tags: z.optional(z.unknown()),
});

/** Strict, so that a setting which the runner does not follow is refused and not passed over. */
const StrictMappingProperties = z.strictObject(MappingProperties.shape);

function eventSourceMappingOf(logicalId: string, properties: unknown): EventSourceMapping {
  const parsed = StrictMappingProperties.safeParse(properties);
  if (!parsed.success) {
    throw new Error(
      `${logicalId} (AWS::Lambda::EventSourceMapping) has settings that the function runner does not follow: ${z.prettifyError(parsed.error)}`,
    );
  }
  const mapping = parsed.data;
  if (!mapping.EventSourceArn.includes(':sqs:')) {
    throw new Error(
      `${logicalId} (AWS::Lambda::EventSourceMapping) reads ${mapping.EventSourceArn}: the function runner polls SQS queues only.`,
    );
  }
  return {
    functionName: mapping.FunctionName.split(':').at(-1) ?? mapping.FunctionName,
    queueArn: mapping.EventSourceArn,
    batchSize: mapping.BatchSize,
    batchingWindowSeconds: mapping.MaximumBatchingWindowInSeconds,
    maximumConcurrency: mapping.ScalingConfig?.MaximumConcurrency ?? Infinity,
    reportsBatchItemFailures: mapping.FunctionResponseTypes.length > 0,
  };
}
