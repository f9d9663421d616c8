import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import {
  DECISION_LEASE,
  DynamoKeyRecords,
  type Item,
  itemOf,
  type Lease,
  recordOf,
  RUN_LEASE,
} from '../../../src/access-key/adapters/dynamo-key-records';
import {
  DEACTIVATION_REASONS,
  type StandingReason,
} from '../../../src/access-key/domain/deactivation-reasons';
import {
  type KeyRecord,
  type NoticeKind,
  type NoticeTimes,
  STEP_KINDS,
} from '../../../src/access-key/domain/key-actions';
import type { KeyApproval } from '../../../src/access-key/domain/key-approval';
import { askAbout } from '../../../src/access-key/domain/key-question';
import { type KnownOwner, OWNER_SOURCES } from '../../../src/access-key/domain/owner';
import {
  DECISION_KINDS,
  OUTCOME_KINDS,
  PHASES,
} from '../../../src/approval/domain/approval-request';
import type { EveryField } from '../../../src/shared/adapters/every-field';
import type { Clock } from '../../../src/shared/domain/clock';
import { loseFirstAnswers } from '../../support/aws/lost-answers';
import { startTableServer, type TableServer } from '../../support/tables/table-server';

const TABLE = 'key-records';
const MINUTE = 60_000;
const NOON = new Date('2026-01-01T12:00:00Z');

const time = fc.date({
  min: new Date('2000-01-01'),
  max: new Date('2100-01-01'),
  noInvalidDate: true,
});
const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const step = fc.constantFrom(...STEP_KINDS);
const texts = fc.string();

const approvals: fc.Arbitrary<EveryField<KeyApproval>> = fc.record({
  requestId: texts,
  askedAt: time,
  question: fc.record({
    title: texts,
    requester: fc.record({ name: texts, isAutomatic: fc.constant(true) }),
    facts: fc.array(fc.record({ label: texts, value: texts })),
    changes: fc.array(fc.record({ before: texts, after: texts, remarks: fc.array(texts) })),
    meanwhile: texts,
    ifApproved: texts,
    ifDenied: texts,
    ifUnanswered: texts,
    links: fc.array(fc.record({ text: texts, url: texts })),
    mayBeTimed: fc.boolean(),
  }),
  reasons: optional(fc.array(fc.constantFrom(...DEACTIVATION_REASONS))),
  labels: optional(
    fc.record({ account: fc.constant('222222222222'), units: fc.constant(['r-ab12']) }),
  ),
  decision: optional(fc.record({ kind: fc.constantFrom(...DECISION_KINDS), at: time })),
  deactivatedAt: optional(time),
  result: optional(
    fc.record({
      phase: fc.constantFrom(...PHASES),
      attempt: fc.nat(),
      outcome: fc.constantFrom(...OUTCOME_KINDS),
      text: texts,
    }),
  ),
});
const noticeTimes: fc.Arbitrary<NoticeTimes> = fc.record(
  { 'too-old': time, unused: time, 'never-used': time, delete: time } satisfies Record<
    NoticeKind,
    typeof time
  >,
  { requiredKeys: [] },
);
const standingReasons: fc.Arbitrary<EveryField<StandingReason>> = fc.record({
  kind: fc.constantFrom(...DEACTIVATION_REASONS),
  days: fc.nat(),
  noticeAt: optional(time),
});
const owners: fc.Arbitrary<EveryField<KnownOwner>> = fc.record({
  kind: fc.constant('known' as const),
  name: fc.string(),
  source: fc.constantFrom(...OWNER_SOURCES),
  tagKey: optional(fc.string()),
});
const records: fc.Arbitrary<EveryField<KeyRecord>> = fc.record({
  keyId: fc.string({ minLength: 1 }),
  userName: fc.string({ minLength: 1 }),
  noticeAt: noticeTimes,
  toldAt: noticeTimes,
  inactiveSince: optional(time),
  untold: optional(
    fc.record({
      ...{ step, at: time },
      reasons: optional(fc.array(standingReasons)),
      owner: optional(owners),
      reportedAt: optional(time),
    }),
  ),
  deactivated: optional(fc.record({ times: fc.nat(), lastAt: time })),
  approval: optional(approvals),
});

const KEY = {
  id: 'AKIA-1',
  userName: 'ann',
  status: 'Active',
  createdAt: new Date('2025-06-01T00:00:00Z'),
  lastUse: { kind: 'never' },
} as const;
const APPROVAL = askAbout(
  KEY,
  ['too-old'],
  { deactivateAfter: 90, grace: 7, maxActionsPerRun: 10, askAgainAfter: 30 },
  { account: '111111111111', region: 'eu-west-1' },
  NOON,
);
const RECORD: KeyRecord = {
  keyId: 'AKIA-1',
  userName: 'ann',
  noticeAt: { 'too-old': NOON },
  toldAt: {},
};

test('what is written comes back as it was', () => {
  fc.assert(fc.property(records, (record) => expect(recordOf(itemOf(record))).toEqual(record)));
});

const ITEM = itemOf(RECORD);

test('what the last version wrote is read: its notice of a deactivation was one of age, and its steps had no reasons', () => {
  const written: Item = {
    version: { N: '1' },
    keyId: { S: 'AKIA-1' },
    userName: { S: 'ann' },
    noticeAt: { M: { deactivate: { S: NOON.toISOString() }, delete: { S: NOON.toISOString() } } },
    toldAt: { M: { deactivate: { S: NOON.toISOString() } } },
    untold: { M: { step: { S: 'deactivate' }, at: { S: NOON.toISOString() } } },
  };
  const record: KeyRecord = {
    keyId: 'AKIA-1',
    userName: 'ann',
    noticeAt: { 'too-old': NOON, delete: NOON },
    toldAt: { 'too-old': NOON },
    untold: { step: 'deactivate', at: NOON },
  };
  expect(recordOf(written)).toEqual(record);
  expect(itemOf(record)).toEqual(written);
});

test.each(['no JSON', '[{"kind":"boredom","days":1}]'])(
  'why a step was taken has to be known, if it is written: %s',
  (reasons) => {
    const taken = { step: { S: 'deactivate' }, at: { S: NOON.toISOString() } };
    const item = { ...ITEM, untold: { M: { ...taken, reasons: { S: reasons } } } };
    expect(() => recordOf(item)).toThrow(
      'Why a step was taken with the key AKIA-1 cannot be read from the table',
    );
  },
);

test.each([
  ['another version', { ...ITEM, version: { N: '2' } }],
  ['no version', { keyId: ITEM.keyId!, userName: ITEM.userName!, noticeAt: ITEM.noticeAt! }],
  ['a time that is none', { ...ITEM, inactiveSince: { S: 'yesterday' } }],
  ['another type', { ...ITEM, userName: { N: '7' } }],
  [
    'an unknown step',
    { ...ITEM, untold: { M: { step: { S: 'rotate' }, at: { S: '2026-01-01T00:00:00.000Z' } } } },
  ],
])('an item with %s is an error that names the key', (_, item) => {
  expect(() => recordOf(item)).toThrow('What the table says of the key AKIA-1 is not of version 1');
});

test.each<[string, string]>([
  ['is no JSON', '{'],
  ['lacks its question', JSON.stringify({ ...APPROVAL, question: undefined })],
  [
    'has a question with more in it than people are shown',
    JSON.stringify({ ...APPROVAL, question: { ...APPROVAL.question, hidden: 'x' } }),
  ],
  [
    'has a decision of an unknown kind',
    JSON.stringify({ ...APPROVAL, decision: { kind: 'maybe', at: NOON } }),
  ],
  ['has a time that is none', JSON.stringify({ ...APPROVAL, askedAt: 'yesterday' })],
])('what people were asked, where it %s, is an error that names the key', (_, approval) => {
  expect(() => recordOf({ ...ITEM, approval: { S: approval } })).toThrow(
    'What people were asked about the key AKIA-1 cannot be read from the table',
  );
});

/** Time passes where someone waits, and something may happen then. */
class WaitedClock implements Clock {
  pauses = 0;
  meanwhile?: () => Promise<void>;

  constructor(private milliseconds: number) {}

  now(): Date {
    return new Date(this.milliseconds);
  }

  async pause(milliseconds: number): Promise<void> {
    this.milliseconds += milliseconds;
    this.pauses += 1;
    await this.meanwhile?.();
  }
}

describe('in the table', () => {
  let server: TableServer;
  let client: DynamoDBClient;
  let clock: WaitedClock;
  let table: DynamoKeyRecords;
  let startedAt = NOON.getTime();

  beforeAll(async () => {
    server = await startTableServer();
    client = new DynamoDBClient(emulatorAccess(server.endpoint));
    await client.send(
      new CreateTableCommand({
        TableName: TABLE,
        KeySchema: [{ AttributeName: 'keyId', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'keyId', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      }),
    );
  }, 300_000);
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });
  beforeEach(() => {
    // Whatever lease the test before has left has ended by then.
    startedAt += 60 * MINUTE;
    clock = new WaitedClock(startedAt);
    table = new DynamoKeyRecords(client, TABLE, clock);
  });

  /** Someone works with the records until told to stop. */
  async function busy(lease: Lease): Promise<() => Promise<void>> {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    let work = Promise.resolve();
    await new Promise<void>((begun, failed) => {
      work = table.exclusively(lease, async () => {
        begun();
        await ended;
      });
      work.catch(failed);
    });
    return async () => {
      end();
      await work;
    };
  }

  const nothing = async () => undefined;
  const UNDER_WAY = 'Another run of the sentry is under way, or died';

  test('a key is found with what people were asked, and no other', async () => {
    const record = { ...RECORD, approval: APPROVAL };
    await table.write(record);
    await table.write({ ...RECORD, keyId: 'AKIA-2' });
    expect(await table.read('AKIA-1')).toEqual(record);
    expect(await table.read('AKIA-3')).toBeUndefined();
  });

  test('a lease is no key', async () => {
    await table.write(RECORD);
    expect(
      await table.exclusively(RUN_LEASE, async () =>
        (await table.all()).map(({ keyId }) => keyId).sort(),
      ),
    ).toEqual(['AKIA-1', 'AKIA-2']);
  });

  test('a lease is ours where the answer to taking it was lost, and no one else has it', async () => {
    const unlucky = new DynamoDBClient(emulatorAccess(server.endpoint));
    loseFirstAnswers(unlucky);
    const losing = new DynamoKeyRecords(unlucky, TABLE, clock);
    await losing.exclusively(DECISION_LEASE, async () => {
      await expect(table.exclusively(DECISION_LEASE, nothing)).rejects.toThrow(UNDER_WAY);
      await expect(losing.exclusively(DECISION_LEASE, nothing)).rejects.toThrow(UNDER_WAY);
    });
    await table.exclusively(DECISION_LEASE, nothing);
  });

  test('a lease that the last version took is kept', async () => {
    await client.send(
      new PutItemCommand({
        TableName: TABLE,
        Item: { keyId: { S: '#run' }, until: { N: String(startedAt + MINUTE) } },
      }),
    );
    await expect(table.exclusively(DECISION_LEASE, nothing)).rejects.toThrow(UNDER_WAY);
  });

  test('a run waits for a decision that is carried out', async () => {
    const stop = await busy(DECISION_LEASE);
    clock.meanwhile = async () => {
      if (clock.pauses === 3) await stop();
    };
    expect(await table.exclusively(RUN_LEASE, async () => 'done')).toBe('done');
    expect(clock.pauses).toBe(3);
  });

  test('a run waits for the lease of a decision that died, no longer', async () => {
    const stop = await busy(DECISION_LEASE);
    await table.exclusively(RUN_LEASE, nothing);
    expect(clock.now().getTime() - startedAt).toBeGreaterThanOrEqual(DECISION_LEASE.milliseconds);
    expect(clock.now().getTime() - startedAt).toBeLessThan(DECISION_LEASE.milliseconds + MINUTE);
    await stop();
  });

  test.each<[string, Lease, Lease, number]>([
    ['a run', RUN_LEASE, RUN_LEASE, 16],
    ['a decision', DECISION_LEASE, RUN_LEASE, 16],
    ['a decision', DECISION_LEASE, DECISION_LEASE, 6],
  ])(
    '%s does not wait: it fails at once, and says when to try again',
    async (_, lease, other, minutes) => {
      const stop = await busy(other);
      await expect(table.exclusively(lease, nothing)).rejects.toThrow(
        `${UNDER_WAY}: then its lease ends in ${minutes} minutes.`,
      );
      expect(clock.pauses).toBe(0);
      await stop();
      await table.exclusively(lease, nothing);
    },
  );

  test('a lease is given back where the work fails', async () => {
    await expect(
      table.exclusively(RUN_LEASE, async () => {
        throw new Error('IAM is away');
      }),
    ).rejects.toThrow('IAM is away');
    await table.exclusively(DECISION_LEASE, nothing);
  });

  test('who was overdue gives back nothing that someone else has by then', async () => {
    const stopFirst = await busy(DECISION_LEASE);
    await clock.pause(DECISION_LEASE.milliseconds + 1);
    const stopSecond = await busy(DECISION_LEASE);
    await stopFirst();
    await expect(table.exclusively(DECISION_LEASE, nothing)).rejects.toThrow(UNDER_WAY);
    await stopSecond();
    await table.exclusively(DECISION_LEASE, nothing);
  });
});
