import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { checkedExcludedRanges } from './excluded-ranges';
import { isKnownLater } from '../../shared/constructs/known-later';
import type { PeerPattern } from '../domain/policies/traffic-pattern';
import {
  BROADEST_PRIVATE_PREFIX,
  NO_PUBLIC_ADDRESS,
  parseIpRange,
  type PrefixLimits,
} from '../domain/rules/ip-range';

/** Which part of the internet is not meant. */
export interface InternetProps {
  /**
   * Public ranges that are not meant, such as those of your content network, in CIDR notation as
   * EC2 writes it: "104.16.0.0/13", "2606:4700::/32". A rule is left out if all its addresses lie
   * in these ranges, an entry of a customer-managed prefix list likewise; the other entries are
   * still meant. Anyone who holds the ranges decides what comes from them.
   *
   * It is for `forbid`; `allowOnly` refuses it. Throws for an empty list, for what is no such
   * range, tokens included, for a private range, one broader than /8 (IPv4) or /16 (IPv6), for
   * ranges that hold all public addresses together, and if none of them is broad enough to be
   * meant.
   *
   * @default - none
   */
  readonly excluding?: string[];
}

/** How broad a public range has to be, for the families of IP that are named. */
export interface PublicRangeProps extends InternetProps {
  /**
   * IPv4 ranges with a shorter prefix than this are meant: with 24, a /23 is, a /24 is not. From 1
   * to 32.
   *
   * @default 16
   */
  readonly ipv4BroaderThan?: number;

  /**
   * IPv6 ranges with a shorter prefix than this are meant: with 48, a /47 is, a /48 is not. From 1
   * to 128.
   *
   * @default 32
   */
  readonly ipv6BroaderThan?: number;
}

/** The other side that a traffic pattern means: where traffic comes from, or goes to. */
export class TrafficPeer {
  /**
   * The internet: any IPv4 range broader than /16 and any IPv6 range broader than /32 that holds
   * public addresses.
   *
   * So 0.0.0.0/0 is meant, but two /1 ranges as well; 10.0.0.0/8 and 203.0.113.7/32 are not. Some
   * organizations hold broader ranges, content networks above all: those are meant until
   * `excluding` names them. IPv6 that NAT64 translates, such as 64:ff9b::/96, is the IPv4 that it
   * stands for. The entries of customer-managed prefix lists are looked into, and taken together.
   * The lists that AWS manages hold the addresses of its services and are not the internet: name
   * them with `prefixList()`. In `allowOnly`, the internet contains every IP range.
   *
   * @param props the part that is not meant. Throws if it cannot be.
   */
  public static internet(props: InternetProps = {}): TrafficPeer {
    return TrafficPeer.publicPeer('TrafficPeer.internet()', 'the internet', props);
  }

  /**
   * Like `internet()`, with your own measure of what is too broad: any range with public addresses
   * that is broader than this.
   *
   * It is meant for `forbid`; `allowOnly` refuses it.
   *
   * @param props the broadest prefixes that are not meant. Throws if none is given, if one is no
   * prefix length of its family, and if `excluding` cannot be meant.
   */
  public static publicRange(props: PublicRangeProps): TrafficPeer {
    const { ipv4BroaderThan, ipv6BroaderThan } = props;
    if (ipv4BroaderThan === undefined && ipv6BroaderThan === undefined) {
      throw new Error(
        'TrafficPeer.publicRange() got no prefix: write one, as in TrafficPeer.publicRange({ ipv4BroaderThan: 24 }), or TrafficPeer.internet().',
      );
    }
    checkPrefix('ipv4BroaderThan', 32, ipv4BroaderThan);
    checkPrefix('ipv6BroaderThan', 128, ipv6BroaderThan);
    const limits = {
      ipv4: ipv4BroaderThan ?? BROADEST_PRIVATE_PREFIX.ipv4,
      ipv6: ipv6BroaderThan ?? BROADEST_PRIVATE_PREFIX.ipv6,
    };
    return TrafficPeer.publicPeer(
      'TrafficPeer.publicRange()',
      `public ranges broader than /${limits.ipv4} (IPv4) or /${limits.ipv6} (IPv6)`,
      props,
      limits,
    );
  }

  /**
   * Any range with a public address, one of a single address included. What `excluding` names is
   * let in, and nothing else.
   *
   * It is meant for `forbid`; `allowOnly` refuses it. To forbid one address alone, write
   * `ipRange("203.0.113.7/32")`.
   *
   * @param props the part that is not meant. Throws if it cannot be.
   */
  public static anyPublicAddress(props: InternetProps = {}): TrafficPeer {
    return TrafficPeer.publicPeer(
      'TrafficPeer.anyPublicAddress()',
      'any public address',
      props,
      NO_PUBLIC_ADDRESS,
    );
  }

  /**
   * An IP range. `forbid` forbids every rule that has an address in common with it,
   * customer-managed prefix lists with such an entry included; `allowOnly` allows rules whose
   * addresses are all in it, or in it and other ranges of the same pattern.
   *
   * A token, such as `vpc.vpcCidrBlock` or the value of a parameter, is read at run time, as the
   * deployment wrote it. Where it turns out to be no range, each run of reconcile reports it, and
   * nothing is done by guess: `forbid` forbids nothing on its account, and `allowOnly` has no rule
   * with addresses revoked that its ports allow. The other peers and patterns go on.
   *
   * @param cidr an IPv4 or IPv6 range, such as 10.0.0.0/8 or 2001:db8::/32, or a token. Throws for
   * anything else.
   */
  public static ipRange(cidr: string): TrafficPeer {
    if (isKnownLater(cidr)) return new TrafficPeer(cidr, { kind: 'ipRange', cidr });
    const range = parseIpRange(cidr);
    if (!range) {
      throw new Error(
        `"${cidr}" is no IP range: write one in CIDR notation, such as "10.0.0.0/8" or "2001:db8::/32".`,
      );
    }
    return new TrafficPeer(range.cidr, { kind: 'ipRange', cidr: range.cidr });
  }

  /**
   * A managed prefix list, of your own or of AWS, by its id.
   *
   * @param prefixListId such as pl-63a5400a. Throws if it is malformed; a token is taken as it is.
   */
  public static prefixList(prefixListId: string): TrafficPeer {
    if (!isKnownLater(prefixListId) && !/^pl-[0-9a-f]{8,17}$/.test(prefixListId)) {
      throw new Error(`"${prefixListId}" is no prefix list id: write one such as "pl-63a5400a".`);
    }
    return new TrafficPeer(`prefix list ${prefixListId}`, { kind: 'prefixList', prefixListId });
  }

  /**
   * All ranges of a VPC, IPv4 and IPv6, those that it is given later included: they are looked up
   * whenever something is judged, and are a minute old at the most. It means addresses only: for
   * rules that refer to a security group of the VPC, write `securityGroup()`.
   *
   * While the VPC cannot be read, or is not there, `forbid` forbids nothing on its account, and
   * `allowOnly` has nothing revoked that might lie in it: what is broader than any VPC is revoked
   * all the same. Each run of reconcile reports it until it is mended.
   *
   * Not for a sentry with a `hub`, in whose other accounts the VPC means nothing: it throws at
   * synth.
   *
   * @param vpc in the sentry's account and Region, or shared with it there: any other throws at
   * synth. Throws if its id is malformed.
   */
  public static vpc(vpc: ec2.IVpc): TrafficPeer {
    const { vpcId } = vpc;
    if (!isKnownLater(vpcId) && !/^vpc-[0-9a-f]+$/.test(vpcId)) {
      throw new Error(
        `TrafficPeer.vpc(): "${vpcId}" is no VPC id: import the VPC by one such as "vpc-0123456789abcdef0".`,
      );
    }
    return new TrafficPeer(`VPC ${vpcId}`, { kind: 'vpc', vpcId }, vpc);
  }

  /** A security group that rules refer to. */
  public static securityGroup(group: ec2.ISecurityGroup): TrafficPeer {
    return new TrafficPeer(`group ${group.securityGroupId}`, {
      kind: 'securityGroup',
      groupId: group.securityGroupId,
    });
  }

  private static publicPeer(
    call: string,
    name: string,
    { excluding }: InternetProps,
    limits?: PrefixLimits,
  ): TrafficPeer {
    const excluded =
      excluding && checkedExcludedRanges(call, excluding, limits ?? BROADEST_PRIVATE_PREFIX);
    return new TrafficPeer(excluded ? `${name} without ${rangesText(excluded)}` : name, {
      kind: 'internet',
      ...(limits && { ipv4Prefix: limits.ipv4, ipv6Prefix: limits.ipv6 }),
      ...(excluded && { excluding: excluded }),
    });
  }

  private constructor(
    private readonly name: string,
    private readonly pattern: PeerPattern,
    private readonly vpc?: ec2.IVpc,
  ) {}

  /** @internal */
  public get _name(): string {
    return this.name;
  }

  /** @internal */
  public get _pattern(): PeerPattern {
    return this.pattern;
  }

  /** @internal */
  public get _vpc(): ec2.IVpc | undefined {
    return this.vpc;
  }
}

function rangesText(ranges: readonly string[]): string {
  return ranges.length === 1 ? ranges.join() : `${ranges.length} named ranges`;
}

function checkPrefix(name: string, longest: number, prefix?: number): void {
  if (prefix === undefined || (Number.isInteger(prefix) && prefix >= 1 && prefix <= longest)) {
    return;
  }
  throw new Error(
    `TrafficPeer.publicRange(): "${name}" is ${prefix}: write a prefix length from 1 to ${longest}.`,
  );
}
