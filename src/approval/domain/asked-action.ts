import type { AskResult } from './ask-result';
import type { Question } from './question';
import type { RequestLabels } from './request-labels';

/** What people were asked for an action, as it is stored before they are. */
export interface AskedAction {
  readonly requestId: string;
  readonly subject: string;
  readonly source: string;
  readonly question: Question;
  /** As JSON. */
  readonly payload: string;
  readonly labels?: RequestLabels;
}

/** With what has come of it. */
export interface StoredAction extends AskedAction {
  /** Of the last attempt that came to an end. */
  readonly result?: AskResult;
}

/** What a question says where the one who asks does not. */
const UNSAID = {
  facts: [],
  changes: [],
  meanwhile: 'Nothing is done.',
  ifApproved: 'It is done.',
  ifDenied: 'Nothing is done.',
  ifUnanswered: 'Nothing is done.',
  links: [],
  mayBeTimed: false,
} satisfies Partial<Question>;

/** All who ask count as one by default, since each may write any name. */
const ONE_SOURCE = 'requests';

export type GivenQuestion = Pick<Question, 'title' | 'requester'> &
  Partial<Omit<Question, 'title' | 'requester'>>;

export interface GivenAction {
  readonly requestId: string;
  readonly subject: string;
  readonly source?: string;
  readonly question: GivenQuestion;
  readonly payload?: unknown;
  readonly labels?: RequestLabels;
}

export function askedAction({ source, question, payload, ...given }: GivenAction): AskedAction {
  return {
    ...given,
    source: source ?? ONE_SOURCE,
    question: { ...UNSAID, ...question },
    payload: JSON.stringify(payload ?? null),
  };
}

/**
 * Why what comes under the same id cannot be taken for what was asked under it: with other labels,
 * other people might decide. The question may have other words: people see those that were stored.
 */
export function whyNotTheSame(asked: AskedAction, stored: AskedAction): string | undefined {
  const isTheSame =
    asked.subject === stored.subject &&
    asked.payload === stored.payload &&
    labelsText(asked.labels) === labelsText(stored.labels);
  if (isTheSame) return undefined;
  return `"requestId" ${asked.requestId} was asked with another "subject", "payload" or "labels" before: give each request an id of its own.`;
}

/** Tags in one order, whatever order they were given in. */
function labelsText(labels: RequestLabels | undefined): string | undefined {
  if (!labels) return undefined;
  const { account, units, tags } = labels;
  return JSON.stringify([account, units, tags && Object.entries(tags).sort()]);
}
