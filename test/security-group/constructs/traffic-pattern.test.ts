import { Fn, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { Ports, RuleDirection, TrafficPattern, TrafficPeer } from '../../../src';
import { opensTraffic } from '../../../src/security-group/domain/policies/traffic-pattern';
import { canonicalRule, type RawRule } from '../../../src/security-group/domain/rules/rule';
import { ALL_OF_CONTENT_NETWORK } from '../samples/published-ranges';

describe('a pattern', () => {
  test.each<[TrafficPattern, string]>([
    [TrafficPattern.fromInternet(Ports.SSH), 'SSH from the internet'],
    [TrafficPattern.toInternet(Ports.tcpRange(20, 30)), 'tcp 20-30 to the internet'],
    [TrafficPattern.everything(), 'anything from or to anyone'],
    [TrafficPattern.withoutDescription(), 'a rule without a description'],
    [
      TrafficPattern.of({
        direction: RuleDirection.INGRESS,
        ports: [Ports.RDP, Ports.udp(53)],
        peers: [TrafficPeer.ipRange('10.1.2.3/8'), TrafficPeer.prefixList('pl-63a5400a')],
      }),
      'RDP or udp 53 from 10.0.0.0/8 or prefix list pl-63a5400a',
    ],
    [
      TrafficPattern.of({ peers: [TrafficPeer.publicRange({ ipv4BroaderThan: 24 })] }),
      'anything from or to public ranges broader than /24 (IPv4) or /32 (IPv6)',
    ],
    [
      TrafficPattern.fromInternet(Ports.tcp(443), { excluding: ['104.16.0.0/13'] }),
      'tcp 443 from the internet without 104.16.0.0/13',
    ],
    [
      TrafficPattern.toInternet(Ports.SSH, { excluding: ALL_OF_CONTENT_NETWORK }),
      'SSH to the internet without 22 named ranges',
    ],
    [
      TrafficPattern.of({ peers: [TrafficPeer.anyPublicAddress()] }),
      'anything from or to any public address',
    ],
  ])('has a name in words: %#', (pattern, name) => {
    expect(pattern._specification.name).toBe(name);
  });

  test('means one direction, or both', () => {
    expect(TrafficPattern.fromInternet(Ports.SSH)._specification.direction).toBe('ingress');
    expect(TrafficPattern.toInternet(Ports.SSH)._specification.direction).toBe('egress');
    expect(TrafficPattern.of({ ports: [Ports.SSH] })._specification.direction).toBeUndefined();
  });

  test.each([
    ['ports', () => TrafficPattern.of({ ports: [] })],
    ['peers', () => TrafficPattern.of({ peers: [] })],
  ])('with an empty list of %s is refused', (name, make) => {
    expect(make).toThrow(
      `has an empty list of ${name} and would match nothing: name one, or leave "${name}" out to mean any`,
    );
  });
});

describe('ports', () => {
  test.each<[string, Ports, Partial<RawRule>[], Partial<RawRule>[]]>([
    [
      'SSH',
      Ports.SSH,
      [tcp(22), tcp(0, 65535), { protocol: '-1' }],
      [tcp(23), udp(22), { protocol: 'icmp' }],
    ],
    ['RDP', Ports.RDP, [tcp(3389), udp(3389)], [tcp(3388)]],
    [
      'databases',
      Ports.DATABASES,
      [tcp(3306), tcp(5432), tcp(27018), udp(1434), udp(11211)],
      [tcp(443), udp(5432), tcp(27020)],
    ],
    [
      'anything',
      Ports.ANY,
      [tcp(1), { protocol: 'icmp' }, { protocol: '50' }, { protocol: '-1' }],
      [],
    ],
    ['all traffic', Ports.ALL_TRAFFIC, [{ protocol: '-1' }], [tcp(0, 65535), udp(0, 65535)]],
    ['one TCP port', Ports.tcp(0), [tcp(0)], [tcp(1), udp(0)]],
    ['TCP ports', Ports.tcpRange(20, 65535), [tcp(20), tcp(65535), tcp(0, 20)], [tcp(19)]],
    ['one UDP port', Ports.udp(53), [udp(53)], [tcp(53)]],
    ['UDP ports', Ports.udpRange(53, 54), [udp(54)], [udp(55)]],
    ['ICMP', Ports.icmp(), [{ protocol: 'icmp', fromPort: 8 }, { protocol: '58' }], [tcp(8)]],
    [
      'another protocol',
      Ports.protocol(50),
      [{ protocol: '50' }, { protocol: '-1' }],
      [{ protocol: '51' }, tcp(50)],
    ],
    ['TCP as a protocol', Ports.protocol(6), [tcp(1), tcp(65535)], [udp(1)]],
  ])('%s', (_, ports, opening, others) => {
    const pattern = TrafficPattern.fromInternet(ports)._specification;
    const opens = (values: Partial<RawRule>) =>
      opensTraffic(
        canonicalRule({ direction: 'ingress', protocol: 'tcp', ipRange: '0.0.0.0/0', ...values })!,
        pattern,
        new Map(),
      );
    expect([opening.map(opens), others.map(opens)]).toEqual([
      opening.map(() => true),
      others.map(() => false),
    ]);
  });

  /**
   * The list of the control itself:
   * https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-19
   */
  test('of high risk are those of EC2.19, over TCP', () => {
    const control = [
      20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389, 4333, 5000, 5432, 5500,
      5601, 8080, 8088, 8888, 9200, 9300,
    ];
    const pattern = TrafficPattern.fromInternet(Ports.HIGH_RISK)._specification;
    const opened = Array.from({ length: 65536 }, (_, port) => port).filter((port) =>
      opensTraffic(
        {
          direction: 'ingress',
          protocol: 'tcp',
          fromPort: port,
          toPort: port,
          peer: { kind: 'ipv4', cidr: '0.0.0.0/0' },
        },
        pattern,
        new Map(),
      ),
    );
    expect(opened).toEqual(control);
  });

  test.each<[string, () => Ports, RegExp]>([
    [
      'beyond the last',
      () => Ports.tcp(65536),
      /65536 is no TCP port: write a whole number from 0 to 65535, such as Ports\.tcp\(443\)/,
    ],
    ['below the first', () => Ports.udp(-1), /-1 is no UDP port/],
    ['in between', () => Ports.udp(1.5), /1\.5 is no UDP port/],
    [
      'upside down',
      () => Ports.tcpRange(30, 20),
      /30-20 is empty: write the lower port first, Ports\.tcpRange\(20, 30\)/,
    ],
    [
      'of no protocol',
      () => Ports.protocol(256),
      /256 is no IP protocol: write a whole number from 0 to 255/,
    ],
    ['of half a protocol', () => Ports.protocol(0.5), /0\.5 is no IP protocol/],
  ])('%s are refused', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

describe('a peer', () => {
  test('is the internet, or public ranges broader than what is given', () => {
    expect(TrafficPeer.internet()._pattern).toEqual({ kind: 'internet' });
    expect(TrafficPeer.publicRange({ ipv4BroaderThan: 24, ipv6BroaderThan: 48 })._pattern).toEqual({
      kind: 'internet',
      ipv4Prefix: 24,
      ipv6Prefix: 48,
    });
    expect(TrafficPeer.publicRange({ ipv6BroaderThan: 48 })._pattern).toEqual({
      kind: 'internet',
      ipv4Prefix: 16,
      ipv6Prefix: 48,
    });
  });

  test('is any public address, a single one included', () => {
    expect(TrafficPeer.anyPublicAddress()._pattern).toEqual({
      kind: 'internet',
      ipv4Prefix: 33,
      ipv6Prefix: 129,
    });
  });

  test('leaves out the ranges that a content network publishes, small ones included', () => {
    expect(TrafficPeer.internet({ excluding: ALL_OF_CONTENT_NETWORK })._pattern).toEqual({
      kind: 'internet',
      excluding: ALL_OF_CONTENT_NETWORK,
    });
  });

  test('leaves out what its own measure means, each range once', () => {
    const excluding = ['52.0.0.0/23', '52.0.0.0/23'];
    expect(TrafficPeer.publicRange({ ipv4BroaderThan: 24, excluding })._pattern).toEqual({
      kind: 'internet',
      ipv4Prefix: 24,
      ipv6Prefix: 32,
      excluding: ['52.0.0.0/23'],
    });
    expect(TrafficPeer.anyPublicAddress({ excluding: ['203.0.113.7/32'] })._pattern).toMatchObject({
      excluding: ['203.0.113.7/32'],
    });
  });

  test.each<[string, string[], RegExp]>([
    ['nothing', [], /"excluding" is an empty list and would leave nothing out: name a range/],
    ['no range', ['everyone'], /"everyone" in "excluding" is no IP range: write one/],
    [
      'a token',
      [Fn.importValue('Range')],
      /has a range that only the deployment knows, and no one could check/,
    ],
    [
      'a range that begins elsewhere',
      ['104.17.0.0/13'],
      /"104\.17\.0\.0\/13" in "excluding" is not how EC2 writes a range: write "104\.16\.0\.0\/13"/,
    ],
    ['a range in other letters', ['2606:4700:0::/32'], /write "2606:4700::\/32"/],
    ['a private range', ['10.0.0.0/8'], /"10\.0\.0\.0\/8" in "excluding" holds no public address/],
    [
      'everything',
      ['0.0.0.0/0'],
      /is more than one organization holds: write ranges of \/8 \(IPv4\), \/16 \(IPv6\) or narrower/,
    ],
    ['everything of IPv6', ['::/0'], /is more than one organization holds/],
    ['all of IPv4 behind NAT64', ['64:ff9b::/96'], /is more than one organization holds/],
    [
      'everything in pieces',
      Array.from({ length: 224 }, (_, index) => `${index}.0.0.0/8`).filter(
        (cidr) => !['0.0.0.0/8', '10.0.0.0/8', '127.0.0.0/8'].includes(cidr),
      ),
      /leaves out all public addresses, so that nothing would be meant/,
    ],
    [
      'only ranges that are no internet',
      ['198.51.100.0/24', '2606:4700::/32'],
      /"excluding" would do nothing, since none of its ranges is broad enough to be meant/,
    ],
  ])('does not leave out %s', (_, excluding, message) => {
    expect(() => TrafficPeer.internet({ excluding })).toThrow(message);
    expect(() => TrafficPattern.fromInternet(Ports.SSH, { excluding })).toThrow(message);
  });

  test('is a range as EC2 keeps it', () => {
    expect(TrafficPeer.ipRange('10.1.2.3/8')._pattern).toEqual({
      kind: 'ipRange',
      cidr: '10.0.0.0/8',
    });
    expect(TrafficPeer.ipRange('2001:DB8::1/32')._pattern).toEqual({
      kind: 'ipRange',
      cidr: '2001:db8::/32',
    });
  });

  test('is a range that the deployment makes, as it is', () => {
    const cidr = Fn.importValue('Range');
    expect(TrafficPeer.ipRange(cidr)._pattern).toEqual({ kind: 'ipRange', cidr });
  });

  test('is a VPC, of the app or imported', () => {
    const made = new ec2.Vpc(new Stack(), 'Vpc', { natGateways: 0, maxAzs: 1 });
    for (const vpc of [made, vpcWithId('vpc-0123456789abcdef0')]) {
      const { vpcId } = vpc;
      expect(TrafficPeer.vpc(vpc)._pattern).toEqual({ kind: 'vpc', vpcId });
    }
  });

  test('is a prefix list or a group, also one that is made by the deployment', () => {
    const token = Fn.importValue('Id');
    const group = ec2.SecurityGroup.fromSecurityGroupId(
      new Stack(),
      'Group',
      'sg-0123456789abcdef0',
    );
    expect(TrafficPeer.prefixList('pl-63a5400a')._pattern).toEqual({
      kind: 'prefixList',
      prefixListId: 'pl-63a5400a',
    });
    expect(TrafficPeer.prefixList(token)._pattern).toEqual({
      kind: 'prefixList',
      prefixListId: token,
    });
    expect(TrafficPeer.securityGroup(group)._pattern).toEqual({
      kind: 'securityGroup',
      groupId: 'sg-0123456789abcdef0',
    });
  });

  test.each<[string, () => TrafficPeer, RegExp]>([
    [
      'an address without a prefix',
      () => TrafficPeer.ipRange('10.0.0.0'),
      /"10\.0\.0\.0" is no IP range: write one in CIDR notation/,
    ],
    [
      'a range of odd notation',
      () => TrafficPeer.ipRange('010.0.0.0/8'),
      /"010\.0\.0\.0\/8" is no IP range/,
    ],
    [
      'a malformed VPC',
      () => TrafficPeer.vpc(vpcWithId('prod')),
      /TrafficPeer\.vpc\(\): "prod" is no VPC id: import the VPC by one such as "vpc-0123456789abcdef0"/,
    ],
    [
      'a malformed prefix list',
      () => TrafficPeer.prefixList('list'),
      /"list" is no prefix list id: write one such as "pl-63a5400a"/,
    ],
    [
      'no measure',
      () => TrafficPeer.publicRange({}),
      /got no prefix: write one, as in TrafficPeer\.publicRange\(\{ ipv4BroaderThan: 24 \}\), or TrafficPeer\.internet\(\)/,
    ],
    [
      'a measure beyond IPv4',
      () => TrafficPeer.publicRange({ ipv4BroaderThan: 33 }),
      /"ipv4BroaderThan" is 33: write a prefix length from 1 to 32/,
    ],
    [
      'a measure beyond IPv6',
      () => TrafficPeer.publicRange({ ipv6BroaderThan: 129 }),
      /"ipv6BroaderThan" is 129: write a prefix length from 1 to 128/,
    ],
    [
      'a measure that nothing is broader than',
      () => TrafficPeer.publicRange({ ipv4BroaderThan: 0 }),
      /"ipv4BroaderThan" is 0/,
    ],
    [
      'half a measure',
      () => TrafficPeer.publicRange({ ipv4BroaderThan: 16.5 }),
      /"ipv4BroaderThan" is 16\.5/,
    ],
  ])('is refused: %s', (_, make, message) => {
    expect(make).toThrow(message);
  });
});

function vpcWithId(vpcId: string): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(new Stack(), 'Vpc', { vpcId, availabilityZones: ['a'] });
}

function tcp(fromPort: number, toPort = fromPort): Partial<RawRule> {
  return { protocol: 'tcp', fromPort, toPort };
}

function udp(fromPort: number, toPort = fromPort): Partial<RawRule> {
  return { protocol: 'udp', fromPort, toPort };
}
