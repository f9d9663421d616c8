import type { ChangeReport, Dispute } from './change-report';
import { countDisputes } from './disputes';
import { fitting } from '../../../shared/domain/byte-budget';
import { nameOf } from '../changes/actor';
import { LEDGER_BYTES } from '../ledger/byte-budgets';
import type { Repeat } from '../ledger/ledger';
import { ruleKey } from '../rules/rule';

/**
 * More is not remembered, so that no one can fill up the ledger, whose items take 400 KB. A repeat
 * that falls out is told again, and a rule is counted from the beginning.
 */
const MOST_REPEATS = 100;

export interface RepeatCount {
  /** Everything in the report was told a short while ago. */
  readonly isRepeat: boolean;
  /** How often the same has happened, untold, since it was last told. */
  readonly untold: number;
  /** Rules that two parties want otherwise, where that is to be told now. */
  readonly disputes: readonly Dispute[];
  /** The repeats to remember now. */
  readonly repeats: readonly Repeat[];
}

/**
 * Someone who opens the same port every second is reverted every second, and told of once a
 * window. First sightings, failures, notices and disputes are always told.
 */
export function countRepeats(
  report: ChangeReport,
  known: readonly Repeat[],
  windowMilliseconds: number,
): RepeatCount {
  const now = report.lookedAt;
  // Another outcome than was told last is news: what could not be put back a moment ago, or was
  // left during a pause or while people were asked, and is right now.
  const keys = report.rules.map(({ rule, change, outcome }) =>
    [change, outcome.kind, ruleKey(rule), nameOf(report.call.actor)].join(' '),
  );
  const recent = new Map(known.map((repeat) => [repeat.key, repeat]));
  const lastTold = new Map<string, number>();
  for (const { key, toldAt } of known) {
    const about = withoutOutcome(key);
    lastTold.set(about, Math.max(toldAt.getTime(), lastTold.get(about) ?? -Infinity));
  }
  const isTold = (key: string) => {
    const toldAt = recent.get(key)?.toldAt.getTime() ?? -Infinity;
    return (
      now.getTime() < toldAt + windowMilliseconds && toldAt === lastTold.get(withoutOutcome(key))
    );
  };
  const { disputes, counts } = countDisputes(report, known, windowMilliseconds);
  const mustBeTold =
    report.notices.length > 0 ||
    disputes.length > 0 ||
    report.rules.some(({ outcome }) => !UNDONE.includes(outcome.kind));
  const isRepeat = !mustBeTold && keys.length > 0 && keys.every(isTold);
  const untold = Math.max(0, ...keys.map((key) => recent.get(key)?.untold ?? 0));
  const updated = keys.map((key): Repeat => {
    const before = recent.get(key);
    return isRepeat && before
      ? { ...before, untold: before.untold + 1 }
      : { key, toldAt: now, untold: 0 };
  });
  const others = known.filter(({ key, reverts }) => !reverts && !keys.includes(key));
  return {
    isRepeat,
    untold: isRepeat ? 0 : untold,
    disputes,
    repeats: [
      ...fitting([...updated, ...others].slice(0, MOST_REPEATS), LEDGER_BYTES.repeats),
      ...fitting(counts.slice(0, MOST_REPEATS), LEDGER_BYTES.counts),
    ],
  };
}

/** The outcome is the second word of a key. */
function withoutOutcome(key: string): string {
  return key.replace(/ \S+/, '');
}

/** All else leaves the group other than it should be, or as someone wanted it. */
const UNDONE = ['reverted', 'already-gone'];
