import type { Change } from '../../../../src/security-group/domain/changes/change';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import {
  type ChangeReport,
  severityOf,
} from '../../../../src/security-group/domain/reporting/change-report';
import type { Rule } from '../../../../src/security-group/domain/rules/rule';
import { Faults } from '../../in-memory/faults';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  allowHttpsOnly,
  asking,
  by,
  changeOf,
  configurationOf,
  deployer,
  described,
  eve,
  forbidSsh,
  locked,
  lockedNotify,
  mallory,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const SETTLED_AFTER = 11 * 60_000;
const LEASE_IS_OVER_AFTER = 2 * 60_000;

const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });

/** The rule with these ports, under one id throughout. */
function onPort(port: number, values: Partial<Rule> = {}): Rule {
  return { ...rule({ id: 'sgr-1', fromPort: port, toPort: port }), ...values };
}

/** A record of Modify lacks the direction: here it is the wrong one. */
function rewritten(to: Rule, eventId: string): Change {
  return changeOf(
    { modifiedIds: [to.id!], modifiedTo: [{ ...to, direction: 'ingress' }] },
    { eventId, eventName: 'ModifySecurityGroupRules' },
  );
}

function watching(policies: readonly Policy[], ...standing: Rule[]): SentryInMemory {
  const sentry = SentryInMemory.watching(policies, https);
  sentry.groups.put('sg-1', () => [https, ...standing]);
  return sentry;
}

/** "who did what with which port: what came of it" of all that was reported. */
function told({ announcer }: SentryInMemory): string[] {
  return announcer.told.flatMap(({ call, rules }) =>
    rules.map(
      ({ rule: one, change, outcome }) =>
        `${call.actor.userName ?? call.actor.sessionName ?? call.actor.type} ${change} ${one.fromPort}: ${outcome.kind}`,
    ),
  );
}

function permutationsOf<T>(all: readonly T[]): T[][] {
  if (all.length <= 1) return [[...all]];
  return all.flatMap((one, index) =>
    permutationsOf(all.filter((_, other) => other !== index)).map((rest) => [one, ...rest]),
  );
}

describe('a rule that a trusted role has changed since', () => {
  const events = [
    { ...added(onPort(22)), eventId: 'by-eve' },
    by(deployer, rewritten(onPort(8443), 'by-the-deployer')),
  ];

  test.each(permutationsOf(events))(
    'stays, and only what someone else wrote is reported, in whatever order: %#',
    async (...delivered) => {
      const sentry = watching([locked], onPort(8443));
      for (const event of delivered) await sentry.respond(event);
      expect(sentry.groups.acts).toEqual([]);
      expect(told(sentry)).toEqual(['eve added 22: already-gone']);
      expect(sentry.ledger.grantsOf('sg-1', onPort(8443))).toMatchObject([
        { cause: 'trusted-actor' },
      ]);
      await sentry.pass(SETTLED_AFTER);
      expect(await sentry.reconcile()).toEqual([]);
    },
  );
});

test.each([locked, forbidSsh])(
  'a value that a trusted actor has replaced is not opened again for what someone else made of it: %#',
  async (policy) => {
    const sentry = SentryInMemory.watching([policy], https, onPort(80));
    sentry.groups.put('sg-1', () => [https, onPort(22)]);
    await sentry.respond(by(deployer, rewritten(onPort(8443), 'tightened')));
    await sentry.respond(rewritten(onPort(22), 'opened'));
    await sentry.pass(SETTLED_AFTER);
    await sentry.reconcile();
    expect(sentry.groups.rulesIn('sg-1')).toEqual([https]);
  },
);

describe('a rule that was opened by Modify, and closed by Modify before the event came', () => {
  test.each([
    ['forbidSsh', forbidSsh, 'high'],
    ['locked', locked, 'medium'],
    ['allowOnly', allowHttpsOnly, 'high'],
  ] as const)('is reported, as grave as it was: %s', async (_, policy, severity) => {
    const office = rule({ id: 'sgr-https', fromPort: 443, toPort: 443, ipRange: '10.0.0.0/8' });
    const sentry = SentryInMemory.watching([policy], office);
    const [report] = await sentry.respond(rewritten(onPort(22, { id: 'sgr-https' }), 'opened'));
    expect(told(sentry)).toEqual(['eve modified 22: already-gone']);
    expect(severityOf(report!)).toBe(severity);
    expect(sentry.groups.acts).toEqual([]);
    expect(await sentry.respond(rewritten(office, 'closed'))).toEqual([]);
  });

  test('is judged in the direction of the rule, which no record of Modify tells', async () => {
    const outward = rule({ id: 'sgr-1', direction: 'egress', fromPort: 443, toPort: 443 });
    const sentry = SentryInMemory.watching([forbidSshOutward()], outward);
    await sentry.respond(rewritten({ ...outward, fromPort: 22, toPort: 22 }, 'opened'));
    expect(sentry.announcer.told[0]!.rules[0]!.rule.direction).toBe('egress');
  });

  test('is judged in the worse direction, where no one remembers the rule', async () => {
    const sentry = watching([forbidSshOutward()]);
    await sentry.respond(rewritten(onPort(22), 'opened'));
    expect(told(sentry)).toEqual(['eve modified 22: already-gone']);
  });
});

function forbidSshOutward(): Policy {
  if (forbidSsh.baseline.kind !== 'forbid') throw new Error('It forbids.');
  const patterns = forbidSsh.baseline.patterns.map((pattern) => ({
    ...pattern,
    direction: 'egress' as const,
  }));
  return { ...forbidSsh, baseline: { kind: 'forbid', patterns } };
}

test('values that an earlier try has reverted before it died are reported as reverted', async () => {
  const office = onPort(443, { peer: { kind: 'ipv4', cidr: '10.0.0.0/8' } });
  const sentry = SentryInMemory.watching([forbidSsh], office);
  sentry.groups.put('sg-1', () => [onPort(22)]);
  sentry.faults = new Faults(new Map(), {
    method: 'modify',
    number: 1,
    fault: 'crashes after it has worked',
  });
  await expect(sentry.respond(rewritten(onPort(22), 'opened'))).rejects.toThrow();
  await sentry.pass(LEASE_IS_OVER_AFTER);
  sentry.faults = new Faults();
  const [report] = await sentry.respond(rewritten(onPort(22), 'opened'), 2);
  expect(report!.rules).toMatchObject([
    { change: 'modified', outcome: { kind: 'reverted' }, restored: { fromPort: 443 } },
  ]);
});

describe('a chain of three calls, with the last of its values standing', () => {
  const chain = [
    { ...added(onPort(22)), eventId: 'first' },
    by(mallory, rewritten(onPort(22, { toPort: 23 }), 'second')),
    by(deployer, rewritten(onPort(21, { toPort: 24 }), 'third')),
  ];

  test.each(permutationsOf(chain))(
    'has each value reported with the one who wrote it, and none left that is forbidden: %#',
    async (...delivered) => {
      const sentry = watching([forbidSsh], onPort(21, { toPort: 24 }));
      for (const event of delivered) await sentry.respond(event);
      expect(sentry.groups.rulesIn('sg-1')).toEqual([https]);
      expect(told(sentry)).toContain('eve added 22: already-gone');
      expect(told(sentry)).toContain('mallory modified 22: already-gone');
      expect(told(sentry).filter((text) => text.includes(' 21: '))).toContain(
        delivered[0] === chain[2]
          ? 'run-1 modified 21: reverted'
          : 'run-1 modified 21: already-gone',
      );
      expect(told(sentry).filter((text) => text.endsWith('reverted'))).toHaveLength(1);
    },
  );

  test.each(permutationsOf(chain))(
    'is accepted as the trusted one wrote it last, in a locked group: %#',
    async (...delivered) => {
      const sentry = watching([locked], onPort(21, { toPort: 24 }));
      for (const event of delivered) await sentry.respond(event);
      expect(sentry.groups.acts).toEqual([]);
      expect(told(sentry).sort()).toEqual([
        'eve added 22: already-gone',
        'mallory modified 22: already-gone',
      ]);
    },
  );
});

describe('what no event has explained yet, though one points to it', () => {
  test('is no longer open than it takes to look, in no one’s name', async () => {
    const sentry = watching([forbidSsh], onPort(22));
    const reports = await sentry.respond({ ...added(onPort(80)), eventId: 'harmless' });
    expect(reports).toMatchObject([
      { explainedBy: 'nothing', pointedToBy: { eventId: 'harmless', actor: eve } },
    ]);
    expect(told(sentry)).toEqual(['unknown modified 22: reverted']);
    expect(reports[0]!.call).toEqual({
      eventId: 'none',
      eventName: 'none',
      time: new Date('2026-01-01T00:00:00Z'),
      accountId: '111111111111',
      region: 'eu-west-1',
      actor: { type: 'unknown' },
    });
    expect([...sentry.ledger.events.keys()]).toContain('finding:-overwritten-harmless sg-1');
  });

  test('is reported once, though the event comes again, or its first try dies after the act', async () => {
    const sentry = watching([forbidSsh], onPort(22));
    const fail = sentry.announcer.tell.bind(sentry.announcer);
    sentry.announcer.tell = async () => Promise.reject(new Error('SNS is out.'));
    await expect(sentry.respond(added(onPort(80)))).rejects.toThrow('SNS is out.');
    sentry.announcer.tell = fail;
    await sentry.respond(added(onPort(80)), 2);
    await sentry.respond(added(onPort(80)), 3);
    expect(told(sentry)).toEqual(['unknown modified 22: reverted']);
  });

  test('waits for its own event where it may stand until someone denies it', async () => {
    const sentry = watching([asking(forbidSsh, 'revertIfDenied')], onPort(22));
    expect(await sentry.respond(added(onPort(80)))).toEqual([]);
    await sentry.respond({ ...rewritten(onPort(22), 'later'), actor: mallory });
    expect(sentry.asked).toMatchObject([{ call: { actor: mallory } }]);
  });

  test('is charged to who made a group only as far as the group came with it', async () => {
    const sentry = new SentryInMemory(
      configurationOf([forbidSsh, lockedNotify]),
      GroupsInMemory.of('sg-1', onPort(22)),
    );
    const made = { kind: 'group-created', group: { id: 'sg-1' } } as const;
    await sentry.respond({ ...changeOf({}), eventName: 'CreateSecurityGroup', subject: made });
    expect(told(sentry)).toEqual(['unknown modified 22: reverted']);
  });
});

describe('a rule that is changed again and again, so that no event finds it as written', () => {
  async function keepChanging(sentry: SentryInMemory, next: (index: number) => Rule) {
    for (let index = 1; index <= 20; index += 1) {
      const [written, standing] = [next(index), next(index + 1)];
      sentry.groups.put('sg-1', () => [https, standing]);
      await sentry.respond({ ...rewritten(written, `event-${index}`), time: sentry.groups.now() });
      if (sentry.groups.acts.length > 0) return index;
      await sentry.pass(60_000);
    }
    return 0;
  }

  test('is answered once its wait is over, whatever values it has then', async () => {
    const sentry = watching([locked]);
    const minutes = await keepChanging(sentry, (index) => onPort(7000 + index));
    expect(minutes).toBe(11);
    expect(sentry.groups.rulesIn('sg-1')).toEqual([https]);
    expect(told(sentry).filter((text) => text.endsWith(': reverted'))).toHaveLength(1);
  });

  test('is answered as well where another rule takes its place each time', async () => {
    const sentry = watching([locked]);
    const minutes = await keepChanging(sentry, (index) =>
      onPort(7000 + index, { id: `sgr-${Math.floor(index / 3)}` }),
    );
    expect(minutes).toBeGreaterThan(0);
    expect(minutes).toBeLessThan(15);
  });

  test('is answered by reconcile, whose wait does not begin again with other values', async () => {
    const sentry = watching([locked], onPort(7001));
    await sentry.reconcile();
    await sentry.pass(SETTLED_AFTER);
    sentry.groups.put('sg-1', () => [https, onPort(7002)]);
    await sentry.reconcile();
    expect(sentry.groups.rulesIn('sg-1')).toEqual([https]);
  });

  test('is answered again, though not for ever, where it is changed while it is answered', async () => {
    const office = onPort(443, { peer: { kind: 'ipv4', cidr: '10.0.0.0/8' } });
    const sentry = SentryInMemory.watching([locked], https, office);
    sentry.groups.put('sg-1', () => [https, onPort(7001)]);
    await sentry.reconcile();
    await sentry.pass(SETTLED_AFTER);
    const modify = sentry.groups.modify.bind(sentry.groups);
    let changes = 0;
    sentry.groups.modify = async (groupId, ruleId, to) => {
      const answer = await modify(groupId, ruleId, to);
      changes += 1;
      sentry.groups.change(groupId, ruleId, onPort(7001 + changes));
      return answer;
    };
    await sentry.reconcile();
    expect(changes).toBe(3);
  });

  test('shares no wait with the values that a trusted actor turns out to have written', async () => {
    const sentry = SentryInMemory.watching([locked], https, onPort(80));
    sentry.groups.put('sg-1', () => [https, onPort(82)]);
    await sentry.respond(by(deployer, rewritten(onPort(81), 'first')));
    await sentry.pass(9 * 60_000);
    sentry.groups.put('sg-1', () => [https, onPort(83)]);
    await sentry.respond(by(deployer, rewritten(onPort(82), 'second')));
    await sentry.pass(2 * 60_000);
    await sentry.reconcile();
    expect(sentry.groups.rulesIn('sg-1')).toEqual([https, onPort(83)]);
  });

  test('shares no wait with values that only the event history says a trusted actor wrote', async () => {
    const sentry = watching([locked], onPort(7001));
    await sentry.reconcile();
    await sentry.pass(SETTLED_AFTER);
    await sentry.survey();
    sentry.history.changes.push(by(deployer, rewritten(onPort(7001), 'first')));
    sentry.groups.put('sg-1', () => [https, onPort(7002)]);
    await sentry.respondToDifferences();
    expect(sentry.groups.rulesIn('sg-1')).toEqual([https, onPort(7002)]);
    await sentry.respond(by(deployer, rewritten(onPort(7002), 'second')));
    await sentry.pass(SETTLED_AFTER);
    await sentry.reconcile();
    expect(sentry.groups.rulesIn('sg-1')).toEqual([https, onPort(7002)]);
  });

  test('does not have a new rule answered for it that no one has looked at before', async () => {
    const sentry = watching([locked], onPort(7001));
    await sentry.respond(rewritten(onPort(7000), 'event-1'));
    await sentry.pass(SETTLED_AFTER);
    const deployed = onPort(8443, { id: 'sgr-2' });
    sentry.groups.put('sg-1', () => [https, deployed]);
    await sentry.reconcile();
    expect(sentry.groups.rulesIn('sg-1')).toEqual([https, deployed]);
    await sentry.respond(by(deployer, { ...added(deployed), eventId: 'event-2' }));
    await sentry.reconcile();
    expect(sentry.groups.rulesIn('sg-1')).toEqual([https, deployed]);
  });

  test('leaves no wait behind for a deployment that comes after all was well', async () => {
    const sentry = watching([locked], onPort(7001));
    await sentry.respond(rewritten(onPort(7000), 'event-1'));
    sentry.groups.put('sg-1', () => [https]);
    await sentry.respond(
      changeOf({ absent: [{ id: 'sgr-1' }] }, { eventId: 'event-2', time: sentry.groups.now() }),
    );
    await sentry.pass(SETTLED_AFTER);
    const deployed = onPort(8443, { id: 'sgr-2' });
    sentry.groups.put('sg-1', () => [https, deployed]);
    await sentry.reconcile();
    expect(sentry.groups.rulesIn('sg-1')).toEqual([https, deployed]);
  });
});

describe('a prefix list', () => {
  const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
  const world = '0.0.0.0/0';

  function withList(version: number, ...cidrs: string[]): SentryInMemory {
    const sentry = watching([forbidSsh], viaList);
    const since = new Date('2025-12-01');
    const adopted = { cause: 'adopted', by: 'App/Sentry', since } as const;
    sentry.ledger.grant('sg-1', viaList, adopted, { prefixListVersion: 1 });
    sentry.groups.lists.set('pl-1', { id: 'pl-1', isAwsManaged: false, version, cidrs });
    return sentry;
  }

  function putIn(cidrs: readonly string[], version: number, values: Partial<Change> = {}): Change {
    return {
      ...changeOf({}, { eventName: 'ModifyManagedPrefixList', ...values }),
      subject: {
        kind: 'prefix-list',
        prefixListId: 'pl-1',
        written: { added: cidrs, version },
      },
    };
  }

  test('into which an entry was put and taken out again before the event came is reported', async () => {
    const sentry = withList(3, '10.0.0.0/8');
    const [report] = await sentry.respond(putIn([world], 2));
    expect(severityOf(report!)).toBe('high');
    expect(textOf(report!)).toMatch(/put 0\.0\.0\.0\/0 into .* sgr-list names.* gone by now.*SSH/s);
    expect(sentry.groups.acts).toEqual([]);
  });

  test.each([
    ['is out of reach', { version: 2, doubt: { kind: 'not-read', reason: 'throttled' } }],
    ['is still being changed', { version: 1, isChanging: true }],
    ['is read as it was before', { version: 1 }],
  ] as const)('that %s is not said to have lost an entry', async (_, values) => {
    const sentry = withList(1);
    sentry.groups.lists.set('pl-1', { id: 'pl-1', isAwsManaged: false, cidrs: [], ...values });
    const event = putIn([world], 2);
    for (let tries = 1; tries <= 6; tries += 1) {
      await sentry.respond(event, tries).catch(() => undefined);
    }
    expect(sentry.announcer.told.map(textOf).join()).not.toContain('gone by now');
  });

  test('does not have a rule charged to who changed it that was just deployed', async () => {
    const sentry = SentryInMemory.watching([locked], https);
    sentry.groups.lists.set('pl-1', { id: 'pl-1', isAwsManaged: false, version: 2, cidrs: [] });
    sentry.groups.put('sg-1', () => [https, viaList]);
    await sentry.respond(putIn(['10.1.0.0/16'], 2));
    expect(sentry.groups.rulesIn('sg-1')).toEqual([https, viaList]);
  });

  test('is reported without a word more where the entry that has gone opened nothing', async () => {
    const sentry = withList(3, '10.0.0.0/8');
    expect(await sentry.respond(putIn(['10.1.0.0/16'], 2))).toEqual([]);
  });

  test('is not charged with an entry that someone else put in since, which is answered all the same', async () => {
    const sentry = withList(3, '10.1.0.0/16', world);
    await sentry.respond(putIn(['10.1.0.0/16'], 2));
    expect(sentry.groups.rulesIn('sg-1')).toEqual([https]);
    expect(told(sentry)).toEqual(['unknown modified 22: reverted']);
  });

  test.each(permutationsOf(['harmless', 'harmful']))(
    'has no harmful entry charged to who put in another, in whatever order: %s, %s',
    async (...order) => {
      const sentry = withList(3, '10.1.0.0/16', world);
      const events: Readonly<Record<string, Change>> = {
        harmless: putIn(['10.1.0.0/16'], 2, { eventId: 'harmless' }),
        harmful: putIn([world], 3, { eventId: 'harmful', actor: mallory }),
      };
      for (const name of order) await sentry.respond(events[name]!);
      expect(sentry.groups.rulesIn('sg-1')).toEqual([https]);
      expect(told(sentry)).toEqual([
        order[0] === 'harmful' ? 'mallory added 22: reverted' : 'unknown modified 22: reverted',
      ]);
    },
  );
});

function textOf({ notices }: ChangeReport): string {
  return notices.map(({ text }) => text).join('\n');
}

describe('a description', () => {
  test('that someone else gave since is not charged to who described the rule before', async () => {
    const sentry = SentryInMemory.watching([locked], https);
    sentry.groups.put('sg-1', () => [{ ...https, description: 'second' }]);
    const first = described({ rule: { ...https, description: 'first' } });
    expect(await sentry.respond({ ...first, eventId: 'first' })).toEqual([]);
    const second = described({ rule: { ...https, description: 'second' } });
    await sentry.respond(by(mallory, { ...second, eventId: 'second' }));
    expect(told(sentry)).toEqual(['mallory described 443: reverted']);
  });

  test('is no ground to charge someone with the rule that has it, which a trusted actor added', async () => {
    const sentry = watching([locked], onPort(8443, { description: 'mine' }));
    const description = described({ rule: onPort(8443, { description: 'mine' }) });
    expect(await sentry.respond({ ...description, eventId: 'described' })).toEqual([]);
    await sentry.respond(by(deployer, { ...added(onPort(8443)), eventId: 'deployed' }));
    expect(sentry.groups.acts).toEqual([]);
    expect(sentry.ledger.grantsOf('sg-1', onPort(8443))).toHaveLength(1);
  });

  test('is learned as the trusted actor wrote it', async () => {
    const sentry = watching([locked], onPort(8443, { description: 'mine now' }));
    await sentry.respond(by(deployer, added(onPort(8443, { description: 'database' }))));
    const { description } = sentry.ledger.entryOf('sg-1', onPort(8443))!.rule;
    expect(description).toBe('database');
  });
});
