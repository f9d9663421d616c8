import {
  asWritten,
  type NamedRules,
  names,
  namesAsItStands,
  namesByNewValues,
  namesMissing,
  namesStanding,
  NO_RULES,
  writesDescription,
} from '../../../../src/security-group/domain/changes/named-rules';
import { rule } from '../../samples/rules';

const ssh = rule({ id: 'sgr-1', description: 'bastion' });
const https = rule({ id: 'sgr-2', description: 'web', fromPort: 443, toPort: 443 });
const modifiedSsh = { ...ssh, direction: 'egress' as const };

function naming(named: Partial<NamedRules>): NamedRules {
  return { ...NO_RULES, ...named };
}

describe('a call gave a rule the description that it has', () => {
  test.each<[string, Partial<NamedRules>]>([
    ['where it added it so', { present: [https, ssh] }],
    ['where it modified it so', { modifiedTo: [https, ssh] }],
    ['where it described it so', { described: [{ id: 'sgr-1', rule: ssh }] }],
    [
      'where it does not name it',
      { present: [https], modifiedTo: [https], described: [{ id: 'sgr-2', rule: https }] },
    ],
    ['where what it wrote cannot be read', { described: [{ id: 'sgr-1' }] }],
    ['where one of its parts did', { modifiedTo: [{ ...ssh, description: 'x' }, ssh] }],
  ])('%s', (_, named) => {
    expect(writesDescription(naming(named), ssh)).toBe(true);
  });

  test.each<[string, Partial<NamedRules>]>([
    ['where it added it with another', { present: [{ ...ssh, description: 'x' }] }],
    ['where it modified it to another', { modifiedTo: [{ ...ssh, description: 'x' }] }],
    [
      'where it described it with another',
      { described: [{ id: 'sgr-1', rule: { ...ssh, description: 'x' } }] },
    ],
  ])('but not %s', (_, named) => {
    expect(writesDescription(naming(named), ssh)).toBe(false);
    expect(asWritten(naming(named), ssh)).toEqual({ ...ssh, description: 'x' });
  });

  test('nor where it wrote none; and no description is one as well', () => {
    const bare = rule({ id: 'sgr-1' });
    expect(writesDescription(naming({ present: [bare] }), ssh)).toBe(false);
    expect(asWritten(naming({ present: [bare] }), ssh)).toStrictEqual(bare);
    expect(writesDescription(naming({ present: [bare] }), bare)).toBe(true);
  });

  test('as it was written, a rule is as it stands where one part of the call wrote it so', () => {
    const named = naming({ modifiedTo: [{ ...ssh, description: 'x' }, ssh] });
    expect(asWritten(named, ssh)).toBe(ssh);
  });
});

describe('a call made a rule what it is', () => {
  test.each<[string, Partial<NamedRules>]>([
    ['where it added it', { present: [https, ssh] }],
    [
      'where it modified it to these values, in whichever direction',
      { modifiedIds: ['sgr-1'], modifiedTo: [modifiedSsh] },
    ],
    [
      'where the values of it alone cannot be read',
      { modifiedIds: ['sgr-1', 'sgr-2'], modifiedTo: [https] },
    ],
    ['where one of its parts did', { modifiedTo: [{ ...ssh, toPort: 23 }, ssh] }],
  ])('%s', (_, named) => {
    expect(namesAsItStands(naming(named), ssh)).toBe(true);
  });

  test.each<[string, Partial<NamedRules>]>([
    ['where it added another', { present: [https] }],
    ['where it has other values since', { present: [{ ...ssh, toPort: 23 }] }],
    [
      'where it was modified again since',
      { modifiedIds: ['sgr-1'], modifiedTo: [{ ...ssh, toPort: 23 }] },
    ],
    ['where it modified another', { modifiedIds: ['sgr-2'] }],
  ])('but not %s', (_, named) => {
    expect(namesAsItStands(naming(named), ssh)).toBe(false);
  });
});

test('a rule is named by its new values, where both its id and they are in the record', () => {
  expect(namesByNewValues(naming({ modifiedTo: [https, modifiedSsh] }), ssh)).toBe(true);
  expect(namesByNewValues(naming({ modifiedTo: [{ ...ssh, toPort: 23 }] }), ssh)).toBe(false);
  expect(namesByNewValues(naming({ modifiedTo: [{ ...ssh, id: 'sgr-3' }] }), ssh)).toBe(false);
});

test('a rule without an id is not one that a call modified', () => {
  const bare = rule();
  const named = naming({ modifiedIds: ['sgr-1'] });
  expect([
    namesStanding(named, bare),
    namesAsItStands(named, bare),
    namesMissing(named, bare),
  ]).toEqual([false, false, false]);
});

test('where one of the two has no id, a rule is named by its values', () => {
  expect(names([{ id: 'sgr-1', rule: ssh }], rule())).toBe(true);
  expect(names([{ rule: rule() }], ssh)).toBe(true);
  expect(names([{ rule: rule({ toPort: 23 }) }], ssh)).toBe(false);
  expect(names([{ id: 'sgr-1' }], rule())).toBe(false);
  expect(names([{ id: 'sgr-3', rule: ssh }], ssh)).toBe(false);
});
