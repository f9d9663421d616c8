import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

const PACKAGE = path.join(__dirname, '..', '..', '..');
/** In the folder of the app's output, from which each bundle is copied to its asset. */
const UNPACKED = 'cdk-sentries-bundles';

let archived: Readonly<Record<string, unknown>> | undefined;

/**
 * The folder of a function's code. A clone of the library has one for each; the package has one
 * archive of all, since most of what they hold is the same.
 *
 * Other code has another folder: an app may hold two versions of the library, and the CDK looks
 * into a folder only once.
 */
export function bundleFolder(scope: Construct, bundle: string): string {
  const built = path.join(PACKAGE, 'bundles', bundle);
  if (existsSync(built)) return built;
  const code = archivedCode(bundle);
  const digest = createHash('sha256').update(code).digest('hex');
  const folder = path.join(Stage.of(scope)!.assetOutdir, UNPACKED, bundle, digest.slice(0, 16));
  mkdirSync(folder, { recursive: true });
  writeWhole(path.join(folder, 'index.js'), code);
  return folder;
}

/**
 * Another process may synthesize into the same output, and look at the file and its folder at any
 * time: it finds the whole of the file, and nothing beside it.
 */
function writeWhole(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  const besideItsFolder = `${path.dirname(file)}.${randomUUID()}`;
  writeFileSync(besideItsFolder, text);
  renameSync(besideItsFolder, file);
}

function archivedCode(bundle: string): string {
  const archive = path.join(PACKAGE, 'bundles.json.br');
  archived ??= JSON.parse(brotliDecompressSync(readFileSync(archive)).toString());
  const code = archived?.[bundle];
  if (typeof code === 'string') return code;
  throw new Error(`${archive} lacks the code of "${bundle}": install cdk-sentries again.`);
}
