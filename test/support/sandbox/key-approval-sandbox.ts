import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AttributeValue,
  DynamoDBClient,
  GetItemCommand,
  paginateScan,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  GenerateCredentialReportCommand,
  IAMClient,
  ListAccessKeysCommand,
  NoSuchEntityException,
} from '@aws-sdk/client-iam';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as z from 'zod/mini';
import { physicalId } from './key-sandbox';
import { daysBefore } from './key-users';
import { SkippedWaits } from './skipped-waits';
import type { ApiCall, CloudTrailEvent } from '../../../sandbox/cloudtrail/tap';
import type { Delivery } from '../../../sandbox/inbox';
import { type DeployedStack, LocalAws } from '../../../sandbox/local-aws';
import { IamGaps } from '../../../sandbox/proxy/iam-gaps/iam-gaps';
import { interactionsUrlOf } from '../../../sandbox/scenes/interactions-url';
import type { ClickOverrides } from '../../../sandbox/slack/clicks';
import { SlackStandIn } from '../../../sandbox/slack/slack-stand-in';
import type { Message } from '../../../sandbox/slack/workspace';
import {
  Approvers,
  IamKeySentry,
  KeyActions,
  KeyExclusion,
  KeyOwner,
  SlackApprovalWorkflow,
  SlackDestination,
} from '../../../src';
import type { AccessKeyReportMessage } from '../../../src/access-key/contracts/key-message';

const APPROVAL_CHANNEL = 'C0APPROVE';
const MONITOR_CHANNEL = 'C0MONITOR';
export const [ALICE, BOB] = ['U0ALICE', 'U0BOB'] as const;
export const EXCLUDED_UNTIL = 'keep-keys-until';
const DEACTIVATE_AFTER = 90;
export const GRACE = 7;
const DEACTIVATE_UNUSED_AFTER = 45;
/** In days, when the users come. */
const OLD_AND_USED = { age: 200, unused: 1 };
export const YOUNG_AND_UNUSED = { age: 60, unused: 52 };
const MOST_STEPS = 60;

const SIGNING_SECRET = 'sandbox-signing-secret';
const BOT_TOKEN = 'xoxb-sandbox';
const STACK_NAME = 'KeyApproval';
const TABLE = 'AWS::DynamoDB::Table';
const KEY_RECORDS = 'SentryKeyRecords';
const START = new Date('2026-03-10T12:00:00Z');

/** More than the lease of a decision that crashed, so that the next try finds it over. */
const WAIT_MS = 400_000;

export type Item = Record<string, AttributeValue>;

/** Who is asked before a key is deactivated, and hears that it will be. */
export type KeyApprovalAsking = 'people' | 'no one';

/** What the sentry told by SNS in a while. */
export interface Told {
  readonly deliveries: readonly Delivery[];
  readonly messages: readonly AccessKeyReportMessage[];
}

/** What a KeyApprovalSandbox is made of. */
interface Parts {
  readonly localAws: LocalAws;
  readonly slack: SlackStandIn;
  readonly stack: DeployedStack;
  readonly iam: IAMClient;
  readonly dynamo: DynamoDBClient;
  readonly sqs: SQSClient;
  readonly calls: readonly ApiCall[];
  readonly events: readonly CloudTrailEvent[];
  readonly logs: readonly string[];
  readonly waits: SkippedWaits;
}

/**
 * A sentry that asks before it deactivates, its workflow, and a Slack stand-in with two people who
 * may decide.
 */
export class KeyApprovalSandbox {
  /** At a time, or a time of its own. */
  static async start(
    at: Date = START,
    asks: KeyApprovalAsking = 'people',
  ): Promise<KeyApprovalSandbox> {
    // First of all: what cannot be synthesized leaves nothing behind that runs.
    const assembly = synthesizeStage(asks);
    const clock: { now: () => Date } = { now: () => at };
    let sandbox: KeyApprovalSandbox | undefined;
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
    const localAws = await LocalAws.start({
      iamGaps: new IamGaps(),
      functionEnvironment: { SLACK_API_URL: slack.apiUrl },
      onCall: (call) => {
        calls.push(call);
        waits.callMade(call);
        sandbox?.answered(call);
      },
      onEvent: (event) => events.push(event),
      onInvocation: (invocation) => waits.invocationEnded(invocation),
      onFunctionLog: (_, line) => logs.push(line),
    });
    clock.now = () => localAws.now();
    await localAws.setClock(at);
    for (const id of [ALICE, BOB]) slack.addUser({ id });
    for (const id of [APPROVAL_CHANNEL, MONITOR_CHANNEL]) {
      slack.addChannel({ id, members: [ALICE, BOB] });
    }
    const stack = await localAws.deploy(assembly, STACK_NAME);
    await localAws.putSecret(stack.outputs.get('SigningSecretArn') ?? '', SIGNING_SECRET);
    await localAws.putSecret(stack.outputs.get('BotTokenArn') ?? '', BOT_TOKEN);
    const { endpoint, region } = localAws;
    const access = { endpoint, region, credentials: await localAws.createUser('administrator') };
    sandbox = new KeyApprovalSandbox({
      localAws,
      slack,
      stack,
      iam: new IAMClient(access),
      dynamo: new DynamoDBClient(access),
      sqs: new SQSClient(access),
      calls,
      events,
      logs,
      waits,
    });
    waits.begin(localAws, WAIT_MS);
    return sandbox;
  }

  private readonly waiters: { readonly action: string; readonly resolve: () => void }[] = [];

  readonly localAws: LocalAws;
  readonly slack: SlackStandIn;
  readonly stack: DeployedStack;
  /** Of someone who may do all, here and below. */
  readonly iam: IAMClient;
  private readonly dynamo: DynamoDBClient;
  private readonly sqs: SQSClient;
  /** Everyone's. */
  readonly calls: readonly ApiCall[];
  /** All that CloudTrail told. */
  readonly events: readonly CloudTrailEvent[];
  readonly logs: readonly string[];
  private readonly waits: SkippedWaits;

  private constructor(parts: Parts) {
    this.localAws = parts.localAws;
    this.slack = parts.slack;
    this.stack = parts.stack;
    this.iam = parts.iam;
    this.dynamo = parts.dynamo;
    this.sqs = parts.sqs;
    this.calls = parts.calls;
    this.events = parts.events;
    this.logs = parts.logs;
    this.waits = parts.waits;
  }

  async stop(): Promise<void> {
    [this.iam, this.dynamo, this.sqs].forEach((client) => client.destroy());
    await this.localAws.stop();
    await this.slack.stop();
  }

  get failedInvocations(): number {
    return this.waits.failedInvocations;
  }

  get gaps(): IamGaps {
    return this.localAws.iamGaps;
  }

  /** Users with a key each: one that is old enough to be deactivated, and used, or another one. */
  async addUsers(names: readonly string[], { age, unused } = OLD_AND_USED): Promise<void> {
    const now = this.localAws.now();
    await this.localAws.addUsers(
      names.map((name) => ({
        name,
        createdAt: daysBefore(now, 500),
        keys: [
          {
            id: keyIdOf(name),
            status: 'Active',
            createdAt: daysBefore(now, age),
            lastUsed: { at: daysBefore(now, unused), service: 's3', region: 'eu-west-1' },
          },
        ],
      })),
    );
  }

  /** A run of the sentry, and all that follows from it. */
  async run(): Promise<Told> {
    await this.haveReportMade();
    return this.tellingOf(async () => {
      const { succeeded, error } = await this.fire();
      if (!succeeded) throw new Error(`The run failed: ${error}`);
      await this.settled();
    });
  }

  /** The sentry's function alone: what follows may still be under way. */
  async fire() {
    return this.localAws.fire(this.stack, 'SentrySchedule');
  }

  /** What the sentry told by SNS while something was done. */
  async tellingOf(act: () => Promise<unknown>): Promise<Told> {
    const { deliveries } = await this.localAws.inbox.during(act);
    return {
      deliveries,
      messages: deliveries
        .map(({ message }): AccessKeyReportMessage => JSON.parse(message))
        .filter(({ type }) => type === 'access-key-report'),
    };
  }

  /**
   * IAM makes one every four hours at the most: functions that ask for a new one would wait for it.
   */
  async haveReportMade(): Promise<void> {
    await this.iam.send(new GenerateCredentialReportCommand({}));
  }

  async setClockOn(milliseconds: number): Promise<void> {
    await this.localAws.setClock(new Date(this.localAws.now().getTime() + milliseconds));
  }

  /** A while passes, with a run of the workflow at its end. */
  async pass(milliseconds: number): Promise<void> {
    await this.setClockOn(milliseconds);
    await this.localAws.fire(this.stack, 'ApprovalsMinuteRule');
    await this.settled();
  }

  /**
   * From queue to queue, until no function has anything left to do. No one waits for what is to be
   * tried again: the clock goes on then.
   */
  async settled(): Promise<void> {
    await this.waits.settled(this.localAws);
  }

  /** Until a function has made such a call, and has its answer. */
  async nextCall(action: string): Promise<void> {
    await new Promise<void>((resolve) => {
      this.waiters.push({ action, resolve });
    });
  }

  private answered(call: ApiCall): void {
    for (const waiter of this.waiters.filter(
      ({ action }) => call.invocationId !== undefined && action === call.action,
    )) {
      this.waiters.splice(this.waiters.indexOf(waiter), 1);
      waiter.resolve();
    }
  }

  /** However much is put off meanwhile. */
  holdClockUntil(end: Promise<unknown>): void {
    this.waits.holdUntil(end);
  }

  /** What people were asked about the user's key, in the order in which they were. */
  questionsAbout(name: string): Message[] {
    return this.slack.messages.filter(
      ({ channel, threadTs, versions }) =>
        channel === APPROVAL_CHANNEL &&
        threadTs === undefined &&
        versions[0]?.text.includes(keyIdOf(name)),
    );
  }

  questionAbout(name: string): Message {
    const message = this.questionsAbout(name).at(-1);
    if (!message) throw new Error(`No one was asked about the key of ${name}.`);
    return message;
  }

  /** The sandbox handles what follows on its own time: see `settled`. */
  async press(userId: string, text: string, name: string): Promise<void> {
    const { channel, ts } = this.questionAbout(name);
    const interactionsUrl = interactionsUrlOf(this.stack);
    expectAnswer(await this.slack.click({ interactionsUrl, userId, channel, ts, text }));
  }

  /** The messages that the user alone sees. */
  toldAlone(userId: string): Message[] {
    const conversation = `D${userId.slice(1)}`;
    return this.slack.messages.filter(({ channel }) => channel === conversation);
  }

  /** Those of them that ask something, whatever has become of it. */
  askedAlone(userId: string): Message[] {
    return this.toldAlone(userId).filter(({ versions }) =>
      versions[0]?.text.startsWith('Still needed?'),
    );
  }

  /** What was written below the last question about the user's key. */
  inThread(name: string): string[] {
    const { ts } = this.questionAbout(name);
    return this.slack.messages.filter(({ threadTs }) => threadTs === ts).map(({ text }) => text);
  }

  /** A button of the last question to the user alone, with all that follows. */
  async answer(userId: string, text: string, as: ClickOverrides): Promise<void> {
    const message = this.askedAlone(userId).at(-1);
    if (!message) throw new Error(`${userId} was asked nothing in a direct message.`);
    const { channel, ts } = message;
    const interactionsUrl = interactionsUrlOf(this.stack);
    expectAnswer(await this.slack.click({ interactionsUrl, userId, channel, ts, text, as }));
    await this.settled();
  }

  /** With all that follows. */
  async click(userId: string, text: string, name: string): Promise<void> {
    await this.haveReportMade();
    await this.press(userId, text, name);
    await this.settled();
  }

  /** Someone makes a call with the user's key. */
  async useKey(name: string): Promise<void> {
    const credentials = { accessKeyId: keyIdOf(name), secretAccessKey: 'of the user' };
    const { endpoint, region } = this.localAws;
    const sts = new STSClient({ endpoint, region, credentials });
    await sts.send(new GetCallerIdentityCommand({}));
    sts.destroy();
  }

  /** What IAM says of the user's key now; undefined where it is gone. */
  async status(name: string): Promise<string | undefined> {
    try {
      const { AccessKeyMetadata = [] } = await this.iam.send(
        new ListAccessKeysCommand({ UserName: name }),
      );
      return AccessKeyMetadata.find(({ AccessKeyId }) => AccessKeyId === keyIdOf(name))?.Status;
    } catch (error) {
      if (error instanceof NoSuchEntityException) return undefined;
      throw error;
    }
  }

  /** What the sentry remembers of the user's key. */
  async record(name: string): Promise<Item> {
    const Key = { keyId: { S: keyIdOf(name) } };
    const { Item: item } = await this.dynamo.send(
      new GetItemCommand({ TableName: this.table, Key, ConsistentRead: true }),
    );
    if (!item) throw new Error(`The sentry remembers nothing of the key of ${name}.`);
    return item;
  }

  async putRecord(item: Item): Promise<void> {
    await this.putItem(KEY_RECORDS, item);
  }

  /** Into a table, by the start of its logical id. */
  async putItem(table: string, item: Item): Promise<void> {
    const TableName = physicalId(this.stack, TABLE, table);
    await this.dynamo.send(new PutItemCommand({ TableName, Item: item }));
  }

  /** What stands in a table, by the start of its logical id. */
  async items(table: string): Promise<Item[]> {
    const TableName = physicalId(this.stack, TABLE, table);
    const items: Item[] = [];
    const pages = paginateScan({ client: this.dynamo }, { TableName, ConsistentRead: true });
    for await (const { Items = [] } of pages) items.push(...Items);
    return items;
  }

  async send(queueUrl: string, body: string): Promise<void> {
    await this.sqs.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body }));
    await this.settled();
  }

  get decisionQueue(): string {
    const found = [...this.stack.resources].find(
      ([id, { type }]) =>
        type === 'AWS::SQS::Queue' && /^Approvals.*(?<!Unhandled)Decisions/.test(id),
    );
    if (!found) throw new Error('The stack has no queue for decisions.');
    return found[1].physicalId;
  }

  /** The messages that functions have put into queues, the latest last. */
  sent(): { readonly queueUrl: string; readonly body: string }[] {
    const sendings = this.calls.filter(
      ({ action, invocationId, status }) =>
        action === 'SendMessage' && invocationId !== undefined && status < 400,
    );
    return sendings.map(({ json }) => {
      const { QueueUrl: queueUrl, MessageBody: body } = sentMessage.parse(json);
      return { queueUrl, body };
    });
  }

  /** Direct messages that functions have ordered, the latest last. */
  orders(): { readonly queueUrl: string; readonly body: string }[] {
    return this.calls
      .filter(
        ({ action, invocationId, status }) =>
          action === 'SendMessageBatch' && invocationId !== undefined && status < 400,
      )
      .flatMap(({ json }) => {
        const { QueueUrl: queueUrl, Entries: entries } = sentBatch.parse(json);
        return entries.map(({ MessageBody: body }) => ({ queueUrl, body }));
      });
  }

  role(logicalIdStart: string): string {
    return physicalId(this.stack, 'AWS::IAM::Role', logicalIdStart);
  }

  /** By a function of that role. */
  callsBy(role: string): ApiCall[] {
    return this.calls.filter(
      ({ callerArn, invocationId }) =>
        invocationId !== undefined && callerArn?.includes(`:assumed-role/${this.role(role)}/`),
    );
  }

  /** How often a function has deactivated the user's key. */
  deactivationsOf(name: string): number {
    return this.calls.filter(
      ({ action, status, invocationId, parameters }) =>
        action === 'UpdateAccessKey' &&
        invocationId !== undefined &&
        status < 400 &&
        parameters.AccessKeyId === keyIdOf(name),
    ).length;
  }

  private get table(): string {
    return physicalId(this.stack, TABLE, KEY_RECORDS);
  }
}

const sentMessage = z.object({ QueueUrl: z.string(), MessageBody: z.string() });

const sentBatch = z.object({
  QueueUrl: z.string(),
  Entries: z.array(z.object({ MessageBody: z.string() })),
});

export function keyIdOf(name: string): string {
  return `AKIA${name.toUpperCase().replace(/[^A-Z0-9]/g, '')}`.padEnd(20, '0');
}

/** What is said of each key's next step, by user. */
export function stepsIn({ messages }: Told): Record<string, string | undefined> {
  return Object.fromEntries(
    messages
      .flatMap(({ keys }) => keys)
      .map(({ userName, step }) => [userName, step && `${step.kind} ${step.step}`]),
  );
}

function synthesizeStage(asks: KeyApprovalAsking): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk-sentries-key-approval-')) });
  const stack = new Stack(app, STACK_NAME);
  const signingSecret = new secretsmanager.Secret(stack, 'SigningSecret');
  const botToken = new secretsmanager.Secret(stack, 'BotToken');
  const approvals = new SlackApprovalWorkflow(stack, 'Approvals', {
    signingSecret,
    botToken,
    approvalChannelId: APPROVAL_CHANNEL,
    monitoringChannel: SlackDestination.channel(MONITOR_CHANNEL),
    approvers: Approvers.users([ALICE, BOB]),
  });
  new IamKeySentry(stack, 'Sentry', {
    maxUnusedAge: Duration.days(DEACTIVATE_UNUSED_AFTER),
    excluding: [KeyExclusion.tag(EXCLUDED_UNTIL)],
    owners: [KeyOwner.tag('Owner'), KeyOwner.userName()],
    ...(asks === 'people' && { notifyOwnersThrough: approvals }),
    actions: KeyActions.of({
      deactivateAfter: Duration.days(DEACTIVATE_AFTER),
      deactivateUnusedAfter: Duration.days(DEACTIVATE_UNUSED_AFTER),
      deleteAfterInactive: Duration.days(30),
      grace: Duration.days(GRACE),
      maxActionsPerRun: MOST_STEPS,
      ...(asks === 'people' && { askBeforeDeactivating: approvals }),
    }),
  });
  new CfnOutput(stack, 'SigningSecretArn', { value: signingSecret.secretArn });
  new CfnOutput(stack, 'BotTokenArn', { value: botToken.secretArn });
  return app.synth().directory;
}

/** Where the function fails, Slack shows an error: a person clicks again. */
function expectAnswer({ status }: { readonly status: number }): void {
  if (status >= 500) {
    throw new Error(`Slack shows an error: the click was answered with ${status}.`);
  }
}
