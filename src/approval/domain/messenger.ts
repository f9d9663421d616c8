/**
 * Messages cannot be delivered just now: too many, an outage, no way through. It is worth trying
 * later.
 */
export class MessengerUnavailableError extends Error {
  constructor(
    reason: string,
    readonly retryAfterMilliseconds?: number,
  ) {
    super(reason);
    this.name = 'MessengerUnavailableError';
  }
}

/**
 * Refused, and refused again if tried again: an operator has to look. `code` is the messenger's own
 * word, such as `not_in_channel`.
 */
export class MessengerRefusedError extends Error {
  constructor(
    readonly code: string,
    what: string,
  ) {
    super(what);
    this.name = 'MessengerRefusedError';
  }
}

/** Where a message stands. */
export interface PostedMessage {
  readonly channelId: string;
  readonly ts: string;
}

/** Someone whom the messenger knows. */
export interface Person {
  readonly userId: string;
  /** Where they are at home; undefined where the messenger does not say. */
  readonly teamId?: string;
  readonly isDeactivated: boolean;
  readonly isGuest: boolean;
  readonly isBot: boolean;
}

/** Who is who. A look-up that fails throws: it is never "no one". */
export interface People {
  /** Empty where the group has no members. The answer can be a minute old. */
  membersOf(userGroupId: string): Promise<readonly string[]>;
  /** Undefined only where the messenger knows no one of that address. */
  userWithEmail(email: string): Promise<string | undefined>;
  /** Undefined only where the messenger knows no one of that address. */
  personWithEmail(email: string): Promise<Person | undefined>;
  /** The app that the sentry itself is to the messenger. */
  app(): Promise<{ readonly teamId: string; readonly appId: string }>;
}
