import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import {
  ChangeResponse,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  type SecurityGroupPolicy,
  TrafficPattern,
} from '../../../src';
import {
  policiesSchema,
  policyGroupsSchema,
} from '../../../src/security-group/adapters/sentry-configuration';
import { judgeAppRules } from '../../../src/security-group/constructs/app-rules';
import { groupChangePattern } from '../../../src/security-group/constructs/group-change-pattern';
import { securityGroupSentrySettings } from '../../../src/security-group/constructs/security-group-sentry-settings';
import { SentryParameters } from '../../../src/security-group/constructs/sentry-parameters';

const A = 'sg-0123456789abcdef0';
const B = 'sg-0fedcba9876543210';
const C = 'sg-0000000000000000c';
const { all, anyOf, inVpc, taggedWith } = MonitoredGroups;
const ids = (...groupIds: string[]) => MonitoredGroups.ids(groupIds);
const [web, db] = ['web', 'db'].map((value) => taggedWith('tier', value)) as [
  MonitoredGroups,
  MonitoredGroups,
];
const vpc = (vpcId: string) =>
  inVpc(ec2.Vpc.fromVpcAttributes(new Stack(), 'Vpc', { vpcId, availabilityZones: ['a'] }));

function policyFor(appliesTo?: MonitoredGroups): SecurityGroupPolicy {
  return {
    baseline: SecurityGroupBaseline.locked(),
    response: ChangeResponse.revert(),
    ...(appliesTo && { appliesTo }),
  };
}

const noSsh: SecurityGroupPolicy = {
  baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]),
  response: ChangeResponse.revert(),
};

function settings(
  monitoredGroups: MonitoredGroups,
  policies: SecurityGroupPolicy[],
  stack = new Stack(undefined, 'Stack'),
) {
  const scope = new Construct(stack, 'Sentry');
  return { scope, ...securityGroupSentrySettings(scope, { monitoredGroups, policies }) };
}

describe('groups of a policy are refused', () => {
  test.each<[string, MonitoredGroups, MonitoredGroups, string]>([
    ['that are not watched', ids(A, B), ids(A, C), `names ${C}, which the sentry does not watch`],
    ['that are left out', all().excluding(ids(A)), ids(A), `names ${A}, which the sentry does not`],
    [
      'with a tag that is left out',
      vpc('vpc-01234567').excluding(web),
      web,
      'names groups tagged tier=web, which the sentry does not watch',
    ],
    [
      'of another VPC',
      vpc('vpc-01234567'),
      vpc('vpc-76543210'),
      'names groups of vpc-76543210, which the sentry does not watch',
    ],
    ['with another value of the tag', web, db, 'names groups tagged tier=db, which the sentry'],
    [
      'that the policy itself leaves out',
      ids(A),
      all().excluding(ids(A)),
      'names all groups, which the sentry does not watch',
    ],
    [
      'that are all',
      vpc('vpc-01234567'),
      all(),
      'is MonitoredGroups.all(), as if it were not there',
    ],
  ])('%s', (_, monitored, appliesTo, message) => {
    const policies = [policyFor(), policyFor(appliesTo)];
    expect(() => settings(monitored, policies)).toThrow(
      `Stack/Sentry: "appliesTo" of a policy ${message}`,
    );
  });

  test('of the app, under either of their ids', () => {
    const stack = new Stack(undefined, 'Stack');
    const network = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 });
    const [one, other] = ['One', 'Other'].map(
      (id) => new ec2.SecurityGroup(stack, id, { vpc: network }),
    ) as [ec2.SecurityGroup, ec2.SecurityGroup];
    const ofOther = policyFor(MonitoredGroups.groups([other]));
    expect(() => settings(MonitoredGroups.groups([one]), [policyFor(), ofOther], stack)).toThrow(
      'names Stack/Other/Resource, which the sentry does not watch',
    );
    const { ref } = one.node.defaultChild as ec2.CfnSecurityGroup;
    const byRef = policyFor(MonitoredGroups.ids([ref]));
    for (const monitored of [MonitoredGroups.groups([one]), inVpc(network)]) {
      expect(() => settings(monitored, [noSsh, byRef], new Stack())).not.toThrow();
    }
  });
});

describe('monitored groups that no policy is for', () => {
  test.each<[string, MonitoredGroups, MonitoredGroups[], string]>([
    ['by id', ids(A, B), [ids(A)], B],
    ['by id, of several policies', ids(A, B, C), [ids(A), ids(C)], B],
    ['of a VPC', anyOf([vpc('vpc-0a'), vpc('vpc-0b')]), [vpc('vpc-0a')], 'groups of vpc-0b'],
    ['by tag', anyOf([web, db]), [web], 'groups tagged tier=db'],
  ])('are an error: %s', (_, monitored, selections, named) => {
    expect(() => settings(monitored, selections.map(policyFor))).toThrow(
      `Stack/Sentry: no policy is for ${named}, so nothing would be judged there: name it in "appliesTo" of a policy, or leave it out of "monitoredGroups".`,
    );
  });

  test('are not known: those where one is for all', () => {
    expect(() => settings(ids(A, B), [policyFor(ids(A)), noSsh])).not.toThrow();
  });

  test.each<[string, MonitoredGroups, MonitoredGroups[]]>([
    ['that may have the tag', ids(A, B), [ids(A), web]],
    ['that are each in one', ids(A, B), [ids(A), ids(B)]],
    ['of which some have none', all(), [web]],
  ])('are not known: those %s', (_, monitored, selections) => {
    expect(() => settings(monitored, selections.map(policyFor))).not.toThrow();
  });
});

test('five hundred groups of policies fit into parameters, and each selection is written once', () => {
  const some = Array.from({ length: 500 }, (_, index) => `sg-${String(index).padStart(17, '0')}`);
  const union = anyOf([all().excluding(ids(A)), taggedWith('a', 'b').excluding(ids(B))]);
  const alsoForSome = { ...noSsh, appliesTo: ids(...some) };
  const policies = [policyFor(ids(...some)), alsoForSome, policyFor(union)];
  const { scope, monitoredGroups, judging } = settings(all(), policies);
  const parameters = new SentryParameters(scope, 'Parameters', {
    monitoredGroups,
    policies: { ...judging, workflows: [] },
  });
  const resources = Object.entries(
    Template.fromStack(Stack.of(scope)).findResources('AWS::SSM::Parameter'),
  );
  const valuesOf = (name: string) =>
    resources
      .filter(([id]) => id.includes(name))
      .map(([, { Properties }]) => JSON.parse(Properties.Value as string) as unknown);
  const [stored] = valuesOf('ParametersPolicies').map((value) => policiesSchema.parse(value));
  const parts = valuesOf('PolicyGroups')
    .map((value) => policyGroupsSchema.parse(value))
    .flatMap(({ selections }) => selections);
  const names = stored!.policies.map(({ appliesTo }) => appliesTo?.groups);
  expect(new Set(names).size).toBe(2);
  expect(names[0]).toMatch(/^[0-9a-f]{16}$/);
  const idsOf = parts
    .filter(({ name }) => name === names[0])
    .flatMap(({ include }) => include)
    .flatMap((selector) => (selector.kind === 'ids' ? selector.groupIds : []));
  expect(idsOf).toEqual(some);
  expect(parts.filter(({ name }) => name === names[2])).toHaveLength(4);
  expect(resources.every(([, { Properties }]) => (Properties.Value as string).length < 4_096)).toBe(
    true,
  );
  expect(parameters.variables.POLICIES_PARAMETER.split(',')).toHaveLength(
    parameters.policyGroups.length + 1,
  );
});

test('events of tags come to a sentry whose policies alone go by them', () => {
  const pattern = (appliesTo: MonitoredGroups) =>
    JSON.stringify(groupChangePattern(ids(A)._selection, [{ appliesTo: appliesTo._selection }]));
  expect(pattern(web)).toContain('CreateTags');
  expect(pattern(ids(A))).not.toContain('CreateTags');
});

test('rules of the app are judged by the policies that are surely for their group', () => {
  const stack = new Stack(undefined, 'Stack');
  const network = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 });
  const [one, bastion] = ['One', 'Bastion'].map((id) => {
    const group = new ec2.SecurityGroup(stack, id, { vpc: network, allowAllOutbound: false });
    group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(22));
    return group;
  }) as [ec2.SecurityGroup, ec2.SecurityGroup];
  const withoutSsh = (appliesTo: MonitoredGroups): SecurityGroupPolicy => ({
    ...policyFor(appliesTo),
    baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]),
  });
  const errorsWith = (appliesTo: MonitoredGroups) => {
    const { scope, monitoredGroups, judging } = settings(
      inVpc(network),
      [policyFor(), withoutSsh(appliesTo)],
      new Stack(stack.node.root as never, `Other${stack.node.root.node.children.length}`),
    );
    return judgeAppRules(scope, monitoredGroups, judging);
  };
  expect(errorsWith(MonitoredGroups.groups([one]))).toMatchObject([
    expect.stringMatching(/^Stack\/One\/Resource/),
  ]);
  expect(errorsWith(inVpc(network))).toHaveLength(2);
  expect(errorsWith(web)).toEqual([]);
  expect(errorsWith(inVpc(network).excluding(MonitoredGroups.groups([bastion])))).toHaveLength(1);
});
