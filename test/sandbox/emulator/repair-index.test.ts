import { existsSync, readdirSync, readFileSync } from 'node:fs';
import * as path from 'node:path';

const ROOT = path.join(__dirname, '..', '..', '..');
const PAGE = path.join(ROOT, 'docs', 'sandbox.md');
const SERVER = path.join(ROOT, 'sandbox', 'emulator', 'server');

/** It repairs nothing: it ends the emulator with its parent. */
const NO_REPAIR = 'end_with_parent.py';

const page = readFileSync(PAGE, 'utf8');
const [, index = ''] = page.split('\n## Repairs of the emulator\n');
const repairs = [...index.matchAll(/^\| (.+) \| (\[.+) \| (.+) \|$/gm)].map(
  ([, lack = '', mendedIn = '', shownBy = '']) => ({ lack, mendedIn, shownBy }),
);

/** Those that lead to files of this repository. */
function linksIn(markdown: string): string[] {
  return [...markdown.matchAll(/\]\((?!#|https?:)([^)]+)\)/g)].map(([, link = '']) => link);
}

function fileOf(link: string): string {
  return path.resolve(path.dirname(PAGE), link);
}

test('every path of the sandbox that the page names leads to something', () => {
  const named = [...page.matchAll(/`(sandbox\/[^`]*)`/g)].map(([, name = '']) => name);
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((name) => !existsSync(path.join(ROOT, name)))).toEqual([]);
});

test('every file that repairs the emulator from inside is in the index', () => {
  const named = new Set(repairs.flatMap(({ mendedIn }) => linksIn(mendedIn)).map(fileOf));
  const files = readdirSync(SERVER).filter((name) => name.endsWith('.py') && name !== NO_REPAIR);
  expect(files).toContain('security_groups.py');
  expect(files.filter((name) => !named.has(path.join(SERVER, name)))).toEqual([]);
});

test.each(repairs.map(({ lack, ...repair }) => [lack, repair] as const))(
  '%s: the index names where it is mended, by functions that are there, and a test or none',
  (_, { mendedIn, shownBy }) => {
    expect(linksIn(mendedIn)).not.toEqual([]);
    for (const [, link = '', name] of mendedIn.matchAll(/\]\(([^)]+)\) \(`(\w+)`\)/g)) {
      const written = link.endsWith('.py') ? `def ${name}(` : `${name}(`;
      expect(readFileSync(fileOf(link), 'utf8')).toContain(written);
    }
    const tests = linksIn(shownBy);
    expect(tests.every((link) => link.endsWith('.test.ts'))).toBe(true);
    expect(tests.length > 0 || shownBy === '—').toBe(true);
  },
);
