import { admit, type Ask, isSameRequester, join } from './admit';
import type { ApprovalConfiguration } from './approval-configuration';
import {
  type ApprovalRequest,
  type AuditEntry,
  type CarryingOutcome,
  isOpen,
  isToBeLookedUp,
  type KnownRequester,
  type WaitingClick,
} from './approval-request';
import { ApprovalConflictError, type ApprovalStore } from './approval-store';
import { approversAt, approversNow } from './approver-readings';
import type { Click } from './click';
import {
  afterTime,
  type Attempt,
  dueAt,
  isToBePointedTo,
  isUnsent,
  withOutcome,
  withPointed,
  withSent,
} from './due';
import { judgeClick, whyNotHeard } from './judge-click';
import type { People } from './messenger';
import { withApprovers } from './too-few-approvers';
import { EndUnderWayError, mustWaitForEnd, unjudgedClicks, withWaiting } from './waiting-click';
import type { Clock } from '../../shared/domain/clock';

export interface WorkflowPorts {
  readonly store: ApprovalStore;
  readonly people: People;
  readonly clock: Clock;
  /** Signs the decision, and puts it into the asker's queue. */
  tellAsker(request: ApprovalRequest): Promise<void>;
  /** Has the request's messages delivered. */
  pointToMessages(requestId: string): Promise<void>;
  /** Into the log, and to EventBridge. */
  announce(request: ApprovalRequest, entry: AuditEntry): Promise<void>;
}

const TRIES = 8;

/** Takes a request from an asker: once, however often it comes. */
export async function takeAsk(
  ask: Ask,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<void> {
  const taken = await retried(async () => takeOnce(withinAsker(ask), configuration, ports));
  if (taken) await advanceRequest(taken, configuration, ports);
}

/** Askers name their subjects and sources themselves, so two may happen to take the same name. */
function withinAsker(ask: Ask): Ask {
  return {
    ...ask,
    subject: JSON.stringify([ask.asker, ask.subject]),
    source: JSON.stringify([ask.asker, ask.source]),
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

/**
 * Judges a click, and those that wait beside it. False where there is no such request. A click that
 * cannot be judged yet is kept with its request, and this throws.
 */
export async function takeClick(
  click: Click,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<boolean> {
  const request = await ports.store.read(click.button.requestId);
  if (!request) return false;
  const approvers = await approversAt(configuration, click.at, ports);
  const waiting = { click, wasApprover: approvers?.includes(click.userId) };
  let judged: ApprovalRequest;
  try {
    judged = await judge(request, waiting, configuration, ports);
  } catch (error) {
    if (error instanceof ApprovalConflictError) throw error;
    await keepWaiting(request, waiting, error, configuration, ports);
    return true;
  }
  await advanceRequest(judged, configuration, ports);
  return true;
}

async function judge(
  request: ApprovalRequest,
  waiting: WaitingClick,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<ApprovalRequest> {
  const { store, people, clock } = ports;
  const [app, members] = await Promise.all([people.app(), approversNow(configuration, ports)]);
  return retried(async (isFirst) => {
    const read = isFirst ? request : ((await store.read(request.id)) ?? request);
    const clicks = unjudgedClicks(read, waiting);
    const heard = clicks.filter(
      ({ click }) => !whyNotHeard(read, click, { ...app, members }, configuration),
    );
    if (mustWaitForEnd(read, heard, clock.now())) throw new EndUnderWayError(read.id);
    // Over the very state in which all requesters are known: anyone who joins meanwhile has it
    // judged again.
    const identified = heard.length > 0 ? await identify(read, configuration, ports) : read;
    const now = clock.now();
    const after = clicks.reduce(
      (current, { click, wasApprover }) =>
        judgeClick(current, click, { ...app, members, wasApprover }, configuration, now),
      identified,
    );
    return after === identified ? identified : save(after, identified, configuration, store);
  });
}

/** Throws why it waits, but where it is known already that it does not count. */
async function keepWaiting(
  request: ApprovalRequest,
  waiting: WaitingClick,
  cause: unknown,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<void> {
  const { store, clock } = ports;
  const kept = await revise(
    request,
    (current) => withWaiting(current, waiting, cause, configuration, clock.now()),
    configuration,
    store,
  );
  if (kept && kept !== request) await advanceRequest(kept, configuration, ports);
  if (!kept?.judgedClicks.includes(waiting.click.id)) throw cause;
}

/** The request, with who its requesters are in Slack. Throws where Slack does not say. */
async function identify(
  request: ApprovalRequest,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<ApprovalRequest> {
  const { people, store } = ports;
  const unknown = request.requesters.filter(isToBeLookedUp);
  if (unknown.length === 0) return request;
  const found = await Promise.all(
    unknown.map(async (requester) => ({
      ...requester,
      slackUserId: requester.email ? ((await people.userWithEmail(requester.email)) ?? '') : '',
    })),
  );
  const withFound = (current: ApprovalRequest) => ({
    ...current,
    requesters: current.requesters.map((requester) => withUser(requester, found)),
  });
  const known = await revise(request, withFound, configuration, store);
  // Someone may have joined while it was looked up.
  return known ? identify(known, configuration, ports) : request;
}

function withUser(requester: KnownRequester, found: readonly KnownRequester[]): KnownRequester {
  if (requester.slackUserId !== undefined) return requester;
  return found.find((other) => isSameRequester(other, requester)) ?? requester;
}

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

async function advanceRequest(
  known: ApprovalRequest,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<void> {
  const { store, clock } = ports;
  const request = await revise(
    known,
    (current) => afterTime(current, configuration, clock.now()),
    configuration,
    store,
  );
  if (!request) return;
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

/** Changes a request once something was done. */
type Change = (request: ApprovalRequest) => ApprovalRequest;

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
  const { clock, pointToMessages } = ports;
  const now = clock.now();
  if (!request.messages.some((slot) => isToBePointedTo(slot, now))) return undefined;
  // The message says who asks: if Slack does not say now, it does when someone clicks.
  const identified = await identify(request, configuration, ports).catch(() => request);
  const { messages } = await seeApprovers(identified, configuration, ports).catch(() => identified);
  await pointToMessages(request.id);
  const slots = messages.filter((slot) => isToBePointedTo(slot, now));
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
  const approvers = await approversNow(configuration, ports);
  const change: Change = (current) => withApprovers(current, approvers, configuration, clock.now());
  return (await revise(request, change, configuration, store)) ?? request;
}

/**
 * Writes what `change` makes of the request, as it was last read or written here; where someone
 * else wrote in between, of what they left. Nothing, where nothing changes. Undefined, where it is
 * gone.
 */
export async function revise(
  known: ApprovalRequest,
  change: Change,
  configuration: ApprovalConfiguration,
  store: ApprovalStore,
): Promise<ApprovalRequest | undefined> {
  return retried(async (isFirst) => {
    const before = isFirst ? known : await store.read(known.id);
    if (!before) return undefined;
    const after = change(before);
    return after === before ? before : save(after, before, configuration, store);
  });
}

async function save(
  after: ApprovalRequest,
  before: ApprovalRequest,
  configuration: ApprovalConfiguration,
  store: ApprovalStore,
): Promise<ApprovalRequest> {
  await store.write(after, before, dueAt(after, configuration));
  return onceWritten(after);
}

function onceWritten(request: ApprovalRequest): ApprovalRequest {
  return { ...request, revision: request.revision + 1 };
}

async function retried<T>(act: (isFirst: boolean) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await act(tries === 1);
    } catch (error) {
      if (!(error instanceof ApprovalConflictError) || tries === TRIES) throw error;
    }
  }
}
