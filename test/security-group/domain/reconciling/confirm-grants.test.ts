import {
  EMPTY_LEDGER,
  type Grant,
  type LedgerEntry,
} from '../../../../src/security-group/domain/ledger/ledger';
import {
  type LookedUp,
  lookUpGrants,
} from '../../../../src/security-group/domain/reconciling/confirm-grants';
import type { GroupView } from '../../../../src/security-group/domain/reconciling/group-view';
import { ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { HistoryInMemory } from '../../in-memory/history-in-memory';
import { added, by, configurationOf, deployer } from '../../samples/changes';
import { groupRecord } from '../../samples/group-records';
import { rule } from '../../samples/rules';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOW = new Date('2026-01-02T00:00:00Z');
const before = (milliseconds: number) => new Date(NOW.getTime() - milliseconds);
const configuration = configurationOf([]);
const group = { id: 'sg-1', name: 'web' };
const record = groupRecord(before(DAY));

function deployed(number: number, values: Partial<Grant> = {}): Grant {
  return {
    cause: 'trusted-actor',
    by: 'deploy',
    since: before(number * MINUTE),
    eventId: `event-${number}`,
    ...values,
  };
}

function entryOf(port: number, ...grants: Grant[]): LedgerEntry {
  return { rule: rule({ id: `sgr-${port}`, fromPort: port, toPort: port }), grants, revision: 1 };
}

function viewOf(entries: readonly LedgerEntry[], isAdopted = true): GroupView {
  return {
    details: group,
    group: { rules: [], unreadableRuleIds: [] },
    ledger: {
      ...EMPTY_LEDGER,
      ...(isAdopted && { record }),
      entries: new Map(entries.map((entry) => [ruleKey(entry.rule), entry])),
    },
    prefixLists: new Map(),
    configuration,
  };
}

/** A history that says for which events it was asked. */
class AskedHistory extends HistoryInMemory {
  readonly asked: string[] = [];
  failsAt = Infinity;

  override async eventOf(eventId: string) {
    if (this.asked.length + 1 >= this.failsAt) throw new Error('Throttled');
    this.asked.push(eventId);
    return super.eventOf(eventId);
  }
}

let history: AskedHistory;
let lastHeartbeat: () => Promise<Date | undefined>;

beforeEach(() => {
  history = new AskedHistory();
  lastHeartbeat = async () => history.lastHeartbeat;
});

async function lookedUp(entries: readonly LedgerEntry[], isAdopted = true): Promise<LookedUp> {
  return lookUpGrants([viewOf(entries, isAdopted)], configuration, {
    history,
    clock: { now: () => NOW, pause: async () => undefined },
    lastHeartbeat,
  });
}

describe('the event history is asked', () => {
  test('for grants that rest on an event which it has not confirmed, and for no others', async () => {
    await lookedUp([
      entryOf(1, deployed(1)),
      entryOf(2, deployed(2, { confirmed: true })),
      entryOf(3, deployed(3, { eventId: undefined })),
      entryOf(4, deployed(4, { confirmed: false })),
      entryOf(5, { cause: 'adopted', by: 'App/Sentry', since: before(DAY) }),
    ]);
    expect(history.asked).toEqual(['event-1', 'event-4']);
  });

  test('for no group that is not adopted', async () => {
    expect(await lookedUp([entryOf(1, deployed(1))], false)).toEqual({ entries: [] });
    expect(history.asked).toEqual([]);
  });

  test('for forty of them in a run: the latest twenty and the oldest twenty', async () => {
    const numbers = Array.from({ length: 41 }, (_, index) => index + 1);
    await lookedUp([...numbers].reverse().map((number) => entryOf(number, deployed(number))));
    expect(history.asked).toEqual(
      numbers.filter((number) => number !== 21).map((number) => `event-${number}`),
    );
  });

  test('for forty without leaving any out', async () => {
    const numbers = Array.from({ length: 40 }, (_, index) => index + 1);
    await lookedUp(numbers.map((number) => entryOf(number, deployed(number))));
    expect(history.asked).toHaveLength(40);
  });

  test('for one that rests on an event, however many others there are', async () => {
    const adopted = (port: number, milliseconds: number) =>
      entryOf(port, { cause: 'adopted', by: 'App/Sentry', since: before(milliseconds) });
    const ports = Array.from({ length: 30 }, (_, index) => index + 10);
    await lookedUp([
      ...ports.map((port) => adopted(port, 0)),
      entryOf(1, deployed(1)),
      ...ports.map((port) => adopted(port + 100, DAY)),
    ]);
    expect(history.asked).toEqual(['event-1']);
  });

  test('for nothing where no grant rests on an event', async () => {
    lastHeartbeat = async () => Promise.reject(new Error('Throttled'));
    expect(await lookedUp([])).toEqual({ entries: [] });
  });

  test('by the latest grant of a rule', async () => {
    await lookedUp([
      entryOf(1, deployed(5)),
      entryOf(2, deployed(9), deployed(1, { eventId: undefined })),
    ]);
    expect(history.asked).toEqual(['event-9', 'event-5']);
  });
});

describe('what the event history says', () => {
  test('confirms the grant of a call that it has, and says nothing new the next time', async () => {
    const one = entryOf(1, deployed(1, { receivedAt: before(MINUTE) }));
    const change = { ...by(deployer, added(one.rule)), eventId: 'event-1' };
    history.changes.push(change);
    const { entries } = await lookedUp([one]);
    expect(entries).toEqual([
      {
        group,
        entry: { ...one, grants: [{ ...one.grants[0], confirmed: true }] },
        unconfirmed: [],
      },
    ]);
    expect((await lookedUp([entries[0]!.entry])).entries).toEqual([]);
  });

  test('is nothing while the event may be late', async () => {
    const one = entryOf(1, deployed(1, { receivedAt: before(MINUTE) }));
    expect(await lookedUp([one])).toEqual({ entries: [] });
  });

  test('is told once where it has had nothing for a day; then the rule is unexplained', async () => {
    const one = entryOf(1, deployed(1, { receivedAt: before(DAY) }));
    const [first] = (await lookedUp([one])).entries;
    expect(first!.unconfirmed).toMatchObject([{ eventId: 'event-1', reportedAt: NOW }]);
    expect(first!.entry.unexplainedSince).toBeUndefined();
    const [second] = (await lookedUp([first!.entry])).entries;
    expect(second).toMatchObject({
      entry: { grants: [], unexplainedSince: NOW },
      unconfirmed: [],
    });
  });

  test('is not told once more where the history has overtaken what was told', async () => {
    history.lastHeartbeat = NOW;
    const reported = deployed(1, { receivedAt: before(DAY), reportedAt: before(MINUTE) });
    const [found] = (await lookedUp([entryOf(1, reported)])).entries;
    expect(found!.entry.grants).toEqual([{ ...reported, lackedAt: NOW }]);
    expect(found!.unconfirmed).toEqual([]);
  });

  test('of the call that replaced values makes no rule unexplained that had no grant', async () => {
    const replacedBy = { eventId: 'event-1', at: before(2 * DAY) };
    const [found] = (await lookedUp([{ ...entryOf(1), replacedBy }])).entries;
    expect(found!.entry).toEqual(entryOf(1));
  });

  test('ends the grant that it refutes, and leaves the rule to another', async () => {
    history.lastHeartbeat = NOW;
    const refuted = deployed(1, { receivedAt: before(DAY), lackedAt: before(15 * MINUTE) });
    const adopted: Grant = { cause: 'adopted', by: 'App/Sentry', since: before(DAY) };
    const [alone] = (await lookedUp([entryOf(1, refuted)])).entries;
    expect(alone!.entry).toMatchObject({ grants: [], unexplainedSince: NOW });
    const [both] = (await lookedUp([entryOf(1, refuted, adopted)])).entries;
    expect(both!.entry.grants).toEqual([adopted]);
    expect(both!.entry).not.toHaveProperty('unexplainedSince');
  });

  test('is nothing where it cannot be asked, which lets no grant stand for good', async () => {
    history.failsAt = 2;
    const adopted: Grant = { cause: 'adopted', by: 'App/Sentry', since: before(DAY) };
    const old = (number: number) => deployed(number, { receivedAt: before(DAY) });
    const { entries, failure } = await lookedUp([
      entryOf(1, old(1)),
      entryOf(2, old(2), adopted, deployed(3, { receivedAt: before(DAY), confirmed: true })),
      entryOf(4, deployed(4, { receivedAt: before(MINUTE) })),
    ]);
    expect(failure).toEqual(new Error('Throttled'));
    expect(entries.map(({ unconfirmed }) => unconfirmed.map(({ eventId }) => eventId))).toEqual([
      ['event-1'],
      ['event-2'],
    ]);
    expect(entries[1]!.entry.grants.slice(1)).toEqual([
      adopted,
      deployed(3, { receivedAt: before(DAY), confirmed: true }),
    ]);
  });
});
