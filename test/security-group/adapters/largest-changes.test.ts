import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { parseWorkflowMessage } from '../../../src/approval/adapters/approval-queue-messages';
import { Announcements } from '../../../src/security-group/adapters/announcements';
import { ChangeAsking, WorkflowQueues } from '../../../src/security-group/adapters/change-asking';
import { DynamoEventLog } from '../../../src/security-group/adapters/dynamo-event-log';
import { DynamoLedger } from '../../../src/security-group/adapters/dynamo-ledger';
import { DynamoRunsAfterCalls } from '../../../src/security-group/adapters/dynamo-runs-after-calls';
import { ReportAnnouncer } from '../../../src/security-group/adapters/report-announcer';
import { portioned } from '../../../src/security-group/domain/asking/askable';
import type { AskedChange } from '../../../src/security-group/domain/asking/asked-change';
import {
  ITEM_BYTES_LEFT,
  LEDGER_BYTES,
  SHARED_ITEMS,
} from '../../../src/security-group/domain/ledger/byte-budgets';
import type { Ports } from '../../../src/security-group/domain/responding/ports';
import { respondToChange } from '../../../src/security-group/domain/responding/respond-to-change';
import type { Rule } from '../../../src/security-group/domain/rules/rule';
import { isToBeLeftOut } from '../../../src/shared/adapters/aws/failure-kind';
import { SYSTEM_CLOCK } from '../../../src/shared/adapters/clock/system-clock';
import { FailureReporter } from '../../../src/shared/adapters/failure/failure-reporter';
import { SnsNotifications } from '../../../src/shared/adapters/notification/sns-notifications';
import { bytesAsJson } from '../../../src/shared/domain/byte-budget';
import { type EmulatedLedger, emulatedLedger, TABLE } from '../emulated/emulated-ledger';
import { Faults } from '../in-memory/faults';
import { SentryInMemory } from '../in-memory/sentry-in-memory';
import { added, asking, forbidSsh } from '../samples/changes';
import { LONGEST_PLACE } from '../samples/described-places';
import { openedWithFullTags } from '../samples/largest-changes';
import { rule } from '../samples/rules';

const WORKFLOW = {
  name: 'approvals',
  asker: 'App/Sentry',
  queueUrl: 'http://localhost/1/requests',
  decisionKeyArn: 'arn',
  expireMilliseconds: 1,
};

let emulated: EmulatedLedger;

beforeAll(async () => {
  emulated = await emulatedLedger();
}, 300_000);
afterAll(async () => emulated.stop());

test.each(Object.entries(SHARED_ITEMS))('%s fits into one item', (_, parts) => {
  expect(parts.reduce((sum, part) => sum + part)).toBeLessThanOrEqual(ITEM_BYTES_LEFT);
});

/** Groups are in memory; what is kept goes to the emulator, and what is sent is looked at here. */
class KeepingSentry {
  readonly sent: object[] = [];
  faults = new Faults();
  private readonly ledger = new DynamoLedger(emulated.client, TABLE);

  constructor(
    private readonly sentry: SentryInMemory,
    private readonly rules: readonly Rule[],
  ) {
    sentry.groups.put('sg-1', () => rules);
  }

  /** Gives the reasons why it has to come again. */
  async respond(eventId: string, tries = 1): Promise<readonly unknown[]> {
    const change = { ...added(...this.rules), eventId };
    const configuration = async () => this.sentry.configuration;
    const known = await this.ledger.record('sg-1');
    if (!known) await this.ledger.writeRecord(this.sentry.recordOf('sg-1')!);
    return (await respondToChange(change, { current: configuration }, this.ports(tries))).failures;
  }

  get standing(): number {
    return this.sentry.groups.rulesIn('sg-1').length;
  }

  async passLease(): Promise<void> {
    await this.sentry.pass(10 * 60_000);
  }

  /** What would be sent ends here. */
  private silentClients() {
    const at = { region: 'eu-west-1' };
    const clients = {
      sqs: new SQSClient(at),
      sns: new SNSClient(at),
      bus: new EventBridgeClient(at),
    };
    const end = ({ input }: { input: object }) => {
      this.sent.push(input);
      return { response: {}, output: { $metadata: {}, Entries: [{ EventId: '1' }] } };
    };
    clients.sqs.middlewareStack.add(() => async (args) => end(args), { step: 'initialize' });
    clients.sns.middlewareStack.add(() => async (args) => end(args), { step: 'initialize' });
    clients.bus.middlewareStack.add(() => async (args) => end(args), { step: 'initialize' });
    return clients;
  }

  private ports(tries: number): Ports {
    const isLeftOut = (error: unknown) => isToBeLeftOut(error, tries);
    const clients = this.silentClients();
    const queues = new WorkflowQueues(clients.sqs, async () => [WORKFLOW]);
    const announcer = new ReportAnnouncer({
      name: 'App/Sentry',
      announcements: new Announcements(
        new SnsNotifications(clients.sns, 'topic'),
        clients.bus,
        queues,
      ),
      failures: FailureReporter.ofFunction({ construct: '', topicArn: '', logger: console }),
      isToBeLeftOut: isLeftOut,
      giveUpAsking: async () => undefined,
    });
    return {
      ...this.sentry.ports(tries),
      ledger: this.ledger,
      events: this.faults.in(new DynamoEventLog(emulated.client, TABLE, this.sentry.groups)),
      asker: new ChangeAsking(emulated.client, TABLE, this.sentry.groups),
      isToBeLeftOut: isLeftOut,
      announcer: this.faults.in(announcer, ['render']),
    };
  }
}

function sentryWith(
  response: 'revertIfDenied' | 'revertUntilApproved',
  rules: readonly Rule[],
): KeepingSentry {
  return new KeepingSentry(SentryInMemory.watching([asking(forbidSsh, response)]), rules);
}

function messagesIn({ sent }: KeepingSentry): string {
  return JSON.stringify(sent);
}

test('one call with 60 rules of 50 full tags each: all are reverted, and people hear it', async () => {
  const sentry = sentryWith('revertIfDenied', openedWithFullTags(60));
  expect(await sentry.respond('stand')).toEqual([]);
  expect(sentry.standing).toBe(0);
  expect(messagesIn(sentry)).toContain('No one could be asked by approvals whether it may stay');
});

describe('one call with 23 rules of 50 full tags each', () => {
  const rules = openedWithFullTags(23);

  test('is told by the next try where one dies before it has told', async () => {
    const sentry = sentryWith('revertUntilApproved', rules);
    sentry.faults = new Faults(new Map(), { method: 'tell', number: 1, fault: 'crashes' });
    await sentry.respond('reverted');
    expect(sentry.sent).toEqual([]);
    sentry.faults.restart();
    await sentry.passLease();
    expect(await sentry.respond('reverted', 2)).toEqual([]);
    expect(messagesIn(sentry)).toContain('It stays reverted.');
  });

  test('is reverted by the next try where one dies before it has acted', async () => {
    const sentry = sentryWith('revertIfDenied', rules);
    sentry.faults = new Faults(new Map(), {
      method: 'claim',
      number: 1,
      fault: 'crashes after it has worked',
    });
    await sentry.respond('claimed');
    sentry.faults.restart();
    await sentry.passLease();
    expect(await sentry.respond('claimed', 2)).toEqual([]);
    expect(sentry.standing).toBe(0);
    expect(messagesIn(sentry)).toContain('No one could be asked by approvals');
  });
});

describe('the largest question that people are asked', () => {
  const largest = largestAskable();

  test('is kept, and its workflow takes it', async () => {
    const asker = askingSentry();
    expect(await asker.keep(largest)).toBe(true);
    await asker.concluded(largest.requestId, {
      phase: 'decision',
      attempt: 1,
      outcome: 'failed',
      text: 'x'.repeat(3_000),
    });
    const { message } = asker.render(largest);
    expect(bytesAsJson(message)).toBeLessThanOrEqual(LEDGER_BYTES.questions);
    const sent = `${message.slice(0, -1)},"asker":"App/Sentry"}`;
    expect(parseWorkflowMessage(sent)).toMatchObject({ kind: 'ask' });
  });

  test('can wait with the largest report until both are told', async () => {
    const log = new DynamoEventLog(emulated.client, TABLE);
    const key = { eventId: 'largest', groupId: 'sg-1' };
    const repeats = ['x'.repeat(LEDGER_BYTES.repeats), 'y'.repeat(LEDGER_BYTES.counts)].map(
      (name) => ({ key: name, toldAt: new Date(), untold: 0 }),
    );
    const announcement = {
      subject: '',
      json: 'j'.repeat(LEDGER_BYTES.report / 2),
      text: 't'.repeat(LEDGER_BYTES.report / 2),
      severity: 'high',
      type: 'security-group-change',
      isRepeat: false,
      asks: [askingSentry().render(largest)],
    } as const;
    const claim = await log.claim(key, [], new Date());
    if (claim.kind !== 'claimed') throw new Error(`There is no lease to take: ${claim.kind}.`);
    await log.acted(claim.lease, announcement, repeats);
    await log.release(claim.lease);
    expect(await log.claim(key, [], new Date())).toEqual({ kind: 'acted', announcement, repeats });
  });
});

test('the largest rule, with full tags, can be remembered', async () => {
  const ledger = new DynamoLedger(emulated.client, TABLE);
  const [largest] = openedWithFullTags(1);
  const entry = { rule: largest!, grants: [], revision: 0 };
  await ledger.write('sg-largest', [{ kind: 'put', entry }]);
  const { entries } = await ledger.read('sg-largest');
  expect([...entries.values()]).toEqual([{ ...entry, revision: 1 }]);
});

test('the latest run after a large call is remembered, and written over by one alone', async () => {
  const runs = new DynamoRunsAfterCalls(emulated.client, TABLE);
  const first = { at: new Date('2026-01-01T00:00:00Z'), by: 'first' };
  const second = { at: new Date('2026-01-01T00:05:00Z'), by: 'second' };
  expect(await runs.latest()).toBeUndefined();
  expect(await runs.replace(undefined, first)).toBe(true);
  expect(await runs.replace(undefined, second)).toBe(false);
  expect(await runs.latest()).toEqual(first);
  expect(await runs.replace(first, second)).toBe(true);
  expect(await runs.replace(first, { ...second, by: 'third' })).toBe(false);
  expect(await runs.latest()).toEqual(second);
});

function askingSentry(): ChangeAsking {
  return new ChangeAsking(emulated.client, TABLE, SYSTEM_CLOCK);
}

/** Ten rules more would be too many. */
function largestAskable(): AskedChange {
  const counts = Array.from({ length: 100 }, (_, index) => 10 * index);
  const tooMany = counts.find((count) => portioned([askedAbout(count)]).tooLarge.length > 0);
  return askedAbout(tooMany! - 10);
}

function askedAbout(ruleCount: number): AskedChange {
  const { subject: _group, rules: _named, ...call } = added();
  return {
    requestId: 'largest',
    workflow: 'approvals',
    response: 'revertIfDenied',
    whenUnanswered: 'revert',
    group: { id: 'sg-1' },
    call,
    groupNames: {},
    place: LONGEST_PLACE,
    rules: Array.from({ length: ruleCount }, (__, index) => ({
      change: 'added',
      rule: rule({ id: `sgr-${index}`, toPort: 22 + index, description: '#'.repeat(255) }),
      violations: [{ baseline: 'locked', response: 'revertIfDenied', reason: 'r'.repeat(300) }],
    })),
  };
}
