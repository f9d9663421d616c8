import * as z from 'zod/mini';
import { plainText } from '../../shared/domain/notification/plain-text';
import { MAX_TAG_USES_IN_MESSAGE, MAX_UNKNOWN_IN_MESSAGE } from '../contracts/key-message';
import type { LastUse } from '../domain/access-key';
import { DEACTIVATION_REASONS } from '../domain/deactivation-reasons';
import { STEP_KINDS } from '../domain/key-actions';
import type { InventoryKey } from '../domain/key-inventory';
import type { KeyReport, ReportedKey } from '../domain/key-report';
import type { KeyStep } from '../domain/key-step';
import { type AccountAnswer, UNREAD_CAUSES } from '../domain/organization/key-run';
import { type Owner, OWNER_SOURCES } from '../domain/owner';

/** An answer as it is stored: its keys are in items of their own. */

const time = z.pipe(
  z.iso.datetime(),
  z.transform((value) => new Date(value)),
);

/** Of a run, its accounts, or some of them. */
export const runAccountsSchema = z.object({
  asked: z.array(z.string()),
  suspended: z.array(z.string()),
});

export const runSchema = z.object({
  ...runAccountsSchema.shape,
  id: z.string(),
  startedAt: time,
  /** How many items its accounts are in. Absent: none, they are all here. */
  parts: z.optional(z.int()),
  closedAt: z.optional(time),
  partsTold: z.optional(z.int()),
  lastToldAt: z.optional(time),
  partsRemembered: z.int(),
  /** Written by an earlier version, which remembered each part before it told the next. */
  nextPartToldAt: z.optional(time),
  doneAt: z.optional(time),
  awaitsInventory: z.optional(z.boolean()),
});

const lastUse = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('used'),
    at: time,
    service: z.optional(z.string()),
    region: z.optional(z.string()),
  }),
  z.object({ kind: z.literal('never') }),
  z.object({ kind: z.literal('unknown'), reason: z.string() }),
]);

const finding = z.object({
  keyId: z.optional(z.string()),
  userName: z.string(),
  status: z.enum(['Active', 'Inactive', 'Expired']),
  createdAt: time,
  ageInDays: z.number(),
  lastUse,
  classes: z.array(z.enum(['too-old', 'soon-too-old', 'unused', 'never-used'])),
});

const { status, createdAt, ageInDays, classes } = finding.shape;

/** A part of the inventory of an account; the number says how many it has. */
export const inventorySchema = z.object({
  parts: z.int(),
  keys: z.array(
    z.object({
      userName: z.string(),
      keyId: z.optional(z.string()),
      found: z.optional(z.object({ status, createdAt, ageInDays, lastUse, classes })),
      excludedBy: z.optional(z.string()),
      exclusionReason: z.optional(z.string()),
      problem: z.optional(z.string()),
    }),
  ),
});

export const standingReasons = z.array(
  z.object({
    kind: z.enum(DEACTIVATION_REASONS),
    days: z.int(),
    noticeAt: z.optional(time),
  }),
);

/** Earlier versions wrote no reasons. */
const reasoned = { step: z.enum(STEP_KINDS), reasons: z.optional(standingReasons) };

const stepReport = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('notice'), ...reasoned, dueAt: time, asksFirst: z.boolean() }),
  z.object({ kind: z.literal('wait'), ...reasoned, dueAt: time, asksFirst: z.boolean() }),
  z.object({ kind: z.literal('would'), ...reasoned, dueAt: time, asksFirst: z.boolean() }),
  z.object({ kind: z.literal('asked'), ...reasoned, at: time, requestId: z.string() }),
  z.object({
    kind: z.literal('done'),
    ...reasoned,
    at: time,
    requestId: z.optional(z.string()),
    reactivations: z.optional(z.int()),
  }),
  z.object({ kind: z.literal('gone'), step: z.enum(STEP_KINDS) }),
  z.object({ kind: z.literal('held'), ...reasoned, reason: z.string() }),
  z.object({
    kind: z.literal('failed'),
    ...reasoned,
    reason: z.string(),
    requestId: z.optional(z.string()),
  }),
]);

export const knownOwner = z.object({
  kind: z.literal('known'),
  name: z.string(),
  source: z.enum(OWNER_SOURCES),
  tagKey: z.optional(z.string()),
});

const owner = z.discriminatedUnion('kind', [
  knownOwner,
  z.object({ kind: z.literal('unknown'), reason: z.string() }),
  z.object({ kind: z.literal('none') }),
]);

export const keySchema = z.object({
  keyId: z.optional(z.string()),
  userName: z.string(),
  finding: z.optional(finding),
  step: z.optional(z.object({ keyId: z.string(), userName: z.string(), report: stepReport })),
  owner: z.optional(owner),
});

const unknowns = z.array(z.object({ what: z.string(), reason: z.string() }));

const survey = z.object({
  at: time,
  userCount: z.int(),
  unknowns,
  tagUses: z.array(
    z.object({
      userName: z.string(),
      tagKey: z.string(),
      value: z.string(),
      reason: z.optional(z.string()),
      ignoredBecause: z.optional(z.string()),
    }),
  ),
});

export const answerSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('looked'),
    accountId: z.string(),
    answeredAt: time,
    survey,
    maxKeyAge: z.number(),
    toRemember: z.array(z.string()),
    barredBy: z.optional(z.string()),
    parts: z.int(),
  }),
  z.object({
    kind: z.literal('unread'),
    accountId: z.string(),
    cause: z.enum(UNREAD_CAUSES),
    reason: z.optional(z.string()),
    answeredAt: time,
    isTriedAgain: z.optional(z.boolean()),
  }),
]);

export type StoredAnswer = z.infer<typeof answerSchema>;

/** What the report shows of it, and how many parts its keys take. */
export function storedAnswer(answer: AccountAnswer, parts: number): StoredAnswer {
  if (answer.kind === 'unread') {
    const { reason } = answer;
    return { ...answer, ...(reason !== undefined && { reason: plainText(reason) }) };
  }
  const { report, toRemember, ...rest } = answer;
  const { at, userCount, unknowns: unknown, tagUses } = report.survey;
  return {
    ...rest,
    toRemember: [...toRemember],
    maxKeyAge: report.maxKeyAge,
    parts,
    survey: {
      at,
      userCount,
      unknowns: unknown
        .slice(0, MAX_UNKNOWN_IN_MESSAGE)
        .map(({ what, reason }) => ({ what: plainText(what), reason: plainText(reason) })),
      tagUses: tagUses.slice(0, MAX_TAG_USES_IN_MESSAGE).map((use) => ({
        ...use,
        tagKey: plainText(use.tagKey),
        value: plainText(use.value),
        ...(use.reason !== undefined && { reason: plainText(use.reason) }),
      })),
    },
  };
}

/** As `storedKey`, of an inventory. */
export function storedInventoryKey(key: InventoryKey): InventoryKey {
  const { found, excludedBy, exclusionReason, problem } = key;
  return {
    ...key,
    ...(found && { found: { ...found, lastUse: shortLastUse(found.lastUse) } }),
    ...(excludedBy !== undefined && { excludedBy: plainText(excludedBy) }),
    ...(exclusionReason !== undefined && { exclusionReason: plainText(exclusionReason) }),
    ...(problem !== undefined && { problem: plainText(problem) }),
  };
}

/** Texts of others are cut, so that a part of an answer fits into an item. */
export function storedKey({ step: taken, owner: owned, ...key }: ReportedKey): ReportedKey {
  return {
    ...key,
    ...(key.finding && { finding: shortFinding(key.finding) }),
    ...(taken && { step: shortStep(taken) }),
    ...(owned && { owner: shortOwner(owned) }),
  };
}

function shortOwner(owned: Owner): Owner {
  if (owned.kind !== 'unknown') return owned;
  return { ...owned, reason: plainText(owned.reason) };
}

/** Its owner is that of the key. */
function shortFinding({
  owner: _,
  ...found
}: NonNullable<ReportedKey['finding']>): NonNullable<ReportedKey['finding']> {
  return { ...found, lastUse: shortLastUse(found.lastUse) };
}

function shortLastUse(use: LastUse): LastUse {
  return use.kind === 'unknown' ? { kind: 'unknown', reason: plainText(use.reason) } : use;
}

function shortStep({ keyId, userName, report }: KeyStep): KeyStep {
  const isReasoned = report.kind === 'held' || report.kind === 'failed';
  return {
    keyId,
    userName,
    report: isReasoned ? { ...report, reason: plainText(report.reason) } : report,
  };
}

export function answerOf(
  { survey: stored, maxKeyAge, parts: _, ...rest }: Extract<StoredAnswer, { kind: 'looked' }>,
  keys: readonly ReportedKey[],
): AccountAnswer {
  const report: KeyReport = {
    survey: { ...stored, users: [], findings: [], keys: [], seen: [] },
    keys,
    maxKeyAge,
  };
  return { ...rest, report };
}
