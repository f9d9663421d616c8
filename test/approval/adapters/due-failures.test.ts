import { DueFailures, UndoneError } from '../../../src/approval/adapters/due-failures';
import { FailureReporter } from '../../../src/shared/adapters/failure/failure-reporter';
import { TIMED_OUT } from '../../../src/shared/adapters/failure/invocation-time';
import {
  type Notification,
  SnsNotifications,
} from '../../../src/shared/adapters/notification/sns-notifications';

const CLOCK = { now: () => new Date('2026-11-01T12:00:00Z') };
const A_MINUTE = { getRemainingTimeInMillis: () => 60_000 };
const ALMOST_OVER = { getRemainingTimeInMillis: () => 0 };

let sent: Notification[];
let dueFailures: DueFailures;

beforeEach(() => {
  sent = [];
  jest.spyOn(SnsNotifications.prototype, 'publish').mockImplementation(async (notification) => {
    sent.push(notification);
  });
  const reporter = new FailureReporter({
    construct: 'App/Approvals',
    functionName: 'function',
    topicArn: 'arn:aws:sns:eu-west-1:111111111111:topic',
    clock: CLOCK,
    logger: { error: () => undefined },
  });
  dueFailures = new DueFailures(reporter, CLOCK);
});

afterEach(() => jest.restoreAllMocks());

async function neverEnding(): Promise<void> {
  return new Promise(() => undefined);
}

async function denied(): Promise<void> {
  throw new Error('denied');
}

function reported(): unknown[] {
  return sent.flatMap(({ json }) => JSON.parse(json).failures);
}

test('runs that never come to their end are ended, and reported once when it was five', async () => {
  for (let run = 1; run <= 7; run += 1) {
    await expect(dueFailures.reporting(ALMOST_OVER, neverEnding)).rejects.toThrow(TIMED_OUT);
    expect(sent).toHaveLength(run < 5 ? 0 : 1);
  }
  expect(reported()).toMatchObject([
    {
      what: 'The run each minute over what is due',
      state: 'tried-again',
      reason: TIMED_OUT,
      tries: 5,
    },
  ]);
});

test('one that comes to its end in between begins the count again', async () => {
  for (let run = 1; run <= 4; run += 1) {
    await expect(dueFailures.reporting(ALMOST_OVER, neverEnding)).rejects.toThrow(TIMED_OUT);
  }
  await dueFailures.reporting(A_MINUTE, async () => undefined);
  await expect(dueFailures.reporting(A_MINUTE, denied)).rejects.toThrow('denied');
  expect(sent).toEqual([]);
});

test('of a run that left something undone, that is reported, and not the run', async () => {
  for (let run = 1; run <= 5; run += 1) {
    const undone = dueFailures.reporting(A_MINUTE, async () => {
      dueFailures.failed('request 1', { what: 'A request with something due' }, new Error('no'));
      throw new UndoneError(1);
    });
    await expect(undone).rejects.toThrow(UndoneError);
  }
  expect(reported()).toMatchObject([{ what: 'A request with something due', tries: 5 }]);
});
