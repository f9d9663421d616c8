import type { ChangesInMessage, KeyInMessage } from './key-message';
import type { OwnerCounts } from './owner-in-message';
import type { Severity } from '../../shared/domain/notification/severity';
import type { FindingClass } from '../domain/key-rules';
import type { UnreadCause } from '../domain/organization/key-run';

/**
 * Raised when a field changes its meaning or goes; new fields may come without. Schema:
 * docs/schemas/.
 */
export const ORGANIZATION_KEY_MESSAGE_VERSION = 1;

/** The most accounts that one message describes; of the rest it has the ids or the number. */
export const MOST_ACCOUNTS_IN_MESSAGE = 200;

export interface UnreadAccountInMessage {
  readonly account: string;
  readonly cause: UnreadCause;
  readonly accountName?: string;
  readonly reason?: string;
}

/** An account in which there is something to report. */
export interface AccountInMessage {
  readonly account: string;
  readonly accountName: string;
  readonly complete: boolean;
  readonly userCount: number;
  readonly counts: Readonly<Record<FindingClass, number>>;
  /** Why no key is changed there, such as RIGHTS_TOO_LOW. */
  readonly barredBy?: string;
}

export interface KeysOfAccountInMessage {
  readonly account: string;
  readonly accountName: string;
  readonly keys: readonly KeyInMessage[];
}

/** The findings and actions of one run in all accounts of a hub, or one part of them. */
export interface OrganizationKeyReportMessage extends OwnerCounts, ChangesInMessage {
  readonly version: typeof ORGANIZATION_KEY_MESSAGE_VERSION;
  readonly type: 'organization-access-key-report';
  readonly sentry: string;
  readonly severity: Severity;
  /** When the run began, ISO 8601. */
  readonly at: string;
  /** From 1. */
  readonly part: number;
  readonly parts: number;
  /** False: accounts could not be read, or look-ups in them failed, so that keys may be missing. */
  readonly complete: boolean;
  readonly accountsRead: number;
  /** How many keys of the whole report fall into each class; a key can fall into several. */
  readonly counts: Readonly<Record<FindingClass, number>>;
  /** Those of this part, with their causes: all parts together name all of them. */
  readonly unread: readonly UnreadAccountInMessage[];
  /** The worst first. In the first part alone. */
  readonly accounts: readonly AccountInMessage[];
  readonly accountsOmitted: number;
  /** Those of this part. */
  readonly keys: readonly KeysOfAccountInMessage[];
  /** Listed keys that are in no part: each of them was an event. */
  readonly keysOmitted: number;
}
