import { createInterface, type Interface } from 'node:readline/promises';
import type { Print } from './printing';

/** Those in the channel. The example lets Alice and Bob decide, Mallory not. */
export const PEOPLE = { alice: 'U0ALICE', bob: 'U0BOB', mallory: 'U0MALLORY' } as const;

export type Person = keyof typeof PEOPLE;

/** What happens to a question next. */
export type Answer =
  | {
      readonly kind: 'click';
      readonly button: string;
      readonly person: Person;
      /** For the form that Slack may open. */
      readonly reason?: string;
    }
  | { readonly kind: 'wait'; readonly hours: number };

/**
 * Tells, of the buttons that a question has, what is done; nothing, once `elsewhere` says that the
 * question has changed otherwise.
 */
export type Answers = (
  buttons: readonly string[],
  elsewhere: AbortSignal,
) => Promise<Answer | undefined>;

/** Half a year; the clock goes no further at once. */
const MOST_HOURS = 4400;

/** One after the other, with no one at the keyboard. */
export function playedAnswers(answers: readonly Answer[]): Answers {
  const left = [...answers];
  return async () => {
    const next = left.shift();
    if (!next) {
      throw new Error(
        'The question still waits for a decision, and all answers of the scene are given.',
      );
    }
    return next;
  };
}

/** Ctrl-D: no more is typed. */
export class TerminalClosedError extends Error {
  constructor() {
    super('No more is typed, and the question is still open.');
    this.name = 'TerminalClosedError';
  }
}

/** Where someone types, and what they see. */
export interface Keyboard {
  readonly input: NodeJS.ReadableStream;
  readonly output?: NodeJS.WritableStream;
}

/** Asks who sits at the keyboard. Throws TerminalClosedError once no more is typed. */
export function typedAnswers(
  print: Print,
  keyboard: Keyboard = { input: process.stdin, output: process.stdout },
): Answers {
  const terminal = createInterface(keyboard);
  // The terminal keeps Ctrl-C to itself; this process ends by the signal.
  terminal.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const closed = new Promise<never>((_, reject) => {
    terminal.once('close', () => {
      reject(new TerminalClosedError());
    });
  });
  // Who types no more may still decide elsewhere, and is told when the next question comes.
  closed.catch(() => undefined);
  return async (buttons, elsewhere) => {
    print(
      `\nDecide: a button and who clicks it (alice, bob, mallory), such as "${exampleFor(buttons)}"; with a reason: "deny bob because it is not needed"; or let time pass: "wait 4 h".`,
    );
    for (;;) {
      const line = await Promise.race([typedLine(terminal, elsewhere), closed]);
      if (line === undefined) return undefined;
      const answer = answerIn(line, buttons);
      if (answer) return answer;
      print(
        `"${line.trim()}" is neither. The buttons: ${buttons.join(', ')}. Type one of them, a space, and alice, bob or mallory.`,
      );
    }
  };
}

async function typedLine(terminal: Interface, elsewhere: AbortSignal): Promise<string | undefined> {
  try {
    return await terminal.question('your turn> ', { signal: elsewhere });
  } catch (error) {
    if (elsewhere.aborted) return undefined;
    throw error;
  }
}

/** "approve for 1 h bob", "deny bob because it is not needed", "wait 24 h". */
export function answerIn(line: string, buttons: readonly string[]): Answer | undefined {
  const [decided = '', ...words] = line.trim().split(/\s+because\s+/i);
  const typed = decided.toLowerCase().replace(/\s+/g, ' ');
  const hours = Number(/^wait (\d+) ?h$/.exec(typed)?.[1]);
  if (hours >= 1 && hours <= MOST_HOURS) return { kind: 'wait', hours };
  const [, label, name = ''] = /^(.+) (\w+)$/.exec(typed) ?? [];
  const button = buttons.find((each) => each.toLowerCase() === label);
  if (button === undefined || !isPerson(name)) return undefined;
  const reason = words.join(' because ');
  return { kind: 'click', button, person: name, ...(reason && { reason }) };
}

function isPerson(name: string): name is Person {
  return Object.hasOwn(PEOPLE, name);
}

function exampleFor([first = 'Approve']: readonly string[]): string {
  return `${first.toLowerCase()} alice`;
}
