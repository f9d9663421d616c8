import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const SCHEMA_FILES = /@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]schemas_[^\\/]+\.js$/;
const NAME_CONSTANT = /^const (_\w+) = ("(?:[^"\\]|\\.)*");$/gm;

/**
 * Clients whose errors the handlers know by name only. Each registers a class for every error of
 * its service, most of which belong to commands that are not in the bundle; an error without a
 * class has its name all the same.
 */
const ERRORS_BY_NAME = /@aws-sdk[\\/]client-(ssm|cloudtrail|sns|sqs|kms)[\\/]/;
const ERROR_REGISTRATION = /^\w+\.registerError\(\w+\$, \w+\);$/gm;

/**
 * The SDK's schemas are written with computed keys, `{ [_xN]: … }`, which esbuild has to keep as
 * possible side effects: one command then carries the whole service. With the literal in place of
 * the constant they can be shaken. See https://github.com/aws/aws-sdk-js-v3/issues/7607.
 */
export const shakeSdkSchemas: Plugin = {
  name: 'shake-sdk-schemas',
  setup(build) {
    build.onLoad({ filter: SCHEMA_FILES }, async ({ path }) => {
      const source = withLiteralKeys(await readFile(path, 'utf8'));
      return {
        contents: ERRORS_BY_NAME.test(path) ? withoutErrorClasses(source) : source,
        loader: 'js',
      };
    });
  },
};

export function withLiteralKeys(source: string): string {
  const literals = new Map(
    [...source.matchAll(NAME_CONSTANT)].map(([, name, literal]) => [name, literal]),
  );
  return source.replace(/\[(_\w+)\]:/g, (key, name: string) =>
    literals.has(name) ? `${literals.get(name)}:` : key,
  );
}

/** The error that all others of the service come from stays. */
export function withoutErrorClasses(source: string): string {
  return source.replace(ERROR_REGISTRATION, (registration) =>
    registration.includes('ServiceException') ? registration : '',
  );
}
