/** One Region of one account. */
export interface Place {
  readonly accountId: string;
  readonly region: string;
}

/** The same place has the same key, and no other has. Neither part holds the separator. */
export function placeKey({ accountId, region }: Place): string {
  return `${accountId}#${region}`;
}

export function isSamePlace(one: Place, other: Place): boolean {
  return placeKey(one) === placeKey(other);
}
