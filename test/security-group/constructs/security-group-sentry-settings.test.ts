import { CliCredentialsStackSynthesizer, Duration, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import {
  Actor,
  ChangeResponse,
  MonitoredGroups,
  SecurityGroupBaseline,
  type SecurityGroupPolicy,
  type SecurityGroupSentryProps,
  TrafficPattern,
  TrafficPeer,
} from '../../../src';
import { securityGroupSentrySettings } from '../../../src/security-group/constructs/security-group-sentry-settings';

const GROUP_ID = 'sg-0123456789abcdef0';
const OWN_VPC = { vpcId: 'vpc-0123456789abcdef0', availabilityZones: ['eu-west-1a'] };

test('what a user leaves out has its default', () => {
  const { monitoredGroups, judging, reconcileSchedule } = settings();

  expect(monitoredGroups).toEqual({
    include: [{ kind: 'ids', groupIds: [GROUP_ID] }],
    exclude: [],
  });
  expect(judging).toEqual({
    policies: [{ baseline: { kind: 'locked', restoreRemoved: false }, response: 'revert' }],
    trustedActors: [],
    emptyingRoleArns: [expect.any(String)],
    mode: 'ENFORCE',
    existingViolations: 'REPORT',
    settleSeconds: 900,
    repeatWindowSeconds: 3600,
    brake: 0.25,
  });
  expect(reconcileSchedule.expressionString).toBe('rate(1 hour)');
});

describe('an error names the sentry', () => {
  const elsewhere = new Stack(undefined, 'Elsewhere', {
    env: { account: '111111111111', region: 'us-east-1' },
  });
  const elsewhereVpc = ec2.Vpc.fromVpcAttributes(elsewhere, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['us-east-1a'],
  });
  const foreign = ec2.SecurityGroup.fromSecurityGroupId(elsewhere, 'Group', GROUP_ID);

  test.each<[string, Partial<SecurityGroupSentryProps>]>([
    ['without policies', { policies: [] }],
    ['with two policies of the same name', { policies: [named('one'), named('one')] }],
    ['with a name that is a sentence', { policies: [named('No open SSH')] }],
    ['with too many groups', { monitoredGroups: MonitoredGroups.ids(groupIds(501)) }],
    ['with a group of another Region', { monitoredGroups: MonitoredGroups.groups([foreign]) }],
    ['with a VPC of another Region', { policies: [ofVpc(elsewhereVpc)] }],
    ['with a brake that never lets go', { reconcileBrake: 0 }],
    ['with a settle time of seconds', { settleTime: Duration.seconds(5) }],
    ['with a repeat window of weeks', { repeatWindow: Duration.days(14) }],
    ['with a rare reconcile', { reconcileSchedule: events.Schedule.rate(Duration.days(2)) }],
    [
      'with a reconcile once a week',
      { reconcileSchedule: events.Schedule.expression('cron(0 6 ? * MON *)') },
    ],
    [
      'with a reconcile on working days',
      { reconcileSchedule: events.Schedule.expression('cron(0 * ? * MON-FRI *)') },
    ],
    [
      'with a malformed qualifier',
      { trustedActors: [Actor.cdkDeployments({ qualifier: 'much too long' })] },
    ],
    ['with deployments without an execution role', { trustedActors: [Actor.cdkDeployments()] }],
  ])('%s', (_, props) => {
    expect(() => settings(props)).toThrow(/^Stack\/Sentry: /);
  });
});

function named(name: string) {
  return {
    name,
    baseline: SecurityGroupBaseline.locked(),
    response: ChangeResponse.revert(),
  };
}

test('a policy has the name that it is given, or none', () => {
  const { policies } = settings({
    policies: [
      named('no-additions'),
      ofVpc(ec2.Vpc.fromVpcAttributes(new Stack(), 'Vpc', OWN_VPC)),
    ],
  }).judging;
  expect(policies.map(({ name }) => name)).toEqual(['no-additions', undefined]);
});

function settings(props: Partial<SecurityGroupSentryProps> = {}) {
  const stack = new Stack(undefined, 'Stack', {
    env: { account: '111111111111', region: 'eu-west-1' },
    synthesizer: new CliCredentialsStackSynthesizer(),
  });
  return securityGroupSentrySettings(new Construct(stack, 'Sentry'), {
    monitoredGroups: MonitoredGroups.ids([GROUP_ID]),
    policies: [{ baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() }],
    ...props,
  });
}

function groupIds(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `sg-${String(index).padStart(17, '0')}`);
}

function ofVpc(vpc: ec2.IVpc): SecurityGroupPolicy {
  const peers = [TrafficPeer.vpc(vpc)];
  return {
    baseline: SecurityGroupBaseline.forbid([TrafficPattern.of({ peers })]),
    response: ChangeResponse.revert(),
  };
}
