import { PassThrough } from 'node:stream';
import {
  answerIn,
  playedAnswers,
  TerminalClosedError,
  typedAnswers,
} from '../../../sandbox/scenes/answers';

const BUTTONS = ['Approve', 'Approve for 1 h', 'Deny'];
const ELSEWHERE = new AbortController().signal;

test.each([
  ['approve alice', { kind: 'click', button: 'Approve', person: 'alice' }],
  ['  APPROVE for  1 h Bob ', { kind: 'click', button: 'Approve for 1 h', person: 'bob' }],
  ['deny mallory', { kind: 'click', button: 'Deny', person: 'mallory' }],
  [
    'deny bob because  Use the bastion host, because it is there',
    {
      kind: 'click',
      button: 'Deny',
      person: 'bob',
      reason: 'Use the bastion host, because it is there',
    },
  ],
  ['wait 24 h', { kind: 'wait', hours: 24 }],
])('"%s" is understood', (line, answer) => {
  expect(answerIn(line, BUTTONS)).toEqual(answer);
});

test.each([
  '',
  'approve',
  'alice',
  'approve carol',
  'approve constructor',
  'approve for 8 h alice',
  'wait',
  'wait 0 h',
  'wait 1000000 h',
])('"%s" is asked for again', (line) => {
  expect(answerIn(line, BUTTONS)).toBeUndefined();
});

test('answers that are made already are given in their order, and a question that waits for more is an error', async () => {
  const answers = playedAnswers([{ kind: 'wait', hours: 1 }]);
  await expect(answers(BUTTONS, ELSEWHERE)).resolves.toEqual({ kind: 'wait', hours: 1 });
  await expect(answers(BUTTONS, ELSEWHERE)).rejects.toThrow('still waits for a decision');
});

test('once no more is typed, the scene is told so, also where a question comes later', async () => {
  const input = new PassThrough();
  const answers = typedAnswers(() => undefined, { input });
  const first = answers(BUTTONS, ELSEWHERE);
  input.end();
  await expect(first).rejects.toThrow(TerminalClosedError);
  await expect(answers(BUTTONS, ELSEWHERE)).rejects.toThrow(TerminalClosedError);
});
