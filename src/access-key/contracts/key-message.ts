import type { OwnerCounts, OwnerInMessage } from './owner-in-message';
import type { Severity } from '../../shared/domain/notification/severity';
import type { KeyStatus } from '../domain/access-key';
import type { DeactivationReason } from '../domain/deactivation-reasons';
import type { StepKind } from '../domain/key-actions';
import type { FindingClass } from '../domain/key-rules';

/**
 * Raised when a field changes its meaning or goes; new fields may come without. Schemas:
 * docs/schemas/.
 */
export const KEY_MESSAGE_VERSION = 1;

/** The most that one message lists; the rest is counted. */
export const MAX_TAG_USES_IN_MESSAGE = 100;
export const MAX_UNKNOWN_IN_MESSAGE = 50;

export interface LastUsedInMessage {
  /** `unknown` where it could not be looked up: neither fresh nor unused. */
  readonly kind: 'used' | 'never' | 'unknown';
  readonly at?: string;
  readonly service?: string;
  readonly region?: string;
  /** Why it is unknown. */
  readonly reason?: string;
}

/** Why a key is deactivated. */
export interface ReasonInMessage {
  readonly kind: DeactivationReason;
  /** Whole days: the age of the key; with `unused`, the time since its last use. */
  readonly days: number;
  /** When its notice was accepted. Missing in the notice itself, and in OBSERVE. */
  readonly noticeAt?: string;
}

export interface StepInMessage {
  readonly kind: 'notice' | 'wait' | 'asked' | 'done' | 'would' | 'held' | 'failed';
  readonly step: StepKind;
  /** With `deactivate`, where they are known. */
  readonly reasons?: readonly ReasonInMessage[];
  /** With `notice`, `wait` and `would`. */
  readonly dueAt?: string;
  /**
   * With `notice`, `wait` and `would`: on `dueAt` people are asked whether the step may be taken.
   */
  readonly asksFirst?: true;
  /** With `done`; with `asked`, since when people are asked. */
  readonly at?: string;
  /**
   * By which the approval workflow knows it: with `asked`, and with `done` where people approved
   * it.
   */
  readonly requestId?: string;
  /**
   * With `done`: how often someone has activated the key again after the sentry had deactivated it.
   */
  readonly reactivations?: number;
  /** With `held` and `failed`. */
  readonly reason?: string;
  /** The command that undoes what was done, where it can be undone. */
  readonly undo?: string;
}

/**
 * A key that is listed, or takes a step, or both. Without a class it only takes a step, and nothing
 * but its name is told.
 */
export interface KeyInMessage {
  /** The root user's keys have none to be had. */
  readonly keyId?: string;
  readonly userName: string;
  readonly root?: true;
  readonly status?: KeyStatus;
  readonly createdAt?: string;
  readonly ageInDays?: number;
  readonly lastUsed?: LastUsedInMessage;
  readonly classes: readonly FindingClass[];
  readonly step?: StepInMessage;
  /** Only where the sentry looks for owners. */
  readonly owner?: OwnerInMessage;
  /** Since when reports list it, ISO 8601; where the sentry has `reports`. */
  readonly listedSince?: string;
  /** It, or one of its classes, is listed for the first time. */
  readonly new?: true;
}

/** A key that the last report listed, and this one does not. */
export interface GoneKeyInMessage {
  /** In reports of an organization. */
  readonly account?: string;
  readonly keyId?: string;
  readonly userName: string;
  /** As far as it is known. */
  readonly why?: string;
}

/** Where the sentry has `reports`, from the second report on. */
export interface ChangesInMessage {
  /** When the last report was accepted, ISO 8601. */
  readonly lastReportAt?: string;
  /** At most 50. In the first part alone. */
  readonly gone?: readonly GoneKeyInMessage[];
  readonly goneOmitted?: number;
}

export interface TagUseInMessage {
  readonly userName: string;
  readonly tagKey: string;
  readonly value: string;
  /** Why users may carry it, as the app says; only where it excludes the user. */
  readonly reason?: string;
  /** Why the tag does not exclude its user; missing where it does. */
  readonly ignoredBecause?: string;
}

/** The fields that the classic script sent, so that what reads them keeps working. */
interface ClassicFields {
  /** One entry for each key of this part that is too old. */
  readonly Users: readonly { readonly UserName: string; readonly KeyAgeInDays: number }[];
  readonly Description: string;
  readonly KeyAgeCutOff: number;
  /** Of the whole report: "Found 3 Keys that are older than 90 days". */
  readonly OldKeyCount: string;
}

/**
 * The findings and actions of one run, or one part of them where they are too large for one
 * message.
 */
export interface AccessKeyReportMessage extends ClassicFields, OwnerCounts, ChangesInMessage {
  readonly version: typeof KEY_MESSAGE_VERSION;
  readonly type: 'access-key-report';
  readonly sentry: string;
  readonly severity: Severity;
  readonly account: string;
  /** When the account was looked at, ISO 8601. */
  readonly at: string;
  /** False: look-ups failed, so that keys may be missing. */
  readonly complete: boolean;
  /** From 1. */
  readonly part: number;
  readonly parts: number;
  /**
   * Where people decided about this key: only its user was looked at, and the message says nothing
   * about the others.
   */
  readonly decidedKeyId?: string;
  readonly userCount: number;
  /** How many keys of the whole report fall into each class; a key can fall into several. */
  readonly counts: Readonly<Record<FindingClass, number>>;
  /** Those of this part, oldest first; of a sentry that looks for owners, by owner before that. */
  readonly keys: readonly KeyInMessage[];
  readonly tagUses: readonly TagUseInMessage[];
  readonly tagUsesOmitted: number;
  readonly unknown: readonly { readonly what: string; readonly reason: string }[];
  readonly unknownOmitted: number;
}

export const FINDING_EVENT_SOURCE = 'cdk-sentries';
export const FINDING_EVENT_DETAIL_TYPE = 'Access Key Finding';

/** The detail of the EventBridge event about one key that is listed. */
export interface AccessKeyFinding {
  readonly version: typeof KEY_MESSAGE_VERSION;
  readonly sentry: string;
  readonly account: string;
  readonly keyId?: string;
  readonly userName: string;
  readonly classes: readonly FindingClass[];
  readonly ageInDays: number;
  readonly createdAt: string;
  readonly lastUsed: LastUsedInMessage;
  readonly status: KeyStatus;
  /** Only where the sentry looks for owners. */
  readonly owner?: OwnerInMessage;
  /** What comes next for the key, or was done; with `actions` alone. */
  readonly step?: StepInMessage;
}
