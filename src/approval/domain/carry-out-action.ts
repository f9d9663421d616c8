import type { OutcomeKind } from './approval-request';
import { type AskResult, type CarriedOut, isOvertaken } from './ask-result';
import type { Attempt } from './attempt';

/** A decision that is proved, as far as it matters here. */
export interface ActionDecision extends Attempt {
  readonly requestId: string;
  readonly decision: string;
  /** The end of an approval for a time. */
  readonly until?: Date;
  /** People have given it more time: that is another thing to do than what they approved first. */
  readonly isExtension?: boolean;
}

/** A try at a decision, by one invocation. */
export interface ActionTry {
  readonly requestId: string;
  readonly decision: string;
  /** Attempts in their order; an end comes after every decision. */
  readonly turn: number;
  /** No two invocations have the same. */
  readonly holder: string;
}

/**
 * `taken`: another invocation is at it, or has just done it. `later`: an attempt that comes after
 * it has begun.
 * `isBegun`: a try at the same decision has begun before.
 */
export type Beginning =
  | { readonly kind: 'begun'; readonly isBegun: boolean }
  | { readonly kind: 'taken'; readonly isSameTurn: boolean }
  | { readonly kind: 'later' };

export interface ActionPorts {
  /** Where it has begun, no one else does for as long as an invocation may last. */
  begin(current: ActionTry, now: Date): Promise<Beginning>;
  /** Others may begin at once. */
  release(current: ActionTry): Promise<void>;
  conclude(current: ActionTry, result: AskResult): Promise<void>;
  /**
   * Has the action function make it true. Throws where that fails: an ActionUnansweredError, where
   * it may be at it still.
   */
  call(isBegun: boolean): Promise<CarriedOut>;
  now(): Date;
}

/** Another invocation is at the same request: its message is to be shown again later. */
export class ActionTakenError extends Error {
  constructor(requestId: string) {
    super(`Another call for the request ${requestId} is under way.`);
    this.name = 'ActionTakenError';
  }
}

/** The call got no answer: whether the function ran, and whether it still does, is not known. */
export class ActionUnansweredError extends Error {
  constructor(reason: string) {
    super(`Whether the function ran is not known, as its answer did not come: ${reason}`);
    this.name = 'ActionUnansweredError';
  }
}

const END = 1_000_000;

function turnOf({ phase, attempt }: Attempt): number {
  return attempt + (phase === 'end' ? END : 0);
}

/**
 * Makes true what was decided: each attempt once, as far as anyone can say. What is to be reported
 * of it; undefined, where there is nothing to report: a later attempt counts, or another invocation
 * is at it and reports itself.
 */
export async function carryOutAction(
  decision: ActionDecision,
  last: AskResult | undefined,
  { holder, tries }: { readonly holder: string; readonly tries: number },
  ports: ActionPorts,
): Promise<AskResult | undefined> {
  const { requestId, phase, attempt } = decision;
  if (isOvertaken(decision, last)) return undefined;
  if (last?.phase === phase && last.attempt === attempt) return last;
  const current = { requestId, decision: toBegin(decision), turn: turnOf(decision), holder };
  const beginning = await ports.begin(current, ports.now());
  if (beginning.kind === 'later') return undefined;
  if (beginning.kind === 'taken') {
    // The workflow sends a decision again until an outcome comes. Should the one who is at it come
    // to no end, its own message is shown again.
    if (beginning.isSameTurn && tries === 1) return undefined;
    throw new ActionTakenError(requestId);
  }
  const carried = await calledOrReleased(decision, beginning.isBegun, current, ports);
  const result = { phase, attempt, ...carried };
  await ports.conclude(current, result);
  return result;
}

/** The same for tries that are to do the same. */
function toBegin({ decision, until, isExtension }: ActionDecision): string {
  return isExtension && until ? `${decision} until ${until.toISOString()}` : decision;
}

async function calledOrReleased(
  decision: ActionDecision,
  isBegun: boolean,
  current: ActionTry,
  ports: ActionPorts,
): Promise<CarriedOut> {
  if (isTimeOver(decision, ports.now())) return isBegun ? TIME_OVER_SINCE : TIME_OVER;
  try {
    return await ports.call(isBegun);
  } catch (error) {
    if (error instanceof ActionUnansweredError) throw error;
    // What fails here as well ends by itself, when the time of this invocation is over.
    await ports.release(current).catch(() => undefined);
    throw error;
  }
}

function isTimeOver({ decision, until }: ActionDecision, now: Date): boolean {
  return decision === 'approved' && until !== undefined && until <= now;
}

const TIME_OVER: CarriedOut = {
  outcome: 'conflicting',
  text: 'Nothing was done: the time of the approval was over before it could be.',
};

/** What an earlier call may have done, the decision `ended` follows to undo. */
const TIME_OVER_SINCE: CarriedOut = {
  outcome: 'failed',
  text: 'An earlier call may have done it, or a part of it: the time of the approval was over before it could be called again.',
};

/** What is said where the function says nothing. */
const DONE = 'Done.';

/** What the function returned, once it was read. */
export interface ReturnedAnswer {
  readonly outcome?: OutcomeKind;
  readonly text?: string;
}

export function answeredBy({ outcome = 'carried-out', text }: ReturnedAnswer): CarriedOut {
  return { outcome, text: text?.trim() ? text : DONE };
}
