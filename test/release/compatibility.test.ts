import { execFileSync, spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const PROJECT = resolve(__dirname, '..', '..');
const RESPONSES = join('src', 'security-group', 'constructs', 'change-response.ts');
const AUTHOR = ['-c', 'user.name=a', '-c', 'user.email=a@example.com'];

let copy: string;

beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'cdk-sentries-compatibility-'));
  for (const file of git(PROJECT, 'ls-files', '-z').split('\0').filter(isCompiled)) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    copyFileSync(join(PROJECT, file), join(copy, file));
  }
  symlinkSync(join(PROJECT, 'node_modules'), join(copy, 'node_modules'));
  cpSync(join(PROJECT, '.jsii'), join(copy, '.jsii'));
  git(copy, 'init', '--quiet');
  // As a link, it is not what .gitignore names.
  writeFileSync(join(copy, '.git', 'info', 'exclude'), 'node_modules\n');
  commit('as it is');
});

afterEach(() => rmSync(copy, { recursive: true, force: true }));

test('without any release, it says that nothing is compared', () => {
  expect(check()).toEqual({
    status: 0,
    output: expect.stringContaining('There is no tag of a release yet'),
  });
});

test('the tag from which the first release counts is that of no release', () => {
  git(copy, 'tag', 'v0.0.0');
  expect(check()).toEqual({
    status: 0,
    output: expect.stringContaining('There is no tag of a release yet'),
  });
});

test('a clone without history is an error, and no silence', () => {
  const clone = `${copy}-clone`;
  git(copy, ...AUTHOR, 'commit', '--quiet', '--allow-empty', '--message', 'one more');
  git(PROJECT, 'clone', '--quiet', '--depth', '1', `file://${copy}`, clone);
  try {
    cpSync(join(copy, '.jsii'), join(clone, '.jsii'));
    expect(check(clone)).toEqual({
      status: 1,
      output: expect.stringContaining('This clone has no history'),
    });
  } finally {
    rmSync(clone, { recursive: true });
  }
});

test('a release that the changelog has, and git has not, is an error', () => {
  writeFileSync(join(copy, 'CHANGELOG.md'), '# Changelog\n\n## [Unreleased]\n\n## [0.1.0]\n');
  expect(check()).toEqual({
    status: 1,
    output: expect.stringContaining('CHANGELOG.md has version 0.1.0, but there is no tag'),
  });
});

test('the same API as in the last release passes', () => {
  git(copy, 'tag', 'v0.1.0');
  expect(check()).toEqual({
    status: 0,
    output: expect.stringContaining('What was written for v0.1.0 compiles with this API too'),
  });
});

test('a method that has another name than in the last release fails, and is named', () => {
  git(copy, 'tag', 'v0.1.0');
  const file = join(copy, RESPONSES);
  const source = readFileSync(file, 'utf8');
  expect(source).toContain('static notifyOnly(');
  writeFileSync(file, source.replace('static notifyOnly(', 'static onlyNotify('));
  commit('another name');
  execFileSync(join(copy, 'node_modules', '.bin', 'jsii'), { cwd: copy });

  expect(check()).toEqual({
    status: 1,
    output: expect.stringMatching(/ChangeResponse\.notifyOnly.+has been removed/),
  });
});

function check(project = copy): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(
    'tsx',
    [join(PROJECT, 'build', 'compatibility', 'check-compatibility.ts'), project],
    { encoding: 'utf8' },
  );
  return { status, output: stdout + stderr };
}

function isCompiled(file: string): boolean {
  return /^(src\/|README\.md|LICENSE|CHANGELOG\.md|(package|package-lock|tsconfig)\.json|\.gitignore)/.test(
    file,
  );
}

function commit(subject: string): void {
  git(copy, 'add', '--all');
  git(copy, ...AUTHOR, 'commit', '--quiet', '--message', subject);
}

function git(folder: string, ...parameters: string[]): string {
  return execFileSync('git', parameters, { cwd: folder, encoding: 'utf8' });
}
