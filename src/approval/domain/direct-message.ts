/** What someone is told in a direct message: text alone, and no buttons. */
export interface DirectMessageText {
  readonly title: string;
  readonly opening: string;
  readonly points: readonly DirectMessagePoint[];
  /** How many there are besides `points`. */
  readonly omitted: number;
  readonly closing: readonly string[];
}

export interface DirectMessagePoint {
  readonly label: string;
  readonly lines: readonly string[];
}

/** A direct message to one person, by the address that someone has written. */
export interface DirectMessage {
  /** The path of the construct that sends it. */
  readonly sender: string;
  readonly email: string;
  /** When it was made. */
  readonly at: Date;
  /** Stands for what is news in it: two messages with the same have none that the other lacks. */
  readonly news: string;
  readonly text: DirectMessageText;
}

/** What is remembered of the messages of one sender to one address. */
export interface DirectMessageRecord {
  readonly revision: number;
  /** The last one that was sent, or given up. */
  readonly last?: {
    readonly at: Date;
    readonly news: string;
    readonly doneAt: Date;
  };
  /** Until then, someone is sending one. */
  readonly leasedUntil?: Date;
}

export const NO_DIRECT_MESSAGE: DirectMessageRecord = { revision: 0 };

/** Less than a day, so that a message each day comes each day. */
const REPEATED_AFTER_MILLISECONDS = 20 * 3_600_000;

/** Not one that comes twice or late, and nothing twice a day that is no news. */
export function isToBeSent({ at, news }: DirectMessage, { last }: DirectMessageRecord): boolean {
  if (!last) return true;
  if (at <= last.at) return false;
  // By when they were made: one that came late must not cost the one of the next day.
  return news !== last.news || at.getTime() - last.at.getTime() >= REPEATED_AFTER_MILLISECONDS;
}

export function afterDirectMessage(
  { at, news }: DirectMessage,
  { revision }: DirectMessageRecord,
  doneAt: Date,
): DirectMessageRecord {
  return { revision, last: { at, news, doneAt } };
}
