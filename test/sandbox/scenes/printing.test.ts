import { printError } from '../../../sandbox/scenes/printing';

function printedOf(line: string): string[] {
  const printed: string[] = [];
  printError('respond', line, (text) => printed.push(text.trim()));
  return printed;
}

test('an error that a function logs takes one line, with its reason and without its stack', () => {
  const error = { name: 'Error', message: 'another try is under way.', stack: 'Error: at GG' };
  const logged = { level: 'ERROR', message: 'not done', tries: 2, error };
  expect(printedOf(JSON.stringify(logged))).toEqual([
    'logged    not done: another try is under way. (an error, by respond)',
  ]);
});

test('an error for which nothing was thrown says just what it is', () => {
  expect(printedOf(JSON.stringify({ level: 'ERROR', message: 'not done' }))).toEqual([
    'logged    not done (an error, by respond)',
  ]);
});

test.each([
  ['that is no error', JSON.stringify({ level: 'INFO', message: 'responded' })],
  ['of Node itself', 'RangeError: "level":"ERROR"'],
])('a line %s is not printed', (_, line) => {
  expect(printedOf(line)).toEqual([]);
});
