import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { keyOf, VERSION } from './coverage-item';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import type { Clock } from '../../shared/domain/clock';
import { PLACE_PREFIX, SEEN_PREFIX } from '../contracts/coverage-items';
import { type Place, placeKey } from '../domain/place';
import type { Sightings } from '../domain/sightings';
import type { SourceKind } from '../domain/sources';

/** Silence is measured in hours. */
const BETWEEN_WRITES = 5 * 60_000;

/** A table that takes nothing is not asked for each record. */
const UNTIL_NEXT_TRY = 60_000;

/** Of so many places and sources a function knows that it has written them lately. */
const MOST_KNOWN = 10_000;

/** Keeps in the hub's table when records of a place came by a source, first and last. */
export class DynamoSightings implements Sightings {
  /** Up to which time no more is written. The one that was used the longest time ago is first. */
  private readonly quietUntil = new Map<string, number>();

  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly clock: Pick<Clock, 'now'> = SYSTEM_CLOCK,
  ) {}

  /** Writes once in five minutes at most. Throws where the table does not take it. */
  async seen(place: Place, source: SourceKind, at: Date): Promise<void> {
    // A time that is yet to come would hide the silence until then.
    const seenAt = Math.min(at.getTime(), this.clock.now().getTime());
    const pk = `${PLACE_PREFIX}${placeKey(place)}`;
    const sk = `${SEEN_PREFIX}${source}`;
    if (seenAt < (this.quietUntil.get(pk + sk) ?? -Infinity)) return;
    this.keepQuiet(pk + sk, seenAt + BETWEEN_WRITES);
    try {
      await this.write({ pk, sk }, new Date(seenAt));
    } catch (error) {
      this.keepQuiet(pk + sk, seenAt + UNTIL_NEXT_TRY);
      throw error;
    }
  }

  private async write(key: { pk: string; sk: string }, at: Date): Promise<void> {
    try {
      await this.client.send(
        new UpdateItemCommand({
          TableName: this.table,
          Key: keyOf(key),
          ConditionExpression: 'attribute_not_exists(lastAt) OR lastAt < :at',
          UpdateExpression:
            'SET #version = :version, firstAt = if_not_exists(firstAt, :at), lastAt = :at',
          ExpressionAttributeNames: { '#version': 'version' },
          ExpressionAttributeValues: { ':version': VERSION, ':at': { S: at.toISOString() } },
        }),
      );
    } catch (error) {
      // A later record was faster, or this one has been written and the answer was lost.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  private keepQuiet(key: string, until: number): void {
    this.quietUntil.delete(key);
    this.quietUntil.set(key, until);
    const [oldest] = this.quietUntil.keys();
    if (this.quietUntil.size > MOST_KNOWN && oldest !== undefined) this.quietUntil.delete(oldest);
  }
}
