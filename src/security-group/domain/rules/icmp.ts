/**
 * Types of ICMP by their names, those that IANA has not deprecated.
 *
 * @see https://www.iana.org/assignments/icmp-parameters
 */
const ICMP_TYPES: Readonly<Record<number, string>> = {
  0: 'echo reply',
  3: 'destination unreachable',
  5: 'redirect',
  8: 'echo request',
  9: 'router advertisement',
  10: 'router solicitation',
  11: 'time exceeded',
  12: 'parameter problem',
  13: 'timestamp',
  14: 'timestamp reply',
  40: 'Photuris',
  42: 'extended echo request',
  43: 'extended echo reply',
};

/**
 * Types of ICMP for IPv6.
 *
 * @see https://www.iana.org/assignments/icmpv6-parameters
 */
const ICMPV6_TYPES: Readonly<Record<number, string>> = {
  1: 'destination unreachable',
  2: 'packet too big',
  3: 'time exceeded',
  4: 'parameter problem',
  128: 'echo request',
  129: 'echo reply',
  130: 'multicast listener query',
  131: 'multicast listener report',
  132: 'multicast listener done',
  133: 'router solicitation',
  134: 'router advertisement',
  135: 'neighbor solicitation',
  136: 'neighbor advertisement',
  137: 'redirect',
  138: 'router renumbering',
  139: 'node information query',
  140: 'node information response',
  141: 'inverse neighbor discovery solicitation',
  142: 'inverse neighbor discovery advertisement',
  143: 'multicast listener report, version 2',
  144: 'home agent address discovery request',
  145: 'home agent address discovery reply',
  146: 'mobile prefix solicitation',
  147: 'mobile prefix advertisement',
  148: 'certification path solicitation',
  149: 'certification path advertisement',
  151: 'multicast router advertisement',
  152: 'multicast router solicitation',
  153: 'multicast router termination',
  160: 'extended echo request',
  161: 'extended echo reply',
};

/** The protocol is `icmp` or `icmpv6`; the type has a name with IANA, or goes by its number. */
export function icmpTypeText(protocol: string, type: number): string {
  const names = protocol === 'icmpv6' ? ICMPV6_TYPES : ICMP_TYPES;
  return `${protocol} ${names[type] ?? `type ${type}`}`;
}
