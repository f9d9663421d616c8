import type { Adoption } from './adoption';
import type { NotAdoptedYet } from './arrivals';
import type { LookedUpEntry } from './confirm-grants';
import type { Doubts } from './doubts';
import type { ExclusionEnd } from './exclusion-ends';
import type { ReleasedGroup } from './releases';
import type { DescribedPlace } from '../../../organization/domain/described-place';
import type { GroupRecord } from '../ledger/ledger';
import type { Disabling } from '../policies/policy';
import type { Pause } from '../policies/sentry-configuration';

/** What one run of reconcile found, and did. */
export interface ReconcileReport {
  /** Whose groups they are; absent without a hub. */
  readonly place?: DescribedPlace;
  readonly at: Date;
  readonly groupCount: number;
  readonly adoptions: readonly Adoption[];
  /**
   * Groups that are not watched any more, since they do not exist, or since a deployment chose
   * others.
   */
  readonly released: readonly ReleasedGroup[];
  /** Groups that two looks had lacked, and that are there after all. */
  readonly returned: readonly GroupRecord[];
  /** Groups that cannot be adopted yet, as no one knows what in them is new. */
  readonly notAdoptedYet?: NotAdoptedYet;
  /** Groups with differences that are due. */
  readonly due: readonly string[];
  /** Nothing was done in any of them: too many are due, or could not be read. */
  readonly isBraked: boolean;
  /** Entries that rest on events which nothing has confirmed in a day. */
  readonly unconfirmed: readonly LookedUpEntry[];
  readonly doubts: Doubts;
  /** Why grants were not confirmed to the end. The next run asks again. */
  readonly notConfirmed?: string;
  readonly pause?: Pause;
  /** One that is not obeyed. */
  readonly refusedPause?: Pause;
  /** Of policies that are disabled. */
  readonly disablings: readonly Disabling[];
  /** Of policies that are in force again, and of which that was not told yet. */
  readonly endedDisablings: readonly Disabling[];
  /** Of rules that policies exclude until then. */
  readonly exclusionEnds: readonly ExclusionEnd[];
}
