import type { Grant, LedgerEntry } from '../../../../src/security-group/domain/ledger/ledger';
import type {
  Ledger,
  LedgerChange,
} from '../../../../src/security-group/domain/ledger/ledger-store';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import { ledgerWithoutTags } from '../../../../src/security-group/domain/reconciling/without-tags';
import { withoutTags } from '../../../../src/security-group/domain/rules/rule';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { LedgerInMemory } from '../../in-memory/ledger-in-memory';
import { allowHttpsOnly, locked, lockedRestoring } from '../../samples/changes';
import { groupRecord } from '../../samples/group-records';
import { rule } from '../../samples/rules';

const SINCE = new Date('2026-01-01T00:00:00Z');
const granted = { key: 'owner', value: 'olga' };
const other = { key: 'owner', value: 'eve' };
const tagged = rule({ id: 'sgr-1', tags: [granted] });
const bare = withoutTags(tagged);
const grants: Grant[] = [{ cause: 'adopted', by: 'App/Sentry', since: SINCE }];

let ledger: LedgerInMemory;
let groups: GroupsInMemory;

beforeEach(() => {
  ledger = new LedgerInMemory();
  groups = GroupsInMemory.of('sg-1', tagged);
});

function reading(...policies: Policy[]): Ledger {
  return ledgerWithoutTags(ledger, groups, policies);
}

/** What the ledger has of the rule after the entry was written without tags. */
async function written(
  values: Partial<LedgerEntry>,
  { policies = [lockedRestoring] }: { readonly policies?: readonly Policy[] } = {},
): Promise<LedgerEntry['rule']['tags']> {
  const revision = ledger.entryOf('sg-1', tagged)?.revision ?? 0;
  const entry: LedgerEntry = { rule: bare, grants, revision, ...values };
  await reading(...policies).write('sg-1', [{ kind: 'put', entry }]);
  return ledger.entryOf('sg-1', entry.rule)!.rule.tags;
}

describe('a ledger that is read without tags', () => {
  test('has all but them', async () => {
    ledger.adopt('sg-1', [tagged], { name: 'web' });
    const { entries, record } = await reading().read('sg-1');
    expect([...entries.values()].map((entry) => entry.rule)).toEqual([bare]);
    expect(record).toMatchObject({ name: 'web' });
    expect(await reading().readWithoutTags('sg-1')).toEqual(await reading().read('sg-1'));
  });

  test('is the same ledger in all else', async () => {
    const sighting = { at: SINCE, rules: [] };
    const place = { looks: [], entering: [] };
    const record = groupRecord(SINCE);
    const read = reading();
    await read.writeRecord(record);
    await read.writePlaceRecord(place);
    await read.writeSighting('sg-1', sighting);
    expect(await read.record('sg-1')).toMatchObject(record);
    expect(await read.records()).toMatchObject([record]);
    expect(await read.placeRecord()).toMatchObject(place);
    expect(await read.sighting('sg-1')).toEqual(sighting);
  });
});

describe('what is written to it', () => {
  test('has the tags that its rule has now', async () => {
    expect(await written({})).toEqual([granted]);
  });

  test('has the tags of before where the same speaks for the rule as before', async () => {
    ledger.grant('sg-1', tagged, grants[0]!);
    groups.put('sg-1', () => [{ ...tagged, tags: [other] }]);
    expect(await written({ missingSince: SINCE })).toEqual([granted]);
    expect(await written({ grants: [] })).toEqual([other]);
    expect(await written({ grants: [{ ...grants[0]!, by: 'App/Other' }] })).toEqual([other]);
  });

  test('has the tags of now where nothing speaks for it, then as before', async () => {
    ledger.note('sg-1', tagged, {});
    groups.put('sg-1', () => [{ ...tagged, tags: [other] }]);
    expect(await written({ grants: [] })).toEqual([other]);
  });

  test('has the tags of before where the rule is gone', async () => {
    ledger.note('sg-1', tagged, {});
    groups.put('sg-1', () => []);
    expect(await written({})).toEqual([granted]);
  });

  test('has no tags of another rule', async () => {
    expect(await written({ rule: { ...bare, id: 'sgr-2' } })).toBeUndefined();
    expect(await written({ rule: { ...bare, toPort: 23 }, revision: 0 })).toBeUndefined();
  });

  test('has none where its rule has none', async () => {
    groups.put('sg-1', () => [bare]);
    ledger.grant('sg-1', bare, grants[0]!);
    expect(await written({ missingSince: SINCE })).toBeUndefined();
  });

  test('is not looked at for them where no policy puts anything back', async () => {
    expect(await written({}, { policies: [locked, allowHttpsOnly] })).toBeUndefined();
    expect(groups.looks).toBe(0);
    ledger.forget('sg-1', tagged);
    expect(await written({}, { policies: [allowHttpsOnly, lockedRestoring] })).toEqual([granted]);
    expect(groups.looks).toBe(1);
  });

  test('has them beside what is forgotten', async () => {
    const gone = rule({ id: 'sgr-2', fromPort: 443, toPort: 443 });
    ledger.grant('sg-1', gone, grants[0]!);
    await reading(lockedRestoring).write('sg-1', [
      { kind: 'put', entry: { rule: bare, grants, revision: 0 } },
      { kind: 'remove', entry: { rule: gone, grants, revision: 1 } },
    ]);
    expect(ledger.entryOf('sg-1', tagged)!.rule.tags).toEqual([granted]);
    expect(ledger.entryOf('sg-1', gone)).toBeUndefined();
  });

  test('is not looked at for them where all of it is forgotten', async () => {
    ledger.grant('sg-1', tagged, grants[0]!);
    const removal: LedgerChange = { kind: 'remove', entry: { rule: bare, grants, revision: 1 } };
    await reading(lockedRestoring).write('sg-1', [removal]);
    expect(ledger.entryOf('sg-1', tagged)).toBeUndefined();
    expect(groups.looks).toBe(0);
  });
});
