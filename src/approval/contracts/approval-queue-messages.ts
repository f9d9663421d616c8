/** The workflow puts pointers into its own queues, since the table knows the rest. */
export const APPROVAL_QUEUE_MESSAGE_VERSION = 1;

/** A click was stored. */
export interface ClickPointer {
  readonly version: typeof APPROVAL_QUEUE_MESSAGE_VERSION;
  readonly type: 'click';
  readonly clickId: string;
}

/** A request has messages to be delivered. */
export interface MessagesPointer {
  readonly version: typeof APPROVAL_QUEUE_MESSAGE_VERSION;
  readonly type: 'messages';
  readonly requestId: string;
}
