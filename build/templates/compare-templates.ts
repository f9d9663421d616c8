import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { appsIn } from './apps';
import { templateDifferences, type Comparison } from './template-differences';

const PROJECT = resolve(__dirname, '..', '..');
const USAGE = 'npm run templates -- <commit> [--renamed]';

/**
 * Compares the templates of all TypeScript examples and of the app that uses every prop with those
 * of another commit.
 */
function main([commit, option]: string[]): void {
  if (commit === undefined || (option !== undefined && option !== '--renamed')) {
    throw new Error(`Write ${USAGE}.`);
  }
  const folder = mkdtempSync(join(tmpdir(), 'templates-'));
  const checkout = join(folder, 'checkout');
  try {
    run('git', ['worktree', 'add', '--detach', checkout, commit], PROJECT);
    symlinkSync(join(PROJECT, 'node_modules'), join(checkout, 'node_modules'));
    const comparison = option === '--renamed' ? 'renamed' : 'exact';
    process.exitCode = report(
      templatesOf(checkout, join(folder, 'before')),
      templatesOf(PROJECT, join(folder, 'after')),
      comparison,
    );
  } finally {
    run('git', ['worktree', 'remove', '--force', checkout], PROJECT);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** By the name of the stack, since a commit may have its apps elsewhere. */
function templatesOf(checkout: string, folder: string): Map<string, string> {
  tsx(checkout, 'build/bundle-handlers.ts', {});
  const assemblies = appsIn(checkout).map((app, index) => {
    const assembly = join(folder, String(index));
    tsx(checkout, app, { CDK_OUTDIR: assembly, CDK_VALIDATION: 'false' });
    return assembly;
  });
  const files = assemblies.flatMap((assembly) =>
    readdirSync(assembly)
      .filter((file) => file.endsWith('.template.json'))
      .map((file) => join(assembly, file)),
  );
  return new Map(
    files.map((file) => [basename(file, '.template.json'), readFileSync(file, 'utf8')]),
  );
}

function report(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  comparison: Comparison,
): number {
  const differences = [...new Set([...before.keys(), ...after.keys()])].map((stack) => {
    const [old, now] = [before.get(stack), after.get(stack)];
    const found =
      old && now ? templateDifferences(old, now, comparison) : [`only ${old ? 'before' : 'after'}`];
    console.log(`${found.length === 0 ? 'same     ' : 'different'} ${stack}`);
    found.forEach((difference) => console.log(`          ${difference}`));
    return found.length;
  });
  return differences.some((count) => count > 0) ? 1 : 0;
}

function tsx(cwd: string, file: string, env: Record<string, string>): void {
  run(
    join(PROJECT, 'node_modules', '.bin', 'tsx'),
    ['--tsconfig', join(cwd, 'tsconfig.dev.json'), file],
    cwd,
    env,
  );
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

main(process.argv.slice(2));
