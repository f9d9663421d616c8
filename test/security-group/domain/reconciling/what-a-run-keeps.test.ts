import type { MonitoredGroups } from '../../../../src/security-group/domain/groups/monitored-groups';
import type { Grant } from '../../../../src/security-group/domain/ledger/ledger';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import type { PeerPattern } from '../../../../src/security-group/domain/policies/traffic-pattern';
import { NO_DOUBTS } from '../../../../src/security-group/domain/reconciling/doubts';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import { configurationOf, forbidSsh, locked } from '../../samples/changes';
import { PAYMENTS_PLACE } from '../../samples/described-places';
import { rule } from '../../samples/rules';

const HOUR = 60 * 60_000;
const EARLIER = new Date('2025-12-01T00:00:00Z');
const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const all: MonitoredGroups = { include: [{ kind: 'all' }], exclude: [] };
const TEAM = { key: 'team', value: 'a' };
const byTag: MonitoredGroups = { include: [{ kind: 'tag', ...TEAM }], exclude: [] };

describe('groups to look into are', () => {
  test('none of those that are adopted as they stand', async () => {
    const sentry = SentryInMemory.newTo([forbidSsh], ssh);
    expect((await sentry.survey()).due).toEqual([]);
    expect(sentry.pointedTo).toEqual([]);
  });

  test('those that are adopted with something to answer', async () => {
    const sentry = SentryInMemory.newTo([forbidSsh], ssh);
    sentry.configuration = { ...sentry.configuration, existingViolations: 'RESPOND' };
    expect((await sentry.survey()).due).toEqual(['sg-1']);
  });

  test('none in which only something is forgotten', async () => {
    const sentry = SentryInMemory.newTo([forbidSsh], https);
    sentry.ledger.note('sg-1', ssh, { unexplainedSince: EARLIER });
    expect((await sentry.survey()).due).toEqual([]);
    expect(sentry.recordOf('sg-1')).toBeDefined();
    expect(sentry.ledger.entryOf('sg-1', ssh)).toBeUndefined();
  });

  test('those that are there again, at once, and they do not enter like new ones', async () => {
    const sentry = SentryInMemory.watching([locked]);
    const releasedAt = sentry.groups.now();
    sentry.ledger.adopt('sg-1', [], { releasedAt, releasedFor: 'deleted' });
    sentry.ledger.note('sg-1', ssh, { unexplainedSince: EARLIER });
    sentry.groups.put('sg-1', () => [ssh]);
    expect(await sentry.survey()).toMatchObject({ due: ['sg-1'], adoptions: [] });
    expect(sentry.ledger.place!.entering).toEqual([]);
    expect(sentry.ledger.sightings.size).toBe(0);
  });

  test('none that were let go, and that no tag chooses now', async () => {
    const sentry = SentryInMemory.newTo([forbidSsh], ssh);
    sentry.configuration = { ...sentry.configuration, monitoredGroups: byTag };
    sentry.ledger.adopt('sg-1', [], { releasedAt: EARLIER, releasedFor: 'not-chosen' });
    for (let run = 0; run < 3; run += 1) {
      expect(await sentry.survey()).toMatchObject({ groupCount: 0, adoptions: [] });
      await sentry.pass(HOUR);
    }
  });
});

describe('of groups that are as they should be', () => {
  test('nothing is written', async () => {
    const sentry = SentryInMemory.watching([locked], https);
    const report = await sentry.survey();
    expect(report).not.toHaveProperty('notConfirmed');
    expect(sentry.ledger.writes).toBe(0);
    expect(sentry.recordOf('sg-1')).not.toHaveProperty('revision');
  });

  test('nothing is remembered as entering, once they are adopted', async () => {
    const sentry = SentryInMemory.newTo([locked], https);
    await sentry.survey();
    expect(sentry.ledger.sightings.size).toBe(0);
    await sentry.survey();
    expect(sentry.ledger.place!.entering).toEqual([]);
    sentry.unreadGroupIds.add('sg-1');
    await expect(sentry.survey()).rejects.toThrow('No group could be judged');
    expect(sentry.ledger.place!.entering).toEqual([]);
  });
});

describe('the record of a group', () => {
  const forTeam: Policy = { ...forbidSsh, appliesTo: byTag };

  function tagged(policies: readonly Policy[]): SentryInMemory {
    const sentry = new SentryInMemory(
      configurationOf(policies, { monitoredGroups: all }),
      new GroupsInMemory(),
    );
    sentry.groups.create({ id: 'sg-1', tags: [TEAM] }, https);
    return sentry;
  }

  test('has the policies that hold for it, and is written once for that', async () => {
    const sentry = tagged([locked, forTeam]);
    await sentry.survey();
    const adopted = sentry.recordOf('sg-1')!;
    expect(adopted.holds).toHaveLength(2);
    await sentry.survey();
    expect(sentry.recordOf('sg-1')).toEqual(adopted);
  });

  test('that the version before wrote gets them without another adoption', async () => {
    const sentry = tagged([locked, forTeam]);
    await sentry.survey();
    const { holds, ...before } = sentry.recordOf('sg-1')!;
    sentry.ledger.groups.get('sg-1')!.record = before;
    await sentry.survey();
    expect(sentry.reconciled).toHaveLength(1);
    expect(sentry.recordOf('sg-1')!.holds).toEqual(holds);
  });

  test('has fewer policies once fewer hold, without another adoption', async () => {
    const sentry = tagged([locked, forTeam]);
    await sentry.survey();
    const { policies } = sentry.recordOf('sg-1')!;
    sentry.configuration = { ...sentry.configuration, policies: [forTeam] };
    await sentry.survey();
    expect(sentry.reconciled).toHaveLength(1);
    expect(sentry.recordOf('sg-1')!.holds).toHaveLength(1);
    expect(sentry.recordOf('sg-1')!.policies).not.toBe(policies);
  });

  test('says the policies of before while it waits to be adopted for others', async () => {
    const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
    const sentry = SentryInMemory.watching([forbidSsh], viaList);
    sentry.ledger.adopt('sg-1', [], { policies: 'earlier' });
    sentry.groups.lists.set('pl-1', {
      id: 'pl-1',
      isAwsManaged: false,
      cidrs: [],
      doubt: { kind: 'not-described', reason: 'Throttled' },
    });
    const { doubts, adoptions } = await sentry.survey();
    expect(adoptions).toEqual([]);
    expect(doubts.groups).toMatchObject([
      {
        reason:
          'it is not adopted yet, as the prefix list pl-1 that it names cannot be described: Throttled',
      },
    ]);
    expect(sentry.recordOf('sg-1')).toMatchObject({ policies: 'earlier' });
  });
});

describe('while a group is adopted', () => {
  /** It comes back, and a rule that it had before is gone. */
  function comingBack(): SentryInMemory {
    const sentry = SentryInMemory.newTo([forbidSsh], ssh);
    sentry.ledger.note('sg-1', https, {});
    return sentry;
  }

  test('what an event writes down of a rule that was forgotten stays', async () => {
    const sentry = comingBack();
    sentry.ledger.beforeRecord = () => sentry.ledger.note('sg-1', https, { writtenAt: EARLIER });
    await sentry.survey();
    expect(sentry.ledger.entryOf('sg-1', https)).toMatchObject({ writtenAt: EARLIER });
  });

  test('a rule that is reverted and forgotten meanwhile is no fault', async () => {
    const sentry = comingBack();
    sentry.ledger.beforeRecord = () => {
      sentry.groups.close('sg-1', 'sgr-ssh');
      sentry.ledger.forget('sg-1', ssh);
    };
    await sentry.survey();
    expect(sentry.ledger.entryOf('sg-1', ssh)).toBeUndefined();
  });

  test('all that cannot be written is told', async () => {
    const sentry = SentryInMemory.newTo([locked]);
    sentry.configuration = { ...sentry.configuration, monitoredGroups: all };
    sentry.groups.create({ id: 'sg-2' });
    sentry.ledger.writeRecord = async ({ groupId }) =>
      Promise.reject(new Error(`${groupId} is throttled.`));
    await expect(sentry.survey()).rejects.toThrow(
      'Not all could be written to the ledger: sg-1 is throttled. sg-2 is throttled.',
    );
  });
});

describe('what ends in the very moment of a run', () => {
  test('is over', async () => {
    const sentry = SentryInMemory.watching([{ ...forbidSsh, name: 'ssh' }]);
    const until = sentry.groups.now();
    const order = { until, by: 'olga', reason: 'an incident' };
    const disablings = [{ ...order, policy: 'ssh', since: new Date(until.getTime() - HOUR) }];
    sentry.configuration = { ...sentry.configuration, disablings, refusedPause: order };
    const report = await sentry.survey();
    expect(report.endedDisablings).toEqual(disablings);
    expect(report).not.toHaveProperty('refusedPause');
  });
});

describe('peers in doubt', () => {
  const allowing = (...peers: PeerPattern[]): Policy => ({
    baseline: { kind: 'allowOnly', patterns: [{ name: 'the network', peers }] },
    response: 'revert',
  });
  const vpc = (vpcId: string): PeerPattern => ({ kind: 'vpc', vpcId });
  const odd: PeerPattern = { kind: 'ipRange', cidr: 'office', doubt: 'it is no range' };
  const inner = rule({ id: 'sgr-1', ipRange: '10.0.0.0/24' });

  test('are told by a member only where a rule hangs on them', async () => {
    const outward: Policy = {
      baseline: {
        kind: 'forbid',
        patterns: [{ name: 'out', direction: 'egress', peers: [vpc('vpc-2')] }],
      },
      response: 'revert',
    };
    const sentry = SentryInMemory.watching([allowing(vpc('vpc-1')), outward], inner);
    sentry.place = PAYMENTS_PLACE;
    expect((await sentry.survey()).doubts.peers).toMatchObject([{ peer: 'VPC vpc-1' }]);
    sentry.place = { ...PAYMENTS_PLACE, isMember: false };
    expect((await sentry.survey()).doubts.peers).toHaveLength(2);
  });

  test('hold up an adoption where any of them may be read later', async () => {
    const sentry = SentryInMemory.newTo([allowing(odd, vpc('vpc-1'))], inner);
    const { adoptions, doubts } = await sentry.survey();
    expect(adoptions).toEqual([]);
    expect(doubts.groups).toMatchObject([{ group: { id: 'sg-1' }, isForPeer: true }]);
    sentry.configuration = configurationOf([allowing(odd)]);
    expect((await sentry.survey()).adoptions).toHaveLength(1);
  });
});

test('what no one confirms is told by itself, whatever else the run has told', async () => {
  const grant: Grant = {
    cause: 'trusted-actor',
    by: 'deploy',
    since: EARLIER,
    receivedAt: EARLIER,
    eventId: 'event-1',
  };
  const sentry = SentryInMemory.watching([locked], https);
  const until = new Date('2026-02-01T00:00:00Z');
  const order = { until, by: 'olga', reason: 'an incident' };
  sentry.configuration = {
    ...sentry.configuration,
    monitoredGroups: all,
    pause: order,
    refusedPause: order,
  };
  sentry.groups.create({ id: 'sg-new' }, https);
  sentry.ledger.forget('sg-1', https);
  sentry.ledger.grant('sg-1', https, grant);
  await sentry.survey();
  const [first, second] = sentry.reconciled;
  expect(first).toMatchObject({ adoptions: [{ group: { id: 'sg-new' } }], pause: order });
  expect(second).toEqual({
    at: sentry.groups.now(),
    groupCount: 2,
    adoptions: [],
    released: [],
    returned: [],
    due: [],
    isBraked: false,
    doubts: NO_DOUBTS,
    disablings: [],
    endedDisablings: [],
    exclusionEnds: [],
    unconfirmed: [
      {
        group: { id: 'sg-1', name: 'web', vpcId: 'vpc-1' },
        entry: expect.objectContaining({ rule: https }),
        unconfirmed: [{ ...grant, reportedAt: sentry.groups.now() }],
      },
    ],
  });
  await sentry.survey();
  expect(sentry.reconciled.filter(({ unconfirmed }) => unconfirmed.length > 0)).toHaveLength(1);
});
