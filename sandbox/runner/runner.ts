import { DeleteRuleCommand, EventBridgeClient, ListTargetsByRuleCommand, PutEventsCommand, RemoveTargetsCommand } from '@aws-sdk/client-eventbridge';
import type { StackDeployment } from '../deployer/deploy-stack';
import { emulatorAccess } from '../emulator-access';
import { type FunctionEndpoints, type FunctionObserver, RunnableFunction } from './deployed-function';
import { QueuePoller } from './queue-poller';

/** As much of an EventBridge event as can be put on a bus; the bus gives it its id, account and Region. */
export interface BusEvent {
  readonly 'source': string;
  readonly 'detail-type': string;
  readonly 'time': string;
  readonly 'detail': unknown;
}

/** Does what EventBridge and Lambda do around the deployed functions. */
export class Runner {
  private readonly eventBridge: EventBridgeClient;
  private readonly stacks = new Map<string, RunningStack>();

  constructor(private readonly endpoints: FunctionEndpoints, private readonly observer: FunctionObserver = {}) {
    this.eventBridge = new EventBridgeClient(emulatorAccess(endpoints.emulator));
  }

  /** Runs the stack's functions from now on. */
  async add(stack: StackDeployment): Promise<void> {
    this.stacks.set(stack.name, await RunningStack.start(stack, this.endpoints, this.observer));
  }

  /** Runs the stack's functions no longer, and takes its rules off the bus. */
  async remove(stack: StackDeployment): Promise<void> {
    await this.stacks.get(stack.name)?.stop();
    this.stacks.delete(stack.name);
    const rules = [...stack.resources.values()].filter(({ type }) => type === 'AWS::Events::Rule');
    await Promise.all(rules.map(async ({ physicalId }) => this.deleteRule(physicalId)));
  }

  /** Puts the event on the default bus: whether it reaches a queue is up to the deployed rules' own patterns. */
  async deliver(event: BusEvent): Promise<void> {
    const { Entries = [] } = await this.eventBridge.send(new PutEventsCommand({
      Entries: [{
        Source: event.source,
        DetailType: event['detail-type'],
        Time: new Date(event.time),
        Detail: JSON.stringify(event.detail),
      }],
    }));
    const refused = Entries.find(({ ErrorCode }) => ErrorCode !== undefined);
    if (refused) throw new Error(`The bus refused the event ${event['detail-type']} of ${event.source}: ${refused.ErrorCode}: ${refused.ErrorMessage}`);
  }

  /** Until the functions have handled all that lies in their queues. */
  async drained(): Promise<void> {
    await Promise.all([...this.stacks.values()].map(async (stack) => stack.drained()));
  }

  /** Lets invocations come to their end. Events can still be delivered. */
  async stopFunctions(): Promise<void> {
    await Promise.all([...this.stacks.values()].map(async (stack) => stack.stop()));
    this.stacks.clear();
  }

  stop(): void {
    this.eventBridge.destroy();
  }

  private async deleteRule(name: string): Promise<void> {
    const { Targets = [] } = await this.eventBridge.send(new ListTargetsByRuleCommand({ Rule: name }));
    if (Targets.length > 0) await this.eventBridge.send(new RemoveTargetsCommand({ Rule: name, Ids: Targets.map(({ Id = '' }) => Id) }));
    await this.eventBridge.send(new DeleteRuleCommand({ Name: name }));
  }
}

/** The pollers and processes of one stack. */
class RunningStack {
  static async start(stack: StackDeployment, endpoints: FunctionEndpoints, observer: FunctionObserver): Promise<RunningStack> {
    const polled = new Set(stack.eventSourceMappings.map(({ functionName }) => functionName));
    const deployed = stack.functions.filter(({ functionName }) => polled.has(functionName));
    const functions = new Map(await Promise.all(deployed.map(async (each) =>
      [each.functionName, await RunnableFunction.prepare(each, endpoints, observer)] as const,
    )));
    const pollers = stack.eventSourceMappings.map((mapping) => {
      const target = functions.get(mapping.functionName);
      if (!target) throw new Error(`The stack ${stack.name} polls ${mapping.queueArn} for ${mapping.functionName}, which is no function of this stack.`);
      return new QueuePoller(mapping, target, endpoints.emulator);
    });
    return new RunningStack(pollers, [...functions.values()]);
  }

  private constructor(private readonly pollers: QueuePoller[], private readonly functions: RunnableFunction[]) {}

  async drained(): Promise<void> {
    await Promise.all(this.pollers.map(async (poller) => poller.drained()));
  }

  async stop(): Promise<void> {
    await Promise.all(this.pollers.map(async (poller) => poller.stop()));
    await Promise.all(this.functions.map(async (each) => each.stop()));
  }
}
