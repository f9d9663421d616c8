import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Construct, IConstruct } from 'constructs';
import { isInstanceOf } from './instance-of';
import { areOfOtherVpcs } from './known-vpc';

/** Throws for subnets that functions cannot be attached to. */
export function checkFunctionSubnets(
  scope: Construct,
  vpc: ec2.IVpc,
  { subnets, hasPublic }: ec2.SelectedSubnets,
): void {
  if (subnets.length === 0) {
    throw new Error(
      `${scope.node.path}: "vpcSubnets" chooses no subnet, so the functions could not be attached: name at least one, or leave it out for the private subnets of "vpc".`,
    );
  }
  if (hasPublic) {
    throw new Error(
      `${scope.node.path}: "vpcSubnets" chooses public subnets, from which a function reaches neither AWS nor the internet: ` +
        'write { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS }, or PRIVATE_ISOLATED with the endpoints that docs/company-rules.md lists.',
    );
  }
  const foreign = subnets.find((subnet) => areOfOtherVpcs(vpcIdOf(subnet), vpc.vpcId));
  if (!foreign) return;
  throw new Error(
    `${scope.node.path}: "vpcSubnets" has ${foreign.node.path}, which is in another VPC than "vpc", so that Lambda would refuse it: give subnets of the same VPC.`,
  );
}

/** Of a subnet that the app makes, and of one that is imported with its VPC. */
function vpcIdOf({ node }: ec2.ISubnet): string | undefined {
  if (isInstanceOf(node.defaultChild, ec2.CfnSubnet)) return node.defaultChild.vpcId;
  return node.scope && isVpc(node.scope) ? node.scope.vpcId : undefined;
}

function isVpc(construct: IConstruct): construct is ec2.IVpc {
  return 'vpcId' in construct && 'selectSubnets' in construct;
}
