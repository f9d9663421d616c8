import type { Change } from '../../../../src/security-group/domain/changes/change';
import type { Grant } from '../../../../src/security-group/domain/ledger/ledger';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import { UnfinishedError } from '../../../../src/security-group/domain/responding/unfinished-error';
import { type Rule, ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { Faults } from '../../in-memory/faults';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  allowHttpsOnly,
  asking,
  described,
  forbidSsh,
  locked,
  lockedRestoring,
  modified,
  removed,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SOON = new Date('2026-01-01T01:00:00Z');
const revertFirst = asking(lockedRestoring, 'revertUntilApproved');
const ssh = rule({ id: 'sgr-ssh' });
const http = rule({ id: 'sgr-http', fromPort: 80, toPort: 80 });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const narrow = rule({ id: 'sgr-1', ipRange: '10.0.0.0/8', description: 'office' });
const wide = rule({ id: 'sgr-1' });
const renamed = { ...narrow, description: 'mine' };
const noRoom = { kind: 'impossible', reason: 'RulesPerSecurityGroupLimitExceeded' } as const;

/** It was reverted at once, and people have been asked about it. */
async function askedAbout(
  accepted: readonly Rule[],
  standing: readonly Rule[],
  change: Change,
): Promise<SentryInMemory> {
  const sentry = SentryInMemory.watching([revertFirst], ...accepted);
  sentry.groups.put('sg-1', () => standing);
  await sentry.respond(change);
  sentry.groups.acts.length = 0;
  return sentry;
}

const ofAdded = async (...rules: Rule[]) => askedAbout([], rules, added(...rules));
const ofModified = async () => askedAbout([narrow], [wide], modified('sgr-1'));
const ofDescribed = async () => askedAbout([narrow], [renamed], described({ rule: renamed }));
const ofRemoved = async () => askedAbout([narrow], [], removed({ id: 'sgr-1' }));

function grantsOf({ ledger, groups }: SentryInMemory, one: Rule): readonly Grant[] {
  return ledger.grantsOf('sg-1', one, groups.now());
}

describe('what was approved waits', () => {
  test('while the prefix list that it names cannot be read, and is not granted until then', async () => {
    const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
    const list = { id: 'pl-1', isAwsManaged: false, version: 1, cidrs: ['10.0.0.0/8'] };
    const sentry = await ofAdded(viaList);
    const doubt = { kind: 'not-read', reason: 'RequestLimitExceeded' } as const;
    sentry.groups.lists.set('pl-1', { ...list, doubt });
    const waiting = sentry.decide('approved');
    await expect(waiting).rejects.toThrow(UnfinishedError);
    await expect(waiting).rejects.toThrow('the prefix list pl-1 cannot be read');
    expect(grantsOf(sentry, viaList)).toEqual([]);
    sentry.groups.lists.set('pl-1', list);
    expect(await sentry.decide('approved')).toMatchObject({ outcome: 'carried-out' });
  });

  test.each(['not-found', 'already-present'] as const)(
    'where the rule to be modified is changed in between: EC2 says %s',
    async (kind) => {
      const sentry = await ofModified();
      sentry.groups.refuses.set('sgr-1', { kind });
      await expect(sentry.decide('approved')).rejects.toThrow(
        'what was approved could not be applied yet: the group was changed meanwhile',
      );
      sentry.groups.refuses.clear();
      expect(await sentry.decide('approved')).toMatchObject({ outcome: 'carried-out' });
    },
  );
});

describe('what was approved is granted once', () => {
  test('and a later try neither reads nor accepts its prefix list again', async () => {
    const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
    const list = { id: 'pl-1', isAwsManaged: false, version: 1, cidrs: ['10.0.0.0/8'] };
    const sentry = await ofAdded(viaList);
    sentry.groups.lists.set('pl-1', list);
    sentry.groups.refuses.set('sgr-list', { kind: 'unavailable', reason: 'Unavailable' });
    await expect(sentry.decide('approved')).rejects.toThrow('Unavailable');
    sentry.groups.refuses.clear();
    sentry.groups.lists.set('pl-1', { ...list, version: 2 });
    expect(await sentry.decide('approved')).toMatchObject({ outcome: 'carried-out' });
    expect(sentry.ledger.entryOf('sg-1', viaList)).toMatchObject({ prefixListVersion: 1 });
  });

  test('and nothing is written where it conflicts before that', async () => {
    const sentry = await ofAdded(ssh);
    sentry.configuration = { ...sentry.configuration, policies: [revertFirst, forbidSsh] };
    const { writes } = sentry.ledger;
    expect(await sentry.decide('approved')).toMatchObject({ outcome: 'conflicting' });
    expect(sentry.ledger.writes).toBe(writes);
  });

  test('and a new description is accepted before it is given', async () => {
    const sentry = await ofDescribed();
    sentry.groups.refuses.set('sgr-1', { kind: 'unavailable', reason: 'Unavailable' });
    await expect(sentry.decide('approved')).rejects.toThrow('Unavailable');
    expect(sentry.ledger.entryOf('sg-1', narrow)!.rule.description).toBe('mine');
  });

  test('and a new description of a rule that the ledger has forgotten is given all the same', async () => {
    const sentry = await ofDescribed();
    sentry.ledger.forget('sg-1', narrow);
    expect(await sentry.decide('approved')).toMatchObject({ outcome: 'carried-out' });
    expect(sentry.groups.rulesIn('sg-1')).toEqual([renamed]);
    expect(sentry.ledger.entryOf('sg-1', narrow)).toBeUndefined();
  });
});

describe('what was approved is not granted', () => {
  test('as far as EC2 refuses it, and is forgotten; the rest is made, and holds', async () => {
    const sentry = await ofAdded(ssh, http, https);
    for (const id of ['sgr-ssh', 'sgr-http']) sentry.groups.refuses.set(id, noRoom);
    expect(await sentry.decide('approved')).toMatchObject({
      outcome: 'failed',
      text: 'EC2 refused 2 of 3 rules: RulesPerSecurityGroupLimitExceeded',
    });
    expect(sentry.groups.keysIn('sg-1')).toEqual([ruleKey(https)]);
    expect([ssh, http].flatMap((one) => grantsOf(sentry, one))).toEqual([]);
    expect(sentry.ledger.entryOf('sg-1', ssh)).toBeUndefined();
    expect(grantsOf(sentry, https)).toMatchObject([{ cause: 'approval-request' }]);
    expect(sentry.ledger.entryOf('sg-1', https)!.rule.id).toBe('sgr-new-1');
  });

  test('where AWS refuses the hub itself, which is not called the word of a member', async () => {
    const sentry = await ofAdded(ssh);
    sentry.groups.refuses.set('sgr-ssh', { kind: 'refused', reason: 'UnauthorizedOperation' });
    expect(await sentry.decide('approved')).toMatchObject({
      outcome: 'failed',
      text: 'EC2 refused 1 of 1 rules: UnauthorizedOperation',
    });
  });

  test('and keeps what else speaks for the rule', async () => {
    const sentry = await ofAdded(ssh);
    const operator: Grant = { cause: 'operator', by: 'olga', since: SOON, reason: 'needed' };
    sentry.ledger.grant('sg-1', ssh, operator);
    sentry.groups.refuses.set('sgr-ssh', noRoom);
    await sentry.decide('approved');
    expect(grantsOf(sentry, ssh)).toEqual([operator]);
  });

  test('and the accepted description is the earlier one again', async () => {
    const sentry = await ofDescribed();
    sentry.groups.refuses.set('sgr-1', noRoom);
    expect(await sentry.decide('approved')).toMatchObject({ outcome: 'failed' });
    expect(sentry.ledger.entryOf('sg-1', narrow)!.rule.description).toBe('office');
    expect(grantsOf(sentry, narrow)).toMatchObject([{ cause: 'adopted' }]);
  });

  test('where any of its rules is forbidden by now, be it the last', async () => {
    const sentry = await ofAdded(https, http);
    expect(sentry.asked[0]!.rules.map((one) => one.rule.id)).toEqual(['sgr-https', 'sgr-http']);
    sentry.configuration = { ...sentry.configuration, policies: [revertFirst, allowHttpsOnly] };
    expect(await sentry.decide('approved')).toMatchObject({
      outcome: 'conflicting',
      text: expect.stringMatching(/^tcp 80 from 0\.0\.0\.0\/0 is forbidden by now: /),
    });
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('where the rule to be modified is gone, and that is said of both its values', async () => {
    const sentry = await ofModified();
    sentry.groups.put('sg-1', () => [https]);
    expect(await sentry.decide('approved')).toMatchObject({
      outcome: 'conflicting',
      text: 'tcp 22 from 10.0.0.0/8, which was to become tcp 22 from 0.0.0.0/0, does not stand any more.',
    });
  });

  test('where it conflicts after a try that came half way; but what that try made is', async () => {
    const sentry = await ofAdded(https, ssh);
    sentry.groups.refuses.set('sgr-ssh', { kind: 'unavailable', reason: 'Unavailable' });
    await expect(sentry.decide('approved')).rejects.toThrow('Unavailable');
    expect(sentry.groups.keysIn('sg-1')).toEqual([ruleKey(https)]);
    sentry.configuration = { ...sentry.configuration, policies: [revertFirst, forbidSsh] };
    expect(await sentry.decide('approved')).toMatchObject({
      outcome: 'conflicting',
      text: 'tcp 22 from 0.0.0.0/0 is forbidden by now: tcp 22 from 0.0.0.0/0 opens what is forbidden: SSH.',
    });
    expect(grantsOf(sentry, ssh)).toEqual([]);
    expect(grantsOf(sentry, https)).toMatchObject([{ cause: 'approval-request' }]);
  });
});

describe('an approval that is carried out late', () => {
  test('counts for two days, and not longer', async () => {
    const late = async (milliseconds: number) => {
      const sentry = await ofAdded(ssh);
      const at = sentry.groups.now();
      await sentry.pass(milliseconds);
      return sentry.decide('approved', { at });
    };
    expect(await late(2 * DAY)).toMatchObject({ outcome: 'carried-out' });
    expect(await late(2 * DAY + 1)).toMatchObject({
      outcome: 'conflicting',
      text: expect.stringMatching(
        /^It was approved at .+, more than two days before it could be carried out: people have to be asked again\.$/,
      ),
    });
  });

  test('counts longer where it was begun in time', async () => {
    const sentry = await ofAdded(ssh);
    const at = sentry.groups.now();
    sentry.faults = new Faults(new Map(), { method: 'authorize', number: 1, fault: 'crashes' });
    await expect(sentry.decide('approved', { at })).rejects.toThrow();
    sentry.faults = new Faults();
    await sentry.pass(3 * DAY);
    expect(await sentry.decide('approved', { at })).toMatchObject({
      outcome: 'carried-out',
      text: 'The rule was added again.',
    });
  });

  test('is over at its end', async () => {
    const at = async (milliseconds: number) => {
      const sentry = await ofAdded(ssh);
      await sentry.pass(SOON.getTime() - sentry.groups.now().getTime() + milliseconds);
      return sentry.decide('approved', { until: SOON });
    };
    expect(await at(-1)).toMatchObject({ outcome: 'carried-out' });
    expect(await at(0)).toMatchObject({
      outcome: 'conflicting',
      text: expect.stringMatching(
        /^The time of the approval was over, at .+, before it could be carried out\.$/,
      ),
    });
  });
});

test.each<[string, () => Promise<SentryInMemory>, readonly Rule[], string]>([
  ['modified', ofModified, [wide], 'The rule had its new values already.'],
  ['described', ofDescribed, [renamed], 'The rule had its new description already.'],
  ['removed', ofRemoved, [], 'The rule was gone already.'],
])(
  'what someone has made again meanwhile is left, and said to be so: %s',
  async (_, asked, standing, text) => {
    const sentry = await asked();
    sentry.groups.put('sg-1', () => standing);
    expect(await sentry.decide('approved')).toMatchObject({ outcome: 'carried-out', text });
    expect(sentry.groups.acts).toEqual([]);
  },
);

test('a rule that someone else takes away first was gone already; one that our own lost call took away was not', async () => {
  const quicker = await ofRemoved();
  quicker.groups.refuses.set(ruleKey(narrow), { kind: 'not-found' });
  expect(await quicker.decide('approved')).toMatchObject({ text: 'The rule was gone already.' });
  const ours = await ofRemoved();
  ours.groups.refuses.set(ruleKey(narrow), { kind: 'not-found', attempts: 2 });
  expect(await ours.decide('approved')).toMatchObject({ text: 'The rule was removed again.' });
});

test('a rule that someone adds between the look and the call stood there already', async () => {
  const sentry = await ofAdded(ssh);
  sentry.groups.authorize = async (groupId, one) => {
    sentry.groups.open(groupId, one);
    return { kind: 'already-present' };
  };
  expect(await sentry.decide('approved')).toMatchObject({
    outcome: 'carried-out',
    text: 'The rule stood there already.',
  });
});

describe('a rule that stood there already, described otherwise and with other tags', () => {
  const shown = { ...ssh, description: 'for me', tags: [{ key: 'team', value: 'a' }] };
  const other = {
    ...ssh,
    id: 'sgr-other',
    description: 'by the CISO',
    tags: [{ key: 'team', value: 'b' }],
  };

  test('is accepted as people were shown it, under the id that it has', async () => {
    const sentry = await ofAdded(shown);
    sentry.groups.put('sg-1', () => [other]);
    expect(await sentry.decide('approved')).toMatchObject({
      text: 'The rule stood there already.',
    });
    expect(sentry.ledger.entryOf('sg-1', ssh)!.rule).toEqual({ ...shown, id: 'sgr-other' });
  });

  test('is described as people were shown it once the call that described it is known', async () => {
    const sentry = await ofAdded(shown);
    sentry.groups.put('sg-1', () => [other]);
    await sentry.decide('approved');
    await sentry.respond({ ...added(other), eventId: 'event-2' });
    expect(sentry.groups.rulesIn('sg-1')).toEqual([{ ...other, description: 'for me' }]);
  });
});

describe('what is added again is known by its new id', () => {
  test('at once, without a pause, where it shows', async () => {
    const sentry = await ofAdded(http, https);
    const at = sentry.groups.now();
    await sentry.decide('approved');
    expect(sentry.groups.now()).toEqual(at);
  });

  test('also where EC2 shows one of two a moment later', async () => {
    const sentry = await ofAdded(http, https);
    const { groups, ledger } = sentry;
    groups.hidden.add('sgr-new-2');
    groups.beforeLook.set(groups.looks + 3, () => groups.hidden.clear());
    await sentry.decide('approved');
    expect([http, https].map((one) => ledger.entryOf('sg-1', one)!.rule.id).sort()).toEqual([
      'sgr-new-1',
      'sgr-new-2',
    ]);
  });
});

describe('the tag with the end of an approval', () => {
  const TAG = 'cdk-sentries:approved-until';
  const end = { key: TAG, value: SOON.toISOString() };

  test('is the only one of a rule that had none', async () => {
    const sentry = await ofAdded(ssh);
    await sentry.decide('approved', { until: SOON });
    expect(sentry.groups.rulesIn('sg-1').map(({ tags }) => tags)).toEqual([[end]]);
  });

  test('takes the place of an end that someone has written on the rule', async () => {
    const team = { key: 'team', value: 'a' };
    const sentry = await ofAdded({ ...ssh, tags: [{ key: TAG, value: 'never' }, team] });
    await sentry.decide('approved', { until: SOON });
    expect(sentry.groups.rulesIn('sg-1').map(({ tags }) => tags)).toEqual([[team, end]]);
    expect(sentry.ledger.entryOf('sg-1', ssh)!.rule.tags).toEqual([team, end]);
  });

  test('is no more words than those about the end, where it could be put', async () => {
    const sentry = await ofModified();
    expect((await sentry.decide('approved', { until: SOON })).text).toBe(
      'The rule was modified again. The approval ends at 2026-01-01 01:00 UTC.',
    );
  });
});

test('a rule that got a new description for a time carries no tag: it would stand without it, too', async () => {
  const sentry = await ofDescribed();
  expect(await sentry.decide('approved', { until: SOON })).toMatchObject({
    outcome: 'carried-out',
    text: expect.stringMatching(/^The rule has its new description again\. The approval ends at /),
  });
  expect(sentry.groups.rulesIn('sg-1')).toEqual([renamed]);
});

test('a removed rule may be removed again, whatever policies say of it by now', async () => {
  const sentry = await ofRemoved();
  sentry.configuration = { ...sentry.configuration, policies: [{ ...locked, response: 'revert' }] };
  expect(await sentry.decide('approved')).toMatchObject({
    outcome: 'carried-out',
    text: 'The rule was removed again.',
  });
  expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
});

describe('a rule that is modified again', () => {
  test('leaves nothing that speaks for the values before it', async () => {
    const sentry = await ofModified();
    sentry.groups.put('sg-1', (rules) => [...rules, https]);
    await sentry.decide('approved');
    expect(sentry.ledger.entryOf('sg-1', narrow)).toBeUndefined();
  });

  test('leaves nothing that speaks for the values before it also while EC2 still shows those', async () => {
    const sentry = await ofModified();
    sentry.groups.modify = async () => ({ kind: 'done' });
    expect(await sentry.decide('approved')).toMatchObject({ outcome: 'carried-out' });
    expect(sentry.ledger.entryOf('sg-1', narrow)).toBeUndefined();
  });

  test('for a time gets its earlier values back at the end: what speaks for them is suspended until then', async () => {
    const sentry = await ofModified();
    await sentry.decide('approved', { until: SOON });
    expect(sentry.ledger.entryOf('sg-1', narrow)).toMatchObject({
      grants: [{ cause: 'adopted' }],
      suspension: { requestId: sentry.lastRequestId, until: SOON },
    });
  });

  test('leaves the values before it accepted, where another rule has them by now', async () => {
    const sentry = await ofModified();
    sentry.groups.put('sg-1', () => [wide, { ...narrow, id: 'sgr-2' }]);
    await sentry.decide('approved');
    expect(grantsOf(sentry, narrow)).toMatchObject([{ cause: 'adopted' }]);
  });

  test('is found by its id among others, whatever it is called by then', async () => {
    const sentry = await ofModified();
    sentry.groups.put('sg-1', () => [https, { ...narrow, description: 'ours' }, http]);
    expect(await sentry.decide('approved')).toMatchObject({
      outcome: 'carried-out',
      text: 'The rule was modified again.',
    });
  });
});

test('a policy that approvals answer, though it asks no one itself, does not forbid it', async () => {
  const { baseline, asking: people } = asking(locked, 'revertUntilApproved');
  const sentry = await ofAdded(ssh);
  const answered: Policy = { baseline, response: 'revert', asking: people! };
  sentry.configuration = { ...sentry.configuration, policies: [revertFirst, answered] };
  expect(await sentry.decide('approved')).toMatchObject({ outcome: 'carried-out' });
});

test('what only tells does not forbid what people have approved', async () => {
  const sentry = await ofAdded(ssh);
  const told = { ...forbidSsh, response: 'notifyOnly' } as const;
  sentry.configuration = { ...sentry.configuration, policies: [revertFirst, told] };
  expect(await sentry.decide('approved')).toMatchObject({ outcome: 'carried-out' });
});

describe('where EC2 calls what was sent twice a duplicate', () => {
  const duplicate = { kind: 'already-present', attempts: 2 } as const;

  test('a look decides whether it was made; where no one can look, it is tried again', async () => {
    const sentry = await ofAdded(ssh);
    sentry.groups.refuses.set('sgr-ssh', duplicate);
    expect(await sentry.decide('approved')).toMatchObject({
      text: 'The rule stood there already.',
    });
    const unseen = await ofAdded(ssh);
    unseen.groups.refuses.set('sgr-ssh', duplicate);
    unseen.groups.beforeLook.set(unseen.groups.looks + 2, () => {
      throw new Error('RequestLimitExceeded');
    });
    await expect(unseen.decide('approved')).rejects.toThrow(
      'what was approved could not be applied yet: RequestLimitExceeded',
    );
  });

  test('a rule that is modified is not taken for made while it has its earlier values', async () => {
    const sentry = await ofModified();
    sentry.groups.refuses.set('sgr-1', duplicate);
    await expect(sentry.decide('approved')).rejects.toThrow('the group was changed meanwhile');
  });

  test('nor for another rule that has its new values by then', async () => {
    const sentry = await ofModified();
    sentry.groups.refuses.set('sgr-1', duplicate);
    sentry.groups.beforeLook.set(sentry.groups.looks + 2, () =>
      sentry.groups.put('sg-1', (rules) => [...rules, { ...wide, id: 'sgr-2' }]),
    );
    await expect(sentry.decide('approved')).rejects.toThrow('the group was changed meanwhile');
  });
});
