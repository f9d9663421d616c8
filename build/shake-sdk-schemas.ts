import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const SCHEMA_FILES = /@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]schemas_[^\\/]+\.js$/;
const NAME_CONSTANT = /^const (_\w+) = ("(?:[^"\\]|\\.)*");$/gm;

/**
 * The SDK's schemas are written with computed keys, `{ [_xN]: … }`, which esbuild has to keep as possible side
 * effects: one command then carries the whole service. With the literal in place of the constant they can be shaken.
 * See https://github.com/aws/aws-sdk-js-v3/issues/7607.
 */
export const shakeSdkSchemas: Plugin = {
  name: 'shake-sdk-schemas',
  setup(build) {
    build.onLoad({ filter: SCHEMA_FILES }, async ({ path }) => ({ contents: withLiteralKeys(await readFile(path, 'utf8')), loader: 'js' }));
  },
};

export function withLiteralKeys(source: string): string {
  const literals = new Map([...source.matchAll(NAME_CONSTANT)].map(([, name, literal]) => [name, literal]));
  return source.replace(/\[(_\w+)\]:/g, (key, name: string) => (literals.has(name) ? `${literals.get(name)}:` : key));
}
