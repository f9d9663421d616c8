/** A message of another version is reported, and nothing is done by guess. */
export const LOOK_MESSAGE_VERSION = 1;

/** One account that is to be looked at. */
export interface LookMessage {
  readonly version: typeof LOOK_MESSAGE_VERSION;
  readonly accountId: string;
  readonly knownRegions: readonly string[];
}
