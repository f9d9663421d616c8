/**
 * The sentry puts these messages into its queues, beside the events that come from EventBridge. Of
 * the account and Region of the sentry's own stack, a message need not name them.
 */
export const QUEUE_MESSAGE_VERSION = 1;

/** One Region of one account. */
export interface MessagePlace {
  readonly account: string;
  readonly region: string;
}

/** Reconcile found a difference in the group; the ledger says which. */
export interface DifferenceMessage extends Partial<MessagePlace> {
  readonly version: typeof QUEUE_MESSAGE_VERSION;
  /** The word of version 1, which messages in a queue may outlive a deployment by. */
  readonly type: 'finding';
  readonly groupId: string;
}

/** Make a call whose event proves that events arrive. */
export interface HeartbeatMessage extends Partial<MessagePlace> {
  readonly version: typeof QUEUE_MESSAGE_VERSION;
  readonly type: 'heartbeat';
}
