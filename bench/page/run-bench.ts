import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Ends the process where the bench fails: what it has started must not keep it. What it has
 * written for itself goes with it.
 */
export function runBench(bench: () => Promise<void>): void {
  const folder = mkdtempSync(join(tmpdir(), 'cdk-sentries-bench-'));
  process.env.TMPDIR = folder;
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  bench().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
