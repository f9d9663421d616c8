import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { LAST_VERSION } from './last-version';
import { appsIn } from '../../build/templates/apps';

const PROJECT = resolve(__dirname, '..', '..');
/** Not of the last version: what it is recorded with, and what that runs on. */
const FROM_TODAY = ['sandbox', 'test/support', 'test/upgrade'];
const LINKED = ['node_modules', '.sandbox'];
const RECORDED = ['groups', 'keys', 'logical-ids'];

/** Records the last version, from a checkout of it, with today's sandbox. */
function main(): void {
  const folder = mkdtempSync(join(tmpdir(), 'last-version-'));
  const checkout = join(folder, 'checkout');
  try {
    run('git', ['worktree', 'add', '--detach', checkout, LAST_VERSION], PROJECT);
    mkdirSync(join(PROJECT, '.sandbox'), { recursive: true });
    for (const name of LINKED) symlinkSync(join(PROJECT, name), join(checkout, name));
    for (const name of FROM_TODAY) {
      rmSync(join(checkout, name), { recursive: true, force: true });
      cpSync(join(PROJECT, name), join(checkout, name), { recursive: true });
    }
    recordIn(checkout, folder);
    for (const what of RECORDED) {
      const file = `${what}-of-last-version.json`;
      cpSync(join(checkout, 'test/upgrade', file), join(__dirname, file));
    }
  } finally {
    if (existsSync(checkout)) {
      run('git', ['worktree', 'remove', '--force', checkout], PROJECT);
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

function recordIn(checkout: string, folder: string): void {
  tsx(checkout, ['build/bundle-handlers.ts']);
  tsx(checkout, ['test/upgrade/record-groups.ts']);
  tsx(checkout, ['test/upgrade/record-keys.ts']);
  const assemblies = join(folder, 'assemblies');
  appsIn(checkout).forEach((app, index) => {
    tsx(checkout, [app], { CDK_OUTDIR: join(assemblies, String(index)), CDK_VALIDATION: 'false' });
  });
  tsx(checkout, ['test/upgrade/record-logical-ids.ts', assemblies]);
}

function tsx(checkout: string, parameters: string[], env: Record<string, string> = {}): void {
  const [program, settings] = [
    join(PROJECT, 'node_modules', '.bin', 'tsx'),
    join(checkout, 'tsconfig.dev.json'),
  ];
  run(program, ['--tsconfig', settings, ...parameters], checkout, env);
}

function run(
  command: string,
  parameters: string[],
  cwd: string,
  env: Record<string, string> = {},
): void {
  execFileSync(command, parameters, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

main();
