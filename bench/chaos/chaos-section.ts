import {
  APART_MINUTES,
  CRASHES,
  leftBy,
  type LifeOutcomes,
  type Outcome,
  type PointOutcome,
} from './disturbed-life';
import { functionOf } from './points';
import { sectionOfLife } from '../page/benches';
import type { Goal, Part, Row, Section } from '../page/section';

/** Of what was done, so much has to come up. */
const LEAST_SHARE = 0.9;

/** What is done to all lives. */
export const CHAOS_SECTION: Section = {
  name: 'chaos',
  title: 'Chaos',
  about: `Lives in the sandbox, with the bundles as they ship. The run finds every call that a function makes in a life, and
lives it again for each: with the function ended just before that call, and just after it, before the answer is out.
A call that began when all earlier ones of its function were answered has no crash of its own before it: that moment is
the one after the earlier call. Functions that read a secret to call Slack have both, since their calls to Slack are not
seen here.

The run lives it again with each of these, too:

- At the end of the life, every event that CloudTrail told of and every message that a function sent to a queue comes
  once more, messages one after the other. Two at the same time come where the answer to one is lost.
- Every call of a function that changes something loses the answer to its first try.
- A service is down for an hour, from when a step of the story begins: each service that functions call in that step.
- The clock of one function is ${APART_MINUTES} minutes ahead of all others, or as much behind.

Then it compares what is left with what the undisturbed life leaves, each part as often as it is there. A text counts
once however often it is shown or told, as [reported twice is possible](architecture.md#the-ledger). So does what people
do again because they were shown an error: a click, an order, a request. Where a function ends between a post to Slack
and its record, a second copy of a question is there, [as Slack cannot be told to post
once](architecture.md#how-people-are-asked): a click on either one counts once, and brings both up to date. A copy that
no one clicks is left out, and so are reminders, which come where all of it took longer. In which order steps were told,
and when, is not compared: that a key keeps its grace, and a rule its time, is held by tests of their own.

Calls side by side come in another order each time, and what was tried again needs fewer or more of them: a disturbance
that met nothing *did not come up*, and counts neither way.

Where a function lets time go by, its own clock goes on at once: how it waits for someone who is at work is not seen,
nor that it takes too long. Not looked at either are a single call that is refused while its function lives on, which has
tests of its own; the readers of an organization trail and of a lake; and functions that only answer someone who waits:
the rehearsal, and most orders of operators.`,
  goals: [],
  parts: [],
};

/** What came of it in one of them. */
export function lifeSection(outcomes: LifeOutcomes): Section {
  const { kind } = outcomes;
  return {
    name: sectionOfLife(kind.name),
    command: `CHAOS_LIVES=${kind.name} npm run bench -- chaos`,
    title: `Chaos: ${kind.title}`,
    about: kind.about,
    goals: [goalOf(outcomes)],
    parts: partsOf(outcomes),
  };
}

function goalOf({ atPoints, others }: LifeOutcomes): Goal {
  const all = [...atPoints, ...others];
  const come = all.filter(({ hasCome }) => hasCome);
  const share = come.length / all.length;
  const same = come.filter(({ differences }) => differences.length === 0);
  return {
    goal: 'whatever is done to it, the end is that of the undisturbed life',
    figure: [
      `${same.length} of ${come.length} the same`,
      ...didNotComeUp(all.length - come.length),
    ].join('; '),
    isMet: same.length === come.length && come.length > 0 && share >= LEAST_SHARE,
    reason: same.length === come.length ? 'too much did not come up' : 'see below what differs',
  };
}

function partsOf({ atPoints, others }: LifeOutcomes): Part[] {
  return [
    {
      kind: 'text',
      text: `${pointsOf(atPoints)} calls were found:`,
    },
    { kind: 'table', rows: rowsOf(atPoints) },
    { kind: 'text', text: 'All else that was done to it:' },
    {
      kind: 'table',
      rows: others.map((outcome) => ({
        'what was done': outcome.what,
        'what is left': leftBy(outcome),
      })),
    },
    ...differing(atPoints),
  ];
}

function didNotComeUp(count: number): string[] {
  return count > 0 ? [`${count} did not come up`] : [];
}

/** Function by function, and call by call. */
function rowsOf(outcomes: readonly PointOutcome[]): Row[] {
  const keyOf = ({ point: { role, service, action } }: PointOutcome) =>
    `${functionOf(role)}|${service} ${action}`;
  return [...new Set(outcomes.map(keyOf))].map((key) => {
    const ofCall = outcomes.filter((one) => keyOf(one) === key);
    const [name = '', call = ''] = key.split('|');
    return {
      function: name,
      call,
      points: pointsOf(ofCall),
      ...Object.fromEntries(CRASHES.map((crash) => [HEADINGS[crash], cellOf(ofCall, crash)])),
    };
  });
}

/** After each of them a function was ended. */
function pointsOf(outcomes: readonly PointOutcome[]): number {
  return outcomes.filter(({ crash }) => crash === 'crash-after').length;
}

const HEADINGS = {
  'crash-before': 'ended before it',
  'crash-after': 'ended after it',
} as const;

function cellOf(outcomes: readonly PointOutcome[], crash: PointOutcome['crash']): string {
  const own = outcomes.filter((one) => one.crash === crash);
  if (own.length === 0) return '–';
  const come = own.filter(({ hasCome }) => hasCome);
  const other = come.filter(({ differences }) => differences.length > 0);
  const missing = own.length - come.length;
  return [
    ...(come.length === 0 ? [] : [other.length === 0 ? 'the same' : `${other.length} differ`]),
    ...didNotComeUp(missing),
  ].join(', ');
}

function differing(outcomes: readonly Outcome[]): Part[] {
  const rows = outcomes
    .filter(({ hasCome, differences }) => hasCome && differences.length > 0)
    .map(({ what, differences }) => ({ 'what differs': what, how: differences.join('; ') }));
  return rows.length === 0 ? [] : [{ kind: 'table', rows }];
}
