import { hintsOf } from './event-hints';
import type { Ports } from './ports';
import type { GroupReading } from './read-group';
import type { Target } from './target';
import type { Call, Change } from '../changes/change';
import { type NamedRules, NO_RULES } from '../changes/named-rules';
import { earliest } from '../earliest';
import { confirms, explanationOf } from '../learning/event-history';
import { isDue, waitingSince } from '../learning/waiting';
import { entryOf, type GroupLedger, type LedgerEntry } from '../ledger/ledger';
import type { SentryConfiguration } from '../policies/sentry-configuration';
import { type Rule, ruleKey } from '../rules/rule';

/** Where and when a difference was found that no event explains. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** One difference that is due, by what the ledger says of it. */
export interface Difference {
  readonly entry: LedgerEntry;
  /** As it stands, maybe with another id than the ledger has; a missing one as it stood. */
  readonly rule: Rule;
  readonly isPresent: boolean;
  readonly since: Date;
}

export function differencesIn(
  { group, ledger }: GroupReading,
  { clock, tries }: Ports,
  { settleMilliseconds }: SentryConfiguration,
): Difference[] {
  const now = clock.now();
  const standing = new Map(group.rules.map((rule) => [ruleKey(rule), rule]));
  const known = [...ledger.entries].flatMap(([key, entry]) => {
    const found = standing.get(key);
    // What is right by now, an earlier try may have put right, and not told yet.
    if (found && entry.unexplainedSince === undefined && tries === 1) return [];
    const isPresent = entry.unexplainedSince !== undefined;
    const since = isPresent ? entry.unexplainedSince : entry.missingSince;
    const rule = isPresent ? (found ?? entry.rule) : entry.rule;
    return isDue(since, now, settleMilliseconds) ? [{ entry, rule, isPresent, since }] : [];
  });
  // The wait of a rule that was given other values since is over as well.
  const rewritten = group.rules
    .filter((rule) => entryOf(rule, ledger) === undefined)
    .flatMap((rule) => {
      const since = waitingSince(rule, ledger);
      return isDue(since, now, settleMilliseconds) ? [unknownDifference(rule, since)] : [];
    });
  return [...known, ...rewritten];
}

/** Of a rule that the ledger does not have. */
export function unknownDifference(rule: Rule, since: Date): Difference {
  return { entry: { revision: 0, rule, grants: [] }, rule, isPresent: true, since };
}

/** Differences that one call explains; or that none does. */
interface Explanation {
  readonly change: Change | undefined;
  readonly differences: readonly Difference[];
  /** Of the earliest difference. */
  readonly since: Date;
}

export function explained(
  differences: readonly Difference[],
  history: readonly Change[],
): Explanation[] {
  const pairs = differences.map((difference) => ({
    difference,
    change: explanationOf(difference.rule, difference.isPresent, history),
  }));
  const changes = [...new Set(pairs.map(({ change }) => change))];
  return changes.map((change) => {
    const own = pairs.filter((pair) => pair.change === change).map(({ difference }) => difference);
    return { change, differences: own, since: earliest(own.map(({ since }) => since)) };
  });
}

export interface FoundIn {
  readonly groupId: string;
  readonly place: Place;
  readonly reading: GroupReading;
}

export function targetOf(
  { groupId, place, reading }: FoundIn,
  { change, differences, since }: Explanation,
  configuration: SentryConfiguration,
): Target {
  return {
    groupId,
    eventId: differenceId(change, since, differences[0]!),
    call: change ?? unknownCall(place, since, reading.ledger),
    explainedBy: change ? 'event-history' : 'nothing',
    reading,
    isConfirmed: differences.every(({ rule }) =>
      confirms(change, groupId, { rule }, configuration.trustedActors),
    ),
    // After a grant was withdrawn, what was done before speaks for the rule no more.
    hints: {
      ...namedBy(differences),
      byTrustedActor:
        change !== undefined &&
        since.getTime() > 0 &&
        hintsOf(change, configuration, reading.ledger.record?.name).byTrustedActor,
    },
    notices: [],
  };
}

/**
 * Of its own, since the event itself may have been handled while the group looked different; and
 * another one each time that the rule is found.
 */
function differenceId(
  change: Change | undefined,
  since: Date,
  { rule, entry }: Difference,
): string {
  // With a character that no event id has.
  return [
    'finding:',
    change?.eventId ?? 'unexplained',
    since.toISOString(),
    rule.id ?? 'no-id',
    // What is not in the ledger is told apart by its values.
    entry.revision > 0 ? entry.revision : ruleKey(rule),
  ].join('-');
}

function namedBy(differences: readonly Difference[]): NamedRules {
  return {
    ...NO_RULES,
    present: differences.filter(({ isPresent }) => isPresent).map(({ rule }) => rule),
    absent: differences.filter(({ isPresent }) => !isPresent).map(({ rule }) => ({ rule })),
  };
}

function unknownCall({ accountId, region }: Place, since: Date, { record }: GroupLedger): Call {
  const time = since.getTime() > 0 ? since : (record?.adoptedAt ?? since);
  return {
    eventId: 'none',
    eventName: 'none',
    time,
    accountId,
    region,
    actor: { type: 'unknown' },
  };
}
