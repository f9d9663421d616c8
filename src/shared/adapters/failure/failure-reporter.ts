import { SNSClient } from '@aws-sdk/client-sns';
import { failureNotification } from './failure-notification';
import {
  MAX_FAILURE_MESSAGE_BYTES,
  MAX_FAILURES_IN_MESSAGE,
} from '../../contracts/failure-message';
import type { Clock } from '../../domain/clock';
import type { Failure } from '../../domain/failure/failure';
import type { FailingFunction } from '../../domain/failure/failure-text';
import { UnreportedFailures } from '../../domain/failure/unreported-failures';
import type { AccountDescription } from '../../domain/notification/account-text';
import { SYSTEM_CLOCK } from '../clock/system-clock';
import { bytesOf, type Notification, SnsNotifications } from '../notification/sns-notifications';

/** A message about a failure must not take the time of what has failed. */
const QUICK_SETTINGS = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true },
};

export interface FailureLogger {
  error(message: string, details: Readonly<Record<string, unknown>>): void;
}

/** By its id; undefined where nothing is known of it. It asks no one. */
export type DescribeAccount = (accountId: string) => AccountDescription | undefined;

export interface FailureReporterProps extends FailingFunction {
  readonly topicArn: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: FailureLogger;
  /** Of a function that works for a hub. */
  readonly describeAccount?: DescribeAccount;
}

/**
 * Reports by name what a function could not do. It never throws, and asks no one but SNS; a report
 * that SNS does not take is sent by a later invocation.
 */
export class FailureReporter {
  /** Of the function that it runs in. */
  static ofFunction(
    props: Pick<FailureReporterProps, 'construct' | 'topicArn' | 'logger' | 'describeAccount'>,
  ): FailureReporter {
    const functionName = process.env.AWS_LAMBDA_FUNCTION_NAME ?? 'unknown';
    return new FailureReporter({ ...props, functionName, clock: SYSTEM_CLOCK });
  }

  private readonly unreported = new UnreportedFailures();
  private readonly notifications: SnsNotifications;
  private sending = Promise.resolve();

  constructor(private readonly props: FailureReporterProps) {
    this.notifications = new SnsNotifications(new SNSClient(QUICK_SETTINGS), props.topicArn);
  }

  /** In the next `send`, if not reported before. `key`: of what failed, and how far it is. */
  add(key: string, failure: Failure): void {
    this.unreported.add(key, this.described(failure), this.props.clock.now());
  }

  private described(failure: Failure): Failure {
    const { account } = failure.work;
    const accountDescription = account && this.props.describeAccount?.(account);
    return accountDescription
      ? { ...failure, work: { ...failure.work, accountDescription } }
      : failure;
  }

  /** One after the other: several records of a batch can fail at the same time. */
  async send(): Promise<void> {
    this.sending = this.sending.then(async () => this.sendOne());
    return this.sending;
  }

  private async sendOne(): Promise<void> {
    const { clock, logger } = this.props;
    const taken = this.unreported.next(MAX_FAILURES_IN_MESSAGE, clock.now());
    if (!taken) return;
    try {
      const { notification, count } = this.render(taken.failures);
      await this.notifications.publish(notification);
      this.unreported.sent(count, clock.now());
    } catch (error) {
      logger.error('failures could not be reported, and are reported later', {
        failures: taken.failures,
        error,
      });
    }
  }

  /** As many as fit. */
  private render(failures: readonly Failure[]): { notification: Notification; count: number } {
    for (let count = failures.length; ; count = Math.floor(count / 2)) {
      const notification = failureNotification(
        failures.slice(0, count),
        this.unreported.left(count),
        this.props,
        this.props.clock.now(),
      );
      if (count <= 1 || bytesOf(notification) <= MAX_FAILURE_MESSAGE_BYTES) {
        return { notification, count };
      }
    }
  }
}
