import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import * as path from 'node:path';
import { preparePythonEnvironment } from '../../../sandbox/emulator/python-environment';
import { withFolderLock } from '../../../sandbox/support/folder-lock';
import { temporaryFolder } from '../../support/apps/tiny-app';

const FOUND_PATH = process.env.PATH;
const FOUND_PYTHON = process.env.PYTHON;

beforeEach(() => {
  delete process.env.PYTHON;
});
afterEach(() => {
  process.env.PATH = FOUND_PATH;
  if (FOUND_PYTHON !== undefined) process.env.PYTHON = FOUND_PYTHON;
});

const ignore = () => undefined;

/**
 * A folder, as the only one on the PATH, with a python3 that answers as a Python of that version
 * and writes down what it installs.
 */
function fakePython(version: string, pip = 'exit 0'): string {
  const folder = temporaryFolder();
  const installations = path.join(folder, 'installations');
  appendFileSync(installations, '');
  writeFileSync(path.join(folder, '__pip-runner__.py'), '');
  writeFileSync(
    path.join(folder, 'python3'),
    `#!/bin/sh
PATH=/usr/bin:/bin
case "$*" in
  *version_info*) echo "version=${version}" ;;
  *pip.__file__*) echo "pip=${folder}" ;;
  "-m venv"*) for last; do :; done; mkdir -p "$last/bin"; cp "$0" "$last/bin/python" ;;
  *install*) echo "$*" >> "${installations}"; ${pip} ;;
  *) exit 9 ;;
esac
`,
  );
  chmodSync(path.join(folder, 'python3'), 0o755);
  process.env.PATH = folder;
  return installations;
}

function countOf(installations: string): number {
  return readFileSync(installations, 'utf8').split('\n').filter(Boolean).length;
}

test('without a recent Python the error names what was found and what to do', async () => {
  fakePython('3.8.18');
  await expect(preparePythonEnvironment(ignore, temporaryFolder())).rejects.toThrow(
    /needs Python 3\.10 or newer; found python3 is 3\.8\.18\. Install a newer one .* set PYTHON/,
  );
});

test('without any Python the error says so', async () => {
  process.env.PATH = temporaryFolder();
  await expect(preparePythonEnvironment(ignore, temporaryFolder())).rejects.toThrow(
    'found no Python that runs',
  );
});

test('PYTHON comes first', async () => {
  const installations = fakePython('3.12.1');
  process.env.PYTHON = path.join(path.dirname(installations), 'python3');
  process.env.PATH = temporaryFolder();
  const { python } = await preparePythonEnvironment(ignore, temporaryFolder());
  expect(python).toContain('python-3.12.1-');
});

test('installs once; again after an interrupted installation', async () => {
  const installations = fakePython('3.13.0');
  const root = temporaryFolder();
  const environment = await preparePythonEnvironment(ignore, root);
  const parts = countOf(installations);
  expect(parts).toBeGreaterThan(1);
  expect(environment.aws).toBe(path.join(environment.binFolder, 'aws'));

  await preparePythonEnvironment(ignore, root);
  expect(countOf(installations)).toBe(parts);

  rmSync(path.join(environment.binFolder, '..', 'complete.json'));
  await preparePythonEnvironment(ignore, root);
  expect(countOf(installations)).toBe(2 * parts);
});

test('several at once install once', async () => {
  const installations = fakePython('3.13.0');
  const root = temporaryFolder();
  await preparePythonEnvironment(ignore, root);
  const parts = countOf(installations);

  const other = temporaryFolder();
  await Promise.all([1, 2, 3].map(async () => preparePythonEnvironment(ignore, other)));
  expect(countOf(installations)).toBe(2 * parts);
});

test('a failed pip shows its last lines', async () => {
  fakePython('3.13.0', 'echo "no route to the index"; exit 3');
  await expect(preparePythonEnvironment(ignore, temporaryFolder())).rejects.toThrow(
    /ended with 3:\nno route to the index/,
  );
});

test('the lock of a dead process is taken over', async () => {
  const root = temporaryFolder();
  const lock = path.join(root, 'x.lock');
  mkdirSync(lock);
  const { pid } = spawnSync('true');
  writeFileSync(path.join(lock, 'owner.json'), JSON.stringify({ pid, token: 'dead' }));
  await expect(withFolderLock(lock, ignore, async () => existsSync(lock))).resolves.toBe(true);
  expect(readdirSync(root)).toEqual(['x.lock-stale-dead']);
});

test('the lock of a living process is waited for', async () => {
  const lock = path.join(temporaryFolder(), 'x.lock');
  const order: string[] = [];
  const lines: string[] = [];
  await withFolderLock(lock, ignore, async () => {
    const second = withFolderLock(
      lock,
      (line) => {
        lines.push(line);
        order.push('second waits');
      },
      async () => order.push('second'),
    );
    while (lines.length === 0) await new Promise((resolve) => setImmediate(resolve));
    order.push('first');
    return { second };
  }).then(async ({ second }) => second);
  expect(order).toEqual(['second waits', 'first', 'second']);
  expect(lines[0]).toContain(`Waiting for process ${process.pid}`);
});
