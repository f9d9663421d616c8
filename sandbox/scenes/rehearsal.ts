import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateVpcCommand,
  DeleteSecurityGroupCommand,
  EC2Client,
  type IpPermission,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { App, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as z from 'zod/mini';
import { openRules } from './group-rules';
import { deliveryLines, gapsLine, type Print } from './printing';
import { Statements } from './statements';
import {
  Actor,
  ChangeResponse,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupRehearsal,
  TrafficPattern,
} from '../../src';
import type { AwsCredentials, LocalAws } from '../local-aws';

const ROLE = 'pipeline';

/** What was there before anyone thought of a sentry. */
interface Past {
  readonly vpcId: string;
  readonly webId: string;
  readonly roleArn: string;
}

/**
 * Changes are made in an account without a sentry. Then policies are tried on them: says whether
 * the report tells what they would have done, and nothing was changed.
 */
export async function playRehearsal(localAws: LocalAws, print: Print): Promise<boolean> {
  const past = await liveBefore(localAws, print);
  const before = await openRules(localAws, past.webId);
  print('\nDeploying a SecurityGroupRehearsal, and no sentry …');
  const stack = await localAws.deploy(synthesized(past), 'Rehearsal');
  print(gapsLine(stack.gaps));
  const [, functionName = ''] =
    [...stack.outputs].find(([name]) => name.includes('RehearsalFunctionName')) ?? [];
  print(
    `\n$ aws lambda invoke --function-name ${functionName} --cli-read-timeout 330 \\\n    --cli-binary-format raw-in-base64-out --payload '{"days":1,"as":"page"}' answer.json\n`,
  );
  const { result, deliveries } = await localAws.inbox.during(async () => {
    const answered = await localAws.invoke(functionName, { days: 1, as: 'page' });
    await localAws.settled();
    return answered;
  });
  const answer = answerSchema.parse(result);
  const [delivery] = deliveries;
  if (!delivery) throw new Error('The rehearsal has sent no message.');
  print(deliveryLines(delivery));
  const file = join(mkdtempSync(join(tmpdir(), 'cdk-sentries-rehearsal-')), 'rehearsal.html');
  writeFileSync(file, answer.page);
  const statements = new Statements(print);
  print('');
  checkReport(reportSchema.parse(JSON.parse(delivery.message)), statements);
  const after = await openRules(localAws, past.webId);
  statements.check(after.join() === before.join(), 'no rule was changed by the rehearsal');
  statements.check(
    answer.page.includes('&lt;b&gt;hi&lt;/b&gt;') && !answer.page.includes('<b>hi'),
    'markup in a description is text on the page',
  );
  print(`\nThe page: ${file}`);
  return statements.allSo;
}

const answerSchema = z.object({ isLastPart: z.literal(true), page: z.string() });
const counts = z.record(z.string(), z.number());
const reportSchema = z.object({
  counts,
  actors: z.array(z.object({ actor: z.string(), counts })),
  notJudged: z.array(z.object({ cause: z.string() })),
  standing: z.array(z.object({ policy: z.string(), rules: z.number() })),
  changes: z.array(
    z.object({
      actor: z.string(),
      rules: z.array(z.object({ text: z.string(), change: z.string(), verdict: z.string() })),
    }),
  ),
});

function checkReport(report: z.infer<typeof reportSchema>, statements: Statements): void {
  const rules = report.changes.flatMap(({ actor, rules: changed }) =>
    changed.map(
      ({ text, change, verdict }) => `${actor.split('/').at(-1)} ${change} ${text}: ${verdict}`,
    ),
  );
  const says = (line: string) => rules.includes(line);
  statements.check(
    says('alice added tcp 22 from 0.0.0.0/0: revert'),
    'SSH that alice opened to the world would have been reverted',
  );
  statements.check(
    says(`${ROLE} added tcp 443 from 0.0.0.0/0: allow`),
    'HTTPS that the pipeline added would have been allowed',
  );
  statements.check(
    says('alice removed tcp 443 from 0.0.0.0/0: restore'),
    'and would have been restored when alice removed it',
  );
  statements.check(
    report.actors.length === 1 && report.actors[0]?.actor.endsWith('/alice') === true,
    'alice alone would have been affected',
  );
  statements.check(
    report.notJudged.some(({ cause }) => cause === 'group-gone'),
    'what was done to a group that is gone is told as not judged',
  );
  statements.check(
    report.standing.some(
      ({ policy, rules: standing }) => policy === 'no-open-ssh' && standing === 1,
    ),
    'one rule that stands today violates a policy',
  );
}

/** A week at work: a pipeline that deploys, and alice, who helps herself. */
async function liveBefore(localAws: LocalAws, print: Print): Promise<Past> {
  const alice = await localAws.createUser('alice');
  const iamClient = new IAMClient(accessOf(localAws, alice));
  const { Role } = await iamClient.send(
    new CreateRoleCommand({ RoleName: ROLE, AssumeRolePolicyDocument: '{}' }),
  );
  iamClient.destroy();
  const roleArn = Role?.Arn ?? '';
  const byAlice = new EC2Client(accessOf(localAws, alice));
  const byPipeline = new EC2Client(accessOf(localAws, await localAws.assumeRole(roleArn, 'run-1')));
  const { Vpc } = await byPipeline.send(new CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
  const vpcId = Vpc?.VpcId ?? '';
  const webId = await newGroup(byPipeline, vpcId, 'web');
  await open(byPipeline, webId, tcp(443));
  print(`The pipeline has made the group web (${webId}), and opened HTTPS.`);
  await open(byAlice, webId, tcp(22, '<b>hi</b>'));
  print('alice has opened SSH to the world.');
  await byAlice.send(
    new RevokeSecurityGroupIngressCommand({ GroupId: webId, IpPermissions: [tcp(443)] }),
  );
  print('alice has removed HTTPS.');
  const triedId = await newGroup(byAlice, vpcId, 'tried');
  await open(byAlice, triedId, tcp(3389));
  await byAlice.send(new DeleteSecurityGroupCommand({ GroupId: triedId }));
  print('alice has made a group, opened Remote Desktop in it, and deleted it.');
  [byAlice, byPipeline].forEach((client) => client.destroy());
  await localAws.settled();
  return { vpcId, webId, roleArn };
}

/** The policies that are thought of, for all groups of the VPC. */
function synthesized({ vpcId, roleArn }: Past): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk-sentries-sandbox-')) });
  const stack = new Stack(app, 'Rehearsal');
  new SecurityGroupRehearsal(stack, 'Rehearsal', {
    monitoredGroups: MonitoredGroups.inVpc(vpcNamed(stack, vpcId)),
    policies: [
      {
        name: 'no-open-ssh',
        baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]),
        response: ChangeResponse.revert(),
      },
      {
        name: 'only-by-pipeline',
        baseline: SecurityGroupBaseline.locked({ restoreRemoved: true }),
        response: ChangeResponse.revert(),
      },
    ],
    trustedActors: [Actor.role(iam.Role.fromRoleArn(stack, 'Pipeline', roleArn))],
  });
  return app.synth().directory;
}

function vpcNamed(stack: Stack, vpcId: string): ec2.IVpc {
  return ec2.Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId, availabilityZones: ['none'] });
}

async function newGroup(client: EC2Client, vpcId: string, name: string): Promise<string> {
  const { GroupId = '' } = await client.send(
    new CreateSecurityGroupCommand({ GroupName: name, Description: name, VpcId: vpcId }),
  );
  return GroupId;
}

async function open(client: EC2Client, groupId: string, permission: IpPermission): Promise<void> {
  await client.send(
    new AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions: [permission] }),
  );
}

function tcp(port: number, description?: string): IpPermission {
  return {
    IpProtocol: 'tcp',
    FromPort: port,
    ToPort: port,
    IpRanges: [{ CidrIp: '0.0.0.0/0', ...(description && { Description: description }) }],
  };
}

function accessOf({ endpoint, region }: LocalAws, credentials: AwsCredentials) {
  return { endpoint, region, credentials };
}
