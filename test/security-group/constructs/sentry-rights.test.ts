import { Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { MonitoredGroups } from '../../../src';
import { actingStatements } from '../../../src/security-group/constructs/sentry-rights';

const A = 'sg-0123456789abcdef0';
const { all, anyOf, ids, inVpc, taggedWith } = MonitoredGroups;

test.each<[string, MonitoredGroups, readonly string[]]>([
  ['ids', ids([A]), [`${A} anywhere`]],
  ['VPCs', anyOf([vpc('vpc-0a'), vpc('vpc-0b')]), ['* in vpc-0a,vpc-0b']],
  ['ids and a VPC', anyOf([vpc('vpc-0a'), ids([A])]), [`${A} anywhere`, '* in vpc-0a']],
  [
    'parts with their own exclusions',
    anyOf([vpc('vpc-0a').excluding(ids([A])), ids([A])]),
    [`${A} anywhere`, '* in vpc-0a'],
  ],
  ['a tag and ids', anyOf([ids([A]), taggedWith('a', 'b')]), ['* anywhere']],
  ['all', all(), ['* anywhere']],
])('the function that acts may change rules of %s, and of no others', (_, groups, reaches) => {
  const stack = new Stack();
  const statements = actingStatements(stack, groups._selection)
    .map((statement) => stack.resolve(statement.toStatementJson()) as unknown)
    .filter(changesRules);
  expect(statements.map(reachOf)).toEqual(reaches);
});

interface Statement {
  readonly Sid?: string;
  readonly Resource: unknown;
  readonly Condition?: { readonly ArnLike: { readonly 'ec2:Vpc': unknown } };
}

function changesRules(statement: unknown): statement is Statement {
  return /^ChangeRules\d+$/.test((statement as Statement).Sid ?? '');
}

function reachOf({ Resource, Condition }: Statement): string {
  const groups = namesIn(Resource, /security-group\/([^"]+)/g);
  const vpcs = Condition ? namesIn(Condition, /vpc\/([^"]+)/g) : undefined;
  return vpcs ? `${groups} in ${vpcs}` : `${groups} anywhere`;
}

function namesIn(value: unknown, name: RegExp): string {
  return [...JSON.stringify(value).matchAll(name)].map(([, found]) => found).join();
}

function vpc(vpcId: string): MonitoredGroups {
  return inVpc(
    ec2.Vpc.fromVpcAttributes(new Stack(), 'Vpc', { vpcId, availabilityZones: ['eu-west-1a'] }),
  );
}
