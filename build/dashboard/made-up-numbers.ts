/** Numbers of a week that never was, one an hour; undefined where nothing was written. */
export type Numbers = readonly (number | undefined)[];

export const HOURS = 7 * 24;

/** Hours in which someone opened something, and how many rules. */
const OPENED = new Map([
  [9, 1],
  [31, 2],
  [34, 1],
  [58, 4],
  [80, 1],
  [82, 1],
  [103, 3],
  [127, 1],
  [151, 2],
]);

/** Those of them that were only reported. */
const LEFT = new Map([
  [58, 1],
  [103, 1],
]);

/** Of requests: the hour of the decision, and how long it took. */
const DECIDED = new Map([
  [10, 900],
  [33, 5_400],
  [59, 1_260],
  [81, 420],
  [104, 2_700],
  [130, 10_800],
  [152, 660],
]);

const MADE_UP: Readonly<Record<string, Numbers>> = {
  Violations: at(OPENED),
  RulesReverted: hours((hour) => {
    const opened = OPENED.get(hour);
    return opened === undefined ? undefined : opened - (LEFT.get(hour) ?? 0);
  }),
  RevertsFailed: at(new Map([[103, 1]])),
  Repeats: at(new Map([[82, 1]])),
  Disputes: none(),
  UnreadableEvents: none(),
  SecondsOpen: hours((hour) => (OPENED.has(hour) ? 14 + ((hour * 7) % 23) : undefined)),
  DetectionLag: hours((hour) => (OPENED.has(hour) ? 8 + ((hour * 5) % 17) : undefined)),
  ReactionTime: hours((hour) => (OPENED.has(hour) ? 1 + ((hour * 3) % 4) : undefined)),
  GroupsMonitored: hours((hour) => (hour % 24 === 0 ? 412 + Math.floor(hour / 40) : undefined)),
  GroupsDue: at(new Map([[64, 1]])),
  Heartbeats: steady(1),
  Invocations: steady(1),
  KeysTooOld: daily([9, 9, 8, 8, 7, 7, 6]),
  KeysSoonTooOld: daily([4, 4, 5, 5, 5, 3, 3]),
  KeysUnused: daily([12, 12, 12, 11, 11, 10, 10]),
  KeysNeverUsed: daily([3, 3, 3, 3, 2, 2, 2]),
  OldestKeyAge: daily([401, 402, 403, 404, 405, 312, 313]),
  KeysDeactivated: daily([0, 0, 1, 0, 1, 0, 1]),
  KeysDeleted: daily([0, 0, 0, 0, 0, 1, 0]),
  StepsFailed: daily([0, 0, 0, 0, 0, 0, 0]),
  UnknownLookUps: daily([0, 0, 0, 2, 0, 0, 0]),
  RunsCompleted: daily([1, 1, 1, 1, 1, 1, 1]),
  RunsSkipped: none(),
  RequestsAsked: hours((hour) => (OPENED.has(hour) ? 1 : undefined)),
  Decisions: hours((hour) => (DECIDED.has(hour) ? 1 : undefined)),
  SecondsToDecision: at(DECIDED),
  RequestsNotAsked: at(new Map([[83, 1]])),
  CarryingFailed: none(),
  RefusedClicks: at(new Map([[33, 1]])),
  BadSignatures: none(),
  UndeliverableMessages: none(),
  ReasonsUnasked: none(),
  AdvanceRuns: steady(60),
  ActionDecisionsCarriedOut: at(
    new Map([
      [12, 1],
      [84, 2],
      [131, 1],
    ]),
  ),
  ActionDecisionsFailed: at(new Map([[84, 1]])),
  ActionDecisionsRefused: none(),
  Members: hours((hour) => (hour < 100 ? 48 : 49)),
  CoverageGaps: hours((hour) => (hour > 70 && hour < 78 ? 3 : 1)),
  PlacesWentDark: at(new Map([[71, 2]])),
  CoverageRuns: steady(4),
  AccountListFailures: none(),
  Errors: hours((hour) => (hour === 103 ? 1 : 0)),
  ApproximateNumberOfMessagesVisible: hours(() => 0),
};

/** Of a rule that is left, and of no metric. */
export const LEFT_AS_THEY_ARE: Numbers = hours((hour) =>
  OPENED.has(hour) ? (LEFT.get(hour) ?? 0) : undefined,
);

/** Throws for a metric that has none yet, so that a new one does not stand empty in the picture. */
export function madeUp(metric: string): Numbers {
  const numbers = MADE_UP[metric];
  if (numbers) return numbers;
  throw new Error(`Make up numbers for ${metric}, in build/dashboard/made-up-numbers.ts.`);
}

function hours(numberAt: (hour: number) => number | undefined): Numbers {
  return Array.from({ length: HOURS }, (_, hour) => numberAt(hour));
}

function at(numbers: ReadonlyMap<number, number>): Numbers {
  return hours((hour) => numbers.get(hour));
}

function daily(numbers: readonly number[]): Numbers {
  return hours((hour) => (hour % 24 === 6 ? numbers[Math.floor(hour / 24)] : undefined));
}

function steady(number: number): Numbers {
  return hours(() => number);
}

function none(): Numbers {
  return hours(() => undefined);
}
