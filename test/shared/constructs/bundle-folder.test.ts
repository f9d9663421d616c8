import {
  cpSync,
  mkdirSync,
  mkdtempSync,
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

/** As npm installs it: with an archive, and without the folder `bundles/`. */
function packageWith(code: string): typeof import('../../../src/shared/constructs/bundle-folder') {
  const constructs = join(folder, code, 'lib', 'shared', 'constructs');
  mkdirSync(constructs, { recursive: true });
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, code, 'node_modules'));
  const file = join('shared', 'constructs', 'bundle-folder.ts');
  cpSync(join(PROJECT, 'src', file), join(folder, code, 'lib', file));
  const archive = brotliCompressSync(JSON.stringify({ respond: code }));
  writeFileSync(join(folder, code, 'bundles.json.br'), archive);
  return jest.requireActual(join(constructs, 'bundle-folder.ts'));
}
