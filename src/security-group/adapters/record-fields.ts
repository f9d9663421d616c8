import * as z from 'zod/mini';

/**
 * Longer than any text that AWS writes here: a record that is forged must not fill up what is kept
 * of it.
 */
const LONGEST_TEXT = 2048;

/** A value that is no text, or an empty one, counts as absent. */
export const optionalText = z.catch(
  z.optional(z.string().check(z.minLength(1), z.maxLength(LONGEST_TEXT))),
  undefined,
);
/** Feeds write ports, account ids and protocol numbers as text or as numbers. */
export const textOrNumber = z.pipe(z.union([z.string(), z.number()]), z.transform(String));
export const optionalId = z.catch(z.optional(textOrNumber), undefined);
export const optionalPort = z.optional(
  z.pipe(textOrNumber.check(z.regex(/^-?\d+$/)), z.transform(Number)),
);

export type Fields = Readonly<Record<string, unknown>>;

const jsonObject = z.record(z.string(), z.unknown());

/**
 * The fields of an object, none for what is no object. EC2's older calls are recorded as `groupId`,
 * its younger ones as `GroupId`: both are read as `groupId`. What is null is not there.
 */
export function fieldsOf(value: unknown): Fields {
  const read = jsonObject.safeParse(value);
  if (!read.success) return {};
  const present = Object.entries(read.data).filter(([, field]) => field !== null);
  return Object.fromEntries(present.map(([name, field]) => [inCamelCase(name), field]));
}

export function inCamelCase(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

export function textAt(value: unknown, name: string): string | undefined {
  return optionalText.parse(fieldsOf(value)[name]);
}

/**
 * CloudTrail writes lists as `{items:[…]}` or bare, those of one member as the member, empty ones
 * as `{}`, or leaves them out.
 */
export function itemsOf(list: unknown): readonly unknown[] {
  const members = fieldsOf(list).items ?? list;
  if (Array.isArray(members)) return members;
  return isEmpty(members) ? [] : [members];
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/**
 * The ids in a list: bare, in a field of that name, or, as in younger calls, in `content`.
 * Undefined where one cannot be read.
 */
export function idsIn(list: unknown, name: string): readonly (string | undefined)[] {
  return itemsOf(list).map(
    (item) => optionalText.parse(item) ?? textAt(item, name) ?? textAt(item, 'content'),
  );
}
