import { vpcIdsIn, withPeers } from './peers-in-doubt';
import type { Policy } from './policy';
import type { SentryConfiguration } from './sentry-configuration';
import type { PeerPattern, VpcRanges } from './traffic-pattern';

/** EC2's VPCs, as policies need them. */
export interface Vpcs {
  /** Does not throw: a VPC that cannot be read is in doubt. One that is not shown is missing. */
  rangesOf(ids: readonly string[]): Promise<ReadonlyMap<string, VpcRanges>>;
}

const NOT_THERE: VpcRanges = {
  cidrs: [],
  doubt: { kind: 'not-there', reason: 'EC2 does not show it in this account and Region' },
};

/**
 * The configuration with the ranges that VPCs have now. Digests stay those of what was deployed: a
 * range that is added to a VPC is no new policy.
 */
export async function withVpcRanges<Configuration extends SentryConfiguration>(
  configuration: Configuration,
  vpcs: Vpcs,
): Promise<Configuration> {
  const ids = vpcIdsIn(configuration.policies);
  if (ids.length === 0) return configuration;
  const known = await vpcs.rangesOf(ids);
  const resolved = (peer: PeerPattern): PeerPattern[] =>
    peer.kind === 'vpc' ? [{ ...peer, ranges: known.get(peer.vpcId) ?? NOT_THERE }] : [peer];
  return {
    ...configuration,
    policies: configuration.policies.map((policy) => withPeers(policy, resolved)),
  };
}

/** As it was deployed. */
export function withoutVpcRanges(policy: Policy): Policy {
  return withPeers(policy, (peer) =>
    peer.kind === 'vpc' ? [{ kind: peer.kind, vpcId: peer.vpcId }] : [peer],
  );
}
