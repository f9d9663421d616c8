/** A list as CloudTrail writes EC2's: `{ items: […] }`, and `{}` when it is empty. */
export type RecordList = { readonly items: readonly unknown[] } | Record<string, never>;

export function recordList(members: readonly unknown[]): RecordList {
  return members.length === 0 ? {} : { items: members };
}

/** For what a record leaves out when there is none. */
export function recordListIfAny(members: readonly unknown[]): RecordList | undefined {
  return members.length === 0 ? undefined : recordList(members);
}

export function withoutAbsent(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
