import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeSecurityGroupsCommand, DescribeVpcsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { ListRulesCommand, EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient, ListRolesCommand, ListUsersCommand } from '@aws-sdk/client-iam';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { LocalAws } from '../../sandbox/local-aws';
import { askQuestions } from '../../verify/ask-questions';
import { deleteThings } from '../../verify/delete-things';
import { MadeThings } from '../../verify/made-things';
import type { Question, Site } from '../../verify/probe';
import { QUESTIONS } from '../../verify/questions';
import { siteOf } from '../../verify/site';

jest.setTimeout(120_000);

/** What the emulator answers, which is no answer of AWS: each question comes to its end there. */
const IN_THE_EMULATOR: Readonly<Record<string, RegExp>> = {
  'Warm-up of alarms': /describe_type action has not been implemented/,
  'Calendar weeks of an alarm': /describe_type action has not been implemented/,
  'Who calls, through CloudFormation': /was not in the event history/,
  'Revoke by rule id': /is recorded so:.*securityGroupRuleIds.*revokedSecurityGroupRuleSet/s,
  'The answer to a revoke': /named each rule by its id|named \d of them/,
  'Modify with several rules': /is recorded so:.*"SecurityGroupRule": \[/s,
  'How late the event history is': /had a call 0 seconds after/,
  "A condition on who sends, in the topic's policy":
    /no condition: a message came; aws:SourceAccount: a message came; aws:SourceArn: a message came/,
  'How SQS moves a dead letter': /SQS moved the message/,
  'The first run of a schedule': /did not run within eleven minutes/,
  'Names of parameters that tamper rules look at': /was not in the event history/,
  'A prefix list that is being changed': /state was modify-complete.*answered: 1 entries/,
  'Keys of tags in other letters': /Owner = "as Owner", owner = "as owner"/,
  'How late a use of a key shows': /had the first use of a key 0 minutes after/,
};

const PROJECT = resolve(__dirname, '..', '..');
const SCRIPT = join(PROJECT, 'verify', 'main.ts');
const TSX = pathToFileURL(join(PROJECT, 'node_modules', 'tsx', 'dist', 'loader.mjs')).href;

const PACE = 300;
const ASKED = QUESTIONS.filter((question) => 'probe' in question);

let localAws: LocalAws;
let folder: string;
let file: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cdk-sentries-verify-'));
  file = join(folder, 'made.json');
  localAws = await LocalAws.start();
  const { accessKeyId, secretAccessKey } = await localAws.createUser('someone');
  process.env.AWS_ACCESS_KEY_ID = accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = secretAccessKey;
});

afterAll(async () => {
  await localAws?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('each question is asked, and nothing is left behind', async () => {
  const before = await whatIsThere();
  const site = await newSite();
  const answers = await askQuestions(site, ASKED, () => undefined);
  const said = Object.fromEntries(
    answers.map(({ title, result }) => [title, Object.values(result).join(' ')]),
  );

  expect(Object.keys(said)).toEqual(Object.keys(IN_THE_EMULATOR));
  for (const [title, answer] of Object.entries(IN_THE_EMULATOR)) {
    expect(`${title}: ${said[title]}`).toMatch(answer);
  }
  // An account may have five in a Region, its default one included.
  expect((await whatIsThere()).vpcs).toHaveLength(before.vpcs.length + 1);
  expect(await deleteThings(site)).toEqual([]);
  expect(await whatIsThere()).toEqual(before);
  expect(MadeThings.leftBehind(file)).toBeUndefined();
});

test('what a run that was killed has left behind is deleted by the next', async () => {
  const before = await whatIsThere();
  const killed = await newSite();
  await askQuestions(killed, ASKED, () => undefined);
  expect(await whatIsThere()).not.toEqual(before);

  const list = MadeThings.leftBehind(file);
  const next = await siteOf(
    { region: localAws.region, endpoint: localAws.endpoint, file, pace: PACE },
    list,
  );

  expect(next.run).toBe(killed.run);
  expect(await deleteThings(next)).toEqual([]);
  expect(await whatIsThere()).toEqual(before);
});

test('what is left behind in an account is not taken for gone with credentials of another', async () => {
  const options = { region: localAws.region, endpoint: localAws.endpoint, file, pace: PACE };
  const site = await newSite();
  site.made.note('queue', `${site.run}-live`);
  const list = { ...MadeThings.leftBehind(file)!, account: '999999999999' };

  await expect(siteOf(options, list)).rejects.toThrow(
    `in the account 999999999999, and these credentials are of ${localAws.accountId}`,
  );
  expect(MadeThings.leftBehind(file)?.things).toEqual(list.things);
  expect(await deleteThings(site)).toEqual([]);
});

test('a stack that may still be there stays on the list, with the role that deletes it', async () => {
  const site = await newSite();
  const question = ASKED.find(({ title }) => title === 'Who calls, through CloudFormation')!;
  await askQuestions(site, [question], () => undefined);
  localAws.failNext({
    service: 'cloudformation',
    action: 'DescribeStacks',
    errorCode: 'AccessDenied',
    times: 1,
  });

  expect(await deleteThings(site)).toEqual([
    expect.stringContaining(`stack ${site.run}-stack: AccessDenied`),
    `role ${site.run}-role: Error: CloudFormation needs it to delete the stack`,
  ]);
  expect(
    MadeThings.leftBehind(file)
      ?.things.map(({ kind }) => kind)
      .sort(),
  ).toEqual(['role', 'stack']);
  expect(await deleteThings(site)).toEqual([]);
  expect(MadeThings.leftBehind(file)).toBeUndefined();
});

test('once it is stopped, nothing more is made, and what was made is deleted', async () => {
  const before = await whatIsThere();
  const site = await newSite();
  const asking = askQuestions(site, ASKED, () => undefined);
  site.stop();
  const answers = await asking;

  expect(answers.filter(({ result }) => 'failed' in result)).not.toEqual([]);
  expect(() => site.made.note('queue', 'one-more')).toThrow('the run was stopped');
  const list = MadeThings.leftBehind(file);
  expect(
    await deleteThings(
      await siteOf(
        { region: localAws.region, endpoint: localAws.endpoint, file, pace: PACE },
        list,
      ),
    ),
  ).toEqual([]);
  expect(await whatIsThere()).toEqual(before);
});

describe('the script', () => {
  test('makes nothing until someone types the id of the account', async () => {
    const before = await whatIsThere();
    const { said, exitCode } = await runScript('no', undefined);

    expect(said).toContain(
      `in the account ${localAws.accountId}, ${localAws.region}: up to 33 minutes`,
    );
    expect(said).toContain('less than 0.10 USD');
    expect(said).toContain('Nothing was made.');
    expect(exitCode).toBe(1);
    expect(await whatIsThere()).toEqual(before);
  });

  test('prints a report without account ids, and deletes what it made', async () => {
    const before = await whatIsThere();
    const { said, exitCode } = await runScript(localAws.accountId, undefined);
    const report = said.slice(said.indexOf('## Seen in'));

    expect(report).toContain(`## Seen in ${localAws.region} on `);
    expect(report).toContain('### Keys of tags in other letters');
    expect(report).not.toContain(localAws.accountId);
    expect(report).toContain('All that was made is deleted.');
    expect(exitCode).toBe(0);
    expect(await whatIsThere()).toEqual(before);
  });

  test('deletes what it made when someone presses Ctrl-C', async () => {
    const before = await whatIsThere();
    const { said, exitCode } = await runScript(localAws.accountId, 'SIGINT');

    expect(said).toContain('Stopped.');
    expect(said).not.toContain('## Seen in');
    expect(said).toContain('All that was made is deleted.');
    expect(exitCode).toBe(130);
    expect(await whatIsThere()).toEqual(before);
  });

  test('after it was killed, asks for --clean, which deletes what is left', async () => {
    const before = await whatIsThere();
    await runScript(localAws.accountId, 'SIGKILL');
    expect(await whatIsThere()).not.toEqual(before);

    expect((await runScript(localAws.accountId, undefined)).said).toMatch(
      /A run has left \d+ things behind.*--clean/s,
    );
    expect((await runScript('', undefined, '--clean')).said).toContain(
      'All that was made is deleted.',
    );
    expect(await whatIsThere()).toEqual(before);
    expect((await runScript('', undefined, '--clean')).said).toContain('Nothing is left behind.');
  });
});

test('a question that fails costs the others nothing, and is said to have failed', async () => {
  const site = await newSite();
  const failing: Question = {
    title: 'One that fails',
    probe: { minutes: 1, ask: async () => Promise.reject(new Error('AccessDenied')) },
  };
  const other = ASKED.find(({ title }) => title === 'Keys of tags in other letters')!;

  expect(await askQuestions(site, [failing, other], () => undefined)).toMatchObject([
    { title: failing.title, result: { failed: 'Error: AccessDenied' } },
    { title: other.title, result: { answer: expect.any(String) } },
  ]);
  expect(await deleteThings(site)).toEqual([]);
});

async function newSite(): Promise<Site> {
  return siteOf({ region: localAws.region, endpoint: localAws.endpoint, file, pace: PACE });
}

/** Types a line; and stops the script, where a signal is given, once a question is answered. */
async function runScript(typed: string, signal: NodeJS.Signals | undefined, ...args: string[]) {
  const child = spawn(process.execPath, ['--import', TSX, SCRIPT, ...args], {
    cwd: folder,
    env: {
      ...process.env,
      AWS_ENDPOINT_URL: localAws.endpoint,
      AWS_REGION: localAws.region,
      VERIFY_PACE: String(PACE),
      TSX_TSCONFIG_PATH: join(PROJECT, 'tsconfig.dev.json'),
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      said += chunk;
      const isTime = signal && !child.killed && said.includes('Keys of tags in other letters:');
      if (isTime) child.kill(signal);
    });
  }
  child.stdin.end(`${typed}\n`);
  const [exitCode] = await once(child, 'close');
  return { said, exitCode };
}

/** Of all kinds of things that a run makes. */
async function whatIsThere() {
  const access = { region: localAws.region, endpoint: localAws.endpoint };
  const ec2 = new EC2Client(access);
  const iam = new IAMClient(access);
  const [queues, topics, rules, users, roles, groups, vpcs, stacks] = await Promise.all([
    new SQSClient(access).send(new ListQueuesCommand({})),
    new SNSClient(access).send(new ListTopicsCommand({})),
    new EventBridgeClient(access).send(new ListRulesCommand({})),
    iam.send(new ListUsersCommand({})),
    iam.send(new ListRolesCommand({})),
    ec2.send(new DescribeSecurityGroupsCommand({})),
    ec2.send(new DescribeVpcsCommand({})),
    new CloudFormationClient(access).send(new DescribeStacksCommand({})),
  ]);
  return {
    queues: queues.QueueUrls ?? [],
    topics: topics.Topics,
    rules: rules.Rules?.map(({ Name }) => Name),
    users: users.Users?.map(({ UserName }) => UserName),
    roles: roles.Roles?.map(({ RoleName }) => RoleName),
    groups: groups.SecurityGroups?.map(({ GroupId }) => GroupId),
    vpcs: (vpcs.Vpcs ?? []).map(({ VpcId }) => VpcId),
    stacks: stacks.Stacks?.map(({ StackName }) => StackName),
  };
}
