import { DescribeSecurityGroupRulesCommand, EC2Client } from '@aws-sdk/client-ec2';
import type { LocalAws, Place } from '../local-aws';

/** The ingress rules of a group, in order: "443 from 0.0.0.0/0". */
export async function openRules(
  localAws: LocalAws,
  groupId: string,
  place?: Place,
): Promise<string[]> {
  const client = new EC2Client(
    localAws.accessTo(place ?? { accountId: localAws.accountId, region: localAws.region }),
  );
  const { SecurityGroupRules = [] } = await client.send(
    new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [groupId] }] }),
  );
  client.destroy();
  return SecurityGroupRules.filter(({ IsEgress }) => !IsEgress)
    .map(({ FromPort, CidrIpv4 }) => `${FromPort} from ${CidrIpv4}`)
    .sort();
}
