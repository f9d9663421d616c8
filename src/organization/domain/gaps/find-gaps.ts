import { COMES_LATER_SECONDS, SILENT_AFTER_SECONDS } from './coverage-times';
import { isEnough, type Look, type MemberRights, type PlaceState } from './place-state';
import type { Place } from '../place';
import type { ExpectedSource, SourceKind } from '../sources';

/** Why a place is not covered: the first that holds, and the last beside those of a source. */
export const GAP_CAUSES = [
  'SUSPENDED',
  'REGION_OFF',
  'ROLE_REFUSES',
  'SCP_DENIES',
  'NO_RULE',
  'NEVER_SEEN',
  'SILENT',
  'RIGHTS_TOO_LOW',
] as const;

export type GapCause = (typeof GAP_CAUSES)[number];

export interface Gap {
  readonly place: Place;
  /** Undefined where the cause concerns all sources. */
  readonly source?: SourceKind;
  readonly cause: GapCause;
  /** In AWS's words or the hub's, where there are any. */
  readonly reason?: string;
  /** When the place was covered last, by this source if there is one; undefined: never. */
  readonly lastCoveredAt?: Date;
}

export interface Expectation {
  readonly sources: readonly SourceKind[];
  /** What the policies of the sentries need. */
  readonly rights: MemberRights;
  /** Units that they name. Absent: none. */
  readonly units?: readonly string[];
}

/** The same, as it is known to a run. */
export interface Expected {
  readonly sources: readonly ExpectedSource[];
  readonly rights: MemberRights;
}

/** Why the place is not covered, and by which sources; none: it is. */
export function findGaps(state: PlaceState, expected: Expected, now: Date): Gap[] {
  const whole = gapOfPlace(state);
  if (whole) return [whole];
  const ofSources = expected.sources.flatMap((source) => gapOfSource(state, source, now) ?? []);
  const ofRights = gapOfRights(state, expected) ?? [];
  return ofSources.concat(ofRights);
}

function gapOfPlace(state: PlaceState): Gap | undefined {
  const { look } = state;
  if (state.isSuspended) return gap(state, 'SUSPENDED');
  if (look?.kind === 'refused') return gap(state, CAUSE_OF_REFUSAL[look.by], look.reason);
  return undefined;
}

/** A member that allows too little may go dark as well. */
function gapOfRights(state: PlaceState, { rights }: Expected): Gap | undefined {
  const { look } = state;
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

function gapOfSource(
  whole: PlaceState,
  { source, since: addedAt }: ExpectedSource,
  now: Date,
): Gap | undefined {
  const sightings = whole.sightings.filter((one) => one.source === source);
  const state = { ...whole, sightings };
  const { look } = state;
  // What was heard before source and place were expected says nothing of the silence since.
  const expectedSince = Math.max(addedAt.getTime(), state.expectedSince.getTime());
  const lastAt = Math.max(expectedSince, ...sightings.map((one) => one.lastAt.getTime()));
  const silentAfter = SILENT_AFTER_SECONDS + COMES_LATER_SECONDS[source];
  const isSilent = now.getTime() - lastAt > silentAfter * 1_000;
  const isAwaited = sightings.length === 0 && !isSilent;
  if (source === 'forwarded-events' && look?.kind === 'seen' && look.rule !== 'as-made') {
    const isYetToCome = look.rule === 'missing' && isAwaited;
    return isYetToCome ? undefined : { ...gap(state, 'NO_RULE', RULE_WORDS[look.rule]), source };
  }
  // Nothing can be heard of a place in which there is nothing to try a heartbeat on.
  if (!isSilent || (look?.kind === 'seen' && !look.hasGroups)) return undefined;
  return {
    ...gap(state, sightings.length === 0 ? 'NEVER_SEEN' : 'SILENT', reasonOf(look)),
    source,
  };
}

function reasonOf(look: Look | undefined): string | undefined {
  if (!look) return 'The hub has not been able to look at it.';
  return look.kind === 'failed' ? look.reason : undefined;
}

const RULE_WORDS = {
  missing: 'A rule that forwards events is not there.',
  disabled: 'A rule that forwards events is disabled.',
  changed:
    'A rule that forwards events has another pattern, or another target, than it was made with.',
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
