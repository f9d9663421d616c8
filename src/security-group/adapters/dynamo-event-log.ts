import { randomUUID } from 'node:crypto';
import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import { repeatsItem } from './dynamo-ledger';
import {
  type Item,
  refuseOtherVersion,
  storedAnnouncement,
  storedJudgements,
  storedOutcome,
  storedRepeats,
  storedValue,
  unreadable,
} from './ledger-schemas';
import { SYSTEM_CLOCK } from '../../shared/adapters/clock/system-clock';
import type { Clock } from '../../shared/domain/clock';
import {
  EVENT_KEPT_SECONDS,
  LEDGER_EXPIRY,
  LEDGER_ITEM_VERSION,
  LEDGER_KEY,
  type LedgerKeys,
  OWN_KEYS,
} from '../contracts/ledger-items';
import { RESPONSE_LEASE_SECONDS } from '../contracts/respond-to-changes.environment';
import { isAbout, type Judgement } from '../domain/judging/judgement';
import { keptIntent } from '../domain/ledger/kept-intent';
import type { Repeat } from '../domain/ledger/ledger';
import {
  type Claim,
  type EventKey,
  type EventLog,
  type Lease,
  LeaseLostError,
} from '../domain/ledger/ledger-store';
import type { Announcement } from '../domain/reporting/announcement';
import type { ToldOutcome } from '../domain/reporting/outcome';

/** How often, and how long apart, what DynamoDB did not take is sent again. */
const SENT_AGAIN_AFTER = [50, 200, 800];

const NAMES = {
  '#version': 'version',
  '#state': 'state',
  '#leaseUntil': 'leaseUntil',
  '#claim': 'claim',
  '#intent': 'intent',
  '#previous': 'previousIntent',
  '#expiry': LEDGER_EXPIRY,
  '#key': LEDGER_KEY.partition,
};
type Name = keyof typeof NAMES;

/** What is told is of no claim any more. */
const OWN_CLAIM = '#claim = :claim';

const VERSION = { N: String(LEDGER_ITEM_VERSION) };

/** How far each event of one place is handled, for each group that it concerns. */
export class DynamoEventLog implements EventLog {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly clock: Clock = SYSTEM_CLOCK,
    private readonly keys: LedgerKeys = OWN_KEYS,
  ) {}

  /**
   * The earlier intent is kept beside the new one until both are written down as one: a crash in
   * between must not lose it.
   */
  async claim(key: EventKey, intent: readonly Judgement[], now: Date): Promise<Claim> {
    const lease = { key, claimId: randomUUID() };
    try {
      const { Attributes: before } = await this.client.send(
        new UpdateItemCommand({
          ...this.item(key, [
            '#version',
            '#state',
            '#leaseUntil',
            '#claim',
            '#intent',
            '#previous',
            '#expiry',
            '#key',
          ]),
          ConditionExpression:
            'attribute_not_exists(#key) OR (#version = :version AND #state = :acting AND #leaseUntil < :now)',
          UpdateExpression:
            'SET #version = :version, #state = :acting, #leaseUntil = :until, #claim = :claim, #expiry = :expiry, ' +
            '#previous = if_not_exists(#intent, :nothing), #intent = :intent',
          ExpressionAttributeValues: {
            ':version': VERSION,
            ':acting': { S: 'acting' },
            ':now': { N: String(now.getTime()) },
            ':until': leaseFrom(now),
            ':claim': { S: lease.claimId },
            ':expiry': expiryAfter(now),
            ':nothing': { S: '[]' },
            ':intent': { S: JSON.stringify(keptIntent(intent)) },
          },
          ReturnValues: 'ALL_OLD',
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return {
        kind: 'claimed',
        lease,
        intent: before
          ? together(intentIn(before, 'intent'), intentIn(before, 'previousIntent'))
          : [],
      };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException) || !error.Item) throw error;
      return refusedClaim(error.Item, lease, now);
    }
  }

  async intend({ key, claimId }: Lease, intent: readonly Judgement[]): Promise<void> {
    await whileHolding(
      key,
      this.client.send(
        new UpdateItemCommand({
          ...this.item(key, ['#claim', '#intent', '#previous']),
          ConditionExpression: OWN_CLAIM,
          UpdateExpression: 'SET #intent = :intent REMOVE #previous',
          ExpressionAttributeValues: {
            ':claim': { S: claimId },
            ':intent': { S: JSON.stringify(keptIntent(intent)) },
          },
        }),
      ),
    );
  }

  async release({ key, claimId }: Lease): Promise<void> {
    try {
      await this.client.send(
        new UpdateItemCommand({
          ...this.item(key, ['#claim', '#leaseUntil']),
          ConditionExpression: OWN_CLAIM,
          UpdateExpression: 'SET #leaseUntil = :ended',
          ExpressionAttributeValues: { ':claim': { S: claimId }, ':ended': { N: '0' } },
        }),
      );
    } catch (error) {
      // It was told, or another try is at it by now.
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  /**
   * Another delivery that comes before it is told waits for that, and tells it once the lease has
   * ended: told twice is better than never. What was meant to be done makes room for it.
   */
  async acted(
    { key, claimId }: Lease,
    announcement: Announcement,
    repeats: readonly Repeat[],
  ): Promise<void> {
    const now = this.clock.now();
    await whileHolding(
      key,
      this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: {
            ...this.keyOf(key),
            version: VERSION,
            state: { S: 'acted' },
            leaseUntil: leaseFrom(now),
            claim: { S: claimId },
            announcement: { S: JSON.stringify(announcement) },
            repeats: { S: JSON.stringify(repeats) },
            [LEDGER_EXPIRY]: expiryAfter(now),
          },
          ConditionExpression: OWN_CLAIM,
          ExpressionAttributeNames: { '#claim': NAMES['#claim'] },
          ExpressionAttributeValues: { ':claim': { S: claimId } },
        }),
      ),
    );
  }

  /**
   * No transaction, as two events of one group at the same time would make it fail: whichever
   * writes last is remembered.
   */
  async told(key: EventKey, repeats: readonly Repeat[], outcome?: ToldOutcome): Promise<void> {
    const items = [
      { ...this.keyOf(key), ...toldValues(outcome, this.clock.now()) },
      ...(repeats.length > 0 ? [repeatsItem(key.groupId, repeats, this.keys)] : []),
    ];
    let requests = await this.put(items.map((Item) => ({ PutRequest: { Item } })));
    for (const milliseconds of SENT_AGAIN_AFTER) {
      if (requests.length === 0) return;
      await this.clock.pause(milliseconds);
      requests = await this.put(requests);
    }
    if (requests.length > 0) {
      throw new Error(
        `DynamoDB did not store that the event ${key.eventId} is reported: it may be reported again.`,
      );
    }
  }

  /** Gives what DynamoDB did not take. */
  private async put(requests: WriteRequest[]): Promise<WriteRequest[]> {
    const { UnprocessedItems: left } = await this.client.send(
      new BatchWriteItemCommand({ RequestItems: { [this.table]: requests } }),
    );
    return left?.[this.table] ?? [];
  }

  private item(
    key: EventKey,
    names: readonly Name[],
  ): Pick<UpdateItemCommandInput, 'TableName' | 'Key' | 'ExpressionAttributeNames'> {
    return {
      TableName: this.table,
      Key: this.keyOf(key),
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [name, NAMES[name]])),
    };
  }

  private keyOf({ eventId, groupId }: EventKey): Item {
    return {
      [LEDGER_KEY.partition]: { S: this.keys.event(eventId) },
      [LEDGER_KEY.sort]: { S: groupId },
    };
  }
}

/** Throws a LeaseLostError where the write is refused, as its lease is no longer held. */
async function whileHolding(key: EventKey, write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    throw error instanceof ConditionalCheckFailedException ? new LeaseLostError(key) : error;
  }
}

function toldValues(outcome: ToldOutcome | undefined, now: Date): Item {
  return {
    version: VERSION,
    state: { S: 'told' },
    ...(outcome && { outcome: { S: JSON.stringify(outcome) } }),
    [LEDGER_EXPIRY]: expiryAfter(now),
  };
}

function leaseFrom(now: Date) {
  return { N: String(now.getTime() + RESPONSE_LEASE_SECONDS * 1_000) };
}

function expiryAfter(now: Date) {
  return { N: String(Math.ceil(now.getTime() / 1000) + EVENT_KEPT_SECONDS) };
}

function refusedClaim(item: Item, lease: Lease, now: Date): Claim {
  refuseOtherVersion(item);
  switch (item.state?.S) {
    // The answer to our own claim was lost, and the client asked again.
    case 'acting':
      return item.claim?.S === lease.claimId
        ? { kind: 'claimed', lease, intent: intentIn(item, 'previousIntent') }
        : { kind: 'held' };
    case 'acted':
      if (Number(item.leaseUntil?.N ?? 0) > now.getTime()) return { kind: 'held' };
      return {
        kind: 'acted',
        announcement: storedValue(storedAnnouncement, item, 'announcement'),
        repeats: storedValue(storedRepeats, item, 'repeats'),
      };
    case 'told':
      return {
        kind: 'told',
        ...(item.outcome && { outcome: storedValue(storedOutcome, item, 'outcome') }),
      };
    default:
      throw unreadable(item, `its state is ${item.state?.S}`);
  }
}

function intentIn(item: Item, attribute: 'intent' | 'previousIntent'): Judgement[] {
  return item[attribute] ? storedValue(storedJudgements, item, attribute) : [];
}

function together(later: readonly Judgement[], earlier: readonly Judgement[]): Judgement[] {
  return [...later, ...earlier.filter((one) => !later.some((other) => isAbout(other, one)))];
}
