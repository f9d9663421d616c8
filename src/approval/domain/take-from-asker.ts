import { admit, type Ask, join, NEW_SOURCE, NEW_SUBJECT, refused } from './admit';
import { advanceRequest } from './advance-request';
import type { ApprovalConfiguration } from './approval-configuration';
import type { ApprovalRequest, CarryingOutcome } from './approval-request';
import { type Attempt, dueAt, withOutcome } from './due';
import { onceWritten, retried, revise } from './revise-request';
import type { WorkflowPorts } from './workflow-ports';

/** Takes a request from an asker: once, however often it comes. */
export async function takeAsk(
  ask: Ask,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<void> {
  const taken = await retried(async () => takeOnce(withinAsker(ask), configuration, ports));
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
    const known = await requestsTaken(ask, ports);
    if (known) return known;
    const request = refused(withinAsker(ask), 'unreadable', configuration, clock.now());
    const admission = { request, subject: NEW_SUBJECT, source: NEW_SOURCE };
    await store.admit(admission, request.subject, dueAt(request, configuration));
    return [onceWritten(request)];
  });
  for (const request of taken) await advanceRequest(request, configuration, ports);
}

/**
 * Askers name their subjects and sources themselves, so two may happen to take the same name. What
 * is denied, or asked too often, about one account says nothing of another one.
 */
function withinAsker(ask: Ask): Ask {
  const { asker, subject, source, labels } = ask;
  const account = labels?.account === undefined ? [] : [labels.account];
  return {
    ...ask,
    subject: JSON.stringify([asker, subject, ...account]),
    source: JSON.stringify([asker, source, ...account]),
  };
}

async function takeOnce(
  ask: Ask,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<readonly ApprovalRequest[]> {
  const { store, clock } = ports;
  const [taken, subject, source] = await Promise.all([
    requestsTaken(ask, ports),
    store.subject(ask.subject),
    store.source(ask.source),
  ]);
  if (taken) return taken;
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

/** Undefined for an ask that is new. Throws where the id is another asker's. */
async function requestsTaken(
  { requestId, asker }: Ask,
  { store }: WorkflowPorts,
): Promise<readonly ApprovalRequest[] | undefined> {
  const taken = await store.takenAs(requestId);
  if (taken === undefined) return undefined;
  const request = await store.read(taken);
  if (!request) return [];
  if (request.asker === asker) return [request];
  throw new Error(
    `The id ${requestId} was used by the asker ${request.asker} before, so no one is asked what ${asker} asks: take ids that no one else takes, such as UUIDs.`,
  );
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
  const { requestId, asker, attempt, outcome } = report;
  const request = await ports.store.read(requestId);
  if (request?.asker !== asker) return false;
  const reported = await revise(
    request,
    (current) => withOutcome(current, attempt, outcome),
    configuration,
    ports.store,
  );
  if (reported) await advanceRequest(reported, configuration, ports);
  return true;
}
