import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

const PROJECT = join(__dirname, '..', '..');
const IMPORT = /from '(\.[^']+)'/g;

const files = globSync('src/**/*.ts', { cwd: PROJECT });
const importers = new Map<string, string[]>();
for (const file of files) {
  for (const imported of importsOf(file)) {
    importers.set(imported, [...(importers.get(imported) ?? []), file]);
  }
}

test('what stands in shared/ is used by at least two subjects', () => {
  const lonely = files
    .filter((file) => subjectOf(file) === 'shared')
    .filter((file) => subjectsThatUse(file).size < 2);

  expect(lonely).toEqual([]);
});

function importsOf(file: string): string[] {
  return [...readFileSync(join(PROJECT, file), 'utf8').matchAll(IMPORT)].map(
    ([, path]) => `${normalize(join(dirname(file), path!))}.ts`,
  );
}

function subjectOf(file: string): string {
  return file.split('/')[1]!;
}

/** Also by way of other shared files. */
function subjectsThatUse(file: string, seen = new Set([file])): Set<string> {
  const users = (importers.get(file) ?? []).filter((user) => !seen.has(user));
  users.forEach((user) => seen.add(user));
  const subjects = users.flatMap((user) =>
    subjectOf(user) === 'shared' ? [...subjectsThatUse(user, seen)] : [subjectOf(user)],
  );
  return new Set(subjects.filter((subject) => subject !== 'index.ts'));
}
