import { STSClient } from '@aws-sdk/client-sts';
import type { Answer } from './answers';
import { ItemsInMemory } from './items-in-memory';
import { type Member, membersOf } from './members';
import { accountOf, serviceAnswers } from './service-answers';
import { tableAnswers } from './table-answers';
import { bytesOfText } from '../../src/shared/domain/byte-budget';

interface Client {
  readonly config: {
    readonly serviceId: string;
    credentials?(): Promise<{ readonly accessKeyId: string }>;
  };
}

/** All clients of the SDK send in this one method. */
const EVERY_CLIENT: { send(this: Client, command: object): Promise<unknown> } =
  Object.getPrototypeOf(STSClient.prototype);

/** Services that are asked in members, with a session of theirs. */
const IN_MEMBERS = ['EC2', 'CloudTrail', 'IAM', 'EventBridge'];

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
  private readonly answers: readonly Answer[] = [...serviceAnswers(this), ...tableAnswers(this)];

  constructor(accounts: number) {
    this.members = membersOf(accounts);
  }

  pass(milliseconds: number): void {
    this.now = new Date(this.now.getTime() + milliseconds);
  }

  /** With all clients of this process asking here instead of AWS. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const { send } = EVERY_CLIENT;
    const answer = async (client: Client, command: object) => this.send(client, command);
    EVERY_CLIENT.send = async function (command) {
      return answer(this, command);
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

  table(name = ''): ItemsInMemory {
    const table = this.tables.get(name) ?? new ItemsInMemory();
    this.tables.set(name, table);
    return table;
  }

  written(bytes: number): void {
    this.bytesWritten += bytes;
    this.longest.item = Math.max(this.longest.item, bytes);
  }

  queue(message: string): void {
    this.queued.push(message);
    this.longest.message = Math.max(this.longest.message, bytesOfText(message));
  }

  publish(message: string): void {
    this.published.push(message);
    this.longest.notification = Math.max(this.longest.notification, bytesOfText(message));
  }

  private async send({ config }: Client, command: object): Promise<unknown> {
    const service = config.serviceId;
    // As signing does it: this is where a member's session is taken.
    const session = IN_MEMBERS.includes(service) ? await config.credentials?.() : undefined;
    const key = `${service} ${command.constructor.name.replace(/Command$/, '')}`;
    this.calls.set(key, (this.calls.get(key) ?? 0) + 1);
    return { $metadata: {}, ...this.answerTo(command, accountOf(session?.accessKeyId ?? ''), key) };
  }

  private answerTo(command: object, accountId: string, key: string): object {
    for (const answer of this.answers) {
      const given = answer(command, accountId);
      if (given) return given;
    }
    throw new Error(`No one has said how the bench is to answer ${key}.`);
  }
}
