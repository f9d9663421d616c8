import type { Change } from '../../../../src/security-group/domain/changes/change';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import { ruleKey, type Rule } from '../../../../src/security-group/domain/rules/rule';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  asking,
  by,
  configurationOf,
  deployer,
  described,
  forbidPort,
  forbidSsh,
  locked,
  lockedRestoring,
  mallory,
  modified,
  removed,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const ssh = rule({ id: 'sgr-ssh', description: 'for me' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const narrow = rule({ id: 'sgr-1', ipRange: '10.0.0.0/8', description: 'office' });
const wide = rule({ id: 'sgr-1' });

/** The group holds `standing`; the ledger has adopted `accepted` of it. */
function sentryWith(
  policies: readonly Policy[],
  accepted: readonly Rule[],
  standing: readonly Rule[],
): SentryInMemory {
  const sentry = SentryInMemory.watching(policies, ...accepted);
  sentry.groups.put('sg-1', () => standing);
  return sentry;
}

/** "change rule" of all that people were asked, request by request. */
function askedRules({ asked }: SentryInMemory): string[][] {
  return asked.map(({ rules }) => rules.map((one) => `${one.change} ${ruleKey(one.rule)}`));
}

describe('with revertUntilApproved a change is reverted, and asked about', () => {
  const policy = asking(lockedRestoring, 'revertUntilApproved');

  test.each<[string, readonly Rule[], readonly Rule[], Change, object]>([
    ['added', [https], [https, ssh], added(ssh), { change: 'added', rule: ssh }],
    [
      'modified',
      [narrow],
      [wide],
      modified('sgr-1'),
      { change: 'modified', rule: wide, before: narrow },
    ],
    [
      'given a new description',
      [narrow],
      [{ ...narrow, description: 'mine' }],
      described({ rule: { ...narrow, description: 'mine' } }),
      { change: 'described', rule: { ...narrow, description: 'mine' }, before: narrow },
    ],
    ['removed', [narrow], [], removed({ id: 'sgr-1' }), { change: 'removed', rule: narrow }],
  ])('where a rule was %s', async (_, accepted, standing, change, expected) => {
    const sentry = sentryWith([policy], accepted, standing);
    await sentry.respond(change);
    expect(sentry.groups.keysIn('sg-1')).toEqual(accepted.map(ruleKey));
    expect(sentry.groups.rulesIn('sg-1').map(({ description }) => description)).toEqual(
      accepted.map(({ description }) => description),
    );
    expect(sentry.asked).toMatchObject([
      {
        workflow: 'approvals',
        response: 'revertUntilApproved',
        group: { id: 'sg-1' },
        call: { eventId: 'event-1' },
        rules: [expected],
      },
    ]);
    expect(sentry.asked[0]!.rules[0]!.violations).toMatchObject([
      { baseline: 'locked', response: 'revertUntilApproved' },
    ]);
  });

  test('with no earlier values where these could not be put back: it was revoked, and would be added again', async () => {
    const half = rule({ id: 'sgr-1', ipRange: '0.0.0.0/1' });
    const sentry = sentryWith([asking(forbidSsh, 'revertUntilApproved')], [half], [wide]);
    await sentry.respond(modified('sgr-1'));
    expect(sentry.asked[0]!.rules).toMatchObject([{ change: 'modified', rule: wide }]);
    expect(sentry.asked[0]!.rules[0]!.before).toBeUndefined();
    expect(await sentry.decide('approved')).toMatchObject({ outcome: 'carried-out' });
    expect(sentry.groups.keysIn('sg-1')).toEqual([ruleKey(wide)]);
  });

  test('and the message says so, without making news of what was told a moment ago', async () => {
    const sentry = sentryWith([policy], [], [ssh]);
    const [first] = await sentry.respond(added(ssh));
    const again = { ...ssh, id: 'sgr-again' };
    sentry.groups.put('sg-1', () => [again]);
    const [second] = await sentry.respond({ ...added(again), eventId: 'event-2' });
    expect(first?.notices).toEqual([
      {
        severity: 'low',
        text: expect.stringMatching(
          /^People are asked by approvals whether it may be made again: request /,
        ),
      },
    ]);
    expect([first?.isRepeat, second?.isRepeat]).toEqual([false, true]);
  });

  test('each time: the same again is another request', async () => {
    const sentry = sentryWith([policy], [], [ssh]);
    await sentry.respond(added(ssh));
    sentry.groups.put('sg-1', () => [{ ...ssh, id: 'sgr-again' }]);
    await sentry.respond({ ...added({ ...ssh, id: 'sgr-again' }), eventId: 'event-2' });
    expect(sentry.groups.acts).toHaveLength(2);
    expect(new Set(sentry.asked.map(({ requestId }) => requestId)).size).toBe(2);
    expect(askedRules(sentry)).toEqual([[`added ${ruleKey(ssh)}`], [`added ${ruleKey(ssh)}`]]);
  });

  test('but not where someone was quicker to revert it', async () => {
    const sentry = sentryWith([policy], [], []);
    await sentry.respond(added(ssh));
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh already-gone']);
    expect(sentry.asked).toEqual([]);
  });

  test('once, however often the event is delivered', async () => {
    const sentry = sentryWith([policy], [], [ssh]);
    for (const tries of [1, 2, 3]) await sentry.respond(added(ssh), tries);
    expect(sentry.announcer.asked).toHaveLength(1);
  });

  test('when all of it is reverted: until then nothing of it is asked', async () => {
    const sentry = sentryWith([policy], [], [ssh, https]);
    sentry.groups.refuses.set('sgr-https', { kind: 'unavailable', reason: 'RequestLimitExceeded' });
    await expect(sentry.respond(added(ssh, https))).rejects.toThrow('not all of its rules');
    expect(sentry.announcer.asked).toEqual([]);
    sentry.groups.refuses.clear();
    await sentry.respond(added(ssh, https), 2);
    expect(askedRules(sentry)).toEqual([[`added ${ruleKey(ssh)}`, `added ${ruleKey(https)}`]]);
  });

  test('also where no event tells of it', async () => {
    const sentry = sentryWith([policy], [], [ssh]);
    await sentry.reconcile();
    await sentry.pass(10 * MINUTE);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    expect(sentry.asked).toMatchObject([
      { call: { eventId: 'none' }, rules: [{ rule: { id: 'sgr-ssh' } }] },
    ]);
  });

  test('in a group that is not adopted yet as well', async () => {
    const sentry = SentryInMemory.newTo([asking(forbidSsh, 'revertUntilApproved')], ssh);
    await sentry.respond(added(ssh));
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    expect(sentry.asked).toHaveLength(1);
  });
});

describe('with revertIfDenied a change stands, and is asked about', () => {
  const policy = asking(lockedRestoring, 'revertIfDenied');

  test.each<[string, readonly Rule[], readonly Rule[], Change]>([
    ['added', [https], [https, ssh], added(ssh)],
    ['modified', [narrow], [wide], modified('sgr-1')],
    [
      'given a new description',
      [narrow],
      [{ ...narrow, description: 'mine' }],
      described({ rule: { ...narrow, description: 'mine' } }),
    ],
    ['removed', [narrow], [], removed({ id: 'sgr-1' })],
  ])(
    'where a rule was %s: reconcile finds nothing due while people have time to answer',
    async (_, accepted, standing, change) => {
      const sentry = sentryWith([policy], accepted, standing);
      await sentry.respond(change);
      expect(sentry.groups.acts).toEqual([]);
      expect(sentry.asked).toMatchObject([
        { response: 'revertIfDenied', whenUnanswered: 'revert' },
      ]);
      for (const passed of [0, 10 * MINUTE, DAY]) {
        await sentry.pass(passed);
        await sentry.reconcile();
      }
      expect(sentry.groups.rulesIn('sg-1')).toEqual(standing);
      expect(sentry.announcer.told).toHaveLength(1);
      expect(sentry.asked).toHaveLength(1);
    },
  );

  test.each<[string, readonly Rule[], readonly Rule[], Change]>([
    ['added', [https], [https, ssh], added(ssh)],
    ['modified', [narrow], [wide], modified('sgr-1')],
    ['removed', [narrow], [], removed({ id: 'sgr-1' })],
  ])(
    'and is reverted without asking where its request ends and no decision comes: %s',
    async (_, accepted, standing, change) => {
      const sentry = sentryWith([policy], accepted, standing);
      await sentry.respond(change);
      await sentry.pass(DAY + 15 * MINUTE);
      for (let run = 0; run < 3; run += 1) {
        await sentry.reconcile();
        await sentry.pass(10 * MINUTE);
      }
      expect(sentry.groups.keysIn('sg-1')).toEqual(accepted.map(ruleKey));
      expect(sentry.asked).toHaveLength(1);
    },
  );

  test('and, removed, is put back at the end of its request also where nothing but the event history speaks for it', async () => {
    const sentry = sentryWith([policy], [], [https]);
    const deployment = by(deployer, { ...added(https), eventId: 'event-0' });
    sentry.history.changes.push(deployment);
    await sentry.respond(deployment);
    sentry.groups.close('sg-1', 'sgr-https');
    await sentry.respond(removed({ id: 'sgr-https' }));
    await sentry.pass(DAY + 15 * MINUTE);
    await sentry.reconcile();
    await sentry.pass(10 * MINUTE);
    await sentry.reconcile();
    expect(sentry.groups.keysIn('sg-1')).toEqual([ruleKey(https)]);
    expect(sentry.asked).toHaveLength(1);
  });

  test('and stays for good, unanswered, where the policy says so', async () => {
    const sentry = sentryWith([asking(lockedRestoring, 'revertIfDenied', 'accept')], [], [ssh]);
    await sentry.respond(added(ssh));
    await sentry.pass(3 * DAY);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-ssh']);
    expect(sentry.announcer.told).toHaveLength(1);
  });

  test('and a removed rule that someone puts there again is asked about once, and stands', async () => {
    const sentry = sentryWith([policy], [narrow], []);
    await sentry.respond(removed({ id: 'sgr-1' }));
    const again = sentry.groups.open('sg-1', narrow)!;
    await sentry.respond({ ...added(again), eventId: 'event-2' });
    for (let run = 0; run < 3; run += 1) {
      await sentry.pass(10 * MINUTE);
      await sentry.reconcile();
    }
    expect(askedRules(sentry)).toEqual([
      [`removed ${ruleKey(narrow)}`],
      [`added ${ruleKey(narrow)}`],
    ]);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([again.id]);
  });

  test('and a removed rule that a trusted actor puts there again is accepted', async () => {
    const sentry = sentryWith([policy], [narrow], []);
    await sentry.respond(removed({ id: 'sgr-1' }));
    const again = sentry.groups.open('sg-1', narrow)!;
    await sentry.respond({ ...by(deployer, added(again)), eventId: 'event-2' });
    await sentry.pass(10 * MINUTE);
    await sentry.reconcile();
    expect(sentry.asked).toHaveLength(1);
    expect(
      sentry.ledger.grantsOf('sg-1', again, sentry.groups.now()).map(({ cause }) => cause),
    ).toContain('trusted-actor');
  });

  test('and is no ground to put it back once someone has closed it: no one has approved it', async () => {
    const sentry = sentryWith([asking(forbidSsh, 'revertIfDenied'), lockedRestoring], [], [ssh]);
    await sentry.respond(by(deployer, added(ssh)));
    expect(sentry.asked).toHaveLength(1);
    sentry.groups.close('sg-1', 'sgr-ssh');
    await sentry.respond({ ...by(mallory, removed({ id: 'sgr-ssh' })), eventId: 'event-2' });
    expect(sentry.groups.acts).toEqual([]);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('and is shown as what it was when it was last accepted, where it is modified again before people decide', async () => {
    const sentry = sentryWith([policy], [narrow], [wide]);
    await sentry.respond(modified('sgr-1'));
    const other = rule({ id: 'sgr-1', fromPort: 80, toPort: 80 });
    sentry.groups.put('sg-1', () => [other]);
    await sentry.respond({ ...modified('sgr-1'), eventId: 'event-2' });
    expect(sentry.asked[1]!.rules).toMatchObject([
      { change: 'modified', rule: other, before: narrow },
    ]);
    await sentry.decide('denied');
    expect(sentry.groups.rulesIn('sg-1')).toEqual([narrow]);
  });

  test('and is told once where another policy only notifies of it', async () => {
    const sentry = sentryWith([{ ...forbidSsh, response: 'notifyOnly' }, policy], [], [ssh]);
    await sentry.respond(added(ssh));
    for (let run = 0; run < 3; run += 1) {
      await sentry.pass(10 * MINUTE);
      await sentry.reconcile();
    }
    expect(sentry.announcer.told).toHaveLength(1);
    expect(sentry.asked).toHaveLength(1);
  });
});

describe('people are asked', () => {
  test('for the rules of one call together, the most dangerous first', async () => {
    const all = rule({ id: 'sgr-all', protocol: '-1' });
    const egress = rule({ id: 'sgr-out', direction: 'egress' });
    const internal = rule({ id: 'sgr-in', ipRange: '10.0.0.0/8', fromPort: 80, toPort: 80 });
    const sentry = sentryWith(
      [asking(locked, 'revertUntilApproved')],
      [],
      [egress, internal, https, all, ssh],
    );
    await sentry.respond(added(egress, internal, https, all, ssh));
    expect(sentry.asked[0]!.rules.map((one) => one.rule.id)).toEqual([
      'sgr-all',
      'sgr-ssh',
      'sgr-https',
      'sgr-in',
      'sgr-out',
    ]);
  });

  test('in one request for each workflow, and for each way of asking', async () => {
    const sentry = sentryWith(
      [asking(forbidSsh, 'revertUntilApproved'), asking(locked, 'revertIfDenied')],
      [],
      [ssh, https],
    );
    await sentry.respond(added(ssh, https));
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    expect(sentry.asked.map(({ response }) => response).sort()).toEqual([
      'revertIfDenied',
      'revertUntilApproved',
    ]);
    expect(askedRules(sentry).flat().sort()).toEqual([
      `added ${ruleKey(ssh)}`,
      `added ${ruleKey(https)}`,
    ]);
  });

  test('not where a policy takes the same back without asking', async () => {
    const sentry = sentryWith([asking(locked, 'revertIfDenied'), forbidSsh], [], [ssh]);
    await sentry.respond(added(ssh));
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    expect(sentry.asked).toEqual([]);
  });

  test('not about what a trusted actor does', async () => {
    const sentry = sentryWith([asking(lockedRestoring, 'revertUntilApproved')], [narrow], [ssh]);
    await sentry.respond(by(deployer, added(ssh)));
    await sentry.respond({ ...by(deployer, removed({ id: 'sgr-1' })), eventId: 'event-2' });
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-ssh']);
    expect(sentry.asked).toEqual([]);
  });

  test.each(['revertUntilApproved', 'revertIfDenied'] as const)(
    'not while the sentry only observes, or is paused: %s',
    async (response) => {
      const pause = { until: new Date('2026-01-01T01:00:00Z'), reason: 'an incident', by: 'olga' };
      for (const values of [{ mode: 'OBSERVE' as const }, { pause }]) {
        const sentry = sentryWith([asking(locked, response)], [], [ssh]);
        sentry.configuration = configurationOf([asking(locked, response)], values);
        await sentry.respond(added(ssh));
        expect(sentry.groups.acts).toEqual([]);
        expect(sentry.asked).toEqual([]);
        expect(sentry.ledger.grantsOf('sg-1', ssh)).toEqual([]);
      }
    },
  );

  test('after a pause about what has come in it', async () => {
    const sentry = sentryWith([asking(locked, 'revertUntilApproved')], [], [ssh]);
    sentry.configuration = {
      ...sentry.configuration,
      pause: { until: new Date('2026-01-01T01:00:00Z'), reason: 'an incident', by: 'olga' },
    };
    await sentry.respond(added(ssh));
    await sentry.pass(60 * MINUTE);
    await sentry.reconcile();
    await sentry.pass(10 * MINUTE);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    expect(sentry.asked).toHaveLength(1);
  });

  test('with the names of the groups that the rules refer to', async () => {
    const peer = rule({ id: 'sgr-peer', groupId: 'sg-2' });
    const groups = GroupsInMemory.of('sg-1', peer);
    groups.create({ id: 'sg-2', name: 'database' });
    const sentry = new SentryInMemory(
      configurationOf([asking(locked, 'revertUntilApproved')]),
      groups,
    );
    sentry.ledger.adopt('sg-1', []);
    await sentry.respond(added(peer));
    expect(sentry.asked).toMatchObject([{ groupNames: { 'sg-2': 'database' } }]);
  });

  test('with the name of the group that a rule referred to before, and without one that has none', async () => {
    const before = rule({ id: 'sgr-peer', groupId: 'sg-2' });
    const since = rule({ id: 'sgr-peer', groupId: 'sg-3' });
    const sentry = sentryWith([asking(locked, 'revertUntilApproved')], [before], [since]);
    sentry.groups.create({ id: 'sg-2', name: 'database' });
    sentry.groups.create({ id: 'sg-3' });
    await sentry.respond(modified('sgr-peer'));
    expect(sentry.asked.map(({ groupNames }) => groupNames)).toEqual([{ 'sg-2': 'database' }]);
  });

  test('without the names of groups that cannot be looked up', async () => {
    const peer = rule({ id: 'sgr-peer', groupId: 'sg-2' });
    const sentry = sentryWith([asking(locked, 'revertUntilApproved')], [], [peer]);
    sentry.groups.find = async () => Promise.reject(new Error('RequestLimitExceeded'));
    await sentry.respond(added(peer));
    expect(sentry.asked.map(({ groupNames }) => groupNames)).toEqual([{}]);
  });

  test('about what stands, though another rule of the call could not be reverted', async () => {
    const telnet = rule({ id: 'sgr-telnet', fromPort: 23, toPort: 23 });
    const noTelnet = asking(forbidPort(23), 'revertUntilApproved');
    const sentry = sentryWith([asking(forbidSsh, 'revertIfDenied'), noTelnet], [], [ssh, telnet]);
    sentry.groups.refuses.set('sgr-telnet', { kind: 'unavailable', reason: 'no' });
    await expect(sentry.respond(added(ssh, telnet))).rejects.toThrow('not all of its rules');
    expect(askedRules(sentry)).toEqual([[`added ${ruleKey(ssh)}`]]);
    expect(sentry.announcer.told[0]!.notices.map(({ text }) => text)).toEqual([
      `People are asked by approvals whether it may stay: request ${sentry.lastRequestId}.`,
    ]);
  });

  test('what was kept first, whatever a later try finds: what they see is what is carried out', async () => {
    const sentry = sentryWith([asking(locked, 'revertUntilApproved')], [], [ssh]);
    sentry.announcer.tell = async () => Promise.reject(new Error('no topic'));
    sentry.ledger.acted = async () => Promise.reject(new Error('no table'));
    await expect(sentry.respond(added(ssh))).rejects.toThrow('no table');
    const [kept] = [...sentry.asker.kept.values()];
    sentry.groups.all.set('sg-1', {
      details: { id: 'sg-1', name: 'renamed' },
      rules: [],
      unreadableRuleIds: [],
    });
    sentry.ledger.acted = async (_, { asks }) => {
      expect(asks).toEqual([sentry.asker.render(kept!.asked)]);
      throw new Error('enough');
    };
    await expect(sentry.respond(added(ssh), 2)).rejects.toThrow('enough');
  });
});
