import { Duration } from 'aws-cdk-lib';
import type * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { ApprovalRoute } from './approval-route';
import type { Approvers } from './approvers';
import type { DenialPrompt } from './denial-prompt';
import type { SlackDestination } from './slack-destination';
import type { CompanySettings } from '../../shared/constructs/company-settings';

/** Properties of a SlackApprovalWorkflow. All durations are in whole seconds, or it throws. */
export interface SlackApprovalWorkflowProps extends CompanySettings {
  /**
   * The signing secret of the Slack app, as the plain text of a secret in the workflow's own
   * Region, or this throws. In another account it has to have a key of its own that is given with
   * it, or this throws; a warning says what the policies of both have to hold. Throws if another
   * workflow of the CDK app has it: an app of Slack sends clicks to one workflow alone.
   */
  readonly signingSecret: secretsmanager.ISecret;

  /**
   * The bot token of the Slack app (xoxb-…), as the plain text of a secret. Where it may be is as
   * with `signingSecret`. Throws if it is the secret that holds the signing secret, or if another
   * workflow of the CDK app has it.
   */
  readonly botToken: secretsmanager.ISecret;

  /**
   * The channel in which people are asked, and decide: its id, such as C0123ABCD. The app must be a
   * member. Throws if it is malformed.
   */
  readonly approvalChannelId: string;

  /** Who may decide. */
  readonly approvers: Approvers;

  /**
   * Who is mentioned in each new question and each reminder, so that Slack notifies them: ids of
   * people, such as U0123ABCD, and of user groups, such as S0123ABCD. Everyone else who may decide
   * sees the question in the channel, without being pinged. That someone is mentioned gives them no
   * right to decide: a warning tells of people who may not.
   *
   * Up to 10. Throws for an empty list, for a malformed id, and for one that is there twice.
   *
   * @default - no one
   */
  readonly mentions?: string[];

  /**
   * Where it is told what becomes of requests, for those who watch and do not decide. Throws if it
   * is a webhook whose secret is one of the app's own, and if it is the one channel in which all
   * questions are asked, where people read that already.
   *
   * @default - nowhere but in the approval channel
   */
  readonly monitoringChannel?: SlackDestination;

  /**
   * How many people have to approve, not counting the one who wants it. If no one knows who that is
   * in Slack, it could be any of them: then one more has to approve. One denial ends a request.
   * Throws if it is no whole number of at least 1, and if it is more than the users who may decide.
   *
   * @default 1
   */
  readonly requiredApprovals?: number;

  /**
   * Who decides instead, and in which channel, by the account and the organizational units that a
   * request is about, and by tags of its security group. The first that is for it counts, in the
   * order given; what none is for is decided by the workflow's own approvers. Throws if one is
   * never reached, as one or several before it are for all that it is for, or changes nothing.
   *
   * @default - none: the workflow's own approvers decide all requests
   */
  readonly routes?: ApprovalRoute[];

  /**
   * Whether the one who wants something may approve it, and counts. Then `requiredApprovals` people
   * have to approve, no matter who they are and whether anyone knows who wants it.
   *
   * @default false
   */
  readonly allowSelfApproval?: boolean;

  /**
   * How long people have to decide. 5 minutes to 14 days, or this throws.
   *
   * @default Duration.hours(24)
   */
  readonly expireAfter?: Duration;

  /**
   * How long after the request, and after each reminder, people are reminded of it. 1 minute to 14
   * days, or this throws; it throws too if it is not shorter than `expireAfter`.
   *
   * @default Duration.hours(4); requests that expire sooner have no reminder
   */
  readonly remindAfter?: Duration;

  /**
   * For how long something may be approved, beside for good: a button for each. Before such an
   * approval ends, people may give it so much more time; what is left then is never more than the
   * longest of these.
   *
   * Up to five, each 5 minutes to 30 days and none twice, or this throws. An empty list: for good
   * only.
   *
   * @default - one hour, and eight hours
   */
  readonly approvalDurations?: Duration[];

  /**
   * For how long no one is asked about the same after a denial. 1 minute to 7 days, or this throws.
   *
   * @default Duration.hours(1)
   */
  readonly pauseAfterDenial?: Duration;

  /**
   * Whether those who deny are asked why. Then Deny opens a modal in Slack for the reason, up to
   * 300 characters, which is shown with the decision and given to the one who asked. Where Slack
   * opens none, as it does not answer, the denial counts at once, without a reason: the question
   * says so, `metricReasonsUnasked` counts it, and ReasonsUnaskedAlarm goes off.
   *
   * The function that takes clicks opens that modal, so it may read the bot token then.
   *
   * @default DenialPrompt.NONE
   */
  readonly denialPrompt?: DenialPrompt;

  /**
   * How many requests one actor may cause about one thing, such as a group, in an hour. No one is
   * asked about more, and an alarm goes off. A whole number from 1 to 1000, or this throws.
   *
   * @default 10
   */
  readonly maxRequestsPerHour?: number;

  /**
   * For how long requests, clicks and all that became of them are kept once they are over, and what
   * an ApprovedAction has asked. 7 days to 3650 days, or this throws.
   *
   * @default Duration.days(400)
   */
  readonly auditRetention?: Duration;

  /**
   * Where alarms about the workflow itself go, and word of tampering with it: a standard topic of
   * the same Region, or this throws. It may be another account's, given by its ARN. If it is
   * encrypted, it must be with a key of your own, or this throws: no alarm can publish under the
   * key that AWS manages. The policies of a topic and a key of the app are extended; for those that
   * are imported, a warning says what they have to hold.
   *
   * @default - a topic of the workflow's own, encrypted with the key of its stack
   */
  readonly notificationTopic?: sns.ITopic;

  /**
   * Names of alarms to do without, such as `BadSignaturesAlarm`: the runbook says what each tells.
   * Throws for a name that no alarm of the workflow has.
   *
   * @default - none
   */
  readonly excludedAlarms?: string[];

  /**
   * Whether rules of EventBridge tell when someone tampers with the workflow: with its
   * functions, queues, table, keys, secrets, API, alarms or roles.
   *
   * Without them, someone who may do so blinds it, and no one hears; alarms tell of some of it,
   * hours later.
   *
   * @default true
   */
  readonly tamperRules?: boolean;

  /**
   * A domain name of your own, for the URL to which Slack sends clicks. It then stays whatever
   * becomes of the API behind it.
   *
   * @default - the URL that API Gateway gives
   */
  readonly domainMapping?: apigwv2.DomainMappingOptions;

  /**
   * Who may redrive dead letters: roles and users, for whom an ARN with wildcards will do. Their
   * own policies have to give them the rights. No one else, administrators included, may send,
   * receive, delete, hide or purge messages in the workflow's queues, or in those that decisions of
   * sentries come to. Throws for a principal that stands for no single role or user, such as an
   * account.
   *
   * @default - no one
   */
  readonly operators?: iam.IPrincipal[];
}
