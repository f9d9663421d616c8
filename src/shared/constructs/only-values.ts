/**
 * The condition that each value that a call brings for the key is one of these. AWS takes it for
 * met where a call brings none: so there has to be one.
 *
 * @param key one that is a list to IAM, as for instance `events:source`.
 */
export function onlyValues(
  operator: 'StringEquals' | 'StringLike',
  key: string,
  values: readonly string[],
): Record<string, Record<string, unknown>> {
  return { [`ForAllValues:${operator}`]: { [key]: values }, Null: { [key]: 'false' } };
}
