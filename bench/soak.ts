import { median } from './figures/percentile';
import { writeSection } from './page/benchmarks-page';
import { runBench } from './page/run-bench';
import type { Goal } from './page/section';
import { type Day, DAYS, HEAP_MB, liveMonth, type Month, STUBBORN_DAY } from './soak/month';

const WEEK = 7;
/** An event is forgotten after two weeks: by then the ledger is as full as it gets. */
const FULL_DAY = 16;
const MOST_GROWTH = 1.1;
/** In a day, besides those about its changes: on keys, and of runs of reconcile. */
const MESSAGES_BESIDES = 3;

async function main(): Promise<void> {
  const start = performance.now();
  const month = await liveMonth();
  const minutes = (performance.now() - start) / 60_000;
  writeSection({
    name: 'soak',
    title: 'A month',
    about: `${DAYS} days by the sandbox's clock, in ${minutes.toFixed(0)} minutes: a SecurityGroupSentry and an
IamKeySentry as they ship, with heartbeat and reconcile each hour and a look at the keys each day. In every other
hour someone opens SSH in one of 20 groups. On day ${STUBBORN_DAY} someone opens the same port again every ten
minutes, for twelve hours. What has expired is taken out of the table, as DynamoDB does it. Alarms on the metrics
of functions are evaluated by what their template says, on what the functions have written; those on AWS's own
metrics by what they stand for: failed invocations and dead letters. Functions have a heap of ${HEAP_MB} MB.
What a function keeps is what is left in its heap, and of buffers, after a collection that the run forces each day. Its
process has more: what V8 has reserved for code and young objects, has not tidied up, and does not give back while there is
room.`,
    goals: goals(month),
    parts: [{ kind: 'table', rows: month.days.filter(isShown).map(rowOf) }],
  });
}

function goals(month: Month): Goal[] {
  const { days, alarms, wentOff, wentOffOnStubbornDay } = month;
  const { failedInvocations, deadLetters, standing } = month;
  const [full, last] = [days[FULL_DAY - 1], days.at(-1)];
  const ledger = (last?.ledgerItems ?? NaN) / (full?.ledgerItems ?? NaN);
  const kept = (from: number) =>
    median(days.slice(from, from + WEEK).map(({ keptMegabytes }) => keptMegabytes));
  const growth = kept(DAYS - WEEK) / kept(WEEK);
  const quiet = days.filter(({ day }) => day !== STUBBORN_DAY);
  const stormy = quiet.filter(({ messages, changes }) => messages > changes + MESSAGES_BESIDES);
  const stubborn = days[STUBBORN_DAY - 1];
  return [
    {
      goal: `the ledger is bounded: on day ${DAYS} at most ${MOST_GROWTH} times as many items as on day ${FULL_DAY}`,
      figure: ledger.toFixed(2),
      isMet: ledger <= MOST_GROWTH,
    },
    {
      goal: `memory is flat: in the last week a function keeps at most ${MOST_GROWTH} times what it kept in the second`,
      figure: growth.toFixed(2),
      isMet: growth <= MOST_GROWTH,
      reason: `on days 20, 25 and 30 it kept ${[20, 25, 30].map((day) => days[day - 1]?.keptMegabytes.toFixed(1)).join(', ')} MB`,
    },
    {
      goal: `no message storm: at most one message a change and ${MESSAGES_BESIDES} more a day`,
      figure: `${stormy.length} days with more`,
      isMet: stormy.length === 0,
    },
    {
      goal: 'the same change again and again is told less often than it is made',
      figure: `${stubborn?.messages} messages on ${stubborn?.changes} changes`,
      isMet: (stubborn?.messages ?? NaN) < (stubborn?.changes ?? NaN),
    },
    {
      goal: 'alarms are quiet on all days but those of someone stubborn',
      figure: `${wentOff.length} of ${alarms.length} went off; ${failedInvocations} failed invocations, ${deadLetters} dead letters`,
      isMet: wentOff.length + failedInvocations + deadLetters === 0,
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

function isShown({ day }: Day): boolean {
  return day === 1 || day % 5 === 0;
}

function rowOf({ day, changes, messages, ledgerItems, ledgerBytes, ...memory }: Day) {
  return {
    day,
    changes,
    messages,
    'items in the ledger': ledgerItems,
    'kB in the ledger': Math.round(ledgerBytes / 1_000),
    'kept by a function, MB': memory.keptMegabytes.toFixed(1),
    'process of a function, MB': Math.round(memory.processMegabytes),
  };
}

runBench(main);
