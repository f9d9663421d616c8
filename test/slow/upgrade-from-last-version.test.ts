import { createHash, createHmac } from 'node:crypto';
import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import {
  parseClickPointer,
  parseDecision,
  parseMessagesPointer,
  parseWorkflowMessage,
} from '../../src/approval/adapters/approval-queue-messages';
import { DynamoApprovals } from '../../src/approval/adapters/dynamo-approvals';
import { RequestSeals } from '../../src/approval/adapters/request-seal';
import { advance } from '../../src/approval/domain/advance-request';
import type { ApprovalRequest } from '../../src/approval/domain/approval-request';
import type { ButtonAction } from '../../src/approval/domain/click';
import { takeClick } from '../../src/approval/domain/take-click';
import { takeOutcome } from '../../src/approval/domain/take-from-asker';
import { parseChangeEvent } from '../../src/security-group/adapters/change-event';
import {
  contentOf,
  DynamoAskedChanges,
} from '../../src/security-group/adapters/dynamo-asked-changes';
import { DynamoEventLog } from '../../src/security-group/adapters/dynamo-event-log';
import { DynamoLedger } from '../../src/security-group/adapters/dynamo-ledger';
import { parseQueueMessage } from '../../src/security-group/adapters/queue-messages';
import { ruleKey } from '../../src/security-group/domain/rules/rule';
import {
  emulatedApprovals,
  type EmulatedApprovals,
  TABLE as REQUESTS,
} from '../approval/emulated/emulated-approvals';
import {
  APPROVE,
  DENY,
  HOUR,
  RETRY,
  WorkflowInMemory,
} from '../approval/in-memory/workflow-in-memory';
import {
  emulatedLedger,
  type EmulatedLedger,
  TABLE as LEDGER,
} from '../security-group/emulated/emulated-ledger';
import { GroupsInMemory } from '../security-group/in-memory/groups-in-memory';
import { SentryInMemory } from '../security-group/in-memory/sentry-in-memory';
import { configurationOf, forbidSsh } from '../security-group/samples/changes';
import recorded from '../upgrade/groups-of-last-version.json';
import { type Item, Items, Macs, Messages } from '../upgrade/recorded';

/**
 * What the version before has stored and sent, recorded from its own bundles in the sandbox, is
 * read by the adapters of today, and the domain goes on with it.
 */

const WORKFLOW_ITEMS: readonly Item[] = Items.parse(recorded.workflow);
const LEDGER_ITEMS: readonly Item[] = Items.parse(recorded.ledger);
const AT = new Date(recorded.at);
const [ALICE, BOB] = ['U0ALICE', 'U0BOB'] as const;
const MACS = Macs.parse(recorded.macs);
const MESSAGES = Messages.parse(recorded.messages).map(({ body }) => body);
const { requests: REQUEST } = recorded;
const OPEN = REQUEST['reverted, open'].id;
const STANDS = REQUEST['stands, approved by one'].id;

let requests: EmulatedApprovals;
let ledger: EmulatedLedger;

beforeAll(async () => {
  [requests, ledger] = await Promise.all([emulatedApprovals(), emulatedLedger()]);
});

afterAll(async () => {
  await Promise.all([requests?.stop(), ledger?.stop()]);
});

beforeEach(async () => {
  await putAll(requests.client, REQUESTS, WORKFLOW_ITEMS);
  await putAll(ledger.client, LEDGER, LEDGER_ITEMS);
});

describe('what people are asked', () => {
  let workflow: WorkflowInMemory;
  let store: DynamoApprovals;

  beforeEach(async () => {
    workflow = new WorkflowInMemory({
      approvers: { kind: 'users', userIds: [ALICE, BOB] },
      approvalChannelId: 'C0APPROVE',
    });
    await workflow.pause(AT.getTime() - workflow.now().getTime());
    store = new DynamoApprovals(requests.client, REQUESTS, 86_400, new RequestSeals(SIGNER));
  });

  test('has all its states', async () => {
    const states = await Promise.all(
      Object.entries(REQUEST).map(async ([state, { id }]) => {
        const { decision, carrying } = await request(id);
        const kinds = [decision?.kind, carrying?.outcome?.kind];
        return [state, kinds.filter((kind) => kind !== undefined).join(', ')];
      }),
    );
    expect(Object.fromEntries(states)).toEqual({
      expired: 'expired, carried-out',
      'expired, and reverted then': 'expired, carried-out',
      'approved for a time that is over': 'approved, carried-out',
      'stands, open': '',
      'reverted, open': '',
      'stands, approved by one': '',
      approved: 'approved, carried-out',
      denied: 'denied, carried-out',
      'approved for a time': 'approved, carried-out',
      failed: 'approved, failed',
      'approved, the outcome under way': 'approved',
      'stands, a click under way': '',
    });
    expect((await request(STANDS)).votes).toMatchObject([{ userId: ALICE }]);
  });

  test('is approved', async () => {
    await click(OPEN, ALICE, APPROVE);
    await click(OPEN, BOB, APPROVE);
    expect((await request(OPEN)).decision).toMatchObject({ kind: 'approved' });
  });

  test('keeps the vote that it had', async () => {
    await click(STANDS, BOB, APPROVE);
    expect((await request(STANDS)).decision).toMatchObject({ kind: 'approved' });
  });

  test('is denied', async () => {
    await click(STANDS, BOB, DENY);
    expect((await request(STANDS)).decision).toMatchObject({ kind: 'denied' });
  });

  test('expires', async () => {
    await workflow.pause(25 * HOUR);
    const { requestIds } = await store.due(workflow.now(), 100);
    expect(requestIds).toEqual(expect.arrayContaining([OPEN, STANDS]));
    await advance(OPEN, workflow.configuration, workflow.ports(store));
    expect((await request(OPEN)).decision).toMatchObject({ kind: 'expired' });
  });

  test('is retried where it failed', async () => {
    await click(OPEN, BOB, DENY);
    const { asker } = await request(OPEN);
    const failed = { kind: 'failed', text: 'EC2 refused it', at: workflow.now() } as const;
    const attempt = { phase: 'decision', attempt: 1 } as const;
    const ports = workflow.ports(store);
    const report = { requestId: OPEN, asker, attempt, outcome: failed };
    await takeOutcome(report, workflow.configuration, ports);
    await click(OPEN, BOB, RETRY);
    expect((await request(OPEN)).carrying).toMatchObject({ attempt: 2 });
  });

  test('ends when its time is over', async () => {
    const { id } = REQUEST['approved for a time'];
    await workflow.pause(2 * HOUR);
    await advance(id, workflow.configuration, workflow.ports(store));
    expect((await request(id)).carrying).toMatchObject({ phase: 'end' });
  });

  async function request(id: string): Promise<ApprovalRequest> {
    const found = await store.read(id);
    if (!found) throw new Error(`There is no request ${id}.`);
    return found;
  }

  async function click(requestId: string, userId: string, action: ButtonAction): Promise<void> {
    const { digest, messages } = await request(requestId);
    const messageTs = JSON.stringify(messages).match(/"ts":"([\d.]+)"/)?.[1] ?? '';
    const made = workflow.clickOf(userId, action, { requestId, digest, messageTs });
    await takeClick(made, workflow.configuration, workflow.ports(store));
  }
});

describe('what the sentry remembers', () => {
  test('of each group is read, rule by rule', async () => {
    const stored = new DynamoLedger(ledger.client, LEDGER);
    const records = await stored.records();
    const ledgers = await Promise.all(records.map(async ({ groupId }) => stored.read(groupId)));
    expect(ledgers.flatMap(({ entries }) => [...entries]).length).toBe(countOf('RULE#'));
    expect(records).toHaveLength(countOf('RECORD'));
  });

  test('of each event is that it is handled, or that one is at work on it', async () => {
    const events = new DynamoEventLog(ledger.client, LEDGER);
    const keys = itemsOf('EVENT#').map(({ pk, sk }) => ({
      eventId: pk!.S!.slice('EVENT#'.length),
      groupId: sk!.S!,
    }));
    expect(keys.length).toBeGreaterThan(0);
    const claims = await Promise.all(keys.map(async (key) => events.claim(key, [], AT)));
    expect(claims.filter(({ kind }) => kind !== 'told')).toMatchObject([{ kind: 'held' }]);
  });

  test('of each question is what the workflow holds as well', async () => {
    const store = new DynamoApprovals(requests.client, REQUESTS, 86_400);
    const asked = new DynamoAskedChanges(ledger.client, LEDGER, { now: () => AT, pause });
    const ids = itemsOf('REQUEST#').map(({ pk }) => pk!.S!.slice('REQUEST#'.length));
    expect(ids.length).toBeGreaterThan(0);
    for (const id of ids) {
      const [kept, request] = await Promise.all([asked.read(id), store.read(id)]);
      expect(contentOf(kept!.asked).payload).toBe(request!.payload);
      expect(kept!.digest).toBe(request!.digest);
    }
  });

  test.each([
    ['approved', [8080]],
    ['denied', []],
  ] as const)('of an open question is %s, and carried out', async (decision, opened) => {
    const sentry = await sentryOf(OPEN);
    const ports = sentry.groups.rulesIn(groupIdOf(sentry)).map(({ fromPort }) => fromPort);
    await sentry.decide(decision, { requestId: OPEN });
    const after = sentry.groups.rulesIn(groupIdOf(sentry)).map(({ fromPort }) => fromPort);
    expect(after).toEqual([...ports, ...opened]);
    expect(await sentry.reconcile()).toEqual([]);
  });
});

test('each message that was under way is read', () => {
  const parsers: readonly ((body: string) => unknown)[] = [
    parseWorkflowMessage,
    parseClickPointer,
    parseMessagesPointer,
    parseDecision,
    (body) => parseQueueMessage(body) ?? parseChangeEvent(body, AT),
  ];
  const unread = MESSAGES.filter((body) => parsers.every((parse) => !reads(parse, body)));
  expect(unread).toEqual([]);
  expect(MESSAGES.length).toBeGreaterThan(10);
});

/** The version before has signed with a key that does not leave KMS: what it signed is known. */
const SIGNER = {
  sign: async (text: string) => {
    const digest = createHash('sha256').update(text).digest();
    const known = MACS[digest.toString('base64')];
    return known ?? createHmac('sha256', 'today').update(digest).digest('base64');
  },
};

/** The ledger as it was stored, with the rules that it holds in their groups. */
async function sentryOf(requestId: string): Promise<SentryInMemory> {
  const clock = { now: () => AT, pause };
  const kept = await new DynamoAskedChanges(ledger.client, LEDGER, clock).read(requestId);
  if (!kept) throw new Error(`The sentry has not asked for ${requestId}.`);
  const { id } = kept.asked.group;
  const stored = await new DynamoLedger(ledger.client, LEDGER).read(id);
  const standing = [...stored.entries.values()]
    .filter(({ grants }) => grants.length > 0)
    .map(({ rule }) => rule);
  const { record } = stored;
  const configuration = configurationOf([forbidSsh], {
    monitoredGroups: { include: [{ kind: 'ids', groupIds: [id] }], exclude: [] },
    digests: { selection: record?.selection ?? '', policies: record?.policies ?? '' },
  });
  const sentry = new SentryInMemory(configuration, GroupsInMemory.of(id, ...standing));
  sentry.ledger.groups.set(id, { record, entries: new Map(stored.entries), repeats: [] });
  sentry.asker.kept.set(requestId, kept);
  expect([...stored.entries.keys()]).toEqual(expect.arrayContaining(standing.map(ruleKey)));
  return sentry;
}

function groupIdOf({ groups }: SentryInMemory): string {
  return [...groups.all.keys()][0]!;
}

async function pause(): Promise<void> {}

function itemsOf(start: string): readonly Item[] {
  return LEDGER_ITEMS.filter(({ pk }) => pk?.S?.startsWith(start));
}

function countOf(sortStart: string): number {
  return LEDGER_ITEMS.filter(({ sk }) => sk?.S?.startsWith(sortStart)).length;
}

function reads(parse: (body: string) => unknown, body: string): boolean {
  try {
    return parse(body) !== undefined;
  } catch {
    return false;
  }
}

async function putAll(
  client: DynamoDBClient,
  table: string,
  items: readonly Item[],
): Promise<void> {
  await Promise.all(
    items.map(async (Item) => client.send(new PutItemCommand({ TableName: table, Item }))),
  );
}
