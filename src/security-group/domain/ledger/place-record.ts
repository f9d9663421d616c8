import type { GroupDetails } from '../groups/group';
import {
  type GroupSelector,
  means,
  type MonitoredGroups,
  selectorsOf,
} from '../groups/monitored-groups';
import { type Rule, ruleKey } from '../rules/rule';

/** How far reconcile has come in its place: one account, and one Region of it. */
export interface PlaceRecord {
  /** When the last look at the groups began that read their list in full. */
  readonly lastLookAt?: Date;
  /** How each way of choosing groups was looked up last. */
  readonly looks: readonly ChoiceLook[];
  /** Groups that have entered, and were not adopted yet when the last look ended. */
  readonly entering: readonly Entrance[];
  /** What lasts, such as a pause, and was told by the last run: by names that are told apart. */
  readonly told?: readonly string[];
  /** Counts its writes. Absent where it was not written on condition yet. */
  readonly revision?: number;
}

/** A look at the groups that one selector means. */
export interface ChoiceLook {
  readonly choice: string;
  /** When the last one began that read them; or the first that tried to, where none has. */
  readonly at: Date;
}

/** How a group that no one has adopted came into sight. */
export interface Entrance {
  readonly groupId: string;
  readonly seenAt: Date;
  /** The last look before that, in which it would have shown. Absent at first contact. */
  readonly after?: Date;
}

/** The rules that stood in a group when it came into sight: others are newer than that. */
export interface Sighting {
  readonly at: Date;
  readonly rules: readonly SightedRule[];
}

export interface SightedRule {
  readonly id?: string;
  readonly key: string;
}

export const NEW_PLACE: PlaceRecord = { looks: [], entering: [] };

const MINUTE = 60_000;

/** An event, and CloudTrail's event history, may be as late as this: AWS says 15 minutes. */
const ENTERS_AFTER = 30 * MINUTE;

/** What was made right before a look may not have shown in it. */
const SHOWN_WITHIN = MINUTE;

/** An item takes 400 KB. More that enter at once are only seen for the first time once more. */
const MOST_ENTERING = 2_000;

/** A look that lacks a group must not make it one that enters later. */
const REMEMBERED_UNSEEN = 7 * 24 * 60 * MINUTE;

export function knownEntrance(groupId: string, { entering }: PlaceRecord): Entrance | undefined {
  return entering.find((one) => one.groupId === groupId);
}

export function entranceOf(
  group: GroupDetails,
  place: PlaceRecord,
  selection: MonitoredGroups,
  now: Date,
): Entrance {
  const known = knownEntrance(group.id, place);
  if (known) return known;
  const choices = new Set(
    selectorsOf(selection)
      .filter((selector) => means(selector, group))
      .map((selector) => choiceOf(selector)),
  );
  const own = place.looks.filter(({ choice }) => choices.has(choice));
  const after = latest(own) ?? lastLook(place);
  return { groupId: group.id, seenAt: now, ...(after && { after }) };
}

/** Of the place, whatever was looked up. Undefined before first contact. */
function lastLook({ looks, lastLookAt }: PlaceRecord): Date | undefined {
  return latest(looks) ?? lastLookAt;
}

function latest(looks: readonly ChoiceLook[]): Date | undefined {
  const [last] = looks.map(({ at }) => at).sort((a, b) => b.getTime() - a.getTime());
  return last;
}

/** Ids change with each deployment, and are asked for together. */
function choiceOf(selector: GroupSelector): string {
  switch (selector.kind) {
    case 'tag':
      return `tag ${selector.key}=${selector.value}`;
    case 'vpc':
      return selector.vpcId;
    case 'ids':
    case 'all':
      return selector.kind;
  }
}

/** Whether what was done to the group before it was sighted has had time to become known. */
export function mayEnter({ seenAt }: Entrance, { at }: Sighting, now: Date): boolean {
  return now.getTime() - Math.max(seenAt.getTime(), at.getTime()) >= ENTERS_AFTER;
}

/** From when on the sentry's eyes were on the place. Undefined: it had not looked before. */
export function watchedFrom({ after }: Pick<Entrance, 'after'>): Date | undefined {
  return after && new Date(after.getTime() - SHOWN_WITHIN);
}

export function sightingOf(rules: readonly Rule[], at: Date): Sighting {
  return { at, rules: rules.map((rule) => ({ id: rule.id, key: ruleKey(rule) })) };
}

export function isSighted(rule: Rule, { rules }: Sighting): boolean {
  const key = ruleKey(rule);
  return rules.some((one) => one.id === rule.id && one.key === key);
}

/**
 * First contact is over once someone has tried to look: no gap, and no selector that always fails,
 * makes it begin again.
 */
export function afterLook(
  place: PlaceRecord,
  selection: MonitoredGroups,
  unread: readonly GroupSelector[],
  startedAt: Date,
): Pick<PlaceRecord, 'lastLookAt' | 'looks'> {
  const unreadChoices = new Set(unread.map(choiceOf));
  const lookAt = (choice: string): ChoiceLook => {
    const known = place.looks.find((look) => look.choice === choice);
    return unreadChoices.has(choice)
      ? (known ?? { choice, at: lastLook(place) ?? startedAt })
      : { choice, at: laterOf(known?.at, startedAt) };
  };
  const { lastLookAt } = place;
  return {
    ...(lastLookAt && { lastLookAt }),
    ...(unread.length === 0 && { lastLookAt: laterOf(lastLookAt, startedAt) }),
    looks: [...new Set(selectorsOf(selection).map(choiceOf))].map(lookAt),
  };
}

/** Another run may have begun later, and ended before. */
function laterOf(one: Date | undefined, other: Date): Date {
  return one && one > other ? one : other;
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
