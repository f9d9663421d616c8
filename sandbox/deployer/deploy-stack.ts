import * as path from 'node:path';
import * as z from 'zod/mini';
import {
  type Assembly,
  type AssemblyStack,
  type PhysicalResource,
  type Resource,
  stackOf,
  type Template,
} from './assembly';
import { publishFileAssets } from './asset-publishing';
import { bootstrap } from './bootstrap';
import { createStack } from './create-stack';
import { DeployableTemplate, isOwnOutput } from './deployable-template';
import { authorizeEgress } from './egress-rules';
import { deferHttpApis, type DeployedHttpApi } from './http-apis';
import { type MadeResource, type MadeResources, makeResources } from './made-resources';
import { gapsIn, type MetGap, refuseUnknownTypes } from './met-gaps';
import { deferSchedules, type Schedule } from './schedules';
import { deferStackSets } from './stack-set-resources';
import { subscribe } from './subscriptions';
import { emulatorAccess, HOME, type Place } from '../emulator/emulator-access';
import type { StackSetRequest } from '../stack-sets/stack-sets';

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
  readonly place: Place;
  /** As the app synthesized it. */
  readonly template: Template;
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
  /** Those of the template, in their order; their stacks do not stand yet. */
  readonly stackSets: StackSetRequest[];
}

export interface StackToDeploy {
  readonly endpoint: string;
  /** Read for the same place. */
  readonly assembly: Assembly;
  /** Not needed where the app has one stack. */
  readonly stackName?: string;
  /** Default: at home. */
  readonly place?: Place;
}

interface StackToCreate {
  readonly endpoint: string;
  readonly stack: AssemblyStack;
  readonly place: Place;
}

/** Creates the stack in the emulator, and makes up for what the emulator leaves out. */
export async function deployStack({
  endpoint,
  assembly,
  stackName,
  place = HOME,
}: StackToDeploy): Promise<StackDeployment> {
  const stack = stackOf(assembly, stackName);
  refuseUnknownTypes(stack.template.Resources);
  const access = emulatorAccess(endpoint, place);
  const made = await makeResources(access, stack.template.Resources);
  try {
    return await deployAround(made, { endpoint, stack, place });
  } catch (error) {
    await Promise.all([...made.httpApis.values()].map(async (server) => server.stop()));
    throw error;
  }
}

async function deployAround(
  made: MadeResources,
  { endpoint, stack, place }: StackToCreate,
): Promise<StackDeployment> {
  const access = emulatorAccess(endpoint, place);
  const template = new DeployableTemplate(stack.template, made.byLogicalId);
  const { Resources: all } = stack.template;
  const afterwards = deferResources(stack, template);
  const schedules = deferSchedules(all, template, place);
  const stackSets = deferStackSets(all, template, made.byLogicalId);
  const httpApis = deferHttpApis(all, template, made.httpApis);

  await bootstrap(endpoint, place);
  await publishFileAssets(access, stack.fileAssets);
  const { name } = stack;
  const created = await createStack(access, { name, body: template.body() });
  const { outputs } = created;
  const resources = new Map([
    ...created.resources,
    ...physicalResourcesOf(made.byLogicalId, stack),
  ]);
  const { subscriptions, egressRules, ...rest } = afterwards(outputs);
  await subscribe(access, subscriptions);
  await authorizeEgress(access, egressRules);
  return {
    name,
    place,
    template: stack.template,
    resources,
    outputs: new Map([...outputs].filter(([key]) => !isOwnOutput(key))),
    gaps: gapsIn(all),
    functions: deployedFunctions(stack, resources),
    schedules: schedules(outputs, resources),
    topicArns: [...resources.values()].flatMap(({ type, physicalId }) =>
      type === 'AWS::SNS::Topic' ? [physicalId] : [],
    ),
    httpApis: new Map([...made.httpApis].map(([logicalId, server]) => [logicalId, server.url])),
    httpApiServers: httpApis(outputs),
    stackSets: stackSets(outputs, place),
    ...rest,
  };
}

/** What is made of resources that the emulator does not get, once it has resolved their values. */
function deferResources(stack: AssemblyStack, template: DeployableTemplate) {
  const defer = (type: string) =>
    resourcesOf(stack, type).map(([logicalId, { Properties }]) => ({
      logicalId,
      resolve: template.defer(Properties),
    }));
  const subscriptions = defer('AWS::SNS::Subscription');
  const egressRules = defer('AWS::EC2::SecurityGroupEgress');
  const mappings = defer('AWS::Lambda::EventSourceMapping');
  return (outputs: ReadonlyMap<string, string>) => ({
    subscriptions: subscriptions.map(({ resolve }) => resolve(outputs)),
    egressRules: egressRules.map(({ resolve }) => resolve(outputs)),
    eventSourceMappings: mappings.map(({ logicalId, resolve }) =>
      eventSourceMappingOf(logicalId, resolve(outputs)),
    ),
  });
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

const FunctionCode = z.object({
  Code: z.object({ S3Bucket: z.optional(z.unknown()), S3Key: z.optional(z.string()) }),
});

function deployedFunctions(
  stack: AssemblyStack,
  resources: ReadonlyMap<string, PhysicalResource>,
): DeployedFunction[] {
  return resourcesOf(stack, 'AWS::Lambda::Function').flatMap(([logicalId, { Properties }]) => {
    const functionName = resources.get(logicalId)?.physicalId;
    if (functionName === undefined) return [];
    const key = FunctionCode.parse(Properties).Code.S3Key;
    const asset = stack.fileAssets.find((each) => each.key === key && each.packaging === 'zip');
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
