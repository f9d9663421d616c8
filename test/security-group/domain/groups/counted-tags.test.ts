import {
  type CountedTags,
  countTags,
  countTagsAfter,
  decideTags,
  isCounted,
  settledTags,
  tagsEverHad,
  tagsIn,
} from '../../../../src/security-group/domain/groups/counted-tags';
import type { MonitoredGroups } from '../../../../src/security-group/domain/groups/monitored-groups';
import type { RuleTag } from '../../../../src/security-group/domain/rules/rule';

const PROD: RuleTag = { key: 'env', value: 'prod' };
const TEST: RuleTag = { key: 'env', value: 'test' };
const OPEN: RuleTag = { key: 'open', value: 'yes' };
const DECISIVE = [PROD, TEST, OPEN];
const NOON = new Date('2026-01-01T12:00:00Z');
const LATER = new Date('2026-01-01T13:00:00Z');

function group(...tags: RuleTag[]) {
  return { id: 'sg-1', tags };
}

test('selections go by tags, each named once, whatever else they name', () => {
  const selection: MonitoredGroups = {
    include: [{ kind: 'tag', ...PROD }, { kind: 'ids', groupIds: ['sg-1'] }, { kind: 'all' }],
    exclude: [
      { kind: 'vpc', vpcId: 'vpc-1' },
      { kind: 'tag', ...OPEN },
    ],
    others: [{ include: [{ kind: 'tag', ...OPEN }], exclude: [{ kind: 'tag', ...TEST }] }],
  };
  expect(tagsIn([selection, selection])).toEqual([PROD, OPEN, TEST]);
});

describe('what a group has is counted', () => {
  test('beside what it lacks, of the tags that decide', () => {
    const known = countTags(undefined, group(PROD, { key: 'team', value: 'web' }), DECISIVE);
    expect(known).toStrictEqual({ had: [PROD], lacked: [TEST, OPEN] });
  });

  test('not where no tag decides anything', () => {
    expect(countTags(undefined, group(PROD), [])).toBeUndefined();
    expect(countTagsAfter(undefined, group(PROD), [], { keys: [] })).toBeUndefined();
  });

  test('and stays the same object where nothing is new', () => {
    const known: CountedTags = { had: [PROD], lacked: [TEST, OPEN] };
    expect(countTags(known, group(PROD), DECISIVE)).toBe(known);
  });

  test('and what it had and lacks now is lost', () => {
    const known: CountedTags = { had: [PROD, OPEN], lacked: [TEST] };
    const first = countTags(known, group(OPEN), DECISIVE);
    expect(first).toStrictEqual({ had: [PROD, OPEN], lacked: [TEST, PROD], lost: [PROD] });
    expect(countTags(first, group(), DECISIVE)).toStrictEqual({
      had: [PROD, OPEN],
      lacked: [TEST, PROD, OPEN],
      lost: [PROD, OPEN],
    });
  });
});

describe('after a call of someone who may not decide', () => {
  test.each([
    ['that tags with its key', ['env']],
    ['that does not tell its keys', []],
  ])('%s, a tag that is seen for the first time was lacked, too', (_, keys) => {
    expect(countTagsAfter(undefined, group(PROD), DECISIVE, { keys })).toEqual({
      had: [PROD],
      lacked: [TEST, OPEN, PROD],
    });
  });

  test('a tag with another key was there before', () => {
    expect(countTagsAfter(undefined, group(PROD, OPEN), DECISIVE, { keys: ['open'] })).toEqual({
      had: [PROD, OPEN],
      lacked: [TEST, OPEN],
    });
  });

  test('what is known already stays as it is', () => {
    const known: CountedTags = { had: [PROD], lacked: [TEST, OPEN] };
    expect(countTagsAfter(known, group(PROD), DECISIVE, { keys: [] })).toBe(known);
  });
});

test('settled are tags from the beginning, also those that it lost, one of each key', () => {
  const counted: CountedTags = { had: [PROD, TEST, OPEN], lacked: [OPEN, PROD], lost: [PROD] };
  expect(settledTags(counted, DECISIVE)).toEqual([PROD]);
  expect(settledTags({ had: [PROD, OPEN, TEST], lacked: [] }, DECISIVE)).toEqual([PROD, OPEN]);
  expect(settledTags({ had: [PROD, OPEN], lacked: [] }, [OPEN])).toEqual([OPEN]);
});

test('of some tags, a group has had those that it has now, and those that it had once', () => {
  const counted: CountedTags = { had: [TEST], lacked: [TEST, OPEN] };
  expect(tagsEverHad(group(PROD), counted, DECISIVE)).toEqual([PROD, TEST]);
  expect(tagsEverHad(group(PROD), undefined, DECISIVE)).toEqual([PROD]);
  expect(tagsEverHad({ id: 'sg-1' }, counted, [OPEN])).toEqual([]);
});

describe('where someone decides who may', () => {
  const known: CountedTags = {
    had: [PROD, OPEN],
    lacked: [TEST, PROD, OPEN],
    lost: [PROD, OPEN],
    decided: [{ key: 'open', at: NOON }],
  };

  test('the tags with these keys begin from what the call wrote, and others stay', () => {
    const written = { keys: ['env'], tags: [TEST], at: NOON };
    expect(decideTags(known, group(TEST), DECISIVE, written)).toStrictEqual({
      had: [OPEN, TEST],
      lacked: [OPEN, PROD],
      lost: [OPEN],
      decided: [
        { key: 'open', at: NOON },
        { key: 'env', at: NOON },
      ],
    });
  });

  test('without keys, all tags do, as the group has them now, and none is lost', () => {
    expect(decideTags(known, group(PROD), DECISIVE, { keys: [], at: LATER })).toStrictEqual({
      had: [PROD],
      lacked: [TEST, OPEN],
      decided: [
        { key: 'env', at: LATER },
        { key: 'open', at: LATER },
      ],
    });
  });

  test('what others have put on since counts beside it', () => {
    const written = { keys: ['env'], tags: [], at: NOON };
    expect(decideTags(undefined, group(PROD), [PROD], written)).toStrictEqual({
      had: [PROD],
      lacked: [PROD],
      decided: [{ key: 'env', at: NOON }],
    });
  });

  test('a decision that comes after a later one is over; one of the same second is not', () => {
    const earlier = { keys: ['open'], tags: [], at: new Date(NOON.getTime() - 1_000) };
    expect(decideTags(known, group(TEST), DECISIVE, earlier)).toEqual(
      countTags(known, group(TEST), DECISIVE),
    );
    const same = decideTags(known, group(), DECISIVE, { ...earlier, at: NOON });
    expect(same?.had).toEqual([PROD]);
  });

  test('a later decision on other keys ends none', () => {
    const earlier = { keys: ['env'], tags: [TEST], at: new Date(NOON.getTime() - 1_000) };
    expect(decideTags(known, group(TEST), DECISIVE, earlier)?.had).toEqual([OPEN, TEST]);
  });

  test('tags that decide nothing are only counted', () => {
    const written = { keys: ['team'], tags: [], at: NOON };
    expect(decideTags(undefined, group(PROD), DECISIVE, written)).toStrictEqual({
      had: [PROD],
      lacked: [TEST, OPEN],
    });
  });
});

describe('a group is meant by its tags as they count', () => {
  const selection: MonitoredGroups = {
    include: [{ kind: 'tag', ...PROD }],
    exclude: [
      { kind: 'tag', ...OPEN },
      { kind: 'ids', groupIds: ['sg-2'] },
    ],
  };

  test('by one that it has, or has had', () => {
    expect(isCounted(group(PROD), selection)).toBe(true);
    expect(isCounted(group(), selection, { had: [PROD], lacked: [PROD] })).toBe(true);
    expect(isCounted(group(TEST), selection, { had: [TEST], lacked: [PROD] })).toBe(false);
  });

  test('but not with one that excludes it from the beginning, or by an excluded id', () => {
    const had = [PROD, OPEN];
    expect(isCounted(group(PROD, OPEN), selection, { had, lacked: [] })).toBe(false);
    expect(isCounted({ ...group(PROD), id: 'sg-2' }, selection)).toBe(false);
  });

  test('and no one excludes it by a tag that it once lacked', () => {
    const counted = { had: [PROD, OPEN], lacked: [OPEN] };
    expect(isCounted(group(PROD, OPEN), selection, counted)).toBe(true);
  });
});
