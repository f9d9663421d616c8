import {
  listDoubt,
  listOf,
  notDescribed,
  type PrefixList,
  takenAsKnown,
  takenAtWorst,
  whyUnread,
} from '../../../../src/security-group/domain/rules/prefix-list';
import { rule } from '../../samples/rules';

const OFFICES: PrefixList = { id: 'pl-offices', isAwsManaged: false, cidrs: ['10.0.0.0/8'] };
const UNREAD: PrefixList = {
  ...OFFICES,
  id: 'pl-unread',
  doubt: { kind: 'not-read', reason: 'Rate exceeded' },
};
const ODD: PrefixList = {
  ...OFFICES,
  id: 'pl-odd',
  doubt: { kind: 'not-understood', reason: '"office" is no range' },
};
const LISTS = new Map([OFFICES, UNREAD, ODD].map((list) => [list.id, list]));
const NOT_SHOWN = 'EC2 does not show it: it is gone, or its owner does not share it any more';

const naming = ({ id }: Pick<PrefixList, 'id'>) => rule({ prefixListId: id });
const GONE = { id: 'pl-gone' };

test.each<[Pick<PrefixList, 'id'>, string | undefined]>([
  [OFFICES, undefined],
  [UNREAD, 'Rate exceeded'],
  [ODD, '"office" is no range'],
  [GONE, NOT_SHOWN],
])('about %j there is this doubt: %s', (list, doubt) => {
  expect(listDoubt(naming(list), LISTS)).toBe(doubt);
});

test('a rule for a range names no list, and there is no doubt about it', () => {
  expect([listOf(rule(), LISTS), listDoubt(rule(), LISTS)]).toEqual([undefined, undefined]);
});

test('a list that a later try may read is told, and no other is', () => {
  expect(whyUnread(LISTS)).toBe('the prefix list pl-unread cannot be read: Rate exceeded');
  expect(whyUnread(new Map([[ODD.id, ODD]]))).toBeUndefined();
  const [described] = notDescribed(['pl-1'], 'no rights');
  expect(whyUnread(new Map([['pl-1', described!]]))).toBe(
    'the prefix list pl-1 cannot be read: no rights',
  );
});

test('lists of which nothing is known have that doubt, each', () => {
  const doubt = { kind: 'not-described', reason: 'no rights' };
  expect(notDescribed(['pl-1', 'pl-2'], 'no rights')).toEqual([
    { id: 'pl-1', isAwsManaged: false, cidrs: [], doubt },
    { id: 'pl-2', isAwsManaged: false, cidrs: [], doubt },
  ]);
});

describe('taken as known', () => {
  test('a list that is not shown holds nothing, and stays in doubt', () => {
    expect(takenAsKnown(naming(GONE), LISTS)).toEqual(
      new Map([
        ...LISTS,
        [
          'pl-gone',
          {
            id: 'pl-gone',
            isAwsManaged: false,
            cidrs: [],
            doubt: { kind: 'not-described', reason: NOT_SHOWN },
          },
        ],
      ]),
    );
  });

  test('others are as they are', () => {
    expect(takenAsKnown(naming(UNREAD), LISTS)).toBe(LISTS);
    expect(takenAsKnown(rule(), LISTS)).toBe(LISTS);
  });
});

describe('taken at worst', () => {
  test.each([
    [UNREAD, ['10.0.0.0/8', '0.0.0.0/0', '::/0']],
    [GONE, ['0.0.0.0/0', '::/0']],
  ])('a list in doubt holds all addresses besides: %j', (list, cidrs) => {
    const lists = takenAtWorst(naming(list), LISTS);
    expect(lists.get(list.id)?.cidrs).toEqual(cidrs);
    expect(lists.get('pl-offices')).toBe(OFFICES);
  });

  test('one that is known is as it is, and a range needs none', () => {
    expect(takenAtWorst(naming(OFFICES), LISTS)).toBe(LISTS);
    expect(takenAtWorst(rule(), LISTS)).toBe(LISTS);
  });
});
