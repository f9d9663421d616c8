import fc from 'fast-check';
import {
  opensTraffic,
  type PeerPattern,
  staysWithin,
  type Traffic,
  type TrafficPattern,
  violationOfAllowOnly,
  violationOfPattern,
} from '../../../../src/security-group/domain/policies/traffic-pattern';
import type {
  PrefixList,
  PrefixLists,
} from '../../../../src/security-group/domain/rules/prefix-list';
import { ALL_OF_CONTENT_NETWORK, CONTENT_NETWORK } from '../../samples/published-ranges';
import { canonicalRules, rule } from '../../samples/rules';

const NO_LISTS: PrefixLists = new Map();
const LIST = 'pl-0123456789abcdef0';

const ssh: TrafficPattern = {
  name: 'SSH',
  direction: 'ingress',
  traffic: [tcp(22)],
  peers: [{ kind: 'internet' }],
};

describe('SSH from the internet', () => {
  test.each([
    {},
    { fromPort: 20, toPort: 30 },
    { fromPort: 0, toPort: 65535 },
    { protocol: '-1' },
    { ipRange: '::/0' },
    { ipRange: '128.0.0.0/1' },
    { ipRange: '9.9.9.9/0' },
  ])('is opened by %j', (values) => {
    expect(opensTraffic(rule(values), ssh, NO_LISTS)).toBe(true);
  });

  test.each([
    { fromPort: 443, toPort: 443 },
    { fromPort: 23, toPort: 65535 },
    { protocol: 'udp' },
    { direction: 'egress' as const },
    { ipRange: '10.0.0.0/8' },
    { ipRange: '203.0.113.7/32' },
    { groupId: 'sg-1' },
    { protocol: 'icmp' },
  ])('is not opened by %j', (values) => {
    expect(opensTraffic(rule(values), ssh, NO_LISTS)).toBe(false);
  });
});

test('"all traffic" means rules that open every protocol at once, "any" means every rule that opens something', () => {
  const allTraffic: TrafficPattern = { name: 'all', traffic: [{ kind: 'allTraffic' }] };
  expect(opensTraffic(rule({ protocol: '-1' }), allTraffic, NO_LISTS)).toBe(true);
  expect(opensTraffic(rule({ fromPort: 0, toPort: 65535 }), allTraffic, NO_LISTS)).toBe(false);
  fc.assert(
    fc.property(canonicalRules, (any) => {
      fc.pre(any.peer.kind !== 'ipv4' || any.peer.cidr !== '255.255.255.255/32');
      expect(opensTraffic(any, { name: 'any', traffic: [{ kind: 'any' }] }, NO_LISTS)).toBe(true);
    }),
  );
});

test('an ICMP pattern is about types, whatever their codes', () => {
  const echo: TrafficPattern = {
    name: 'echo',
    traffic: [{ kind: 'protocol', protocol: 'icmp', fromPort: 8, toPort: 8 }],
  };
  const rules = (
    [
      [8, 0],
      [8, -1],
      [-1, -1],
      [3, 8],
    ] as const
  ).map(([type, code]) => rule({ protocol: 'icmp', fromPort: type, toPort: code }));
  expect(rules.map((one) => opensTraffic(one, echo, NO_LISTS))).toEqual([true, true, true, false]);
  expect(rules.map((one) => staysWithin(one, echo, NO_LISTS))).toEqual([true, true, false, false]);
});

test('groups and prefix lists match by their ids', () => {
  const pattern = of({
    peers: [
      { kind: 'prefixList', prefixListId: LIST },
      { kind: 'securityGroup', groupId: 'sg-1' },
    ],
  });
  for (const values of [{ prefixListId: LIST }, { groupId: 'sg-1' }]) {
    expect(opensTraffic(rule(values), pattern, NO_LISTS)).toBe(true);
    expect(staysWithin(rule(values), pattern, NO_LISTS)).toBe(true);
  }
  for (const values of [
    { prefixListId: 'pl-other' },
    { groupId: 'sg-2' },
    { ipRange: '10.0.0.0/8' },
  ]) {
    expect(opensTraffic(rule(values), pattern, NO_LISTS)).toBe(false);
    expect(staysWithin(rule(values), pattern, NO_LISTS)).toBe(false);
  }
});

describe("a customer's prefix list is what its entries are", () => {
  const internet = of({ peers: [{ kind: 'internet' }] });
  const network = of({ peers: [{ kind: 'ipRange', cidr: '10.0.0.0/8' }] });

  test.each([
    ['one entry for everyone', ['0.0.0.0/0'], true],
    ['halves of the internet', ['10.0.0.0/8', '128.0.0.0/1'], true],
    ['public ranges that are broad only together', ['52.0.0.0/16', '52.1.0.0/16'], true],
    ['public ranges that lie apart', ['52.0.0.0/16', '52.2.0.0/16'], false],
    ['private ranges', ['10.0.0.0/8', 'fc00::/7'], false],
    ['nothing', [], false],
  ])('%s: %j is the internet: %s', (_, cidrs, expected) => {
    expect(opensTraffic(rule({ prefixListId: LIST }), internet, listOf(cidrs))).toBe(expected);
  });

  test('any of its addresses makes it meet a range', () => {
    expect(
      opensTraffic(rule({ prefixListId: LIST }), network, listOf(['192.0.2.0/24', '10.1.0.0/16'])),
    ).toBe(true);
    expect(
      opensTraffic(rule({ prefixListId: LIST }), network, listOf(['192.0.2.0/24', '11.0.0.0/8'])),
    ).toBe(false);
  });

  test('all of its addresses keep it within ranges', () => {
    expect(
      staysWithin(rule({ prefixListId: LIST }), network, listOf(['10.1.0.0/16', '10.2.0.0/16'])),
    ).toBe(true);
    expect(
      staysWithin(rule({ prefixListId: LIST }), network, listOf(['10.1.0.0/16', '192.0.2.0/24'])),
    ).toBe(false);
    expect(staysWithin(rule({ prefixListId: LIST }), network, listOf([]))).toBe(true);
  });
});

describe('a prefix list of AWS', () => {
  const everyone = of({ peers: [{ kind: 'internet' }, { kind: 'ipRange', cidr: '0.0.0.0/0' }] });

  test('is forbidden by its id only, however broad it is', () => {
    expect(
      opensTraffic(
        rule({ prefixListId: LIST }),
        everyone,
        listOf(['52.0.0.0/8'], { isAwsManaged: true }),
      ),
    ).toBe(false);
  });

  test('is allowed where its entries are, if they are known', () => {
    expect(
      staysWithin(
        rule({ prefixListId: LIST }),
        everyone,
        listOf(['52.0.0.0/8'], { isAwsManaged: true }),
      ),
    ).toBe(true);
    expect(
      staysWithin(rule({ prefixListId: LIST }), everyone, listOf([], { isAwsManaged: true })),
    ).toBe(false);
  });
});

test('a prefix list that could not be looked into matches by its id only', () => {
  const everyone = of({ peers: [{ kind: 'internet' }, { kind: 'ipRange', cidr: '0.0.0.0/0' }] });
  expect(opensTraffic(rule({ prefixListId: LIST }), everyone, NO_LISTS)).toBe(false);
  expect(staysWithin(rule({ prefixListId: LIST }), everyone, NO_LISTS)).toBe(false);
  expect(staysWithin(rule({ prefixListId: LIST }), of({}), NO_LISTS)).toBe(true);
});

test.each([
  ['203.0.112.0/23', true],
  ['203.0.113.0/24', false],
  ['10.0.0.0/8', false],
  ['2a00::/47', true],
  ['2a00::/48', false],
])('broader than /24 and /48: %s is %s', (ipRange, expected) => {
  const limits: PeerPattern = { kind: 'internet', ipv4Prefix: 24, ipv6Prefix: 48 };
  expect(opensTraffic(rule({ ipRange }), of({ peers: [limits] }), NO_LISTS)).toBe(expected);
});

describe('the internet without the ranges of a content network', () => {
  const others = of({ peers: [{ kind: 'internet', excluding: ALL_OF_CONTENT_NETWORK }] });
  const internet = of({ peers: [{ kind: 'internet' }] });

  test('lets the network in by a rule each, and no one else', () => {
    const openings = (pattern: TrafficPattern) =>
      [...ALL_OF_CONTENT_NETWORK, '0.0.0.0/0', '104.0.0.0/8'].filter((ipRange) =>
        opensTraffic(rule({ ipRange }), pattern, NO_LISTS),
      );
    expect(openings(others)).toEqual(['0.0.0.0/0', '104.0.0.0/8']);
    expect(openings(internet)).toEqual(
      expect.arrayContaining(['104.16.0.0/13', '104.24.0.0/14', '172.64.0.0/13', '162.158.0.0/15']),
    );
  });

  test('lets it in by one prefix list, until that holds more', () => {
    const named = rule({ prefixListId: LIST });
    expect(opensTraffic(named, internet, listOf(CONTENT_NETWORK.ipv4))).toBe(true);
    expect(opensTraffic(named, others, listOf(CONTENT_NETWORK.ipv4))).toBe(false);
    expect(opensTraffic(named, others, listOf([...CONTENT_NETWORK.ipv4, '52.0.0.0/15']))).toBe(
      true,
    );
  });
});

test('where no public address is let in, a single one opens what is forbidden', () => {
  const anyPublic = of({ peers: [{ kind: 'internet', ipv4Prefix: 33, ipv6Prefix: 129 }] });
  const opening = [
    '203.0.113.7/32',
    '2a00::1/128',
    '64:ff9b::808:808/128',
    '10.0.0.1/32',
    'fc00::1/128',
    '::1/128',
    '64:ff9b::a00:1/128',
  ].filter((ipRange) => opensTraffic(rule({ ipRange }), anyPublic, NO_LISTS));
  expect(opening).toEqual(['203.0.113.7/32', '2a00::1/128', '64:ff9b::808:808/128']);
});

describe('a pattern of rules without a description', () => {
  const undescribed = of({ undescribed: true });

  test('means them whatever they open, and no others', () => {
    expect(opensTraffic(rule({ protocol: '-1', groupId: 'sg-1' }), undescribed, NO_LISTS)).toBe(
      true,
    );
    expect(opensTraffic(rule({ description: 'web' }), undescribed, NO_LISTS)).toBe(false);
    expect(
      opensTraffic(
        rule({ direction: 'egress' }),
        { ...undescribed, direction: 'ingress' },
        NO_LISTS,
      ),
    ).toBe(false);
  });

  test('does not say that they open something', () => {
    expect(violationOfPattern(rule(), undescribed)).toBe(
      'tcp 22 from 0.0.0.0/0 is what is forbidden: a pattern',
    );
    expect(violationOfPattern(rule(), ssh)).toBe(
      'tcp 22 from 0.0.0.0/0 opens what is forbidden: SSH',
    );
  });
});

describe('a rule stays within what is allowed', () => {
  const web = of({
    direction: 'ingress',
    traffic: [
      tcp(80),
      tcp(443),
      tcp(8000, 8079),
      tcp(8080, 8090),
      { kind: 'protocol', protocol: '50' },
    ],
  });

  test.each([
    { fromPort: 443, toPort: 443 },
    { fromPort: 8000, toPort: 8090 },
    { fromPort: 8079, toPort: 8080 },
    { protocol: '50' },
    { fromPort: 80, toPort: 80, groupId: 'sg-1' },
  ])('where %j opens nothing but allowed ports', (values) => {
    expect(staysWithin(rule(values), web, NO_LISTS)).toBe(true);
  });

  test.each([
    {},
    { fromPort: 80, toPort: 443 },
    { fromPort: 7999, toPort: 8010 },
    { fromPort: 8090, toPort: 8091 },
    { fromPort: 443, toPort: 443, protocol: 'udp' },
    { protocol: '-1' },
    { protocol: '51' },
    { fromPort: 443, toPort: 443, direction: 'egress' as const },
  ])('but not where %j opens more', (values) => {
    expect(staysWithin(rule(values), web, NO_LISTS)).toBe(false);
  });

  test('with all protocols at once only where any are allowed', () => {
    const all = rule({ protocol: '-1' });
    expect(staysWithin(all, of({ traffic: [{ kind: 'any' }] }), NO_LISTS)).toBe(true);
    expect(staysWithin(all, of({ traffic: [{ kind: 'allTraffic' }] }), NO_LISTS)).toBe(true);
    expect(staysWithin(all, of({}), NO_LISTS)).toBe(true);
    expect(
      staysWithin(
        all,
        of({
          traffic: [
            { kind: 'protocol', protocol: 'tcp' },
            { kind: 'protocol', protocol: 'udp' },
          ],
        }),
        NO_LISTS,
      ),
    ).toBe(false);
  });

  test.each([
    [['10.0.0.0/8'], '10.1.0.0/16', true],
    [['10.1.0.0/16'], '10.0.0.0/8', false],
    [['10.0.0.0/9', '10.128.0.0/9'], '10.0.0.0/8', true],
    [['10.0.0.0/9', '10.128.0.0/10'], '10.0.0.0/8', false],
    [['0.0.0.0/0'], '::/0', false],
  ])('%j holds %s: %s', (cidrs, ipRange, expected) => {
    const ranges = cidrs.map((cidr): PeerPattern => ({ kind: 'ipRange', cidr }));
    expect(staysWithin(rule({ ipRange }), of({ peers: ranges }), NO_LISTS)).toBe(expected);
  });

  test('the internet holds every range, and no group', () => {
    const internet = of({ peers: [{ kind: 'internet' }] });
    expect(
      ['10.0.0.0/8', '203.0.113.7/32', '::/0'].map((ipRange) =>
        staysWithin(rule({ ipRange }), internet, NO_LISTS),
      ),
    ).toEqual([true, true, true]);
    expect(staysWithin(rule({ groupId: 'sg-1' }), internet, NO_LISTS)).toBe(false);
  });
});

test('a rule for the limited broadcast address, as the CDK writes it where nothing shall go out, opens nothing', () => {
  const nothing = rule({
    direction: 'egress',
    protocol: 'icmp',
    fromPort: 252,
    toPort: 86,
    ipRange: '255.255.255.255/32',
  });
  expect(staysWithin(nothing, ssh, NO_LISTS)).toBe(true);
  expect(opensTraffic(nothing, of({ direction: 'egress' }), NO_LISTS)).toBe(false);
});

describe('what is wrong with a rule that opens more than is allowed', () => {
  const patterns = Array.from({ length: 7 }, (_, index) => of({ name: `pattern ${index}` }));

  test('is told with the allowed patterns', () => {
    expect(violationOfAllowOnly(rule(), patterns.slice(0, 2))).toBe(
      'tcp 22 from 0.0.0.0/0 opens more than is allowed, which is only: pattern 0; pattern 1',
    );
  });

  test('is told with the first of many, and the count of the others', () => {
    expect(violationOfAllowOnly(rule(), patterns)).toMatch(/pattern 3; pattern 4; and 2 more$/);
    expect(violationOfAllowOnly(rule(), patterns.slice(0, 5))).toMatch(/pattern 4$/);
  });

  test('is told in one line', () => {
    expect(violationOfAllowOnly(rule(), [of({ name: `line\nbreak ${'x'.repeat(200)}` })])).toMatch(
      /only: line break x{80,95}…$/,
    );
  });
});

function of(values: Partial<TrafficPattern>): TrafficPattern {
  return { name: 'a pattern', ...values };
}

function tcp(fromPort: number, toPort = fromPort): Traffic {
  return { kind: 'protocol', protocol: 'tcp', fromPort, toPort };
}

function listOf(cidrs: readonly string[], values: Partial<PrefixList> = {}): PrefixLists {
  return new Map([[LIST, { id: LIST, isAwsManaged: false, cidrs, ...values }]]);
}

test('ports are allowed by ranges that cover them together, in whatever order they are named', () => {
  const ports = (...pairs: [number, number][]): TrafficPattern => ({
    name: 'ports',
    traffic: pairs.map(([fromPort, toPort]) => ({
      kind: 'protocol',
      protocol: 'tcp',
      fromPort,
      toPort,
    })),
  });
  const values = rule({ fromPort: 50, toPort: 150 });
  expect(staysWithin(values, ports([100, 200], [0, 99]), NO_LISTS)).toBe(true);
  expect(staysWithin(values, ports([101, 200], [0, 99]), NO_LISTS)).toBe(false);
});

test.each<PeerPattern>([
  { kind: 'prefixList', prefixListId: LIST },
  { kind: 'securityGroup', groupId: 'sg-2' },
  { kind: 'ipRange', cidr: '10.1.0.0/16' },
])('where only %j is allowed, other addresses are not', (peer) => {
  const only: TrafficPattern = { name: 'only', peers: [peer] };
  expect(staysWithin(rule({ ipRange: '10.0.0.0/16' }), only, NO_LISTS)).toBe(false);
});

test('a VPC that was not looked up forbids nothing, and what it may hold is not called too much', () => {
  const inVpc: TrafficPattern = { name: 'the VPC', peers: [{ kind: 'vpc', vpcId: 'vpc-1' }] };
  expect(opensTraffic(rule({ ipRange: '10.0.0.0/16' }), inVpc, NO_LISTS)).toBe(false);
  expect(staysWithin(rule({ ipRange: '10.0.0.0/16' }), inVpc, NO_LISTS)).toBe(true);
  expect(staysWithin(rule(), inVpc, NO_LISTS)).toBe(false);
});
