import type { Logger } from '@aws-lambda-powertools/logger';
import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { FailureReporter } from '../../shared/adapters/failure/failure-reporter';
import { type Failure, reasonOf } from '../../shared/domain/failure/failure';
import { ACCESS_KEY_METRICS } from '../contracts/key-metrics';

/** What the events are about, and what becomes of those who missed them. */
export interface Announcement extends Pick<Failure, 'work' | 'next'> {
  /** The same one, when it is tried again. */
  readonly id: string;
}

/** The report was told by then: what fails here must not have it told again by retries. */
export class Announcing {
  constructor(
    private readonly props: {
      readonly logger: Logger;
      readonly metrics: Metrics;
      readonly failures: FailureReporter;
    },
  ) {}

  async attempt({ id, work, next }: Announcement, put: () => Promise<void>): Promise<void> {
    const { logger, metrics, failures } = this.props;
    try {
      await put();
    } catch (error) {
      logger.error(`EventBridge did not take: ${work.what}`, { error });
      metrics.addMetric(ACCESS_KEY_METRICS.announcementsFailed, MetricUnit.Count, 1);
      failures.add(id, { work, next, state: 'given-up', reason: reasonOf(error) });
    }
  }
}

/** To the owners of the keys in a report. */
export function toOwners(at: Date, account: string): Announcement {
  return {
    id: `owners ${account} ${at.toISOString()}`,
    work: { what: 'The events to the owners of the keys in a report', account },
    next: 'The report was sent. Owners hear with the next report, if it still has keys of theirs.',
  };
}
