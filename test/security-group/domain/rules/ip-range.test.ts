import fc from 'fast-check';
import {
  isInternet,
  parseIpRange,
  rangesHold,
  rangesOverlap,
} from '../../../../src/security-group/domain/rules/ip-range';

describe('an IP range is kept as EC2 keeps it', () => {
  test.each([
    ['1.2.3.4/0', '0.0.0.0/0'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['203.0.113.7/32', '203.0.113.7/32'],
    ['2001:DB8:0:0:0:0:0:1/32', '2001:db8::/32'],
    ['0:0:0:0:0:0:0:0/0', '::/0'],
    ['::ffff:1.2.3.4/128', '::ffff:102:304/128'],
  ])('%s becomes %s', (sent, kept) => {
    expect(parseIpRange(sent)?.cidr).toBe(kept);
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

test('ranges overlap when an address lies in both', () => {
  fc.assert(
    fc.property(ipv4Cidr(), ipv4Cidr(), (one, other) => {
      const [a, b] = [bounds(one), bounds(other)];
      expect(rangesOverlap(parseIpRange(one)!.cidr, parseIpRange(other)!.cidr)).toBe(
        a.first <= b.last && b.first <= a.last,
      );
    }),
  );
  expect(rangesOverlap('0.0.0.0/0', '::/0')).toBe(false);
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
