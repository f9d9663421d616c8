import * as fc from 'fast-check';
import { lakeMap, lakeStruct } from '../../../../src/organization/domain/reading/lake-text';

describe('a column of names and values', () => {
  test('holds JSON and plain text', () => {
    const text =
      '{groupId=sg-1, ipPermissions={"items":[{"ipProtocol":"tcp","fromPort":22}]}, dryRun=null}';
    expect(lakeMap(text, 3)).toEqual({
      groupId: 'sg-1',
      ipPermissions: { items: [{ ipProtocol: 'tcp', fromPort: 22 }] },
    });
  });

  test.each<[string, string, number, unknown]>([
    [
      'commas and braces in text',
      '{groupName=a, b} c, vpcId=vpc-1}',
      2,
      { groupName: 'a, b} c', vpcId: 'vpc-1' },
    ],
    [
      'brackets that are no JSON',
      '{groupName=[a], vpcId=vpc-1}',
      2,
      { groupName: '[a]', vpcId: 'vpc-1' },
    ],
    ['a text after brackets', '{groupName=[1] b, vpcId=v}', 2, { groupName: '[1] b', vpcId: 'v' }],
    [
      'a comma after brackets',
      '{groupName=[1], b, vpcId=v}',
      2,
      { groupName: '[1], b', vpcId: 'v' },
    ],
    ['an equals sign after brackets', '{groupName=[1] ab=c}', 1, { groupName: '[1] ab=c' }],
    [
      'equals signs in text',
      '{groupName=a b=c, 1 d=e, vpcId=v}',
      2,
      { groupName: 'a b=c, 1 d=e', vpcId: 'v' },
    ],
    ['a number, which is text', '{fromPort=5}', 1, { fromPort: '5' }],
    [
      'a name inside of JSON',
      '{tags={"a":"x, groupId=sg-2"}}',
      1,
      { tags: { a: 'x, groupId=sg-2' } },
    ],
    ['nothing', '{}', 0, {}],
  ])('holds %s', (_, text, count, fields) => {
    expect(lakeMap(text, count)).toEqual(fields);
  });

  test('is not believed where a text of the caller looks like one more value', () => {
    const text = '{groupDescription=x, groupId=sg-other, groupName=mine}';
    expect(lakeMap(text, 2)).toBeUndefined();
    expect(lakeMap('{groupName=x, groupId=sg-other, groupId=sg-1}', 2)).toBeUndefined();
  });

  test.each([
    '',
    'null',
    '{',
    '{groupId}',
    '{groupId=sg-1',
    '{groupId=sg-1} ',
    '{this is no field at all}',
  ])('cannot be read: %j', (text) => {
    expect(lakeMap(text, 1)).toBeUndefined();
  });

  const plain = fc
    .string({ unit: fc.constantFrom(...'ab1 ,={}[]"\\-'), maxLength: 12 })
    .filter(
      (value) => value !== 'null' && !/^[[{]/.test(value) && !/, [A-Za-z_][\w.:-]*=/.test(value),
    );
  const json = fc.oneof(
    fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 3 }),
    fc.dictionary(fc.string({ maxLength: 6 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 }),
  );
  const name = fc.stringMatching(/^[a-zA-Z_]{1,6}$/).filter((key) => key !== '__proto__');

  test('is what was written into it', () => {
    fc.assert(
      fc.property(fc.dictionary(name, fc.oneof(plain, json), { maxKeys: 4 }), (fields) => {
        const expected = JSON.parse(JSON.stringify(fields)) as typeof fields;
        const read = lakeMap(written(fields), Object.keys(fields).length);
        expect(JSON.parse(JSON.stringify(read))).toEqual(expected);
      }),
      { numRuns: 100 },
    );
  });

  test('is never something else, whatever a caller writes', () => {
    const hostile = fc.array(
      fc.constantFrom('a', ', ', 'groupId=', 'sg-1', '{', '}', '[', ']', '1'),
      {
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(hostile, (parts) => {
        const fields = { groupName: parts.join(''), vpcId: 'vpc-1' };
        const read = lakeMap(written(fields), 2);
        expect(read === undefined || !('groupId' in read)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a column of fields that AWS knows', () => {
  test('holds such fields itself, and leaves out what is not there', () => {
    const text =
      '{type=AssumedRole, arn=arn:aws:sts::1:assumed-role/a/b, username=null, sessioncontext={attributes={mfaauthenticated=false}, sessionissuer={type=Role, username=a}, webidfederationdata=null}}';
    expect(lakeStruct(text)).toEqual({
      type: 'AssumedRole',
      arn: 'arn:aws:sts::1:assumed-role/a/b',
      sessioncontext: {
        attributes: { mfaauthenticated: 'false' },
        sessionissuer: { type: 'Role', username: 'a' },
      },
    });
  });

  test.each(['{type=a, type=b}', '{a={b=1, b=2}, c=3}', '{a={b=1, b=}', '{a={b=1}', 'a', '{a=1}}'])(
    'cannot be read: %s',
    (text) => {
      expect(lakeStruct(text)).toBeUndefined();
    },
  );
});

function written(fields: Readonly<Record<string, unknown>>): string {
  const values = Object.entries(fields).map(
    ([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `{${values.join(', ')}}`;
}
