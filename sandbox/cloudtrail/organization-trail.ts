import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { CloudTrailEvent } from './record';
import { emulatorAccess, HOME, type Place, placeKey } from '../emulator/emulator-access';
import type { SandboxClock } from '../support/sandbox-clock';

/** About as long as CloudTrail takes. */
const DELIVERED_AFTER_MS = 5 * 60_000;

export interface OrganizationTrailOptions {
  readonly organizationId: string;
  readonly bucketName: string;
  /** Where the bucket is. Default: at home. */
  readonly place?: Place;
}

/** Writes the records of all accounts and Regions into a bucket, as a trail of an organization. */
export class OrganizationTrail {
  /** Whether it writes nothing for now, as one that is out of order: what it has then waits. */
  isDead = false;
  private waiting: { readonly event: CloudTrailEvent; readonly at: number }[] = [];

  constructor(
    private readonly endpoint: string,
    private readonly options: OrganizationTrailOptions,
    private readonly clock: SandboxClock,
  ) {}

  take(event: CloudTrailEvent): void {
    this.waiting.push({ event, at: this.clock.now() });
  }

  /** Writes the records that are five minutes old. */
  async deliverDue(): Promise<void> {
    await this.deliver(this.clock.now() - DELIVERED_AFTER_MS);
  }

  /** Writes what waits, one file an account and Region. Gives the keys. */
  async deliver(until = Infinity): Promise<string[]> {
    if (this.isDead) return [];
    const due = this.waiting.filter(({ at }) => at <= until);
    this.waiting = this.waiting.filter(({ at }) => at > until);
    const files = new Map<string, CloudTrailEvent[]>();
    for (const { event } of due) {
      const key = placeKey({ accountId: event.account, region: event.region });
      files.set(key, [...(files.get(key) ?? []), event]);
    }
    const { place = HOME, bucketName } = this.options;
    const s3 = new S3Client({ ...emulatorAccess(this.endpoint, place), forcePathStyle: true });
    const keys: string[] = [];
    for (const [first, ...others] of files.values()) {
      if (!first) continue;
      const Key = this.keyFor(first);
      const Records = [first, ...others].map(({ detail }) => detail);
      await s3.send(
        new PutObjectCommand({
          Bucket: bucketName,
          Key,
          Body: gzipSync(JSON.stringify({ Records })),
          ContentType: 'application/json',
          ContentEncoding: 'gzip',
        }),
      );
      keys.push(Key);
    }
    s3.destroy();
    return keys;
  }

  private keyFor({ account, region }: CloudTrailEvent): string {
    const now = new Date(this.clock.now()).toISOString();
    const day = now.slice(0, 10).replaceAll('-', '/');
    const minute = `${now.slice(0, 16).replaceAll(/[-:]/g, '')}Z`;
    const unique = randomBytes(8).toString('hex');
    return `AWSLogs/${this.options.organizationId}/${account}/CloudTrail/${region}/${day}/${account}_CloudTrail_${region}_${minute}_${unique}.json.gz`;
  }
}
