import { answerDifferences } from './answer-differences';
import { hintsOf } from './event-hints';
import type { Ports } from './ports';
import { type GroupReading, readGroup } from './read-group';
import { joined, NOTHING, type Responses, together } from './responses';
import type { Sentry } from './sentry';
import type { Target } from './target';
import { UnfinishedError } from './unfinished-error';
import { plainText } from '../../../shared/domain/notification/plain-text';
import type { Call, Change } from '../changes/change';
import { type NamedRules, NO_RULES } from '../changes/named-rules';
import { bareViolations } from '../judging/violations';
import { confirms, explanationOf } from '../learning/event-history';
import { isDue, waitingSince } from '../learning/waiting';
import { entryOf, type GroupLedger, isAdopted, type LedgerEntry } from '../ledger/ledger';
import { isPaused, type SentryConfiguration } from '../policies/sentry-configuration';
import type { Notice } from '../reporting/change-report';
import { prefixListIds, type Rule, ruleKey } from '../rules/rule';

/** Where and when a difference was found that no event explains. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** How far back the call may lie that made a difference which reconcile saw first. */
const LOOK_BACK_MILLISECONDS = 3 * 60 * 60_000;

/** One difference that is due, by what the ledger says of it. */
interface Difference {
  readonly entry: LedgerEntry;
  /** As it stands, maybe with another id than the ledger has; a missing one as it stood. */
  readonly rule: Rule;
  readonly isPresent: boolean;
  readonly since: Date;
}

/**
 * Answers what reconcile found, once it has waited long enough by the ledger itself: the message
 * only points to the group. Who did it is looked up in CloudTrail's event history, since the event
 * may have been lost on its way.
 */
export async function respondToDifferences(
  groupId: string,
  place: Place,
  sentry: Sentry,
): Promise<Responses> {
  const { configuration, ports } = sentry;
  // Reconcile points to it again when the pause is over.
  if (isPaused(configuration, ports.clock.now())) return NOTHING;
  const rounds: Responses[] = [];
  let answered: readonly Difference[] = [];
  while (rounds.length < MOST_ROUNDS) {
    const reading = await readGroup(groupId, ports);
    const differences = differencesToAnswer(reading, answered, sentry);
    if (differences.length === 0) break;
    answered = [...answered, ...differences];
    rounds.push(await answerRound({ groupId, place, reading }, differences, sentry));
  }
  return joined(rounds);
}

/** Someone can give a rule other values while it is being answered; not for ever. */
const MOST_ROUNDS = 3;

function differencesToAnswer(
  reading: GroupReading,
  answered: readonly Difference[],
  { configuration, ports }: Sentry,
): readonly Difference[] {
  if (!isAdopted(reading.ledger)) return [];
  if (answered.length === 0) return differencesIn(reading, ports, configuration);
  return reading.group.rules.flatMap((rule) => {
    const before = answered.find((one) => one.isPresent && one.rule.id === rule.id);
    const isRewritten =
      before !== undefined &&
      entryOf(rule, reading.ledger) === undefined &&
      !answered.some((one) => ruleKey(one.rule) === ruleKey(rule));
    return isRewritten ? [unknownDifference(rule, before.since)] : [];
  });
}

/** Of a rule that the ledger does not have. */
function unknownDifference(rule: Rule, since: Date): Difference {
  return { entry: { revision: 0, rule, grants: [] }, rule, isPresent: true, since };
}

async function answerRound(
  found: FoundIn,
  differences: readonly Difference[],
  sentry: Sentry,
): Promise<Responses> {
  const { configuration, ports } = sentry;
  const history = await historyOf(found.groupId, differences, ports);
  if (!history.known) return respondUnexplained(differences, history.reason, found, sentry);
  const due = withoutHeirs(differences, history.changes, configuration);
  const targets = explained(due, history.changes).map((explanation) =>
    targetOf(found, explanation, configuration),
  );
  return together(targets.map((target) => answerDifferences(target, sentry)));
}

/**
 * Without rules that only share the wait of values that a trusted actor turns out to have written:
 * they begin one of their own.
 */
function withoutHeirs(
  differences: readonly Difference[],
  history: readonly Change[],
  configuration: SentryConfiguration,
): readonly Difference[] {
  const trusted = differences.filter(({ entry, rule, isPresent }) => {
    const change = explanationOf(rule, isPresent, history);
    return entry.revision > 0 && change && hintsOf(change, configuration).byTrustedActor;
  });
  return differences.filter(
    ({ entry, rule }) => entry.revision > 0 || !trusted.some((one) => one.rule.id === rule.id),
  );
}

type KnownHistory =
  | { readonly known: true; readonly changes: readonly Change[] }
  | { readonly known: false; readonly reason: string };

async function historyOf(
  groupId: string,
  differences: readonly Difference[],
  { history, clock }: Ports,
): Promise<KnownHistory> {
  const earliest = Math.min(...differences.map(({ since }) => since.getTime()));
  const from = earliest > 0 ? earliest : clock.now().getTime();
  try {
    const changes = await history.changesOf(groupId, new Date(from - LOOK_BACK_MILLISECONDS));
    return { known: true, changes };
  } catch (error) {
    return { known: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * So long a difference may wait for a history that cannot be asked. Then it is answered like one
 * that no one can explain.
 */
const UNEXPLAINED_FOR_MILLISECONDS = 24 * 60 * 60_000;

/** The try, some three minutes after the first, that leaves the rest to the next run. */
const LAST_TRY_FOR_HISTORY = 5;

/**
 * A deployment whose event was lost must not be reverted because the history cannot be asked. What
 * no actor may open is answered; all else waits, and is pointed to in each run.
 */
async function respondUnexplained(
  differences: readonly Difference[],
  reason: string,
  found: FoundIn,
  sentry: Sentry,
): Promise<Responses> {
  const { configuration, ports } = sentry;
  const now = ports.clock.now().getTime();
  const hasWaited = ({ since }: Difference) =>
    now - since.getTime() >= UNEXPLAINED_FOR_MILLISECONDS;
  const waiting = differences.filter((difference) => !hasWaited(difference));
  const forbidden = await forbiddenToAll(waiting, sentry);
  const open = waiting.filter((difference) => !forbidden.includes(difference));
  const targetsOf = (some: readonly Difference[]) =>
    explained(some, []).map((explanation) => targetOf(found, explanation, configuration));
  const targets = [
    ...targetsOf(differences.filter(hasWaited)).map((target) => ({
      ...target,
      notices: [notAskedNotice(reason)],
    })),
    ...targetsOf(forbidden).map((target) => ({
      ...target,
      // Of its own: once the history answers, the same differences are answered anew.
      eventId: `${target.eventId}-not-asked`,
      hints: { ...target.hints, notAsked: reason },
    })),
    ...(ports.tries >= LAST_TRY_FOR_HISTORY
      ? targetsOf(open).map((target) => ({
          ...target,
          eventId: `${target.eventId}-waits`,
          hints: { ...NO_RULES, byTrustedActor: false },
          notices: [waitingNotice(open, reason)],
        }))
      : []),
  ];
  const { reports, failures } = await together(
    targets.map((target) => answerDifferences(target, sentry)),
  );
  return open.length > 0 && ports.tries < LAST_TRY_FOR_HISTORY
    ? { reports, failures: [...failures, notAskedError(found.groupId, reason)] }
    : { reports, failures };
}

/** Differences that violate whoever made them. */
async function forbiddenToAll(
  differences: readonly Difference[],
  { configuration: { policies }, ports: { groups } }: Sentry,
): Promise<Difference[]> {
  const added = differences.filter(({ isPresent }) => isPresent);
  const lists = await groups.prefixLists(prefixListIds(added.map(({ rule }) => rule)));
  return added.filter(({ rule }) => bareViolations(rule, policies, lists).length > 0);
}

function notAskedError(groupId: string, reason: string): UnfinishedError {
  return new UnfinishedError(
    groupId,
    `CloudTrail's event history could not be asked who changed it: ${reason}`,
  );
}

function notAskedNotice(reason: string): Notice {
  return {
    severity: 'high',
    text: `CloudTrail's event history could not be asked who did it: ${plainText(reason)}.`,
  };
}

function waitingNotice(waiting: readonly Difference[], reason: string): Notice {
  const since = Math.min(...waiting.map((difference) => difference.since.getTime()));
  const until = new Date(since + UNEXPLAINED_FOR_MILLISECONDS);
  return {
    severity: 'high',
    text: [
      `CloudTrail's event history cannot be asked who changed the group: ${plainText(reason)}.`,
      `Of its rules, ${waiting.length} differ, and no event explains it: what a trusted actor may have done waits.`,
      `If the history does not answer before ${until.toISOString()}, it is answered as the policy says.`,
    ].join(' '),
  };
}

function differencesIn(
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

/** Differences that one call explains; or that none does. */
interface Explanation {
  readonly change: Change | undefined;
  readonly differences: readonly Difference[];
  /** Of the earliest difference. */
  readonly since: Date;
}

function explained(differences: readonly Difference[], history: readonly Change[]): Explanation[] {
  const pairs = differences.map((difference) => ({
    difference,
    change: explanationOf(difference.rule, difference.isPresent, history),
  }));
  const changes = [...new Set(pairs.map(({ change }) => change))];
  return changes.map((change) => {
    const own = pairs.filter((pair) => pair.change === change).map(({ difference }) => difference);
    const since = new Date(Math.min(...own.map((difference) => difference.since.getTime())));
    return { change, differences: own, since };
  });
}

interface FoundIn {
  readonly groupId: string;
  readonly place: Place;
  readonly reading: GroupReading;
}

function targetOf(
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
        hintsOf(change, configuration).byTrustedActor,
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
