import { RecentlyUsed } from '../../../src/shared/domain/recently-used';

test('what was used the longest time ago goes first', () => {
  const kept = new RecentlyUsed<number>(2);
  kept.set('one', 1);
  kept.set('two', 2);
  kept.get('one');
  kept.set('three', 3);
  expect(['one', 'two', 'three'].map((key) => kept.get(key))).toEqual([1, undefined, 3]);
});

test('what was deleted is not kept, and makes room', () => {
  const kept = new RecentlyUsed<number>(2);
  kept.set('one', 1);
  kept.set('two', 2);
  kept.delete('two');
  kept.set('three', 3);
  expect(['one', 'two', 'three'].map((key) => kept.get(key))).toEqual([1, undefined, 3]);
});
