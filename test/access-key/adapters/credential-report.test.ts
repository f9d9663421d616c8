import fc from 'fast-check';
import { parseCredentialReport } from '../../../src/access-key/adapters/credential-report';

const HEADER = [
  'user',
  'arn',
  'user_creation_time',
  'password_enabled',
  'password_last_used',
  'password_last_changed',
  'password_next_rotation',
  'mfa_active',
  'access_key_1_active',
  'access_key_1_last_rotated',
  'access_key_1_last_used_date',
  'access_key_1_last_used_region',
  'access_key_1_last_used_service',
  'access_key_2_active',
  'access_key_2_last_rotated',
  'access_key_2_last_used_date',
  'access_key_2_last_used_region',
  'access_key_2_last_used_service',
  'cert_1_active',
  'cert_1_last_rotated',
  'cert_2_active',
  'cert_2_last_rotated',
];

const ANN: Readonly<Record<string, string>> = {
  user: 'ann',
  arn: 'arn:aws:iam::111111111111:user/ann',
  user_creation_time: '2020-01-02T03:04:05+00:00',
  access_key_1_active: 'true',
  access_key_1_last_rotated: '2021-01-02T03:04:05+00:00',
  access_key_1_last_used_date: '2026-05-01T10:00:00+00:00',
  access_key_1_last_used_region: 'eu-west-1',
  access_key_1_last_used_service: 's3',
  access_key_2_active: 'false',
};

const quoted = (value: string) => (/[",]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);

function reportOf(
  rows: readonly Readonly<Record<string, string>>[],
  header: readonly string[] = HEADER,
): string {
  return [header, ...rows.map((row) => header.map((column) => quoted(row[column] ?? 'N/A')))]
    .map((line) => line.join(','))
    .join('\n');
}

const ann = (values: Record<string, string>) =>
  parseCredentialReport(reportOf([{ ...ANN, ...values }]))[0]!;

test('a row is read by the names of its columns', () => {
  const [row] = parseCredentialReport(reportOf([ANN]));
  expect(row).toEqual({
    userName: 'ann',
    arn: 'arn:aws:iam::111111111111:user/ann',
    createdAt: new Date('2020-01-02T03:04:05Z'),
    slots: [
      {
        active: true,
        lastChangedAt: new Date('2021-01-02T03:04:05Z'),
        lastUsedAt: new Date('2026-05-01T10:00:00Z'),
        lastUsedRegion: 'eu-west-1',
        lastUsedService: 's3',
      },
      { active: false },
    ],
  });
  const others = ['a_new_column', ...[...HEADER].reverse()];
  expect(parseCredentialReport(reportOf([ANN], others))).toEqual([row]);
});

test.each([
  ['TRUE', true],
  ['True', true],
  ['false', false],
  ['FALSE', false],
  ['N/A', false],
  ['not_supported', false],
  ['no_information', true],
])('active may be %s: %s', (value, active) =>
  expect(ann({ access_key_1_active: value }).slots[0]!.active).toBe(active),
);

test('a last use of no_information is unknown, and not "never"', () => {
  expect(ann({ access_key_1_last_used_date: 'no_information' }).slots[0]).toMatchObject({
    lastUsedAt: undefined,
    isLastUseUnknown: true,
  });
});

test.each(['N/A', 'n/a', 'not_supported', ''])('a last use of %s is none', (value) => {
  const values = {
    access_key_1_last_used_date: value,
    access_key_1_last_used_region: value,
    access_key_1_last_used_service: value,
  };
  expect(ann(values).slots[0]).toEqual({ active: true, lastChangedAt: expect.any(Date) });
});

test('an inactive key whose last change is not known is there all the same', () => {
  const { slots, createdAt } = ann({
    access_key_2_active: 'false',
    access_key_2_last_rotated: 'no_information',
  });
  expect(slots[1]!.lastChangedAt).toEqual(createdAt);
});

test('the root user has a row', () => {
  const arn = 'arn:aws:iam::111111111111:root';
  const root = {
    user: '<root_account>',
    arn,
    password_enabled: 'not_supported',
    password_last_used: 'no_information',
  };
  expect(ann(root)).toMatchObject({
    userName: '<root_account>',
    slots: [{ active: true }, { active: false }],
  });
});

test('a byte order mark, Windows line ends and a last empty line do no harm', () => {
  expect(
    parseCredentialReport(`\ufeff${reportOf([ANN, ANN]).replaceAll('\n', '\r\n')}\r\n`),
  ).toHaveLength(2);
});

test('names and paths survive with every character that IAM allows, and with those that it does not', () => {
  const name = fc.oneof(
    fc.stringMatching(/^[\w+=,.@-]{1,64}$/),
    fc.stringMatching(/^[ -~]{1,64}$/),
  );
  const path = fc.stringMatching(/^[!-~]{1,40}$/);
  const users = fc.array(
    fc.record({ user: name, arn: path.map((some) => `arn:aws:iam::111111111111:user/${some}/x`) }),
    { maxLength: 5 },
  );
  fc.assert(
    fc.property(users, (all) => {
      const rows = parseCredentialReport(reportOf(all.map((one) => ({ ...ANN, ...one }))));
      expect(rows.map(({ userName, arn }) => ({ user: userName, arn }))).toEqual(all);
    }),
  );
});

describe('what cannot be read is an error that names its user:', () => {
  test.each([
    [
      'a date',
      { access_key_1_last_rotated: 'yesterday' },
      /row of the user ann .*access_key_1_last_rotated is "yesterday", no date/,
    ],
    [
      'a date that is none',
      { access_key_1_last_used_date: '2026-13-45T00:00:00+00:00' },
      /user ann .*no date/,
    ],
    [
      'a date without a time zone',
      { user_creation_time: '2026-01-01T00:00:00' },
      /user ann .*no date/,
    ],
    [
      'no creation',
      { user_creation_time: 'N/A' },
      /user ann .*does not say when the user was created/,
    ],
    [
      'neither true nor false',
      { access_key_2_active: 'maybe' },
      /user ann .*access_key_2_active is "maybe"/,
    ],
    ['no ARN', { arn: '' }, /user ann .*names no user or no ARN/],
  ])('%s', (_, values, message) => {
    expect(() => ann(values)).toThrow(message);
  });

  test('a row of another length, as by a comma that is not quoted', () => {
    expect(() => parseCredentialReport(reportOf([ANN]).replace('ann', 'ann,bob'))).toThrow(
      /user ann cannot be read: it has 23 columns instead of 22/,
    );
    expect(() => parseCredentialReport(reportOf([ANN]).replace(/,N\/A$/, ''))).toThrow(
      /user ann cannot be read: it has 21 columns/,
    );
  });
});

test('a report without a column, without a header, or that is no CSV, is an error', () => {
  const header = HEADER.filter((column) => column !== 'access_key_2_active');
  expect(() => parseCredentialReport(reportOf([ANN], header))).toThrow(
    'lacks the columns access_key_2_active',
  );
  expect(() => parseCredentialReport('')).toThrow('is empty');
  expect(() => parseCredentialReport(`${HEADER.join(',')}\n"ann`)).toThrow('is no CSV');
});
