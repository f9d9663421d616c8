import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { build, type BuildOptions, type Metafile } from 'esbuild';
import { lambdaCredentials } from './lambda-credentials';
import { leaveOutUnusedSdk } from './leave-out-unused-sdk';
import { shakeSdkSchemas } from './shake-sdk-schemas';

const PROJECT = resolve(__dirname, '..');
const SUFFIX = '.lambda.ts';
const PACKAGE_FOLDER = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
/** Beside the bundles, not among them: what is there is shipped. */
export const BUNDLED_PACKAGES = join(PROJECT, '.bundled-packages.json');

/** Warnings of esbuild that mean a failure at run time are errors here. */
export const FATAL_WARNINGS = [
  'call-import-namespace',
  'commonjs-variable-in-esm',
  'direct-eval',
  'empty-import-meta',
  'import-is-undefined',
  'indirect-require',
  'require-resolve-not-external',
  'unsupported-require-call',
] as const;

export const BUNDLE_OPTIONS = {
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  mainFields: ['module', 'main'],
  conditions: ['module'],
  legalComments: 'none',
  logLevel: 'warning',
  logOverride: Object.fromEntries(FATAL_WARNINGS.map((id) => [id, 'error'])),
  plugins: [shakeSdkSchemas, leaveOutUnusedSdk, lambdaCredentials],
} satisfies BuildOptions;

/** What is shipped of the bundles: see src/shared/constructs/bundle-folder.ts. */
export const BUNDLE_ARCHIVE = join(PROJECT, 'bundles.json.br');

export interface HandlerSource {
  readonly name: string;
  readonly entry: string;
}

/**
 * Every entry point in src/<subject>/handlers, named after its file: respond-to-changes.lambda.ts.
 */
export function findHandlers(): HandlerSource[] {
  return globSync(`src/*/handlers/*${SUFFIX}`, { cwd: PROJECT }).map((file) => ({
    name: basename(file, SUFFIX),
    entry: join(PROJECT, file),
  }));
}

async function bundleHandlers(): Promise<void> {
  const folder = join(PROJECT, 'bundles');
  rmSync(folder, { recursive: true, force: true });
  const bundles = await Promise.all(
    findHandlers().map(async ({ name, entry }) => {
      mkdirSync(join(folder, name), { recursive: true });
      const { metafile } = await build({
        ...BUNDLE_OPTIONS,
        absWorkingDir: PROJECT,
        entryPoints: [entry],
        outfile: join(folder, name, 'index.js'),
        metafile: true,
      });
      return { name, packages: packageFoldersIn(metafile) };
    }),
  );
  writeFileSync(BUNDLED_PACKAGES, JSON.stringify(bundles));
  writeFileSync(BUNDLE_ARCHIVE, archiveOf(folder, bundles));
}

/**
 * All in one text, and with a window that reaches over all of it: most of what one bundle holds
 * stands in the one before it, too.
 */
function archiveOf(folder: string, bundles: readonly { readonly name: string }[]): Buffer {
  const code = bundles.map(({ name }) => [
    name,
    readFileSync(join(folder, name, 'index.js'), 'utf8'),
  ]);
  const text = JSON.stringify(Object.fromEntries(code));
  return brotliCompressSync(text, {
    params: {
      [constants.BROTLI_PARAM_QUALITY]: 9,
      [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
      [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
    },
  });
}

/** Of the packages with code in the bundle; what was read and left out does not count. */
function packageFoldersIn({ outputs }: Metafile): string[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  const shipped = inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0);
  return [...new Set(shipped.flatMap(([file]) => PACKAGE_FOLDER.exec(file)?.[0] ?? []))].sort();
}

if (require.main === module) {
  bundleHandlers().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
