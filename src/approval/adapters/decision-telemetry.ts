import { type Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { FailureReporter } from '../../shared/adapters/failure/failure-reporter';
import type { NamedWork } from '../../shared/domain/failure/failure';
import type { AskResult } from '../domain/ask-result';

/** Each subject has metrics of its own. */
export interface DecisionMetrics {
  readonly decisionsCarriedOut: string;
  readonly decisionsFailed: string;
  readonly decisionsRefused: string;
}

interface DecisionLogger {
  error(message: string, details: Readonly<Record<string, unknown>>): void;
  info(message: string, details: Readonly<Record<string, unknown>>): void;
}

export interface DecisionTelemetryParts {
  readonly logger: DecisionLogger;
  readonly metrics: Pick<Metrics, 'addMetric'>;
  readonly failures: Pick<FailureReporter, 'add'>;
  readonly names: DecisionMetrics;
}

/** Of which request a decision was, and what it was about. */
export interface DecidedRequest extends Readonly<Record<string, unknown>> {
  readonly requestId: string;
}

/**
 * How all functions that carry decisions out say what became of them: saved queries and the runbook
 * go by these words.
 */
export class DecisionTelemetry {
  constructor(private readonly parts: DecisionTelemetryParts) {}

  /** Of a message that passed for a decision. */
  refused(work: NamedWork & { readonly requestId: string }, reason: string): void {
    const { requestId } = work;
    this.parts.logger.error('a decision that is none', { requestId, reason });
    this.count('decisionsRefused');
    this.parts.failures.add(`refused ${requestId} ${reason}`, {
      work,
      state: 'given-up',
      reason,
      next: 'Nothing was done: it is no decision of people about what was asked. Find out who sent it.',
    });
  }

  concluded(decided: DecidedRequest, result: AskResult): void {
    this.parts.logger.info('decided', { ...decided, ...result });
    this.count(result.outcome === 'failed' ? 'decisionsFailed' : 'decisionsCarriedOut');
  }

  /** A try that failed, and of which people hear. */
  failedTry(): void {
    this.count('decisionsFailed');
  }

  private count(name: keyof DecisionMetrics): void {
    this.parts.metrics.addMetric(this.parts.names[name], MetricUnit.Count, 1);
  }
}
