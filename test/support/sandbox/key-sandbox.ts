import { DynamoDBClient, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  GenerateCredentialReportCommand,
  IAMClient,
  ListAccessKeysCommand,
} from '@aws-sdk/client-iam';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Stack } from 'aws-cdk-lib';
import { synthesizeKeySentry } from './key-stage';
import type { ApiCall } from '../../../sandbox/cloudtrail/tap';
import type { Delivery } from '../../../sandbox/inbox';
import { type AwsCredentials, type DeployedStack, LocalAws } from '../../../sandbox/local-aws';
import { IamGaps } from '../../../sandbox/proxy/iam-gaps/iam-gaps';
import type { IamKeySentryProps } from '../../../src';
import type {
  AccessKeyReportMessage,
  KeyInMessage,
} from '../../../src/access-key/contracts/key-message';
import { OWNER_EVENT_DETAIL_TYPE } from '../../../src/access-key/contracts/owner-event';
import { keySchemaErrors } from '../schemas/access-key-schemas';

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

const EVENTS_QUEUE = 'caught-events';

/** What one run of a sentry did, all tries together. One sentry runs at a time. */
export interface KeyRun {
  readonly succeeded: boolean;
  readonly error?: string;
  /** But for the messages that name a failed run. */
  readonly deliveries: readonly Delivery[];
  /** Why the run failed, as a message of its own says. */
  readonly failures: readonly string[];
  /** The parts of its report, in their order. */
  readonly messages: readonly AccessKeyReportMessage[];
  /** Of all parts. */
  readonly keys: readonly KeyInMessage[];
  /** As a rule of our own on the default bus caught them. */
  readonly events: readonly FindingEvent[];
  /** The same, to the owners of keys. */
  readonly ownerEvents: readonly FindingEvent[];
  /** Its own calls, and no one else's. */
  readonly calls: readonly ApiCall[];
  readonly logs: readonly string[];
}

export interface FindingEvent {
  readonly 'detail-type': string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface RunOptions {
  /**
   * Whether IAM's credential report was made before, which saves the wait for it. Default: true.
   */
  readonly reportIsThere?: boolean;
}

/**
 * The sandbox with users, sentries and a clock. IAM's calls pass the hand-written stand-in for what
 * the emulator's IAM lacks.
 */
export class KeySandbox {
  static async start(): Promise<KeySandbox> {
    const calls: ApiCall[] = [];
    const logs: string[] = [];
    const localAws = await LocalAws.start({
      iamGaps: new IamGaps(),
      functionsSkipWaits: 'of the SDK',
      onCall: (call) => calls.push(call),
      onFunctionLog: (_, line) => logs.push(line),
    });
    const sandbox = new KeySandbox(
      localAws,
      calls,
      logs,
      await localAws.createUser('administrator'),
    );
    await sandbox.catchEvents();
    return sandbox;
  }

  readonly iam: IAMClient;
  /** Of all runs. */
  readonly messages: AccessKeyReportMessage[] = [];
  /** Of all runs. */
  readonly events: FindingEvent[] = [];
  /** Of all runs. */
  readonly ownerEvents: FindingEvent[] = [];
  private readonly sqs: SQSClient;

  private constructor(
    readonly localAws: LocalAws,
    /** Everyone's. */
    readonly calls: readonly ApiCall[],
    private readonly logs: readonly string[],
    readonly administrator: AwsCredentials,
  ) {
    this.iam = new IAMClient(this.access());
    this.sqs = new SQSClient(this.access());
  }

  get gaps(): IamGaps {
    return this.localAws.iamGaps;
  }

  access() {
    return {
      endpoint: this.localAws.endpoint,
      region: this.localAws.region,
      credentials: this.administrator,
    };
  }

  async deploy(
    stackName: string,
    propsFor: (stack: Stack) => IamKeySentryProps,
  ): Promise<DeployedStack> {
    return this.localAws.deploy(synthesizeKeySentry(stackName, propsFor), stackName);
  }

  async run(sentry: DeployedStack, { reportIsThere = true }: RunOptions = {}): Promise<KeyRun> {
    if (reportIsThere) await this.iam.send(new GenerateCredentialReportCommand({}));
    const [callsBefore, logsBefore] = [this.calls.length, this.logs.length];
    const { deliveries: delivered, result } = await this.localAws.inbox.during(async () => {
      const fired = await this.localAws.fire(sentry, 'SentrySchedule');
      await this.localAws.settled();
      return fired;
    });
    const deliveries = delivered.filter((one) => !namesFailure(one));
    const messages = deliveries
      .map(({ message }): AccessKeyReportMessage => JSON.parse(message))
      .filter(({ type }) => type === 'access-key-report')
      .sort((a, b) => a.part - b.part);
    const caught = await this.caughtEvents();
    const isToOwner = (event: FindingEvent) => event['detail-type'] === OWNER_EVENT_DETAIL_TYPE;
    const events = caught.filter((event) => !isToOwner(event));
    const ownerEvents = caught.filter(isToOwner);
    this.messages.push(...messages);
    this.events.push(...events);
    this.ownerEvents.push(...ownerEvents);
    return {
      succeeded: result.succeeded,
      error: result.error,
      deliveries,
      failures: delivered.filter(namesFailure).map(({ emailText }) => emailText),
      messages,
      keys: messages.flatMap(({ keys }) => keys),
      events,
      ownerEvents,
      calls: callsOf(sentry, this.calls.slice(callsBefore)),
      logs: this.logs.slice(logsBefore),
    };
  }

  /** All calls that the sentry ever made. */
  callsOf(sentry: DeployedStack): ApiCall[] {
    return callsOf(sentry, this.calls);
  }

  /** What IAM says of the user's keys now: the status, by id. */
  async statuses(userName: string): Promise<Record<string, string>> {
    const { AccessKeyMetadata = [] } = await this.iam.send(
      new ListAccessKeysCommand({ UserName: userName }),
    );
    return Object.fromEntries(
      AccessKeyMetadata.map(({ AccessKeyId = '', Status = '' }) => [AccessKeyId, Status]),
    );
  }

  /** As if another run had begun, and not ended, until then. */
  async letAnotherRunBegin(sentry: DeployedStack, until: Date): Promise<void> {
    const TableName = physicalId(sentry, 'AWS::DynamoDB::Table', 'SentryKeyRecords');
    const Item = { keyId: { S: '#run' }, until: { N: String(until.getTime()) } };
    await new DynamoDBClient(this.access()).send(new PutItemCommand({ TableName, Item }));
  }

  /** The ids of the keys of which the sentry remembers that it told a step. */
  async noticedKeys(sentry: DeployedStack): Promise<string[]> {
    const TableName = physicalId(sentry, 'AWS::DynamoDB::Table', 'SentryKeyRecords');
    const { Items = [] } = await new DynamoDBClient(this.access()).send(
      new ScanCommand({ TableName }),
    );
    return Items.filter(({ noticeAt }) => Object.keys(noticeAt?.M ?? {}).length > 0)
      .map(({ keyId }) => keyId?.S ?? '')
      .sort();
  }

  /** What the documented schemas have against the messages and events of all runs. */
  schemaErrors(): string[] {
    return [
      ...this.messages.flatMap((message) => keySchemaErrors('report', JSON.stringify(message))),
      ...this.events.flatMap(({ detail }) => keySchemaErrors('finding', JSON.stringify(detail))),
      ...this.ownerEvents.flatMap(({ detail }) => keySchemaErrors('owner', JSON.stringify(detail))),
    ];
  }

  private async catchEvents(): Promise<void> {
    const eventBridge = new EventBridgeClient(this.access());
    await this.sqs.send(new CreateQueueCommand({ QueueName: EVENTS_QUEUE }));
    await eventBridge.send(
      new PutRuleCommand({
        Name: EVENTS_QUEUE,
        EventPattern: JSON.stringify({ source: ['cdk-sentries'] }),
      }),
    );
    const Arn = `arn:aws:sqs:${this.localAws.region}:${this.localAws.accountId}:${EVENTS_QUEUE}`;
    await eventBridge.send(
      new PutTargetsCommand({ Rule: EVENTS_QUEUE, Targets: [{ Id: EVENTS_QUEUE, Arn }] }),
    );
  }

  /**
   * All since the last time: before the clock is moved on, as queues keep messages for some days
   * only.
   */
  private async caughtEvents(): Promise<FindingEvent[]> {
    const QueueUrl = `${this.localAws.endpoint}/${this.localAws.accountId}/${EVENTS_QUEUE}`;
    const { Messages = [] } = await this.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
    );
    if (Messages.length === 0) return [];
    await this.sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
    return [...Messages.map(({ Body = '' }) => JSON.parse(Body)), ...(await this.caughtEvents())];
  }
}

function callsOf(sentry: DeployedStack, calls: readonly ApiCall[]): ApiCall[] {
  const role = physicalId(sentry, 'AWS::IAM::Role', 'SentryCheckAccessKeys');
  return calls.filter(({ callerArn }) => callerArn?.includes(`:assumed-role/${role}/`));
}

/** The calls that asked for a key to be changed, whatever came of them. */
export function changesIn({ calls }: Pick<KeyRun, 'calls'>): string[] {
  return calls
    .filter(({ action }) => ['UpdateAccessKey', 'DeleteAccessKey'].includes(action))
    .map(({ action, parameters: { UserName, AccessKeyId, Status } }) =>
      [action, UserName, AccessKeyId, ...(Status ? [Status] : [])].join(' '),
    );
}

/** The values of a metric that the run wrote to its log, in CloudWatch's embedded metric format. */
export function metric({ logs }: Pick<KeyRun, 'logs'>, name: string): number[] {
  return logs.flatMap((line) => {
    const entry: Readonly<Record<string, unknown>> = line.startsWith('{') ? JSON.parse(line) : {};
    return '_aws' in entry && name in entry ? [Number(entry[name])] : [];
  });
}

export function iamCallCount({ calls }: Pick<KeyRun, 'calls'>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { service, action } of calls) {
    if (service === 'iam') counts[action] = (counts[action] ?? 0) + 1;
  }
  return counts;
}

export function physicalId(stack: DeployedStack, type: string, logicalIdStart: string): string {
  return [...stack.resources].find(
    ([id, resource]) => resource.type === type && id.startsWith(logicalIdStart),
  )![1].physicalId;
}

function namesFailure({ attributes }: Delivery): boolean {
  return attributes.type === 'handling-failed';
}
