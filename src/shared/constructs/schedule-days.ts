import { Token } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import { type DaysBetween, daysBetweenRuns } from '../domain/schedule/days-between-runs';

/**
 * How many days a schedule has between its runs: Infinity where it runs once or never; undefined
 * where that is not known at synth.
 */
export function daysApart({ expressionString }: events.Schedule): DaysBetween | undefined {
  return Token.isUnresolved(expressionString)
    ? undefined
    : daysBetweenRuns(expressionString, new Date());
}
