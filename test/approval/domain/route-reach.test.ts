import type { Route } from '../../../src/approval/domain/approval-configuration';
import { routesInFrontOf } from '../../../src/approval/domain/route-reach';

const SHOP = '111122223333';
const TRIAL = '444455556666';
const UNIT = 'ou-abcd-11111111';
const OTHER_UNIT = 'ou-abcd-22222222';

type Goes = Partial<Pick<Route, 'accounts' | 'units'>> & {
  readonly tags?: Readonly<Record<string, readonly string[]>>;
};

function route(name: string, { accounts = [], units = [], tags }: Goes): Route {
  return {
    name,
    accounts,
    units,
    ...(tags && { tags: Object.entries(tags).map(([key, values]) => ({ key, values })) }),
    approvers: { kind: 'users', userIds: ['ann'] },
    requiredApprovals: 1,
    approvalChannelId: 'C1',
  };
}

/** The names of the earlier ones that take all of the last one. */
function inFront(earlier: Readonly<Record<string, Goes>>, last: Goes): string[] | undefined {
  const routes = Object.entries(earlier).map(([name, goes]) => route(name, goes));
  return routesInFrontOf(route('last', last), routes)?.map(({ name }) => name);
}

describe('a route is never reached', () => {
  test.each<[string, Record<string, Goes>, Goes, string[]]>([
    ['one for all', { all: {} }, { accounts: [SHOP] }, ['all']],
    ['one for its account', { shop: { accounts: [TRIAL, SHOP] } }, { accounts: [SHOP] }, ['shop']],
    ['one for its unit', { unit: { units: [UNIT] } }, { units: [UNIT] }, ['unit']],
    ['one for a root', { root: { units: ['r-abcd'] } }, { units: [UNIT] }, ['root']],
    [
      'one for a root among others',
      { root: { units: [UNIT, 'r-abcd'] } },
      { accounts: [SHOP] },
      ['root'],
    ],
    [
      'one for each of its places',
      { unit: { units: [UNIT] }, shop: { accounts: [SHOP] } },
      { accounts: [SHOP], units: [UNIT] },
      ['unit', 'shop'],
    ],
    [
      'one for all of its values',
      { team: { tags: { team: ['a', 'b', 'c'] } } },
      { tags: { team: ['a', 'b'] } },
      ['team'],
    ],
    [
      'two for all of its values together',
      { a: { tags: { team: ['a'] } }, b: { tags: { team: ['b'] } } },
      { tags: { team: ['a', 'b'] } },
      ['a', 'b'],
    ],
    [
      'one for a tag alone, where it has two',
      { team: { tags: { team: ['a'] } } },
      { tags: { team: ['a'], stage: ['x'] } },
      ['team'],
    ],
    [
      'two that take one of its two tags each',
      { one: { tags: { team: ['a'], stage: ['x'] } }, other: { tags: { stage: ['y', 'x'] } } },
      { tags: { team: ['a', 'b'], stage: ['x', 'y'] } },
      ['one', 'other'],
    ],
    [
      'four that take each pair of its values',
      {
        ax: { tags: { team: ['a'], stage: ['x'] } },
        ay: { tags: { team: ['a'], stage: ['y'] } },
        bx: { tags: { team: ['b'], stage: ['x'] } },
        by: { tags: { team: ['b'], stage: ['y'] } },
      },
      { tags: { team: ['a', 'b'], stage: ['x', 'y'] } },
      ['ax', 'ay', 'bx', 'by'],
    ],
  ])('behind %s', (_, earlier, last, names) => {
    expect(inFront(earlier, last)).toEqual(names);
  });

  test('and those in front of it are the ones that take something of it', () => {
    const earlier = {
      elsewhere: { accounts: [TRIAL] },
      another: { tags: { team: ['z'] } },
      a: { tags: { team: ['a'] } },
      again: { tags: { team: ['a'] } },
      b: { accounts: [SHOP], tags: { team: ['b'] } },
      late: {},
    };
    expect(inFront(earlier, { accounts: [SHOP], tags: { team: ['a', 'b'] } })).toEqual(['a', 'b']);
  });
});

describe('a route is reached', () => {
  test.each<[string, Record<string, Goes>, Goes]>([
    ['none', {}, {}],
    ['one for another account', { trial: { accounts: [TRIAL] } }, { accounts: [SHOP] }],
    ['one for another unit', { unit: { units: [OTHER_UNIT] } }, { units: [UNIT] }],
    ['one for some place, where it is for all', { root: { units: ['r-abcd'] } }, {}],
    ['one for one of its places', { unit: { units: [UNIT] } }, { accounts: [SHOP], units: [UNIT] }],
    ['one for one of its values', { a: { tags: { team: ['a'] } } }, { tags: { team: ['a', 'b'] } }],
    ['one for a tag, where it has none', { a: { tags: { team: ['a'] } } }, { accounts: [SHOP] }],
    [
      'one for one more tag than it has',
      { both: { tags: { team: ['a'], stage: ['x'] } } },
      { tags: { team: ['a'] } },
    ],
    [
      'three of the four pairs of its values',
      {
        ax: { tags: { team: ['a'], stage: ['x'] } },
        ay: { tags: { team: ['a'], stage: ['y'] } },
        bx: { tags: { team: ['b'], stage: ['x'] } },
      },
      { tags: { team: ['a', 'b'], stage: ['x', 'y'] } },
    ],
  ])('behind %s', (_, earlier, last) => {
    expect(inFront(earlier, last)).toBeUndefined();
  });
});
