import type { GroupDetails } from './group';
import {
  type GroupSelector,
  isSelectedBy,
  means,
  type MonitoredGroups,
  partsOf,
} from './monitored-groups';
import type { RuleTag } from '../rules/rule';

/**
 * A group's tags as they count for what is decided by them, beside those that it has now. It only
 * grows, but for what trusted actors and operators decide: who may tag a group must not be able to
 * weaken what holds for it.
 */
export interface CountedTags {
  /** Tags that the group has had: they count as put on. */
  readonly had: readonly RuleTag[];
  /** Tags that the group has not had once: where they exclude it, they count as not put on. */
  readonly lacked: readonly RuleTag[];
  /** Tags that it had from the beginning, or as someone decided who may, and lost since. */
  readonly lost?: readonly RuleTag[];
  /** When someone who may has decided on tags with these keys last. */
  readonly decided?: readonly DecidedKey[];
}

export interface DecidedKey {
  readonly key: string;
  readonly at: Date;
}

/** What a call says of tags: with these keys, the group has these tags after it, and no others. */
export interface TagsWritten {
  /** None: all. */
  readonly keys: readonly string[];
  /** Absent where the call does not tell: as the group has them now. */
  readonly tags?: readonly RuleTag[];
  readonly at: Date;
}

const NOTHING_COUNTED: CountedTags = { had: [], lacked: [] };

/** The tags that selections go by. */
export function tagsIn(selections: readonly MonitoredGroups[]): readonly RuleTag[] {
  const tags = selections
    .flatMap(partsOf)
    .flatMap(({ include, exclude }) => [...include, ...exclude])
    .flatMap((selector) => (selector.kind === 'tag' ? [tagOf(selector)] : []));
  return distinctTags(tags);
}

export function distinctTags(tags: readonly RuleTag[]): RuleTag[] {
  return tags.filter((tag, index) => tags.findIndex((other) => isSame(tag, other)) === index);
}

function tagOf({ key, value }: Extract<GroupSelector, { kind: 'tag' }>): RuleTag {
  return { key, value };
}

/** With what the group has now. The same object, where that is nothing new. */
export function countTags(
  known: CountedTags | undefined,
  { tags = [] }: GroupDetails,
  decisive: readonly RuleTag[],
): CountedTags | undefined {
  if (decisive.length === 0) return known;
  const { had, lacked } = known ?? NOTHING_COUNTED;
  const newlyHad = decisive.filter((tag) => hasTag(tags, tag) && !hasTag(had, tag));
  const newlyLacked = decisive.filter((tag) => !hasTag(tags, tag) && !hasTag(lacked, tag));
  if (known && newlyHad.length + newlyLacked.length === 0) return known;
  const newlyLost = newlyLacked.filter((tag) => hasTag(had, tag));
  const lost = [...(known?.lost ?? []), ...newlyLost];
  return {
    ...known,
    had: [...had, ...newlyHad],
    lacked: [...lacked, ...newlyLacked],
    ...(lost.length > 0 && { lost }),
  };
}

/**
 * After a call of someone who may not decide: the call itself may have put on what is seen for the
 * first time, so the group has lacked it, too.
 */
export function countTagsAfter(
  known: CountedTags | undefined,
  group: GroupDetails,
  decisive: readonly RuleTag[],
  { keys }: Pick<TagsWritten, 'keys'>,
): CountedTags | undefined {
  const counted = countTags(known, group, decisive);
  if (!counted) return undefined;
  const { had, lacked } = known ?? NOTHING_COUNTED;
  const isNew = (tag: RuleTag) => !hasTag(had, tag) && !hasTag(lacked, tag);
  const put = counted.had.filter(
    (tag) => isNew(tag) && (keys.length === 0 || keys.includes(tag.key)),
  );
  return put.length > 0 ? { ...counted, lacked: [...counted.lacked, ...put] } : counted;
}

/**
 * Those of some tags that the group has had from the beginning, or as someone decided who may, one
 * of each key, whatever others have put on or taken off since: who may tag a group must not be able
 * to choose who decides about it.
 */
export function settledTags(
  { had, lacked, lost = [] }: CountedTags,
  among: readonly RuleTag[],
): readonly RuleTag[] {
  const settled = had.filter((tag) => !hasTag(lacked, tag) || hasTag(lost, tag));
  const known = settled.filter((tag) => hasTag(among, tag));
  return known.filter(({ key }, index) => known.findIndex((one) => one.key === key) === index);
}

/** Those of some tags that the group has, or has had once. */
export function tagsEverHad(
  { tags = [] }: GroupDetails,
  counted: CountedTags | undefined,
  among: readonly RuleTag[],
): readonly RuleTag[] {
  const { had } = counted ?? NOTHING_COUNTED;
  return among.filter((tag) => hasTag(tags, tag) || hasTag(had, tag));
}

/**
 * As someone decided who may. What the group has now counts beside that: others may have changed
 * it since. An earlier decision that comes later is over.
 */
export function decideTags(
  known: CountedTags | undefined,
  group: GroupDetails,
  decisive: readonly RuleTag[],
  { keys, tags = group.tags ?? [], at }: TagsWritten,
): CountedTags | undefined {
  const { had, lacked, lost = [], decided = [] } = known ?? NOTHING_COUNTED;
  const isOpen = (key: string) =>
    (keys.length === 0 || keys.includes(key)) &&
    !decided.some((one) => one.key === key && one.at > at);
  const open = decisive.filter(({ key }) => isOpen(key));
  if (open.length === 0) return countTags(known, group, decisive);
  const openKeys = [...new Set(open.map(({ key }) => key))];
  const isLeft = ({ key }: { readonly key: string }) => !openKeys.includes(key);
  const stillLost = lost.filter(isLeft);
  const decidedTags: CountedTags = {
    had: [...had.filter(isLeft), ...open.filter((tag) => hasTag(tags, tag))],
    lacked: [...lacked.filter(isLeft), ...open.filter((tag) => !hasTag(tags, tag))],
    ...(stillLost.length > 0 && { lost: stillLost }),
    decided: [...decided.filter(isLeft), ...openKeys.map((key) => ({ key, at }))],
  };
  return countTags(decidedTags, group, decisive);
}

/** Whether the group is meant by its tags as they count. */
export function isCounted(
  group: GroupDetails,
  selection: MonitoredGroups,
  { had, lacked }: CountedTags = NOTHING_COUNTED,
): boolean {
  const isIn = (tags: readonly RuleTag[], selector: GroupSelector) =>
    selector.kind === 'tag' && hasTag(tags, tagOf(selector));
  return isSelectedBy(selection, {
    includes: (selector) => means(selector, group) || isIn(had, selector),
    excludes: (selector) => means(selector, group) && !isIn(lacked, selector),
  });
}

export function hasTag(tags: readonly RuleTag[], tag: RuleTag): boolean {
  return tags.some((other) => isSame(tag, other));
}

function isSame(one: RuleTag, other: RuleTag): boolean {
  return one.key === other.key && one.value === other.value;
}
