/** A managed prefix list, as far as it decides what a rule that names it lets through. */
export interface PrefixList {
  readonly id: string;
  /** One that AWS keeps, for the addresses of one of its services. */
  readonly isAwsManaged: boolean;
  /** Counts the changes of its entries; lists of AWS have none. */
  readonly version?: number;
  /** Its entries, in canonical form. */
  readonly cidrs: readonly string[];
}

/**
 * The lists that rules name, by id. One that could not be looked into, such as another account's
 * that is shared no more, is not among them.
 */
export type PrefixLists = ReadonlyMap<string, PrefixList>;
