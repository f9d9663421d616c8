import { median } from './figures/percentile';
import { writeSection } from './page/benchmarks-page';
import { runBench } from './page/run-bench';
import type { Goal } from './page/section';
import type { FunctionMemory } from './soak/function-memory';
import {
  type Day,
  DAYS,
  EXPIRY_DAYS,
  HEAP_MB,
  liveTwoMonths,
  STUBBORN_DAY,
  type TwoMonths,
} from './soak/two-months';

const WEEK = 7;
const MOST_GROWTH = 1.1;
/** In a day, besides those about its changes: on keys, and of runs of reconcile. */
const MESSAGES_BESIDES = 3;
const WEEKS = `in the last week at most ${MOST_GROWTH} times what it is in the week before day ${STUBBORN_DAY}`;

async function main(): Promise<void> {
  const start = performance.now();
  const asItIs = await liveTwoMonths(false);
  const collected = await liveTwoMonths(true);
  const minutes = (performance.now() - start) / 60_000;
  writeSection({
    name: 'soak',
    title: 'Two months',
    about: `${DAYS} days by the sandbox's clock, lived twice in ${minutes.toFixed(0)} minutes: a SecurityGroupSentry
and an IamKeySentry as they ship, with heartbeat and reconcile each hour and a look at the keys each day. In every other
hour someone opens SSH in one of 20 groups. On day ${STUBBORN_DAY} someone opens the same port again every ten
minutes, for twelve hours. What has expired is taken out of the table, as DynamoDB does it: an event is forgotten after
${EXPIRY_DAYS} days, and twice as many have passed since that day when the last week begins. Two quiet weeks are compared: the
one before that day, when the ledger is as full as it gets, and the last one.

Functions have a heap of ${HEAP_MB} MB. The second time, a collection is forced in each of them at the end of each day: what
is left in its heap and in buffers is what it *keeps*. All else is of the first time, when nothing is forced. A process can
have more than its heap: V8 goes on holding pages that a collection has freed.

${alarmsLookedAt(asItIs)}`,
    goals: [ledgerGoal(asItIs), ...memoryGoals(asItIs, collected), ...goals(asItIs)],
    parts: [
      {
        kind: 'table',
        rows: asItIs.days
          .filter(isShown)
          .map((day) => rowOf(day, collected.days[day.day - 1]?.memory.used ?? NaN)),
      },
    ],
  });
}

function alarmsLookedAt({ evaluated, onDeadLetters, notEvaluated }: TwoMonths): string {
  const count = evaluated.length + onDeadLetters.length + notEvaluated.length;
  return `Of ${count} alarms, ${evaluated.length} are evaluated by what their template says: on what the functions have written, and
on how their invocations ended. ${onDeadLetters.length} are on queues of dead letters, which are looked into each day instead.
Not evaluated: ${notEvaluated.join(', ') || 'none'}, on how long a message waits, as the clock goes on only once all are handled.`;
}

function ledgerGoal({ days }: TwoMonths): Goal {
  const growth = growthOf(days, ({ ledgerItems }) => ledgerItems);
  return {
    goal: `the ledger is bounded: ${WEEKS}, in items`,
    figure: growth.toFixed(2),
    isMet: growth <= MOST_GROWTH,
    reason: 'it grows: see the table',
  };
}

function memoryGoals(asItIs: TwoMonths, collected: TwoMonths): Goal[] {
  const kept = growthOf(collected.days, ({ memory }) => memory.used);
  const process = growthOf(asItIs.days, ({ memory }) => memory.process);
  return [
    {
      goal: `what a function keeps is flat: ${WEEKS}`,
      figure: kept.toFixed(2),
      isMet: kept <= MOST_GROWTH,
      reason: 'it grows: see the table',
    },
    {
      goal: `the process of a function is flat: ${WEEKS}`,
      figure: process.toFixed(2),
      isMet: process <= MOST_GROWTH,
      reason: whereItGrew(asItIs.days),
    },
  ];
}

/** By the parts of a process that are known. */
function whereItGrew(days: readonly Day[]): string {
  const grown = (valueOf: (memory: FunctionMemory) => number) => {
    const [before, last] = quietWeeks(days, ({ memory }) => valueOf(memory));
    return `${before.toFixed(0)} to ${last.toFixed(0)} MB`;
  };
  const others = grown(({ process, pages, files }) => process - pages - files);
  return [
    `it went from ${grown((memory) => memory.process)}`,
    `pages of the size that V8 takes for its heap from ${grown(({ pages }) => pages)}`,
    `the heap, which is nearly all in them, from ${grown(({ heap }) => heap)}`,
    `what is in use of the heap from ${grown(({ used }) => used)}`,
    `pages of files from ${grown(({ files }) => files)}`,
    `all else from ${others}`,
  ].join('; ');
}

function goals(months: TwoMonths): Goal[] {
  const { days, wentOff, wentOffOnStubbornDay, failedInvocations, standing } = months;
  const letters = days.flatMap(({ deadLetters }) => deadLetters);
  const quiet = days.filter(({ day }) => day !== STUBBORN_DAY);
  const stormy = quiet.filter(({ messages, changes }) => messages > changes + MESSAGES_BESIDES);
  const stubborn = days[STUBBORN_DAY - 1];
  return [
    {
      goal: `no message storm: at most one message a change and ${MESSAGES_BESIDES} more a day`,
      figure: `${stormy.length} days with more`,
      isMet: stormy.length === 0,
      reason: `on days ${stormy.map(({ day }) => day).join(', ')}`,
    },
    {
      goal: 'the same change again and again is told less often than it is made',
      figure: `${stubborn?.messages} messages on ${stubborn?.changes} changes`,
      isMet: (stubborn?.messages ?? NaN) < (stubborn?.changes ?? NaN),
    },
    {
      goal: 'alarms are quiet on all days but those of someone stubborn',
      figure: `${wentOff.length} went off; ${failedInvocations} failed invocations; dead letters: ${letters.join(', ') || 'none'}`,
      isMet: wentOff.length + failedInvocations + letters.length === 0,
      reason: wentOff.join(', '),
    },
    {
      goal: `on day ${STUBBORN_DAY}, the alarm about a rule that two parties want otherwise goes off`,
      figure: wentOffOnStubbornDay.join(', ') || 'none did',
      isMet: wentOffOnStubbornDay.some((alarm) => alarm.includes('DisputedRule')),
    },
    {
      goal: 'every opened port was closed before someone opened it again',
      figure: `${standing} stood`,
      isMet: standing === 0,
    },
  ];
}

/** Of the last week, over the week before the stubborn day. */
function growthOf(days: readonly Day[], valueOf: (day: Day) => number): number {
  const [before, last] = quietWeeks(days, valueOf);
  return last / before;
}

function quietWeeks(days: readonly Day[], valueOf: (day: Day) => number): [number, number] {
  const medianOf = (week: readonly Day[]) => median(week.map(valueOf));
  const before = STUBBORN_DAY - 1;
  return [medianOf(days.slice(before - WEEK, before)), medianOf(days.slice(-WEEK))];
}

/** Each fifth day, and those about the stubborn one. */
function isShown({ day }: Day): boolean {
  return day === 1 || day % 5 === 0 || Math.abs(day - STUBBORN_DAY) <= 1;
}

function rowOf(day: Day, kept: number) {
  const { process, pages, heap, used } = day.memory;
  return {
    day: day.day,
    changes: day.changes,
    messages: day.messages,
    'items in the ledger': day.ledgerItems,
    'kB in the ledger': Math.round(day.ledgerBytes / 1_000),
    'kept by a function, MB': kept.toFixed(1),
    'its process, MB': Math.round(process),
    "V8's pages in it, MB": Math.round(pages),
    'its heap, MB': Math.round(heap),
    'in use of the heap, MB': used.toFixed(1),
  };
}

runBench(main);
