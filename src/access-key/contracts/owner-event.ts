import type { KeyInMessage } from './key-message';
import type { FindingClass } from '../domain/key-rules';

export const OWNER_EVENT_DETAIL_TYPE = 'Access Keys of Owner';

/**
 * Raised when a field changes its meaning or goes; new fields may come without. Schema:
 * docs/schemas/.
 */
export const OWNER_EVENT_VERSION = 1;

export interface KeyOfOwner extends KeyInMessage {
  readonly account: string;
}

/** The detail of the EventBridge event for one owner, or one part of the keys. */
export interface AccessKeysOfOwner {
  readonly version: typeof OWNER_EVENT_VERSION;
  readonly sentry: string;
  readonly owner: { readonly name: string };
  /** When the keys were looked at, ISO 8601; with a hub, when the run began. */
  readonly at: string;
  /** In one line, of all parts. */
  readonly summary: string;
  /** False: look-ups failed, so that keys may be missing. */
  readonly complete: boolean;
  /** Where people decided about this key: the event says nothing about the owner's others. */
  readonly decidedKeyId?: string;
  /** From 1. */
  readonly part: number;
  readonly parts: number;
  /** Of all parts. A key can fall into several classes. */
  readonly counts: Readonly<Record<FindingClass, number>>;
  /** Those of this part: by account, the oldest first. */
  readonly keys: readonly KeyOfOwner[];
}
