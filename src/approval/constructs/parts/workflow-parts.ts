import type * as sns from 'aws-cdk-lib/aws-sns';
import type { WorkflowQueues } from './workflow-queues';
import type { ApprovalTable } from '../approval-table';
import type { SlackSecrets } from '../slack-secrets';
import type { WorkflowParameter } from '../workflow-parameter';

/** The parts that the functions of a workflow share. */
export interface WorkflowParts {
  readonly parameter: WorkflowParameter;
  readonly table: ApprovalTable;
  readonly queues: WorkflowQueues;
  readonly secrets: SlackSecrets;
  /** Where alarms go. */
  readonly topic: sns.ITopic;
}
