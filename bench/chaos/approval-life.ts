import * as z from 'zod/mini';
import { stepsOfAudit } from './audit-step';
import { DeadLetters } from './dead-letters';
import { type EndState, type KindOfLife, type Life, type LifeOptions, sinceNow } from './life';
import { shownTexts } from './shown-texts';
import { LATER_MS, laterAndLater, passUntil, untilDone } from './until-done';
import { ALICE, ApprovalSandbox, BOB } from '../../test/support/sandbox/approval-sandbox';
import { distinct, withoutIdsAndTimes } from '../../test/support/sandbox/lost-answers';

const MINUTE_MS = 60_000;
/** So that what is told in one life is news in the next. */
const BETWEEN_LIVES_MS = 3 * 60 * MINUTE_MS;
const AFTER_A_FAILURE_MS = 100_000;
/** More than a sandbox sees, so that each life has room in a group. */
const MOST_LIVES = 160;
/** A group holds 60 rules, and each life leaves one. */
const LIVES_OF_A_PAIR = 40;
/** Whose click was stored, and who was shown an error nevertheless, comes first or second. */
const BOTH_THE_OTHER_WAY_ROUND = new RegExp(`${BOB}(>?, <?@?)${ALICE}`, 'g');
const RECONCILE = 'GuardReconcileRule';
/** So that none stands in the number of the account. */
const FIRST_PORT = 30_000;

export const APPROVAL_LIFE: KindOfLife = {
  name: 'approvals',
  title: 'SecurityGroupSentry and people who approve',
  about: `A port of a group is opened, closed at once, and opened again when two people approve; an operator accepts
it; another port is opened, and closed when someone denies it; and reconcile looks at all of it. Compared are rules,
ledgers, the audit of every request, every text that Slack shows, what was told of each rule, and dead letters. Two
grants by the same order count once, and a second copy of a question is left out where no one has clicked it. Who of two
was first to approve is no difference.`,
  leaves: {
    rules: ['port from 0.0.0.0/0 in sg-…'],
    told: ['next port added: kept', 'next port added: reverted', 'port added: reverted'],
  },
  async begin() {
    const sandbox = await ApprovalSandbox.start(Math.ceil(MOST_LIVES / LIVES_OF_A_PAIR));
    sandbox.skipWaits(AFTER_A_FAILURE_MS);
    return new ApprovalLife(sandbox);
  },
};

/**
 * A port of a guarded group is opened, closed at once, and opened again when two people approve; an
 * operator accepts it; a port of a lenient group is opened, and closed when someone denies it; and
 * reconcile looks at all of it.
 */
class ApprovalLife implements Life {
  private lives = 0;
  private readonly deadLetters: DeadLetters;

  constructor(readonly sandbox: ApprovalSandbox) {
    this.deadLetters = new DeadLetters(sandbox.localAws, sandbox.stack);
  }

  async live({ before, after }: LifeOptions = {}): Promise<EndState> {
    const { sandbox } = this;
    const since = sinceNow(sandbox);
    if (this.lives % LIVES_OF_A_PAIR === 0) sandbox.begin();
    const port = FIRST_PORT + 2 * this.lives;
    this.lives += 1;
    await sandbox.pass(BETWEEN_LIVES_MS);
    const [questions, messages] = [sandbox.questions.length, sandbox.messages.length];
    const { deliveries } = await sandbox.localAws.inbox.during(async () => {
      await this.story(port, before);
      await after?.(since);
      await sandbox.pass(LATER_MS);
      await sandbox.pass(LATER_MS);
    });
    const own = (texts: readonly string[]) => texts.map((text) => nameless(text, port));
    return {
      rules: own([...(await this.rulesOf(port)), ...(await this.rulesOf(port + 1))]),
      ledgers: own(await this.ledgersOf(port)),
      audit: await this.auditSince(questions),
      slack: distinct(own(shownTexts(sandbox.messages.slice(messages)))),
      told: distinct(deliveries.flatMap(({ message }) => outcomesIn(message, port))),
      'dead letters': await this.deadLetters.taken(),
    };
  }

  /** The next one has ports of its own. */
  async clear(): Promise<void> {
    await this.sandbox.settled();
  }

  async pass(milliseconds: number): Promise<void> {
    await this.sandbox.pass(milliseconds);
  }

  async end(): Promise<void> {
    this.deadLetters.end();
    await this.sandbox.stop();
  }

  private async story(port: number, before?: LifeOptions['before']): Promise<void> {
    const { sandbox } = this;
    const { guarded, lenient } = sandbox;
    const { length } = sandbox.questions;
    before?.('a port is opened');
    await this.open(guarded, port);
    await this.asked(length + 1);
    before?.('people approve');
    await this.click(ALICE, 'Approve');
    await this.click(BOB, 'Approve');
    await sandbox.pass(LATER_MS);
    before?.('an operator accepts it');
    await this.accept(guarded, port);
    before?.('another port is opened');
    await this.open(lenient, port + 1);
    await this.asked(length + 2);
    before?.('someone denies');
    await this.click(ALICE, 'Deny');
    await sandbox.pass(LATER_MS);
    before?.('reconcile looks');
    await this.reconcile();
  }

  /** People look once there is something new, a while later, or much later. */
  private async asked(questions: number): Promise<void> {
    const { sandbox } = this;
    await sandbox.pass(LATER_MS);
    await passUntil(sandbox, async () => sandbox.questions.length >= questions);
  }

  private async open(groupId: string, port: number): Promise<void> {
    await this.sandbox.open(groupId, {
      IpProtocol: 'tcp',
      FromPort: port,
      ToPort: port,
      IpRanges: [{ CidrIp: '0.0.0.0/0' }],
    });
  }

  /** Someone whom Slack shows an error clicks again, later and later. */
  private async click(userId: string, text: string): Promise<void> {
    const message = this.sandbox.lastQuestion;
    await untilDone(
      this.sandbox,
      async () => {
        const { status } = await this.sandbox.click(userId, text, message);
        if (status >= 400) throw new Error(`Slack shows an error: ${status}.`);
      },
      laterAndLater(this.sandbox),
    );
  }

  /** An operator who gets an error orders it again. */
  private async accept(groupId: string, port: number): Promise<void> {
    const { sandbox } = this;
    const operate = sandbox.physicalId('AWS::Lambda::Function', 'GuardOperate');
    await untilDone(
      sandbox,
      async () => {
        const rules = await sandbox.described(groupId);
        const ruleId = rules.find(({ FromPort }) => FromPort === port)?.SecurityGroupRuleId;
        const order = { action: 'accept', groupId, ruleId, by: 'olga', reason: 'needed' };
        await sandbox.localAws.invoke(operate, order);
      },
      laterAndLater(sandbox),
    );
    await sandbox.settled();
  }

  /** A run that failed comes again. */
  private async reconcile(): Promise<void> {
    const { sandbox } = this;
    await untilDone(
      sandbox,
      async () => {
        const { succeeded, error } = await sandbox.localAws.fire(sandbox.stack, RECONCILE);
        if (!succeeded) throw new Error(`Reconcile failed: ${error}`);
      },
      laterAndLater(sandbox),
    );
    await sandbox.settled();
  }

  private async rulesOf(port: number): Promise<string[]> {
    const { guarded, lenient } = this.sandbox;
    const rules = await Promise.all(
      [guarded, lenient].map(async (groupId) => this.sandbox.described(groupId)),
    );
    return rules
      .flat()
      .filter(({ FromPort }) => FromPort === port)
      .map(({ GroupId, CidrIpv4 }) => `${port} from ${CidrIpv4} in ${GroupId}`);
  }

  private async ledgersOf(port: number): Promise<string[]> {
    const items = await Promise.all(
      ['GuardLedger', 'LeniencyLedger'].map(async (table) => this.sandbox.items(table)),
    );
    return items
      .flat()
      .filter(({ sk }) => sk?.S?.startsWith('RULE#'))
      .flatMap(({ data }) => data?.S ?? [])
      .map(withGrantsOnce)
      .filter((text) => [port, port + 1].some((one) => text.includes(`"fromPort":${one},`)));
  }

  /** Every step of every request of this life. */
  private async auditSince(questions: number): Promise<string[]> {
    const { sandbox } = this;
    const requests = sandbox.questions
      .slice(questions)
      .map((one) => `REQUEST#${sandbox.requestIdOf(one)}`);
    return (await sandbox.items('ApprovalsRequests'))
      .filter(({ pk, sk }) => requests.includes(pk?.S ?? '') && sk?.S?.startsWith('AUDIT#'))
      .flatMap(({ data }) => stepsOfAudit(data?.S));
  }
}

const StoredEntry = z.looseObject({
  grants: z._default(z.array(z.record(z.string(), z.unknown())), []),
});

/** An order that is given twice, since its answer did not come, is there twice. */
function withGrantsOnce(text: string): string {
  const { grants, ...entry } = StoredEntry.parse(JSON.parse(text));
  // In one order: read and written again, a grant has its parts in another.
  const sorted = grants.map((grant) => ({
    isOrder: grant.cause === 'operator',
    grant: JSON.stringify(
      Object.fromEntries(Object.entries(grant).sort(([a], [b]) => a.localeCompare(b))),
    ),
  }));
  // Those of two requests are two.
  const once = new Map(
    sorted.map(({ isOrder, grant }) => [isOrder ? withoutIdsAndTimes(grant) : grant, grant]),
  );
  return JSON.stringify({ ...entry, grants: [...once.values()].map((grant) => JSON.parse(grant)) });
}

function nameless(text: string, port: number): string {
  return withoutIdsAndTimes(text)
    .replaceAll(String(port), 'port')
    .replaceAll(String(port + 1), 'next port')
    .replace(BOTH_THE_OTHER_WAY_ROUND, `${ALICE}$1${BOB}`);
}

const Told = z.object({
  rules: z._default(
    z.array(
      z.object({
        fromPort: z.optional(z.number()),
        change: z.optional(z.string()),
        outcome: z.optional(z.string()),
      }),
    ),
    [],
  ),
});

/** What a message says came of the rules, however often and at which try. */
function outcomesIn(message: string, port: number): string[] {
  const { rules } = Told.parse(JSON.parse(message));
  return rules.map(
    ({ fromPort, change, outcome }) =>
      `${fromPort === port ? 'port' : 'next port'} ${change}: ${outcome}`,
  );
}
