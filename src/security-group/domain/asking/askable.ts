import { labelsOf } from './ask-labels';
import type { AskedChange } from './asked-change';
import { changeQuestion } from './change-question';
import { bytesAsJson, bytesInsideJson } from '../../../shared/domain/byte-budget';
import { LEDGER_BYTES } from '../ledger/byte-budgets';

/** A question that is too large, and why. */
export interface TooLarge {
  readonly ask: AskedChange;
  readonly reason: string;
}

export interface Portioned {
  readonly askable: readonly AskedChange[];
  readonly tooLarge: readonly TooLarge[];
}

/**
 * The questions about one change that can be kept and sent. All of them go into one item, so they
 * share its room: what stands until it is denied comes first.
 */
export function portioned(asks: readonly AskedChange[]): Portioned {
  const askable: AskedChange[] = [];
  const tooLarge: TooLarge[] = [];
  let room: number = LEDGER_BYTES.questions;
  for (const ask of [...asks].sort(standingFirst)) {
    const bytes = bytesInsideJson(changeQuestion(ask)) + bytesAround(ask);
    const reason = whyTooLarge(ask, bytes, room);
    if (reason === undefined) {
      room -= bytes;
      askable.push(ask);
    } else {
      tooLarge.push({ ask, reason });
    }
  }
  return { askable, tooLarge };
}

/** Ids, digests and names that are sent with it. */
const BYTES_AROUND_QUESTION = 1_000;

function bytesAround(ask: AskedChange): number {
  const labels = labelsOf(ask);
  return BYTES_AROUND_QUESTION + (labels ? bytesInsideJson(labels) : 0);
}

function standingFirst(one: AskedChange, other: AskedChange): number {
  const order = ({ response }: AskedChange) => (response === 'revertIfDenied' ? 0 : 1);
  return order(one) - order(other);
}

function whyTooLarge(ask: AskedChange, questionBytes: number, room: number): string | undefined {
  const bytes = bytesAsJson(ask);
  if (bytes > LEDGER_BYTES.asked) {
    return `${rulesText(ask)} with tags and descriptions take ${inKilobytes(bytes)}, and a question may be about ${inKilobytes(LEDGER_BYTES.asked)}`;
  }
  if (questionBytes <= room) return undefined;
  return `a question about ${rulesText(ask)} takes ${inKilobytes(questionBytes)}, and all questions about one change may take ${inKilobytes(LEDGER_BYTES.questions)}`;
}

function rulesText({ rules }: AskedChange): string {
  return rules.length === 1 ? '1 rule' : `${rules.length} rules`;
}

function inKilobytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000)} KB`;
}
