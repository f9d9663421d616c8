import type { ApprovalRequest, Carrying, Decision, ReasonNotToAsk, Step } from './approval-request';
import type { ProposedChange, Question } from './question';
import { plainText } from '../../shared/domain/notification/plain-text';

const UNITS = [
  { seconds: 86_400, least: 2, name: 'd' },
  { seconds: 3_600, least: 1, name: 'h' },
  { seconds: 60, least: 1, name: 'min' },
] as const;

/** Half a surrogate pair, which is no text. */
const BROKEN_CHARACTER = /\p{Cs}/gu;

/**
 * All of a text that an attacker may have written, safe to show; never empty, since a gap could be
 * read as something else.
 */
export function shownText(text: string): string {
  return plainText(text, Infinity).replace(BROKEN_CHARACTER, '\ufffd') || '(empty)';
}

/** "2026-11-21 06:30 UTC": the same for all who read it, wherever they are. */
export function timeText(time: Date): string {
  return `${time.toISOString().slice(0, -8).replace('T', ' ')} UTC`;
}

/** "1 h", "90 min". */
export function durationText(seconds: number): string {
  const unit = UNITS.find(
    (each) => seconds % each.seconds === 0 && seconds / each.seconds >= each.least,
  );
  return unit ? `${seconds / unit.seconds} ${unit.name}` : `${seconds} s`;
}

/** "1 change", "3 changes". */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export const DECISION_WORDS: Readonly<Record<Decision['kind'], string>> = {
  approved: 'Approved',
  denied: 'Denied',
  expired: 'Expired',
  'not-asked': 'Not asked',
};

/**
 * The text that follows on who has decided: ", 2026-11-21 06:30 UTC, until …". It leaves out "for
 * good" where an approval cannot be for a time, since that goes without saying.
 */
export function decisionDetail(
  { kind, at, until, reason, isReasonUnasked, isClickWaiting, isRouteLost, isLate }: Decision,
  { mayBeTimed }: Pick<Question, 'mayBeTimed'>,
): string {
  const time = `${timeText(at)}${isLate ? ', by a click from before the end' : ''}`;
  switch (kind) {
    case 'approved':
      return `, ${time}${until ? `, until ${timeText(until)}` : mayBeTimed ? ', for good' : ''}.`;
    case 'denied':
      return `, ${time}.${isReasonUnasked ? ' Slack opened no modal in which to give a reason.' : ''}`;
    case 'expired':
      if (isRouteLost) {
        return ` ${time}: no one could decide, as its route was changed since. It is as if it were denied.`;
      }
      return isClickWaiting
        ? ` ${time}: a click that came in time could not be judged yet. It is as if it were denied, unless the click counts within 24 hours.`
        : ` ${time}: no one has decided.`;
    case 'not-asked':
      return ` ${time}: ${WHY_NOT_ASKED[reason ?? 'too-many']}.`;
  }
}

/** In the middle of a sentence. */
export const WHY_NOT_ASKED: Readonly<Record<ReasonNotToAsk, string>> = {
  'denied-before': 'the same was denied a short while before',
  'too-many': 'there were too many requests',
  'asked-already': 'the same is asked already',
  unreadable: 'the question could not be read',
};

/** How far the decision is carried out; `words` first, and what the asker says about it. */
export interface CarryingText {
  readonly words: string;
  readonly detail?: string;
}

export function carryingText({
  phase,
  attempt,
  earlierAttempts = 0,
  outcome,
}: Carrying): CarryingText {
  const isEnd = phase === 'end';
  if (!outcome) {
    const tries = attempt - earlierAttempts;
    return {
      words: `${isEnd ? 'The time of the approval is over: being ended' : 'Being carried out'}${tries > 1 ? `, try ${tries}` : ''}.`,
    };
  }
  const time = timeText(outcome.at);
  switch (outcome.kind) {
    case 'carried-out':
      return { words: `${isEnd ? 'Ended' : 'Carried out'}, ${time}: `, detail: outcome.text };
    case 'conflicting':
      return {
        words: `${isEnd ? 'Not ended' : 'Not carried out'}, ${time}, since things have changed meanwhile: `,
        detail: outcome.text,
      };
    case 'failed':
      return {
        words: `${isEnd ? 'Ending it has failed' : 'Failed'}, ${time}: `,
        detail: outcome.text,
      };
  }
}

export const STEP_WORDS: Readonly<Record<Step, string>> = {
  asked: 'Asked',
  approved: 'Approved',
  denied: 'Denied',
  expired: 'Expired',
  'carried-out': 'Carried out',
  conflicting: 'Not carried out, since things have changed meanwhile',
  failed: 'Failed',
  extended: 'More time approved',
  ended: 'Ended',
};

/** The asker's words about a step; undefined where the request is further on by now. */
export function stepDetail({ carrying }: ApprovalRequest, step: Step): string | undefined {
  if (!carrying?.outcome) return undefined;
  const { kind, text } = carrying.outcome;
  const told = kind === 'carried-out' && carrying.phase === 'end' ? 'ended' : kind;
  return told === step ? text : undefined;
}

const NOTHING = '–';
const WIDEST_TABLE = 72;
const WIDEST_CELL = 56;

/**
 * Letters of equal width, with single spaces: whatever else is in a cell could move the columns, or
 * draw them.
 */
const ALIGNABLE = /^[\x21-\x7e]+(?: [\x21-\x7e]+)*$/;
/** Asian letters, pictures and the like take the room of two. */
const WIDE = /[\u1100-\u11ff\u2e80-\u{10ffff}]/u;

/**
 * The changes, line by line, in letters of equal width: before and after beside each other, where
 * they are short. No line is so long that it would be wrapped: what comes next to the margin is
 * always a number of ours, and never the rest of a text that looks like one.
 */
export function changeLines(changes: readonly ProposedChange[]): string[] {
  const rows = changes.map(({ before, after }) =>
    [before, after].map((cell) => (cell === undefined ? NOTHING : shownText(cell))),
  );
  const numbers = changes.map((_, index) => (changes.length > 1 ? `${index + 1}` : ''));
  const indent = Math.max(0, ...numbers.map(({ length }) => length)) + (changes.length > 1 ? 2 : 0);
  return (
    besideEachOther(rows, numbers, indent) ??
    rows.flatMap((row, index) => oneBelowTheOther(row, numbers[index] ?? '', indent))
  );
}

function besideEachOther(
  rows: readonly string[][],
  numbers: readonly string[],
  indent: number,
): string[] | undefined {
  if (!rows.flat().every((cell) => cell === NOTHING || ALIGNABLE.test(cell))) return undefined;
  const table = [['before', 'after'], ...rows];
  const [left, right] = [0, 1].map((column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  if (left === undefined || right === undefined || indent + left + right + 5 > WIDEST_TABLE) {
    return undefined;
  }
  return table.map(([before = '', after = ''], index) => {
    const arrow = index === 0 ? '     ' : '  →  ';
    return `${(numbers[index - 1] ?? '').padEnd(indent)}${before.padEnd(left)}${arrow}${after}`;
  });
}

function oneBelowTheOther(
  [before = '', after = '']: readonly string[],
  number: string,
  indent: number,
): string[] {
  return [
    ...labelled(`${number.padEnd(indent)}before  `, before),
    ...labelled(`${''.padEnd(indent)}after   `, after),
  ];
}

function labelled(label: string, cell: string): string[] {
  const lines = cell.match(WIDE.test(cell) ? linesOf(WIDEST_CELL / 2) : linesOf(WIDEST_CELL)) ?? [];
  return lines.map((line, index) => `${index === 0 ? label : ''.padEnd(label.length)}${line}`);
}

/** At a space, where there is one. */
function linesOf(width: number): RegExp {
  return new RegExp(`.{1,${width}}(?: |$)|.{1,${width}}`, 'gsu');
}
