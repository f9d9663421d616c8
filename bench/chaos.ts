import { ApprovalLife, type EndState } from './chaos/approval-life';
import { differencesOf } from './chaos/differences';
import { doubleAll } from './chaos/doubled';
import { functionOf, type Point, pointsIn, rolesIn, servicesIn } from './chaos/points';
import { writeSection } from './page/benchmarks-page';
import { runBench } from './page/run-bench';
import type { Goal, Part, Row } from './page/section';

/** More than there are, so that each life has room in a group. */
const MOST_LIVES = 640;
const HOUR_MS = 3_600_000;
/** One of so many calls, for a look that takes less than an hour. Default: each. */
const EVERY = Number(process.env.CHAOS_EVERY ?? 1);
const CRASHES = ['crash-before', 'crash-after'] as const;

/** What was done to a life, and what is other than in the undisturbed one. */
interface Outcome {
  readonly what: string;
  readonly hasCome: boolean;
  readonly differences: readonly string[];
}

interface PointOutcome extends Outcome {
  readonly point: Point;
  readonly crash: (typeof CRASHES)[number];
}

async function main(): Promise<void> {
  const life = await ApprovalLife.begin(MOST_LIVES);
  const { sandbox } = life;
  await life.live();
  const before = sandbox.calls.length;
  const undisturbed = await life.live();
  const calls = sandbox.calls.slice(before);
  const others = [
    await outcomeOf('every event and message comes twice', life, undisturbed, {
      after: async (since) => doubleAll(sandbox, since),
    }),
    await withAnswersLost(life, undisturbed),
  ];
  for (const service of servicesIn(calls)) {
    sandbox.localAws.takeDown(service, HOUR_MS);
    others.push(await outcomeOf(`${service} is down for an hour`, life, undisturbed));
  }
  const atPoints: PointOutcome[] = [];
  const points = pointsIn(calls, rolesIn(calls));
  for (const point of points.filter((_, index) => index % EVERY === 0)) {
    for (const crash of CRASHES) {
      atPoints.push(await endedAt(point, crash, { life, undisturbed }));
    }
  }
  write(points.length, atPoints, others);
  await sandbox.stop();
}

interface Comparison {
  readonly life: ApprovalLife;
  readonly undisturbed: EndState;
}

async function endedAt(
  point: Point,
  crash: PointOutcome['crash'],
  { life, undisturbed }: Comparison,
): Promise<PointOutcome> {
  const { role, afterInvocations, n, service, action } = point;
  const disturbed = life.sandbox.localAws.disturbCall({
    n,
    with: crash,
    callerArnIncludes: role,
    afterInvocations,
  });
  const what = `${functionOf(role)}, invocation ${afterInvocations + 1}, ${crash} ${service} ${action}`;
  const outcome = await outcomeOf(what, life, undisturbed);
  disturbed.end();
  return { ...outcome, hasCome: disturbed.hit !== undefined, point, crash };
}

async function withAnswersLost(life: ApprovalLife, undisturbed: EndState): Promise<Outcome> {
  const losing = life.sandbox.localAws.loseAnswers();
  const outcome = await outcomeOf('the answer to every change is lost', life, undisturbed);
  losing.end();
  return outcome;
}

async function outcomeOf(
  what: string,
  life: ApprovalLife,
  undisturbed: EndState,
  { after }: Parameters<ApprovalLife['live']>[0] = {},
): Promise<Outcome> {
  const differences = await life.live({ after }).then(
    (state) => differencesOf(state, undisturbed),
    (error: unknown) => [`it did not come to its end: ${String(error)}`],
  );
  const outcome = { what, hasCome: true, differences };
  show(outcome);
  return outcome;
}

/** A run takes long: how far it is, and what differs, is shown at once. */
function show({ what, differences }: Outcome): void {
  console.log(`${what}: ${differences.length === 0 ? 'the same' : differences.join('; ')}`);
}

function write(found: number, atPoints: readonly PointOutcome[], others: readonly Outcome[]): void {
  writeSection({
    name: 'chaos',
    title: 'Chaos',
    about: `One life in the sandbox, with the bundles as they ship: a port of a group is opened, closed at once,
and opened again when two people approve; an operator accepts it; another port is opened, and closed when
someone denies it; and reconcile looks at all of it. The run finds every call that a function makes in that life,
and lives it again for each: with the function ended just before that call, and just after it, before the answer
is out. It lives it with every event and message doubled, with the answer to every change lost, and with each
service down for an hour. Then it compares what is left with what the undisturbed life leaves: rules, ledgers, the
audit of every request, every text that Slack shows, what was told of each rule, and dead letters. A text that is
shown twice counts once, as [reported twice is possible](architecture.md#the-ledger); so does what people do again
because they were shown an error, a click or an operator's order. Where a function ends between a post to Slack
and its record, a second copy of a question is there, [as Slack cannot be told to post
once](architecture.md#how-people-are-asked): a click on either one counts once, and brings both up to date. The functions of
IamKeySentry and of hubs are not among them; that clocks are apart is not either, since the sandbox has one.`,
    goals: [goalOf([...atPoints, ...others])],
    parts: [
      {
        kind: 'text',
        text: `${found} calls were found, of which ${atPoints.length / CRASHES.length} were looked at:`,
      },
      { kind: 'table', rows: rowsOf(atPoints) },
      { kind: 'text', text: 'All else that was done to it:' },
      {
        kind: 'table',
        rows: others.map(({ what, differences }) => ({
          'what was done': what,
          'what is left': differences.length === 0 ? 'the same' : differences.join('; '),
        })),
      },
      ...differing(atPoints),
    ],
  });
}

function goalOf(outcomes: readonly Outcome[]): Goal {
  const come = outcomes.filter(({ hasCome }) => hasCome);
  const same = come.filter(({ differences }) => differences.length === 0);
  return {
    goal: 'whatever is done to it, the end is that of the undisturbed life',
    figure: `${same.length} of ${come.length} the same`,
    isMet: same.length === come.length,
    reason: 'see below what differs, and above why a question can be there twice',
  };
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
      points: ofCall.length / CRASHES.length,
      ...Object.fromEntries(CRASHES.map((crash) => [HEADINGS[crash], cellOf(ofCall, crash)])),
    };
  });
}

const HEADINGS = {
  'crash-before': 'ended before it',
  'crash-after': 'ended after it',
} as const;

function cellOf(outcomes: readonly PointOutcome[], crash: PointOutcome['crash']): string {
  const own = outcomes.filter((one) => one.crash === crash);
  const come = own.filter(({ hasCome }) => hasCome);
  const other = come.filter(({ differences }) => differences.length > 0);
  const missing = own.length - come.length;
  return [
    other.length === 0 ? 'the same' : `${other.length} differ`,
    ...(missing > 0 ? [`${missing} did not come up`] : []),
  ].join(', ');
}

function differing(outcomes: readonly PointOutcome[]): Part[] {
  const rows = outcomes
    .filter(({ differences }) => differences.length > 0)
    .map(({ what, differences }) => ({ 'what differs': what, how: differences.join('; ') }));
  return rows.length === 0 ? [] : [{ kind: 'table', rows }];
}

runBench(main);
