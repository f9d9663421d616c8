import { icmpTypeText } from './icmp';
import { ALL_PROTOCOLS, hasPorts, isIcmp } from './protocol';
import type { Peer, Rule } from './rule';
import { plainText } from '../../../shared/domain/notification/plain-text';

/** "tcp 22 from 0.0.0.0/0": a rule in words, safe to show. */
export function ruleText(rule: Rule): string {
  const preposition = rule.direction === 'ingress' ? 'from' : 'to';
  return plainText(`${trafficText(rule)} ${preposition} ${peerText(rule.peer)}`);
}

/** The same, with the rule's id where it has one. */
export function namedRuleText(rule: Rule): string {
  return `${ruleText(rule)}${rule.id ? ` (${plainText(rule.id)})` : ''}`;
}

function trafficText({ protocol, fromPort, toPort }: Rule): string {
  if (protocol === ALL_PROTOCOLS) return 'all traffic';
  if (isIcmp(protocol)) return icmpText(protocol, fromPort, toPort);
  if (!hasPorts(protocol)) return `protocol ${protocol}`;
  return `${protocol} ${fromPort === toPort ? fromPort : `${fromPort}-${toPort}`}`;
}

function icmpText(protocol: string, type: number, code: number): string {
  if (type === -1) return `${protocol} all types`;
  const typeText = icmpTypeText(protocol, type);
  return code === -1 ? typeText : `${typeText} code ${code}`;
}

export function peerText(peer: Peer): string {
  if (peer.kind === 'prefixList') return `prefix list ${peer.prefixListId}`;
  if (peer.kind === 'securityGroup') {
    return peer.ownerId
      ? `group ${peer.groupId} of account ${peer.ownerId}`
      : `group ${peer.groupId}`;
  }
  return peer.cidr;
}
