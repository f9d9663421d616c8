import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { github } from 'projen';

const WORKFLOWS = join(__dirname, '..', '..', '.github', 'workflows');
const FILES = readdirSync(WORKFLOWS);
const CONTRIBUTING = readFileSync(join(WORKFLOWS, '..', '..', 'CONTRIBUTING.md'), 'utf8');

/** Those that projen names: by commit, or by a version that GitHub lets no one move. */
const REVIEWED_ACTIONS: readonly unknown[] = Object.values(github.ActionRefs);

/** To write with GITHUB_TOKEN, or to say to a registry who runs; all else only reads. */
const RIGHTS_BEYOND_READING: Readonly<Record<string, readonly string[]>> = {
  'build.yml': [],
  'checks.yml': [],
  'dependency-review.yml': [],
  'pull-request-lint.yml': [],
  'release.yml': [
    'release_github contents',
    'release_github issues',
    'release_golang issues',
    'release_maven issues',
    'release_npm id-token',
    'release_npm issues',
    'release_nuget id-token',
    'release_nuget issues',
    'release_pypi id-token',
    'release_pypi issues',
  ],
  'upgrade.yml': [],
};

test.each(FILES)('%s calls only actions that no one can change under it', (file) => {
  const called = [...read(file).matchAll(/^ +(?:- )?uses: (\S+)$/gm)].map(([, action]) => action);

  expect(called).not.toEqual([]);
  expect(
    called.filter((action) => !action!.startsWith('./') && !REVIEWED_ACTIONS.includes(action)),
  ).toEqual([]);
});

test.each(FILES)('each job of %s says what it may, and that is little', (file) => {
  const jobs = jobsOf(file);

  expect(jobs.filter(({ text }) => !/^ {4}permissions:/m.test(text))).toEqual([]);
  expect(
    jobs
      .flatMap(({ name, text }) =>
        [...text.matchAll(/^ {6}([\w-]+): write$/gm)].map(([, right]) => `${name} ${right}`),
      )
      .sort(),
  ).toEqual(RIGHTS_BEYOND_READING[file]);
});

test('each job that reaches a registry waits for the reviewers of the environment', () => {
  const publishing = jobsOf('release.yml').filter(({ name }) => name.startsWith('release_'));

  expect(publishing.map(({ name }) => name).sort()).toEqual([
    'release_github',
    'release_golang',
    'release_maven',
    'release_npm',
    'release_nuget',
    'release_pypi',
  ]);
  expect(publishing.filter(({ text }) => !text.includes('\n    environment: release\n'))).toEqual(
    [],
  );
});

test('no secret is there for what a pull request runs', () => {
  const withSecrets = FILES.flatMap((file) => jobsOf(file)).filter(({ text }) =>
    /secrets\.(?!GITHUB_TOKEN\b)/.test(text),
  );

  expect(
    withSecrets.map(({ name, text }) => `${name} in ${/^ {4}environment: (.+)$/m.exec(text)?.[1]}`),
  ).toEqual([
    'release_maven in release',
    'release_nuget in release',
    'release_golang in release',
    'pr in upgrade',
  ]);
});

test('a job that fails to publish can open an issue, without a clone', () => {
  const opening = jobsOf('release.yml').filter(({ text }) => text.includes('gh issue create'));

  expect(opening).toHaveLength(6);
  expect(opening.filter(({ text }) => !text.includes('GH_REPO: ${{ github.repository }}'))).toEqual(
    [],
  );
});

test('nothing is released before all that must hold was seen to', () => {
  expect(neededBy('release')).toEqual(['checks']);
});

test('a wrong version or changelog stops a release before its long checks', () => {
  const [first] = jobsOf('release.yml').filter(({ name }) => name === 'version');

  expect(neededBy('checks')).toEqual(['version']);
  expect(neededBy('version')).toEqual([]);
  expect(first!.text).toContain('run: npx projen bump\n');
  expect(first!.text).toContain('fetch-depth: 0\n');
});

test('what a merge needs also runs in a merge queue', () => {
  const [, needed = ''] = /Protect `main`:[^]*?checks ([^]*?)\./.exec(CONTRIBUTING) ?? [];
  const names = [...needed.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
  const withQueue = FILES.filter((file) => /^ {2}merge_group:/m.test(read(file)));
  const run = withQueue.flatMap((file) =>
    jobsOf(file).flatMap(({ name, text }) => [name, /^ {4}name: (.+)$/m.exec(text)?.[1]]),
  );

  expect(names).toEqual(['All that must hold', 'build', 'Validate PR title']);
  expect(run).toEqual(expect.arrayContaining(names));
});

test.each([
  ['types', /^- Types are (.+?)\.$/m],
  ['scopes', /^- Scopes are ([^]+?)\./m],
])('titles of pull requests may have the %s that CONTRIBUTING.md lists', (kind, sentence) => {
  const [, listed = ''] = sentence.exec(CONTRIBUTING) ?? [];
  const [, allowed = ''] =
    new RegExp(`^ +${kind}: \\|-\\n((?: {12}.+\\n)+)`, 'm').exec(read('pull-request-lint.yml')) ??
    [];

  expect(allowed.trim().split(/\s+/)).toEqual(listed.split(/,\s+|\s+and\s+/));
});

test('what must hold before a release is seen to with all tags, as the last is compared with', () => {
  const [checks] = jobsOf('checks.yml');

  expect(checks!.text).toMatch(/uses: actions\/checkout@\S+\n +with:\n(.+\n)*? +fetch-depth: 0\n/);
});

test('a release has the bill of materials of its bundles, made while their version is known', () => {
  const tasks = readFileSync(join(WORKFLOWS, '..', '..', '.projen', 'tasks.json'), 'utf8');
  const { steps } = JSON.parse(tasks).tasks.release;
  const spawned = steps.flatMap(({ spawn }: { readonly spawn?: string }) => spawn ?? []);
  const created = [...read('release.yml').matchAll(/gh release create .+/g)].map(([line]) => line);

  expect(spawned).toEqual(['bump', 'build', 'sbom', 'unbump']);
  expect(created).toEqual([expect.stringContaining(' dist/sbom/cdk-sentries.cdx.json')]);
});

test('the secrets of a release are those that CONTRIBUTING.md has someone make', () => {
  const used = FILES.flatMap((file) =>
    [...read(file).matchAll(/secrets\.(\w+)/g)].map(([, name]) => name!),
  ).filter((name) => name !== 'GITHUB_TOKEN');

  expect([...new Set(used)].filter((name) => !CONTRIBUTING.includes(`\`${name}\``))).toEqual([]);
});

function neededBy(job: string): readonly string[] {
  const { text } = jobsOf('release.yml').find(({ name }) => name === job)!;
  const [, list = ''] = /^ {4}needs:\n((?: {6}- .+\n)+)/m.exec(text) ?? [];
  return [...list.matchAll(/- (.+)/g)].map(([, needed]) => needed!);
}

function read(file: string): string {
  return readFileSync(join(WORKFLOWS, file), 'utf8');
}

function jobsOf(file: string): readonly { readonly name: string; readonly text: string }[] {
  const [, jobs = ''] = read(file).split('\njobs:\n');
  return jobs
    .split(/^ {2}(?=\S)/m)
    .filter((job) => job !== '')
    .map((job) => ({ name: job.slice(0, job.indexOf(':')), text: job }));
}
