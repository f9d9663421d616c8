import { withReadRanges } from '../../../../src/security-group/domain/policies/peers-in-doubt';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import type { PeerPattern } from '../../../../src/security-group/domain/policies/traffic-pattern';
import { withVpcRanges } from '../../../../src/security-group/domain/policies/vpcs';
import { reconcileText } from '../../../../src/security-group/domain/reconciling/reconcile-text';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import { VpcsInMemory } from '../../in-memory/vpcs-in-memory';
import { added, configurationOf } from '../../samples/changes';
import { rule } from '../../samples/rules';

const HOUR = 60 * 60_000;
const vpc: PeerPattern = { kind: 'vpc', vpcId: 'vpc-1' };
const fromFirst = rule({ id: 'sgr-first', ipRange: '10.0.1.0/24' });
const fromSecond = rule({ id: 'sgr-second', ipRange: '10.1.0.0/16' });
const fromSixth = rule({ id: 'sgr-sixth', ipRange: '2001:db8:0:1::/64' });
const fromBoth = rule({ id: 'sgr-both', ipRange: '10.0.0.0/15' });
const fromInternet = rule({ id: 'sgr-internet', ipRange: '0.0.0.0/0' });
const fromGroup = rule({ id: 'sgr-group', groupId: 'sg-2' });
const all = [fromFirst, fromSecond, fromSixth, fromBoth, fromInternet, fromGroup];

const forbidding = (...peers: PeerPattern[]): Policy => ({
  baseline: { kind: 'forbid', patterns: [{ name: 'the shared network', peers }] },
  response: 'revert',
});
const allowing = (...peers: PeerPattern[]): Policy => ({
  baseline: { kind: 'allowOnly', patterns: [{ name: 'the network', peers }] },
  response: 'revert',
});

/** A sentry of a group that holds these rules, none of them accepted. */
async function holding(policy: Policy, vpcs: VpcsInMemory, rules = all): Promise<SentryInMemory> {
  const sentry = SentryInMemory.watching([policy]);
  sentry.groups.put('sg-1', () => rules);
  sentry.configuration = await withVpcRanges(configurationOf([withReadRanges(policy)]), vpcs);
  return sentry;
}

async function afterSomeRuns(sentry: SentryInMemory): Promise<(string | undefined)[]> {
  for (let run = 0; run < 3; run += 1) {
    await sentry.reconcile();
    await sentry.pass(HOUR);
  }
  return sentry.groups.ruleIds('sg-1');
}

describe('the ranges of a VPC', () => {
  const vpcs = new VpcsInMemory();
  beforeEach(() => vpcs.put('vpc-1', '10.0.0.0/16', '10.1.0.0/16', '2001:db8::/56'));

  test('are forbidden, secondary ones and IPv6 included, and what holds them as well', async () => {
    expect(await afterSomeRuns(await holding(forbidding(vpc), vpcs))).toEqual(['sgr-group']);
  });

  test('are all that is allowed, each and taken together', async () => {
    const sentry = await holding(allowing(vpc), vpcs);
    expect(await afterSomeRuns(sentry)).toEqual([
      'sgr-first',
      'sgr-second',
      'sgr-sixth',
      'sgr-both',
    ]);
    expect(sentry.reconciled).toEqual([]);
  });

  test('that are added later count, without a new adoption', async () => {
    vpcs.put('vpc-1', '10.0.0.0/16');
    const sentry = await holding(forbidding(vpc), vpcs, [fromSecond]);
    const { digests } = sentry.configuration;
    expect(await afterSomeRuns(sentry)).toEqual(['sgr-second']);
    vpcs.put('vpc-1', '10.0.0.0/16', '10.1.0.0/16');
    sentry.configuration = await withVpcRanges(sentry.configuration, vpcs);
    expect(sentry.configuration.digests).toEqual(digests);
    expect(await afterSomeRuns(sentry)).toEqual([]);
  });

  test('are looked up only where a policy names a VPC', async () => {
    const { looks } = vpcs;
    await holding(forbidding({ kind: 'ipRange', cidr: '10.0.0.0/8' }), vpcs);
    expect(vpcs.looks).toBe(looks);
  });
});

describe.each<[string, PeerPattern, (vpcs: VpcsInMemory) => void, string]>([
  ['that is not there', vpc, () => undefined, 'VPC vpc-1: EC2 does not show it'],
  ['that cannot be read', vpc, (vpcs) => vpcs.cannotBeRead('vpc-1'), 'VPC vpc-1: RequestLimit'],
  [
    'whose text is no range',
    { kind: 'ipRange', cidr: 'office' },
    () => undefined,
    'the range "office": it is no range of addresses',
  ],
])('a peer %s', (_, peer, prepare, said) => {
  const vpcs = new VpcsInMemory();
  prepare(vpcs);

  test('forbids nothing by itself, and keeps no other pattern from it', async () => {
    const other: PeerPattern = { kind: 'ipRange', cidr: '10.1.0.0/16' };
    const sentry = await holding(forbidding(peer, other), vpcs, [fromFirst, fromSecond]);
    expect(await afterSomeRuns(sentry)).toEqual(['sgr-first']);
  });

  test('takes no rule away that it might allow, and all that it cannot', async () => {
    const sentry = await holding(allowing(peer), vpcs);
    const internet = peer.kind === 'vpc' ? [] : ['sgr-internet'];
    expect(await afterSomeRuns(sentry)).toEqual([
      'sgr-first',
      'sgr-second',
      'sgr-sixth',
      'sgr-both',
      ...internet,
    ]);
  });

  test('is told in each run, with the rules that hang on it, and trips no brake', async () => {
    const sentry = await holding(allowing(peer), vpcs);
    await afterSomeRuns(sentry);
    expect(sentry.reconciled).toHaveLength(3);
    const [report] = sentry.reconciled;
    const text = reconcileText(report!, 'App/Sentry', 10);
    expect(text).toContain(said);
    expect(text).toContain('sgr-second');
    expect(report!.isBraked).toBe(false);
  });

  test('is told even if no rule hangs on it; in a member only if one does', async () => {
    const sentry = await holding(forbidding(peer), vpcs, [fromGroup]);
    await sentry.survey();
    expect(reconcileText(sentry.reconciled[0]!, 'App/Sentry', 10)).toContain('No rule');
    sentry.place = { accountId: '1', region: 'eu-west-1', account: {}, isMember: true };
    await sentry.survey();
    expect(sentry.reconciled).toHaveLength(1);
  });
});

describe('while a VPC cannot be read', () => {
  const vpcs = new VpcsInMemory();
  beforeEach(() => vpcs.cannotBeRead('vpc-1'));

  test('an event waits for a few tries, and is reported then, with what was not known', async () => {
    const sentry = await holding(allowing(vpc), vpcs, [fromSecond]);
    const change = added(fromSecond);
    await expect(sentry.respond(change)).rejects.toThrow(
      'the ranges of VPC vpc-1 are not known yet',
    );
    const [report] = await sentry.respond(change, 5);
    expect(report?.notices).toMatchObject([
      { severity: 'high', text: expect.stringContaining('VPC vpc-1 (RequestLimitExceeded)') },
    ]);
    expect(sentry.groups.acts).toEqual([]);
  });

  test('a group with rules that hang on it is adopted once it can, and not as if all were well', async () => {
    const sentry = SentryInMemory.newTo([], fromSecond);
    const base = configurationOf([allowing(vpc)]);
    sentry.configuration = await withVpcRanges(base, vpcs);
    await sentry.survey();
    expect(sentry.reconciled[0]).toMatchObject({
      adoptions: [],
      doubts: { groups: [{ reason: expect.stringContaining('the ranges of VPC vpc-1') }] },
    });
    vpcs.put('vpc-1', '10.0.0.0/16');
    sentry.configuration = await withVpcRanges(base, vpcs);
    await sentry.survey();
    expect(sentry.reconciled[1]).toMatchObject({ adoptions: [{ violating: [{}] }] });
  });

  test('groups that wait for it trip no brake', async () => {
    const groups = new GroupsInMemory();
    const count = 8;
    for (let n = 1; n <= count; n += 1) {
      groups.create({ id: `sg-${n}` }, { ...fromSecond, id: `sgr-${n}` });
    }
    const sentry = new SentryInMemory(configurationOf([allowing(vpc)]), groups);
    sentry.configuration = await withVpcRanges(
      { ...sentry.configuration, monitoredGroups: { include: [{ kind: 'all' }], exclude: [] } },
      vpcs,
    );
    const { doubts, isBraked } = await sentry.survey();
    expect(doubts.groups).toHaveLength(count);
    expect(isBraked).toBe(false);
  });

  test('what was found before is not forgotten', async () => {
    const sentry = await holding(forbidding(vpc), vpcs, [fromSecond]);
    const known = new VpcsInMemory();
    known.put('vpc-1', '10.1.0.0/16');
    const inDoubt = sentry.configuration;
    sentry.configuration = await withVpcRanges(inDoubt, known);
    await sentry.survey();
    sentry.configuration = inDoubt;
    await sentry.survey();
    await sentry.pass(HOUR);
    sentry.configuration = await withVpcRanges(inDoubt, known);
    await sentry.reconcile();
    expect(sentry.groups.ruleIds('sg-1')).toEqual([]);
  });
});

test('a range that a deployment wrote is taken as EC2 would write it', () => {
  expect(withReadRanges(allowing({ kind: 'ipRange', cidr: '10.1.2.3/8' }))).toEqual(
    allowing({ kind: 'ipRange', cidr: '10.0.0.0/8' }),
  );
});
