import type { Surroundings } from './ports';
import { type GroupReading, readGroup } from './read-group';
import { respondInGroup } from './respond-in-group';
import { hintsOf, type Responses, together } from './respond-to-change';
import type { Target } from './target';
import type { Call, Change } from '../changes/change';
import { type NamedRules, NO_RULES } from '../changes/named-rules';
import { confirms, explanationOf } from '../learning/event-history';
import { type GroupLedger, isAdopted, type LedgerEntry } from '../ledger/ledger';
import { isPaused, type SentryConfiguration } from '../policies/sentry-configuration';
import { isDue } from '../reconciling/survey-groups';
import { type Rule, ruleKey } from '../rules/rule';

/** Where and when a difference was found that no event explains. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** How far back the call may lie that made a difference which reconcile saw first. */
const LOOK_BACK_MILLISECONDS = 3 * 60 * 60_000;

/** One difference that is due, by what the ledger says of it. */
interface Finding {
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
export async function respondToFinding(
  groupId: string,
  place: Place,
  configuration: SentryConfiguration,
  surroundings: Surroundings,
): Promise<Responses> {
  // Reconcile points to it again when the pause is over.
  if (isPaused(configuration, surroundings.clock.now())) return { reports: [], failures: [] };
  const reading = await readGroup(groupId, surroundings);
  if (!isAdopted(reading.ledger)) return { reports: [], failures: [] };
  const findings = findingsIn(reading, surroundings, configuration);
  if (findings.length === 0) return { reports: [], failures: [] };
  const earliest = Math.min(...findings.map(({ since }) => since.getTime()));
  const from = earliest > 0 ? earliest : surroundings.clock.now().getTime();
  const history = await surroundings.history.changesOf(
    groupId,
    new Date(from - LOOK_BACK_MILLISECONDS),
  );
  const targets = explained(findings, history).map((explanation) =>
    targetOf({ groupId, place, reading }, explanation, configuration),
  );
  return together(targets.map((target) => respondInGroup(target, configuration, surroundings)));
}

function findingsIn(
  { group, ledger }: GroupReading,
  { clock, tries }: Surroundings,
  { settleMilliseconds }: SentryConfiguration,
): Finding[] {
  const now = clock.now();
  const standing = new Map(group.rules.map((rule) => [ruleKey(rule), rule]));
  return [...ledger.entries].flatMap(([key, entry]) => {
    const found = standing.get(key);
    // What is right by now, an earlier try may have put right, and not told yet.
    if (found && entry.unexplainedSince === undefined && tries === 1) return [];
    const isPresent = entry.unexplainedSince !== undefined;
    const since = isPresent ? entry.unexplainedSince : entry.missingSince;
    const rule = isPresent ? (found ?? entry.rule) : entry.rule;
    return isDue(since, now, settleMilliseconds) ? [{ entry, rule, isPresent, since }] : [];
  });
}

/** Findings that one call explains; or that none does. */
interface Explanation {
  readonly change: Change | undefined;
  readonly findings: readonly Finding[];
  /** Of the earliest finding. */
  readonly since: Date;
}

function explained(findings: readonly Finding[], history: readonly Change[]): Explanation[] {
  const pairs = findings.map((finding) => ({
    finding,
    change: explanationOf(finding.rule, finding.isPresent, history),
  }));
  const changes = [...new Set(pairs.map(({ change }) => change))];
  return changes.map((change) => {
    const own = pairs.filter((pair) => pair.change === change).map(({ finding }) => finding);
    const since = new Date(Math.min(...own.map((finding) => finding.since.getTime())));
    return { change, findings: own, since };
  });
}

interface FoundIn {
  readonly groupId: string;
  readonly place: Place;
  readonly reading: GroupReading;
}

function targetOf(
  { groupId, place, reading }: FoundIn,
  { change, findings, since }: Explanation,
  configuration: SentryConfiguration,
): Target {
  return {
    groupId,
    eventId: findingId(change, since, findings[0]!),
    call: change ?? unknownCall(place, since, reading.ledger),
    explainedBy: change ? 'event-history' : 'nothing',
    reading,
    isConfirmed: findings.every(({ rule }) =>
      confirms(change, groupId, { rule }, configuration.trustedActors),
    ),
    // After a grant was withdrawn, what was done before speaks for the rule no more.
    hints: {
      ...namedBy(findings),
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
function findingId(change: Change | undefined, since: Date, { rule, entry }: Finding): string {
  // With a character that no event id has.
  return [
    'finding:',
    change?.eventId ?? 'unexplained',
    since.toISOString(),
    rule.id ?? 'no-id',
    entry.revision,
  ].join('-');
}

function namedBy(findings: readonly Finding[]): NamedRules {
  return {
    ...NO_RULES,
    present: findings.filter(({ isPresent }) => isPresent).map(({ rule }) => rule),
    absent: findings.filter(({ isPresent }) => !isPresent).map(({ rule }) => ({ rule })),
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
