import {
  CredentialReportExpiredException,
  CredentialReportNotPresentException,
  CredentialReportNotReadyException,
  GenerateCredentialReportCommand,
  GetCredentialReportCommand,
  type GetCredentialReportResponse,
  type IAMClient,
} from '@aws-sdk/client-iam';
import { parse } from 'csv-parse/sync';
import type { Clock } from '../../shared/domain/clock';
import { reasonOf } from '../../shared/domain/failure/failure';
import type { KeySlot, ReportRow } from '../domain/credential-report';

const NOTHING_THERE = ['', 'n/a', 'not_supported'];
const NOT_KNOWN = 'no_information';
const DATE = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/;

const KEY_COLUMNS = [
  'active',
  'last_rotated',
  'last_used_date',
  'last_used_region',
  'last_used_service',
] as const;
const SLOTS = ['access_key_1', 'access_key_2'] as const;
const COLUMNS = [
  'user',
  'arn',
  'user_creation_time',
  ...SLOTS.flatMap((slot) => KEY_COLUMNS.map((column) => `${slot}_${column}` as const)),
] as const;
type Column = (typeof COLUMNS)[number];

/** The values of one row, by column. */
type Values = Readonly<Record<Column, string>>;

/**
 * Reads the report. What cannot be read fails the whole: a row that is left out would be a user
 * whom no one looks at.
 */
export function parseCredentialReport(csv: string): ReportRow[] {
  const [header, ...lines] = linesOf(csv);
  if (!header) throw new Error('The credential report is empty.');
  const missing = COLUMNS.filter((column) => !header.includes(column));
  if (missing.length > 0) {
    throw new Error(`The credential report lacks the columns ${missing.join(', ')}.`);
  }
  return lines.map((line) => reportRow(line, header));
}

function linesOf(csv: string): string[][] {
  try {
    return parse(csv, {
      bom: true,
      skip_empty_lines: true,
      relax_column_count: true,
      relax_quotes: true,
    });
  } catch (error) {
    throw new Error(`The credential report is no CSV: ${reasonOf(error)}`, { cause: error });
  }
}

function reportRow(line: readonly string[], header: readonly string[]): ReportRow {
  const user = line[header.indexOf('user')];
  try {
    if (line.length !== header.length) {
      throw new Error(`it has ${line.length} columns instead of ${header.length}`);
    }
    const values = Object.fromEntries(
      COLUMNS.map((column) => [column, line[header.indexOf(column)] ?? '']),
    ) as Values;
    return rowOf(values);
  } catch (error) {
    throw new Error(
      `The credential report's row of the user ${user} cannot be read: ${reasonOf(error)}.`,
      { cause: error },
    );
  }
}

function rowOf(values: Values): ReportRow {
  const createdAt = dateIn('user_creation_time', values);
  if (values.user === '' || values.arn === '') throw new Error('it names no user or no ARN');
  if (!createdAt) throw new Error('it does not say when the user was created');
  return {
    userName: values.user,
    arn: values.arn,
    createdAt,
    slots: SLOTS.map((slot) => keySlot(slot, values, createdAt)),
  };
}

function keySlot(slot: (typeof SLOTS)[number], values: Values, userCreatedAt: Date): KeySlot {
  const lastRotated: Column = `${slot}_last_rotated`;
  return {
    active: isActive(`${slot}_active`, values),
    // There is a key, of an unknown time: it cannot be older than its user.
    lastChangedAt:
      values[lastRotated].toLowerCase() === NOT_KNOWN ? userCreatedAt : dateIn(lastRotated, values),
    lastUsedAt: dateIn(`${slot}_last_used_date`, values),
    ...(values[`${slot}_last_used_date`].toLowerCase() === NOT_KNOWN && { isLastUseUnknown: true }),
    lastUsedRegion: textIn(`${slot}_last_used_region`, values),
    lastUsedService: textIn(`${slot}_last_used_service`, values),
  };
}

/** Where it is not known the key counts as active, so that it is looked up. */
function isActive(column: Column, values: Values): boolean {
  const value = values[column].toLowerCase();
  if (value === 'true' || value === NOT_KNOWN) return true;
  if (value === 'false' || NOTHING_THERE.includes(value)) return false;
  throw new Error(`${column} is "${values[column]}", neither true nor false`);
}

function textIn(column: Column, values: Values): string | undefined {
  const value = values[column];
  return [...NOTHING_THERE, NOT_KNOWN].includes(value.toLowerCase()) ? undefined : value;
}

function dateIn(column: Column, values: Values): Date | undefined {
  const text = textIn(column, values);
  if (text === undefined) return undefined;
  const date = new Date(text);
  if (!DATE.test(text) || Number.isNaN(date.getTime())) {
    throw new Error(`${column} is "${text}", no date`);
  }
  return date;
}

/** About seven minutes in all, which leaves the function time for the rest. */
const MOST_QUESTIONS = 30;
const LONGEST_PAUSE_MILLISECONDS = 15_000;
const FIRST_PAUSE_MILLISECONDS = 1_000;

/** How often a report may be gone again between being ready and being fetched. */
const MOST_REPORTS = 4;

const HOUR_MILLISECONDS = 3_600_000;
/**
 * IAM makes a new report when the last one is four hours old; some time passes until it is fetched.
 */
const OLDEST_REPORT_MILLISECONDS = 4.5 * HOUR_MILLISECONDS;

const GONE_AGAIN = [
  CredentialReportNotPresentException,
  CredentialReportNotReadyException,
  CredentialReportExpiredException,
];

/** Has the report made, waits for it, and reads it. */
export async function fetchCredentialReport(client: IAMClient, clock: Clock): Promise<ReportRow[]> {
  let stale: Date | undefined;
  for (let number = 1; number <= MOST_REPORTS; number += 1) {
    await waitUntilGenerated(client, clock);
    const report = await getReport(client);
    if (!report) continue;
    const { Content: content, GeneratedTime: generatedAt } = report;
    if (!content || !generatedAt) {
      throw new Error('IAM answers a credential report without content or without its time.');
    }
    if (clock.now().getTime() - generatedAt.getTime() <= OLDEST_REPORT_MILLISECONDS) {
      return parseCredentialReport(new TextDecoder().decode(content));
    }
    if (stale) {
      throw new Error(
        `IAM still gives the credential report of ${generatedAt.toISOString()}, though it was asked for a new one twice.`,
      );
    }
    stale = generatedAt;
  }
  throw new Error(
    `The credential report was not there ${MOST_REPORTS} times in a row, though IAM had said that it was.`,
  );
}

async function waitUntilGenerated(client: IAMClient, clock: Clock): Promise<void> {
  let pause = FIRST_PAUSE_MILLISECONDS;
  for (let number = 1; number <= MOST_QUESTIONS; number += 1) {
    const { State: state } = await client.send(new GenerateCredentialReportCommand({}));
    if (state === 'COMPLETE') return;
    await clock.pause(pause);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS);
  }
  throw new Error(`IAM had not made the credential report after ${MOST_QUESTIONS} questions.`);
}

/** Undefined: it is not there, though it was said to be. */
async function getReport(client: IAMClient): Promise<GetCredentialReportResponse | undefined> {
  try {
    return await client.send(new GetCredentialReportCommand({}));
  } catch (error) {
    if (GONE_AGAIN.some((type) => error instanceof type)) return undefined;
    throw error;
  }
}
