/**
 * Raised when a field changes its meaning or goes; new fields may come without. The event goes to
 * the default bus of the hub's account, with the source of all events of the library.
 */
export const UNKNOWN_ACCOUNT_VERSION = 1;

export const UNKNOWN_ACCOUNT_DETAIL_TYPE = 'Unknown Account';

/**
 * A record came from an account that the list of accounts does not have. It may have joined: the
 * hub reads the list when it gets this.
 */
export interface UnknownAccountDetail {
  readonly version: typeof UNKNOWN_ACCOUNT_VERSION;
  /** The name of the hub, by which several in one account tell their own. */
  readonly hub: string;
  readonly account: string;
}

/** Between two such events of one hub, in all its functions together. */
export const BETWEEN_ASKS_SECONDS = 60;
