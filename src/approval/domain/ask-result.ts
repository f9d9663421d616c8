import type { OutcomeKind, Phase } from './approval-request';

/** An asker's record of its last try to carry out a decision. */
export interface AskResult {
  readonly phase: Phase;
  readonly attempt: number;
  readonly outcome: OutcomeKind;
  readonly text: string;
}

/** The result of a decision. */
export type CarriedOut = Pick<AskResult, 'outcome' | 'text'>;

type Attempt = Pick<AskResult, 'phase' | 'attempt'>;

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
