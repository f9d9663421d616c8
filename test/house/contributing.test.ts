import { globSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PROJECT = join(__dirname, '..', '..');
const PAGES = ['CONTRIBUTING.md', 'SECURITY.md', 'docs/README.md', 'docs/architecture.md'];

const FROM_ROOT =
  /^(src|test|sandbox|build|docs|site|projenrc|examples|bench|mutation|verify|\.ci)\//;
/** As pages about the code of the library write it: without `src/`. */
const FROM_SRC = /^[\w*-]+\/(constructs|contracts|domain|adapters|handlers)\//;
/** Of any file with such an ending. */
const ENDING = /^\*[\w.-]+\.ts$/;
/** Of a file in the folder that the text has just named. */
const NAME = /^\w[\w.-]*\.(ts|py)$/;

test.each(PAGES)('every path in %s leads to something', (page) => {
  const paths = pathsIn(page);

  expect(paths.length).toBeGreaterThan(0);
  expect(paths.filter((path) => globSync(path, { cwd: PROJECT }).length === 0)).toEqual([]);
});

describe('"To change …, go to …" in CONTRIBUTING.md', () => {
  const [, section = ''] = read('CONTRIBUTING.md').split('\n## To change …, go to …\n');
  const [tables = ''] = section.split('\n## ');
  const rows = tables.split('\n').filter((line) => /^\| (?!to change …)/.test(line));

  test('has a row for at least 25 changes', () => {
    expect(rows.length).toBeGreaterThanOrEqual(25);
  });

  test('names a place in each row', () => {
    expect(rows.filter((row) => pathsInCode(row.split(' | ')[1] ?? '').length === 0)).toEqual([]);
  });

  test('names only what is in the file before it', () => {
    const named = [...tables.matchAll(/`([^`]+)` \(`(\w+)`(?:, `(\w+)`)?/g)].flatMap(
      ([, file = '', ...names]) => names.flatMap((name) => (name ? [{ file, name }] : [])),
    );

    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(({ file, name }) => !read(file).includes(name))).toEqual([]);
  });
});

test('the first page of the docs leads to all others', () => {
  const linked = pathsIn('docs/README.md');
  const entries = readdirSync(join(PROJECT, 'docs')).filter((name) => name !== 'README.md');

  expect(entries.filter((name) => !linked.includes(join('docs', name)))).toEqual([]);
});

/** From the root of the project. */
function pathsIn(page: string): string[] {
  const text = read(page);
  const links = [...text.matchAll(/\]\((?!#|https?:)([^)#]+)/g)].map(([, link = '']) =>
    join(dirname(page), link),
  );
  return [...links, ...pathsInCode(text)];
}

/** What a placeholder such as `<subject>` stands for is a `*`. */
function pathsInCode(text: string): string[] {
  let folder = '';
  return [...text.matchAll(/```[^]*?```|`[^`]+`/g)]
    .flatMap(([code]) => code.split(/[\s`()]+/))
    .map((word) => word.replace(/<[^>]*>/g, '*').replace(/[,:;]+$/, ''))
    .flatMap((word) => {
      const path = pathOf(word, folder);
      if (path === undefined) return [];
      folder = word.endsWith('/') ? path : dirname(path);
      return [path.replace(/\/$/, '')];
    });
}

function pathOf(word: string, folder: string): string | undefined {
  if (FROM_ROOT.test(word)) return word;
  if (FROM_SRC.test(word)) return join('src', word);
  if (ENDING.test(word)) return join('{src,test}', '**', word);
  return NAME.test(word) ? join(folder, word) : undefined;
}

function read(page: string): string {
  return readFileSync(join(PROJECT, page), 'utf8');
}
