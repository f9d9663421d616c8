import {
  AuthorizeSecurityGroupIngressCommand,
  type EC2Client,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import type { MemberRights } from '../../organization/domain/gaps/place-state';
import { MemberRefusedError } from '../../organization/domain/refusal';

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
 * By its values: a rule's id is looked up, and whether before or after EC2 asks for rights is not
 * documented. That a dry run ends with DryRunOperation or UnauthorizedOperation is.
 */
const NEVER_THERE = { ...NEVER_ADDED, IpRanges: [{ CidrIp: '192.0.2.1/32' }] };

/**
 * Asks EC2 whether a rule could be added, which CloudTrail records as a call that ended with
 * DryRunOperation. Its event coming back proves that trail, rules, queue and function work.
 */
export async function sendHeartbeat(client: EC2Client, groupId: string): Promise<void> {
  await dryRun(
    client.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId: groupId,
        IpPermissions: [NEVER_ADDED],
        DryRun: true,
      }),
    ),
  );
}

/** Those who send a heartbeat in a member. */
export interface MemberHeartbeat {
  readonly revoker: EC2Client;
  readonly reader: EC2Client;
  /** What the member lets the hub do, as far as that is known. */
  rights(): Promise<MemberRights | undefined>;
}

/**
 * Asks EC2 in a member whether a rule could be revoked. Where the member lets the hub look only,
 * the reader asks, and EC2's refusal is what CloudTrail records.
 */
export async function sendMemberHeartbeat(
  groupId: string,
  { revoker, reader, rights }: MemberHeartbeat,
): Promise<void> {
  try {
    await dryRunOfRevoke(revoker, groupId);
  } catch (error) {
    if (!(error instanceof MemberRefusedError) || (await rights()) !== 'OBSERVE') throw error;
    await refusedDryRun(reader, groupId);
  }
}

async function refusedDryRun(reader: EC2Client, groupId: string): Promise<void> {
  try {
    await dryRunOfRevoke(reader, groupId);
  } catch (error) {
    if (error instanceof MemberRefusedError && hasName(error.cause, 'UnauthorizedOperation')) {
      return;
    }
    throw error;
  }
  throw new Error('The role that is to look only may revoke rules: the heartbeat tells nothing.');
}

async function dryRunOfRevoke(client: EC2Client, groupId: string): Promise<void> {
  await dryRun(
    client.send(
      new RevokeSecurityGroupIngressCommand({
        GroupId: groupId,
        IpPermissions: [NEVER_THERE],
        DryRun: true,
      }),
    ),
  );
}

async function dryRun(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (hasName(error, 'DryRunOperation')) return;
    throw error;
  }
}

function hasName(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
