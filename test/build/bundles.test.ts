import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { BUNDLE_OPTIONS, FATAL_WARNINGS, findHandlers } from '../../build/bundle-handlers';
import { withLiteralKeys } from '../../build/shake-sdk-schemas';

const MOST_BYTES = 520_000;

describe.each(findHandlers())('the bundle of $name', ({ name }) => {
  const file = join(__dirname, '..', '..', 'bundles', name, 'index.js');

  test('is small enough for a quick cold start', () => {
    expect(statSync(file).size).toBeLessThanOrEqual(MOST_BYTES);
  });

  test('holds none of the SDK that it does not use', () => {
    expect(readFileSync(file, 'utf8')).not.toMatch(/RunInstances|CreateFleet|fromSSO|fromIni\b/);
  });
});

test('computed keys of SDK schemas become literals, all else stays', () => {
  const source = 'const _xN = "xmlName";\nconst _a = 1;\nvar S = { [_xN]: "x", [_a]: 2, [other]: 3, ["k"]: _xN };';
  expect(withLiteralKeys(source)).toBe('const _xN = "xmlName";\nconst _a = 1;\nvar S = { "xmlName": "x", [_a]: 2, [other]: 3, ["k"]: _xN };');
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
      setup.onLoad({ filter: /.*/, namespace: 'there' }, () => ({ contents: 'export const here = 1;' }));
    },
  };

  test.each(FATAL_WARNINGS)('%s', async (id) => {
    const stdin = { contents: sources[id], resolveDir: __dirname };
    const failure: unknown = await build({ ...BUNDLE_OPTIONS, stdin, write: false, logLevel: 'silent', plugins: [there] }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ errors: expect.arrayContaining([expect.objectContaining({ id })]) });
  });
});
