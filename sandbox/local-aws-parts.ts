import { EventDelivery } from './cloudtrail/event-delivery';
import { EventsUnderWay } from './cloudtrail/events-under-way';
import type { OrganizationTrail } from './cloudtrail/organization-trail';
import {
  type CloudTrailEvent,
  type CloudTrailTap,
  type PutEvent,
  startCloudTrailTap,
} from './cloudtrail/tap';
import { CallCheck } from './emulator/call-check';
import { type Emulator, startEmulator } from './emulator/emulator';
import { preparePythonEnvironment, type PythonEnvironment } from './emulator/python-environment';
import { Inbox } from './inbox';
import type { LocalAwsOptions } from './local-aws-options';
import type { IamGaps } from './proxy/iam-gaps/iam-gaps';
import { type IamStandIn, startIamStandIn } from './proxy/iam-gaps/stand-in';
import type { StoppedLoop } from './runner/deployed-function';
import { Runner } from './runner/runner';
import { StackSets } from './stack-sets/stack-sets';
import { SandboxClock } from './support/sandbox-clock';

/** Of the events that this library announces. */
const OWN_SOURCE = 'cdk-sentries';

export interface Parts {
  readonly environment: PythonEnvironment;
  readonly emulator: Emulator;
  readonly iamGaps: IamGaps | undefined;
  readonly tablesEndpoint: string | undefined;
  readonly iamStandIn: IamStandIn | undefined;
  readonly clock: SandboxClock;
  readonly stackSets: StackSets;
  readonly organizationTrails: OrganizationTrail[];
  /** Whether EventBridge gets only what a trail in the emulator records. */
  readonly recording: { needsTrails: boolean };
  readonly tap: CloudTrailTap;
  readonly runner: Runner;
  readonly inbox: Inbox;
  readonly eventsUnderWay: EventsUnderWay;
  readonly delivery: EventDelivery;
  readonly announced: PutEvent[];
  readonly callCheck: CallCheck;
  readonly stoppedLoops: StoppedLoop[];
}

export async function startParts(options: LocalAwsOptions): Promise<Parts> {
  const environment = await preparePythonEnvironment(options.log ?? (() => undefined));
  const emulator = await startEmulator(environment);
  // The runner needs the tap's address, and the tap hands its events to the runner.
  const eventsUnderWay = new EventsUnderWay();
  const delivery = new EventDelivery(async (event) => runner.deliver(event));
  const announced: PutEvent[] = [];
  const callCheck = new CallCheck(emulator);
  const deliverWhereRecorded = async (event: CloudTrailEvent) => {
    const place = { accountId: event.account, region: event.region };
    if (recording.needsTrails && !(await emulator.isRecorded(place))) return;
    await delivery.take(event);
  };
  const stoppedLoops: StoppedLoop[] = [];
  const organizationTrails: OrganizationTrail[] = [];
  const recording = { needsTrails: false };
  const clock = new SandboxClock();
  const iamStandIn = options.iamGaps && (await startIamStandIn(emulator.endpoint, options.iamGaps));
  const tap = await startCloudTrailTap({
    emulatorEndpoint: iamStandIn?.endpoint ?? emulator.endpoint,
    tablesEndpoint: options.tablesEndpoint,
    clock,
    onCall: (call) => {
      callCheck.take(call);
      options.onCall?.(call);
    },
    onEvent: (event) => {
      options.onEvent?.(event);
      for (const trail of organizationTrails) trail.take(event);
      // Rules get calls that only read where they ask for them, which none here does.
      if (event.detail.readOnly !== true) eventsUnderWay.add(deliverWhereRecorded(event));
    },
    onPutEvent: (event) => {
      if (event.source === OWN_SOURCE) announced.push(event);
    },
    invokeFunction: async (functionName, payload) => runner.invoke(functionName, payload),
    endInvocation: async (invocationId) => runner.crash(invocationId),
  });
  const runner = new Runner(
    { emulator: emulator.endpoint, functions: tap.endpoint },
    {
      onInvocation: options.onInvocation,
      onLog: options.onFunctionLog,
      onStoppedLoop: (loop) => stoppedLoops.push(loop),
    },
    clock,
    options,
  );
  const inbox = await Inbox.open(emulator.endpoint, options.onDelivery);
  return {
    environment,
    emulator,
    iamStandIn,
    tap,
    runner,
    inbox,
    eventsUnderWay,
    delivery,
    announced,
    callCheck,
    stoppedLoops,
    clock,
    stackSets: new StackSets(emulator.endpoint),
    organizationTrails,
    recording,
    iamGaps: options.iamGaps,
    tablesEndpoint: options.tablesEndpoint,
  };
}

/** Until nothing is under way any more. Throws where Lambda would have stopped a function. */
export async function partsSettled(parts: Parts): Promise<void> {
  const { tap, runner, inbox, eventsUnderWay } = parts;
  for (let begun = -1; begun !== eventsUnderWay.begun;) {
    await tap.told();
    await eventsUnderWay.delivered();
    begun = eventsUnderWay.begun;
    await runner.drained();
    await inbox.drained();
  }
  expectNoLoops(parts);
}

/** From the outside in. Throws where something happened that must not. */
export async function endParts(parts: Parts): Promise<void> {
  const { callCheck, emulator, iamStandIn, tap, runner, inbox, eventsUnderWay } = parts;
  // First the functions, whose calls pass the tap, and their events with them.
  await runner.stopFunctions();
  await tap.stop();
  await eventsUnderWay.delivered();
  await inbox.close();
  runner.stop();
  await iamStandIn?.stop();
  const faults = await callCheck.faults().finally(async () => emulator.stop());
  eventsUnderWay.expectNoneLost();
  if (faults.length > 0) {
    throw new Error(`AWS would refuse calls of the functions:\n${faults.join('\n')}`);
  }
  expectNoLoops(parts);
}

function expectNoLoops({ stoppedLoops: [loop] }: Parts): void {
  if (!loop) return;
  throw new Error(
    `Lambda would have stopped ${loop.functionName}: by way of ${loop.queueName}, it is invoked again and again by what it sends itself. Not handled: ${loop.message}`,
  );
}
