/** An account that the hub has looked at. */
export interface MemberToAsk {
  readonly accountId: string;
  /** Regions in which the account was seen before. */
  readonly knownRegions: readonly string[];
}
