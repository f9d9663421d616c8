import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import {
  type MarkdownPage,
  type PageHeading,
  pageOf,
  readPage,
} from '../../build/links/markdown-page';

/** Links of the pages that people read. Those to other sites are only looked at for their form. */

const PROJECT = join(__dirname, '..', '..');
/** API.md is made from the code, and has anchors of HTML. */
const MADE_FROM_CODE = 'API.md';

const PAGES = globSync(['*.md', '.github/**/*.md', 'docs/**/*.md', 'examples/**/*.md'], {
  cwd: PROJECT,
  exclude: (name) => name.includes('node_modules') || name.includes('cdk.out'),
})
  .filter((page) => page !== MADE_FROM_CODE)
  .sort();

const ELSEWHERE = /^[a-z]+:/;
const read = new Map<string, MarkdownPage>();

test.each(PAGES)('each link of %s leads to a file, and to a heading where it names one', (page) => {
  expect(brokenLinks(page, pageAt(join(PROJECT, page)))).toEqual([]);
});

test.each(PAGES)('contents at the top of %s, if there are any, leave no heading out', (page) => {
  expect(leftOutOfContents(pageAt(join(PROJECT, page)))).toEqual([]);
});

test.each([
  ['a chapter', '[a](#a)\n\n## A\n\n## B', ['b']],
  [
    'a part, where others of its chapter are named',
    '[a](#a), [b](#b)\n\n## A\n\n### B\n\n### C',
    ['c'],
  ],
  ['no part, where none of its chapter is named', '[a](#a)\n\n## A\n\n### B', []],
  ['nothing of a page without contents', '[b](#b)\n\n## A\n\n## B\n\n## C', []],
])('contents leave out %s', (_, text, leftOut) => {
  expect(leftOutOfContents(pageOf(text))).toEqual(leftOut);
});

test('README leads to the twelve questions, and each of them to a page with the answer', () => {
  const first = readFileSync(join(PROJECT, 'docs', 'README.md'), 'utf8');
  const [, section = ''] = first.split('\n## Twelve questions\n');
  const [table = ''] = section.split('\n## ');
  const rows = table.split('\n').filter((line) => /^\| (?!before)[A-Z]/.test(line));

  expect(pageAt(join(PROJECT, 'README.md')).links.map(({ target }) => target)).toContain(
    'docs/README.md#twelve-questions',
  );
  expect(rows).toHaveLength(12);
  expect(rows.filter((row) => !/\]\([\w-]+\.md/.test(row))).toEqual([]);
});

test('links to other sites are encrypted', () => {
  const elsewhere = PAGES.flatMap((page) =>
    pageAt(join(PROJECT, page)).links.filter(({ target }) => ELSEWHERE.test(target)),
  ).map(({ target }) => target);

  expect(elsewhere.length).toBeGreaterThan(20);
  expect(elsewhere.filter((target) => !/^(https:\/\/\S+|mailto:\S+)$/.test(target))).toEqual([]);
});

test.each([
  ['a file that is not there', '[a](nowhere.md)', 'nowhere.md'],
  ['a heading that is not there', '# Here\n\n[a](#there)', '#there'],
  [
    'a heading of another page that is not there',
    '[a](glossary.md#nothing)',
    'glossary.md#nothing',
  ],
  ['a link over two lines', 'a [link\nover lines](nowhere.md)', 'nowhere.md'],
])('%s is found', (_, text, target) => {
  expect(brokenLinks('docs/made-up.md', pageOf(text))).toEqual([
    expect.stringMatching(new RegExp(`: ${target}$`)),
  ]);
});

test.each([
  ['a heading with code, punctuation and an ellipsis', '## `a-b`, "c" and d …', '#a-b-c-and-d-'],
  ['a heading that comes again', '## Same\n\n## Same', '#same-1'],
  ['a heading with a link', '## See [this](https://example.com)', '#see-this'],
])('%s is known by its anchor', (_, text, target) => {
  expect(brokenLinks('docs/made-up.md', pageOf(`${text}\n\n[a](${target})`))).toEqual([]);
});

test('code is no heading and has no links', () => {
  const text = '```sh\n# a comment\n[a](nowhere.md)\n```\n\n[a](#a-comment)';
  expect(brokenLinks('docs/made-up.md', pageOf(text))).toEqual(['docs/made-up.md:6: #a-comment']);
});

/** A page has contents if what stands before its first chapter leads there. */
function leftOutOfContents({ headings, links }: MarkdownPage): string[] {
  const chapters = headings.filter(({ level }) => level === 2);
  const top = links.filter(({ line }) => line < (chapters[0]?.line ?? 0));
  const isNamed = ({ anchor }: PageHeading) => top.some(({ target }) => target === `#${anchor}`);
  if (!chapters[0] || !isNamed(chapters[0])) return [];
  const parts = chapters.map(({ line }, index) =>
    headings.filter(
      (heading) =>
        heading.level === 3 &&
        heading.line > line &&
        heading.line < (chapters[index + 1]?.line ?? Infinity),
    ),
  );
  return [chapters, ...parts.filter((some) => some.some(isNamed))]
    .flat()
    .filter((heading) => !isNamed(heading))
    .map(({ anchor }) => anchor);
}

function brokenLinks(page: string, { anchors, links }: MarkdownPage): string[] {
  return links
    .filter(({ target }) => !ELSEWHERE.test(target))
    .filter(({ target }) => !leadsSomewhere(page, target, anchors))
    .map(({ line, target }) => `${page}:${line}: ${target}`);
}

function leadsSomewhere(page: string, target: string, ownAnchors: ReadonlySet<string>): boolean {
  const [path = '', anchor] = target.split('#');
  if (path === '') return ownAnchors.has(anchor ?? '');
  const file = normalize(join(PROJECT, dirname(page), decodeURIComponent(path)));
  if (!existsSync(file) || relative(PROJECT, file).startsWith('..')) return false;
  return anchor === undefined || !file.endsWith('.md') || hasAnchor(file, anchor);
}

function hasAnchor(file: string, anchor: string): boolean {
  return relative(PROJECT, file) === MADE_FROM_CODE || pageAt(file).anchors.has(anchor);
}

function pageAt(file: string): MarkdownPage {
  const known = read.get(file) ?? readPage(file);
  read.set(file, known);
  return known;
}
