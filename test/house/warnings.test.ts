import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Warnings and information at synth, as constructs write their ids. */

const PROJECT = join(__dirname, '..', '..');
const PAGE = 'docs/troubleshooting.md';

/** These begin with the library's name as well: a key of the context, and tags. */
const NO_WARNINGS = ['architecture', 'rights', 'version'];

test(`each warning has a row in ${PAGE}, and each row is of a warning`, () => {
  const warnings = globSync('src/*/constructs/**/*.ts', { cwd: PROJECT })
    .flatMap((file) => [...read(file).matchAll(/['"`]cdk-sentries:([a-z]\w+)/g)])
    .map(([, id = '']) => id)
    .filter((id) => !NO_WARNINGS.includes(id));

  expect(idsInRows(read(PAGE))).toEqual([...new Set(warnings)].sort());
});

function idsInRows(page: string): string[] {
  const [, table = ''] = page.split('| id, after `cdk-sentries:` |');
  const [rows = ''] = table.split('\n\n');
  return rows
    .split('\n')
    .slice(2)
    .flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`(\w+)`/g)])
    .map(([, id = '']) => id)
    .sort();
}

function read(file: string): string {
  return readFileSync(join(PROJECT, file), 'utf8');
}
