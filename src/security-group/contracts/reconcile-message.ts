import type { MessagePlace } from './queue-message';

/** The queue of those who reconcile members holds messages of this version. */
export const RECONCILE_MESSAGE_VERSION = 1;

/** Compare the groups of one Region of a member with the ledger. */
export interface ReconcileMessage extends MessagePlace {
  readonly version: typeof RECONCILE_MESSAGE_VERSION;
  /**
   * By the clock, or after a call that was too large to be recorded. Or, of the own place: tell
   * what reconcile has found in members since the last time.
   */
  readonly type: 'by-clock' | 'after-call' | 'tell-news';
  /** Of a message that was sent again to wait: who asked for the run first. */
  readonly run?: string;
}
