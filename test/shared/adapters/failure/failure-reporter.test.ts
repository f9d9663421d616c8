import { FailureReporter } from '../../../../src/shared/adapters/failure/failure-reporter';
import { SnsNotifications } from '../../../../src/shared/adapters/notification/sns-notifications';

const MESSAGES = 8;
const PROPS = {
  construct: 'App/Sentry',
  functionName: 'function',
  topicArn: 'arn:aws:sns:eu-west-1:111111111111:topic',
  clock: { now: () => new Date('2026-01-01T00:00:00Z') },
  logger: { error: () => undefined },
};

test('messages of one batch that fail at the same time are all named, and once each', async () => {
  const sent: string[] = [];
  // SNS answers a moment later: the emulator answers too fast for two reports to meet.
  const publish = jest
    .spyOn(SnsNotifications.prototype, 'publish')
    .mockImplementation(async (notification) => {
      await new Promise((resolve) => setImmediate(resolve));
      sent.push(JSON.stringify(notification));
    });
  const reporter = new FailureReporter(PROPS);
  const names = Array.from({ length: MESSAGES }, (_, index) => `event-${index}`);
  await Promise.all(
    names.map(async (what) => {
      reporter.add(what, {
        work: { what },
        state: 'tried-again',
        reason: 'timed out',
        next: 'It is tried again.',
      });
      await reporter.send();
    }),
  );
  const timesReported = names.map((name) => sent.join().split(`"${name}`).length - 1);
  expect(timesReported.every((times) => times > 0)).toBe(true);
  expect(new Set(timesReported).size).toBe(1);
  publish.mockRestore();
});

test('in a hub, an account that is known is named', async () => {
  const sent: string[] = [];
  const publish = jest
    .spyOn(SnsNotifications.prototype, 'publish')
    .mockImplementation(async ({ text }) => void sent.push(text));
  const reporter = new FailureReporter({
    ...PROPS,
    describeAccount: (id) => (id === '111122223333' ? { name: 'payments' } : undefined),
  });
  for (const account of ['111122223333', '222233334444', undefined]) {
    const work = { what: `In ${account}`, ...(account && { account }) };
    reporter.add(work.what, { work, state: 'given-up', reason: 'no', next: 'Nothing.' });
  }
  await reporter.send();
  expect(sent.join().match(/Account: .*/g)).toEqual([
    'Account:    111122223333 (payments)',
    'Account:    222233334444',
  ]);
  publish.mockRestore();
});
