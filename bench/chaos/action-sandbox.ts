import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { type AttributeValue, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import {
  CreateSnapshotCommand,
  CreateVolumeCommand,
  DescribeSnapshotsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import type { LifeSandbox } from './life';
import type { ApiCall, CloudTrailEvent } from '../../sandbox/cloudtrail/tap';
import { synthesizeApp } from '../../sandbox/deployer/synthesize';
import { HOME } from '../../sandbox/emulator/emulator-access';
import { type DeployedStack, LocalAws } from '../../sandbox/local-aws';
import { SlackStandIn } from '../../sandbox/slack/slack-stand-in';
import type { Message } from '../../sandbox/slack/workspace';
import { SkippedWaits } from '../../test/support/sandbox/skipped-waits';

const PROJECT = resolve(__dirname, '..', '..');
const EXAMPLE = join(PROJECT, 'examples', 'own-asker', 'typescript');
/** As the example names them. */
const CHANNEL = 'C0APPROVALS';
export const [ALICE, BOB] = ['U0ALICE', 'U0BOB'] as const;
const SIGNING_SECRET = 'sandbox-signing-secret';
const BOT_TOKEN = 'xoxb-sandbox';
/** More than the lease of a call that crashed, so that the next try finds it over. */
const AFTER_A_FAILURE_MS = 100_000;

export type Item = Record<string, AttributeValue>;

/** The example whose function deletes snapshots once people approve. */
export class ActionSandbox implements LifeSandbox {
  static async start(): Promise<ActionSandbox> {
    const folder = mkdtempSync(join(tmpdir(), 'cdk-sentries-chaos-action-'));
    const assembly = await synthesizeApp(EXAMPLE, folder);
    const clock: { now: () => Date } = { now: () => new Date() };
    const slack = await SlackStandIn.start({
      signingSecret: SIGNING_SECRET,
      botToken: BOT_TOKEN,
      messagesPerSecond: 100,
      messagesAtOnce: 100,
      callsPerMinute: 100_000,
      now: () => clock.now(),
    });
    const [calls, events, waits]: [ApiCall[], CloudTrailEvent[], SkippedWaits] = [
      [],
      [],
      new SkippedWaits(),
    ];
    const localAws = await LocalAws.start({
      // In Lambda, the SDK is a part of the runtime, and is found in the same way.
      functionEnvironment: {
        SLACK_API_URL: slack.apiUrl,
        NODE_PATH: join(PROJECT, 'node_modules'),
      },
      functionsSkipWaits: true,
      onCall: (call) => {
        calls.push(call);
        waits.callMade(call);
      },
      onEvent: (event) => events.push(event),
      onInvocation: (invocation) => waits.invocationEnded(invocation),
    });
    clock.now = () => localAws.now();
    for (const id of [ALICE, BOB]) slack.addUser({ id });
    slack.addChannel({ id: CHANNEL, members: [ALICE, BOB] });
    const stack = await localAws.deploy(assembly);
    await localAws.putSecret(stack.outputs.get('SigningSecretArn') ?? '', SIGNING_SECRET);
    await localAws.putSecret(stack.outputs.get('BotTokenArn') ?? '', BOT_TOKEN);
    waits.begin(localAws, AFTER_A_FAILURE_MS);
    return new ActionSandbox(localAws, { slack, stack, calls, events, waits });
  }

  readonly slack: SlackStandIn;
  readonly stack: DeployedStack;
  readonly calls: readonly ApiCall[];
  readonly events: readonly CloudTrailEvent[];
  private readonly waits: SkippedWaits;
  private readonly ec2: EC2Client;
  private readonly dynamo: DynamoDBClient;

  private constructor(
    readonly localAws: LocalAws,
    parts: Pick<ActionSandbox, 'slack' | 'stack' | 'calls' | 'events'> & {
      readonly waits: SkippedWaits;
    },
  ) {
    this.slack = parts.slack;
    this.stack = parts.stack;
    this.calls = parts.calls;
    this.events = parts.events;
    this.waits = parts.waits;
    this.ec2 = new EC2Client(localAws.accessTo(HOME));
    this.dynamo = new DynamoDBClient(localAws.accessTo(HOME));
  }

  async stop(): Promise<void> {
    [this.ec2, this.dynamo].forEach((client) => client.destroy());
    await this.localAws.stop();
    await this.slack.stop();
  }

  async settled(): Promise<void> {
    await this.waits.settled(this.localAws);
  }

  /** A while passes, with a run of the workflow at its end. */
  async pass(milliseconds: number): Promise<void> {
    await this.localAws.setClock(new Date(this.localAws.now().getTime() + milliseconds));
    await this.localAws.fire(this.stack, 'ApprovalsMinuteRule');
    await this.settled();
  }

  /** The one who asks gives the request its id: asked again, it is the same. */
  async ask(snapshotId: string, mayBeTimed: boolean): Promise<void> {
    await this.localAws.invoke(
      this.physicalId('AWS::Lambda::Function', 'SnapshotDeletionAskApproval'),
      {
        requestId: `deletion-${snapshotId}`,
        subject: `delete ${snapshotId}`,
        title: `Delete the EBS snapshot ${snapshotId}`,
        requester: { name: 'Ann' },
        ifApproved: 'It is deleted, for good.',
        payload: { snapshotId },
        mayBeTimed,
      },
    );
    await this.settled();
  }

  /** The last one about the snapshot. */
  questionAbout(snapshotId: string): Message {
    const found = this.slack.messages.filter(
      ({ threadTs, versions }) => threadTs === undefined && versions[0]?.text.includes(snapshotId),
    );
    const question = found.at(-1);
    if (!question) throw new Error(`No one was asked about ${snapshotId}.`);
    return question;
  }

  async click(userId: string, text: string, { channel, ts }: Message): Promise<void> {
    const [api] = this.stack.httpApis.values();
    const interactionsUrl = `${api}/slack/interactions`;
    const { status } = await this.slack.click({ interactionsUrl, userId, channel, ts, text });
    await this.settled();
    if (status >= 400) throw new Error(`Slack shows an error: ${status}.`);
  }

  async makeSnapshot(): Promise<string> {
    const { VolumeId } = await this.ec2.send(
      new CreateVolumeCommand({ AvailabilityZone: `${this.localAws.region}a`, Size: 8 }),
    );
    const { SnapshotId } = await this.ec2.send(new CreateSnapshotCommand({ VolumeId }));
    if (!SnapshotId) throw new Error(`The emulator made no snapshot of ${VolumeId}.`);
    return SnapshotId;
  }

  async isThere(snapshotId: string): Promise<boolean> {
    const { Snapshots = [] } = await this.ec2.send(
      new DescribeSnapshotsCommand({ Filters: [{ Name: 'snapshot-id', Values: [snapshotId] }] }),
    );
    return Snapshots.length > 0;
  }

  /** What stands in a table, by the start of its logical id. */
  async items(table: string): Promise<Item[]> {
    const TableName = this.physicalId('AWS::DynamoDB::Table', table);
    const items: Item[] = [];
    const pages = paginateScan({ client: this.dynamo }, { TableName, ConsistentRead: true });
    for await (const { Items = [] } of pages) items.push(...Items);
    return items;
  }

  private physicalId(type: string, logicalIdStart: string): string {
    const found = [...this.stack.resources].find(
      ([id, resource]) => resource.type === type && id.startsWith(logicalIdStart),
    );
    if (!found) throw new Error(`The stack has no ${type} that begins with ${logicalIdStart}.`);
    return found[1].physicalId;
  }
}
