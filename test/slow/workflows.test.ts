import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(__dirname, '..', '..');
const LACKED = spawnSync('go', ['version']).status === 0 ? undefined : 'there is no go on the PATH';

(LACKED === undefined ? describe : describe.skip)(
  `the workflows of GitHub, by actionlint${LACKED ? `, which is not asked: ${LACKED}` : ''}`,
  () => {
    test('have no fault', () => {
      const files = globSync('.github/workflows/*.yml', { cwd: PROJECT });

      expect(files.length).toBeGreaterThan(3);
      expect(lint(files)).toEqual('');
    });

    test('would be found to have one', () => {
      const broken = readFileSync(join(PROJECT, '.github/workflows/checks.yml'), 'utf8').replace(
        'permissions:\n      contents: read',
        'permissions:\n      contents: reed',
      );

      expect(lint(['-'], broken)).toContain('"reed" is invalid as permission of scope "contents"');
    });
  },
);

/** What it says. Shell and Python inside of the workflows are not looked at: most is projen's. */
function lint(files: readonly string[], input = ''): string {
  const { stdout, stderr, error } = spawnSync(
    'go',
    ['tool', 'actionlint', '-no-color', '-shellcheck=', '-pyflakes=', ...files.map(fromHere)],
    {
      cwd: join(PROJECT, 'build', 'workflow-lint'),
      input,
      encoding: 'utf8',
      // Of that folder alone, in the versions that it names.
      env: { ...process.env, GOFLAGS: '-mod=readonly', GOWORK: 'off' },
    },
  );
  if (error) throw error;
  return stdout + stderr;
}

function fromHere(file: string): string {
  return file === '-' ? file : join(PROJECT, file);
}
