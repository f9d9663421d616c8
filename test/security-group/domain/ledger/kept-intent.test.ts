import type { Judgement } from '../../../../src/security-group/domain/judging/judgement';
import { isKeptWhole, keptIntent } from '../../../../src/security-group/domain/ledger/kept-intent';
import { rule } from '../../samples/rules';

function judgements(count: number, reason: string, tags: number): Judgement[] {
  return Array.from({ length: count }, (_, index) => ({
    rule: rule({
      id: `sgr-${index}`,
      tags: Array.from({ length: tags }, (__, tag) => ({
        key: `tag-${tag}`,
        value: 'x'.repeat(256),
      })),
    }),
    change: 'added',
    present: true,
    verdict: 'revoke',
    violations: [{ baseline: 'forbid', response: 'revert', reason }],
  }));
}

test('all that is meant to be done in a group of ordinary rules is kept', () => {
  const ordinary = judgements(60, 'x'.repeat(1_500), 0);
  expect(keptIntent(ordinary)).toBe(ordinary);
  expect(isKeptWhole(ordinary)).toBe(true);
});

test('where tags take too much, all of it is kept without them', () => {
  const tagged = judgements(60, 'it opens SSH', 50);
  expect(keptIntent(tagged)).toEqual(judgements(60, 'it opens SSH', 0));
  expect(isKeptWhole(tagged)).toBe(true);
});

test('the values that are to be given back are kept without their tags, too', () => {
  const restoring = (tags: number) =>
    judgements(60, 'it opens SSH', tags).map((judgement): Judgement => ({
      ...judgement,
      verdict: 'restore',
      restored: judgement.rule,
    }));
  expect(keptIntent(restoring(50))).toEqual(restoring(0));
});

test('of more than fits, the first are kept', () => {
  const many = judgements(1_000, 'x'.repeat(400), 0);
  const kept = keptIntent(many);
  expect(kept).toEqual(many.slice(0, kept.length));
  expect(kept.length).toBeGreaterThan(100);
  expect(isKeptWhole(many)).toBe(false);
});
