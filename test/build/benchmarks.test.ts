import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lifeSection } from '../../bench/chaos/chaos-section';
import { differencesOf } from '../../bench/chaos/differences';
import { disturbed } from '../../bench/chaos/disturbed-life';
import type { EndState, Life, LifeSandbox } from '../../bench/chaos/life';
import { Lives } from '../../bench/chaos/lives';
import { functionsIn, pointsIn, roleStem } from '../../bench/chaos/points';
import { exponentOf } from '../../bench/figures/growth-exponent';
import { median, percentile } from '../../bench/figures/percentile';
import { BENCHES, LIVES, sectionOfLife } from '../../bench/page/benches';
import {
  inOrder,
  markdownOf,
  notMeasured,
  pageOf,
  sectionsIn,
} from '../../bench/page/benchmarks-page';
import { markdownTable } from '../../bench/page/section';
import type { TimedCall } from '../../bench/reaction/counting-proxy';
import { roundTripsInSequence } from '../../bench/reaction/round-trips';
import { AlarmHistory } from '../../bench/soak/alarm-history';
import { RecordedMetrics } from '../../bench/soak/recorded-metrics';
import type { ApiCall } from '../../sandbox/cloudtrail/tap';
import { templateIn } from '../../sandbox/deployer/assembly';

const PROJECT = join(__dirname, '..', '..');
const MINUTE_MS = 60_000;

test('each bench has its file, and each section and plot of the page is of one', () => {
  const page = readFileSync(join(PROJECT, 'docs', 'benchmarks.md'), 'utf8');
  const sections = [...sectionsIn(page).keys()];
  expect(BENCHES.filter((name) => !existsSync(join(PROJECT, 'bench', `${name}.ts`)))).toEqual([]);
  expect(sections).toEqual(inOrder(sections));
  const ofLives = sections.filter((name) => name.startsWith('chaos-'));
  expect(LIVES.map(sectionOfLife)).toEqual(expect.arrayContaining(ofLives));
  const shown = [...page.matchAll(/\]\((images\/benchmarks\/[\w.-]+)\)/g)].map(([, file]) => file);
  expect(globSync('images/benchmarks/*', { cwd: join(PROJECT, 'docs') }).sort()).toEqual(
    shown.sort(),
  );
});

test('each bench and each life of chaos has a section, or the page says that it was not measured yet', () => {
  const page = readFileSync(join(PROJECT, 'docs', 'benchmarks.md'), 'utf8');
  const said = notMeasured([...sectionsIn(page).keys()]);
  expect(/^Not measured yet: .*$/m.exec(page)?.[0]).toBe(said);

  const names = [...BENCHES, ...LIVES.map(sectionOfLife)].slice(1);
  const sections = names.map((name) => [name, `## ${name}`] as const);
  expect(pageOf(new Map(sections))).toContain(`\nNot measured yet: ${BENCHES[0]}.\n`);
  expect(pageOf(new Map([...sections, [`${BENCHES[0]}-part`, '## Part']]))).not.toContain('Not m');
});

test('calls that were answered before the next began are round trips in sequence', () => {
  const calls = [call(0, 10), call(0, 20), call(5, 15), call(20, 30), call(31, 40)];
  expect(roundTripsInSequence(calls)).toBe(3);
  expect(roundTripsInSequence([])).toBe(0);
});

function call(beganAt: number, answeredAt: number): TimedCall {
  return { service: 'ec2', action: 'DescribeVpcs', status: 200, beganAt, answeredAt };
}

test('a percentile is a value that at least so many do not exceed', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([median(values), percentile(values, 0.95), percentile(values, 1)]).toEqual([50, 95, 100]);
});

test('an exponent is that between the two largest numbers, in whatever order they are', () => {
  const series = new Map([
    [100, 9_000],
    [10, 9_000],
    [1_000, 900_000],
  ]);
  expect(exponentOf(series)).toBeCloseTo(2);
  expect(exponentOf(new Map([...series].map(([n]) => [n, 0])))).toBe(0);
});

test('a table shows numbers to the right, and a line of a cell is not the end of it', () => {
  expect(markdownTable([{ what: 'a|b', ms: 3 }])).toBe(
    '| what | ms |\n| --- | ---: |\n| a\\|b | 3 |',
  );
});

test('points are the calls of functions, invocation by invocation', () => {
  const calls = [
    called('first', 'Query'),
    called('second', 'Query'),
    called('first', 'UpdateItem'),
    called('first', 'Query'),
    { ...called('none', 'Scan'), callerArn: 'arn:aws:iam::1:user/visitor' },
  ];
  expect(pointsIn(calls).map(({ n, action }) => [n, action])).toEqual([
    [1, 'Query'],
    [1, 'UpdateItem'],
    [2, 'Query'],
    [3, 'Query'],
  ]);
});

test('a call is in turn if all before it were answered when it began', () => {
  const answered = (at: number, action: string) => ({ ...called('first', action), at });
  const calls = [
    answered(10, 'Query'),
    { ...answered(14, 'GetItem'), durationMs: 6 },
    answered(20, 'UpdateItem'),
  ];
  expect(pointsIn(calls).map(({ n, action, isInTurn }) => [n, action, isInTurn])).toEqual([
    [1, 'GetItem', false],
    [1, 'Query', false],
    [1, 'UpdateItem', true],
  ]);
});

test('chaos says of a life what was done to it, and how much of it left the same', () => {
  const listing = { service: 'iam', action: 'ListUsers', isInTurn: false };
  const point = { role: 'Keys', n: 1, ...listing };
  const outcome = { what: 'ended', hasCome: true, differences: [] };
  const never = new Promise<never>(() => undefined);
  const { title, about, goals, parts } = lifeSection({
    kind: {
      name: 'keys',
      title: 'Keys',
      about: 'A key gets old.',
      leaves: {},
      begin: async () => never,
    },
    atPoints: [
      { ...outcome, point, crash: 'crash-before', differences: ['less in keys: Inactive'] },
      { ...outcome, point, crash: 'crash-after', hasCome: false },
    ],
    others: [{ ...outcome, what: 'iam is down for an hour' }],
  });
  expect([title, about]).toEqual(['Chaos: Keys', 'A key gets old.']);
  expect(goals).toMatchObject([{ figure: '1 of 2 the same; 1 did not come up', isMet: false }]);
  expect(parts).toContainEqual({
    kind: 'table',
    rows: [
      {
        function: 'Keys',
        call: 'iam ListUsers',
        points: 1,
        'ended before it': '1 differ',
        'ended after it': '1 did not come up',
      },
    ],
  });
});

test('chaos meets its goal only where most of what was done came up', () => {
  const never = new Promise<never>(() => undefined);
  const names = { name: 'keys', title: 'Keys', about: 'A key gets old.' } as const;
  const kind = { ...names, leaves: {}, begin: async () => never };
  const goalAfter = (come: number, notCome: number) => {
    const others = [...Array(come + notCome).keys()].map((index) => ({
      what: String(index),
      hasCome: index < come,
      differences: [],
    }));
    return lifeSection({ kind, atPoints: [], others }).goals[0];
  };
  expect(goalAfter(9, 1)).toMatchObject({
    figure: '9 of 9 the same; 1 did not come up',
    isMet: true,
  });
  expect(goalAfter(8, 2)).toMatchObject({ isMet: false, reason: 'too much did not come up' });
  expect([goalAfter(0, 1)?.isMet, goalAfter(0, 0)?.isMet]).toEqual([false, false]);
});

test('a missed goal is shown as missed, with its reason', () => {
  const page = (isMet: boolean) =>
    markdownOf({
      ...{ name: 'soak', title: 'Soak', about: 'Two months.', parts: [] },
      goals: [{ goal: 'no alarm', figure: '1 alarm', isMet, reason: 'the heartbeat' }],
    });
  expect(page(true)).toContain('| no alarm | 1 alarm | met |');
  expect(page(false)).toContain('| no alarm | 1 alarm | missed: the heartbeat |');
});

/** Nothing is done to it. */
const emptySandbox: LifeSandbox = {
  ...{ calls: [], events: [], settled: async () => undefined, stop: async () => undefined },
  localAws: standIn(() => undefined),
};

function standIn(hit: () => ApiCall | undefined): LifeSandbox['localAws'] {
  const none = { calls: [], refusals: 0, end: () => undefined };
  return {
    disturbCall: () => ({ hit: hit(), end: () => undefined }),
    loseAnswers: () => none,
    takeDown: () => none,
    setClockApart: () => undefined,
    replay: async () => undefined,
    accessTo: () => ({
      ...{ endpoint: 'http://127.0.0.1:1', region: 'eu-west-1' },
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 'none' },
    }),
  };
}

describe('a life of chaos', () => {
  /** Its ends in turn: two undisturbed ones, and those of two crashes. */
  const outcomesOf = async (ends: readonly (() => EndState)[], meets: boolean, leaves = {}) => {
    const [made, calls, rest]: [ApiCall, ApiCall[], (() => EndState)[]] = [
      called('first', 'Query'),
      [],
      [...ends],
    ];
    const localAws = standIn(() => (meets ? made : undefined));
    const life: Life = {
      sandbox: { ...emptySandbox, calls, localAws },
      live: async () => {
        calls.push(made);
        return rest.shift()!();
      },
      clear: async () => undefined,
      pass: async () => undefined,
      end: async () => undefined,
    };
    const names = { name: 'keys', title: 'Keys', about: 'A key gets old.' } as const;
    const kind = { ...names, leaves, begin: async () => life };
    return (await disturbed(kind, { every: 1, at: 'crash' })).atPoints;
  };
  const gone = () => ({ keys: ['gone'] });
  const still = () => ({ keys: ['Active'] });
  const neverEnds = (): EndState => {
    throw new Error('No one was asked.');
  };

  beforeEach(() => {
    jest.spyOn(console, 'log').mockReturnValue();
  });

  test('is compared with the undisturbed one, where something has come up', async () => {
    const lives = [gone, gone, gone, still];
    expect(await outcomesOf(lives, true)).toMatchObject([
      { hasCome: true, differences: [] },
      { hasCome: true, differences: ['more in keys: Active', 'less in keys: gone'] },
    ]);
    expect(await outcomesOf(lives, false)).toMatchObject([{ hasCome: false }, { hasCome: false }]);
    expect(console.log).toHaveBeenLastCalledWith(
      expect.stringMatching(/crash-after.*: did not come up$/),
    );
  });

  test('that comes to no end is a difference, also where nothing has come up', async () => {
    expect(await outcomesOf([gone, gone, gone, neverEnds], false)).toMatchObject([
      { hasCome: false },
      { hasCome: true, differences: ['it did not come to its end: Error: No one was asked.'] },
    ]);
  });

  test('is not disturbed where its story does not come about', async () => {
    await expect(outcomesOf([gone, still], true, gone())).rejects.toThrow(
      'Undisturbed, keys ends otherwise: more in keys: Active; less in keys: gone',
    );
  });
});

test('a function is known in another sandbox by what its name does not end with at random', () => {
  expect(roleStem('Approval-GuardRespondRole1A2B3C4D-9O5MDLNAGVOI')).toBe(
    'Approval-GuardRespondRole1A2B3C4D-',
  );
  expect(roleStem('cdk-sentries-hub-coverage')).toBe('cdk-sentries-hub-coverage');
});

test('lives move on to a new sandbox before one is slow', async () => {
  const lived: number[] = [];
  const begin = async (): Promise<Life> => {
    const sandbox = lived.push(0) - 1;
    return {
      sandbox: emptySandbox,
      live: async () => {
        lived[sandbox]! += 1;
        return {};
      },
      clear: async () => undefined,
      pass: async () => undefined,
      end: async () => undefined,
    };
  };
  const lives = await Lives.begin({ name: 'keys', title: '', about: '', leaves: {}, begin });
  for (let life = 0; life < 130; life += 1) {
    await lives.turn();
    await lives.current.live();
  }
  expect(lived).toEqual([121, 11]);
});

test('the calls of a function of a hub in a member are its own', () => {
  const hub = {
    ...called('first', 'Query'),
    callerArn: 'arn:aws:sts::1:assumed-role/hub-keys/keys',
  };
  const member = {
    ...called('first', 'ListUsers'),
    callerArn: 'arn:aws:sts::2:assumed-role/member/hub-keys',
  };
  expect(pointsIn([hub, member]).map(({ role, n, action }) => [role, n, action])).toEqual([
    ['hub-keys', 1, 'Query'],
    ['hub-keys', 1, 'ListUsers'],
  ]);
  expect(functionsIn([hub, member])).toEqual([{ role: 'hub-keys', functionName: 'keys' }]);
  expect(pointsIn([member, hub]).map(({ role }) => role)).toEqual(['hub-keys', 'hub-keys']);
});

function called(invocationId: string, action: string): ApiCall {
  return {
    at: 0,
    service: 'dynamodb',
    action,
    status: 200,
    callerArn: 'arn:aws:sts::1:assumed-role/Stack-RespondRole/session',
    durationMs: 1,
    parameters: {},
    invocationId,
  };
}

describe('the history of alarms', () => {
  const alarm = (properties: object) => ({
    Type: 'AWS::CloudWatch::Alarm',
    Properties: properties,
  });
  const onMetric = (metric: string, operator: string, treatMissing: string) =>
    alarm({
      Namespace: 'CdkSentries',
      MetricName: metric,
      Statistic: 'Sum',
      ComparisonOperator: operator,
      Threshold: 1,
      Period: 60,
      EvaluationPeriods: 2,
      TreatMissingData: treatMissing,
      Dimensions: [{ Name: 'service', Value: 'App/Sentry' }],
    });
  const part = (id: string, namespace: string, metric: string, of: string) => ({
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: namespace,
        MetricName: metric,
        Dimensions: [{ Name: 'x', Value: { Ref: of } }],
      },
      Period: 60,
      Stat: 'Sum',
    },
  });
  const resources = {
    Loud: onMetric('Repeats', 'GreaterThanThreshold', 'notBreaching'),
    Silent: onMetric('Heartbeats', 'LessThanThreshold', 'breaching'),
    Runs: {
      Type: 'AWS::Lambda::Function',
      Properties: { LoggingConfig: { LogGroup: { Ref: 'Logs' } } },
    },
    Missed: alarm({
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 1,
      TreatMissingData: 'breaching',
      Metrics: [
        { Id: 'expr_1', Expression: 'IF(logged > 0, begun - FILL(failed, 0), 0)' },
        part('logged', 'AWS/Logs', 'IncomingLogEvents', 'Logs'),
        part('begun', 'AWS/Lambda', 'Invocations', 'Runs'),
        part('failed', 'AWS/Lambda', 'Errors', 'Runs'),
      ],
    }),
    Unhandled: alarm({
      Namespace: 'AWS/SQS',
      MetricName: 'ApproximateNumberOfMessagesVisible',
    }),
  };
  let metrics: RecordedMetrics;

  beforeEach(() => {
    metrics = new RecordedMetrics();
  });

  const history = (Resources: Record<string, object> = resources) =>
    new AlarmHistory(templateIn({ Resources }), new Map([['Runs', 'runs-1']]), metrics);
  const write = (minute: number, values: Record<string, number>) => {
    const at = minute * MINUTE_MS;
    const line = JSON.stringify({ _aws: { Timestamp: at }, service: 'App/Sentry', ...values });
    metrics.logged('heart', line, at);
  };
  const run = (minute: number, succeeded: boolean) => {
    metrics.logged('runs-1', 'no metric', minute * MINUTE_MS);
    metrics.invoked('runs-1', minute * MINUTE_MS, succeeded);
  };
  const wentOff = (minutes: number) =>
    history()
      .wentOff(0, minutes * MINUTE_MS)
      .map((one) => one.split(' ')[0]);

  test('has an alarm go off where so many periods in a row breach', () => {
    for (const minute of [0, 1, 2, 3]) write(minute, { Heartbeats: 1 });
    for (const minute of [0, 1, 2, 3]) run(minute, true);
    for (const minute of [1, 2]) write(minute, { Repeats: 2 });
    expect(history().wentOff(0, 4 * MINUTE_MS)).toEqual([
      expect.stringContaining('Loud at 1970-01-01T00:02'),
    ]);
  });

  test('has one about silence go off where nothing is written', () => {
    for (const minute of [0, 1, 2]) run(minute, true);
    write(0, { Heartbeats: 1 });
    expect(wentOff(2)).toEqual([]);
    expect(wentOff(3)).toEqual(['Silent']);
  });

  test('has the one about runs go off where all of a period failed, or none began', () => {
    for (const minute of [0, 1, 2, 3]) write(minute, { Heartbeats: 1 });
    run(0, true);
    run(1, false);
    run(1, true);
    expect(wentOff(2)).toEqual([]);
    expect(wentOff(3)).toEqual(['Missed']);
    run(2, false);
    expect(wentOff(3)).toEqual(['Missed']);
  });

  test('names each alarm by how it is looked at, and refuses one of a kind that is not known', () => {
    expect([history().idsOf('metric', 'runs'), history().idsOf('dead letters')]).toEqual([
      ['Loud', 'Silent', 'Missed'],
      ['Unhandled'],
    ]);
    const Cold = alarm({ Namespace: 'AWS/Lambda', MetricName: 'Duration', Statistic: 'p99' });
    expect(() => history({ Cold })).toThrow('The alarm Cold is of a kind that is not known');
  });
});

test('what is left twice is another end than what is left once', () => {
  expect(differencesOf({ audit: ['asked', 'asked'] }, { audit: ['asked'] })).toEqual([
    'more in audit: asked',
  ]);
  expect(differencesOf({ audit: ['asked'] }, { audit: ['asked', 'denied'] })).toEqual([
    'less in audit: denied',
  ]);
});
