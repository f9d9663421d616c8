/**
 * A hand-written stand-in, and no part of the emulator, which has no CloudTrail Lake: one event
 * data store with the events of all accounts and Regions, for anyone who asks. It understands the
 * one query that the library's reader asks, by times and names, and answers in the texts that
 * AWS's examples show; no one else has checked it. Differences: all is there at once (in AWS:
 * within minutes), and a query takes as many looks as `looksUntilFinished` says.
 */
import { randomUUID } from 'node:crypto';
import * as z from 'zod/mini';
import type { CloudTrailEvent } from './record';
import { type Answer, jsonAnswer } from '../proxy/answer';
import type { ApiRequest } from '../proxy/api-request';
import { errorAnswer } from '../proxy/faults';

const Query = z.object({ QueryStatement: z.string() });
const OfQuery = z.object({
  QueryId: z.string(),
  NextToken: z.optional(z.string()),
});

const QUERY =
  /^SELECT (.+) FROM ([\w-]+) WHERE eventTime >= '([\d: -]+)' AND eventTime < '([\d: -]+)' AND eventSource = '([\w.]+)' AND eventName IN \((.+)\)$/;

type Row = readonly Readonly<Record<string, string>>[];

interface RunningQuery {
  readonly rows: readonly Row[];
  looksLeft: number;
}

/** How a token of a page begins. */
const FROM_ROW = 'row-';

const ACTIONS = ['StartQuery', 'DescribeQuery', 'GetQueryResults', 'CancelQuery'];

export class Lake {
  rowsPerPage = 1_000;
  /** How often a query is found running. */
  looksUntilFinished = 1;
  /** Pages that were answered. */
  pages = 0;
  private readonly events: CloudTrailEvent[] = [];
  private readonly queries = new Map<string, RunningQuery>();

  add(event: CloudTrailEvent): void {
    this.events.push(event);
  }

  answers({ service, action }: ApiRequest): boolean {
    return service === 'cloudtrail' && ACTIONS.includes(action);
  }

  answerTo(request: ApiRequest): Answer {
    if (request.action === 'StartQuery') return this.start(request);
    const parsed = OfQuery.safeParse(request.json);
    const query = parsed.success ? this.queries.get(parsed.data.QueryId) : undefined;
    if (!parsed.success || !query) {
      return errorAnswer(request, { errorCode: 'QueryIdNotFoundException' });
    }
    if (request.action === 'CancelQuery') return jsonAnswer({ QueryStatus: 'CANCELLED' });
    if (request.action === 'DescribeQuery') return describe(query);
    return this.page(query, Number(parsed.data.NextToken?.replace(FROM_ROW, '') ?? 0));
  }

  private start(request: ApiRequest): Answer {
    const { data } = Query.safeParse(request.json);
    const [, columns, , from, until, source, names] = QUERY.exec(data?.QueryStatement ?? '') ?? [];
    if (!columns || !from || !until || !names) {
      return errorAnswer(request, {
        errorCode: 'InvalidQueryStatementException',
        message: 'The stand-in understands only the query of the reader.',
      });
    }
    const QueryId = randomUUID();
    const found = this.events.filter(
      ({ time, detail }) =>
        time >= isoOf(from) &&
        time < isoOf(until) &&
        detail.eventSource === source &&
        names.includes(`'${String(detail.eventName)}'`),
    );
    this.queries.set(QueryId, {
      rows: found.map(({ detail }) => rowOf(detail, columns.split(', '))),
      looksLeft: this.looksUntilFinished,
    });
    return jsonAnswer({ QueryId });
  }

  private page({ rows }: RunningQuery, start: number): Answer {
    this.pages += 1;
    const end = start + this.rowsPerPage;
    return jsonAnswer({
      QueryStatus: 'FINISHED',
      QueryResultRows: rows.slice(start, end),
      NextToken: end < rows.length ? `${FROM_ROW}${end}` : undefined,
    });
  }
}

function describe(query: RunningQuery): Answer {
  query.looksLeft -= 1;
  return jsonAnswer({ QueryStatus: query.looksLeft < 0 ? 'FINISHED' : 'RUNNING' });
}

function isoOf(time: string): string {
  return `${time.replace(' ', 'T')}Z`;
}

/** Columns of a record, and how many values some of them have. */
function rowOf(record: Readonly<Record<string, unknown>>, columns: readonly string[]): Row {
  return columns.map((column) => {
    const [, counted, alias] = /^cardinality\((\w+)\) AS (\w+)$/.exec(column) ?? [];
    if (counted === undefined || alias === undefined) {
      return { [column]: textOf(column, record[column]) };
    }
    const value = record[counted];
    return { [alias]: isFields(value) ? String(Object.keys(value).length) : 'null' };
  });
}

function textOf(column: string, value: unknown): string {
  if (column === 'eventTime') return String(value).replace('T', ' ').replace('Z', '.000');
  if (column === 'userIdentity') return structText(value);
  if (!isFields(value)) return String(value ?? 'null');
  const fields = Object.entries(value).map(([name, one]) => `${name}=${valueText(one)}`);
  return `{${fields.join(', ')}}`;
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Structures have all names in lower case. */
function structText(value: unknown): string {
  if (!isFields(value)) return String(value ?? 'null');
  const fields = Object.entries(value).map(
    ([name, one]) => `${name.toLowerCase()}=${structText(one)}`,
  );
  return `{${fields.join(', ')}}`;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
