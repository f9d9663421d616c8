import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { Item } from './approval-schemas';
import { labelsSchema, questionSchema } from './question-schemas';
import { ACTION_EXPIRY, ACTION_ITEM_VERSION, ACTION_KEY } from '../contracts/action-items';
import { CARRY_OUT_ACTION } from '../contracts/carry-out-action.environment';
import { OUTCOME_KINDS, PHASES } from '../domain/approval-request';
import type { AskResult } from '../domain/ask-result';
import type { AskedAction, StoredAction } from '../domain/asked-action';
import type { ActionTry, Beginning } from '../domain/carry-out-action';

/** A minute more than an invocation may last: a holder after that is no more. */
const LEASE_MILLISECONDS = CARRY_OUT_ACTION.timeoutSeconds * 1_000 + 60_000;

const text = z.object({ S: z.string() });
const number = z.object({ N: z.string().check(z.regex(/^\d+$/)) });

const itemSchema = z.object({
  version: z.object({ N: z.literal(String(ACTION_ITEM_VERSION)) }),
  asked: text,
  result: z.optional(text),
});

const askedSchema = z.object({
  requestId: z.string(),
  subject: z.string(),
  source: z.string(),
  question: questionSchema,
  payload: z.string(),
  labels: z.optional(labelsSchema),
});

const resultSchema = z.object({
  phase: z.enum(PHASES),
  attempt: z.int(),
  outcome: z.enum(OUTCOME_KINDS),
  text: z.string(),
});

const turnSchema = z.object({ turn: number, begunDecision: z.optional(text) });

/** What was asked for an action, and what has come of it: one item for each request. */
export class DynamoActions {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly keptSeconds: number,
  ) {}

  /** What is stored already stays. */
  async store(asked: AskedAction, now: Date): Promise<void> {
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: {
            ...keyOf(asked.requestId),
            version: { N: String(ACTION_ITEM_VERSION) },
            asked: { S: JSON.stringify(asked) },
            turn: { N: '0' },
            [ACTION_EXPIRY]: this.expiryFrom(now),
          },
          ConditionExpression: 'attribute_not_exists(#pk)',
          ExpressionAttributeNames: { '#pk': ACTION_KEY.partition },
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }

  /** Throws for an item that this version cannot read: nothing is done by guess. */
  async read(requestId: string): Promise<StoredAction | undefined> {
    const { Item: item } = await this.client.send(
      new GetItemCommand({
        TableName: this.table,
        Key: keyOf(requestId),
        ConsistentRead: true,
      }),
    );
    return item && storedAction(requestId, item);
  }

  async begin({ requestId, turn, decision, holder }: ActionTry, now: Date): Promise<Beginning> {
    const values = {
      ':turn': { N: String(turn) },
      ':decision': { S: decision },
      ':holder': { S: holder },
      ':now': { N: String(now.getTime()) },
      ':until': { N: String(now.getTime() + LEASE_MILLISECONDS) },
      ':expiry': this.expiryFrom(now),
    };
    try {
      const { Attributes: before } = await this.update(requestId, {
        UpdateExpression:
          'SET turn = :turn, begunDecision = :decision, holder = :holder, leasedUntil = :until, #expiry = :expiry',
        ConditionExpression:
          'turn <= :turn AND (attribute_not_exists(concluded) OR concluded < :turn) AND (attribute_not_exists(leasedUntil) OR leasedUntil < :now OR holder = :holder)',
        ExpressionAttributeNames: { '#expiry': ACTION_EXPIRY },
        ExpressionAttributeValues: values,
        ReturnValues: 'ALL_OLD',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      });
      // Where the answer to our own call was lost, and the client has sent it again, this says that
      // something may have been done that was not: those who look find it.
      return { kind: 'begun', isBegun: turnSchema.parse(before).begunDecision?.S === decision };
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      const begun = Number(turnSchema.parse(error.Item).turn.N);
      return begun > turn ? { kind: 'later' } : { kind: 'taken', isSameTurn: begun === turn };
    }
  }

  async release({ requestId, holder }: ActionTry): Promise<void> {
    await this.unlessOvertaken(
      this.update(requestId, {
        UpdateExpression: 'SET leasedUntil = :zero',
        ConditionExpression: 'holder = :holder',
        ExpressionAttributeValues: { ':holder': { S: holder }, ':zero': { N: '0' } },
      }),
    );
  }

  /** A result that comes after its time is over counts all the same: it is what was done. */
  async conclude({ requestId, turn }: ActionTry, result: AskResult): Promise<void> {
    await this.unlessOvertaken(
      this.update(requestId, {
        UpdateExpression: 'SET #result = :result, concluded = :turn, leasedUntil = :zero',
        ConditionExpression: 'turn = :turn',
        ExpressionAttributeNames: { '#result': 'result' },
        ExpressionAttributeValues: {
          ':turn': { N: String(turn) },
          ':result': { S: JSON.stringify(result) },
          ':zero': { N: '0' },
        },
      }),
    );
  }

  private expiryFrom(now: Date): { readonly N: string } {
    return { N: String(Math.ceil(now.getTime() / 1_000) + this.keptSeconds) };
  }

  private async update(
    requestId: string,
    change: Omit<UpdateItemCommandInput, 'TableName' | 'Key'>,
  ) {
    return this.client.send(
      new UpdateItemCommand({ TableName: this.table, Key: keyOf(requestId), ...change }),
    );
  }

  private async unlessOvertaken(update: Promise<unknown>): Promise<void> {
    try {
      await update;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    }
  }
}

function keyOf(requestId: string): Item {
  return {
    [ACTION_KEY.partition]: { S: `REQUEST#${requestId}` },
    [ACTION_KEY.sort]: { S: 'ACTION' },
  };
}

function storedAction(requestId: string, item: Item): StoredAction {
  const { asked, result } = parsed(itemSchema, item, requestId);
  return {
    ...parsed(askedSchema, JSON.parse(asked.S), requestId),
    ...(result && { result: parsed(resultSchema, JSON.parse(result.S), requestId) }),
  };
}

function parsed<Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  requestId: string,
): z.infer<Schema> {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw new Error(
    `What the table has of the request ${requestId} is not of version ${ACTION_ITEM_VERSION}: ${z.prettifyError(read.error)}`,
  );
}
