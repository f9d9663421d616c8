import fc from 'fast-check';
import { GroupsInMemory } from './groups-in-memory';
import { canonicalRules, rule } from './rules';
import type { Actor } from '../../../src/domain/actor/actor';
import type { Change } from '../../../src/domain/security-group/change';
import { secondsOpen, severityOf } from '../../../src/domain/security-group/change-report';
import type { Policy } from '../../../src/domain/security-group/policy';
import { respondToChange, type SentryConfiguration } from '../../../src/domain/security-group/respond-to-change';

const OWN = { roleArn: 'arn:aws:iam::111111111111:role/Sentry', sessionName: 'sentry-function' };
const eve: Actor = { type: 'IAMUser', arn: 'arn:aws:iam::111111111111:user/eve', userName: 'eve' };
const locked: Policy = { baseline: { kind: 'locked' }, response: 'revert' };
const forbidSsh: Policy = {
  baseline: { kind: 'forbid', patterns: [{ name: 'SSH from the internet', traffic: [{ kind: 'protocol', protocol: 'tcp', fromPort: 22, toPort: 22 }], peers: [{ kind: 'internet' }] }] },
  response: 'revert',
};

const ssh = rule({ id: 'sgr-ssh' });
const http = rule({ id: 'sgr-http', fromPort: 80, toPort: 80 });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });

test('what violates is revoked, all else stays, and the report says what is true', async () => {
  const groups = GroupsInMemory.of('sg-1', ssh, https);
  const [report] = await respond(groups, added(ssh));
  expect(groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  expect(report).toMatchObject({ group: { id: 'sg-1', name: 'web' }, rules: [{ rule: ssh, outcome: { kind: 'reverted' } }] });
  expect(secondsOpen(report!)).toBe(10);
  expect(severityOf(report!)).toBe('medium');
});

test('what is allowed is not spoken of', async () => {
  const groups = GroupsInMemory.of('sg-1', https);
  expect(await respond(groups, added(https), [forbidSsh])).toEqual([]);
});

test('a failed call is left alone, even where its rule stands', async () => {
  const groups = GroupsInMemory.of('sg-1', ssh);
  expect(await respond(groups, { ...added(ssh), errorCode: 'Client.InvalidPermission.Duplicate' })).toEqual([]);
  expect(groups.looks).toBe(0);
});

test('its own calls are left alone', async () => {
  const own: Actor = { type: 'AssumedRole', roleArn: OWN.roleArn, sessionName: OWN.sessionName };
  expect(await respond(GroupsInMemory.of('sg-1', ssh), { ...added(ssh), actor: own })).toEqual([]);
});

test('a group that is not monitored is left alone', async () => {
  const groups = GroupsInMemory.of('sg-2', ssh);
  expect(await respond(groups, { ...added(ssh), group: { id: 'sg-2' } })).toEqual([]);
  expect(groups.ruleIds('sg-2')).toEqual(['sgr-ssh']);
});

test('a second delivery changes nothing, and says so', async () => {
  const groups = GroupsInMemory.of('sg-1', ssh, https);
  await respond(groups, added(ssh));
  const [report] = await respond(groups, added(ssh));
  expect(groups.ruleIds('sg-1')).toEqual(['sgr-https']);
  expect(report!.rules).toMatchObject([{ outcome: { kind: 'already-gone' } }]);
  expect(severityOf(report!)).toBe('low');
});

test('a rule that Describe shows late is waited for, and revoked', async () => {
  const groups = GroupsInMemory.of('sg-1', https);
  groups.beforeLook.set(3, () => groups.put('sg-1', (rules) => [...rules, ssh]));
  const [report] = await respond(groups, added(ssh));
  expect(report!.rules).toMatchObject([{ outcome: { kind: 'reverted' } }]);
  expect(groups.ruleIds('sg-1')).toEqual(['sgr-https']);
});

test('a rule that Describe does not come to show is revoked by its id all the same', async () => {
  const groups = GroupsInMemory.of('sg-1', https);
  groups.hidden.add('sgr-ssh');
  const [report] = await respond(groups, added(ssh));
  expect(groups.hidden).toEqual(new Set());
  expect(report!.rules).toMatchObject([{ outcome: { kind: 'reverted' } }]);
});

test('a look that fails after the revokes does not keep them from being told', async () => {
  const groups = GroupsInMemory.of('sg-1', ssh);
  groups.beforeLook.set(2, () => { throw new Error('RequestLimitExceeded'); });
  const [report] = await respond(groups, added(ssh));
  expect(report!.rules).toMatchObject([{ outcome: { kind: 'failed', reason: 'the group could not be looked at afterwards: RequestLimitExceeded' } }]);
});

test('what an earlier try may have taken back keeps its weight', async () => {
  const groups = GroupsInMemory.of('sg-1', https);
  const [report] = await respond(groups, added(ssh), [forbidSsh], 2);
  expect(report!.rules).toMatchObject([{ outcome: { kind: 'already-gone' } }]);
  expect(severityOf(report!)).toBe('high');
});

test('a rule that cannot be read does not hide the others, and is told', async () => {
  const groups = GroupsInMemory.of('sg-1', ssh);
  groups.groups.set('sg-1', { ...groups.groups.get('sg-1')!, unreadableRuleIds: ['sgr-odd'] });
  const [report] = await respond(groups, added(ssh));
  expect(report!.rules).toMatchObject([{ outcome: { kind: 'reverted' } }]);
  expect(report!.doubt).toBe('These rules of the group cannot be read, and were not judged: sgr-odd.');
});

test('a rule that goes while the sentry is about it counts as already gone', async () => {
  const groups = GroupsInMemory.of('sg-1', ssh);
  groups.refuses.set('sgr-ssh', 'InternalError: again, please');
  groups.beforeLook.set(2, () => groups.put('sg-1', () => []));
  const [report] = await respond(groups, added(ssh));
  expect(report!.rules).toMatchObject([{ outcome: { kind: 'already-gone' } }]);
});

test('one rule that EC2 refuses does not keep the others open', async () => {
  const groups = GroupsInMemory.of('sg-1', ssh, http, https);
  groups.refuses.set('sgr-http', 'RequestLimitExceeded: slow down');
  const [report] = await respond(groups, added(ssh, http, https));
  expect(groups.ruleIds('sg-1')).toEqual(['sgr-http']);
  expect(report!.rules.map(({ outcome }) => outcome)).toEqual([
    { kind: 'reverted' }, { kind: 'failed', reason: 'RequestLimitExceeded: slow down' }, { kind: 'reverted' },
  ]);
  expect(severityOf(report!)).toBe('critical');
});

test('what EC2 still shows is not called reverted', async () => {
  const groups = GroupsInMemory.of('sg-1', ssh);
  groups.ghosts.add('sgr-ssh');
  const [report] = await respond(groups, added(ssh));
  expect(report!.rules).toMatchObject([{ outcome: { kind: 'failed' } }]);
});

test('to notify only leaves the rule in place', async () => {
  const groups = GroupsInMemory.of('sg-1', ssh);
  const [report] = await respond(groups, added(ssh), [{ ...forbidSsh, response: 'notifyOnly' }]);
  expect(groups.ruleIds('sg-1')).toEqual(['sgr-ssh']);
  expect(report!.rules).toMatchObject([{ outcome: { kind: 'kept' } }]);
  expect(severityOf(report!)).toBe('high');
});

describe('an event that does not name its rules', () => {
  const unnamed: Change = { ...added(), namesAllRules: false };

  test('has forbidden traffic taken back wherever it stands, and the doubt told', async () => {
    const groups = GroupsInMemory.of('sg-1', ssh, https);
    const [report] = await respond(groups, unnamed, [forbidSsh, locked]);
    expect(groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    expect(report!.doubt).toMatch(/judged as it stands: it holds 2 rules.+The group is locked, but which of its rules are new cannot be told/);
  });

  test('is told also where nothing violates', async () => {
    expect(await respond(GroupsInMemory.of('sg-1', https), unnamed)).toMatchObject([{ rules: [] }]);
  });

  test('and that gives the name of its group only, means the monitored groups of that name', async () => {
    const groups = GroupsInMemory.of('sg-1', ssh);
    expect(await respond(groups, { ...added(ssh), group: { name: 'web' } })).toMatchObject([{ group: { id: 'sg-1' } }]);
    expect(await respond(groups, { ...added(ssh), group: { name: 'another' } })).toEqual([]);
  });

});

test('a group that is gone has nothing left to revert', async () => {
  const groups = GroupsInMemory.of('sg-2');
  const [report] = await respond(groups, added(ssh));
  expect(report).toMatchObject({ group: { id: 'sg-1' }, rules: [{ outcome: { kind: 'already-gone' } }] });
});

test('a look that fails is never taken for "nothing there"', async () => {
  const groups = GroupsInMemory.of('sg-1', ssh);
  groups.beforeLook.set(1, () => { throw new Error('RequestLimitExceeded'); });
  await expect(respond(groups, added(ssh))).rejects.toThrow('RequestLimitExceeded');
});

test('after acting, no violation of the named rules remains that was not told', async () => {
  const choices = fc.array(fc.boolean(), { minLength: 8, maxLength: 8 });
  await fc.assert(fc.asyncProperty(fc.uniqueArray(canonicalRules, { maxLength: 8 }), choices, async (rules, named) => {
    const standing = rules.map((any, index) => ({ ...any, id: `sgr-${index}` }));
    const addedRules = standing.filter((_, index) => named[index]);
    const groups = GroupsInMemory.of('sg-1', ...standing);
    const [report] = await respond(groups, added(...addedRules));
    expect(groups.ruleIds('sg-1')).toEqual(standing.filter((one) => !addedRules.includes(one)).map(({ id }) => id));
    expect(report?.rules.map((told) => told.rule.id) ?? []).toEqual(addedRules.map(({ id }) => id));
  }));
});

function added(...addedRules: Change['addedRules']): Change {
  return {
    eventId: 'event-1',
    eventName: 'AuthorizeSecurityGroupIngress',
    time: new Date('2026-01-01T00:00:00Z'),
    accountId: '111111111111',
    region: 'eu-west-1',
    actor: eve,
    group: { id: 'sg-1' },
    addedRules,
    namesAllRules: true,
  };
}

async function respond(groups: GroupsInMemory, change: Change, policies: Policy[] = [locked], tries = 1) {
  const configuration: SentryConfiguration = { monitoredGroupIds: ['sg-1'], policies, trustedActors: [] };
  const { reports, failures } = await respondToChange(change, configuration, { groups, clock: groups, own: OWN, tries });
  if (failures.length > 0) throw failures[0];
  return reports;
}
