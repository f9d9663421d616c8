import type { ApprovalConfiguration } from './approval-configuration';
import { type ApprovalRequest, type AuditEntry, isOpen } from './approval-request';
import { approversNow } from './approver-readings';
import { consult } from './consult';
import { decidersOf } from './deciders';
import { afterTime, isToBePointedTo, isUnsent, withPointed, withSent } from './due';
import { identify } from './identify-requesters';
import { type Change, revise } from './revise-request';
import { withApprovers } from './too-few-approvers';
import type { WorkflowPorts } from './workflow-ports';

/**
 * Does all that is due of a request: from its state alone, so that whatever was cut short is done
 * by the next who looks.
 */
export async function advance(
  requestId: string,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<void> {
  const request = await ports.store.read(requestId);
  if (request) await advanceRequest(request, configuration, ports);
}

export async function advanceRequest(
  known: ApprovalRequest,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<void> {
  const { store, clock } = ports;
  const moved = await revise(
    known,
    (current) => afterTime(current, configuration, clock.now()),
    configuration,
    store,
  );
  if (!moved) return;
  const request = await consult(moved, configuration, ports);
  const done = await Promise.allSettled([
    tell(request, ports),
    announceAll(request, ports),
    haveDelivered(request, configuration, ports),
  ]);
  const changes = done.flatMap((one) =>
    one.status === 'fulfilled' && one.value ? [one.value] : [],
  );
  await revise(
    request,
    (current) => changes.reduce((changed, change) => change(changed), current),
    configuration,
    store,
  );
  const failures = done.flatMap((one): unknown[] =>
    one.status === 'rejected' ? [one.reason] : [],
  );
  if (failures.length > 0) {
    throw new AggregateError(failures, `${request.id}: ${failures.map(String).join(' ')}`);
  }
}

async function tell(
  request: ApprovalRequest,
  { clock, tellAsker }: WorkflowPorts,
): Promise<Change | undefined> {
  if (!isUnsent(request, clock.now())) return undefined;
  await tellAsker(request);
  const { phase, attempt } = request.carrying ?? {};
  return (current) => {
    const isSame =
      current.carrying?.phase === phase &&
      current.carrying?.attempt === attempt &&
      !current.carrying?.outcome;
    return isSame ? withSent(current, clock.now()) : current;
  };
}

async function announceAll(
  request: ApprovalRequest,
  { announce }: WorkflowPorts,
): Promise<Change | undefined> {
  const { unannounced } = request;
  if (unannounced.length === 0) return undefined;
  await Promise.all(unannounced.map(async (entry) => announce(request, entry)));
  const keys = new Set(unannounced.map(entryKey));
  return (current) => ({
    ...current,
    unannounced: current.unannounced.filter((entry) => !keys.has(entryKey(entry))),
  });
}

/** The same in whichever order a store gives the fields back. */
function entryKey({ at, what, by, clickId, detail }: AuditEntry): string {
  return JSON.stringify([at, what, by, clickId, detail]);
}

async function haveDelivered(
  request: ApprovalRequest,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<Change | undefined> {
  const { clock, pointToMessages, lookUpFailed } = ports;
  const now = clock.now();
  if (!request.messages.some((slot) => isToBePointedTo(slot, now))) return undefined;
  // The message says who asks: if Slack does not say now, it does when someone clicks.
  const identified = await identify(request, configuration, ports).catch((error: unknown) => {
    lookUpFailed(request.id, error);
    return request;
  });
  const seen = await seeApprovers(identified, configuration, ports).catch((error: unknown) => {
    lookUpFailed(request.id, error);
    return identified;
  });
  await pointToMessages(request.id);
  const slots = seen.messages.filter((slot) => isToBePointedTo(slot, now));
  return (current) => withPointed(current, slots, now);
}

/**
 * The request, with whether there are enough to decide it. Who might decide now is known later,
 * too, should Slack not say then. Throws where Slack does not say.
 */
async function seeApprovers(
  request: ApprovalRequest,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<ApprovalRequest> {
  if (!isOpen(request)) return request;
  const { store, clock } = ports;
  const approvers = await approversNow(decidersOf(request, configuration).approvers, ports);
  const change: Change = (current) => withApprovers(current, approvers, configuration, clock.now());
  return (await revise(request, change, configuration, store)) ?? request;
}
