import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { BUNDLE_OPTIONS, findHandlers } from '../../build/bundle-handlers';
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

test('what would fail at run time fails the build', async () => {
  const stdin = { contents: "import { gone } from './there'; gone();", resolveDir: __dirname };
  const there = {
    name: 'there',
    setup: (it: Parameters<NonNullable<(typeof BUNDLE_OPTIONS)['plugins']>[number]['setup']>[0]) => {
      it.onResolve({ filter: /there$/ }, () => ({ path: 'there', namespace: 'there' }));
      it.onLoad({ filter: /.*/, namespace: 'there' }, () => ({ contents: 'exports.here = 1; require(process.argv[2]);', loader: 'js' as const }));
    },
  };
  await expect(build({ ...BUNDLE_OPTIONS, stdin, write: false, logLevel: 'silent', plugins: [there] })).rejects.toThrow(/require/);
});
