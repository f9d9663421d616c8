import {
  AuthorizeSecurityGroupIngressCommand, CreateSecurityGroupCommand, DeleteSecurityGroupCommand, type IpPermission, ModifySecurityGroupRulesCommand,
  RevokeSecurityGroupIngressCommand, type SecurityGroupRule,
} from '@aws-sdk/client-ec2';
import { CfnOutput, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import { FaultSandbox, physicalId } from './fault-sandbox';
import type { Disturbance } from '../../sandbox/cloudtrail/tap';
import type { DeployedStack } from '../../sandbox/local-aws';
import { ChangeResponse, MonitoredGroups, SecurityGroupBaseline, SecurityGroupSentry } from '../../src';

jest.setTimeout(600_000);

const STACK_NAME = 'Faults';
const HOUR_MS = 3_600_000;

/** Longer than the window in which the same is not told again. */
const BETWEEN_RUNS_MS = 2 * HOUR_MS;

/** A rule with all that is to come back with it. */
const KEPT_PORT = 8443;
const NEW_PORT = 8080;

/** With each of these, throttling and errors last for all tries of the SDK. */
const FAULTS = ['throttle', 'error', 'crash-before', 'crash-after'] as const satisfies Disturbance['with'][];

/** Calls that every invocation makes that reverts something, whatever it is. */
const ALWAYS_MADE = ['Query', 'GetParameters', 'DescribeSecurityGroupRules', 'UpdateItem', 'Publish', 'PutEvents', 'BatchWriteItem'];

let sandbox: FaultSandbox;
let stack: DeployedStack;
let locked: string;
let vpcId: string;

beforeAll(async () => {
  sandbox = await FaultSandbox.start();
  stack = await sandbox.deploy(STACK_NAME, (app) => {
    const made = new Stack(app, STACK_NAME);
    const vpc = new ec2.Vpc(made, 'Vpc', { maxAzs: 1, natGateways: 0 });
    const group = new ec2.SecurityGroup(made, 'Locked', { vpc, allowAllOutbound: false });
    group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443));
    group.addIngressRule(ec2.Peer.ipv4('10.0.0.0/8'), ec2.Port.tcp(22));
    new SecurityGroupSentry(made, 'Sentry', {
      monitoredGroups: MonitoredGroups.inVpc(vpc),
      policies: [{ baseline: SecurityGroupBaseline.locked({ restoreRemoved: true }), response: ChangeResponse.revert() }],
      reconcileBrake: 1,
    });
    new CfnOutput(made, 'LockedId', { value: group.securityGroupId });
    new CfnOutput(made, 'VpcId', { value: vpc.vpcId });
    return made;
  });
  locked = stack.outputs.get('LockedId')!;
  vpcId = stack.outputs.get('VpcId')!;
  await addUnseen(locked, { IpProtocol: 'tcp', FromPort: KEPT_PORT, ToPort: KEPT_PORT, IpRanges: [{ CidrIp: '10.2.0.0/16', Description: 'metrics' }] });
  await reconcile();
});

afterAll(async () => sandbox?.localAws.stop());

/** What a visitor does to the locked group, and what one call of the sentry then has to undo. */
const SCENES = [
  { name: 'an added rule is revoked', act: openPort, undo: 'RevokeSecurityGroupIngress' },
  { name: 'a modified rule is restored', act: modifyKeptRule, undo: 'ModifySecurityGroupRules' },
  { name: 'a removed rule is put back', act: removeKeptRule, undo: 'AuthorizeSecurityGroupIngress' },
];

describe.each(SCENES)('$name', ({ act, undo }) => {
  test.each(FAULTS)('whichever of the calls meets %s: once, and told truly', async (fault) => {
    const before = await described(locked);
    const hits: string[] = [];
    for (let n = 1; ; n += 1) {
      await sandbox.moveClock(BETWEEN_RUNS_MS);
      const disturbed = sandbox.localAws.disturbCall({ n, with: fault, callerArnIncludes: physicalId(stack, 'AWS::IAM::Role', 'SentryRespond') });
      const { changes, messages, failedInvocations } = await sandbox.courseOf(act);
      const run = `${fault} at call ${n}, ${disturbed.hit?.action}`;
      expect([run, await described(locked)]).toEqual([run, before]);
      expect([run, changes]).toEqual([run, [undo]]);
      const outcomes = messages.flatMap(({ rules }) => rules.map(({ outcome }) => outcome));
      expect([run, outcomes.at(-1)]).toEqual([run, 'reverted']);
      // What failed at first was told as failed, and nothing was told that is not so.
      expect([run, outcomes.filter((outcome) => outcome !== 'reverted' && outcome !== 'failed')]).toEqual([run, []]);
      if (!disturbed.hit) {
        expect([run, outcomes, failedInvocations]).toEqual([run, ['reverted'], 0]);
        break;
      }
      hits.push(disturbed.hit.action);
    }
    expect(hits).toEqual(expect.arrayContaining([...ALWAYS_MADE, undo]));
    expect(await sandbox.deadLetters(stack)).toBe(0);
  });
});

async function openPort(): Promise<void> {
  await open(locked, { IpProtocol: 'tcp', FromPort: NEW_PORT, ToPort: NEW_PORT, IpRanges: [{ CidrIp: '0.0.0.0/0' }] });
}

async function modifyKeptRule(): Promise<void> {
  const { SecurityGroupRuleId } = await keptRule();
  await sandbox.ec2.send(new ModifySecurityGroupRulesCommand({
    GroupId: locked, SecurityGroupRules: [{ SecurityGroupRuleId, SecurityGroupRule: { IpProtocol: 'tcp', FromPort: 1, ToPort: 65535, CidrIpv4: '0.0.0.0/0' } }],
  }));
}

async function removeKeptRule(): Promise<void> {
  const { SecurityGroupRuleId } = await keptRule();
  await sandbox.ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId: locked, SecurityGroupRuleIds: [SecurityGroupRuleId!] }));
}

async function keptRule(): Promise<SecurityGroupRule> {
  return (await sandbox.rules(locked)).find(({ FromPort }) => FromPort === KEPT_PORT)!;
}

async function open(GroupId: string, permission: IpPermission): Promise<void> {
  await sandbox.ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [permission] }));
}

/** With tags, and so that no event tells of it. */
async function addUnseen(GroupId: string, permission: IpPermission): Promise<void> {
  sandbox.localAws.loseNext('AuthorizeSecurityGroupIngress');
  await sandbox.ec2.send(new AuthorizeSecurityGroupIngressCommand({
    GroupId, IpPermissions: [permission], TagSpecifications: [{ ResourceType: 'security-group-rule', Tags: [{ Key: 'team', Value: 'observers' }] }],
  }));
}

/** The rules with all that is said of them but their ids: one that is put back gets another. */
async function described(groupId: string): Promise<string[]> {
  const rules = await sandbox.rules(groupId);
  return rules.map(({ SecurityGroupRuleId: _id, SecurityGroupRuleArn: _arn, ...rule }) => JSON.stringify(rule)).sort();
}

async function reconcile(): Promise<boolean> {
  return (await sandbox.localAws.fire(stack, 'SentryReconcileRule')).succeeded;
}
