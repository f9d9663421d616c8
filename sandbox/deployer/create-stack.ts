import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateStackCommand,
  DeleteStackCommand,
  DescribeStackEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  type Stack,
  type StackResource,
} from '@aws-sdk/client-cloudformation';
import type { PhysicalResource } from './assembly';
import type { EmulatorAccess } from '../emulator/emulator-access';

const POLL_MS = 50;

/** As the emulator gets it. */
export interface StackRequest {
  readonly name: string;
  readonly body: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

export interface CreatedStack {
  readonly outputs: ReadonlyMap<string, string>;
  readonly resources: ReadonlyMap<string, PhysicalResource>;
}

/** Until the stack stands; rejects, with the reasons, where it does not come to stand. */
export async function createStack(
  access: EmulatorAccess,
  request: StackRequest,
): Promise<CreatedStack> {
  // A second try would only say that the stack exists already.
  const cloudFormation = new CloudFormationClient({ ...access, maxAttempts: 1 });
  try {
    await requestStack(cloudFormation, request);
    const outputs = outputsOf(await completed(cloudFormation, request.name));
    return { outputs, resources: await physicalResources(cloudFormation, request.name) };
  } finally {
    cloudFormation.destroy();
  }
}

export async function deleteStack(access: EmulatorAccess, name: string): Promise<void> {
  const cloudFormation = new CloudFormationClient(access);
  await cloudFormation.send(new DeleteStackCommand({ StackName: name }));
  cloudFormation.destroy();
}

async function requestStack(
  cloudFormation: CloudFormationClient,
  { name, body, parameters = {} }: StackRequest,
): Promise<void> {
  try {
    await cloudFormation.send(
      new CreateStackCommand({
        StackName: name,
        TemplateBody: body,
        Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
          ParameterKey,
          ParameterValue,
        })),
        Capabilities: ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM'],
      }),
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : error;
    throw new Error(`The emulator refused to create the stack ${name}: ${reason}`, {
      cause: error,
    });
  }
}

async function completed(cloudFormation: CloudFormationClient, name: string): Promise<Stack> {
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
