/** How far reconcile has come in its place: one account, and one Region of it. */
export interface PlaceRecord {
  /** When the last look at the groups began that read their list in full. */
  readonly lastLookAt?: Date;
  /** The first such look for each selection: what comes later has entered. */
  readonly firstLooks: readonly FirstLook[];
  /** Groups that have entered, and were not adopted yet when the last look ended. */
  readonly entering: readonly Entrance[];
}

export interface FirstLook {
  /** The digest of the selection. */
  readonly selection: string;
  readonly at: Date;
}

/** How a group that no one has adopted came into sight. */
export interface Entrance {
  readonly groupId: string;
  readonly seenAt: Date;
  /** The last full look before that. Absent at first contact with the place. */
  readonly after?: Date;
}

export const NEW_PLACE: PlaceRecord = { firstLooks: [], entering: [] };

const MINUTE = 60_000;

/** An event, and CloudTrail's event history, may be as late as this: AWS says 15 minutes. */
const ENTERS_AFTER = 30 * MINUTE;

/** What was made right before a look may not have shown in it. */
const SHOWN_WITHIN = MINUTE;

/** An item takes 400 KB. More that enter at once are only seen for the first time once more. */
const MOST_ENTERING = 2_000;

/** A look that lacks a group must not make it one that enters later. */
const REMEMBERED_UNSEEN = 7 * 24 * 60 * MINUTE;

/** Of former selections. */
const MOST_FIRST_LOOKS = 100;

export function entranceOf(groupId: string, place: PlaceRecord, now: Date): Entrance {
  const known = place.entering.find((one) => one.groupId === groupId);
  const { lastLookAt: after } = place;
  return known ?? { groupId, seenAt: now, ...(after && { after }) };
}

/**
 * Whether the group may be adopted: at first contact at once, later when what was done to it has
 * had time to become known.
 */
export function mayEnter(
  { seenAt, after }: Entrance,
  { firstLooks }: PlaceRecord,
  selection: string,
  now: Date,
): boolean {
  if (after === undefined) return true;
  if (!firstLooks.some((look) => look.selection === selection)) return true;
  return now.getTime() - seenAt.getTime() >= ENTERS_AFTER;
}

/** From when on the sentry's eyes were on the place. Undefined: it had not looked before. */
export function watchedFrom({ after }: Pick<Entrance, 'after'>): Date | undefined {
  return after && new Date(after.getTime() - SHOWN_WITHIN);
}

/** A first look is kept for good, whatever gap comes after it. */
export function afterFullLook(
  place: PlaceRecord,
  selection: string,
  startedAt: Date,
): Pick<PlaceRecord, 'lastLookAt' | 'firstLooks'> {
  const isKnown = place.firstLooks.some((look) => look.selection === selection);
  return {
    lastLookAt: startedAt,
    firstLooks: isKnown
      ? place.firstLooks
      : [...place.firstLooks, { selection, at: startedAt }].slice(-MOST_FIRST_LOOKS),
  };
}

/** With those that one look did not show, for a while; `adopted` are let in. */
export function entrancesToKeep(
  seen: readonly Entrance[],
  { entering }: PlaceRecord,
  adopted: ReadonlySet<string>,
  now: Date,
): readonly Entrance[] {
  const seenIds = new Set(seen.map(({ groupId }) => groupId));
  const unseen = entering.filter(
    ({ groupId, seenAt }) =>
      !seenIds.has(groupId) &&
      !adopted.has(groupId) &&
      now.getTime() - seenAt.getTime() < REMEMBERED_UNSEEN,
  );
  return [...seen, ...unseen].slice(0, MOST_ENTERING);
}
