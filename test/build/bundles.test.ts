import { execFile } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompressSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';
import {
  BUNDLE_ARCHIVE,
  BUNDLE_OPTIONS,
  FATAL_WARNINGS,
  findHandlers,
} from '../../build/bundle-handlers';
import { onlyVersion } from '../../build/leave-out-unused-sdk';
import {
  ERRORS_BY_CLASS,
  withLiteralKeys,
  withoutErrorClasses,
} from '../../build/shake-sdk-schemas';

/**
 * Compiling a hundred kilobytes takes a cold start some 13 ms. Work in the members of a hub, with
 * STS and what the hub knows of them, is some 40 of them; policies for groups of their own and for
 * VPCs are some 18, of which 5 are what EC2's answer about VPCs looks like.
 */
const MOST_BYTES = 565_000;

/** A click waits for it, and it has two clients alone beside DynamoDB's. */
const MOST_BYTES_OF: Readonly<Record<string, number>> = { 'receive-interaction': 285_000 };

describe.each(findHandlers())('the bundle of $name', ({ name }) => {
  const file = join(__dirname, '..', '..', 'bundles', name, 'index.js');

  test('is small enough for a quick cold start', () => {
    expect(statSync(file).size).toBeLessThanOrEqual(MOST_BYTES_OF[name] ?? MOST_BYTES);
  });

  test('holds none of the SDK that it does not use', () => {
    expect(readFileSync(file, 'utf8')).not.toMatch(
      /RunInstances|CreateFleet|fromSSO|fromIni\b|BackupInUseException|devDependencies|1779033703|obliterator/,
    );
  });
});

test('no command that a bundle holds looks for its endpoint, whose cache is left out', () => {
  const looking = findHandlers().filter(({ name }) => {
    const file = join(__dirname, '..', '..', 'bundles', name, 'index.js');
    return readFileSync(file, 'utf8').includes('Endpoint Discovery is disabled but');
  });
  expect(looking).toEqual([]);
});

test('the archive that is shipped holds the same code as the bundles', () => {
  const archived: unknown = JSON.parse(
    brotliDecompressSync(readFileSync(BUNDLE_ARCHIVE)).toString(),
  );
  const built = findHandlers().map(({ name }) => {
    const file = join(__dirname, '..', '..', 'bundles', name, 'index.js');
    return [name, readFileSync(file, 'utf8')];
  });
  expect(archived).toEqual(Object.fromEntries(built));
});

test('computed keys of SDK schemas become literals, all else stays', () => {
  const source =
    'const _xN = "xmlName";\nconst _a = 1;\nvar S = { [_xN]: "x", [_a]: 2, [other]: 3, ["k"]: _xN };';
  expect(withLiteralKeys(source)).toBe(
    'const _xN = "xmlName";\nconst _a = 1;\nvar S = { "xmlName": "x", [_a]: 2, [other]: 3, ["k"]: _xN };',
  );
});

test('error classes are not registered, but for the one that all others of the service come from', () => {
  const base = 's_registry.registerError(SSMServiceException$, SSMServiceException);';
  const source = `const a = 1;\n${base}\nn0_registry.registerError(ParameterNotFound$, ParameterNotFound);\nvar S = [a];`;
  expect(withoutErrorClasses(source)).toBe(`const a = 1;\n${base}\n\nvar S = [a];`);
});

test('error classes that handlers know by their class stay', () => {
  const kept = 'n0_registry.registerError(Kept$, Kept);';
  const source = `${kept}\nn0_registry.registerError(Other$, Other);`;
  expect(withoutErrorClasses(source, ['Kept'])).toBe(`${kept}\n`);
});

test('each error of the SDK that the code knows by its class is one that stays', () => {
  const imports = globSync('src/**/*.ts').flatMap((file) => [
    ...readFileSync(file, 'utf8').matchAll(/import \{([^}]*)\} from '@aws-sdk\/client-([\w-]+)'/g),
  ]);
  const known = imports.flatMap(([, names = '', client = '']) =>
    [...names.matchAll(/\b(?!\w*ServiceException)\w+Exception\b/g)].map(([name]) => [client, name]),
  );
  expect(known).toContainEqual(['dynamodb', 'ConditionalCheckFailedException']);
  const left = known.filter(
    ([client = '', name = '']) => ERRORS_BY_CLASS[client]?.includes(name) === false,
  );
  expect(left).toEqual([]);
});

test("of a client's package.json the version stays", () => {
  expect(onlyVersion('{"name":"client","version":"3.1.0","scripts":{}}')).toBe(
    '{"version":"3.1.0"}',
  );
});

describe('an error of a service whose error classes are left out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  const outfile = join(folder, 'index.js');
  const server = createServer((_, response) => {
    response
      .writeHead(400, { 'content-type': 'application/x-amz-json-1.1' })
      .end(JSON.stringify({ __type: 'ParameterNotFound', message: 'x' }));
  });

  beforeAll(async () => {
    const contents = `
      import { GetParameterCommand, SSMClient, SSMServiceException } from '@aws-sdk/client-ssm';
      new SSMClient({ maxAttempts: 1 }).send(new GetParameterCommand({ Name: 'n' }))
        .catch((error) => console.log(JSON.stringify([error.name, error.message, error instanceof SSMServiceException])));`;
    await build({ ...BUNDLE_OPTIONS, stdin: { contents, resolveDir: __dirname }, outfile });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  });

  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  test('has its name and message all the same', async () => {
    const { port } = server.address() as AddressInfo;
    const { stdout } = await promisify(execFile)(process.execPath, [outfile], {
      timeout: 10_000,
      env: {
        AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
        AWS_REGION: 'eu-west-1',
        AWS_ACCESS_KEY_ID: 'AKIATEST',
        AWS_SECRET_ACCESS_KEY: 'secret',
      },
    });
    expect(JSON.parse(stdout)).toEqual(['ParameterNotFound', 'x', true]);
  });

  test('brings no errors of other commands into the bundle', () => {
    expect(readFileSync(outfile, 'utf8')).not.toMatch(/OpsItemAlreadyExists|ParameterNotFound/);
  });
});

describe('what would fail at run time fails the build', () => {
  const sources: Record<(typeof FATAL_WARNINGS)[number], string> = {
    'call-import-namespace': "import * as x from 'there'; x();",
    'commonjs-variable-in-esm': 'exports.a = 1; export const b = 2;',
    'direct-eval': "eval('1');",
    'empty-import-meta': 'console.log(import.meta.url);',
    'import-is-undefined': "import * as x from 'there'; console.log(x.gone);",
    'indirect-require': "const r = require; r('there');",
    'require-resolve-not-external': "console.log(require.resolve('there'));",
    'unsupported-require-call': 'require(process.argv[2]);',
  };
  const there: Plugin = {
    name: 'there',
    setup: (setup) => {
      setup.onResolve({ filter: /^there$/ }, () => ({ path: 'there', namespace: 'there' }));
      setup.onLoad({ filter: /.*/, namespace: 'there' }, () => ({
        contents: 'export const here = 1;',
      }));
    },
  };

  test.each(FATAL_WARNINGS)('%s', async (id) => {
    const stdin = { contents: sources[id], resolveDir: __dirname };
    const failure: unknown = await build({
      ...BUNDLE_OPTIONS,
      stdin,
      write: false,
      logLevel: 'silent',
      plugins: [there],
    }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      errors: expect.arrayContaining([expect.objectContaining({ id })]),
    });
  });
});
