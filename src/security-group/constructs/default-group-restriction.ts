import { CustomResourceProviderBase, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { isDefaultGroupChosen, namesDefaultGroupOf } from './default-group';
import { isInstanceOf } from '../../shared/constructs/instance-of';
import { warnAtSynth } from '../../shared/constructs/late-advice';
import { type MonitoredGroups, selectorsOf } from '../domain/groups/monitored-groups';
import type { Policy } from '../domain/policies/policy';

/** The CDK's own names of them: in the VPC, and in the VPC's stack. */
const RESTRICTION = 'RestrictDefaultSecurityGroupCustomResource';
const PROVIDER = 'Custom::VpcRestrictDefaultSGCustomResourceProvider';

/** One whose default group the app empties. */
interface RestrictedVpc {
  readonly vpc: ec2.Vpc;
  readonly resource: ec2.CfnVPC;
}

/**
 * The ARN of the role under which a custom resource of the CDK empties the VPC's default group;
 * undefined where the VPC has no such resource.
 */
export function emptyingRoleArnOf(vpc: ec2.IVpc): string | undefined {
  if (!vpc.node.tryFindChild(RESTRICTION)) return undefined;
  const provider = Stack.of(vpc).node.tryFindChild(PROVIDER);
  return isInstanceOf(provider, CustomResourceProviderBase) ? provider.roleArn : undefined;
}

/** Decides whose removals from default groups a sentry has to be told of. */
export interface EmptyingSettings {
  readonly groups: MonitoredGroups;
  readonly policies: readonly Policy[];
  /** Roles that the app's author trusts to empty default groups. */
  readonly namedRoleArns: readonly string[];
}

/**
 * The roles that are named, and those under which the app itself empties default groups that the
 * sentry watches. Where the sentry chooses them without naming their VPC, only those of its own
 * stack: a reference to another one would make the stacks depend on each other, which is not for
 * the sentry to decide.
 */
export function emptyingRoleArns(sentry: Construct, settings: EmptyingSettings): string[] {
  const ofApp = restrictedVpcs(sentry, settings)
    .filter((restricted) => isWithinReach(restricted, sentry, settings.groups))
    .flatMap(({ vpc }) => emptyingRoleArnOf(vpc) ?? []);
  return [...new Set([...settings.namedRoleArns, ...ofApp])];
}

/** Names the default groups that the app empties and the sentry would not leave empty. */
export function warnOfEmptiedGroups(sentry: Construct, settings: EmptyingSettings): void {
  const accepted = emptyingRoleArns(sentry, settings);
  for (const { vpc } of restrictedVpcs(sentry, settings)) {
    const roleArn = emptyingRoleArnOf(vpc);
    if (roleArn !== undefined && accepted.includes(roleArn)) continue;
    warnAtSynth(
      sentry,
      'cdk-sentries:defaultGroupEmptied',
      `The CDK empties the default group of ${vpc.node.path} (restrictDefaultSecurityGroup) under a role of its own, which the sentry does not trust with that: ` +
        'add Actor.emptyingDefaultGroupOf(vpc) to "trustedActors", or Actor.emptyingDefaultGroups(role) where the VPC is in another stage.',
    );
  }
}

/** Only a locked group does not take a removal by anyone. */
function restrictedVpcs(
  sentry: Construct,
  { groups, policies }: EmptyingSettings,
): readonly RestrictedVpc[] {
  const locking = policies.filter(({ baseline }) => baseline.kind === 'locked');
  if (locking.length === 0) return [];
  const isChosen = (vpc: ec2.CfnVPC, selection: MonitoredGroups | undefined) =>
    selection === undefined || isDefaultGroupChosen(vpc, sentry, selection);
  return sentry.node.root.node
    .findAll()
    .filter((construct) => isInstanceOf(construct, ec2.Vpc))
    .filter(({ node }) => node.tryFindChild(RESTRICTION))
    .flatMap((vpc) => {
      const resource = vpc.node.tryFindChild('Resource');
      return isInstanceOf(resource, ec2.CfnVPC) &&
        isChosen(resource, groups) &&
        locking.some(({ appliesTo }) => isChosen(resource, appliesTo))
        ? [{ vpc, resource }]
        : [];
    });
}

function isWithinReach(
  { resource }: RestrictedVpc,
  sentry: Construct,
  groups: MonitoredGroups,
): boolean {
  return (
    Stack.of(resource) === Stack.of(sentry) ||
    selectorsOf(groups).some((selector) => namesDefaultGroupOf(resource, selector))
  );
}
