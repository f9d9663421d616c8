import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics } from '@aws-lambda-powertools/metrics';
import { type DescribeAccount, FailureReporter } from './failure/failure-reporter';
import { METRICS_NAMESPACE } from '../contracts/metrics';

export interface TelemetryProps {
  /** The path of the construct that the function works for. */
  readonly construct: string;
  readonly topicArn: string;
  /** Of a function that works for a hub. */
  readonly describeAccount?: DescribeAccount;
}

/** How a function says what it does: in its log, in metrics, and on a topic where it fails. */
export interface Telemetry {
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly failures: FailureReporter;
}

/** For functions that write metrics and report failures: one that does neither needs a log. */
export function telemetryOf({ construct, topicArn, describeAccount }: TelemetryProps): Telemetry {
  const logger = new Logger({ serviceName: construct });
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: construct });
  const failures = FailureReporter.ofFunction({ construct, topicArn, logger, describeAccount });
  return { logger, metrics, failures };
}
