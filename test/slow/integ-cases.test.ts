import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { IntegTest } from '@aws-cdk/integ-tests-alpha';
import { App } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { type DeployedStack, LocalAws } from '../../sandbox/local-aws';
import { interactionsUrlOf } from '../../sandbox/scenes/interactions-url';
import { SlackStandIn } from '../../sandbox/slack/slack-stand-in';
import { approvedActionCase } from '../integ/integ.approved-action';
import { accessKeyCase } from '../integ/integ.iam-key-sentry';
import { securityGroupCase } from '../integ/integ.security-group-sentry';
import { hubCase } from '../integ/integ.sentry-hub';
import { cfnLintEnvironment, lint } from '../support/cfn-lint/cfn-lint';
import { type Environment, runAssertions } from '../support/sandbox/case-assertions';

jest.setTimeout(60_000);

const WORKSPACE = {
  channelId: 'C0APPROVALS',
  approverId: 'U0ALICE',
  botTokenSecret: 'bot-token',
  signingSecretSecret: 'signing-secret',
};

const PLACES = { hubAccount: '111122223333', memberAccount: '444455556666', region: 'eu-west-1' };
/** How the names of the stacks end that integ-tests deploys beside those of a case. */
const ASSERTIONS = 'Assertions';

const folders: string[] = [];
let slack: SlackStandIn;
let localAws: LocalAws;
let environment: Environment;

beforeAll(async () => {
  slack = await SlackStandIn.start({ signingSecret: 'signing', botToken: 'xoxb-1' });
  slack.addUser({ id: WORKSPACE.approverId });
  slack.addChannel({ id: WORKSPACE.channelId, members: [WORKSPACE.approverId] });
  localAws = await LocalAws.start({
    functionsSkipWaits: 'of the SDK',
    // In Lambda, the SDK is a part of the runtime, and is found in the same way.
    functionEnvironment: {
      SLACK_API_URL: slack.apiUrl,
      NODE_PATH: resolve(__dirname, '..', '..', 'node_modules'),
    },
  });
  const { accessKeyId, secretAccessKey } = await localAws.createUser('assertions');
  environment = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_ENDPOINT_URL: localAws.endpoint,
    AWS_REGION: localAws.region,
  };
});

afterAll(async () => {
  await localAws?.stop();
  await slack?.stop();
  for (const made of folders) rmSync(made, { recursive: true, force: true });
});

/** What the CDK itself writes; test/slow/templates.test.ts says why it is no fault. */
const OF_THE_CDK = ['W1020', 'W3005', 'W3010', 'W8003'];

test('the stacks of all cases are as CloudFormation wants them', async () => {
  const outdir = folder();
  const app = new App({ outdir });
  for (const build of [accessKeyCase, approvedActionCase, securityGroupCase]) build(app);
  hubCase(app, PLACES);
  const templates = app
    .synth()
    .stacks.filter(({ stackName }) => !stackName.endsWith(ASSERTIONS))
    .map(({ templateFullPath }) => templateFullPath);
  const findings = lint(await cfnLintEnvironment(), templates, [PLACES.region]);

  expect(templates).toHaveLength(6);
  expect(findings.filter(({ rule }) => !OF_THE_CDK.includes(rule))).toEqual([]);
});

test('a group that someone opens is closed, and the heartbeat comes back', async () => {
  const { stack, template } = await deploy(securityGroupCase);

  const beforeTry = async () => {
    await localAws.fire(stack, 'GroupSentryHeartbeatRule');
    await localAws.settled();
  };
  expect(await runAssertions({ template, stack, environment, beforeTry })).toEqual([
    'Lambda invoke',
    'EC2 authorizeSecurityGroupIngress',
    'SQS receiveMessage',
    'EC2 describeSecurityGroups',
    'Lambda invoke',
  ]);
});

test('a new key is in the file of a run', async () => {
  const { stack, template } = await deploy(accessKeyCase);

  const beforeTry = async () => localAws.settled();
  expect(await runAssertions({ template, stack, environment, beforeTry })).toEqual([
    'Lambda invoke',
    'SQS receiveMessage',
    'S3 listObjectsV2',
    'S3 getObject',
  ]);
});

test('a question is denied in Slack, and the one who asked hears of it', async () => {
  const { stack, template } = await deploy((app) => approvedActionCase(app, WORKSPACE));
  await localAws.putSecret(WORKSPACE.botTokenSecret, 'xoxb-1');
  await localAws.putSecret(WORKSPACE.signingSecretSecret, 'signing');

  const beforeTry = async () => denyWhatIsAsked(stack);
  expect(await runAssertions({ template, stack, environment, beforeTry })).toEqual([
    'Lambda invoke',
    'SQS receiveMessage',
  ]);
});

async function denyWhatIsAsked(stack: DeployedStack): Promise<void> {
  await localAws.settled();
  const question = slack.messages.find(({ threadTs }) => threadTs === undefined);
  if (!question) return;
  await slack.click({
    interactionsUrl: interactionsUrlOf(stack),
    userId: WORKSPACE.approverId,
    channel: question.channel,
    ts: question.ts,
    text: 'Deny',
  });
  await localAws.settled();
}

/** The stack of a case, and the template of its assertions. */
async function deploy(build: (app: App) => IntegTest) {
  const outdir = folder();
  const app = new App({ outdir });
  build(app);
  const assembly: CloudAssembly = app.synth();
  const [first, second] = assembly.stacks;
  if (!first || !second || assembly.stacks.length !== 2) {
    throw new Error(`A case has two stacks here, and not ${assembly.stacks.length}.`);
  }
  const [stack, assertions] = first.stackName.endsWith(ASSERTIONS)
    ? [second, first]
    : [first, second];
  const deployed = await localAws.deploy(outdir, stack.stackName);
  return { stack: deployed, template: assertions.template };
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'cdk-sentries-integ-'));
  folders.push(made);
  return made;
}
