import {
  type Block,
  bold,
  boldLiteral,
  bullets,
  cut,
  inParcels,
  isCut,
  link,
  type ListItem,
  literal,
  MOST_BLOCKS,
  MOST_HEADER_CHARACTERS,
  paragraphs,
  preformatted,
  type RichText,
  weightOfBlocks,
  words,
} from './approval-blocks';
import type { ProposedChange, Question } from '../../domain/question';
import { changeLines, countText } from '../../domain/request-text';

export const MOST_NAME_CHARACTERS = 200;

/** Of what stands out. What is heavier is cut, and stands in full where the question does. */
const MOST_SENSITIVE_WEIGHT = 3_000;
const MOST_LABEL_CHARACTERS = { label: 30, value: 50 } as const;

/** Beside the body: header, requesters, buttons and the like. */
const MOST_BODY_BLOCKS = MOST_BLOCKS - 10;

/** How many changes and facts are tried to be shown of a question that does not fit. */
const SHOWN_OF_LONG = [8, 5, 3, 2, 1];

const WAY_TO_THE_REST =
  ' “Show all” puts everything into the thread of this message, and there it can be approved.';

/** How a question stands in messages. */
export interface Layout {
  /** Of the question's own message: all of it, or as much as fits. */
  readonly shown: readonly Block[];
  /** The same, once it is decided: what would be if has nothing to say any more. */
  readonly record: readonly Block[];
  /** All of it, in as many messages as it needs. */
  readonly pages: readonly (readonly Block[])[];
  /**
   * Whether the question's own message shows everything that decides: only then is it one to
   * approve.
   */
  readonly isComplete: boolean;
}

/**
 * Goes by the question, and never by what has become of it: a message must not gain or lose its
 * button while people vote. `room` is a weight.
 */
export function layOut(question: Question, expiry: string, room: number): Layout {
  const matter = [...changeBlocks(question.changes), ...factBlocks(question)];
  const [outlook, links] = [outlookBlocks(question, expiry), linkBlocks(question)];
  const body = [...matter, ...outlook, ...links];
  const fits =
    isWithin(body, room) &&
    !isCut(question.title, MOST_HEADER_CHARACTERS) &&
    !isCut(question.requester.name, MOST_NAME_CHARACTERS) &&
    areLight(wholeSensitiveLines(question));
  if (fits) return { shown: body, record: [...matter, ...links], pages: [body], isComplete: true };
  const head = paragraphs([
    boldLiteral(question.title),
    ...wholeSensitiveLines(question),
    [words('Asked by '), ...literal(question.requester.name)],
  ]);
  const pages = inParcels([...head, ...body], (block) => weightOfBlocks([block]), {
    weight: room,
    count: MOST_BODY_BLOCKS,
  });
  return {
    shown: abridged(question, room, WAY_TO_THE_REST, outlookBlocks(cutOutlook(question), expiry)),
    record: abridged(question, room, '', []),
    pages,
    isComplete: false,
  };
}

/** What makes a question sensitive, a line each. The word says it without the sign's colour. */
export function sensitiveLines(question: Labelled): RichText[][] {
  const { sensitiveLabels = [] } = question;
  const whole = wholeSensitiveLines(question);
  if (areLight(whole)) return whole;
  return sensitiveLabels.map(({ label, value }) => [
    bold(SENSITIVE),
    bold(`${cut(label, MOST_LABEL_CHARACTERS.label)}: `),
    bold(cut(value, MOST_LABEL_CHARACTERS.value)),
  ]);
}

function wholeSensitiveLines({ sensitiveLabels = [] }: Labelled): RichText[][] {
  return sensitiveLabels.map(({ label, value }) => [
    bold(SENSITIVE),
    ...boldLiteral(label),
    bold(': '),
    ...boldLiteral(value),
  ]);
}

type Labelled = Pick<Question, 'sensitiveLabels'>;

const SENSITIVE = '⚠️ SENSITIVE: ';

/** Whether they leave room for the question. */
function areLight(lines: readonly (readonly RichText[])[]): boolean {
  return weightOfBlocks(paragraphs(lines)) <= MOST_SENSITIVE_WEIGHT;
}

function isWithin(blocks: readonly Block[], room: number): boolean {
  return blocks.length <= MOST_BODY_BLOCKS && weightOfBlocks(blocks) <= room;
}

function abridged(
  question: Question,
  room: number,
  advice: string,
  outlook: readonly Block[],
): Block[] {
  for (const count of SHOWN_OF_LONG) {
    const blocks = [...abridgedTo(question, count, advice), ...outlook];
    if (isWithin(blocks, room)) return blocks;
  }
  return leftOut(question, 0, advice);
}

function abridgedTo(question: Question, count: number, advice: string): Block[] {
  const changes = question.changes.slice(0, count).map(({ before, after, remarks }) => ({
    before: before === undefined ? undefined : cut(before, 120),
    after: after === undefined ? undefined : cut(after, 120),
    remarks: remarks.slice(0, 2).map((remark) => cut(remark, 150)),
  }));
  const facts = question.facts
    .slice(0, count)
    .map(({ label, value }) => ({ label: cut(label, 40), value: cut(value, 120) }));
  return [
    ...leftOut(question, changes.length, advice),
    ...changeBlocks(changes, question.changes.length),
    ...factBlocks({ facts }),
  ];
}

type Outlook = Pick<Question, 'meanwhile' | 'ifApproved' | 'ifDenied' | 'ifUnanswered'>;

function cutOutlook({ meanwhile, ifApproved, ifDenied, ifUnanswered }: Outlook): Outlook {
  return {
    meanwhile: cut(meanwhile, 150),
    ifApproved: cut(ifApproved, 150),
    ifDenied: cut(ifDenied, 150),
    ifUnanswered: cut(ifUnanswered, 150),
  };
}

function leftOut({ changes: { length } }: Question, shown: number, advice: string): Block[] {
  const left = length - shown;
  const what =
    left > 0
      ? `${left} of ${countText(length, 'change')} ${left === 1 ? 'is' : 'are'} left out, and long texts are cut`
      : 'Some of its texts are cut, or left out';
  return paragraphs([[bold('Too long for one message. '), words(`${what}.${advice}`)]]);
}

function changeBlocks(changes: readonly ProposedChange[], total = changes.length): Block[] {
  if (changes.length === 0) return [];
  return [
    ...paragraphs([[bold(changesHeading(changes.length, total))]]),
    ...preformatted(changeLines(changes)),
    ...bullets(remarksOf(changes)),
  ];
}

function changesHeading(shown: number, total: number): string {
  if (shown < total) {
    return shown === 1
      ? `The most dangerous of ${total} changes`
      : `The first ${shown} of ${total} changes, the most dangerous first`;
  }
  return total === 1 ? 'The change' : `${total} changes, the most dangerous first`;
}

/** Gives the remarks that several changes in a row share only once. */
function remarksOf(changes: readonly ProposedChange[]): ListItem[] {
  const runs: { readonly first: number; last: number; readonly remarks: readonly string[] }[] = [];
  for (const [index, { remarks }] of changes.entries()) {
    const run = runs.at(-1);
    if (run && JSON.stringify(run.remarks) === JSON.stringify(remarks)) run.last = index + 1;
    else runs.push({ first: index + 1, last: index + 1, remarks });
  }
  return runs.flatMap(({ first, last, remarks }) => {
    const numbers = first === last ? `${first}` : `${first}–${last}`;
    return remarks.map((text) => ({ label: changes.length > 1 ? numbers : '', text }));
  });
}

function factBlocks({ facts }: Pick<Question, 'facts'>): Block[] {
  return paragraphs(
    facts.map(({ label, value }) => [...boldLiteral(label), bold(': '), ...literal(value)]),
  );
}

function outlookBlocks(
  { meanwhile, ifApproved, ifDenied, ifUnanswered }: Outlook,
  expiry: string,
): Block[] {
  const line = (label: string, text: string): RichText[] => [bold(`${label}: `), ...literal(text)];
  return paragraphs([
    line('Meanwhile', meanwhile),
    line('If approved', ifApproved),
    line('If denied', ifDenied),
    line(`If no one decides by ${expiry}`, ifUnanswered),
  ]);
}

function linkBlocks({ links }: Question): Block[] {
  return paragraphs(
    links.length === 0
      ? []
      : [
          links.flatMap(({ text, url }, index) => [
            ...(index === 0 ? [] : [words(' · ')]),
            ...link(text, url),
          ]),
        ],
  );
}
