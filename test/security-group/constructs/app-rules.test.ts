import {
  Annotations as CdkAnnotations,
  App,
  CfnParameter,
  CfnResource,
  type Environment,
  Fn,
  Lazy,
  Stack,
  Stage,
} from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct, type IConstruct } from 'constructs';
import {
  ChangeResponse,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  type SecurityGroupPolicy,
  SecurityGroupSentry,
  SentryMode,
  RuleDirection,
  TrafficPattern,
  TrafficPeer,
} from '../../../src';
import type { AppJudging } from '../../../src/security-group/constructs/app-rule-findings';
import { judgeAppRules } from '../../../src/security-group/constructs/app-rules';
import { CONTENT_NETWORK } from '../samples/published-ranges';

const OWN_ACCOUNT = '111111111111';
const GROUP_ID = 'sg-0123456789abcdef0';
const OTHER_ID = 'sg-0fedcba9876543210';
const forbidSsh = policy(SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]));
const forbidEgress = policy(
  SecurityGroupBaseline.forbid([TrafficPattern.of({ direction: RuleDirection.EGRESS })]),
);
const anyEgress = TrafficPattern.of({ direction: RuleDirection.EGRESS });
const allowHttps = policy(
  SecurityGroupBaseline.allowOnly([TrafficPattern.fromInternet(Ports.tcp(443)), anyEgress]),
);
const openSsh = { ipProtocol: 'tcp', fromPort: 22, toPort: 22, cidrIp: '0.0.0.0/0' };

describe('synth fails over a rule of the app that violates the policies of its own sentry', () => {
  test('in a sentence with the rule, the reason and what to do', () => {
    const { app, stack, group } = appWithGroup();
    group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcpRange(20, 30));
    sentry(stack, { monitoredGroups: MonitoredGroups.groups([group]) });
    expect(() => app.synth()).toThrow(
      'Stack/Group/Resource gives a monitored group the rule "tcp 20-30 from 0.0.0.0/0", which violates the sentry\'s own policy ' +
        '(tcp 20-30 from 0.0.0.0/0 opens what is forbidden: SSH from the internet): the sentry reverts it as soon as a deployment makes it ' +
        '(one that stands already is left until then). Change the rule, or the policies of Stack/Sentry. To begin over what exists, write SentryMode.OBSERVE, ' +
        'or ChangeResponse.notifyOnly() in the policy.',
    );
  });

  test('and not over one that violates none', () => {
    const { app, stack, group } = appWithGroup();
    group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443));
    group.addIngressRule(ec2.Peer.ipv4('10.0.0.0/8'), ec2.Port.tcp(22));
    sentry(stack, { monitoredGroups: MonitoredGroups.groups([group]) });
    expect(() => app.synth()).not.toThrow();
  });

  test('also if the rule was added after the sentry', () => {
    const { app, stack, group } = appWithGroup();
    sentry(stack, { monitoredGroups: MonitoredGroups.groups([group]) });
    group.addIngressRule(ec2.Peer.anyIpv6(), ec2.Port.SSH);
    expect(() => app.synth()).toThrow('the rule "tcp 22 from ::/0"');
  });
});

describe('over rules that the sentry would leave, an app can be deployed, with a warning for each:', () => {
  const notifyOfSsh = { ...forbidSsh, response: ChangeResponse.notifyOnly() };
  const id = (text: string) => `cdk-sentries:violatingRule[${text}]`;
  const sshId = id('Stack/Group/Resource: tcp 22 from 0.0.0.0/0');

  /** Of a group that lets SSH in from everywhere, by two rules. */
  function warningsOf(judging: Partial<AppJudging>, acknowledge?: (stack: Stack) => void) {
    const { stack, group } = appWithGroup();
    group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.SSH);
    group.addIngressRule(ec2.Peer.anyIpv6(), ec2.Port.SSH);
    const scope = new Construct(stack, 'Sentry');
    acknowledge?.(stack);
    const found = judgeAppRules(scope, MonitoredGroups.groups([group])._selection, {
      ...judgingBy(forbidSsh),
      ...judging,
    });
    return { errors: found, warnings: warningsAt(scope) };
  }

  test('where it only observes', () => {
    const { app, stack, group } = appWithGroup();
    group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.SSH);
    const props = { policies: [forbidSsh], mode: SentryMode.OBSERVE };
    const monitoredGroups = MonitoredGroups.groups([group]);
    new SecurityGroupSentry(stack, 'Sentry', { monitoredGroups, ...props });
    app.synth();
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Sentry',
      'Stack/Group/Resource gives a monitored group the rule "tcp 22 from 0.0.0.0/0", which violates the sentry\'s own policy ' +
        '(tcp 22 from 0.0.0.0/0 opens what is forbidden: SSH from the internet): the sentry only observes, so it reports the rule as soon as a deployment makes it, ' +
        'and leaves it. With SentryMode.ENFORCE this is an error. Change the rule, or the policies of Stack/Sentry; to keep both: ' +
        `Annotations.of(stack).acknowledgeWarning('${sshId}'). [ack: ${sshId}]`,
    );
  });

  test.each<[string, Environment, AppJudging['observeIn'], number]>([
    ['in the accounts of its own', { account: OWN_ACCOUNT }, { accounts: [OWN_ACCOUNT] }, 0],
    ['but not in others', { account: OWN_ACCOUNT }, { accounts: ['222222222222'] }, 1],
    ['nor in an account that is not known', {}, { accounts: [OWN_ACCOUNT] }, 1],
    ['nor in units, which no app knows', { account: OWN_ACCOUNT }, { units: ['r-abcd'] }, 1],
  ])('where it observes %s', (_, env, observeIn, count) => {
    const stack = new Stack(new App(), 'Stack', { env });
    ingress(stack, GROUP_ID);
    const judging = { ...judgingBy(forbidSsh), observeIn };
    const found = judgeAppRules(stack, MonitoredGroups.ids([GROUP_ID])._selection, judging);
    expect(found).toHaveLength(count);
    expect(warningsAt(stack)).toHaveLength(1 - count);
  });

  test('where the policy only notifies', () => {
    const { errors: none, warnings } = warningsOf(judgingBy(notifyOfSsh));
    expect(none).toEqual([]);
    expect(warnings).toEqual([
      expect.stringContaining(
        'the sentry reports it as soon as a deployment makes it, and leaves it. Change',
      ),
      expect.stringContaining(`[ack: ${id('Stack/Group/Resource: tcp 22 from :/0')}]`),
    ]);
  });

  test.each([
    ['revert', 'reverts it unless they approve it'],
    ['accept', 'reverts it if they deny it'],
  ] as const)('where people are asked first, unanswered: %s', (whenUnanswered, end) => {
    const asking = { workflow: 'Slack', whenUnanswered };
    const policies = judgingBy(forbidSsh).policies.map((one) => ({
      ...one,
      response: 'revertIfDenied' as const,
      asking,
    }));
    const { errors: none, warnings } = warningsOf({ policies });
    expect(none).toEqual([]);
    expect(warnings[0]).toContain(`asks people as soon as a deployment makes it, and ${end}.`);
  });

  test('but not where people are asked after it, or another policy reverts it', () => {
    const policies = judgingBy(forbidSsh).policies.map((one) => ({
      ...one,
      response: 'revertUntilApproved' as const,
    }));
    expect(warningsOf({ policies }).errors[0]).toContain('reverts it, ask people, as soon as');
    for (const both of [
      [notifyOfSsh, forbidSsh],
      [forbidSsh, notifyOfSsh],
    ]) {
      const { errors: found, warnings } = warningsOf(judgingBy(...both));
      expect(found).toHaveLength(2);
      expect(warnings).toEqual([]);
    }
  });

  test('and violations that the sentry answers as it adopts a group are said to be', () => {
    expect(warningsOf({ existingViolations: 'RESPOND' }).errors[0]).toContain(
      'as soon as a deployment makes it (and one that stands already as well).',
    );
  });

  test.each<[string, (stack: Stack) => IConstruct]>([
    ['in the stack', (stack) => stack],
    ['of the sentry itself', (stack) => stack.node.findChild('Sentry')],
  ])('acknowledged %s, before any is given, one is silent and the other is not', (_, of) => {
    const { warnings } = warningsOf(judgingBy(notifyOfSsh), (stack) =>
      CdkAnnotations.of(of(stack)).acknowledgeWarning(sshId),
    );
    expect(warnings).toEqual([expect.stringContaining('the rule "tcp 22 from ::/0"')]);
  });

  test('in each stage of an app by the same id', () => {
    const app = new App();
    for (const name of ['Test', 'Production']) {
      const stack = new Stack(new Stage(app, name), 'Stack');
      ingress(stack, GROUP_ID);
      judgeAppRules(stack, MonitoredGroups.ids([GROUP_ID])._selection, judgingBy(notifyOfSsh));
      expect(warningsAt(stack)).toContainEqual(
        expect.stringContaining(`[ack: ${id('Stack/Rule: tcp 22 from 0.0.0.0/0')}]`),
      );
    }
  });

  test('by ids without tokens', () => {
    const { stack, vpc, group } = appWithGroup({ allowAllOutbound: false });
    const other = new ec2.SecurityGroup(stack, 'Other', { vpc });
    const importedId = Fn.importValue('Group');
    const values = { fromPort: 22, toPort: 22 };
    ingress(stack, group.securityGroupId, { ...values, sourceSecurityGroupId: importedId }, 'One');
    ingress(stack, group.securityGroupId, {
      ...values,
      sourceSecurityGroupId: other.securityGroupId,
    });
    const forbidden = SecurityGroupBaseline.forbid([TrafficPattern.of({ ports: [Ports.SSH] })]);
    const judging = judgingBy({ ...policy(forbidden), response: ChangeResponse.notifyOnly() });
    judgeAppRules(stack, MonitoredGroups.groups([group])._selection, judging);
    expect(warningsAt(stack)).toEqual([
      expect.stringContaining(`[ack: ${id('Stack/One: tcp 22 from group (known at deployment)')}]`),
      expect.stringContaining(`[ack: ${id('Stack/Rule: tcp 22 from group Stack/Other/Resource')}]`),
    ]);
  });
});

describe('an allowOnly of one direction', () => {
  const inboundOnly = SecurityGroupBaseline.allowOnly([
    TrafficPattern.fromInternet(Ports.tcp(443)),
  ]);

  test('says so where a rule is of the other', () => {
    const { stack, group } = appWithGroup();
    expect(errors(stack, MonitoredGroups.groups([group]), policy(inboundOnly))).toEqual([
      expect.stringMatching(
        /allowOnly\(\) judges both directions, and this one allows inbound traffic alone: to leave outbound traffic alone, add TrafficPattern\.of\({ direction: RuleDirection\.EGRESS }\) to its patterns \(or give the group allowAllOutbound: false\)\.$/,
      ),
    ]);
  });

  test('says so of inbound traffic as well', () => {
    const { stack, group } = appWithGroup({ allowAllOutbound: false });
    group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443));
    const outboundOnly = policy(SecurityGroupBaseline.allowOnly([anyEgress]));
    expect(errors(stack, MonitoredGroups.groups([group]), outboundOnly)).toEqual([
      expect.stringContaining(
        'to leave inbound traffic alone, add TrafficPattern.of({ direction: RuleDirection.INGRESS })',
      ),
    ]);
  });

  test('says nothing where it has patterns of both, or of either', () => {
    const { stack, group } = appWithGroup();
    group.addIngressRule(ec2.Peer.ipv4('10.0.0.0/8'), ec2.Port.tcp(80));
    expect(errors(stack, MonitoredGroups.groups([group]), allowHttps)[0]).not.toContain(
      'both directions',
    );
  });
});

describe('a rule of a monitored group is judged', () => {
  test.each<[string, (stack: Stack, group: ec2.SecurityGroup) => void, string]>([
    [
      'in a resource of its own',
      (_, group) => group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(22), 'ssh', true),
      'tcp 22 from 0.0.0.0/0',
    ],
    [
      'in an L1 resource for ingress',
      (stack, group) => ingress(stack, group.securityGroupId),
      'tcp 22 from 0.0.0.0/0',
    ],
    [
      'in an L1 resource that names the group by Ref',
      (stack, group) => ingress(stack, cfnGroup(group).ref),
      'tcp 22 from 0.0.0.0/0',
    ],
    [
      'with ports as text',
      (stack, group) =>
        new ec2.CfnSecurityGroupIngress(stack, 'Rule', {
          ...openSsh,
          ipProtocol: '6',
          groupId: group.securityGroupId,
        }),
      'tcp 22 from 0.0.0.0/0',
    ],
    [
      'with no ports',
      (stack, group) =>
        new ec2.CfnSecurityGroupIngress(stack, 'Rule', {
          ipProtocol: '-1',
          cidrIpv6: '::/0',
          groupId: group.securityGroupId,
        }),
      'all traffic from ::/0',
    ],
  ])('%s', (_, add, text) => {
    const { stack, group } = appWithGroup();
    add(stack, group);
    expect(rulesIn(errors(stack, MonitoredGroups.groups([group]), forbidSsh))).toEqual([text]);
  });

  test('in the list of an L1 group, each by itself', () => {
    const { stack } = appWithGroup();
    const group = new ec2.CfnSecurityGroup(stack, 'Bare', {
      groupDescription: 'bare',
      securityGroupIngress: [
        openSsh,
        { ...openSsh, cidrIp: '10.0.0.0/8' },
        { ipProtocol: '-1', cidrIpv6: '::/0' },
      ],
      securityGroupEgress: [openSsh],
    });
    const found = errors(
      stack,
      MonitoredGroups.groups([
        ec2.SecurityGroup.fromSecurityGroupId(stack, 'Import', group.attrGroupId),
      ]),
      forbidSsh,
    );
    expect(rulesIn(found)).toEqual(['tcp 22 from 0.0.0.0/0', 'all traffic from ::/0']);
  });

  test('in another stack than the group, and the sentry in a third', () => {
    const { app, group } = appWithGroup();
    ingress(new Stack(app, 'Rules'), group.securityGroupId);
    const sentries = new Stack(app, 'Sentries');
    sentry(sentries, { monitoredGroups: MonitoredGroups.groups([group]) });
    expect(() => app.synth()).toThrow('Rules/Rule gives a monitored group the rule');
  });

  test('in an imported group', () => {
    const { stack } = appWithGroup();
    const imported = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Imported', GROUP_ID);
    imported.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.SSH);
    expect(errors(stack, MonitoredGroups.groups([imported]), forbidSsh)).toHaveLength(1);
    expect(errors(stack, MonitoredGroups.ids([GROUP_ID]), forbidSsh)).toHaveLength(1);
    expect(errors(stack, MonitoredGroups.ids([OTHER_ID]), forbidSsh)).toEqual([]);
  });

  test('once, with each pattern that it violates', () => {
    const { stack, group } = appWithGroup();
    group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcpRange(22, 3389));
    const several = SecurityGroupBaseline.forbid(
      [Ports.SSH, Ports.RDP, Ports.tcp(80)].map((ports) => TrafficPattern.fromInternet(ports)),
    );
    const [sentence, ...others] = errors(stack, MonitoredGroups.groups([group]), policy(several));
    expect(others).toEqual([]);
    for (const ports of ['SSH', 'RDP', 'tcp 80']) {
      expect(sentence).toContain(`what is forbidden: ${ports} from the internet`);
    }
  });
});

describe('outbound traffic', () => {
  test('that the CDK opens by default violates a policy that forbids it', () => {
    const { stack, group } = appWithGroup();
    expect(rulesIn(errors(stack, MonitoredGroups.groups([group]), forbidEgress))).toEqual([
      'all traffic to 0.0.0.0/0',
    ]);
  });

  test('that the CDK closes does not', () => {
    const { stack, group } = appWithGroup({ allowAllOutbound: false });
    expect(errors(stack, MonitoredGroups.groups([group]), forbidEgress)).toEqual([]);
    expect(errors(stack, MonitoredGroups.groups([group]), allowHttps)).toEqual([]);
  });

  test('is open in a new group for which the app writes no egress rule', () => {
    const { stack } = appWithGroup();
    const bare = new ec2.CfnSecurityGroup(stack, 'Bare', { groupDescription: 'bare' });
    const groups = MonitoredGroups.groups([
      ec2.SecurityGroup.fromSecurityGroupId(stack, 'Import', bare.attrGroupId),
    ]);
    expect(rulesIn(errors(stack, groups, forbidEgress))).toEqual(['all traffic to 0.0.0.0/0']);
    new ec2.CfnSecurityGroupEgress(stack, 'Rule', {
      ipProtocol: 'tcp',
      fromPort: 443,
      toPort: 443,
      cidrIp: '10.0.0.0/8',
      groupId: bare.attrGroupId,
    });
    expect(rulesIn(errors(stack, groups, forbidEgress))).toEqual(['tcp 443 to 10.0.0.0/8']);
  });
});

describe('what is allowed only', () => {
  test('is an error where a rule opens more', () => {
    const { stack, group } = appWithGroup();
    group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443));
    group.addIngressRule(ec2.Peer.ipv4('10.0.0.0/8'), ec2.Port.tcp(80));
    expect(errors(stack, MonitoredGroups.groups([group]), allowHttps)).toEqual([
      expect.stringContaining(
        'tcp 80 from 10.0.0.0/8 opens more than is allowed, which is only: tcp 443 from the internet; anything to anyone',
      ),
    ]);
  });

  test('is an error where a rule names a group that no pattern allows', () => {
    const { stack, vpc, group } = appWithGroup();
    const other = new ec2.SecurityGroup(stack, 'Other', { vpc });
    const named = (id: string) => allowingGroup(id, other);
    group.addIngressRule(group, ec2.Port.tcp(443));
    expect(errors(stack, MonitoredGroups.groups([group]), allowHttps)).toHaveLength(1);
    expect(errors(stack, MonitoredGroups.groups([group]), named('Known'))).toHaveLength(1);
    expect(infosAt(stack)).toEqual([]);
  });

  test('allows a group by its id and by reference', () => {
    const { stack, group } = appWithGroup();
    ingress(stack, group.securityGroupId, {
      ...openSsh,
      cidrIp: undefined,
      sourceSecurityGroupId: cfnGroup(group).ref,
    });
    expect(errors(stack, MonitoredGroups.groups([group]), allowingGroup('Same', group))).toEqual(
      [],
    );
    expect(infosAt(stack)).toEqual([]);
  });

  test('says that it could not judge which group a rule names', () => {
    const { stack, group } = appWithGroup();
    const imported = ec2.SecurityGroup.fromSecurityGroupId(stack, 'Imported', OTHER_ID);
    group.addIngressRule(group, ec2.Port.tcp(443), undefined, true);
    const groups = MonitoredGroups.groups([group]);
    expect(errors(stack, groups, allowingGroup('Imported', imported))).toEqual([]);
    expect(infosAt(stack)).toEqual([expect.stringContaining('(which group it names)')]);
  });

  test('says nothing about the entries of a list, and all the same about its ports', () => {
    const { stack, group } = appWithGroup();
    ingress(stack, group.securityGroupId, {
      ipProtocol: 'tcp',
      fromPort: 22,
      toPort: 22,
      sourcePrefixListId: 'pl-63a5400a',
    });
    expect(rulesIn(errors(stack, MonitoredGroups.groups([group]), allowHttps))).toEqual([
      'tcp 22 from prefix list pl-63a5400a',
    ]);
  });

  test.each<[string, (stack: Stack, vpc: ec2.Vpc) => TrafficPeer]>([
    ['a VPC', (_, vpc) => TrafficPeer.vpc(vpc)],
    ['the range of a VPC', (_, vpc) => TrafficPeer.ipRange(vpc.vpcCidrBlock)],
    ['the range of a VPC that is yet to be looked up', () => TrafficPeer.ipRange('1.2.3.4/5')],
  ])('leaves open what %s holds, and says so', (_, peerOf) => {
    const { stack, vpc, group } = appWithGroup();
    group.addIngressRule(ec2.Peer.ipv4('10.0.1.0/24'), ec2.Port.tcp(80));
    const allowed = [TrafficPattern.of({ peers: [peerOf(stack, vpc)] }), anyEgress];
    const judged = policy(SecurityGroupBaseline.allowOnly(allowed));
    expect(errors(stack, MonitoredGroups.groups([group]), judged)).toEqual([]);
    expect(infosAt(stack)).toEqual([
      expect.stringContaining('Stack/Group/Resource (its range against '),
    ]);
  });
});

describe('what synth could not judge is told in one summary:', () => {
  test('groups that tags choose, and rules that are written by hand', () => {
    const { stack } = appWithGroup();
    const type = 'AWS::EC2::SecurityGroupIngress';
    new CfnResource(stack, 'Raw', { type, properties: { ...openSsh, groupId: GROUP_ID } });
    errors(stack, MonitoredGroups.taggedWith('watched', 'yes'), forbidSsh);
    expect(infosAt(stack)).toEqual([
      expect.stringContaining(
        'Stack/Group/Resource (whether its tags choose it); Stack/Raw (a CfnResource without named properties).',
      ),
    ]);
  });

  test('groups that the tags of a further selection choose', () => {
    const { stack } = appWithGroup();
    const tagged = MonitoredGroups.taggedWith('watched', 'yes');
    const some = MonitoredGroups.ids([GROUP_ID]);
    errors(stack, MonitoredGroups.anyOf([some, tagged.excluding(some)]), forbidSsh);
    expect(infosAt(stack)).toEqual([
      expect.stringContaining('Stack/Group/Resource (whether its tags choose it).'),
    ]);
  });

  test('ten by name, and the others by their number', () => {
    const { stack } = appWithGroup();
    const lateId = Fn.importValue('Range');
    for (let number = 0; number < 12; number += 1) {
      ingress(stack, GROUP_ID, { ...openSsh, cidrIp: lateId }, `Rule${number}`);
    }
    errors(stack, MonitoredGroups.ids([GROUP_ID]), forbidSsh);
    expect(infosAt(stack)).toEqual([
      expect.stringMatching(/Stack\/Rule9 \(its values\); and 2 more\. \[ack/),
    ]);
  });
});

test('a locked group may get rules from its own app', () => {
  const { app, stack, group } = appWithGroup();
  group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.SSH);
  sentry(stack, {
    monitoredGroups: MonitoredGroups.groups([group]),
    policies: [policy(SecurityGroupBaseline.locked())],
  });
  expect(() => app.synth()).not.toThrow();
});

test('a peer that is forbidden by its id is found', () => {
  const { stack, vpc, group } = appWithGroup();
  const other = new ec2.SecurityGroup(stack, 'Other', { vpc });
  group.addIngressRule(other, ec2.Port.tcp(443));
  const forbidOther = policy(
    SecurityGroupBaseline.forbid([
      TrafficPattern.of({ peers: [TrafficPeer.securityGroup(other)] }),
    ]),
  );
  const forbidOwn = policy(
    SecurityGroupBaseline.forbid([
      TrafficPattern.of({ peers: [TrafficPeer.securityGroup(group)] }),
    ]),
  );
  expect(errors(stack, MonitoredGroups.groups([group]), forbidOther)).toEqual([
    expect.stringContaining(
      'the rule "tcp 443 from group Stack/Other/Resource", which violates the sentry\'s own policy (tcp 443 from group Stack/Other/Resource opens',
    ),
  ]);
  expect(errors(stack, MonitoredGroups.groups([group]), forbidOwn)).toEqual([]);
});

describe('what is known at deployment only is named, and passed over', () => {
  test.each<[string, (stack: Stack, group: ec2.SecurityGroup) => string]>([
    [
      'an address in the list of an L1 group',
      (stack, group) => {
        cfnGroup(group).securityGroupIngress = [
          { ...openSsh, cidrIp: parameter(stack).valueAsString },
        ];
        return 'Stack/Group/Resource';
      },
    ],
    [
      'an address',
      (stack, group) =>
        ingress(stack, group.securityGroupId, {
          ...openSsh,
          cidrIp: parameter(stack).valueAsString,
        }),
    ],
    [
      'a port',
      (stack, group) =>
        ingress(stack, group.securityGroupId, {
          ...openSsh,
          fromPort: new CfnParameter(stack, 'Port', { type: 'Number' }).valueAsNumber,
        }),
    ],
    [
      'a protocol',
      (stack, group) =>
        ingress(stack, group.securityGroupId, {
          ...openSsh,
          ipProtocol: parameter(stack).valueAsString,
        }),
    ],
    [
      'a rule of an L1 group',
      (_, group) => {
        cfnGroup(group).securityGroupIngress = [
          Fn.conditionIf('Condition', openSsh, Fn.ref('AWS::NoValue')),
        ];
        return 'Stack/Group/Resource';
      },
    ],
    [
      'all rules of an L1 group',
      (_, group) => {
        cfnGroup(group).securityGroupIngress = Lazy.any({
          produce: () => Fn.conditionIf('Condition', [openSsh], []),
        });
        return 'Stack/Group/Resource';
      },
    ],
  ])('%s', (_, add) => {
    const { stack, group } = appWithGroup();
    const path = add(stack, group);
    sentry(stack, { monitoredGroups: MonitoredGroups.groups([group]) });
    Annotations.fromStack(stack).hasInfo(
      '/Stack/Sentry',
      Match.stringLikeRegexp(
        `^Not all that the app gives to monitored groups could be judged at synth\\..* once a deployment makes it: ${path} \\(its values\\)\\. \\[ack: cdk-sentries:rulesNotJudged\\]$`,
      ),
    );
  });

  test('and what is known is said nothing of', () => {
    const { stack, group } = appWithGroup();
    group.addIngressRule(group, ec2.Port.tcp(443));
    sentry(stack, { monitoredGroups: MonitoredGroups.groups([group]) });
    Annotations.fromStack(stack).hasNoInfo('*', Match.stringLikeRegexp('rulesNotJudged'));
  });
});

test('egress to what NAT64 translates is egress to the internet', () => {
  const { stack, group } = appWithGroup();
  new ec2.CfnSecurityGroupEgress(stack, 'Egress', {
    groupId: group.securityGroupId,
    ipProtocol: 'tcp',
    fromPort: 25,
    toPort: 25,
    cidrIpv6: '64:ff9b::/96',
  });
  const forbidden = policy(
    SecurityGroupBaseline.forbid([TrafficPattern.toInternet(Ports.tcp(25))]),
  );
  expect(errors(stack, MonitoredGroups.groups([group]), forbidden)).toContainEqual(
    expect.stringContaining('tcp 25 to 64:ff9b::/96 opens what is forbidden'),
  );
});

describe('a prefix list', () => {
  const list = (stack: Stack, entries: ec2.CfnPrefixListProps['entries']) =>
    new ec2.CfnPrefixList(stack, 'List', {
      addressFamily: 'IPv4',
      prefixListName: 'list',
      maxEntries: 2,
      entries,
    }).attrPrefixListId;
  const openTo = (stack: Stack, group: ec2.SecurityGroup, sourcePrefixListId: string) =>
    ingress(stack, group.securityGroupId, { fromPort: 22, toPort: 22, sourcePrefixListId });

  test('of the app is looked into', () => {
    const { stack, group } = appWithGroup();
    openTo(stack, group, list(stack, [{ cidr: '0.0.0.0/0' }]));
    expect(errors(stack, MonitoredGroups.groups([group]), forbidSsh)).toEqual([
      expect.stringContaining('opens what is forbidden: SSH from the internet'),
    ]);
  });

  test('of the app that holds no more than one office is none', () => {
    const { stack, group } = appWithGroup();
    openTo(stack, group, list(stack, [{ cidr: '198.51.100.0/24' }]));
    expect(errors(stack, MonitoredGroups.groups([group]), forbidSsh)).toEqual([]);
  });

  test('of the app with the ranges of a content network is none where those are left out', () => {
    const { stack, group } = appWithGroup();
    const entries = CONTENT_NETWORK.ipv4.map((cidr) => ({ cidr }));
    openTo(stack, group, list(stack, entries));
    const found = (pattern: TrafficPattern) =>
      errors(
        stack,
        MonitoredGroups.groups([group]),
        policy(SecurityGroupBaseline.forbid([pattern])),
      );
    expect(found(TrafficPattern.fromInternet(Ports.SSH))).toHaveLength(1);
    expect(
      found(TrafficPattern.fromInternet(Ports.SSH, { excluding: CONTENT_NETWORK.ipv4 })),
    ).toEqual([]);
  });

  test('whose entries are known at deployment only is named, and passed over', () => {
    const { stack, group } = appWithGroup();
    const path = openTo(stack, group, 'pl-01234567');
    sentry(stack, { monitoredGroups: MonitoredGroups.groups([group]) });
    Annotations.fromStack(stack).hasInfo(
      '/Stack/Sentry',
      Match.stringLikeRegexp(`makes it: ${path} \\(the entries of its prefix list\\)\\.`),
    );
  });
});

describe('a look-up that the CDK has yet to make is no ground for an error, which would keep it from being made', () => {
  const env = { account: '111111111111', region: 'eu-west-1' };

  test('an address range', () => {
    const stack = new Stack(new App(), 'Stack', { env });
    const vpc = ec2.Vpc.fromLookup(stack, 'Vpc', { isDefault: true });
    const group = new ec2.SecurityGroup(stack, 'Group', { vpc });
    group.addIngressRule(ec2.Peer.ipv4(vpc.vpcCidrBlock), ec2.Port.tcp(22));
    expect(errors(stack, MonitoredGroups.groups([group]), forbidSsh)).toEqual([]);
  });

  test('two groups, or two VPCs, under two sentries', () => {
    const stack = new Stack(new App(), 'Stack', { env });
    const groups = (id: string) =>
      MonitoredGroups.groups([ec2.SecurityGroup.fromLookupById(stack, id, id)]);
    const vpc = (id: string) => MonitoredGroups.inVpc(ec2.Vpc.fromLookup(stack, id, { vpcId: id }));
    const watch = (id: string, monitoredGroups: MonitoredGroups) =>
      new SecurityGroupSentry(stack, id, { monitoredGroups, policies: [forbidSsh] });
    expect(() => {
      watch('One', groups('sg-aaaaaaaa'));
      watch('Two', groups('sg-bbbbbbbb'));
      watch('Three', vpc('vpc-aaaaaaaa'));
      watch('Four', vpc('vpc-bbbbbbbb'));
    }).not.toThrow();
  });

  test('a prefix list', () => {
    const stack = new Stack(new App(), 'Stack', { env });
    const { prefixListId } = ec2.PrefixList.fromLookup(stack, 'List', { prefixListName: 'list' });
    expect(() => TrafficPeer.prefixList(prefixListId)).not.toThrow();
  });
});

describe('groups of the app that are meant with others are judged where that is certain:', () => {
  test('the default group of their VPC', () => {
    const { stack, vpc } = appWithGroup();
    ingress(stack, vpc.vpcDefaultSecurityGroup);
    expect(errors(stack, MonitoredGroups.inVpc(vpc), forbidSsh)).toHaveLength(1);
    expect(
      errors(stack, MonitoredGroups.all().excluding(MonitoredGroups.inVpc(vpc)), forbidSsh),
    ).toEqual([]);
  });

  test.each<
    [string, (stack: Stack, vpc: ec2.Vpc, group: ec2.SecurityGroup) => MonitoredGroups, boolean]
  >([
    ['all groups', () => MonitoredGroups.all(), true],
    ['those of their VPC', (_, vpc) => MonitoredGroups.inVpc(vpc), true],
    [
      'not those of another VPC',
      (stack) =>
        MonitoredGroups.inVpc(
          ec2.Vpc.fromVpcAttributes(stack, 'Other', {
            vpcId: 'vpc-01234567',
            availabilityZones: ['a'],
          }),
        ),
      false,
    ],
    [
      'not by tags, which are known at deployment',
      () => MonitoredGroups.taggedWith('watched', 'yes'),
      false,
    ],
    [
      'not one that is left out',
      (_, __, group) => MonitoredGroups.all().excluding(MonitoredGroups.groups([group])),
      false,
    ],
    [
      'all but another one',
      () => MonitoredGroups.all().excluding(MonitoredGroups.ids([OTHER_ID])),
      true,
    ],
    [
      'not of a VPC that is left out',
      (_, vpc) => MonitoredGroups.all().excluding(MonitoredGroups.inVpc(vpc)),
      false,
    ],
    [
      'not where tags may leave it out',
      (_, __, group) =>
        MonitoredGroups.groups([group]).excluding(MonitoredGroups.taggedWith('watched', 'no')),
      false,
    ],
  ])('%s', (_, select, expected) => {
    const { stack, vpc, group } = appWithGroup();
    group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.SSH);
    expect(errors(stack, select(stack, vpc, group), forbidSsh)).toHaveLength(expected ? 1 : 0);
  });

  test.each<[string, MonitoredGroups, boolean]>([
    ['an imported group, with all others', MonitoredGroups.all(), true],
    [
      'not one that is left out',
      MonitoredGroups.all().excluding(MonitoredGroups.ids([GROUP_ID])),
      false,
    ],
    [
      'not one that tags may leave out',
      MonitoredGroups.ids([GROUP_ID]).excluding(MonitoredGroups.taggedWith('watched', 'no')),
      false,
    ],
    ['not one that tags choose', MonitoredGroups.taggedWith('watched', 'yes'), false],
  ])('%s', (_, groups, expected) => {
    const { stack } = appWithGroup();
    ingress(stack, GROUP_ID);
    expect(errors(stack, groups, forbidSsh)).toHaveLength(expected ? 1 : 0);
  });

  test.each<[string, Environment | undefined, Environment | undefined, boolean]>([
    [
      'in the same Region',
      { account: '111111111111', region: 'eu-west-1' },
      { account: '111111111111', region: 'eu-west-1' },
      true,
    ],
    [
      'not in another one',
      { account: '111111111111', region: 'eu-west-1' },
      { account: '111111111111', region: 'us-east-1' },
      false,
    ],
    ['where neither stack names one', undefined, undefined, true],
  ])('all groups %s', (_, env, theirEnv, expected) => {
    const app = new App();
    const elsewhere = new Stack(app, 'Elsewhere', { env: theirEnv });
    new ec2.CfnSecurityGroup(elsewhere, 'Bare', {
      groupDescription: 'bare',
      securityGroupIngress: [openSsh],
    });
    ingress(elsewhere, OTHER_ID);
    expect(errors(new Stack(app, 'Stack', { env }), MonitoredGroups.all(), forbidSsh)).toHaveLength(
      expected ? 2 : 0,
    );
  });

  test('not those of another stage that may go elsewhere', () => {
    const app = new App();
    const [test, production] = ['Test', 'Production'].map(
      (id) => new Stack(new Stage(app, id), 'Stack'),
    );
    ingress(production!, OTHER_ID);
    new ec2.CfnSecurityGroup(production!, 'Bare', {
      groupDescription: 'bare',
      securityGroupIngress: [openSsh],
    });
    expect(errors(test!, MonitoredGroups.all(), forbidSsh)).toEqual([]);
    expect(errors(test!, MonitoredGroups.ids([OTHER_ID]), forbidSsh)).toHaveLength(1);
  });
});

function appWithGroup(props: Partial<ec2.SecurityGroupProps> = {}) {
  const app = new App();
  const stack = new Stack(app, 'Stack');
  const vpc = new ec2.Vpc(stack, 'Vpc', {
    maxAzs: 1,
    natGateways: 0,
    restrictDefaultSecurityGroup: false,
  });
  return { app, stack, vpc, group: new ec2.SecurityGroup(stack, 'Group', { vpc, ...props }) };
}

function policy(baseline: SecurityGroupBaseline): SecurityGroupPolicy {
  return { baseline, response: ChangeResponse.revert() };
}

function sentry(
  stack: Stack,
  props: { monitoredGroups: MonitoredGroups; policies?: SecurityGroupPolicy[] },
): SecurityGroupSentry {
  return new SecurityGroupSentry(stack, 'Sentry', { policies: [forbidSsh], ...props });
}

/** What a sentry in the stack would have to say. */
function errors(stack: Stack, groups: MonitoredGroups, judgedBy: SecurityGroupPolicy): string[] {
  return judgeAppRules(stack, groups._selection, judgingBy(judgedBy));
}

function judgingBy(...policies: SecurityGroupPolicy[]): AppJudging {
  return {
    policies: policies.map(({ baseline, response }) => ({
      baseline: baseline._specification,
      response: response._response,
    })),
    mode: 'ENFORCE',
    existingViolations: 'REPORT',
  };
}

function allowingGroup(name: string, group: ec2.ISecurityGroup): SecurityGroupPolicy {
  const peers = [TrafficPeer.securityGroup(group)];
  return {
    ...policy(SecurityGroupBaseline.allowOnly([TrafficPattern.of({ peers }), anyEgress])),
    name: name.toLowerCase(),
  };
}

function infosAt({ node }: IConstruct): string[] {
  return node.metadata
    .filter(({ type }) => type === 'aws:cdk:info')
    .map(({ data }) => String(data));
}

function warningsAt({ node }: IConstruct): string[] {
  return node.metadata
    .filter(({ type }) => type === 'aws:cdk:warning')
    .map(({ data }) => String(data));
}

function rulesIn(sentences: readonly string[]): (string | undefined)[] {
  return sentences.map((sentence) => /the rule "(.*?)"/.exec(sentence)?.[1]);
}

function ingress(
  stack: Stack,
  groupId: string,
  values: Partial<ec2.CfnSecurityGroupIngressProps> = openSsh,
  id = 'Rule',
): string {
  return new ec2.CfnSecurityGroupIngress(stack, id, { ipProtocol: 'tcp', ...values, groupId }).node
    .path;
}

function cfnGroup(group: ec2.SecurityGroup): ec2.CfnSecurityGroup {
  return group.node.defaultChild as ec2.CfnSecurityGroup;
}

function parameter(stack: Stack): CfnParameter {
  return new CfnParameter(stack, 'Parameter');
}
