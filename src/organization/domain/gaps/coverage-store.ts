import type { StandingGap } from './coverage-news';
import type { HubPause } from './hub-pause';
import type { LaggingSource } from './lagging-sources';
import type { PlaceLook } from './look-at-member';
import type { Look, Sighting } from './place-state';
import type { AccountList } from '../member-accounts';
import type { Place } from '../place';
import type { ExpectedSource } from '../sources';

/** What is remembered of one place. */
export interface KnownPlace {
  readonly place: Place;
  /** When the hub began to expect records of it. */
  readonly expectedSince: Date;
  /** Undefined: the hub has not looked yet. */
  readonly look?: Look;
  readonly sightings: readonly Sighting[];
}

/** When the hub looked last, and when it was away for longer than usual. */
export interface LastRun {
  readonly at: Date;
  readonly pause?: HubPause;
  /** When all standing gaps were told last. */
  readonly toldAllAt?: Date;
  /** The sources that the hub had, each with the time from which on. */
  readonly sources?: readonly ExpectedSource[];
  /** Sources that brought nothing of late, though others did. Absent: none. */
  readonly lagging?: readonly LaggingSource[];
  /** Units that are named, and have no account. Absent: none. */
  readonly emptyUnits?: readonly string[];
}

/** All that the hub remembers of what is covered. */
export interface CoverageMemory {
  readonly list?: AccountList;
  readonly lastRun?: LastRun;
  readonly places: readonly KnownPlace[];
  readonly gaps: readonly StandingGap[];
}

/** What is new after a run. */
export interface RememberedRun {
  readonly list?: AccountList;
  readonly run: LastRun;
  /** Places that are expected from now on, and of which nothing is known yet. */
  readonly missing: readonly Place[];
  /** Places that are watched no more. */
  readonly forgotten: readonly Place[];
  /** Gaps that are new, or told of for the first time. */
  readonly noted: readonly StandingGap[];
  readonly ended: readonly StandingGap[];
}

export interface CoverageStore {
  read(): Promise<CoverageMemory>;
  /** The run last: one that was not written whole is found again by the next. */
  remember(run: RememberedRun): Promise<void>;
  /** Of the list of accounts alone. */
  rememberList(list: AccountList): Promise<void>;
  /** Keeps since when each place is expected to be heard of. */
  writeLooks(looks: readonly PlaceLook[], now: Date): Promise<void>;
}
