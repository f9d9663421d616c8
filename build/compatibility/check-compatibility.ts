import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const TOOLS = resolve(__dirname, '..', '..', 'node_modules', '.bin');
/**
 * Of a release, as in v1.2.3; not of a release candidate, nor v0.0.0, from which the first release
 * counts and which nothing was released as.
 */
const RELEASE_TAG = /^v(?!0\.0\.0$)\d+\.\d+\.\d+$/;
/** A release in a changelog of the form of Keep a Changelog. */
const RELEASE_HEADING = /^## \[(\d+\.\d+\.\d+)\]/m;
/** What breaks on purpose, by the keys that jsii-diff prints: emptied with each release. */
const BROKEN_ON_PURPOSE = '.compatignore';

/**
 * Compares the compiled API with that of the last release, which is built again from its tag. It
 * fails where code that was written for that release would not compile any more.
 */
function checkCompatibility(project: string): void {
  if (!existsSync(join(project, '.jsii'))) {
    throw new Error(`There is no ${join(project, '.jsii')} to compare: compile first.`);
  }
  const tag = lastReleaseTag(project);
  if (tag === undefined) {
    console.log(
      'There is no tag of a release yet: there is nothing that the API is compared with.',
    );
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'compatibility-'));
  const checkout = join(folder, 'checkout');
  run('git', ['worktree', 'add', '--quiet', '--detach', checkout, tag], project);
  try {
    compile(checkout, project);
    const options = ['--error-on', 'all', '--keys'];
    run(
      join(TOOLS, 'jsii-diff'),
      [checkout, project, ...options, '--ignore-file', join(project, BROKEN_ON_PURPOSE)],
      project,
    );
    console.log(`What was written for ${tag} compiles with this API too.`);
  } finally {
    run('git', ['worktree', 'remove', '--force', checkout], project);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Throws where there must be one that this clone lacks: it would compare nothing. */
function lastReleaseTag(project: string): string | undefined {
  if (output('git', ['rev-parse', '--is-shallow-repository'], project) === 'true') {
    throw new Error('This clone has no history: fetch it with "git fetch --unshallow --tags".');
  }
  const newestFirst = ['tag', '--list', '--merged', 'HEAD', '--sort', '-version:refname'];
  const tags = output('git', newestFirst, project).split('\n');
  const tag = tags.find((name) => RELEASE_TAG.test(name));
  const [, released] =
    RELEASE_HEADING.exec(readFileSync(join(project, 'CHANGELOG.md'), 'utf8')) ?? [];
  if (released !== undefined && tag === undefined) {
    throw new Error(
      `CHANGELOG.md has version ${released}, but there is no tag of a release: fetch them with "git fetch --tags".`,
    );
  }
  return tag;
}

function compile(checkout: string, project: string): void {
  const [before, now] = [checkout, project].map((folder) =>
    readFileSync(join(folder, 'package-lock.json'), 'utf8'),
  );
  if (before === now) symlinkSync(join(project, 'node_modules'), join(checkout, 'node_modules'));
  else run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], checkout);
  run(
    join(checkout, 'node_modules', '.bin', 'jsii'),
    ['--silence-warnings=reserved-word'],
    checkout,
  );
}

function output(command: string, parameters: string[], cwd: string): string {
  return execFileSync(command, parameters, { cwd, encoding: 'utf8' }).trim();
}

function run(command: string, parameters: string[], cwd: string): void {
  execFileSync(command, parameters, { cwd, stdio: 'inherit' });
}

try {
  checkCompatibility(resolve(process.argv[2] ?? '.'));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
