import { errorLine } from '../../../sandbox/scenes/printing';

test('an error that a function logs takes one line, with its reason and without its stack', () => {
  const error = { name: 'Error', message: 'another try is under way.', stack: 'Error: at GG' };
  const logged = { level: 'ERROR', message: 'not done', tries: 2, error };
  expect(errorLine('respond', JSON.stringify(logged)).trim()).toBe(
    'logged    not done: another try is under way. (an error, by respond)',
  );
});

test('an error for which nothing was thrown says just what it is', () => {
  expect(errorLine('respond', JSON.stringify({ message: 'not done' })).trim()).toBe(
    'logged    not done (an error, by respond)',
  );
});
