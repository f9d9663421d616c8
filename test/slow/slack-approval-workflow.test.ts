import { GetParameterCommand, PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { App, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { metricsIn, widgetsOf } from '../../build/dashboard/dashboard-body';
import {
  Approvers,
  ChangeResponse,
  DenialPrompt,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SentryDashboard,
  SlackApprovalWorkflow,
} from '../../src';
import { APPROVAL_METRICS_WHILE_IDLE } from '../../src/approval/contracts/approval-metrics';
import { fieldsWithoutLine, writtenMetrics } from '../support/log-lines/written-logs';
import {
  ALICE,
  APPROVAL_CHANNEL,
  ApprovalSandbox,
  BOB,
  buttonsOf,
  CAROL,
  DAN,
  MALLORY,
  OTHER_TEAM,
  PAYMENTS_CHANNEL,
  PAYMENTS_TAG,
  ROUTE_CHANNEL,
  SENSITIVE_TAG,
} from '../support/sandbox/approval-sandbox';
import { metricNamesIn } from '../support/sandbox/written-metrics';

jest.setTimeout(120_000);

const MINUTE_MS = 60_000;
const SSH = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, IpRanges: [{ CidrIp: '0.0.0.0/0' }] };
const HTTPS = '443 from 0.0.0.0/0';
const OPENED = '22 from 0.0.0.0/0';
const TESTS = 12;

let sandbox: ApprovalSandbox;

beforeAll(async () => {
  sandbox = await ApprovalSandbox.start(TESTS, {
    paymentsPair: TESTS - 1,
    denialPrompt: DenialPrompt.REQUIRED,
  });
});

afterAll(async () => sandbox?.stop());

/** Each test has groups of its own. test/slow has the many other cases. */
beforeEach(() => sandbox.begin());

test('a minute in which nothing is due costs the metrics that docs/cost.md counts', async () => {
  await sandbox.settled();
  const before = sandbox.logs.length;
  await sandbox.minute();
  expect(metricNamesIn(sandbox.logs.slice(before))).toEqual([
    ...APPROVAL_METRICS_WHILE_IDLE.minute,
  ]);
});

test('a port that was opened is closed, and opened again once two people have approved it, for good', async () => {
  await sandbox.open(sandbox.guarded, SSH);
  expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
  expect(buttonsOf(sandbox.lastQuestion)).toEqual([
    'Approve',
    'Approve for 1 h',
    'Approve for 8 h',
    'Deny',
  ]);
  await sandbox.click(ALICE, 'Approve');
  expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
  await sandbox.click(BOB, 'Approve');
  expect(await sandbox.rules(sandbox.guarded)).toEqual([OPENED, HTTPS].sort());
  expect(buttonsOf(sandbox.lastQuestion)).toEqual([]);
  await sandbox.reconcile();
  expect(await sandbox.rules(sandbox.guarded)).toEqual([OPENED, HTTPS].sort());
});

test('a port that may stand until it is denied is closed when it is', async () => {
  await sandbox.open(sandbox.lenient, SSH);
  expect(await sandbox.rules(sandbox.lenient)).toEqual([OPENED, HTTPS].sort());
  const modal = await sandbox.denyModal(ALICE);
  expect(buttonsOf(sandbox.lastQuestion)).toContain('Deny');
  expect(JSON.stringify(modal.view.blocks)).toContain('Security group Approval-Lenient');
  await sandbox.submit(modal, 'No ticket.\n<!channel> ask *again*');
  expect(modal.isOpen).toBe(false);
  expect(await sandbox.rules(sandbox.lenient)).toEqual([HTTPS]);
  const { text, blocks } = sandbox.lastQuestion;
  expect(buttonsOf(sandbox.lastQuestion)).toEqual([]);
  expect(text).toContain('Reason: No ticket. &lt;!channel&gt; ask *again*');
  expect(JSON.stringify(blocks)).toContain('No ticket. <!channel> ask *again*');
  expect(text).toContain('It was denied (No ticket.');
  expect(sandbox.monitored.join()).toContain('Reason: No ticket.');
});

test('who is asked why decides nothing until they say it, and what they write afterwards neither', async () => {
  const { slack, lenient } = sandbox;
  await sandbox.open(lenient, SSH);
  slack.cancel(await sandbox.denyModal(ALICE));
  const [first, second] = [await sandbox.denyModal(ALICE), await sandbox.denyModal(BOB)];
  await sandbox.submit(first, ' ');
  expect(first.errors).toEqual({ reason: 'Write why you deny it.' });
  expect(await sandbox.rules(lenient)).toEqual([OPENED, HTTPS].sort());

  const { sent } = await sandbox.submit(first, 'No ticket.');
  const before = slack.ephemerals.length;
  const { body, headers } = sent;
  await slack.post({ url: sandbox.interactionsUrl, body, headers });
  await sandbox.settled();
  await sandbox.submit(second, 'Too late.');
  expect(await sandbox.rules(lenient)).toEqual([HTTPS]);
  expect(sandbox.lastQuestion.text).toContain('Reason: No ticket.');
  const told = slack.ephemerals.slice(before).map(({ text, userId }) => [userId, text]);
  expect(told).toEqual([[BOB, expect.stringContaining('it is denied already')]]);
});

test('a denial counts at once where Slack opens no modal for its reason, and says so', async () => {
  const { slack, lenient } = sandbox;
  await sandbox.open(lenient, SSH);
  slack.failNext('views.open', 'expired_trigger_id');
  const answer = await sandbox.click(ALICE, 'Deny');
  expect(answer).toMatchObject({ status: 200, inTime: true });
  expect(await sandbox.rules(lenient)).toEqual([HTTPS]);
  expect(sandbox.lastQuestion.text).toContain('Slack opened no modal in which to give a reason.');
});

test('a denial counts in time where Slack is slow, and the modal that it opens too late brings nothing', async () => {
  const { slack, lenient } = sandbox;
  await sandbox.open(lenient, SSH);
  slack.answerDelayMs = 2_000;
  const clicked = slack.click({
    interactionsUrl: sandbox.interactionsUrl,
    userId: ALICE,
    channel: APPROVAL_CHANNEL,
    ts: sandbox.lastQuestion.ts,
    text: 'Deny',
  });
  const answer = await clicked.finally(() => {
    slack.answerDelayMs = 0;
  });
  expect(answer).toMatchObject({ status: 200, inTime: true });
  await sandbox.settled();
  expect(await sandbox.rules(lenient)).toEqual([HTTPS]);
  await sandbox.submit(slack.modals.at(-1)!, 'No ticket.');
  expect(sandbox.lastQuestion.text).not.toContain('No ticket.');
  expect(slack.ephemerals.at(-1)!.text).toContain('it is denied already');
});

test('a click of someone who may not decide is told to them alone', async () => {
  await sandbox.open(sandbox.guarded, SSH);
  const before = sandbox.slack.ephemerals.length;
  await sandbox.click(MALLORY, 'Approve');
  const told = sandbox.slack.ephemerals.slice(before).map(({ text, userId }) => [userId, text]);
  expect(told).toEqual([[MALLORY, expect.stringContaining('not one of the approvers')]]);
  expect(buttonsOf(sandbox.lastQuestion)).toContain('Approve');
});

test('an approval of someone who is taken off the approvers lapses, and the audit says so', async () => {
  await sandbox.open(sandbox.guarded, SSH);
  await sandbox.click(ALICE, 'Approve');
  await withApprovers([BOB, CAROL], async () => {
    await sandbox.click(BOB, 'Approve');
    expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
    expect(sandbox.lastQuestion.text).not.toContain(ALICE);
    await sandbox.click(CAROL, 'Approve');
    expect(await sandbox.rules(sandbox.guarded)).toEqual([OPENED, HTTPS].sort());
  });
  const audited = (await sandbox.items('ApprovalsRequests'))
    .filter(({ sk }) => sk?.S?.startsWith('AUDIT#'))
    .map(({ data }) => data?.S ?? '')
    .filter((data) => data.includes('"what":"vote-lapsed"'));
  expect(audited).toEqual([expect.stringContaining(`"by":"${ALICE}"`)]);
});

test('what was approved for an hour ends, and no one is asked again', async () => {
  await sandbox.open(sandbox.guarded, SSH);
  await sandbox.approve('Approve for 1 h');
  expect(await sandbox.rules(sandbox.guarded)).toEqual([OPENED, HTTPS].sort());
  await sandbox.pass(61 * MINUTE_MS);
  await sandbox.reconcile();
  expect(await sandbox.rules(sandbox.guarded)).toEqual([HTTPS]);
  expect(sandbox.questions).toHaveLength(1);
});

test('what was approved for an hour is given another one by two who may, before its end, and ends then', async () => {
  const { slack, guarded } = sandbox;
  await sandbox.open(guarded, SSH);
  await sandbox.approve('Approve for 1 h');
  await sandbox.pass(55 * MINUTE_MS);
  await sandbox.pass(MINUTE_MS);
  expect(sandbox.replies).toHaveLength(1);
  const [reminder] = sandbox.replies;
  expect(reminder!.text).toContain('What was approved ends then, unless it is given more time.');
  expect(buttonsOf(reminder!)).toEqual(['1 h more', '8 h more']);

  const before = slack.ephemerals.length;
  await sandbox.click(MALLORY, '1 h more', reminder);
  const { sent } = await sandbox.click(ALICE, '1 h more', reminder);
  await slack.post({ url: sandbox.interactionsUrl, body: sent.body, headers: sent.headers });
  await sandbox.settled();
  await sandbox.click(ALICE, '8 h more', reminder);
  const told = slack.ephemerals.slice(before).map(({ text, userId }) => [userId, text]);
  expect(told).toEqual([
    [MALLORY, expect.stringContaining('not one of the approvers')],
    [ALICE, expect.stringContaining('someone else has to as well')],
  ]);
  expect(reminder!.text).toContain('1 of 2 approvals');
  await sandbox.click(BOB, '8 h more', reminder);
  expect(buttonsOf(reminder!)).toEqual([]);
  expect(sandbox.lastQuestion.text).toContain('More time approved');

  await sandbox.pass(10 * MINUTE_MS);
  await sandbox.reconcile();
  expect(await sandbox.rules(guarded)).toEqual([OPENED, HTTPS].sort());
  const [rule] = (await sandbox.described(guarded)).filter(({ FromPort }) => FromPort === 22);
  const end = rule!.Tags!.find(({ Key }) => Key === 'cdk-sentries:approved-until')!.Value!;
  expect(sandbox.lastQuestion.text).toContain(end.slice(0, 16).replace('T', ' '));
  await sandbox.pass(Date.parse(end) - sandbox.localAws.now().getTime());
  expect(await sandbox.rules(guarded)).toEqual([HTTPS]);
  expect(sandbox.questions).toHaveLength(1);
});

test('a click for more time after the end gives none', async () => {
  const { slack, lenient } = sandbox;
  await sandbox.open(lenient, SSH);
  await sandbox.approve('Approve for 1 h');
  await sandbox.pass(57 * MINUTE_MS);
  const [reminder] = sandbox.replies;
  const late = await slack.click({
    interactionsUrl: `${slack.url}/nowhere`,
    userId: ALICE,
    channel: reminder!.channel,
    ts: reminder!.ts,
    text: '1 h more',
  });
  await sandbox.pass(3 * MINUTE_MS);
  expect(await sandbox.rules(lenient)).toEqual([HTTPS]);
  expect(buttonsOf(reminder!)).toEqual([]);
  const { body, headers } = late.sent;
  await slack.post({ url: sandbox.interactionsUrl, body, headers });
  await sandbox.settled();
  expect(slack.ephemerals.at(-1)!.text).toContain('its time is over');
  expect(await sandbox.rules(lenient)).toEqual([HTTPS]);
});

test('a group that is tagged for a team is decided about by that team, whatever someone writes over the tag right before', async () => {
  const { guarded } = sandbox;
  await sandbox.tag(guarded, { [PAYMENTS_TAG.key]: OTHER_TEAM, [SENSITIVE_TAG.key]: 'public' });
  await sandbox.open(guarded, SSH);
  expect([...sandbox.questions, ...sandbox.questionsIn(ROUTE_CHANNEL)]).toEqual([]);
  const [question] = sandbox.questionsIn(PAYMENTS_CHANNEL);
  expect(question!.text).toContain('SENSITIVE: data-class: restricted');
  expect(question!.text).toContain(`For <@${CAROL}>`);

  for (const other of [ALICE, BOB, MALLORY]) await sandbox.click(other, 'Approve', question);
  expect(await sandbox.rules(guarded)).toEqual([HTTPS]);
  for (const one of [CAROL, DAN]) await sandbox.click(one, 'Approve', question);
  expect(await sandbox.rules(guarded)).toEqual([OPENED, HTTPS].sort());
});

/** After all that happened above. */
describe('a dashboard over the sentry and the workflow', () => {
  test('shows what they wrote, under the namespace, dimensions and unit that they wrote it with', () => {
    const shown = new Set(shownOnDashboard());
    const written = new Set(
      writtenMetrics(sandbox.logs).map(({ namespace, name, dimensions, unit }) =>
        [namespace, name, JSON.stringify(dimensions), unit === 'Seconds'].join(' '),
      ),
    );
    const names = [...written].filter((one) => shown.has(one)).map((one) => one.split(' ')[1]);
    expect(names).toEqual(
      expect.arrayContaining([
        'Violations',
        'RulesReverted',
        'SecondsOpen',
        'DetectionLag',
        'ReactionTime',
        'GroupsMonitored',
        'RequestsAsked',
        'Decisions',
        'SecondsToDecision',
        'RefusedClicks',
        'ReasonsUnasked',
        'AdvanceRuns',
      ]),
    );
  });

  test.each([
    ['what-was-answered', []],
    ['what-was-not-reverted', []],
    ['what-reconcile-found', ['due.0', 'doubts.groups.0.reason']],
    ['what-became-of-decisions', ['keyId', 'subject']],
    ['who-decided-what', []],
    ['which-requests-are-open', []],
    ['which-clicks-did-not-count', []],
  ])('has the saved query %s ask fields of the log; of this run, all but %j', (name, others) => {
    expect(fieldsWithoutLine(name, sandbox.logs)).toEqual(others);
  });
});

/** Each metric with its dimensions, and whether its graph counts seconds. */
function shownOnDashboard(): string[] {
  const stack = new Stack(new App(), 'Approval');
  const secret = (id: string) => new secretsmanager.Secret(stack, id);
  const workflow = new SlackApprovalWorkflow(stack, 'Approvals', {
    signingSecret: secret('SigningSecret'),
    botToken: secret('BotToken'),
    approvalChannelId: 'C0APPROVE',
    approvers: Approvers.users([ALICE, BOB]),
  });
  const sentry = new SecurityGroupSentry(stack, 'Guard', {
    monitoredGroups: MonitoredGroups.all(),
    policies: [{ baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.notifyOnly() }],
  });
  const dashboard = new SentryDashboard(stack, 'Dashboard', {
    securityGroupSentries: [sentry],
    workflows: [workflow],
  });
  return widgetsOf(dashboard)
    .filter(({ type }) => type === 'metric')
    .flatMap((widget) => {
      const isInSeconds = JSON.stringify(widget.properties.yAxis).includes('"label":"seconds"');
      return metricsIn(widget).map(({ namespace, name, dimensions }) =>
        [namespace, name, JSON.stringify(dimensions), isInSeconds].join(' '),
      );
    });
}

/** As by a deployment. */
async function withApprovers(userIds: readonly string[], work: () => Promise<void>): Promise<void> {
  const { endpoint, region } = sandbox.localAws;
  const credentials = await sandbox.localAws.createUser('deployer');
  const ssm = new SSMClient({ endpoint, region, credentials });
  const Name = sandbox.physicalId('AWS::SSM::Parameter', 'Approvals');
  const { Parameter } = await ssm.send(new GetParameterCommand({ Name }));
  const write = async (Value: string) =>
    ssm.send(new PutParameterCommand({ Name, Value, Overwrite: true }));
  const deployed = Parameter?.Value ?? '';
  await write(JSON.stringify({ ...JSON.parse(deployed), approvers: { kind: 'users', userIds } }));
  try {
    await work();
  } finally {
    await write(deployed);
  }
}
