import { reconcileNotification } from '../../../../src/security-group/adapters/reconcile-notification';
import type { Change } from '../../../../src/security-group/domain/changes/change';
import type { MonitoredGroups } from '../../../../src/security-group/domain/groups/monitored-groups';
import type { GroupRecord } from '../../../../src/security-group/domain/ledger/ledger';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import type { SentryConfiguration } from '../../../../src/security-group/domain/policies/sentry-configuration';
import type { AdoptionCause } from '../../../../src/security-group/domain/reconciling/adoption';
import {
  reconcileSeverity,
  reconcileSubject,
  reconcileText,
} from '../../../../src/security-group/domain/reconciling/reconcile-text';
import type { PrefixList } from '../../../../src/security-group/domain/rules/prefix-list';
import type { Rule } from '../../../../src/security-group/domain/rules/rule';
import { schemaErrors } from '../../../support/schemas/message-schema';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  by,
  changeOf,
  configurationOf,
  deployer,
  eve,
  forbidSsh,
  locked,
  lockedNotify,
  lockedRestoring,
  removed,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const MINUTE = 60_000;
const ssh = rule({ id: 'sgr-ssh' });
const http = rule({ id: 'sgr-http', fromPort: 80, toPort: 80 });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
/** Allows whatever stays within 10.0.0.0/8. */
const allowTenOnly: Policy = {
  baseline: {
    kind: 'allowOnly',
    patterns: [
      { name: 'the network', peers: [{ kind: 'ipRange', cidr: '10.0.0.0/8' }] },
      { name: 'HTTPS', traffic: [{ kind: 'protocol', protocol: 'tcp', fromPort: 443 }] },
    ],
  },
  response: 'revert',
};
const all: MonitoredGroups = { include: [{ kind: 'all' }], exclude: [] };

describe('first contact', () => {
  test('adopts every rule, reports what violates, and leaves it alone', async () => {
    const sentry = SentryInMemory.newTo([forbidSsh, locked], ssh, https);
    expect(await sentry.reconcile()).toEqual([]);
    expect(sentry.groups.acts).toEqual([]);
    expect(sentry.reconciled).toMatchObject([
      {
        adoptions: [
          {
            group: { id: 'sg-1' },
            cause: 'first-contact',
            ruleCount: 2,
            violating: [{ rule: ssh, violations: [{ baseline: 'forbid' }] }],
          },
        ],
      },
    ]);
    expect(sentry.ledger.grantsOf('sg-1', ssh, sentry.groups.now())).toMatchObject([
      { cause: 'adopted', by: 'App/Sentry' },
    ]);
    await sentry.pass(60 * MINUTE);
    expect(await sentry.reconcile()).toEqual([]);
    expect(sentry.reconciled).toHaveLength(1);
  });

  test('has what violates answered where the user wants it', async () => {
    const sentry = SentryInMemory.newTo([forbidSsh, locked], ssh, https);
    sentry.configuration = { ...sentry.configuration, existingViolations: 'RESPOND' };
    const [report] = await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    expect(report).toMatchObject({ rules: [{ rule: ssh, outcome: { kind: 'reverted' } }] });
  });

  test('is told before anything is accepted', async () => {
    const sentry = SentryInMemory.newTo([locked], https);
    sentry.reconciled.push = () => {
      throw new Error('no topic');
    };
    await expect(sentry.survey()).rejects.toThrow('no topic');
    expect(sentry.recordOf('sg-1')).toBeUndefined();
    expect(sentry.ledger.grantsOf('sg-1', https)).toEqual([]);
  });
});

describe('adoption again', () => {
  function watchedAs(
    record: Partial<GroupRecord>,
    values: Partial<SentryConfiguration> = {},
  ): SentryInMemory {
    const sentry = new SentryInMemory(
      configurationOf([forbidSsh, locked], values),
      GroupsInMemory.of('sg-1', https, ssh),
    );
    sentry.ledger.adopt('sg-1', [https, http], record);
    return sentry;
  }

  test.each<[AdoptionCause, Partial<GroupRecord>]>([
    ['came-back', { releasedAt: new Date('2025-12-02') }],
    ['enforced-now', { adoptedWhile: 'OBSERVE' }],
    ['other-policies', { policies: 'earlier' }],
  ])('%s: told first, and nothing is taken away', async (cause, record) => {
    const sentry = watchedAs(record);
    await sentry.reconcile();
    expect(sentry.reconciled).toMatchObject([
      { adoptions: [{ cause, violating: [{ rule: ssh }] }] },
    ]);
    expect(sentry.groups.acts).toEqual([]);
    expect(sentry.ledger.grantsOf('sg-1', ssh, sentry.groups.now())).toMatchObject([
      { cause: 'adopted' },
    ]);
    expect(sentry.recordOf('sg-1')).toMatchObject({ policies: 'p', adoptedWhile: 'ENFORCE' });
    expect(sentry.recordOf('sg-1')!.releasedAt).toBeUndefined();
  });

  test('a group that came back misses nothing that went while no one watched', async () => {
    const sentry = watchedAs({ releasedAt: new Date('2025-12-02') });
    await sentry.survey();
    expect(sentry.ledger.entryOf('sg-1', http)).toBeUndefined();
  });

  test('other policies do not accept what waits for its event under the earlier ones', async () => {
    const sentry = watchedAs({ policies: 'earlier' });
    sentry.ledger.note('sg-1', ssh, { unexplainedSince: new Date('2025-12-31') });
    await sentry.survey();
    expect(sentry.ledger.grantsOf('sg-1', ssh)).toEqual([]);
  });

  test('violations are answered each time that the user wants it', async () => {
    const sentry = watchedAs({ policies: 'earlier' }, { existingViolations: 'RESPOND' });
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    sentry.groups.open('sg-1', ssh);
    sentry.configuration = {
      ...sentry.configuration,
      digests: { selection: 's', policies: 'later' },
    };
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });
});

describe('the brake', () => {
  /** Many groups that were adopted empty; in some of them stands a rule that no one explains. */
  async function withDifferences(count: number, total: number): Promise<SentryInMemory> {
    const groups = new GroupsInMemory();
    const sentry = new SentryInMemory(
      configurationOf([locked], { monitoredGroups: all, brake: 0.2 }),
      groups,
    );
    for (let number = 0; number < total; number += 1) {
      groups.create(
        { id: `sg-${number}` },
        ...(number < count ? [{ ...ssh, id: `sgr-${number}` }] : []),
      );
      sentry.ledger.adopt(`sg-${number}`, []);
    }
    await sentry.survey();
    await sentry.pass(10 * MINUTE);
    return sentry;
  }

  test('stops reconcile where too many groups differ, and says so', async () => {
    const sentry = await withDifferences(5, 20);
    await sentry.survey();
    expect(sentry.pointedTo).toEqual([]);
    expect(sentry.reconciled).toMatchObject([
      { isBraked: true, due: expect.arrayContaining(['sg-0']) },
    ]);
  });

  test('does not stop it at the share itself, nor for a handful', async () => {
    for (const [count, total] of [
      [4, 20],
      [3, 3],
    ] as const) {
      const sentry = await withDifferences(count, total);
      await sentry.survey();
      expect(sentry.pointedTo).toHaveLength(count);
      expect(sentry.reconciled).toEqual([]);
    }
  });

  test('stops adoption with violations to answer as well', async () => {
    const groups = new GroupsInMemory();
    for (let number = 0; number < 10; number += 1) {
      groups.create({ id: `sg-${number}` }, { ...ssh, id: `sgr-${number}` });
    }
    const sentry = new SentryInMemory(
      configurationOf([forbidSsh], { monitoredGroups: all, existingViolations: 'RESPOND' }),
      groups,
    );
    await sentry.reconcile();
    await sentry.reconcile();
    expect(sentry.reconciled.map(({ isBraked }) => isBraked)).toEqual([true, true]);
    expect(groups.acts).toEqual([]);
  });
});

describe('groups that are watched no more', () => {
  test('those that are gone are told, and released', async () => {
    const sentry = SentryInMemory.watching([locked], https);
    sentry.groups.all.delete('sg-1');
    await sentry.survey();
    await sentry.survey();
    expect(sentry.reconciled).toMatchObject([
      { released: [{ group: { groupId: 'sg-1' }, reason: 'deleted' }] },
    ]);
    expect(sentry.recordOf('sg-1')!.releasedAt).toEqual(sentry.groups.now());
    await sentry.survey();
    expect(sentry.reconciled).toHaveLength(1);
  });

  test('those that a deployment does not choose any more are released', async () => {
    const sentry = SentryInMemory.watching([locked], https);
    sentry.configuration = {
      ...sentry.configuration,
      monitoredGroups: { include: [{ kind: 'ids', groupIds: ['sg-2'] }], exclude: [] },
    };
    await sentry.survey();
    expect(sentry.reconciled).toMatchObject([{ released: [{ reason: 'not-chosen' }] }]);
  });

  test('a tag that is taken off releases none, unless a deployment has changed what is chosen', async () => {
    const byTag: MonitoredGroups = {
      include: [{ kind: 'tag', key: 'watch', value: 'yes' }],
      exclude: [],
    };
    const sentry = SentryInMemory.watching([locked], https);
    sentry.configuration = { ...sentry.configuration, monitoredGroups: byTag };
    expect(await sentry.survey()).toMatchObject({ groupCount: 1, released: [] });
    sentry.configuration = {
      ...sentry.configuration,
      digests: { selection: 'other', policies: 'p' },
    };
    expect(await sentry.survey()).toMatchObject({ groupCount: 1, released: [] });
    expect(await sentry.survey()).toMatchObject({
      groupCount: 0,
      released: [{ reason: 'not-chosen' }],
    });
  });

  test('a tag that is taken off long after a deployment has changed what is chosen releases none', async () => {
    const tags = [{ key: 'watch', value: 'yes' }];
    const groups = new GroupsInMemory();
    groups.create({ id: 'sg-1', name: 'web', tags }, https);
    const sentry = new SentryInMemory(
      configurationOf([locked], {
        monitoredGroups: { include: [{ kind: 'tag', key: 'watch', value: 'yes' }], exclude: [] },
      }),
      groups,
    );
    await sentry.survey();
    sentry.configuration = {
      ...sentry.configuration,
      digests: { selection: 'other', policies: 'p' },
    };
    await sentry.survey();
    expect(sentry.reconciled).toHaveLength(1);
    groups.create({ id: 'sg-1', name: 'web' }, https);
    await sentry.survey();
    expect(await sentry.survey()).toMatchObject({ groupCount: 1, released: [] });
  });
});

describe('grants that rest on an event', () => {
  test.each([
    [deployer, [{ confirmed: true }]],
    [eve, []],
  ] as const)(
    'are confirmed when the history has the event of a trusted actor, and refuted when it is another’s',
    async (actor, grants) => {
      const sentry = SentryInMemory.watching([lockedRestoring]);
      sentry.groups.put('sg-1', () => [https]);
      await sentry.respond(by(deployer, added(https)));
      await sentry.survey();
      expect(sentry.ledger.grantsOf('sg-1', https)).toMatchObject([{ cause: 'trusted-actor' }]);
      expect(sentry.ledger.grantsOf('sg-1', https)[0]!.confirmed).toBeUndefined();
      sentry.history.changes.push(by(actor, added(https)));
      await sentry.survey();
      expect(sentry.ledger.grantsOf('sg-1', https)).toMatchObject(grants);
    },
  );

  const outbound = rule({ id: 'sgr-out', direction: 'egress', fromPort: 443, toPort: 443 });

  /**
   * A trusted actor gives a rule other values; then days go by, with a run of reconcile now and
   * then.
   */
  async function modifiedDaysAgo(modifiedTo: readonly Rule[]): Promise<SentryInMemory> {
    const earlier = rule({ ...outbound, ipRange: '10.0.0.0/8' });
    const sentry = SentryInMemory.watching([lockedRestoring], earlier);
    const modify = by(
      deployer,
      changeOf({ modifiedIds: ['sgr-out'], modifiedTo }, { eventName: 'ModifySecurityGroupRules' }),
    );
    sentry.groups.put('sg-1', () => [outbound]);
    sentry.history.changes.push(modify);
    await sentry.respond(modify);
    for (let run = 0; run < 3; run += 1) {
      await sentry.pass(24 * 60 * MINUTE);
      await sentry.reconcile();
    }
    return sentry;
  }

  test("of a trusted actor's Modify are confirmed by the values that it recorded, and last", async () => {
    const sentry = await modifiedDaysAgo([{ ...outbound, direction: 'ingress' }]);
    expect(sentry.ledger.grantsOf('sg-1', outbound)).toMatchObject([
      { cause: 'trusted-actor', confirmed: true },
    ]);
    expect(sentry.groups.acts).toEqual([]);
    sentry.groups.close('sg-1', 'sgr-out');
    await sentry.respond({ ...removed({ id: 'sgr-out' }), eventId: 'event-2' });
    expect(sentry.groups.keysIn('sg-1')).toEqual(['egress tcp 443 443 0.0.0.0/0']);
  });

  test('of one whose values cannot be read last all the same, but are no ground for putting back', async () => {
    const sentry = await modifiedDaysAgo([]);
    expect(sentry.ledger.grantsOf('sg-1', outbound)).toMatchObject([{ cause: 'trusted-actor' }]);
    expect(sentry.ledger.grantsOf('sg-1', outbound)[0]!.confirmed).toBeUndefined();
    expect(sentry.groups.acts).toEqual([]);
    sentry.groups.close('sg-1', 'sgr-out');
    await sentry.respond({ ...removed({ id: 'sgr-out' }), eventId: 'event-2' });
    expect(sentry.announcer.outcomes()).toEqual(['removed sgr-out not-restorable']);
  });

  test('of an actor who is trusted no more last, since it was no one else who called', async () => {
    const sentry = await deployed();
    sentry.history.changes.push(by(deployer, added(https)));
    sentry.configuration = { ...sentry.configuration, trustedActors: [] };
    await runs(sentry, 50);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });
});

async function deployed(change: Change = by(deployer, added(https))): Promise<SentryInMemory> {
  const sentry = SentryInMemory.watching([locked]);
  sentry.groups.put('sg-1', () => [https]);
  await sentry.respond(change);
  return sentry;
}

/** Of reconcile, one an hour; whatever they point to is done. */
async function runs(sentry: SentryInMemory, hours: number): Promise<void> {
  for (let run = 0; run < hours; run += 1) {
    await sentry.pass(60 * MINUTE);
    await sentry.reconcile();
  }
}

describe("an event that CloudTrail's event history does not have", () => {
  test('is no proof against a deployment while the history is hours late', async () => {
    const sentry = await deployed();
    await runs(sentry, 20);
    sentry.history.changes.push(by(deployer, added(https)));
    await runs(sentry, 30);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    expect(sentry.ledger.grantsOf('sg-1', https)).toMatchObject([{ confirmed: true }]);
    expect(sentry.announcer.told).toEqual([]);
  });

  test('is refuted by two looks that find the history past it, and no sooner', async () => {
    const sentry = await deployed();
    sentry.history.lastHeartbeat = new Date('2026-01-01T00:59:00Z');
    await runs(sentry, 4);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    sentry.history.lastHeartbeat = new Date('2026-01-01T03:00:00Z');
    await runs(sentry, 1);
    await sentry.pass(10 * MINUTE);
    await sentry.reconcile();
    expect(sentry.ledger.grantsOf('sg-1', https)).toHaveLength(1);
    await runs(sentry, 1);
    expect(sentry.ledger.grantsOf('sg-1', https)).toEqual([]);
    await runs(sentry, 1);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test.each(['2020-01-01T00:00:00Z', '2099-01-01T00:00:00Z'])(
    'is measured from when it came, whatever time it claims: %s',
    async (time) => {
      const sentry = await deployed({ ...by(deployer, added(https)), time: new Date(time) });
      sentry.history.lastHeartbeat = new Date('2026-01-01T00:30:00Z');
      await runs(sentry, 3);
      expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
      sentry.history.lastHeartbeat = new Date('2026-01-01T03:00:00Z');
      await runs(sentry, 3);
      expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    },
  );

  test('does not let a forged event stand for good: after a day it is reported, then answered', async () => {
    const sentry = await deployed();
    await runs(sentry, 23);
    expect(sentry.reconciled).toEqual([]);
    await runs(sentry, 3);
    expect(sentry.reconciled).toMatchObject([
      { unconfirmed: [{ entry: { rule: { id: 'sgr-https' } } }] },
    ]);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('does not let one stand for good while the history cannot be asked either', async () => {
    const sentry = await deployed();
    sentry.history.eventOf = async () => Promise.reject(new Error('ThrottlingException'));
    await runs(sentry, 23);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    await runs(sentry, 3);
    expect(sentry.reconciled).toMatchObject([{ unconfirmed: [{}] }]);
  });

  test('is looked for in a group that changes before each run, too', async () => {
    const sentry = await deployed();
    for (let hour = 1; hour <= 30; hour += 1) {
      sentry.history.lastHeartbeat = sentry.groups.now();
      sentry.groups.open('sg-1', rule({ fromPort: 5000 + hour, toPort: 5000 + hour }));
      await runs(sentry, 1);
    }
    expect(sentry.ledger.grantsOf('sg-1', https)).toEqual([]);
  });

  test('trips the brake where too many groups rest on such events', async () => {
    const sentry = new SentryInMemory(
      configurationOf([locked], { monitoredGroups: all }),
      new GroupsInMemory(),
    );
    for (let index = 1; index <= 6; index += 1) {
      const id = `sg-${index}`;
      const opened = { ...https, id: `sgr-${index}` };
      sentry.groups.create({ id }, opened);
      sentry.ledger.adopt(id, []);
      const subject = { kind: 'group', group: { id } } as const;
      await sentry.respond({
        ...by(deployer, added(opened)),
        eventId: `event-${index}`,
        subject,
      });
    }
    await runs(sentry, 30);
    expect(sentry.reconciled.some(({ isBraked }) => isBraked)).toBe(true);
    expect([...sentry.groups.all.keys()].flatMap((id) => sentry.groups.ruleIds(id))).toHaveLength(
      6,
    );
  });

  test('written down by the version before is measured from the first look', async () => {
    const sentry = SentryInMemory.watching([locked]);
    sentry.groups.put('sg-1', () => [https]);
    sentry.ledger.grant('sg-1', https, {
      cause: 'trusted-actor',
      by: deployer.arn!,
      since: new Date('2025-01-01'),
      eventId: 'event-1',
    });
    await runs(sentry, 20);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    await runs(sentry, 10);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('keeps no other from being looked up, however many there are', async () => {
    const sentry = SentryInMemory.watching([locked]);
    const rules = Array.from({ length: 100 }, (_, index) =>
      rule({ id: `sgr-${index}`, fromPort: index + 1, toPort: index + 1 }),
    );
    sentry.groups.put('sg-1', () => rules);
    for (const [index, one] of rules.entries()) {
      const change = { ...by(deployer, added(one)), eventId: `event-${index}` };
      await sentry.respond({ ...change, time: new Date(sentry.groups.now().getTime() + index) });
      if (index === 0 || index === 99) sentry.history.changes.push(change);
    }
    await sentry.survey();
    for (const one of [rules[0]!, rules[99]!]) {
      expect(sentry.ledger.grantsOf('sg-1', one)).toMatchObject([{ confirmed: true }]);
    }
  });
});

describe('a grant that ends', () => {
  test('has its rule answered in the first run after its end', async () => {
    const sentry = SentryInMemory.watching([locked]);
    sentry.groups.put('sg-1', () => [ssh]);
    sentry.ledger.grant('sg-1', ssh, {
      cause: 'operator',
      by: 'olga',
      since: sentry.groups.now(),
      until: new Date('2026-01-01T01:00:00Z'),
      reason: 'migration',
    });
    await sentry.pass(30 * MINUTE);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-ssh']);
    await sentry.pass(30 * MINUTE);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  });

  test('is forgotten where its rule is gone by then', async () => {
    const sentry = SentryInMemory.watching([locked]);
    sentry.ledger.grant('sg-1', ssh, {
      cause: 'operator',
      by: 'olga',
      since: new Date('2025-12-01'),
      until: new Date('2025-12-02'),
      reason: 'migration',
    });
    await sentry.survey();
    expect(sentry.ledger.entryOf('sg-1', ssh)).toBeUndefined();
  });
});

describe('what was told as left in place', () => {
  test('is forgotten once the rule is gone, so that the ledger does not grow', async () => {
    const sentry = SentryInMemory.watching([lockedNotify]);
    for (let port = 1; port <= 3; port += 1) {
      const opened = sentry.groups.open('sg-1', rule({ fromPort: port, toPort: port }))!;
      await sentry.respond({ ...added(opened), eventId: `event-${port}` });
      expect(sentry.ledger.entryOf('sg-1', opened)!.toldAt).toBeInstanceOf(Date);
      sentry.groups.close('sg-1', opened.id!);
      await sentry.survey();
    }
    expect((await sentry.ledger.read('sg-1')).entries.size).toBe(0);
  });

  test('while the sentry only observed is reverted where it comes again, unseen, when the sentry acts', async () => {
    const sentry = SentryInMemory.newTo([locked]);
    sentry.ledger.adopt('sg-1', [], { adoptedWhile: 'OBSERVE' });
    sentry.configuration = { ...sentry.configuration, mode: 'OBSERVE' };
    const opened = sentry.groups.open('sg-1', ssh)!;
    await sentry.respond(added(opened));
    sentry.groups.close('sg-1', opened.id!);
    sentry.configuration = { ...sentry.configuration, mode: 'ENFORCE' };
    await sentry.survey();
    sentry.groups.open('sg-1', ssh);
    await sentry.survey();
    await sentry.pass(10 * MINUTE);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('and names a prefix list is reverted where someone opens the list to the internet, unseen', async () => {
    const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
    const sentry = SentryInMemory.watching([lockedNotify, forbidSsh]);
    sentry.groups.lists.set('pl-1', {
      id: 'pl-1',
      isAwsManaged: false,
      version: 1,
      cidrs: ['10.0.0.0/8'],
    });
    sentry.groups.put('sg-1', () => [viaList]);
    await sentry.respond(added(viaList));
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-list kept']);
    sentry.groups.lists.set('pl-1', {
      id: 'pl-1',
      isAwsManaged: false,
      version: 2,
      cidrs: ['0.0.0.0/0'],
    });
    await sentry.survey();
    await sentry.pass(10 * MINUTE);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });
});

test('a rule that was reverted while its group was being adopted is not accepted', async () => {
  const sentry = SentryInMemory.newTo([forbidSsh], ssh, https);
  sentry.ledger.beforeWrite.set(1, () => sentry.groups.close('sg-1', 'sgr-ssh'));
  await sentry.survey();
  expect(sentry.ledger.entryOf('sg-1', ssh)).toBeUndefined();
  expect(sentry.ledger.grantsOf('sg-1', https, sentry.groups.now())).toMatchObject([
    { cause: 'adopted' },
  ]);
});

describe('what cannot be read costs only itself', () => {
  /** Groups that were adopted empty, each with SSH from the world that no event explains. */
  function opened(...ids: string[]): SentryInMemory {
    const sentry = new SentryInMemory(
      configurationOf([forbidSsh, locked], { monitoredGroups: all }),
      new GroupsInMemory(),
    );
    for (const id of ids) {
      sentry.groups.create({ id }, { ...ssh, id: `sgr-in-${id}` });
      sentry.ledger.adopt(id, []);
    }
    return sentry;
  }

  async function twoRuns(sentry: SentryInMemory): Promise<void> {
    await sentry.survey();
    await sentry.pass(10 * MINUTE);
    await sentry.survey();
  }

  test('a group whose ledger cannot be read keeps no other from being looked at, and is named', async () => {
    const sentry = opened('sg-1', 'sg-2');
    const read = sentry.ledger.read.bind(sentry.ledger);
    sentry.ledger.read = async (id) =>
      id === 'sg-1' ? Promise.reject(new Error('sg-1 holds an item of another version')) : read(id);
    await twoRuns(sentry);
    expect(sentry.pointedTo).toEqual(['sg-2']);
    expect(sentry.reconciled).toHaveLength(2);
    expect(sentry.reconciled[1]!.doubts.groups).toEqual([
      { group: { id: 'sg-1' }, reason: 'sg-1 holds an item of another version' },
    ]);
    expect(sentry.reconciled[1]!.groupCount).toBe(2);
  });

  test('where nothing could be judged at all, the run is told, and fails', async () => {
    const sentry = opened('sg-1', 'sg-2');
    sentry.ledger.read = async () => Promise.reject(new Error('no table'));
    await expect(sentry.survey()).rejects.toThrow('No group could be judged: no table');
    expect(sentry.reconciled).toMatchObject([{ doubts: { groups: [{}, {}] } }]);
  });

  test('rules that cannot be described cost the groups of that call', async () => {
    const sentry = opened(...Array.from({ length: 201 }, (_, index) => `sg-${index}`));
    sentry.unreadGroupIds.add('sg-200');
    await sentry.survey();
    expect(sentry.reconciled.at(-1)!.doubts.groups).toMatchObject([{ group: { id: 'sg-200' } }]);
    sentry.unreadGroupIds.clear();
    await sentry.survey();
    expect(sentry.ledger.entryOf('sg-0', ssh)!.unexplainedSince).toBeInstanceOf(Date);
  });

  test('a choice of groups that cannot be looked up releases none, and is named', async () => {
    const sentry = opened('sg-1');
    sentry.configuration = {
      ...sentry.configuration,
      monitoredGroups: {
        include: [
          { kind: 'tag', key: 'team', value: 'a' },
          { kind: 'ids', groupIds: ['sg-1'] },
        ],
        exclude: [],
      },
    };
    sentry.ledger.adopt('sg-tagged', [], { name: 'tagged' });
    const find = sentry.groups.find.bind(sentry.groups);
    sentry.groups.find = async (filter) =>
      filter.kind === 'tag' || (filter.kind === 'ids' && filter.groupIds.includes('sg-tagged'))
        ? Promise.reject(new Error('RequestLimitExceeded'))
        : find(filter);
    await twoRuns(sentry);
    expect(sentry.pointedTo).toEqual(['sg-1']);
    expect(sentry.reconciled.at(-1)).toMatchObject({
      released: [],
      doubts: {
        groups: [{ group: { id: 'sg-tagged', name: 'tagged' }, reason: 'RequestLimitExceeded' }],
        selections: [{ selection: 'groups with the tag team=a', reason: 'RequestLimitExceeded' }],
      },
    });
    expect(sentry.recordOf('sg-tagged')!.releasedAt).toBeUndefined();
  });

  test('a ledger that cannot be written for one group has the others pointed to, and the run fails in the end', async () => {
    const sentry = opened('sg-1', 'sg-2');
    await sentry.survey();
    await sentry.pass(10 * MINUTE);
    sentry.groups.create({ id: 'sg-new' });
    sentry.ledger.place = undefined;
    const writeRecord = sentry.ledger.writeRecord.bind(sentry.ledger);
    sentry.ledger.writeRecord = async (record) =>
      record.groupId === 'sg-new' ? Promise.reject(new Error('throttled')) : writeRecord(record);
    await expect(sentry.survey()).rejects.toThrow('throttled');
    expect(sentry.pointedTo).toEqual(['sg-1', 'sg-2']);
  });

  test('a rule that cannot be read is named in each run', async () => {
    const sentry = SentryInMemory.watching([locked], https);
    sentry.groups.all.set('sg-1', {
      ...sentry.groups.all.get('sg-1')!,
      unreadableRuleIds: ['sgr-strange'],
    });
    await twoRuns(sentry);
    expect(sentry.reconciled.map(({ doubts }) => doubts.rules)).toEqual([
      [{ group: expect.objectContaining({ id: 'sg-1' }), ruleIds: ['sgr-strange'] }],
      [{ group: expect.objectContaining({ id: 'sg-1' }), ruleIds: ['sgr-strange'] }],
    ]);
    expect(sentry.groups.acts).toEqual([]);
  });

  test('an event history that is throttled fails no run, and ends no grant', async () => {
    const sentry = opened('sg-1', 'sg-2');
    const since = new Date('2025-12-01');
    sentry.groups.put('sg-2', () => [https]);
    sentry.ledger.grant('sg-2', https, {
      cause: 'trusted-actor',
      by: 'deployer',
      since,
      eventId: 'event-1',
    });
    sentry.history.eventOf = async () => Promise.reject(new Error('ThrottlingException'));
    await sentry.survey();
    await sentry.pass(10 * MINUTE);
    const report = await sentry.survey();
    expect(report.notConfirmed).toContain('ThrottlingException');
    expect(sentry.pointedTo).toEqual(['sg-1']);
    expect(sentry.ledger.grantsOf('sg-2', https, sentry.groups.now())).toHaveLength(1);
  });
});

describe('a prefix list', () => {
  const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
  const list = (values: Partial<PrefixList> = {}): PrefixList => ({
    id: 'pl-1',
    isAwsManaged: false,
    version: 5,
    cidrs: ['10.0.0.0/8'],
    ...values,
  });
  const adopted = { cause: 'adopted', by: 'App/Sentry', since: new Date('2025-12-01') } as const;

  /** A group that holds a rule by way of the list, accepted when the list had version 5. */
  function naming(policies: readonly Policy[], listed?: PrefixList): SentryInMemory {
    const sentry = SentryInMemory.watching(policies, https);
    sentry.groups.put('sg-1', () => [https, viaList]);
    sentry.ledger.grant('sg-1', viaList, adopted, { prefixListVersion: 5 });
    if (listed) sentry.groups.lists.set('pl-1', listed);
    return sentry;
  }

  test('that its owner has unshared, and may have filled, is notified in each run, with groups and rules', async () => {
    const sentry = naming([forbidSsh], list());
    await sentry.survey();
    expect(sentry.reconciled).toEqual([]);
    sentry.groups.lists.delete('pl-1');
    for (let run = 1; run <= 3; run += 1) {
      await sentry.reconcile();
      await sentry.pass(60 * MINUTE);
      expect(sentry.reconciled).toHaveLength(run);
    }
    expect(sentry.reconciled[2]!.doubts.lists).toMatchObject([
      { id: 'pl-1', isShown: false, rules: [{ group: { id: 'sg-1' }, rule: viaList }] },
    ]);
    const text = reconcileText(sentry.reconciled[2]!, 'App/Sentry', 10);
    for (const said of ['pl-1: EC2 does not show it', 'sg-1', 'sgr-list', 'share them again']) {
      expect(text).toContain(said);
    }
    expect(reconcileSeverity(sentry.reconciled[2]!)).toBe('high');
    expect(sentry.groups.acts).toEqual([]);
  });

  test('that many groups name and that is unshared makes one message a run, and trips no brake', async () => {
    const sentry = new SentryInMemory(
      configurationOf([forbidSsh], { monitoredGroups: all }),
      new GroupsInMemory(),
    );
    for (let number = 0; number < 10; number += 1) {
      sentry.groups.create({ id: `sg-${number}` }, { ...viaList, id: `sgr-${number}` });
      sentry.ledger.adopt(`sg-${number}`, []);
    }
    await sentry.survey();
    expect(sentry.reconciled).toMatchObject([{ isBraked: false, doubts: { lists: [{}] } }]);
    expect(sentry.reconciled[0]!.doubts.lists[0]!.rules).toHaveLength(10);
  });

  test('whose entries decide nothing is passed over, read or not', async () => {
    const sentry = naming([locked]);
    await sentry.survey();
    expect(sentry.reconciled).toEqual([]);
  });

  test.each<[string, PrefixList | undefined]>([
    ['is not shared any more', undefined],
    [
      'cannot be described',
      list({
        version: undefined,
        cidrs: [],
        doubt: { kind: 'not-described', reason: 'RequestLimitExceeded' },
      }),
    ],
    ['has entries that cannot be read', list({ doubt: { kind: 'not-read', reason: 'denied' } })],
    [
      'has entries that are no ranges',
      list({ version: 6, doubt: { kind: 'not-understood', reason: '"all"' } }),
    ],
  ])('that %s takes no rule away, accepted or not, and says so', async (_, listed) => {
    for (const isAccepted of [true, false]) {
      const sentry = naming([forbidSsh, allowTenOnly], listed);
      if (!isAccepted) sentry.ledger.forget('sg-1', viaList);
      for (let run = 0; run < 3; run += 1) {
        await sentry.reconcile();
        await sentry.pass(60 * MINUTE);
      }
      expect(sentry.groups.acts).toEqual([]);
      expect(sentry.reconciled).toHaveLength(3);
    }
  });

  test('with an entry that cannot be read is answered for those that can', async () => {
    const sentry = naming(
      [forbidSsh],
      list({
        version: 6,
        cidrs: ['0.0.0.0/0'],
        doubt: { kind: 'not-understood', reason: '"all"' },
      }),
    );
    await sentry.survey();
    await sentry.pass(10 * MINUTE);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test('that was found open is not forgotten while it cannot be read', async () => {
    const sentry = naming([forbidSsh], list({ version: 6, cidrs: ['0.0.0.0/0'] }));
    await sentry.survey();
    sentry.groups.lists.delete('pl-1');
    await sentry.survey();
    sentry.groups.lists.set('pl-1', list({ version: 6, cidrs: ['0.0.0.0/0'] }));
    await sentry.pass(10 * MINUTE);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test('that is being changed is judged by the version that is read, and again when that is done', async () => {
    const sentry = naming([forbidSsh], list({ isChanging: true }));
    sentry.groups.put('sg-1', (rules) => [...rules, ssh]);
    await sentry.survey();
    await sentry.pass(10 * MINUTE);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https', 'sgr-list']);
    expect(sentry.reconciled).toEqual([]);
    sentry.groups.lists.set('pl-1', list({ version: 6, cidrs: ['0.0.0.0/0'] }));
    await sentry.survey();
    await sentry.pass(10 * MINUTE);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test('that is being changed while its group is adopted is judged once that is done', async () => {
    const sentry = SentryInMemory.newTo([forbidSsh], https, viaList);
    // The version may be the one that is made, and the entries those of the one before.
    sentry.groups.lists.set('pl-1', list({ version: 6, isChanging: true }));
    await sentry.reconcile();
    await sentry.pass(10 * MINUTE);
    await sentry.reconcile();
    expect(sentry.groups.acts).toEqual([]);
    sentry.groups.lists.set('pl-1', list({ version: 6, cidrs: ['0.0.0.0/0'] }));
    await sentry.survey();
    await sentry.pass(10 * MINUTE);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test('that cannot be described has its group adopted later, and no other', async () => {
    const sentry = SentryInMemory.newTo([forbidSsh], viaList);
    sentry.configuration = { ...sentry.configuration, monitoredGroups: all };
    sentry.groups.create({ id: 'sg-2' }, https);
    sentry.groups.lists.set(
      'pl-1',
      list({
        version: undefined,
        cidrs: [],
        doubt: { kind: 'not-described', reason: 'throttled' },
      }),
    );
    await sentry.survey();
    expect(sentry.recordOf('sg-1')).toBeUndefined();
    expect(sentry.recordOf('sg-2')).toBeDefined();
    expect(sentry.reconciled[0]!.doubts.groups).toMatchObject([
      { group: { id: 'sg-1' }, reason: expect.stringContaining('pl-1') },
    ]);
    sentry.groups.lists.set('pl-1', list({ cidrs: ['0.0.0.0/0'] }));
    await sentry.survey();
    await sentry.pass(10 * MINUTE);
    await sentry.reconcile();
    expect(sentry.groups.acts).toEqual([]);
    expect(sentry.ledger.grantsOf('sg-1', viaList, sentry.groups.now())).toHaveLength(1);
  });

  test('that can be read nowhere trips the brake in many groups, and is told as that', async () => {
    const sentry = new SentryInMemory(
      configurationOf([forbidSsh], { monitoredGroups: all, brake: 0.2 }),
      new GroupsInMemory(),
    );
    sentry.groups.lists.set('pl-1', list({ doubt: { kind: 'not-read', reason: 'throttled' } }));
    for (let number = 0; number < 20; number += 1) {
      const held = number < 5 ? viaList : ssh;
      sentry.groups.create({ id: `sg-${number}` }, { ...held, id: `sgr-${number}` });
      sentry.ledger.adopt(`sg-${number}`, [held]);
    }
    sentry.groups.create({ id: 'sg-open' }, { ...ssh, id: 'sgr-open' });
    sentry.ledger.adopt('sg-open', []);
    await sentry.survey();
    await sentry.pass(10 * MINUTE);
    await sentry.survey();
    expect(sentry.pointedTo).toEqual([]);
    const report = sentry.reconciled.at(-1)!;
    expect(report.isBraked).toBe(true);
    expect(reconcileSubject(report)).toContain(
      '[CRITICAL] 5 groups cannot be judged in full: nothing was done',
    );
  });
});

test('a pause that is too long stops nothing, and reconcile says so in every run until its end', async () => {
  const sentry = SentryInMemory.watching([locked]);
  sentry.groups.put('sg-1', () => [ssh]);
  const until = new Date('2026-02-01T00:00:00Z');
  sentry.configuration = {
    ...sentry.configuration,
    refusedPause: { until, reason: 'quiet', by: 'mallory' },
  };
  await sentry.survey();
  await sentry.pass(10 * MINUTE);
  await sentry.reconcile();
  expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  expect(sentry.reconciled).toMatchObject([
    { refusedPause: { by: 'mallory' } },
    { refusedPause: { by: 'mallory' } },
  ]);
  const { subject, text, json } = reconcileNotification(sentry.reconciled[0]!, 'App/Sentry', 10);
  expect(subject).toBe('[HIGH] a pause of more than seven days is not obeyed');
  expect(text).toContain(
    "a pause until 2026-02-01T00:00:00.000Z, by mallory, because: quiet. That is longer than an operator may order, so someone wrote it past the operator's function: the sentry goes on acting.",
  );
  expect(JSON.parse(json)).toMatchObject({
    refusedPause: { until: until.toISOString(), reason: 'quiet', by: 'mallory' },
  });
});

test('while the sentry is paused reconcile says so in every run, and points to nothing', async () => {
  const sentry = SentryInMemory.watching([locked]);
  sentry.groups.put('sg-1', () => [ssh]);
  sentry.configuration = {
    ...sentry.configuration,
    pause: { until: new Date('2026-01-01T01:00:00Z'), reason: 'an incident', by: 'olga' },
  };
  await sentry.survey();
  await sentry.pass(10 * MINUTE);
  await sentry.survey();
  expect(sentry.pointedTo).toEqual([]);
  expect(sentry.reconciled).toMatchObject([
    { pause: { reason: 'an incident' } },
    { pause: { reason: 'an incident' } },
  ]);
  await sentry.pass(50 * MINUTE);
  await sentry.reconcile();
  expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
});

test('a pause of a part of the accounts is told with them, obeyed or not', async () => {
  const sentry = SentryInMemory.watching([locked]);
  const until = new Date('2026-01-01T01:00:00Z');
  const scope = { accounts: ['111122223333'], units: ['ou-abcd-11111111'] };
  const pause = { until, reason: 'an incident', by: 'olga', ...scope };
  sentry.configuration = { ...sentry.configuration, pause, refusedPause: pause };
  await sentry.survey();
  const { text, json } = reconcileNotification(sentry.reconciled[0]!, 'App/Sentry', 10);
  const inWords = 'in account 111122223333 and unit ou-abcd-11111111 until 2026-01-01T01:00';
  expect(text).toContain(`the sentry is paused ${inWords}`);
  expect(text).toContain(`asks for a pause ${inWords}`);
  expect(JSON.parse(json)).toMatchObject({ pause: scope, refusedPause: scope });
  expect(schemaErrors(json)).toEqual([]);
});

test('a group whose ledger was written to meanwhile is looked at again in the next run', async () => {
  const sentry = SentryInMemory.watching([locked]);
  sentry.groups.put('sg-1', () => [ssh]);
  sentry.ledger.beforeWrite.set(1, () => sentry.ledger.note('sg-1', ssh, { revision: 3 }));
  await sentry.survey();
  await sentry.survey();
  expect(sentry.ledger.entryOf('sg-1', ssh)!.unexplainedSince).toEqual(sentry.groups.now());
});
