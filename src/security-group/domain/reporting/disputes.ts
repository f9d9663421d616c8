import { type ChangeReport, type Dispute, hasFailures } from './change-report';
import type { RuleOutcome } from './outcome';
import { roleOrNameOf } from '../changes/actor';
import { earliest } from '../earliest';
import type { Repeat, RevertCount, Span } from '../ledger/ledger';
import { type Rule, ruleKey } from '../rules/rule';

export interface DisputeCount {
  /** Those that are to be told now. */
  readonly disputes: readonly Dispute[];
  /** What to remember of all rules that were reverted lately. */
  readonly counts: readonly Repeat[];
}

const HOUR_MILLISECONDS = 60 * 60_000;

/** What lies further back makes no dispute: twice a day is a mistake that someone repeats. */
const LATELY_MILLISECONDS = 24 * HOUR_MILLISECONDS;

/**
 * So many reverts are one in any case, and fewer are where they reach over an hour: someone who
 * tries a few times within minutes, and then gives up, is in no dispute.
 */
const REVERTS_IN_ANY_CASE = 10;
const REVERTS_OVER_AN_HOUR = 5;

/** A dispute that goes on is told again after so long, or a repeat window where that is longer. */
const TOLD_AGAIN_AFTER_MILLISECONDS = 6 * HOUR_MILLISECONDS;

const MOST_ACTORS = 3;
const MOST_ACTOR_CHARACTERS = 150;

/**
 * Counts each revert of a rule, no matter whose change it was: parties that want opposite things go
 * on for ever, and those that are slow would only be seen as one change after the other.
 */
export function countDisputes(
  report: ChangeReport,
  known: readonly Repeat[],
  windowMilliseconds: number,
): DisputeCount {
  const before = new Map(known.map((repeat) => [repeat.key, repeat]));
  const now = report.lookedAt;
  const toldAgainAfter = Math.max(TOLD_AGAIN_AFTER_MILLISECONDS, windowMilliseconds);
  const updated = [...revertedIn(report)].map(([key, one]) => {
    const earlier = before.get(key);
    const reverts = withOneMore(earlier?.reverts, report);
    const isTold =
      earlier?.reverts?.isDispute && now.getTime() < earlier.toldAt.getTime() + toldAgainAfter;
    const isDue = reverts.isDispute && !isTold;
    return {
      count: {
        key,
        toldAt: isDue || !earlier ? now : earlier.toldAt,
        untold: 0,
        reverts,
      },
      dispute: isDue ? [disputeOver(one, reverts, now)] : [],
    };
  });
  const keys = new Set(updated.map(({ count }) => count.key));
  const others = known.filter(
    ({ key, reverts }) => reverts && !keys.has(key) && latelyIn(reverts.recent, now).length > 0,
  );
  return {
    disputes: updated.flatMap(({ dispute }) => dispute),
    counts: disputesFirst([...updated.map(({ count }) => count), ...others]),
  };
}

/** So that no one can have a dispute forgotten by many other changes. */
function disputesFirst(counts: readonly Repeat[]): Repeat[] {
  const isDispute = ({ reverts }: Repeat) => Number(reverts?.isDispute ?? false);
  return [...counts].sort((one, other) => isDispute(other) - isDispute(one));
}

/** By the rule that the sentry wants, whatever it is modified to. A later try does what failed. */
function revertedIn(report: ChangeReport): ReadonlyMap<string, RuleOutcome> {
  if (hasFailures(report)) return new Map();
  const reverted = report.rules.filter(({ outcome }) => outcome.kind === 'reverted');
  return new Map(reverted.map((one) => [`any actor ${ruleKey(wantedRule(one))}`, one]));
}

function wantedRule({ rule, restored }: RuleOutcome): Rule {
  return restored ?? rule;
}

function withOneMore(before: RevertCount | undefined, report: ChangeReport): RevertCount {
  const span = spanOf(report);
  const recent = latelyIn([...(before?.recent ?? []), span], report.lookedAt);
  const isDispute = isDisputed(recent);
  // Of the others all have fallen away.
  const actors = recent.length > 1 ? (before?.actors ?? []) : [];
  const actor = actorName(report);
  const base = {
    recent,
    isDispute,
    actors: [actor, ...actors.filter((other) => other !== actor)].slice(0, MOST_ACTORS),
  };
  if (before?.isDispute && isDispute) {
    return {
      ...base,
      count: before.count + 1,
      since: earliest([before.since, span.from]),
      openMilliseconds: before.openMilliseconds + uncounted(span, before),
    };
  }
  return {
    ...base,
    count: recent.length,
    since: earliest(recent.map(({ from }) => from)),
    openMilliseconds: lengthOf(recent),
  };
}

/** From the call to the last look; where that was long after it, not more than is looked back. */
function spanOf({ call, lookedAt: to }: ChangeReport): Span {
  const latest = Math.min(call.time.getTime(), to.getTime());
  return { from: new Date(Math.max(latest, to.getTime() - LATELY_MILLISECONDS)), to };
}

function latelyIn(spans: readonly Span[], now: Date): Span[] {
  return spans
    .filter(({ to }) => now.getTime() - to.getTime() < LATELY_MILLISECONDS)
    .sort((one, other) => one.to.getTime() - other.to.getTime())
    .slice(-REVERTS_IN_ANY_CASE);
}

function isDisputed(recent: readonly Span[]): boolean {
  if (recent.length >= REVERTS_IN_ANY_CASE) return true;
  const [first, last] = [recent[0], recent.at(-1)];
  if (!first || !last || recent.length < REVERTS_OVER_AN_HOUR) return false;
  return last.to.getTime() - first.to.getTime() >= HOUR_MILLISECONDS;
}

/**
 * Events come late and out of order, so that two can speak of the same time. What lies before the
 * spans that are kept is counted already.
 */
function uncounted({ from, to }: Span, { recent, count }: RevertCount): number {
  const keptFrom = count > recent.length ? earliest(recent.map((span) => span.from)) : from;
  const start = Math.min(Math.max(from.getTime(), keptFrom.getTime()), to.getTime());
  return lengthOf([...recent, { from: new Date(start), to }]) - lengthOf(recent);
}

/** Of all together: what lies in several counts once. */
function lengthOf(spans: readonly Span[]): number {
  const ordered = [...spans].sort((one, other) => one.from.getTime() - other.from.getTime());
  let [length, reached] = [0, -Infinity];
  for (const { from, to } of ordered) {
    length += Math.max(0, to.getTime() - Math.max(from.getTime(), reached));
    reached = Math.max(reached, to.getTime());
  }
  return length;
}

/** The end of a long one tells most. */
function actorName({ call: { actor } }: ChangeReport): string {
  const name = roleOrNameOf(actor);
  return name.length <= MOST_ACTOR_CHARACTERS ? name : `…${name.slice(1 - MOST_ACTOR_CHARACTERS)}`;
}

function disputeOver(one: RuleOutcome, reverts: RevertCount, now: Date): Dispute {
  const { count, since, openMilliseconds, actors } = reverts;
  return {
    rule: wantedRule(one),
    change: one.change,
    reverts: count,
    since,
    openMilliseconds,
    shareOpen: Math.min(1, openMilliseconds / Math.max(1, now.getTime() - since.getTime())),
    actors,
  };
}
