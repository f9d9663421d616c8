import type { OutcomeKind } from './approval-request';
import type { Attempt } from './attempt';

/** An asker's record of its last try to carry out a decision. */
export interface AskResult extends Attempt {
  readonly outcome: OutcomeKind;
  readonly text: string;
}

/** The result of a decision. */
export type CarriedOut = Pick<AskResult, 'outcome' | 'text'>;

const STILL_TRIED = 'Not yet, and it is still tried: ';

/** Of a try that failed, and of which people are to hear before the next one. */
export function stillTried(reason: string): CarriedOut {
  return { outcome: 'failed', text: `${STILL_TRIED}${reason}` };
}

export function isStillTried({ text }: Pick<CarriedOut, 'text'>): boolean {
  return text.startsWith(STILL_TRIED);
}

/** Of the last try. */
export function givenUp(reason: string): CarriedOut {
  return { outcome: 'failed', text: `Given up: ${reason}` };
}

/** An old message that comes again decides nothing any more. */
export function isOvertaken({ phase, attempt }: Attempt, last: AskResult | undefined): boolean {
  if (!last) return false;
  return last.phase === phase ? last.attempt > attempt : last.phase === 'end';
}

/** Whether the decision needs to be told once more only: it was carried out, or cannot be. */
export function isConcluded(
  { phase, attempt }: Attempt,
  last: AskResult | undefined,
): last is AskResult {
  return (
    last !== undefined &&
    last.phase === phase &&
    last.attempt === attempt &&
    last.outcome !== 'failed'
  );
}
