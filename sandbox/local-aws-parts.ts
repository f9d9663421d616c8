import type { EventDelivery } from './cloudtrail/event-delivery';
import type { EventsUnderWay } from './cloudtrail/events-under-way';
import type { CloudTrailTap, PutEvent } from './cloudtrail/tap';
import type { CallCheck } from './emulator/call-check';
import type { Emulator } from './emulator/emulator';
import type { PythonEnvironment } from './emulator/python-environment';
import type { Inbox } from './inbox';
import type { IamGaps } from './proxy/iam-gaps/iam-gaps';
import type { IamStandIn } from './proxy/iam-gaps/stand-in';
import type { StoppedLoop } from './runner/deployed-function';
import type { Runner } from './runner/runner';
import type { SandboxClock } from './support/sandbox-clock';

export interface Parts {
  readonly environment: PythonEnvironment;
  readonly emulator: Emulator;
  readonly iamGaps: IamGaps | undefined;
  readonly tablesEndpoint: string | undefined;
  readonly iamStandIn: IamStandIn | undefined;
  readonly clock: SandboxClock;
  readonly tap: CloudTrailTap;
  readonly runner: Runner;
  readonly inbox: Inbox;
  readonly eventsUnderWay: EventsUnderWay;
  readonly delivery: EventDelivery;
  readonly announced: PutEvent[];
  readonly callCheck: CallCheck;
  readonly stoppedLoops: StoppedLoop[];
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
