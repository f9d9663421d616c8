import { Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import { parseIpRange } from '../../domain/security-group/ip-range';
import type { PeerPattern } from '../../domain/security-group/traffic-pattern';

/** The other side that a traffic pattern means: where traffic comes from, or goes to. */
export class TrafficPeer {
  /**
   * The internet: any IPv4 range broader than /16 and any IPv6 range broader than /32 that holds public addresses.
   *
   * So 0.0.0.0/0 is meant, but two /1 ranges as well; 10.0.0.0/8 and 203.0.113.7/32 are not. The entries of prefix
   * lists are not looked into.
   */
  public static internet(): TrafficPeer {
    return new TrafficPeer('the internet', { kind: 'internet' });
  }

  /**
   * Any range that has an address in common with this one.
   *
   * @param cidr an IPv4 or IPv6 range, such as 10.0.0.0/8 or 2001:db8::/32. Throws for anything else, tokens included.
   */
  public static ipRange(cidr: string): TrafficPeer {
    const range = Token.isUnresolved(cidr) ? undefined : parseIpRange(cidr);
    if (!range) {
      throw new Error(`"${cidr}" is no IP range that is known at synth: write one in CIDR notation, such as "10.0.0.0/8" or "2001:db8::/32".`);
    }
    return new TrafficPeer(range.cidr, { kind: 'ipRange', cidr: range.cidr });
  }

  /**
   * A managed prefix list, by its id.
   *
   * @param prefixListId such as pl-63a5400a. Throws if it is malformed; a token is taken as it is.
   */
  public static prefixList(prefixListId: string): TrafficPeer {
    if (!Token.isUnresolved(prefixListId) && !/^pl-[0-9a-f]{8,17}$/.test(prefixListId)) {
      throw new Error(`"${prefixListId}" is no prefix list id: write one such as "pl-63a5400a".`);
    }
    return new TrafficPeer(`prefix list ${prefixListId}`, { kind: 'prefixList', prefixListId });
  }

  /** A security group that rules refer to. */
  public static securityGroup(group: ec2.ISecurityGroup): TrafficPeer {
    return new TrafficPeer(`group ${group.securityGroupId}`, { kind: 'securityGroup', groupId: group.securityGroupId });
  }

  /** @internal */
  public readonly _name: string;
  /** @internal */
  public readonly _pattern: PeerPattern;

  private constructor(name: string, pattern: PeerPattern) {
    this._name = name;
    this._pattern = pattern;
  }
}
