import { App, CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import {
  ChangeResponse,
  MonitoredGroups,
  Ports,
  RuleExclusion,
  type RuleExclusionProps,
  SecurityGroupBaseline,
  type SecurityGroupPolicy,
  TrafficPattern,
  TrafficPeer,
} from '../../../src';
import { judgeAppRules } from '../../../src/security-group/constructs/app-rules';
import { securityGroupSentrySettings } from '../../../src/security-group/constructs/security-group-sentry-settings';

const GROUP_ID = 'sg-0123456789abcdef0';
const OTHER_ID = 'sg-0fedcba9876543210';
const DAY = 24 * 3_600_000;
const ssh: RuleExclusionProps = {
  ports: Ports.tcp(22),
  peer: TrafficPeer.ipRange('0.0.0.0/0'),
  reason: 'Partner VPN, ticket 4711',
};
const forbidSsh = SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]);
const lookedUp = Lazy.string({ produce: () => 'later' });

test('an exclusion names one rule of one group as the handlers read it', () => {
  const exclusion = RuleExclusion.ingressById(GROUP_ID, { ...ssh, until: '2027-01-31' });
  expect(exclusion._specification).toEqual({
    groupId: GROUP_ID,
    rule: {
      direction: 'ingress',
      protocol: 'tcp',
      fromPort: 22,
      toPort: 22,
      peer: { kind: 'ipv4', cidr: '0.0.0.0/0' },
    },
    reason: 'Partner VPN, ticket 4711',
    until: new Date('2027-02-01T00:00:00Z'),
  });
  expect(RuleExclusion.egressById(GROUP_ID, ssh)._specification.rule.direction).toBe('egress');
});

test.each<[string, Ports, object]>([
  ['all traffic', Ports.ALL_TRAFFIC, { protocol: '-1', fromPort: -1, toPort: -1 }],
  ['all of ICMP', Ports.protocol(1), { protocol: 'icmp', fromPort: -1, toPort: -1 }],
  ['a protocol without ports', Ports.protocol(50), { protocol: '50', fromPort: -1, toPort: -1 }],
  ['a range of ports', Ports.udpRange(60, 61), { protocol: 'udp', fromPort: 60, toPort: 61 }],
])('an exclusion may be of a rule for %s', (_, ports, values) => {
  const { rule } = RuleExclusion.ingressById(GROUP_ID, { ...ssh, ports })._specification;
  expect(rule).toMatchObject(values);
});

test.each<[string, Partial<RuleExclusionProps>, string]>([
  ['several ports', { ports: Ports.RDP }, '"ports" is RDP, and an exclusion is of one rule'],
  ['any ports', { ports: Ports.ANY }, '"ports" is anything, and an exclusion is of one rule'],
  [
    'the internet',
    { peer: TrafficPeer.internet() },
    '"peer" is the internet, and an exclusion is of one rule: write the peer as the rule has it',
  ],
  ['no reason', { reason: '' }, '"reason" is "": write in one line'],
  ['a blank reason', { reason: ' ' }, '"reason" is " ": write'],
  ['a reason of two lines', { reason: 'one\ntwo' }, '"reason" is "one\\ntwo": write'],
  ['a reason that is too long', { reason: 'x'.repeat(201) }, 'of up to 200 characters'],
  ['a reason that is known later', { reason: lookedUp }, '"reason" is'],
  ['a day that is none', { until: '2027-02-30' }, '"until" is "2027-02-30": write the last day'],
  ['a time', { until: '2027-01-31T12:00:00Z' }, 'write the last day as YYYY-MM-DD'],
])('an exclusion with %s is refused', (_, values, sentence) => {
  const write = () => RuleExclusion.ingressById(GROUP_ID, { ...ssh, ...values });
  expect(write).toThrow('RuleExclusion.ingressById(): ');
  expect(write).toThrow(sentence);
});

test('an exclusion in a malformed group is refused', () => {
  expect(() => RuleExclusion.egressById('web', ssh)).toThrow(
    'RuleExclusion.egressById(): "web" is no security group id: write "sg-"',
  );
});

describe('an exclusion that would do nothing is an error', () => {
  const mine = RuleExclusion.ingressById(GROUP_ID, ssh);
  const yesterday = dayIn(-1);

  test.each<[string, RuleExclusion[], string]>([
    ['none at all', [], '"excluding" of a policy is an empty list and would leave no rule out'],
    [
      'the same rule twice',
      [mine, RuleExclusion.ingressById(GROUP_ID, { ...ssh, reason: 'another' })],
      'tcp 22 from 0.0.0.0/0 of sg-0123456789abcdef0, twice, which leaves it open',
    ],
    [
      'a group that is not watched',
      [RuleExclusion.ingressById(OTHER_ID, ssh)],
      'of sg-0fedcba9876543210, a group that the policy is not for, so this would do nothing',
    ],
    [
      'a rule that the policy allows',
      [RuleExclusion.ingressById(GROUP_ID, { ...ssh, ports: Ports.tcp(443) })],
      'tcp 443 from 0.0.0.0/0 of sg-0123456789abcdef0, which the policy (forbid) allows anyway, so this would do nothing: take it out.',
    ],
    [
      'a rule of a group that `forbid` never means',
      [RuleExclusion.ingressById(GROUP_ID, { ...ssh, peer: groupPeer(OTHER_ID) })],
      'which the policy (forbid) allows anyway',
    ],
    [
      'a day that is over',
      [RuleExclusion.ingressById(GROUP_ID, { ...ssh, until: yesterday })],
      `until ${yesterday}, which is over: take the exclusion out, or write a later day.`,
    ],
  ])('%s', (_, excluding, sentence) => {
    const write = () => settingsWith({ baseline: forbidSsh, excluding });
    expect(write).toThrow(/^Stack\/Sentry: "excluding" of a policy /);
    expect(write).toThrow(sentence);
  });

  test('a rule that `allowOnly` allows', () => {
    const baseline = SecurityGroupBaseline.allowOnly([TrafficPattern.fromInternet(Ports.SSH)]);
    expect(() => settingsWith({ baseline, excluding: [mine] })).toThrow(
      'which the policy (allowOnly) allows anyway',
    );
  });

  test.each<[string, (vpc: ec2.IVpc, group: ec2.ISecurityGroup) => MonitoredGroups]>([
    [
      'that the selection leaves out',
      (vpc, group) => MonitoredGroups.inVpc(vpc).excluding(MonitoredGroups.groups([group])),
    ],
    [
      'of another VPC',
      ({ stack }) => {
        const vpc = new ec2.Vpc(stack, 'Other', { maxAzs: 1, natGateways: 0 });
        return MonitoredGroups.inVpc(vpc);
      },
    ],
  ])('a group of the app %s', (_, selection) => {
    const { stack, group, vpc } = appWithGroup();
    const policy = { baseline: forbidSsh, excluding: [RuleExclusion.ingress(group, ssh)] };
    expect(() => settingsWith(policy, selection(vpc, group), stack)).toThrow(
      'tcp 22 from 0.0.0.0/0 of Stack/Group/Resource, a group that the policy is not for',
    );
  });

  test('a watched group that the policy is not for', () => {
    const monitored = MonitoredGroups.ids([GROUP_ID, OTHER_ID]);
    const policy = {
      baseline: forbidSsh,
      appliesTo: MonitoredGroups.ids([GROUP_ID]),
      excluding: [RuleExclusion.ingressById(OTHER_ID, ssh)],
    };
    const message = `of ${OTHER_ID}, a group that the policy is not for`;
    expect(() => settingsWith(policy, monitored)).toThrow(message);
  });

  test('a group in another Region, where there is no hub', () => {
    const env = { account: '111111111111', region: 'eu-west-1' };
    const elsewhere = new Stack(undefined, 'Elsewhere', { env: { ...env, region: 'us-east-1' } });
    const foreign = ec2.SecurityGroup.fromSecurityGroupId(elsewhere, 'Group', OTHER_ID);
    const excluding = [RuleExclusion.ingress(foreign, ssh)];
    const stack = new Stack(undefined, 'Stack', { env });
    expect(() =>
      settingsWith({ baseline: forbidSsh, excluding }, MonitoredGroups.all(), stack),
    ).toThrow('a group in another account or Region, which the sentry does not watch');
  });
});

test('a group that only one of several selections means may have an exclusion', () => {
  const { stack, group, vpc } = appWithGroup();
  const other = new ec2.Vpc(stack, 'Other', { maxAzs: 1, natGateways: 0 });
  const groups = MonitoredGroups.anyOf([
    MonitoredGroups.inVpc(other),
    MonitoredGroups.inVpc(vpc).excluding(MonitoredGroups.ids([OTHER_ID])),
  ]);
  const policy = { baseline: forbidSsh, excluding: [RuleExclusion.ingress(group, ssh)] };
  expect(() => settingsWith(policy, groups, stack)).not.toThrow();
});

test('a group that a parameter may name may have an exclusion', () => {
  const { stack, group } = appWithGroup();
  const { valueAsString } = new CfnParameter(stack, 'GroupId');
  const policy = { baseline: forbidSsh, excluding: [RuleExclusion.ingress(group, ssh)] };
  expect(() => settingsWith(policy, MonitoredGroups.ids([valueAsString]), stack)).not.toThrow();
});

describe('what only the deployment knows is no error', () => {
  test.each<[string, RuleExclusion, MonitoredGroups]>([
    ['whose tags', RuleExclusion.ingressById(GROUP_ID, ssh), MonitoredGroups.taggedWith('a', 'b')],
    ['whose id', RuleExclusion.ingressById(lookedUp, ssh), MonitoredGroups.ids([GROUP_ID])],
    [
      'that is yet to be looked up, whose id',
      RuleExclusion.ingressById('sg-12345678', ssh),
      MonitoredGroups.ids([GROUP_ID]),
    ],
    [
      'with a rule of a list, whose entries',
      RuleExclusion.ingressById(GROUP_ID, { ...ssh, peer: TrafficPeer.prefixList('pl-63a5400a') }),
      MonitoredGroups.ids([GROUP_ID]),
    ],
  ])('a group %s are not known', (_, exclusion, groups) => {
    const policy = { baseline: forbidSsh, excluding: [exclusion] };
    expect(settingsWith(policy, groups).judging.policies).toMatchObject([
      { excluding: [exclusion._specification] },
    ]);
  });
});

test('an exclusion that ends more than a year ahead is a warning', () => {
  const stack = new Stack(undefined, 'Stack');
  const far = RuleExclusion.ingressById(GROUP_ID, { ...ssh, until: dayIn(400) });
  const near = RuleExclusion.egressById(GROUP_ID, { ...ssh, until: dayIn(300) });
  const groups = MonitoredGroups.ids([GROUP_ID]);
  settingsWith({ baseline: SecurityGroupBaseline.locked(), excluding: [far, near] }, groups, stack);
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
  expect(warnings).toHaveLength(1);
  expect(warnings[0]!.entry.data).toMatch(
    /^"excluding" of a policy leaves tcp 22 from 0\.0\.0\.0\/0 of sg-0123456789abcdef0 alone until [\d-]+, more than a year ahead.*\[ack: cdk-sentries:exclusionEndsFarAhead\]$/,
  );
});

describe('a rule of the app', () => {
  test.each<[string, (group: ec2.SecurityGroup) => void]>([
    ['inline', (group) => group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.SSH)],
    [
      'in a resource of its own',
      (group) => group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.SSH, 'ssh', true),
    ],
  ])('%s is no error where it is excluded, and one where another is', (_, open) => {
    const { stack, group } = appWithGroup();
    open(group);
    const errors = (props: RuleExclusionProps) => {
      const excluding = [RuleExclusion.ingress(group, props)._specification];
      return judgeAppRules(stack, MonitoredGroups.groups([group])._selection, {
        mode: 'ENFORCE',
        existingViolations: 'REPORT',
        policies: [{ baseline: forbidSsh._specification, response: 'revert', excluding }],
      });
    };
    expect(errors(ssh)).toEqual([]);
    expect(errors({ ...ssh, ports: Ports.tcpRange(22, 23) })).toHaveLength(1);
  });

  test('that refers to a group of the app is known by that group', () => {
    const { stack, group, vpc } = appWithGroup();
    const bastion = new ec2.SecurityGroup(stack, 'Bastion', { vpc });
    group.addIngressRule(bastion, ec2.Port.SSH);
    const peer = TrafficPeer.securityGroup(bastion);
    const baseline = SecurityGroupBaseline.forbid([TrafficPattern.of({ peers: [peer] })]);
    const errors = (...excluding: RuleExclusion[]) =>
      judgeAppRules(stack, MonitoredGroups.groups([group])._selection, {
        mode: 'ENFORCE',
        existingViolations: 'REPORT',
        policies: [
          {
            baseline: baseline._specification,
            response: 'revert',
            excluding: excluding.map(({ _specification }) => _specification),
          },
        ],
      });
    expect(errors()).toHaveLength(1);
    expect(errors(RuleExclusion.ingress(group, { ...ssh, peer }))).toEqual([]);
  });
});

function dayIn(days: number): string {
  return new Date(Date.now() + days * DAY).toISOString().slice(0, 10);
}

function groupPeer(id: string): TrafficPeer {
  const stack = new Stack(undefined, 'Peers');
  return TrafficPeer.securityGroup(ec2.SecurityGroup.fromSecurityGroupId(stack, 'Group', id));
}

function appWithGroup() {
  const stack = new Stack(new App(), 'Stack');
  const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 });
  return { stack, vpc, group: new ec2.SecurityGroup(stack, 'Group', { vpc }) };
}

function settingsWith(
  policy: Pick<SecurityGroupPolicy, 'baseline' | 'appliesTo' | 'excluding'>,
  monitoredGroups = MonitoredGroups.ids([GROUP_ID]),
  stack = new Stack(undefined, 'Stack'),
) {
  const scope = new Construct(stack, 'Sentry');
  return securityGroupSentrySettings(scope, {
    monitoredGroups,
    policies: [{ ...policy, response: ChangeResponse.revert() }],
  });
}
