import {
  type AskResult,
  givenUp,
  isConcluded,
  isOvertaken,
  stillTried,
} from '../../../src/approval/domain/ask-result';

const last = (
  phase: AskResult['phase'],
  attempt: number,
  outcome: AskResult['outcome'] = 'carried-out',
): AskResult => ({ phase, attempt, outcome, text: '' });

describe('a message about a decision', () => {
  test.each<[string, AskResult['phase'], number, AskResult | undefined, boolean]>([
    ['is the first', 'decision', 1, undefined, false],
    ['is of the last attempt', 'decision', 2, last('decision', 2), false],
    ['is of a later attempt', 'decision', 3, last('decision', 2), false],
    ['is of an earlier attempt', 'decision', 1, last('decision', 2), true],
    ['is of the decision, though the end has come', 'decision', 5, last('end', 1), true],
    ['is of the end', 'end', 1, last('decision', 5), false],
    ['is of an earlier attempt at the end', 'end', 1, last('end', 2), true],
  ])('that %s', (_, phase, attempt, result, isOld) => {
    expect(isOvertaken({ phase, attempt }, result)).toBe(isOld);
  });

  test.each<[string, AskResult['phase'], number, AskResult | undefined, boolean]>([
    ['is the first', 'decision', 1, undefined, false],
    ['was carried out', 'decision', 1, last('decision', 1), true],
    ['could not be carried out ever', 'decision', 1, last('decision', 1, 'conflicting'), true],
    ['failed', 'decision', 1, last('decision', 1, 'failed'), false],
    ['is of a later attempt', 'decision', 2, last('decision', 1), false],
    ['is of the end', 'end', 1, last('decision', 1), false],
  ])('needs to be told once more only, where it %s', (_, phase, attempt, result, isDone) => {
    expect(isConcluded({ phase, attempt }, result)).toBe(isDone);
  });
});

test('a try that failed says whether it is still tried', () => {
  expect(stillTried('busy')).toEqual({
    outcome: 'failed',
    text: 'Not yet, and it is still tried: busy',
  });
  expect(givenUp('busy')).toEqual({ outcome: 'failed', text: 'Given up: busy' });
});
