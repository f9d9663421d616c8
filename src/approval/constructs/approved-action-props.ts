import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { SlackApprovalWorkflow } from './slack-approval-workflow';
import type { CompanySettings } from '../../shared/constructs/company-settings';

/** Properties of an ApprovedAction. */
export interface ApprovedActionProps extends CompanySettings {
  /**
   * Asks people. It has to be in the same account and Region, or this throws.
   */
  readonly workflow: SlackApprovalWorkflow;

  /**
   * A function of your own, which is called with what people decided, and makes it true: with
   * `{ decision, payload, idempotencyKey, isBegun, … }`. What it returns as a text is shown to
   * people; what it throws is tried again. It keeps the role and the rights that it has.
   *
   * It is waited for, so it throws if the function is known to have a timeout of more than 5
   * minutes, and if it is in another account or Region. Throws as well for a function of the
   * library, such as the `askFunction` of another action: none of them takes a decision so.
   */
  readonly actionFunction: lambda.IFunction;

  /**
   * Where alarms about the action go, word of decisions that are none, and of tampering: a standard
   * topic of the same Region, or this throws. It has to be encrypted with a key of your own, or not
   * at all, as for the workflow.
   *
   * @default - the topic of the workflow
   */
  readonly notificationTopic?: sns.ITopic;

  /**
   * Names of alarms to do without, such as `RefusedDecisionsAlarm`: the runbook says what each
   * tells. Throws for a name that no alarm of the action has.
   *
   * @default - none
   */
  readonly excludedAlarms?: string[];

  /**
   * Whether rules of EventBridge tell when someone tampers with the action: with its functions,
   * queues, table, key, alarms or roles. Those of `actionFunction` are your own to watch.
   *
   * @default true
   */
  readonly tamperRules?: boolean;
}
