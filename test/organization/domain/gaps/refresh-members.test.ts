import {
  refreshMembers,
  type RefreshPorts,
} from '../../../../src/organization/domain/gaps/refresh-members';
import { CoverageInMemory } from '../../in-memory/coverage-in-memory';
import { HUB, HUB_ACCOUNT, LIST, PAYMENTS, SANDBOX } from '../../samples/accounts';

const ORGANIZATION = {
  selection: { kind: 'organization', units: [], excluding: [HUB_ACCOUNT] },
  hubAccountId: HUB_ACCOUNT,
} as const;
const NOW = new Date('2026-11-29T12:00:00Z');
const PLACE = { accountId: PAYMENTS.id, region: 'eu-west-1' };

let store: CoverageInMemory;
let lookedAt: string[];

beforeEach(() => {
  store = new CoverageInMemory();
  lookedAt = [];
});

function portsOf(accounts = LIST.accounts): RefreshPorts {
  return {
    store,
    readAccounts: async () => ({ readAt: NOW, accounts }),
    lookAt: async (members) => {
      lookedAt.push(...members.map(({ accountId }) => accountId));
    },
  };
}

test('an account that has joined is known, and looked at, and no other is', async () => {
  await store.writeLooks([{ place: PLACE, look: { kind: 'failed', at: NOW, reason: 'x' } }], NOW);
  await store.seen({ ...PLACE, accountId: SANDBOX.id }, 'forwarded-events', NOW);
  const joined = await refreshMembers(ORGANIZATION, portsOf([PAYMENTS, SANDBOX, HUB]));
  expect(joined).toEqual([SANDBOX.id]);
  expect(lookedAt).toEqual([SANDBOX.id]);
  expect(store.list).toEqual({ readAt: NOW, accounts: [PAYMENTS, SANDBOX, HUB] });
});

test('accounts that are named one by one are looked at without a list, of no Region yet', async () => {
  const asked: unknown[] = [];
  const joined = await refreshMembers(
    { ...ORGANIZATION, selection: { kind: 'accounts', accountIds: [PAYMENTS.id] } },
    {
      store: {
        read: async () => store.read(),
        rememberList: async () => {
          throw new Error('There is no list.');
        },
      },
      lookAt: async (members) => {
        asked.push(...members);
      },
    },
  );
  expect(joined).toEqual([PAYMENTS.id]);
  expect(asked).toEqual([{ accountId: PAYMENTS.id, knownRegions: [] }]);
});

test('no run is written down: what is silent is judged by the next', async () => {
  await refreshMembers(ORGANIZATION, portsOf());
  expect((await store.read()).lastRun).toBeUndefined();
});

test("a list without the hub's own account is an error, and the last one holds", async () => {
  store.list = LIST;
  await expect(refreshMembers(ORGANIZATION, portsOf([PAYMENTS]))).rejects.toThrow(
    "the hub's own is not among them",
  );
  expect(store.list).toBe(LIST);
  expect(lookedAt).toEqual([]);
});
