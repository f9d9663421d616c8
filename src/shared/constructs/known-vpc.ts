import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { isInstanceOf } from './instance-of';
import { isKnownLater } from './known-later';
import { referredBy } from './referred-by';

/** Whether two ids are known to be of two VPCs. */
export function areOfOtherVpcs(one: string | undefined, other: string | undefined): boolean {
  const [known, otherKnown] = [one, other].map(knownVpc);
  return known !== undefined && otherKnown !== undefined && known !== otherKnown;
}

/** The construct of a VPC of the app, or the id of another. */
function knownVpc(id: string | undefined): unknown {
  if (id === undefined || !isKnownLater(id)) return id;
  const target = referredBy(id);
  return isInstanceOf(target, ec2.CfnVPC) ? target : undefined;
}
