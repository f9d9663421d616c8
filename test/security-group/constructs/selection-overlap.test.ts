import { App, type Environment, Stack, Stage } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import {
  ChangeResponse,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupSentry,
} from '../../../src';
import { findOverlap } from '../../../src/security-group/constructs/selection-overlap';

const A = 'sg-0123456789abcdef0';
const B = 'sg-0fedcba9876543210';
const IRELAND = { account: '111111111111', region: 'eu-west-1' };
const { all } = MonitoredGroups;
const ids = (...groupIds: string[]) => MonitoredGroups.ids(groupIds);
const tagged = (value: string) => MonitoredGroups.taggedWith('watched', value);
const inVpc = (vpcId: string) =>
  MonitoredGroups.inVpc(
    ec2.Vpc.fromVpcAttributes(new Stack(), 'Vpc', { vpcId, availabilityZones: ['a'] }),
  );

test.each<[string, MonitoredGroups, MonitoredGroups, string | undefined]>([
  ['an id in both', ids(A, B), ids(B), B],
  ['other ids', ids(A), ids(B), undefined],
  ['an id that one leaves out', ids(A, B), ids(A, B).excluding(ids(A)), B],
  ['all, twice', all(), all(), 'all groups'],
  ['all, and an id', all(), ids(A), A],
  ['all but the id', all().excluding(ids(A)), ids(A), undefined],
  ['all but one of the ids', all().excluding(ids(A)), ids(A, B), B],
  ['all but some, twice', all().excluding(ids(A)), all().excluding(ids(B)), 'all groups'],
  ['all, and a VPC', all(), inVpc('vpc-01234567'), 'groups of vpc-01234567'],
  ['all but the VPC', all().excluding(inVpc('vpc-01234567')), inVpc('vpc-01234567'), undefined],
  ['all, and a tag', all(), tagged('yes'), 'groups tagged watched=yes'],
  [
    'all but the tag, and an id that may carry it',
    all().excluding(tagged('yes')),
    ids(A),
    undefined,
  ],
  ['one VPC', inVpc('vpc-01234567'), inVpc('vpc-01234567'), 'groups of vpc-01234567'],
  ['two VPCs', inVpc('vpc-01234567'), inVpc('vpc-76543210'), undefined],
  ['one tag', tagged('yes'), tagged('yes'), 'groups tagged watched=yes'],
  ['two tags, which a group may carry or not', tagged('yes'), tagged('no'), undefined],
  ['a tag and a VPC', tagged('yes'), inVpc('vpc-01234567'), undefined],
  ['an id and a VPC that it may be in', ids(A), inVpc('vpc-01234567'), undefined],
  [
    'a union, and what its second part means',
    MonitoredGroups.anyOf([all().excluding(ids(A)), ids(A)]),
    ids(A),
    A,
  ],
  [
    'a union, and what each part leaves out',
    MonitoredGroups.anyOf([all().excluding(ids(A)), tagged('yes')]),
    ids(A),
    undefined,
  ],
])('%s', (_, one, other, overlap) => {
  expect(findOverlap(one._selection, other._selection)).toBe(overlap);
  expect(findOverlap(other._selection, one._selection)).toBe(overlap);
});

describe('a second sentry of the app', () => {
  test('is refused where it watches a group of the first', () => {
    const stack = new Stack(new App(), 'Stack');
    sentry(stack, 'First', all());
    expect(() => sentry(stack, 'Second', ids(A))).toThrow(
      `Stack/Second: Stack/First already watches ${A}: give one sentry all policies for it, or leave it out with excluding().`,
    );
  });

  test('is refused for a group of the app, also from another stack', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack');
    const group = new ec2.SecurityGroup(stack, 'Group', {
      vpc: new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 }),
    });
    sentry(stack, 'First', MonitoredGroups.groups([group]));
    expect(() =>
      sentry(new Stack(app, 'Other'), 'Second', MonitoredGroups.groups([group])),
    ).toThrow('Stack/First already watches Stack/Group/Resource: ');
  });

  test('is refused for a group of the app under another of its references, and for its VPC', () => {
    const stack = new Stack(new App(), 'Stack');
    const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 });
    const group = new ec2.SecurityGroup(stack, 'Group', { vpc });
    const { ref } = group.node.defaultChild as ec2.CfnSecurityGroup;
    sentry(stack, 'First', MonitoredGroups.groups([group]));
    expect(() => sentry(stack, 'Second', MonitoredGroups.ids([ref]))).toThrow(
      'Stack/First already watches Stack/Group/Resource: ',
    );
    expect(() => sentry(stack, 'Third', MonitoredGroups.inVpc(vpc))).toThrow(
      'Stack/First already watches Stack/Group/Resource: ',
    );
  });

  test.each<[string, MonitoredGroups, MonitoredGroups]>([
    ['other groups', ids(A), ids(B)],
    ['another VPC', inVpc('vpc-01234567'), inVpc('vpc-76543210')],
    ['what the first leaves out', all().excluding(ids(A)), ids(A)],
  ])('may watch %s', (_, one, other) => {
    const stack = new Stack();
    sentry(stack, 'First', one);
    expect(() => sentry(stack, 'Second', other)).not.toThrow();
  });

  test.each<[string, Environment | undefined, Environment | undefined]>([
    ['Region', IRELAND, { ...IRELAND, region: 'us-east-1' }],
    ['account', IRELAND, { ...IRELAND, account: '222222222222' }],
    ['place that may be another', IRELAND, undefined],
  ])('may watch the same in another %s', (_, env, otherEnv) => {
    const app = new App();
    sentry(new Stack(app, 'One', { env }), 'Sentry', all());
    expect(() => sentry(new Stack(app, 'Other', { env: otherEnv }), 'Sentry', all())).not.toThrow();
  });

  test('may watch the same in another stage, unless that goes to the same place', () => {
    const app = new App();
    sentry(new Stack(new Stage(app, 'Test'), 'Stack'), 'Sentry', all());
    expect(() =>
      sentry(new Stack(new Stage(app, 'Production'), 'Stack'), 'Sentry', all()),
    ).not.toThrow();
    sentry(new Stack(new Stage(app, 'Blue'), 'Stack', { env: IRELAND }), 'Sentry', all());
    expect(() =>
      sentry(new Stack(new Stage(app, 'Green'), 'Stack', { env: IRELAND }), 'Sentry', all()),
    ).toThrow('Blue/Stack/Sentry already watches all groups');
  });
});

function sentry(stack: Stack, id: string, monitoredGroups: MonitoredGroups): SecurityGroupSentry {
  const policies = [
    { baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() },
  ];
  return new SecurityGroupSentry(stack, id, { monitoredGroups, policies });
}
