import fc from 'fast-check';
import {
  opensTraffic,
  staysWithin,
  type Traffic,
  type TrafficPattern,
} from '../../../../src/security-group/domain/policies/traffic-pattern';
import { isInternet } from '../../../../src/security-group/domain/rules/ip-range';
import type { PrefixLists } from '../../../../src/security-group/domain/rules/prefix-list';
import type { Rule } from '../../../../src/security-group/domain/rules/rule';

type Family = 'ipv4' | 'ipv6';

/** An IP range as its first and last address. */
interface Block {
  readonly family: Family;
  readonly prefix: number;
  readonly first: bigint;
  readonly last: bigint;
}

/** `port` is the type of ICMP; protocols with neither have packets of port 0 only. */
interface Packet {
  readonly direction: 'ingress' | 'egress';
  readonly protocol: string;
  readonly port: number;
  readonly family: Family;
  readonly address: bigint;
}

const BITS: Record<Family, number> = { ipv4: 32, ipv6: 128 };

/**
 * Lengths of the prefixes at which the blocks below lie in, beside and across each other, and what
 * their addresses begin with.
 */
const PREFIXES: Record<Family, readonly number[]> = {
  ipv4: [0, 1, 7, 8, 9, 31, 32],
  ipv6: [0, 1, 15, 16, 17, 127, 128],
};
const BEGINNINGS: Record<Family, readonly bigint[]> = {
  ipv4: [0x0an, 0x0bn, 0x34n, 0x80n, 0xffn].map((byte) => byte * 2n ** 24n),
  ipv6: [0x2000n, 0x2001n, 0xfc00n].map((bits) => bits * 2n ** 112n),
};
const ENDS: Record<Family, readonly bigint[]> = {
  ipv4: [0n, 1n, 2n ** 22n, 2n ** 23n, 2n ** 24n - 1n],
  ipv6: [0n, 1n, 2n ** 110n, 2n ** 111n, 2n ** 112n - 1n],
};

const blocks: fc.Arbitrary<Block> = fc
  .constantFrom<Family>('ipv4', 'ipv6')
  .chain((family) =>
    fc
      .tuple(
        fc.constantFrom(...BEGINNINGS[family]),
        fc.constantFrom(...ENDS[family]),
        fc.constantFrom(...PREFIXES[family]),
      )
      .map(([beginning, end, prefix]) => blockOf(family, beginning + end, prefix)),
  );

function blockOf(family: Family, address: bigint, prefix: number): Block {
  const size = 2n ** BigInt(BITS[family] - prefix);
  const first = address - (address % size);
  return { family, prefix, first, last: first + size - 1n };
}

function cidrOf({ family, first, prefix }: Block): string {
  if (family === 'ipv4') return `${digitsOf(first, 256n, 4).join('.')}/${prefix}`;
  return `${digitsOf(first, 65536n, 8)
    .map((group) => group.toString(16))
    .join(':')}/${prefix}`;
}

function digitsOf(address: bigint, base: bigint, count: number): bigint[] {
  return Array.from(
    { length: count },
    (_, index) => (address / base ** BigInt(count - 1 - index)) % base,
  );
}

const PORTED = ['tcp', 'udp'];
const ICMP = ['icmp', 'icmpv6'];

const ports = fc
  .tuple(fc.constantFrom(0, 1, 22, 23, 443, 65535), fc.constantFrom(0, 1, 22, 24, 443, 65535))
  .map(([a, b]) => ({ fromPort: Math.min(a, b), toPort: Math.max(a, b) }));
const icmpType = fc.constantFrom(0, 8, 9, 255);

const someTraffic: fc.Arbitrary<Traffic> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...PORTED), fc.option(ports, { nil: {} }))
      .map(([protocol, range]): Traffic => ({ kind: 'protocol', protocol, ...range })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...ICMP), icmpType, icmpType, fc.boolean())
      .map(([protocol, a, b, hasTypes]): Traffic => ({
        kind: 'protocol',
        protocol,
        ...(hasTypes && { fromPort: Math.min(a, b), toPort: Math.max(a, b) }),
      })),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Traffic>({ kind: 'protocol', protocol: '50' }, { kind: 'any' }),
  },
);

const traffics: fc.Arbitrary<Pick<Rule, 'protocol' | 'fromPort' | 'toPort'>> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.constantFrom(...PORTED), ports)
      .map(([protocol, range]) => ({ protocol, ...range })),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(...ICMP), fc.oneof(icmpType, fc.constant(-1)))
      .map(([protocol, type]) => ({ protocol, fromPort: type, toPort: -1 })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('-1', '50', '51')
      .map((protocol) => ({ protocol, fromPort: -1, toPort: -1 })),
  },
);

const directions = fc.constantFrom('ingress' as const, 'egress' as const);

/** A rule for one block, or for a prefix list of several. */
const openings = fc
  .record({
    direction: directions,
    traffic: traffics,
    blocks: fc.array(blocks, { minLength: 1, maxLength: 4 }),
  })
  .filter(({ blocks: [block] }) => cidrOf(block!) !== '255.255.255.255/32');

type Opening = typeof openings extends fc.Arbitrary<infer Value> ? Value : never;

const meanings = fc.record({
  direction: fc.option(directions, { nil: undefined }),
  traffic: fc.option(fc.array(someTraffic, { minLength: 1, maxLength: 4 }), { nil: undefined }),
  blocks: fc.option(fc.array(blocks, { minLength: 1, maxLength: 4 }), { nil: undefined }),
});

type Meaning = typeof meanings extends fc.Arbitrary<infer Value> ? Value : never;

/** The pattern is now and then made from the rule, so that what is random meets itself. */
const pairs = fc
  .tuple(openings, meanings, fc.boolean(), fc.boolean())
  .map(([opening, meaning, samePeer, sameTraffic]): [Opening, Meaning] => {
    const { protocol, fromPort, toPort } = opening.traffic;
    const halves = opening.blocks.flatMap(halvesOf);
    const own: Traffic = PORTED.includes(protocol)
      ? { kind: 'protocol', protocol, fromPort, toPort }
      : { kind: 'protocol', protocol };
    return [
      opening,
      {
        ...meaning,
        ...(samePeer &&
          meaning.blocks && {
            blocks: [...halves.slice(0, meaning.blocks.length), ...meaning.blocks.slice(1)],
          }),
        ...(sameTraffic &&
          protocol !== '-1' &&
          meaning.traffic && { traffic: [...narrowed(own), ...meaning.traffic.slice(1)] }),
      },
    ];
  });

function halvesOf({ family, first, last, prefix }: Block): Block[] {
  return prefix === BITS[family]
    ? [blockOf(family, first, prefix)]
    : [blockOf(family, first, prefix + 1), blockOf(family, last, prefix + 1)];
}

/** The same ports in two pieces. */
function narrowed(traffic: Traffic): Traffic[] {
  if (
    traffic.kind !== 'protocol' ||
    traffic.fromPort === undefined ||
    traffic.fromPort === traffic.toPort
  ) {
    return [traffic];
  }
  return [
    { ...traffic, toPort: traffic.fromPort },
    { ...traffic, fromPort: traffic.fromPort + 1 },
  ];
}

const LIST = 'pl-1';

function ruleOf({ direction, traffic, blocks: [block, ...others] }: Opening): Rule {
  if (others.length > 0) {
    return { direction, ...traffic, peer: { kind: 'prefixList', prefixListId: LIST } };
  }
  return { direction, ...traffic, peer: { kind: block!.family, cidr: cidrOf(block!) } };
}

function listsOf(opening: Opening): PrefixLists {
  return new Map([[LIST, { id: LIST, isAwsManaged: false, cidrs: opening.blocks.map(cidrOf) }]]);
}

function patternOf({ direction, traffic, blocks: meant }: Meaning): TrafficPattern {
  return {
    name: 'random',
    direction,
    traffic,
    peers: meant?.map((block) => ({ kind: 'ipRange', cidr: cidrOf(block) })),
  };
}

/** Says by a plain reading of EC2's rules whether one packet passes. */
function lets({ direction, traffic, blocks: opened }: Opening, packet: Packet): boolean {
  if (direction !== packet.direction || !opened.some((block) => isIn(packet, block))) return false;
  if (traffic.protocol === '-1') return true;
  if (traffic.protocol !== packet.protocol) return false;
  if (PORTED.includes(packet.protocol)) {
    return traffic.fromPort <= packet.port && packet.port <= traffic.toPort;
  }
  return (
    !ICMP.includes(packet.protocol) || traffic.fromPort === -1 || traffic.fromPort === packet.port
  );
}

function means({ direction, traffic, blocks: meant }: Meaning, packet: Packet): boolean {
  if (direction !== undefined && direction !== packet.direction) return false;
  if (meant && !meant.some((block) => isIn(packet, block))) return false;
  return !traffic || traffic.some((one) => one.kind !== 'protocol' || isOf(packet, one));
}

function isOf(
  packet: Packet,
  { protocol, fromPort, toPort }: Extract<Traffic, { kind: 'protocol' }>,
): boolean {
  return (
    protocol === packet.protocol &&
    (fromPort === undefined || (fromPort <= packet.port && packet.port <= toPort!))
  );
}

function isIn({ family, address }: Packet, block: Block): boolean {
  return family === block.family && block.first <= address && address <= block.last;
}

/**
 * If the rule and the pattern differ at all, they differ at the edge of one of their ranges, or one
 * beyond it.
 */
function boundaryPackets(opening: Opening, meaning: Meaning): Packet[] {
  const edges = [
    opening.traffic,
    ...(meaning.traffic ?? []).filter(({ kind }) => kind === 'protocol'),
  ].flatMap((range) =>
    'fromPort' in range && range.fromPort !== undefined
      ? [range.fromPort, range.toPort ?? range.fromPort]
      : [],
  );
  const addresses = [...opening.blocks, ...(meaning.blocks ?? [])].flatMap(
    ({ family, first, last }) =>
      [first - 1n, first, last, last + 1n]
        .filter((address) => address >= 0n && address < 2n ** BigInt(BITS[family]))
        .map((address) => ({ family, address })),
  );
  const packets = [...PORTED, ...ICMP, '50', '51', '99'].flatMap((protocol) =>
    portsAround(protocol, edges).map((port) => ({ direction: opening.direction, protocol, port })),
  );
  return packets.flatMap((packet) => addresses.map((address) => ({ ...packet, ...address })));
}

function portsAround(protocol: string, edges: readonly number[]): number[] {
  const last = lastPort(protocol);
  return [...new Set([0, last, ...edges.flatMap((port) => [port - 1, port, port + 1])])].filter(
    (port) => port >= 0 && port <= last,
  );
}

function lastPort(protocol: string): number {
  if (PORTED.includes(protocol)) return 65535;
  return ICMP.includes(protocol) ? 255 : 0;
}

test('a pattern matches a rule exactly if it means a packet that the rule lets through', () => {
  let matches = 0;
  fc.assert(
    fc.property(pairs, ([opening, meaning]) => {
      const expected = boundaryPackets(opening, meaning).some(
        (packet) => lets(opening, packet) && means(meaning, packet),
      );
      expect(opensTraffic(ruleOf(opening), patternOf(meaning), listsOf(opening))).toBe(expected);
      matches += Number(expected);
    }),
    { numRuns: 1_000 },
  );
  expect(matches).toBeGreaterThan(150);
  expect(matches).toBeLessThan(850);
});

test('a rule stays within a pattern exactly if the pattern means every packet that the rule lets through', () => {
  let matches = 0;
  fc.assert(
    fc.property(pairs, ([opening, meaning]) => {
      const expected = boundaryPackets(opening, meaning)
        .filter((packet) => lets(opening, packet))
        .every((packet) => means(meaning, packet));
      expect(staysWithin(ruleOf(opening), patternOf(meaning), listsOf(opening))).toBe(expected);
      matches += Number(expected);
    }),
    { numRuns: 1_000 },
  );
  expect(matches).toBeGreaterThan(100);
  expect(matches).toBeLessThan(900);
});

describe('the internet', () => {
  /**
   * The special-purpose blocks of RFC 6890 that are no public addresses, as whole numbers: 10.0.0.0
   * is 0x0a000000.
   */
  const NOT_ROUTED: readonly Block[] = [
    ...(
      [
        [0n, 8],
        [0x0a000000n, 8],
        [0x64400000n, 10],
        [0x7f000000n, 8],
        [0xa9fe0000n, 16],
        [0xac100000n, 12],
        [0xc0a80000n, 16],
        [0xc6120000n, 15],
        [0xe0000000n, 3],
      ] as const
    ).map(([first, prefix]) => blockOf('ipv4', first, prefix)),
    ...(
      [
        [0xfc00n, 7],
        [0xfe80n, 10],
        [0xff00n, 8],
      ] as const
    ).map(([first, prefix]) => blockOf('ipv6', first * 2n ** 112n, prefix)),
  ];

  /**
   * Neighbours on one stretch of addresses, public ones and those around private ones: alone
   * narrow, together often broad.
   */
  const neighbours = fc.array(
    fc
      .tuple(
        fc.constantFrom(0x34000000n, 0x34000000n, 0x0aff0000n, 0xc0a80000n),
        fc.integer({ min: 0, max: 15 }),
        fc.integer({ min: 14, max: 19 }),
      )
      .map(([base, step, prefix]) => blockOf('ipv4', base + BigInt(step) * 0x2000n, prefix)),
    { minLength: 1, maxLength: 14 },
  );
  const anywhere = fc.array(
    fc.oneof(
      fc
        .tuple(fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }), fc.integer({ min: 1, max: 32 }))
        .map(([address, prefix]) => blockOf('ipv4', address, prefix)),
      fc
        .tuple(fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), fc.integer({ min: 1, max: 128 }))
        .map(([address, prefix]) => blockOf('ipv6', address, prefix)),
    ),
    { maxLength: 3 },
  );
  const limits = fc.record({
    ipv4: fc.integer({ min: 1, max: 20 }),
    ipv6: fc.integer({ min: 1, max: 128 }),
  });

  /**
   * Whether the ranges that are not wholly unrouted hold, together, all of some block with a prefix
   * below the limit.
   */
  function holdsBroadBlock(ranges: readonly Block[], limit: Record<Family, number>): boolean {
    const isPublic = (range: Block) =>
      !NOT_ROUTED.some(
        (block) =>
          block.family === range.family && block.first <= range.first && range.last <= block.last,
      );
    return (['ipv4', 'ipv6'] as const).some((family) => {
      const size = 2n ** BigInt(BITS[family] - limit[family] + 1);
      return stretches(ranges.filter((range) => range.family === family && isPublic(range))).some(
        ([first, last]) => {
          const aligned = ((first + size - 1n) / size) * size;
          return aligned + size - 1n <= last;
        },
      );
    });
  }

  function stretches(ranges: readonly Block[]): [bigint, bigint][] {
    const joined: [bigint, bigint][] = [];
    for (const { first, last } of [...ranges].sort((a, b) => (a.first < b.first ? -1 : 1))) {
      const before = joined.at(-1);
      if (before && first <= before[1] + 1n) before[1] = last > before[1] ? last : before[1];
      else joined.push([first, last]);
    }
    return joined;
  }

  /** What holds all that NAT64 translates is all of IPv4 as well. */
  function translated(block: Block): Block[] {
    const nat64 = 0x64ff9bn * 2n ** 96n;
    const holdsNat64 = block.family === 'ipv6' && block.first <= nat64 && block.last > nat64;
    return holdsNat64 ? [block, blockOf('ipv4', 0n, 0)] : [block];
  }

  test('is any public range broader than the limit, whole or in pieces', () => {
    let matches = 0;
    fc.assert(
      fc.property(
        fc.oneof(neighbours, anywhere),
        limits,
        fc.boolean(),
        (ranges, chosen, isDefault) => {
          const limit = isDefault ? { ipv4: 16, ipv6: 32 } : chosen;
          const expected = holdsBroadBlock(ranges.flatMap(translated), limit);
          expect(isInternet(ranges.map(cidrOf), isDefault ? undefined : limit)).toBe(expected);
          matches += Number(expected);
        },
      ),
      { numRuns: 2_000 },
    );
    expect(matches).toBeGreaterThan(200);
    expect(matches).toBeLessThan(1_800);
  });
});
