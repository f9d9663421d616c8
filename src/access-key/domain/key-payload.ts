/** A key that people are asked about, or have decided about. */
export interface AskedKey {
  readonly keyId: string;
  /** Of a member; undefined for the sentry's own account. */
  readonly memberId?: string;
}

/** By which a decision says which key it is about. No id of a key holds the separator. */
export function keyPayload({ keyId, memberId }: AskedKey): string {
  return memberId === undefined ? keyId : `${memberId}/${keyId}`;
}

export function askedKeyIn(payload: string): AskedKey {
  const [, memberId, keyId] = /^(\d{12})\/(.+)$/.exec(payload) ?? [];
  return keyId === undefined ? { keyId: payload } : { memberId, keyId };
}
