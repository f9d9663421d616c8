import {
  Ports,
  SecurityGroupBaseline,
  RuleDirection,
  TrafficPattern,
  TrafficPeer,
} from '../../../src';

const ssh = TrafficPattern.fromInternet(Ports.SSH);
const https = TrafficPattern.fromInternet(Ports.tcp(443));

test.each(['forbid', 'allowOnly'] as const)('%s names its patterns', (kind) => {
  expect(SecurityGroupBaseline[kind]([ssh, https])._specification).toEqual({
    kind,
    patterns: [ssh._specification, https._specification],
  });
});

test.each([
  [undefined, false],
  [{}, false],
  [{ restoreRemoved: false }, false],
  [{ restoreRemoved: true }, true],
])('locked(%j) puts removed rules back: %s', (props, restoreRemoved) => {
  expect(SecurityGroupBaseline.locked(props)._specification).toEqual({
    kind: 'locked',
    restoreRemoved,
  });
});

test('all traffic can be allowed in one direction, or to some', () => {
  for (const pattern of [
    TrafficPattern.of({ direction: RuleDirection.EGRESS }),
    TrafficPattern.of({ peers: [TrafficPeer.ipRange('10.0.0.0/8')] }),
    TrafficPattern.of({ ports: [Ports.tcp(443)] }),
  ]) {
    expect(() => SecurityGroupBaseline.allowOnly([https, pattern])).not.toThrow();
  }
});

test('what is too broad, or not described, can be forbidden', () => {
  const patterns = [
    TrafficPattern.withoutDescription(),
    TrafficPattern.of({ peers: [TrafficPeer.publicRange({ ipv4BroaderThan: 24 })] }),
  ];
  expect(() => SecurityGroupBaseline.forbid(patterns)).not.toThrow();
});

test.each<[string, () => SecurityGroupBaseline, RegExp]>([
  [
    'forbidding nothing',
    () => SecurityGroupBaseline.forbid([]),
    /forbid\(\) got an empty list and would forbid nothing: name a pattern, such as/,
  ],
  [
    'allowing nothing',
    () => SecurityGroupBaseline.allowOnly([]),
    /allowOnly\(\) got an empty list and would allow nothing: name a pattern, such as/,
  ],
  [
    'allowing rules because no one described them',
    () => SecurityGroupBaseline.allowOnly([https, TrafficPattern.withoutDescription()]),
    /forbid it in a policy of its own/,
  ],
  [
    'allowing what is too broad',
    () =>
      SecurityGroupBaseline.allowOnly([
        TrafficPattern.of({ peers: [TrafficPeer.publicRange({ ipv6BroaderThan: 48 })] }),
      ]),
    /got TrafficPeer\.publicRange\(\) or TrafficPeer\.anyPublicAddress\(\), which says what is too broad: allow TrafficPeer\.internet\(\) or ranges/,
  ],
  [
    'allowing any public address',
    () =>
      SecurityGroupBaseline.allowOnly([
        TrafficPattern.of({ peers: [TrafficPeer.anyPublicAddress()] }),
      ]),
    /which says what is too broad/,
  ],
  [
    'allowing the internet without some ranges',
    () =>
      SecurityGroupBaseline.allowOnly([
        TrafficPattern.fromInternet(Ports.SSH, { excluding: ['104.16.0.0/13'] }),
      ]),
    /got an internet with "excluding", which says what not to forbid: allow those ranges with TrafficPeer\.ipRange\(\)/,
  ],
  [
    'forbidding the same twice',
    () => SecurityGroupBaseline.forbid([ssh, https, TrafficPattern.fromInternet(Ports.SSH)]),
    /^SecurityGroupBaseline\.forbid\(\) got the pattern ".+ from .*internet.*" twice: leave it out once\.$/,
  ],
  [
    'allowing the same twice',
    () => SecurityGroupBaseline.allowOnly([https, https]),
    /^SecurityGroupBaseline\.allowOnly\(\) got the pattern ".+" twice/,
  ],
  [
    'allowing everything',
    () => SecurityGroupBaseline.allowOnly([https, TrafficPattern.everything()]),
    /allowOnly\(\) allows all traffic in both directions, so no rule would ever violate it: name the ports or peers that may be, or write no such policy\.$/,
  ],
  [
    'allowing everything in, and everything out',
    () =>
      SecurityGroupBaseline.allowOnly([
        TrafficPattern.of({ direction: RuleDirection.INGRESS, ports: [Ports.ANY] }),
        TrafficPattern.of({ direction: RuleDirection.EGRESS }),
      ]),
    /allowOnly\(\) allows all traffic in both directions/,
  ],
])('%s is refused', (_, make, message) => {
  expect(make).toThrow(message);
});
