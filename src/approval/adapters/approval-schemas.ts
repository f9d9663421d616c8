import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { labelsSchema, questionSchema } from './question-schemas';
import { APPROVAL_ITEM_VERSION, APPROVAL_KEY } from '../contracts/approval-items';
import {
  AUDITED_EVENTS,
  DECISION_KINDS,
  OUTCOME_KINDS,
  PHASES,
  REASONS_NOT_TO_ASK,
  STEPS,
} from '../domain/approval-request';

export type Item = Record<string, AttributeValue>;

const time = z.pipe(
  z.iso.datetime(),
  z.transform((text) => new Date(text)),
);
const optionalText = z.optional(z.string());
const optionalTime = z.optional(time);

const messageName = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('question') }),
  z.object({ kind: z.literal('whole') }),
  z.object({ kind: z.literal('reminder'), number: z.int() }),
  z.object({ kind: z.literal('end-reminder'), number: z.int() }),
  z.object({ kind: z.literal('consultation') }),
  z.object({ kind: z.literal('consulted'), number: z.int() }),
  z.object({
    kind: z.literal('step'),
    step: z.enum(STEPS),
  }),
  z.object({
    kind: z.enum(['refusal', 'waiting']),
    userId: z.string(),
    clickId: z.string(),
    text: z.string(),
  }),
]);

const click = z.object({
  id: z.string(),
  userId: z.string(),
  userTeamId: z.string(),
  teamId: z.string(),
  appId: z.string(),
  channelId: z.string(),
  messageTs: z.string(),
  reason: optionalText,
  button: z.object({
    requestId: z.string(),
    digest: z.string(),
    action: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('approve'), seconds: z.optional(z.int()) }),
      z.object({ kind: z.literal('deny') }),
      z.object({ kind: z.literal('retry') }),
      z.object({ kind: z.literal('show-all') }),
      z.object({ kind: z.literal('extend'), seconds: z.int(), number: z.int() }),
    ]),
  }),
  at: time,
  submittedAt: optionalTime,
});

const auditEntry = z.object({
  at: time,
  what: z.enum(AUDITED_EVENTS),
  by: optionalText,
  clickId: optionalText,
  membership: z.optional(z.array(z.string())),
  detail: optionalText,
  reason: optionalText,
});

const votes = z.array(z.object({ userId: z.string(), at: time, seconds: z.optional(z.int()) }));

export const storedRequest = z.object({
  id: z.string(),
  askedAs: optionalText,
  asker: z.string(),
  subject: z.string(),
  question: questionSchema,
  payload: z.string(),
  digest: z.string(),
  labels: z.optional(labelsSchema),
  route: z.optional(z.object({ name: z.string(), channelId: z.string() })),
  askedAt: time,
  expiresAt: time,
  requesters: z.array(
    z.object({
      name: z.string(),
      email: optionalText,
      isAutomatic: z.optional(z.boolean()),
      slackUserId: optionalText,
    }),
  ),
  joined: z.array(z.string()),
  repeats: z.int(),
  votes,
  judgedClicks: z.array(z.string()),
  waitingClicks: z.optional(z.array(z.object({ click, wasApprover: z.optional(z.boolean()) }))),
  tooFewApprovers: z.optional(
    z.object({
      approvers: z.int(),
      possible: z.int(),
      needed: z.int(),
      isRouteLost: z.optional(z.boolean()),
    }),
  ),
  consultation: z.optional(
    z.discriminatedUnion('kind', [
      z.object({
        kind: z.literal('asked'),
        userId: z.string(),
        answers: z.int(),
        opinion: z.optional(z.object({ isStillNeeded: z.boolean(), at: time })),
      }),
      z.object({ kind: z.literal('not-asked'), reason: z.string() }),
    ]),
  ),
  reminders: z.int(),
  decision: z.optional(
    z.object({
      kind: z.enum(DECISION_KINDS),
      at: time,
      by: z.array(z.string()),
      until: optionalTime,
      reason: z.optional(z.enum(REASONS_NOT_TO_ASK)),
      denialReason: optionalText,
      isReasonUnasked: z.optional(z.boolean()),
      isClickWaiting: z.optional(z.boolean()),
      isRouteLost: z.optional(z.boolean()),
      isLate: z.optional(z.boolean()),
    }),
  ),
  extension: z.optional(
    z.object({
      number: z.int(),
      end: time,
      votes,
      approval: z.optional(z.object({ at: time, by: z.array(z.string()), until: time })),
      earlier: z.optional(z.object({ firstEnd: time, by: z.array(z.string()) })),
    }),
  ),
  carrying: z.optional(
    z.object({
      phase: z.enum(PHASES),
      attempt: z.int(),
      earlierAttempts: z.optional(z.int()),
      sentAt: optionalTime,
      outcome: z.optional(
        z.object({
          kind: z.enum(OUTCOME_KINDS),
          text: z.string(),
          at: time,
        }),
      ),
      isRetryOver: z.optional(z.boolean()),
    }),
  ),
  messages: z.array(
    z.object({
      name: messageName,
      wanted: z.int(),
      shown: z.int(),
      notBefore: optionalTime,
      leasedUntil: optionalTime,
      pointedAt: optionalTime,
      failures: z.int(),
      copies: z.array(z.object({ channelId: z.string(), ts: z.string() })),
    }),
  ),
  unannounced: z.array(auditEntry),
});

export const storedAsk = z.object({ requestId: z.string() });

export const storedSubject = z.object({ openRequestId: optionalText, deniedAt: optionalTime });

export const storedSource = z.object({ askedAt: z.array(time) });

export const storedReadings = z.object({
  readings: z.array(z.object({ at: time, members: z.array(z.string()) })),
});

export const storedDirectMessage = z.object({
  last: z.optional(z.object({ at: time, news: z.string(), doneAt: time })),
  leasedUntil: optionalTime,
});

export const storedClick = z.object({
  /** The body that Slack sent, in base64. */
  body: z.string(),
  timestamp: z.string(),
  signature: z.string(),
  receivedAt: time,
});

const versionSchema = z.object({
  version: z.object({ N: z.literal(String(APPROVAL_ITEM_VERSION)) }),
});
const revisionSchema = z.object({
  revision: z.object({ N: z.string().check(z.regex(/^[1-9]\d*$/)) }),
});

/**
 * The value that an item holds. What another version of the library wrote, or cannot be read,
 * throws: its meaning is not known here.
 */
export function storedValue<Schema extends z.ZodMiniType>(
  schema: Schema,
  item: Item,
): z.infer<Schema> {
  const version = versionSchema.safeParse(item);
  if (!version.success) throw unreadable(item, z.prettifyError(version.error));
  const parsed = schema.safeParse(jsonIn(item));
  if (!parsed.success) throw unreadable(item, `data: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

export function storedRevision(item: Item): number {
  const parsed = revisionSchema.safeParse(item);
  if (!parsed.success) throw unreadable(item, z.prettifyError(parsed.error));
  return Number(parsed.data.revision.N);
}

export function unreadable(item: Item, reason: string): Error {
  const [partition, sort] = [APPROVAL_KEY.partition, APPROVAL_KEY.sort].map(
    (name) => item[name]?.S,
  );
  return new Error(
    `The approval workflow's item ${partition} / ${sort} is not of version ${APPROVAL_ITEM_VERSION}: ${reason}`,
  );
}

function jsonIn(item: Item): unknown {
  try {
    return JSON.parse(item.data?.S ?? '');
  } catch {
    throw unreadable(item, 'its attribute data holds no JSON');
  }
}
