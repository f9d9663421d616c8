import { LOG_QUESTIONS } from '../../../src/dashboard/domain/log-questions';

type Line = Readonly<Record<string, unknown>>;

/** A metric, as a function writes it into its log in CloudWatch's embedded metric format. */
export interface WrittenMetric {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

interface Embedded {
  readonly CloudWatchMetrics: readonly {
    readonly Namespace: string;
    readonly Dimensions: readonly (readonly string[])[];
    readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
  }[];
}

export function writtenMetrics(logs: readonly string[]): WrittenMetric[] {
  return linesOf(logs).flatMap((line) =>
    ((line._aws as Embedded | undefined)?.CloudWatchMetrics ?? []).flatMap(
      ({ Namespace, Dimensions, Metrics }) =>
        Dimensions.flatMap((names) =>
          Metrics.map(({ Name, Unit }) => ({
            namespace: Namespace,
            name: Name,
            unit: Unit,
            dimensions: Object.fromEntries(names.map((name) => [name, String(line[name])])),
          })),
        ),
    ),
  );
}

/**
 * Of the fields that a saved query asks for, those that no line has that it is about. Throws where
 * it is about no line at all.
 */
export function fieldsWithoutLine(queryName: string, logs: readonly string[]): string[] {
  const { query } = LOG_QUESTIONS.find(({ name }) => name === queryName)!;
  const messages = [...query.matchAll(/message = "([^"]+)"/g)].map(([, message]) => message);
  const lines = linesOf(logs).filter(({ message }) => messages.includes(String(message)));
  if (lines.length === 0) throw new Error(`No line is one of ${messages.join(', ')}.`);
  return fieldsIn(query).filter((field) => !lines.some((line) => hasField(line, field)));
}

const WORDS = ['fields', 'filter', 'stats', 'sort', 'as', 'by', 'in', 'like', 'and', 'or'];
const ORDERS = ['asc', 'desc'];

/** Less those that CloudWatch gives each line itself, and those that the query makes. */
function fieldsIn(query: string): string[] {
  const bare = query.replaceAll(/"[^"]*"|\/[^/\n]*\//g, '');
  const made = [...bare.matchAll(/\bas (\w+)/g)].map(([, name]) => name!);
  const names = [...bare.matchAll(/`[^`]+`|[@a-zA-Z][\w.]*(?!\w|\.|\()/g)].map(([name]) => name);
  const fields = names.filter(
    (name) => !name.startsWith('@') && ![...WORDS, ...ORDERS, ...made].includes(name),
  );
  return [...new Set(fields.map((name) => name.replaceAll('`', '')))];
}

function hasField(line: Line, field: string): boolean {
  const value = field
    .split('.')
    .reduce<unknown>(
      (inner, key) =>
        inner === null || inner === undefined ? undefined : Reflect.get(Object(inner), key),
      line,
    );
  return value !== undefined;
}

function linesOf(logs: readonly string[]): Line[] {
  return logs.filter((line) => line.startsWith('{')).map((line): Line => JSON.parse(line));
}
