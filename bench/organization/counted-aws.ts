import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { STSClient } from '@aws-sdk/client-sts';
import { ItemsInMemory } from './items-in-memory';
import { HUB_BUS_ARN, type Member, membersOf } from './members';
import { bytesOfText } from '../../src/shared/domain/byte-budget';

/** What AWS is asked, whichever client asks. */
interface Call {
  readonly input: Record<string, unknown>;
  readonly constructor: { readonly name: string };
}

interface Client {
  readonly config: { readonly serviceId: string; credentials?(): Promise<unknown> };
}

type Answer = (input: never) => object;

/** All clients of the SDK send in this one method. */
const EVERY_CLIENT: { send(this: Client, call: Call): Promise<unknown> } = Object.getPrototypeOf(
  STSClient.prototype,
);

/** Services that are asked in members, with a session of theirs. */
const IN_MEMBERS = ['EC2', 'CloudTrail', 'IAM', 'EventBridge'];

const ACCOUNTS_PER_PAGE = 20;

/**
 * Not AWS, and not the emulator: it counts what is asked, and gives the shortest answer that the
 * adapters take. Answers cost no time, and nothing is refused.
 */
export class CountedAws {
  readonly calls = new Map<string, number>();
  readonly tables = new Map<string, ItemsInMemory>();
  readonly parameters = new Map<string, string>();
  /** The longest thing of each kind that was sent or stored, in bytes. */
  readonly longest = { item: 0, message: 0, notification: 0 };
  readonly queued: string[] = [];
  readonly published: string[] = [];
  bytesRead = 0;
  bytesWritten = 0;
  readonly members: readonly Member[];
  readonly clock = {
    now: () => this.now,
    pause: async (milliseconds: number) => this.pass(milliseconds),
  };
  private now = new Date('2026-11-29T12:00:00Z');
  private readonly answers = { ...this.serviceAnswers(), ...this.tableAnswers() };

  constructor(accounts: number) {
    this.members = membersOf(accounts);
  }

  pass(milliseconds: number): void {
    this.now = new Date(this.now.getTime() + milliseconds);
  }

  /** With all clients of this process asking here instead of AWS. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const { send } = EVERY_CLIENT;
    const answer = async (client: Client, call: Call) => this.send(client, call);
    EVERY_CLIENT.send = async function (call) {
      return answer(this, call);
    };
    try {
      return await work();
    } finally {
      EVERY_CLIENT.send = send;
    }
  }

  /** Since the last time that someone asked, by service and call. */
  takeCalls(): ReadonlyMap<string, number> {
    const taken = new Map(this.calls);
    this.calls.clear();
    return taken;
  }

  private async send({ config }: Client, call: Call): Promise<unknown> {
    const service = config.serviceId;
    const name = call.constructor.name.replace(/Command$/, '');
    // As signing does it: this is where a member's session is taken.
    if (IN_MEMBERS.includes(service)) await config.credentials?.();
    const key = `${service} ${name}`;
    this.calls.set(key, (this.calls.get(key) ?? 0) + 1);
    const answer = this.answers[name];
    if (!answer) throw new Error(`No one has said how the bench is to answer ${key}.`);
    return { $metadata: {}, ...answer(call.input as never) };
  }

  private table(name: string): ItemsInMemory {
    const table = this.tables.get(name) ?? new ItemsInMemory();
    this.tables.set(name, table);
    return table;
  }

  private written(bytes: number): void {
    this.bytesWritten += bytes;
    this.longest.item = Math.max(this.longest.item, bytes);
  }

  private serviceAnswers(): Readonly<Record<string, Answer>> {
    return {
      AssumeRole: ({ DurationSeconds }: { DurationSeconds: number }) => ({
        Credentials: {
          AccessKeyId: 'ASIABENCH',
          SecretAccessKey: 'x'.repeat(40),
          SessionToken: 'x'.repeat(700),
          Expiration: new Date(this.now.getTime() + DurationSeconds * 1_000),
        },
      }),
      ListAccounts: ({ NextToken = '0' }: { NextToken?: string }) => {
        const end = Number(NextToken) + ACCOUNTS_PER_PAGE;
        return {
          Accounts: this.members.slice(Number(NextToken), end),
          ...(end < this.members.length && { NextToken: String(end) }),
        };
      },
      GetParameters: ({ Names }: { Names: readonly string[] }) => ({
        Parameters: Names.map((Name) => ({ Name, Value: this.parameters.get(Name) })),
      }),
      SendMessageBatch: ({ Entries }: { Entries: readonly { MessageBody: string }[] }) => {
        for (const { MessageBody: body } of Entries) {
          this.queued.push(body);
          this.longest.message = Math.max(this.longest.message, bytesOfText(body));
        }
        return {};
      },
      Publish: ({ Message }: { Message: string }) => {
        this.published.push(Message);
        this.longest.notification = Math.max(this.longest.notification, bytesOfText(Message));
        return { MessageId: 'm' };
      },
      PutEvents: () => ({ Entries: [{ EventId: 'e' }] }),
      GetRole: () => ({ Role: { Tags: [{ Key: 'cdk-sentries:rights', Value: 'FULL' }] } }),
      DescribeRule: () => ({ State: 'ENABLED', Description: 'Of an earlier version. Version: 0' }),
      ListTargetsByRule: () => ({ Targets: [{ Arn: HUB_BUS_ARN }] }),
      LookupEvents: () => ({ Events: [] }),
      DescribeSecurityGroups: () => ({
        SecurityGroups: GROUP_IDS.map((GroupId) => ({ GroupId, GroupName: 'web', VpcId: 'vpc-1' })),
      }),
      DescribeSecurityGroupRules: () => ({ SecurityGroupRules: [] }),
    };
  }

  private tableAnswers(): Readonly<Record<string, Answer>> {
    type Key = Record<string, AttributeValue>;
    return {
      GetItem: ({ TableName, Key: key }: { TableName: string; Key: Key }) => {
        const item = this.table(TableName).get(key);
        this.bytesRead += item?.bytes ?? 0;
        return item ? { Item: item.values } : {};
      },
      PutItem: ({ TableName, Item }: { TableName: string; Item: Key }) => {
        this.written(this.table(TableName).put(Item));
        return {};
      },
      UpdateItem: (input: { TableName: string; Key: Key } & Update) => {
        this.written(this.table(input.TableName).update(input.Key, input));
        return {};
      },
      DeleteItem: ({ TableName, Key: key }: { TableName: string; Key: Key }) => {
        this.table(TableName).delete(key);
        return {};
      },
      Scan: (input: { TableName: string; ExclusiveStartKey?: Key }) =>
        this.page(this.table(input.TableName).all(), input.ExclusiveStartKey),
      Query: (input: { TableName: string; ExclusiveStartKey?: Key } & Update) => {
        const partition = input.ExpressionAttributeValues[':pk']?.S ?? '';
        return this.page(this.table(input.TableName).partition(partition), input.ExclusiveStartKey);
      },
    };
  }

  /** A megabyte, as DynamoDB gives it. */
  private page(items: readonly Stored[], start: Record<string, AttributeValue> | undefined) {
    const from = Number(start?.from?.N ?? 0);
    let bytes = 0;
    let end = from;
    while (end < items.length && bytes < PAGE_BYTES) {
      bytes += items[end]!.bytes;
      end += 1;
    }
    this.bytesRead += bytes;
    return {
      Items: items.slice(from, end).map(({ values }) => values),
      ...(end < items.length && { LastEvaluatedKey: { from: { N: String(end) } } }),
    };
  }
}

type Stored = ReturnType<ItemsInMemory['all']>[number];
type Update = Parameters<ItemsInMemory['update']>[1];

const PAGE_BYTES = 1_000_000;

/** The groups of each place. */
const GROUP_IDS = Array.from({ length: 10 }, (_, index) => `sg-${index}`);
