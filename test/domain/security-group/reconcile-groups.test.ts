import { added, by, configurationOf, deployer, eve, forbidSsh, locked, lockedRestoring } from './changes';
import { GroupsInMemory } from './groups-in-memory';
import { rule } from './rules';
import { SentryInMemory } from './sentry-in-memory';
import type { AdoptionCause } from '../../../src/domain/security-group/adoption';
import type { GroupRecord } from '../../../src/domain/security-group/ledger';
import type { MonitoredGroups } from '../../../src/domain/security-group/monitored-groups';
import type { SentryConfiguration } from '../../../src/domain/security-group/sentry-configuration';

const MINUTE = 60_000;
const ssh = rule({ id: 'sgr-ssh' });
const http = rule({ id: 'sgr-http', fromPort: 80, toPort: 80 });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const all: MonitoredGroups = { include: [{ kind: 'all' }], exclude: [] };

describe('first contact', () => {
  test('adopts every rule, reports what violates, and leaves it alone', async () => {
    const sentry = SentryInMemory.newTo([forbidSsh, locked], ssh, https);
    expect(await sentry.reconcile()).toEqual([]);
    expect(sentry.groups.acts).toEqual([]);
    expect(sentry.reconciled).toMatchObject([{ adoptions: [{ group: { id: 'sg-1' }, cause: 'first-contact', ruleCount: 2, violating: [{ rule: ssh, violations: [{ baseline: 'forbid' }] }] }] }]);
    expect(sentry.ledger.grantsOf('sg-1', ssh, sentry.groups.now())).toMatchObject([{ cause: 'adopted', by: 'App/Sentry' }]);
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
    sentry.reconciled.push = () => { throw new Error('no topic'); };
    await expect(sentry.survey()).rejects.toThrow('no topic');
    expect(sentry.recordOf('sg-1')).toBeUndefined();
    expect(sentry.ledger.grantsOf('sg-1', https)).toEqual([]);
  });
});

describe('adoption again', () => {
  function watchedAs(record: Partial<GroupRecord>, values: Partial<SentryConfiguration> = {}): SentryInMemory {
    const sentry = new SentryInMemory(configurationOf([forbidSsh, locked], values), GroupsInMemory.of('sg-1', https, ssh));
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
    expect(sentry.reconciled).toMatchObject([{ adoptions: [{ cause, violating: [{ rule: ssh }] }] }]);
    expect(sentry.groups.acts).toEqual([]);
    expect(sentry.ledger.grantsOf('sg-1', ssh, sentry.groups.now())).toMatchObject([{ cause: 'adopted' }]);
    expect(sentry.recordOf('sg-1')).toMatchObject({ policies: 'p', adoptedWhile: 'ENFORCE' });
    expect(sentry.recordOf('sg-1')!.releasedAt).toBeUndefined();
  });

  test('a group that came back misses nothing that went while nobody watched', async () => {
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
    sentry.configuration = { ...sentry.configuration, digests: { selection: 's', policies: 'later' } };
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });
});

describe('the brake', () => {
  /** Many groups that were adopted empty; in some of them stands a rule that nobody explains. */
  async function withDifferences(count: number, total: number): Promise<SentryInMemory> {
    const groups = new GroupsInMemory();
    const sentry = new SentryInMemory(configurationOf([locked], { monitoredGroups: all, brake: 0.2 }), groups);
    for (let number = 0; number < total; number += 1) {
      groups.create({ id: `sg-${number}` }, ...(number < count ? [{ ...ssh, id: `sgr-${number}` }] : []));
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
    expect(sentry.reconciled).toMatchObject([{ isBraked: true, due: expect.arrayContaining(['sg-0']) }]);
  });

  test('does not stop it at the share itself, nor for a handful', async () => {
    for (const [count, total] of [[4, 20], [3, 3]] as const) {
      const sentry = await withDifferences(count, total);
      await sentry.survey();
      expect(sentry.pointedTo).toHaveLength(count);
      expect(sentry.reconciled).toEqual([]);
    }
  });

  test('stops adoption with violations to answer as well', async () => {
    const groups = new GroupsInMemory();
    for (let number = 0; number < 10; number += 1) groups.create({ id: `sg-${number}` }, { ...ssh, id: `sgr-${number}` });
    const sentry = new SentryInMemory(configurationOf([forbidSsh], { monitoredGroups: all, existingViolations: 'RESPOND' }), groups);
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
    expect(sentry.reconciled).toMatchObject([{ released: [{ group: { groupId: 'sg-1' }, reason: 'deleted' }] }]);
    expect(sentry.recordOf('sg-1')!.releasedAt).toEqual(sentry.groups.now());
    await sentry.survey();
    expect(sentry.reconciled).toHaveLength(1);
  });

  test('those that a deployment does not choose any more are released', async () => {
    const sentry = SentryInMemory.watching([locked], https);
    sentry.configuration = { ...sentry.configuration, monitoredGroups: { include: [{ kind: 'ids', groupIds: ['sg-2'] }], exclude: [] } };
    await sentry.survey();
    expect(sentry.reconciled).toMatchObject([{ released: [{ reason: 'not-chosen' }] }]);
  });

  test('a tag that is taken off releases none, unless a deployment has changed what is chosen', async () => {
    const byTag: MonitoredGroups = { include: [{ kind: 'tag', key: 'watch', value: 'yes' }], exclude: [] };
    const sentry = SentryInMemory.watching([locked], https);
    sentry.configuration = { ...sentry.configuration, monitoredGroups: byTag };
    expect(await sentry.survey()).toMatchObject({ groupCount: 1, released: [] });
    sentry.configuration = { ...sentry.configuration, digests: { selection: 'other', policies: 'p' } };
    expect(await sentry.survey()).toMatchObject({ groupCount: 0, released: [{ reason: 'not-chosen' }] });
  });
});

describe('grants that rest on an event', () => {
  test('are confirmed when the history has the event of a trusted actor, and only then', async () => {
    for (const [actor, isConfirmed] of [[deployer, true], [eve, undefined]] as const) {
      const sentry = SentryInMemory.watching([lockedRestoring]);
      sentry.groups.put('sg-1', () => [https]);
      await sentry.respond(by(deployer, added(https)));
      await sentry.survey();
      expect(sentry.ledger.grantsOf('sg-1', https)[0]!.confirmed).toBeUndefined();
      sentry.history.changes.push(by(actor, added(https)));
      await sentry.survey();
      expect(sentry.ledger.grantsOf('sg-1', https)[0]!.confirmed).toBe(isConfirmed);
    }
  });
});

test('while the sentry is paused reconcile says so in every run, and points to nothing', async () => {
  const sentry = SentryInMemory.watching([locked]);
  sentry.groups.put('sg-1', () => [ssh]);
  sentry.configuration = { ...sentry.configuration, pause: { until: new Date('2026-01-01T01:00:00Z'), reason: 'an incident', by: 'olga' } };
  await sentry.survey();
  await sentry.pass(10 * MINUTE);
  await sentry.survey();
  expect(sentry.pointedTo).toEqual([]);
  expect(sentry.reconciled).toMatchObject([{ pause: { reason: 'an incident' } }, { pause: { reason: 'an incident' } }]);
  await sentry.pass(50 * MINUTE);
  await sentry.reconcile();
  expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
});

test('a group whose ledger was written to meanwhile is looked at again in the next run', async () => {
  const sentry = SentryInMemory.watching([locked]);
  sentry.groups.put('sg-1', () => [ssh]);
  sentry.ledger.beforeWrite.set(1, () => sentry.ledger.note('sg-1', ssh, { revision: 3 }));
  await sentry.survey();
  await sentry.survey();
  expect(sentry.ledger.entryOf('sg-1', ssh)!.unexplainedSince).toEqual(sentry.groups.now());
});
