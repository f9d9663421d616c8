import {
  answerDecision,
  type OwnRequest,
  type SignedDecision,
} from '../../../src/approval/domain/answer-decision';
import type { AskResult } from '../../../src/approval/domain/ask-result';

const DECISION: SignedDecision = { phase: 'decision', attempt: 2, digest: 'd' };
const OWN: OwnRequest = { digest: 'd' };
const DONE: AskResult = { phase: 'decision', attempt: 2, outcome: 'carried-out', text: 'Done.' };

/** What was refused, carried out and told, in this order. */
async function answered(
  own: OwnRequest | undefined,
  carryOut: () => Promise<AskResult | undefined> = async () => DONE,
): Promise<unknown[]> {
  const done: unknown[] = [];
  await answerDecision(DECISION, own, {
    refuse: (reason) => done.push(reason),
    carryOut: async () => {
      done.push('carry out');
      return carryOut();
    },
    conclude: async (result) => {
      done.push(result);
    },
  });
  return done;
}

test('a decision about what was asked is carried out, and told', async () => {
  expect(await answered(OWN)).toEqual(['carry out', DONE]);
});

test('where someone else carries it out, nothing is told', async () => {
  expect(await answered(OWN, async () => undefined)).toStrictEqual(['carry out']);
});

test('one about what no one knows of is refused, and its people hear that nothing was done', async () => {
  expect(await answered(undefined)).toEqual([
    'nothing was asked under this id',
    {
      phase: 'decision',
      attempt: 2,
      outcome: 'conflicting',
      text: expect.stringMatching(/^Nothing was done/),
    },
  ]);
});

test('one about something else is refused, and its people hear so, and can have it tried again', async () => {
  expect(await answered({ digest: 'other' })).toEqual([
    'people were shown something else than what was asked',
    {
      phase: 'decision',
      attempt: 2,
      outcome: 'failed',
      text: 'Nothing was done: people were shown something else than what was asked.',
    },
  ]);
});

test('one that comes again is told again, and not carried out again', async () => {
  expect(await answered({ ...OWN, result: DONE })).toEqual([DONE]);
});

test('one that has failed is carried out again', async () => {
  const result: AskResult = { ...DONE, outcome: 'failed' };
  expect(await answered({ ...OWN, result })).toEqual(['carry out', DONE]);
});

test.each<[string, AskResult]>([
  ['a later attempt', { ...DONE, attempt: 3 }],
  ['the end', { ...DONE, phase: 'end', attempt: 1 }],
])('one that comes after %s does not count any more', async (_, result) => {
  expect(await answered({ ...OWN, result })).toEqual([]);
});
