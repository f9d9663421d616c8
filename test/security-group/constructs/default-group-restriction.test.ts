import { App, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import {
  Actor,
  ChangeResponse,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  type SecurityGroupSentryProps,
  TrafficPattern,
} from '../../../src';

const PROVIDER_ROLE = 'CustomVpcRestrictDefaultSGCustomResourceProviderRole26592FE0';
const WARNING = Match.stringLikeRegexp(
  'The CDK empties the default group of Network/Vpc .*add Actor.emptyingDefaultGroupOf\\(vpc\\)',
);

describe('the custom resource of the app that empties a default group', () => {
  test('is accepted in the stack of the sentry, also if the VPC is made later', () => {
    const stack = new Stack(new App(), 'Network');
    sentry(stack, MonitoredGroups.all());
    restrictedVpc(stack);
    expect(emptyingRoles(stack)).toContain(`"Fn::GetAtt":["${PROVIDER_ROLE}","Arn"]`);
    expect(warnings(stack)).toEqual([]);
  });

  test.each<[string, (vpc: ec2.Vpc) => MonitoredGroups]>([
    ['its VPC', (vpc) => MonitoredGroups.inVpc(vpc)],
    [
      'the group',
      (vpc) =>
        MonitoredGroups.groups([
          ec2.SecurityGroup.fromSecurityGroupId(vpc, 'Default', vpc.vpcDefaultSecurityGroup),
        ]),
    ],
  ])('is accepted in another stack where the sentry names %s', (_, groups) => {
    const { network, security } = stacks();
    sentry(security, groups(restrictedVpc(network)));
    expect(emptyingRoles(security)).toContain(
      `"Fn::ImportValue":"Network:ExportsOutputFnGetAtt${PROVIDER_ROLE}Arn`,
    );
    expect(warnings(security)).toEqual([]);
  });

  test('in another stack is named by a warning where the sentry watches all groups', () => {
    const { network, security } = stacks();
    restrictedVpc(network);
    sentry(security, MonitoredGroups.all());
    expect(emptyingRoles(security)).toBe('');
    Annotations.fromStack(security).hasWarning('/Security/Sentry', WARNING);
    expect(warnings(security)[0]).toContain('[ack: cdk-sentries:defaultGroupEmptied]');
  });

  test('is accepted from there once it is named', () => {
    const { network, security } = stacks();
    const actor = Actor.emptyingDefaultGroupOf(restrictedVpc(network));
    sentry(security, MonitoredGroups.all(), { trustedActors: [Actor.cdkDeployments(), actor] });
    expect(emptyingRoles(security)).toContain(PROVIDER_ROLE);
    expect(warnings(security)).toEqual([]);
  });

  test.each<[string, (vpc: ec2.Vpc) => MonitoredGroups, SecurityGroupBaseline]>([
    [
      'no group is locked',
      (vpc) => MonitoredGroups.inVpc(vpc),
      SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]),
    ],
    [
      'the group is left out',
      (vpc) => MonitoredGroups.all().excluding(MonitoredGroups.inVpc(vpc)),
      SecurityGroupBaseline.locked(),
    ],
  ])('is no one to the sentry where %s', (_, groups, baseline) => {
    const stack = new Stack(new App(), 'Network');
    sentry(stack, groups(restrictedVpc(stack)), {
      policies: [{ baseline, response: ChangeResponse.revert() }],
    });
    expect(emptyingRoles(stack)).toBe('');
    expect(warnings(stack)).toEqual([]);
  });
});

describe('the custom resource of another app', () => {
  const vpcId = 'vpc-0123456789abcdef0';

  test('is accepted by its role', () => {
    const stack = new Stack(new App(), 'Security');
    const role = iam.Role.fromRoleArn(stack, 'Role', 'arn:aws:iam::111111111111:role/Emptying');
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId,
      availabilityZones: ['eu-west-1a'],
    });
    sentry(stack, MonitoredGroups.inVpc(vpc), {
      trustedActors: [Actor.emptyingDefaultGroups(role)],
    });
    expect(emptyingRoles(stack)).toContain('["arn:aws:iam::111111111111:role/Emptying"]');
  });

  test('cannot be found by the VPC', () => {
    const vpc = ec2.Vpc.fromVpcAttributes(new Stack(), 'Vpc', {
      vpcId,
      availabilityZones: ['eu-west-1a'],
    });
    expect(() => Actor.emptyingDefaultGroupOf(vpc)).toThrow(
      'this app has no custom resource that empties the default group of Default/Vpc: leave the actor out or, if another app empties the group, write Actor.emptyingDefaultGroups(role)',
    );
  });
});

function stacks() {
  const app = new App();
  return { network: new Stack(app, 'Network'), security: new Stack(app, 'Security') };
}

function restrictedVpc(stack: Stack): ec2.Vpc {
  return new ec2.Vpc(stack, 'Vpc', {
    maxAzs: 1,
    natGateways: 0,
    restrictDefaultSecurityGroup: true,
  });
}

function sentry(
  stack: Stack,
  monitoredGroups: MonitoredGroups,
  props: Partial<SecurityGroupSentryProps> = {},
): SecurityGroupSentry {
  return new SecurityGroupSentry(stack, 'Sentry', {
    monitoredGroups,
    policies: [
      {
        baseline: SecurityGroupBaseline.locked({ restoreRemoved: true }),
        response: ChangeResponse.revert(),
      },
    ],
    ...props,
  });
}

/** As the parameter holds them; empty where it does not. */
function emptyingRoles(stack: Stack): string {
  const parameters = JSON.stringify(
    Template.fromStack(stack).findResources('AWS::SSM::Parameter'),
  ).replaceAll('\\', '');
  return /"emptyingRoleArns":(\[.*?\](?:.*?\])?)/.exec(parameters)?.[1] ?? '';
}

function warnings(stack: Stack): string[] {
  return Annotations.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp('default group'))
    .map(({ entry }) => String(entry.data));
}
