import type { IamKeySentry } from '../../access-key/constructs/iam-key-sentry';
import type { ApprovedAction } from '../../approval/constructs/approved-action';
import type { SlackApprovalWorkflow } from '../../approval/constructs/slack-approval-workflow';
import type { ManagementEventsTrail } from '../../organization/constructs/management-events-trail';
import type { SentryHub } from '../../organization/constructs/sentry-hub';
import type { SecurityGroupRehearsal } from '../../security-group/constructs/security-group-rehearsal';
import type { SecurityGroupSentry } from '../../security-group/constructs/security-group-sentry';

/**
 * Properties of a SentryDashboard.
 *
 * What is shown has to be in the dashboard's account and Region, and no construct may be given
 * twice, or the dashboard throws. It throws as well if nothing is given.
 */
export interface SentryDashboardProps {
  /**
   * Sentries of security groups. In a hub, the numbers are those of all members together.
   *
   * @default - none
   */
  readonly securityGroupSentries?: SecurityGroupSentry[];

  /**
   * Sentries of access keys. In a hub, the numbers are those of all members together.
   *
   * @default - none
   */
  readonly iamKeySentries?: IamKeySentry[];

  /**
   * Workflows by which people are asked.
   *
   * @default - none
   */
  readonly workflows?: SlackApprovalWorkflow[];

  /**
   * Actions of which it shows what was asked, and what became of decisions. Questions that wait for
   * people are shown with their workflow.
   *
   * @default - none
   */
  readonly actions?: ApprovedAction[];

  /**
   * Hubs, of which it shows what they cover.
   *
   * @default - none
   */
  readonly hubs?: SentryHub[];

  /**
   * Trails, of which it shows the alarms. Throws for one that has none, as there is nothing to show
   * of it.
   *
   * @default - none
   */
  readonly trails?: ManagementEventsTrail[];

  /**
   * Rehearsals of policies, of which it shows when they were held, and whether they failed.
   *
   * @default - none
   */
  readonly rehearsals?: SecurityGroupRehearsal[];

  /**
   * The name of the dashboard: 1 to 255 letters, digits, hyphens and underscores, or this throws.
   * The account has one dashboard of each name, whatever the Region: throws if another one of the
   * app has it.
   *
   * @default - CloudFormation makes one
   */
  readonly dashboardName?: string;

  /**
   * Whether CloudWatch Logs Insights gets the runbook's questions to the log as saved queries, in
   * the folder `cdk-sentries/<name of the dashboard>`. To save them costs nothing; to run one costs
   * by what it scans.
   *
   * @default true
   */
  readonly savedQueries?: boolean;
}
