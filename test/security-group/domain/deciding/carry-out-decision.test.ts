import { MemberRefusedError } from '../../../../src/organization/domain/refusal';
import type { Change } from '../../../../src/security-group/domain/changes/change';
import { RequestTakenError } from '../../../../src/security-group/domain/deciding/carry-out-once';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import { UnfinishedError } from '../../../../src/security-group/domain/responding/unfinished-error';
import { type Rule, ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { backOffSeconds } from '../../../../src/shared/domain/queue/back-off';
import { type Fault, Faults } from '../../in-memory/faults';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  asking,
  by,
  changeOf,
  deployer,
  described,
  forbidSsh,
  locked,
  lockedRestoring,
  modified,
  OWN,
  removed,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MOST_TRIES = 8;
const SOON = new Date('2026-01-01T01:00:00Z');
const ssh = rule({ id: 'sgr-ssh', description: 'for me', tags: [{ key: 'team', value: 'a' }] });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const narrow = rule({ id: 'sgr-1', ipRange: '10.0.0.0/8', description: 'office' });
const wide = rule({ id: 'sgr-1' });
const renamed = { ...narrow, description: 'mine' };

const revertFirst = asking(lockedRestoring, 'revertUntilApproved');
const standFirst = asking(lockedRestoring, 'revertIfDenied');

/** What someone did to a group, as it is before and after. */
interface Deed {
  readonly accepted: readonly Rule[];
  readonly standing: readonly Rule[];
  readonly change: Change;
}

const DEEDS: Readonly<Record<string, Deed>> = {
  added: { accepted: [https], standing: [https, ssh], change: added(ssh) },
  modified: { accepted: [narrow], standing: [wide], change: modified('sgr-1') },
  'given a new description': {
    accepted: [narrow],
    standing: [renamed],
    change: described({ rule: renamed }),
  },
  removed: { accepted: [narrow], standing: [], change: removed({ id: 'sgr-1' }) },
};
const NAMES = Object.keys(DEEDS);

/** What is said of each, once it is carried out. */
const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  added: {
    applied: 'The rule was added again.',
    left: 'The rule is not added again.',
    accepted: 'The rule stays.',
    reverted: 'The rule was revoked.',
  },
  modified: {
    applied: 'The rule was modified again.',
    left: 'The rule is not modified again.',
    accepted: 'The rule keeps its new values.',
    reverted: 'The rule has its earlier values again.',
  },
  'given a new description': {
    applied: 'The rule has its new description again.',
    left: 'The rule does not get its new description again.',
    accepted: 'The rule keeps its new description.',
    reverted: 'The rule has its earlier description again.',
  },
  removed: {
    applied: 'The rule was removed again.',
    left: 'The rule is not removed again.',
    accepted: 'The rule stays removed.',
    reverted: 'The rule was put back.',
  },
};

/** People have been asked about it. */
async function askedAbout(
  policies: readonly Policy[],
  { accepted, standing, change }: Deed,
): Promise<SentryInMemory> {
  const sentry = SentryInMemory.watching(policies, ...accepted);
  sentry.groups.put('sg-1', () => standing);
  await sentry.respond(change);
  expect(sentry.asked).toHaveLength(1);
  return sentry;
}

/** Each rule with its description, however EC2 numbers it. */
function textsOf(rules: readonly Rule[]): string[] {
  return rules.map((one) => `${ruleKey(one)} ${one.description}`).sort();
}

/** Hours go by, with a run of reconcile now and then: nothing more happens. */
async function expectPeace(sentry: SentryInMemory): Promise<void> {
  const [standing, acts, told] = [
    sentry.groups.rulesIn('sg-1'),
    sentry.groups.acts.length,
    sentry.announcer.told.length,
  ];
  for (const passed of [0, 10 * MINUTE, DAY, DAY]) {
    await sentry.pass(passed);
    await sentry.reconcile();
  }
  expect(sentry.groups.rulesIn('sg-1')).toEqual(standing);
  expect([sentry.groups.acts.length, sentry.announcer.told.length]).toEqual([acts, told]);
}

test.each(NAMES)(
  'a change that stands until someone denies it is reverted where no one could: %s',
  async (name) => {
    const acceptedAtEnd = asking(lockedRestoring, 'revertIfDenied', 'accept');
    const sentry = await askedAbout([acceptedAtEnd], DEEDS[name]!);
    expect(await sentry.decide('expired', { isRouteLost: true })).toMatchObject({
      outcome: 'carried-out',
      text: `No one could decide, as the route was changed by which people were asked. ${WORDS[name]!.reverted}`,
    });
    expect(textsOf(sentry.groups.rulesIn('sg-1'))).toEqual(textsOf(DEEDS[name]!.accepted));
  },
);

describe('a change that stands until someone denies it, while a click waits at the end', () => {
  const acceptedAtEnd = asking(lockedRestoring, 'revertIfDenied', 'accept');

  async function ended(name: string): Promise<SentryInMemory> {
    const sentry = await askedAbout([acceptedAtEnd], DEEDS[name]!);
    expect(await sentry.decide('expired', { isClickWaiting: true })).toMatchObject({
      outcome: 'carried-out',
      text: `A click could not be judged before the end. ${WORDS[name]!.reverted}`,
    });
    return sentry;
  }

  test.each(NAMES)('is reverted, though no one denied it: %s', async (name) => {
    const sentry = await ended(name);
    expect(textsOf(sentry.groups.rulesIn('sg-1'))).toEqual(textsOf(DEEDS[name]!.accepted));
    await expectPeace(sentry);
  });

  test.each(NAMES)('is made again, exactly, where the click approves it: %s', async (name) => {
    const sentry = await ended(name);
    expect(await sentry.decide('approved', { attempt: 2, isLate: true })).toMatchObject({
      outcome: 'carried-out',
      text: WORDS[name]!.applied,
    });
    expect(textsOf(sentry.groups.rulesIn('sg-1'))).toEqual(textsOf(DEEDS[name]!.standing));
    await expectPeace(sentry);
    expect(sentry.asked).toHaveLength(1);
  });

  test.each(NAMES)('is made again only once all is reverted: %s', async (name) => {
    const sentry = await askedAbout([acceptedAtEnd], DEEDS[name]!);
    const late = { attempt: 2, isLate: true };
    const [first, early] = await Promise.allSettled([
      sentry.decide('expired', { isClickWaiting: true }),
      sentry.decide('approved', late),
    ]);
    expect(first).toMatchObject({
      value: { text: expect.stringContaining(WORDS[name]!.reverted!) },
    });
    expect(early).toMatchObject({ reason: expect.any(RequestTakenError) });
    expect(await sentry.decide('approved', late)).toMatchObject({ text: WORDS[name]!.applied });
    expect(textsOf(sentry.groups.rulesIn('sg-1'))).toEqual(textsOf(DEEDS[name]!.standing));
    await expectPeace(sentry);
  });

  test.each(NAMES)('is not reverted by the end that comes again after it: %s', async (name) => {
    const sentry = await ended(name);
    const { asked, ...known } = (await sentry.ports(1).asker.read(sentry.lastRequestId))!;
    const lookedAt = { ...known, asked, result: undefined };
    await sentry.decide('approved', { attempt: 2, isLate: true });
    await expect(sentry.decide('expired', { isClickWaiting: true, lookedAt })).rejects.toThrow(
      'A later decision',
    );
    expect(textsOf(sentry.groups.rulesIn('sg-1'))).toEqual(textsOf(DEEDS[name]!.standing));
  });

  test.each(NAMES)('stays reverted where the click denies it: %s', async (name) => {
    const sentry = await ended(name);
    sentry.groups.acts.length = 0;
    expect(await sentry.decide('denied', { attempt: 2, isLate: true })).toMatchObject({
      outcome: 'carried-out',
    });
    expect(sentry.groups.acts).toEqual([]);
    expect(textsOf(sentry.groups.rulesIn('sg-1'))).toEqual(textsOf(DEEDS[name]!.accepted));
  });

  test('and that was found only after the change had stayed, is reverted where the click denies it', async () => {
    const sentry = await askedAbout([acceptedAtEnd], DEEDS.added!);
    await sentry.decide('expired');
    expect(textsOf(sentry.groups.rulesIn('sg-1'))).toEqual(textsOf(DEEDS.added!.standing));
    await sentry.decide('denied', { attempt: 2, isLate: true });
    expect(textsOf(sentry.groups.rulesIn('sg-1'))).toEqual(textsOf(DEEDS.added!.accepted));
  });

  test('and was never reverted, since the sentry observed only, is accepted as it stands', async () => {
    const sentry = await askedAbout([acceptedAtEnd], DEEDS.added!);
    expect(await sentry.decide('approved', { attempt: 2, isLate: true })).toMatchObject({
      text: 'The rule stood there already.',
    });
    await expectPeace(sentry);
  });
});

describe('a change that was reverted', () => {
  test.each(NAMES)('is made again, exactly, once it is approved, and holds: %s', async (name) => {
    const sentry = await askedAbout([revertFirst], DEEDS[name]!);
    sentry.groups.acts.length = 0;
    expect(await sentry.decide('approved')).toMatchObject({
      outcome: 'carried-out',
      text: WORDS[name]!.applied,
    });
    expect(textsOf(sentry.groups.rulesIn('sg-1'))).toEqual(textsOf(DEEDS[name]!.standing));
    expect(sentry.groups.acts).toHaveLength(1);
    await sentry.respond({ ...DEEDS[name]!.change, eventId: 'event-1' }, 2);
    await expectPeace(sentry);
    expect(sentry.asked).toHaveLength(1);
  });

  test.each(NAMES)('is made again once, by the first of two tries: %s', async (name) => {
    const sentry = await askedAbout([revertFirst], DEEDS[name]!);
    const lookedAt = await sentry.ports(1).asker.read(sentry.lastRequestId);
    const [first, second] = await Promise.allSettled([
      sentry.decide('approved'),
      sentry.decide('approved'),
    ]);
    expect(first).toMatchObject({ value: { text: WORDS[name]!.applied } });
    expect(second).toMatchObject({ reason: expect.any(RequestTakenError) });
    expect(await sentry.decide('approved', { lookedAt })).toMatchObject({
      text: WORDS[name]!.applied,
    });
    await expectPeace(sentry);
  });

  test.each(NAMES)('is made again once, however often the decision comes: %s', async (name) => {
    const sentry = await askedAbout([revertFirst], DEEDS[name]!);
    sentry.groups.acts.length = 0;
    const first = await sentry.decide('approved');
    expect(await sentry.decide('approved')).toEqual(first);
    expect(sentry.groups.acts).toHaveLength(1);
  });

  test.each(NAMES)(
    'stays reverted where it is denied, expires, or no one is asked: %s',
    async (name) => {
      for (const kind of ['denied', 'expired', 'not-asked'] as const) {
        const sentry = await askedAbout([revertFirst], DEEDS[name]!);
        sentry.groups.acts.length = 0;
        expect(await sentry.decide(kind)).toMatchObject({
          outcome: 'carried-out',
          text: expect.stringContaining(WORDS[name]!.left!),
        });
        expect(sentry.groups.acts).toEqual([]);
        expect(textsOf(sentry.groups.rulesIn('sg-1'))).toEqual(textsOf(DEEDS[name]!.accepted));
      }
    },
  );

  test('is accepted before it stands, by whom people see', async () => {
    const sentry = await askedAbout([revertFirst], DEEDS.added!);
    sentry.groups.authorize = async () => {
      expect(sentry.ledger.grantsOf('sg-1', ssh, sentry.groups.now())).toMatchObject([
        { cause: 'approval-request', by: 'U1, U2', requestId: sentry.lastRequestId },
      ]);
      throw new Error('as far as here');
    };
    await expect(sentry.decide('approved', { by: ['U1', 'U2'] })).rejects.toThrow('as far as here');
  });

  test('is added with description and tags, and the ledger knows its new id', async () => {
    const sentry = await askedAbout([revertFirst], DEEDS.added!);
    await sentry.decide('approved');
    const [opened] = sentry.groups.rulesIn('sg-1').slice(-1);
    expect(opened).toEqual({ ...ssh, id: 'sgr-new-1' });
    expect(sentry.ledger.entryOf('sg-1', ssh)!.rule.id).toBe('sgr-new-1');
  });

  test('is added with no tag that people were not shown, and stays within what EC2 takes', async () => {
    const tags = Array.from({ length: 50 }, (_, index) => ({
      key: `key-${index}`,
      value: 'v'.repeat(index === 1 ? 1_000 : 1),
    }));
    const sentry = await askedAbout([revertFirst], {
      accepted: [https],
      standing: [https, { ...ssh, tags }],
      change: added({ ...ssh, tags }),
    });
    const shown = sentry.asked[0]!.rules[0]!.tags!;
    expect(shown.map(({ key }) => key)).toEqual(['key-0']);
    await sentry.decide('approved');
    expect(sentry.groups.rulesIn('sg-1').at(-1)!.tags).toEqual(shown);
    expect(sentry.ledger.entryOf('sg-1', ssh)!.rule.tags).toEqual(shown);
  });

  test('is added without tags where the version before has asked, which showed none', async () => {
    const sentry = await askedAbout([revertFirst], DEEDS.added!);
    const kept = sentry.asker.kept.get(sentry.lastRequestId)!;
    const [one] = kept.asked.rules;
    const rules = [{ change: one!.change, rule: ssh, violations: one!.violations }];
    sentry.asker.kept.set(kept.asked.requestId, { ...kept, asked: { ...kept.asked, rules } });
    await sentry.decide('approved');
    expect(sentry.groups.rulesIn('sg-1').at(-1)!.tags ?? []).toEqual([]);
  });

  test('is no news when the event of applying it comes, no matter who is named in it', async () => {
    const sentry = await askedAbout([revertFirst], DEEDS.added!);
    await sentry.decide('approved');
    const opened = sentry.groups.rulesIn('sg-1').at(-1)!;
    const carrier = { type: 'AssumedRole', roleArn: `${OWN.roleArn}-that-carries-out` };
    await sentry.respond({ ...by(carrier, added(opened)), eventId: 'event-2' });
    expect(sentry.announcer.told).toHaveLength(1);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https', opened.id]);
  });

  test('and made again is asked about as any other rule: modified, it becomes again what was approved', async () => {
    const sentry = await askedAbout([revertFirst], DEEDS.added!);
    await sentry.decide('approved');
    const opened = sentry.groups.rulesIn('sg-1').at(-1)!;
    sentry.groups.change('sg-1', opened.id!, { ...opened, fromPort: 1, toPort: 65_535 });
    await sentry.respond({ ...modified(opened.id!), eventId: 'event-2' });
    expect(sentry.groups.rulesIn('sg-1')).toContainEqual(opened);
    expect(sentry.asked[1]!.rules).toMatchObject([
      { change: 'modified', before: { id: opened.id!, fromPort: opened.fromPort } },
    ]);
  });

  test('and made again is not made a third time where someone removes it', async () => {
    const sentry = await askedAbout([asking(locked, 'revertUntilApproved')], DEEDS.added!);
    await sentry.decide('approved');
    const opened = sentry.groups.rulesIn('sg-1').at(-1)!;
    sentry.groups.close('sg-1', opened.id!);
    await sentry.respond({ ...removed({ id: opened.id! }), eventId: 'event-2' });
    await sentry.decide('approved');
    expect(await sentry.decide('approved', { attempt: 2 })).toMatchObject({
      outcome: 'conflicting',
      text: expect.stringContaining('withdrawn since'),
    });
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test('and stands there already is left as it is, and accepted', async () => {
    const sentry = await askedAbout([revertFirst], DEEDS.added!);
    const other = { ...ssh, id: 'sgr-other' };
    sentry.groups.put('sg-1', (rules) => [...rules, other]);
    expect(await sentry.decide('approved')).toMatchObject({
      outcome: 'carried-out',
      text: 'The rule stood there already.',
    });
    expect(sentry.groups.rulesIn('sg-1')).toContainEqual(other);
    expect(sentry.ledger.grantsOf('sg-1', other, sentry.groups.now())).toMatchObject([
      { cause: 'approval-request' },
    ]);
  });

  test('and accepts a prefix list as it is when it is approved', async () => {
    const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
    const sentry = SentryInMemory.watching([asking(forbidSsh, 'revertUntilApproved')]);
    const list = (version: number) =>
      sentry.groups.lists.set('pl-1', {
        id: 'pl-1',
        isAwsManaged: false,
        version,
        cidrs: ['0.0.0.0/0'],
      });
    list(1);
    sentry.groups.put('sg-1', () => [viaList]);
    await sentry.respond(added(viaList));
    list(2);
    await sentry.decide('approved');
    expect(sentry.ledger.entryOf('sg-1', viaList)).toMatchObject({ prefixListVersion: 2 });
    await expectPeace(sentry);
    list(3);
    await sentry.reconcile();
    await sentry.pass(10 * MINUTE);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('waits until its group is adopted', async () => {
    const sentry = SentryInMemory.newTo([asking(forbidSsh, 'revertUntilApproved')], ssh);
    await sentry.respond(added(ssh));
    await expect(sentry.decide('approved')).rejects.toThrow(UnfinishedError);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    await sentry.survey();
    expect(await sentry.decide('approved')).toMatchObject({ outcome: 'carried-out' });
    expect(sentry.groups.keysIn('sg-1')).toEqual([ruleKey(ssh)]);
  });

  test('waits for EC2', async () => {
    const sentry = await askedAbout([revertFirst], DEEDS.added!);
    sentry.groups.refuses.set('sgr-ssh', { kind: 'unavailable', reason: 'RequestLimitExceeded' });
    await expect(sentry.decide('approved')).rejects.toThrow('RequestLimitExceeded');
    sentry.groups.refuses.clear();
    expect(await sentry.decide('approved')).toMatchObject({
      outcome: 'carried-out',
      text: 'The rule was added again.',
    });
  });

  test.each(['added', 'modified'])(
    'and refused by EC2 is not accepted, costs nothing else its grant, and can be tried again: %s',
    async (name) => {
      const sentry = await askedAbout([revertFirst], DEEDS[name]!);
      const wanted = sentry.asked[0]!.rules[0]!.rule;
      sentry.groups.refuses.set(wanted.id!, {
        kind: 'impossible',
        reason: 'RulesPerSecurityGroupLimitExceeded',
      });
      expect(await sentry.decide('approved')).toMatchObject({
        outcome: 'failed',
        text: 'EC2 refused 1 of 1 rules: RulesPerSecurityGroupLimitExceeded',
      });
      expect(sentry.ledger.grantsOf('sg-1', wanted, sentry.groups.now())).toEqual([]);
      await expectPeace(sentry);
      sentry.groups.refuses.clear();
      expect(await sentry.decide('approved', { attempt: 2 })).toMatchObject({
        outcome: 'carried-out',
      });
      expect(sentry.groups.keysIn('sg-1')).toContain(ruleKey(wanted));
    },
  );

  test('and not let by a member is told as its refusal', async () => {
    const sentry = await askedAbout([revertFirst], DEEDS.added!);
    const reason = 'Account 222222222222 does not let the hub add rules: its Rights are REVOKE';
    sentry.groups.refuses.set('sgr-ssh', { kind: 'refused', reason, byMember: 'role' });
    expect(await sentry.decide('approved')).toMatchObject({
      outcome: 'failed',
      text: `The member refused 1 of 1 rules: ${reason}`,
    });
  });

  test('is left to another try where the sentry only observes, or is paused', async () => {
    const sentry = await askedAbout([revertFirst], DEEDS.added!);
    const { configuration } = sentry;
    const failed = {
      outcome: 'failed',
      text: 'The sentry observes only, or is paused: retry it when it acts again.',
    };
    sentry.configuration = { ...configuration, mode: 'OBSERVE' };
    expect(await sentry.decide('approved')).toMatchObject(failed);
    sentry.configuration = {
      ...configuration,
      pause: { until: SOON, reason: 'an incident', by: 'olga' },
    };
    expect(await sentry.decide('approved', { attempt: 2 })).toMatchObject(failed);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    sentry.configuration = configuration;
    expect(await sentry.decide('approved', { attempt: 3 })).toMatchObject({
      outcome: 'carried-out',
    });
  });

  test('is not made where the approval comes days later, as from a dead-letter queue', async () => {
    const sentry = await askedAbout([revertFirst], DEEDS.added!);
    const at = sentry.groups.now();
    await sentry.pass(2 * DAY + MINUTE);
    expect(await sentry.decide('approved', { at })).toMatchObject({
      outcome: 'conflicting',
      text: expect.stringMatching(/more than two days before .* people have to be asked again/),
    });
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  describe('conflicts, and is not made', () => {
    const cases: [string, string, (sentry: SentryInMemory) => void, RegExp][] = [
      [
        'its group is deleted',
        'added',
        ({ groups }) => groups.all.delete('sg-1'),
        /does not exist any more/,
      ],
      [
        'its group is watched no more',
        'added',
        ({ ledger }) => ledger.adopt('sg-1', [], { releasedAt: SOON }),
        /is not watched any more/,
      ],
      [
        'a policy forbids it by now',
        'added',
        (sentry) => {
          sentry.configuration = { ...sentry.configuration, policies: [forbidSsh, revertFirst] };
        },
        /forbidden by now: .*SSH/,
      ],
      [
        'the rule to be modified is gone',
        'modified',
        ({ groups }) => groups.close('sg-1', 'sgr-1'),
        /does not stand any more/,
      ],
      [
        'the rule to be modified is another by now',
        'modified',
        ({ groups }) => groups.change('sg-1', 'sgr-1', https),
        /is tcp 443 .* by now/,
      ],
      [
        'another rule is that by now',
        'modified',
        ({ groups }) => groups.open('sg-1', wide),
        /another rule is that already/,
      ],
      [
        'the rule is described otherwise by now',
        'given a new description',
        ({ groups }) => groups.change('sg-1', 'sgr-1', { ...narrow, description: 'ours' }),
        /described otherwise by now/,
      ],
    ];

    test.each(cases)('where %s', async (_, name, happen, text) => {
      const sentry = await askedAbout([revertFirst], DEEDS[name]!);
      happen(sentry);
      const before = sentry.groups.rulesIn('sg-1');
      sentry.groups.acts.length = 0;
      expect(await sentry.decide('approved')).toMatchObject({
        outcome: 'conflicting',
        text: expect.stringMatching(text),
      });
      expect(sentry.groups.acts).toEqual([]);
      expect(sentry.groups.rulesIn('sg-1')).toEqual(before);
      expect(
        sentry.ledger
          .grantsOf('sg-1', sentry.asked[0]!.rules[0]!.rule, sentry.groups.now())
          .filter(({ requestId }) => requestId),
      ).toEqual([]);
    });

    test('where one of its rules is: none of them', async () => {
      const sentry = await askedAbout([revertFirst], {
        accepted: [],
        standing: [ssh, https],
        change: added(ssh, https),
      });
      sentry.configuration = { ...sentry.configuration, policies: [forbidSsh, revertFirst] };
      expect(await sentry.decide('approved')).toMatchObject({ outcome: 'conflicting' });
      expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    });

    test('and leaves no grant behind where a try before it had given one', async () => {
      const sentry = await askedAbout([revertFirst], DEEDS.modified!);
      sentry.faults = new Faults(new Map(), { method: 'modify', number: 1, fault: 'crashes' });
      await expect(sentry.decide('approved')).rejects.toThrow();
      sentry.faults = new Faults();
      sentry.groups.close('sg-1', 'sgr-1');
      await sentry.pass(2 * MINUTE);
      expect(await sentry.decide('approved')).toMatchObject({ outcome: 'conflicting' });
      expect(sentry.ledger.grantsOf('sg-1', wide, sentry.groups.now())).toEqual([]);
    });
  });
});

describe('a change that stands', () => {
  test.each(NAMES)('stays once it is approved, and nothing is done: %s', async (name) => {
    const sentry = await askedAbout([standFirst], DEEDS[name]!);
    expect(await sentry.decide('approved')).toMatchObject({
      outcome: 'carried-out',
      text: WORDS[name]!.accepted,
    });
    expect(sentry.groups.acts).toEqual([]);
    await expectPeace(sentry);
    expect(sentry.groups.rulesIn('sg-1')).toEqual(DEEDS[name]!.standing);
  });

  test.each(NAMES)('is reverted where it is denied, or no one answers: %s', async (name) => {
    for (const kind of ['denied', 'expired', 'not-asked'] as const) {
      const sentry = await askedAbout([standFirst], DEEDS[name]!);
      expect(await sentry.decide(kind)).toMatchObject({
        outcome: 'carried-out',
        text: expect.stringContaining(WORDS[name]!.reverted!),
      });
      expect(textsOf(sentry.groups.rulesIn('sg-1'))).toEqual(textsOf(DEEDS[name]!.accepted));
      await sentry.decide(kind);
      expect(sentry.groups.acts).toHaveLength(1);
      await expectPeace(sentry);
      expect(sentry.asked).toHaveLength(1);
    }
  });

  test.each([
    ['denied-before', 'No one was asked, as the same was denied a short while before.'],
    ['too-many', 'No one was asked, as there were too many requests.'],
    ['unreadable', 'No one was asked, as the question could not be read.'],
  ] as const)('says why no one was asked: %s', async (reason, words) => {
    for (const policy of [standFirst, revertFirst]) {
      const sentry = await askedAbout([policy], DEEDS.added!);
      const { text } = await sentry.decide('not-asked', { reason });
      expect(text).toContain(words);
    }
  });

  test('says no more than that no one was asked where no reason is given', async () => {
    const sentry = await askedAbout([revertFirst], DEEDS.added!);
    expect(await sentry.decide('not-asked')).toMatchObject({
      text: 'No one was asked. The rule is not added again.',
    });
  });

  test('stays where no one answers and the policy says so, but is no ground to open it again', async () => {
    const sentry = await askedAbout(
      [asking(lockedRestoring, 'revertIfDenied', 'accept')],
      DEEDS.added!,
    );
    expect(await sentry.decide('expired')).toMatchObject({
      outcome: 'carried-out',
      text: 'The rule stays.',
    });
    await expectPeace(sentry);
    expect(sentry.ledger.grantsOf('sg-1', ssh, sentry.groups.now())).toMatchObject([
      { by: 'no one answered' },
    ]);
    expect(sentry.ledger.grantsOf('sg-1', ssh, sentry.groups.now())[0]!.confirmed).toBeUndefined();
  });

  test('and was reverted once is asked about again when it comes again', async () => {
    const sentry = await askedAbout([standFirst], DEEDS.added!);
    await sentry.decide('denied');
    sentry.groups.put('sg-1', (rules) => [...rules, { ...ssh, id: 'sgr-again' }]);
    await sentry.respond({ ...added({ ...ssh, id: 'sgr-again' }), eventId: 'event-2' });
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https', 'sgr-again']);
    expect(sentry.asked).toHaveLength(2);
  });

  test('is reverted with the words of the one who denied it, in its message and its outcome', async () => {
    const sentry = await askedAbout([standFirst], DEEDS.added!);
    const denialReason = `No ticket. ${'x'.repeat(200)}`;
    const { text } = await sentry.decide('denied', { denialReason });
    expect(text).toMatch(/^It was denied \(No ticket\. x+…\)\. The rule was revoked\.$/);
    expect(sentry.announcer.told.at(-1)!.notices).toEqual([
      { severity: 'low', text: `Denied by U1: ${denialReason}.` },
    ]);
  });

  test('is reverted also under another id', async () => {
    const sentry = await askedAbout([standFirst], DEEDS.added!);
    sentry.groups.put('sg-1', () => [https, { ...ssh, id: 'sgr-other' }]);
    await sentry.decide('denied');
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test('stays, denied, where something else speaks for it by then', async () => {
    const sentry = await askedAbout([standFirst], DEEDS.added!);
    sentry.ledger.grant('sg-1', ssh, {
      cause: 'operator',
      by: 'olga',
      since: sentry.groups.now(),
      reason: 'needed',
    });
    expect(await sentry.decide('denied')).toMatchObject({
      outcome: 'carried-out',
      text: expect.stringMatching(/^It was denied. The rule stays: another grant speaks for it/),
    });
    await expectPeace(sentry);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https', 'sgr-ssh']);
  });

  test('is reverted, denied, where its group was adopted while people were asked', async () => {
    const sentry = SentryInMemory.newTo([asking(forbidSsh, 'revertIfDenied')], ssh, https);
    await sentry.respond(added(ssh));
    await sentry.survey();
    expect(sentry.ledger.grantsOf('sg-1', ssh, sentry.groups.now())).toMatchObject([
      { cause: 'approval-request' },
    ]);
    await sentry.decide('denied');
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    await expectPeace(sentry);
  });

  test.each(NAMES)(
    'is reverted, denied, where other policies adopted the group while people were asked: %s',
    async (name) => {
      const sentry = await askedAbout([standFirst], DEEDS[name]!);
      sentry.configuration = {
        ...sentry.configuration,
        digests: { selection: 's', policies: 'other' },
      };
      await sentry.survey();
      await sentry.decide('denied');
      expect(textsOf(sentry.groups.rulesIn('sg-1'))).toEqual(textsOf(DEEDS[name]!.accepted));
      await expectPeace(sentry);
    },
  );

  test.each([
    ['takes its description', narrow, { ...narrow, description: undefined }],
    ['gives it one for the first time', wide, { ...wide, description: 'mine' }],
  ])(
    'is reverted, denied, where other policies adopted the group meanwhile, and it %s',
    async (_, before, after) => {
      const sentry = await askedAbout([standFirst], {
        accepted: [before],
        standing: [after],
        change: described({ rule: after }),
      });
      sentry.configuration = {
        ...sentry.configuration,
        digests: { selection: 's', policies: 'other' },
      };
      await sentry.survey();
      await sentry.decide('denied');
      expect(textsOf(sentry.groups.rulesIn('sg-1'))).toEqual(textsOf([before]));
    },
  );

  test.each(['added', 'modified', 'removed'])(
    'is reverted after a pause without asking, where it is denied in it and no one tries again: %s',
    async (name) => {
      const sentry = await askedAbout(
        [asking(lockedRestoring, 'revertIfDenied', 'accept')],
        DEEDS[name]!,
      );
      sentry.configuration = {
        ...sentry.configuration,
        pause: { until: SOON, reason: 'an incident', by: 'olga' },
      };
      expect(await sentry.decide('denied')).toMatchObject({
        outcome: 'failed',
        text: expect.stringContaining('paused'),
      });
      expect(sentry.groups.rulesIn('sg-1')).toEqual(DEEDS[name]!.standing);
      for (let run = 0; run < 3; run += 1) {
        await sentry.pass(HOUR);
        await sentry.reconcile();
      }
      expect(textsOf(sentry.groups.rulesIn('sg-1'))).toEqual(textsOf(DEEDS[name]!.accepted));
      expect(sentry.asked).toHaveLength(1);
    },
  );

  test('conflicts, approved, where it does not stand any more, and what it was counts again', async () => {
    const gone = await askedAbout([standFirst], DEEDS.added!);
    gone.groups.close('sg-1', 'sgr-ssh');
    expect(await gone.decide('approved')).toMatchObject({
      outcome: 'conflicting',
      text: 'The rule does not stand any more.',
    });
    expect(gone.ledger.grantsOf('sg-1', ssh, gone.groups.now())).toEqual([]);

    const back = await askedAbout([standFirst], DEEDS.modified!);
    back.groups.change('sg-1', 'sgr-1', narrow);
    expect(await back.decide('approved')).toMatchObject({ outcome: 'conflicting' });
    expect(back.ledger.grantsOf('sg-1', narrow, back.groups.now())).toMatchObject([
      { cause: 'adopted' },
    ]);
  });

  test('fails, denied, where a removed rule cannot be put back', async () => {
    const sentry = await askedAbout(
      [asking(lockedRestoring, 'revertIfDenied'), { ...forbidSsh, response: 'revert' }],
      {
        accepted: [ssh],
        standing: [],
        change: removed({ id: 'sgr-ssh' }),
      },
    );
    expect(await sentry.decide('denied')).toMatchObject({
      outcome: 'failed',
      text: expect.stringContaining('1 rule cannot be put back: it violates a baseline itself'),
    });
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('is not asked about again, denied, where the event history will never confirm the removed rule', async () => {
    const sentry = SentryInMemory.watching([standFirst], narrow);
    const deployment = by(deployer, { ...modified('sgr-1'), eventId: 'event-0' });
    sentry.groups.put('sg-1', () => [wide]);
    sentry.history.changes.push(deployment);
    await sentry.respond(deployment);
    await sentry.pass(25 * HOUR);
    sentry.groups.close('sg-1', 'sgr-1');
    await sentry.respond({ ...removed({ id: 'sgr-1' }), time: sentry.groups.now() });
    expect(await sentry.decide('denied')).toMatchObject({
      outcome: 'failed',
      text: expect.stringContaining('does not confirm that a trusted actor added it'),
    });
    await expectPeace(sentry);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    expect(sentry.asked).toHaveLength(1);
  });
});

describe('an approval for a time', () => {
  const responses = [
    ['reverted first', revertFirst],
    ['standing first', standFirst],
  ] as const;

  test.each(responses)('carries its end on the rule, and ends with it: %s', async (_, policy) => {
    for (const name of ['added', 'modified']) {
      const sentry = await askedAbout([policy], DEEDS[name]!);
      await sentry.decide('approved', { until: SOON });
      const wanted = sentry.asked[0]!.rules[0]!.rule;
      const standing = sentry.groups
        .rulesIn('sg-1')
        .find((one) => ruleKey(one) === ruleKey(wanted))!;
      expect(standing.tags).toContainEqual({
        key: 'cdk-sentries:approved-until',
        value: '2026-01-01T01:00:00.000Z',
      });
      await sentry.pass(50 * MINUTE);
      await sentry.reconcile();
      expect(sentry.groups.keysIn('sg-1')).toContain(ruleKey(wanted));
      await sentry.pass(10 * MINUTE);
      expect(await sentry.decide('ended')).toMatchObject({
        outcome: 'carried-out',
        text: expect.stringContaining(WORDS[name]!.reverted!),
      });
      expect(textsOf(sentry.groups.rulesIn('sg-1'))).toEqual(textsOf(DEEDS[name]!.accepted));
      await expectPeace(sentry);
      expect(sentry.asked).toHaveLength(1);
    }
  });

  test('needs no tag where a member does not let the hub put one, and says so', async () => {
    const sentry = await askedAbout([standFirst], DEEDS.added!);
    sentry.groups.tag = async () => {
      throw new MemberRefusedError('222222222222', 'role', 'add or restore rules', 'no such role');
    };
    expect(await sentry.decide('approved', { until: SOON })).toMatchObject({
      outcome: 'carried-out',
      text: expect.stringMatching(
        / No tag says so: Account 222222222222 does not let the hub add or restore rules: no such role\.$/,
      ),
    });
  });

  test.each(responses)(
    'ends, without asking again, also where only reconcile notices: %s',
    async (_, policy) => {
      for (const name of ['added', 'modified']) {
        const sentry = await askedAbout([policy], DEEDS[name]!);
        await sentry.decide('approved', { until: SOON });
        await sentry.pass(HOUR);
        await sentry.reconcile();
        expect(textsOf(sentry.groups.rulesIn('sg-1'))).toEqual(textsOf(DEEDS[name]!.accepted));
        await sentry.decide('ended');
        await expectPeace(sentry);
        expect(sentry.asked).toHaveLength(1);
      }
    },
  );

  test('leaves the rule where another grant speaks for it, and nothing of its own behind', async () => {
    const sentry = await askedAbout([revertFirst], DEEDS.added!);
    await sentry.decide('approved', { until: SOON });
    sentry.ledger.grant('sg-1', sentry.groups.rulesIn('sg-1').at(-1)!, {
      cause: 'operator',
      by: 'olga',
      since: sentry.groups.now(),
      reason: 'needed',
    });
    await sentry.pass(HOUR);
    expect(await sentry.decide('ended')).toMatchObject({
      outcome: 'carried-out',
      text: expect.stringMatching(/approval is over. The rule stays: another grant speaks for it/),
    });
    expect(sentry.groups.keysIn('sg-1')).toContain(ruleKey(ssh));
    expect(sentry.ledger.entryOf('sg-1', ssh)!.grants).toMatchObject([{ cause: 'operator' }]);
  });

  test('ends where an adoption has found the rule meanwhile', async () => {
    const sentry = await askedAbout([revertFirst], DEEDS.added!);
    await sentry.decide('approved', { until: SOON });
    sentry.configuration = {
      ...sentry.configuration,
      digests: { selection: 's', policies: 'other' },
    };
    await sentry.survey();
    await sentry.pass(HOUR);
    await sentry.decide('ended');
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test('after which the same is asked about again', async () => {
    const sentry = await askedAbout([revertFirst], DEEDS.added!);
    await sentry.decide('approved', { until: SOON });
    await sentry.pass(HOUR);
    await sentry.decide('ended');
    sentry.groups.put('sg-1', (rules) => [...rules, { ...ssh, id: 'sgr-again' }]);
    await sentry.respond({ ...added({ ...ssh, id: 'sgr-again' }), eventId: 'event-2' });
    expect(sentry.asked).toHaveLength(2);
  });

  test('gives a modified rule its earlier values back, though the event of the modification was judged before the sentry knew that it had worked', async () => {
    const sentry = await askedAbout([revertFirst], DEEDS.modified!);
    const { modify } = sentry.groups;
    sentry.groups.modify = async (...call) => {
      const answer = await modify.apply(sentry.groups, call);
      await sentry.respond({
        ...by({ type: 'AssumedRole', ...OWN }, modified('sgr-1')),
        eventId: 'event-own',
      });
      return answer;
    };
    await sentry.decide('approved', { until: SOON });
    sentry.groups.modify = modify;
    expect(sentry.groups.rulesIn('sg-1')).toMatchObject([{ peer: wide.peer }]);
    await sentry.pass(HOUR);
    await sentry.decide('ended');
    expect(sentry.groups.rulesIn('sg-1')).toMatchObject([{ peer: narrow.peer }]);
  });

  test('of a modified rule does not keep the sentry from accepting its earlier values as another rule', async () => {
    const sentry = await askedAbout([revertFirst], DEEDS.modified!);
    await sentry.decide('approved', { until: SOON });
    const other = { ...narrow, id: 'sgr-other' };
    sentry.groups.put('sg-1', (rules) => [...rules, other]);
    await sentry.respond({ ...added(other), eventId: 'event-2' });
    await sentry.decide('approved');
    await sentry.reconcile();
    expect(sentry.groups.keysIn('sg-1')).toEqual([ruleKey(wide), ruleKey(narrow)]);
    await sentry.pass(HOUR);
    await sentry.decide('ended', { requestId: sentry.asked[0]!.requestId });
    expect(sentry.groups.keysIn('sg-1')).toEqual([ruleKey(narrow)]);
  });
});

describe('whichever call fails, before or after it has worked', () => {
  const faults: Fault[] = [
    'fails',
    'fails after it has worked',
    'loses its answer',
    'crashes',
    'crashes after it has worked',
  ];
  const paths = NAMES.flatMap((name) =>
    [revertFirst, standFirst].flatMap((policy) =>
      (['approved', 'denied', 'expired'] as const).flatMap((kind) =>
        (kind === 'approved' && (name === 'added' || name === 'modified')
          ? [undefined, SOON]
          : [undefined]
        ).map((until) => ({
          name,
          policy,
          kind,
          until,
          title: `${name} ${policy.response} ${kind}${until ? ' for a time' : ''}`,
        })),
      ),
    ),
  );

  /** The decision, and the end of its time, each tried until it is done. */
  async function carriedOut(
    sentry: SentryInMemory,
    kind: 'approved' | 'denied' | 'expired',
    until: Date | undefined,
  ): Promise<string[]> {
    const told = await untilDone(sentry, kind, until);
    if (!until) return [told];
    await sentry.pass(HOUR);
    return [told, await untilDone(sentry, 'ended', undefined)];
  }

  async function untilDone(
    sentry: SentryInMemory,
    kind: 'approved' | 'denied' | 'expired' | 'ended',
    until: Date | undefined,
  ): Promise<string> {
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      const result = await sentry
        .decide(kind, { tries, at: new Date('2026-01-01T00:00:20Z'), ...(until && { until }) })
        .catch(() => undefined);
      sentry.faults.restart();
      if (result) return `${result.outcome}: ${result.text}`;
      await sentry.pass(backOffSeconds(tries) * 1_000);
    }
    throw new Error('It came to no end.');
  }

  test.each(paths)(
    'retries end in the same state and the same words, with nothing done twice: $title',
    async ({ name, policy, kind, until }) => {
      const smooth = await askedAbout([policy], DEEDS[name]!);
      smooth.groups.acts.length = 0;
      const told = await carriedOut(smooth, kind, until);
      expect(told.every((text) => text.startsWith('carried-out: '))).toBe(true);
      const end = endOf(smooth, told);
      for (const fault of faults) {
        for (let number = 1; ; number += 1) {
          const sentry = await askedAbout([policy], DEEDS[name]!);
          sentry.groups.acts.length = 0;
          sentry.faults = new Faults(new Map([[number, fault]]));
          const at = `${fault} at ${number}`;
          const toldWithFault = await carriedOut(sentry, kind, until);
          expect({ at, ...endOf(sentry, toldWithFault) }).toEqual({ at, ...end });
          if (sentry.faults.calls < number) break;
        }
      }
    },
  );

  test('what is applied is not called a conflict where EC2 calls its own values a duplicate', async () => {
    const sentry = await askedAbout([revertFirst], DEEDS.modified!);
    sentry.groups.callsOwnValuesDuplicate = true;
    sentry.faults = new Faults(new Map(), {
      method: 'modify',
      number: 1,
      fault: 'loses its answer',
    });
    expect(await sentry.decide('approved')).toMatchObject({
      outcome: 'carried-out',
      text: 'The rule was modified again.',
    });
  });

  function endOf({ groups, ledger }: SentryInMemory, told: readonly string[]) {
    return {
      told,
      rules: textsOf(groups.rulesIn('sg-1')),
      acts: groups.acts.map(({ kind, rule: one }) => `${kind} ${ruleKey(one)}`),
      granted: ledger.grantedKeys('sg-1', groups.now()),
    };
  }

  test.each(NAMES)('no one is left unasked: %s', async (name) => {
    const { accepted, standing, change } = DEEDS[name]!;
    for (const policy of [revertFirst, standFirst]) {
      for (const fault of faults) {
        for (let number = 1; ; number += 1) {
          const sentry = SentryInMemory.watching([policy], ...accepted);
          sentry.groups.put('sg-1', () => standing);
          sentry.faults = new Faults(new Map([[number, fault]]));
          for (let tries = 1; tries <= 3; tries += 1) {
            await sentry.respond(change, tries).catch(() => undefined);
            sentry.faults.restart();
            await sentry.pass(91_000);
          }
          const at = `${fault} at ${number}`;
          const asked = sentry.asked.length;
          const { calls } = sentry.faults;
          sentry.faults = new Faults();
          await sentry.decide('approved');
          const rules = textsOf(sentry.groups.rulesIn('sg-1'));
          expect({ at, asked, rules }).toEqual({ at, asked: 1, rules: textsOf(standing) });
          if (calls < number) break;
        }
      }
    }
  });
});

test('a rule that no record names in full is asked about like any other', async () => {
  const sentry = await askedAbout([revertFirst], {
    accepted: [],
    standing: [ssh],
    change: changeOf({ complete: false }),
  });
  await sentry.decide('approved');
  expect(sentry.groups.keysIn('sg-1')).toEqual([ruleKey(ssh)]);
});
