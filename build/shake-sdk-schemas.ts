import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

const SCHEMA_FILES = /@aws-sdk[\\/]client-[^\\/]+[\\/]dist-es[\\/]schemas[\\/]schemas_[^\\/]+\.js$/;
const NAME_CONSTANT = /^const (_\w+) = ("(?:[^"\\]|\\.)*");$/gm;

/**
 * The errors of each client that the handlers know by their class, or of which they read more than
 * name and message. A client registers a class for every error of its service, most of which belong
 * to commands that are not in the bundle; an error without a class has its name all the same.
 */
export const ERRORS_BY_CLASS: Readonly<Record<string, readonly string[]>> = {
  cloudtrail: [],
  dynamodb: ['ConditionalCheckFailedException', 'TransactionCanceledException'],
  eventbridge: [],
  iam: [
    'CredentialReportExpiredException',
    'CredentialReportNotPresentException',
    'CredentialReportNotReadyException',
    'NoSuchEntityException',
  ],
  kms: [],
  lambda: [],
  organizations: [],
  'secrets-manager': ['ResourceNotFoundException'],
  sns: [],
  sqs: [],
  ssm: [],
  sts: [],
};
const CLIENT = /@aws-sdk[\\/]client-([^\\/]+)[\\/]/;
const ERROR_REGISTRATION = /^\w+\.registerError\(\w+\$, (\w+)\);$/gm;

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
      const kept = ERRORS_BY_CLASS[CLIENT.exec(path)?.[1] ?? ''];
      return { contents: kept ? withoutErrorClasses(source, kept) : source, loader: 'js' };
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
export function withoutErrorClasses(source: string, kept: readonly string[] = []): string {
  return source.replace(ERROR_REGISTRATION, (registration, name: string) =>
    registration.includes('ServiceException') || kept.includes(name) ? registration : '',
  );
}
