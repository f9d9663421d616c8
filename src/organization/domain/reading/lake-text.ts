/**
 * CloudTrail Lake answers in texts such as `{groupId=sg-1, ipPermissions={"items":[]}}`. Nothing in
 * them is escaped, so a value that holds `, name=` cannot be told from two: see `lakeMap`.
 */
export type LakeFields = Readonly<Record<string, unknown>>;

/** How each field begins. */
const NAME = /[A-Za-z_][\w.:-]*=/y;

/**
 * A column of names and values, which are JSON or plain text. Undefined where it cannot be read for
 * certain: it has so many values as `count` says, and each value that is taken for two adds to
 * them.
 */
export function lakeMap(text: string, count: number): LakeFields | undefined {
  const fields = new FieldReader(text, readMapValue).whole();
  return fields && Object.keys(fields).length === count ? withoutNulls(fields) : undefined;
}

/** A column of fields that AWS knows, which may hold such themselves. `null` is left out. */
export function lakeStruct(text: string): LakeFields | undefined {
  const fields = new FieldReader(text, readStructValue).whole();
  return fields && withoutNulls(fields);
}

function withoutNulls(fields: LakeFields): LakeFields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

type ReadValue = (reader: FieldReader) => unknown;

class FieldReader {
  private at = 0;

  constructor(
    readonly text: string,
    private readonly readValue: ReadValue,
  ) {}

  /** Undefined where something is left over, or a name stands twice. */
  whole(): LakeFields | undefined {
    const fields = this.fields();
    return this.at === this.text.length ? fields : undefined;
  }

  fields(): LakeFields | undefined {
    if (!this.take('{')) return undefined;
    const found = new Map<string, unknown>();
    if (this.take('}')) return {};
    do {
      const name = this.name();
      if (name === undefined || found.has(name)) return undefined;
      const value = this.readValue(this);
      if (value === undefined) return undefined;
      found.set(name, value);
    } while (this.take(', '));
    return this.take('}') ? Object.fromEntries(found) : undefined;
  }

  /** The JSON that begins here, if a whole one does and the field ends with it. */
  json(): { readonly value: unknown } | undefined {
    const end = endOfJson(this.text, this.at);
    if (end === undefined || !isEndOfField(this.text, end)) return undefined;
    try {
      const value: unknown = JSON.parse(this.text.slice(this.at, end));
      this.at = end;
      return { value };
    } catch {
      return undefined;
    }
  }

  /** Up to where the next field begins, or to what closes this one. */
  plain(closing: number): string {
    let end = this.text.indexOf(', ', this.at);
    while (end >= 0 && end < closing && !isName(this.text, end + 2)) {
      end = this.text.indexOf(', ', end + 1);
    }
    const value = this.text.slice(this.at, end < 0 || end > closing ? closing : end);
    this.at += value.length;
    return value;
  }

  next(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  closing(): number {
    const found = this.text.indexOf('}', this.at);
    return found < 0 ? this.text.length : found;
  }

  private take(text: string): boolean {
    if (!this.next(text)) return false;
    this.at += text.length;
    return true;
  }

  private name(): string | undefined {
    NAME.lastIndex = this.at;
    const [found] = NAME.exec(this.text) ?? [];
    if (found === undefined) return undefined;
    this.at += found.length;
    return found.slice(0, -1);
  }
}

function readMapValue(reader: FieldReader): unknown {
  const json = reader.next('{') || reader.next('[') ? reader.json() : undefined;
  if (json) return json.value;
  const value = reader.plain(reader.text.length - 1);
  return value === 'null' ? null : value;
}

function readStructValue(reader: FieldReader): unknown {
  if (reader.next('{')) {
    const fields = reader.fields();
    return fields && withoutNulls(fields);
  }
  const value = reader.plain(reader.closing());
  return value === 'null' ? null : value;
}

function isName(text: string, at: number): boolean {
  NAME.lastIndex = at;
  return NAME.test(text);
}

function isEndOfField(text: string, at: number): boolean {
  return at === text.length - 1 || (text.startsWith(', ', at) && isName(text, at + 2));
}

/** Behind the bracket that closes the one at `start`; those in quotes do not count. */
function endOfJson(text: string, start: number): number | undefined {
  let depth = 0;
  let isQuoted = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (isQuoted && character === '\\') at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (!isQuoted && (character === '{' || character === '[')) depth += 1;
    else if (!isQuoted && (character === '}' || character === ']')) depth -= 1;
    if (depth === 0) return at + 1;
  }
  return undefined;
}
