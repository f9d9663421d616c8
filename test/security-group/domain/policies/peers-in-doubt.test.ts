import {
  atWorst,
  peersInDoubt,
  vpcIdsIn,
  withReadRanges,
} from '../../../../src/security-group/domain/policies/peers-in-doubt';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import type { PeerPattern } from '../../../../src/security-group/domain/policies/traffic-pattern';
import {
  withoutVpcRanges,
  withVpcRanges,
} from '../../../../src/security-group/domain/policies/vpcs';
import { VpcsInMemory } from '../../in-memory/vpcs-in-memory';
import { configurationOf, locked } from '../../samples/changes';

const office: PeerPattern = { kind: 'ipRange', cidr: '10.0.0.0/8' };
const odd: PeerPattern = { kind: 'ipRange', cidr: 'office', doubt: 'it is no range' };
const internet: PeerPattern = { kind: 'internet' };
const vpc: PeerPattern = { kind: 'vpc', vpcId: 'vpc-1' };
const known: PeerPattern = { ...vpc, ranges: { cidrs: ['10.1.0.0/16'] } };
const unread: PeerPattern = {
  ...vpc,
  ranges: { cidrs: ['10.1.0.0/16'], doubt: { kind: 'not-read', reason: 'Rate exceeded' } },
};
const gone: PeerPattern = {
  ...vpc,
  vpcId: 'vpc-2',
  ranges: { cidrs: [], doubt: { kind: 'not-there', reason: 'EC2 does not show it' } },
};

function policyOf(kind: 'forbid' | 'allowOnly', ...peers: PeerPattern[]): Policy {
  const patterns = [{ name: 'SSH' }, { name: 'the network', peers }];
  return { baseline: { kind, patterns }, response: 'revert' };
}

function peersOf({ baseline }: Policy): readonly PeerPattern[] | undefined {
  return baseline.kind === 'locked' ? undefined : baseline.patterns[1]?.peers;
}

test('of the peers of policies, those in doubt are told, once each, and whether a later try may tell', () => {
  const policies = [policyOf('forbid', office, internet, unread, known, odd), locked];
  expect(peersInDoubt([...policies, policyOf('allowOnly', gone, unread)])).toEqual([
    { peer: 'VPC vpc-1', reason: 'Rate exceeded', mayBeReadLater: true },
    { peer: 'the range "office"', reason: 'it is no range', mayBeReadLater: false },
    { peer: 'VPC vpc-2', reason: 'EC2 does not show it', mayBeReadLater: false },
  ]);
});

test('a VPC that was not looked up is in doubt', () => {
  expect(peersInDoubt([policyOf('forbid', vpc)])).toEqual([
    { peer: 'VPC vpc-1', reason: 'it was not looked up', mayBeReadLater: true },
  ]);
});

test('only ranges are read as such', () => {
  const peers: PeerPattern[] = [internet, vpc, { kind: 'prefixList', prefixListId: 'pl-1' }];
  expect(withReadRanges(policyOf('forbid', ...peers))).toEqual(policyOf('forbid', ...peers));
  expect(withReadRanges(locked)).toBe(locked);
});

describe('at worst', () => {
  test('what is forbidden in doubt is everything', () => {
    expect(peersOf(atWorst(policyOf('forbid', office, unread)))).toEqual([
      office,
      { kind: 'ipRange', cidr: '0.0.0.0/0' },
      { kind: 'ipRange', cidr: '::/0' },
    ]);
  });

  test('of what is allowed in doubt, only what is known is', () => {
    expect(peersOf(atWorst(policyOf('allowOnly', office, known, unread, odd)))).toEqual([
      office,
      known,
      known,
    ]);
    expect(peersOf(atWorst(policyOf('allowOnly', vpc)))).toEqual([
      { ...vpc, ranges: { cidrs: [] } },
    ]);
  });
});

describe('the ranges of VPCs', () => {
  test('are given to VPCs, and to no other peers', async () => {
    const vpcs = new VpcsInMemory();
    vpcs.put('vpc-1', '10.1.0.0/16');
    const configuration = configurationOf([policyOf('forbid', office, vpc, internet), locked]);
    const { policies } = await withVpcRanges(configuration, vpcs);
    expect(policies).toEqual([policyOf('forbid', office, known, internet), locked]);
  });

  test('are no part of a policy as it was deployed', () => {
    expect(withoutVpcRanges(policyOf('forbid', office, unread, known))).toEqual(
      policyOf('forbid', office, vpc, vpc),
    );
    expect(withoutVpcRanges(locked)).toBe(locked);
  });

  test('are looked up for each VPC once', () => {
    expect(vpcIdsIn([policyOf('forbid', vpc, office, gone), policyOf('allowOnly', vpc)])).toEqual([
      'vpc-1',
      'vpc-2',
    ]);
  });
});
