import { type AccessKey, type AccessKeyWithUse, DAY_MILLISECONDS, isOlderThan } from './access-key';
import {
  approvalStanding,
  type ApprovalStanding,
  type ApprovedKey,
  type KeyApproval,
} from './key-approval';

/** The actions on old keys, and when they are due. All times are in days. */
export interface KeyActionRules {
  /** An active key older than this is deactivated. */
  readonly deactivateAfter: number;
  /** A key that has been inactive for this long is deleted. */
  readonly deleteAfterInactive?: number;
  /** How long before each step its notice has to have been accepted by SNS. */
  readonly grace: number;
  readonly maxActionsPerRun: number;
  /**
   * People are asked before a key is deactivated; and, where they deny it, again after so many
   * days. Without it, no one is asked.
   */
  readonly askAgainAfter?: number;
}

export const STEP_KINDS = ['deactivate', 'delete'] as const;

export type StepKind = (typeof STEP_KINDS)[number];

export const ACTION_MODES = ['enforce', 'observe'] as const;

/** `observe`: what would be done is told, and not done. */
export type ActionMode = (typeof ACTION_MODES)[number];

/** The sentry's record of one key, under its id. Toggling the key changes none of the notices. */
export interface KeyRecord {
  readonly keyId: string;
  readonly userName: string;
  /** When SNS accepted the notice of a step. */
  readonly noticeAt: Partial<Readonly<Record<StepKind, Date>>>;
  /** When SNS last accepted a message that said that the step is to come. */
  readonly toldAt: Partial<Readonly<Record<StepKind, Date>>>;
  /** Since when the key has been seen inactive, without a break. */
  readonly inactiveSince?: Date;
  /** A step that was taken and is not told yet. */
  readonly untold?: { readonly step: StepKind; readonly at: Date };
  /** The last question to people. */
  readonly approval?: KeyApproval;
  /** How often the sentry has deactivated it, and when it last did. */
  readonly deactivated?: { readonly times: number; readonly lastAt: Date };
}

/**
 * A notice lapses when nothing was told of its step for this long, as while the user was excluded
 * or the rules were others: no one remembers it then. Runs are a few days apart at the most.
 */
const NOTICE_LAPSES_AFTER_DAYS = 14;

/** How late the last use of a key can show up. AWS names no bound; it says "up to" a few hours. */
const LAST_USE_LAG_DAYS = 1;

export type NextStep =
  | { readonly kind: 'none' }
  /**
   * It has to be told first; the step is due on `dueAt` at the earliest, and people are asked then
   * where it says so.
   */
  | {
      readonly kind: 'notice';
      readonly step: StepKind;
      readonly dueAt: Date;
      readonly asksFirst: boolean;
    }
  | {
      readonly kind: 'wait';
      readonly step: StepKind;
      readonly dueAt: Date;
      readonly asksFirst: boolean;
    }
  | { readonly kind: 'due'; readonly step: StepKind }
  /** It would be due for deactivation, had people approved it. */
  | { readonly kind: 'unapproved'; readonly standing: ApprovalStanding }
  /** It cannot be decided, and so nothing is done. */
  | { readonly kind: 'held'; readonly step: StepKind; readonly reason: string };

/**
 * The one place that says whether a key may be deactivated or deleted: once for the plan, and again
 * on a fresh look. `approved` is what people approved just now, as was proved to the one who asks:
 * what is remembered of an approval never deactivates a key.
 */
export function nextStep(
  key: AccessKeyWithUse,
  record: KeyRecord | undefined,
  rules: KeyActionRules,
  now: Date,
  approved?: ApprovedKey,
): NextStep {
  if (key.status === 'Active') {
    const next = deactivation(key, record, rules, now);
    const { askAgainAfter } = rules;
    const approval = record?.approval;
    if (next.kind !== 'due' || askAgainAfter === undefined) return next;
    if (isApproved(key, approval, approved)) return next;
    return { kind: 'unapproved', standing: approvalStanding(approval, askAgainAfter, now) };
  }
  if (key.status === 'Inactive' && rules.deleteAfterInactive !== undefined) {
    return deletion(key, record, { ...rules, deleteAfterInactive: rules.deleteAfterInactive }, now);
  }
  return { kind: 'none' };
}

function deactivation(
  key: AccessKeyWithUse,
  record: KeyRecord | undefined,
  rules: KeyActionRules,
  now: Date,
): NextStep {
  if (!isOlderThan(key.createdAt, rules.deactivateAfter, now)) return { kind: 'none' };
  return afterNotice('deactivate', livingNotice('deactivate', record, now), now, rules, now);
}

/** People approved this very request, and it was not used yet. */
function isApproved(
  { id }: AccessKeyWithUse,
  approval: KeyApproval | undefined,
  approved: ApprovedKey | undefined,
): boolean {
  if (approved?.keyId !== id || approved.requestId !== approval?.requestId) return false;
  return !approval?.deactivatedAt;
}

function deletion(
  key: AccessKeyWithUse,
  record: KeyRecord | undefined,
  rules: KeyActionRules & { readonly deleteAfterInactive: number },
  now: Date,
): NextStep {
  const since = record?.inactiveSince ?? now;
  if (key.lastUse.kind === 'unknown') {
    return {
      kind: 'held',
      step: 'delete',
      reason: `its last use is unknown: ${key.lastUse.reason}`,
    };
  }
  // An inactive key cannot be used: it was active in between, and its time begins again.
  const usedAt = key.lastUse.kind === 'used' ? plusDays(key.lastUse.at, LAST_USE_LAG_DAYS) : since;
  const from = usedAt > since ? usedAt : since;
  const inactiveLongEnough = plusDays(from, rules.deleteAfterInactive);
  const noticeAt = livingNotice('delete', record, now);
  return afterNotice(
    'delete',
    noticeAt && record?.inactiveSince && noticeAt >= record.inactiveSince ? noticeAt : undefined,
    inactiveLongEnough,
    rules,
    now,
  );
}

function livingNotice(step: StepKind, record: KeyRecord | undefined, now: Date): Date | undefined {
  const toldAt = record?.toldAt[step];
  return toldAt && !isOlderThan(toldAt, NOTICE_LAPSES_AFTER_DAYS, now)
    ? record.noticeAt[step]
    : undefined;
}

/**
 * The step is due when its notice was accepted, its grace has passed since, and it is not
 * `earliest` before.
 */
function afterNotice(
  step: StepKind,
  noticeAt: Date | undefined,
  earliest: Date,
  { grace, askAgainAfter }: KeyActionRules,
  now: Date,
): NextStep {
  const afterGrace = plusDays(noticeAt ?? now, grace);
  const dueAt = afterGrace > earliest ? afterGrace : earliest;
  const asksFirst = step === 'deactivate' && askAgainAfter !== undefined;
  if (!noticeAt) return { kind: 'notice', step, dueAt, asksFirst };
  return dueAt <= now ? { kind: 'due', step } : { kind: 'wait', step, dueAt, asksFirst };
}

function plusDays(time: Date, days: number): Date {
  return new Date(time.getTime() + days * DAY_MILLISECONDS);
}

/** The record to keep once a key was seen: since when it has been inactive, without a break. */
export function afterSeen(key: AccessKey, record: KeyRecord | undefined, now: Date): KeyRecord {
  const { inactiveSince: _before, ...before } = record ?? {
    keyId: key.id,
    noticeAt: {},
    toldAt: {},
  };
  const rest = { ...before, userName: key.userName };
  if (key.status !== 'Inactive') return rest;
  return { ...rest, inactiveSince: record?.inactiveSince ?? now };
}
