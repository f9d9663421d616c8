import { type AttributeValue, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import type { LifeSandbox } from './life';
import type { ApiCall, CloudTrailEvent } from '../../sandbox/cloudtrail/tap';
import { HOME } from '../../sandbox/emulator/emulator-access';
import { type DeployedStack, LocalAws, type LocalAwsOptions } from '../../sandbox/local-aws';
import { interactionsUrlOf } from '../../sandbox/scenes/interactions-url';
import { SlackStandIn } from '../../sandbox/slack/slack-stand-in';
import type { Message } from '../../sandbox/slack/workspace';
import { SkippedWaits } from '../../test/support/sandbox/skipped-waits';

const SIGNING_SECRET = 'sandbox-signing-secret';
const BOT_TOKEN = 'xoxb-sandbox';
/** More than the lease of a call that crashed, and than the pauses between tries. */
const AFTER_A_FAILURE_MS = 100_000;
const START = new Date('2026-03-10T12:00:00Z');

interface Parts {
  readonly localAws: LocalAws;
  readonly slack: SlackStandIn;
  readonly stack: DeployedStack;
  readonly calls: readonly ApiCall[];
  readonly events: readonly CloudTrailEvent[];
  readonly waits: SkippedWaits;
}

/** What a sandbox has that no other has. */
interface OwnParts {
  readonly channelId: string;
  /** Ids of those who may decide. */
  readonly people: readonly string[];
  readonly options?: Pick<LocalAwsOptions, 'iamGaps' | 'functionEnvironment'>;
  /** The stack has a workflow named Approvals, and tells the ARNs of its secrets. */
  deploy(localAws: LocalAws): Promise<DeployedStack>;
}

/** Starts all that lives are lived with. */
export async function startWithSlack({
  channelId,
  people,
  options,
  deploy,
}: OwnParts): Promise<Parts> {
  const clock: { now: () => Date } = { now: () => START };
  const slack = await SlackStandIn.start({
    signingSecret: SIGNING_SECRET,
    botToken: BOT_TOKEN,
    messagesPerSecond: 100,
    messagesAtOnce: 100,
    callsPerMinute: 100_000,
    now: () => clock.now(),
  });
  for (const id of people) slack.addUser({ id });
  slack.addChannel({ id: channelId, members: [...people] });
  const calls: ApiCall[] = [];
  const events: CloudTrailEvent[] = [];
  const waits = new SkippedWaits();
  const localAws = await LocalAws.start({
    ...options,
    functionEnvironment: { SLACK_API_URL: slack.apiUrl, ...options?.functionEnvironment },
    functionsSkipWaits: 'all',
    onCall: (call) => {
      calls.push(call);
      waits.callMade(call);
    },
    onEvent: (event) => events.push(event),
    onInvocation: (invocation) => waits.invocationEnded(invocation),
  });
  clock.now = () => localAws.now();
  await localAws.setClock(START);
  const stack = await deploy(localAws);
  await localAws.putSecret(stack.outputs.get('SigningSecretArn') ?? '', SIGNING_SECRET);
  await localAws.putSecret(stack.outputs.get('BotTokenArn') ?? '', BOT_TOKEN);
  waits.begin(localAws, AFTER_A_FAILURE_MS);
  return { localAws, slack, stack, calls, events, waits };
}

/** Where lives are lived in which people decide in Slack. */
export abstract class SlackSandbox implements LifeSandbox {
  readonly localAws: LocalAws;
  readonly slack: SlackStandIn;
  readonly stack: DeployedStack;
  readonly calls: readonly ApiCall[];
  readonly events: readonly CloudTrailEvent[];
  private readonly waits: SkippedWaits;
  private readonly dynamo: DynamoDBClient;

  constructor(parts: Parts) {
    this.localAws = parts.localAws;
    this.slack = parts.slack;
    this.stack = parts.stack;
    this.calls = parts.calls;
    this.events = parts.events;
    this.waits = parts.waits;
    this.dynamo = new DynamoDBClient(parts.localAws.accessTo(HOME));
  }

  async stop(): Promise<void> {
    this.dynamo.destroy();
    await this.localAws.stop();
    await this.slack.stop();
  }

  async settled(): Promise<void> {
    await this.waits.settled(this.localAws);
  }

  async setClockOn(milliseconds: number): Promise<void> {
    await this.localAws.setClock(new Date(this.localAws.now().getTime() + milliseconds));
  }

  /** A while passes, with a run of the workflow at its end. One that fails comes again. */
  async pass(milliseconds: number): Promise<void> {
    await this.setClockOn(milliseconds);
    await this.localAws.fire(this.stack, 'ApprovalsMinuteRule');
    await this.settled();
  }

  async click(userId: string, text: string, { channel, ts }: Message): Promise<void> {
    const interactionsUrl = interactionsUrlOf(this.stack);
    const { status } = await this.slack.click({ interactionsUrl, userId, channel, ts, text });
    await this.settled();
    if (status >= 400) throw new Error(`Slack shows an error: ${status}.`);
  }

  /** What stands in a table, by the start of its logical id. */
  async items(table: string): Promise<Record<string, AttributeValue>[]> {
    const TableName = this.physicalId('AWS::DynamoDB::Table', table);
    const items: Record<string, AttributeValue>[] = [];
    const pages = paginateScan({ client: this.dynamo }, { TableName, ConsistentRead: true });
    for await (const { Items = [] } of pages) items.push(...Items);
    return items;
  }

  protected physicalId(type: string, logicalIdStart: string): string {
    const found = [...this.stack.resources].find(
      ([id, resource]) => resource.type === type && id.startsWith(logicalIdStart),
    );
    if (!found) throw new Error(`The stack has no ${type} that begins with ${logicalIdStart}.`);
    return found[1].physicalId;
  }
}
