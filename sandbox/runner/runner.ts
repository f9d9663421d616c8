import {
  DeleteRuleCommand,
  EventBridgeClient,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { type FireReport, invokeAsynchronously } from './asynchronous-invocation';
import {
  type FunctionEndpoints,
  type FunctionObserver,
  type FunctionSurroundings,
  RunnableFunction,
} from './deployed-function';
import type { SkippedKind } from './function-process';
import { QueuePoller } from './queue-poller';
import { scheduledEventOf, scheduleNamed, sendToQueue } from './scheduled-event';
import type { StackDeployment } from '../deployer/deploy-stack';
import type { Schedule } from '../deployer/schedules';
import { emulatorAccess, HOME, type Place, placeKey } from '../emulator/emulator-access';
import { queuesDrained } from '../emulator/queue-drained';
import { SandboxClock } from '../support/sandbox-clock';

/**
 * As much of an EventBridge event as can be put on a bus, and whose bus in which Region that is, by
 * default the one at home; the bus gives it its id, account and Region.
 */
export interface BusEvent {
  readonly source: string;
  readonly 'detail-type': string;
  readonly time: string;
  readonly detail: unknown;
  readonly account?: string;
  readonly region?: string;
}

/** For all functions. */
export interface FunctionSettings {
  /**
   * Variables for the processes of all functions, such as the address of a stand-in for what is
   * outside of AWS.
   */
  readonly functionEnvironment?: Readonly<Record<string, string>>;
  /**
   * Where a function only lets time go by, as the SDK does before it tries a call again, it goes on
   * at once, and its own clock is ahead by so much until the invocation ends. What is skipped
   * counts in the time that the function believes it has left. Default: none.
   */
  readonly functionsSkipWaits?: SkippedKind;
}

/** Does what EventBridge and Lambda do around the deployed functions. */
export class Runner {
  private readonly eventBridges = new Map<string, EventBridgeClient>();
  private readonly stacks = new Map<string, RunningStack>();
  private readonly surroundings: FunctionSurroundings;

  constructor(
    endpoints: FunctionEndpoints,
    observer: FunctionObserver = {},
    clock = new SandboxClock(),
    { functionEnvironment = {}, functionsSkipWaits = 'none' }: FunctionSettings = {},
  ) {
    this.surroundings = {
      endpoints,
      observer,
      clock,
      environment: functionEnvironment,
      skipsWaits: functionsSkipWaits,
    };
  }

  /** Runs the stack's functions from now on. */
  async add(stack: StackDeployment): Promise<void> {
    this.stacks.set(keyOf(stack), await RunningStack.start(stack, this.surroundings));
  }

  /** Runs the stack's functions no longer, and takes its rules off the bus. */
  async remove(stack: StackDeployment): Promise<void> {
    await this.stacks.get(keyOf(stack))?.stop();
    this.stacks.delete(keyOf(stack));
    const rules = [...stack.resources.values()].filter(({ type }) => type === 'AWS::Events::Rule');
    await Promise.all(
      rules.map(async ({ physicalId }) => this.deleteRule(physicalId, stack.place)),
    );
  }

  /**
   * Puts the event on the default bus of its place: whether it reaches a queue is up to the rules'
   * own patterns.
   */
  async deliver(event: BusEvent): Promise<void> {
    const { Entries = [] } = await this.eventBridgeIn(placeOf(event)).send(
      new PutEventsCommand({
        Entries: [
          {
            Source: event.source,
            DetailType: event['detail-type'],
            Time: new Date(event.time),
            Detail: JSON.stringify(event.detail),
          },
        ],
      }),
    );
    const refused = Entries.find(({ ErrorCode }) => ErrorCode !== undefined);
    if (refused) {
      throw new Error(
        `The bus refused the event ${event['detail-type']} of ${event.source}: ${refused.ErrorCode}: ${refused.ErrorMessage}`,
      );
    }
  }

  /** Does what EventBridge and Lambda do when the schedule of a rule is due. */
  async fire(stack: StackDeployment, ruleLogicalIdPrefix: string): Promise<FireReport> {
    const running = this.stacks.get(keyOf(stack));
    if (!running) {
      throw new Error(
        `The stack ${stack.name} does not run: it was retired, or never deployed here.`,
      );
    }
    return running.fire(scheduleNamed(stack, ruleLogicalIdPrefix));
  }

  /**
   * Invokes a function once and waits for its answer; rejects where its handler fails. Without a
   * place, it is the first of that name.
   */
  async invoke(functionName: string, payload: unknown, place?: Place): Promise<unknown> {
    const running = [...this.stacks.values()].find(
      (stack) => (!place || stack.isIn(place)) && stack.has(functionName),
    );
    if (!running) throw new Error(`${functionName} is no function of a stack that runs here.`);
    return running.invoke(functionName, payload);
  }

  /** Ends the process that runs the invocation, in the middle of what it does. */
  async crash(requestId: string): Promise<void> {
    const crashed = await Promise.all(
      [...this.stacks.values()].map(async (stack) => stack.crash(requestId)),
    );
    if (!crashed.includes(true)) {
      throw new Error(`No function here runs the invocation ${requestId}.`);
    }
  }

  /** No function is warm any more. */
  async coolDown(): Promise<void> {
    await Promise.all([...this.stacks.values()].map(async (stack) => stack.coolDown()));
  }

  /** Until the functions have come to the end of what they were handed. What they put off waits. */
  async handled(): Promise<void> {
    await Promise.all(this.pollers.map(async (poller) => poller.handled()));
  }

  /**
   * Until the functions have handled all that lies in their queues. A queue can be empty before: a
   * message that came twice is deleted once.
   */
  async drained(): Promise<void> {
    const { pollers } = this;
    const queueArns = pollers.map(({ queueArn }) => queueArn);
    do {
      await this.handled();
      await queuesDrained(this.surroundings.endpoints.emulator, queueArns);
    } while (pollers.some(({ isIdle }) => !isIdle));
  }

  /** Lets invocations come to their end. Events can still be delivered. */
  async stopFunctions(): Promise<void> {
    await Promise.all([...this.stacks.values()].map(async (stack) => stack.stop()));
    this.stacks.clear();
  }

  stop(): void {
    for (const client of this.eventBridges.values()) client.destroy();
  }

  private get pollers(): QueuePoller[] {
    return [...this.stacks.values()].flatMap((stack) => stack.pollers);
  }

  private eventBridgeIn(place: Place): EventBridgeClient {
    const key = placeKey(place);
    const { emulator } = this.surroundings.endpoints;
    const client =
      this.eventBridges.get(key) ?? new EventBridgeClient(emulatorAccess(emulator, place));
    this.eventBridges.set(key, client);
    return client;
  }

  private async deleteRule(name: string, place: Place): Promise<void> {
    const eventBridge = this.eventBridgeIn(place);
    const { Targets = [] } = await eventBridge.send(new ListTargetsByRuleCommand({ Rule: name }));
    if (Targets.length > 0) {
      await eventBridge.send(
        new RemoveTargetsCommand({ Rule: name, Ids: Targets.map(({ Id = '' }) => Id) }),
      );
    }
    await eventBridge.send(new DeleteRuleCommand({ Name: name }));
  }
}

function keyOf({ name, place }: StackDeployment): string {
  return `${placeKey(place)} ${name}`;
}

function placeOf({ account = HOME.accountId, region = HOME.region }: BusEvent): Place {
  return { accountId: account, region };
}

/** The pollers, HTTP APIs and processes of one stack. */
class RunningStack {
  static async start(
    stack: StackDeployment,
    surroundings: FunctionSurroundings,
  ): Promise<RunningStack> {
    const running = new RunningStack(stack, surroundings);
    await running.startPollers();
    running.serveHttpApis();
    return running;
  }

  readonly pollers: QueuePoller[] = [];
  private readonly functions = new Map<string, Promise<RunnableFunction>>();

  private constructor(
    private readonly stack: StackDeployment,
    private readonly surroundings: FunctionSurroundings,
  ) {}

  async fire(schedule: Schedule): Promise<FireReport> {
    const { clock, endpoints } = this.surroundings;
    const event = schedule.input ?? scheduledEventOf(schedule, clock.now());
    if (schedule.target.kind === 'queue') {
      const access = emulatorAccess(endpoints.emulator, this.stack.place);
      return sendToQueue(schedule.target.queueUrl, event, access);
    }
    const target = await this.functionNamed(schedule.target.functionName, schedule.ruleLogicalId);
    return invokeAsynchronously(target, event, schedule.target.asynchronous, {
      clock,
      emulator: endpoints.emulator,
    });
  }

  has(functionName: string): boolean {
    return this.stack.functions.some((each) => each.functionName === functionName);
  }

  async invoke(functionName: string, payload: unknown): Promise<unknown> {
    return (await this.functionNamed(functionName, 'An invocation')).invoke(
      payload,
      (answer) => answer,
    );
  }

  async crash(requestId: string): Promise<boolean> {
    const functions = await Promise.all(this.functions.values());
    return functions.some((each) => each.crash(requestId));
  }

  async coolDown(): Promise<void> {
    await Promise.all([...this.functions.values()].map(async (each) => (await each).coolDown()));
  }

  isIn(place: Place): boolean {
    return placeKey(this.stack.place) === placeKey(place);
  }

  async stop(): Promise<void> {
    await Promise.all(this.stack.httpApiServers.map(async ({ server }) => server.stop()));
    await Promise.all(this.pollers.map(async (poller) => poller.stop()));
    await Promise.all([...this.functions.values()].map(async (each) => (await each).stop()));
  }

  private async startPollers(): Promise<void> {
    const { eventSourceMappings: mappings } = this.stack;
    const targets = await Promise.all(
      mappings.map(async ({ functionName, queueArn }) =>
        this.functionNamed(functionName, queueArn),
      ),
    );
    for (const [index, mapping] of mappings.entries()) {
      const target = targets[index];
      if (target) {
        const { endpoints, observer } = this.surroundings;
        this.pollers.push(new QueuePoller(mapping, target, endpoints.emulator, observer));
      }
    }
  }

  private serveHttpApis(): void {
    for (const { server, routes } of this.stack.httpApiServers) {
      server.serve(
        routes.map(({ functionName, ...route }) => ({
          ...route,
          invoke: async (event) =>
            (await this.functionNamed(functionName, route.routeKey)).invoke(
              event,
              (answer) => answer,
            ),
        })),
        this.surroundings.clock,
      );
    }
  }

  /**
   * Functions that no one calls may be of a kind that the sandbox cannot run: each is prepared when
   * it is needed.
   */
  private async functionNamed(name: string, caller: string): Promise<RunnableFunction> {
    const deployed = this.stack.functions.find(({ functionName }) => functionName === name);
    if (!deployed) {
      throw new Error(
        `${caller} calls ${name}, which is no function of the stack ${this.stack.name}.`,
      );
    }
    const prepared =
      this.functions.get(name) ??
      RunnableFunction.prepare(deployed, this.surroundings, this.stack.place);
    this.functions.set(name, prepared);
    // What could not be prepared has no processes to stop.
    prepared.catch(() => this.functions.delete(name));
    return prepared;
  }
}
