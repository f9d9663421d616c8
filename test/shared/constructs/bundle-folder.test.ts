import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { App, Stack } from 'aws-cdk-lib';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';

const PROJECT = resolve(__dirname, '..', '..', '..');

let folder: string;

beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'cdk-sentries-bundle-folder-'))));

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('two versions of the library in one app each deploy their own code', () => {
  const app = new App({ outdir: join(folder, 'cdk.out') });
  const stack = new Stack(app, 'Stack');
  const deployed = ['older', 'newer'].map((version) => {
    const { bundleFolder } = packageWith(version);
    return new Asset(stack, version, { path: bundleFolder(stack, 'respond') });
  });
  const { directory } = app.synth();

  expect(
    deployed.map(({ assetPath }) =>
      readFileSync(resolve(directory, assetPath, 'index.js'), 'utf8'),
    ),
  ).toEqual(['older', 'newer']);
});

test('the same code has the same hash, wherever an app is synthesized', () => {
  const { bundleFolder } = packageWith('one');
  const hashes = ['here', 'there'].map((place) => {
    const stack = new Stack(new App({ outdir: join(folder, place) }), 'Stack');
    return new Asset(stack, 'Code', { path: bundleFolder(stack, 'respond') }).assetHash;
  });

  expect(hashes[0]).toBe(hashes[1]);
});

test('two processes that synthesize into one output at the same time read whole code', async () => {
  const code = 'x'.repeat(4_000_000);
  packageWith('one', code);
  const outdir = join(folder, 'cdk.out');
  const script = join(folder, 'one', 'synthesize.ts');
  writeFileSync(
    script,
    `
import { readdirSync, readFileSync } from 'node:fs';
import { App, Stack } from 'aws-cdk-lib';
import { bundleFolder } from './lib/shared/constructs/bundle-folder';
const stack = new Stack(new App({ outdir: process.argv[2] }), 'Stack');
for (let round = 0; round < 50; round += 1) {
  const folder = bundleFolder(stack, 'respond');
  const files = readdirSync(folder);
  const { length } = readFileSync(folder + '/index.js', 'utf8');
  if (files.length !== 1 || length !== ${code.length}) throw new Error(files + ': ' + length);
}
`,
  );
  const ends = [1, 2].map(() =>
    once(spawn(process.execPath, ['--import', 'tsx', script, outdir], { cwd: PROJECT }), 'exit'),
  );

  expect(await Promise.all(ends)).toEqual([
    [0, null],
    [0, null],
  ]);
  expect(readdirSync(join(outdir, 'cdk-sentries-bundles', 'respond'))).toHaveLength(1);
});

/** As npm installs it: with an archive, and without the folder `bundles/`. */
function packageWith(
  version: string,
  code = version,
): typeof import('../../../src/shared/constructs/bundle-folder') {
  const constructs = join(folder, version, 'lib', 'shared', 'constructs');
  mkdirSync(constructs, { recursive: true });
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, version, 'node_modules'));
  const file = join('shared', 'constructs', 'bundle-folder.ts');
  cpSync(join(PROJECT, 'src', file), join(folder, version, 'lib', file));
  const archive = brotliCompressSync(JSON.stringify({ respond: code }));
  writeFileSync(join(folder, version, 'bundles.json.br'), archive);
  return jest.requireActual(join(constructs, 'bundle-folder.ts'));
}
