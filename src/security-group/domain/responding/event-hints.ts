import type { GroupReading } from './read-group';
import { isTrusted } from '../changes/actor';
import type { Change, WrittenEntries } from '../changes/change';
import { isAcceptedRemoval } from '../changes/default-group-removal';
import { NO_RULES } from '../changes/named-rules';
import type { GroupDetails } from '../groups/group';
import { DEFAULT_GROUP, isMadeWithGroup } from '../groups/rules-of-new-group';
import { isChangedSince } from '../judging/list-changes';
import type { Hints } from '../judging/situation';
import { isAdopted } from '../ledger/ledger';
import type { SentryConfiguration } from '../policies/sentry-configuration';
import type { PrefixList } from '../rules/prefix-list';

/** What an event says of a group, as that is found. */
export interface EventHints {
  readonly hints: Hints;
  /**
   * Ids of rules that have to be judged because of the event, though it did not write what they let
   * through.
   */
  readonly otherIds?: readonly string[];
}

export type HintsOf = (reading: GroupReading) => EventHints;

/** Without the group's name, a removal from a default group is anyone's. */
export function hintsOf(
  change: Change,
  { trustedActors, emptyingRoleArns }: SentryConfiguration,
  groupName?: string,
): Hints {
  return {
    ...change.rules,
    byTrustedActor:
      isTrusted(change.actor, trustedActors) ||
      isAcceptedRemoval(change, groupName, emptyingRoleArns),
  };
}

/**
 * A group comes with rules of its own, for which there is no event. Others were added since, and
 * whose they are is for their own events to say. Of a group that was adopted, or made by another
 * call, this one says nothing any more.
 */
export function groupMadeBy(
  change: Change,
  group: GroupDetails,
  configuration: SentryConfiguration,
): HintsOf {
  return ({ group: { rules }, ledger }) => {
    const isItsOwn = !isAdopted(ledger) || ledger.record?.madeBy === change.eventId;
    const found = isItsOwn ? rules : [];
    const others = found.filter((rule) => !isMadeWithGroup(rule, group));
    return {
      hints: {
        ...hintsOf(change, configuration),
        ...NO_RULES,
        present: found.filter((rule) => isMadeWithGroup(rule, group)),
      },
      otherIds: others.flatMap(({ id }) => id ?? []),
    };
  };
}

/** The other groups of a VPC have events of their own. */
export function defaultGroupMadeBy(
  change: Change,
  group: GroupDetails,
  configuration: SentryConfiguration,
): HintsOf {
  if (group.name === DEFAULT_GROUP) return groupMadeBy(change, group, configuration);
  return () => ({ hints: { ...NO_RULES, byTrustedActor: false } });
}

/** A change of a prefix list, and the list as it is now. */
export interface ListChange {
  readonly change: Change;
  readonly prefixListId: string;
  readonly written?: WrittenEntries;
  /** Absent where it cannot be read. */
  readonly list?: PrefixList;
}

/**
 * Rules that name the list let other traffic through than before, though none of them was touched.
 */
export function listChangedBy(
  { change, prefixListId, written, list }: ListChange,
  configuration: SentryConfiguration,
): HintsOf {
  return ({ group: { rules }, ledger }) => {
    const naming = rules.filter(
      ({ peer }) => peer.kind === 'prefixList' && peer.prefixListId === prefixListId,
    );
    return {
      hints: {
        ...NO_RULES,
        // A trusted actor's change of a list is no ground to accept the rules that name it.
        described: naming.map((rule) => ({ rule })),
        byTrustedActor: hintsOf(change, configuration).byTrustedActor,
        changedPrefixList: { id: prefixListId, ...(written && { written }) },
      },
      ...(isAdopted(ledger) &&
        list &&
        isChangedSince(list, written) && { otherIds: naming.flatMap(({ id }) => id ?? []) }),
    };
  };
}
