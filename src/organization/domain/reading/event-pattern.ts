type Fields = Readonly<Record<string, unknown>>;

/**
 * Whether EventBridge would find the pattern in the event: nested fields, lists of values,
 * `exists` and `$or`. Throws for what is none of these, rather than let an event pass unseen.
 */
export function isMatch(pattern: unknown, event: unknown): boolean {
  return Object.entries(fieldsOf(pattern)).every(([name, wanted]) =>
    name === '$or'
      ? listOf(wanted).some((one) => isMatch(one, event))
      : isFieldMatch(wanted, isFields(event) ? event[name] : undefined),
  );
}

function isFieldMatch(wanted: unknown, value: unknown): boolean {
  if (!Array.isArray(wanted)) return isMatch(wanted, value);
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return wanted.some((one: unknown) =>
    isFields(one) ? isPresence(one) === (value !== undefined) : values.includes(one),
  );
}

function isPresence(test: Fields): boolean {
  const { exists } = test;
  if (typeof exists === 'boolean' && Object.keys(test).length === 1) return exists;
  throw new Error(`The pattern holds ${JSON.stringify(test)}, which cannot be compared here.`);
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`The pattern holds ${JSON.stringify(value)} in place of a list.`);
}

function fieldsOf(value: unknown): Fields {
  if (isFields(value)) return value;
  throw new Error(`The pattern holds ${JSON.stringify(value)} in place of fields.`);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
