import { LedgerConflictError } from '../../../../src/security-group/domain/ledger/ledger-store';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import type { Rule } from '../../../../src/security-group/domain/rules/rule';
import { type Fault, Faults } from '../../in-memory/faults';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  asking,
  by,
  changeOf,
  deployer,
  eve,
  forbidSsh,
  locked,
  lockedNotify,
  lockedRestoring,
  mallory,
  modified,
  removed,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const MINUTE = 60_000;
const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });

/** The group has been different for longer than `settleTime`, and no event has said why. */
async function different(
  policies: readonly Policy[],
  accepted: readonly Rule[],
  standing: readonly Rule[],
): Promise<SentryInMemory> {
  const sentry = SentryInMemory.watching(policies, ...accepted);
  sentry.groups.put('sg-1', () => standing);
  expect(await sentry.reconcile()).toEqual([]);
  await sentry.pass(10 * MINUTE);
  await sentry.survey();
  return sentry;
}

describe('a rule that no event explains', () => {
  test('waits until its event may have come', async () => {
    const sentry = SentryInMemory.watching([locked], https);
    sentry.groups.put('sg-1', () => [https, ssh]);
    await sentry.survey();
    await sentry.pass(10 * MINUTE - 1);
    await sentry.survey();
    expect(sentry.pointedTo).toEqual([]);
    await sentry.pass(1);
    await sentry.survey();
    expect(sentry.pointedTo).toEqual(['sg-1']);
  });

  test('is not answered before that, no matter who points to the group', async () => {
    const sentry = SentryInMemory.watching([locked], https);
    sentry.groups.put('sg-1', () => [https, ssh]);
    expect(await sentry.respondToDifferences()).toEqual([]);
    await sentry.survey();
    await sentry.pass(5 * MINUTE);
    expect(await sentry.respondToDifferences()).toEqual([]);
    expect(sentry.groups.acts).toEqual([]);
  });

  test("is granted where a trusted actor's call in the event history explains it, as confirmed", async () => {
    const sentry = await different([locked], [], [https]);
    sentry.history.changes.push(by(deployer, added(https)));
    expect(await sentry.respondToDifferences()).toEqual([]);
    expect(sentry.ledger.entryOf('sg-1', https)).toMatchObject({
      grants: [{ cause: 'trusted-actor', eventId: 'event-1', confirmed: true }],
    });
    expect(sentry.ledger.entryOf('sg-1', https)!.unexplainedSince).toBeUndefined();
  });

  test('leaves no trace where it is granted to a call of a moment ago', async () => {
    const sentry = await different([locked], [], [https]);
    const time = sentry.groups.now();
    sentry.history.changes.push({ ...by(deployer, added(https)), time });
    await sentry.respondToDifferences();
    expect(sentry.ledger.grantsOf('sg-1', https)).toHaveLength(1);
    expect(sentry.ledger.events.size).toBe(0);
  });

  test('is granted where a trusted actor modified it; unconfirmed, for of the event only its id is known', async () => {
    const sentry = await different([locked], [], [https]);
    sentry.history.changes.push(by(deployer, modified('sgr-https')));
    expect(await sentry.respondToDifferences()).toEqual([]);
    expect(sentry.ledger.grantsOf('sg-1', https)).toMatchObject([
      { cause: 'trusted-actor', eventId: 'event-1' },
    ]);
    expect(sentry.ledger.grantsOf('sg-1', https)[0]!.confirmed).toBeUndefined();
  });

  test("is taken away where anyone else's explains it, and the actor is told", async () => {
    const sentry = await different([locked], [], [https]);
    sentry.history.changes.push(by(mallory, added(https)));
    const [report] = await sentry.respondToDifferences();
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    expect(report).toMatchObject({
      explainedBy: 'event-history',
      call: { actor: { userName: 'mallory' } },
      rules: [{ outcome: { kind: 'reverted' } }],
    });
  });

  test('is taken away where nothing explains it, and it is told that no one knows who did it', async () => {
    const sentry = await different([locked], [], [https]);
    const [report] = await sentry.respondToDifferences();
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    expect(report).toMatchObject({
      explainedBy: 'nothing',
      call: { actor: { type: 'unknown' } },
      rules: [{ outcome: { kind: 'reverted' } }],
    });
    expect(sentry.ledger.entryOf('sg-1', https)).toBeUndefined();
  });

  test('is explained by the latest call that can have made it what it is', async () => {
    const sentry = await different([locked], [], [{ ...https, id: 'sgr-1' }]);
    const at = (minute: number) => new Date(`2026-01-01T00:0${minute}:00Z`);
    sentry.history.changes.push(
      { ...by(deployer, added({ ...https, id: 'sgr-1' })), eventId: 'event-1', time: at(1) },
      { ...by(eve, modified('sgr-1')), eventId: 'event-3', time: at(3) },
      { ...by(deployer, removed({ id: 'sgr-1' })), eventId: 'event-4', time: at(4) },
      {
        ...by(deployer, added({ ...https, id: 'sgr-1' })),
        eventId: 'event-5',
        time: at(5),
        errorCode: 'Client.DryRunOperation',
      },
      { ...by(mallory, added(ssh)), eventId: 'event-2', time: at(2) },
    );
    const [report] = await sentry.respondToDifferences();
    expect(report!.call.eventId).toBe('event-3');
  });

  test('is not explained by the call that gave it other values before', async () => {
    const wide = rule({ id: 'sgr-https' });
    const sentry = await different([locked], [], [wide]);
    sentry.history.changes.push(by(deployer, added(https)));
    const [report] = await sentry.respondToDifferences();
    expect(report).toMatchObject({
      explainedBy: 'nothing',
      rules: [{ outcome: { kind: 'reverted' } }],
    });
  });

  test('is answered also if it was taken away and added again, with another id, since it was found', async () => {
    const sentry = await different([locked], [], [ssh]);
    sentry.groups.put('sg-1', () => [{ ...ssh, id: 'sgr-again' }]);
    await sentry.respondToDifferences();
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('is told once where it is left in place', async () => {
    const sentry = await different([lockedNotify], [], [https]);
    expect(await sentry.respondToDifferences()).toMatchObject([
      { rules: [{ outcome: { kind: 'kept' } }] },
    ]);
    for (let run = 0; run < 3; run += 1) {
      await sentry.pass(60 * MINUTE);
      await sentry.reconcile();
    }
    expect(sentry.announcer.told).toHaveLength(1);
  });

  test('is told once by a sentry that only observes', async () => {
    const sentry = await different([locked], [], [https]);
    sentry.configuration = { ...sentry.configuration, mode: 'OBSERVE' };
    for (let run = 0; run < 4; run += 1) {
      await sentry.reconcile();
      await sentry.pass(60 * MINUTE);
    }
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-https would-revert']);
  });

  test('that was told, and not written down as told any more, is written down by the next try', async () => {
    const sentry = await different([lockedNotify], [], [https]);
    sentry.faults = new Faults(new Map(), { method: 'write', number: 1, fault: 'crashes' });
    await expect(sentry.respondToDifferences()).rejects.toThrow();
    sentry.faults = new Faults();
    expect(await sentry.respondToDifferences('sg-1', 2)).toEqual([]);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-https kept']);
    await sentry.survey();
    expect(sentry.pointedTo).toEqual([]);
  });

  test.each<[string, readonly Policy[], 'OBSERVE' | 'ENFORCE']>([
    ['left in place', [lockedNotify], 'ENFORCE'],
    ['asked about', [asking(locked, 'revertIfDenied')], 'ENFORCE'],
    ['to be reverted, by a sentry that observes', [locked], 'OBSERVE'],
    ['reverted', [locked], 'ENFORCE'],
    ['reverted, and asked about', [asking(locked, 'revertUntilApproved')], 'ENFORCE'],
  ])('that was %s is written down as if no try had died', async (_, policies, mode) => {
    const entries: unknown[] = [];
    for (const dies of [false, true]) {
      const sentry = await different(policies, [], [https]);
      sentry.configuration = { ...sentry.configuration, mode };
      if (dies) {
        sentry.faults = new Faults(new Map(), { method: 'write', number: 1, fault: 'crashes' });
        await expect(sentry.respondToDifferences()).rejects.toThrow();
        sentry.faults = new Faults();
      }
      await sentry.respondToDifferences('sg-1', dies ? 2 : 1);
      expect(sentry.announcer.told).toHaveLength(1);
      entries.push(sentry.ledger.entryOf('sg-1', https));
    }
    expect(entries[1]).toEqual(entries[0]);
  });

  test('that was reverted, and shows again, is not written down as left', async () => {
    const sentry = await different([locked], [], [https]);
    sentry.faults = new Faults(new Map(), { method: 'write', number: 1, fault: 'crashes' });
    await expect(sentry.respondToDifferences()).rejects.toThrow();
    sentry.faults = new Faults();
    sentry.groups.put('sg-1', () => [https]);
    await sentry.respondToDifferences('sg-1', 2);
    const entry = sentry.ledger.entryOf('sg-1', https)!;
    expect([entry.unexplainedSince, entry.toldAt]).toEqual([
      new Date('2026-01-01T00:00:10Z'),
      undefined,
    ]);
  });

  test('that no policy minds any more at the next try is settled without a word', async () => {
    const sentry = await different([locked], [], [https]);
    sentry.faults = new Faults(new Map(), {
      method: 'claim',
      number: 1,
      fault: 'crashes after it has worked',
    });
    await expect(sentry.respondToDifferences()).rejects.toThrow();
    sentry.faults = new Faults();
    sentry.configuration = { ...sentry.configuration, policies: [] };
    await sentry.pass(91_000);
    expect(await sentry.respondToDifferences('sg-1', 2)).toEqual([]);
    expect(sentry.announcer.told).toEqual([]);
    expect([...sentry.ledger.events.values()].map(({ state }) => state)).toEqual(['told']);
  });

  test('is answered again each time that it is found again', async () => {
    const sentry = await different([locked], [], [https]);
    await sentry.respondToDifferences();
    for (let number = 0; number < 3; number += 1) {
      sentry.groups.put('sg-1', () => [https]);
      await sentry.survey();
      await sentry.pass(10 * MINUTE);
      await sentry.reconcile();
      expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    }
  });

  test('of the same call as one that was answered before is answered as well', async () => {
    const sentry = await different([locked], [], [https]);
    sentry.history.changes.push(added(https, ssh));
    await sentry.respondToDifferences();
    sentry.groups.put('sg-1', () => [ssh]);
    await sentry.survey();
    await sentry.pass(10 * MINUTE);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('that a try took away which then got lost is told by the next one', async () => {
    const sentry = await different([locked], [], [https]);
    sentry.faults = new Faults(new Map(), {
      method: 'revoke',
      number: 1,
      fault: 'crashes after it has worked',
    });
    await expect(sentry.respondToDifferences()).rejects.toThrow();
    sentry.faults = new Faults();
    await sentry.pass(91_000);
    await sentry.respondToDifferences('sg-1', 2);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-https reverted']);
  });

  test('that has come right by itself is forgotten', async () => {
    const sentry = await different([locked], [], [https]);
    sentry.groups.put('sg-1', () => []);
    await sentry.survey();
    expect(sentry.ledger.entryOf('sg-1', https)).toBeUndefined();
  });
});

test('what is handled during a pause is answered after it', async () => {
  const sentry = await different([lockedRestoring], [https], [ssh]);
  sentry.configuration = {
    ...sentry.configuration,
    pause: { until: new Date('2026-01-01T01:00:00Z'), reason: 'an incident', by: 'olga' },
  };
  expect(await sentry.respondToDifferences()).toEqual([]);
  expect(sentry.groups.acts).toEqual([]);
  await sentry.pass(60 * MINUTE);
  await sentry.reconcile();
  expect(sentry.groups.keysIn('sg-1')).toEqual(['ingress tcp 443 443 0.0.0.0/0']);
  expect(sentry.announcer.outcomes().sort()).toEqual([
    'added sgr-ssh reverted',
    'removed sgr-https reverted',
  ]);
});

describe('the event history', () => {
  const LOOK_BACK = 180 * MINUTE;

  test('is asked from three hours before the earliest of the findings on', async () => {
    const sentry = await different([locked], [], [https]);
    sentry.groups.put('sg-1', () => [https, ssh]);
    await sentry.survey();
    await sentry.pass(10 * MINUTE);
    const asked = jest.spyOn(sentry.history, 'changesOf');
    await sentry.respondToDifferences();
    const since = new Date('2026-01-01T00:00:10Z').getTime();
    expect(asked.mock.calls).toEqual([['sg-1', new Date(since - LOOK_BACK)]]);
  });

  test('is asked from three hours ago on about a grant that was withdrawn', async () => {
    const sentry = SentryInMemory.watching([locked]);
    sentry.groups.put('sg-1', () => [https]);
    sentry.ledger.note('sg-1', https, { unexplainedSince: new Date(0) });
    const asked = jest.spyOn(sentry.history, 'changesOf');
    const now = sentry.groups.now().getTime();
    await sentry.respondToDifferences();
    expect(asked.mock.calls).toEqual([['sg-1', new Date(now - LOOK_BACK)]]);
  });

  test('is not asked where nothing was found', async () => {
    const sentry = SentryInMemory.watching([locked], https);
    const asked = jest.spyOn(sentry.history, 'changesOf');
    await sentry.respondToDifferences();
    expect(asked).not.toHaveBeenCalled();
  });
});

describe('a rule that got other values while it waited', () => {
  const onPort = (port: number, id = 'sgr-1') => rule({ id, fromPort: port, toPort: port });

  test('is granted where the history has it that a trusted actor wrote them', async () => {
    const sentry = await different([locked], [], [onPort(7001)]);
    sentry.history.changes.push(
      by(deployer, changeOf({ modifiedIds: ['sgr-1'], modifiedTo: [onPort(7002)] })),
    );
    sentry.groups.put('sg-1', () => [onPort(7002)]);
    // Both values are written down at once, and one of the two has to come again.
    await expect(sentry.respondToDifferences()).rejects.toThrow(LedgerConflictError);
    await sentry.respondToDifferences('sg-1', 2);
    expect(sentry.groups.acts).toEqual([]);
    expect(sentry.ledger.grantsOf('sg-1', onPort(7002))).toMatchObject([
      { cause: 'trusted-actor', confirmed: true },
    ]);
  });

  test('is answered, though a trusted actor has written another rule', async () => {
    const sentry = await different([locked], [], [onPort(7001), https]);
    sentry.history.changes.push(by(deployer, added(https)));
    sentry.groups.put('sg-1', () => [onPort(7002), https]);
    await sentry.respondToDifferences();
    expect(sentry.groups.rulesIn('sg-1')).toEqual([https]);
  });

  test('is answered once where EC2 refuses to revoke it', async () => {
    const sentry = await different([locked], [], [onPort(7001)]);
    sentry.groups.put('sg-1', () => [onPort(7002)]);
    sentry.groups.refuses.set('sgr-1', { kind: 'refused', reason: 'no' });
    await expect(sentry.respondToDifferences()).rejects.toThrow('not all of its rules');
    expect(sentry.announcer.outcomes().sort()).toEqual([
      'added sgr-1 already-gone',
      'modified sgr-1 failed',
    ]);
  });

  test('has no new rule answered with it that someone adds meanwhile', async () => {
    const sentry = await different([locked], [], [onPort(7001)]);
    const revoke = sentry.groups.revoke.bind(sentry.groups);
    const others = [onPort(8443, 'sgr-2'), rule({ fromPort: 80, toPort: 80 })];
    sentry.groups.revoke = async (groupId, revoked) => {
      const answer = await revoke(groupId, revoked);
      sentry.groups.put('sg-1', (rules) => [...rules, ...others]);
      return answer;
    };
    await sentry.respondToDifferences();
    expect(sentry.groups.rulesIn('sg-1')).toEqual(others);
  });
});

describe('a grant that was withdrawn', () => {
  async function withdrawn(sentry: SentryInMemory): Promise<void> {
    const entry = sentry.ledger.entryOf('sg-1', https)!;
    await sentry.ledger.write('sg-1', [
      { kind: 'put', entry: { ...entry, grants: [], unexplainedSince: new Date(0) } },
    ]);
    await sentry.respondToDifferences();
  }

  test('has the rule judged at once, and what a trusted actor did before speaks for it no more', async () => {
    const sentry = SentryInMemory.watching([locked], https);
    sentry.history.changes.push(by(deployer, added(https)));
    await withdrawn(sentry);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('has it judged afresh each time', async () => {
    const sentry = SentryInMemory.watching([locked], https);
    await withdrawn(sentry);
    const again = sentry.groups.open('sg-1', https)!;
    sentry.ledger.grant('sg-1', again, {
      cause: 'operator',
      by: 'olga',
      since: new Date('2026-01-01'),
      reason: 'needed',
    });
    await withdrawn(sentry);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });
});

describe('an accepted rule that is missing', () => {
  test('is told, and forgotten', async () => {
    const sentry = await different([locked], [https], []);
    const [report] = await sentry.respondToDifferences();
    expect(report!.rules).toMatchObject([{ change: 'removed', outcome: { kind: 'kept' } }]);
    expect(sentry.ledger.entryOf('sg-1', https)).toBeUndefined();
  });

  test('is put back where it shall be, with the actor told', async () => {
    const sentry = await different([lockedRestoring], [https], []);
    sentry.history.changes.push(by(mallory, removed({ id: 'sgr-https' })));
    const [report] = await sentry.respondToDifferences();
    expect(sentry.groups.keysIn('sg-1')).toEqual(['ingress tcp 443 443 0.0.0.0/0']);
    expect(report).toMatchObject({
      call: { actor: { userName: 'mallory' } },
      rules: [{ outcome: { kind: 'reverted' } }],
    });
    expect(sentry.ledger.entryOf('sg-1', https)!.missingSince).toBeUndefined();
  });

  test('is let go where a trusted actor removed it', async () => {
    const sentry = await different([lockedRestoring], [https], []);
    sentry.history.changes.push(by(deployer, removed({ id: 'sgr-https' })));
    expect(await sentry.respondToDifferences()).toEqual([]);
    expect(sentry.groups.acts).toEqual([]);
    expect(sentry.ledger.entryOf('sg-1', https)).toBeUndefined();
  });

  test('that shows again is not missed any more', async () => {
    const sentry = await different([lockedRestoring], [https], []);
    sentry.groups.put('sg-1', () => [https]);
    expect(await sentry.respondToDifferences()).toEqual([]);
    await sentry.survey();
    expect(sentry.ledger.entryOf('sg-1', https)!.missingSince).toBeUndefined();
  });
});

test('a group that is not watched, or not any more, has no findings', async () => {
  expect(await SentryInMemory.newTo([forbidSsh], ssh).respondToDifferences()).toEqual([]);
  const released = await different([forbidSsh], [], [ssh]);
  await released.ledger.writeRecord({
    ...released.recordOf('sg-1')!,
    releasedAt: new Date('2026-01-01'),
  });
  expect(await released.respondToDifferences()).toEqual([]);
  expect(released.groups.acts).toEqual([]);
});

describe('whatever fails at whichever call of a finding', () => {
  const FAULTS: readonly Fault[] = [
    'fails',
    'fails after it has worked',
    'loses its answer',
    'crashes',
    'crashes after it has worked',
  ];
  const calls = Array.from({ length: 12 }, (_, index) => index + 1);

  test.each(FAULTS.flatMap((fault) => calls.map((call) => [fault, call] as const)))(
    '%s at call %i: the group ends as it should be, and all is told',
    async (fault, call) => {
      const sentry = await different([lockedRestoring], [https], [ssh]);
      sentry.faults = new Faults(new Map([[call, fault]]));
      await sentry.respondToDifferences().catch(() => undefined);
      sentry.faults = new Faults();
      for (let tries = 2; tries < 4; tries += 1) {
        await sentry.pass(91_000);
        await sentry.respondToDifferences('sg-1', tries).catch(() => undefined);
      }
      expect(sentry.groups.keysIn('sg-1')).toEqual(['ingress tcp 443 443 0.0.0.0/0']);
      expect(sentry.groups.acts.map(({ kind }) => kind).sort()).toEqual(['authorize', 'revoke']);
      const outcomes = sentry.announcer
        .outcomes()
        .map((outcome) => outcome.replace('already-gone', 'reverted'));
      expect(outcomes).toEqual(
        expect.arrayContaining(['added sgr-ssh reverted', 'removed sgr-https reverted']),
      );
    },
  );
});

describe('an event history that cannot be asked', () => {
  const DAY = 24 * 60 * MINUTE;

  async function unasked(
    policies: readonly Policy[],
    accepted: readonly Rule[],
    standing: readonly Rule[],
    reason = 'ThrottlingException',
  ): Promise<SentryInMemory> {
    const sentry = await different(policies, accepted, standing);
    sentry.history.changesOf = async () => Promise.reject(new Error(reason));
    return sentry;
  }

  test('keeps nothing open that is forbidden to everyone, and it is told that no one could be asked', async () => {
    const sentry = await unasked([forbidSsh, locked], [], [ssh, https]);
    await expect(sentry.respondToDifferences()).rejects.toThrow(
      'could not be asked who changed it',
    );
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
    expect(sentry.announcer.told[0]!.notices[0]!.text).toContain(
      "CloudTrail's event history could not be asked who did it: ThrottlingException",
    );
  });

  test("reverts nothing that is forbidden in words only, and may be a trusted actor's", async () => {
    const notified: Policy = { ...forbidSsh, response: 'notifyOnly' };
    const sentry = await unasked([notified, locked], [], [ssh]);
    await sentry.respondToDifferences('sg-1', 5);
    expect(sentry.groups.acts).toEqual([]);
  });

  test('has a rule that a trusted actor may have added wait, and a later try grants it', async () => {
    const sentry = await unasked([locked], [], [https]);
    await expect(sentry.respondToDifferences()).rejects.toThrow('ThrottlingException');
    expect(sentry.groups.acts).toEqual([]);
    sentry.history.changesOf = async () => [by(deployer, added(https))];
    expect(await sentry.respondToDifferences('sg-1', 2)).toEqual([]);
    expect(sentry.ledger.grantsOf('sg-1', https, sentry.groups.now())).toMatchObject([
      { cause: 'trusted-actor', confirmed: true },
    ]);
  });

  test('has a removed rule wait that a trusted actor may have removed', async () => {
    const sentry = await unasked([lockedRestoring], [https], []);
    await expect(sentry.respondToDifferences()).rejects.toThrow('ThrottlingException');
    expect(sentry.groups.acts).toEqual([]);
    expect(sentry.ledger.entryOf('sg-1', https)!.missingSince).toBeInstanceOf(Date);
  });

  test('is told once after some tries, and what waits is answered after a day as no one can explain it', async () => {
    const sentry = await unasked([locked], [], [https]);
    const [notice] = await sentry.respondToDifferences('sg-1', 5);
    expect(notice!.notices).toEqual([
      {
        severity: 'high',
        text: "CloudTrail's event history cannot be asked who changed the group: ThrottlingException. Of its rules, 1 differ, and no event explains it: what a trusted actor may have done waits. If the history does not answer before 2026-01-02T00:00:10.000Z, it is answered as the policy says.",
      },
    ]);
    await sentry.pass(60 * MINUTE);
    expect(await sentry.respondToDifferences('sg-1', 5)).toEqual([]);
    expect(sentry.groups.acts).toEqual([]);
    await sentry.pass(DAY);
    const [report] = await sentry.respondToDifferences();
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    expect(report).toMatchObject({
      explainedBy: 'nothing',
      notices: [
        { severity: 'high', text: expect.stringContaining('could not be asked who did it') },
      ],
    });
  });

  test('is told of as it is written in one line', async () => {
    const sentry = await unasked([forbidSsh], [], [ssh], 'Throttled.\nTry again');
    await sentry.respondToDifferences();
    expect(sentry.announcer.told[0]!.notices).toEqual([
      {
        severity: 'high',
        text: "CloudTrail's event history could not be asked who did it: Throttled. Try again.",
      },
    ]);
    const waiting = await unasked([locked], [], [https], 'Throttled.\nTry again');
    const [notice] = await waiting.respondToDifferences('sg-1', 5);
    expect(notice!.notices[0]!.text).toContain('changed the group: Throttled. Try again. Of its');
    await waiting.pass(DAY);
    const [report] = await waiting.respondToDifferences();
    expect(report!.notices[0]!.text).toMatch(/^CloudTrail's .* did it: Throttled\. Try again\.$/);
  });

  test('is no news about a rule that an operator has accepted meanwhile', async () => {
    const sentry = await unasked([forbidSsh], [], [ssh]);
    const since = sentry.groups.now();
    sentry.ledger.grant('sg-1', ssh, { cause: 'operator', by: 'olga', since });
    expect(await sentry.respondToDifferences()).toEqual([]);
    expect(sentry.groups.acts).toEqual([]);
  });

  test('does not keep a rule open whose list lets in what is forbidden', async () => {
    const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
    const sentry = await unasked([forbidSsh], [], [viaList]);
    sentry.groups.lists.set('pl-1', { id: 'pl-1', isAwsManaged: false, cidrs: ['0.0.0.0/0'] });
    await sentry.survey();
    await sentry.pass(10 * MINUTE);
    await sentry.respondToDifferences();
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('has no rule put back that is forbidden, and may have been removed for that', async () => {
    const notified: Policy = { ...forbidSsh, response: 'notifyOnly' };
    const sentry = await unasked([notified, lockedRestoring], [ssh], []);
    await expect(sentry.respondToDifferences()).rejects.toThrow('ThrottlingException');
    expect(sentry.announcer.told).toEqual([]);
    expect(sentry.groups.acts).toEqual([]);
  });

  test('is waited for in four tries, without a word', async () => {
    const sentry = await unasked([locked], [], [https]);
    await expect(sentry.respondToDifferences('sg-1', 4)).rejects.toThrow('ThrottlingException');
    expect(sentry.announcer.told).toEqual([]);
    await expect(sentry.respondToDifferences('sg-1', 5)).resolves.toHaveLength(1);
  });

  test('says how many rules differ, and when the first of them has waited for a day', async () => {
    const sentry = await unasked([locked], [], [https]);
    sentry.groups.put('sg-1', () => [https, ssh]);
    await sentry.survey();
    await sentry.pass(10 * MINUTE);
    const [notice] = await sentry.respondToDifferences('sg-1', 5);
    expect(notice!.notices[0]!.text).toContain('Of its rules, 2 differ');
    expect(notice!.notices[0]!.text).toContain('before 2026-01-02T00:00:10.000Z');
  });

  test.each([
    [DAY - 10 * MINUTE - 1, ['sgr-https']],
    [DAY - 10 * MINUTE, []],
  ])('lets a rule stand for a day, and no longer: %i ms', async (milliseconds, left) => {
    const sentry = await unasked([locked], [], [https]);
    await sentry.pass(milliseconds);
    await sentry.respondToDifferences().catch(() => undefined);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(left);
  });

  test('keeps nothing open that is forbidden, however often it is found', async () => {
    const sentry = await unasked([forbidSsh], [], [ssh]);
    await sentry.respondToDifferences();
    for (const id of ['sgr-second', 'sgr-third']) {
      sentry.groups.put('sg-1', () => [{ ...ssh, id }]);
      await sentry.survey();
      await sentry.pass(10 * MINUTE);
      await sentry.respondToDifferences();
    }
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    expect(sentry.announcer.outcomes()).toHaveLength(3);
  });

  test('is told again of what differs later, once all was well', async () => {
    const sentry = await unasked([locked], [], [https]);
    await sentry.respondToDifferences('sg-1', 5);
    sentry.groups.put('sg-1', () => []);
    await sentry.survey();
    await sentry.pass(60 * MINUTE);
    sentry.groups.put('sg-1', () => [ssh]);
    await sentry.survey();
    await sentry.pass(10 * MINUTE);
    const [notice] = await sentry.respondToDifferences('sg-1', 5);
    expect(notice!.notices[0]!.text).toContain('before 2026-01-02T01:10:10.000Z');
  });

  test('has what was left for it answered, once it answers, though it explains nothing', async () => {
    const notified: Policy = { ...forbidSsh, response: 'notifyOnly' };
    const sentry = await unasked([notified, locked], [], [ssh]);
    sentry.faults = new Faults(new Map(), { method: 'write', number: 1, fault: 'crashes' });
    await expect(sentry.respondToDifferences()).rejects.toThrow();
    sentry.faults = new Faults();
    sentry.history.changesOf = async () => [];
    await sentry.respondToDifferences('sg-1', 2);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh kept', 'added sgr-ssh reverted']);
  });

  test('keeps no grant alive that has ended', async () => {
    const sentry = SentryInMemory.watching([locked]);
    sentry.groups.put('sg-1', () => [https]);
    sentry.ledger.note('sg-1', https, { unexplainedSince: new Date(0) });
    sentry.history.changesOf = async () => Promise.reject(new Error('ThrottlingException'));
    await sentry.respondToDifferences();
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });
});
