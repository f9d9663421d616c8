import type { GroupLedger, GroupRecord, LedgerEntry, Repeat } from './ledger';
import type { PlaceRecord, Sighting } from './place-record';
import type { Judgement } from '../judging/judgement';
import type { Announcement } from '../reporting/announcement';
import type { ToldOutcome } from '../reporting/outcome';

/** Someone else wrote to the ledger in between: what was judged by it has to be judged again. */
export class LedgerConflictError extends Error {
  constructor(groupId: string) {
    super(
      `The ledger of ${groupId} was written by someone else in the meantime: the event is judged again.`,
    );
    this.name = 'LedgerConflictError';
  }
}

/** Another try has taken the lease since: it answers and reports. */
export class LeaseLostError extends Error {
  constructor({ eventId, groupId }: EventKey) {
    super(
      `${groupId}: this try at the event ${eventId} took longer than its lease, and another try has begun: this one ends, and reports nothing.`,
    );
    this.name = 'LeaseLostError';
  }
}

export type LedgerChange =
  /** An entry as it was read, with what is new in it. */
  | { readonly kind: 'put'; readonly entry: LedgerEntry }
  | { readonly kind: 'remove'; readonly entry: LedgerEntry };

/** The sentry's memory of its groups. */
export interface Ledger {
  read(groupId: string): Promise<GroupLedger>;
  /** For those who look at hundreds of groups. */
  readWithoutTags(groupId: string): Promise<GroupLedger>;
  /** Throws a LedgerConflictError where an entry is not any more as it was read. */
  write(groupId: string, changes: readonly LedgerChange[]): Promise<void>;
  /** The groups that were adopted once, also those that are watched no more. */
  records(): Promise<GroupRecord[]>;
  /** Of one group, as it is now. */
  record(groupId: string): Promise<GroupRecord | undefined>;
  /**
   * Also ends the watch over a group, with `releasedAt`. Throws a LedgerConflictError where the
   * record is not any more as it was read.
   */
  writeRecord(record: GroupRecord): Promise<void>;
  /** Undefined until reconcile has looked. */
  placeRecord(): Promise<PlaceRecord | undefined>;
  /** Throws a LedgerConflictError where it is not any more as it was read. */
  writePlaceRecord(record: PlaceRecord): Promise<void>;
  /** How a group stood that is not adopted yet, when it came into sight. */
  sighting(groupId: string): Promise<Sighting | undefined>;
  writeSighting(groupId: string, sighting: Sighting): Promise<void>;
}

/** One event, for one of the groups that it concerns. */
export interface EventKey {
  readonly eventId: string;
  readonly groupId: string;
}

/** The lease that one try has taken: no two tries have the same. */
export interface Lease {
  readonly key: EventKey;
  readonly claimId: string;
}

export type Claim =
  /** With what an earlier try that came to no end meant to do. */
  | { readonly kind: 'claimed'; readonly lease: Lease; readonly intent: readonly Judgement[] }
  /** Another try is at it. */
  | { readonly kind: 'held' }
  /** All is done, but perhaps not told. */
  | {
      readonly kind: 'acted';
      readonly announcement: Announcement;
      readonly repeats: readonly Repeat[];
    }
  | { readonly kind: 'told'; readonly outcome?: ToldOutcome };

/** The sentry's memory of the events that it acts upon: acting (under a lease), acted, told. */
export interface EventLog {
  /**
   * Takes the lease where it is free, and stores what is about to be done, beside what earlier
   * tries meant to do.
   */
  claim(key: EventKey, intent: readonly Judgement[], now: Date): Promise<Claim>;
  /**
   * Writes down all that is about to be done or was meant to be. Throws a LeaseLostError where the
   * lease is another's.
   */
  intend(lease: Lease, intent: readonly Judgement[]): Promise<void>;
  /** Gives the lease back, so that the next try need not wait for its end. Another's stays. */
  release(lease: Lease): Promise<void>;
  /**
   * Keeps what is to be told, and what of it need not be told again for a while. Throws a
   * LeaseLostError where the lease is another's.
   */
  acted(lease: Lease, announcement: Announcement, repeats: readonly Repeat[]): Promise<void>;
  /** Ends the event, and writes what need not be told again. */
  told(key: EventKey, repeats: readonly Repeat[], outcome?: ToldOutcome): Promise<void>;
}
