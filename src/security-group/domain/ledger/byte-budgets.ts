import { MOST_BYTES } from '../../../shared/domain/byte-budget';

/**
 * How the bytes of one item of the ledger are shared by what stands in it together. Anyone who may
 * change a group chooses how much there is of it: up to 1,000 rules a call, with 50 tags each.
 */
export const LEDGER_BYTES = {
  /** What is about to be done, twice: that of an earlier try stands beside it. */
  intent: 180_000,
  /** The same, where the tags of rules are part of it. */
  intentWithTags: 120_000,
  /** A report as it is told. */
  report: 120_000,
  /** All questions about one change to one group, as they are sent. */
  questions: 140_000,
  /** What was told lately, and how often rules were reverted. */
  repeats: 40_000,
  counts: 60_000,
  /** A change that is asked about, with all tags of its rules; its question stands beside it. */
  asked: 200_000,
} as const;

/** What stands in one item together; the rest of it is small. */
export const SHARED_ITEMS: Readonly<Record<string, readonly number[]>> = {
  'an event that is acted upon': [LEDGER_BYTES.intent, LEDGER_BYTES.intent],
  'an event that is not told yet': [
    LEDGER_BYTES.report,
    LEDGER_BYTES.questions,
    LEDGER_BYTES.repeats,
    LEDGER_BYTES.counts,
  ],
  'a change that is asked about': [LEDGER_BYTES.asked, LEDGER_BYTES.questions],
};

/** For attributes that are small, such as ids, times and the result of a decision. */
export const ITEM_BYTES_LEFT = MOST_BYTES.item - 20_000;
