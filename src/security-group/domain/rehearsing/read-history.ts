import { RehearsalError } from './rehearsal-error';
import type { Change } from '../changes/change';

/** Whole seconds, both of them included. */
export interface HistoryWindow {
  readonly from: Date;
  readonly to: Date;
}

/** One record of the event history. */
export interface HistoryRecord {
  readonly eventId: string;
  readonly time: Date;
  /** So long its text is. */
  readonly length: number;
  /** Absent where the record cannot be read. */
  readonly change?: Change;
}

/** Some records of one call, the newest first. */
export interface HistoryPage {
  readonly records: readonly HistoryRecord[];
  /** The time of the oldest event, also of another service; absent where there is none. */
  readonly oldest?: Date;
  /** Where the next page begins, if there is one. */
  readonly next?: string;
}

/** The event history, page by page. */
export interface PagedHistory {
  /** Undefined where there is no time left for it. */
  page(
    eventName: string,
    window: HistoryWindow,
    next: string | undefined,
  ): Promise<HistoryPage | undefined>;
}

/** How much is read before a rehearsal is told in parts. */
export interface HistoryLimits {
  readonly records: number;
  /** Characters of records. */
  readonly length: number;
}

/** What was read. */
export interface ReadHistory {
  /** In the order of their times, each once. */
  readonly records: readonly HistoryRecord[];
  readonly covered: HistoryWindow;
  readonly rest?: HistoryWindow;
  /** Whether one second alone held more than could be read. */
  readonly isCutShort: boolean;
}

/** What was read of one call. */
interface Strand {
  readonly eventName: string;
  /** Everything newer was read. */
  readonly reached: Date;
  readonly isBegun: boolean;
  /** Undefined as well where it has not begun. */
  readonly next?: string;
  readonly records: readonly HistoryRecord[];
  /** Characters of all of them. */
  readonly length: number;
}

const SECOND = 1_000;

/**
 * Reads the history of several calls backwards, all of them evenly, so that wherever it has to stop
 * there is a time of which everything was read: the newest part of the window. What is left is a
 * window again, and nothing else has to be remembered.
 */
export async function readHistory(
  eventNames: readonly string[],
  window: HistoryWindow,
  history: PagedHistory,
  limits: HistoryLimits,
): Promise<ReadHistory> {
  const strands = new Map<string, Strand>(
    eventNames.map((eventName) => [
      eventName,
      { eventName, reached: window.to, isBegun: false, records: [], length: 0 },
    ]),
  );
  for (;;) {
    const strand = mostBehind([...strands.values()]);
    if (!strand || isFull([...strands.values()], limits)) break;
    const page = await history.page(strand.eventName, window, strand.next);
    if (!page) break;
    strands.set(strand.eventName, withPage(strand, page));
  }
  return cut([...strands.values()], window);
}

/** None where all was read. */
function mostBehind(strands: readonly Strand[]): Strand | undefined {
  return strands
    .filter(isUnread)
    .sort(
      (one, other) =>
        Number(one.isBegun) - Number(other.isBegun) ||
        other.reached.getTime() - one.reached.getTime(),
    )[0];
}

function isUnread({ isBegun, next }: Strand): boolean {
  return !isBegun || next !== undefined;
}

/** One page of each call is always read. */
function isFull(strands: readonly Strand[], { records, length }: HistoryLimits): boolean {
  if (strands.some(({ isBegun }) => !isBegun)) return false;
  const read = (amount: (strand: Strand) => number) =>
    strands.reduce((sum, strand) => sum + amount(strand), 0);
  return read((one) => one.records.length) >= records || read((one) => one.length) >= length;
}

function withPage(strand: Strand, { records, oldest, next }: HistoryPage): Strand {
  const { next: _read, ...rest } = strand;
  return {
    ...rest,
    isBegun: true,
    reached: oldest ?? strand.reached,
    records: [...strand.records, ...records],
    length: records.reduce((sum, one) => sum + one.length, strand.length),
    ...(next !== undefined && { next }),
  };
}

function cut(strands: readonly Strand[], window: HistoryWindow): ReadHistory {
  if (strands.some(({ isBegun }) => !isBegun)) {
    throw new RehearsalError(
      "CloudTrail's event history did not answer often enough to read even the beginning: others in this account and Region are looking things up. Try again later.",
    );
  }
  const unread = strands.filter(isUnread);
  if (unread.length === 0) return historyWithin(strands, window, undefined, false);
  const reached = new Date(
    Math.floor(Math.max(...unread.map((one) => one.reached.getTime())) / SECOND) * SECOND,
  );
  // Of the second that was reached, more may be left.
  const from = new Date(reached.getTime() + SECOND);
  if (from <= window.to) {
    return historyWithin(
      strands,
      { from, to: window.to },
      { from: window.from, to: reached },
      false,
    );
  }
  const to = new Date(reached.getTime() - SECOND);
  return historyWithin(strands, { from: reached, to: window.to }, { from: window.from, to }, true);
}

function historyWithin(
  strands: readonly Strand[],
  covered: HistoryWindow,
  rest: HistoryWindow | undefined,
  isCutShort: boolean,
): ReadHistory {
  // Within one second, the history's own order is all that there is.
  const records = strands.flatMap((strand) => [...strand.records].reverse());
  const within = new Map(
    records
      .filter(({ time }) => time >= covered.from && time <= endOf(covered))
      .map((record) => [record.eventId, record]),
  );
  return {
    records: [...within.values()].sort((one, other) => one.time.getTime() - other.time.getTime()),
    covered,
    ...(rest && rest.from <= rest.to && { rest }),
    isCutShort,
  };
}

function endOf({ to }: HistoryWindow): Date {
  return new Date(to.getTime() + SECOND - 1);
}
