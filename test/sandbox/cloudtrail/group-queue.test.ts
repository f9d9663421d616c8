import { GroupQueue } from '../../../sandbox/cloudtrail/group-queue';

test('one at a time for a group, in order; other groups do not wait; a failure blocks no one', async () => {
  const queue = new GroupQueue();
  const seen: string[] = [];
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });

  const first = queue.run('sg-1', async () => {
    await gate;
    seen.push('first');
    throw new Error('failed');
  });
  const second = queue.run('sg-1', async () => {
    seen.push('second');
  });
  await queue.run('sg-2', async () => {
    seen.push('other group');
  });
  release();

  await expect(first).rejects.toThrow('failed');
  await second;
  expect(seen).toEqual(['other group', 'first', 'second']);
});
