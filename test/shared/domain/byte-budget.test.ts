import {
  bytesAsJson,
  bytesInsideJson,
  bytesOfText,
  cutText,
  fitting,
} from '../../../src/shared/domain/byte-budget';

test('bytes are those of UTF-8, with what JSON puts around and before them', () => {
  expect(bytesOfText('a𠮷é')).toBe(7);
  expect(bytesAsJson('a"b')).toBe(6);
  expect(bytesInsideJson('a"b')).toBe(12);
  expect(bytesAsJson({ gone: undefined })).toBe(2);
  expect(bytesAsJson(undefined)).toBe(0);
  expect(bytesInsideJson(undefined)).toBe(2);
});

test.each([
  [2, []],
  [6, []],
  [7, ['é']],
  [12, ['é', 'bb']],
  [1_000, ['é', 'bb', 'c']],
])('of a list, %d bytes hold its first items: %j', (mostBytes, expected) => {
  const kept = fitting(['é', 'bb', 'c'], mostBytes);
  expect(kept).toEqual(expected);
  expect(bytesAsJson(kept)).toBeLessThanOrEqual(mostBytes);
});

test('a text that is cut says so, and holds no half of a character', () => {
  expect(cutText('short', 30)).toBe('short');
  expect(cutText('𠮷'.repeat(15), 30)).toBe('𠮷'.repeat(15));
  const cut = `${'𠮷'.repeat(13)}… (the rest is cut here)`;
  expect(cutText('𠮷'.repeat(40), 50)).toBe(cut);
  expect(cutText('𠮷'.repeat(40), 51)).toBe(cut);
});
