import { isInternet, rangesOverlap } from './ip-range';
import { ALL_PROTOCOLS, isIcmp } from './protocol';
import type { Direction, Peer, Rule } from './rule';
import { ruleText } from './rule-text';

/** Which protocols and ports a pattern means. */
export type Traffic =
  /** Whatever the rule opens. */
  | { readonly kind: 'any' }
  /** Only rules that open every protocol and port at once. */
  | { readonly kind: 'allTraffic' }
  /** One protocol; its ports (of ICMP: types) from `fromPort` to `toPort`, or all of them. */
  | { readonly kind: 'protocol'; readonly protocol: string; readonly fromPort?: number; readonly toPort?: number };

/** Which peers a pattern means. */
export type PeerPattern =
  | { readonly kind: 'internet' }
  | { readonly kind: 'ipRange'; readonly cidr: string }
  | { readonly kind: 'prefixList'; readonly prefixListId: string }
  | { readonly kind: 'securityGroup'; readonly groupId: string };

/** Traffic that a baseline speaks of. What is left out means "any". */
export interface TrafficPattern {
  /** In words, for the reason of a violation: "SSH from the internet". */
  readonly name: string;
  readonly direction?: Direction;
  readonly traffic?: readonly Traffic[];
  readonly peers?: readonly PeerPattern[];
}

/** Whether the rule lets through any of the traffic that the pattern means. */
export function opensTraffic(rule: Rule, pattern: TrafficPattern): boolean {
  if (pattern.direction && pattern.direction !== rule.direction) return false;
  if (pattern.traffic && !pattern.traffic.some((traffic) => opensPorts(rule, traffic))) return false;
  return !pattern.peers || pattern.peers.some((peer) => reachesPeer(rule.peer, peer));
}

export function violationOfPattern(rule: Rule, pattern: TrafficPattern): string {
  return `${ruleText(rule)} opens what is forbidden: ${pattern.name}`;
}

function opensPorts(rule: Rule, traffic: Traffic): boolean {
  if (traffic.kind === 'any') return true;
  if (rule.protocol === ALL_PROTOCOLS) return true;
  if (traffic.kind === 'allTraffic' || rule.protocol !== traffic.protocol) return false;
  if (traffic.fromPort === undefined) return true;
  const last = traffic.toPort ?? traffic.fromPort;
  if (isIcmp(rule.protocol)) return rule.fromPort === -1 || (traffic.fromPort <= rule.fromPort && rule.fromPort <= last);
  return rule.fromPort <= last && traffic.fromPort <= rule.toPort;
}

function reachesPeer(peer: Peer, pattern: PeerPattern): boolean {
  switch (pattern.kind) {
    case 'internet': return isIpRange(peer) && isInternet(peer.cidr);
    case 'ipRange': return isIpRange(peer) && rangesOverlap(peer.cidr, pattern.cidr);
    case 'prefixList': return peer.kind === 'prefixList' && peer.prefixListId === pattern.prefixListId;
    case 'securityGroup': return peer.kind === 'securityGroup' && peer.groupId === pattern.groupId;
  }
}

function isIpRange(peer: Peer): peer is Extract<Peer, { cidr: string }> {
  return peer.kind === 'ipv4' || peer.kind === 'ipv6';
}
