import { Stack, Token } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { isInstanceOf } from './instance-of';
import { areOfOtherVpcs } from './known-vpc';
import { warnAtSynth } from './late-advice';
import { referredBy } from './referred-by';

const HTTPS = 443;

/**
 * Throws for a group of another VPC, and warns where no group lets functions out: what the app
 * knows of groups that are given.
 */
export function checkFunctionGroups(
  scope: Construct,
  vpc: ec2.IVpc,
  groups: readonly ec2.ISecurityGroup[],
): void {
  const made = groups.flatMap(({ node }) =>
    isInstanceOf(node.defaultChild, ec2.CfnSecurityGroup) ? [node.defaultChild] : [],
  );
  made.forEach((group) => refuseOtherVpc(scope, vpc, group));
  // Of one that is imported, no one knows what it lets out.
  if (made.length < groups.length) return;
  scope.node.addValidation({
    validate: () => {
      if (!made.some(letsHttpsOut)) warnOfNoWayOut(scope, made);
      return [];
    },
  });
}

function refuseOtherVpc(scope: Construct, vpc: ec2.IVpc, group: ec2.CfnSecurityGroup): void {
  if (!areOfOtherVpcs(vpc.vpcId, group.vpcId)) return;
  throw new Error(
    `${scope.node.path}: "securityGroups" has ${group.node.path}, which is in another VPC than "vpc", so that Lambda would refuse it: give a group of the same VPC.`,
  );
}

function warnOfNoWayOut(scope: Construct, groups: readonly ec2.CfnSecurityGroup[]): void {
  const [path = ''] = groups.map(({ node }) => node.scope?.node.path ?? node.path);
  warnAtSynth(
    scope,
    'cdk-sentries:functionsShutIn',
    `No group in "securityGroups" (${groups.map(({ node }) => node.path).join(', ')}) lets HTTPS out, so the functions reach neither AWS nor anything else, and all that they do fails. ` +
      `Write addEgressRule(ec2.Peer.anyIpv4(), ec2.Port.HTTPS) for ${path}; if another app adds such a rule, acknowledge this warning.`,
  );
}

/** By rules in the group, or beside it. EC2 gives a group without any one that lets all out. */
function letsHttpsOut(group: ec2.CfnSecurityGroup): boolean {
  const stack = Stack.of(group);
  const inside: unknown = stack.resolve(group.securityGroupEgress);
  const beside = group.node.root.node
    .findAll()
    .filter((construct) => isInstanceOf(construct, ec2.CfnSecurityGroupEgress))
    .filter(({ groupId }) => referredBy(groupId) === group);
  if (!Array.isArray(inside) && beside.length === 0) return true;
  return [...(Array.isArray(inside) ? inside : []), ...beside].some(isForHttps);
}

/** What only the deployment knows may be for it. */
function isForHttps(rule: ec2.CfnSecurityGroup.EgressProperty): boolean {
  const { ipProtocol, fromPort, toPort } = rule;
  if (![ipProtocol, fromPort, toPort].every(isPlain)) return true;
  if (ipProtocol === '-1') return true;
  return ['tcp', '6'].includes(ipProtocol) && (fromPort ?? 0) <= HTTPS && HTTPS <= (toPort ?? 0);
}

function isPlain(value: string | number | undefined): boolean {
  return !Token.isUnresolved(value) && typeof value !== 'object';
}
