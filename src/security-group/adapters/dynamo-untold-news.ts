import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { LedgerTable } from './ledger-table';
import { SEVERITIES } from '../../shared/domain/notification/severity';
import { NEWS_PARTITION } from '../contracts/ledger-items';
import { newsKey, type PlaceNews, type UntoldNews } from '../domain/reconciling/place-news';

export const placeNewsSchema = z.object({
  place: z.object({ accountId: z.string(), region: z.string() }),
  account: z.object({
    accountName: z.optional(z.string()),
    accountPath: z.optional(z.string()),
    accountWarning: z.optional(z.string()),
  }),
  at: z.pipe(
    z.iso.datetime(),
    z.transform((text) => new Date(text)),
  ),
  severity: z.enum(SEVERITIES),
  headline: z.string(),
  lines: z.array(z.string()),
});

/** In the sentry's table. */
export class DynamoUntoldNews implements UntoldNews {
  private readonly table: LedgerTable;

  constructor(client: DynamoDBClient, table: string) {
    this.table = new LedgerTable(client, table);
  }

  async keep(news: PlaceNews): Promise<void> {
    await this.table.put({
      partition: NEWS_PARTITION,
      sort: newsKey(news),
      values: { news: { S: JSON.stringify(news) } },
    });
  }

  async all(): Promise<readonly PlaceNews[]> {
    const items = await this.table.itemsIn(NEWS_PARTITION);
    return items.map(({ news }) => placeNewsSchema.parse(JSON.parse(news?.S ?? 'null')));
  }

  async remove(news: PlaceNews): Promise<void> {
    await this.table.remove(NEWS_PARTITION, newsKey(news));
  }
}
