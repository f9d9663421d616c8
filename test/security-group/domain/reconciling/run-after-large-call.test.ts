import {
  awaitRun,
  BETWEEN_RUNS_MILLISECONDS,
  type RunAfterCall,
  type RunsAfterCalls,
} from '../../../../src/security-group/domain/reconciling/run-after-large-call';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import { forbidSsh, locked } from '../../samples/changes';
import { rule } from '../../samples/rules';

const MINUTE = 60_000;

/** A model of the one item that remembers it. */
class RunsInMemory implements RunsAfterCalls {
  run?: RunAfterCall;

  async latest(): Promise<RunAfterCall | undefined> {
    return this.run;
  }

  async replace(before: RunAfterCall | undefined, run: RunAfterCall): Promise<boolean> {
    if (this.run !== before) return false;
    this.run = run;
    return true;
  }
}

let runs: RunsInMemory;
let clock: GroupsInMemory;

beforeEach(() => {
  runs = new RunsInMemory();
  clock = new GroupsInMemory();
});

/** When the run begins, in minutes from now; undefined where there is none. */
async function minutesUntilRun(by: string): Promise<number | undefined> {
  const now = clock.now().getTime();
  const isToRun = await awaitRun(by, runs, clock);
  return isToRun ? (clock.now().getTime() - now) / MINUTE : undefined;
}

test('after a call that is too large, a run begins at once', async () => {
  expect(await minutesUntilRun('first')).toBe(0);
});

test('after another one a minute later, it begins five minutes after the first', async () => {
  await minutesUntilRun('first');
  await clock.pause(MINUTE);
  expect(await minutesUntilRun('second')).toBe(4);
  await clock.pause(BETWEEN_RUNS_MILLISECONDS);
  expect(await minutesUntilRun('third')).toBe(0);
});

test('a flood of such calls makes one invocation wait, and the others do nothing', async () => {
  const now = clock.now();
  const frozen = { now: () => now, pause: async () => undefined };
  runs.run = { at: now, by: 'first' };
  const all = await Promise.all(
    Array.from({ length: 50 }, async (_, index) => awaitRun(`flood-${index}`, runs, frozen)),
  );
  expect(all.filter((isToRun) => isToRun)).toHaveLength(1);
  expect(runs.run.at.getTime()).toBe(Date.parse('2026-01-01T00:05:10Z'));
});

test('an invocation that died while it waited is tried again, and still runs', async () => {
  await minutesUntilRun('first');
  runs.run = { at: new Date(clock.now().getTime() + 5 * MINUTE), by: 'second' };
  await clock.pause(2 * MINUTE);
  expect(await minutesUntilRun('second')).toBe(3);
});

test('an invocation whose run failed runs again at once, and knows when it was to run first', async () => {
  const firstAt = clock.now();
  await awaitRun('first', runs, clock);
  await clock.pause(MINUTE);
  const again = await awaitRun('first', runs, clock);
  expect(again).toEqual({ at: clock.now(), by: 'first', firstAt });
  await clock.pause(MINUTE);
  expect(await awaitRun('first', runs, clock)).toEqual({ at: clock.now(), by: 'first', firstAt });
  expect(firstAt.getTime()).toBe(clock.now().getTime() - 2 * MINUTE);
});

describe('what such a call has opened', () => {
  test.each([
    ['forbidden', forbidSsh],
    ['not accepted in a locked group', locked],
  ])('and is %s is pointed to when its wait is over', async (_, policy) => {
    const sentry = SentryInMemory.watching([policy]);
    const opened = rule({ id: 'sgr-1' });
    sentry.groups.put('sg-1', () => [opened]);
    await sentry.survey('after a large call');
    expect(sentry.pointedToLater).toEqual([
      { groupIds: ['sg-1'], milliseconds: sentry.configuration.settleMilliseconds },
    ]);
    await sentry.pass(sentry.configuration.settleMilliseconds);
    await sentry.respondToDifferences('sg-1');
    expect(sentry.groups.keysIn('sg-1')).toEqual([]);
  });

  test('is left to the next run where so many groups differ that the brake would stop it', async () => {
    const sentry = SentryInMemory.watching([forbidSsh]);
    for (const id of ['sg-2', 'sg-3', 'sg-4', 'sg-5']) {
      sentry.groups.create({ id }, rule({ id: `sgr-${id}` }));
      sentry.ledger.adopt(id, []);
    }
    await sentry.survey('after a large call');
    expect(sentry.pointedToLater).toEqual([]);
  });
});

test('while the sentry is paused, nothing that such a call has opened is pointed to later', async () => {
  const sentry = SentryInMemory.watching([forbidSsh]);
  const until = new Date('2026-01-02T00:00:00Z');
  const pause = { until, by: 'olga', reason: 'migration' };
  sentry.configuration = { ...sentry.configuration, pause };
  sentry.groups.put('sg-1', () => [rule({ id: 'sgr-1' })]);
  await sentry.survey('after a large call');
  expect(sentry.pointedToLater).toEqual([]);
});

describe('what lasts', () => {
  const until = new Date('2026-01-02T00:00:00Z');
  const pause = { until, by: 'olga', reason: 'migration' };

  /** One that is paused, and cannot look up one of its choices of groups. */
  function lasting(): SentryInMemory {
    const sentry = SentryInMemory.watching([locked]);
    sentry.configuration = {
      ...sentry.configuration,
      pause,
      monitoredGroups: {
        include: [
          { kind: 'ids', groupIds: ['sg-1'] },
          { kind: 'vpc', vpcId: 'vpc-2' },
        ],
        exclude: [],
      },
    };
    const find = sentry.groups.find.bind(sentry.groups);
    sentry.groups.find = async (filter) =>
      filter.kind === 'vpc' ? Promise.reject(new Error('RequestLimitExceeded')) : find(filter);
    return sentry;
  }

  test('is told by each run of the clock, and not again by runs after large calls', async () => {
    const sentry = lasting();
    await sentry.survey();
    for (let call = 0; call < 5; call += 1) await sentry.survey('after a large call');
    expect(sentry.reconciled).toHaveLength(1);
    await sentry.survey();
    expect(sentry.reconciled).toHaveLength(2);
  });

  test('is told by the run after a large call that is the first to find it, once', async () => {
    const sentry = lasting();
    for (let call = 0; call < 3; call += 1) await sentry.survey('after a large call');
    expect(sentry.reconciled).toMatchObject([
      { pause, doubts: { selections: [{ selection: 'groups of vpc-2' }] } },
    ]);
  });

  test('is told again where it is over, and comes back', async () => {
    const sentry = lasting();
    await sentry.survey();
    sentry.configuration = { ...sentry.configuration, pause: undefined };
    await sentry.survey('after a large call');
    sentry.configuration = { ...sentry.configuration, pause };
    await sentry.survey('after a large call');
    expect(sentry.reconciled).toHaveLength(2);
  });

  test('is left out beside news: only these are told', async () => {
    const sentry = lasting();
    await sentry.survey();
    sentry.configuration = { ...sentry.configuration, mode: 'OBSERVE' };
    sentry.ledger.groups.get('sg-1')!.record = undefined;
    sentry.ledger.place = { looks: [], entering: [], told: sentry.ledger.place!.told };
    await sentry.survey('after a large call');
    expect(sentry.reconciled[1]).toMatchObject({
      adoptions: [{ cause: 'first-contact' }],
      pause: undefined,
      doubts: { selections: [] },
    });
  });

  test('such as the brake, is told once by runs after large calls', async () => {
    const sentry = SentryInMemory.watching([forbidSsh]);
    sentry.configuration = {
      ...sentry.configuration,
      monitoredGroups: { include: [{ kind: 'all' }], exclude: [] },
    };
    for (const id of ['sg-2', 'sg-3', 'sg-4', 'sg-5']) {
      sentry.groups.create({ id }, rule({ id: `sgr-${id}` }));
      sentry.ledger.adopt(id, []);
    }
    await sentry.survey();
    await sentry.pass(10 * MINUTE);
    for (let call = 0; call < 3; call += 1) await sentry.survey('after a large call');
    expect(sentry.reconciled).toMatchObject([{ isBraked: true }]);
  });
});
