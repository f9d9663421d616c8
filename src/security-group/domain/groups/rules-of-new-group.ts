import type { GroupDetails } from './group';
import { ALL_PROTOCOLS } from '../rules/protocol';
import type { Rule } from '../rules/rule';

/** EC2 gives it this name, and no other group may have it. */
export const DEFAULT_GROUP = 'default';

const EVERYWHERE = ['0.0.0.0/0', '::/0'];

/**
 * Whether EC2 makes the rule together with its group: all traffic out; into the default group of a
 * VPC, all traffic from that group itself.
 */
export function isMadeWithGroup(
  { direction, protocol, peer, description }: Rule,
  { id, name }: GroupDetails,
): boolean {
  if (protocol !== ALL_PROTOCOLS || description) return false;
  if (direction === 'ingress') {
    return name === DEFAULT_GROUP && peer.kind === 'securityGroup' && peer.groupId === id;
  }
  return (peer.kind === 'ipv4' || peer.kind === 'ipv6') && EVERYWHERE.includes(peer.cidr);
}
