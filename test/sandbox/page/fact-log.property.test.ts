import fc from 'fast-check';
import { FactLog } from '../../../sandbox/page/fact-log';
import type { Fact, Group } from '../../../sandbox/page/facts';
import { stateAfter, stateOf } from '../../../sandbox/page/page-state';

const RULES = ['tcp 22 from 0.0.0.0/0', 'tcp 443 from 0.0.0.0/0', 'tcp 5432 from 10.0.0.0/8'];

const groupsFact = fc
  .subarray(['sg-1', 'sg-2'])
  .chain((ids) =>
    fc
      .tuple(...ids.map((id) => fc.subarray(RULES).map((rules) => group(id, rules))))
      .map((groups): Fact => ({ kind: 'groups', groups })),
  );
const happenedFact = fc
  .record({
    what: fc.constantFrom('call' as const, 'event' as const, 'click' as const),
    at: fc.nat(3),
  })
  .map(({ what, at }): Fact => ({ kind: 'happened', what, at, text: what }));
const clockFact = fc.nat(3).map((aheadMs): Fact => ({ kind: 'clock', aheadMs }));
const facts = fc.array(fc.oneof(groupsFact, happenedFact, clockFact), { maxLength: 30 });

test('a page that was away shows the same as one that has seen all, whenever it left', () => {
  fc.assert(
    fc.property(facts, facts, (seen, missed) => {
      const log = new FactLog();
      for (const fact of seen) log.add(fact);
      const whenItLeft = stateOf(told(log, 0));
      for (const fact of missed) log.add(fact);
      const whenItIsBack = told(log, seen.length).reduce(stateAfter, whenItLeft);
      const all = stateOf([...seen, ...missed]);
      expect(whenItIsBack).toEqual(all);
      expect(stateOf(told(log, 0))).toEqual(all);
    }),
  );
});

test('how groups stood before a call is forgotten with it, but for the last', () => {
  const log = new FactLog();
  for (let round = 0; round < 3; round += 1) {
    log.add({ kind: 'groups', groups: [group('sg-1', RULES)] });
    log.add({ kind: 'groups', groups: [group('sg-1', [])] });
    log.add({ kind: 'happened', what: 'call', at: round, text: 'call' });
  }
  expect(log.from(0).map(({ index, fact }) => [index, fact.kind])).toEqual([
    [2, 'happened'],
    [5, 'happened'],
    [7, 'groups'],
    [8, 'happened'],
  ]);
});

function told(log: FactLog, first: number): Fact[] {
  return log.from(first).map(({ fact }) => fact);
}

function group(id: string, rules: readonly string[]): Group {
  return {
    id,
    name: id,
    description: '',
    isMonitored: true,
    rules: rules.map((text) => ({
      id: text,
      text,
      description: '',
      acceptance: { kind: 'not-accepted' },
    })),
  };
}
