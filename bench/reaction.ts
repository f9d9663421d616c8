import { mean, median, percentile } from './figures/percentile';
import { barPlot } from './page/bar-plot';
import { writeSection } from './page/benchmarks-page';
import { runBench } from './page/run-bench';
import type { Goal, Part } from './page/section';
import {
  CLASSIC,
  type Contender,
  CONTENDERS,
  CUSTODIAN,
  OURS,
  OURS_AMONG_OTHERS,
  startContenders,
} from './reaction/contenders';
import type { TimedCall } from './reaction/counting-proxy';
import { custodianRelease } from './reaction/custodian-python';
import { roundTripsInSequence } from './reaction/round-trips';
import { Stage } from './reaction/stage';

/** Enough that the 99th percentile is not the slowest one. */
const ROUNDS = 200;
const WARM_UP = 5;
const MODELLED_MS = 20;
const DELAYS = [0, MODELLED_MS] as const;

/** One answer to one opened port; milliseconds since the event was handed over. */
interface Answer {
  readonly goneMs: number;
  readonly doneMs: number;
  readonly calls: readonly TimedCall[];
  readonly roundTripsToGone: number;
  readonly roundTripsToDone: number;
  /** Of it, in which Python collected all garbage. */
  readonly collectedMs?: number;
}

type Answers = ReadonlyMap<string, readonly Answer[]>;

async function main(): Promise<void> {
  const perDelay = ROUNDS + WARM_UP;
  const stage = await Stage.set(perDelay * DELAYS.length * CONTENDERS.length);
  const contenders = await startContenders(stage);
  try {
    const measured: Answers[] = [];
    for (const [index, delayMs] of DELAYS.entries()) {
      contenders.forEach(({ proxy }) => Object.assign(proxy, { delayMs }));
      measured.push(await measure(stage, contenders, index * perDelay * CONTENDERS.length));
    }
    write(measured[0]!, measured[1]!);
  } finally {
    for (const contender of contenders) await contender.stop();
    await stage.strike();
  }
}

/** In each round, each contender answers one opened port in turn, in a group of its own. */
async function measure(
  stage: Stage,
  contenders: readonly Contender[],
  firstGroup: number,
): Promise<Answers> {
  const answers = new Map(contenders.map(({ name }) => [name, [] as Answer[]]));
  let group = firstGroup;
  for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
    const first = round % contenders.length;
    for (const contender of [...contenders.slice(first), ...contenders.slice(0, first)]) {
      const answer = await answerOf(stage, contender, group);
      group += 1;
      if (round >= WARM_UP) answers.get(contender.name)?.push(answer);
    }
  }
  return answers;
}

async function answerOf(stage: Stage, contender: Contender, group: number): Promise<Answer> {
  const event = await stage.openSsh(group);
  contender.proxy.takeCalls();
  const start = performance.now();
  const collectedMs = await contender.answer(event);
  const end = performance.now();
  const calls = contender.proxy.takeCalls();
  const revoke = calls.find(({ action }) => action === 'RevokeSecurityGroupIngress');
  if (revoke?.status !== 200) throw new Error(`${contender.name} did not close the port.`);
  const goneAt = revoke.answeredAt;
  return {
    goneMs: goneAt - start,
    doneMs: end - start,
    calls,
    roundTripsToGone: roundTripsInSequence(calls.filter(({ answeredAt }) => answeredAt <= goneAt)),
    roundTripsToDone: roundTripsInSequence(calls),
    collectedMs,
  };
}

function write(plain: Answers, modelled: Answers): void {
  writeSection({
    name: 'reaction',
    title: 'Delivered event → rule gone, warm',
    about: `SSH is opened to the internet, and its event is handed to a warm function: to the bundle with the
environment and the role of its template, as a message of its queue; to the classic handler, a short
re-creation of our own of what many blogs have, in Python with boto3; and to Cloud Custodian's own entry
point for Lambda (${custodianRelease()}), with a policy that does the same and notifies. All against the same
emulator, in turns, ${ROUNDS} rounds. The sentry answers an event alone, and one *among other events*: then
the configuration was read already, for a later event. *Gone* is when EC2 has answered the revoke, *done* when the
function has ended. EventBridge and SQS are left out: they are the same for all, but for the queue, which only the
sentry has.

${collectionsOf(plain)}

The classic handler guarantees nothing: it believes the event, does not look at the group, keeps nothing,
and what fails in it is lost. That is what the rest of the time is for.`,
    goals: goals(plain, modelled),
    parts: [
      ...timesOf('With the emulator as it is', plain),
      ...timesOf(`With a modelled ${MODELLED_MS} ms more for each call`, modelled),
      barPlot({
        name: 'gone',
        title: 'Delivered event → rule gone, median',
        unit: 'ms',
        groups: groupsOf((...of) => medianOf(...of, ({ goneMs }) => goneMs), plain, modelled),
      }),
      barPlot({
        name: 'done',
        title: 'Delivered event → everything done, mean',
        unit: 'ms',
        groups: groupsOf((...of) => meanOf(...of, ({ doneMs }) => doneMs), plain, modelled),
      }),
      {
        kind: 'text',
        text: 'The calls of the sentry for one event, in the order of their answers:',
      },
      { kind: 'table', rows: callsOf(modelled) },
      { kind: 'text', text: WHY_EACH_CALL },
    ],
  });
}

function collectionsOf(plain: Answers): string {
  const all = (plain.get(CUSTODIAN) ?? []).map(({ collectedMs = 0 }) => collectedMs);
  const full = all.filter((collectedMs) => collectedMs > 0);
  return `In ${percent(full.length / all.length)} of the events, Python collected all garbage of Cloud Custodian meanwhile, which took
${ms(mean(full))} ms on average: often after the revoke, and sometimes before it. So its times have two modes. The median of *done* can
fall on either, and means are compared there.`;
}

function goals(plain: Answers, modelled: Answers): Goal[] {
  return [OURS_AMONG_OTHERS, OURS].flatMap((name) =>
    goalsOf(name, plain, modelled).map((goal) => ({
      ...goal,
      goal: `${name === OURS ? 'an event alone' : 'among other events'}: ${goal.goal}`,
    })),
  );
}

function goalsOf(name: string, plain: Answers, modelled: Answers): Goal[] {
  const gone = (of: string) => medianOf(modelled, of, ({ goneMs }) => goneMs);
  const done = (answers: Answers, of: string) => meanOf(answers, of, ({ doneMs }) => doneMs);
  const roundTripsToDone = (of: string) =>
    medianOf(modelled, of, (answer) => answer.roundTripsToDone);
  const roundTrips = medianOf(modelled, name, ({ roundTripsToGone }) => roundTripsToGone);
  const calls = medianOf(modelled, name, (answer) => answer.calls.length);
  const toClassic = gone(name) / gone(CLASSIC);
  const toCustodian = gone(name) / gone(CUSTODIAN);
  const doneShare = done(plain, name) / done(plain, CUSTODIAN);
  const doneShareModelled = done(modelled, name) / done(modelled, CUSTODIAN);
  return [
    {
      goal: 'two round trips in sequence before the rule is gone',
      figure: String(roundTrips),
      isMet: roundTrips <= 2,
      reason: 'the lease rests on the configuration, which has to be read first',
    },
    {
      goal: 'at most 8 calls',
      figure: String(calls),
      isMet: calls <= 8,
      reason: 'what each is for stands below',
    },
    {
      goal: `rule gone with ${MODELLED_MS} ms a call in at most 1.6 times the classic handler's time`,
      figure: `${toClassic.toFixed(2)} times`,
      isMet: toClassic <= 1.6,
      reason: `the classic handler makes one round trip and believes the event, the sentry makes ${roundTrips}`,
    },
    {
      goal: `rule gone with ${MODELLED_MS} ms a call in less than Cloud Custodian's time`,
      figure: `${toCustodian.toFixed(2)} times`,
      isMet: toCustodian < 1,
      reason: `Cloud Custodian makes two round trips, the sentry ${roundTrips}`,
    },
    {
      goal: "everything done in at most 40 % of Cloud Custodian's time, on average",
      figure: `${percent(doneShare)}; with ${MODELLED_MS} ms a call ${percent(doneShareModelled)}`,
      isMet: Math.max(doneShare, doneShareModelled) <= 0.4,
      reason: `the sentry makes ${roundTripsToDone(name)} round trips in sequence, Cloud Custodian ${roundTripsToDone(CUSTODIAN)}; one of the sentry is for writing down that it was told: [why](decisions/0055-what-the-lease-says-is-told-at-once.md)`,
    },
  ];
}

const WHY_EACH_CALL = `What each is for:

- \`GetParameters\`: an event is judged by a configuration that is no older than it. A warm function has one
  only where it has read it since, for a later event.
- \`Query\` and \`DescribeSecurityGroupRules\`: the state decides, the event only points.
- \`UpdateItem\`: the lease, with what is about to be done, so that a try that takes over can report it. It
  does not wait for the reading where the event alone says what is to be done.
- \`RevokeSecurityGroupIngress\`: where EC2's answer names the rule, no one looks again.
- \`Publish\` and \`PutEvents\`: people and machines are told. The message is written down before only where
  it says more than the lease does: [why](decisions/0055-what-the-lease-says-is-told-at-once.md).
- \`BatchWriteItem\`: that it was told, and what was told lately.`;

function timesOf(heading: string, answers: Answers): Part[] {
  const rows = [...answers].map(([contender, ofOne]) => {
    const gone = ofOne.map(({ goneMs }) => goneMs);
    const done = ofOne.map(({ doneMs }) => doneMs);
    return {
      contender,
      'gone p50': ms(median(gone)),
      'gone p95': ms(percentile(gone, 0.95)),
      'gone p99': ms(percentile(gone, 0.99)),
      'gone, of classic': `${(median(gone) / medianOf(answers, CLASSIC, ({ goneMs }) => goneMs)).toFixed(2)} ×`,
      'done mean': ms(mean(done)),
      'done p50': ms(median(done)),
      'done p95': ms(percentile(done, 0.95)),
      'done p99': ms(percentile(done, 0.99)),
      'AWS calls': median(ofOne.map(({ calls }) => calls.length)),
      'round trips to gone': median(ofOne.map(({ roundTripsToGone }) => roundTripsToGone)),
      'round trips to done': median(ofOne.map(({ roundTripsToDone }) => roundTripsToDone)),
    };
  });
  return [
    { kind: 'text', text: `${heading}, in ms:` },
    { kind: 'table', rows },
  ];
}

function groupsOf(
  valueOf: (answers: Answers, name: string) => number,
  plain: Answers,
  modelled: Answers,
) {
  const bars = (answers: Answers) =>
    [...answers.keys()].map((name) => ({ label: name, value: valueOf(answers, name) }));
  return [
    { label: 'the emulator as it is', bars: bars(plain) },
    { label: `${MODELLED_MS} ms more for each call`, bars: bars(modelled) },
  ];
}

/** Of the round with the median time. */
function callsOf(answers: Answers) {
  const ofOurs = [...(answers.get(OURS) ?? [])].sort((one, other) => one.doneMs - other.doneMs);
  const calls = ofOurs[Math.floor(ofOurs.length / 2)]?.calls ?? [];
  const start = Math.min(...calls.map(({ beganAt }) => beganAt));
  return calls.map(({ service, action, beganAt, answeredAt }) => ({
    call: `${service} ${action}`,
    'began, ms': ms(beganAt - start),
    'answered, ms': ms(answeredAt - start),
  }));
}

function medianOf(answers: Answers, name: string, valueOf: (answer: Answer) => number): number {
  return median((answers.get(name) ?? []).map(valueOf));
}

function meanOf(answers: Answers, name: string, valueOf: (answer: Answer) => number): number {
  return mean((answers.get(name) ?? []).map(valueOf));
}

function ms(value: number): string {
  return value.toFixed(0);
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

runBench(main);
