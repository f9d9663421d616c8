import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { daysBetween, isOlderThan } from '../../src/access-key/domain/access-key';
import { INVENTORY_COLUMNS } from '../../src/access-key/domain/inventory-csv';

const PAGE = readFileSync(join(__dirname, '..', '..', 'docs', 'auditor.md'), 'utf8');

/** Those that the commands read. */
const COLUMNS = [
  'account',
  'user',
  'key_id',
  'status',
  'age_in_days',
  'last_used',
  'days_since_use',
  'excluded_by',
  'exclusion_reason',
  'problem',
  'owner',
] as const;

test('the file has the columns that the commands read', () => {
  expect(INVENTORY_COLUMNS).toEqual(expect.arrayContaining([...COLUMNS]));
});

const HOUR = 3_600_000;
const NOW = new Date('2026-11-21T10:00:00Z');
/** Of the key of idle, which has passed both limits an hour ago. */
const CREATED = new Date(NOW.getTime() - 90 * 24 * HOUR - HOUR);
const USED = new Date(NOW.getTime() - 45 * 24 * HOUR - HOUR);
/** What the file says of it. */
const WHOLE_DAYS = {
  age: String(daysBetween(CREATED, NOW)),
  sinceUse: String(daysBetween(USED, NOW)),
};

type Row = Partial<Record<(typeof COLUMNS)[number], string>>;

const ROWS: readonly Row[] = [
  {
    user: 'old, and "used"',
    key_id: 'AKIAOLD',
    status: 'Active',
    age_in_days: '400',
    last_used: '2026-11-20T10:00:00Z',
    days_since_use: '1',
    owner: 'payments',
  },
  {
    user: 'forgotten',
    key_id: 'AKIAFORGOTTEN',
    status: 'Active',
    age_in_days: '91',
    last_used: 'never',
    excluded_by: 'the path /breakglass/',
    exclusion_reason: 'Sealed, and tested each quarter',
  },
  {
    user: 'idle',
    key_id: 'AKIAIDLE',
    status: 'Inactive',
    age_in_days: WHOLE_DAYS.age,
    last_used: '2026-10-06T10:00:00Z',
    days_since_use: WHOLE_DAYS.sinceUse,
    owner: 'web',
  },
  { user: 'new', key_id: 'AKIANEW', status: 'Active', age_in_days: '44', last_used: 'never' },
  {
    user: 'made during the run',
    key_id: 'AKIAJUSTNOW',
    status: 'Active',
    age_in_days: '0',
    last_used: 'never',
  },
  { account: '444455556666', problem: 'the account could not be read' },
];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'auditor-'));
  writeFileSync(join(folder, 'keys.csv'), csvText(ROWS));
});

afterAll(() => rmSync(folder, { recursive: true }));

test('which keys are older than 90 days, and of which that is not known', () => {
  expect(answersTo('Which keys are older than 90 days?')).toEqual([
    '111122223333 old, and "used" AKIAOLD Active 400',
    '111122223333 forgotten AKIAFORGOTTEN Active 91',
    '111122223333 idle AKIAIDLE Inactive 90',
    '444455556666     the account could not be read',
  ]);
});

test('which were not used for 45 days, those that never were counted from their creation', () => {
  expect(answersTo('Which were not used for 45 days?')).toEqual([
    '111122223333 forgotten AKIAFORGOTTEN Active never',
    '111122223333 idle AKIAIDLE Inactive 2026-10-06T10:00:00Z',
    '444455556666     the account could not be read',
  ]);
});

test('a key that the sentry lists as too old or as unused is in both answers', () => {
  expect(isOlderThan(CREATED, 90, NOW)).toBe(true);
  expect(isOlderThan(USED, 45, NOW)).toBe(true);
  expect(answersTo('Which keys are older than 90 days?').join()).toContain('AKIAIDLE');
  expect(answersTo('Which were not used for 45 days?').join()).toContain('AKIAIDLE');
});

test('who owns them, and who has them where no owner is known', () => {
  expect(answersTo('Who owns them?').slice(0, 3)).toEqual([
    'payments 111122223333 old, and "used" AKIAOLD',
    'forgotten 111122223333 forgotten AKIAFORGOTTEN',
    'web 111122223333 idle AKIAIDLE',
  ]);
});

test('what was excluded, and why', () => {
  expect(answersTo('What was excluded, and why?')).toEqual([
    '111122223333 forgotten AKIAFORGOTTEN the path /breakglass/ Sealed, and tested each quarter',
  ]);
});

/** What the command of that section prints, as it stands on the page. */
function answersTo(question: string): string[] {
  const [, section = ''] = PAGE.split(`\n## ${question}\n`);
  const [, command = ''] = /```shell\n(.*?)\n```/s.exec(section) ?? [];
  const printed = execFileSync('bash', ['-c', command], { cwd: folder, encoding: 'utf8' });
  return printed
    .trimEnd()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** As IamKeySentry writes it: each cell in quotes, and lines that end as RFC 4180 has it. */
function csvText(rows: readonly Row[]): string {
  const cells = rows.map((row) =>
    COLUMNS.map((column) => row[column] ?? (column === 'account' ? '111122223333' : '')),
  );
  return [COLUMNS, ...cells].map((line) => `${line.map(quoted).join(',')}\r\n`).join('');
}

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}
