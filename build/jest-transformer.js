const { createHash } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { transformSync, version } = require('esbuild');

const SELF = readFileSync(__filename);

/**
 * Turns TypeScript into what jest runs, by esbuild: in a twentieth of the time that tsc's own
 * transpiler takes. Neither checks types, which `npm test` does in one go; and unlike ts-jest's, it
 * does not move calls of jest.mock, of which there are none.
 */
module.exports = {
  process(source, file) {
    return transformSync(source, {
      loader: 'ts',
      format: 'cjs',
      target: 'es2022',
      sourcefile: file,
      sourcemap: 'inline',
      tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
    });
  },

  getCacheKey(source, file) {
    return createHash('sha1').update([SELF, version, file, source].join('\0')).digest('hex');
  },
};
