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

/**
 * Whether a rule for the canonical range lets through any address of the other one. Through NAT64,
 * some IPv6 addresses stand for IPv4 ones; of a range as broad as the IPv6 internet, they are not
 * what it is for.
 */
export function reachesRange(range: string, meant: string): boolean {
  const [bits, meantBits] = [sharedBits(range), sharedBits(meant)];
  const reached =
    prefixOf(bits) < BROADEST_PRIVATE_PREFIX.ipv6 ? [bits] : [bits, ...behindNat64(bits)];
  return reached.some((block) => block.startsWith(meantBits) || meantBits.startsWith(block));
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
 * "The internet" is any range with public addresses that is broader than a measure: two /1 ranges
 * open a port to everyone as surely as 0.0.0.0/0 does. Some organizations hold broader ones; those
 * have to be named.
 */
export const BROADEST_PRIVATE_PREFIX: PrefixLimits = { ipv4: 16, ipv6: 32 };

/** With these, every public range is too broad, one of a single address included. */
export const NO_PUBLIC_ADDRESS: PrefixLimits = { ipv4: 33, ipv6: 129 };

/**
 * Whether one of the canonical ranges counts as the internet, or several that lie side by side do
 * together. What lies wholly within the excluded ranges does not.
 */
export function isInternet(
  ranges: readonly string[],
  limits = BROADEST_PRIVATE_PREFIX,
  excluding: readonly string[] = [],
): boolean {
  const excluded = broadestBlocks(excluding.flatMap(reachedBlocks));
  const publicBlocks = ranges
    .flatMap(reachedBlocks)
    .filter((bits) => ![...NOT_PUBLIC, ...excluded].some((block) => bits.startsWith(block)));
  return broadestBlocks(publicBlocks).some((bits) => isBroader(bits, limits));
}

/** Whether the canonical range has no address that the internet routes. */
export function isNotPublic(range: string): boolean {
  return reachedBlocks(range).every((bits) => NOT_PUBLIC.some((block) => bits.startsWith(block)));
}

/** Whether the canonical ranges hold every address of a family that the internet routes. */
export function holdAllPublic(ranges: readonly string[]): boolean {
  const held = broadestBlocks([...ranges.flatMap(reachedBlocks), ...NOT_PUBLIC]);
  return held.includes(IPV4) || held.includes(IPV6);
}

/** Whether the canonical range is broader than that, by what it reaches. */
export function isBroaderThan(range: string, limits: PrefixLimits): boolean {
  return reachedBlocks(range).some((bits) => isBroader(bits, limits));
}

const IPV4 = '4';
const IPV6 = '6';

/**
 * The bits that all addresses of a range begin with, after a mark for the family: a range holds
 * another exactly if its bits begin the other's.
 */
function sharedBits(cidr: string): string {
  // Left to itself, the parser tries IPv6 first, and throws and catches an error for each IPv4.
  const family = cidr.includes(':') ? ipaddr.IPv6 : ipaddr.IPv4;
  const [address, prefix] = family.parseCIDR(cidr);
  const bits = address
    .toByteArray()
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  return (address.kind() === 'ipv4' ? IPV4 : IPV6) + bits.slice(0, prefix);
}

/**
 * The blocks that traffic of a range can reach: what NAT64 translates is the IPv4 that it stands
 * for.
 */
function reachedBlocks(cidr: string): string[] {
  const bits = sharedBits(cidr);
  const behind = behindNat64(bits);
  const isTranslatedOnly = NAT64_PREFIXES.some(({ within }) => bits.startsWith(within));
  return isTranslatedOnly ? behind : [bits, ...behind];
}

/** IPv4 behind NAT64 that the block holds, or lies in. */
function behindNat64(bits: string): string[] {
  return NAT64_PREFIXES.flatMap(({ within, length }) => {
    if (within.startsWith(bits)) return [IPV4];
    return bits.startsWith(within) ? [IPV4 + bits.slice(length)] : [];
  });
}

function isBroader(bits: string, limits: PrefixLimits): boolean {
  return prefixOf(bits) < (bits.startsWith(IPV4) ? limits.ipv4 : limits.ipv6);
}

function prefixOf(bits: string): number {
  return bits.length - 1;
}

/**
 * IPv6 that stands for all of IPv4: the prefix of RFC 6052, and the space in which RFC 8215 lets
 * networks have others. The IPv4 address comes after 96 bits.
 */
const NAT64_PREFIXES = ['64:ff9b::/96', '64:ff9b:1::/48'].map((cidr) => ({
  within: sharedBits(cidr),
  length: IPV6.length + 96,
}));

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
  '::/127',
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
