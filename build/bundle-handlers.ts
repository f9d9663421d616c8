import { globSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { lambdaCredentials } from './lambda-credentials';
import { shakeSdkSchemas } from './shake-sdk-schemas';

const PROJECT = resolve(__dirname, '..');
const SUFFIX = '.lambda.ts';

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
  plugins: [shakeSdkSchemas, lambdaCredentials],
} satisfies BuildOptions;

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
  await Promise.all(
    findHandlers().map(({ name, entry }) => {
      mkdirSync(join(folder, name), { recursive: true });
      return build({
        ...BUNDLE_OPTIONS,
        entryPoints: [entry],
        outfile: join(folder, name, 'index.js'),
      });
    }),
  );
}

if (require.main === module) {
  bundleHandlers().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
