import { AuthorizeSecurityGroupIngressCommand, type EC2Client } from '@aws-sdk/client-ec2';

/**
 * Never added, since the call is a dry run; and documentation's own address, should that ever fail
 * (RFC 5737).
 */
const NEVER_ADDED = {
  IpProtocol: 'tcp',
  FromPort: 9,
  ToPort: 9,
  IpRanges: [{ CidrIp: '192.0.2.1/32', Description: 'heartbeat' }],
};

/**
 * Asks EC2 whether a rule could be added, which CloudTrail records as a call that ended with
 * DryRunOperation. Its event coming back proves that trail, rules, queue and function work.
 */
export async function sendHeartbeat(client: EC2Client, groupId: string): Promise<void> {
  try {
    await client.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: groupId,
        IpPermissions: [NEVER_ADDED],
        DryRun: true,
      }),
    );
  } catch (error) {
    if (error instanceof Error && error.name === 'DryRunOperation') return;
    throw error;
  }
}
