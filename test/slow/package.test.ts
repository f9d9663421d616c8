import { execFileSync } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { preparePythonEnvironment } from '../../sandbox/emulator/python-environment';

const PROJECT = resolve(__dirname, '..', '..');
const NOT_SHIPPED =
  /package\/(src|test|sandbox|build|bench|examples|projenrc|docs\/(?!schemas)|lib\/(adapters|handlers))\b|\.ts$(?<!\.d\.ts)/;

let folder: string;
let tarball: string;
/** A PATH on which there is Node and nothing else: no esbuild, no Docker. */
let onlyNode: string;

beforeAll(() => {
  if (!existsSync(join(PROJECT, 'lib', 'index.js'))) {
    throw new Error('There is no lib/ to pack: run "npm run build" first.');
  }
  folder = mkdtempSync(join(tmpdir(), 'cdk-sentries-package-'));
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], PROJECT),
  );
  tarball = join(folder, packed.filename);
  onlyNode = join(folder, 'bin');
  mkdirSync(onlyNode);
  symlinkSync(process.execPath, join(onlyNode, 'node'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the npm package', () => {
  let app: string;

  beforeAll(() => {
    app = emptyFolder('app');
    writeFileSync(join(app, 'package.json'), '{ "private": true }');
    run('npm', ['install', '--no-audit', '--no-fund', tarball], app);
  });

  test('holds what the library needs, and nothing else', () => {
    const files = run('tar', ['tzf', tarball]).trim().split('\n');
    expect(files).toEqual(
      expect.arrayContaining([
        'package/.jsii',
        'package/API.md',
        'package/LICENSE',
        'package/README.md',
        'package/bundles/respond-to-changes/index.js',
        'package/lib/index.js',
        'package/lib/index.d.ts',
        'package/docs/schemas/security-group-change.v1.schema.json',
        'package/node_modules/ipaddr.js/package.json',
      ]),
    );
    expect(files.filter((file) => NOT_SHIPPED.test(file))).toEqual([]);
  });

  test('brings its one dependency along, and fetches only its peers', () => {
    const { packages } = JSON.parse(readFileSync(join(app, 'package-lock.json'), 'utf8'));
    const { dependencies, peerDependencies } = packages['node_modules/cdk-sentries'];
    expect(Object.keys(peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
    expect(Object.keys(dependencies)).toEqual(['ipaddr.js']);
    expect(packages['node_modules/cdk-sentries/node_modules/ipaddr.js'].inBundle).toBe(true);
  });

  test('can be required', () => {
    expect(
      run(
        process.execPath,
        ['-p', "Object.keys(require('cdk-sentries')).includes('SecurityGroupSentry')"],
        app,
      ).trim(),
    ).toBe('true');
  });

  test("synthesizes README's app with neither esbuild nor Docker", () => {
    writeFileSync(
      join(app, 'app.js'),
      ts.transpile(readmeApp(), { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 }),
    );
    const out = join(app, 'cdk.out');
    run('node', ['app.js'], app, { PATH: onlyNode, CDK_OUTDIR: out });
    expect(template(out, 'Network')).toContain('AWS::Lambda::Function');
    expect(globSync('asset.*/index.js', { cwd: out })).toHaveLength(3);
  });
});

describe('the Python package that jsii builds of it', () => {
  test('synthesizes the example with neither esbuild nor Docker', async () => {
    const out = emptyFolder('python-dist');
    run('jsii-pacmak', ['--target', 'python', '--outdir', out], PROJECT);
    const [wheel] = globSync('python/*.whl', { cwd: out });
    const app = emptyFolder('python-app');
    const { python } = await preparePythonEnvironment(() => undefined);
    run(python, ['-m', 'venv', 'venv'], app);
    run(
      join(app, 'venv', 'bin', 'pip'),
      ['install', '--quiet', '--disable-pip-version-check', join(out, wheel!)],
      app,
    );
    const cdkOut = join(app, 'cdk.out');
    const example = join(PROJECT, 'examples', 'locked-security-group', 'python', 'app.py');
    run(join(app, 'venv', 'bin', 'python'), [example], app, { PATH: onlyNode, CDK_OUTDIR: cdkOut });
    expect(JSON.parse(template(cdkOut, 'LockedSecurityGroup'))).toEqual(await typeScriptTemplate());
  });
});

/**
 * The same example in TypeScript, with the same version of aws-cdk-lib where the versions allow it.
 */
async function typeScriptTemplate(): Promise<unknown> {
  const out = emptyFolder('typescript-out');
  run(
    'tsx',
    ['--tsconfig', 'tsconfig.dev.json', 'examples/locked-security-group/typescript/app.ts'],
    PROJECT,
    { PATH: process.env.PATH!, CDK_OUTDIR: out },
  );
  return JSON.parse(template(out, 'LockedSecurityGroup'));
}

function readmeApp(): string {
  const [, code] = /```ts\n(.+?)```/s.exec(readFileSync(join(PROJECT, 'README.md'), 'utf8')) ?? [];
  if (!code) throw new Error('README.md has no ```ts block: its smallest app is missing.');
  return code;
}

function template(out: string, stack: string): string {
  return readFileSync(join(out, `${stack}.template.json`), 'utf8');
}

function emptyFolder(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

function run(
  command: string,
  parameters: string[],
  cwd?: string,
  environment?: Record<string, string>,
): string {
  return execFileSync(command, parameters, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment ? { HOME: process.env.HOME, ...environment } : process.env,
  });
}
