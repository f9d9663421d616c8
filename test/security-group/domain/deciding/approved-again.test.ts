import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import { type Rule, ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import { added, asking, changeOf, locked, lockedRestoring, removed } from '../../samples/changes';
import { rule } from '../../samples/rules';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const debug = rule({ id: 'sgr-1', fromPort: 7001, toPort: 7001, ipRange: '192.0.2.7/32' });

let events = 0;

/** Someone opens the rule. */
async function opens(sentry: SentryInMemory, opened: Rule = debug): Promise<void> {
  events += 1;
  const again = { ...opened, id: `sgr-opened-${events}` };
  sentry.groups.put('sg-1', (rules) => [...rules, again]);
  const time = sentry.groups.now();
  await sentry.respond({ ...added(again), eventId: `event-${events}`, time });
}

/** Someone closes it again. */
async function closes(sentry: SentryInMemory, closed: Rule = debug): Promise<void> {
  events += 1;
  const { id } = sentry.groups.rulesIn('sg-1').find((one) => ruleKey(one) === ruleKey(closed))!;
  sentry.groups.close('sg-1', id!);
  const time = sentry.groups.now();
  await sentry.respond({ ...removed({ id: id! }), eventId: `event-${events}`, time });
}

async function approvesFor(sentry: SentryInMemory, hours: number): Promise<string> {
  const at = sentry.groups.now();
  const until = new Date(at.getTime() + hours * HOUR);
  await sentry.decide('approved', { at, until });
  return sentry.lastRequestId;
}

function isOpen({ groups }: SentryInMemory, which: Rule = debug): boolean {
  return groups.keysIn('sg-1').includes(ruleKey(which));
}

/** The first request, and when it was decided, as the end of its time says too. */
interface First {
  readonly requestId: string;
  readonly at: Date;
}

/** Asked, and approved for an hour; closed after 20 minutes; after 10 more, opened and asked. */
async function openedAgain(policy: Policy): Promise<readonly [SentryInMemory, First]> {
  const sentry = SentryInMemory.watching([policy], https);
  await opens(sentry);
  const at = sentry.groups.now();
  const requestId = await approvesFor(sentry, 1);
  await sentry.pass(20 * MINUTE);
  await closes(sentry);
  await sentry.pass(10 * MINUTE);
  await opens(sentry);
  expect(sentry.asked).toHaveLength(2);
  return [sentry, { requestId, at }];
}

describe.each(['revertUntilApproved', 'revertIfDenied'] as const)(
  'a rule that is approved again before its first approval ends: %s',
  (response) => {
    test('stands until the second ends, though the first ends meanwhile', async () => {
      const [sentry, first] = await openedAgain(asking(locked, response));
      const second = await approvesFor(sentry, 8);
      await sentry.pass(30 * MINUTE);
      expect(await sentry.decide('ended', first)).toMatchObject({
        outcome: 'carried-out',
        text: expect.stringMatching(/^The time of the approval is over. The rule stays:/),
      });
      for (let hours = 0; hours < 7; hours += 1) {
        await sentry.reconcile();
        expect(isOpen(sentry)).toBe(true);
        await sentry.pass(HOUR);
      }
      await sentry.pass(30 * MINUTE);
      expect(await sentry.decide('ended', { requestId: second })).toMatchObject({
        text: 'The time of the approval is over. The rule was revoked.',
      });
      expect(isOpen(sentry)).toBe(false);
    });

    test('stands for good where the second approval is for good', async () => {
      const [sentry, first] = await openedAgain(asking(locked, response));
      await sentry.decide('approved', { at: sentry.groups.now() });
      await sentry.pass(30 * MINUTE);
      await sentry.decide('ended', first);
      await sentry.pass(48 * HOUR);
      await sentry.reconcile();
      expect(isOpen(sentry)).toBe(true);
    });
  },
);

test('the end of an approval does not revert what people are being asked about again', async () => {
  const [sentry, first] = await openedAgain(asking(locked, 'revertIfDenied'));
  await sentry.pass(30 * MINUTE);
  await sentry.decide('ended', first);
  expect(isOpen(sentry)).toBe(true);
  await sentry.decide('denied');
  expect(isOpen(sentry)).toBe(false);
});

test.each(['revert', 'accept'] as const)(
  'a denial holds for what was asked meanwhile, too, and has joined the request: %s',
  async (whenUnanswered) => {
    const sentry = SentryInMemory.watching(
      [asking(locked, 'revertIfDenied', whenUnanswered)],
      https,
    );
    await opens(sentry);
    const first = sentry.lastRequestId;
    await sentry.pass(20 * MINUTE);
    await closes(sentry);
    await opens(sentry);
    expect(sentry.asked).toHaveLength(2);
    await sentry.pass(10 * MINUTE);
    await sentry.decide('denied', { requestId: first });
    expect(isOpen(sentry)).toBe(false);
  },
);

test('a denied removal of an approved rule puts it back', async () => {
  const sentry = SentryInMemory.watching([asking(lockedRestoring, 'revertIfDenied')], https);
  await opens(sentry);
  await sentry.decide('approved');
  await closes(sentry);
  expect(sentry.asked).toHaveLength(2);
  expect(await sentry.decide('denied')).toMatchObject({
    outcome: 'carried-out',
    text: 'It was denied. The rule was put back.',
  });
  expect(isOpen(sentry)).toBe(true);
});

test('what people approved stays where a later question about the group can be put to no one', async () => {
  const sentry = SentryInMemory.watching([asking(locked, 'revertIfDenied')], https);
  await opens(sentry);
  await sentry.decide('approved');
  const ssh = rule({ id: 'sgr-ssh' });
  sentry.groups.put('sg-1', (rules) => [...rules, ssh]);
  sentry.asker.keep = () => Promise.reject(new Error('too large'));
  sentry.hopelessFrom = 1;
  const unreadable = {
    ...changeOf({ complete: false }),
    eventId: 'event-unreadable',
    time: sentry.groups.now(),
  };
  await sentry.respond(unreadable, 1).catch(() => undefined);
  await sentry.respond(unreadable, 2);
  expect([isOpen(sentry), isOpen(sentry, ssh)]).toEqual([true, false]);
});
