import { admit, type Ask, join } from './admit';
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
  if (taken) await advanceRequest(taken, configuration, ports);
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
): Promise<ApprovalRequest | undefined> {
  const { store, clock } = ports;
  const [taken, subject, source] = await Promise.all([
    store.takenAs(ask.requestId),
    store.subject(ask.subject),
    store.source(ask.source),
  ]);
  // Even where what it had joined is decided by now: it was answered with it.
  if (taken !== undefined) return store.read(taken);
  const open =
    subject.openRequestId === undefined ? undefined : await store.read(subject.openRequestId);
  if (open && !open.decision) {
    const joined = join(open, ask, clock.now());
    await store.join(joined, open, ask.requestId, dueAt(joined, configuration));
    return onceWritten(joined);
  }
  const admission = admit(
    ask,
    { ...subject, openRequestId: undefined },
    source,
    configuration,
    clock.now(),
  );
  await store.admit(admission, ask.source, dueAt(admission.request, configuration));
  return onceWritten(admission.request);
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
