import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import ts from 'typescript';
import { preparePythonEnvironment } from '../../sandbox/emulator/python-environment';
import { typeErrors, underscoredNames } from '../support/packages/published-types';
import { filesInTypeScript, filesWithSmallestApp } from '../support/packages/translated-code';

const PROJECT = resolve(__dirname, '..', '..');
const NEWEST_CDK = join(PROJECT, 'test', 'support', 'packages', 'newest-cdk', 'package.json');
const NOT_SHIPPED =
  /package\/(src|test|bundles\/|sandbox|build|bench|examples|projenrc|docs\/(?!schemas)|lib\/(adapters|handlers))\b|\.ts$(?<!\.d\.ts)/;
/** Of README's app, 17 of them its VPC. What not everyone needs is made when asked for. */
const MOST_RESOURCES = 85;

/** Types that show no members: anything would pass for one if it had nothing private either. */
const OPAQUE_TYPES = [
  'Actor',
  'Approvers',
  'ChangeResponse',
  'KeyActions',
  'KeyExclusion',
  'MonitoredGroups',
  'Ports',
  'SecurityGroupBaseline',
  'SlackDestination',
  'TrafficPattern',
  'TrafficPeer',
];

let folder: string;
let tarball: string;
/** A PATH on which there is Node and nothing else: no esbuild, no Docker. */
let onlyNode: string;
/** The same, with the oldest Node that the package says it runs on. */
let onlyOldestNode: string;

beforeAll(() => {
  if (!existsSync(join(PROJECT, 'lib', 'index.js'))) {
    throw new Error('There is no lib/ to pack: run "npm run build" first.');
  }
  folder = mkdtempSync(join(tmpdir(), 'cdk-sentries-package-'));
  const [packed] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], PROJECT),
  );
  tarball = join(folder, packed.filename);
  onlyNode = emptyFolder('bin');
  symlinkSync(process.execPath, join(onlyNode, 'node'));
  onlyOldestNode = emptyFolder('oldest-bin');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the npm package', () => {
  let app: string;

  beforeAll(() => {
    app = emptyFolder('app');
    copyFileSync(NEWEST_CDK, join(app, 'package.json'));
    run('npm', ['install', '--no-audit', '--no-fund', tarball], app);
    symlinkSync(join(app, 'node_modules', 'node', 'bin', 'node'), join(onlyOldestNode, 'node'));
  });

  test('holds what the library needs, and nothing else', () => {
    const files = run('tar', ['tzf', tarball]).trim().split('\n');
    expect(files).toEqual(
      expect.arrayContaining([
        'package/.jsii',
        'package/API.md',
        'package/LICENSE',
        'package/README.md',
        'package/THIRD-PARTY-LICENSES',
        'package/bundles.json.br',
        'package/lib/index.js',
        'package/lib/index.d.ts',
        'package/docs/schemas/security-group-change.v1.schema.json',
        'package/node_modules/ipaddr.js/package.json',
      ]),
    );
    expect(files.filter((file) => NOT_SHIPPED.test(file))).toEqual([]);
  });

  test('takes less than 2 MB to fetch', () => {
    expect(statSync(tarball).size).toBeLessThan(2_000_000);
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

  test('shows no name that starts with an underscore in its types', () => {
    const types = publishedTypes(app);
    expect(types).toContain('lib/security-group/constructs/ports.d.ts');
    const found = types.flatMap((file) =>
      underscoredNames(readFileSync(join(packageIn(app), file), 'utf8')),
    );
    expect(found).toEqual([]);
  });

  test("compiles README's app and no mix-up, where the types of libraries are checked too", () => {
    const apps = [join(app, 'app.ts'), join(app, 'mix-ups.ts')] as const;
    writeFileSync(apps[0], readmeApp());
    writeFileSync(apps[1], OPAQUE_TYPES.map(mixUp).join('\n'));
    const types = publishedTypes(app).map((file) => join(packageIn(app), file));
    expect(typeErrors([...apps, ...types])).toEqual([]);
  });

  test('says the oldest Node that is tried here', () => {
    const [{ engines }, { dependencies }] = [join(PROJECT, 'package.json'), NEWEST_CDK].map(
      (file) => JSON.parse(readFileSync(file, 'utf8')),
    );
    expect(engines).toEqual({ node: `>= ${dependencies.node}` });
    expect(run('node', ['--version'], app, { PATH: onlyOldestNode }).trim()).toBe(
      `v${dependencies.node}`,
    );
  });

  test.each([
    // Validated by the CDK on one of them.
    ["the functions' Node", () => onlyNode, 'true'],
    ['the oldest Node', () => onlyOldestNode, 'false'],
  ])("synthesizes README's app on %s, with neither esbuild nor Docker", (_, path, validation) => {
    writeFileSync(
      join(app, 'app.js'),
      ts.transpile(readmeApp(), { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 }),
    );
    const out = join(path(), 'cdk.out');
    run('node', ['app.js'], app, {
      PATH: path(),
      CDK_OUTDIR: out,
      CDK_VALIDATION: validation,
    });
    expect(template(out, 'Network')).toContain('AWS::Lambda::Function');
    expect(resourcesIn(out, 'Network').length).toBeLessThanOrEqual(MOST_RESOURCES);
    expect(globSync('asset.*/index.js', { cwd: out })).toHaveLength(3);
  });
});

describe('the Python package that jsii builds of it', () => {
  let out: string;

  beforeAll(() => {
    out = emptyFolder('python-dist');
    run('projen', ['package:python', '--outdir', out], PROJECT);
  });

  test("shows README's code in Python", () => {
    const [sources] = globSync('python/*.tar.gz', { cwd: out });
    const unpacked = emptyFolder('python-sources');
    run('tar', ['xzf', join(out, sources!), '-C', unpacked]);
    expect(filesWithSmallestApp(unpacked, 'python')).not.toEqual([]);
    expect(filesInTypeScript(unpacked)).toEqual([]);
  });

  test('synthesizes the example with neither esbuild nor Docker', async () => {
    const [wheel] = globSync('python/*.whl', { cwd: out });
    const app = emptyFolder('python-app');
    const { python } = await preparePythonEnvironment(() => undefined);
    run(python, ['-m', 'venv', 'venv'], app);
    run(
      join(app, 'venv', 'bin', 'pip'),
      // What is not imported need not be compiled: of aws-cdk-lib, that is most.
      ['install', '--quiet', '--no-compile', '--disable-pip-version-check', join(out, wheel!)],
      app,
    );
    const cdkOut = join(app, 'cdk.out');
    const example = join(PROJECT, 'examples', 'locked-security-group', 'python', 'app.py');
    run(join(app, 'venv', 'bin', 'python'), [example], app, { PATH: onlyNode, CDK_OUTDIR: cdkOut });
    expect(JSON.parse(template(cdkOut, 'LockedSecurityGroup'))).toEqual(await typeScriptTemplate());
  });
});

function packageIn(app: string): string {
  return join(app, 'node_modules', 'cdk-sentries');
}

function publishedTypes(app: string): string[] {
  return globSync('lib/**/*.d.ts', { cwd: packageIn(app) });
}

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

/** Code that does not compile, unless anything passes for the type. */
function mixUp(type: string): string {
  return `// @ts-expect-error\nexport const a${type}: import('cdk-sentries').${type} = 'text';`;
}

function readmeApp(): string {
  const [, code] = /```ts\n(.+?)```/s.exec(readFileSync(join(PROJECT, 'README.md'), 'utf8')) ?? [];
  if (!code) throw new Error('README.md has no ```ts block: its smallest app is missing.');
  return code;
}

function resourcesIn(out: string, stack: string): string[] {
  const { Resources }: { Resources: object } = JSON.parse(template(out, stack));
  return Object.keys(Resources);
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
