import { parseChangeEvent } from '../../../../src/security-group/adapters/change-event';
import type { Change } from '../../../../src/security-group/domain/changes/change';
import type { SentryConfiguration } from '../../../../src/security-group/domain/policies/sentry-configuration';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import { envelopeOf, permission, recordOf, roleSession } from '../../samples/change-events';
import { changeOf, configurationOf, lockedRestoring } from '../../samples/changes';
import { LETS_ALL_OUT, rule } from '../../samples/rules';

const EMPTYING_ROLE = 'arn:aws:iam::111111111111:role/deploy/Net-RestrictDefaultSg';
const within = rule({ id: 'sgr-in', protocol: '-1', groupId: 'sg-1' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });

const session = roleSession({ roleName: 'Net-RestrictDefaultSg', sessionName: 'Net-fn' });

/** As the custom resource of the CDK calls, and CloudTrail records it. */
const outRemoved = parsed({
  eventName: 'RevokeSecurityGroupEgress',
  eventID: 'event-out',
  permissions: { ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } },
  revoked: { securityGroupRuleId: 'sgr-out', isEgress: true, cidrIpv4: '0.0.0.0/0' },
});
const withinRemoved = parsed({
  eventName: 'RevokeSecurityGroupIngress',
  eventID: 'event-in',
  permissions: { groups: { items: [{ groupId: 'sg-1', userId: '111111111111' }] } },
  revoked: { securityGroupRuleId: 'sgr-in', isEgress: false, referencedGroupId: 'sg-1' },
});

describe('a default group that the app empties', () => {
  test('stays empty, without a report of a violation', async () => {
    const sentry = emptied();
    const reports = [
      ...(await sentry.respond(outRemoved)),
      ...(await sentry.respond(withinRemoved)),
    ];
    expect(reports.flatMap(({ rules }) => rules).flatMap(({ violations }) => violations)).toEqual(
      [],
    );
    expect(sentry.groups.rulesIn('sg-1')).toEqual([]);
    expect((await sentry.ledger.read('sg-1')).entries.size).toBe(0);
  });

  test('stays empty where the events were lost, and the history has the calls', async () => {
    const sentry = emptied();
    sentry.history.changes.push(outRemoved, withinRemoved);
    const missingSince = new Date(sentry.groups.now().getTime() - 60 * 60_000);
    for (const missing of [LETS_ALL_OUT, within]) {
      sentry.ledger.grant(
        'sg-1',
        missing,
        { cause: 'adopted', by: 'App/Sentry', since: new Date('2025-12-01T00:00:00Z') },
        { missingSince },
      );
    }
    await sentry.respondToDifferences();
    expect(sentry.groups.rulesIn('sg-1')).toEqual([]);
  });

  test('is filled again where no one named the role', async () => {
    const sentry = emptied({ emptyingRoleArns: [] });
    await sentry.respond(outRemoved);
    expect(sentry.groups.rulesIn('sg-1')).toHaveLength(1);
  });
});

describe('a role that may empty default groups may do nothing else', () => {
  test('neither add to one', async () => {
    const sentry = emptied();
    sentry.groups.put('sg-1', () => [https]);
    await sentry.respond(changeOf({ present: [https] }, { actor: outRemoved.actor }));
    expect(sentry.announcer.outcomes()).toContain('added sgr-https reverted');
  });

  test('nor take away from another group', async () => {
    const sentry = emptied({}, 'web');
    await sentry.respond(outRemoved);
    expect(sentry.groups.rulesIn('sg-1')).not.toEqual([]);
  });

  test.each<[string, Partial<Change>]>([
    [
      'nor does another role of the same name',
      { actor: { ...outRemoved.actor, roleArn: EMPTYING_ROLE.replace('1111', '2222') } },
    ],
    [
      'nor does a user by the name of its session',
      { actor: { type: 'IAMUser', arn: outRemoved.actor.arn, userName: 'Net-fn' } },
    ],
    [
      'nor where the record does not name all that was taken away',
      { rules: { ...outRemoved.rules, complete: false } },
    ],
    ['nor by a call that is no removal', { eventName: 'ModifySecurityGroupRules' }],
  ])('%s', async (_, values) => {
    const sentry = emptied();
    await sentry.respond({ ...outRemoved, ...values });
    expect(sentry.groups.rulesIn('sg-1')).not.toEqual([]);
  });
});

/** The default group was adopted with the rules that EC2 makes, and is empty by now. */
function emptied(values: Partial<SentryConfiguration> = {}, name = 'default'): SentryInMemory {
  const groups = new GroupsInMemory();
  groups.create({ id: 'sg-1', name, vpcId: 'vpc-1' });
  const sentry = new SentryInMemory(
    configurationOf([lockedRestoring], { emptyingRoleArns: [EMPTYING_ROLE], ...values }),
    groups,
  );
  sentry.ledger.adopt('sg-1', [LETS_ALL_OUT, within], { name });
  return sentry;
}

function parsed(values: {
  readonly eventName: string;
  readonly eventID: string;
  readonly permissions: Record<string, unknown>;
  readonly revoked: Record<string, unknown>;
}): Change {
  const { ipProtocol: _, fromPort: _from, toPort: _to, ...peers } = permission(values.permissions);
  const record = recordOf({
    eventName: values.eventName,
    eventID: values.eventID,
    userIdentity: session,
    requestParameters: {
      groupId: 'sg-1',
      ipPermissions: { items: [{ ipProtocol: '-1', ...peers }] },
    },
    responseElements: {
      _return: true,
      revokedSecurityGroupRuleSet: {
        items: [{ groupId: 'sg-1', ipProtocol: '-1', fromPort: -1, toPort: -1, ...values.revoked }],
      },
    },
  });
  return parseChangeEvent(envelopeOf(record), new Date('2026-01-01T00:01:00Z'));
}
