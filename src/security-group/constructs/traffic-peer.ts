import { Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { isLookupPlaceholder } from './lookup-placeholders';
import type { PeerPattern } from '../domain/policies/traffic-pattern';
import { BROADEST_PRIVATE_PREFIX, parseIpRange } from '../domain/rules/ip-range';

/** How broad a public range has to be, for the families of IP that are named. */
export interface PublicRangeProps {
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
   * So 0.0.0.0/0 is meant, but two /1 ranges as well; 10.0.0.0/8 and 203.0.113.7/32 are not. The
   * entries of customer-managed prefix lists are looked into, and taken together. The lists that
   * AWS manages hold the addresses of its services and are not the internet: name them with
   * `prefixList()`. In `allowOnly`, the internet contains every IP range.
   */
  public static internet(): TrafficPeer {
    return new TrafficPeer('the internet', { kind: 'internet' });
  }

  /**
   * Like `internet()`, with your own measure of what is too broad: any range with public addresses
   * that is broader than this.
   *
   * It is meant for `forbid`; `allowOnly` refuses it.
   *
   * @param props the broadest prefixes that are not meant. Throws if none is given, or if one is no
   * prefix length of its family.
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
    return new TrafficPeer(
      `public ranges broader than /${limits.ipv4} (IPv4) or /${limits.ipv6} (IPv6)`,
      {
        kind: 'internet',
        ipv4Prefix: limits.ipv4,
        ipv6Prefix: limits.ipv6,
      },
    );
  }

  /**
   * An IP range. `forbid` forbids every rule that has an address in common with it,
   * customer-managed prefix lists with such an entry included; `allowOnly` allows rules whose
   * addresses are all in it, or in it and other ranges of the same pattern.
   *
   * @param cidr an IPv4 or IPv6 range, such as 10.0.0.0/8 or 2001:db8::/32. Throws for anything
   * else, tokens included.
   */
  public static ipRange(cidr: string): TrafficPeer {
    const range = Token.isUnresolved(cidr) ? undefined : parseIpRange(cidr);
    if (!range) {
      throw new Error(
        `"${cidr}" is no IP range that is known at synth: write one in CIDR notation, such as "10.0.0.0/8" or "2001:db8::/32".`,
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
    if (
      !Token.isUnresolved(prefixListId) &&
      !isLookupPlaceholder(prefixListId) &&
      !/^pl-[0-9a-f]{8,17}$/.test(prefixListId)
    ) {
      throw new Error(`"${prefixListId}" is no prefix list id: write one such as "pl-63a5400a".`);
    }
    return new TrafficPeer(`prefix list ${prefixListId}`, { kind: 'prefixList', prefixListId });
  }

  /** A security group that rules refer to. */
  public static securityGroup(group: ec2.ISecurityGroup): TrafficPeer {
    return new TrafficPeer(`group ${group.securityGroupId}`, {
      kind: 'securityGroup',
      groupId: group.securityGroupId,
    });
  }

  private constructor(
    private readonly name: string,
    private readonly pattern: PeerPattern,
  ) {}

  /** @internal */
  public get _name(): string {
    return this.name;
  }

  /** @internal */
  public get _pattern(): PeerPattern {
    return this.pattern;
  }
}

function checkPrefix(name: string, longest: number, prefix?: number): void {
  if (prefix === undefined || (Number.isInteger(prefix) && prefix >= 1 && prefix <= longest)) {
    return;
  }
  throw new Error(
    `TrafficPeer.publicRange(): "${name}" is ${prefix}: write a prefix length from 1 to ${longest}.`,
  );
}
