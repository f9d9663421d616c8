/** A security group to be put into the emulator as it is, with what EC2 lets no one choose. */
export interface PlacedGroup {
  readonly id: string;
  readonly name: string;
  /** Of a VPC that need not be there. */
  readonly vpcId: string;
  readonly rules: readonly PlacedRule[];
}

/** In the words of DescribeSecurityGroupRules, whose answers can be put here. */
export interface PlacedRule {
  readonly SecurityGroupRuleId: string;
  readonly IsEgress: boolean;
  readonly IpProtocol: string;
  readonly FromPort: number;
  readonly ToPort: number;
  readonly CidrIpv4: string;
  readonly Description?: string;
  readonly Tags?: readonly { readonly Key: string; readonly Value: string }[];
}
