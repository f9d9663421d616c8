import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  ModifySecurityGroupRulesCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroupRule,
  type SecurityGroupRuleRequest,
  type TagSpecification,
} from '@aws-sdk/client-ec2';
import { IAMClient } from '@aws-sdk/client-iam';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as z from 'zod/mini';
import type { ApiCall } from '../../sandbox/cloudtrail/tap';
import type { DeployedStack } from '../../sandbox/local-aws';
import {
  Actor,
  ChangeResponse,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupRehearsal,
  SecurityGroupSentry,
  TrafficPattern,
} from '../../src';
import { fieldsWithoutLine } from '../support/log-lines/written-logs';
import { usedByAws } from '../support/rights/bundled-and-sent';
import type { RoleStatement } from '../support/rights/policy-statement';
import { whatIsNotAllowed, whatIsNotNeeded } from '../support/rights/role-rights';
import { seenRights } from '../support/rights/seen-rights';
import { physicalId } from '../support/sandbox/fault-sandbox';
import {
  changeMessages,
  GroupSandbox,
  idOf,
  outcomesIn,
  tcp,
} from '../support/sandbox/group-sandbox';
import { policyStatements } from '../support/sandbox/role-policies';
import { rehearsalSchemaErrors } from '../support/schemas/rehearsal-schema';

jest.setTimeout(120_000);

const MINUTE_MS = 60_000;
const SETTLED_AFTER_MS = 20 * MINUTE_MS;
const LEASE_IS_OVER_MS = 100_000;

const MOST_CALLS = 10;
const MOST_ROUND_TRIPS_BEFORE = 2;

const TAGS = [{ Key: 'team', Value: 'observers' }];
const TAGGED: TagSpecification = { ResourceType: 'security-group-rule', Tags: TAGS };

let sandbox: GroupSandbox;
let stack: DeployedStack;
/** With no prefix list in it. */
let plain: string;
let rich: string;
let listId: string;

/** All groups are the sentry's by their ids, so that its rights are as narrow as can be. */
beforeAll(async () => {
  sandbox = await GroupSandbox.start();
  listId = await sandbox.newPrefixList('10.8.0.0/16');
  plain = await sandbox.newGroup({ ingress: [tcp(443, '0.0.0.0/0')] });
  rich = await sandbox.newGroup({
    ingress: [
      tcp(443, '0.0.0.0/0'),
      {
        IpProtocol: 'tcp',
        FromPort: 9100,
        ToPort: 9100,
        PrefixListIds: [{ PrefixListId: listId }],
      },
    ],
  });
  await sandbox.unseen(
    'AuthorizeSecurityGroupIngress',
    new AuthorizeSecurityGroupIngressCommand({
      GroupId: rich,
      IpPermissions: [tcp(8443, '10.2.0.0/16', 'metrics')],
      TagSpecifications: [TAGGED],
    }),
  );
  await sandbox.unseen(
    'AuthorizeSecurityGroupEgress',
    new AuthorizeSecurityGroupEgressCommand({
      GroupId: rich,
      IpPermissions: [tcp(5432, '10.0.0.0/16')],
      TagSpecifications: [TAGGED],
    }),
  );
  stack = await sandbox.deploy('Rights', (made) => {
    const sentry = new SecurityGroupSentry(made, 'Sentry', {
      monitoredGroups: MonitoredGroups.ids([plain, rich]),
      policies: [
        {
          baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]),
          response: ChangeResponse.revert(),
        },
        {
          baseline: SecurityGroupBaseline.locked({ restoreRemoved: true }),
          response: ChangeResponse.revert(),
        },
      ],
      trustedActors: [Actor.role(iam.Role.fromRoleArn(made, 'Deployer', sandbox.deployerArn))],
    });
    new SecurityGroupRehearsal(made, 'Rehearsal', { sentry });
  });
  await reconcile();
});

afterAll(async () => sandbox?.stop());

describe('a plain revert', () => {
  /** On a busy machine, calls made at once may come one after the other, but not each time. */
  const WARM_PORTS = [8082, 8083, 8084];

  test('cold: few calls, and the rule is gone', async () => {
    const { calls } = await plainRevert(8081);
    expect(calls.length).toBeLessThanOrEqual(MOST_CALLS);
  });

  test('warm: few calls, and the rule is gone after two round trips', async () => {
    const reverts = [];
    for (const port of WARM_PORTS) reverts.push(await plainRevert(port));
    const counts = reverts.map(({ calls }) => calls.length);
    expect(Math.max(...counts)).toBeLessThanOrEqual(MOST_CALLS);
    const roundTrips = reverts.map((revert) => revert.roundTrips);
    expect(Math.min(...roundTrips)).toBeLessThanOrEqual(MOST_ROUND_TRIPS_BEFORE);
  });
});

describe('the heartbeat', () => {
  test('is a dry run on a monitored group, whose event comes back and is counted', async () => {
    const calls = await functionCalls(async () =>
      sandbox.localAws.fire(stack, 'SentryHeartbeatRule'),
    );
    expect(calls).toContainEqual(
      expect.objectContaining({
        action: 'AuthorizeSecurityGroupIngress',
        parameters: expect.objectContaining({
          DryRun: 'true',
          GroupId: expect.stringMatching(`${plain}|${rich}`),
        }),
      }),
    );
    expect(calls.filter(({ action }) => action === 'AuthorizeSecurityGroupIngress')).toHaveLength(
      1,
    );
    expect(heartbeats()).toBe(1);
  });

  test('is not what someone else tries', async () => {
    const before = heartbeats();
    const dryRun = new AuthorizeSecurityGroupIngressCommand({
      GroupId: plain,
      IpPermissions: [tcp(9, '192.0.2.1/32')],
      DryRun: true,
    });
    await functionCalls(async () =>
      expect(sandbox.visitor.send(dryRun)).rejects.toThrow(/succeeded/),
    );
    expect(heartbeats()).toBe(before);
    expect(sandbox.events.at(-1)).toMatchObject({
      detail: { errorCode: 'Client.DryRunOperation' },
    });
  });
});

describe('everything that the functions do', () => {
  test('additions in both directions are revoked', async () => {
    const messages = await sandbox.told(async () => {
      await sandbox.add(rich, 'ingress', [tcp(22, '0.0.0.0/0')]);
      await sandbox.add(rich, 'egress', [tcp(25, '0.0.0.0/0')]);
    });
    expect(outcomesIn(messages)).toEqual(['added: reverted', 'added: reverted']);
  });

  test('modified rules are restored, also one whose peer is a prefix list', async () => {
    const messages = await sandbox.told(async () => {
      await modify(8443, { FromPort: 1, ToPort: 2, CidrIpv4: '0.0.0.0/0' });
      await modify(9100, { FromPort: 9101, ToPort: 9101, PrefixListId: listId });
    });
    expect(outcomesIn(messages)).toEqual(['modified: reverted', 'modified: reverted']);
  });

  test('removed rules are put back in both directions, with their tags', async () => {
    const messages = await sandbox.told(async () => {
      await remove(8443);
      await sandbox.visitor.send(
        new RevokeSecurityGroupEgressCommand({
          GroupId: rich,
          SecurityGroupRuleIds: [idOf(await ruleAt(5432))],
        }),
      );
    });
    expect(outcomesIn(messages)).toEqual(['removed: reverted', 'removed: reverted']);
    for (const port of [8443, 5432]) expect((await ruleAt(port)).Tags).toEqual(TAGS);
  });

  test("what the trusted role adds is remembered, and put back once CloudTrail's history confirms it; what it removes is forgotten", async () => {
    await sandbox.told(async () =>
      sandbox.add(rich, 'ingress', [tcp(8500, '10.0.0.0/8')], sandbox.deployer),
    );
    expect(outcomesIn(await sandbox.told(async () => remove(8500)))).toEqual(['removed: reverted']);
    expect(await sandbox.told(async () => remove(8500, sandbox.deployer))).toEqual([]);
  });

  test('reconcile confirms grants, waits for events, forgets what has come right, and has the rest judged', async () => {
    await sandbox.told(async () =>
      sandbox.add(rich, 'ingress', [tcp(8600, '10.0.0.0/8')], sandbox.deployer),
    );
    const [brief] = await unseenRules([tcp(8700, '10.0.0.0/8')]);
    await unseenRules([tcp(8800, '10.0.0.0/8')]);
    await reconcile();
    await sandbox.unseen(
      'RevokeSecurityGroupIngress',
      new RevokeSecurityGroupIngressCommand({
        GroupId: rich,
        SecurityGroupRuleIds: [idOf(brief!)],
      }),
    );
    await sandbox.passTime(SETTLED_AFTER_MS);
    const messages = await sandbox.told(reconcile);
    expect(changeMessages(messages)).toMatchObject([
      { explainedBy: 'event-history', rules: [{ fromPort: 8800, outcome: 'reverted' }] },
    ]);
    // Grants are confirmed where there is nothing else to do.
    await reconcile();
  });

  test('an event that cannot be handled is put off', async () => {
    sandbox.localAws.failNext({
      service: 'ec2',
      action: 'RevokeSecurityGroupIngress',
      errorCode: 'UnauthorizedOperation',
      times: 1,
    });
    await sandbox.add(plain, 'ingress', [tcp(8900, '10.0.0.0/8')]);
    await sandbox.localAws.inbox.waitFor(
      ({ message }) => message.includes('8900') && message.includes('"failed"'),
      MINUTE_MS,
    );
    // The function puts it off once it has told: time goes by only then.
    await sandbox.localAws.handled();
    await sandbox.passTime(LEASE_IS_OVER_MS);
    await sandbox.localAws.inbox.waitFor(
      ({ message }) => message.includes('8900') && message.includes('"reverted"'),
      MINUTE_MS,
    );
  });

  test('an operator accepts a rule, withdraws that, pauses and lists', async () => {
    const by = { by: 'Olga', reason: 'a drill' };
    const ruleId = idOf(await ruleAt(9100));
    await expect(
      operate({ action: 'accept', groupId: rich, ruleId, ...by }),
    ).resolves.toMatchObject({ done: expect.stringContaining('accepted for good') });
    await operate({
      action: 'pause',
      until: new Date(sandbox.localAws.now().getTime() + 10 * MINUTE_MS).toISOString(),
      ...by,
    });
    await operate({ action: 'resume', ...by });
    await expect(operate({ action: 'list' })).resolves.toMatchObject({
      rules: expect.arrayContaining([expect.objectContaining({ ruleId })]),
    });
    await expect(operate({ action: 'release', groupId: rich, ...by })).rejects.toThrow(
      /still chosen/,
    );
    const messages = await sandbox.told(async () =>
      operate({ action: 'withdraw', groupId: rich, ruleId, ...by }),
    );
    expect(outcomesIn(messages)).toEqual(['added: reverted']);
  });

  test('a rehearsal tells of all that, changes nothing, and leaves out what the sentry did', async () => {
    const before = [await sandbox.rules(plain), await sandbox.rules(rich)];
    const { result, deliveries } = await sandbox.localAws.inbox.during(async () => {
      const report = await rehearse({ days: 1 });
      await sandbox.localAws.settled();
      return report;
    });
    expect(rehearsalSchemaErrors(JSON.stringify(result))).toEqual([]);
    expect(result).toMatchObject({
      isLastPart: true,
      changes: expect.arrayContaining([
        expect.objectContaining({
          actor: expect.stringContaining('visitor'),
          rules: [expect.objectContaining({ text: 'tcp 22 from 0.0.0.0/0', verdict: 'revert' })],
        }),
      ]),
    });
    expect(JSON.parse(deliveries.at(-1)?.message ?? '')).toEqual(result);
    const { records } = z.object({ records: z.object({ bySentry: z.number() }) }).parse(result);
    expect(records.bySentry).toBeGreaterThan(5);
    expect([await sandbox.rules(plain), await sandbox.rules(rich)]).toEqual(before);
    await expect(rehearse({ days: 0 })).rejects.toThrow('The request cannot be understood');
  });
});

test('the saved query on what rehearsals found asks fields of the log', () => {
  expect(fieldsWithoutLine('what-rehearsals-found', sandbox.logs)).toEqual([]);
});

describe('the roles of the functions', () => {
  let statements: RoleStatement[];
  let own: ApiCall[];

  beforeAll(async () => {
    await sandbox.localAws.settled();
    const { endpoint, region } = sandbox.localAws;
    const credentials = await sandbox.localAws.createUser('auditor');
    statements = await policyStatements(new IAMClient({ endpoint, region, credentials }), stack);
    own = ownCalls(sandbox.calls);
  });

  test('allow every call that was made, with its resource', async () => {
    expect(own.length).toBeGreaterThan(100);
    expect(await whatIsNotAllowed(own, statements)).toEqual([]);
  });

  test('are used for all that the files of the functions can ask for', async () => {
    const seenBy = async (bundle: string, role: string) =>
      seenRights(
        bundle,
        own.filter(({ callerArn = '' }) => callerArn.includes(`:assumed-role/${role}/`)),
      );
    // No policy asks people here.
    expect(await seenBy('respond-to-changes', roleOf('SentryRespondToChanges'))).toEqual({
      unseen: ['dynamodb:GetItem on dynamodb:table', 'sqs:SendMessage on sqs:queue'],
      unknown: [],
    });
    const everything = { unseen: [], unknown: [] };
    expect(await seenBy('reconcile-groups', roleOf('SentryReconcileGroups'))).toEqual(everything);
    expect(await seenBy('operate-sentry', roleOf('SentryOperateSentry'))).toEqual(everything);
    expect(await seenBy('rehearse-policies', roleOf('RehearsalRehearse'))).toEqual(everything);
  });

  test('allow nothing that no call needs', async () => {
    const unneeded = await whatIsNotNeeded(own, statements);
    expect(unneeded.filter(({ action }) => !usedByAws(action))).toEqual([]);
    // Only the function that takes from the queue has the rights of its poller.
    expect(
      new Set(unneeded.filter(({ action }) => action.startsWith('sqs:')).map(({ role }) => role))
        .size,
    ).toBe(1);
  });
});

function roleOf(logicalIdStart: string): string {
  return physicalId(stack, 'AWS::IAM::Role', logicalIdStart);
}

async function reconcile(): Promise<void> {
  expect(await sandbox.localAws.fire(stack, 'SentryReconcileRule')).toMatchObject({
    succeeded: true,
  });
}

async function rehearse(request: object): Promise<unknown> {
  return sandbox.localAws.invoke(
    physicalId(stack, 'AWS::Lambda::Function', 'RehearsalRehearse'),
    request,
  );
}

async function operate(order: object): Promise<unknown> {
  return sandbox.localAws.invoke(
    physicalId(stack, 'AWS::Lambda::Function', 'SentryOperate'),
    order,
  );
}

async function ruleAt(port: number): Promise<SecurityGroupRule> {
  return (await sandbox.rules(rich)).find(({ FromPort }) => FromPort === port)!;
}

async function remove(port: number, client = sandbox.visitor): Promise<void> {
  await client.send(
    new RevokeSecurityGroupIngressCommand({
      GroupId: rich,
      SecurityGroupRuleIds: [idOf(await ruleAt(port))],
    }),
  );
}

async function modify(port: number, to: SecurityGroupRuleRequest): Promise<void> {
  const SecurityGroupRuleId = idOf(await ruleAt(port));
  const SecurityGroupRule = { IpProtocol: 'tcp', ...to };
  await sandbox.visitor.send(
    new ModifySecurityGroupRulesCommand({
      GroupId: rich,
      SecurityGroupRules: [{ SecurityGroupRuleId, SecurityGroupRule }],
    }),
  );
}

async function unseenRules(IpPermissions: ReturnType<typeof tcp>[]): Promise<SecurityGroupRule[]> {
  const command = new AuthorizeSecurityGroupIngressCommand({ GroupId: rich, IpPermissions });
  const { SecurityGroupRules } = await sandbox.unseen(
    'AuthorizeSecurityGroupIngress',
    command,
    sandbox.visitor,
  );
  return SecurityGroupRules!;
}

/**
 * Of all functions, until nothing is under way any more: not even the events of their own calls.
 */
async function functionCalls(act: () => Promise<unknown>): Promise<ApiCall[]> {
  const before = sandbox.calls.length;
  await act();
  await sandbox.localAws.settled();
  await sandbox.localAws.settled();
  return ownCalls(sandbox.calls.slice(before));
}

/** What the functions call until the rule is gone, and the round trips before it is revoked. */
async function plainRevert(port: number): Promise<{ calls: ApiCall[]; roundTrips: number }> {
  const calls = await functionCalls(async () =>
    sandbox.add(plain, 'ingress', [tcp(port, '0.0.0.0/0')]),
  );
  const revoke = calls.find(({ action }) => action === 'RevokeSecurityGroupIngress')!;
  const roundTrips = roundTripsIn(calls.filter(({ at }) => at <= revoke.at - revoke.durationMs));
  process.stdout.write(
    `A plain revert of ${port}: ${calls.length} calls (${calls.map(({ action }) => action).join(', ')}), ${roundTrips} round trips before the revoke\n`,
  );
  expect((await sandbox.rules(plain)).map(({ FromPort }) => FromPort)).toEqual([443]);
  return { calls, roundTrips };
}

function ownCalls(calls: readonly ApiCall[]): ApiCall[] {
  return calls.filter(({ invocationId }) => invocationId !== undefined);
}

/** Calls that overlap are one. */
function roundTripsIn(calls: readonly ApiCall[]): number {
  let [count, end] = [0, -Infinity];
  for (const { at, durationMs } of [...calls].sort(
    (a, b) => a.at - a.durationMs - (b.at - b.durationMs),
  )) {
    if (at - durationMs >= end) [count, end] = [count + 1, at];
    else end = Math.min(end, at);
  }
  return count;
}

function heartbeats(): number {
  return sandbox.logs
    .flatMap((line) => /"Heartbeats":(\d+)/.exec(line)?.[1] ?? [])
    .reduce((sum, count) => sum + Number(count), 0);
}
