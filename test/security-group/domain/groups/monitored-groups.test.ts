import {
  decisiveTagKeys,
  type GroupSelector,
  isSelected,
  isSelectedById,
  keysThatExclude,
  type MonitoredGroups,
  selectorsOf,
} from '../../../../src/security-group/domain/groups/monitored-groups';

const ALL: GroupSelector = { kind: 'all' };
const FIRST: GroupSelector = { kind: 'ids', groupIds: ['sg-1'] };
const OTHERS: GroupSelector = { kind: 'ids', groupIds: ['sg-2', 'sg-3'] };
const PROD: GroupSelector = { kind: 'tag', key: 'env', value: 'prod' };
const OPEN: GroupSelector = { kind: 'tag', key: 'open', value: 'yes' };

function of(
  include: readonly GroupSelector[],
  ...exclude: readonly GroupSelector[]
): MonitoredGroups {
  return { include, exclude };
}

test.each<[string, MonitoredGroups, boolean | undefined]>([
  ['is one of the ids', of([OTHERS, FIRST]), true],
  ['is one of the ids, and no excluded id', of([FIRST], OTHERS), true],
  ['is one of the ids, and may have an excluded tag', of([FIRST], OPEN), undefined],
  ['is excluded by its id', of([ALL], OPEN, FIRST), false],
  ['is none of the ids', of([OTHERS]), false],
  ['is one of all', of([ALL]), true],
  ['is one of all, and no excluded id', of([ALL], OTHERS), true],
  ['is one of all, and may have an excluded tag', of([ALL], OPEN), undefined],
  ['is one of the ids, beside a tag', of([PROD, FIRST]), true],
  ['is none of the ids, and may have the tag', of([PROD, OTHERS]), undefined],
  ['is in another part', { ...of([PROD]), others: [of([FIRST])] }, true],
  ['may be in another part', { ...of([OTHERS]), others: [of([PROD])] }, undefined],
  ['is in no part', { ...of([OTHERS]), others: [of([ALL], FIRST)] }, false],
])('by its id, a group that %s', (_, selection, expected) => {
  expect(isSelectedById('sg-1', selection)).toBe(expected);
});

test('a group is meant by any part, whatever another one excludes', () => {
  const selection = { ...of([ALL], FIRST), others: [of([OTHERS, PROD], OPEN)] };
  const prod = { key: 'env', value: 'prod' };
  const open = { key: 'open', value: 'yes' };
  expect(isSelected({ id: 'sg-9' }, selection)).toBe(true);
  expect(isSelected({ id: 'sg-1' }, selection)).toBe(false);
  expect(isSelected({ id: 'sg-1', tags: [prod] }, selection)).toBe(true);
  expect(isSelected({ id: 'sg-1', tags: [open, prod] }, selection)).toBe(false);
  expect(selectorsOf(selection)).toEqual([ALL, OTHERS, PROD]);
});

test('the keys that decide are those of tags, included or excluded, of all parts', () => {
  const selection = { ...of([FIRST, PROD], OTHERS), others: [of([ALL], OPEN)] };
  expect(decisiveTagKeys(selection)).toEqual(['env', 'open']);
});

describe('a group is not meant for the tags', () => {
  const tagged = (...tags: [string, string][]) => ({
    id: 'sg-1',
    tags: tags.map(([key, value]) => ({ key, value })),
  });

  test('that it lacks, where nothing else includes it', () => {
    expect(keysThatExclude(tagged(), of([PROD]))).toEqual(['env']);
    expect(keysThatExclude(tagged(), of([PROD, FIRST], OPEN))).toEqual([]);
  });

  test('that it has, and that are excluded', () => {
    const group = tagged(['env', 'prod'], ['open', 'yes']);
    expect(keysThatExclude(group, of([PROD, OTHERS], OPEN))).toEqual(['open']);
    expect(keysThatExclude(tagged(['env', 'prod'], ['open', 'no']), of([PROD], OPEN))).toEqual([]);
  });
});
