import { randomUUID } from 'node:crypto';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  type IpPermission,
  ModifySecurityGroupRulesCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroupRule,
} from '@aws-sdk/client-ec2';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type { Disturbance, DisturbedCall } from '../../sandbox/cloudtrail/tap';
import type { DeployedStack } from '../../sandbox/local-aws';
import {
  ChangeResponse,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupSentry,
} from '../../src';
import { FaultSandbox, physicalId } from '../support/sandbox/fault-sandbox';
import { FirstContact } from '../support/sandbox/first-contact';

jest.setTimeout(600_000);

const STACK_NAME = 'Faults';
const HOUR_MS = 3_600_000;

/** Longer than the window in which the same is not told again. */
const BETWEEN_RUNS_MS = 2 * HOUR_MS;

/** More than reconcile waits for the event that explains a difference. */
const SETTLED_MS = 20 * 60_000;

/** Of the SDK, so that two invocations and more fail. */
const TRIES_OF_AN_OUTAGE = 12;

/** A rule with all that is to come back with it. */
const KEPT_PORT = 8443;
const NEW_PORT = 8080;
const PEER_PORT = 5432;

/** With each of these, throttling and errors last for all tries of the SDK. */
const FAULTS = [
  'throttle',
  'error',
  'crash-before',
  'crash-after',
] as const satisfies Disturbance['with'][];

/** Calls that every invocation makes that reverts something, whatever it is. */
const ALWAYS_MADE = [
  'Query',
  'GetParameters',
  'DescribeSecurityGroupRules',
  'UpdateItem',
  'BatchWriteItem',
];

/** Made at once: which of them is the n-th call differs from run to run. */
const MADE_TOGETHER = ['Publish', 'PutEvents'];

let sandbox: FaultSandbox;
let stack: DeployedStack;
let place: FirstContact;
let locked: string;
let peer: string;
let vpcId: string;

beforeAll(async () => {
  sandbox = await FaultSandbox.start();
  place = await FirstContact.in(sandbox.localAws);
  stack = await sandbox.deploy(STACK_NAME, (app) => {
    const made = new Stack(app, STACK_NAME);
    const vpc = new ec2.Vpc(made, 'Vpc', { maxAzs: 1, natGateways: 0 });
    const group = new ec2.SecurityGroup(made, 'Locked', { vpc, allowAllOutbound: false });
    group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443));
    group.addIngressRule(ec2.Peer.ipv4('10.0.0.0/8'), ec2.Port.tcp(22));
    const peerGroup = new ec2.SecurityGroup(made, 'Peer', { vpc, allowAllOutbound: false });
    group.addIngressRule(
      ec2.Peer.securityGroupId(peerGroup.securityGroupId),
      ec2.Port.tcp(PEER_PORT),
    );
    new SecurityGroupSentry(made, 'Sentry', {
      monitoredGroups: MonitoredGroups.inVpc(vpc),
      policies: [
        {
          baseline: SecurityGroupBaseline.locked({ restoreRemoved: true }),
          response: ChangeResponse.revert(),
        },
      ],
      reconcileBrake: 1,
    });
    new CfnOutput(made, 'LockedId', { value: group.securityGroupId });
    new CfnOutput(made, 'PeerId', { value: peerGroup.securityGroupId });
    new CfnOutput(made, 'VpcId', { value: vpc.vpcId });
    return made;
  });
  locked = stack.outputs.get('LockedId')!;
  peer = stack.outputs.get('PeerId')!;
  vpcId = stack.outputs.get('VpcId')!;
  await addUnseen(locked, {
    IpProtocol: 'tcp',
    FromPort: KEPT_PORT,
    ToPort: KEPT_PORT,
    IpRanges: [{ CidrIp: '10.2.0.0/16', Description: 'metrics' }],
  });
  await reconcile();
});

afterAll(async () => {
  place?.end();
  await sandbox?.localAws.stop();
});

/**
 * Throttling takes as long as the SDK waits before it gives up: once is enough to see what comes
 * after.
 */
const QUICK_FAULTS = FAULTS.filter((fault) => fault.startsWith('crash'));

/** What a visitor does to the locked group, and what one call of the sentry then has to undo. */
const SCENES = [
  {
    name: 'an added rule is revoked',
    act: openPort,
    undo: 'RevokeSecurityGroupIngress',
    faults: FAULTS,
  },
  {
    name: 'a modified rule is restored',
    act: modifyKeptRule,
    undo: 'ModifySecurityGroupRules',
    faults: QUICK_FAULTS,
  },
  {
    name: 'a removed rule is put back',
    act: removeKeptRule,
    undo: 'AuthorizeSecurityGroupIngress',
    faults: QUICK_FAULTS,
  },
];

describe.each(SCENES)('$name', ({ act, undo, faults }) => {
  test.each(faults)('whichever of the calls meets %s: once, and told truly', async (fault) => {
    const before = await described(locked);
    const hits: string[] = [];
    for (let n = 1; ; n += 1) {
      await sandbox.moveClock(BETWEEN_RUNS_MS);
      const disturbed = sandbox.localAws.disturbCall({
        n,
        with: fault,
        callerArnIncludes: physicalId(stack, 'AWS::IAM::Role', 'SentryRespond'),
      });
      const { changes, messages, failedInvocations } = await sandbox.courseOf(act);
      const run = `${fault} at call ${n}, ${disturbed.hit?.action}`;
      expect([run, await described(locked)]).toEqual([run, before]);
      expect([run, changes]).toEqual([run, [undo]]);
      const outcomes = messages.flatMap(({ rules }) => rules.map(({ outcome }) => outcome));
      expect([run, outcomes.at(-1)]).toEqual([run, 'reverted']);
      // What failed at first was told as failed, and nothing was told that is not so.
      expect([
        run,
        outcomes.filter((outcome) => outcome !== 'reverted' && outcome !== 'failed'),
      ]).toEqual([run, []]);
      if (!disturbed.hit) {
        expect([run, outcomes, failedInvocations]).toEqual([run, ['reverted'], 0]);
        break;
      }
      hits.push(disturbed.hit.action);
    }
    expect(hits).toEqual(expect.arrayContaining([...ALWAYS_MADE, undo]));
    expect(hits.filter((action) => MADE_TOGETHER.includes(action)).length).toBeGreaterThanOrEqual(
      MADE_TOGETHER.length,
    );
    expect(await sandbox.deadLetters(stack)).toBe(0);
  });
});

describe('what is down for a while', () => {
  beforeEach(async () => sandbox.moveClock(BETWEEN_RUNS_MS));

  test.each([
    ['SNS', { service: 'sns', action: 'Publish', errorCode: 'InternalError' }],
    [
      'EventBridge',
      { service: 'events', action: 'PutEvents', errorCode: 'InternalException', status: 500 },
    ],
    [
      'DynamoDB, to read from',
      { service: 'dynamodb', action: 'Query', errorCode: 'InternalServerError' },
    ],
    [
      'DynamoDB, to write to',
      { service: 'dynamodb', action: 'UpdateItem', errorCode: 'InternalServerError' },
    ],
    ['SSM', { service: 'ssm', action: 'GetParameters', errorCode: 'InternalServerError' }],
    [
      'EC2, to look at',
      { service: 'ec2', action: 'DescribeSecurityGroupRules', errorCode: 'InternalError' },
    ],
  ])('%s: the rule is revoked once, and that is told', async (_, fault) => {
    const before = await described(locked);
    sandbox.localAws.failNext({ ...fault, times: TRIES_OF_AN_OUTAGE });
    const { changes, messages, failedInvocations } = await sandbox.courseOf(openPort);
    expect(failedInvocations).toBeGreaterThan(1);
    expect(changes).toEqual(['RevokeSecurityGroupIngress']);
    expect(await described(locked)).toEqual(before);
    expect(messages.at(-1)).toMatchObject({ rules: [{ fromPort: NEW_PORT, outcome: 'reverted' }] });
    expect(await sandbox.deadLetters(stack)).toBe(0);
  });

  test('a right to revoke that is missing: told as failed at each try, and reverted when it is there again', async () => {
    const before = await described(locked);
    sandbox.localAws.failNext({
      service: 'ec2',
      action: 'RevokeSecurityGroupIngress',
      errorCode: 'UnauthorizedOperation',
      times: 3,
    });
    const { messages } = await sandbox.courseOf(openPort);
    expect(messages.flatMap(({ rules }) => rules.map(({ outcome }) => outcome))).toEqual([
      'failed',
      'failed',
      'failed',
      'reverted',
    ]);
    expect(messages.map(({ tries }) => tries)).toEqual([1, 2, 3, 4]);
    expect(messages.map(({ severity }) => severity)).toEqual([
      'critical',
      'critical',
      'critical',
      'medium',
    ]);
    expect(await described(locked)).toEqual(before);
  });

  test('a rule whose peer is gone for good cannot be put back: told, and not tried for ever', async () => {
    const before = await sandbox.rules(locked);
    const { SecurityGroupRuleId } = before.find(({ FromPort }) => FromPort === PEER_PORT)!;
    sandbox.localAws.holdEvents();
    await sandbox.ec2.send(
      new RevokeSecurityGroupIngressCommand({
        GroupId: locked,
        SecurityGroupRuleIds: [SecurityGroupRuleId!],
      }),
    );
    await sandbox.ec2.send(new DeleteSecurityGroupCommand({ GroupId: peer }));
    const { changes, messages, failedInvocations } = await sandbox.courseOf(async () =>
      sandbox.localAws.releaseEvents(),
    );
    const about = messages.filter(({ group }) => group.id === locked);
    expect(about).toMatchObject([
      {
        severity: 'high',
        rules: [
          {
            ruleId: SecurityGroupRuleId,
            change: 'removed',
            outcome: 'not-restorable',
            failure: expect.stringContaining('InvalidGroup.NotFound'),
          },
        ],
      },
    ]);
    expect({ changes, failedInvocations }).toEqual({ changes: [], failedInvocations: 0 });
    expect((await sandbox.rules(locked)).map((rule) => rule.SecurityGroupRuleId)).toEqual(
      before.map((rule) => rule.SecurityGroupRuleId).filter((id) => id !== SecurityGroupRuleId),
    );
  });
});

describe('reconcile', () => {
  /** A run is tried three times by Lambda; what one run leaves undone, the next one does. */
  test.each(QUICK_FAULTS)(
    'whichever of its calls meets %s: a new group is adopted, and a rule of which no event told is revoked once',
    async (fault) => {
      const before = await described(locked);
      const hits: string[] = [];
      for (let n = 1, isHit = true; isHit; n += 1) {
        await sandbox.moveClock(BETWEEN_RUNS_MS);
        const born = await groupUnseen();
        const rulesOfBorn = await described(born);
        await addUnseen(locked, {
          IpProtocol: 'tcp',
          FromPort: NEW_PORT,
          ToPort: NEW_PORT,
          IpRanges: [{ CidrIp: '0.0.0.0/0' }],
        });
        const adopting = disturbReconcile(n, fault);
        const adoption = await sandbox.courseOf(async () => reconcileTwice(asIfNew));
        await sandbox.moveClock(SETTLED_MS);
        const pointing = disturbReconcile(n, fault);
        const answer = await sandbox.courseOf(async () => reconcileTwice(async () => {}));

        const run = `${fault} at call ${n}, ${adopting.hit?.action} and ${pointing.hit?.action}`;
        const adopted = adoption.deliveries.filter(({ message }) =>
          message.includes(`"adopted":[{"group":{"id":"${born}"`),
        );
        expect([run, adopted.length > 0, adoption.changes, adoption.messages]).toEqual([
          run,
          true,
          [],
          [],
        ]);
        expect([run, await described(born)]).toEqual([run, rulesOfBorn]);
        expect([
          run,
          answer.changes,
          answer.messages.map(({ rules }) => rules.map(({ outcome }) => outcome)),
        ]).toEqual([run, ['RevokeSecurityGroupIngress'], [['reverted']]]);
        expect([run, await described(locked)]).toEqual([run, before]);
        hits.push(...[adopting, pointing].flatMap(({ hit }) => (hit ? [hit.action] : [])));
        isHit = adopting.hit !== undefined || pointing.hit !== undefined;
        await sandbox.courseOf(async () =>
          sandbox.ec2.send(new DeleteSecurityGroupCommand({ GroupId: born })),
        );
      }
      expect(hits).toEqual(
        expect.arrayContaining([
          'GetParameters',
          'Query',
          'DescribeSecurityGroups',
          'DescribeSecurityGroupRules',
          'PutItem',
          'SendMessageBatch',
        ]),
      );
      expect(hits.filter((action) => MADE_TOGETHER.includes(action)).length).toBeGreaterThanOrEqual(
        MADE_TOGETHER.length,
      );
      expect(await sandbox.deadLetters(stack)).toBe(0);
    },
  );
});

/** Whether Lambda's tries of the first run succeed or not. */
async function reconcileTwice(before: () => Promise<void>): Promise<void> {
  await before();
  await reconcile();
  await sandbox.settled();
  await before();
  expect(await reconcile()).toBe(true);
}

/** All groups were there before the sentry looked. */
async function asIfNew(): Promise<void> {
  await place.prepare(stack, 'Sentry');
}

function disturbReconcile(n: number, fault: Disturbance['with']): DisturbedCall {
  return sandbox.localAws.disturbCall({
    n,
    with: fault,
    callerArnIncludes: physicalId(stack, 'AWS::IAM::Role', 'SentryReconcile'),
  });
}

/** No event tells of the new group. */
async function groupUnseen(): Promise<string> {
  sandbox.localAws.loseNext('CreateSecurityGroup');
  const { GroupId } = await sandbox.ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: `born ${randomUUID()}`,
      Description: 'of no event',
      VpcId: vpcId,
    }),
  );
  return GroupId!;
}

async function openPort(): Promise<void> {
  await open(locked, {
    IpProtocol: 'tcp',
    FromPort: NEW_PORT,
    ToPort: NEW_PORT,
    IpRanges: [{ CidrIp: '0.0.0.0/0' }],
  });
}

async function modifyKeptRule(): Promise<void> {
  const { SecurityGroupRuleId } = await keptRule();
  await sandbox.ec2.send(
    new ModifySecurityGroupRulesCommand({
      GroupId: locked,
      SecurityGroupRules: [
        {
          SecurityGroupRuleId,
          SecurityGroupRule: {
            IpProtocol: 'tcp',
            FromPort: 1,
            ToPort: 65535,
            CidrIpv4: '0.0.0.0/0',
          },
        },
      ],
    }),
  );
}

async function removeKeptRule(): Promise<void> {
  const { SecurityGroupRuleId } = await keptRule();
  await sandbox.ec2.send(
    new RevokeSecurityGroupIngressCommand({
      GroupId: locked,
      SecurityGroupRuleIds: [SecurityGroupRuleId!],
    }),
  );
}

async function keptRule(): Promise<SecurityGroupRule> {
  return (await sandbox.rules(locked)).find(({ FromPort }) => FromPort === KEPT_PORT)!;
}

async function open(GroupId: string, permission: IpPermission): Promise<void> {
  await sandbox.ec2.send(
    new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [permission] }),
  );
}

/** With tags, and so that no event tells of it. */
async function addUnseen(GroupId: string, permission: IpPermission): Promise<void> {
  sandbox.localAws.loseNext('AuthorizeSecurityGroupIngress');
  await sandbox.ec2.send(
    new AuthorizeSecurityGroupIngressCommand({
      GroupId,
      IpPermissions: [permission],
      TagSpecifications: [
        { ResourceType: 'security-group-rule', Tags: [{ Key: 'team', Value: 'observers' }] },
      ],
    }),
  );
}

/** The rules with all that is said of them but their ids: one that is put back gets another. */
async function described(groupId: string): Promise<string[]> {
  const rules = await sandbox.rules(groupId);
  return rules
    .map(({ SecurityGroupRuleId: _id, SecurityGroupRuleArn: _arn, ...rule }) =>
      JSON.stringify(rule),
    )
    .sort();
}

async function reconcile(): Promise<boolean> {
  return (await sandbox.localAws.fire(stack, 'SentryReconcileRule')).succeeded;
}
