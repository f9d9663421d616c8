import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { figuresIn, noticedShare, verdictOf } from '../../mutation/figures';
import { foldersIn, withFigures } from '../../mutation/page';
import { bySubject, partsOf } from '../../mutation/parts';
import { SAMPLE } from '../../mutation/sample';

const PROJECT = join(__dirname, '..', '..');
const PAGE = readFileSync(join(PROJECT, 'docs', 'mutation.md'), 'utf8');

const FIGURES = { killed: 6, timedOut: 3, survived: 1, uncovered: 2, leftOut: 5 };

test('each file of the sample is there, and makes decisions', () => {
  const [sample] = partsOf(PROJECT, ['--sample']);
  expect(sample?.files).toEqual(Object.keys(SAMPLE));
  for (const file of Object.keys(SAMPLE)) {
    expect(file).toMatch(/^src\/[\w-]+\/domain\//);
    expect(existsSync(join(PROJECT, file))).toBe(true);
  }
});

test('each folder on the page is there', () => {
  const folders = foldersIn(PAGE);
  expect(folders.length).toBeGreaterThan(10);
  expect(folders.filter((folder) => !existsSync(join(PROJECT, folder)))).toEqual([]);
});

test('a folder stands for its files and for the folders in it, each measured by itself', () => {
  const parts = partsOf(PROJECT, ['src/access-key/domain/']);
  expect(parts.map(({ folder }) => folder)).toEqual([
    'src/access-key/domain',
    'src/access-key/domain/organization',
  ]);
  expect(parts[0]!.files).toContain('src/access-key/domain/key-rules.ts');
  expect(partsOf(PROJECT, [])).toEqual(expect.arrayContaining(parts));
});

test('the folders of a subject are measured in one go', () => {
  const titles = bySubject(partsOf(PROJECT, [])).map((parts) => parts.map(({ title }) => title));
  expect(titles[0]).toEqual(['src/access-key/domain', 'src/access-key/domain/organization']);
  expect(titles.flat()).toEqual(partsOf(PROJECT, []).map(({ title }) => title));
  expect(bySubject(partsOf(PROJECT, ['--sample']))).toHaveLength(1);
});

test('a file is measured alone, and has no row', () => {
  expect(partsOf(PROJECT, ['src/access-key/domain/key-rules.ts'])).toEqual([
    {
      title: 'src/access-key/domain/key-rules.ts',
      subject: 'access-key',
      files: ['src/access-key/domain/key-rules.ts'],
    },
  ]);
});

test('what makes no decisions is refused by its name', () => {
  expect(() => partsOf(PROJECT, ['src/access-key/adapters'])).toThrow('src/access-key/adapters');
});

test('a report is counted over the files of a part', () => {
  const files = {
    'a.ts': { mutants: [{ status: 'Killed' }, { status: 'Ignored' }, { status: 'NoCoverage' }] },
    'b.ts': { mutants: [{ status: 'Killed' }, { status: 'Timeout' }, { status: 'Survived' }] },
  };
  const report = JSON.stringify({ files });
  expect(figuresIn(report, ['a.ts', 'b.ts'])).toEqual({
    killed: 2,
    timedOut: 1,
    survived: 1,
    uncovered: 1,
    leftOut: 1,
  });
  expect(figuresIn(report, ['b.ts', 'without-code.ts'])).toMatchObject({ killed: 1, leftOut: 0 });
  const unknown = '{"files":{"a.ts":{"mutants":[{"status":"Forgotten"}]}}}';
  expect(() => figuresIn(unknown, ['a.ts'])).toThrow();
});

test.each(['Ignored', 'RuntimeError', 'CompileError', 'Pending'])(
  'what Stryker calls %s was not tried, and is left out',
  (status) => {
    const report = JSON.stringify({ files: { 'a.ts': { mutants: [{ status }] } } });
    const figures = figuresIn(report, ['a.ts']);
    expect(figures).toMatchObject({ leftOut: 1 });
    expect(noticedShare(figures)).toBeUndefined();
  },
);

test('changes that no test comes by are not noticed, and those left out do not count', () => {
  expect(noticedShare(FIGURES)).toBe(75);
  const none = { killed: 0, timedOut: 0, survived: 0, uncovered: 0, leftOut: 5 };
  expect(noticedShare(none)).toBeUndefined();
});

test('a run says how much was noticed, and where nothing could be tried', () => {
  const nothing = { killed: 0, timedOut: 0, survived: 0, uncovered: 0, leftOut: 98 };
  expect(verdictOf(nothing)).toEqual({
    text: 'nothing could be tried, 98 were left out',
    isMet: true,
  });
  const enough = { ...nothing, killed: 9, survived: 1 };
  expect(verdictOf(enough)).toMatchObject({ isMet: true });
  const tooFew = { ...nothing, killed: 8, survived: 1 };
  expect(verdictOf(tooFew)).toMatchObject({ isMet: false });
  expect(verdictOf(tooFew).text).toMatch(/^fewer than 90 %: 88\.9 % noticed/);
});

test('a measured folder gets its row, and the other rows and the text stay', () => {
  const empty = 'Before.\n\n<!-- figures -->\n\n<!-- end of figures -->\n\nAfter.\n';
  const folders = ['src/a/domain', 'src/b/domain'];
  const first = withFigures(empty, 'src/b/domain', { ...FIGURES, day: '2026-11-30' }, folders);
  expect(first).toMatch(/^Before\.\n[^]*\nAfter\.\n$/);
  expect(foldersIn(first)).toEqual(folders);
  expect(first).toContain('| `src/a/domain` | not yet |');
  const ofB = '| `src/b/domain` | 2026-11-30 | 75.0 % | 6 | 3 | 1 | 2 | 5 |';
  expect(first).toContain(ofB);

  const second = withFigures(first, 'src/a/domain', { ...FIGURES, day: '2026-12-01' }, folders);
  expect(second).toContain(ofB);
  expect(second).toContain('| `src/a/domain` | 2026-12-01 |');

  const withoutB = withFigures(second, 'src/a/domain', { ...FIGURES, day: '2026-12-01' }, [
    'src/a/domain',
  ]);
  expect(foldersIn(withoutB)).toEqual(['src/a/domain']);
});

test('what tests use of jest is of the same version where changes are measured', () => {
  const { devDependencies: own } = JSON.parse(
    readFileSync(join(PROJECT, 'mutation', 'package.json'), 'utf8'),
  );
  const { devDependencies: root } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8'));
  const versions = ['expect', 'jest-each', 'jest-mock'].map((name) => own[name]);
  expect(new Set(versions)).toEqual(new Set([root.jest]));
});
