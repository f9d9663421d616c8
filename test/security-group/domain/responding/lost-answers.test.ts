import { severityOf } from '../../../../src/security-group/domain/reporting/change-report';
import { type Rule, ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { Faults } from '../../in-memory/faults';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import { added, asking, lockedRestoring, modified, removed } from '../../samples/changes';
import { rule } from '../../samples/rules';

/** EC2 carries a call out, its answer is lost, and the client hears what it says to the next. */

const ssh = rule({ id: 'sgr-ssh' });
const office = rule({
  id: 'sgr-1',
  ipRange: '10.0.0.0/8',
  description: 'office',
  tags: [
    { key: 'team', value: 'a' },
    { key: 'aws:cloudformation:stack-name', value: 'app' },
  ],
});
const wide = { ...rule({ id: 'sgr-1' }), tags: office.tags };
const policy = asking(lockedRestoring, 'revertUntilApproved');

const SCENES = {
  revoke: { standing: [office, ssh], change: added(ssh) },
  modify: { standing: [wide], change: modified('sgr-1') },
  authorize: { standing: [], change: removed({ id: 'sgr-1' }) },
};
const METHODS = ['revoke', 'modify', 'authorize'] as const;
type Method = (typeof METHODS)[number];

/** A sentry that asks people, of a group in which someone has done what the method undoes. */
function attacked(method: Method): SentryInMemory {
  const sentry = SentryInMemory.watching([policy], office);
  sentry.groups.put('sg-1', () => SCENES[method].standing);
  return sentry;
}

function loseAnswer(sentry: SentryInMemory, method: Method): void {
  sentry.faults = new Faults(new Map(), { method, number: 1, fault: 'loses its answer' });
}

async function courseOf(sentry: SentryInMemory, method: Method) {
  const reports = await sentry.respond(SCENES[method].change);
  return {
    reports,
    severities: reports.map(severityOf),
    asked: sentry.asked,
    standing: sentry.groups.rulesIn('sg-1'),
    entries: [...sentry.ledger.groups.get('sg-1')!.entries],
  };
}

test.each(METHODS)(
  'where the answer to %s is lost, all that follows is as if it had come',
  async (method) => {
    const expected = await courseOf(attacked(method), method);
    expect(expected).toMatchObject({
      reports: [{ rules: [{ outcome: { kind: 'reverted' } }] }],
      severities: ['medium'],
      asked: [{ response: 'revertUntilApproved' }],
    });
    const sentry = attacked(method);
    loseAnswer(sentry, method);
    expect(await courseOf(sentry, method)).toEqual(expected);
  },
);

test('a modified rule is not revoked where EC2 calls its own restored values a duplicate', async () => {
  const sentry = attacked('modify');
  sentry.groups.callsOwnValuesDuplicate = true;
  loseAnswer(sentry, 'modify');
  const { reports, standing } = await courseOf(sentry, 'modify');
  expect(standing).toEqual([office]);
  expect(reports).toMatchObject([
    { rules: [{ outcome: { kind: 'reverted' }, restored: { description: 'office' } }] },
  ]);
});

test('nor where Describe does not show the restored values yet: a later try tells', async () => {
  const sentry = attacked('modify');
  sentry.groups.refuses.set(ruleKey(office), { kind: 'already-present', attempts: 2 });
  await expect(sentry.respond(modified('sgr-1'))).rejects.toThrow('not all of its rules');
  expect(sentry.groups.acts).toEqual([]);
  sentry.groups.put('sg-1', () => [office]);
  await sentry.respond(modified('sgr-1'), 2);
  expect(sentry.announcer.outcomes()).toEqual(['modified sgr-1 failed', 'modified sgr-1 reverted']);
});

test('nor where the group cannot be looked at', async () => {
  const sentry = attacked('modify');
  sentry.groups.refuses.set(ruleKey(office), { kind: 'already-present' });
  sentry.groups.beforeLook.set(2, () => {
    throw new Error('EC2 is away');
  });
  await expect(sentry.respond(modified('sgr-1'))).rejects.toThrow('not all of its rules');
  expect(sentry.groups.acts).toEqual([]);
});

test('but where another rule has its earlier values by then, it is', async () => {
  const sentry = attacked('modify');
  const other: Rule = { ...office, id: 'sgr-other' };
  sentry.groups.put('sg-1', () => [wide, other]);
  sentry.groups.refuses.set(ruleKey(office), { kind: 'already-present', attempts: 2 });
  const { reports, standing } = await courseOf(sentry, 'modify');
  expect(standing).toEqual([other]);
  expect(reports).toMatchObject([{ rules: [{ outcome: { kind: 'reverted' } }] }]);
});

describe('someone else was quicker, and no question is put', () => {
  test('to revoke it: not found at the first attempt', async () => {
    const sentry = attacked('revoke');
    sentry.groups.refuses.set('sgr-ssh', { kind: 'not-found' });
    sentry.groups.beforeLook.set(2, () => sentry.groups.close('sg-1', 'sgr-ssh'));
    const { reports, asked } = await courseOf(sentry, 'revoke');
    expect(reports).toMatchObject([{ rules: [{ outcome: { kind: 'already-gone' } }] }]);
    expect(asked).toEqual([]);
  });

  test.each<[string, Rule, number]>([
    ['at the first attempt', office, 1],
    ['with other tags, whatever the attempt', { ...office, tags: [] }, 2],
  ])('to put it back %s', async (_, standing, attempts) => {
    const sentry = attacked('authorize');
    sentry.groups.refuses.set(ruleKey(office), { kind: 'already-present', attempts });
    sentry.groups.beforeLook.set(2, () =>
      sentry.groups.put('sg-1', () => [{ ...standing, id: 'sgr-theirs' }]),
    );
    const { reports, asked } = await courseOf(sentry, 'authorize');
    expect(reports).toMatchObject([{ rules: [{ outcome: { kind: 'already-gone' } }] }]);
    expect(asked).toEqual([]);
  });

  test('to put it back with another description: that is told as not done', async () => {
    const sentry = attacked('authorize');
    sentry.groups.refuses.set(ruleKey(office), { kind: 'already-present', attempts: 2 });
    sentry.groups.beforeLook.set(2, () =>
      sentry.groups.put('sg-1', () => [{ ...office, id: 'sgr-theirs', description: 'mine' }]),
    );
    await expect(sentry.respond(SCENES.authorize.change)).rejects.toThrow('not all of its rules');
    expect(sentry.announcer.told).toMatchObject([
      {
        rules: [
          {
            outcome: {
              kind: 'failed',
              reason: 'EC2 has such a rule already, and does not show it as it was',
            },
          },
        ],
      },
    ]);
  });
});
