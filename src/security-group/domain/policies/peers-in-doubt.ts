import type { Baseline, Policy } from './policy';
import { doubtOfVpc, type PeerPattern, type TrafficPattern } from './traffic-pattern';
import { plainText } from '../../../shared/domain/notification/plain-text';
import { parseIpRange } from '../rules/ip-range';

/** A peer of a policy of which no one knows in full what it means. */
export interface PeerInDoubt {
  /** In words, such as "VPC vpc-0123456789abcdef0". */
  readonly peer: string;
  readonly reason: string;
  /** Whether a later try may tell; otherwise a deployment has to. */
  readonly mayBeReadLater: boolean;
}

/** The policy with the ranges that a deployment wrote in canonical form, or in doubt. */
export function withReadRanges<Judging extends Pick<Policy, 'baseline'>>(policy: Judging): Judging {
  return withPeers(policy, readRange);
}

function readRange(peer: PeerPattern): PeerPattern[] {
  if (peer.kind !== 'ipRange') return [peer];
  const range = parseIpRange(peer.cidr);
  return range
    ? [{ kind: 'ipRange', cidr: range.cidr }]
    : [{ ...peer, doubt: 'it is no range of addresses in CIDR notation' }];
}

export function vpcIdsIn(policies: readonly Policy[]): string[] {
  const ids = policies
    .flatMap(peersOf)
    .flatMap((peer) => (peer.kind === 'vpc' ? [peer.vpcId] : []));
  return [...new Set(ids)];
}

export function peersInDoubt(policies: readonly Policy[]): PeerInDoubt[] {
  const found = policies.flatMap(peersOf).flatMap((peer) => doubtAbout(peer) ?? []);
  return [...new Map(found.map((one) => [one.peer, one])).values()];
}

function doubtAbout(peer: PeerPattern): PeerInDoubt | undefined {
  if (peer.kind === 'ipRange' && peer.doubt !== undefined) {
    const text = `the range "${plainText(peer.cidr, LONGEST_RANGE)}"`;
    return { peer: text, reason: peer.doubt, mayBeReadLater: false };
  }
  const doubt = peer.kind === 'vpc' ? doubtOfVpc(peer) : undefined;
  if (peer.kind !== 'vpc' || !doubt) return undefined;
  const { kind, reason } = doubt;
  return { peer: `VPC ${peer.vpcId}`, reason, mayBeReadLater: kind === 'not-read' };
}

/** It may be any text. */
const LONGEST_RANGE = 60;

/** The policy as if its peers in doubt were what is worst for a rule. */
export function atWorst(policy: Policy): Policy {
  return withPeers(policy, (peer) => {
    if (!doubtAbout(peer)) return [peer];
    return policy.baseline.kind === 'forbid' ? EVERYWHERE : knownPart(peer);
  });
}

const EVERYWHERE: PeerPattern[] = ['0.0.0.0/0', '::/0'].map((cidr) => ({ kind: 'ipRange', cidr }));

function knownPart(peer: PeerPattern): PeerPattern[] {
  if (peer.kind !== 'vpc') return [];
  return [{ ...peer, ranges: { cidrs: peer.ranges?.cidrs ?? [] } }];
}

function peersOf({ baseline }: Policy): readonly PeerPattern[] {
  return patternsOf(baseline).flatMap(({ peers = [] }) => peers);
}

function patternsOf(baseline: Baseline): readonly TrafficPattern[] {
  return baseline.kind === 'locked' ? [] : baseline.patterns;
}

export function withPeers<Judging extends Pick<Policy, 'baseline'>>(
  policy: Judging,
  changed: (peer: PeerPattern) => readonly PeerPattern[],
): Judging {
  const { baseline } = policy;
  if (baseline.kind === 'locked') return policy;
  const patterns = baseline.patterns.map((pattern) =>
    pattern.peers ? { ...pattern, peers: pattern.peers.flatMap(changed) } : pattern,
  );
  return { ...policy, baseline: { ...baseline, patterns } };
}
