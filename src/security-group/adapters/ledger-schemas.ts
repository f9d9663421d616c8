import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { ruleKeyFields } from './rule-schema';
import { SEVERITIES } from '../../shared/domain/notification/severity';
import { LEDGER_ITEM_VERSION, LEDGER_KEY } from '../contracts/ledger-items';
import { RULE_CHANGES, VERDICTS } from '../domain/judging/judgement';
import { GRANT_CAUSES, RELEASE_REASONS } from '../domain/ledger/ledger';
import { ENDS_UNANSWERED, RESPONSES } from '../domain/policies/policy';
import { MODES } from '../domain/policies/sentry-configuration';

export type Item = Record<string, AttributeValue>;

const time = z.pipe(
  z.iso.datetime(),
  z.transform((text) => new Date(text)),
);
const optionalText = z.optional(z.string());
const optionalTime = z.optional(time);

const tag = z.object({ key: z.string(), value: z.string() });

export const storedRule = z.object({
  id: optionalText,
  ...ruleKeyFields,
  description: optionalText,
  tags: z.optional(z.array(tag)),
});

const grant = z.object({
  cause: z.enum(GRANT_CAUSES),
  by: z.string(),
  since: time,
  until: optionalTime,
  eventId: optionalText,
  receivedAt: optionalTime,
  lackedAt: optionalTime,
  reportedAt: optionalTime,
  confirmed: z.optional(z.boolean()),
  exceptFor: z.optional(z.array(z.string())),
  reason: optionalText,
  requestId: optionalText,
});

export const storedEntry = z.object({
  rule: storedRule,
  suspension: z.optional(z.object({ requestId: z.string(), until: optionalTime })),
  replacedBy: z.optional(z.object({ eventId: z.string(), at: time })),
  grants: z.array(grant),
  prefixListVersion: z.optional(z.int()),
  unexplainedSince: optionalTime,
  toldAt: optionalTime,
  missingSince: optionalTime,
  writtenAt: optionalTime,
});

export const storedRecord = z.object({
  groupId: z.string(),
  name: optionalText,
  vpcId: optionalText,
  adoptedAt: time,
  adoptedWhile: z.enum(MODES),
  policies: z.string(),
  holds: z.optional(z.array(z.string())),
  tags: z.optional(
    z.object({
      had: z.array(tag),
      lacked: z.array(tag),
      lost: z.optional(z.array(tag)),
      decided: z.optional(z.array(z.object({ key: z.string(), at: time }))),
    }),
  ),
  selection: z.string(),
  madeBy: optionalText,
  unseenSince: optionalTime,
  isDeletionTold: z.optional(z.boolean()),
  releasedAt: optionalTime,
  releasedFor: z.optional(z.enum(RELEASE_REASONS)),
});

export const storedPlace = z.object({
  lastLookAt: optionalTime,
  // The last version has none.
  looks: z._default(z.array(z.object({ choice: z.string(), at: time })), []),
  entering: z.array(z.object({ groupId: z.string(), seenAt: time, after: optionalTime })),
  told: z.optional(z.array(z.string())),
});

export const storedSighting = z.object({
  at: time,
  rules: z.array(z.object({ id: optionalText, key: z.string() })),
});

export const storedSign = z.object({ at: time });

const revertCount = z.object({
  count: z.int(),
  since: time,
  openMilliseconds: z.number(),
  recent: z.array(z.object({ from: time, to: time })),
  actors: z.array(z.string()),
  isDispute: z.boolean(),
});

export const storedRepeats = z.array(
  z.object({
    key: z.string(),
    toldAt: time,
    untold: z.int(),
    reverts: z.optional(revertCount),
  }),
);

export const storedOutcome = z.object({
  reverted: z.int(),
  notRestorable: z.int(),
  reason: optionalText,
});

export const storedAnnouncement = z.object({
  subject: z.string(),
  json: z.string(),
  text: z.string(),
  severity: z.enum(SEVERITIES),
  type: z.string(),
  isRepeat: z.boolean(),
  outcome: z.optional(storedOutcome),
  asks: z.optional(z.array(z.object({ workflow: z.string(), message: z.string() }))),
});

export const storedViolation = z.object({
  baseline: z.enum(['forbid', 'allowOnly', 'locked']),
  response: z.enum(RESPONSES),
  reason: z.string(),
  asking: z.optional(z.object({ workflow: z.string(), whenUnanswered: z.enum(ENDS_UNANSWERED) })),
});

export const storedJudgements = z.array(
  z.object({
    rule: storedRule,
    change: z.enum(RULE_CHANGES),
    present: z.boolean(),
    verdict: z.enum(VERDICTS),
    violations: z.array(storedViolation),
    restored: z.optional(storedRule),
    notRestorable: z.optional(z.object({ reason: z.string(), mayChange: z.boolean() })),
  }),
);

const versionSchema = z.object({
  version: z.object({ N: z.literal(String(LEDGER_ITEM_VERSION)) }),
});

/** Refuses an item that another version of the library wrote: what it means is not known here. */
export function refuseOtherVersion(item: Item): void {
  const { success, error } = versionSchema.safeParse(item);
  if (!success) throw unreadable(item, z.prettifyError(error));
}

/**
 * The value that an attribute holds as JSON. What cannot be read must not pass for "nothing there":
 * it throws, and names the item.
 */
export function storedValue<Schema extends z.ZodMiniType>(
  schema: Schema,
  item: Item,
  attribute: string,
): z.infer<Schema> {
  const parsed = schema.safeParse(jsonIn(item, attribute));
  if (!parsed.success) throw unreadable(item, `${attribute}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

function jsonIn(item: Item, attribute: string): unknown {
  try {
    return JSON.parse(item[attribute]?.S ?? '');
  } catch {
    throw unreadable(item, `its attribute ${attribute} holds no JSON`);
  }
}

export function unreadable(item: Item, reason: string): Error {
  const [partition, sort] = [LEDGER_KEY.partition, LEDGER_KEY.sort].map((name) => item[name]?.S);
  return new Error(
    `The ledger's item ${partition} / ${sort} is not of version ${LEDGER_ITEM_VERSION}: ${reason}`,
  );
}
