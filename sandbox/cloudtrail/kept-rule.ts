import { IPv4, IPv6 } from 'ipaddr.js';

/** One security group rule that a group holds. */
export interface KeptRule {
  readonly id: string;
  readonly groupId: string;
  readonly isEgress: boolean;
  readonly protocol: string;
  readonly fromPort?: number;
  readonly toPort?: number;
  readonly description?: string;
  readonly cidrIpv4?: string;
  readonly cidrIpv6?: string;
  readonly prefixListId?: string;
  readonly referencedGroup?: { readonly groupId: string; readonly userId?: string };
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

const PROTOCOL_NAMES: Readonly<Record<string, string>> = {
  6: 'tcp',
  17: 'udp',
  1: 'icmp',
  58: 'icmpv6',
  all: '-1',
};
const PROTOCOLS_WITH_PORTS = new Set(['tcp', 'udp', 'icmp', 'icmpv6']);

export function keptProtocol(sent: string): string {
  const name = sent.toLowerCase();
  return PROTOCOL_NAMES[name] ?? name;
}

/** EC2 keeps no ports for protocols that have none: -1 and -1, whatever was sent. */
export function keptPorts(
  protocol: string,
  from: number | undefined,
  to: number | undefined,
): { fromPort: number; toPort: number } {
  if (!PROTOCOLS_WITH_PORTS.has(keptProtocol(protocol))) return { fromPort: -1, toPort: -1 };
  return { fromPort: from ?? -1, toPort: to ?? -1 };
}

// ipaddr.js also reads octal, hexadecimal and shortened addresses and zone ids, as EC2 does not.
const PLAIN_IPV4_RANGE = /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}\/(0|[1-9]\d?)$/;
const PLAIN_IPV6_RANGE = /^[0-9a-f:.]+\/(0|[1-9]\d{0,2})$/i;

/** The range without host bits, IPv6 in RFC 5952; what is no range stays as it is. */
export function keptRange(sent: string): string {
  if (PLAIN_IPV4_RANGE.test(sent) && IPv4.isValidCIDR(sent)) {
    return `${IPv4.networkAddressFromCIDR(sent).toString()}/${IPv4.parseCIDR(sent)[1]}`;
  }
  if (PLAIN_IPV6_RANGE.test(sent) && IPv6.isValidCIDR(sent)) {
    return `${IPv6.networkAddressFromCIDR(sent).toRFC5952String()}/${IPv6.parseCIDR(sent)[1]}`;
  }
  return sent;
}
