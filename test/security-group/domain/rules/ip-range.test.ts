import fc from 'fast-check';
import {
  BROADEST_PRIVATE_PREFIX,
  holdAllPublic,
  isBroaderThan,
  isInternet,
  isNotPublic,
  parseIpRange,
  rangesHold,
  reachesRange,
} from '../../../../src/security-group/domain/rules/ip-range';
import { ALL_OF_CONTENT_NETWORK } from '../../samples/published-ranges';

describe('an IP range is kept as EC2 keeps it', () => {
  test.each([
    ['1.2.3.4/0', 'ipv4', '0.0.0.0/0'],
    ['10.1.2.3/8', 'ipv4', '10.0.0.0/8'],
    ['203.0.113.7/32', 'ipv4', '203.0.113.7/32'],
    ['2001:DB8:0:0:0:0:0:1/32', 'ipv6', '2001:db8::/32'],
    ['0:0:0:0:0:0:0:0/0', 'ipv6', '::/0'],
    ['::ffff:1.2.3.4/128', 'ipv6', '::ffff:102:304/128'],
  ])('%s, of %s, becomes %s', (sent, family, cidr) => {
    expect(parseIpRange(sent)).toEqual({ family, cidr });
  });

  test.each([
    '010.1.2.3/8',
    '1.2/8',
    '0x7f.0.0.1/8',
    'fe80::1%eth0/64',
    '1.2.3.4',
    '1.2.3.4/33',
    '::/129',
    '256.0.0.1/8',
    '',
    'pl-12345678',
  ])('%s is no range', (text) => {
    expect(parseIpRange(text)).toBeUndefined();
  });

  test('parsing is idempotent', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4Cidr(), ipv6Cidr()), (cidr) => {
        const once = parseIpRange(cidr)!;
        expect(parseIpRange(once.cidr)).toEqual(once);
      }),
    );
  });
});

describe('what counts as the internet', () => {
  test.each([
    '0.0.0.0/0',
    '0.0.0.0/1',
    '128.0.0.0/1',
    '8.0.0.0/7',
    '10.0.0.0/7',
    '52.0.0.0/15',
    '::/0',
    '2000::/3',
    '2a00::/16',
  ])('%s does', (cidr) => {
    expect(isInternet([cidr])).toBe(true);
  });

  test.each([
    '10.0.0.0/8',
    '172.16.0.0/12',
    '192.168.0.0/16',
    '100.64.0.0/10',
    '203.0.113.7/32',
    '52.1.0.0/16',
    '240.0.0.0/4',
    'fc00::/7',
    '2001:db8::/32',
    'fe80::/10',
    'ff00::/8',
  ])('%s does not', (cidr) => {
    expect(isInternet([cidr])).toBe(false);
  });

  const PRIVATE_HALVES = ['169.254.0.0/16', '192.168.0.0/16'];

  test('cutting a range in two does not hide it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 15 }),
        fc.integer({ min: 0, max: 2 ** 32 - 1 }),
        (prefix, address) => {
          const whole = parseIpRange(`${dotted(address)}/${prefix}`)!.cidr;
          const { first, last } = bounds(whole);
          const halves = [last, first].map(
            (half) => parseIpRange(`${dotted(half)}/${prefix + 1}`)!.cidr,
          );
          // Of such a /15 only a /16 is public, which one organisation may have.
          fc.pre(!halves.some((half) => PRIVATE_HALVES.includes(half)));
          if (prefix < 15) {
            expect(halves.some((half) => isInternet([half]))).toBe(isInternet([whole]));
          }
          expect(isInternet(halves)).toBe(isInternet([whole]));
        },
      ),
    );
  });

  test.each([
    ['sixteen /20 that are a /16', eachOf(16, (index) => `52.1.${index * 16}.0/20`), false],
    [
      '32 /20 that are a /15, in any order',
      eachOf(32, (index) => `52.${Math.floor(index / 16)}.${(index % 16) * 16}.0/20`).reverse(),
      true,
    ],
    ['two /16 that are no halves of a /15', ['52.1.0.0/16', '52.2.0.0/16'], false],
    ['one /16 twice', ['52.0.0.0/16', '52.0.0.0/16'], false],
    ['a private /16 beside a public one', ['192.168.0.0/16', '192.169.0.0/16'], false],
    ['two /16 with the same bits of both families', ['52.0.0.0/16', '3401::/32'], false],
    ['none', [], false],
  ])('%s', (_, cidrs, expected) => {
    expect(isInternet(cidrs)).toBe(expected);
  });

  test.each([
    ['203.0.112.0/23', { ipv4: 24, ipv6: 48 }, true],
    ['203.0.113.0/24', { ipv4: 24, ipv6: 48 }, false],
    ['2a00::/47', { ipv4: 24, ipv6: 48 }, true],
    ['2a00::/48', { ipv4: 24, ipv6: 48 }, false],
    ['0.0.0.0/0', { ipv4: 1, ipv6: 1 }, true],
    ['128.0.0.0/1', { ipv4: 1, ipv6: 1 }, false],
    ['10.0.0.0/8', { ipv4: 24, ipv6: 48 }, false],
  ])('%s with limits %j: %s', (cidr, limits, expected) => {
    expect(isInternet([cidr], limits)).toBe(expected);
  });
});

describe('ranges hold a range', () => {
  test.each([
    [['10.0.0.0/8'], '10.1.0.0/16', true],
    [['10.0.0.0/8'], '10.0.0.0/8', true],
    [['10.1.0.0/16'], '10.0.0.0/8', false],
    [['10.128.0.0/9', '10.0.0.0/9'], '10.0.0.0/8', true],
    [['10.0.0.0/9', '10.128.0.0/10', '10.192.0.0/10'], '10.0.0.0/8', true],
    [['10.0.0.0/9', '11.0.0.0/9'], '10.0.0.0/8', false],
    [['0.0.0.0/0'], '2001:db8::/32', false],
    [[], '10.0.0.0/8', false],
  ])('%j, %s: %s', (ranges, range, expected) => {
    expect(rangesHold(ranges, range)).toBe(expected);
  });
});

describe('what lies wholly within excluded ranges is not the internet', () => {
  const isMeant = (...cidrs: string[]) => isInternet(cidrs, undefined, ALL_OF_CONTENT_NETWORK);

  test('one by one, or all together', () => {
    expect(ALL_OF_CONTENT_NETWORK.filter((cidr) => isMeant(cidr))).toEqual([]);
    expect(isMeant(...ALL_OF_CONTENT_NETWORK)).toBe(false);
  });

  test.each([
    ['a half of one', ['104.16.0.0/14'], false],
    ['more than two that lie side by side', ['104.16.0.0/12'], true],
    ['the neighbour of one', ['104.28.0.0/14'], true],
    ['all of them and another', [...ALL_OF_CONTENT_NETWORK, '52.0.0.0/15'], true],
    ['one, and too little beside it', ['104.24.0.0/14', '104.28.0.0/16'], false],
    ['everything', ['0.0.0.0/0'], true],
    ['everything of IPv6', ['::/0'], true],
    ['a range that holds one', ['2a06:98c0::/28'], true],
  ])('%s: %j is meant: %s', (_, cidrs, expected) => {
    expect(isMeant(...cidrs)).toBe(expected);
  });

  test('a small range within a broad one takes nothing from it', () => {
    expect(isInternet(['52.0.0.0/15'], undefined, ['52.0.0.0/22'])).toBe(true);
  });

  test('ranges side by side are excluded as one', () => {
    expect(isInternet(['52.0.0.0/14'], undefined, ['52.2.0.0/15', '52.0.0.0/15'])).toBe(false);
  });
});

describe('IPv6 that NAT64 translates is the IPv4 that it stands for', () => {
  test.each([
    ['64:ff9b::/96', true],
    ['64:ff9b::/97', true],
    ['64:ff9b::3400:0/111', true],
    ['64:ff9b::3400:0/112', false],
    ['64:ff9b::808:808/128', false],
    ['64:ff9b::a00:0/104', false],
    ['64:ff9b::/95', true],
    ['64:ff9b::/32', true],
    ['64:ff9b:1::/48', true],
    ['64:ff9b:1:2:3:4::/96', true],
    ['64:ff9b:1:2:3:4:a00:0/104', false],
    ['64:ff9b:2::/48', false],
  ])('%s is the internet: %s', (cidr, expected) => {
    expect(isInternet([cidr])).toBe(expected);
  });

  test('in halves that lie side by side as well', () => {
    expect(isInternet(['64:ff9b::3400:0/112', '64:ff9b::3401:0/112'])).toBe(true);
    expect(isInternet(['52.0.0.0/16', '64:ff9b::3401:0/112'])).toBe(true);
  });

  test('by the measure of IPv4, however narrow that of IPv6 is', () => {
    expect(isInternet(['64:ff9b::3400:0/112'], { ipv4: 24, ipv6: 32 })).toBe(true);
    expect(isInternet(['64:ff9b::3400:0/120'], { ipv4: 24, ipv6: 128 })).toBe(false);
    expect(isInternet(['64:ff9b::/28'], { ipv4: 16, ipv6: 20 })).toBe(true);
  });

  test('excluded with that IPv4', () => {
    expect(isInternet(['64:ff9b::6810:0/109'], undefined, ['104.16.0.0/13'])).toBe(false);
  });

  test.each([
    ['64:ff9b::/96', '203.0.113.7/32', true],
    ['64:ff9b::cb00:7100/120', '203.0.113.7/32', true],
    ['64:ff9b::cb00:7200/120', '203.0.113.7/32', false],
    ['64:ff9b::/64', '203.0.113.7/32', true],
    ['64:ff9b::/32', '203.0.113.7/32', true],
    ['64:ff9a::/31', '203.0.113.7/32', false],
    ['64:ff9b::/97', '64:ff9b::/96', true],
    ['0.0.0.0/0', '64:ff9b::/96', false],
    ['::/0', '203.0.113.7/32', false],
    ['::/0', '64:ff9b::/96', true],
  ])('a rule for %s reaches %s: %s', (cidr, meant, expected) => {
    expect(reachesRange(cidr, meant)).toBe(expected);
  });
});

test.each([
  ['10.1.0.0/16', true],
  ['fd00::/8', true],
  ['64:ff9b::a00:0/104', true],
  ['10.0.0.0/7', false],
  ['203.0.113.7/32', false],
  ['2001:db8::/32', false],
  ['64:ff9b::/95', false],
])('%s has no public address: %s', (range, expected) => {
  expect(isNotPublic(range)).toBe(expected);
});

test.each([
  [['0.0.0.0/0'], true],
  [['::/0'], true],
  [['128.0.0.0/1', '0.0.0.0/1'], true],
  [['128.0.0.0/2', '192.0.0.0/3', '0.0.0.0/1'], true],
  [['128.0.0.0/1'], false],
  [['2000::/3'], false],
  [['128.0.0.0/1', '8000::/1'], false],
  [[], false],
])('%j hold all that is public of one family: %s', (ranges, expected) => {
  expect(holdAllPublic(ranges)).toBe(expected);
});

test.each([
  ['10.0.0.0/15', true],
  ['10.0.0.0/16', false],
  ['2a00::/31', true],
  ['2a00::/32', false],
  ['64:ff9b::/95', true],
])('%s is broader than most organizations have: %s', (range, expected) => {
  expect(isBroaderThan(range, BROADEST_PRIVATE_PREFIX)).toBe(expected);
});

test('a range is reached when an address lies in both', () => {
  fc.assert(
    fc.property(ipv4Cidr(), ipv4Cidr(), (one, other) => {
      const [a, b] = [bounds(one), bounds(other)];
      expect(reachesRange(parseIpRange(one)!.cidr, parseIpRange(other)!.cidr)).toBe(
        a.first <= b.last && b.first <= a.last,
      );
    }),
  );
  expect(reachesRange('0.0.0.0/0', '::/0')).toBe(false);
});

function eachOf(count: number, make: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function ipv4Cidr() {
  return fc
    .tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 }))
    .map(([address, prefix]) => `${dotted(address)}/${prefix}`);
}

function ipv6Cidr() {
  return fc
    .tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 }))
    .map(([address, prefix]) => `${address}/${prefix}`);
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((bits) => Math.floor(address / 2 ** bits) % 256).join('.');
}

function bounds(cidr: string) {
  const [address, prefix] = cidr.split('/');
  const value = address!.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const size = 2 ** (32 - Number(prefix));
  const first = Math.floor(value / size) * size;
  return { first, last: first + size - 1 };
}
