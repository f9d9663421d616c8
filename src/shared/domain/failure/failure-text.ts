import type { Failure, NamedWork } from './failure';
import { accountFacts, MOST_ACCOUNT_CHARACTERS } from '../notification/account-text';
import { plainText, subjectLine } from '../notification/plain-text';

/** It could not do what it has to do. */
export interface FailingFunction {
  /** Path of the construct. */
  readonly construct: string;
  readonly functionName: string;
}

/** What is known of a failure, each part cut to what it needs. */
export const MAX_CHARACTERS = {
  what: 300,
  name: 200,
  id: 130,
  path: MOST_ACCOUNT_CHARACTERS.path,
  reason: 600,
  next: 400,
} as const;
export const MAX_GROUPS = 10;

export function failureSubject(failures: readonly Failure[], severity: string): string {
  const [first] = failures;
  const others = failures.length > 1 ? ` and ${failures.length - 1} more` : '';
  const head = first?.state === 'given-up' ? 'Given up' : 'Keeps failing';
  return subjectLine(`[${severity.toUpperCase()}] ${head}: ${first?.work.what ?? ''}${others}`);
}

/** The body of an e-mail. `left`: how many failures are not in it. */
export function failureText(
  failures: readonly Failure[],
  left: number,
  { construct, functionName }: FailingFunction,
): string {
  return [
    failures.length === 1
      ? 'This could not be done:'
      : `These ${failures.length} could not be done:`,
    '',
    ...failures.flatMap(paragraph),
    ...(left > 0
      ? [`There are ${left} more: the next message names them, and the log does now.`, '']
      : []),
    `The log of the function ${plainText(functionName, MAX_CHARACTERS.name)} has more.`,
    `Sent by ${construct}.`,
  ].join('\n');
}

function paragraph({ work, reason, next, tries, since, message }: Failure): string[] {
  const { what, eventId, calledAt, actor, groupIds = [] } = work;
  return [
    `- ${plainText(what, MAX_CHARACTERS.what)}`,
    ...fact('Group', groupsText(groupIds)),
    ...fact('Request', work.requestId),
    ...fact('Access key', work.keyId),
    ...fact('Event', eventId && `${eventId}${calledAt ? `, ${calledAt.toISOString()}` : ''}`),
    ...fact('Made by', actor),
    ...placeLines(work),
    ...fact('Why', reason, MAX_CHARACTERS.reason),
    ...fact('Failed', tries === undefined ? since?.toISOString() : triesText(tries, since)),
    ...fact('Next', next, MAX_CHARACTERS.next),
    ...fact('Message', message?.id),
    '',
  ];
}

function fact(label: string, value: string | undefined, most: number = MAX_CHARACTERS.name) {
  return value ? [`  ${`${label}:`.padEnd(12)}${plainText(value, most)}`] : [];
}

function groupsText(groupIds: readonly string[]): string {
  const more = groupIds.length - MAX_GROUPS;
  return `${groupIds.slice(0, MAX_GROUPS).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function placeLines({ account, accountDescription, region }: NamedWork): string[] {
  if (!account) return [];
  const most = accountDescription ? MAX_CHARACTERS.path : MAX_CHARACTERS.name;
  return accountFacts(account, region, accountDescription).flatMap(({ label, value }) =>
    fact(label, value, most),
  );
}

function triesText(tries: number, since: Date | undefined): string {
  return `${tries} times${since ? ` since ${since.toISOString()}` : ''}`;
}

/** What comes of a message that has failed so often. */
export function nextTries(tries: number, maxTries: number, deadLetterQueue?: string): string {
  const queue = deadLetterQueue ?? 'the dead-letter queue';
  return tries >= maxTries
    ? `It is given up, and moved to ${queue}, where it lies for 14 days. Mend the cause, then redrive that queue.`
    : `It is tried again, ${maxTries} times in all, with pauses of up to a quarter of an hour; then it goes to ${queue}. Mend the cause.`;
}
