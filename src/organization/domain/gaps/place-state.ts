import type { Place } from '../place';
import type { SourceKind } from '../sources';

/** What a member lets the hub do at most, from least to most. */
export const MEMBER_RIGHTS = ['OBSERVE', 'REVOKE', 'FULL'] as const;

export type MemberRights = (typeof MEMBER_RIGHTS)[number];

export function isEnough(given: MemberRights, needed: MemberRights): boolean {
  return MEMBER_RIGHTS.indexOf(given) >= MEMBER_RIGHTS.indexOf(needed);
}

/** When records of a place came by a source. */
export interface Sighting {
  readonly source: SourceKind;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

/** What the hub found when it last looked at a place with the member's read role. */
export type Look =
  | {
      readonly kind: 'seen';
      readonly at: Date;
      /** Of the member's template; undefined where the rule that tells it is missing. */
      readonly templateVersion?: number;
      readonly rule: 'as-made' | 'missing' | 'disabled' | 'changed';
      readonly rights: MemberRights;
      readonly hasGroups: boolean;
    }
  | {
      readonly kind: 'refused';
      readonly at: Date;
      readonly by: 'role' | 'service-control-policy' | 'region';
      readonly reason: string;
    }
  | { readonly kind: 'failed'; readonly at: Date; readonly reason: string }
  /** All Regions that the account has enabled are to be watched, and this is none by now. */
  | { readonly kind: 'off'; readonly at: Date };

/** All that is known of one place of one member. */
export interface PlaceState {
  readonly place: Place;
  readonly isSuspended: boolean;
  readonly sightings: readonly Sighting[];
  /** Undefined: the hub has not looked yet. */
  readonly look?: Look;
  /** Since when the place is expected to be covered. */
  readonly expectedSince: Date;
}
