import { admit, type Ask, join, type KeptAsk, NEW_SOURCE, NEW_SUBJECT, refused } from './admit';
import { advanceRequest } from './advance-request';
import type { ApprovalConfiguration } from './approval-configuration';
import type { ApprovalRequest, CarryingOutcome } from './approval-request';
import type { Attempt } from './attempt';
import { dueAt, withOutcome } from './due';
import { onceWritten, retried, revise } from './revise-request';
import type { WorkflowPorts } from './workflow-ports';

/** Takes a request from an asker: once, however often it comes. */
export async function takeAsk(
  ask: Ask,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<void> {
  const taken = await retried(async () => takeOnce(ask, configuration, ports));
  for (const request of taken) await advanceRequest(request, configuration, ports);
}

/**
 * Tells an asker that no one was asked what it wanted to ask, since that cannot be read: once,
 * however often it comes. The question of `ask` stands in the place of what cannot be.
 */
export async function takeUnreadableAsk(
  ask: Ask,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<void> {
  const { store, clock } = ports;
  const taken = await retried(async () => {
    const place = await placeOf(ask, ports);
    if (place.taken) return place.taken;
    const request = refused(withinAsker(ask, place.id), 'unreadable', configuration, clock.now());
    const admission = { request, subject: NEW_SUBJECT, source: NEW_SOURCE };
    await store.admit(admission, request.subject, dueAt(request, configuration));
    return [onceWritten(request)];
  });
  for (const request of taken) await advanceRequest(request, configuration, ports);
}

/**
 * Askers name their requests, subjects and sources themselves, so two may happen to take the same
 * name. What is denied, or asked too often, about one account says nothing of another one.
 */
function withinAsker(ask: Ask, id: string): KeptAsk {
  const { requestId, asker, subject, source, labels } = ask;
  const account = labels?.account === undefined ? [] : [labels.account];
  return {
    ...ask,
    requestId: id,
    ...(id !== requestId && { askedAs: requestId }),
    subject: JSON.stringify([asker, subject, ...account]),
    source: JSON.stringify([asker, source, ...account]),
  };
}

async function takeOnce(
  given: Ask,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<readonly ApprovalRequest[]> {
  const { store, clock } = ports;
  const { id, taken } = await placeOf(given, ports);
  if (taken) return taken;
  const ask = withinAsker(given, id);
  const [subject, source] = await Promise.all([
    store.subject(ask.subject),
    store.source(ask.source),
  ]);
  const open =
    subject.openRequestId === undefined ? undefined : await store.read(subject.openRequestId);
  if (open && !open.decision) {
    const joined = join(open, ask, clock.now());
    const answer = refused(ask, 'asked-already', configuration, clock.now());
    await store.join(
      { request: joined, before: open, dueAt: dueAt(joined, configuration) },
      { request: answer, dueAt: dueAt(answer, configuration) },
    );
    return [onceWritten(joined), onceWritten(answer)];
  }
  const admission = admit(
    ask,
    { ...subject, openRequestId: undefined },
    source,
    configuration,
    clock.now(),
  );
  await store.admit(admission, ask.source, dueAt(admission.request, configuration));
  return [onceWritten(admission.request)];
}

/** Under which id an ask is kept, or is to be, and what it has become, if it was taken before. */
interface PlaceOfAsk {
  readonly id: string;
  readonly taken?: readonly ApprovalRequest[];
}

async function placeOf(
  { requestId, asker }: Pick<Ask, 'requestId' | 'asker'>,
  { store, idsWithin }: WorkflowPorts,
): Promise<PlaceOfAsk> {
  const ids = idsWithin(asker, requestId);
  for (const id of ids) {
    const taken = await store.takenAs(id);
    if (taken === undefined) return { id };
    const request = await store.read(taken);
    if (!request) return { id, taken: [] };
    if (request.asker === asker) return { id, taken: [request] };
  }
  throw new Error(`The ids ${ids.join(' and ')} are of other askers than ${asker}.`);
}

/** An asker's report on the outcome of a decision. */
export interface Report {
  readonly requestId: string;
  readonly asker: string;
  readonly attempt: Attempt;
  readonly outcome: CarryingOutcome;
}

/** Takes what an asker says has become of a decision. False where it has no such request. */
export async function takeOutcome(
  report: Report,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<boolean> {
  const { attempt, outcome } = report;
  const request = await ownRequest(report, ports);
  if (!request) return false;
  const reported = await revise(
    request,
    (current) => withOutcome(current, attempt, outcome),
    configuration,
    ports.store,
  );
  if (reported) await advanceRequest(reported, configuration, ports);
  return true;
}

async function ownRequest(
  { requestId, asker }: Pick<Report, 'requestId' | 'asker'>,
  { store, idsWithin }: WorkflowPorts,
): Promise<ApprovalRequest | undefined> {
  for (const id of idsWithin(asker, requestId)) {
    const request = await store.read(id);
    if (request?.asker === asker) return request;
  }
  return undefined;
}
