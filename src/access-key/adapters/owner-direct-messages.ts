import { createHash } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SQSClient } from '@aws-sdk/client-sqs';
import {
  DIRECT_MESSAGE_VERSION,
  type DirectMessageOrder,
} from '../../approval/contracts/direct-message';
import type { FailureReporter } from '../../shared/adapters/failure/failure-reporter';
import { type MessageToSend, sendPossible } from '../../shared/adapters/queue/send-messages';
import { ACCESS_KEY_METRICS } from '../contracts/key-metrics';
import type { KeyReport, PlacedKey } from '../domain/key-report';
import { keysByOwner, type OrganizationReport } from '../domain/organization/organization-report';
import { groupByOwner, type OwnerGroup } from '../domain/owner-groups';
import {
  type AddressedOwner,
  messageDelaySeconds,
  messagedOwners,
  newsOf,
  type OwnerMessageContext,
  ownerMessageText,
} from '../domain/owner-message';

export interface OwnerDirectMessagesProps {
  readonly sqs: SQSClient;
  readonly sentry: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly failures: Pick<FailureReporter, 'add'>;
}

/** Has a workflow send owners of keys a direct message in Slack. */
export class OwnerDirectMessages {
  constructor(private readonly props: OwnerDirectMessagesProps) {}

  /** Gives the keys of owners whose message SQS refused. */
  async tellOf(
    queueUrl: string,
    report: KeyReport,
    account: string,
  ): Promise<readonly PlacedKey[]> {
    const keys = report.keys.map((key) => ({ ...key, accountId: account }));
    return this.attempt(queueUrl, groupByOwner(keys), report.survey.at, {
      maxKeyAge: () => report.maxKeyAge,
      accountName: (accountId) => accountId,
    });
  }

  /** Gives the keys of owners whose message SQS refused. */
  async tellOfAll(
    queueUrl: string,
    { accounts, at }: OrganizationReport,
    accountName: OwnerMessageContext['accountName'],
  ): Promise<readonly PlacedKey[]> {
    // A deployment in the midst of a run has some accounts looked at by another age than others.
    const ages = new Map(accounts.map(({ accountId, report }) => [accountId, report.maxKeyAge]));
    return this.attempt(queueUrl, keysByOwner(accounts), at, {
      maxKeyAge: (accountId) => ages.get(accountId)!,
      accountName,
    });
  }

  /** The report was told by then: what fails here must not have it told again by retries. */
  private async attempt(
    queueUrl: string,
    groups: readonly OwnerGroup<PlacedKey>[],
    at: Date,
    context: Omit<OwnerMessageContext, 'sentry'>,
  ): Promise<readonly PlacedKey[]> {
    const { sqs, sentry } = this.props;
    const { owners, pastLimit } = messagedOwners(groups, at);
    if (pastLimit > 0) this.countNotMessaged(pastLimit);
    const orders = owners.map((owner, place): MessageToSend => ({
      content: orderOf(owner, at, { ...context, sentry }),
      delaySeconds: messageDelaySeconds(place),
    }));
    const { messages, reason } = await sendPossible(sqs, queueUrl, orders);
    const refused = new Set(messages);
    const unheard = owners.filter((_, place) => refused.has(orders[place]!));
    if (unheard.length > 0) this.reportUnheard(unheard.length, at, reason);
    return unheard.flatMap(({ keys }) => keys);
  }

  private reportUnheard(owners: number, at: Date, reason: string): void {
    const { logger, failures } = this.props;
    logger.error('direct messages to owners could not be ordered', { owners, reason });
    this.countNotMessaged(owners);
    failures.add(`direct messages ${at.toISOString()}`, {
      work: {
        what: `The direct messages to ${owners === 1 ? 'one owner' : `${owners} owners`} of keys in a report`,
      },
      next: 'The report and the events for owners were sent. The keys of these owners stay news: the next report tells them again, and notices to them count from then on.',
      state: 'given-up',
      reason,
    });
  }

  private countNotMessaged(owners: number): void {
    this.props.metrics.addMetric(ACCESS_KEY_METRICS.ownersNotMessaged, MetricUnit.Count, owners);
  }
}

function orderOf(
  owner: AddressedOwner,
  at: Date,
  context: OwnerMessageContext,
): DirectMessageOrder {
  return {
    version: DIRECT_MESSAGE_VERSION,
    type: 'direct-message',
    sender: context.sentry,
    email: owner.email,
    at: at.toISOString(),
    news: createHash('sha256').update(newsOf(owner)).digest('hex'),
    text: ownerMessageText(owner, context),
  };
}
