import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import madge from 'madge';

const PROJECT = join(__dirname, '..', '..');
const FOLDERS = ['src', 'sandbox', 'build', 'bench', 'projenrc', 'test'];

test('no file imports itself by way of others, types included', async () => {
  expect(await circlesIn(FOLDERS.map((folder) => join(PROJECT, folder)))).toEqual([]);
});

describe('a circle is found', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'circles-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  test('also where one of its imports is of a type only', async () => {
    writeFileSync(join(folder, 'a.ts'), "import type { B } from './b'; export type A = B;");
    writeFileSync(join(folder, 'b.ts'), "import { a } from './a'; export const b = a;");

    expect(await circlesIn([folder])).toEqual([['a.ts', 'b.ts']]);
  });
});

async function circlesIn(folders: readonly string[]): Promise<string[][]> {
  const graph = await madge([...folders], {
    fileExtensions: ['ts'],
    tsConfig: join(PROJECT, 'tsconfig.dev.json'),
    detectiveOptions: { ts: { skipTypeImports: false } },
  });
  return graph.circular();
}
