import { setImmediate as soon } from 'node:timers/promises';
import { FactLog } from '../../../sandbox/page/fact-log';
import { Looks } from '../../../sandbox/page/looks';
import { OneAtATime } from '../../../sandbox/page/moves';

describe('moves', () => {
  test('are done one at a time, and each says when it is done', async () => {
    const seen: (string | undefined)[] = [];
    const turns = new OneAtATime((current) => seen.push(current));
    let finish: () => void = () => undefined;
    const first = async () => new Promise<void>((resolve) => (finish = resolve));
    const unexpected = (reason: string) => seen.push(reason);

    expect(turns.begin('first', first, unexpected)).toBeUndefined();
    expect(turns.begin('second', first, unexpected)).toContain('Something goes on already');
    finish();
    await soon();
    expect(turns.begin('third', first, unexpected)).toBeUndefined();
    expect(seen).toEqual(['first', undefined, 'third']);
  });

  test('that fail say why, and make room for the next', async () => {
    const reasons: string[] = [];
    const turns = new OneAtATime(() => undefined);
    const fails = async () => Promise.reject(new Error('no rule is left'));
    turns.begin('first', fails, (reason) => reasons.push(reason));
    await soon();
    expect(reasons).toEqual(['no rule is left']);
    expect(turns.begin('second', async () => undefined, fail)).toBeUndefined();
  });
});

describe('a look', () => {
  test('that fails says why, and the others go on', async () => {
    const reasons: string[] = [];
    const log = new FactLog();
    const looks = new Looks(
      [
        async () => Promise.reject(new Error('no such table')),
        async () => ({ kind: 'clock', aheadMs: 1_000 }),
      ],
      (fact) => log.addIfNew(fact),
      (reason) => reasons.push(reason),
    );
    looks.again();
    await soon();
    looks.stop();
    expect(reasons).toEqual(['no such table']);
    expect(log.from(0)).toEqual([{ index: 0, fact: { kind: 'clock', aheadMs: 1_000 } }]);
  });

  test('that finds what was there before adds no fact', () => {
    const log = new FactLog();
    log.addIfNew({ kind: 'groups', groups: [] });
    log.add({ kind: 'clock', aheadMs: 0 });
    log.addIfNew({ kind: 'groups', groups: [] });
    expect(log.length).toBe(2);
  });
});

function fail(reason: string): void {
  throw new Error(reason);
}
