import { batchesOf } from '../../../src/shared/domain/chunks';

const LIMITS = { mostItems: 3, mostBytes: 10 };

test.each([
  [[], []],
  [
    [1, 2, 3, 4],
    [[1, 2, 3], [4]],
  ],
  [
    [6, 5, 5, 1],
    [[6], [5, 5], [1]],
  ],
  [
    [12, 1, 12],
    [[12], [1], [12]],
  ],
])('%j are sent in batches that keep to both limits', (items, batches) => {
  expect(batchesOf(items, (bytes) => bytes, LIMITS)).toEqual(batches);
});
