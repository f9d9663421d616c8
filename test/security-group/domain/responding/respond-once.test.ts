import type { Change } from '../../../../src/security-group/domain/changes/change';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import { UnfinishedError } from '../../../../src/security-group/domain/responding/unfinished-error';
import type { Rule } from '../../../../src/security-group/domain/rules/rule';
import { type Fault, Faults } from '../../in-memory/faults';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  asking,
  by,
  changeOf,
  configurationOf,
  deployer,
  forbidSsh,
  locked,
  lockedNotify,
  lockedRestoring,
  removed,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });

/** As many as one call can add. */
const many = Array.from({ length: 1_000 }, (_, index) =>
  rule({ id: `sgr-${index}`, ipRange: '0.0.0.0/0', fromPort: 1, toPort: 1_000 + index }),
);

/** A sentry of a locked group into which someone has put `ssh`. */
function attacked(): SentryInMemory {
  const sentry = SentryInMemory.watching([locked], https);
  sentry.groups.put('sg-1', () => [https, ssh]);
  return sentry;
}

/** A sentry of a group in which SSH stands open. */
function onSshIn(policy: Policy, ...others: readonly Rule[]): SentryInMemory {
  const sentry = SentryInMemory.watching([policy]);
  sentry.groups.put('sg-1', () => [ssh, ...others]);
  return sentry;
}

/** Someone closes it between the look at the group and the revoke. */
function quickerThan(sentry: SentryInMemory): SentryInMemory {
  sentry.groups.refuses.set('sgr-ssh', { kind: 'not-found' });
  sentry.groups.beforeLook.set(2, () => sentry.groups.close('sg-1', 'sgr-ssh'));
  return sentry;
}

test('an event that was told is not answered again', async () => {
  const sentry = attacked();
  await sentry.respond(added(ssh));
  expect(await sentry.respond(added(ssh))).toEqual([]);
  expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
});

test('a second delivery waits while the first is at it, and says nothing of its own', async () => {
  const sentry = attacked();
  await sentry.ledger.claim({ eventId: 'event-1', groupId: 'sg-1' }, [], sentry.groups.now());
  await expect(sentry.respond(added(ssh))).rejects.toThrow(
    'another try at the same event is under way',
  );
  expect(sentry.groups.acts).toEqual([]);
  expect(sentry.announcer.told).toEqual([]);
});

test('two deliveries at once revoke and tell once', async () => {
  const sentry = attacked();
  const results = await Promise.allSettled([
    sentry.respond(added(ssh)),
    sentry.respond(added(ssh)),
  ]);
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
});

test('an event that was lost while it was acted upon is taken up when its lease has ended, and what it did is told', async () => {
  const sentry = attacked();
  letFail(sentry, 'revoke', 'crashes after it has worked');
  await expect(sentry.respond(added(ssh))).rejects.toThrow();
  expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  expect(sentry.announcer.told).toEqual([]);

  sentry.faults = new Faults();
  await expect(sentry.respond(added(ssh), 2)).rejects.toThrow(UnfinishedError);
  await sentry.pass(91_000);
  await sentry.respond(added(ssh), 3);
  expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
});

test('a try that fails gives its lease back', async () => {
  const sentry = attacked();
  letFail(sentry, 'rulesOf', 'fails', 2);
  await expect(sentry.respond(added(ssh))).rejects.toThrow(UnfinishedError);
  sentry.faults = new Faults();
  await sentry.respond(added(ssh), 2);
  expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh failed', 'added sgr-ssh reverted']);
});

test('a try that fails after its lease is over leaves that of another try, which reports once', async () => {
  const sentry = attacked();
  const { groups, ledger } = sentry;
  const rulesOf = groups.rulesOf.bind(groups);
  const key = { eventId: 'event-1', groupId: 'sg-1' };
  groups.rulesOf = async (groupId) => {
    if (ledger.events.size === 0) return rulesOf(groupId);
    await sentry.pass(91_000);
    await ledger.claim(key, [], sentry.groups.now());
    throw new Error('too late');
  };
  await expect(sentry.respond(added(ssh))).rejects.toThrow();
  groups.rulesOf = rulesOf;
  expect(await ledger.claim(key, [], sentry.groups.now())).toEqual({ kind: 'held' });
});

test('a delivery that comes while another tells what is done waits, and tells nothing itself', async () => {
  const sentry = attacked();
  const { announcer } = sentry;
  const tell = announcer.tell.bind(announcer);
  const second: unknown[] = [];
  announcer.tell = async (announcement) => {
    second.push(await sentry.respond(added(ssh)).catch(String));
    return tell(announcement);
  };
  await sentry.respond(added(ssh));
  expect(second).toEqual([expect.stringContaining('another try at the same event is under way')]);
  expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
});

test('what is done but not told is told, and not done again', async () => {
  const sentry = attacked();
  letFail(sentry, 'tell', 'fails');
  await expect(sentry.respond(added(ssh))).rejects.toThrow('fails');
  sentry.faults = new Faults();
  const again = sentry.groups.open('sg-1', { ...ssh, description: 'by someone else' })!;
  await sentry.respond(added(ssh), 2);
  expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  expect(sentry.groups.ruleIds('sg-1')).toContain(again.id);
});

describe('that what the lease meant to revoke is revoked', () => {
  test('is told without being written down before', async () => {
    const sentry = attacked();
    const acted = jest.spyOn(sentry.ledger, 'acted');
    await sentry.respond(added(ssh));
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
    expect(acted).not.toHaveBeenCalled();
    expect([...sentry.ledger.events.values()].map(({ state }) => state)).toEqual(['told']);
  });

  test.each<[Fault, number]>([
    ['crashes', 1],
    ['crashes after it has worked', 2],
  ])('is told in the same words where the one who tells %s', async (fault, times) => {
    const sentry = attacked();
    letFail(sentry, 'tell', fault);
    await expect(sentry.respond(added(ssh))).rejects.toThrow();
    sentry.faults = new Faults();
    await expect(sentry.respond(added(ssh))).rejects.toThrow(UnfinishedError);
    await sentry.pass(91_000);
    await sentry.respond(added(ssh), 2);
    await sentry.respond(added(ssh));
    expect(sentry.announcer.outcomes()).toEqual(Array(times).fill('added sgr-ssh reverted'));
    expect(sentry.groups.acts).toHaveLength(1);
  });

  test('is told also where neither telling nor keeping the message works', async () => {
    const sentry = attacked();
    const { ledger } = sentry;
    const acted = jest.spyOn(ledger, 'acted').mockRejectedValue(new Error('DynamoDB is away'));
    letFail(sentry, 'tell', 'fails');
    await expect(sentry.respond(added(ssh))).rejects.toThrow('tell fails');
    expect(acted).toHaveBeenCalledTimes(1);
    sentry.faults = new Faults();
    await sentry.respond(added(ssh), 2);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  });

  test('is told of the rule that was revoked, and not of one that has its values since', async () => {
    const sentry = attacked();
    letFail(sentry, 'tell', 'crashes');
    await expect(sentry.respond(added(ssh))).rejects.toThrow();
    const again = sentry.groups.open('sg-1', { ...ssh, description: 'by someone else' })!;
    sentry.faults = new Faults();
    await sentry.pass(91_000);
    await sentry.respond(added(ssh), 2);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
    expect(sentry.groups.ruleIds('sg-1')).toContain(again.id);
  });

  test('is told where its policies let the rule be by the time of the next try', async () => {
    const sentry = attacked();
    letFail(sentry, 'tell', 'crashes');
    await expect(sentry.respond(added(ssh))).rejects.toThrow();
    sentry.configuration = configurationOf([]);
    sentry.faults = new Faults();
    await sentry.pass(91_000);
    await sentry.respond(added(ssh), 2);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  });
});

describe('what the lease does not say is written down before it is told', () => {
  test.each<[string, SentryInMemory, Change]>([
    ['that the event cannot be read', onSshIn(forbidSsh), changeOf({ complete: false })],
    ['that a rule stays', onSshIn({ ...forbidSsh, response: 'notifyOnly' }), added(ssh)],
    ['that people are asked', onSshIn(asking(forbidSsh, 'revertUntilApproved')), added(ssh)],
    ['that someone was quicker', quickerThan(onSshIn(forbidSsh)), added(ssh)],
    ['that more is revoked than a lease holds', onSshIn(forbidSsh, ...many), added(...many)],
  ])('%s', async (_name, sentry, change) => {
    const steps: string[] = [];
    const { ledger, announcer } = sentry;
    const acted = ledger.acted.bind(ledger);
    ledger.acted = async (...values) => {
      steps.push('kept');
      return acted(...values);
    };
    const tell = announcer.tell.bind(announcer);
    announcer.tell = async (announcement) => {
      steps.push('told');
      return tell(announcement);
    };
    await sentry.respond(change);
    expect(steps).toEqual(['kept', 'told']);
  });
});

describe('what an earlier try meant to do, and the state does not ask for any more', () => {
  test('is told as done where it was to be done', async () => {
    const sentry = SentryInMemory.watching([forbidSsh]);
    sentry.groups.put('sg-1', () => [ssh]);
    letFail(sentry, 'revoke', 'crashes after it has worked');
    const unnamed = changeOf({ complete: false });
    await expect(sentry.respond(unnamed)).rejects.toThrow();
    sentry.faults = new Faults();
    await sentry.pass(91_000);
    await sentry.respond(unnamed, 2);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  });

  test('is told as it was where it was only to be told', async () => {
    const sentry = SentryInMemory.watching([locked], https);
    sentry.groups.put('sg-1', () => []);
    letFail(sentry, 'acted', 'fails');
    await expect(sentry.respond(removed({ id: 'sgr-https' }))).rejects.toThrow('fails');
    sentry.faults = new Faults();
    await sentry.respond(removed({ id: 'sgr-https' }), 2);
    expect(sentry.announcer.outcomes()).toEqual(['removed sgr-https kept']);
  });

  test('is told also where the event comes late, as if for the first time, from a dead-letter queue', async () => {
    const sentry = SentryInMemory.watching([locked], https);
    sentry.groups.put('sg-1', () => []);
    letFail(sentry, 'acted', 'fails');
    await expect(sentry.respond(removed({ id: 'sgr-https' }))).rejects.toThrow('fails');
    sentry.faults = new Faults();
    await sentry.pass(5 * 60_000);
    await sentry.respond(removed({ id: 'sgr-https' }), 1);
    expect(sentry.announcer.outcomes()).toEqual(['removed sgr-https kept']);
  });

  test('is told as gone where it was only to be told, and is gone by now', async () => {
    const sentry = SentryInMemory.watching([{ ...forbidSsh, response: 'notifyOnly' }]);
    sentry.groups.put('sg-1', () => [ssh]);
    letFail(sentry, 'acted', 'fails');
    await expect(sentry.respond(changeOf({ complete: false }))).rejects.toThrow('fails');
    sentry.groups.put('sg-1', () => []);
    sentry.faults = new Faults();
    await sentry.respond(changeOf({ complete: false }), 2);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh already-gone']);
  });

  test('is not told where the rule was accepted in between', async () => {
    const sentry = attacked();
    letFail(sentry, 'claim', 'crashes after it has worked');
    await expect(sentry.respond(added(ssh))).rejects.toThrow();
    sentry.ledger.grant('sg-1', ssh, {
      cause: 'operator',
      by: 'olga',
      since: new Date(),
      reason: 'needed',
    });
    sentry.faults = new Faults();
    await sentry.pass(91_000);
    await sentry.respond(added(ssh), 2);
    expect(sentry.announcer.told).toEqual([]);
    expect(sentry.groups.ruleIds('sg-1')).toContain('sgr-ssh');
  });

  test('is told by another delivery of the event, should its rule be accepted in between', async () => {
    const sentry = attacked();
    letFail(sentry, 'revoke', 'crashes after it has worked');
    await expect(sentry.respond(added(ssh))).rejects.toThrow();
    sentry.ledger.grant('sg-1', ssh, { cause: 'operator', by: 'olga', since: new Date() });
    sentry.faults = new Faults();
    await sentry.pass(91_000);
    await sentry.respond(added(ssh), 1);
    await sentry.respond(added(ssh), 2);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  });

  test('is told as done where by then its policy only notifies', async () => {
    const sentry = attacked();
    letFail(sentry, 'revoke', 'crashes after it has worked');
    await expect(sentry.respond(added(ssh))).rejects.toThrow();
    sentry.configuration = configurationOf([lockedNotify]);
    sentry.faults = new Faults();
    await sentry.pass(91_000);
    await sentry.respond(added(ssh), 2);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  });

  test('does not cost a rule its grant that was accepted and added again in between', async () => {
    const sentry = attacked();
    letFail(sentry, 'revoke', 'crashes after it has worked');
    await expect(sentry.respond(added(ssh))).rejects.toThrow();
    const again = sentry.groups.open('sg-1', ssh)!;
    sentry.ledger.grant('sg-1', again, {
      cause: 'operator',
      by: 'olga',
      since: new Date('2026-01-01'),
      reason: 'needed',
    });
    sentry.faults = new Faults();
    await sentry.pass(91_000);
    await sentry.respond(added(ssh), 2);
    expect(sentry.groups.ruleIds('sg-1')).toContain(again.id);
    expect(sentry.ledger.grantsOf('sg-1', again)).toHaveLength(1);
  });
});

test('a rule that was put back by a try that got lost is not put back twice', async () => {
  const sentry = SentryInMemory.watching([lockedRestoring], https);
  sentry.groups.put('sg-1', () => []);
  letFail(sentry, 'authorize', 'crashes after it has worked');
  await expect(sentry.respond(removed({ id: 'sgr-https' }))).rejects.toThrow();
  sentry.faults = new Faults();
  await sentry.pass(91_000);
  await sentry.respond(removed({ id: 'sgr-https' }), 2);
  expect(sentry.groups.acts.map(({ kind }) => kind)).toEqual(['authorize']);
  expect(sentry.announcer.outcomes()).toEqual(['removed sgr-https reverted']);
});

test("a trusted actor's rule that was put back by a try that got lost is put back the next time as well", async () => {
  const sentry = SentryInMemory.watching([lockedRestoring]);
  const deployment = by(deployer, added(https));
  sentry.groups.put('sg-1', () => [https]);
  sentry.history.changes.push(deployment);
  await sentry.respond(deployment);
  const removal = { ...removed({ id: 'sgr-https' }), eventId: 'event-2' };
  sentry.groups.close('sg-1', 'sgr-https');
  letFail(sentry, 'authorize', 'crashes after it has worked');
  await expect(sentry.respond(removal)).rejects.toThrow();
  sentry.faults = new Faults();
  await sentry.pass(91_000);
  await sentry.respond(removal, 2);
  expect(sentry.ledger.entryOf('sg-1', https)).toMatchObject({
    rule: { id: 'sgr-new-1' },
    grants: [{ cause: 'trusted-actor', confirmed: true }],
  });

  sentry.groups.close('sg-1', 'sgr-new-1');
  await sentry.respond({ ...removed({ id: 'sgr-new-1' }), eventId: 'event-3' });
  expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-new-2']);
});

test('nothing is put back before the ledger has that the event history confirms it', async () => {
  const sentry = SentryInMemory.watching([lockedRestoring]);
  const deployment = by(deployer, added(https));
  sentry.groups.put('sg-1', () => [https]);
  sentry.history.changes.push(deployment);
  await sentry.respond(deployment);
  sentry.groups.close('sg-1', 'sgr-https');
  letFail(sentry, 'write', 'fails');
  await expect(
    sentry.respond({ ...removed({ id: 'sgr-https' }), eventId: 'event-2' }),
  ).rejects.toThrow('write fails');
  expect(sentry.groups.acts).toEqual([]);
});

test('events that ask for nothing leave no trace, but for the grants of a trusted actor', async () => {
  const sentry = attacked();
  await sentry.respond(by(deployer, added(ssh)));
  expect(sentry.ledger.events.size).toBe(0);
  expect(sentry.ledger.grantsOf('sg-1', ssh)).toHaveLength(1);
});

test.each([
  ['is believed to come for the first time', 5 * 60_000 - 1, 0],
  ['may have come before, and is not looked at again', 5 * 60_000, 1],
])('an event that asks for nothing %s: %#', async (_, age, traces) => {
  const sentry = onSshIn(forbidSsh, https);
  const time = new Date(sentry.groups.now().getTime() - age);
  await sentry.respond({ ...added(https), time });
  expect(sentry.ledger.events.size).toBe(traces);
});

describe('where the event alone says that its rule is to be revoked, the lease', () => {
  test('is asked for while the group is read', async () => {
    const sentry = attacked();
    const { ledger, groups } = sentry;
    const claim = ledger.claim.bind(ledger);
    const claimed = new Promise<void>((resolve) => {
      ledger.claim = async (...values) => {
        resolve();
        return claim(...values);
      };
    });
    const rulesOf = groups.rulesOf.bind(groups);
    groups.rulesOf = async (groupId) => {
      await claimed;
      return rulesOf(groupId);
    };
    await sentry.respond(added(ssh));
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  });

  test('is asked for by the configuration as it was last read, while that is read again', async () => {
    const sentry = attacked();
    const { ledger } = sentry;
    const claim = ledger.claim.bind(ledger);
    sentry.lastKnown = sentry.configuration;
    sentry.configurationIsRead = new Promise<void>((resolve) => {
      ledger.claim = async (...values) => {
        resolve();
        return claim(...values);
      };
    });
    await sentry.respond(added(ssh));
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test.each([
    ['whose policies let the rule be', configurationOf([]), []],
    [
      'that has the group out of sight',
      configurationOf([locked], {
        monitoredGroups: { include: [{ kind: 'ids', groupIds: ['sg-2'] }], exclude: [] },
      }),
      [],
    ],
    [
      'that only observes',
      configurationOf([locked], { mode: 'OBSERVE' }),
      ['added sgr-ssh would-revert'],
    ],
  ])('does nothing against a configuration %s', async (_name, configuration, outcomes) => {
    const sentry = attacked();
    sentry.lastKnown = sentry.configuration;
    sentry.configuration = configuration;
    await sentry.respond(added(ssh));
    expect(sentry.groups.ruleIds('sg-1')).toContain('sgr-ssh');
    expect(sentry.announcer.outcomes()).toEqual(outcomes);
    expect([...sentry.ledger.events.values()].map(({ state }) => state)).toEqual(['told']);
  });

  test('is asked for again after the reading where another try has it, so that nothing is told twice', async () => {
    const sentry = attacked();
    const { groups } = sentry;
    groups.namesRevoked = true;
    const rulesOf = groups.rulesOf.bind(groups);
    groups.rulesOf = async (groupId) => {
      const isSecond = groups.looks === 1;
      const read = await rulesOf(groupId);
      if (isSecond) await first;
      return read;
    };
    const first = sentry.respond(added(ssh));
    const second = sentry.respond(added(ssh));
    await Promise.all([first, second]);
    expect(groups.looks).toBe(2);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  });

  test.each(['rulesOf', 'read'])('is given back where %s fails beside it', async (method) => {
    const sentry = attacked();
    letFail(sentry, method, 'fails');
    await expect(sentry.respond(added(ssh))).rejects.toThrow('fails');
    sentry.faults = new Faults();
    await sentry.respond(added(ssh), 2);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  });

  test('is given back where what was read cannot be judged', async () => {
    const sentry = attacked();
    letFail(sentry, 'prefixLists', 'fails');
    await expect(sentry.respond(added(ssh))).rejects.toThrow('fails');
    sentry.faults = new Faults();
    await sentry.respond(added(ssh), 2);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  });

  test('ends without a word where the ledger speaks for the rule', async () => {
    const sentry = attacked();
    sentry.ledger.grant('sg-1', ssh, { cause: 'operator', by: 'olga', since: new Date() });
    expect(await sentry.respond(added(ssh))).toEqual([]);
    expect(await sentry.respond(added(ssh))).toEqual([]);
    expect(sentry.groups.acts).toEqual([]);
    expect([...sentry.ledger.events.values()].map(({ state }) => state)).toEqual(['told']);
  });

  test('does not stand for what turns out not to be done, should the try die', async () => {
    const sentry = attacked();
    const telnet = rule({ id: 'sgr-telnet', fromPort: 23, toPort: 23 });
    sentry.groups.put('sg-1', () => [https, ssh, telnet]);
    sentry.ledger.grant('sg-1', ssh, { cause: 'operator', by: 'olga', since: new Date() });
    letFail(sentry, 'revoke', 'crashes after it has worked');
    const both = changeOf({ present: [ssh, telnet] });
    await expect(sentry.respond(both)).rejects.toThrow();
    sentry.groups.close('sg-1', 'sgr-ssh');
    sentry.faults = new Faults();
    await sentry.pass(91_000);
    await sentry.respond(both, 2);
    expect(sentry.announcer.outcomes()).not.toContain('added sgr-ssh reverted');
    expect(sentry.announcer.outcomes()).toContain('added sgr-telnet reverted');
  });
});

describe('where the answer to a revoke names the rule that is gone', () => {
  test('no one looks again', async () => {
    const sentry = attacked();
    sentry.groups.namesRevoked = true;
    await sentry.respond(added(ssh));
    expect(sentry.groups.looks).toBe(1);
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  });

  test('it counts also for a rule that Describe cannot show', async () => {
    const sentry = attacked();
    const { groups } = sentry;
    groups.namesRevoked = true;
    const group = groups.all.get('sg-1')!;
    groups.beforeLook.set(1, () =>
      groups.all.set('sg-1', { ...group, unreadableRuleIds: ['sgr-ssh'] }),
    );
    groups.hidden.add('sgr-ssh');
    await sentry.respond(added(ssh));
    expect(sentry.announcer.outcomes()).toEqual(['added sgr-ssh reverted']);
  });

  test('what an earlier try may have done is looked for all the same', async () => {
    const sentry = SentryInMemory.watching([forbidSsh]);
    const other = rule({ id: 'sgr-other', ipRange: '0.0.0.0/1' });
    sentry.groups.namesRevoked = true;
    sentry.groups.put('sg-1', () => [ssh]);
    letFail(sentry, 'revoke', 'crashes after it has worked');
    const unnamed = changeOf({ complete: false });
    await expect(sentry.respond(unnamed)).rejects.toThrow();
    sentry.groups.put('sg-1', () => [other]);
    sentry.faults = new Faults();
    await sentry.pass(91_000);
    await sentry.respond(unnamed, 2);
    expect(sentry.announcer.outcomes().sort()).toEqual([
      'added sgr-other reverted',
      'added sgr-ssh reverted',
    ]);
  });
});

/** Lets the n-th call of the method go wrong. */
function letFail(sentry: SentryInMemory, method: string, fault: Fault, number = 1): void {
  sentry.faults = new Faults(new Map(), { method, fault, number });
}
