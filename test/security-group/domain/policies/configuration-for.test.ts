import type { MonitoredGroups } from '../../../../src/security-group/domain/groups/monitored-groups';
import {
  areDecidedById,
  decisiveTags,
  heldBefore,
  remembersMembership,
  tagsOfQuestions,
} from '../../../../src/security-group/domain/policies/configuration-for';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import type { Workflow } from '../../../../src/security-group/domain/policies/sentry-configuration';
import { configurationOf, forbidSsh, locked } from '../../samples/changes';
import { groupRecord } from '../../samples/group-records';

const PROD = { key: 'env', value: 'prod' };
const TEST = { key: 'env', value: 'test' };
const TEAM = { key: 'team', value: 'web' };

const byIds: MonitoredGroups = { include: [{ kind: 'ids', groupIds: ['sg-1'] }], exclude: [] };
const byTag: MonitoredGroups = { include: [{ kind: 'tag', ...PROD }], exclude: [] };
const lockedById: Policy = { ...locked, appliesTo: byIds };
const lockedByTag: Policy = { ...locked, appliesTo: byTag };

test.each<[string, readonly Policy[], boolean]>([
  ['for all groups', [forbidSsh, locked], true],
  ['for some ids', [forbidSsh, lockedById], true],
  ['for a tag', [forbidSsh, lockedByTag], false],
  ['for a tag, beside others for some ids', [lockedByTag, lockedById], false],
])('whether policies %s hold for a group is told by its id alone: %s', (_, policies, expected) => {
  expect(areDecidedById('sg-1', { policies })).toBe(expected);
});

describe('the tags that are remembered', () => {
  const base = {
    monitoredGroups: byTag,
    policies: [lockedByTag],
    workflows: [],
    sensitiveTags: [],
  };

  test('are those of policies, of routes and of what stands out in questions, once each', () => {
    const workflows = [{ name: 'a', expireMilliseconds: 1, routeTags: [TEAM, PROD] }];
    expect(decisiveTags({ ...base, workflows, sensitiveTags: [TEST, TEAM] })).toEqual([
      PROD,
      TEAM,
      TEST,
    ]);
  });

  test('are none where nothing goes by tags', () => {
    const workflows: Workflow[] = [{ name: 'a', expireMilliseconds: 1 }];
    expect(tagsOfQuestions({ workflows })).toEqual([]);
    expect(decisiveTags({ ...base, policies: [forbidSsh, lockedById], workflows })).toEqual([]);
  });

  test('are those by which groups are watched where there are several', () => {
    const { include } = byTag;
    const two = { include: [...include, { kind: 'tag' as const, ...TEST }], exclude: [] };
    expect(decisiveTags({ ...base, policies: [], monitoredGroups: two })).toEqual([PROD, TEST]);
    expect(remembersMembership({ monitoredGroups: two })).toBe(true);
    const idAndTag = { include: [...byIds.include, ...include], exclude: [] };
    expect(remembersMembership({ monitoredGroups: idAndTag })).toBe(false);
  });
});

describe('of the policies that hold for a group, those held before', () => {
  const configuration = configurationOf([forbidSsh, lockedByTag]);
  const { digestOf } = configuration;
  const record = groupRecord(new Date('2026-01-01T00:00:00Z'));

  test('that its record names', () => {
    expect(heldBefore({ ...record, holds: [digestOf([lockedByTag])] }, configuration)).toEqual([
      lockedByTag,
    ]);
  });

  test('that are for all groups, where the record is of a time when there were no others', () => {
    const policies = digestOf([forbidSsh]);
    expect(heldBefore({ ...record, policies }, configuration)).toEqual([forbidSsh]);
    expect(heldBefore({ ...record, policies: 'of others' }, configuration)).toEqual([]);
  });
});
