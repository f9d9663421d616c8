import * as z from 'zod/mini';
import { approvalDigest, contentDigest } from './approval-digest';
import { labelsSchema, questionSchema } from './question-schemas';
import { bytesAsJson, bytesInsideJson, bytesOfText } from '../../shared/domain/byte-budget';
import {
  APPROVAL_MESSAGE_VERSION,
  type DecisionStatement,
  MOST_OUTCOME_CHARACTERS,
  STATED_DECISIONS,
} from '../contracts/approval-messages';
import {
  APPROVAL_QUEUE_MESSAGE_VERSION,
  type ClickPointer,
  type MessagesPointer,
} from '../contracts/approval-queue-messages';
import type { Ask } from '../domain/admit';
import {
  type ApprovalRequest,
  type CarryingOutcome,
  idOfAsker,
  OUTCOME_KINDS,
  PHASES,
  REASONS_NOT_TO_ASK,
} from '../domain/approval-request';
import type { Attempt } from '../domain/attempt';
import type { Question } from '../domain/question';

const MOST_QUESTION_BYTES = 200_000;
const MOST_PAYLOAD_BYTES = 64 * 1024;

/**
 * Question and payload stand in one item of 400 KB, together with all that happens to the request.
 */
const MOST_STORED_BYTES = 280_000;

/** Others may want the same, and are named in the same item. Names in AWS are far shorter. */
const MOST_REQUESTER_BYTES = 2_000;

/** The payload comes back inside of JSON that is inside of JSON, in one message. */
const MOST_RETURNED_BYTES = 240_000;

const version = z.literal(APPROVAL_MESSAGE_VERSION);
const pointerVersion = z.literal(APPROVAL_QUEUE_MESSAGE_VERSION);
const requestId = z.string().check(z.regex(/^[A-Za-z0-9_-]{1,64}$/));
const digest = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const phase = z.enum(PHASES);
const attempt = z.int().check(z.positive());
const name = z.string().check(z.minLength(1), z.maxLength(128));
const key = z.string().check(z.minLength(1), z.maxLength(256));

const question = questionSchema.check(
  z.refine(
    (value) => bytesAsJson(value) <= MOST_QUESTION_BYTES,
    `takes more than ${MOST_QUESTION_BYTES} bytes as JSON`,
  ),
  z.refine(
    ({ requester }) => bytesAsJson(requester) <= MOST_REQUESTER_BYTES,
    `its requester takes more than ${MOST_REQUESTER_BYTES} bytes as JSON`,
  ),
);
const payload = z.string().check(
  z.refine(
    (text) => bytesOfText(text) <= MOST_PAYLOAD_BYTES,
    `takes more than ${MOST_PAYLOAD_BYTES} bytes`,
  ),
  z.refine(
    (text) => bytesInsideJson(text) <= MOST_RETURNED_BYTES,
    `takes more than ${MOST_RETURNED_BYTES} bytes in a decision, where it is JSON in JSON`,
  ),
);
export const askSchema = z
  .object({
    version,
    type: z.literal('ask'),
    requestId,
    asker: name,
    subject: key,
    source: key,
    question,
    payload,
    labels: z.optional(labelsSchema),
  })
  .check(
    z.refine(
      (ask) => bytesAsJson([ask.question, ask.payload]) <= MOST_STORED_BYTES,
      `question and payload take more than ${MOST_STORED_BYTES} bytes together, as JSON`,
    ),
  );
export const outcomeSchema = z.object({
  version,
  type: z.literal('outcome'),
  requestId,
  asker: name,
  phase,
  attempt,
  outcome: z.enum(OUTCOME_KINDS),
  text: z.string().check(z.maxLength(MOST_OUTCOME_CHARACTERS)),
});
const workflowMessageSchema = z.discriminatedUnion('type', [askSchema, outcomeSchema]);

export const clickPointerSchema = z.object({
  version: pointerVersion,
  type: z.literal('click'),
  clickId: digest,
});
export const messagesPointerSchema = z.object({
  version: pointerVersion,
  type: z.literal('messages'),
  requestId,
});

export const decisionSchema = z.object({
  version,
  type: z.literal('decision'),
  statement: z.string(),
  mac: z.string(),
});
export const statementSchema = z.object({
  version,
  requestId,
  asker: name,
  digest,
  payload: z.string(),
  decision: z.enum(STATED_DECISIONS),
  phase,
  attempt,
  decidedAt: z.iso.datetime(),
  decidedBy: z.array(z.string()),
  until: z.optional(z.iso.datetime()),
  reason: z.optional(z.enum(REASONS_NOT_TO_ASK)),
  denialReason: z.optional(z.string()),
  isClickWaiting: z.optional(z.boolean()),
  isRouteLost: z.optional(z.boolean()),
  isLate: z.optional(z.boolean()),
  isExtension: z.optional(z.boolean()),
});

/** An asker's message to the workflow. */
export type WorkflowMessage =
  | { readonly kind: 'ask'; readonly ask: Ask }
  | UnreadableAsk
  | {
      readonly kind: 'outcome';
      readonly requestId: string;
      readonly asker: string;
      readonly attempt: Attempt;
      readonly outcome: Omit<CarryingOutcome, 'at'>;
    };

/** No one can be asked it, and it is known whom to tell. */
export interface UnreadableAsk {
  readonly kind: 'unreadable-ask';
  /** With a question in the place of what cannot be read. */
  readonly ask: Ask;
  readonly reason: string;
  /** A later version of the library may read it: a deployment may be under way. */
  readonly isNewer: boolean;
}

/** A decision as it came: nothing in it counts until the MAC of its text is verified. */
export interface ReceivedDecision {
  readonly statement: DecisionStatement;
  readonly statementText: string;
  readonly mac: string;
}

const askOfSomeone = z.object({
  version: z.number(),
  type: z.literal('ask'),
  requestId,
  asker: name,
  question: z.optional(z.unknown()),
  payload: z.optional(z.unknown()),
  labels: z.optional(z.unknown()),
});

const UNREADABLE_QUESTION: Question = {
  title: 'A question that cannot be read',
  requester: { name: 'unknown' },
  facts: [],
  changes: [],
  meanwhile: '',
  ifApproved: '',
  ifDenied: '',
  ifUnanswered: '',
  links: [],
  mayBeTimed: false,
};

/** The digest is that of what came, so that the asker knows it for its own. */
function unreadableAsk(body: string): UnreadableAsk | undefined {
  const content = jsonIn(body, WORKFLOW_MESSAGE);
  const known = askOfSomeone.safeParse(content);
  const { error } = askSchema.safeParse(content);
  if (!known.success || !error) return undefined;
  const { requestId: id, asker, question: asked, payload: given, labels } = known.data;
  const own = `unreadable ${id}`;
  return {
    kind: 'unreadable-ask',
    ask: {
      requestId: id,
      asker,
      subject: own,
      source: own,
      question: UNREADABLE_QUESTION,
      payload: payload.safeParse(given).data ?? '',
      digest: contentDigest(asked, given, labels),
    },
    reason: z.prettifyError(error),
    isNewer:
      known.data.version > APPROVAL_MESSAGE_VERSION ||
      error.issues.some(({ code }) => code === 'unrecognized_keys'),
  };
}

const WORKFLOW_MESSAGE = 'The message to the approval workflow';

/** Throws where the message is not an asker's. */
export function parseWorkflowMessage(body: string): WorkflowMessage {
  const unreadable = unreadableAsk(body);
  if (unreadable) return unreadable;
  const message = parse(workflowMessageSchema, body, WORKFLOW_MESSAGE);
  if (message.type === 'outcome') {
    const { requestId: id, asker, outcome: kind, text } = message;
    return {
      kind: 'outcome',
      requestId: id,
      asker,
      attempt: { phase: message.phase, attempt: message.attempt },
      outcome: { kind, text },
    };
  }
  const { version: _, type: __, ...ask } = message;
  const digestOfAsk = approvalDigest(ask.question, ask.payload, ask.labels);
  return { kind: 'ask', ask: { ...ask, digest: digestOfAsk } };
}

export function parseClickPointer(body: string): ClickPointer {
  return parse(clickPointerSchema, body, 'The message about a click');
}

export function parseMessagesPointer(body: string): MessagesPointer {
  return parse(messagesPointerSchema, body, 'The message about messages');
}

/**
 * For askers. Verify the MAC of `statementText`, and compare the digest with your own, before you
 * do what the statement says.
 */
export function parseDecision(body: string): ReceivedDecision {
  const { statement: statementText, mac } = parse(
    decisionSchema,
    body,
    'The message about a decision',
  );
  return {
    statement: parse(statementSchema, statementText, 'The statement of a decision'),
    statementText,
    mac,
  };
}

/** The statement that is signed and sent to the asker. Throws where nothing is decided. */
export function decisionStatement(request: ApprovalRequest): string {
  const { id, asker, digest: requestDigest, payload: returned, decision, carrying } = request;
  if (!decision || !carrying) {
    throw new Error(`The request ${id} is not decided: there is nothing to notify ${asker} of.`);
  }
  const extension = carrying.phase === 'decision' ? request.extension?.approval : undefined;
  const { at, by, until } = extension ?? decision;
  return JSON.stringify({
    version: APPROVAL_MESSAGE_VERSION,
    requestId: idOfAsker(request),
    asker,
    digest: requestDigest,
    payload: returned,
    decision: carrying.phase === 'end' ? 'ended' : decision.kind,
    phase: carrying.phase,
    attempt: carrying.attempt,
    decidedAt: at.toISOString(),
    decidedBy: by,
    ...(until && { until: until.toISOString() }),
    ...(decision.reason && { reason: decision.reason }),
    ...(decision.denialReason !== undefined && { denialReason: decision.denialReason }),
    ...(decision.isClickWaiting && { isClickWaiting: true }),
    ...(decision.isRouteLost && { isRouteLost: true }),
    ...(decision.isLate && !extension && { isLate: true }),
    ...(extension && { isExtension: true }),
  } satisfies DecisionStatement);
}

function parse<Schema extends z.ZodMiniType>(
  schema: Schema,
  body: string,
  what: string,
): z.infer<Schema> {
  const parsed = schema.safeParse(jsonIn(body, what));
  if (parsed.success) return parsed.data;
  throw new Error(
    `${what} cannot be read by this version of the library: ${z.prettifyError(parsed.error)}`,
  );
}

function jsonIn(body: string, what: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // The parser's own words show parts of what was sent.
    throw new Error(`${what}, of ${body.length} characters, is no JSON.`);
  }
}
