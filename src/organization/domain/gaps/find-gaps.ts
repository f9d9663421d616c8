import { isEnough, type MemberRights, type PlaceState } from './place-state';
import type { Place } from '../place';
import type { SourceKind } from '../sources';

/** Why a place is not covered by a source; the first that holds. */
export const GAP_CAUSES = [
  'SUSPENDED',
  'REGION_OFF',
  'ROLE_REFUSES',
  'SCP_DENIES',
  'NO_RULE',
  'RIGHTS_TOO_LOW',
  'NEVER_SEEN',
  'SILENT',
] as const;

export type GapCause = (typeof GAP_CAUSES)[number];

export interface Gap {
  readonly place: Place;
  /** Undefined where the cause concerns all sources. */
  readonly source?: SourceKind;
  readonly cause: GapCause;
  /** In AWS's words or the hub's, where there are any. */
  readonly reason?: string;
  /** When the place was last known to be covered; undefined: never. */
  readonly lastCoveredAt?: Date;
}

export interface Expectation {
  readonly sources: readonly SourceKind[];
  /** What the policies of the sentries need. */
  readonly rights: MemberRights;
}

/** A heartbeat is sent after two hours without a record, and takes its time to come back. */
export const SILENT_AFTER_SECONDS = 2.75 * 60 * 60;

/** How much later than forwarded events the records of a source come, when it is slow. */
const COMES_LATER_SECONDS: Readonly<Record<SourceKind, number>> = {
  'forwarded-events': 0,
  'organization-trail': 10 * 60,
  'cloudtrail-lake': 15 * 60,
};

/** Why the place is not covered, and by which sources; none: it is. */
export function findGaps(state: PlaceState, expected: Expectation, now: Date): Gap[] {
  const whole = gapOfPlace(state, expected);
  if (whole) return [whole];
  return expected.sources.flatMap((source) => gapOfSource(state, source, now) ?? []);
}

function gapOfPlace(state: PlaceState, { rights }: Expectation): Gap | undefined {
  const { look } = state;
  if (state.isSuspended) return gap(state, 'SUSPENDED');
  if (look?.kind === 'refused') return gap(state, CAUSE_OF_REFUSAL[look.by], look.reason);
  if (look?.kind !== 'seen' || isEnough(look.rights, rights)) return undefined;
  return gap(
    state,
    'RIGHTS_TOO_LOW',
    `The member allows ${look.rights}, and the policies need ${rights}.`,
  );
}

const CAUSE_OF_REFUSAL = {
  role: 'ROLE_REFUSES',
  'service-control-policy': 'SCP_DENIES',
  region: 'REGION_OFF',
} as const;

function gapOfSource(state: PlaceState, source: SourceKind, now: Date): Gap | undefined {
  const { look } = state;
  const sighting = state.sightings.find((one) => one.source === source);
  if (source === 'forwarded-events' && look?.kind === 'seen' && look.rule !== 'as-made') {
    return { ...gap(state, 'NO_RULE', RULE_WORDS[look.rule]), source };
  }
  // Nothing can be heard of a place in which there is nothing to try a heartbeat on.
  if (look?.kind === 'seen' && !look.hasGroups) return undefined;
  // What was heard before the place was expected says nothing of its silence since.
  const since = Math.max(sighting?.lastAt.getTime() ?? 0, state.expectedSince.getTime());
  const silentAfter = SILENT_AFTER_SECONDS + COMES_LATER_SECONDS[source];
  if (now.getTime() - since <= silentAfter * 1_000) return undefined;
  const reason = look?.kind === 'failed' ? look.reason : undefined;
  return { ...gap(state, sighting ? 'SILENT' : 'NEVER_SEEN', reason), source };
}

const RULE_WORDS = {
  missing: 'The rule that forwards events is not there.',
  disabled: 'The rule that forwards events is disabled.',
  changed:
    'The rule that forwards events has another pattern, or other targets, than it was made with.',
};

function gap({ place, sightings }: PlaceState, cause: GapCause, reason?: string): Gap {
  const last = Math.max(...sightings.map(({ lastAt }) => lastAt.getTime()));
  return {
    place,
    cause,
    ...(reason !== undefined && { reason }),
    ...(sightings.length > 0 && { lastCoveredAt: new Date(last) }),
  };
}
