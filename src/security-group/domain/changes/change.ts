import type { Actor } from './actor';
import type { NamedRules } from './named-rules';
import type { RuleTag } from '../rules/rule';

/** One API call, as its CloudTrail record tells of it. */
export interface Call {
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
}

/**
 * A change by one API call. The state of the groups decides what is done about it; this only
 * points.
 */
export interface Change extends Call {
  readonly subject: ChangeSubject;
  readonly rules: NamedRules;
}

/** The subject of a change, as the record names it. */
export type ChangeSubject =
  | { readonly kind: 'group'; readonly group: NamedGroup }
  | { readonly kind: 'group-created'; readonly group: NamedGroup }
  | { readonly kind: 'group-deleted'; readonly group: NamedGroup }
  /** A VPC comes with a default group, of which no record tells. */
  | { readonly kind: 'vpc-created'; readonly vpcId: string }
  | {
      readonly kind: 'prefix-list';
      readonly prefixListId: string;
      /** Absent where the record does not say it. */
      readonly written?: WrittenEntries;
    }
  /** Tags put on, or taken off, groups by their ids. No keys: all tags. */
  | {
      readonly kind: 'tags';
      readonly groupIds: readonly string[];
      readonly tagKeys: readonly string[];
      /** Those that the groups have after it, with these keys; absent where it does not tell. */
      readonly tags?: readonly RuleTag[];
    };

/** What a call wrote into a prefix list. */
export interface WrittenEntries {
  /** Entries that it put in, in canonical form. */
  readonly added: readonly string[];
  /** The version of the list that it made. */
  readonly version?: number;
}

/** A call in a default VPC may give its group's name only, a failed one nothing. */
export interface NamedGroup {
  readonly id?: string;
  readonly name?: string;
}
