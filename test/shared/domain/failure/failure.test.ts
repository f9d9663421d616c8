import { reasonOf } from '../../../../src/shared/domain/failure/failure';

test('a reason is the name of the error, and its text', () => {
  const error = Object.assign(new Error('You are not authorized.'), { name: 'AccessDenied' });
  expect(reasonOf(error)).toBe('AccessDenied: You are not authorized.');
  expect(reasonOf(new Error('The queue is full.'))).toBe('The queue is full.');
  expect(reasonOf('so it is')).toBe('so it is');
});

test('of several errors in one each is named once', () => {
  const one = new TypeError('one');
  expect(reasonOf(new AggregateError([one, one, new Error('two')], 'all'))).toBe(
    'TypeError: one two',
  );
  expect(reasonOf(new AggregateError([], 'all'))).toBe('AggregateError: all');
});

test.each([
  'xoxb-12345-abcdef',
  'xoxe.xoxp-1-abc',
  'https://hooks.slack.com/services/T0/B0/secret',
  'Authorization: Bearer abc.def',
  `v0=${'a'.repeat(64)}`,
])('no secret is in it: %s', (secret) => {
  const reason = reasonOf(new Error(`Slack refused ${secret}`));
  expect(reason).toContain('(a secret)');
  expect(reason).not.toMatch(/abc|secret$|a{64}/);
});
