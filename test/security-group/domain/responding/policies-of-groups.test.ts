import type { Actor } from '../../../../src/security-group/domain/changes/actor';
import type { Change } from '../../../../src/security-group/domain/changes/change';
import type { MonitoredGroups } from '../../../../src/security-group/domain/groups/monitored-groups';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import {
  reconcileSeverity,
  reconcileText,
} from '../../../../src/security-group/domain/reconciling/reconcile-text';
import { severityOf } from '../../../../src/security-group/domain/reporting/change-report';
import type { RuleTag } from '../../../../src/security-group/domain/rules/rule';
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
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const ssh = rule({ id: 'sgr-ssh' });
const WEB = { key: 'tier', value: 'web' };
const byTag = (own: RuleTag): MonitoredGroups => ({
  include: [{ kind: 'tag', ...own }],
  exclude: [],
});
const all: MonitoredGroups = { include: [{ kind: 'all' }], exclude: [] };
const ofIds = (...groupIds: string[]): MonitoredGroups => ({
  include: [{ kind: 'ids', groupIds }],
  exclude: [],
});
const noSshInWeb: Policy = { ...forbidSsh, name: 'no-ssh', appliesTo: byTag(WEB) };

/** A sentry of all groups, with one group in it; it has been adopted as it stands. */
async function sentryOf(
  policies: readonly Policy[],
  tags: readonly RuleTag[],
  ...rules: (typeof ssh)[]
): Promise<SentryInMemory> {
  const groups = new GroupsInMemory();
  groups.create({ id: 'sg-1', name: 'web', vpcId: 'vpc-1', tags }, ...rules);
  const sentry = new SentryInMemory(configurationOf(policies, { monitoredGroups: all }), groups);
  const { digestOf } = sentry.configuration;
  sentry.configuration = {
    ...sentry.configuration,
    digests: { selection: 's', policies: digestOf(policies) },
  };
  await sentry.survey();
  sentry.reconciled.length = 0;
  return sentry;
}

function tag(sentry: SentryInMemory, actor: Actor, tags: readonly RuleTag[], at = 1): Change {
  const { rules, details } = sentry.groups.all.get('sg-1')!;
  sentry.groups.create({ ...details, tags }, ...rules);
  const change = changeOf(
    {},
    {
      eventId: `tags-${at}`,
      eventName: 'CreateTags',
      time: new Date(Date.UTC(2026, 0, 1, 0, at)),
      subject: { kind: 'tags', groupIds: ['sg-1'], tagKeys: ['tier'], tags },
    },
  );
  return by(actor, change);
}

async function opensSsh(sentry: SentryInMemory): Promise<void> {
  sentry.groups.put('sg-1', (rules) => [...rules, ssh]);
  await sentry.respond({ ...added(ssh), eventId: `open-${sentry.groups.looks}` });
}

describe('a policy for some groups', () => {
  test('judges these, and no others', async () => {
    const noSsh = { ...forbidSsh, name: 'no-ssh', appliesTo: ofIds('sg-1') };
    const groups = GroupsInMemory.of('sg-1', ssh);
    groups.create({ id: 'sg-2', name: 'bastion' }, { ...ssh, id: 'sgr-2' });
    const sentry = new SentryInMemory(
      configurationOf([noSsh, { ...locked, response: 'notifyOnly' }], { monitoredGroups: all }),
      groups,
    );
    await sentry.respond(added(ssh));
    await sentry.respond({
      ...added({ ...ssh, id: 'sgr-2' }),
      subject: { kind: 'group', group: { id: 'sg-2' } },
    });
    expect([groups.ruleIds('sg-1'), groups.ruleIds('sg-2')]).toEqual([[], ['sgr-2']]);
  });

  test('is what reconcile and the answer to it go by', async () => {
    const sentry = await sentryOf([noSshInWeb, { ...locked, appliesTo: ofIds('sg-2') }], [WEB]);
    sentry.groups.put('sg-1', () => [https, ssh]);
    await sentry.reconcile();
    await sentry.pass(3_600_000);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });

  test('is what a decision of people goes by', async () => {
    const asked = asking(forbidSsh, 'revertUntilApproved');
    const sentry = await sentryOf(
      [
        { ...asked, name: 'asks' },
        { ...locked, name: 'locked', appliesTo: ofIds('sg-2') },
      ],
      [],
    );
    await opensSsh(sentry);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    expect(await sentry.decide('approved')).toMatchObject({ outcome: 'carried-out' });
  });
});

describe('which policies hold for a group', () => {
  test('is no matter of who takes its tag off: told with the name, and held against what is added', async () => {
    const sentry = await sentryOf([noSshInWeb], [WEB], https);
    const [report] = await sentry.respond(tag(sentry, eve, []));
    expect(report).toMatchObject({
      call: { actor: eve },
      notices: [{ severity: 'high', text: expect.stringContaining('the policy no-ssh') }],
    });
    await opensSsh(sentry);
    await sentry.survey();
    await opensSsh(sentry);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    expect(sentry.reconciled).toEqual([]);
  });

  test('is remembered where reconcile alone has seen the tags', async () => {
    const sentry = await sentryOf([noSshInWeb, { ...locked, appliesTo: ofIds('sg-2') }], []);
    tag(sentry, eve, [WEB]);
    await sentry.survey();
    tag(sentry, eve, []);
    await opensSsh(sentry);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });

  test('ends where a trusted actor takes it off, and that is told; one who touches other tags ends nothing', async () => {
    const sentry = await sentryOf([noSshInWeb, { ...locked, response: 'notifyOnly' }], [WEB]);
    const other = tag(sentry, deployer, []);
    const reports = await sentry.respond({
      ...other,
      subject: { kind: 'tags', groupIds: ['sg-1'], tagKeys: ['team'], tags: [] },
    });
    expect(reports).toEqual([]);
    await opensSsh(sentry);
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
    const [report] = await sentry.respond(tag(sentry, deployer, [], 2));
    expect(report!.notices).toMatchObject([
      { severity: 'medium', text: expect.stringContaining('without the policy no-ssh') },
    ]);
    await opensSsh(sentry);
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-ssh']);
    await sentry.survey();
    expect(sentry.reconciled.flatMap(({ adoptions }) => adoptions)).toEqual([]);
  });

  test('with none left, is told as such', async () => {
    const sentry = await sentryOf([noSshInWeb], [WEB]);
    const [report] = await sentry.respond(tag(sentry, deployer, []));
    expect(severityOf(report!)).toBe('high');
    expect(report!.notices).toMatchObject([{}, { text: expect.stringContaining('No policy is') }]);
  });

  test('may be more after a tag: what stands is adopted, what is added is judged at once', async () => {
    const sentry = await sentryOf([noSshInWeb], [], ssh);
    const change = tag(sentry, eve, [WEB]);
    expect(await sentry.respond(change)).toEqual([]);
    const other = rule({ id: 'sgr-other', toPort: 23 });
    sentry.groups.put('sg-1', (rules) => [...rules, other]);
    await sentry.respond({ ...added(other), eventId: 'other' });
    await sentry.reconcile();
    await sentry.pass(3_600_000);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-ssh']);
    expect(sentry.reconciled[0]!.adoptions).toMatchObject([{ cause: 'other-policies' }]);
  });

  test('may be more after a tag, but what an earlier policy takes away is not accepted by that', async () => {
    const lockedInWeb: Policy = { ...locked, name: 'locked', appliesTo: byTag(WEB) };
    const sentry = await sentryOf([{ ...forbidSsh, name: 'no-ssh' }, lockedInWeb], [], https);
    tag(sentry, eve, [WEB]);
    sentry.groups.put('sg-1', (rules) => [...rules, ssh]);
    await sentry.survey();
    expect(sentry.ledger.grantsOf('sg-1', ssh)).toEqual([]);
    expect(sentry.ledger.grantsOf('sg-1', https)).toHaveLength(1);
    await sentry.reconcile();
    await sentry.pass(3_600_000);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  });
});

test('records of the version before learn which policies hold, and nothing is adopted for that', async () => {
  const lockedInWeb: Policy = { ...locked, name: 'locked', appliesTo: byTag(WEB) };
  const noSsh: Policy = { ...forbidSsh, name: 'no-ssh', appliesTo: ofIds('sg-1') };
  const sentry = await sentryOf([noSsh, lockedInWeb], [], https);
  const { holds, tags: _tags, ...earlier } = sentry.recordOf('sg-1')!;
  await sentry.ledger.writeRecord(earlier);
  await sentry.survey();
  expect(sentry.reconciled).toEqual([]);
  expect(sentry.recordOf('sg-1')!.holds).toEqual(holds);
  tag(sentry, eve, [WEB]);
  sentry.groups.put('sg-1', (rules) => [...rules, ssh]);
  await sentry.survey();
  expect(sentry.ledger.grantsOf('sg-1', ssh)).toEqual([]);
});

describe('of several policies that go by tags', () => {
  const OPS = { key: 'team', value: 'ops' };
  const lockedInWeb: Policy = { ...locked, name: 'web-locked', appliesTo: byTag(WEB) };
  const lockedForOps: Policy = { ...locked, name: 'ops-locked', appliesTo: byTag(OPS) };
  const forAll: Policy = { ...locked, name: 'for-all', response: 'notifyOnly' };

  const retagging = (sentry: SentryInMemory, actor: Actor, tagKeys: string[], at = 1): Change => ({
    ...tag(sentry, actor, [], at),
    subject: { kind: 'tags', groupIds: ['sg-1'], tagKeys },
  });
  const noticesOf = async (sentry: SentryInMemory, change: Change) =>
    (await sentry.respond(change)).flatMap(({ notices }) => notices);

  test('all that would end are told', async () => {
    const sentry = await sentryOf([noSshInWeb, lockedInWeb, forAll], [WEB]);
    expect(await noticesOf(sentry, tag(sentry, eve, []))).toEqual([
      {
        severity: 'high',
        text: 'By its tags the group would be without the policies no-ssh, web-locked. Tags decide that only where a trusted actor or an operator changes them: what held for the group still holds.',
      },
    ]);
  });

  test('all that end are told', async () => {
    const sentry = await sentryOf([noSshInWeb, lockedInWeb, forAll], [WEB]);
    expect(await noticesOf(sentry, tag(sentry, deployer, []))).toEqual([
      {
        severity: 'medium',
        text: 'A trusted actor changed the tags of the group: from now on it is without the policies no-ssh, web-locked.',
      },
    ]);
  });

  test('one is told by its name', async () => {
    const sentry = await sentryOf([noSshInWeb, lockedForOps, forAll], [WEB]);
    const [held] = await noticesOf(sentry, tag(sentry, eve, []));
    expect(held!.text).toContain('would be without the policy no-ssh. Tags');
    const [ended] = await noticesOf(sentry, tag(sentry, deployer, [], 2));
    expect(ended!.text).toMatch(/it is without the policy no-ssh\.$/);
  });

  test('only those are told whose tags the call may have changed', async () => {
    const sentry = await sentryOf([noSshInWeb, lockedForOps], [WEB, OPS]);
    const [held] = await noticesOf(sentry, retagging(sentry, eve, ['team']));
    expect(held!.text).toContain('without the policy ops-locked. Tags');
  });

  test('all are told of a call that does not tell its keys', async () => {
    const sentry = await sentryOf([noSshInWeb, lockedForOps], [WEB, OPS]);
    const [held] = await noticesOf(sentry, retagging(sentry, eve, []));
    expect(held!.text).toContain('without the policies no-ssh, ops-locked. Tags');
  });

  test('one that never was for the group is no news, nor is one that is still for it', async () => {
    const sentry = await sentryOf([lockedForOps, noSshInWeb, forAll], [WEB]);
    expect(await noticesOf(sentry, tag(sentry, eve, [WEB]))).toEqual([]);
    expect(await noticesOf(sentry, tag(sentry, deployer, [WEB], 2))).toEqual([]);
    expect(await noticesOf(sentry, retagging(sentry, eve, ['team'], 3))).toEqual([]);
  });

  test('one that several tags ask for is told where one of them is taken off', async () => {
    const either = { include: [...byTag(WEB).include, ...byTag(OPS).include], exclude: [] };
    const sentry = await sentryOf(
      [{ ...forbidSsh, name: 'either', appliesTo: either }, forAll],
      [WEB],
    );
    const [held] = await noticesOf(sentry, tag(sentry, eve, []));
    expect(held!.text).toContain('without the policy either. Tags');
  });

  test('where none was for the group, none ends', async () => {
    const sentry = await sentryOf([noSshInWeb], []);
    expect(await noticesOf(sentry, tag(sentry, eve, [{ key: 'tier', value: 'data' }]))).toEqual([]);
  });

  test('where one ends and another is left, something is still judged', async () => {
    const sentry = await sentryOf([noSshInWeb, lockedForOps], [WEB, OPS]);
    const change = tag(sentry, deployer, [OPS]);
    expect(await noticesOf(sentry, change)).toMatchObject([
      { severity: 'medium', text: expect.stringContaining('without the policy no-ssh') },
    ]);
  });
});

describe('a group that no policy is for', () => {
  test('is told of once, when it is adopted', async () => {
    const groups = GroupsInMemory.of('sg-1', ssh);
    const sentry = new SentryInMemory(
      configurationOf([noSshInWeb], { monitoredGroups: all }),
      groups,
    );
    await sentry.survey();
    await sentry.survey();
    expect(sentry.reconciled.map(({ adoptions }) => adoptions)).toMatchObject([
      [{ group: { id: 'sg-1' }, isUncovered: true, violating: [] }],
    ]);
    const [report] = sentry.reconciled;
    expect(reconcileSeverity(report!)).toBe('medium');
    expect(reconcileText(report!, 'App/Sentry', 10)).toContain(
      'No policy is for these groups, so nothing in them is judged. Name them in "appliesTo" of a policy, or leave them out of "monitoredGroups":\n- sg-1',
    );
  });

  test('is told of when it is made', async () => {
    const sentry = await sentryOf([noSshInWeb], [WEB]);
    await sentry.pass(7_200_000);
    sentry.groups.create({ id: 'sg-2', name: 'new', vpcId: 'vpc-1' });
    const made = changeOf(
      {},
      {
        eventName: 'CreateSecurityGroup',
        time: sentry.groups.now(),
        subject: { kind: 'group-created', group: { id: 'sg-2' } },
      },
    );
    const [report] = await sentry.respond(made);
    expect(report!.notices).toMatchObject([
      { text: expect.stringContaining('no policy is for it') },
    ]);
    await sentry.survey();
    expect(sentry.reconciled).toEqual([]);
  });

  describe('is told of by one call alone', () => {
    const vpcOfDefault = { kind: 'vpc-created', vpcId: 'vpc-2' } as const;
    const newDefault = { id: 'sg-2', name: 'default', vpcId: 'vpc-2' };

    async function noticesOf(
      details: typeof newDefault,
      subject: Change['subject'],
      prepare: (sentry: SentryInMemory) => void = () => undefined,
    ) {
      const sentry = await sentryOf([noSshInWeb], [WEB]);
      await sentry.pass(7_200_000);
      sentry.groups.create(details);
      prepare(sentry);
      const reports = await sentry.respond(changeOf({}, { time: sentry.groups.now(), subject }));
      return reports.flatMap(({ notices }) => notices);
    }

    test('that of the VPC that it came with', async () => {
      expect(await noticesOf(newDefault, vpcOfDefault)).toHaveLength(1);
    });

    test('not that of its VPC where it is no default group', async () => {
      expect(await noticesOf({ ...newDefault, name: 'web' }, vpcOfDefault)).toEqual([]);
    });

    test('not one that changes its rules', async () => {
      const subject = { kind: 'group', group: { name: 'default' } } as const;
      expect(await noticesOf(newDefault, subject)).toEqual([]);
      const list = { kind: 'prefix-list', prefixListId: 'pl-1' } as const;
      const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
      const names = (sentry: SentryInMemory) => sentry.groups.put('sg-2', () => [viaList]);
      expect(await noticesOf(newDefault, list, names)).toEqual([]);
    });

    test('not that of its creation where reconcile has told of it', async () => {
      const subject = { kind: 'group-created', group: { id: 'sg-2' } } as const;
      const adopt = ({ ledger }: SentryInMemory) => ledger.adopt('sg-2', []);
      expect(await noticesOf(newDefault, subject, adopt)).toEqual([]);
    });

    test('and not where a policy is for it', async () => {
      const subject = { kind: 'group-created', group: { id: 'sg-2' } } as const;
      const tagIt = ({ groups }: SentryInMemory) => groups.create({ ...newDefault, tags: [WEB] });
      expect(await noticesOf(newDefault, subject, tagIt)).toEqual([]);
    });
  });
});

describe('a group that several tags choose', () => {
  const OPS = { key: 'team', value: 'ops' };
  const either: MonitoredGroups = {
    include: [
      { kind: 'tag', ...WEB },
      { kind: 'tag', ...OPS },
    ],
    exclude: [],
  };

  test('is let go where a trusted actor takes off the one that it had', async () => {
    const sentry = await sentryOf([forbidSsh], [WEB]);
    sentry.configuration = { ...sentry.configuration, monitoredGroups: either };
    await sentry.survey();
    await sentry.respond(tag(sentry, deployer, []));
    expect(sentry.recordOf('sg-1')!.releasedAt).toBeInstanceOf(Date);
  });

  test('stays where someone took off the one that it had, and a deployment chooses by other words', async () => {
    const sentry = await sentryOf([forbidSsh], [WEB]);
    sentry.configuration = { ...sentry.configuration, monitoredGroups: either };
    await sentry.survey();
    tag(sentry, eve, []);
    const { digests } = sentry.configuration;
    sentry.configuration = {
      ...sentry.configuration,
      monitoredGroups: { ...either, include: [...either.include, ...ofIds('sg-2').include] },
      digests: { ...digests, selection: 'other words' },
    };
    await sentry.survey();
    await sentry.survey();
    expect(sentry.recordOf('sg-1')!.releasedAt).toBeUndefined();
  });

  test('stays where someone else took off the other one before', async () => {
    const sentry = await sentryOf([forbidSsh], [WEB, OPS]);
    sentry.configuration = { ...sentry.configuration, monitoredGroups: either };
    await sentry.survey();
    tag(sentry, eve, [WEB]);
    await sentry.respond(tag(sentry, deployer, [], 2));
    expect(sentry.recordOf('sg-1')!.releasedAt).toBeUndefined();
  });
});
