import { App, CfnParameter, Fn, Lazy, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import {
  Actor,
  Approvers,
  ChangeSource,
  KeyExclusion,
  MemberAccounts,
  MemberRegions,
  MonitoredGroups,
  AccountScope,
  Ports,
  RuleExclusion,
  TrafficPeer,
} from '../../../src';
import { homeRegion } from '../../../src/access-key/constructs/key-sentry-place';
import { checkedRoutes } from '../../../src/approval/constructs/checked-routes';
import { checkedChannelId } from '../../../src/approval/constructs/slack-id';
import {
  checkedOrganizationId,
  checkedReference,
} from '../../../src/organization/constructs/hub-values';
import { arePartsApart } from '../../../src/security-group/constructs/selectors';
import type { MonitoredGroups as GroupSelection } from '../../../src/security-group/domain/groups/monitored-groups';

const stack = new Stack(new App(), 'Stack', {
  env: { account: '111111111111', region: 'eu-west-1' },
});
const lookedUp = ssm.StringParameter.valueFromLookup(stack, '/company/value');
const vpc = ec2.Vpc.fromLookup(stack, 'Vpc', { isDefault: true });
const group = ec2.SecurityGroup.fromLookupByName(stack, 'Group', 'web', vpc);
const list = ec2.PrefixList.fromLookup(stack, 'List', { prefixListName: 'offices' });

test.each<[string, () => unknown]>([
  ['a group', () => MonitoredGroups.groups([group])],
  ['the id of a group', () => MonitoredGroups.ids([lookedUp])],
  ['a VPC', () => [MonitoredGroups.inVpc(vpc), TrafficPeer.vpc(vpc)]],
  ['a VPC by a parameter', () => MonitoredGroups.inVpc(vpcWithId(lookedUp))],
  [
    'a tag',
    () => {
      const long = ssm.StringParameter.valueFromLookup(stack, `/${'company/'.repeat(40)}tag`);
      return MonitoredGroups.taggedWith(long, long);
    },
  ],
  [
    'why, and until when, a rule is excluded',
    () =>
      RuleExclusion.ingressById('sg-0123456789abcdef0', {
        ports: Ports.tcp(22),
        peer: TrafficPeer.ipRange('10.0.0.0/8'),
        reason: lookedUp,
        until: lookedUp,
      }),
  ],
  ['why users are excluded', () => KeyExclusion.tag('keep', { reason: lookedUp })],
  ['a home Region', () => homeRegion(stack, { homeRegion: lookedUp })],
  ['a prefix list', () => TrafficPeer.prefixList(list.prefixListId)],
  ['the id of a prefix list', () => TrafficPeer.prefixList(lookedUp)],
  ['the range of a VPC', () => TrafficPeer.ipRange(vpc.vpcCidrBlock)],
  ['a range', () => TrafficPeer.ipRange(lookedUp)],
  ['a range that is left out', () => TrafficPeer.internet({ excluding: [lookedUp] })],
  ['the name of a role', () => Actor.roleInEachAccount(lookedUp)],
  ['an account', () => MemberAccounts.accounts([lookedUp])],
  ['an account of a policy', () => AccountScope.accounts([lookedUp])],
  ['a unit', () => AccountScope.units([lookedUp])],
  ['a Region', () => MemberRegions.of([lookedUp])],
  ['an organization', () => checkedOrganizationId('Hub', lookedUp)],
  ['a hub', () => checkedReference('Member', hubOf(lookedUp))],
  ['an event data store', () => ChangeSource.cloudTrailLake(lookedUp)],
  ['an approver', () => [Approvers.users([lookedUp]), Approvers.userGroup(lookedUp)]],
  ['a channel', () => checkedChannelId(lookedUp, 'Workflow')],
  ['a user', () => KeyExclusion.user(`${lookedUp}`)],
  ['an account whose keys are spared', () => KeyExclusion.user('ann').onlyIn([lookedUp])],
])('%s that the CDK has yet to look up passes the first synth', (_, make) => {
  expect(make).not.toThrow();
});

test.each<[string, (text: string) => unknown]>([
  ['a group', (text) => MonitoredGroups.ids([text])],
  ['a range', (text) => TrafficPeer.ipRange(text)],
  ['an account', (text) => MemberAccounts.accounts([text])],
  ['a channel', (text) => checkedChannelId(text, 'Workflow')],
])('%s that CloudFormation reads from a parameter passes as it is written', (_, make) => {
  expect(() => make('{{resolve:ssm:/company/value:1}}')).not.toThrow();
});

test('a value that the CDK has yet to look up may be that of any tag', () => {
  const [web, late] = ['web', lookedUp].map(
    (value) => MonitoredGroups.taggedWith('tier', value)._selection,
  ) as [GroupSelection, GroupSelection];
  expect(arePartsApart(web, late)).toBe(false);
  expect(arePartsApart(web, MonitoredGroups.taggedWith('tier', 'db')._selection)).toBe(true);
});

describe.each<[string, string[]]>([
  ['of a parameter', new CfnParameter(stack, 'Ids', { type: 'CommaDelimitedList' }).valueAsList],
  ['of another stack', Fn.split(',', Fn.importValue('Ids'))],
  ['that is made late', Lazy.list({ produce: () => ['one'] })],
])('a list %s', (_, late) => {
  test.each<[string, (ids: string[]) => unknown]>([
    ['MonitoredGroups.ids() got', (ids) => MonitoredGroups.ids(ids)],
    ['AccountScope.accounts() got', (ids) => AccountScope.accounts(ids)],
    ['AccountScope.units(): "units" is', (ids) => AccountScope.units(ids)],
    ['MemberAccounts.accounts() got', (ids) => MemberAccounts.accounts(ids)],
    ['"units" is', (units) => MemberAccounts.organization({ units })],
    ['MemberAccounts.organization', (excluding) => MemberAccounts.organization({ excluding })],
    ['MemberRegions.of() got', (names) => MemberRegions.of(names)],
    ['Approvers.users() got', (ids) => Approvers.users(ids)],
    ['KeyExclusion.onlyIn() got', (ids) => KeyExclusion.user('ann').onlyIn(ids)],
    ['TrafficPeer.internet(): "excluding" is', (excluding) => TrafficPeer.internet({ excluding })],
    ['route "one": "accounts" is', (accounts) => routed({ accounts })],
    ['route "one": "units" is', (units) => routed({ units })],
  ])('is refused, with what to write instead: %s', (subject, make) => {
    expect(() => make(late)).toThrow(subject);
    expect(() => make(late)).toThrow(/ a list that only the deployment knows: write .* out/);
  });
});

function vpcWithId(vpcId: string): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(stack, 'ByParameter', { vpcId, availabilityZones: ['a'] });
}

function hubOf(value: string) {
  return { hubName: 'hub', hubAccountId: value, hubRegion: value, organizationId: value };
}

function routed(scope: { accounts?: string[]; units?: string[] }) {
  const approvers = Approvers.users(['U0123ABCD']);
  const own = { approvers: approvers._selection, requiredApprovals: 1, approvalChannelId: 'C01' };
  return checkedRoutes(
    'Workflow',
    [{ name: 'one', approvers, approvalChannelId: 'C02', ...scope }],
    own,
  );
}
