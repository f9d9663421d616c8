import { createHash } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import {
  type Item,
  refuseOtherVersion,
  storedRule,
  storedValue,
  storedViolation,
} from './ledger-schemas';
import { approvalDigest } from '../../approval/adapters/approval-digest';
import { questionSchema } from '../../approval/adapters/question-schemas';
import { OUTCOME_KINDS, PHASES } from '../../approval/domain/approval-request';
import type { AskResult } from '../../approval/domain/ask-result';
import type { Question } from '../../approval/domain/question';
import type { RequestLabels } from '../../approval/domain/request-labels';
import type { EveryField } from '../../shared/adapters/every-field';
import type { Clock } from '../../shared/domain/clock';
import {
  ASKED_KEPT_SECONDS,
  ASKED_SORT_KEY,
  LEDGER_EXPIRY,
  LEDGER_ITEM_VERSION,
  LEDGER_KEY,
  requestPartition,
} from '../contracts/ledger-items';
import { labelsOf } from '../domain/asking/ask-labels';
import type { AskedChange } from '../domain/asking/asked-change';
import type { AskedChanges, StoredAsk } from '../domain/asking/change-asker';
import { changeQuestion } from '../domain/asking/change-question';
import { RULE_CHANGES } from '../domain/judging/judgement';
import { ASKING_RESPONSES, ENDS_UNANSWERED } from '../domain/policies/policy';

const optionalText = z.optional(z.string());
const time = z.pipe(
  z.iso.datetime(),
  z.transform((text) => new Date(text)),
);

const tags = z.array(z.object({ key: z.string(), value: z.string() }));

/** Made for the first question, as most cold starts have none. */
export const storedAsk = z.lazy(() =>
  z.object({
    requestId: z.string(),
    workflow: z.string(),
    response: z.enum(ASKING_RESPONSES),
    whenUnanswered: z.enum(ENDS_UNANSWERED),
    group: z.object({
      id: z.string(),
      name: optionalText,
      vpcId: optionalText,
      tags: z.optional(tags),
    }),
    call: z.object({
      eventId: z.string(),
      eventName: z.string(),
      time,
      accountId: z.string(),
      region: z.string(),
      actor: z.object({
        type: z.string(),
        arn: optionalText,
        roleArn: optionalText,
        sessionName: optionalText,
        userName: optionalText,
        accountId: optionalText,
        principalId: optionalText,
        identityCenterUserId: optionalText,
        sourceIdentity: optionalText,
        invokedBy: optionalText,
        sourceAddress: optionalText,
      }),
      sourceAddress: optionalText,
      userAgent: optionalText,
      errorCode: optionalText,
    }),
    rules: z.array(
      z.object({
        change: z.enum(RULE_CHANGES),
        rule: storedRule,
        before: z.optional(storedRule),
        tags: z.optional(tags),
        otherTags: z.optional(z.int()),
        violations: z.array(storedViolation),
      }),
    ),
    groupNames: z.record(z.string(), z.string()),
    place: z.optional(
      z.object({
        accountId: z.string(),
        region: z.string(),
        account: z.object({ name: optionalText, path: optionalText, warning: optionalText }),
        isMember: z.boolean(),
      }),
    ),
    routeTags: z.optional(tags),
    sensitiveTags: z.optional(tags),
  }),
);

export const storedResult = z.object({
  phase: z.enum(PHASES),
  attempt: z.int(),
  outcome: z.enum(OUTCOME_KINDS),
  text: z.string(),
});

/**
 * The parts of an ask that go into the digest of the request: exactly this is shown, and exactly
 * this is carried out.
 */
export interface AskContent {
  readonly question: Question;
  /** A digest of the change itself, which stays here. */
  readonly payload: string;
  /** Where it is, and tags that routes go by; absent without either. */
  readonly labels?: RequestLabels;
}

export function contentOf(asked: AskedChange): AskContent {
  // In the order of the schema's fields, as it is when it was stored and read again.
  const stored = storedAsk.parse(JSON.parse(JSON.stringify(asked)));
  const labels = labelsOf(asked);
  return {
    question: changeQuestion(asked),
    payload: createHash('sha256').update(JSON.stringify(stored)).digest('hex'),
    ...(labels && { labels }),
  };
}

/** The changes that a sentry has asked about, in its ledger's table. */
export class DynamoAskedChanges implements AskedChanges {
  constructor(
    private readonly client: DynamoDBClient,
    private readonly table: string,
    private readonly clock: Clock,
  ) {}

  async keep(asked: AskedChange): Promise<boolean> {
    const { question } = contentOf(asked);
    const stored = {
      asked: { S: JSON.stringify(asked) },
      question: { S: JSON.stringify(question) },
    };
    try {
      await this.client.send(
        new PutItemCommand({
          TableName: this.table,
          Item: {
            ...keyOf(asked.requestId),
            version: { N: String(LEDGER_ITEM_VERSION) },
            ...stored,
            [LEDGER_EXPIRY]: { N: String(this.expiry()) },
          },
          ConditionExpression: 'attribute_not_exists(#key)',
          ExpressionAttributeNames: { '#key': LEDGER_KEY.partition },
        }),
      );
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      return (await this.read(asked.requestId))?.result === undefined;
    }
  }

  async read(requestId: string): Promise<StoredAsk | undefined> {
    const { Item: item } = await this.client.send(
      new GetItemCommand({ TableName: this.table, Key: keyOf(requestId), ConsistentRead: true }),
    );
    if (!item) return undefined;
    refuseOtherVersion(item);
    const asked = storedValue(storedAsk, item, 'asked');
    const question = storedValue(questionSchema, item, 'question');
    const { payload, labels } = contentOf(asked);
    const kept: EveryField<StoredAsk> = {
      asked,
      digest: approvalDigest(question, payload, labels),
      isGranted: item.granted?.BOOL === true,
      result: item.result && storedValue(storedResult, item, 'result'),
    };
    return kept;
  }

  async granted(requestId: string): Promise<void> {
    await this.update(requestId, 'granted', { BOOL: true });
  }

  /** It is kept for longer by that: an approval can be given more time again and again. */
  async concluded(requestId: string, result: AskResult): Promise<void> {
    await this.update(requestId, 'result', { S: JSON.stringify(result) });
  }

  private async update(requestId: string, attribute: string, value: Item[string]): Promise<void> {
    await this.client.send(
      new UpdateItemCommand({
        TableName: this.table,
        Key: keyOf(requestId),
        ConditionExpression: 'attribute_exists(#key)',
        UpdateExpression: 'SET #attribute = :value, #expiry = :expiry',
        ExpressionAttributeNames: {
          '#key': LEDGER_KEY.partition,
          '#attribute': attribute,
          '#expiry': LEDGER_EXPIRY,
        },
        ExpressionAttributeValues: {
          ':value': value,
          ':expiry': { N: String(this.expiry()) },
        },
      }),
    );
  }

  private expiry(): number {
    return Math.floor(this.clock.now().getTime() / 1_000) + ASKED_KEPT_SECONDS;
  }
}

function keyOf(requestId: string): Item {
  return {
    [LEDGER_KEY.partition]: { S: requestPartition(requestId) },
    [LEDGER_KEY.sort]: { S: ASKED_SORT_KEY },
  };
}
