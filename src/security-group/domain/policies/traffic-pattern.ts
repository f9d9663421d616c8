import { plainText } from '../../../shared/domain/notification/plain-text';
import {
  BROADEST_PRIVATE_PREFIX,
  isBroaderThan,
  isInternet,
  type PrefixLimits,
  rangesHold,
  reachesRange,
} from '../rules/ip-range';
import type { PrefixLists } from '../rules/prefix-list';
import { ALL_PROTOCOLS, hasPorts, isIcmp, type PortRange } from '../rules/protocol';
import type { Direction, Peer, Rule } from '../rules/rule';
import { ruleText } from '../rules/rule-text';

/** Which protocols and ports a pattern means. */
export type Traffic =
  /** Whatever the rule opens. */
  | { readonly kind: 'any' }
  /** Every protocol and port: opened only by rules that open them all at once. */
  | { readonly kind: 'allTraffic' }
  /** One protocol; its ports (of ICMP: types) from `fromPort` to `toPort`, or all of them. */
  | {
      readonly kind: 'protocol';
      readonly protocol: string;
      readonly fromPort?: number;
      readonly toPort?: number;
    };

/** Which peers a pattern means. */
export type PeerPattern =
  /**
   * Ranges with public addresses that are broader than these prefixes or, where they are left out,
   * than most organizations' own. What lies wholly within `excluding` is not meant.
   */
  | {
      readonly kind: 'internet';
      readonly ipv4Prefix?: number;
      readonly ipv6Prefix?: number;
      readonly excluding?: readonly string[];
    }
  /** `doubt`: why the text, which a deployment wrote, is no range of addresses. */
  | { readonly kind: 'ipRange'; readonly cidr: string; readonly doubt?: string }
  /** All ranges of a VPC: none are known until it was looked up. */
  | { readonly kind: 'vpc'; readonly vpcId: string; readonly ranges?: VpcRanges }
  | { readonly kind: 'prefixList'; readonly prefixListId: string }
  | { readonly kind: 'securityGroup'; readonly groupId: string };

/** The ranges of a VPC when it was looked up, in canonical form: those that are known. */
export interface VpcRanges {
  readonly cidrs: readonly string[];
  /** Why it may have others. */
  readonly doubt?: VpcDoubt;
}

/** `not-read`: a later try may do. `not-there`: EC2 does not show it. */
export const VPC_DOUBTS = ['not-read', 'not-there'] as const;

export interface VpcDoubt {
  readonly kind: (typeof VPC_DOUBTS)[number];
  readonly reason: string;
}

/** Traffic that a baseline speaks of. What is left out means "any". */
export interface TrafficPattern {
  /** In words, for the reason of a violation: "SSH from the internet". */
  readonly name: string;
  readonly direction?: Direction;
  readonly traffic?: readonly Traffic[];
  readonly peers?: readonly PeerPattern[];
  /** Means only rules that have no description. */
  readonly undescribed?: boolean;
}

/** Whether the rule lets through any of the traffic that the pattern means. */
export function opensTraffic(
  rule: Rule,
  pattern: TrafficPattern,
  prefixLists: PrefixLists,
): boolean {
  if (carriesNothing(rule) || !concerns(rule, pattern)) return false;
  if (pattern.traffic && !pattern.traffic.some((traffic) => opensPorts(rule, traffic))) {
    return false;
  }
  return !pattern.peers || pattern.peers.some((peer) => reachesPeer(rule.peer, peer, prefixLists));
}

/** Whether all that the rule is known to let through is traffic that the pattern means. */
export function staysWithin(
  rule: Rule,
  pattern: TrafficPattern,
  prefixLists: PrefixLists,
): boolean {
  if (carriesNothing(rule)) return true;
  if (!concerns(rule, pattern)) return false;
  if (pattern.traffic && !portsWithin(rule, pattern.traffic)) return false;
  return !pattern.peers || peerWithin(rule.peer, pattern.peers, prefixLists);
}

export function violationOfPattern(rule: Rule, pattern: TrafficPattern): string {
  if (pattern.undescribed) return `${ruleText(rule)} is what is forbidden: ${pattern.name}`;
  return `${ruleText(rule)} opens what is forbidden: ${pattern.name}`;
}

/** A message names so many of the allowed patterns, and counts the others. */
const PATTERNS_IN_REASON = 5;

export function violationOfAllowOnly(rule: Rule, patterns: readonly TrafficPattern[]): string {
  const named = patterns.slice(0, PATTERNS_IN_REASON).map(({ name }) => plainText(name, 100));
  const others = patterns.length - named.length;
  return `${ruleText(rule)} opens more than is allowed, which is only: ${named.join('; ')}${others > 0 ? `; and ${others} more` : ''}`;
}

/**
 * The limited broadcast address: a VPC carries no broadcast, and the CDK writes a rule for it where
 * a group shall let nothing out.
 */
const CARRIED_NOWHERE = '255.255.255.255/32';

function carriesNothing({ peer }: Rule): boolean {
  return peer.kind === 'ipv4' && peer.cidr === CARRIED_NOWHERE;
}

function concerns(rule: Rule, { direction, undescribed }: TrafficPattern): boolean {
  if (undescribed && rule.description) return false;
  return !direction || direction === rule.direction;
}

function opensPorts(rule: Rule, traffic: Traffic): boolean {
  if (traffic.kind === 'any') return true;
  if (rule.protocol === ALL_PROTOCOLS) return true;
  if (traffic.kind === 'allTraffic' || rule.protocol !== traffic.protocol) return false;
  const [opened, meant] = [openedPorts(rule), meantPorts(traffic)];
  return opened.fromPort <= meant.toPort && meant.fromPort <= opened.toPort;
}

function portsWithin(rule: Rule, traffic: readonly Traffic[]): boolean {
  if (traffic.some(({ kind }) => kind !== 'protocol')) return true;
  const meant = traffic.flatMap((one) =>
    one.kind === 'protocol' && one.protocol === rule.protocol ? [meantPorts(one)] : [],
  );
  return meant.length > 0 && rangesCover(meant, openedPorts(rule));
}

/** Every port and every ICMP type; protocols without either count as having one. */
const WHATEVER: PortRange = { fromPort: 0, toPort: 65535 };

function meantPorts({ fromPort, toPort }: Extract<Traffic, { kind: 'protocol' }>): PortRange {
  return fromPort === undefined ? WHATEVER : { fromPort, toPort: toPort ?? fromPort };
}

/**
 * The ports that a rule opens; of ICMP its type, since patterns mean types with all their codes.
 */
function openedPorts({ protocol, fromPort, toPort }: Rule): PortRange {
  if (hasPorts(protocol)) return { fromPort, toPort };
  if (isIcmp(protocol) && fromPort !== -1) return { fromPort, toPort: fromPort };
  return isIcmp(protocol) ? { fromPort: 0, toPort: 255 } : WHATEVER;
}

/** Whether the ranges leave no port of `range` out. */
function rangesCover(ranges: readonly PortRange[], { fromPort, toPort }: PortRange): boolean {
  let uncovered = fromPort;
  for (const range of [...ranges].sort((one, other) => one.fromPort - other.fromPort)) {
    if (range.fromPort <= uncovered) uncovered = Math.max(uncovered, range.toPort + 1);
  }
  return uncovered > toPort;
}

function reachesPeer(peer: Peer, pattern: PeerPattern, prefixLists: PrefixLists): boolean {
  switch (pattern.kind) {
    case 'internet':
      return isInternet(lookedIntoRanges(peer, prefixLists), limitsOf(pattern), pattern.excluding);
    case 'ipRange':
    case 'vpc':
      return lookedIntoRanges(peer, prefixLists).some((cidr) =>
        knownRanges(pattern).some((meant) => reachesRange(cidr, meant)),
      );
    case 'prefixList':
      return peer.kind === 'prefixList' && peer.prefixListId === pattern.prefixListId;
    case 'securityGroup':
      return peer.kind === 'securityGroup' && peer.groupId === pattern.groupId;
  }
}

/**
 * The lists of AWS hold the addresses of its services, however many: they are meant by their ids
 * only.
 */
function lookedIntoRanges(peer: Peer, prefixLists: PrefixLists): readonly string[] {
  if (peer.kind === 'securityGroup') return [];
  if (peer.kind !== 'prefixList') return [peer.cidr];
  const list = prefixLists.get(peer.prefixListId);
  return list && !list.isAwsManaged ? list.cidrs : [];
}

/** Doubt about a range forbids nothing by itself: what it means is not known. */
function knownRanges(pattern: PeerPattern): readonly string[] {
  if (pattern.kind === 'vpc') return pattern.ranges?.cidrs ?? [];
  return pattern.kind === 'ipRange' && pattern.doubt === undefined ? [pattern.cidr] : [];
}

function limitsOf({
  ipv4Prefix,
  ipv6Prefix,
}: Extract<PeerPattern, { kind: 'internet' }>): PrefixLimits {
  return {
    ipv4: ipv4Prefix ?? BROADEST_PRIVATE_PREFIX.ipv4,
    ipv6: ipv6Prefix ?? BROADEST_PRIVATE_PREFIX.ipv6,
  };
}

function peerWithin(
  peer: Peer,
  patterns: readonly PeerPattern[],
  prefixLists: PrefixLists,
): boolean {
  if (peer.kind === 'securityGroup') {
    return patterns.some(
      (pattern) => pattern.kind === 'securityGroup' && pattern.groupId === peer.groupId,
    );
  }
  if (peer.kind !== 'prefixList') return addressesWithin([peer.cidr], patterns);
  if (
    patterns.some(
      (pattern) => pattern.kind === 'prefixList' && pattern.prefixListId === peer.prefixListId,
    )
  ) {
    return true;
  }
  const list = prefixLists.get(peer.prefixListId);
  if (!list) return false;
  // No list of AWS is empty: without entries, it was not looked into.
  if (list.isAwsManaged && list.cidrs.length === 0 && !list.doubt) return false;
  return addressesWithin(list.cidrs, patterns);
}

function addressesWithin(cidrs: readonly string[], patterns: readonly PeerPattern[]): boolean {
  if (patterns.some(({ kind }) => kind === 'internet')) return true;
  const meant = patterns.flatMap(knownRanges);
  return cidrs.every(
    (cidr) => rangesHold(meant, cidr) || patterns.some((one) => mayHold(one, cidr)),
  );
}

/**
 * A VPC has up to 50 ranges, none of them broader than /16 (IPv4) or /44 (IPv6): doubt about it is
 * none about all the internet.
 */
const BROADEST_OF_VPC: PrefixLimits = { ipv4: 11, ipv6: 39 };

/** In doubt, a range is not taken for one that is not allowed. */
function mayHold(pattern: PeerPattern, cidr: string): boolean {
  if (pattern.kind === 'ipRange') return pattern.doubt !== undefined;
  if (pattern.kind !== 'vpc' || doubtOfVpc(pattern) === undefined) return false;
  return !isBroaderThan(cidr, BROADEST_OF_VPC);
}

const NOT_LOOKED_UP: VpcDoubt = { kind: 'not-read', reason: 'it was not looked up' };

export function doubtOfVpc({
  ranges,
}: Extract<PeerPattern, { kind: 'vpc' }>): VpcDoubt | undefined {
  return ranges ? ranges.doubt : NOT_LOOKED_UP;
}
