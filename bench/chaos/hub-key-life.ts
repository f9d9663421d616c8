import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  ListAccessKeysCommand,
} from '@aws-sdk/client-iam';
import * as z from 'zod/mini';
import { DeadLetters } from './dead-letters';
import { DEACTIVATE_AFTER, DELETE_AFTER, GRACE, HubSandbox, MEMBER } from './hub-sandbox';
import { DAY_MS, lived, removeUser, stepsOf, ToldKeys, withoutDays } from './key-story';
import { type EndState, type KindOfLife, type Life, type LifeOptions, sinceNow } from './life';
import { untilDone } from './until-done';
import { distinct, withoutIdsAndTimes } from '../../test/support/sandbox/lost-answers';

/** To one run, and of no use after its report. */
const ANSWERS = /^(ANSWER|INVENTORY)#/;
/** It tells what is new in the next, and one more report in between changes its place. */
const LAST_REPORT = /^#report/;

/** How the key is by now. */
interface KeyState {
  readonly status: string | undefined;
  readonly items: readonly Record<string, AttributeValue>[];
}

/** Each run is a step: two notices, and what comes of them. */
const RUNS = [
  {
    step: 'the key gets its notice',
    days: DEACTIVATE_AFTER + 1,
    isTaken: ({ items }: KeyState) => haveNotice(items, 'deactivate'),
  },
  {
    step: 'it is deactivated',
    days: GRACE + 1,
    isTaken: ({ status }: KeyState) => status === 'Inactive',
  },
  {
    step: 'it gets the notice of its deletion',
    days: 1,
    isTaken: ({ items }: KeyState) => haveNotice(items, 'delete'),
  },
  {
    step: 'it is deleted',
    days: DELETE_AFTER,
    isTaken: ({ status, items }: KeyState) =>
      status === undefined && items.every(({ untold }) => untold === undefined),
  },
];

function haveNotice(items: KeyState['items'], step: string): boolean {
  return items.some(({ noticeAt }) => noticeAt?.M?.[step] !== undefined);
}

/** A step that a run did not take is taken by one of the next. */
const MOST_DAYS_LATE = 3;
/** Who does not report at once reports with a later schedule. */
const BETWEEN_REPORTS_MS = 60 * 60_000;

export const HUB_KEY_LIFE: KindOfLife = {
  name: 'hub-keys',
  title: 'IamKeySentry of a hub',
  about: `An old key of a member gets its notice, is deactivated when its grace is over, gets the notice of its deletion,
and is deleted. A run that failed is made again a day later, and another comes each day for up to three days until a
step that is due is taken: one that is so late is no difference. Compared are the key, what the sentry remembers of it, every step that was told of it, and dead
letters. A step that a report tells as failed, since a run died before it, or as held for that run, and that the next
run takes, is no difference.`,
  leaves: {
    key: ['key: gone'],
    told: ['notice deactivate', 'done deactivate', 'notice delete', 'done delete'].map(
      (step) => `user: ${step}`,
    ),
  },
  async begin() {
    const sandbox = await HubSandbox.start();
    // Lists the accounts, which stay the same: a life of groups has the coverage itself.
    await sandbox.fire('HubCoverageSchedule');
    return new HubKeyLife(sandbox, new IAMClient(sandbox.localAws.accessTo(MEMBER)));
  },
};

interface NamedKey {
  readonly name: string;
  readonly keyId: string;
}

class HubKeyLife implements Life {
  private lives = 0;
  /** Of the last life. */
  private readonly names: string[] = [];
  private readonly deadLetters: DeadLetters;

  constructor(
    readonly sandbox: HubSandbox,
    private readonly iam: IAMClient,
  ) {
    this.deadLetters = new DeadLetters(sandbox.localAws, sandbox.stack);
  }

  async live({ before, after }: LifeOptions = {}): Promise<EndState> {
    const { sandbox } = this;
    const since = sinceNow(sandbox);
    this.lives += 1;
    const name = `someone${this.lives}x`;
    this.names.push(name);
    const keyId = await this.addUser(name);
    const story = this.story({ name, keyId }, before);
    const { messages, letters } = await lived(sandbox.localAws, story, async () => after?.(since));
    const own = (texts: readonly string[]) => texts.map((text) => nameless(text, name, keyId));
    const left = {
      key: own([`${keyId}: ${(await this.statusOf(name)) ?? 'gone'}`]),
      records: own(await this.recordsOf(keyId)),
      told: distinct(own(messages.flatMap((message) => stepsIn(message, name)))),
      'dead letters': [...letters, ...(await this.deadLetters.taken())],
    };
    return left;
  }

  async clear(): Promise<void> {
    for (const name of this.names.splice(0)) await removeUser(this.iam, name);
  }

  /** With the runs of a day. */
  async pass(milliseconds: number): Promise<void> {
    await this.sandbox.setClockOn(milliseconds);
    await this.runUntilDone();
  }

  async end(): Promise<void> {
    this.deadLetters.end();
    this.iam.destroy();
    await this.sandbox.stop();
  }

  private async *story(key: NamedKey, before: LifeOptions['before']): AsyncGenerator<string[]> {
    const { sandbox, deadLetters } = this;
    for (const { step, days, isTaken } of RUNS) {
      await sandbox.setClockOn(days * DAY_MS);
      await sandbox.localAws.coolDown();
      before?.(step);
      await this.runUntilDone();
      yield deadLetters.taken();
      for (let late = 1; late <= MOST_DAYS_LATE && !isTaken(await this.stateOf(key)); late += 1) {
        await sandbox.setClockOn(DAY_MS);
        await this.runUntilDone();
        yield deadLetters.taken();
      }
    }
  }

  private async stateOf({ name, keyId }: NamedKey): Promise<KeyState> {
    return { status: await this.statusOf(name), items: await this.itemsOf(keyId) };
  }

  /** A run that failed comes again the next day. */
  private async runUntilDone(): Promise<void> {
    await untilDone(
      this.sandbox,
      async () => this.run(),
      async () => this.sandbox.setClockOn(DAY_MS),
    );
  }

  /** All that a hub does in a day about keys. */
  private async run(): Promise<void> {
    const { sandbox } = this;
    await sandbox.fire('KeysSchedule');
    for (let report = 0; report < 2; report += 1) {
      await sandbox.setClockOn(BETWEEN_REPORTS_MS);
      await sandbox.fire('KeysReportSchedule');
    }
  }

  private async addUser(UserName: string): Promise<string> {
    await this.iam.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await this.iam.send(new CreateAccessKeyCommand({ UserName }));
    await this.sandbox.settled();
    return AccessKey?.AccessKeyId ?? '';
  }

  private async statusOf(UserName: string): Promise<string | undefined> {
    const { AccessKeyMetadata = [] } = await this.iam.send(new ListAccessKeysCommand({ UserName }));
    return AccessKeyMetadata[0]?.Status;
  }

  private async recordsOf(keyId: string): Promise<string[]> {
    return (await this.itemsOf(keyId)).map((item) => JSON.stringify(item));
  }

  private async itemsOf(keyId: string): Promise<Record<string, AttributeValue>[]> {
    const items = await this.sandbox.items('KeysMemberKeys');
    return items
      .filter((item) => !ANSWERS.test(item.pk?.S ?? '') && !LAST_REPORT.test(item.keyId?.S ?? ''))
      .filter((item) => JSON.stringify(item).includes(keyId));
  }
}

const Report = z.object({
  type: z.literal('organization-access-key-report'),
  keys: z.array(z.object({ keys: ToldKeys })),
});

function stepsIn(message: string, name: string): string[] {
  const report = message.startsWith('{') ? Report.safeParse(JSON.parse(message)).data : undefined;
  return (report?.keys ?? []).flatMap(({ keys }) => stepsOf(keys, [name]));
}

function nameless(text: string, name: string, keyId: string): string {
  return withoutDays(withoutIdsAndTimes(text.replaceAll(keyId, 'key').replaceAll(name, 'user')));
}
