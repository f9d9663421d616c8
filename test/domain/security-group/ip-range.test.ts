import fc from 'fast-check';
import { isInternet, parseIpRange, rangesOverlap } from '../../../src/domain/security-group/ip-range';

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

  test.each(['010.1.2.3/8', '1.2/8', '0x7f.0.0.1/8', 'fe80::1%eth0/64', '1.2.3.4', '1.2.3.4/33', '::/129', '256.0.0.1/8', '', 'pl-12345678'])(
    '%s is no range', (text) => {
      expect(parseIpRange(text)).toBeUndefined();
    });

  test('parsing is idempotent', () => {
    fc.assert(fc.property(fc.oneof(ipv4Cidr(), ipv6Cidr()), (cidr) => {
      const once = parseIpRange(cidr)!;
      expect(parseIpRange(once.cidr)).toEqual(once);
    }));
  });
});

describe('what counts as the internet', () => {
  test.each(['0.0.0.0/0', '0.0.0.0/1', '128.0.0.0/1', '8.0.0.0/7', '10.0.0.0/7', '52.0.0.0/15', '::/0', '2000::/3', '2a00::/16'])(
    '%s does', (cidr) => {
      expect(isInternet(cidr)).toBe(true);
    });

  test.each(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '203.0.113.7/32', '52.1.0.0/16', 'fc00::/7', '2001:db8::/32', 'fe80::/10'])(
    '%s does not', (cidr) => {
      expect(isInternet(cidr)).toBe(false);
    });

  test('cutting a range in two does not hide it', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 14 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (prefix, address) => {
      const whole = parseIpRange(`${dotted(address)}/${prefix}`)!.cidr;
      const { first, last } = bounds(whole);
      const halves = [first, last].map((half) => parseIpRange(`${dotted(half)}/${prefix + 1}`)!.cidr);
      expect(halves.some(isInternet)).toBe(isInternet(whole));
    }));
  });
});

test('ranges overlap when an address lies in both', () => {
  fc.assert(fc.property(ipv4Cidr(), ipv4Cidr(), (one, other) => {
    const [a, b] = [bounds(one), bounds(other)];
    expect(rangesOverlap(parseIpRange(one)!.cidr, parseIpRange(other)!.cidr)).toBe(a.first <= b.last && b.first <= a.last);
  }));
  expect(rangesOverlap('0.0.0.0/0', '::/0')).toBe(false);
});

function ipv4Cidr() {
  return fc.tuple(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 0, max: 32 })).map(([address, prefix]) => `${dotted(address)}/${prefix}`);
}

function ipv6Cidr() {
  return fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })).map(([address, prefix]) => `${address}/${prefix}`);
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
