import { existsSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = join(__dirname, '..', '..');

test('the slow tests that begin first are there', () => {
  const { longestFirst }: { readonly longestFirst: readonly string[] } = jest.requireActual(
    '../../build/slow-test-sequencer.js',
  );
  expect(longestFirst.length).toBeGreaterThan(10);
  expect(
    longestFirst.filter((name) => !existsSync(join(PROJECT, 'test', `${name}.test.ts`))),
  ).toEqual([]);
});
