import type { Actor } from './actor';
import type { Rule } from '../rules/rule';

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
 * What one API call changed. The state of the groups decides what is done about it; this only
 * points.
 */
export interface Change extends Call {
  readonly subject: ChangeSubject;
  readonly rules: NamedRules;
}

/** What the record says was changed. */
export type ChangeSubject =
  | { readonly kind: 'group'; readonly group: NamedGroup }
  | { readonly kind: 'group-created'; readonly group: NamedGroup }
  | { readonly kind: 'group-deleted'; readonly group: NamedGroup }
  /** A VPC comes with a default group, of which no record tells. */
  | { readonly kind: 'vpc-created'; readonly vpcId: string }
  | { readonly kind: 'prefix-list'; readonly prefixListId: string }
  /** Tags put on, or taken off, groups by their ids. No keys: all tags. */
  | {
      readonly kind: 'tags';
      readonly groupIds: readonly string[];
      readonly tagKeys: readonly string[];
    };

/** A call in a default VPC may give its group's name only, a failed one nothing. */
export interface NamedGroup {
  readonly id?: string;
  readonly name?: string;
}

/** The rules that a record names. */
export interface NamedRules {
  /** Rules that the call added. */
  readonly present: readonly Rule[];
  /** Ids of rules that the call gave other values. */
  readonly modifiedIds: readonly string[];
  /**
   * Those values, where they can be read, with the ids. Records of such calls lack the direction:
   * it means nothing here.
   */
  readonly modifiedTo: readonly Rule[];
  /** Rules that got another description, and nothing else. */
  readonly described: readonly RuleReference[];
  /** Rules that the call took away. */
  readonly absent: readonly RuleReference[];
  /** Whether these are all. If not, the group has to be judged as it stands. */
  readonly complete: boolean;
}

/** A rule by its id, or by its values where the record has no id. */
export type RuleReference =
  { readonly id: string; readonly rule?: Rule } | { readonly id?: undefined; readonly rule: Rule };

export const NO_RULES: NamedRules = {
  present: [],
  modifiedIds: [],
  modifiedTo: [],
  described: [],
  absent: [],
  complete: true,
};
