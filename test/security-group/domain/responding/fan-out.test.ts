import { GROUPS_AT_ONCE, RULES_AT_ONCE } from '../../../../src/security-group/domain/at-once';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  changeOf,
  configurationOf,
  forbidSsh,
  lockedRestoring,
} from '../../samples/changes';
import { openedWithFullTags } from '../../samples/largest-changes';
import { rule } from '../../samples/rules';

/** Counts how many calls of a method are under way at most. */
function countingCalls(groups: GroupsInMemory, method: 'revoke' | 'rulesOf') {
  const counts = { underWay: 0, most: 0 };
  const call: (...values: never[]) => Promise<unknown> = groups[method].bind(groups);
  const counted = async (...values: never[]) => {
    counts.underWay += 1;
    counts.most = Math.max(counts.most, counts.underWay);
    await new Promise((resolve) => void setImmediate(resolve));
    counts.underWay -= 1;
    return call(...values);
  };
  Object.assign(groups, { [method]: counted });
  return counts;
}

test('300 rules of one call are all reverted, some at a time', async () => {
  const opened = Array.from({ length: 300 }, (_, index) =>
    rule({ id: `sgr-${index}`, toPort: 22 + index }),
  );
  const sentry = SentryInMemory.watching([forbidSsh]);
  sentry.groups.put('sg-1', () => opened);
  const reverts = countingCalls(sentry.groups, 'revoke');
  await sentry.respond(added(...opened));
  expect(sentry.groups.keysIn('sg-1')).toEqual([]);
  expect(reverts.most).toBe(RULES_AT_ONCE);
});

test('a prefix list that 400 groups name is answered in all of them, some at a time', async () => {
  const groups = new GroupsInMemory();
  groups.lists.set('pl-1', { id: 'pl-1', isAwsManaged: false, version: 2, cidrs: ['0.0.0.0/0'] });
  const sentry = new SentryInMemory(
    {
      ...configurationOf([forbidSsh]),
      monitoredGroups: { include: [{ kind: 'all' }], exclude: [] },
    },
    groups,
  );
  const ids = Array.from({ length: 400 }, (_, index) => `sg-${index}`);
  for (const id of ids) {
    groups.create(
      { id, name: id, vpcId: 'vpc-1' },
      rule({ id: `sgr-${id}`, prefixListId: 'pl-1' }),
    );
    sentry.ledger.adopt(id, []);
  }
  const reads = countingCalls(groups, 'rulesOf');
  await sentry.respond(
    changeOf(
      {},
      {
        eventName: 'ModifyManagedPrefixList',
        subject: { kind: 'prefix-list', prefixListId: 'pl-1' },
      },
    ),
  );
  expect(ids.flatMap((id) => groups.ruleIds(id))).toEqual([]);
  expect(reads.most).toBe(GROUPS_AT_ONCE);
});

describe('the tags of rules, in a run over all groups,', () => {
  const [tagged] = openedWithFullTags(1);

  test('are not read where nothing is ever put back', async () => {
    const sentry = SentryInMemory.newTo([forbidSsh], tagged!);
    const ledgers = jest.spyOn(sentry.ledger, 'write');
    await sentry.survey();
    expect(sentry.ledger.entryOf('sg-1', tagged!)?.rule.id).toBe(tagged!.id);
    ledgers.mock.calls
      .flatMap(([, changes]) => changes)
      .forEach(({ entry }) => expect(entry.rule.tags).toBeUndefined());
  });

  test('are remembered where a removed rule is put back', async () => {
    const sentry = SentryInMemory.newTo([lockedRestoring], tagged!);
    await sentry.survey();
    expect(sentry.ledger.entryOf('sg-1', tagged!)?.rule).toEqual(tagged);
  });

  test('are not forgotten where something else of the rule is written', async () => {
    const sentry = SentryInMemory.watching([lockedRestoring], tagged!);
    sentry.groups.put('sg-1', () => []);
    await sentry.survey();
    const entry = sentry.ledger.entryOf('sg-1', tagged!);
    expect(entry?.missingSince).toBeDefined();
    expect(entry?.rule).toEqual(tagged);
  });

  test('are read with the rules of those groups alone that are written', async () => {
    const sentry = SentryInMemory.watching([lockedRestoring], tagged!);
    sentry.groups.put('sg-1', () => [tagged!]);
    const reads = jest.spyOn(sentry.ledger, 'read');
    await sentry.survey();
    expect(sentry.groups.looks).toBe(0);
    // The model reads all, and leaves the tags out.
    expect(reads).toHaveBeenCalledTimes(1);
  });
});
