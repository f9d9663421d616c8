import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { canonicalRules, rule } from './rules';
import type { Rule } from '../../../src/domain/security-group/rule';
import { opensTraffic, type TrafficPattern } from '../../../src/domain/security-group/traffic-pattern';

const ssh: TrafficPattern = { name: 'SSH', direction: 'ingress', traffic: [{ kind: 'protocol', protocol: 'tcp', fromPort: 22, toPort: 22 }], peers: [{ kind: 'internet' }] };

describe('SSH from the internet', () => {
  test.each([
    {}, { fromPort: 20, toPort: 30 }, { fromPort: 0, toPort: 65535 }, { protocol: '-1' }, { ipRange: '::/0' }, { ipRange: '128.0.0.0/1' }, { ipRange: '9.9.9.9/0' },
  ])('is opened by %j', (values) => {
    expect(opensTraffic(rule(values), ssh)).toBe(true);
  });

  test.each([
    { fromPort: 443, toPort: 443 }, { fromPort: 23, toPort: 65535 }, { protocol: 'udp' }, { direction: 'egress' as const }, { ipRange: '10.0.0.0/8' },
    { ipRange: '203.0.113.7/32' }, { groupId: 'sg-1' }, { protocol: 'icmp' },
  ])('is not opened by %j', (values) => {
    expect(opensTraffic(rule(values), ssh)).toBe(false);
  });
});

test('"all traffic" means rules that open every protocol at once, "any" means every rule', () => {
  const allTraffic: TrafficPattern = { name: 'all', traffic: [{ kind: 'allTraffic' }] };
  expect(opensTraffic(rule({ protocol: '-1' }), allTraffic)).toBe(true);
  expect(opensTraffic(rule({ fromPort: 0, toPort: 65535 }), allTraffic)).toBe(false);
  fc.assert(fc.property(canonicalRules, (any) => expect(opensTraffic(any, { name: 'any', traffic: [{ kind: 'any' }] })).toBe(true)));
});

test('an ICMP pattern is about types', () => {
  const echo: TrafficPattern = { name: 'echo', traffic: [{ kind: 'protocol', protocol: 'icmp', fromPort: 8, toPort: 8 }] };
  expect(opensTraffic(rule({ protocol: 'icmp', fromPort: 8, toPort: 0 }), echo)).toBe(true);
  expect(opensTraffic(rule({ protocol: 'icmp', fromPort: -1, toPort: -1 }), echo)).toBe(true);
  expect(opensTraffic(rule({ protocol: 'icmp', fromPort: 3, toPort: 8 }), echo)).toBe(false);
});

test('peers match by what they are', () => {
  expect(opensTraffic(rule({ prefixListId: 'pl-1' }), { name: '', peers: [{ kind: 'prefixList', prefixListId: 'pl-1' }] })).toBe(true);
  expect(opensTraffic(rule({ groupId: 'sg-1' }), { name: '', peers: [{ kind: 'securityGroup', groupId: 'sg-2' }] })).toBe(false);
});

interface Packet {
  readonly direction: 'ingress' | 'egress';
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly address: string;
}

/** Says by a plain reading of EC2's rules whether one packet passes. */
function passes(packet: Packet, one: Rule): boolean {
  if (one.direction !== packet.direction || (one.peer.kind !== 'ipv4' && one.peer.kind !== 'ipv6')) return false;
  const address = ipaddr.parse(packet.address);
  const [network, prefix] = ipaddr.parseCIDR(one.peer.cidr);
  if (address.kind() !== network.kind() || !address.match(network, prefix)) return false;
  if (one.protocol === '-1') return true;
  return one.protocol === packet.protocol && one.fromPort <= packet.port && packet.port <= one.toPort;
}

test('a pattern of one port and one address matches exactly the rules that let its packet through', () => {
  const packets = fc.record<Packet>({
    direction: fc.constantFrom('ingress', 'egress'),
    protocol: fc.constantFrom('tcp', 'udp'),
    port: fc.integer({ min: 0, max: 65535 }),
    address: fc.oneof(fc.ipV4(), fc.ipV6()),
  });
  fc.assert(fc.property(packets, canonicalRules, (packet, one) => {
    const bits = packet.address.includes(':') ? 128 : 32;
    const pattern: TrafficPattern = {
      name: 'one packet',
      direction: packet.direction,
      traffic: [{ kind: 'protocol', protocol: packet.protocol, fromPort: packet.port, toPort: packet.port }],
      peers: [{ kind: 'ipRange', cidr: `${packet.address}/${bits}` }],
    };
    expect(opensTraffic(one, pattern)).toBe(passes(packet, one));
  }), { numRuns: 2_000 });
});
