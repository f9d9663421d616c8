import ipaddr from 'ipaddr.js';

/** An IP range as EC2 keeps it: host bits masked, IPv6 written as RFC 5952 says. */
export interface IpRange {
  readonly family: 'ipv4' | 'ipv6';
  readonly cidr: string;
}

/** ipaddr.js reads `010.1.2.3`, `1.2` and hexadecimal as addresses; EC2 does not. */
const DECIMAL_IPV4 = /^(0|[1-9]\d{0,2})(\.(0|[1-9]\d{0,2})){3}\/\d{1,2}$/;
const IPV6_WITHOUT_ZONE = /^[0-9a-f:.]*:[0-9a-f:.]*\/\d{1,3}$/i;

export function parseIpRange(text: string): IpRange | undefined {
  try {
    if (DECIMAL_IPV4.test(text)) return ipv4Range(text);
    if (IPV6_WITHOUT_ZONE.test(text)) return ipv6Range(text);
    return undefined;
  } catch {
    return undefined;
  }
}

function ipv4Range(text: string): IpRange {
  const prefix = ipaddr.IPv4.parseCIDR(text)[1];
  return { family: 'ipv4', cidr: `${ipaddr.IPv4.networkAddressFromCIDR(text).toString()}/${prefix}` };
}

function ipv6Range(text: string): IpRange {
  const prefix = ipaddr.IPv6.parseCIDR(text)[1];
  return { family: 'ipv6', cidr: `${ipaddr.IPv6.networkAddressFromCIDR(text).toRFC5952String()}/${prefix}` };
}

/** Whether two canonical ranges have an address in common. */
export function rangesOverlap(one: string, other: string): boolean {
  const [a, aPrefix] = ipaddr.parseCIDR(one);
  const [b, bPrefix] = ipaddr.parseCIDR(other);
  if (a.kind() !== b.kind()) return false;
  return sharePrefix(a, b, Math.min(aPrefix, bPrefix));
}

/**
 * "The internet" is any range with public addresses that is broader than one organisation's own: two /1 ranges open a
 * port to everybody as surely as 0.0.0.0/0 does.
 */
export const BROADEST_PRIVATE_PREFIX = { ipv4: 16, ipv6: 32 };

/** Whether a canonical range counts as the internet. */
export function isInternet(cidr: string): boolean {
  const [address, prefix] = ipaddr.parseCIDR(cidr);
  if (prefix >= BROADEST_PRIVATE_PREFIX[address.kind()]) return false;
  return !NOT_PUBLIC[address.kind()].some(([block, length]) => length <= prefix && sharePrefix(address, block, length));
}

/** Space that the internet does not route: IANA's special-purpose registries (RFC 6890). */
const NOT_PUBLIC = {
  ipv4: ['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.168.0.0/16',
    '198.18.0.0/15', '224.0.0.0/3'].map(parseBlock),
  ipv6: ['fc00::/7', 'fe80::/10', 'ff00::/8'].map(parseBlock),
};

function parseBlock(cidr: string) {
  return ipaddr.parseCIDR(cidr);
}

type Address = ipaddr.IPv4 | ipaddr.IPv6;

function sharePrefix(one: Address, other: Address, length: number): boolean {
  const a = one.toByteArray();
  const b = other.toByteArray();
  const whole = Math.floor(length / 8);
  if (a.slice(0, whole).some((byte, index) => byte !== b[index])) return false;
  const rest = length % 8;
  const unit = 2 ** (8 - rest);
  return rest === 0 || Math.floor(a[whole]! / unit) === Math.floor(b[whole]! / unit);
}
