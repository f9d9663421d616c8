import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  DeleteManagedPrefixListCommand,
  DeleteSecurityGroupCommand,
  DeleteTagsCommand,
  ModifyManagedPrefixListCommand,
  ModifySecurityGroupRulesCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroupRule,
} from '@aws-sdk/client-ec2';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as z from 'zod/mini';
import type { DeployedStack } from '../../sandbox/local-aws';
import {
  Actor,
  ChangeResponse,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SentryMode,
  TrafficPattern,
} from '../../src';
import type { ReconcileMessage } from '../../src/security-group/contracts/change-message';
import { fieldsWithoutLine } from '../support/log-lines/written-logs';
import { FirstContact } from '../support/sandbox/first-contact';
import {
  changeMessages,
  GroupSandbox,
  idOf,
  outcomesIn,
  type SentryMessage,
  tcp,
  textOf,
  textWithId,
  WATCH_TAG,
} from '../support/sandbox/group-sandbox';
import { schemaErrors } from '../support/schemas/message-schema';

jest.setTimeout(60_000);

const MINUTE = 60_000;
const SETTLED_AFTER = 16 * MINUTE;

let sandbox: GroupSandbox;
let stage: DeployedStack;
let watchedVpc: string;
let place: FirstContact;

/** Groups that sentries know by their ids, one for each test that needs one. */
const groupsOf: Record<'Restored' | 'Observed', string[]> = { Restored: [], Observed: [] };

/**
 * Sentries for groups with a tag, which are locked; for groups that get back what is removed; and
 * for one that is only observed. All groups of another VPC may not be open for SSH. The role
 * `deployer` is trusted.
 */
beforeAll(async () => {
  sandbox = await GroupSandbox.start();
  place = await FirstContact.in(sandbox.localAws);
  for (let n = 0; n < 3; n += 1) {
    groupsOf.Restored.push(await sandbox.newGroup({ ingress: NORMAL }));
  }
  groupsOf.Observed.push(await sandbox.newGroup({ ingress: NORMAL }));
  watchedVpc =
    (await sandbox.deployer.send(new CreateVpcCommand({ CidrBlock: '10.9.0.0/16' }))).Vpc?.VpcId ??
    '';
  stage = await sandbox.deploy('Ledger', (stack) => {
    const trustedActors = [
      Actor.role(iam.Role.fromRoleArn(stack, 'Deployer', sandbox.deployerArn)),
    ];
    const noSsh = {
      baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]),
      response: ChangeResponse.revert(),
    };
    const locked = { baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() };
    const restored = {
      baseline: SecurityGroupBaseline.locked({ restoreRemoved: true }),
      response: ChangeResponse.revert(),
    };
    const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: watchedVpc,
      availabilityZones: ['us-east-1a'],
    });
    new SecurityGroupSentry(stack, 'Locked', {
      monitoredGroups: MonitoredGroups.taggedWith(WATCH_TAG, 'locked'),
      policies: [noSsh, locked],
      trustedActors,
    });
    new SecurityGroupSentry(stack, 'Restored', {
      monitoredGroups: MonitoredGroups.ids(groupsOf.Restored),
      policies: [noSsh, restored],
      trustedActors,
    });
    new SecurityGroupSentry(stack, 'Observed', {
      monitoredGroups: MonitoredGroups.ids(groupsOf.Observed),
      policies: [noSsh, restored],
      trustedActors,
      mode: SentryMode.OBSERVE,
    });
    new SecurityGroupSentry(stack, 'InVpc', {
      monitoredGroups: MonitoredGroups.inVpc(vpc),
      policies: [noSsh],
    });
  });
});

afterAll(async () => {
  place?.end();
  await sandbox?.stop();
});

type Sentry = 'Locked' | 'Restored' | 'Observed' | 'InVpc';

const NORMAL = [tcp(443, '0.0.0.0/0', 'web'), tcp(5432, '10.0.0.0/16', 'database')];

async function reconcile(sentry: Sentry): Promise<SentryMessage[]> {
  return sandbox.told(async () =>
    expect(await sandbox.localAws.fire(stage, `${sentry}ReconcileRule`)).toMatchObject({
      succeeded: true,
    }),
  );
}

/** One with rules from before the sentry's time. */
async function adoptedGroup(
  sentry: 'Locked' | 'Restored' | 'Observed',
  ingress = NORMAL,
): Promise<string> {
  const groupId =
    sentry === 'Locked'
      ? await sandbox.newGroup({ ingress, tags: [{ Key: WATCH_TAG, Value: 'locked' }] })
      : groupsOf[sentry].shift();
  if (groupId === undefined) {
    throw new Error(`${sentry} has no group left: make one more before the stack is deployed.`);
  }
  await firstContact(sentry);
  return groupId;
}

/** As if the sentry had never looked at the place before: all groups were there before it. */
async function firstContact(sentry: Sentry): Promise<SentryMessage[]> {
  await place.prepare(stage, sentry);
  return reconcile(sentry);
}

async function state(groupId: string): Promise<string[]> {
  return (await sandbox.rules(groupId)).map(textWithId).sort();
}

async function open(
  groupId: string,
  port: number,
  cidr = '203.0.113.0/24',
  client = sandbox.visitor,
): Promise<SecurityGroupRule> {
  const [rule] = await sandbox.add(groupId, 'ingress', [tcp(port, cidr)], client);
  if (!rule) throw new Error(`EC2 did not show the rule for ${port}.`);
  return rule;
}

async function close(GroupId: string, ruleId: string, client = sandbox.visitor): Promise<void> {
  await client.send(
    new RevokeSecurityGroupIngressCommand({ GroupId, SecurityGroupRuleIds: [ruleId] }),
  );
}

async function moveToPort(
  GroupId: string,
  ruleId: string,
  port: number,
  CidrIpv4: string,
): Promise<void> {
  await sandbox.visitor.send(
    new ModifySecurityGroupRulesCommand({
      GroupId,
      SecurityGroupRules: [
        {
          SecurityGroupRuleId: ruleId,
          SecurityGroupRule: { IpProtocol: 'tcp', FromPort: port, ToPort: port, CidrIpv4 },
        },
      ],
    }),
  );
}

const ListedPolicies = z.object({
  policies: z.array(z.object({ name: z.string(), baseline: z.string() })),
});

async function operate(
  payload: Readonly<Record<string, unknown>>,
  sentry: Sentry = 'Locked',
): Promise<unknown> {
  const [, { physicalId }] = [...stage.resources].find(
    ([id, { type }]) => type === 'AWS::Lambda::Function' && id.startsWith(`${sentry}OperateSentry`),
  )!;
  return sandbox.localAws.invoke(physicalId, payload);
}

function reconcileMessages(messages: readonly SentryMessage[]): ReconcileMessage[] {
  return messages.flatMap((message) =>
    message.type === 'security-group-reconcile' ? [message] : [],
  );
}

function notices(messages: readonly SentryMessage[]): string[] {
  return changeMessages(messages).flatMap((message) => message.notices.map(({ text }) => text));
}

describe('adoption', () => {
  test('reconcile records what stands there, tells what violates in one message, and leaves it alone', async () => {
    const tags = [{ Key: WATCH_TAG, Value: 'locked' }];
    const groupId = await sandbox.newGroup({ ingress: [...NORMAL, tcp(22, '0.0.0.0/0')], tags });
    const before = await state(groupId);
    const messages = await reconcile('Locked');
    expect(reconcileMessages(messages)).toMatchObject([
      {
        severity: 'high',
        adopted: [
          {
            group: { id: groupId },
            cause: 'first-contact',
            rules: 3,
            violating: [{ fromPort: 22, accepted: true }],
          },
        ],
        due: [],
      },
    ]);
    expect(messages).toHaveLength(1);
    await sandbox.passTime(SETTLED_AFTER);
    expect(await reconcile('Locked')).toEqual([]);
    expect(await state(groupId)).toEqual(before);
  });
});

describe('what a trusted actor adds', () => {
  test("is accepted without a word; a visitor who modifies it sees it restored, since the event history has the grant's event", async () => {
    const groupId = await adoptedGroup('Locked');
    expect(await sandbox.told(() => open(groupId, 8443, '10.1.0.0/16', sandbox.deployer))).toEqual(
      [],
    );
    const before = await state(groupId);
    const added = (await sandbox.rules(groupId)).find(({ FromPort }) => FromPort === 8443)!;
    const messages = await sandbox.told(() =>
      moveToPort(groupId, idOf(added), 8444, '10.1.0.0/16'),
    );
    expect(outcomesIn(messages)).toEqual(['modified: reverted']);
    expect(changeMessages(messages)[0]?.rules).toMatchObject([
      { fromPort: 8444, restored: { fromPort: 8443 } },
    ]);
    expect(await state(groupId)).toEqual(before);
  });

  test('modified before the event history has the event: the rule is taken away, since nothing proves that it was accepted', async () => {
    const groupId = await adoptedGroup('Locked');
    const before = await state(groupId);
    sandbox.localAws.holdHistory();
    const added = await open(groupId, 8443, '10.1.0.0/16', sandbox.deployer);
    await sandbox.localAws.settled();
    const messages = await sandbox.told(() =>
      moveToPort(groupId, idOf(added), 8444, '10.1.0.0/16'),
    );
    sandbox.localAws.releaseHistory();
    expect(outcomesIn(messages)).toEqual(['modified: reverted']);
    expect(changeMessages(messages)[0]?.rules[0]).not.toHaveProperty('restored');
    expect(await state(groupId)).toEqual(before);
  });

  test('removed before the event history has the event: not put back yet, and put back by reconcile once it has', async () => {
    const groupId = await adoptedGroup('Restored');
    sandbox.localAws.holdHistory();
    const added = await open(groupId, 8443, '10.1.0.0/16', sandbox.deployer);
    await sandbox.localAws.settled();
    const before = (await sandbox.rules(groupId)).map(textOf).sort();
    const messages = await sandbox.told(() => close(groupId, idOf(added)));
    expect(outcomesIn(messages)).toEqual(['removed: not-restorable']);
    expect(changeMessages(messages)[0]?.rules[0]?.failure).toMatch(/does not confirm \(yet\)/);
    sandbox.localAws.releaseHistory();
    await reconcile('Restored');
    await sandbox.passTime(SETTLED_AFTER);
    expect(outcomesIn(await reconcile('Restored'))).toEqual(['removed: reverted']);
    expect((await sandbox.rules(groupId)).map(textOf).sort()).toEqual(before);
  });

  test('a rule of his that a visitor gives a new description gets its description back', async () => {
    const groupId = await adoptedGroup('Locked');
    const before = await state(groupId);
    const [rule] = await sandbox.rules(groupId);
    const messages = await sandbox.told(() =>
      sandbox.visitor.send(
        new ModifySecurityGroupRulesCommand({
          GroupId: groupId,
          SecurityGroupRules: [
            {
              SecurityGroupRuleId: idOf(rule!),
              SecurityGroupRule: {
                IpProtocol: rule!.IpProtocol,
                FromPort: rule!.FromPort,
                ToPort: rule!.ToPort,
                CidrIpv4: rule!.CidrIpv4,
                Description: 'not what it is',
              },
            },
          ],
        }),
      ),
    );
    expect(outcomesIn(messages)).toEqual(['described: reverted']);
    expect(await state(groupId)).toEqual(before);
  });
});

describe('a removed rule', () => {
  test('is told, and not put back where restoreRemoved is off; reconcile says no more about it', async () => {
    const groupId = await adoptedGroup('Locked');
    const [rule, other] = await sandbox.rules(groupId);
    const messages = await sandbox.told(() => close(groupId, idOf(rule!)));
    expect(outcomesIn(messages)).toEqual(['removed: kept']);
    expect(await state(groupId)).toEqual([textWithId(other!)]);
    await reconcile('Locked');
    await sandbox.passTime(SETTLED_AFTER);
    expect(await reconcile('Locked')).toEqual([]);
    expect(await state(groupId)).toEqual([textWithId(other!)]);
  });

  test('that a visitor adds again is taken away: its grant went with it', async () => {
    const groupId = await adoptedGroup('Locked');
    const [rule, other] = await sandbox.rules(groupId);
    await sandbox.told(() => close(groupId, idOf(rule!)));
    const messages = await sandbox.told(() => sandbox.add(groupId, 'ingress', NORMAL.slice(0, 1)));
    expect(outcomesIn(messages)).toEqual(['added: reverted']);
    expect(await state(groupId)).toEqual([textWithId(other!)]);
  });

  test('that a trusted actor removes is gone for good, without a word', async () => {
    const groupId = await adoptedGroup('Restored');
    const [rule, other] = await sandbox.rules(groupId);
    expect(await sandbox.told(() => close(groupId, idOf(rule!), sandbox.deployer))).toEqual([]);
    await reconcile('Restored');
    await sandbox.passTime(SETTLED_AFTER);
    expect(await reconcile('Restored')).toEqual([]);
    expect(await state(groupId)).toEqual([textWithId(other!)]);
  });
});

describe('events that never come', () => {
  test('an added rule is found by reconcile, waits for settleTime, and is taken away in the name of whom the event history knows', async () => {
    const groupId = await adoptedGroup('Locked');
    const before = await state(groupId);
    sandbox.localAws.loseNext('AuthorizeSecurityGroupIngress');
    await open(groupId, 9000);
    expect(await reconcile('Locked')).toEqual([]);
    await sandbox.passTime(5 * MINUTE);
    expect(await reconcile('Locked')).toEqual([]);
    expect(await state(groupId)).toHaveLength(before.length + 1);
    await sandbox.passTime(SETTLED_AFTER);
    const messages = changeMessages(await reconcile('Locked'));
    expect(messages).toMatchObject([
      {
        explainedBy: 'event-history',
        eventName: 'AuthorizeSecurityGroupIngress',
        actor: { userName: 'visitor' },
        rules: [{ fromPort: 9000, change: 'added', outcome: 'reverted' }],
      },
    ]);
    expect(await state(groupId)).toEqual(before);
  });

  test('what a trusted actor added is accepted by the event history', async () => {
    const groupId = await adoptedGroup('Locked');
    sandbox.localAws.loseNext('AuthorizeSecurityGroupIngress');
    await open(groupId, 9000, '10.1.0.0/16', sandbox.deployer);
    const before = await state(groupId);
    await reconcile('Locked');
    await sandbox.passTime(SETTLED_AFTER);
    expect(await reconcile('Locked')).toEqual([]);
    expect(await sandbox.told(() => open(groupId, 9001))).toHaveLength(1);
    expect(await state(groupId)).toEqual(before);
  });

  test('what nothing explains is taken away, and told as that', async () => {
    const groupId = await adoptedGroup('Locked');
    const before = await state(groupId);
    sandbox.localAws.loseNext('AuthorizeSecurityGroupIngress');
    sandbox.localAws.holdHistory();
    await open(groupId, 9000);
    await reconcile('Locked');
    await sandbox.passTime(SETTLED_AFTER);
    const messages = changeMessages(await reconcile('Locked'));
    sandbox.localAws.releaseHistory();
    expect(messages).toMatchObject([
      {
        explainedBy: 'nothing',
        eventId: 'none',
        actor: { type: 'unknown' },
        rules: [{ fromPort: 9000, outcome: 'reverted' }],
      },
    ]);
    expect(await state(groupId)).toEqual(before);
  });

  test('a removed rule is put back where restoreRemoved is on', async () => {
    const groupId = await adoptedGroup('Restored');
    const before = (await sandbox.rules(groupId)).map(textOf).sort();
    sandbox.localAws.loseNext('RevokeSecurityGroupIngress');
    await close(groupId, idOf((await sandbox.rules(groupId))[0]!));
    await reconcile('Restored');
    await sandbox.passTime(SETTLED_AFTER);
    const messages = await reconcile('Restored');
    expect(changeMessages(messages)).toMatchObject([
      { explainedBy: 'event-history', actor: { userName: 'visitor' } },
    ]);
    expect(outcomesIn(messages)).toEqual(['removed: reverted']);
    expect((await sandbox.rules(groupId)).map(textOf).sort()).toEqual(before);
  });
});

describe('events that come as they like', () => {
  async function held(
    groupId: string,
    acts: () => Promise<unknown>,
    order: Parameters<GroupSandbox['localAws']['releaseEvents']>[0],
  ): Promise<SentryMessage[]> {
    sandbox.localAws.holdEvents();
    await acts();
    const messages = await sandbox.told(() => sandbox.localAws.releaseEvents(order));
    expect(changeMessages(messages).every(({ group }) => group.id === groupId)).toBe(true);
    return messages;
  }

  test('a change and its undoing in reverse order: nothing is done, and it is told that it was gone', async () => {
    const groupId = await adoptedGroup('Locked');
    const before = await state(groupId);
    const messages = await held(
      groupId,
      async () => close(groupId, idOf(await open(groupId, 9000))),
      (events) => [...events].reverse(),
    );
    expect(outcomesIn(messages)).toEqual(['added: already-gone']);
    expect(changeMessages(messages)[0]).toMatchObject({ severity: 'medium' });
    expect(await state(groupId)).toEqual(before);
  });

  test('the removal of an accepted rule and its return, late and in reverse order: what stands there is what was accepted', async () => {
    const groupId = await adoptedGroup('Locked');
    const before = (await sandbox.rules(groupId)).map(textOf).sort();
    const [rule] = await sandbox.rules(groupId);
    await held(
      groupId,
      async () => {
        await close(groupId, idOf(rule!));
        await sandbox.add(groupId, 'ingress', NORMAL.slice(0, 1));
      },
      (events) => [...events].reverse(),
    );
    expect((await sandbox.rules(groupId)).map(textOf).sort()).toEqual(before);
    await reconcile('Locked');
    await sandbox.passTime(SETTLED_AFTER);
    expect(await reconcile('Locked')).toEqual([]);
    expect((await sandbox.rules(groupId)).map(textOf).sort()).toEqual(before);
  });

  test('a rule that was added and modified, the modification first: it is taken away once', async () => {
    const groupId = await adoptedGroup('Locked');
    const before = await state(groupId);
    const messages = await held(
      groupId,
      async () => moveToPort(groupId, idOf(await open(groupId, 9000)), 9001, '198.51.100.0/24'),
      (events) => [...events].reverse(),
    );
    expect(outcomesIn(messages).filter((outcome) => outcome.endsWith('reverted'))).toHaveLength(1);
    expect(await state(groupId)).toEqual(before);
  });

  test('an hour late: what a visitor did is reverted, what a trusted actor did is accepted', async () => {
    const groupId = await adoptedGroup('Locked');
    sandbox.localAws.holdEvents();
    await open(groupId, 9000);
    await open(groupId, 9001, '10.1.0.0/16', sandbox.deployer);
    await sandbox.passTime(60 * MINUTE);
    const messages = await sandbox.told(() => sandbox.localAws.releaseEvents());
    expect(outcomesIn(messages)).toEqual(['added: reverted']);
    expect(changeMessages(messages)[0]?.secondsOpen).toBeGreaterThanOrEqual(3600);
    expect((await sandbox.rules(groupId)).map(({ FromPort }) => FromPort).sort()).toEqual([
      443, 5432, 9001,
    ]);
    await reconcile('Locked');
    await sandbox.passTime(SETTLED_AFTER);
    expect(await reconcile('Locked')).toEqual([]);
  });

  test('after its group was deleted: told, and nothing is left in a queue', async () => {
    const groupId = await adoptedGroup('Locked');
    const messages = await held(
      groupId,
      async () => {
        await open(groupId, 9000);
        await sandbox.visitor.send(new DeleteSecurityGroupCommand({ GroupId: groupId }));
      },
      (events) => events,
    );
    expect(outcomesIn(messages)).toEqual(['added: already-gone']);
    expect(notices(messages)).toEqual(['The monitored group was deleted.']);
    expect(reconcileMessages(await reconcile('Locked'))).toEqual([]);
  });
});

test('a monitored group whose deletion no event told is told by reconcile', async () => {
  const groupId = await adoptedGroup('Locked');
  sandbox.localAws.loseNext('DeleteSecurityGroup');
  await sandbox.visitor.send(new DeleteSecurityGroupCommand({ GroupId: groupId }));
  expect(await reconcile('Locked')).toEqual([]);
  expect(reconcileMessages(await reconcile('Locked'))).toMatchObject([
    { severity: 'high', released: [{ group: { id: groupId }, reason: 'deleted' }] },
  ]);
});

describe('a prefix list', () => {
  test('that a visitor opens to the world: the rule that names it is taken away, others stand', async () => {
    const listId = await sandbox.newPrefixList('10.2.0.0/16');
    const groupId = await adoptedGroup('Locked', [
      ...NORMAL,
      { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, PrefixListIds: [{ PrefixListId: listId }] },
    ]);
    const before = await state(groupId);
    const messages = await sandbox.told(() =>
      sandbox.visitor.send(
        new ModifyManagedPrefixListCommand({
          PrefixListId: listId,
          CurrentVersion: 1,
          AddEntries: [{ Cidr: '0.0.0.0/0' }],
        }),
      ),
    );
    expect(changeMessages(messages)).toMatchObject([
      {
        group: { id: groupId },
        eventName: 'ModifyManagedPrefixList',
        actor: { userName: 'visitor' },
      },
    ]);
    expect(changeMessages(messages)[0]?.rules).toMatchObject([
      { peer: { prefixListId: listId }, outcome: 'reverted' },
    ]);
    expect(await state(groupId)).toEqual(before.filter((rule) => !rule.includes(listId)));
  });

  // Deleted, as the emulator has one account only: of another account's that is unshared, EC2 shows
  // as little.
  test('that EC2 does not show any more is notified in each run, with the rule, which stays', async () => {
    const listId = await sandbox.newPrefixList('10.2.0.0/16');
    const groupId = await adoptedGroup('Locked', [
      ...NORMAL,
      { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, PrefixListIds: [{ PrefixListId: listId }] },
    ]);
    const before = await state(groupId);
    await sandbox.visitor.send(new DeleteManagedPrefixListCommand({ PrefixListId: listId }));
    for (let run = 0; run < 2; run += 1) {
      const messages = await reconcile('Locked');
      expect(reconcileMessages(messages)).toMatchObject([
        {
          severity: 'high',
          unreadLists: [{ prefixListId: listId, rules: [{ group: { id: groupId } }] }],
        },
      ]);
    }
    expect(await state(groupId)).toEqual(before);
    await sandbox.visitor.send(new DeleteSecurityGroupCommand({ GroupId: groupId }));
    await reconcile('Locked');
  });
});

describe('membership by tag', () => {
  test('sticks: a visitor who takes the tag off is told, and the group stays watched', async () => {
    const groupId = await adoptedGroup('Locked');
    const before = await state(groupId);
    const untagged = await sandbox.told(() =>
      sandbox.visitor.send(
        new DeleteTagsCommand({ Resources: [groupId], Tags: [{ Key: WATCH_TAG }] }),
      ),
    );
    expect(notices(untagged)).toEqual([expect.stringMatching(/still watched/)]);
    expect(outcomesIn(await sandbox.told(() => open(groupId, 9000)))).toEqual(['added: reverted']);
    expect(await reconcile('Locked')).toEqual([]);
    expect(await state(groupId)).toEqual(before);
  });

  test('ends when a trusted actor takes the tag off, and begins with an adoption when it is put on again', async () => {
    const groupId = await adoptedGroup('Locked');
    const untagged = await sandbox.told(() =>
      sandbox.deployer.send(
        new DeleteTagsCommand({ Resources: [groupId], Tags: [{ Key: WATCH_TAG }] }),
      ),
    );
    expect(notices(untagged)).toEqual([expect.stringMatching(/not watched any more/)]);
    expect(await sandbox.told(() => open(groupId, 9000))).toEqual([]);
    await sandbox.visitor.send(
      new CreateTagsCommand({ Resources: [groupId], Tags: [{ Key: WATCH_TAG, Value: 'locked' }] }),
    );
    expect(reconcileMessages(await firstContact('Locked'))).toMatchObject([
      { adopted: [{ group: { id: groupId }, cause: 'came-back', rules: 3 }] },
    ]);
    expect(outcomesIn(await sandbox.told(() => open(groupId, 9001)))).toEqual(['added: reverted']);
    expect((await sandbox.rules(groupId)).map(({ FromPort }) => FromPort).sort()).toEqual([
      443, 5432, 9000,
    ]);
  });
});

describe('groups that no deployment knows', () => {
  test('a tagged group that is made with an open port right before a run is not adopted, and emptied', async () => {
    await reconcile('Locked');
    const groupId = await sandbox.newGroup({ tags: [{ Key: WATCH_TAG, Value: 'locked' }] });
    sandbox.localAws.loseNext('AuthorizeSecurityGroupIngress');
    await open(groupId, 22, '0.0.0.0/0');
    expect(await reconcile('Locked')).toEqual([]);
    await sandbox.passTime(60 * MINUTE);
    const [adoption, ...messages] = await reconcile('Locked');
    expect(adoption).toMatchObject({ adopted: [{ group: { id: groupId }, newRules: 1 }] });
    expect(outcomesIn(messages)).toEqual(['added: reverted']);
    expect(await state(groupId)).toEqual([]);
  });

  test('a new group of a watched VPC is judged from its first rule on', async () => {
    const { GroupId = '' } = await sandbox.visitor.send(
      new CreateSecurityGroupCommand({ GroupName: 'new', Description: 'New', VpcId: watchedVpc }),
    );
    const messages = await sandbox.told(() =>
      sandbox.add(GroupId, 'ingress', [tcp(22, '0.0.0.0/0'), tcp(443, '0.0.0.0/0')]),
    );
    // By the group's own event or by the rule's, whichever comes first.
    expect(changeMessages(messages).flatMap(({ rules }) => rules)).toContainEqual(
      expect.objectContaining({ fromPort: 22, outcome: 'reverted' }),
    );
    expect(
      (await sandbox.rules(GroupId))
        .filter(({ IsEgress }) => !IsEgress)
        .map(({ FromPort }) => FromPort),
    ).toEqual([443]);
  });

  test('a group that the call gives by its name only, as a default VPC allows', async () => {
    const { GroupId = '' } = await sandbox.deployer.send(
      new CreateSecurityGroupCommand({
        GroupName: 'named',
        Description: 'Named',
        TagSpecifications: [
          { ResourceType: 'security-group', Tags: [{ Key: WATCH_TAG, Value: 'locked' }] },
        ],
      }),
    );
    await sandbox.localAws.settled();
    await firstContact('Locked');
    const before = await state(GroupId);
    const messages = await sandbox.told(() =>
      sandbox.visitor.send(
        new AuthorizeSecurityGroupIngressCommand({
          GroupName: 'named',
          IpPermissions: [tcp(9000, '203.0.113.0/24')],
        }),
      ),
    );
    expect(outcomesIn(messages)).toEqual(['added: reverted']);
    expect(await state(GroupId)).toEqual(before);
  });
});

describe('a sentry that only observes', () => {
  test('changes nothing, and says what it would have done', async () => {
    const groupId = await adoptedGroup('Observed');
    const [rule] = await sandbox.rules(groupId);
    const callsBefore = sandbox.calls.length;
    const messages = await sandbox.told(async () => {
      await open(groupId, 22, '0.0.0.0/0');
      await close(groupId, idOf(rule!));
    });
    expect(outcomesIn(messages)).toEqual(['added: would-revert', 'removed: would-revert']);
    expect((await sandbox.rules(groupId)).map(({ FromPort }) => FromPort).sort()).toEqual([
      22, 5432,
    ]);
    const own = sandbox.calls
      .slice(callsBefore)
      .filter(({ callerArn }) => callerArn?.includes('ObservedRespond'));
    expect(
      own.filter(({ service, action }) => service === 'ec2' && !/^(Describe|Get)/.test(action)),
    ).toEqual([]);
    await reconcile('Observed');
    await sandbox.passTime(SETTLED_AFTER);
    expect(await reconcile('Observed')).toEqual([]);
  });
});

describe('an operator', () => {
  const order = { by: 'Olga', reason: 'a test' };

  test('accepts a rule, which stands then, no matter who added it, and withdraws the grant, which ends it at once', async () => {
    const groupId = await adoptedGroup('Locked');
    sandbox.localAws.loseNext('AuthorizeSecurityGroupIngress');
    const rule = await open(groupId, 22, '0.0.0.0/0');
    const accepted = await sandbox.told(() =>
      operate({ action: 'accept', groupId, ruleId: idOf(rule), ...order }),
    );
    expect(accepted).toMatchObject([
      { type: 'operator-act', action: 'accept', by: 'Olga', reason: 'a test' },
    ]);
    await reconcile('Locked');
    await sandbox.passTime(SETTLED_AFTER);
    expect(await reconcile('Locked')).toEqual([]);
    expect(await operate({ action: 'list', groupId })).toMatchObject({
      rules: expect.arrayContaining([
        expect.objectContaining({
          ruleId: idOf(rule),
          grants: [expect.objectContaining({ cause: 'operator', by: 'Olga', ageInDays: 0 })],
        }),
      ]),
    });

    const withdrawn = await sandbox.told(() =>
      operate({ action: 'withdraw', groupId, ruleId: idOf(rule), ...order }),
    );
    expect(withdrawn.map(({ type }) => type).sort()).toEqual([
      'operator-act',
      'security-group-change',
    ]);
    expect(outcomesIn(withdrawn)).toEqual(['added: reverted']);
    expect((await sandbox.rules(groupId)).map(({ FromPort }) => FromPort).sort()).toEqual([
      443, 5432,
    ]);
  });

  test('accepts a rule until a time, after which it is taken away', async () => {
    const groupId = await adoptedGroup('Locked');
    sandbox.localAws.loseNext('AuthorizeSecurityGroupIngress');
    const rule = await open(groupId, 9000);
    const until = new Date(sandbox.localAws.now().getTime() + 60 * MINUTE).toISOString();
    await sandbox.told(() =>
      operate({ action: 'accept', groupId, ruleId: idOf(rule), until, ...order }),
    );
    await sandbox.passTime(50 * MINUTE);
    expect(await reconcile('Locked')).toEqual([]);
    await sandbox.passTime(11 * MINUTE);
    expect(outcomesIn(await reconcile('Locked'))).toEqual(['added: reverted']);
    expect((await sandbox.rules(groupId)).map(({ FromPort }) => FromPort).sort()).toEqual([
      443, 5432,
    ]);
  });

  test('pauses the sentry: nothing is taken away and all is told; resumes it, and reconcile answers what came in between', async () => {
    const groupId = await adoptedGroup('Locked');
    const before = await state(groupId);
    const until = new Date(sandbox.localAws.now().getTime() + 2 * 60 * MINUTE).toISOString();
    expect(await sandbox.told(() => operate({ action: 'pause', until, ...order }))).toMatchObject([
      { type: 'operator-act', action: 'pause', severity: 'high' },
    ]);
    await sandbox.passTime(2 * MINUTE);
    expect(outcomesIn(await sandbox.told(() => open(groupId, 9000)))).toEqual([
      'added: would-revert',
    ]);
    expect(reconcileMessages(await reconcile('Locked'))).toMatchObject([
      { pause: { reason: 'a test', by: 'Olga' } },
    ]);

    expect(await sandbox.told(() => operate({ action: 'resume', ...order }))).toMatchObject([
      { type: 'operator-act', action: 'resume' },
    ]);
    await sandbox.passTime(SETTLED_AFTER);
    await reconcile('Locked');
    await sandbox.passTime(SETTLED_AFTER);
    await reconcile('Locked');
    expect(await state(groupId)).toEqual(before);
  });

  test('disables a policy by its name: nothing is taken away and all is told; when it is over, that is told and reconcile answers', async () => {
    const groupId = await adoptedGroup('Locked');
    const before = await state(groupId);
    const { policies } = ListedPolicies.parse(await operate({ action: 'listPolicies' }));
    const policy = policies.find(({ baseline }) => baseline === 'locked')?.name;
    expect(
      await sandbox.told(() => operate({ action: 'disablePolicy', policy, hours: 1, ...order })),
    ).toMatchObject([{ type: 'operator-act', action: 'disablePolicy', severity: 'high' }]);
    await sandbox.passTime(2 * MINUTE);
    expect(outcomesIn(await sandbox.told(() => open(groupId, 9000)))).toEqual(['added: kept']);
    expect(reconcileMessages(await reconcile('Locked'))).toMatchObject([
      { disabledPolicies: [{ policy, reason: 'a test', by: 'Olga' }] },
    ]);

    await sandbox.passTime(60 * MINUTE);
    const messages = await reconcile('Locked');
    expect(reconcileMessages(messages)).toMatchObject([{ enabledPolicies: [{ policy }] }]);
    expect(outcomesIn(messages)).toEqual(['added: reverted']);
    expect(await state(groupId)).toEqual(before);
  });

  test('is told what is wrong with an order', async () => {
    await expect(operate({ action: 'accept', groupId: 'sg-1', ...order })).rejects.toThrow(
      /cannot be carried out/,
    );
    await expect(
      operate({ action: 'pause', until: '2020-01-01T00:00:00Z', ...order }),
    ).rejects.toThrow(/within seven days/);
    const groupId = await adoptedGroup('Locked');
    await expect(operate({ action: 'release', groupId, ...order })).rejects.toThrow(/still chosen/);
    await expect(operate({ action: 'list', account: '222233334444' })).rejects.toThrow(
      /The sentry has no hub, so it watches account \d{12} in \S+ alone/,
    );
  });
});

test("every message, and every event of the library's own, is as the documented schema says", () => {
  const { announced, inbox } = sandbox.localAws;
  expect(inbox.deliveries.flatMap(({ message }) => schemaErrors(message))).toEqual([]);
  expect(announced.flatMap(({ detail }) => schemaErrors(JSON.stringify(detail)))).toEqual([]);
  expect(announced.length).toBeGreaterThanOrEqual(inbox.deliveries.length);
  expect(new Set(announced.map(({ detailType }) => detailType))).toEqual(
    new Set(['Security Group Change', 'Security Group Reconcile', 'Security Group Operator Act']),
  );
});

test('the saved queries ask fields that orders and runs of reconcile have in the log', () => {
  expect(fieldsWithoutLine('what-operators-ordered', sandbox.logs)).toEqual([]);
  expect(fieldsWithoutLine('what-reconcile-found', sandbox.logs)).toEqual([
    'doubts.groups.0.reason',
  ]);
});
