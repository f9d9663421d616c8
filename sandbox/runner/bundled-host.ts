import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { buildSync } from 'esbuild';

const HOST = path.join(__dirname, 'function-host.ts');
const FOLDER = path.join(__dirname, '..', '..', '.sandbox', 'function-host');

let bundledFile: string | undefined;

/**
 * function-host.ts with all that it imports in one file of JavaScript: a process starts with it in
 * half the time, and tests of crashes start hundreds.
 */
export function bundledHost(): string {
  bundledFile ??= bundle();
  return bundledFile;
}

/** Named after what stands in it: who wrote it first does not matter. */
function bundle(): string {
  const { outputFiles } = buildSync({
    entryPoints: [HOST],
    bundle: true,
    platform: 'node',
    write: false,
  });
  const contents = outputFiles.map(({ text }) => text).join('');
  const digest = createHash('sha256').update(contents).digest('hex').slice(0, 12);
  const file = path.join(FOLDER, `${digest}.cjs`);
  if (existsSync(file)) return file;
  mkdirSync(FOLDER, { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, contents);
  renameSync(unfinished, file);
  return file;
}
