import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  ChangeResponse,
  ExistingViolations,
  MonitoredGroups,
  Ports,
  RuleExclusion,
  SecurityGroupBaseline,
  type SecurityGroupPolicy,
  SentryMode,
  TrafficPattern,
  TrafficPeer,
} from '../../../src';
import { securityGroupSentrySettings } from '../../../src/security-group/constructs/security-group-sentry-settings';

const A = 'sg-0123456789abcdef0';
const B = 'sg-0fedcba9876543210';
const [ssh, rdp] = [Ports.SSH, Ports.RDP].map((ports) => TrafficPattern.fromInternet(ports)) as [
  TrafficPattern,
  TrafficPattern,
];
const revert = ChangeResponse.revert();
const notify = ChangeResponse.notifyOnly();
const noSsh = { baseline: SecurityGroupBaseline.forbid([ssh]), response: revert };
const locked = { baseline: SecurityGroupBaseline.locked(), response: revert };
const excluding = [
  RuleExclusion.ingressById(A, {
    ports: Ports.tcp(22),
    peer: TrafficPeer.ipRange('0.0.0.0/0'),
    reason: 'Partner VPN',
  }),
];
const forA = { appliesTo: MonitoredGroups.ids([A]) };
const forB = { appliesTo: MonitoredGroups.ids([B]) };

function settings(policies: SecurityGroupPolicy[], existingViolations?: ExistingViolations) {
  const monitoredGroups = MonitoredGroups.ids([A, B]);
  return () =>
    securityGroupSentrySettings(new Construct(new Stack(undefined, 'Stack'), 'Sentry'), {
      monitoredGroups,
      policies,
      existingViolations,
      mode: SentryMode.ENFORCE,
    });
}

describe('a policy that does nothing beside another is refused', () => {
  test.each<[string, SecurityGroupPolicy[], string]>([
    [
      'the same twice',
      [noSsh, noSsh],
      'policy 2 (forbid, revert) does nothing beside policy 1 (forbid, revert)',
    ],
    [
      'the same under two names',
      [
        { ...locked, name: 'one' },
        { ...locked, name: 'other' },
      ],
      'policy 2 "other" (locked, revert) does nothing beside policy 1 "one" (locked, revert)',
    ],
    [
      'the same patterns in another order',
      [
        { ...noSsh, baseline: SecurityGroupBaseline.forbid([ssh, rdp]) },
        { ...noSsh, baseline: SecurityGroupBaseline.forbid([rdp, ssh]) },
      ],
      'policy 2 (forbid, revert) does nothing beside policy 1',
    ],
    [
      'one that only notifies, first',
      [{ ...noSsh, response: notify }, noSsh],
      'policy 1 (forbid, notifyOnly) does nothing beside policy 2 (forbid, revert)',
    ],
    [
      'one for some of the groups of the other',
      [{ ...noSsh, ...forA }, noSsh],
      'policy 1 (forbid, revert) does nothing beside policy 2 (forbid, revert)',
    ],
    [
      'one with exclusions beside one without',
      [noSsh, { ...noSsh, excluding }],
      'policy 2 (forbid, revert) does nothing beside policy 1 (forbid, revert)',
    ],
  ])('%s', (_, policies, message) => {
    expect(settings(policies)).toThrow(
      `Stack/Sentry: ${message}${message.endsWith(')') ? ', which has the same baseline and answers as strongly for the same groups: take it out.' : ''}`,
    );
  });

  test.each<[string, SecurityGroupPolicy[]]>([
    [
      'of other groups',
      [
        { ...noSsh, ...forA },
        { ...noSsh, ...forB },
      ],
    ],
    [
      'that still tells of what the other excludes',
      [
        { ...noSsh, excluding },
        { ...noSsh, response: notify },
      ],
    ],
    [
      'that reverts where the other, for all, only notifies',
      [
        { ...noSsh, ...forA },
        { ...noSsh, response: notify },
      ],
    ],
    ['with another baseline', [noSsh, locked]],
  ])('though not one %s', (_, policies) => {
    expect(settings(policies)).not.toThrow();
  });
});

describe('a setting that does nothing is refused', () => {
  test('to put back what was removed, in a policy that only notifies', () => {
    const restoring = SecurityGroupBaseline.locked({ restoreRemoved: true });
    expect(settings([{ baseline: restoring, response: notify }, noSsh])).toThrow(
      'Stack/Sentry: a policy has SecurityGroupBaseline.locked({ restoreRemoved: true }) and ChangeResponse.notifyOnly(), which puts nothing back: leave "restoreRemoved" out, since removals are told without it too, or write another response, such as ChangeResponse.revert().',
    );
    expect(settings([{ baseline: restoring, response: revert }])).not.toThrow();
  });

  test.each<[string, SecurityGroupPolicy[]]>([
    ['policies that only notify', [{ ...noSsh, response: notify }]],
    ['locked policies, which accept what they find', [locked]],
    ['both', [locked, { ...noSsh, response: notify }]],
  ])('to respond to what violates already, with %s', (_, policies) => {
    expect(settings(policies, ExistingViolations.RESPOND)).toThrow(
      'Stack/Sentry: "existingViolations" is RESPOND and does nothing: a locked policy accepts what it finds, and ChangeResponse.notifyOnly() leaves it. Leave it out, or add a policy with forbid() or allowOnly() that reverts or asks.',
    );
    expect(
      settings(
        [...policies, { ...noSsh, baseline: SecurityGroupBaseline.forbid([rdp]) }],
        ExistingViolations.RESPOND,
      ),
    ).not.toThrow();
    expect(settings(policies, ExistingViolations.REPORT)).not.toThrow();
  });
});
