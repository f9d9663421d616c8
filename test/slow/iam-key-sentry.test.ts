import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { Duration } from 'aws-cdk-lib';
import type { DeployedStack } from '../../sandbox/local-aws';
import { KeyActions, KeyExclusion, SentryMode } from '../../src';
import { copyDescription } from '../../src/access-key/contracts/check-access-keys.environment';
import { ACCESS_KEY_METRICS_WHILE_IDLE } from '../../src/access-key/contracts/key-metrics';
import { fieldsWithoutLine } from '../support/log-lines/written-logs';
import { whatIsNotAllowed } from '../support/rights/role-rights';
import {
  changesIn,
  DAY_MS,
  HOUR_MS,
  iamCallCount,
  type KeyRun,
  KeySandbox,
  metric,
} from '../support/sandbox/key-sandbox';
import { daysBefore } from '../support/sandbox/key-users';
import { policyStatements } from '../support/sandbox/role-policies';
import { metricNamesIn } from '../support/sandbox/written-metrics';

jest.setTimeout(60_000);

const START = new Date('2026-03-10T12:00:00Z');
/** An invocation that fails is tried so often. */
const TRIES = 3;
const MOST_STEPS = 3;

/** The oldest first; all are past the age of deactivation. */
const OLD = ['oldest', 'older,with=commas', 'old+one', 'less-old', 'least@old'];
const last = OLD.at(-1)!;
const KEY = Object.fromEntries(OLD.map((name, index) => [name, `AKIAOLD${index}`.padEnd(20, '0')]));
const SAFE_PATH = '/safe/';

let sandbox: KeySandbox;
let sentry: DeployedStack;
let observer: DeployedStack;
let elsewhere: DeployedStack;

beforeAll(async () => {
  sandbox = await KeySandbox.start();
  await sandbox.localAws.setClock(START);
  const actions = KeyActions.of({
    deactivateAfter: Duration.days(100),
    grace: Duration.days(7),
    deleteAfterInactive: Duration.days(30),
    maxActionsPerRun: MOST_STEPS,
  });
  const excluding = [KeyExclusion.path(SAFE_PATH)];
  sentry = await sandbox.deploy('Acting', () => ({ actions, excluding }));
  observer = await sandbox.deploy('Observing', () => ({
    actions,
    excluding,
    mode: SentryMode.OBSERVE,
  }));
  elsewhere = await sandbox.deploy('Elsewhere', () => ({
    actions,
    homeRegion: 'eu-west-1',
    notifyWhenNothingFound: true,
  }));
  await sandbox.localAws.addUsers([
    ...OLD.map((name, index) => oldUser(name, 300 - index)),
    { ...oldUser('safe', 400), path: SAFE_PATH },
  ]);
});

afterAll(async () => sandbox?.localAws.stop());

function oldUser(name: string, age: number) {
  const createdAt = daysBefore(START, age);
  return {
    name,
    createdAt: daysBefore(START, 500),
    keys: [{ id: KEY[name], status: 'Active' as const, createdAt }],
  };
}

/**
 * Moves the clock on. IAM's credential report is the same for four hours, so every scene needs
 * hours of its own.
 */
async function day(days: number): Promise<void> {
  sandbox.gaps.clearFaults();
  sandbox.gaps.reportGeneratedAt = undefined;
  await sandbox.localAws.setClock(new Date(START.getTime() + days * DAY_MS));
}

/** What the report says comes next for each key, by user. */
function steps({ keys }: KeyRun): Record<string, string | undefined> {
  return Object.fromEntries(
    keys.map(({ userName, step }) => [userName, step && `${step.kind} ${step.step}`]),
  );
}

function allOld(step: string): Record<string, string> {
  return Object.fromEntries(OLD.map((name) => [name, step]));
}

async function allActive(): Promise<boolean> {
  const statuses = await Promise.all(OLD.map(async (name) => sandbox.statuses(name)));
  return statuses.every(
    (status, index) => JSON.stringify(status) === JSON.stringify({ [KEY[OLD[index]!]!]: 'Active' }),
  );
}

test('OBSERVE says what would happen, has no table, and remembers nothing', async () => {
  expect(
    [...observer.resources.values()].filter(({ type }) => type.startsWith('AWS::DynamoDB')),
  ).toEqual([]);
  const run = await sandbox.run(observer, { reportIsThere: false });
  expect(metricNamesIn(run.logs)).toEqual([...ACCESS_KEY_METRICS_WHILE_IDLE.check].sort());
  expect(steps(run)).toEqual(allOld('would deactivate'));
  expect(run.deliveries[0]?.emailText).toContain(
    'OBSERVE: it would get its notice now: it will be deactivated on 2026-03-18 or soon after because it is 300 days old.',
  );
});

test('a copy outside its home Region does nothing but say so', async () => {
  const run = await sandbox.run(elsewhere);
  expect(run).toMatchObject({ succeeded: true, deliveries: [] });
  expect(iamCallCount(run)).toEqual({ ListRoles: 1 });
  expect(
    run.logs.filter(
      (line) => line.includes('nothing done: IAM is global') && line.includes('eu-west-1'),
    ),
  ).toHaveLength(1);
  expect(metric(run, 'RunsSkipped')).toEqual([1]);
  expect(metric(run, 'RunsCompleted')).toEqual([]);
});

test('a copy outside its home Region counts as skipped everywhere, until there is one at home', async () => {
  const skippedEverywhere = async () =>
    metric(await sandbox.run(elsewhere), 'RunsSkippedEverywhere');
  expect(await skippedEverywhere()).toEqual([1]);
  await sandbox.iam.send(
    new CreateRoleCommand({
      RoleName: 'at-home',
      AssumeRolePolicyDocument: '{}',
      Description: copyDescription('Other/Sentry', 'eu-west-1'),
    }),
  );
  expect(await skippedEverywhere()).toEqual([]);
});

/**
 * What IAM's emulator lacks, here and below, comes from the hand-written stand-in: states of the
 * report, faults of single users and keys.
 */
describe('the report', () => {
  test('that is in progress is waited for, and one that is gone again is asked for again', async () => {
    await day(1);
    sandbox.gaps.unfinishedStates.push('STARTED', 'INPROGRESS');
    sandbox.gaps.reportErrors.push('ReportInProgress', 'ReportNotPresent', 'ReportExpired');
    const run = await sandbox.run(observer, { reportIsThere: false });
    expect(steps(run)).toEqual(allOld('would deactivate'));
    expect(iamCallCount(run)).toMatchObject({
      GenerateCredentialReport: 6,
      GetCredentialReport: 4,
    });
    expect(run.messages).toMatchObject([{ complete: true }]);
  });

  test('that stays stale fails the run, which says so and tells nothing by guess', async () => {
    await day(1.5);
    sandbox.gaps.reportGeneratedAt = new Date(sandbox.localAws.now().getTime() - 10 * HOUR_MS);
    const failed = await sandbox.run(observer);
    expect(failed).toMatchObject({
      succeeded: false,
      error: expect.stringMatching(/still gives the credential report of/),
      deliveries: [],
      failures: [expect.stringContaining('still gives the credential report of')],
    });
    expect(iamCallCount(failed)).toEqual({
      GenerateCredentialReport: 2 * TRIES,
      GetCredentialReport: 2 * TRIES,
    });
    expect(metric(failed, 'RunsCompleted')).toEqual([]);

    sandbox.gaps.reportGeneratedAt = undefined;
    expect(steps(await sandbox.run(observer))).toEqual(allOld('would deactivate'));
  });

  test('users and keys that vanish in the middle are no failure', async () => {
    await day(2);
    sandbox.gaps.fail({ action: 'ListAccessKeys', userName: OLD[0], errorCode: 'NoSuchEntity' });
    sandbox.gaps.fail({
      action: 'GetAccessKeyLastUsed',
      accessKeyId: KEY[OLD[1]!],
      errorCode: 'NoSuchEntity',
    });
    const run = await sandbox.run(observer);
    expect(run.keys.map(({ userName }) => userName)).toEqual(OLD.slice(2));
    expect(run.messages).toMatchObject([{ complete: true, unknown: [] }]);
    expect(metric(run, 'UnknownLookUps')).toEqual([0]);
  });
});

describe('the life of a key', () => {
  test('a notice that SNS does not take is none: the run fails, and nothing is remembered as told', async () => {
    await day(3);
    sandbox.localAws.failNext({
      service: 'sns',
      action: 'Publish',
      errorCode: 'AuthorizationError',
      times: TRIES,
    });
    const run = await sandbox.run(sentry);
    expect(run).toMatchObject({
      succeeded: false,
      error: expect.stringContaining('AuthorizationError'),
      deliveries: [],
    });
    expect(await sandbox.noticedKeys(sentry)).toEqual([]);
    expect(metric(run, 'RunsCompleted')).toEqual([]);
  });

  test('and so no key is touched later, when its grace would be over: it is told only then', async () => {
    await day(11);
    const run = await sandbox.run(sentry);
    expect(steps(run)).toEqual(allOld('notice deactivate'));
    expect(changesIn(run)).toEqual([]);
    expect(await sandbox.noticedKeys(sentry)).toEqual(OLD.map((name) => KEY[name]));
    expect(run.deliveries[0]?.emailText).toContain(
      'NOTICE: it will be deactivated on 2026-03-29 or soon after because it is 311 days old, unless it is replaced before.',
    );
    const due = run.keys.flatMap(({ step }) => step?.dueAt ?? []);
    expect(new Set(due.map((text) => text.slice(0, 10)))).toEqual(new Set(['2026-03-28']));
  });

  test('while another run is under way none begins; one that died is in the way for a quarter of an hour only', async () => {
    await day(13);
    await sandbox.letAnotherRunBegin(
      sentry,
      new Date(sandbox.localAws.now().getTime() + 15 * 60_000),
    );
    const refused = await sandbox.run(sentry);
    expect(refused).toMatchObject({
      succeeded: false,
      error: expect.stringContaining('Another run of the sentry is under way'),
      deliveries: [],
    });
    await day(13.1);
    expect((await sandbox.run(sentry)).succeeded).toBe(true);
  });

  test('findings that EventBridge does not take are counted, and do not have the report sent again', async () => {
    await day(14);
    sandbox.localAws.failNext({
      service: 'events',
      action: 'PutEvents',
      errorCode: 'AccessDeniedException',
      times: 1,
    });
    const run = await sandbox.run(sentry);
    expect(run.deliveries).toHaveLength(1);
    expect(metric(run, 'AnnouncementsFailed')).toEqual([1]);
  });

  test('before its grace is over it is left alone', async () => {
    await day(17.9);
    const run = await sandbox.run(sentry);
    expect(steps(run)).toEqual(allOld('wait deactivate'));
    expect(changesIn(run)).toEqual([]);
    expect(await allActive()).toBe(true);
  });

  test('while anything is unknown nothing is done, and the report names it', async () => {
    await day(18.3);
    sandbox.gaps.fail({
      action: 'GetAccessKeyLastUsed',
      accessKeyId: KEY[last],
      errorCode: 'AccessDenied',
    });
    const run = await sandbox.run(sentry);
    expect(run.messages).toMatchObject([
      {
        complete: false,
        severity: 'high',
        unknown: [
          {
            what: `last use of ${KEY[last]} of ${last}`,
            reason: expect.stringContaining('AccessDenied'),
          },
        ],
      },
    ]);
    expect(run.deliveries[0]?.subject).toMatch(/INCOMPLETE/);
    expect(run.deliveries[0]?.emailText).toContain('This report is INCOMPLETE: 1 look-ups failed');
    expect(run.keys.find(({ userName }) => userName === last)).toMatchObject({
      lastUsed: { kind: 'unknown' },
      classes: ['too-old'],
    });
    expect(metric(run, 'UnknownLookUps')).toEqual([1]);
    expect(steps(run)).toEqual(allOld('held deactivate'));
    expect(changesIn(run)).toEqual([]);
    expect(await allActive()).toBe(true);
  });

  let undo: string | undefined;

  test('then it is deactivated, as many as one run may, and the message says how to undo it', async () => {
    await day(18.6);
    const run = await sandbox.run(sentry);
    const [done, left] = [OLD.slice(0, MOST_STEPS), OLD.slice(MOST_STEPS)];
    expect(steps(run)).toEqual(
      Object.fromEntries([
        ...done.map((name) => [name, 'done deactivate']),
        ...left.map((name) => [name, 'held deactivate']),
      ]),
    );
    expect(changesIn(run)).toEqual(
      done.map((name) => `UpdateAccessKey ${name} ${KEY[name]} Inactive`),
    );
    expect(metric(run, 'KeysDeactivated')).toEqual([MOST_STEPS]);
    // The saved query asks decisions of people as well.
    expect(fieldsWithoutLine('what-was-done-to-keys', run.logs)).toEqual([
      'keyId',
      'outcome',
      'text',
    ]);
    expect(await sandbox.statuses(OLD[0]!)).toEqual({ [KEY[OLD[0]!]!]: 'Inactive' });
    undo = run.keys.find(({ userName }) => userName === OLD[1])?.step?.undo;
    expect(run.deliveries[0]?.emailText).toContain(`To undo it: ${undo}`);
  });

  test('the next run takes the rest, and tells of the deletion of those before', async () => {
    await day(18.8);
    const run = await sandbox.run(sentry);
    expect(steps(run)).toEqual(
      Object.fromEntries(
        OLD.map((name, index) => [name, index < MOST_STEPS ? 'notice delete' : 'done deactivate']),
      ),
    );
    expect(changesIn(run)).toHaveLength(OLD.length - MOST_STEPS);
  });

  test('each deletion has a notice of its own, from the run that first saw the key inactive', async () => {
    await day(19);
    const run = await sandbox.run(sentry);
    expect(steps(run)).toEqual(
      Object.fromEntries(
        OLD.map((name, index) => [name, index < MOST_STEPS ? 'wait delete' : 'notice delete']),
      ),
    );
    expect(changesIn(run)).toEqual([]);
  });

  test('the command undoes it; the notice stands, so the key is deactivated again without a new wait', async () => {
    await day(25);
    const { exitCode, stderr } = await sandbox.localAws.cli(
      undo!.replaceAll("'", '').split(' ').slice(1),
      sandbox.administrator,
    );
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(await sandbox.statuses(OLD[1]!)).toEqual({ [KEY[OLD[1]!]!]: 'Active' });
    const run = await sandbox.run(sentry);
    expect(steps(run)[OLD[1]!]).toBe('done deactivate');
    expect(changesIn(run)).toEqual([`UpdateAccessKey ${OLD[1]} ${KEY[OLD[1]!]} Inactive`]);
  });

  test('and its time until deletion begins again, with a notice of its own', async () => {
    await day(26);
    const run = await sandbox.run(sentry);
    expect(changesIn(run)).toEqual([]);
    expect(steps(run)[OLD[1]!]).toBe('notice delete');
    expect(run.keys.find(({ userName }) => userName === OLD[1])?.step?.dueAt).toMatch(
      /^2026-05-05/,
    );
  });

  test('a key that was inactive for long enough, and told, is deleted; the cap holds, and a key whose time began again waits', async () => {
    // Not one long leap: a notice of which nothing is heard for two weeks lapses.
    for (const between of [37, 48]) {
      await day(between);
      expect(changesIn(await sandbox.run(sentry))).toEqual([]);
    }
    await day(50);
    const run = await sandbox.run(sentry);
    const due = OLD.filter((_, index) => index !== 1);
    expect(changesIn(run)).toEqual(
      due.slice(0, MOST_STEPS).map((name) => `DeleteAccessKey ${name} ${KEY[name]}`),
    );
    expect(steps(run)).toMatchObject({
      ...Object.fromEntries(due.slice(0, MOST_STEPS).map((name) => [name, 'done delete'])),
      [OLD[1]!]: 'wait delete',
      [due.at(-1)!]: 'held delete',
    });
    expect(metric(run, 'KeysDeleted')).toEqual([MOST_STEPS]);
    expect(await sandbox.statuses(OLD[0]!)).toEqual({});
    expect(await sandbox.statuses(OLD[1]!)).toEqual({ [KEY[OLD[1]!]!]: 'Inactive' });
  });

  test('a step that SNS does not hear of is told by a later run', async () => {
    await day(51);
    sandbox.localAws.failNext({
      service: 'sns',
      action: 'Publish',
      errorCode: 'AuthorizationError',
      times: TRIES,
    });
    const failed = await sandbox.run(sentry);
    expect(failed).toMatchObject({ succeeded: false, deliveries: [] });
    expect(changesIn(failed)).toEqual([`DeleteAccessKey ${last} ${KEY[last]}`]);

    await day(51.5);
    const run = await sandbox.run(sentry);
    expect(steps(run)[last]).toBe('done delete');
    expect(changesIn(run)).toEqual([]);
    await day(52);
    expect(steps(await sandbox.run(sentry))).not.toHaveProperty(last);
  });

  test('the key whose time began again is deleted at last; the excluded one was never touched', async () => {
    await day(57);
    expect(changesIn(await sandbox.run(sentry))).toEqual([
      `DeleteAccessKey ${OLD[1]} ${KEY[OLD[1]!]}`,
    ]);
    expect(Object.values(await sandbox.statuses('safe'))).toEqual(['Active']);
  });
});

test('every message and every event is valid, with the fields of the classic script', async () => {
  expect(sandbox.messages.length).toBeGreaterThan(10);
  expect(sandbox.schemaErrors()).toEqual([]);
  for (const message of sandbox.messages) {
    expect(message).toMatchObject({
      Users: expect.any(Array),
      Description: expect.any(String),
      KeyAgeCutOff: 90,
      OldKeyCount: expect.stringMatching(/^Found \d+ Keys that are older than 90 days$/),
    });
  }
  expect(sandbox.events.length).toBeGreaterThan(20);
});

test('no call of the functions is beyond what their roles allow, and the observer cannot change keys', async () => {
  const statements = await policyStatements(sandbox.iam, sentry);
  const own = sandbox.callsOf(sentry);
  expect(new Set(own.map(({ action }) => action))).toEqual(
    new Set([
      'GetParameters',
      'GenerateCredentialReport',
      'GetCredentialReport',
      'ListAccessKeys',
      'GetAccessKeyLastUsed',
      'Scan',
      'PutItem',
      'Publish',
      'PutEvents',
      'UpdateAccessKey',
      'DeleteAccessKey',
    ]),
  );
  expect(await whatIsNotAllowed(own, statements)).toEqual([]);
  const observing = await policyStatements(sandbox.iam, observer);
  expect(await whatIsNotAllowed(sandbox.callsOf(observer), observing)).toEqual([]);
  expect(
    observing
      .filter(({ effect }) => effect === 'Allow')
      .flatMap(({ actions }) => actions)
      .filter((action) => /AccessKey$|dynamodb/.test(action)),
  ).toEqual([]);
  expect(changesIn({ calls: sandbox.callsOf(observer) })).toEqual([]);
});
