import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { InventoryPlace } from '../contracts/key-sentry-parameter';
import { type AccountInventory, inventoryCsv } from '../domain/inventory-csv';

/** One run of one account, or of all accounts of a hub. */
export interface InventoriedRun {
  /** The id of an account, or `organization`. */
  readonly scope: string;
  readonly at: Date;
}

/** Puts the inventory of each run into a bucket. */
export class KeyInventories {
  constructor(
    private readonly client: Pick<S3Client, 'send'>,
    private readonly place: InventoryPlace,
  ) {}

  /** The same run, written again, is the same file. */
  async write(run: InventoriedRun, accounts: readonly AccountInventory[]): Promise<string> {
    const { bucket, prefix, bucketOwner } = this.place;
    const key = `${prefix}${inventoryName(run)}`;
    await this.client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: inventoryCsv(accounts, run.at),
        ContentType: 'text/csv; charset=utf-8; header=present',
        ExpectedBucketOwner: bucketOwner,
      }),
    );
    return key;
  }
}

/** Sorted by name, files are sorted by time. */
export function inventoryName({ scope, at }: InventoriedRun): string {
  const time = at.toISOString().replaceAll(':', '-');
  return `${time}-${scope}.csv`;
}
