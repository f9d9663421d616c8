/**
 * The sentry puts these messages into its own queue, beside the events that come from EventBridge.
 */
export const QUEUE_MESSAGE_VERSION = 1;

/** Reconcile found a difference in the group; the ledger says which. */
export interface DifferenceMessage {
  readonly version: typeof QUEUE_MESSAGE_VERSION;
  /** The word of version 1, which messages in a queue may outlive a deployment by. */
  readonly type: 'finding';
  readonly groupId: string;
}

/** Make a call whose event proves that events arrive. */
export interface HeartbeatMessage {
  readonly version: typeof QUEUE_MESSAGE_VERSION;
  readonly type: 'heartbeat';
}
