import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { referredBy } from '../../shared/constructs/referred-by';
import { isSamePlace } from '../../shared/constructs/same-place';
import {
  type GroupSelector,
  type MonitoredGroups,
  partsOf,
} from '../domain/groups/monitored-groups';

/** Whether the selector names the default group of this VPC of the app, or the VPC itself. */
export function namesDefaultGroupOf(vpc: ec2.CfnVPC, selector: GroupSelector): boolean {
  if (selector.kind === 'vpc') return referredBy(selector.vpcId) === vpc;
  return selector.kind === 'ids' && selector.groupIds.some((id) => referredBy(id) === vpc);
}

/** Whether the sentry watches it, unless a tag leaves it out, which no app knows. */
export function isDefaultGroupChosen(
  vpc: ec2.CfnVPC,
  sentry: Construct,
  selection: MonitoredGroups,
): boolean {
  const means = (selector: GroupSelector) =>
    namesDefaultGroupOf(vpc, selector) || (selector.kind === 'all' && isSamePlace(vpc, sentry));
  return partsOf(selection).some(
    ({ include, exclude }) => include.some(means) && !exclude.some(means),
  );
}
