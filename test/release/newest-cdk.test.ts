import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const PROJECT = resolve(__dirname, '..', '..');
const NEWEST_CDK = join(PROJECT, 'test', 'support', 'packages', 'newest-cdk', 'package.json');
const APPS = globSync('examples/**/app.ts', { cwd: PROJECT });

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cdk-sentries-newest-cdk-'));
  copyFileSync(NEWEST_CDK, join(folder, 'package.json'));
  const [packed] = globSync('dist/js/*.tgz', { cwd: PROJECT });
  run('npm', ['install', '--no-audit', '--no-fund', join(PROJECT, packed!)]);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('it is the pinned one, and not the one that the library is developed with', () => {
  const [pinned, installed, developed] = [
    NEWEST_CDK,
    join(folder, 'node_modules', 'aws-cdk-lib', 'package.json'),
    join(PROJECT, 'node_modules', 'aws-cdk-lib', 'package.json'),
  ].map((file) => JSON.parse(readFileSync(file, 'utf8')));
  expect(installed.version).toBe(pinned.dependencies['aws-cdk-lib']);
  expect(installed.version).not.toBe(developed.version);
});

test.each(APPS)('%s is synthesized, and its templates are valid', (file) => {
  const app = join(folder, dirname(file));
  cpSync(join(PROJECT, dirname(file)), app, { recursive: true });
  const out = join(app, 'cdk.out');
  run('tsx', [join(app, 'app.ts')], { CDK_OUTDIR: out, CDK_VALIDATION: 'true' });
  expect(globSync('**/*.template.json', { cwd: out })).not.toEqual([]);
});

function run(command: string, parameters: string[], environment = {}): void {
  execFileSync(command, parameters, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...environment },
  });
}
