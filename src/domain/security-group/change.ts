import type { Rule } from './rule';
import type { Actor } from '../actor/actor';

/** What one API call did to one group, as its CloudTrail record tells it. */
export interface Change {
  readonly eventId: string;
  readonly eventName: string;
  /** When the call was made, to the second. */
  readonly time: Date;
  readonly accountId: string;
  readonly region: string;
  readonly actor: Actor;
  readonly sourceAddress?: string;
  readonly userAgent?: string;
  /** Present where the call failed, and so changed nothing. */
  readonly errorCode?: string;
  readonly group: ChangedGroup;
  readonly addedRules: readonly Rule[];
  /** Whether `addedRules` holds all that the call added. If not, the group has to be judged as it stands. */
  readonly namesAllRules: boolean;
}

/** How the record names the group; a call in a default VPC may give its name only, a failed one nothing. */
export interface ChangedGroup {
  readonly id?: string;
  readonly name?: string;
}
