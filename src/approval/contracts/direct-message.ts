import type { DirectMessage, DirectMessageText } from '../domain/direct-message';

/** Raised when a field changes its meaning or goes. */
export const DIRECT_MESSAGE_VERSION = 1;

/** A sentry puts this into the workflow's queue of messages, to have someone told. */
export interface DirectMessageOrder extends Pick<DirectMessage, 'sender' | 'email' | 'news'> {
  readonly version: typeof DIRECT_MESSAGE_VERSION;
  readonly type: 'direct-message';
  /** ISO 8601. */
  readonly at: string;
  readonly text: DirectMessageText;
}
