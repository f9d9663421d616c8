import {
  CancelQueryCommand,
  type CloudTrailClient,
  DescribeQueryCommand,
  paginateGetQueryResults,
  StartQueryCommand,
} from '@aws-sdk/client-cloudtrail';
import { WATCHED_CALLS } from '../../shared/contracts/watched-calls';
import type { Clock } from '../../shared/domain/clock';
import { CHANGE_EVENT_SOURCE } from '../contracts/forwarded-events';
import type { LakeWindow } from '../domain/reading/lake-window';
import { LakeBusyError } from '../domain/reading/read-lake';
import { NAMING_FIELDS } from '../domain/reading/record-in-message';

/** One row: a list of columns, each by its name. */
export type LakeRow = readonly Readonly<Record<string, string>>[];

const COLUMNS = [
  ...NAMING_FIELDS,
  'errorMessage',
  'userIdentity',
  'requestParameters',
  'cardinality(requestParameters) AS requestCount',
  'responseElements',
  'cardinality(responseElements) AS responseCount',
];

const ROWS_PER_PAGE = 1_000;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 10_000;

export interface CloudTrailLakeProps {
  readonly client: CloudTrailClient;
  readonly storeArn: string;
  readonly clock: Clock;
}

/** An event data store, asked by queries. */
export class CloudTrailLake {
  private readonly store: { readonly id: string; readonly owner: string };

  constructor(private readonly props: CloudTrailLakeProps) {
    const [, , , , owner = '', resource = ''] = props.storeArn.split(':');
    this.store = { id: resource.split('/').at(-1) ?? '', owner };
  }

  /** Page by page. Throws if the query fails, or has not ended by then. */
  async *pages(window: LakeWindow, endBy: Date): AsyncGenerator<readonly LakeRow[]> {
    const QueryId = await this.start(window);
    await this.finished(QueryId, endBy);
    const pages = paginateGetQueryResults(
      { client: this.props.client },
      { QueryId, MaxQueryResults: ROWS_PER_PAGE, EventDataStoreOwnerAccountId: this.store.owner },
    );
    for await (const { QueryResultRows: rows = [] } of pages) yield rows;
  }

  private async start(window: LakeWindow): Promise<string> {
    try {
      const { QueryId = '' } = await this.props.client.send(
        new StartQueryCommand({
          QueryStatement: statementFor(this.store.id, window),
          EventDataStoreOwnerAccountId: this.store.owner,
        }),
      );
      return QueryId;
    } catch (error) {
      if (!isBusy(error)) throw error;
      throw new LakeBusyError('CloudTrail runs as many queries as it does at once.');
    }
  }

  private async finished(QueryId: string, endBy: Date): Promise<void> {
    const { client, clock } = this.props;
    for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
      const { QueryStatus: status, ErrorMessage: reason = 'no reason was told' } =
        await client.send(
          new DescribeQueryCommand({ QueryId, EventDataStoreOwnerAccountId: this.store.owner }),
        );
      if (status === 'FINISHED') return;
      if (status !== 'QUEUED' && status !== 'RUNNING') {
        throw new Error(`The query ${QueryId} of CloudTrail Lake is ${status}: ${reason}`);
      }
      if (clock.now().getTime() + pause > endBy.getTime()) return this.giveUp(QueryId, status);
      await clock.pause(pause);
    }
  }

  /** One that goes on would take the place of the next. */
  private async giveUp(QueryId: string, status: string): Promise<never> {
    await this.props.client
      .send(new CancelQueryCommand({ QueryId, EventDataStoreOwnerAccountId: this.store.owner }))
      .catch(() => undefined);
    throw new Error(
      `The query ${QueryId} of CloudTrail Lake was still ${status} when the time of the run was over, and was cancelled.`,
    );
  }
}

function statementFor(storeId: string, { from, until }: LakeWindow): string {
  return [
    `SELECT ${COLUMNS.join(', ')}`,
    `FROM ${storeId}`,
    `WHERE eventTime >= '${timestamp(from)}' AND eventTime < '${timestamp(until)}'`,
    `AND eventSource = '${CHANGE_EVENT_SOURCE}'`,
    `AND eventName IN (${WATCHED_CALLS.map((name) => `'${name}'`).join(', ')})`,
  ].join(' ');
}

/** As SQL writes it, in UTC and to the second. */
function timestamp(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ');
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && error.name === 'MaxConcurrentQueriesException';
}
