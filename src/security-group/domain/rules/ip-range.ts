import ipaddr from 'ipaddr.js';

export const IP_FAMILIES = ['ipv4', 'ipv6'] as const;

export type IpFamily = (typeof IP_FAMILIES)[number];

/** An IP range as EC2 keeps it: host bits masked, IPv6 written as RFC 5952 says. */
export interface IpRange {
  readonly family: IpFamily;
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
  return {
    family: 'ipv4',
    cidr: `${ipaddr.IPv4.networkAddressFromCIDR(text).toString()}/${prefix}`,
  };
}

function ipv6Range(text: string): IpRange {
  const prefix = ipaddr.IPv6.parseCIDR(text)[1];
  return {
    family: 'ipv6',
    cidr: `${ipaddr.IPv6.networkAddressFromCIDR(text).toRFC5952String()}/${prefix}`,
  };
}

/** Whether two canonical ranges have an address in common. */
export function rangesOverlap(one: string, other: string): boolean {
  const [a, b] = [sharedBits(one), sharedBits(other)];
  return a.startsWith(b) || b.startsWith(a);
}

/**
 * Whether every address of the range is in one of the others, all canonical: two halves hold the
 * whole.
 */
export function rangesHold(ranges: readonly string[], range: string): boolean {
  const bits = sharedBits(range);
  return broadestBlocks(ranges.map(sharedBits)).some((block) => bits.startsWith(block));
}

/** The prefix lengths below which a range with public addresses counts as the internet. */
export interface PrefixLimits {
  readonly ipv4: number;
  readonly ipv6: number;
}

/**
 * "The internet" is any range with public addresses that is broader than one organisation's own:
 * two /1 ranges open a port to everyone as surely as 0.0.0.0/0 does.
 */
export const BROADEST_PRIVATE_PREFIX: PrefixLimits = { ipv4: 16, ipv6: 32 };

/**
 * Whether one of the canonical ranges counts as the internet, or several that lie side by side do
 * together.
 */
export function isInternet(ranges: readonly string[], limits = BROADEST_PRIVATE_PREFIX): boolean {
  const publicBlocks = ranges
    .map(sharedBits)
    .filter((bits) => !NOT_PUBLIC.some((block) => bits.startsWith(block)));
  return broadestBlocks(publicBlocks).some(
    (bits) => prefixOf(bits) < (bits.startsWith(IPV4) ? limits.ipv4 : limits.ipv6),
  );
}

const IPV4 = '4';
const IPV6 = '6';

/**
 * The bits that all addresses of a range begin with, after a mark for the family: a range holds
 * another exactly if its bits begin the other's.
 */
function sharedBits(cidr: string): string {
  const [address, prefix] = ipaddr.parseCIDR(cidr);
  const bits = address
    .toByteArray()
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  return (address.kind() === 'ipv4' ? IPV4 : IPV6) + bits.slice(0, prefix);
}

function prefixOf(bits: string): number {
  return bits.length - 1;
}

/** Space that the internet does not route: IANA's special-purpose registries (RFC 6890). */
const NOT_PUBLIC = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
].map(sharedBits);

/**
 * The fewest blocks with the same addresses. In the order of their bits, a block comes before what
 * it holds, and halves come one after the other.
 */
function broadestBlocks(blocks: readonly string[]): string[] {
  const broadest: string[] = [];
  for (const block of [...blocks].sort()) {
    if (holds(broadest.at(-1), block)) continue;
    broadest.push(block);
    mergeHalves(broadest);
  }
  return broadest;
}

function holds(broader: string | undefined, block: string): boolean {
  return broader !== undefined && block.startsWith(broader);
}

function mergeHalves(blocks: string[]): void {
  for (let whole = wholeOf(blocks); whole !== undefined; whole = wholeOf(blocks)) {
    blocks.splice(-2, 2, whole);
  }
}

/** The block of which the last two are the halves. */
function wholeOf(blocks: readonly string[]): string | undefined {
  const whole = blocks.at(-1)!.slice(0, -1);
  return blocks.at(-2) === `${whole}0` && blocks.at(-1) === `${whole}1` ? whole : undefined;
}
