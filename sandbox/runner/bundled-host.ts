import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';

const HOST = path.join(__dirname, 'function-host.ts');
const FOLDER = path.join(__dirname, '..', '..', '.sandbox', 'function-host');

/**
 * As a program: `buildSync` starts a thread and a process that never end, and jest, which loads it
 * again for each test file, would gather them.
 */
const ESBUILD = require.resolve('esbuild/bin/esbuild');

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
  const contents = execFileSync(ESBUILD, [HOST, '--bundle', '--platform=node']);
  const digest = createHash('sha256').update(contents).digest('hex').slice(0, 12);
  const file = path.join(FOLDER, `${digest}.cjs`);
  if (existsSync(file)) return file;
  mkdirSync(FOLDER, { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, contents);
  renameSync(unfinished, file);
  return file;
}
