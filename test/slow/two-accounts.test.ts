import { join } from 'node:path';
import * as ec2 from '@aws-sdk/client-ec2';
import { synthesizeApp } from '../../sandbox/deployer/synthesize';
import { type DeployedStack, LocalAws, type Place } from '../../sandbox/local-aws';
import { openRules } from '../../sandbox/scenes/group-rules';
import { interactionsUrlOf } from '../../sandbox/scenes/interactions-url';
import { SlackStandIn } from '../../sandbox/slack/slack-stand-in';
import { COVERAGE_METRICS_WHILE_IDLE } from '../../src/organization/contracts/coverage-metrics';
import { SECURITY_GROUP_METRICS_WHILE_IDLE } from '../../src/shared/contracts/metrics';
import { temporaryFolder } from '../support/apps/tiny-app';
import { metricNamesIn } from '../support/sandbox/written-metrics';

/** Both apps of the example, as they are written, each in its own account. */

jest.setTimeout(180_000);

const EXAMPLE = join(__dirname, '..', '..', 'examples', 'two-accounts', 'typescript');
const APPROVALS: Place = { accountId: '111122223333', region: 'eu-west-1' };
const WATCHED: Place = { accountId: '444455556666', region: 'eu-west-1' };
const CHANNELS = ['C0APPROVALS', 'C0MONITORING'];
const [ALICE, BOB, MALLORY] = ['U0ALICE', 'U0BOB', 'U0MALLORY'] as const;
const SIGNING_SECRET = 'signing-secret';
const BOT_TOKEN = 'xoxb-token';
/** As the CDK CLI would look it up. */
const ZONES = { 'availability-zones:account=444455556666:region=eu-west-1': ['eu-west-1a'] };
const HTTPS = '443 from 0.0.0.0/0';
const SSH = '22 from 0.0.0.0/0';

const logs: string[] = [];

let slack: SlackStandIn;
let aws: LocalAws;
let approvals: DeployedStack;
let group: string;

beforeAll(async () => {
  slack = await SlackStandIn.start({ signingSecret: SIGNING_SECRET, botToken: BOT_TOKEN });
  for (const id of [ALICE, BOB, MALLORY]) slack.addUser({ id });
  for (const id of CHANNELS) slack.addChannel({ id, members: [ALICE, BOB, MALLORY] });
  aws = await LocalAws.start({
    functionEnvironment: { SLACK_API_URL: slack.apiUrl },
    log: console.log,
    onFunctionLog: (_, line) => logs.push(line),
  });
  approvals = await aws.deploy(await synthesized('approvals'), undefined, APPROVALS);
  await aws.putSecret(output(approvals, 'SigningSecretArn'), SIGNING_SECRET);
  await aws.putSecret(output(approvals, 'BotTokenArn'), BOT_TOKEN);
  const watched = await aws.deploy(await synthesized('watched', ZONES), undefined, WATCHED);
  group = output(watched, 'GroupId');
  await run('HubCoverageSchedule');
  await run('GroupSentryMemberReconcileRule');
});
afterAll(async () => {
  await aws?.stop();
  await slack?.stop();
});

test('a change in one account stays reverted until those who may have approved it in the other', async () => {
  await new ec2.EC2Client(aws.accessTo(WATCHED)).send(
    new ec2.AuthorizeSecurityGroupIngressCommand({
      GroupId: group,
      IpPermissions: [
        { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
      ],
    }),
  );
  await aws.settled();
  expect(await openRules(aws, group, WATCHED)).toEqual([HTTPS]);

  await approve(MALLORY);
  expect(slack.ephemerals.map(({ userId, text }) => [userId, text])).toEqual([
    [MALLORY, expect.stringContaining('not one of the approvers')],
  ]);
  await approve(ALICE);
  expect(await openRules(aws, group, WATCHED)).toEqual([HTTPS]);

  await approve(BOB);
  expect(await openRules(aws, group, WATCHED)).toEqual([SSH, HTTPS]);
});

test('while nothing happens, metrics cost what docs/cost.md counts for a hub', async () => {
  await run('GroupSentryMemberReconcileRule');
  const before = logs.length;
  await run('HubCoverageSchedule');
  await run('GroupSentryMemberReconcileRule');
  expect(metricNamesIn(logs.slice(before))).toEqual(
    [
      ...COVERAGE_METRICS_WHILE_IDLE.coverage,
      ...SECURITY_GROUP_METRICS_WHILE_IDLE.memberReconcile,
    ].sort(),
  );
});

async function synthesized(app: string, context?: object): Promise<string> {
  return synthesizeApp(join(EXAMPLE, app), temporaryFolder(), { ...context });
}

async function run(schedule: string): Promise<void> {
  await aws.fire(approvals, schedule);
  await aws.settled();
}

async function approve(userId: string): Promise<void> {
  const question = slack.messages.find(({ channel }) => channel === 'C0APPROVALS');
  await slack.click({
    interactionsUrl: interactionsUrlOf(approvals),
    userId,
    channel: 'C0APPROVALS',
    ts: question?.ts ?? '',
    text: 'Approve',
  });
  await aws.settled();
}

function output(stack: DeployedStack, name: string): string {
  const value = stack.outputs.get(name);
  if (!value) throw new Error(`${stack.name} has no output ${name}.`);
  return value;
}
