import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { TagUserCommand, UntagUserCommand } from '@aws-sdk/client-iam';
import * as z from 'zod/mini';
import { stepsOfAudit } from './audit-step';
import { DeadLetters } from './dead-letters';
import { DAY_MS, lived, removeUser, stepsOf, ToldKeys, withoutDays } from './key-story';
import { type EndState, type KindOfLife, type Life, type LifeOptions, sinceNow } from './life';
import { shownTexts } from './shown-texts';
import { LATER_MS, laterAndLater, passUntil, untilDone } from './until-done';
import {
  ALICE,
  GRACE,
  type Item,
  type KeyApprovalAsking,
  KeyApprovalSandbox,
  keyIdOf,
} from '../../test/support/sandbox/key-approval-sandbox';
import { distinct, withoutIdsAndTimes } from '../../test/support/sandbox/lost-answers';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A notice lapses when nothing is told of its step for 14 days. */
const DAYS_BEFORE_DELETION = [12, 12];
const DAYS_UNTIL_DELETION = 8;
/** A run that could not look up all leaves its steps to the next. So it does what SQS refuses. */
const MOST_DAYS_LATE = 3;
const OWNER = { id: 'U0OLGA', name: 'olga', address: 'olga@example.com' };
/** To an owner, as the report to all: see `stepsOf`. */
const FAILED_ON_THE_WAY = /It could NOT be \w+: .* It is tried again in the next run\./;

const Report = z.object({ type: z.literal('access-key-report'), keys: ToldKeys });

const AGAIN = `A run that failed is made again an hour later, and one comes each day for up to three days until a step that is
due is taken, and what an owner is to hear of is told.`;
const COMPARED = `Compared are the states of the keys, what the sentry remembers of them, every step that was told of them,
and dead letters`;
const NO_DIFFERENCE = `A step that a report or an owner's message tells as failed, since a run died before it, or as held for that run, and that the
next run takes, is no difference.`;

export const KEY_LIFE: KindOfLife = {
  name: 'keys',
  title: 'IamKeySentry and people who approve',
  about: `Two old keys get their notice. When its grace is over people are asked, and an owner hears of theirs in a
direct message and answers. One key is deactivated, as someone approves; the other stays, as someone denies. The
first gets the notice of its deletion, and is deleted. ${AGAIN} ${COMPARED}; the
audit of every request, and every text that Slack shows. ${NO_DIFFERENCE}`,
  leaves: { keys: ['user 0: gone', 'user 1: Active'] },
  begin: async () => beginKeyLife('people'),
};

export const UNASKED_KEY_LIFE: KindOfLife = {
  name: 'keys-unasked',
  title: 'IamKeySentry alone',
  about: `The same, where no one is asked: both keys get their notice, are deactivated, get the notice of their deletion,
and are deleted. ${AGAIN} ${COMPARED}. ${NO_DIFFERENCE}`,
  leaves: { keys: ['user 0: gone', 'user 1: gone'] },
  begin: async () => beginKeyLife('no one'),
};

async function beginKeyLife(asks: KeyApprovalAsking): Promise<Life> {
  const sandbox = await KeyApprovalSandbox.start(undefined, asks);
  sandbox.slack.addUser({ id: OWNER.id, name: OWNER.name, email: OWNER.address });
  return new KeyLife(sandbox, asks);
}

class KeyLife implements Life {
  private lives = 0;
  /** Of the last life. */
  private readonly names: string[] = [];
  private readonly deadLetters: DeadLetters;

  constructor(
    readonly sandbox: KeyApprovalSandbox,
    private readonly asks: KeyApprovalAsking,
  ) {
    this.deadLetters = new DeadLetters(sandbox.localAws, sandbox.stack);
  }

  async live(options: LifeOptions = {}): Promise<EndState> {
    this.lives += 1;
    const names = [`first${this.lives}x`, `second${this.lives}x`] as const;
    this.names.push(...names);
    return this.liveWith(names, options);
  }

  async clear(): Promise<void> {
    await this.remove(this.names.splice(0));
  }

  async pass(milliseconds: number): Promise<void> {
    await this.sandbox.pass(milliseconds);
  }

  async end(): Promise<void> {
    this.deadLetters.end();
    await this.sandbox.stop();
  }

  private async liveWith(
    names: readonly [string, string],
    { before, after }: LifeOptions,
  ): Promise<EndState> {
    const { sandbox } = this;
    const since = sinceNow(sandbox);
    const messages = sandbox.slack.messages.length;
    const { messages: told, letters } = await lived(
      sandbox.localAws,
      this.story(names, before),
      async () => after?.(since),
    );
    const own = (texts: readonly string[]) => texts.map((text) => nameless(text, names));
    return {
      keys: own(await Promise.all(names.map(async (name) => this.keyOf(name)))),
      records: own((await this.recordsOf(names)).map(inOrder)),
      told: distinct(own(told.flatMap((message) => stepsIn(message, names)))),
      audit: await this.auditOf(names),
      slack: distinct(
        own(
          shownTexts(sandbox.slack.messages.slice(messages)).filter((text) =>
            names.some((name) => isAbout(text, name) && !FAILED_ON_THE_WAY.test(text)),
          ),
        ),
      ),
      'dead letters': [...letters, ...(await this.deadLetters.taken())],
    };
  }

  private async *story(
    names: readonly [string, string],
    before: LifeOptions['before'],
  ): AsyncGenerator<string[]> {
    const { sandbox, deadLetters } = this;
    await sandbox.setClockOn(DAY_MS);
    await sandbox.addUsers(names);
    await this.tagOwned(names[0]);
    before?.('the keys get their notice');
    await this.runUntil(async () => this.haveNotice(names));
    yield deadLetters.taken();
    await sandbox.setClockOn((GRACE + 1) * DAY_MS);
    before?.('their grace is over');
    await this.runUntil(async () => this.isStepTaken(names));
    yield deadLetters.taken();
    if (this.asks === 'people') {
      before?.('people answer');
      await this.decide(names);
    }
    before?.('what is inactive gets the notice of its deletion');
    await this.run();
    yield deadLetters.taken();
    if (this.asks === 'people') await this.keep(names[1]);
    for (const days of DAYS_BEFORE_DELETION) {
      await sandbox.setClockOn(days * DAY_MS);
      await this.run();
      yield deadLetters.taken();
    }
    await sandbox.setClockOn(DAYS_UNTIL_DELETION * DAY_MS);
    before?.('it is deleted');
    const gone = this.asks === 'people' ? [names[0]] : names;
    await this.runUntil(async () => (await this.areGone(gone)) && (await this.isAllTold(names)));
  }

  private async haveNotice(names: readonly string[]): Promise<boolean> {
    const records = await this.recordsOf(names);
    return records.length === names.length && records.every(({ noticeAt }) => hasTimes(noticeAt));
  }

  private async isAllTold(names: readonly string[]): Promise<boolean> {
    return (await this.recordsOf(names)).every(({ untold }) => untold === undefined);
  }

  /** People are asked about both, or both are deactivated. */
  private async isStepTaken(names: readonly string[]): Promise<boolean> {
    const { sandbox } = this;
    if (this.asks === 'people') return this.areAsked(names);
    const states = await Promise.all(names.map(async (name) => sandbox.status(name)));
    return states.every((status) => status !== 'Active');
  }

  private async areAsked(names: readonly string[]): Promise<boolean> {
    return passUntil(this.sandbox, async () =>
      names.every((name) => this.sandbox.questionsAbout(name).length > 0),
    );
  }

  private async areGone(names: readonly string[]): Promise<boolean> {
    const states = await Promise.all(names.map(async (name) => this.sandbox.status(name)));
    return states.every((status) => status === undefined);
  }

  private async decide([approved, denied]: readonly [string, string]): Promise<void> {
    const { sandbox } = this;
    await this.done(async () => sandbox.answer(OWNER.id, 'Not needed any more', {}));
    // A click that finds no queue is handled within a minute, and others may be before it.
    await sandbox.pass(LATER_MS);
    await this.done(async () => sandbox.click(ALICE, 'Approve', approved));
    await this.done(async () => sandbox.click(ALICE, 'Deny', denied));
    await sandbox.pass(LATER_MS);
    const isCarriedOut = async () => (await sandbox.status(approved)) !== 'Active';
    await passUntil(sandbox, isCarriedOut);
    await sandbox.pass(LATER_MS);
  }

  /** Someone who hears of a run that failed starts it again. */
  private async run(): Promise<void> {
    const { sandbox } = this;
    await untilDone(
      this.sandbox,
      async () => sandbox.run(),
      async () => sandbox.setClockOn(HOUR_MS),
    );
  }

  /** Once more each day, where it is not so yet. */
  private async runUntil(isSo: () => Promise<boolean>): Promise<void> {
    await this.run();
    for (let days = 1; days <= MOST_DAYS_LATE && !(await isSo()); days += 1) {
      await this.sandbox.setClockOn(DAY_MS);
      await this.run();
    }
  }

  /** Someone whom Slack shows an error clicks again. */
  private async done(click: () => Promise<void>): Promise<void> {
    await untilDone(this.sandbox, click, laterAndLater(this.sandbox));
  }

  private async tagOwned(name: string): Promise<void> {
    const Tags = [{ Key: 'Owner', Value: OWNER.address }];
    await this.sandbox.iam.send(new TagUserCommand({ UserName: name, Tags }));
  }

  /** Before people are asked about it once more. */
  private async keep(name: string): Promise<void> {
    const Tags = [{ Key: 'keep-keys-until', Value: this.dayIn(60) }];
    await this.sandbox.iam.send(new TagUserCommand({ UserName: name, Tags }));
  }

  private dayIn(days: number): string {
    return new Date(this.sandbox.localAws.now().getTime() + days * DAY_MS)
      .toISOString()
      .slice(0, 10);
  }

  private async keyOf(name: string): Promise<string> {
    return `${name}: ${(await this.sandbox.status(name)) ?? 'gone'}`;
  }

  private async recordsOf(names: readonly string[]): Promise<Item[]> {
    const items = await this.sandbox.items('SentryKeyRecords');
    return items.filter(({ keyId }) => names.some((name) => keyId?.S?.startsWith(keyIdOf(name))));
  }

  private async auditOf(names: readonly string[]): Promise<string[]> {
    if (this.asks === 'no one') return [];
    return (await this.sandbox.items('ApprovalsRequests'))
      .filter(
        ({ pk, sk }) =>
          names.some((name) => pk?.S?.includes(keyIdOf(name))) && sk?.S?.startsWith('AUDIT#'),
      )
      .flatMap(({ data }) => stepsOfAudit(data?.S));
  }

  private async remove(names: readonly string[]): Promise<void> {
    const { iam } = this.sandbox;
    for (const UserName of names) {
      await iam.send(new UntagUserCommand({ UserName, TagKeys: ['Owner', 'keep-keys-until'] }));
      await removeUser(iam, UserName);
    }
  }
}

function hasTimes(times?: AttributeValue): boolean {
  return Object.keys(times?.M ?? {}).length > 0;
}

function inOrder(item: Item): string {
  return JSON.stringify(Object.entries(item).sort(([a], [b]) => a.localeCompare(b)));
}

/** Other users have keys, too. */
function isAbout(text: string, name: string): boolean {
  return text.includes(name) || text.includes(keyIdOf(name));
}

function stepsIn(message: string, names: readonly string[]): string[] {
  const report = message.startsWith('{') ? Report.safeParse(JSON.parse(message)).data : undefined;
  return stepsOf(report?.keys ?? [], names);
}

function nameless(text: string, names: readonly string[]): string {
  const named = names.reduce(
    (rest, name, index) =>
      rest.replaceAll(keyIdOf(name), `key ${index}`).replaceAll(name, `user ${index}`),
    withoutIdsAndTimes(text),
  );
  return withoutDays(named).replace(/(key \d)-[\w-]+/g, '$1 request');
}
