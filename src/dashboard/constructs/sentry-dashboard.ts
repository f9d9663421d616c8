import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { actionWidgets } from './parts/action-widgets';
import { FULL_WIDTH } from './parts/graph';
import { groupSentryWidgets } from './parts/group-sentry-widgets';
import { alarmStates, functionsIn } from './parts/health';
import { hubWidgets } from './parts/hub-widgets';
import { keySentryWidgets } from './parts/key-sentry-widgets';
import { rehearsalWidgets } from './parts/rehearsal-widgets';
import { introduction } from './parts/texts';
import { workflowWidgets } from './parts/workflow-widgets';
import { SavedQueries } from './saved-queries';
import type { SentryDashboardProps } from './sentry-dashboard-props';
import { checkShown, refuseTakenName, shownBy } from './shown-constructs';

/** Keys are looked at once a day, so a shorter time would show little of them. */
const SHOWN = Duration.days(7);

/** It has two, and nothing else to show. */
const ALARMS_OF_TRAIL = { width: FULL_WIDTH, height: 3 };

/**
 * One CloudWatch dashboard over sentries, workflows, approved actions, hubs, trails and rehearsals
 * of an account and Region: changes by verdict, how long violations stood, requests to people, keys
 * by class, coverage, and whether all of it works.
 *
 * CloudWatch charges $3 a month for a dashboard; the first three of an account are free, as long as
 * none of them shows more than 50 metrics. Each look at the dashboard of a workflow runs a query
 * over its log, which costs by what it scans.
 *
 * @see https://aws.amazon.com/cloudwatch/pricing/
 */
export class SentryDashboard extends Construct {
  /** The dashboard: add widgets of your own at will. */
  public readonly dashboard: cloudwatch.Dashboard;

  private readonly name: string | undefined;

  /**
   * Throws if there is nothing to show, if a construct is given twice or is in another account or
   * Region, if a trail has no alarms, and if the name is malformed or that of another one of the
   * app in the account.
   */
  constructor(scope: Construct, id: string, props: SentryDashboardProps) {
    super(scope, id);
    checkShown(this, props);
    const { dashboardName, savedQueries = true } = props;
    this.name = dashboardName;
    refuseTakenName(this, dashboardName, this.namesakes());
    this.dashboard = new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName,
      defaultInterval: SHOWN,
      periodOverride: cloudwatch.PeriodOverride.INHERIT,
    });
    this.dashboard.addWidgets(introduction(savedQueries));
    widgetsOf(props).forEach((widgets) => this.dashboard.addWidgets(...widgets));
    if (!savedQueries) return;
    const functions = shownBy(props).flatMap((shown) => functionsIn(shown));
    new SavedQueries(this, 'Queries', { functions, dashboardName });
  }

  private namesakes(): SentryDashboard[] {
    return this.node.root.node
      .findAll()
      .filter((one): one is SentryDashboard => one instanceof SentryDashboard)
      .filter((one) => one !== this && one.name === this.name);
  }
}

function widgetsOf({
  securityGroupSentries = [],
  iamKeySentries = [],
  workflows = [],
  actions = [],
  hubs = [],
  trails = [],
  rehearsals = [],
}: SentryDashboardProps): cloudwatch.IWidget[][] {
  return [
    ...securityGroupSentries.map(groupSentryWidgets),
    ...iamKeySentries.map(keySentryWidgets),
    ...workflows.map(workflowWidgets),
    ...actions.map(actionWidgets),
    ...hubs.map(hubWidgets),
    ...trails.map((trail) => alarmStates(trail, ALARMS_OF_TRAIL)),
    ...rehearsals.map(rehearsalWidgets),
  ];
}
