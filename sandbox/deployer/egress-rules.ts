import { AuthorizeSecurityGroupEgressCommand, EC2Client } from '@aws-sdk/client-ec2';
import * as z from 'zod/mini';
import type { EmulatorAccess } from '../emulator/emulator-access';

const EgressRule = z.object({
  GroupId: z.string(),
  IpProtocol: z.string(),
  FromPort: z.optional(z.number()),
  ToPort: z.optional(z.number()),
  Description: z.optional(z.string()),
  CidrIp: z.optional(z.string()),
  CidrIpv6: z.optional(z.string()),
  DestinationPrefixListId: z.optional(z.string()),
  DestinationSecurityGroupId: z.optional(z.string()),
});

/** Makes a template's AWS::EC2::SecurityGroupEgress resources, whose properties these are. */
export async function authorizeEgress(access: EmulatorAccess, rules: unknown[]): Promise<void> {
  const ec2 = new EC2Client(access);
  for (const rule of rules) {
    const {
      GroupId,
      IpProtocol,
      FromPort,
      ToPort,
      Description,
      CidrIp,
      CidrIpv6,
      DestinationPrefixListId,
      DestinationSecurityGroupId,
    } = EgressRule.parse(rule);
    await ec2.send(
      new AuthorizeSecurityGroupEgressCommand({
        GroupId,
        IpPermissions: [
          {
            IpProtocol,
            FromPort,
            ToPort,
            ...(CidrIp && { IpRanges: [{ CidrIp, Description }] }),
            ...(CidrIpv6 && { Ipv6Ranges: [{ CidrIpv6, Description }] }),
            ...(DestinationPrefixListId && {
              PrefixListIds: [{ PrefixListId: DestinationPrefixListId, Description }],
            }),
            ...(DestinationSecurityGroupId && {
              UserIdGroupPairs: [{ GroupId: DestinationSecurityGroupId, Description }],
            }),
          },
        ],
      }),
    );
  }
}
