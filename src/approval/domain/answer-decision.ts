import { type AskResult, type CarriedOut, isConcluded, isOvertaken } from './ask-result';
import type { Attempt } from './attempt';

/** What an asker knows of its request. */
export interface OwnRequest {
  /** Of what it has asked. */
  readonly digest: string;
  /** Of its last try. */
  readonly result?: AskResult;
}

/** A decision that its workflow has signed for this asker. */
export interface SignedDecision extends Attempt {
  /** Of what people were shown. */
  readonly digest: string;
}

export interface DecisionSteps {
  /** Says that a message passed for a decision about what was asked. */
  refuse(reason: string): void;
  /** Undefined where there is nothing to tell: someone else does. */
  carryOut(): Promise<AskResult | undefined>;
  /** Tells the workflow, and so the people who decided. */
  conclude(result: AskResult): Promise<void>;
}

const NEVER_ASKED: CarriedOut = {
  outcome: 'conflicting',
  text: 'Nothing was done: it is not known that this was asked.',
};

/** What was asked may be as it was again, so people may have it tried again. */
const SHOWN_SOMETHING_ELSE: CarriedOut = {
  outcome: 'failed',
  text: 'Nothing was done: people were shown something else than what was asked.',
};

/**
 * Has a decision carried out that is about what was asked, once. All that is signed for this asker
 * gets an outcome: the workflow would send it again for ever, and people would never hear.
 *
 * @param own undefined where nothing is known of the request.
 */
export async function answerDecision(
  decision: SignedDecision,
  own: OwnRequest | undefined,
  steps: DecisionSteps,
): Promise<void> {
  const { phase, attempt, digest } = decision;
  if (!own) {
    steps.refuse('nothing was asked under this id');
    return steps.conclude({ phase, attempt, ...NEVER_ASKED });
  }
  if (digest !== own.digest) {
    steps.refuse('people were shown something else than what was asked');
    return steps.conclude({ phase, attempt, ...SHOWN_SOMETHING_ELSE });
  }
  if (isOvertaken(decision, own.result)) return;
  // One that comes again is told again, and carried out once.
  const result = isConcluded(decision, own.result) ? own.result : await steps.carryOut();
  if (result) await steps.conclude(result);
}
