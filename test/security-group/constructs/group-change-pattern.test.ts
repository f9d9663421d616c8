import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as z from 'zod/mini';
import {
  groupChangePattern,
  largeCallPattern,
} from '../../../src/security-group/constructs/group-change-pattern';
import type {
  GroupSelector,
  MonitoredGroups,
} from '../../../src/security-group/domain/groups/monitored-groups';

const LONGEST_PATTERN = 2048;

const BY_TAG: GroupSelector = { kind: 'tag', key: 'watched', value: 'yes' };
const BY_VPC: GroupSelector = { kind: 'vpc', vpcId: 'vpc-1' };
const NEW_GROUPS = ['CreateSecurityGroup', 'CreateVpc', 'CreateDefaultVpc'];
const TAGGING = ['CreateTags', 'DeleteTags'];

describe('calls that make groups, and calls that tag them, are seen where they may decide what is monitored', () => {
  test.each<[string, MonitoredGroups, string[]]>([
    ['groups by their ids', { include: [ids(1)], exclude: [] }, []],
    ['but for a tag', { include: [ids(1)], exclude: [BY_TAG] }, TAGGING],
    ['groups by a tag', { include: [BY_TAG], exclude: [] }, [...NEW_GROUPS, ...TAGGING]],
    ['groups of a VPC', { include: [BY_VPC], exclude: [] }, NEW_GROUPS],
    [
      'those, and others by their ids',
      { include: [ids(1), BY_VPC], exclude: [ids(1)] },
      NEW_GROUPS,
    ],
    ['all groups', { include: [{ kind: 'all' }], exclude: [] }, NEW_GROUPS],
    [
      'all but for a tag',
      { include: [{ kind: 'all' }], exclude: [BY_TAG] },
      [...NEW_GROUPS, ...TAGGING],
    ],
  ])('%s', (_, groups, expected) => {
    const { eventName } = rendered(groups).detail;
    expect(eventName.filter((name) => [...NEW_GROUPS, ...TAGGING].includes(name))).toEqual(
      expected,
    );
    expect(eventName).toEqual(
      expect.arrayContaining([
        'AuthorizeSecurityGroupIngress',
        'ModifySecurityGroupRules',
        'DeleteSecurityGroup',
        'ModifyManagedPrefixList',
      ]),
    );
  });
});

describe('the groups are named in the pattern', () => {
  test('as many as fit, of all kinds of calls', () => {
    const most = { include: [ids(30), ids(28, 30)], exclude: [BY_TAG] };
    expect(rendered(most).detail.requestParameters?.groupId).toHaveLength(59);
    expect(JSON.stringify(rendered(most)).length).toBeLessThanOrEqual(LONGEST_PATTERN);
  });

  test('not where they are more: the sentry itself finds out whose event it is', () => {
    expect(rendered({ include: [ids(59)], exclude: [] }).detail.requestParameters).toBeUndefined();
    expect(
      JSON.stringify(rendered({ include: [ids(500)], exclude: [BY_TAG] })).length,
    ).toBeLessThanOrEqual(LONGEST_PATTERN);
  });

  test('not where others are chosen too', () => {
    expect(
      rendered({ include: [ids(1), BY_TAG], exclude: [] }).detail.requestParameters?.groupId,
    ).toBeUndefined();
  });

  test('with ids that are known at deployment only', () => {
    const stack = new Stack();
    const group = new ec2.CfnSecurityGroup(stack, 'Group', { groupDescription: 'web' });
    const pattern = ruleProperties(stack, {
      include: [{ kind: 'ids', groupIds: [group.attrGroupId] }],
      exclude: [],
    }).EventPattern;
    expect(pattern).toMatchObject({
      detail: {
        requestParameters: { groupId: [{ 'Fn::GetAtt': ['Group', 'GroupId'] }, { exists: false }] },
      },
    });
  });
});

test('calls that failed are not seen, but for dry runs', () => {
  expect(rendered({ include: [{ kind: 'all' }], exclude: [] }).detail.errorCode).toEqual([
    'Client.DryRunOperation',
    { exists: false },
  ]);
});

const patternSchema = z.object({
  detail: z.looseObject({
    eventName: z.array(z.string()),
    errorCode: z.unknown(),
    requestParameters: z.optional(
      z.object({
        groupId: z.optional(z.array(z.unknown())),
        resourcesSet: z.optional(z.unknown()),
      }),
    ),
  }),
  source: z.unknown(),
  'detail-type': z.unknown(),
});

test('calls whose parameters were left out are told from others, and from those that failed', () => {
  const { detail } = new Stack().resolve(largeCallPattern());
  expect(detail).toMatchObject({
    errorCode: [{ exists: false }],
    requestParameters: { omitted: [true] },
  });
  expect(detail.eventName).toContain('AuthorizeSecurityGroupIngress');
});

/** The pattern as it is deployed. */
function rendered(groups: MonitoredGroups) {
  return patternSchema.parse(ruleProperties(new Stack(), groups).EventPattern);
}

function ruleProperties(stack: Stack, groups: MonitoredGroups) {
  new events.Rule(stack, 'Rule', { eventPattern: groupChangePattern(groups) });
  const [rule] = Object.values(Template.fromStack(stack).findResources('AWS::Events::Rule'));
  return z.object({ Properties: z.object({ EventPattern: z.unknown() }) }).parse(rule).Properties;
}

function ids(count: number, from = 0): GroupSelector {
  return {
    kind: 'ids',
    groupIds: Array.from(
      { length: count },
      (_, index) => `sg-${(from + index).toString(16).padStart(17, '0')}`,
    ),
  };
}
