import type { ChangeReport } from './change-report';
import { nameOf } from '../changes/actor';
import type { Repeat } from '../ledger/ledger';
import { ruleKey } from '../rules/rule';

/** More is not remembered, so that no one can fill up the ledger: what falls out is told again. */
const MOST_REPEATS = 100;

export interface RepeatCount {
  /** Everything in the report was told a short while ago. */
  readonly isRepeat: boolean;
  /** How often the same has happened, untold, since it was last told. */
  readonly untold: number;
  /** The repeats to remember now. */
  readonly repeats: readonly Repeat[];
}

/**
 * Someone who opens the same port every second is reverted every second, and told of once a
 * window. First sightings, failures and notices are always told.
 */
export function countRepeats(
  report: ChangeReport,
  known: readonly Repeat[],
  windowMilliseconds: number,
): RepeatCount {
  const now = report.lookedAt;
  // Another outcome is news: what could not be put back a moment ago, or was left during a pause,
  // and is right now.
  const keys = report.rules.map(({ rule, change, outcome }) =>
    [change, outcome.kind, ruleKey(rule), actorKey(report)].join(' '),
  );
  const recent = new Map(known.map((repeat) => [repeat.key, repeat]));
  const isTold = (key: string) =>
    now.getTime() < (recent.get(key)?.toldAt.getTime() ?? -Infinity) + windowMilliseconds;
  const mustBeTold =
    report.notices.length > 0 || report.rules.some(({ outcome }) => !UNDONE.includes(outcome.kind));
  const isRepeat = !mustBeTold && keys.length > 0 && keys.every(isTold);
  const untold = Math.max(0, ...keys.map((key) => recent.get(key)?.untold ?? 0));
  const updated = keys.map((key): Repeat => {
    const before = recent.get(key);
    return isRepeat && before
      ? { ...before, untold: before.untold + 1 }
      : { key, toldAt: now, untold: 0 };
  });
  const others = known.filter(({ key }) => !keys.includes(key));
  return {
    isRepeat,
    untold: isRepeat ? 0 : untold,
    repeats: [...updated, ...others].slice(0, MOST_REPEATS),
  };
}

/** All else leaves the group other than it should be, or as someone wanted it. */
const UNDONE = ['reverted', 'already-gone'];

function actorKey({ call: { actor } }: ChangeReport): string {
  return nameOf(actor);
}
