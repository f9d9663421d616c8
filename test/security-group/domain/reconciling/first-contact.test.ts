import type { Change } from '../../../../src/security-group/domain/changes/change';
import type { MonitoredGroups } from '../../../../src/security-group/domain/groups/monitored-groups';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import type { SentryConfiguration } from '../../../../src/security-group/domain/policies/sentry-configuration';
import {
  reconcileSeverity,
  reconcileText,
} from '../../../../src/security-group/domain/reconciling/reconcile-text';
import type { Rule, RuleTag } from '../../../../src/security-group/domain/rules/rule';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  asking,
  by,
  changeOf,
  configurationOf,
  deployer,
  eve,
  forbidSsh,
  locked,
  lockedRestoring,
  removed,
} from '../../samples/changes';
import { LETS_ALL_OUT, rule } from '../../samples/rules';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const WATCHED: RuleTag = { key: 'watch', value: 'yes' };
const all: MonitoredGroups = { include: [{ kind: 'all' }], exclude: [] };
const byTag: MonitoredGroups = { include: [{ kind: 'tag', ...WATCHED }], exclude: [] };

/** A sentry whose first look found `sg-old`, an hour ago. */
async function watching(
  policies: readonly Policy[],
  values: Partial<SentryConfiguration> = { monitoredGroups: all },
): Promise<SentryInMemory> {
  const sentry = new SentryInMemory(configurationOf(policies, values), new GroupsInMemory());
  sentry.groups.create({ id: 'sg-old', name: 'old', tags: [WATCHED] }, https);
  await sentry.survey();
  expect(sentry.recordOf('sg-old')).toBeDefined();
  await sentry.pass(HOUR);
  sentry.reconciled.length = 0;
  return sentry;
}

/** A call to `sg-1`, now. */
function now(sentry: SentryInMemory, change: Change, eventId: string): Change {
  return { ...change, eventId, time: sentry.groups.now() };
}

function creation(sentry: SentryInMemory): Change {
  const subject = { kind: 'group-created', group: { id: 'sg-1', name: 'web' } } as const;
  return now(sentry, changeOf({}, { eventName: 'CreateSecurityGroup', subject }), 'creation');
}

/** Runs of reconcile, one an hour, with whatever they point to. */
async function runs(sentry: SentryInMemory, count: number): Promise<void> {
  for (let run = 0; run < count; run += 1) {
    await sentry.reconcile();
    await sentry.pass(HOUR);
  }
}

function adoptedKeys({ ledger, groups }: SentryInMemory, ...rules: Rule[]): boolean[] {
  return rules.map((one) =>
    ledger.grantsOf('sg-1', one, groups.now()).some(({ cause }) => cause === 'adopted'),
  );
}

describe('a group with an open port, made seconds before a run of reconcile', () => {
  const policies = [forbidSsh, locked];

  test('is not adopted by that run, and its port is closed by the event that comes after', async () => {
    const sentry = await watching(policies);
    const made = creation(sentry);
    const opened = now(sentry, added(ssh), 'opening');
    sentry.groups.create({ id: 'sg-1', name: 'web' }, LETS_ALL_OUT, ssh);
    await sentry.reconcile();
    expect(sentry.recordOf('sg-1')).toBeUndefined();
    await sentry.respond(opened);
    await sentry.respond(made);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    await runs(sentry, 3);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('is judged from birth where the history alone tells of it', async () => {
    const sentry = await watching(policies);
    const opened = now(sentry, added(ssh, https), 'opening');
    sentry.history.changes.push(creation(sentry), opened);
    sentry.groups.create({ id: 'sg-1', name: 'web' }, ssh, https);
    await runs(sentry, 2);
    expect(adoptedKeys(sentry, ssh, https)).toEqual([false, false]);
    expect(sentry.recordOf('sg-1')).toMatchObject({ madeBy: 'creation' });
    expect(reconcileText(sentry.reconciled[0]!, 'App/Sentry', 10)).toContain(
      'sg-1 (web): 2 rules (seen for the first time). Of these, 2 are newer than the last look at the groups, and are answered as the policies say',
    );
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('is found new though it did not show in the look that came right after it was made', async () => {
    const sentry = await watching(policies);
    sentry.history.changes.push(creation(sentry));
    await sentry.pass(2_000);
    await sentry.survey();
    sentry.groups.create({ id: 'sg-1', name: 'web' }, ssh);
    await sentry.pass(HOUR);
    await runs(sentry, 3);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('is found new though a look lacked it once before it was adopted', async () => {
    const sentry = await watching(policies);
    sentry.history.changes.push(creation(sentry));
    sentry.groups.create({ id: 'sg-1', name: 'web' }, ssh);
    await sentry.survey();
    const held = sentry.groups.all.get('sg-1')!;
    sentry.groups.all.delete('sg-1');
    await sentry.pass(HOUR);
    await sentry.survey();
    sentry.groups.all.set('sg-1', held);
    await runs(sentry, 3);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('stays unadopted, and that is told, while the history cannot be asked', async () => {
    const sentry = await watching(policies);
    sentry.groups.create({ id: 'sg-1', name: 'web' }, ssh);
    sentry.history.changesSince = async () => Promise.reject(new Error('ThrottlingException'));
    await runs(sentry, 3);
    expect(sentry.recordOf('sg-1')).toBeUndefined();
    expect(sentry.reconciled).toMatchObject([
      { notAdoptedYet: { groups: [{ id: 'sg-1' }] } },
      { notAdoptedYet: { groups: [{ id: 'sg-1' }] } },
    ]);
    const [report] = sentry.reconciled;
    expect(reconcileSeverity(report!)).toBe('medium');
    expect(reconcileText(report!, 'App/Sentry', 10)).toContain(
      "CloudTrail's event history cannot be asked what is new in these groups: ThrottlingException. They are adopted once it can.",
    );
  });

  test('is looked up by itself where the history has too many calls', async () => {
    const sentry = await watching(policies);
    sentry.groups.create({ id: 'sg-1', name: 'web' }, ssh, https);
    const opened = now(sentry, added(ssh), 'opening');
    sentry.history.tellsAll = false;
    sentry.history.changesSince = async () => ({ changes: [], areAll: false });
    sentry.history.changes.push(opened);
    await runs(sentry, 2);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });
});

describe('a group that was made under the eyes of the sentry', () => {
  test('is judged from birth: what it was made with is its maker’s, and all else needs a trusted actor', async () => {
    const sentry = await watching([locked]);
    sentry.groups.create({ id: 'sg-1', name: 'web' }, LETS_ALL_OUT);
    await sentry.respond(by(deployer, creation(sentry)));
    await sentry.pass(1_000);
    sentry.groups.put('sg-1', (rules) => [...rules, https, ssh]);
    await sentry.respond(by(deployer, now(sentry, added(https), 'trusted')));
    // The event of the other rule is lost.
    await runs(sentry, 3);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-out', 'sgr-https']);
    expect(adoptedKeys(sentry, LETS_ALL_OUT, https)).toEqual([false, false]);
    expect(sentry.reconciled).toEqual([]);
  });

  test('keeps what a trusted actor made, as the history confirms it', async () => {
    const sentry = await watching([locked]);
    sentry.groups.create({ id: 'sg-1', name: 'web' }, LETS_ALL_OUT);
    const made = by(deployer, creation(sentry));
    await sentry.respond(made);
    sentry.history.changes.push(made);
    await runs(sentry, 30);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-out']);
    expect(sentry.ledger.grantsOf('sg-1', LETS_ALL_OUT)).toMatchObject([{ confirmed: true }]);
  });

  test('has what it was made with taken away where no trusted actor made it, also by a try that comes again', async () => {
    const sentry = await watching([locked]);
    sentry.groups.create({ id: 'sg-1', name: 'web' }, LETS_ALL_OUT);
    sentry.groups.refuses.set('sgr-out', { kind: 'unavailable', reason: 'throttled' });
    const made = creation(sentry);
    await sentry.responsesTo(made, 1);
    expect(sentry.recordOf('sg-1')).toMatchObject({ madeBy: 'creation' });
    sentry.groups.refuses.clear();
    await sentry.pass(2 * MINUTE);
    await sentry.respond(made, 2);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('is none that stood when its place was looked at, whatever event says so later', async () => {
    const sentry = await watching([locked], { monitoredGroups: byTag });
    sentry.groups.create({ id: 'sg-1', name: 'web', tags: [WATCHED] }, https);
    await sentry.respond({ ...creation(sentry), time: new Date('2025-06-01') });
    expect(sentry.recordOf('sg-1')).toBeUndefined();
    await runs(sentry, 3);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });
});

describe('a standing group that someone tags', () => {
  async function tagged(sentry: SentryInMemory): Promise<void> {
    const { details, rules } = sentry.groups.all.get('sg-1')!;
    sentry.groups.create({ ...details, tags: [WATCHED] }, ...rules);
    await sentry.pass(MINUTE);
  }

  test('is adopted, and not emptied', async () => {
    const sentry = await watching([forbidSsh, locked], { monitoredGroups: byTag });
    sentry.groups.create({ id: 'sg-1', name: 'web' }, ssh, https);
    await tagged(sentry);
    await runs(sentry, 3);
    expect(adoptedKeys(sentry, ssh, https)).toEqual([true, true]);
    expect(sentry.groups.acts).toEqual([]);
    expect(sentry.reconciled).toMatchObject([
      { adoptions: [{ cause: 'first-contact', newRules: [] }] },
    ]);
  });

  test('has what was written since the last look answered, and the rest adopted', async () => {
    const sentry = await watching([locked], { monitoredGroups: byTag });
    sentry.groups.create({ id: 'sg-1', name: 'web' }, ssh, https);
    const rewritten = changeOf(
      { modifiedIds: ['sgr-ssh'], modifiedTo: [ssh] },
      { eventName: 'ModifySecurityGroupRules' },
    );
    sentry.history.changes.push(now(sentry, rewritten, 'rewriting'));
    await tagged(sentry);
    await runs(sentry, 3);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    expect(sentry.announcer.told).toMatchObject([
      { call: { eventId: 'rewriting', actor: eve }, explainedBy: 'event-history' },
    ]);
  });

  test('keeps what a trusted actor wrote since the last look, as theirs', async () => {
    const sentry = await watching([locked], { monitoredGroups: byTag });
    sentry.groups.create({ id: 'sg-1', name: 'web' }, https);
    sentry.history.changes.push(by(deployer, now(sentry, added(https), 'trusted')));
    await tagged(sentry);
    await runs(sentry, 3);
    expect(sentry.ledger.grantsOf('sg-1', https)).toMatchObject([
      { cause: 'trusted-actor', eventId: 'trusted', confirmed: true },
    ]);
    expect(sentry.groups.acts).toEqual([]);
  });
});

describe('what events tell before a group is adopted', () => {
  test('is remembered: a rule that they left standing is not adopted with the rest', async () => {
    const sentry = new SentryInMemory(configurationOf([forbidSsh]), new GroupsInMemory());
    sentry.groups.create({ id: 'sg-1', name: 'web' }, ssh, https);
    sentry.groups.refuses.set('sgr-ssh', { kind: 'unavailable', reason: 'throttled' });
    await sentry.responsesTo(added(ssh));
    await sentry.survey();
    expect(adoptedKeys(sentry, ssh, https)).toEqual([false, true]);
    sentry.groups.refuses.clear();
    await runs(sentry, 2);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test('is remembered of a rule that was rewritten', async () => {
    const sentry = new SentryInMemory(configurationOf([forbidSsh]), new GroupsInMemory());
    sentry.groups.create({ id: 'sg-1', name: 'web' }, ssh, https);
    sentry.groups.refuses.set('sgr-ssh', { kind: 'unavailable', reason: 'throttled' });
    const rewritten = changeOf(
      { modifiedIds: ['sgr-ssh'], modifiedTo: [ssh] },
      { eventName: 'ModifySecurityGroupRules' },
    );
    await sentry.responsesTo(rewritten);
    await sentry.survey();
    expect(adoptedKeys(sentry, ssh, https)).toEqual([false, true]);
  });

  test('of a trusted actor is theirs, and of one who was asked about waits for people', async () => {
    const sentry = new SentryInMemory(
      configurationOf([asking(locked, 'revertIfDenied')]),
      new GroupsInMemory(),
    );
    sentry.groups.create({ id: 'sg-1', name: 'web' }, ssh, https);
    await sentry.respond(by(deployer, { ...added(https), eventId: 'trusted' }));
    await sentry.respond(added(ssh));
    await runs(sentry, 2);
    expect(sentry.ledger.grantsOf('sg-1', https)).toMatchObject([{ cause: 'trusted-actor' }]);
    expect(sentry.ledger.grantsOf('sg-1', ssh)).toMatchObject([{ cause: 'approval-request' }]);
    expect(sentry.asked).toHaveLength(1);
    await sentry.decide('denied');
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test('does not count for a rule that someone else has put in the place of a trusted actor’s', async () => {
    const sentry = new SentryInMemory(configurationOf([locked]), new GroupsInMemory());
    const again = { ...https, id: 'sgr-again' };
    sentry.groups.create({ id: 'sg-1', name: 'web' }, https);
    await sentry.respond(by(deployer, { ...added(https), eventId: 'trusted' }));
    sentry.groups.put('sg-1', () => [again]);
    sentry.groups.refuses.set('sgr-again', { kind: 'unavailable', reason: 'throttled' });
    await sentry.responsesTo(added(again));
    sentry.groups.refuses.clear();
    await runs(sentry, 2);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });
});

describe('a group that is not seen', () => {
  /** Reads in which no group shows, one an hour; in between, someone opens a port unseen. */
  async function unseen(sentry: SentryInMemory, looks: number): Promise<void> {
    const held = sentry.groups.all.get('sg-old')!;
    for (let look = 0; look < looks; look += 1) {
      sentry.groups.all.clear();
      await sentry.survey();
      sentry.groups.all.set('sg-old', held);
      await sentry.pass(HOUR);
    }
    sentry.groups.put('sg-old', (rules) => [...rules, ssh]);
  }

  test.each([1, 2, 5])(
    'in %i looks, and then is, keeps its grants, and has nothing adopted again',
    async (looks) => {
      const sentry = await watching([locked]);
      const { adoptedAt } = sentry.recordOf('sg-old')!;
      await unseen(sentry, looks);
      await runs(sentry, 3);
      expect(sentry.groups.ruleIds('sg-old')).toEqual(['sgr-https']);
      expect(sentry.reconciled.flatMap(({ adoptions }) => adoptions)).toEqual([]);
      expect(sentry.recordOf('sg-old')).toMatchObject({ adoptedAt });
      expect(sentry.recordOf('sg-old')!.releasedAt).toBeUndefined();
      expect(sentry.recordOf('sg-old')!.unseenSince).toBeUndefined();
    },
  );

  test('is released by the second look that lacks it, and told when it is there again', async () => {
    const sentry = await watching([locked]);
    await unseen(sentry, 1);
    expect(sentry.reconciled).toEqual([]);
    await unseen(sentry, 2);
    expect(sentry.reconciled).toMatchObject([{ released: [{ reason: 'deleted' }] }]);
    await sentry.survey();
    expect(sentry.reconciled[1]).toMatchObject({ returned: [{ groupId: 'sg-old' }] });
    expect(reconcileText(sentry.reconciled[1]!, 'App/Sentry', 10)).toContain(
      'sg-old (old) is there again: what the sentry knew of its rules counts as before.',
    );
  });

  test('has its events judged by its grants in between', async () => {
    const sentry = await watching([lockedRestoring]);
    await unseen(sentry, 2);
    sentry.groups.close('sg-old', 'sgr-https');
    const subject = { kind: 'group', group: { id: 'sg-old' } } as const;
    await sentry.respond({ ...removed({ id: 'sgr-https' }), subject });
    expect(sentry.announcer.outcomes()).toEqual(['removed sgr-https reverted']);
  });

  test('is not released where the selection could not be read in full', async () => {
    const sentry = await watching([locked]);
    const find = sentry.groups.find.bind(sentry.groups);
    sentry.groups.all.clear();
    sentry.groups.find = async (filter) =>
      filter.kind === 'all' ? Promise.reject(new Error('RequestLimitExceeded')) : find(filter);
    await runs(sentry, 3);
    expect(sentry.recordOf('sg-old')!.releasedAt).toBeUndefined();
  });
});

describe('a rule that is written seconds before the run that adopts its group', () => {
  test.each<[string, (sentry: SentryInMemory) => void]>([
    ['is added', ({ groups }) => groups.put('sg-1', (rules) => [...rules, ssh])],
    [
      'has its values by a Modify',
      ({ groups }) => groups.put('sg-1', () => [{ ...ssh, id: 'sgr-https' }]),
    ],
  ])('and %s is not adopted: its event comes after', async (_, write) => {
    const sentry = await watching([forbidSsh], { monitoredGroups: byTag });
    sentry.groups.create({ id: 'sg-1', name: 'web', tags: [WATCHED] }, https);
    await runs(sentry, 1);
    write(sentry);
    await sentry.reconcile();
    expect(sentry.recordOf('sg-1')).toBeDefined();
    expect(adoptedKeys(sentry, ssh)).toEqual([false]);
    const [{ id }] = sentry.groups.all.get('sg-1')!.rules.slice(-1) as [Rule];
    await sentry.respond(now(sentry, added({ ...ssh, id }), 'opening'));
    expect(sentry.groups.ruleIds('sg-1')).not.toContain(id);
  });

  test('and whose event is lost is answered by the runs after', async () => {
    const sentry = await watching([forbidSsh, locked], { monitoredGroups: byTag });
    sentry.groups.create({ id: 'sg-1', name: 'web', tags: [WATCHED] }, https);
    await runs(sentry, 1);
    sentry.groups.put('sg-1', (rules) => [...rules, ssh]);
    await runs(sentry, 3);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test('is adopted after all where nothing speaks against it', async () => {
    const sentry = await watching([forbidSsh], { monitoredGroups: byTag });
    sentry.groups.create({ id: 'sg-1', name: 'web', tags: [WATCHED] }, ssh);
    await runs(sentry, 1);
    sentry.groups.put('sg-1', (rules) => [...rules, https]);
    await runs(sentry, 3);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-ssh', 'sgr-https']);
  });
});

describe('the first complete look at a place', () => {
  test('is made once, whatever the fingerprint of the selection is by then', async () => {
    const sentry = await watching([locked]);
    sentry.groups.create({ id: 'sg-1', name: 'web' }, ssh);
    sentry.history.changes.push(creation(sentry));
    // As by a library that computes it otherwise, or where the deployment chose others.
    sentry.configuration = {
      ...sentry.configuration,
      digests: { selection: 'other', policies: 'p' },
    };
    await sentry.survey();
    expect(sentry.recordOf('sg-1')).toBeUndefined();
    await sentry.pass(HOUR);
    await runs(sentry, 2);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('is over for what can be read, though one selector always fails', async () => {
    const sentry = new SentryInMemory(
      configurationOf([forbidSsh], {
        monitoredGroups: {
          include: [
            { kind: 'vpc', vpcId: 'vpc-gone' },
            { kind: 'tag', ...WATCHED },
          ],
          exclude: [],
        },
      }),
      new GroupsInMemory(),
    );
    const find = sentry.groups.find.bind(sentry.groups);
    sentry.groups.find = async (filter) =>
      filter.kind === 'vpc' ? Promise.reject(new Error('RequestLimitExceeded')) : find(filter);
    sentry.groups.create({ id: 'sg-old', name: 'old', tags: [WATCHED] }, https);
    await runs(sentry, 2);
    expect(sentry.recordOf('sg-old')).toBeDefined();
    sentry.groups.create({ id: 'sg-1', name: 'web', tags: [WATCHED] }, ssh);
    sentry.history.changes.push(creation(sentry));
    await sentry.survey();
    expect(sentry.recordOf('sg-1')).toBeUndefined();
    await sentry.pass(HOUR);
    await runs(sentry, 2);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('with a selector that fails for days does not make a group that is tagged then all new', async () => {
    const sentry = await watching([locked], {
      monitoredGroups: {
        include: [
          { kind: 'vpc', vpcId: 'vpc-2' },
          { kind: 'tag', ...WATCHED },
        ],
        exclude: [],
      },
    });
    const find = sentry.groups.find.bind(sentry.groups);
    sentry.groups.find = async (filter) =>
      filter.kind === 'vpc' ? Promise.reject(new Error('RequestLimitExceeded')) : find(filter);
    sentry.history.changes.push(now(sentry, added(https), 'yesterday'));
    await sentry.pass(HOUR);
    await runs(sentry, 24);
    sentry.groups.create({ id: 'sg-1', name: 'web', tags: [WATCHED] }, https);
    await runs(sentry, 2);
    expect(adoptedKeys(sentry, https)).toEqual([true]);
  });

  test('was made by the last version: a group that it saw enter is sighted first', async () => {
    const sentry = await watching([forbidSsh]);
    const seenAt = sentry.groups.now();
    const { looks: _, ...place } = sentry.ledger.place!;
    sentry.ledger.place = {
      ...place,
      looks: [],
      entering: [{ groupId: 'sg-1', seenAt, after: place.lastLookAt }],
    };
    await sentry.pass(HOUR);
    sentry.groups.create({ id: 'sg-1', name: 'web' }, ssh);
    await sentry.survey();
    expect(sentry.recordOf('sg-1')).toBeUndefined();
    await sentry.pass(HOUR);
    await sentry.survey();
    expect(adoptedKeys(sentry, ssh)).toEqual([true]);
  });

  test('has begun with the first try: what is written while it fails is not adopted', async () => {
    const sentry = new SentryInMemory(
      configurationOf([locked], { monitoredGroups: all }),
      new GroupsInMemory(),
    );
    sentry.groups.create({ id: 'sg-1', name: 'web' }, https);
    const find = sentry.groups.find.bind(sentry.groups);
    sentry.groups.find = async () => Promise.reject(new Error('RequestLimitExceeded'));
    await sentry.survey();
    sentry.groups.find = find;
    await sentry.pass(HOUR);
    sentry.groups.put('sg-1', (rules) => [...rules, ssh]);
    sentry.history.changes.push(now(sentry, added(ssh), 'opening'));
    await runs(sentry, 2);
    expect(adoptedKeys(sentry, https, ssh)).toEqual([true, false]);
  });

  test('is incomplete for a group alone that could not be judged: it is adopted as it stood', async () => {
    const sentry = new SentryInMemory(
      configurationOf([locked], { monitoredGroups: all }),
      new GroupsInMemory(),
    );
    sentry.groups.create({ id: 'sg-1', name: 'web' }, https);
    sentry.unreadGroupIds.add('sg-1');
    await expect(sentry.survey()).rejects.toThrow('No group could be judged');
    expect(sentry.ledger.place!.looks).toMatchObject([{ choice: 'all' }]);
    sentry.unreadGroupIds.clear();
    sentry.history.changes.push(now(sentry, added(https), 'late'));
    await sentry.survey();
    expect(adoptedKeys(sentry, https)).toEqual([true]);
  });

  test('is over for a group that waits for a prefix list: what is added meanwhile is not adopted', async () => {
    const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1', fromPort: 443, toPort: 443 });
    const sentry = new SentryInMemory(
      configurationOf([forbidSsh], { monitoredGroups: all }),
      new GroupsInMemory(),
    );
    const list = { id: 'pl-1', isAwsManaged: false, cidrs: ['10.0.0.0/8'] };
    sentry.groups.lists.set('pl-1', {
      ...list,
      cidrs: [],
      doubt: { kind: 'not-described', reason: 'UnauthorizedOperation' },
    });
    sentry.groups.create({ id: 'sg-1', name: 'web' }, viaList);
    await runs(sentry, 2);
    expect(sentry.recordOf('sg-1')).toBeUndefined();
    sentry.groups.lists.set('pl-1', { ...list, version: 1 });
    sentry.groups.put('sg-1', (rules) => [...rules, ssh]);
    await sentry.survey();
    expect(adoptedKeys(sentry, viaList, ssh)).toEqual([true, false]);
    await sentry.pass(HOUR);
    await runs(sentry, 2);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-list']);
  });

  test('is not repeated for a wider selection: its groups enter like all that come later', async () => {
    const sentry = await watching([locked], { monitoredGroups: byTag });
    sentry.groups.create({ id: 'sg-1', name: 'web' }, https, ssh);
    const opened = now(sentry, added(ssh), 'opening');
    sentry.configuration = {
      ...sentry.configuration,
      monitoredGroups: all,
      digests: { selection: 'wider', policies: 'p' },
    };
    await sentry.survey();
    expect(sentry.recordOf('sg-1')).toBeUndefined();
    // The history has the call minutes later.
    sentry.history.changes.push(opened);
    await sentry.pass(HOUR);
    await sentry.survey();
    expect(adoptedKeys(sentry, https, ssh)).toEqual([true, false]);
    await sentry.pass(HOUR);
    await runs(sentry, 1);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });
});

describe('a group that was let go, and is chosen again', () => {
  test('keeps its grants, and has what is newer than the last look answered', async () => {
    const sentry = await watching([locked]);
    sentry.ledger.adopt('sg-1', [], { releasedAt: new Date('2025-12-31') });
    sentry.groups.create({ id: 'sg-1', name: 'web' }, https, ssh);
    const since = new Date('2025-12-01');
    sentry.ledger.grant('sg-1', https, { cause: 'operator', by: 'olga', since });
    // Accepted once, and put there again by someone else.
    sentry.ledger.grant('sg-1', ssh, { cause: 'operator', by: 'olga', since });
    sentry.history.changes.push(now(sentry, added(ssh), 'opening'));
    await runs(sentry, 3);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    expect(sentry.ledger.grantsOf('sg-1', https)).toMatchObject([
      { cause: 'operator' },
      { cause: 'adopted' },
    ]);
    expect(sentry.reconciled).toMatchObject([{ adoptions: [{ cause: 'came-back' }] }]);
  });
});

describe('people who approve a change to a group that enters later', () => {
  const until = (sentry: SentryInMemory, hours: number) =>
    new Date(sentry.groups.now().getTime() + hours * HOUR);

  /** `sg-1` has just been tagged, and someone has opened a port in it. */
  async function opened(response: 'revertIfDenied' | 'revertUntilApproved') {
    const sentry = await watching([asking(forbidSsh, response)], { monitoredGroups: byTag });
    sentry.groups.create({ id: 'sg-1', name: 'web', tags: [WATCHED] }, https);
    await runs(sentry, 1);
    sentry.groups.put('sg-1', (rules) => [...rules, ssh]);
    await sentry.respond(now(sentry, added(ssh), 'opening'));
    return sentry;
  }

  test.each([
    ['for good', undefined],
    ['for a time', 10],
  ])('%s have it stand after the adoption, as they said', async (_, hours) => {
    const sentry = await opened('revertIfDenied');
    await sentry.decide('approved', hours ? { until: until(sentry, hours) } : {});
    await runs(sentry, 4);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https', 'sgr-ssh']);
    expect(sentry.ledger.grantsOf('sg-1', ssh, sentry.groups.now())).toMatchObject([
      { cause: 'approval-request', by: 'U1', confirmed: true },
    ]);
  });

  test('have it applied once reconcile has adopted the group', async () => {
    const sentry = await opened('revertUntilApproved');
    await expect(sentry.decide('approved')).rejects.toThrow(
      'it is not adopted yet: what was approved is applied once reconcile has adopted it, usually within two hours from when it came into sight.',
    );
    await runs(sentry, 1);
    expect(await sentry.decide('approved')).toMatchObject({ outcome: 'carried-out' });
    await runs(sentry, 3);
    expect(sentry.groups.all.get('sg-1')!.rules.map(({ fromPort }) => fromPort)).toContain(22);
  });
});
