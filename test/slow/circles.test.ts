import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROJECT = join(__dirname, '..', '..');
const FOLDERS = ['src', 'sandbox', 'build', 'bench', 'projenrc', 'test'];

test('no file imports itself by way of others, types included', () => {
  expect(circlesIn(FOLDERS)).toEqual([]);
});

test('a circle is found, also where one of its imports is of a type only', () => {
  const folder = mkdtempSync(join(tmpdir(), 'circles-'));
  try {
    writeFileSync(join(folder, 'a.ts'), "import type { B } from './b'; export type A = B;");
    writeFileSync(join(folder, 'b.ts'), "import { a } from './a'; export const b = a;");

    expect(circlesIn([folder])).toEqual([['a.ts', 'b.ts']]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/** In a process of its own: within jest, madge takes three times as long. */
function circlesIn(folders: readonly string[]): unknown {
  const options = [
    '--circular',
    '--json',
    '--extensions',
    'ts',
    '--ts-config',
    'tsconfig.dev.json',
  ];
  const { stdout } = spawnSync(
    join(PROJECT, 'node_modules', '.bin', 'madge'),
    [...options, ...folders],
    { cwd: PROJECT, encoding: 'utf8' },
  );
  return JSON.parse(stdout);
}
