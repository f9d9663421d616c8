import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import {
  DynamoLedger,
  entryItem,
  ledgerOf,
  placeItem,
  placeOf,
  recordItem,
  repeatsItem,
} from '../../../src/security-group/adapters/dynamo-ledger';
import { DynamoRunsAfterCalls } from '../../../src/security-group/adapters/dynamo-runs-after-calls';
import { DynamoSignsOfLife } from '../../../src/security-group/adapters/dynamo-signs-of-life';
import { DynamoToldEnds } from '../../../src/security-group/adapters/dynamo-told-ends';
import { ledgerKeysOf } from '../../../src/security-group/contracts/ledger-items';
import {
  type Grant,
  GRANT_CAUSES,
  type GroupRecord,
  type LedgerEntry,
  RELEASE_REASONS,
  type Repeat,
  type RevertCount,
} from '../../../src/security-group/domain/ledger/ledger';
import {
  type LedgerChange,
  LedgerConflictError,
} from '../../../src/security-group/domain/ledger/ledger-store';
import type { PlaceRecord } from '../../../src/security-group/domain/ledger/place-record';
import { MODES } from '../../../src/security-group/domain/policies/sentry-configuration';
import { type Rule, ruleKey } from '../../../src/security-group/domain/rules/rule';
import type { EveryField } from '../../../src/shared/adapters/every-field';
import { loseFirstAnswers } from '../../support/aws/lost-answers';
import { type EmulatedLedger, emulatedLedger, TABLE } from '../emulated/emulated-ledger';
import { canonicalRules, rule } from '../samples/rules';

const GROUP = 'sg-0123456789abcdef0';
const NOON = new Date('2026-01-01T12:00:00Z');

const time = fc.date({
  min: new Date('2000-01-01'),
  max: new Date('2100-01-01'),
  noInvalidDate: true,
});
const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
const text = fc.string({ minLength: 1 });

const rules: fc.Arbitrary<EveryField<Rule>> = fc
  .tuple(
    canonicalRules,
    optional(text),
    optional(fc.array(fc.record({ key: text, value: fc.string() }))),
  )
  .map(([values, id, tags]) => ({ ...values, description: values.description, id, tags }));
const grants: fc.Arbitrary<EveryField<Grant>> = fc.record({
  cause: fc.constantFrom(...GRANT_CAUSES),
  by: text,
  since: time,
  until: optional(time),
  eventId: optional(text),
  receivedAt: optional(time),
  lackedAt: optional(time),
  reportedAt: optional(time),
  confirmed: optional(fc.boolean()),
  exceptFor: optional(fc.array(text)),
  reason: optional(text),
  requestId: optional(text),
});
const entries: fc.Arbitrary<EveryField<LedgerEntry>> = fc.record({
  rule: rules,
  grants: fc.array(grants),
  prefixListVersion: optional(fc.nat()),
  unexplainedSince: optional(time),
  toldAt: optional(time),
  suspension: optional(fc.record({ requestId: text, until: optional(time) })),
  replacedBy: optional(fc.record({ eventId: text, at: time })),
  missingSince: optional(time),
  writtenAt: optional(time),
  revision: fc.nat(),
});
const records: fc.Arbitrary<EveryField<GroupRecord> & { revision: number }> = fc.record({
  groupId: fc.constant(GROUP),
  name: optional(text),
  vpcId: optional(text),
  adoptedAt: time,
  adoptedWhile: fc.constantFrom(...MODES),
  policies: text,
  holds: optional(fc.array(text)),
  tags: optional(
    fc.record({
      had: fc.array(fc.record({ key: text, value: text })),
      lacked: fc.array(fc.record({ key: text, value: text })),
      lost: optional(fc.array(fc.record({ key: text, value: text }))),
      decided: optional(fc.array(fc.record({ key: text, at: time }))),
    }),
  ),
  selection: text,
  madeBy: optional(text),
  unseenSince: optional(time),
  isDeletionTold: optional(fc.boolean()),
  releasedAt: optional(time),
  releasedFor: optional(fc.constantFrom(...RELEASE_REASONS)),
  revision: fc.nat(),
});
const places: fc.Arbitrary<EveryField<PlaceRecord> & { revision: number }> = fc.record({
  lastLookAt: optional(time),
  looks: fc.array(fc.record({ choice: text, at: time })),
  entering: fc.array(fc.record({ groupId: text, seenAt: time, after: optional(time) })),
  told: optional(fc.array(text)),
  revision: fc.nat(),
});
const reverts: fc.Arbitrary<EveryField<RevertCount>> = fc.record({
  count: fc.nat(),
  since: time,
  openMilliseconds: fc.nat(),
  recent: fc.array(fc.record({ from: time, to: time }), { maxLength: 3 }),
  actors: fc.array(text, { maxLength: 3 }),
  isDispute: fc.boolean(),
});
const repeats: fc.Arbitrary<EveryField<Repeat>> = fc.record({
  key: text,
  toldAt: time,
  untold: fc.nat(),
  reverts: optional(reverts),
});

const RULE = rule({ id: 'sgr-1' });
const ENTRY: LedgerEntry = { rule: RULE, grants: [], revision: 0 };
const GRANT: Grant = { cause: 'operator', by: 'olga', since: NOON };
const MEMBER = { accountId: '111122223333', region: 'eu-west-1' };
const RECORD: GroupRecord = {
  groupId: GROUP,
  adoptedAt: NOON,
  adoptedWhile: 'ENFORCE',
  policies: 'p',
  selection: 's',
};

describe('items', () => {
  test('what is written of a group comes back as it was, one revision later', () => {
    const distinct = fc.uniqueArray(entries, { selector: (entry) => ruleKey(entry.rule) });
    fc.assert(
      fc.property(records, distinct, fc.array(repeats), (record, written, told) => {
        const read = ledgerOf([
          ...written.map((entry) => entryItem(GROUP, entry)),
          recordItem(record),
          repeatsItem(GROUP, told),
        ]);
        expect(read).toEqual({
          record: { ...record, revision: record.revision + 1 },
          repeats: told,
          entries: new Map(
            written.map((entry) => [
              ruleKey(entry.rule),
              { ...entry, revision: entry.revision + 1 },
            ]),
          ),
        });
      }),
      { numRuns: 50 },
    );
  });

  test('what is written of the place comes back as it was', () => {
    fc.assert(
      fc.property(places, (place) => {
        const revision = place.revision + 1;
        expect(placeOf(placeItem(place))).toEqual({ ...place, revision });
      }),
    );
  });

  const keyOf = ({ pk, sk, recordOf }: ReturnType<typeof recordItem>) => [
    pk?.S,
    sk?.S,
    ...(recordOf ? [recordOf.S] : []),
  ];

  test('those of the own place have the keys that they had when there was no other', () => {
    const RULE_KEY = 'RULE#ingress tcp 22 22 0.0.0.0/0';
    expect(keyOf(recordItem(RECORD))).toEqual([`GROUP#${GROUP}`, 'RECORD', 'GROUP']);
    expect(keyOf(entryItem(GROUP, ENTRY))).toEqual([`GROUP#${GROUP}`, RULE_KEY]);
    expect(keyOf(repeatsItem(GROUP, []))).toEqual([`GROUP#${GROUP}`, 'REPEATS']);
    expect(keyOf(placeItem({ looks: [], entering: [] }))).toEqual(['PLACE', 'RECORD']);
  });

  test('those of a member begin with account and Region, in the index too', () => {
    const item = recordItem(RECORD, ledgerKeysOf(MEMBER));
    const place = '111122223333#eu-west-1';
    expect(keyOf(item)).toEqual([`${place}#GROUP#${GROUP}`, 'RECORD', `${place}#GROUP`]);
  });

  test('of no items, nothing is known', () => {
    expect(ledgerOf([])).toEqual({ record: undefined, entries: new Map(), repeats: [] });
  });

  const item = entryItem(GROUP, ENTRY);
  const data = (value: object) => ({ data: { S: JSON.stringify(value) } });
  test.each([
    ['another version', { ...item, version: { N: '2' } }],
    ['no version', { ...item, version: { S: '1' } }],
    ['no revision', { ...item, revision: { N: '0' } }],
    ['no JSON', { ...item, data: { S: '{' } }],
    ['a time that is none', { ...item, ...data({ rule: RULE, grants: [], toldAt: 'yesterday' }) }],
    [
      'an unknown cause',
      { ...item, ...data({ rule: RULE, grants: [{ cause: 'magic', by: 'me', since: NOON }] }) },
    ],
    [
      'a peer of an unknown kind',
      { ...item, ...data({ rule: { ...RULE, peer: { kind: 'dns', name: 'x' } }, grants: [] }) },
    ],
    [
      'another rule than its key says',
      { ...item, ...data({ rule: rule({ fromPort: 23, toPort: 23 }), grants: [] }) },
    ],
  ])('one with %s is refused by name, not passed over', (_, broken) => {
    expect(() => ledgerOf([broken])).toThrow(
      `The ledger's item GROUP#${GROUP} / RULE#ingress tcp 22 22 0.0.0.0/0 is not of version 1`,
    );
  });

  test.each([
    ['RECORD', { ...recordItem(RECORD), version: { N: '2' } }],
    ['REPEATS', { ...repeatsItem(GROUP, []), data: { S: '{}' } }],
    ['NOTES', { ...repeatsItem(GROUP, []), sk: { S: 'NOTES' } }],
  ])('so is %s', (sort, broken) => {
    expect(() => ledgerOf([broken])).toThrow(
      `The ledger's item GROUP#${GROUP} / ${sort} is not of version 1`,
    );
  });
});

describe('in the emulator', () => {
  let emulated: EmulatedLedger;
  let ledger: DynamoLedger;
  let groups = 0;

  beforeAll(async () => {
    emulated = await emulatedLedger();
    ledger = new DynamoLedger(emulated.client, TABLE);
  }, 300_000);
  afterAll(async () => emulated.stop());

  const newGroup = () => `sg-${String((groups += 1)).padStart(17, '0')}`;
  const entryOf = async (groupId: string) =>
    (await ledger.read(groupId)).entries.get(ruleKey(RULE))!;

  test('each sign of life is kept with its last time, and is no part of a group', async () => {
    const signs = new DynamoSignsOfLife(emulated.client, TABLE);
    expect(await signs.last()).toEqual({});
    expect(await signs.keep('heartbeat', NOON)).toBeUndefined();
    expect(await signs.keep('heartbeat', new Date('2026-01-01T13:00:00Z'))).toEqual(NOON);
    expect(await signs.keep('reconcile', NOON)).toBeUndefined();
    expect(await signs.last()).toEqual({
      heartbeat: new Date('2026-01-01T13:00:00Z'),
      reconcile: NOON,
    });
    expect(await ledger.records()).toEqual([]);
  });

  test('an end of a disabled policy is told once, and its item is the one of the last version', async () => {
    const ends = new DynamoToldEnds(emulated.client, TABLE);
    const told = { of: 'ssh', until: NOON };
    expect(await ends.has(told)).toBe(false);
    await ends.add(told);
    expect(await ends.has(told)).toBe(true);
    expect(await ends.has({ ...told, until: new Date('2026-01-01T13:00:00Z') })).toBe(false);
    const { Item: item } = await emulated.client.send(
      new GetItemCommand({
        TableName: TABLE,
        Key: { pk: { S: 'END#ssh' }, sk: { S: NOON.toISOString() } },
      }),
    );
    const expiry = NOON.getTime() / 1000 + 14 * 24 * 60 * 60;
    expect(item).toMatchObject({ version: { N: '1' }, expiresAt: { N: String(expiry) } });
  });

  test('of a group that was never written, nothing is known', async () => {
    expect(await ledger.read(newGroup())).toEqual({
      record: undefined,
      entries: new Map(),
      repeats: [],
    });
  });

  test('entries are written, written over, and removed, as they were read', async () => {
    const groupId = newGroup();
    await ledger.write(groupId, [{ kind: 'put', entry: ENTRY }]);
    await ledger.write(groupId, [
      { kind: 'put', entry: { ...(await entryOf(groupId)), toldAt: NOON } },
    ]);
    const entry = await entryOf(groupId);
    expect(entry).toEqual({ ...ENTRY, toldAt: NOON, revision: 2 });
    await ledger.write(groupId, [{ kind: 'remove', entry }]);
    expect((await ledger.read(groupId)).entries.size).toBe(0);
  });

  test.each(['put', 'remove'] as const)(
    'a %s by what is out of date is a conflict, and changes nothing',
    async (kind) => {
      const groupId = newGroup();
      await ledger.write(groupId, [{ kind: 'put', entry: ENTRY }]);
      const stale = await entryOf(groupId);
      await ledger.write(groupId, [{ kind: 'put', entry: { ...stale, toldAt: NOON } }]);
      await expect(ledger.write(groupId, [{ kind, entry: stale }])).rejects.toThrow(
        LedgerConflictError,
      );
      expect(await entryOf(groupId)).toMatchObject({ toldAt: NOON, revision: 2 });
    },
  );

  test('of two that found no entry, one writes it', async () => {
    const groupId = newGroup();
    await ledger.write(groupId, [{ kind: 'put', entry: { ...ENTRY, toldAt: NOON } }]);
    await expect(ledger.write(groupId, [{ kind: 'put', entry: ENTRY }])).rejects.toThrow(
      LedgerConflictError,
    );
    expect(await entryOf(groupId)).toMatchObject({ toldAt: NOON, revision: 1 });
  });

  test('what is not in conflict is written all the same', async () => {
    const groupId = newGroup();
    await ledger.write(groupId, [{ kind: 'put', entry: ENTRY }]);
    const other = { ...ENTRY, rule: rule({ fromPort: 23, toPort: 23 }) };
    await expect(
      ledger.write(groupId, [
        { kind: 'put', entry: ENTRY },
        { kind: 'put', entry: other },
      ]),
    ).rejects.toThrow(LedgerConflictError);
    expect((await ledger.read(groupId)).entries.size).toBe(2);
  });

  test('an entry that is removed is not brought back by who read it before', async () => {
    const groupId = newGroup();
    await ledger.write(groupId, [{ kind: 'put', entry: ENTRY }]);
    const entry = await entryOf(groupId);
    await ledger.write(groupId, [{ kind: 'remove', entry }]);
    await expect(ledger.write(groupId, [{ kind: 'put', entry }])).rejects.toThrow(
      LedgerConflictError,
    );
  });

  describe('after a write that worked, and whose answer was lost', () => {
    let losing: DynamoLedger;
    beforeAll(() => {
      const unlucky = new DynamoDBClient(emulatorAccess(emulated.endpoint));
      loseFirstAnswers(unlucky);
      losing = new DynamoLedger(unlucky, TABLE);
    });

    test('there is no conflict with ourselves', async () => {
      const groupId = newGroup();
      await losing.write(groupId, [{ kind: 'put', entry: ENTRY }]);
      await losing.write(groupId, [
        { kind: 'put', entry: { ...(await entryOf(groupId)), toldAt: NOON } },
      ]);
      const entry = await entryOf(groupId);
      expect(entry).toEqual({ ...ENTRY, toldAt: NOON, revision: 2 });
      await losing.write(groupId, [{ kind: 'remove', entry }]);
      expect((await ledger.read(groupId)).entries.size).toBe(0);
    });

    test.each<[string, LedgerChange[]]>([
      ['wrote', [{ kind: 'put', entry: { ...ENTRY, toldAt: NOON, revision: 1 } }]],
      ['removed', [{ kind: 'remove', entry: { ...ENTRY, revision: 1 } }]],
    ])('there is one with someone else who %s before', async (_, theirs) => {
      const groupId = newGroup();
      await ledger.write(groupId, [{ kind: 'put', entry: ENTRY }]);
      await ledger.write(groupId, theirs);
      for (const entry of [ENTRY, { ...ENTRY, toldAt: NOON }]) {
        await expect(
          losing.write(groupId, [
            { kind: 'put', entry: { ...entry, revision: 1, grants: [GRANT] } },
          ]),
        ).rejects.toThrow(LedgerConflictError);
      }
    });
  });

  test('another failure is not told as a conflict', async () => {
    const elsewhere = new DynamoLedger(emulated.client, 'no-such-table');
    await expect(elsewhere.write(GROUP, [{ kind: 'put', entry: ENTRY }])).rejects.toThrow(
      ResourceNotFoundException,
    );
    await expect(elsewhere.write(GROUP, [])).resolves.toBeUndefined();
  });

  test('a group of 120 rules with full tags is read whole, over several pages', async () => {
    const groupId = newGroup();
    const tags = Array.from({ length: 50 }, (_, index) => ({
      key: `tag-${index}`,
      value: 'y'.repeat(250),
    }));
    const many = Array.from({ length: 120 }, (_, port): LedgerEntry => ({
      ...ENTRY,
      rule: rule({ fromPort: port, toPort: port, tags }),
    }));
    await ledger.write(
      groupId,
      many.map((entry) => ({ kind: 'put', entry })),
    );
    expect((await ledger.read(groupId)).entries.size).toBe(120);
  });

  test('records are found without rules and repeats, the latest of each group', async () => {
    const [one, other] = [newGroup(), newGroup()];
    await ledger.write(one, [{ kind: 'put', entry: ENTRY }]);
    await emulated.client.send(
      new PutItemCommand({ TableName: TABLE, Item: repeatsItem(one, []) }),
    );
    await ledger.writeRecord({ ...RECORD, groupId: one });
    await ledger.writeRecord({ ...RECORD, groupId: other });
    await ledger.writeRecord({ ...RECORD, groupId: other, releasedAt: NOON, revision: 1 });
    expect(await ledger.records()).toEqual([
      { ...RECORD, groupId: one, revision: 1 },
      { ...RECORD, groupId: other, releasedAt: NOON, revision: 2 },
    ]);
    expect((await ledger.read(one)).record).toEqual({ ...RECORD, groupId: one, revision: 1 });
    expect(await ledger.record(one)).toEqual({ ...RECORD, groupId: one, revision: 1 });
    expect(await ledger.record(newGroup())).toBeUndefined();
  });

  test('a record by what is out of date is a conflict, and changes nothing', async () => {
    const record = { ...RECORD, groupId: newGroup() };
    await ledger.writeRecord(record);
    await ledger.writeRecord({ ...record, releasedAt: NOON, revision: 1 });
    for (const stale of [record, { ...record, revision: 1 }]) {
      await expect(ledger.writeRecord(stale)).rejects.toThrow(LedgerConflictError);
    }
    expect(await ledger.record(record.groupId)).toMatchObject({ releasedAt: NOON, revision: 2 });
  });

  test('a record of the last version, which counts no writes, is written over once', async () => {
    const record = { ...RECORD, groupId: newGroup() };
    const { revision: _, ...Item } = recordItem(record);
    await emulated.client.send(new PutItemCommand({ TableName: TABLE, Item }));
    const read = (await ledger.record(record.groupId))!;
    expect(read).toEqual(record);
    await ledger.writeRecord({ ...read, unseenSince: NOON });
    await expect(ledger.writeRecord({ ...read, releasedAt: NOON })).rejects.toThrow(
      LedgerConflictError,
    );
  });

  test('how far reconcile has come is written as it was read, and what it saw of groups that enter', async () => {
    expect(await ledger.placeRecord()).toBeUndefined();
    const place = { looks: [{ choice: 'all', at: NOON }], entering: [] };
    await ledger.writePlaceRecord(place);
    expect(await ledger.placeRecord()).toEqual({ ...place, revision: 1 });
    await expect(ledger.writePlaceRecord(place)).rejects.toThrow(LedgerConflictError);
    const groupId = newGroup();
    expect(await ledger.sighting(groupId)).toBeUndefined();
    const sighting = { at: NOON, rules: [{ id: 'sgr-1', key: ruleKey(RULE) }] };
    await ledger.writeSighting(groupId, sighting);
    expect(await ledger.sighting(groupId)).toEqual(sighting);
    expect((await ledger.read(groupId)).entries.size).toBe(0);
  });

  describe('of several places', () => {
    const PLACES = [
      MEMBER,
      { ...MEMBER, region: 'eu-west-2' },
      { ...MEMBER, accountId: '222233334444' },
    ];
    const keys = PLACES.map(ledgerKeysOf);
    let members: DynamoLedger[];
    beforeAll(() => {
      members = keys.map((each) => new DynamoLedger(emulated.client, TABLE, each));
    });
    const ledgers = () => [ledger, ...members];

    test('each keeps the same group by itself, and no other finds or releases it', async () => {
      const groupId = newGroup();
      const before = (await ledger.records()).length;
      for (const [index, each] of ledgers().entries()) {
        expect(await each.record(groupId)).toBeUndefined();
        await each.writeRecord({ ...RECORD, groupId, name: `group ${index}` });
        await each.write(groupId, [{ kind: 'put', entry: { ...ENTRY, prefixListVersion: index } }]);
      }
      await members[0]!.writeRecord({ ...RECORD, groupId, releasedAt: NOON, revision: 1 });
      await members[0]!.write(groupId, [{ kind: 'remove', entry: { ...ENTRY, revision: 1 } }]);

      const [own, released, ...others] = await Promise.all(
        ledgers().map(async (each) => each.read(groupId)),
      );
      expect(released).toMatchObject({ record: { releasedAt: NOON }, entries: new Map() });
      for (const one of [own!, ...others]) {
        expect(one.record).not.toHaveProperty('releasedAt');
        expect(one.entries.size).toBe(1);
      }
      expect(await ledger.records()).toHaveLength(before + 1);
      expect((await members[1]!.records()).map(({ name }) => name)).toEqual(['group 2']);
    });

    test('each knows by itself how far reconcile has come, and what came into sight', async () => {
      const groupId = newGroup();
      for (const [index, each] of members.entries()) {
        expect(await each.placeRecord()).toBeUndefined();
        expect(await each.sighting(groupId)).toBeUndefined();
        const at = new Date(NOON.getTime() + index);
        await each.writePlaceRecord({ looks: [{ choice: 'all', at }], entering: [] });
        await each.writeSighting(groupId, { at, rules: [] });
      }
      expect(await ledger.sighting(groupId)).toBeUndefined();
      expect(await members[0]!.placeRecord()).toMatchObject({ looks: [{ at: NOON }] });
      expect(await members[0]!.sighting(groupId)).toMatchObject({ at: NOON });
    });

    test('a run after a large call in one is none in another', async () => {
      const [own, ...others] = [undefined, ...keys].map(
        (each) => new DynamoRunsAfterCalls(emulated.client, TABLE, each),
      );
      const run = { at: NOON, by: 'event-1' };
      expect(await others[0]!.replace(undefined, run)).toBe(true);
      expect(await others[0]!.latest()).toEqual(run);
      expect(await others[1]!.latest()).toBeUndefined();
      expect(await own!.latest()).toBeUndefined();
      expect(await own!.replace(undefined, { ...run, by: 'event-2' })).toBe(true);
      expect(await others[0]!.latest()).toEqual(run);
    });
  });
});
