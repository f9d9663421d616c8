import { randomUUID } from 'node:crypto';
import {
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { readAccountList } from './account-list';
import { keyOf, VERSION } from './coverage-item';
import { readHubConfiguration } from './hub-configuration';
import { CachedConfiguration } from '../../shared/adapters/configuration/cached-configuration';
import { RefusedEventError } from '../../shared/adapters/event-bus/refused-event-error';
import { SENTRY_EVENT_SOURCE } from '../../shared/contracts/sentry-events';
import type { Clock } from '../../shared/domain/clock';
import { ASKED_PARTITION, ASKED_SORT_KEY } from '../contracts/coverage-items';
import type { HubParameter } from '../contracts/hub-parameter';
import {
  BETWEEN_ASKS_SECONDS,
  UNKNOWN_ACCOUNT_DETAIL_TYPE,
  UNKNOWN_ACCOUNT_VERSION,
  type UnknownAccountDetail,
} from '../contracts/unknown-account-event';
import type { KnownMembers } from '../domain/admit-record';
import type { AccountWarnings } from '../domain/described-place';
import { accountIn, type AccountList } from '../domain/member-accounts';

/** All that functions of a sentry know of the members of its hub. */
export interface HubMembers extends KnownMembers {
  readonly warnings: AccountWarnings;
}

export interface MemberDirectoryProps {
  readonly ssm: SSMClient;
  readonly dynamo: DynamoDBClient;
  /** For the account's default bus. */
  readonly bus: EventBridgeClient;
  readonly configurationParameter: string;
  readonly coverageTable: string;
  readonly hubName: string;
  readonly clock: Pick<Clock, 'now'>;
}

const ANY_TIME = new Date(0);

/** Reads of the members what the hub has written. It is kept for a minute. */
export class MemberDirectory {
  private readonly configuration: CachedConfiguration<HubParameter>;
  private readonly list: CachedConfiguration<AccountList | undefined>;
  private nextRefreshAt = 0;

  constructor(private readonly props: MemberDirectoryProps) {
    const { ssm, dynamo, configurationParameter, coverageTable, clock } = props;
    this.configuration = new CachedConfiguration(
      async () => readHubConfiguration(ssm, configurationParameter),
      clock,
    );
    this.list = new CachedConfiguration(async () => readAccountList(dynamo, coverageTable), clock);
  }

  async known(): Promise<HubMembers> {
    return this.knownAsOf(ANY_TIME);
  }

  /**
   * For an account that is not known: the list is read again, and where it does not have it either,
   * the hub is asked to read it from AWS Organizations. Soon after, `known` may have it. Does so
   * once a minute at most, and else knows what it knew.
   */
  async refresh(accountId: string): Promise<HubMembers> {
    const now = this.props.clock.now();
    if (now.getTime() < this.nextRefreshAt) return this.known();
    this.nextRefreshAt = now.getTime() + BETWEEN_ASKS_SECONDS * 1_000;
    const members = await this.knownAsOf(now);
    if (members.selection.kind === 'organization' && !hasAccount(members, accountId)) {
      await this.askForList(accountId, now);
    }
    return members;
  }

  private async knownAsOf(time: Date): Promise<HubMembers> {
    const [{ accounts, regions, warnings }, list] = await Promise.all([
      this.configuration.asOf(ANY_TIME),
      this.list.asOf(time),
    ]);
    return { selection: accounts, regions, warnings, list };
  }

  private async askForList(account: string, now: Date): Promise<void> {
    if (!(await this.isFirstToAsk(now))) return;
    const detail: UnknownAccountDetail = {
      version: UNKNOWN_ACCOUNT_VERSION,
      hub: this.props.hubName,
      account,
    };
    const { Entries: answers } = await this.props.bus.send(
      new PutEventsCommand({
        Entries: [
          {
            Source: SENTRY_EVENT_SOURCE,
            DetailType: UNKNOWN_ACCOUNT_DETAIL_TYPE,
            Detail: JSON.stringify(detail),
          },
        ],
      }),
    );
    const [answer] = answers ?? [];
    if (!answer?.EventId) {
      throw new RefusedEventError(`the event about the unknown account ${account}`, answer);
    }
  }

  /** Of all functions of the hub, in a minute. */
  private async isFirstToAsk(now: Date): Promise<boolean> {
    const by = randomUUID();
    const earliest = now.getTime() - BETWEEN_ASKS_SECONDS * 1_000;
    try {
      await this.props.dynamo.send(
        new PutItemCommand({
          TableName: this.props.coverageTable,
          Item: {
            ...keyOf({ pk: ASKED_PARTITION, sk: ASKED_SORT_KEY }),
            version: VERSION,
            askedAt: { N: String(now.getTime()) },
            askedBy: { S: by },
          },
          ConditionExpression: 'attribute_not_exists(askedAt) OR askedAt <= :earliest',
          ExpressionAttributeValues: { ':earliest': { N: String(earliest) } },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // The answer to our own write was lost, and the client has sent it again.
      return error.Item?.askedBy?.S === by;
    }
  }
}

function hasAccount({ list }: HubMembers, accountId: string): boolean {
  return accountIn(list, accountId) !== undefined;
}
