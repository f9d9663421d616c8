import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { isWatchedGroup, isWatchedId } from './app-rules';
import { BundledFunction } from '../../shared/constructs/bundled-function';
import { isInstanceOf } from '../../shared/constructs/instance-of';
import { warnAtSynth } from '../../shared/constructs/late-advice';
import { referredBy } from '../../shared/constructs/referred-by';
import type { MonitoredGroups } from '../domain/groups/monitored-groups';

/** Warns where the sentry, or what it works with, hangs on rules that the sentry could revert. */
export function warnOfOwnGroups(sentry: Construct, groups: MonitoredGroups): void {
  const watched = sentry.node.root.node
    .findAll()
    .filter((construct) => construct instanceof BundledFunction)
    .filter((handler) => handler.isBoundToVpc)
    .flatMap((handler) =>
      handler.connections.securityGroups
        .filter((group) => isWatched(group, sentry, groups))
        .map((group) => ({ handler, group })),
    );
  for (const [path, handlers] of handlersByGroup(watched)) {
    warnAtSynth(
      sentry,
      `cdk-sentries:ownGroupMonitored:${path}`,
      `It watches ${path}, the security group of functions of its own or of what it works with (${handlers.join(', ')}). ` +
        'A revert there can cut them off from AWS, and no one would revert that: make the group yourself, give it as "securityGroups", and leave it out with excluding(MonitoredGroups.groups([group])).',
    );
  }
}

interface WatchedFunction {
  readonly handler: BundledFunction<string, string>;
  readonly group: ec2.ISecurityGroup;
}

function handlersByGroup(watched: readonly WatchedFunction[]): Map<string, string[]> {
  const byGroup = new Map<string, string[]>();
  for (const { handler, group } of watched) {
    const { path } = group.node;
    byGroup.set(path, [...(byGroup.get(path) ?? []), handler.node.path]);
  }
  return byGroup;
}

function isWatched(group: ec2.ISecurityGroup, sentry: Construct, groups: MonitoredGroups): boolean {
  const target = referredBy(group.securityGroupId);
  if (isInstanceOf(target, ec2.CfnSecurityGroup)) return isWatchedGroup(target, sentry, groups);
  return isWatchedId(group.securityGroupId, group, sentry, groups);
}
