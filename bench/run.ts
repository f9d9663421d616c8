import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { BENCHES } from './page/benches';

/** Those that are named, or all. */
function main(names: readonly string[]): void {
  const known: readonly string[] = BENCHES;
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    console.error(`There is no bench ${unknown}: name some of ${BENCHES.join(', ')}.`);
    process.exitCode = 1;
    return;
  }
  for (const name of names.length > 0 ? names : BENCHES) {
    const file = join(__dirname, `${name}.ts`);
    const { status } = spawnSync(process.execPath, ['--import', 'tsx', file], { stdio: 'inherit' });
    if (status !== 0) process.exitCode = 1;
  }
}

main(process.argv.slice(2));
