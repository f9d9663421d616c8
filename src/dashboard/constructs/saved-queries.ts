import { Names } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { logGroupsOf } from './log-groups';
import { chunksOf } from '../../shared/domain/chunks';
import { LOG_QUESTIONS } from '../domain/log-questions';

/** CloudWatch Logs Insights asks so many logs at once; what is over that is another query. */
const MOST_LOG_GROUPS = 50;

const LONGEST_NAME = 100;

export interface SavedQueriesProps {
  /** Those whose logs are asked. */
  readonly functions: readonly lambda.Function[];
  readonly dashboardName: string | undefined;
}

/** The questions of the runbook, each over the logs that can answer it. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, { functions, dashboardName }: SavedQueriesProps) {
    super(scope, id);
    const folder = dashboardName ?? uniqueName(scope);
    for (const question of LOG_QUESTIONS) {
      chunksOf(logGroupsOf(functions, question), MOST_LOG_GROUPS).forEach(
        (logGroupNames, index) => {
          const name = index === 0 ? question.name : `${question.name}-${index + 1}`;
          new logs.CfnQueryDefinition(this, name, {
            name: `cdk-sentries/${folder}/${name}`,
            logGroupNames,
            queryString: question.query,
          });
        },
      );
    }
  }
}

function uniqueName(scope: Construct): string {
  return Names.uniqueResourceName(scope, {
    maxLength: LONGEST_NAME,
    separator: '-',
    allowedSpecialCharacters: '-',
  });
}
