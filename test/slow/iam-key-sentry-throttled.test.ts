import { Duration } from 'aws-cdk-lib';
import { KeyActions } from '../../src';
import {
  changesIn,
  DAY_MS,
  iamCallCount,
  KeySandbox,
  metric,
} from '../support/sandbox/key-sandbox';
import { daysBefore } from '../support/sandbox/key-users';

/**
 * Of the SDK, which slows down by itself, and gives up late: about a minute goes by, and all of it
 * is its waiting.
 */
const CALLS_UNTIL_GIVEN_UP = 10;
jest.setTimeout(240_000);

const START = new Date('2026-03-10T12:00:00Z');

let sandbox: KeySandbox;

beforeAll(async () => {
  sandbox = await KeySandbox.start();
});
afterAll(async () => sandbox?.localAws.stop());

/** The faults of one user come from the stand-in for what the emulator's IAM lacks. */
test('a user whose keys are throttled until the SDK gives up is unknown: told so, and no key is touched, though its time has come', async () => {
  await sandbox.localAws.setClock(START);
  const sentry = await sandbox.deploy('Throttled', () => ({
    maxUnusedAge: Duration.days(45),
    actions: KeyActions.of({ deactivateAfter: Duration.days(100), grace: Duration.days(7) }),
  }));
  await sandbox.localAws.addUsers(
    ['throttled', 'due'].map((name) => ({
      name,
      createdAt: daysBefore(START, 500),
      keys: [{ status: 'Active', createdAt: daysBefore(START, 300) }],
    })),
  );
  const told = await sandbox.run(sentry);
  expect(told.keys.map(({ step }) => step?.kind)).toEqual(['notice', 'notice']);

  await sandbox.localAws.setClock(new Date(START.getTime() + 8 * DAY_MS));
  sandbox.gaps.fail({ action: 'ListAccessKeys', userName: 'throttled', errorCode: 'Throttling' });
  const run = await sandbox.run(sentry);
  expect(run.succeeded).toBe(true);
  expect(iamCallCount(run)).toMatchObject({ ListAccessKeys: CALLS_UNTIL_GIVEN_UP + 1 });
  expect(run.messages).toMatchObject([
    {
      complete: false,
      severity: 'high',
      unknown: [
        { what: 'access keys of throttled', reason: expect.stringContaining('Throttling') },
      ],
    },
  ]);
  expect(run.keys).toMatchObject([
    {
      userName: 'due',
      classes: ['too-old', 'never-used'],
      step: { kind: 'held', step: 'deactivate' },
    },
  ]);
  expect(run.deliveries[0]?.subject).toContain('INCOMPLETE');
  expect(metric(run, 'UnknownLookUps')).toEqual([1]);
  expect(changesIn(run)).toEqual([]);
  expect(Object.values(await sandbox.statuses('due'))).toEqual(['Active']);
  expect(sandbox.schemaErrors()).toEqual([]);

  sandbox.gaps.clearFaults();
  await sandbox.localAws.setClock(new Date(START.getTime() + 9 * DAY_MS));
  expect(changesIn(await sandbox.run(sentry))).toHaveLength(2);
});
