import { Token } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { SentryDashboardProps } from './sentry-dashboard-props';
import { isSameAccount } from '../../shared/constructs/same-account';
import { isSamePlace } from '../../shared/constructs/same-place';

const DASHBOARD_NAME = /^[A-Za-z0-9_-]{1,255}$/;

/** Throws for what a dashboard cannot show, and for a name that it cannot have. */
export function checkShown(dashboard: Construct, props: SentryDashboardProps): void {
  const { path } = dashboard.node;
  const shown = shownBy(props);
  if (shown.length === 0) {
    throw new Error(
      `${path}: there is nothing to show: give it "securityGroupSentries", "iamKeySentries", "workflows", "actions", "hubs", "trails" or "rehearsals".`,
    );
  }
  refuseTwice(path, shown);
  refuseOtherPlaces(dashboard, shown);
  refuseWithoutAlarms(path, props);
  checkName(path, props.dashboardName);
}

/** Throws where another dashboard of the account has the name, in whatever Region. */
export function refuseTakenName(
  dashboard: Construct,
  name: string | undefined,
  namesakes: readonly Construct[],
): void {
  if (name === undefined) return;
  const other = namesakes.find((one) => isSameAccount(dashboard, one));
  if (!other) return;
  throw new Error(
    `${dashboard.node.path}: "dashboardName" is "${name}", which ${other.node.path} has as well, and an account has one dashboard of each name, whatever the Region: write another, such as "${name}-us-east-1", or leave it out.`,
  );
}

/** In the order in which they are shown. */
export function shownBy({
  securityGroupSentries = [],
  iamKeySentries = [],
  workflows = [],
  actions = [],
  hubs = [],
  trails = [],
  rehearsals = [],
}: SentryDashboardProps): Construct[] {
  return [
    ...securityGroupSentries,
    ...iamKeySentries,
    ...workflows,
    ...actions,
    ...hubs,
    ...trails,
    ...rehearsals,
  ];
}

function refuseTwice(path: string, shown: readonly Construct[]): void {
  const twice = shown.find((one, index) => shown.indexOf(one) !== index);
  if (!twice) return;
  throw new Error(`${path}: ${twice.node.path} is given twice: give it once.`);
}

function refuseOtherPlaces(dashboard: Construct, shown: readonly Construct[]): void {
  const elsewhere = shown.find((one) => !isSamePlace(dashboard, one));
  if (!elsewhere) return;
  throw new Error(
    `${dashboard.node.path}: ${elsewhere.node.path} is in another account or Region, and a dashboard shows those of its own: write one there as well, or have a hub watch all places.`,
  );
}

function refuseWithoutAlarms(path: string, { trails = [] }: SentryDashboardProps): void {
  const silent = trails.find(({ alarms }) => alarms.length === 0);
  if (!silent) return;
  throw new Error(
    `${path}: there is nothing to show of ${silent.node.path}, since it has no alarms: leave it out, or give it back some of its "excludedAlarms".`,
  );
}

function checkName(path: string, name: string | undefined): void {
  if (name === undefined || Token.isUnresolved(name) || DASHBOARD_NAME.test(name)) return;
  throw new Error(
    `${path}: "dashboardName" is "${name}": write 1 to 255 letters, digits, hyphens and underscores, such as "security".`,
  );
}
