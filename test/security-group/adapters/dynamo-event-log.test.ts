import {
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { DynamoEventLog } from '../../../src/security-group/adapters/dynamo-event-log';
import { DynamoLedger } from '../../../src/security-group/adapters/dynamo-ledger';
import { ledgerKeysOf, OWN_KEYS } from '../../../src/security-group/contracts/ledger-items';
import type { Judgement } from '../../../src/security-group/domain/judging/judgement';
import { keptIntent } from '../../../src/security-group/domain/ledger/kept-intent';
import type { Repeat } from '../../../src/security-group/domain/ledger/ledger';
import {
  type Claim,
  type EventKey,
  type Lease,
  LeaseLostError,
} from '../../../src/security-group/domain/ledger/ledger-store';
import type { Announcement } from '../../../src/security-group/domain/reporting/announcement';
import { loseFirstAnswers } from '../../support/aws/lost-answers';
import { type EmulatedLedger, emulatedLedger, TABLE } from '../emulated/emulated-ledger';
import { rule } from '../samples/rules';

const NOON = new Date('2026-01-01T12:00:00Z');
const secondsAfterNoon = (seconds: number) => new Date(NOON.getTime() + 1000 * seconds);

const ADDED: Judgement = {
  rule: rule({ id: 'sgr-1', description: 'let me in', tags: [{ key: 'a', value: '' }] }),
  change: 'added',
  present: true,
  verdict: 'revoke',
  violations: [{ baseline: 'forbid', response: 'revert', reason: 'it opens SSH' }],
};
const REMOVED: Judgement = {
  rule: rule({ id: 'sgr-2', groupId: 'sg-2' }),
  change: 'removed',
  present: false,
  verdict: 'restore',
  restored: rule({ prefixListId: 'pl-1' }),
  violations: [{ baseline: 'locked', response: 'revert', reason: 'it is locked' }],
  notRestorable: { reason: 'not yet', mayChange: true },
};
const ANNOUNCEMENT: Announcement = {
  subject: 's',
  json: '{"a":1}',
  text: 't',
  severity: 'high',
  type: 'security-group-change',
  isRepeat: false,
};
const REPEATS: Repeat[] = [{ key: 'added ingress tcp 22', toldAt: NOON, untold: 2 }];

let emulated: EmulatedLedger;
let log: DynamoEventLog;
let key: EventKey;
let events = 0;

beforeAll(async () => {
  emulated = await emulatedLedger();
  log = new DynamoEventLog(emulated.client, TABLE, {
    now: () => NOON,
    pause: async () => undefined,
  });
}, 300_000);
afterAll(async () => emulated.stop());
beforeEach(() => {
  events += 1;
  key = { eventId: `event-${events}`, groupId: `sg-${events}` };
});

const itemOf = async ({ eventId, groupId }: EventKey) =>
  (
    await emulated.client.send(
      new GetItemCommand({
        TableName: TABLE,
        Key: { pk: { S: `EVENT#${eventId}` }, sk: { S: groupId } },
      }),
    )
  ).Item;

function leaseOf(claim: Claim): Lease {
  if (claim.kind !== 'claimed') throw new Error(`There is no lease to take: ${claim.kind}.`);
  return claim.lease;
}

const taken = async (at = NOON, by = log): Promise<Lease> =>
  leaseOf(await by.claim(key, [ADDED], at));

describe('the lease', () => {
  // One after the other: the emulator looks at conditions and writes in two steps, where DynamoDB
  // does it in one.
  test('goes to one of two that ask for it', async () => {
    const claims = [await log.claim(key, [ADDED], NOON), await log.claim(key, [ADDED], NOON)];
    expect(claims).toMatchObject([{ kind: 'claimed', intent: [] }, { kind: 'held' }]);
  });

  test('is one for each group that the event concerns', async () => {
    await log.claim(key, [ADDED], NOON);
    expect(await log.claim({ ...key, groupId: 'sg-other' }, [ADDED], NOON)).toMatchObject({
      kind: 'claimed',
      intent: [],
    });
  });

  test('outlives a function that runs for a minute, and ends by itself soon after', async () => {
    await log.claim(key, [ADDED], NOON);
    expect((await log.claim(key, [ADDED], secondsAfterNoon(60))).kind).toBe('held');
    expect((await log.claim(key, [ADDED], secondsAfterNoon(91))).kind).toBe('claimed');
    expect((await log.claim(key, [ADDED], secondsAfterNoon(100))).kind).toBe('held');
  });

  test('is free at once where it is given back', async () => {
    await log.release(await taken());
    expect(await log.claim(key, [], NOON)).toMatchObject({ kind: 'claimed', intent: [ADDED] });
  });

  test('is not given back by a try that took longer, once another has taken it', async () => {
    const over = await taken();
    const held = await taken(secondsAfterNoon(91));
    await log.release(over);
    expect(await log.claim(key, [], secondsAfterNoon(92))).toEqual({ kind: 'held' });
    await log.acted(held, ANNOUNCEMENT, REPEATS);
    await log.release(over);
    expect(await log.claim(key, [], NOON)).toEqual({ kind: 'held' });
    await log.release(held);
    expect((await log.claim(key, [], NOON)).kind).toBe('acted');
  });

  test('lets a try that took longer write nothing, once another has taken it or reported', async () => {
    const over = await taken();
    const held = await taken(secondsAfterNoon(91));
    await expect(log.intend(over, [REMOVED])).rejects.toThrow(LeaseLostError);
    await expect(log.acted(over, { ...ANNOUNCEMENT, subject: 'late' }, [])).rejects.toThrow(
      `${key.groupId}: this try at the event ${key.eventId} took longer than its lease`,
    );
    await log.acted(held, ANNOUNCEMENT, REPEATS);
    await log.told(key, REPEATS);
    await expect(log.acted(over, ANNOUNCEMENT, [])).rejects.toThrow(LeaseLostError);
    expect(await log.claim(key, [], NOON)).toEqual({ kind: 'told' });
  });

  test('is ours where the answer was lost and the client asked again', async () => {
    const { client } = emulated;
    await log.release(await taken());
    const sentTwice = new DynamoEventLog(client, TABLE);
    client.middlewareStack.add(
      (next) => async (args) => {
        await next(args);
        return next(args);
      },
      { step: 'finalizeRequest', name: 'twice', priority: 'high' },
    );
    try {
      expect(await sentTwice.claim(key, [REMOVED], NOON)).toMatchObject({
        kind: 'claimed',
        intent: [ADDED],
      });
    } finally {
      client.middlewareStack.remove('twice');
    }
  });
});

test('nothing that is written of an event is lost or refused with the answer to it', async () => {
  const unlucky = new DynamoDBClient(emulatorAccess(emulated.endpoint));
  loseFirstAnswers(unlucky);
  const losing = new DynamoEventLog(unlucky, TABLE);
  const first = await taken(NOON, losing);
  expect(await losing.claim(key, [ADDED], NOON)).toEqual({ kind: 'held' });
  await losing.intend(first, [REMOVED]);
  await losing.release(first);
  const second = await losing.claim(key, [REMOVED], NOON);
  expect(second).toMatchObject({ kind: 'claimed', intent: [REMOVED] });
  await losing.acted(leaseOf(second), ANNOUNCEMENT, REPEATS);
  await losing.told(key, REPEATS);
  expect(await log.claim(key, [], NOON)).toEqual({ kind: 'told' });
});

describe('what was meant to be done', () => {
  test('comes back as it was to who goes on', async () => {
    expect(await log.claim(key, [ADDED, REMOVED], NOON)).toMatchObject({
      kind: 'claimed',
      intent: [],
    });
    expect(await log.claim(key, [], secondsAfterNoon(100))).toMatchObject({
      kind: 'claimed',
      intent: [ADDED, REMOVED],
    });
  });

  test('is not lost where the next one ends before it has written down both', async () => {
    await log.claim(key, [ADDED], NOON);
    await log.claim(key, [REMOVED], secondsAfterNoon(100));
    expect(await log.claim(key, [], secondsAfterNoon(200))).toMatchObject({
      kind: 'claimed',
      intent: [REMOVED, ADDED],
    });
  });

  test('is what was written down last, and each rule once', async () => {
    await log.claim(key, [ADDED], NOON);
    const later = await log.claim(key, [REMOVED], secondsAfterNoon(100));
    await log.intend(leaseOf(later), [REMOVED, ADDED]);
    await log.claim(key, [{ ...ADDED, present: false }], secondsAfterNoon(200));
    expect(await log.claim(key, [], secondsAfterNoon(300))).toMatchObject({
      kind: 'claimed',
      intent: [{ ...ADDED, present: false }, REMOVED],
    });
  });

  test('is kept as far as an item of DynamoDB takes it twice', async () => {
    const many = Array.from({ length: 1000 }, (_, port): Judgement => ({
      ...ADDED,
      rule: rule({ id: `sgr-${port}`, fromPort: port, toPort: port }),
    }));
    const kept = keptIntent(many).length;
    expect(kept).toBeGreaterThan(500);
    expect(2 * JSON.stringify(keptIntent(many)).length).toBeLessThan(390_000);
    await log.claim(key, many, NOON);
    // Not as many again: the emulator counts what is written over as well.
    await log.claim(key, [REMOVED], secondsAfterNoon(100));
    expect(await log.claim(key, [], secondsAfterNoon(200))).toMatchObject({
      kind: 'claimed',
      intent: [REMOVED, ...many.slice(0, kept)],
    });
  });
});

describe('what was done', () => {
  let lease: Lease;
  beforeEach(async () => {
    lease = await taken();
    await log.acted(lease, ANNOUNCEMENT, REPEATS);
  });

  test('is left to the one who has done it, who is telling it', async () => {
    expect(await log.claim(key, [ADDED], secondsAfterNoon(89))).toEqual({ kind: 'held' });
  });

  test('is told by the next delivery once the lease has ended', async () => {
    expect(await log.claim(key, [ADDED], secondsAfterNoon(91))).toEqual({
      kind: 'acted',
      announcement: ANNOUNCEMENT,
      repeats: REPEATS,
    });
  });

  test('is known to who comes when it was told', async () => {
    const outcome = { reverted: 1, notRestorable: 1, reason: 'its group is gone' };
    const other = { ...key, groupId: 'sg-other' };
    const claim = await log.claim(other, [ADDED], NOON);
    await log.acted(leaseOf(claim), { ...ANNOUNCEMENT, outcome }, REPEATS);
    expect(await log.claim(other, [], secondsAfterNoon(91))).toMatchObject({
      announcement: { outcome },
    });
    await log.told(other, REPEATS, outcome);
    expect(await log.claim(other, [], NOON)).toEqual({ kind: 'told', outcome });
  });

  test('stays done where telling fails and the lease is given back', async () => {
    await log.release(lease);
    expect((await log.claim(key, [ADDED], NOON)).kind).toBe('acted');
  });

  test('is over once it is told, and the group remembers what need not be told again', async () => {
    await log.told(key, REPEATS);
    expect(await log.claim(key, [ADDED], secondsAfterNoon(1000))).toEqual({ kind: 'told' });
    expect((await new DynamoLedger(emulated.client, TABLE).read(key.groupId)).repeats).toEqual(
      REPEATS,
    );
    expect(Object.keys((await itemOf(key)) ?? {}).sort()).toEqual([
      'expiresAt',
      'pk',
      'sk',
      'state',
      'version',
    ]);
  });

  test('without repeats leaves those that the group has', async () => {
    await log.told(key, REPEATS);
    await log.told({ ...key, eventId: 'event-later' }, []);
    expect((await new DynamoLedger(emulated.client, TABLE).read(key.groupId)).repeats).toEqual(
      REPEATS,
    );
  });
});

describe('an event of one place', () => {
  const place = { accountId: '111122223333', region: 'eu-west-1' };
  const at = (keys = OWN_KEYS) => new DynamoEventLog(emulated.client, TABLE, undefined, keys);
  const member = () => at(ledgerKeysOf(place));
  const others = () => [
    at(),
    at(ledgerKeysOf({ ...place, region: 'eu-west-2' })),
    at(ledgerKeysOf({ ...place, accountId: '222233334444' })),
  ];

  test('is not taken for that of another with the same id and group', async () => {
    const claim = await member().claim(key, [ADDED], NOON);
    for (const other of others()) {
      expect(await other.claim(key, [], NOON)).toMatchObject({ kind: 'claimed', intent: [] });
    }
    await member().acted(leaseOf(claim), ANNOUNCEMENT, REPEATS);
    await member().told(key, REPEATS);
    expect(await member().claim(key, [], NOON)).toEqual({ kind: 'told' });
    for (const other of others()) {
      expect(await other.claim(key, [], NOON)).toEqual({ kind: 'held' });
    }
  });

  test('leaves what need not be told again to the group of that place alone', async () => {
    await member().told(key, REPEATS);
    const repeatsAt = async (keys = OWN_KEYS) =>
      (await new DynamoLedger(emulated.client, TABLE, keys).read(key.groupId)).repeats;
    expect(await repeatsAt(ledgerKeysOf(place))).toEqual(REPEATS);
    expect(await repeatsAt()).toEqual([]);
  });
});

test.each([
  ['acting', async () => log.claim(key, [ADDED], NOON)],
  ['told', async () => log.told(key, [])],
])('an event that is %s is kept for the 14 days in which it may come again', async (_, write) => {
  await write();
  expect((await itemOf(key))?.expiresAt).toEqual({
    N: String(NOON.getTime() / 1000 + 14 * 86_400),
  });
});

describe('what DynamoDB did not take', () => {
  const refusing = (times: number) => {
    let left = times;
    emulated.client.middlewareStack.add(
      (next, context) => async (args) => {
        if (context.commandName !== BatchWriteItemCommand.name || left === 0) return next(args);
        left -= 1;
        return {
          response: {},
          output: {
            $metadata: {},
            UnprocessedItems: 'RequestItems' in args.input ? args.input.RequestItems : undefined,
          },
        };
      },
      { step: 'initialize', name: 'refusing' },
    );
  };
  afterEach(() => emulated.client.middlewareStack.remove('refusing'));

  test('is sent again', async () => {
    refusing(2);
    await log.told(key, REPEATS);
    expect((await log.claim(key, [], NOON)).kind).toBe('told');
  });

  test('for a while, and then it is an error', async () => {
    refusing(10);
    await expect(log.told(key, REPEATS)).rejects.toThrow(
      `DynamoDB did not store that the event ${key.eventId} is reported`,
    );
  });
});

test.each([
  ['of another version', { version: { N: '2' }, state: { S: 'told' } }],
  [
    'of another version, whose lease has ended',
    { version: { N: '2' }, state: { S: 'acting' }, leaseUntil: { N: '0' } },
  ],
  ['in an unknown state', { version: { N: '1' }, state: { S: 'asked' } }],
  [
    'with an announcement that is none',
    { version: { N: '1' }, state: { S: 'acted' }, announcement: { S: '{}' }, repeats: { S: '[]' } },
  ],
  [
    'with an intent that is none',
    { version: { N: '1' }, state: { S: 'acting' }, leaseUntil: { N: '0' }, intent: { S: '[{}]' } },
  ],
])('an item %s is refused by name', async (_, attributes) => {
  await emulated.client.send(
    new PutItemCommand({
      TableName: TABLE,
      Item: { pk: { S: `EVENT#${key.eventId}` }, sk: { S: key.groupId }, ...attributes },
    }),
  );
  await expect(log.claim(key, [], NOON)).rejects.toThrow(
    `The ledger's item EVENT#${key.eventId} / ${key.groupId} is not of version 1`,
  );
});
