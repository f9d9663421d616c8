import type { AccountFields } from '../../shared/domain/notification/account-text';
import type { Severity } from '../../shared/domain/notification/severity';
import type { GapCause } from '../domain/gaps/find-gaps';
import type { LeftCause } from '../domain/gaps/watched-places';
import type { SourceKind } from '../domain/sources';

/**
 * Raised when a field changes its meaning or goes; new fields may come without. Schema:
 * docs/schemas/.
 */
export const COVERAGE_MESSAGE_VERSION = 1;

/** The most gaps that a message lists; fewer where they would not fit. */
export const MOST_GAPS_IN_MESSAGE = 200;

export interface GapInMessage extends AccountFields {
  readonly account: string;
  readonly region: string;
  /** Absent where no source brings anything. */
  readonly source?: SourceKind;
  readonly cause: GapCause;
  readonly reason?: string;
  readonly since: string;
  /** When anything was heard of the place last, by this source if there is one; absent: never. */
  readonly lastCoveredAt?: string;
}

export interface LeftPlaceInMessage extends AccountFields {
  readonly account: string;
  readonly region: string;
  readonly cause: LeftCause;
}

export interface LaggingSourceInMessage {
  readonly source: SourceKind;
  /** When it brought something last. */
  readonly lastAt: string;
  /** When another brought what it has yet to bring. */
  readonly othersAt: string;
}

export interface CoverageMessage {
  readonly version: typeof COVERAGE_MESSAGE_VERSION;
  readonly type: 'coverage';
  readonly hub: string;
  readonly severity: Severity;
  readonly at: string;
  readonly members: number;
  readonly wentDark: readonly GapInMessage[];
  /** Not covered in all the time that they had; told once. Absent: there are none. */
  readonly neverCovered?: readonly GapInMessage[];
  readonly ended: readonly GapInMessage[];
  /** All that stand; only in the message of the day. */
  readonly standing?: readonly GapInMessage[];
  /** How many of all lists are not in the message. */
  readonly omitted: number;
  /** Account and Region of places that are watched no more, by choice. */
  readonly left: readonly string[];
  /** The same places, and why. Absent: there are none. */
  readonly leftPlaces?: readonly LeftPlaceInMessage[];
  /** Sources that bring nothing, though others do; told once. Absent: there are none. */
  readonly fellBehind?: readonly LaggingSourceInMessage[];
  /** Sources of which that was told, and that bring records again. Absent: there are none. */
  readonly caughtUp?: readonly SourceKind[];
  /** Units that hub or sentries name, and in which it knows no account. Absent: there are none. */
  readonly emptyUnits?: readonly string[];
  readonly pause?: { readonly from: string; readonly until: string };
  readonly accountListFailure?: string;
}
