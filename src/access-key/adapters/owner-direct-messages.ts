import { createHash } from 'node:crypto';
import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { SQSClient } from '@aws-sdk/client-sqs';
import {
  DIRECT_MESSAGE_VERSION,
  type DirectMessageOrder,
} from '../../approval/contracts/direct-message';
import type { FailureReporter } from '../../shared/adapters/failure/failure-reporter';
import { type MessageToSend, sendEach } from '../../shared/adapters/queue/send-messages';
import { reasonOf } from '../../shared/domain/failure/failure';
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

  async tellOf(queueUrl: string, report: KeyReport, account: string): Promise<void> {
    const keys = report.keys.map((key) => ({ ...key, accountId: account }));
    await this.attempt(queueUrl, groupByOwner(keys), report.survey.at, {
      maxKeyAge: () => report.maxKeyAge,
      accountName: (accountId) => accountId,
    });
  }

  async tellOfAll(
    queueUrl: string,
    { accounts, at }: OrganizationReport,
    accountName: OwnerMessageContext['accountName'],
  ): Promise<void> {
    // A deployment in the midst of a run has some accounts looked at by another age than others.
    const ages = new Map(accounts.map(({ accountId, report }) => [accountId, report.maxKeyAge]));
    await this.attempt(queueUrl, keysByOwner(accounts), at, {
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
  ): Promise<void> {
    const { sqs, sentry, logger, failures } = this.props;
    const { owners, pastLimit } = messagedOwners(groups, at);
    if (pastLimit > 0) this.countNotMessaged(pastLimit);
    try {
      const orders = owners.map((owner, place): MessageToSend => ({
        content: orderOf(owner, at, { ...context, sentry }),
        delaySeconds: messageDelaySeconds(place),
      }));
      await sendEach(sqs, queueUrl, orders, 'direct messages to owners');
    } catch (error) {
      logger.error('direct messages to owners could not be ordered', { error });
      this.countNotMessaged(owners.length);
      failures.add(`direct messages ${at.toISOString()}`, {
        work: { what: 'The direct messages to the owners of the keys in a report' },
        next: 'The report and the events for owners were sent. Owners hear with the next report, if it still has keys of theirs.',
        state: 'given-up',
        reason: reasonOf(error),
      });
    }
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
