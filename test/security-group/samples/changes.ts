import type { Actor, TrustedActor } from '../../../src/security-group/domain/changes/actor';
import type { Change } from '../../../src/security-group/domain/changes/change';
import {
  type NamedRules,
  NO_RULES,
  type RuleReference,
} from '../../../src/security-group/domain/changes/named-rules';
import {
  type Policy,
  withoutNameAndScope,
} from '../../../src/security-group/domain/policies/policy';
import type { SentryConfiguration } from '../../../src/security-group/domain/policies/sentry-configuration';
import type { Rule } from '../../../src/security-group/domain/rules/rule';

export const OWN = {
  roleArn: 'arn:aws:iam::111111111111:role/Sentry',
  sessionName: 'sentry-function',
};
export const eve: Actor = {
  type: 'IAMUser',
  arn: 'arn:aws:iam::111111111111:user/eve',
  userName: 'eve',
};
export const mallory: Actor = {
  type: 'IAMUser',
  arn: 'arn:aws:iam::111111111111:user/mallory',
  userName: 'mallory',
};
export const deployer: Actor = {
  type: 'AssumedRole',
  arn: 'arn:aws:sts::111111111111:assumed-role/Deploy/run-1',
  roleArn: 'arn:aws:iam::111111111111:role/Deploy',
  sessionName: 'run-1',
};
export const sentryItself: Actor = {
  type: 'AssumedRole',
  roleArn: OWN.roleArn,
  sessionName: OWN.sessionName,
};
export const trustsDeployer: readonly TrustedActor[] = [
  { kind: 'role', roleArn: 'arn:aws:iam::111111111111:role/Deploy' },
];

export const locked: Policy = {
  baseline: { kind: 'locked', restoreRemoved: false },
  response: 'revert',
};
export const lockedRestoring: Policy = {
  baseline: { kind: 'locked', restoreRemoved: true },
  response: 'revert',
};
export const lockedNotify: Policy = {
  baseline: { kind: 'locked', restoreRemoved: false },
  response: 'notifyOnly',
};
export const forbidSsh: Policy = {
  baseline: {
    kind: 'forbid',
    patterns: [
      {
        name: 'SSH',
        traffic: [{ kind: 'protocol', protocol: 'tcp', fromPort: 22, toPort: 22 }],
        peers: [{ kind: 'internet' }],
      },
    ],
  },
  response: 'revert',
};
/** No TCP to the port, from anywhere. */
export function forbidPort(port: number): Policy {
  const traffic = [{ kind: 'protocol', protocol: 'tcp', fromPort: port, toPort: port }] as const;
  const patterns = [{ name: `port ${port}`, traffic }];
  return { baseline: { kind: 'forbid', patterns }, response: 'revert' };
}

export const allowHttpsOnly: Policy = {
  baseline: {
    kind: 'allowOnly',
    patterns: [
      {
        name: 'HTTPS',
        traffic: [{ kind: 'protocol', protocol: 'tcp', fromPort: 443, toPort: 443 }],
      },
    ],
  },
  response: 'revert',
};

/** The policy, but with people asked. */
export function asking(
  { baseline }: Policy,
  response: 'revertUntilApproved' | 'revertIfDenied',
  whenUnanswered: 'revert' | 'accept' = 'revert',
): Policy {
  return { baseline, response, asking: { workflow: 'approvals', whenUnanswered } };
}

/** A call to a group, from the few values that a test is about. */
export function changeOf(rules: Partial<NamedRules>, values: Partial<Change> = {}): Change {
  return {
    eventId: 'event-1',
    eventName: 'AuthorizeSecurityGroupIngress',
    time: new Date('2026-01-01T00:00:00Z'),
    accountId: '111111111111',
    region: 'eu-west-1',
    actor: eve,
    subject: { kind: 'group', group: { id: 'sg-1' } },
    rules: { ...NO_RULES, ...rules },
    ...values,
  };
}

export function added(...rules: Rule[]): Change {
  return changeOf({ present: rules });
}

export function removed(...references: RuleReference[]): Change {
  return changeOf({ absent: references }, { eventName: 'RevokeSecurityGroupIngress' });
}

export function modified(...ids: string[]): Change {
  return changeOf({ modifiedIds: ids }, { eventName: 'ModifySecurityGroupRules' });
}

export function described(...references: RuleReference[]): Change {
  return changeOf(
    { described: references },
    { eventName: 'UpdateSecurityGroupRuleDescriptionsIngress' },
  );
}

export function by(actor: Actor, change: Change): Change {
  return { ...change, actor };
}

export function configurationOf(
  policies: readonly Policy[],
  values: Partial<SentryConfiguration> = {},
): SentryConfiguration {
  return {
    monitoredGroups: { include: [{ kind: 'ids', groupIds: ['sg-1'] }], exclude: [] },
    policies,
    digests: { selection: 's', policies: 'p' },
    digestOf: (some) => JSON.stringify(some.map(withoutNameAndScope)),
    trustedActors: trustsDeployer,
    emptyingRoleArns: [],
    mode: 'ENFORCE',
    existingViolations: 'REPORT',
    settleMilliseconds: 10 * 60_000,
    repeatWindowMilliseconds: 60 * 60_000,
    brake: 0.2,
    workflows: [{ name: 'approvals', expireMilliseconds: 24 * 60 * 60_000 }],
    ...values,
  };
}
