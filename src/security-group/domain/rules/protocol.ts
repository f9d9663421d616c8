/** EC2 calls this "all traffic": every protocol and port. */
export const ALL_PROTOCOLS = '-1';

const NAME_OF_NUMBER: Readonly<Record<string, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  58: 'icmpv6',
};

/**
 * EC2 keeps four protocols by name and all others by number; callers may send either, in any case.
 */
export function canonicalProtocol(protocol: string): string {
  const text = protocol.trim().toLowerCase();
  if (text === 'all') return ALL_PROTOCOLS;
  return NAME_OF_NUMBER[text] ?? text;
}

export interface PortRange {
  readonly fromPort: number;
  readonly toPort: number;
}

/** -1 stands for "all" wherever ports mean nothing, and for all types or codes of ICMP. */
const NO_PORTS: PortRange = { fromPort: -1, toPort: -1 };
const ALL_PORTS: PortRange = { fromPort: 0, toPort: 65535 };

/**
 * The ports as EC2 keeps them: callers send none, 0-0 or 0-65535 with protocol -1. `protocol` is
 * canonical.
 */
export function canonicalPorts(
  protocol: string,
  fromPort: number | undefined,
  toPort: number | undefined,
): PortRange {
  if (hasPorts(protocol)) {
    const from = fromPort ?? toPort ?? -1;
    return from === -1 ? ALL_PORTS : { fromPort: from, toPort: toPort ?? from };
  }
  if (isIcmp(protocol)) return { fromPort: fromPort ?? -1, toPort: toPort ?? -1 };
  return NO_PORTS;
}

export function hasPorts(protocol: string): boolean {
  return protocol === 'tcp' || protocol === 'udp';
}

export function isIcmp(protocol: string): boolean {
  return protocol === 'icmp' || protocol === 'icmpv6';
}
