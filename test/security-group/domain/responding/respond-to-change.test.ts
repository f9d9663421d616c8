import type { ActAnswer } from '../../../../src/security-group/domain/groups/security-groups';
import type { Grant } from '../../../../src/security-group/domain/ledger/ledger';
import { LedgerConflictError } from '../../../../src/security-group/domain/ledger/ledger-store';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import {
  secondsOpen,
  severityOf,
} from '../../../../src/security-group/domain/reporting/change-report';
import { UnfinishedError } from '../../../../src/security-group/domain/responding/unfinished-error';
import type { PrefixList } from '../../../../src/security-group/domain/rules/prefix-list';
import { type Rule, ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { HistoryInMemory } from '../../in-memory/history-in-memory';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  by,
  changeOf,
  configurationOf,
  deployer,
  described,
  eve,
  forbidSsh,
  locked,
  lockedNotify,
  lockedRestoring,
  mallory,
  modified,
  removed,
  sentryItself,
} from '../../samples/changes';
import { LETS_ALL_OUT, rule } from '../../samples/rules';

const ssh = rule({ id: 'sgr-ssh' });
const http = rule({ id: 'sgr-http', fromPort: 80, toPort: 80 });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const narrow = rule({
  id: 'sgr-1',
  ipRange: '10.0.0.0/8',
  description: 'office',
  tags: [{ key: 'team', value: 'a' }],
});
const wide = rule({ id: 'sgr-1', tags: [{ key: 'team', value: 'a' }] });

/** Answers of EC2 after which another try would do no better. */
const NEVER_TO_BE: readonly ActAnswer[] = [
  { kind: 'impossible', reason: 'no' },
  { kind: 'refused', reason: 'no' },
  { kind: 'already-present' },
];

/** The group holds `standing`; the ledger has adopted `accepted` of it. */
function sentryWith(
  policies: readonly Policy[],
  { accepted, standing }: { accepted: readonly Rule[]; standing: readonly Rule[] },
): SentryInMemory {
  const sentry = SentryInMemory.watching(policies, ...accepted);
  sentry.groups.put('sg-1', () => standing);
  return sentry;
}

test('egress to what NAT64 translates is reverted as egress to the internet', async () => {
  const mail: Policy = {
    baseline: {
      kind: 'forbid',
      patterns: [
        {
          name: 'mail',
          direction: 'egress',
          traffic: [{ kind: 'protocol', protocol: 'tcp', fromPort: 25, toPort: 25 }],
          peers: [{ kind: 'internet' }],
        },
      ],
    },
    response: 'revert',
  };
  const translated = rule({
    id: 'sgr-nat64',
    direction: 'egress',
    fromPort: 25,
    toPort: 25,
    ipRange: '64:ff9b::/96',
  });
  const sentry = SentryInMemory.newTo([mail], translated);
  await sentry.respond(added(translated));
  expect(sentry.announcer.outcomes()).toEqual(['added sgr-nat64 reverted']);
  expect(sentry.groups.rulesIn('sg-1')).toEqual([]);
});

describe('a rule that violates', () => {
  test('is revoked, all else stays, and the report says what is true', async () => {
    const sentry = sentryWith([locked], { accepted: [https], standing: [ssh, https] });
    const [report] = await sentry.respond(added(ssh));
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    expect(report).toMatchObject({
      group: { id: 'sg-1', name: 'web' },
      explainedBy: 'event',
      rules: [{ rule: ssh, change: 'added', outcome: { kind: 'reverted' } }],
    });
    expect(secondsOpen(report!)).toBe(10);
    expect(severityOf(report!)).toBe('medium');
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  });

  test('is revoked while the others of the same call stay', async () => {
    const sentry = sentryWith([forbidSsh], { accepted: [], standing: [ssh, https] });
    await sentry.respond(added(ssh, https));
    expect(sentry.groups.acts).toMatchObject([{ kind: 'revoke', groupId: 'sg-1', rule: ssh }]);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  });

  test('stays where the policy says to tell only', async () => {
    const sentry = sentryWith([{ ...forbidSsh, response: 'notifyOnly' }], {
      accepted: [],
      standing: [ssh],
    });
    const [report] = await sentry.respond(added(ssh));
    expect(sentry.groups.acts).toEqual([]);
    expect(report!.rules).toMatchObject([{ outcome: { kind: 'kept' } }]);
    expect(severityOf(report!)).toBe('high');
    expect(sentry.ledger.entryOf('sg-1', ssh)).toMatchObject({
      grants: [],
      toldAt: expect.any(Date),
    });
  });

  test('in a group that is not adopted is revoked as well, and nothing is written down', async () => {
    const sentry = SentryInMemory.newTo([forbidSsh, locked], ssh, https);
    await sentry.respond(added(https));
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-ssh']);
    expect((await sentry.ledger.read('sg-1')).entries.size).toBe(0);
  });
});

describe('what is not spoken of', () => {
  test('a change that is allowed', async () => {
    const sentry = sentryWith([forbidSsh], { accepted: [], standing: [https] });
    expect(await sentry.respond(added(https))).toEqual([]);
    expect(sentry.ledger.events.size).toBe(0);
  });

  test("a call that failed, such as the heartbeat's, even where its rule stands", async () => {
    const sentry = sentryWith([forbidSsh], { accepted: [], standing: [ssh] });
    for (const errorCode of ['Client.DryRunOperation', 'Client.InvalidPermission.Duplicate']) {
      expect(await sentry.respond({ ...added(ssh), errorCode })).toEqual([]);
    }
    expect(sentry.groups.looks).toBe(0);
  });

  test('what the sentry itself has taken away', async () => {
    const sentry = sentryWith([lockedRestoring], { accepted: [https], standing: [] });
    expect(await sentry.respond(by(sentryItself, removed({ id: 'sgr-https' })))).toEqual([]);
    expect(sentry.groups.acts).toEqual([]);
  });

  test('a group that is not monitored', async () => {
    const sentry = sentryWith([forbidSsh], { accepted: [], standing: [] });
    sentry.groups.create({ id: 'sg-2' }, ssh);
    expect(
      await sentry.respond({ ...added(ssh), subject: { kind: 'group', group: { id: 'sg-2' } } }),
    ).toEqual([]);
    expect(sentry.groups.acts).toEqual([]);
  });
});

test("what the sentry's own role adds is judged like anyone's", async () => {
  const sentry = sentryWith([locked], { accepted: [], standing: [ssh] });
  await sentry.respond(by(sentryItself, added(ssh)));
  expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
});

describe('a trusted actor', () => {
  test('is given a grant for each rule that the event names and that stands there, and for no other', async () => {
    const gone = rule({ id: 'sgr-gone', fromPort: 25, toPort: 25 });
    const sentry = sentryWith([locked], { accepted: [], standing: [http, https] });
    expect(await sentry.respond(by(deployer, added(https, gone)))).toEqual([]);
    expect(sentry.ledger.entryOf('sg-1', https)!.grants).toEqual([
      {
        cause: 'trusted-actor',
        by: deployer.arn,
        since: new Date('2026-01-01T00:00:00Z'),
        eventId: 'event-1',
        receivedAt: sentry.groups.now(),
      },
    ]);
    expect(sentry.ledger.entryOf('sg-1', http)).toBeUndefined();
    expect(sentry.ledger.entryOf('sg-1', gone)).toBeUndefined();
  });

  test('gets one grant for one event, however often it is delivered', async () => {
    const sentry = sentryWith([locked], { accepted: [], standing: [https] });
    await sentry.respond(by(deployer, added(https)));
    await sentry.respond(by(deployer, added(https)));
    expect(sentry.ledger.grantsOf('sg-1', https)).toHaveLength(1);
  });

  test('cannot open what is forbidden', async () => {
    const sentry = sentryWith([locked, forbidSsh], { accepted: [], standing: [ssh, https] });
    await sentry.respond(by(deployer, added(ssh, https)));
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    expect(sentry.ledger.grantedKeys('sg-1', sentry.groups.now())).toEqual([
      'ingress tcp 443 443 0.0.0.0/0',
    ]);
  });

  test('makes nothing accepted by describing it again, but the ledger learns the description of what is accepted', async () => {
    const sentry = sentryWith([locked], {
      accepted: [https],
      standing: [http, { ...https, description: 'new' }],
    });
    expect(
      await sentry.respond(
        by(deployer, described({ rule: http }, { rule: { ...https, description: 'new' } })),
      ),
    ).toEqual([]);
    expect(sentry.ledger.grantsOf('sg-1', http)).toEqual([]);
    expect(sentry.ledger.entryOf('sg-1', https)!.rule.description).toBe('new');
    expect(sentry.groups.acts).toEqual([]);
  });

  test('who takes a rule away takes its grants away', async () => {
    const sentry = sentryWith([lockedRestoring], { accepted: [https], standing: [] });
    expect(await sentry.respond(by(deployer, removed({ id: 'sgr-https' })))).toEqual([]);
    expect(sentry.ledger.entryOf('sg-1', https)).toBeUndefined();
    expect(sentry.groups.acts).toEqual([]);
  });

  test('who adds a rule that someone modified at once is not taken for the one who did', async () => {
    const since = { ...wide, id: 'sgr-https' };
    const sentry = sentryWith([locked], { accepted: [], standing: [since] });
    await sentry.respond(by(deployer, added(https)));
    expect(sentry.ledger.grantsOf('sg-1', since)).toEqual([]);
    await sentry.respond({ ...modified('sgr-https'), eventId: 'event-2' });
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });
});

describe('a modified rule', () => {
  test('is given its earlier values in place, with its description, id and tags', async () => {
    const sentry = sentryWith([forbidSsh], { accepted: [narrow], standing: [wide] });
    const [report] = await sentry.respond(modified('sgr-1'));
    expect(sentry.groups.rulesIn('sg-1')).toEqual([narrow]);
    expect(report!.rules).toMatchObject([
      { rule: wide, change: 'modified', restored: narrow, outcome: { kind: 'reverted' } },
    ]);
    expect(sentry.ledger.grantsOf('sg-1', narrow)).toHaveLength(1);
  });

  test('is revoked where EC2 cannot give it the earlier values', async () => {
    for (const answer of NEVER_TO_BE) {
      const sentry = sentryWith([forbidSsh], { accepted: [narrow], standing: [wide] });
      sentry.groups.modify = async () => answer;
      const [report] = await sentry.respond(modified('sgr-1'));
      expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
      expect(report!.rules[0]).toMatchObject({ outcome: { kind: 'reverted' } });
      expect(report!.rules[0]!.restored).toBeUndefined();
    }
  });

  test('is not said to have its earlier values where it was revoked beside other rules', async () => {
    const sentry = sentryWith([forbidSsh], { accepted: [narrow, https], standing: [wide, https] });
    sentry.groups.modify = async () => ({ kind: 'refused', reason: 'no' });
    const [report] = await sentry.respond(modified('sgr-1'));
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    expect(report!.rules[0]!.restored).toBeUndefined();
  });

  test('is left to the next try where EC2 is not to be reached', async () => {
    const sentry = sentryWith([forbidSsh], { accepted: [narrow], standing: [wide] });
    sentry.groups.refuses.set('ingress tcp 22 22 10.0.0.0/8', {
      kind: 'unavailable',
      reason: 'RequestLimitExceeded',
    });
    await expect(sentry.respond(modified('sgr-1'))).rejects.toThrow(UnfinishedError);
    expect(sentry.groups.rulesIn('sg-1')).toEqual([wide]);
    expect(sentry.announcer.outcomes()).toEqual(['modified sgr-1 failed']);
    sentry.groups.refuses.clear();
    await sentry.respond(modified('sgr-1'), 2);
    expect(sentry.groups.rulesIn('sg-1')).toEqual([narrow]);
  });

  test('is not revoked for a mere description that cannot be put back', async () => {
    for (const answer of NEVER_TO_BE) {
      const renamed = { ...narrow, description: 'for me' };
      const sentry = sentryWith([locked], { accepted: [narrow], standing: [renamed] });
      sentry.groups.modify = async () => answer;
      await expect(sentry.respond(described({ rule: renamed }))).rejects.toThrow(UnfinishedError);
      expect(sentry.groups.rulesIn('sg-1')).toEqual([renamed]);
      expect(sentry.announcer.outcomes()).toEqual(['described sgr-1 failed']);
    }
  });

  test('never gets values that violate themselves: it is revoked', async () => {
    const half = rule({ id: 'sgr-1', ipRange: '0.0.0.0/1' });
    const sentry = sentryWith([forbidSsh], { accepted: [half], standing: [wide] });
    await sentry.respond(modified('sgr-1'));
    expect(sentry.groups.acts).toMatchObject([{ kind: 'revoke', groupId: 'sg-1', rule: wide }]);
  });

  test('that a trusted actor modified is accepted with its new values, and not with the old', async () => {
    const sentry = sentryWith([locked], { accepted: [narrow], standing: [wide] });
    expect(await sentry.respond(by(deployer, modified('sgr-1')))).toEqual([]);
    expect(sentry.ledger.grantsOf('sg-1', wide)).toMatchObject([{ cause: 'trusted-actor' }]);
    expect(sentry.ledger.entryOf('sg-1', narrow)).toBeUndefined();
  });

  test('that got another description from anyone gets the old one again', async () => {
    const sentry = sentryWith([locked], {
      accepted: [narrow],
      standing: [{ ...narrow, description: 'for me' }],
    });
    const [report] = await sentry.respond(
      described({ rule: { ...narrow, description: 'for me' } }),
    );
    expect(sentry.groups.rulesIn('sg-1')).toEqual([narrow]);
    expect(report!.rules).toMatchObject([{ change: 'described', outcome: { kind: 'reverted' } }]);
  });
});

describe('a removed rule', () => {
  test('is told and stays away, and its grants go with it', async () => {
    const sentry = sentryWith([locked], { accepted: [https], standing: [] });
    const [report] = await sentry.respond(removed({ id: 'sgr-https' }));
    expect(report!.rules).toMatchObject([
      { rule: https, change: 'removed', outcome: { kind: 'kept' } },
    ]);
    expect(sentry.groups.acts).toEqual([]);
    expect(sentry.ledger.entryOf('sg-1', https)).toBeUndefined();
  });

  test('is put back with description and tags where it shall be, and known by its new id from then on', async () => {
    const sentry = sentryWith([lockedRestoring], { accepted: [narrow], standing: [] });
    const [report] = await sentry.respond(removed({ id: 'sgr-1' }));
    expect(sentry.groups.rulesIn('sg-1')).toEqual([{ ...narrow, id: 'sgr-new-1' }]);
    expect(report!.rules).toMatchObject([
      { rule: narrow, outcome: { kind: 'reverted' }, restored: narrow },
    ]);
    expect(sentry.ledger.entryOf('sg-1', narrow)).toMatchObject({
      rule: { id: 'sgr-new-1' },
      grants: [{ cause: 'adopted' }],
    });
  });

  test('that cannot be put back is told as such, and not tried for ever', async () => {
    const sentry = sentryWith([lockedRestoring], { accepted: [https], standing: [] });
    sentry.groups.refuses.set('sgr-https', {
      kind: 'impossible',
      reason: 'RulesPerSecurityGroupLimitExceeded',
    });
    const [report] = await sentry.respond(removed({ id: 'sgr-https' }));
    expect(report!.rules).toMatchObject([
      { outcome: { kind: 'not-restorable', reason: 'RulesPerSecurityGroupLimitExceeded' } },
    ]);
    expect(severityOf(report!)).toBe('high');
  });

  const deployed: Grant = {
    cause: 'trusted-actor',
    by: 'deploy',
    since: new Date('2025-12-31T23:59:00Z'),
    eventId: 'event-0',
  };

  test("that a trusted actor is said to have added is put back only if CloudTrail's event history says so too", async () => {
    const trusted = by(deployer, { ...added(https), eventId: 'event-0' });
    const cases = [
      { history: [], isPutBack: false },
      { history: [trusted], isPutBack: true },
      { history: [by(eve, trusted)], isPutBack: false, isRefuted: true },
      { history: [{ ...trusted, errorCode: 'Client.UnauthorizedOperation' }], isPutBack: false },
      {
        history: [{ ...trusted, subject: { kind: 'group' as const, group: { id: 'sg-2' } } }],
        isPutBack: false,
      },
      { history: [{ ...trusted, rules: added(http).rules }], isPutBack: false },
      { history: [{ ...trusted, rules: described({ rule: https }).rules }], isPutBack: false },
      { history: [{ ...trusted, rules: modified('sgr-https').rules }], isPutBack: false },
      {
        history: [{ ...trusted, subject: { kind: 'group' as const, group: { name: 'web' } } }],
        isPutBack: true,
      },
      {
        history: [
          {
            ...trusted,
            subject: { kind: 'group' as const, group: { name: 'web' } },
            rules: added({ ...https, id: undefined }).rules,
          },
        ],
        isPutBack: false,
      },
      {
        history: [{ ...trusted, rules: added({ ...http, id: 'sgr-https' }).rules }],
        isPutBack: false,
      },
    ];
    for (const { history, isPutBack, isRefuted = false } of cases) {
      const sentry = sentryWith([lockedRestoring], { accepted: [], standing: [] });
      sentry.ledger.grant('sg-1', https, deployed);
      sentry.history.changes.push(...history);
      const [report] = await sentry.respond(removed({ id: 'sgr-https' }));
      expect(report!.rules).toMatchObject([
        { outcome: { kind: isPutBack ? 'reverted' : 'not-restorable' } },
      ]);
      expect(sentry.groups.acts.length).toBe(isPutBack ? 1 : 0);
      expect(sentry.ledger.grantsOf('sg-1', https)).toHaveLength(isRefuted ? 0 : 1);
    }
  });

  test('that the event history refutes is told, and forgotten', async () => {
    const sentry = sentryWith([lockedRestoring], { accepted: [], standing: [] });
    sentry.ledger.grant('sg-1', https, { ...deployed, since: new Date('2025-12-31T00:00:00Z') });
    const [report] = await sentry.respond(removed({ id: 'sgr-https' }));
    expect(report!.rules).toMatchObject([{ outcome: { kind: 'not-restorable' } }]);
    expect(sentry.ledger.grantsOf('sg-1', https)).toEqual([]);
  });

  test('that someone modified first, and then removed, is put back by either event', async () => {
    for (const change of [modified('sgr-1'), removed({ id: 'sgr-1' })]) {
      const sentry = sentryWith([lockedRestoring], { accepted: [narrow], standing: [] });
      await sentry.respond(change);
      expect(sentry.groups.keysIn('sg-1')).toEqual(['ingress tcp 22 22 10.0.0.0/8']);
    }
  });

  test('of a group that is gone altogether is not missed', async () => {
    const sentry = sentryWith([lockedRestoring], { accepted: [https], standing: [] });
    sentry.groups.all.delete('sg-1');
    expect(await sentry.respond(removed({ id: 'sgr-https' }))).toEqual([]);
    expect(sentry.groups.acts).toEqual([]);
  });
});

describe('EC2 that lags, refuses or changes in between', () => {
  test('a rule that Describe shows late is waited for, and revoked', async () => {
    const sentry = sentryWith([locked], { accepted: [https], standing: [https] });
    sentry.groups.beforeLook.set(3, () => sentry.groups.put('sg-1', (rules) => [...rules, ssh]));
    await sentry.respond(added(ssh));
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  });

  test('a rule that Describe does not come to show is revoked by its id all the same', async () => {
    const sentry = sentryWith([locked], { accepted: [], standing: [ssh] });
    sentry.groups.hidden.add('sgr-ssh');
    await sentry.respond(added(ssh));
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  });

  test('a rule without an id that shows only when another was revoked is said not to be reverted', async () => {
    const nameless = rule({ fromPort: 23, toPort: 23 });
    const sentry = sentryWith([locked], { accepted: [], standing: [ssh] });
    sentry.groups.beforeLook.set(5, () => sentry.groups.put('sg-1', () => [nameless]));
    await expect(sentry.respond(added(ssh, nameless))).rejects.toThrow(UnfinishedError);
    expect(sentry.announcer.told[0]!.rules.map(({ outcome }) => outcome)).toEqual([
      { kind: 'reverted' },
      { kind: 'failed', reason: 'EC2 did not show it when it was to be reverted' },
    ]);
  });

  test('an accepted rule that Describe does not show yet is not revoked', async () => {
    const sentry = sentryWith([locked], {
      accepted: [https],
      standing: [{ ...https, id: 'sgr-again' }],
    });
    sentry.groups.hidden.add('sgr-again');
    await sentry.respond(added({ ...https, id: 'sgr-again' }));
    expect(sentry.groups.acts).toEqual([]);
  });

  test('a rule that was gone before the sentry looked is already gone, and no less grave', async () => {
    const sentry = sentryWith([locked], { accepted: [], standing: [] });
    const [report] = await sentry.respond(added(ssh));
    expect(report!.rules).toMatchObject([{ outcome: { kind: 'already-gone' } }]);
    expect(severityOf(report!)).toBe('medium');
  });

  test('a group that cannot be looked up is told by its id alone', async () => {
    const sentry = SentryInMemory.newTo([forbidSsh], ssh);
    sentry.groups.find = async () => Promise.reject(new Error('RequestLimitExceeded'));
    const [report] = await sentry.respond(added(ssh));
    expect(report!.group).toEqual({ id: 'sg-1' });
  });

  test('a group that is gone has nothing left to revert', async () => {
    const sentry = new SentryInMemory(configurationOf([locked]), new GroupsInMemory());
    const [report] = await sentry.respond(added(ssh));
    expect(report).toMatchObject({
      group: { id: 'sg-1' },
      rules: [{ outcome: { kind: 'already-gone' } }],
    });
  });

  test('one rule that EC2 refuses does not keep the others open; all are told, and the event comes back', async () => {
    const sentry = sentryWith([locked], { accepted: [], standing: [ssh, http, https] });
    sentry.groups.refuses.set('sgr-http', { kind: 'unavailable', reason: 'RequestLimitExceeded' });
    await expect(sentry.respond(added(ssh, http, https))).rejects.toThrow(UnfinishedError);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-http']);
    expect(sentry.announcer.outcomes()).toEqual([
      'added sgr-ssh reverted',
      'added sgr-http failed',
      'added sgr-https reverted',
    ]);
    expect(severityOf(sentry.announcer.told[0]!)).toBe('critical');

    sentry.groups.refuses.clear();
    await sentry.respond(added(ssh, http, https), 2);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    expect(sentry.announcer.outcomes()).toContain('added sgr-http reverted');
  });

  test('what EC2 still shows is not called reverted', async () => {
    const sentry = sentryWith([locked], { accepted: [], standing: [ssh] });
    sentry.groups.ghosts.add('sgr-ssh');
    await expect(sentry.respond(added(ssh))).rejects.toThrow(UnfinishedError);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh failed']);
  });

  test('a look that fails after the revokes does not keep them from being told', async () => {
    const sentry = sentryWith([locked], { accepted: [], standing: [ssh] });
    sentry.groups.beforeLook.set(2, () => {
      throw new Error('RequestLimitExceeded');
    });
    await expect(sentry.respond(added(ssh))).rejects.toThrow(UnfinishedError);
    expect(sentry.announcer.told[0]!.rules).toMatchObject([
      {
        outcome: {
          kind: 'failed',
          reason: 'the group could not be looked at afterwards: RequestLimitExceeded',
        },
      },
    ]);
  });

  test('a look that fails is never taken for "nothing there"', async () => {
    const sentry = sentryWith([locked], { accepted: [], standing: [ssh] });
    sentry.groups.beforeLook.set(1, () => {
      throw new Error('RequestLimitExceeded');
    });
    await expect(sentry.respond(added(ssh))).rejects.toThrow('RequestLimitExceeded');
    expect(sentry.announcer.told).toEqual([]);
  });

  test('a rule that cannot be read does not hide the others, and is told', async () => {
    const sentry = sentryWith([locked], { accepted: [], standing: [ssh] });
    sentry.groups.all.set('sg-1', {
      ...sentry.groups.all.get('sg-1')!,
      unreadableRuleIds: ['sgr-odd'],
    });
    const [report] = await sentry.respond(added(ssh));
    expect(report!.rules).toMatchObject([{ outcome: { kind: 'reverted' } }]);
    expect(report!.notices).toMatchObject([
      {
        severity: 'high',
        text: 'These rules of the group cannot be read, and were not judged: sgr-odd.',
      },
    ]);
  });

  test('a ledger that someone else wrote to in the meantime has the event judged again', async () => {
    const sentry = sentryWith([locked], { accepted: [], standing: [https] });
    sentry.ledger.beforeWrite.set(1, () => sentry.ledger.note('sg-1', https, { revision: 7 }));
    await expect(sentry.respond(by(deployer, added(https)))).rejects.toThrow(LedgerConflictError);
    await sentry.respond(by(deployer, added(https)), 2);
    expect(sentry.ledger.grantsOf('sg-1', https)).toHaveLength(1);
  });
});

test('a rule that reconcile adopted while it was reverted does not stay in the ledger', async () => {
  const sentry = SentryInMemory.newTo([forbidSsh], ssh, https);
  sentry.groups.beforeLook.set(2, () => sentry.ledger.adopt('sg-1', [ssh, https]));
  await expect(sentry.respond(added(ssh))).rejects.toThrow(LedgerConflictError);
  await sentry.respond(added(ssh), 2);
  expect(sentry.ledger.grantedKeys('sg-1', sentry.groups.now())).toEqual([
    'ingress tcp 443 443 0.0.0.0/0',
  ]);
  expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
});

test('a rule that names a prefix list which cannot be read is reported as high', async () => {
  const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
  const sentry = sentryWith([forbidSsh], { accepted: [https], standing: [https, viaList] });
  const [report] = await sentry.respond(added(viaList));
  expect(report!.notices).toEqual([
    {
      severity: 'high',
      text: 'The entries of these prefix lists cannot be read, and were not judged: pl-1 (EC2 does not show it: it is gone, or its owner does not share it any more).',
    },
  ]);
  expect(severityOf(report!)).toBe('high');
  expect(await sentry.respond({ ...added(https), eventId: 'event-2' })).toEqual([]);
});

describe('a prefix list that is not all known', () => {
  const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
  const list = (values: Partial<PrefixList>): PrefixList => ({
    id: 'pl-1',
    isAwsManaged: false,
    version: 1,
    cidrs: ['10.0.0.0/8'],
    ...values,
  });
  const unread: Partial<PrefixList> = {
    cidrs: [],
    doubt: { kind: 'not-read', reason: 'RequestLimitExceeded' },
  };
  const listChanged = {
    ...changeOf({}),
    subject: { kind: 'prefix-list', prefixListId: 'pl-1' },
  } as const;

  function naming(policies: readonly Policy[], values: Partial<PrefixList>): SentryInMemory {
    const sentry = sentryWith(policies, { accepted: [https], standing: [https, viaList] });
    sentry.ledger.grant(
      'sg-1',
      viaList,
      { cause: 'adopted', by: 'App/Sentry', since: new Date('2025-12-01') },
      { prefixListVersion: 1 },
    );
    sentry.groups.lists.set('pl-1', list(values));
    return sentry;
  }

  test.each<[string, Partial<PrefixList>]>([
    ['is being changed', { isChanging: true }],
    ['cannot be read', unread],
  ])('as it %s does not keep SSH from the world open beside it', async (_, values) => {
    const sentry = naming([forbidSsh, locked], values);
    sentry.groups.put('sg-1', (rules) => [...rules, ssh]);
    await sentry.respond(added(ssh));
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https', 'sgr-list']);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  });

  test('as it is being changed is judged once that is done, by the event of that change', async () => {
    const sentry = naming([forbidSsh, locked], { isChanging: true });
    await expect(sentry.respond(listChanged)).rejects.toThrow(
      'the entries of the prefix list pl-1 are not known yet',
    );
    expect(sentry.announcer.outcomes()).toEqual([]);
    sentry.groups.lists.set('pl-1', list({ version: 2, cidrs: ['0.0.0.0/0'] }));
    await sentry.respond(listChanged, 2);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test('as it is being changed is answered at once where what is read violates by now', async () => {
    const sentry = naming([forbidSsh], { isChanging: true, version: 2, cidrs: ['0.0.0.0/0'] });
    await sentry.respond(listChanged);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test('as it is being changed for long is left to reconcile after some tries', async () => {
    const sentry = naming([forbidSsh], { isChanging: true });
    expect(await sentry.respond(listChanged, 5)).toEqual([]);
  });

  test('as it cannot be read is waited for, and then said to be unknown, by each event about it', async () => {
    for (const change of [added(viaList), listChanged, changeOf({ complete: false })]) {
      const sentry = naming([forbidSsh], unread);
      await expect(sentry.respond(change)).rejects.toThrow('pl-1');
      const [report] = await sentry.respond(change, 5);
      expect(report!.notices[0]!.text).toContain('pl-1 (RequestLimitExceeded)');
      expect(sentry.groups.acts).toEqual([]);
    }
  });

  test('of another account, unshared and then filled, is named by the events about it', async () => {
    const sentry = naming([forbidSsh], {});
    sentry.groups.lists.clear();
    const [report] = await sentry.respond(listChanged);
    expect(report!.notices[0]!.text).toContain('pl-1 (EC2 does not show it');
    expect(sentry.groups.acts).toEqual([]);
  });

  const onlyTen: Policy = {
    baseline: {
      kind: 'allowOnly',
      patterns: [{ name: 'the network', peers: [{ kind: 'ipRange', cidr: '10.0.0.0/8' }] }],
    },
    response: 'revert',
  };

  test('takes no rule that a trusted actor adds', async () => {
    for (const values of [unread, undefined]) {
      const sentry = sentryWith([onlyTen], { accepted: [], standing: [viaList] });
      if (values) sentry.groups.lists.set('pl-1', list(values));
      await sentry.respond(by(deployer, added(viaList)), 5);
      expect(sentry.groups.acts).toEqual([]);
    }
  });

  test('and that EC2 does not show is within nothing, for a rule that anyone else adds', async () => {
    const sentry = sentryWith([onlyTen], { accepted: [], standing: [viaList] });
    await sentry.respond(added(viaList));
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('has no rule put back that might violate, until it can be read', async () => {
    const sentry = naming([lockedRestoring, forbidSsh], unread);
    sentry.groups.close('sg-1', 'sgr-list');
    await sentry.respond(removed({ id: 'sgr-list' }), 5);
    expect(sentry.groups.acts).toEqual([]);
    expect(sentry.announcer.outcomes()).toEqual(['removed sgr-list not-restorable']);
    sentry.groups.lists.set('pl-1', list({}));
    await sentry.respond({ ...removed({ id: 'sgr-list' }), eventId: 'event-2' });
    expect(sentry.groups.keysIn('sg-1')).toContain('ingress tcp 22 22 pl-1');
  });
});

describe('an event history that is throttled', () => {
  async function deployedAndWidened(): Promise<SentryInMemory> {
    const sentry = sentryWith([forbidSsh, lockedRestoring], {
      accepted: [],
      standing: [narrow],
    });
    await sentry.respond(by(deployer, added(narrow)));
    sentry.groups.put('sg-1', () => [wide, ssh]);
    sentry.history.eventOf = async () => Promise.reject(new Error('ThrottlingException'));
    return sentry;
  }

  test('does not keep a rule open that was just deployed and is widened, nor SSH beside it', async () => {
    const sentry = await deployedAndWidened();
    await sentry.respond(
      changeOf({ modifiedIds: ['sgr-1'], present: [ssh] }, { eventId: 'event-2' }),
    );
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    expect(sentry.groups.acts.map(({ kind }) => kind)).toEqual(['revoke', 'revoke']);
  });

  test('confirms later what it could not confirm then, and the deployed rule is put back', async () => {
    const sentry = await deployedAndWidened();
    const { eventOf } = HistoryInMemory.prototype;
    await sentry.respond(changeOf({ modifiedIds: ['sgr-1'] }, { eventId: 'event-2' }));
    sentry.groups.put('sg-1', () => []);
    sentry.history.eventOf = eventOf;
    sentry.history.changes.push(by(deployer, added(narrow)));
    await sentry.survey();
    await sentry.pass(10 * 60_000);
    await sentry.reconcile();
    expect(sentry.groups.keysIn('sg-1')).toEqual([ruleKey(narrow)]);
  });
});

describe('an event that does not name its rules', () => {
  const unnamed = changeOf({ complete: false });

  test('has the group judged as it stands, and the doubt told', async () => {
    const sentry = sentryWith([forbidSsh, locked], {
      accepted: [https],
      standing: [ssh, http, https],
    });
    const [report] = await sentry.respond(unnamed);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    expect(report!.notices).toMatchObject([
      { severity: 'high', text: expect.stringContaining('judged as it stands, with its 3 rules') },
    ]);
  });

  test('of a locked group that is not adopted yet, takes what is forbidden, and says what cannot be known', async () => {
    const sentry = SentryInMemory.newTo([forbidSsh, locked], ssh, https);
    const [report] = await sentry.respond(unnamed);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    expect(report!.notices[0]!.text).toContain(
      'not adopted yet: no one can say which of its rules are new',
    );
  });

  test('is told also where nothing violates', async () => {
    expect(
      await sentryWith([locked], { accepted: [https], standing: [https] }).respond(unnamed),
    ).toMatchObject([{ rules: [], notices: [{}] }]);
  });

  test('by a trusted actor accepts nothing', async () => {
    const sentry = sentryWith([locked], { accepted: [], standing: [https] });
    await sentry.respond(by(deployer, unnamed));
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    expect(sentry.ledger.grantsOf('sg-1', https)).toEqual([]);
  });
});

test('an event that gives the name of its group only means the monitored groups of that name', async () => {
  const sentry = sentryWith([forbidSsh], { accepted: [], standing: [ssh] });
  sentry.groups.create({ id: 'sg-2', name: 'web' }, { ...ssh, id: 'sgr-2' });
  const [report] = await sentry.respond({
    ...changeOf({ present: [{ ...ssh, id: undefined }] }),
    subject: { kind: 'group', group: { name: 'web' } },
  });
  expect(report!.group.id).toBe('sg-1');
  expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  expect(sentry.groups.ruleIds('sg-2')).toEqual(['sgr-2']);
});

test('an event that gives the name of its group only means no group of that name that lacks the tag', async () => {
  const groups = new GroupsInMemory();
  groups.create({ id: 'sg-1', name: 'web' }, ssh);
  groups.create(
    { id: 'sg-2', name: 'web', tags: [{ key: 'watch', value: 'yes' }] },
    { ...ssh, id: 'sgr-2' },
  );
  const include = [{ kind: 'tag', key: 'watch', value: 'yes' }] as const;
  const sentry = new SentryInMemory(
    configurationOf([forbidSsh], { monitoredGroups: { include, exclude: [] } }),
    groups,
  );
  await sentry.respond({
    ...changeOf({ present: [{ ...ssh, id: undefined }] }),
    subject: { kind: 'group', group: { name: 'web' } },
  });
  expect([groups.ruleIds('sg-1'), groups.ruleIds('sg-2')]).toEqual([['sgr-ssh'], []]);
});

test('one of several groups that cannot be read keeps no other from being answered', async () => {
  const groups = GroupsInMemory.of('sg-1', ssh);
  groups.create({ id: 'sg-2', name: 'web' }, { ...ssh, id: 'sgr-2' });
  const monitoredGroups = { include: [{ kind: 'all' }], exclude: [] } as const;
  const sentry = new SentryInMemory(configurationOf([forbidSsh], { monitoredGroups }), groups);
  groups.beforeLook.set(1, () => {
    throw new Error('RequestLimitExceeded');
  });
  const { reports, failures } = await sentry.responsesTo({
    ...changeOf({ present: [{ ...ssh, id: undefined }] }),
    subject: { kind: 'group', group: { name: 'web' } },
  });
  expect(failures).toMatchObject([{ message: 'RequestLimitExceeded' }]);
  expect(reports.map(({ group }) => group.id)).toEqual(['sg-2']);
  expect([groups.ruleIds('sg-1'), groups.ruleIds('sg-2')]).toEqual([['sgr-ssh'], []]);
});

describe('a sentry that does not act', () => {
  test('in OBSERVE says what it would have done, and grants nothing', async () => {
    const sentry = sentryWith([forbidSsh], { accepted: [narrow], standing: [wide] });
    sentry.configuration = { ...sentry.configuration, mode: 'OBSERVE' };
    const [report] = await sentry.respond(modified('sgr-1'));
    expect(report!.rules).toMatchObject([
      { rule: wide, restored: narrow, outcome: { kind: 'would-revert' } },
    ]);
    expect(sentry.groups.acts).toEqual([]);
    expect(sentry.ledger.grantsOf('sg-1', wide)).toEqual([]);
  });

  test('while paused does the same, and acts again by itself when the pause is over', async () => {
    const sentry = sentryWith([forbidSsh], { accepted: [], standing: [ssh] });
    sentry.configuration = {
      ...sentry.configuration,
      pause: { until: new Date('2026-01-01T00:01:00Z'), reason: 'an incident', by: 'olga' },
    };
    const [report] = await sentry.respond(added(ssh));
    expect(report!.rules).toMatchObject([
      { outcome: { kind: 'would-revert', until: new Date('2026-01-01T00:01:00Z') } },
    ]);
    expect(sentry.groups.acts).toEqual([]);
    await sentry.pass(60_000);
    await sentry.respond({ ...added(ssh), eventId: 'event-2' });
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('in OBSERVE goes on observing when a pause is over', async () => {
    const sentry = sentryWith([forbidSsh], { accepted: [], standing: [ssh] });
    const pause = { until: new Date('2026-01-01T00:01:00Z'), reason: 'an incident', by: 'olga' };
    sentry.configuration = { ...sentry.configuration, mode: 'OBSERVE', pause };
    const [report] = await sentry.respond(added(ssh));
    expect(report!.rules[0]!.outcome).toEqual({ kind: 'would-revert' });
  });

  test('of a rule that is gone does not say that it would be reverted', async () => {
    const sentry = sentryWith([forbidSsh], { accepted: [], standing: [] });
    sentry.configuration = { ...sentry.configuration, mode: 'OBSERVE' };
    const [report] = await sentry.respond(added(ssh));
    expect(report!.rules).toMatchObject([{ outcome: { kind: 'already-gone' } }]);
  });
});

describe('what comes into being', () => {
  test('a group is judged with all rules that it was born with', async () => {
    const sentry = new SentryInMemory(
      configurationOf([forbidSsh], {
        monitoredGroups: { include: [{ kind: 'all' }], exclude: [] },
      }),
      GroupsInMemory.of('sg-1', ssh, https),
    );
    await sentry.respond({
      ...changeOf({}),
      subject: { kind: 'group-created', group: { id: 'sg-1' } },
    });
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test('a group whose creation by a trusted actor is told late, when it is adopted, gets nothing accepted by that', async () => {
    const sentry = sentryWith([locked], { accepted: [https], standing: [https, ssh] });
    await sentry.respond(
      by(deployer, {
        ...changeOf({}),
        eventName: 'CreateSecurityGroup',
        subject: { kind: 'group-created', group: { id: 'sg-1' } },
      }),
    );
    expect(sentry.ledger.grantsOf('sg-1', ssh)).toEqual([]);
    await sentry.respond({ ...added(ssh), eventId: 'event-2' });
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test('a VPC brings a default group, which is judged with its rules, and no other', async () => {
    const sentry = new SentryInMemory(
      configurationOf([locked], {
        monitoredGroups: { include: [{ kind: 'vpc', vpcId: 'vpc-1' }], exclude: [] },
      }),
      new GroupsInMemory(),
    );
    for (const [id, name] of [
      ['sg-1', 'default'],
      ['sg-2', 'web'],
    ] as const) {
      sentry.groups.create({ id, name, vpcId: 'vpc-1' }, LETS_ALL_OUT);
    }
    await sentry.respond({ ...changeOf({}), subject: { kind: 'vpc-created', vpcId: 'vpc-1' } });
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    expect(sentry.groups.ruleIds('sg-2')).toEqual(['sgr-out']);
    await sentry.respond({
      ...changeOf({}),
      subject: { kind: 'vpc-created', vpcId: 'vpc-2' },
      eventId: 'event-2',
    });
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-out reverted']);
  });

  test('a prefix list that lets the internet in has the rules that name it judged, in every monitored group', async () => {
    const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
    const sentry = sentryWith([forbidSsh], { accepted: [https], standing: [https, viaList] });
    sentry.ledger.grant(
      'sg-1',
      viaList,
      { cause: 'adopted', by: 'App/Sentry', since: new Date('2025-12-01') },
      { prefixListVersion: 1 },
    );
    sentry.groups.lists.set('pl-1', {
      id: 'pl-1',
      isAwsManaged: false,
      version: 2,
      cidrs: ['0.0.0.0/0'],
    });
    await sentry.respond({
      ...changeOf({}),
      subject: { kind: 'prefix-list', prefixListId: 'pl-1' },
    });
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test("a trusted actor's change of a list accepts no rule that names it", async () => {
    const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
    const sentry = sentryWith([locked], { accepted: [], standing: [viaList] });
    sentry.groups.lists.set('pl-1', {
      id: 'pl-1',
      isAwsManaged: false,
      version: 2,
      cidrs: ['10.0.0.0/8'],
    });
    await sentry.respond(
      by(deployer, { ...changeOf({}), subject: { kind: 'prefix-list', prefixListId: 'pl-1' } }),
    );
    expect(sentry.ledger.grantsOf('sg-1', viaList)).toEqual([]);
    expect(sentry.groups.acts).toEqual([]);
  });
});

describe('who opens the same again and again', () => {
  test('is reverted every time, and told of once a window, with a count', async () => {
    const sentry = sentryWith([locked], { accepted: [], standing: [] });
    const isRepeat: boolean[] = [];
    const repeats: number[] = [];
    for (let number = 0; number < 5; number += 1) {
      const opened = sentry.groups.open('sg-1', ssh)!;
      if (number === 4) await sentry.pass(60 * 60_000);
      const [report] = await sentry.respond({ ...added(opened), eventId: `event-${number}` });
      isRepeat.push(report!.isRepeat);
      repeats.push(report!.repeats);
      expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    }
    expect(isRepeat).toEqual([false, true, true, true, false]);
    expect(repeats.at(-1)).toBe(3);
  });

  test('is told of at once where it is someone else, another rule, or a failure', async () => {
    const sentry = sentryWith([locked], { accepted: [], standing: [ssh] });
    await sentry.respond(added(ssh));
    const [byMallory] = await sentry.respond({
      ...by(mallory, added(sentry.groups.open('sg-1', ssh)!)),
      eventId: 'event-2',
    });
    const [another] = await sentry.respond({
      ...added(sentry.groups.open('sg-1', http)!),
      eventId: 'event-3',
    });
    expect([byMallory!.isRepeat, another!.isRepeat]).toEqual([false, false]);
    const refused = sentry.groups.open('sg-1', ssh)!;
    sentry.groups.refuses.set(refused.id!, { kind: 'refused', reason: 'no' });
    await expect(sentry.respond({ ...added(refused), eventId: 'event-4' })).rejects.toThrow(
      UnfinishedError,
    );
    expect(sentry.announcer.told.at(-1)!.isRepeat).toBe(false);
  });
});

test('to tell only of a locked group, a kept rule that a trusted actor names is accepted all the same', async () => {
  const sentry = sentryWith([lockedNotify, { ...forbidSsh, response: 'notifyOnly' }], {
    accepted: [],
    standing: [ssh],
  });
  await sentry.respond(by(deployer, added(ssh)));
  expect(sentry.ledger.grantsOf('sg-1', ssh)).toMatchObject([{ cause: 'trusted-actor' }]);
});
