import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AttributeValue,
  DynamoDBClient,
  paginateScan,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateTagsCommand,
  DescribeSecurityGroupRulesCommand,
  EC2Client,
  type IpPermission,
  ModifySecurityGroupRulesCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroupRule,
} from '@aws-sdk/client-ec2';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { App, CfnOutput, Stack, Tags } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as z from 'zod/mini';
import { SkippedWaits } from './skipped-waits';
import type { ApiCall, CloudTrailEvent } from '../../../sandbox/cloudtrail/tap';
import type { PlacedGroup } from '../../../sandbox/emulator/placed-groups';
import {
  type AwsCredentials,
  type DeployedStack,
  LocalAws,
  type LocalAwsOptions,
} from '../../../sandbox/local-aws';
import { interactionsUrlOf } from '../../../sandbox/scenes/interactions-url';
import type { AppAnswer, ClickOverrides } from '../../../sandbox/slack/clicks';
import type { Modal, SubmissionOverrides } from '../../../sandbox/slack/modals';
import { SlackStandIn } from '../../../sandbox/slack/slack-stand-in';
import type { Message } from '../../../sandbox/slack/workspace';
import {
  Approvers,
  ChangeResponse,
  type DenialPrompt,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SlackApprovalWorkflow,
  SlackDestination,
  TrafficPattern,
  UnansweredChange,
} from '../../../src';

export const APPROVAL_CHANNEL = 'C0APPROVE';
export const MONITOR_CHANNEL = 'C0MONITOR';
export const [ALICE, BOB, MALLORY] = ['U0ALICE', 'U0BOB', 'U0MALLORY'] as const;

/** Carol and Dan decide together what is asked about this account, which no sentry here watches. */
export const ROUTED_ACCOUNT = '444455556666';
export const ROUTE_CHANNEL = 'C0ROUTE';
export const [CAROL, DAN] = ['U0CAROL', 'U0DAN'] as const;

/** Carol and Dan also decide about groups with this tag; those of another team, Mallory and Dan. */
export const PAYMENTS_TAG = { key: 'team', value: 'payments' };
export const PAYMENTS_CHANNEL = 'C0PAYMENTS';
export const OTHER_TEAM = 'others';
export const SENSITIVE_TAG = { key: 'data-class', value: 'restricted' };
const PEOPLE = [ALICE, BOB, MALLORY, CAROL, DAN];

export const SIGNING_SECRET = 'sandbox-signing-secret';
const BOT_TOKEN = 'xoxb-sandbox';
const STACK_NAME = 'Approval';
const KINDS = ['Guarded', 'Lenient'] as const;

export type Item = Record<string, AttributeValue>;

/** What a ApprovalSandbox is made of. */
interface Parts {
  readonly localAws: LocalAws;
  readonly slack: SlackStandIn;
  readonly stack: DeployedStack;
  readonly visitor: EC2Client;
  readonly dynamo: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly calls: readonly ApiCall[];
  readonly events: readonly CloudTrailEvent[];
  readonly logs: readonly string[];
  readonly waits: SkippedWaits;
}

export interface ApprovalSandboxOptions extends Pick<LocalAwsOptions, 'tablesEndpoint'> {
  /**
   * Groups that are there before the stack is, guarded and lenient ones in turn: a pair for each
   * that was asked for. Default: the stack makes them.
   */
  readonly placedGroups?: readonly PlacedGroup[];
  /** The pair whose groups have the tags of payments, and of what is sensitive. Default: none. */
  readonly paymentsPair?: number;
  /** Whether those who deny are asked why. Default: they are not. */
  readonly denialPrompt?: DenialPrompt;
  /** The time when the stack is deployed. Default: now. */
  readonly at?: Date;
  /** What comes first, once the stack is there. Default: a run of reconcile, which adopts. */
  begin?(sandbox: ApprovalSandbox): Promise<void>;
}

/**
 * A sentry that asks in both ways, its workflow, and a Slack stand-in with its people: Alice and
 * Bob may decide, Mallory may not.
 */
export class ApprovalSandbox {
  /** With so many groups of each kind, for as many tests that need some of their own. */
  static async start(
    pairsOfGroups = 1,
    options: ApprovalSandboxOptions = {},
  ): Promise<ApprovalSandbox> {
    const clock: { now: () => Date } = { now: () => new Date() };
    const slack = await SlackStandIn.start({
      signingSecret: SIGNING_SECRET,
      botToken: BOT_TOKEN,
      messagesPerSecond: 100,
      messagesAtOnce: 100,
      callsPerMinute: 100_000,
      now: () => clock.now(),
    });
    const [calls, logs, waits]: [ApiCall[], string[], SkippedWaits] = [[], [], new SkippedWaits()];
    const events: CloudTrailEvent[] = [];
    const { tablesEndpoint, placedGroups = [], at, begin } = options;
    const localAws = await LocalAws.start({
      tablesEndpoint,
      functionEnvironment: { SLACK_API_URL: slack.apiUrl },
      onCall: (call) => {
        calls.push(call);
        waits.callMade(call);
      },
      onEvent: (event) => events.push(event),
      onInvocation: (invocation) => waits.invocationEnded(invocation),
      onFunctionLog: (_, line) => logs.push(line),
    });
    clock.now = () => localAws.now();
    for (const id of PEOPLE) slack.addUser({ id });
    for (const id of [APPROVAL_CHANNEL, ROUTE_CHANNEL, PAYMENTS_CHANNEL, MONITOR_CHANNEL]) {
      slack.addChannel({ id, members: PEOPLE });
    }
    if (at) await localAws.setClock(at);
    if (placedGroups.length > 0) await localAws.addGroups(placedGroups);
    const assembly = synthesizeStage(pairsOfGroups, options);
    const stack = await localAws.deploy(assembly, STACK_NAME);
    await localAws.putSecret(stack.outputs.get('SigningSecretArn') ?? '', SIGNING_SECRET);
    await localAws.putSecret(stack.outputs.get('BotTokenArn') ?? '', BOT_TOKEN);
    const access = accessOf(localAws, await localAws.createUser('visitor'));
    const sandbox = new ApprovalSandbox({
      localAws,
      slack,
      stack,
      visitor: new EC2Client(access),
      dynamo: new DynamoDBClient(access),
      sqs: new SQSClient(access),
      calls,
      events,
      logs,
      waits,
    });
    await (begin ? begin(sandbox) : sandbox.reconcile());
    return sandbox;
  }

  private pair = -1;
  private beginning = 0;
  readonly localAws: LocalAws;
  readonly slack: SlackStandIn;
  readonly stack: DeployedStack;
  /** No one's friend, and no one in Slack: two have to approve what it does. */
  readonly visitor: EC2Client;
  /** Of someone who can write where only functions should. */
  private readonly dynamo: DynamoDBClient;
  private readonly sqs: SQSClient;
  readonly calls: readonly ApiCall[];
  /** All that CloudTrail told. */
  readonly events: readonly CloudTrailEvent[];
  readonly logs: readonly string[];
  private readonly waits: SkippedWaits;

  private constructor(parts: Parts) {
    this.localAws = parts.localAws;
    this.slack = parts.slack;
    this.stack = parts.stack;
    this.visitor = parts.visitor;
    this.dynamo = parts.dynamo;
    this.sqs = parts.sqs;
    this.calls = parts.calls;
    this.events = parts.events;
    this.logs = parts.logs;
    this.waits = parts.waits;
  }

  get failedInvocations(): number {
    return this.waits.failedInvocations;
  }

  /** What went wrong in each of them. */
  get failures(): readonly string[] {
    return this.waits.failures;
  }

  /** Whose changes are reverted until they are approved. */
  get guarded(): string {
    return this.guardedOf(Math.max(0, this.pair));
  }

  /** The same, of any pair. */
  guardedOf(pair: number): string {
    return this.output(`Guarded${pair}Id`);
  }

  /** Whose changes stand until they are denied, and fall if no one answers. */
  get lenient(): string {
    return this.lenientOf(Math.max(0, this.pair));
  }

  /** The same, of any pair. */
  lenientOf(pair: number): string {
    return this.output(`Lenient${pair}Id`);
  }

  /** From now on, with groups that no one has changed, as if no one had been asked yet. */
  begin(): void {
    this.pair += 1;
    this.beginning = this.slack.messages.length;
  }

  get interactionsUrl(): string {
    return interactionsUrlOf(this.stack);
  }

  async stop(): Promise<void> {
    [this.visitor, this.dynamo, this.sqs].forEach((client) => client.destroy());
    await this.localAws.stop();
    await this.slack.stop();
  }

  async reconcile(): Promise<void> {
    await this.localAws.fire(this.stack, 'GuardReconcileRule');
    await this.localAws.fire(this.stack, 'LeniencyReconcileRule');
    await this.settled();
  }

  /** The workflow's run of every minute. */
  async minute(): Promise<void> {
    await this.localAws.fire(this.stack, 'ApprovalsMinuteRule');
    await this.settled();
  }

  /** From queue to queue, until no function has anything left to do. */
  async settled(): Promise<void> {
    await this.waits.settled(this.localAws);
  }

  /**
   * From now on, no one waits: the clock goes on to when something is tried again, and by so much
   * after an invocation that failed.
   */
  skipWaits(afterFailureMs: number, afterEach?: (now: Date) => Promise<void>): void {
    this.waits.begin(this.localAws, afterFailureMs, afterEach);
  }

  /** A while passes, with a run of the workflow at its end. */
  async pass(milliseconds: number): Promise<void> {
    await this.localAws.setClock(new Date(this.localAws.now().getTime() + milliseconds));
    await this.minute();
  }

  async open(groupId: string, permission: IpPermission): Promise<void> {
    await this.visitor.send(
      new AuthorizeSecurityGroupIngressCommand({ GroupId: groupId, IpPermissions: [permission] }),
    );
    await this.settled();
  }

  async tag(groupId: string, tags: Readonly<Record<string, string>>): Promise<void> {
    await this.visitor.send(
      new CreateTagsCommand({
        Resources: [groupId],
        Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
      }),
    );
    await this.settled();
  }

  async modify(groupId: string, ruleId: string, cidr: string): Promise<void> {
    await this.visitor.send(
      new ModifySecurityGroupRulesCommand({
        GroupId: groupId,
        SecurityGroupRules: [
          {
            SecurityGroupRuleId: ruleId,
            SecurityGroupRule: { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIpv4: cidr },
          },
        ],
      }),
    );
    await this.settled();
  }

  async revoke(groupId: string, ruleId: string): Promise<void> {
    await this.visitor.send(
      new RevokeSecurityGroupIngressCommand({ GroupId: groupId, SecurityGroupRuleIds: [ruleId] }),
    );
    await this.settled();
  }

  async described(groupId: string): Promise<SecurityGroupRule[]> {
    const { SecurityGroupRules = [] } = await this.visitor.send(
      new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [groupId] }] }),
    );
    return SecurityGroupRules.filter(({ IsEgress }) => !IsEgress);
  }

  /** "443 from 10.0.0.0/8", in order. */
  async rules(groupId: string): Promise<string[]> {
    return (await this.described(groupId))
      .map(({ FromPort, CidrIpv4 }) => `${FromPort} from ${CidrIpv4}`)
      .sort();
  }

  get messages(): Message[] {
    return this.slack.messages.slice(this.beginning);
  }

  /** Questions that were put, the latest last. */
  get questions(): Message[] {
    return this.questionsIn(APPROVAL_CHANNEL);
  }

  questionsIn(channelId: string): Message[] {
    return this.messages.filter(
      ({ channel, threadTs }) => channel === channelId && threadTs === undefined,
    );
  }

  /** What stands in the threads of questions, the latest last. */
  get replies(): Message[] {
    return this.messages.filter(
      ({ channel, threadTs }) => channel === APPROVAL_CHANNEL && threadTs !== undefined,
    );
  }

  get lastQuestion(): Message {
    const message = this.questions.at(-1);
    if (!message) throw new Error('No one was asked.');
    return message;
  }

  get monitored(): string[] {
    return this.messages
      .filter(({ channel }) => channel === MONITOR_CHANNEL)
      .map(({ text }) => text);
  }

  /** By its first button, which it may have lost by now. */
  requestIdOf({ versions }: Message): string {
    const [, requestId] =
      /"value":"v1\.[a-z-]+\.\d*\.([\w-]+)\./.exec(JSON.stringify(versions)) ?? [];
    if (requestId === undefined) throw new Error('The message never had a button.');
    return requestId;
  }

  async click(
    userId: string,
    text: string,
    message: Message = this.lastQuestion,
    as?: ClickOverrides,
  ): Promise<AppAnswer> {
    const answer = await this.slack.click({
      interactionsUrl: this.interactionsUrl,
      userId,
      channel: message.channel,
      ts: message.ts,
      text,
      as,
    });
    await this.settled();
    return answer;
  }

  /** Clicks on Deny, and gives back the modal that this opens. */
  async denyModal(userId: string, message: Message = this.lastQuestion): Promise<Modal> {
    const { length } = this.slack.modals;
    await this.click(userId, 'Deny', message);
    const modal = this.slack.modals[length];
    if (!modal) throw new Error('Slack opened no modal.');
    return modal;
  }

  /** Submits the modal, with the reason in it. */
  async submit(modal: Modal, reason: string, as?: SubmissionOverrides): Promise<AppAnswer> {
    const answer = await this.slack.submit({
      interactionsUrl: this.interactionsUrl,
      modal,
      written: { reason },
      as,
    });
    await this.settled();
    return answer;
  }

  /** What Slack would send for a click, without that anyone gets it. */
  async clickBody(
    userId: string,
    text: string,
    message: Message = this.lastQuestion,
    as?: ClickOverrides,
  ): Promise<string> {
    const interactionsUrl = `${this.slack.url}/nowhere`;
    const { sent } = await this.slack.click({
      interactionsUrl,
      userId,
      channel: message.channel,
      ts: message.ts,
      text,
      as,
    });
    return sent.body.toString();
  }

  /** By two, as no one knows who the visitor is. */
  async approve(text = 'Approve', message: Message = this.lastQuestion): Promise<void> {
    await this.click(ALICE, text, message);
    await this.click(BOB, text, message);
  }

  /** By the start of its logical id. */
  physicalId(type: string, logicalIdStart: string): string {
    const found = [...this.stack.resources].find(
      ([id, resource]) => resource.type === type && id.startsWith(logicalIdStart),
    );
    if (!found) {
      throw new Error(`The stack has no ${type} whose logical id begins with ${logicalIdStart}.`);
    }
    return found[1].physicalId;
  }

  /** What stands in a table. */
  async items(table: string): Promise<Item[]> {
    const items: Item[] = [];
    const pages = paginateScan(
      { client: this.dynamo },
      { TableName: this.tableName(table), ConsistentRead: true },
    );
    for await (const { Items = [] } of pages) items.push(...Items);
    return items;
  }

  async putItem(table: string, item: Item): Promise<void> {
    await this.dynamo.send(new PutItemCommand({ TableName: this.tableName(table), Item: item }));
  }

  async send(queueUrl: string, body: string): Promise<void> {
    await this.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
  }

  /** What functions or Lambda itself gave up on. */
  async deadLetters(): Promise<string[]> {
    const queues = [...this.stack.resources].filter(
      ([id, { type }]) => type === 'AWS::SQS::Queue' && /Un(handled|delivered)/.test(id),
    );
    const received = await Promise.all(
      queues.map(async ([, { physicalId }]) =>
        this.sqs.send(new ReceiveMessageCommand({ QueueUrl: physicalId, VisibilityTimeout: 0 })),
      ),
    );
    return received.flatMap(({ Messages = [] }) => Messages.map(({ Body = '' }) => Body));
  }

  /** Of the queues that decisions come to, one for each sentry. */
  get decisionQueues(): string[] {
    const queues = [...this.stack.resources].filter(
      ([id, { type }]) =>
        type === 'AWS::SQS::Queue' && /^Approvals.*(?<!Unhandled)Decisions/.test(id),
    );
    return queues.map(([, { physicalId }]) => physicalId);
  }

  private tableName(logicalIdStart: string): string {
    return this.physicalId('AWS::DynamoDB::Table', logicalIdStart);
  }

  private output(name: string): string {
    const value = this.stack.outputs.get(name);
    if (value === undefined) throw new Error(`The stack has no output ${name}.`);
    return value;
  }
}

const shownButtons = z.array(
  z.object({ elements: z.catch(z.array(z.object({ text: z.object({ text: z.string() }) })), []) }),
);

/** What is written on the buttons, in their order. */
export function buttonsOf({ blocks }: Message): string[] {
  return shownButtons
    .parse(blocks.filter(({ type }) => type === 'actions'))
    .flatMap(({ elements }) => elements.map(({ text }) => text.text));
}

function accessOf(
  localAws: LocalAws,
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentials,
) {
  return {
    endpoint: localAws.endpoint,
    region: localAws.region,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
  };
}

function synthesizeStage(
  pairsOfGroups: number,
  { placedGroups: placed = [], paymentsPair, denialPrompt }: ApprovalSandboxOptions,
): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk-sentries-stage-')) });
  const stack = new Stack(app, STACK_NAME);
  const signingSecret = new secretsmanager.Secret(stack, 'SigningSecret');
  const botToken = new secretsmanager.Secret(stack, 'BotToken');
  const approvals = new SlackApprovalWorkflow(stack, 'Approvals', {
    signingSecret,
    botToken,
    approvalChannelId: APPROVAL_CHANNEL,
    monitoringChannel: SlackDestination.channel(MONITOR_CHANNEL),
    approvers: Approvers.users([ALICE, BOB]),
    denialPrompt,
    routes: [
      {
        name: 'routed',
        accounts: [ROUTED_ACCOUNT],
        approvalChannelId: ROUTE_CHANNEL,
        approvers: Approvers.users([CAROL, DAN]),
        requiredApprovals: 2,
      },
      {
        name: 'other team',
        tags: { [PAYMENTS_TAG.key]: [OTHER_TEAM] },
        approvalChannelId: ROUTE_CHANNEL,
        approvers: Approvers.users([MALLORY, DAN]),
      },
      {
        name: 'payments',
        tags: { [PAYMENTS_TAG.key]: [PAYMENTS_TAG.value] },
        approvalChannelId: PAYMENTS_CHANNEL,
        approvers: Approvers.users([CAROL, DAN]),
        mentions: [CAROL],
      },
    ],
  });
  // Asks about other accounts; what it asks, tests send in the name of a sentry.
  approvals.addAsker('Approval/Job', new sqs.Queue(stack, 'DecisionsOfJob', { enforceSSL: true }));
  const [guarded, lenient] =
    placed.length > 0 ? placedIn(stack, placed) : madeIn(stack, pairsOfGroups, paymentsPair);
  const locked = SecurityGroupBaseline.locked({ restoreRemoved: true });
  const noSsh = {
    baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.RDP)]),
    response: ChangeResponse.revert(),
  };
  new SecurityGroupSentry(stack, 'Guard', {
    monitoredGroups: guarded!,
    policies: [
      noSsh,
      { baseline: locked, response: ChangeResponse.revertUntilApproved(approvals) },
    ],
    sensitiveTags: { [SENSITIVE_TAG.key]: [SENSITIVE_TAG.value] },
  });
  new SecurityGroupSentry(stack, 'Leniency', {
    monitoredGroups: lenient!,
    policies: [
      noSsh,
      {
        baseline: locked,
        response: ChangeResponse.revertIfDenied(approvals, {
          whenUnanswered: UnansweredChange.REVERT,
        }),
      },
    ],
  });
  new CfnOutput(stack, 'SigningSecretArn', { value: signingSecret.secretArn });
  new CfnOutput(stack, 'BotTokenArn', { value: botToken.secretArn });
  return app.synth().directory;
}

function madeIn(stack: Stack, pairsOfGroups: number, paymentsPair?: number): MonitoredGroups[] {
  const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 });
  return KINDS.map((kind) => {
    const groups = Array.from({ length: pairsOfGroups }, (_, index) => {
      const group = new ec2.SecurityGroup(stack, `${kind}${index}`, {
        vpc,
        allowAllOutbound: false,
      });
      group.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443));
      const tags = index === paymentsPair ? [PAYMENTS_TAG, SENSITIVE_TAG] : [];
      for (const { key, value } of tags) Tags.of(group).add(key, value);
      new CfnOutput(stack, `${kind}${index}Id`, { value: group.securityGroupId });
      return group;
    });
    return MonitoredGroups.groups(groups);
  });
}

/** Every other one is guarded, and the one after it lenient. */
function placedIn(stack: Stack, placed: readonly PlacedGroup[]): MonitoredGroups[] {
  return KINDS.map((kind, half) => {
    const ids = placed.filter((_, index) => index % KINDS.length === half).map(({ id }) => id);
    ids.forEach((value, index) => new CfnOutput(stack, `${kind}${index}Id`, { value }));
    return MonitoredGroups.ids(ids);
  });
}
