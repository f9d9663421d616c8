import fc from 'fast-check';
import {
  dependsOnTags,
  LONGEST_OWNER,
  type Owner,
  ownerOf,
  type OwnerRule,
  ownerText,
  ownerWithSource,
  type UserTags,
} from '../../../src/access-key/domain/owner';

const TAG: OwnerRule = { kind: 'tag', key: 'Owner' };
const TEAMS: OwnerRule = { kind: 'path', prefix: '/teams/' };
const NAME: OwnerRule = { kind: 'user-name' };
const UNREAD: UserTags = { kind: 'unread', reason: 'AccessDenied: no' };

const tags = (values: Record<string, string> = {}): UserTags => ({
  kind: 'read',
  values: new Map(Object.entries(values)),
});
const user = (userName: string, path = '/') => ({ userName, path });

test.each<[string, OwnerRule[], { userName: string; path: string }, UserTags, Owner]>([
  [
    'the value of a tag',
    [TAG],
    user('ann'),
    tags({ Owner: 'payments@example.com' }),
    { kind: 'known', name: 'payments@example.com', source: 'tag', tagKey: 'Owner' },
  ],
  [
    'the value of a tag whose key is written in other letters',
    [TAG],
    user('ann'),
    tags({ OWNER: 'payments' }),
    { kind: 'known', name: 'payments', source: 'tag', tagKey: 'Owner' },
  ],
  [
    'the part of the path after the prefix',
    [TEAMS],
    user('robot', '/teams/payments/ci/'),
    tags(),
    { kind: 'known', name: 'payments', source: 'path' },
  ],
  ['no one under another path', [TEAMS], user('robot', '/other/'), tags(), { kind: 'none' }],
  ['no one at the prefix itself', [TEAMS], user('robot', '/teams/'), tags(), { kind: 'none' }],
  [
    'the e-mail address in the name',
    [NAME],
    user('ci=ann.lee+x@mail.example.com,prod'),
    tags(),
    { kind: 'known', name: 'ann.lee+x@mail.example.com', source: 'user-name' },
  ],
  [
    'the name where it holds no address',
    [NAME],
    user('ci-robot'),
    tags(),
    { kind: 'known', name: 'ci-robot', source: 'user-name' },
  ],
  [
    'the name where it holds two addresses',
    [NAME],
    user('a@example.com,b@example.com'),
    tags(),
    { kind: 'known', name: 'a@example.com,b@example.com', source: 'user-name' },
  ],
  [
    'by the first rule that gives one',
    [TAG, TEAMS, NAME],
    user('robot', '/teams/payments/'),
    tags({ Owner: ' ' }),
    { kind: 'known', name: 'payments', source: 'path' },
  ],
  [
    'no one by what has no letter and no digit',
    [TAG],
    user('ann'),
    tags({ Owner: '-- /' }),
    { kind: 'none' },
  ],
  [
    'no one by guess, where tags come first and cannot be read',
    [TAG, NAME],
    user('ann'),
    UNREAD,
    { kind: 'unknown', reason: 'AccessDenied: no' },
  ],
  [
    'the path before tags that cannot be read',
    [TEAMS, TAG],
    user('robot', '/teams/payments/'),
    UNREAD,
    { kind: 'known', name: 'payments', source: 'path' },
  ],
])('an owner is %s', (_, rules, owned, read, owner) => {
  expect(ownerOf(owned, rules, read)).toEqual(owner);
});

test('a tag with another key names no owner', () => {
  expect(ownerOf(user('ann'), [TAG], tags({ Team: 'payments' }))).toEqual({ kind: 'none' });
});

test('a name with one "@" that is no address is the owner as a whole', () => {
  expect(ownerOf(user('ann@home'), [NAME], tags())).toMatchObject({ name: 'ann@home' });
});

test('an owner of a hundred characters is shown whole, and of a longer one the beginning', () => {
  expect(ownerText('x'.repeat(100))).toBe('x'.repeat(100));
  expect(ownerText('x'.repeat(101))).toBe(`${'x'.repeat(99)}…`);
  expect(ownerText(' \u2028 ann ')).toBe('ann');
});

test('tags are read only where nothing before them gives an owner', () => {
  const robot = user('robot', '/teams/payments/');
  expect(dependsOnTags(robot, [TAG, TEAMS])).toBe(true);
  expect(dependsOnTags(robot, [TEAMS, TAG])).toBe(false);
  expect(dependsOnTags(user('ann'), [TEAMS, TAG])).toBe(true);
  expect(dependsOnTags(user('ann'), [])).toBe(false);
});

test.each<[Owner, string]>([
  [
    { kind: 'known', name: 'payments', source: 'tag', tagKey: 'Owner' },
    'payments (by the tag Owner)',
  ],
  [{ kind: 'known', name: 'payments', source: 'path' }, 'payments (by the path of the user)'],
  [{ kind: 'known', name: 'ann', source: 'user-name' }, 'ann (by the name of the user)'],
  [{ kind: 'none' }, 'no owner known'],
  [
    { kind: 'unknown', reason: 'AccessDenied' },
    'not known, since it could not be read: AccessDenied',
  ],
])('an owner reads with where it comes from: %j', (owner, text) => {
  expect(ownerWithSource(owner)).toBe(text);
});

test.each([
  ['two\u2028lines\nof text', 'two lines of text'],
  ['no\u00a0\u3000break', 'no break'],
  ['\u202eright to left', 'right to left'],
  ['<!channel> & <@U0ADMIN>', '??channel? ? ?@U0ADMIN?'],
  ['*bold* ~gone~ `code` [a](b)', '?bold? ?gone? ?code? ?a??b?'],
  ['Mu\u0308ller', 'M\u00fcller'],
])('an owner text is one plain line: %j', (text, shown) => {
  expect(ownerText(text)).toBe(shown);
});

describe('whatever is written where an owner is looked for,', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.string({ unit: fc.constantFrom('<', '!', '@', '*', '`', '\n', '\u2028', 'a', ' ', '|') }),
  );

  test('it breaks no line, mention or markup, and stays short', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const shown = ownerText(text);
        expect(shown).toMatch(/^[\p{L}\p{N} _.,:/=+@?…-]*$/u);
        expect(shown.trim()).toBe(shown);
        expect([...shown].length).toBeLessThanOrEqual(LONGEST_OWNER);
        expect(ownerText(shown.replace(/…$/, ''))).toBe(shown.replace(/…$/, '').trim());
      }),
    );
  });

  test('a name that was shown is never without a letter or a digit', () => {
    fc.assert(
      fc.property(texts, (value) => {
        const owner = ownerOf(user('ann'), [TAG], tags({ Owner: value }));
        if (owner.kind === 'known') expect(owner.name).toMatch(/[\p{L}\p{N}]/u);
      }),
    );
  });
});
