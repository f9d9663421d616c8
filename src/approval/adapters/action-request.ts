import * as z from 'zod/mini';
import { askSchema } from './approval-queue-messages';
import { labelsSchema, questionSchema } from './question-schemas';
import { IN_WORDS } from '../../shared/adapters/errors-in-words';
import { APPROVAL_MESSAGE_VERSION, type AskMessage } from '../contracts/approval-messages';
import { type AskedAction, askedAction } from '../domain/asked-action';

const optionalText = z.optional(z.string());

/** As it was given: with all keys, whatever their names. */
const json = z.unknown().check(
  z.refine((value) => z.json().safeParse(value).success, 'is no JSON'),
  z.refine(
    (value) => !hasLostDigits(value),
    'has a number of more digits than are kept: write it as a text',
  ),
);

/** With another number than was asked about, something else would be done. */
function hasLostDigits(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasLostDigits);
}

/** What may be left out is what a question can say by itself. */
const givenSchema = z.extend(
  z.partial(questionSchema, {
    facts: true,
    changes: true,
    meanwhile: true,
    ifApproved: true,
    ifDenied: true,
    ifUnanswered: true,
    links: true,
    mayBeTimed: true,
  }),
  {
    requestId: optionalText,
    subject: z.string(),
    source: optionalText,
    payload: z.optional(json),
    labels: z.optional(labelsSchema),
  },
);

/**
 * What people are to be asked. Throws, with what is wrong, where a workflow would not take it: the
 * one who asks is told then, and no one else.
 *
 * @param otherwiseId the id of the request where none is given.
 */
export function parseActionRequest(event: unknown, otherwiseId: string): AskedAction {
  const given = givenSchema.safeParse(event, IN_WORDS);
  if (!given.success) throw unreadable(given.error);
  const { requestId = otherwiseId, subject, source, payload, labels, ...question } = given.data;
  return askedAction({
    requestId,
    subject,
    ...(source !== undefined && { source }),
    question,
    payload,
    ...(labels && { labels }),
  });
}

/** Throws where it is more than a workflow takes. */
export function askMessageFor(asker: string, asked: AskedAction): AskMessage {
  const { requestId, subject, source, question, payload, labels } = asked;
  const message: AskMessage = {
    version: APPROVAL_MESSAGE_VERSION,
    type: 'ask',
    requestId,
    asker,
    subject,
    source,
    question,
    payload,
    ...(labels && { labels }),
  };
  const checked = askSchema.safeParse(message, IN_WORDS);
  if (!checked.success) throw unreadable(checked.error);
  return message;
}

const EXAMPLE =
  'Send {"subject":"delete db-1","title":"Delete the database db-1","requester":{"name":"Ann"},"payload":{"id":"db-1"}}; docs/own-asker.md has all fields.';

/** Without a word of what was given, but for names of fields. */
function unreadable({ issues }: z.core.$ZodError): Error {
  const faults = issues.map((issue) => {
    const { path } = issue;
    if (issue.code === 'unrecognized_keys') {
      return `there is no ${issue.keys.map((key) => `"${[...path, key].join('.')}"`).join(', ')}`;
    }
    return path.length > 0 ? `"${path.join('.')}": ${issue.message}` : issue.message;
  });
  return new Error(`No one is asked: ${faults.join('; ')}. ${EXAMPLE}`);
}
