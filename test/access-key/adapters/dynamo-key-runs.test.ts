import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CountedAws } from '../../../bench/organization/counted-aws';
import { DynamoKeyRuns } from '../../../src/access-key/adapters/dynamo-key-runs';
import type { InventoryKey } from '../../../src/access-key/domain/key-inventory';
import type { ReportedKey } from '../../../src/access-key/domain/key-report';
import { newRun } from '../../../src/access-key/domain/organization/key-run';
import { NOW } from '../in-memory/account-in-memory';

// Not the emulator: it does not count what is read.

const client = new DynamoDBClient({
  region: 'eu-west-1',
  credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
});

function idsOf(accounts: number): string[] {
  return Array.from({ length: accounts }, (_, index) => String(100_000_000_000 + index));
}

test('a run of many accounts is read as it was written', async () => {
  const run = newRun('1', { asked: idsOf(20_001), suspended: idsOf(3) }, NOW);
  const aws = new CountedAws(0);
  await aws.during(async () => {
    await new DynamoKeyRuns(client, 'keys').write(run);
    expect(await new DynamoKeyRuns(client, 'keys').current()).toEqual(run);
  });
  expect(aws.longest.item).toBeLessThan(400_000);
});

test.each(['\u6f22', '"'])(
  'keys with the longest texts, as of %s, fit into items',
  async (text) => {
    const aws = new CountedAws(0);
    const reason = text.repeat(1_000);
    const keys = Array.from({ length: 300 }, (_, index): ReportedKey => {
      const key = { keyId: `AKIA${index}`.padEnd(20, '0'), userName: 'n'.repeat(64) };
      return {
        ...key,
        owner: {
          kind: 'known',
          name: '\u{20000}'.repeat(100),
          source: 'tag',
          tagKey: '\u6f22'.repeat(128),
        },
        finding: {
          ...key,
          status: 'Active',
          createdAt: NOW,
          ageInDays: 4_000,
          lastUse: { kind: 'unknown', reason },
          classes: ['too-old'],
        },
        step: { ...key, report: { kind: 'failed', step: 'deactivate', reason } },
      };
    });
    const survey = { at: NOW, userCount: 300, users: [], findings: [], keys: [], seen: [] };
    const report = { survey: { ...survey, tagUses: [], unknowns: [] }, keys, maxKeyAge: 90 };
    await aws.during(async () => {
      const runs = new DynamoKeyRuns(client, 'keys');
      const accountId = '111122223333';
      const answer = {
        kind: 'looked',
        accountId,
        answeredAt: NOW,
        report,
        toRemember: [],
      } as const;
      await runs.writeAnswer('1', answer);
      expect(await runs.answers('1')).toMatchObject([{ report: { keys: { length: 300 } } }]);
    });
    expect(aws.longest.item).toBeLessThan(400_000);
  },
);

test('who answers reads the accounts of the run once, however many there are', async () => {
  const aws = new CountedAws(0);
  await aws.during(async () => {
    await new DynamoKeyRuns(client, 'keys').write(
      newRun('1', { asked: idsOf(10_000), suspended: [] }, NOW),
    );
    const runs = new DynamoKeyRuns(client, 'keys');
    await runs.current();
    const { bytesRead } = aws;
    await runs.current();
    expect(aws.bytesRead - bytesRead).toBeLessThan(1_000);
  });
});

test('a run that is begun once more has the accounts that were listed then', async () => {
  const runs = new DynamoKeyRuns(client, 'keys');
  const again = newRun('1', { asked: idsOf(4), suspended: [] }, NOW);
  await new CountedAws(0).during(async () => {
    await runs.write(newRun('1', { asked: idsOf(3), suspended: [] }, NOW));
    await runs.write(again);
    expect(await new DynamoKeyRuns(client, 'keys').current()).toEqual(again);
  });
});

test('how much of a run was told is read as it was written', async () => {
  await new CountedAws(0).during(async () => {
    const run = {
      ...newRun('1', { asked: idsOf(2), suspended: [] }, NOW),
      ...{ partsTold: 2, lastToldAt: NOW, partsRemembered: 1 },
    };
    await new DynamoKeyRuns(client, 'keys').write(run);
    expect(await new DynamoKeyRuns(client, 'keys').current()).toEqual(run);
  });
});

test('a run that an earlier version has written goes on from where it was', async () => {
  const aws = new CountedAws(0);
  const accounts = { asked: idsOf(2), suspended: [] };
  const stored = { id: '1', startedAt: NOW, ...accounts, partsRemembered: 1, nextPartToldAt: NOW };
  await aws.during(async () => {
    const runs = new DynamoKeyRuns(client, 'keys');
    await runs.write(newRun('1', accounts, NOW));
    const item = aws.tables.get('keys')!.get({ pk: { S: 'RUNS' }, sk: { S: 'CURRENT' } })!;
    aws.tables.get('keys')!.put({ ...item.values, value: { S: JSON.stringify(stored) } });
    expect(await new DynamoKeyRuns(client, 'keys').current()).toEqual({
      ...newRun('1', accounts, NOW),
      ...{ partsTold: 2, lastToldAt: NOW, partsRemembered: 1 },
    });
  });
});

describe('inventories', () => {
  const keyNumber = (index: number, text = 'x'): InventoryKey => ({
    userName: `user-${index}`,
    keyId: `AK${index}`,
    found: {
      status: 'Active',
      createdAt: NOW,
      ageInDays: index,
      lastUse: { kind: 'unknown', reason: text },
      classes: ['too-old'],
    },
    excludedBy: text,
    exclusionReason: text,
    problem: text,
  });

  test('of accounts are read as they were written, in items that fit', async () => {
    const aws = new CountedAws(0);
    const keys = Array.from({ length: 250 }, (_, index) => keyNumber(index, '語'.repeat(2_000)));
    await aws.during(async () => {
      const runs = new DynamoKeyRuns(client, 'keys');
      await runs.writeInventory('1', { accountId: '111122223333', takenAt: NOW, keys });
      await runs.writeInventory('1', { accountId: '444455556666', takenAt: NOW, keys: [] });
      const read = await runs.inventories('1');
      expect([...read.keys()]).toEqual(['111122223333', '444455556666']);
      expect(read.get('111122223333')!.map(({ keyId }) => keyId)).toEqual(
        keys.map(({ keyId }) => keyId),
      );
      expect(read.get('111122223333')![0]!.found).toMatchObject({ createdAt: NOW, ageInDays: 0 });
      expect(read.get('444455556666')).toEqual([]);
    });
    expect(aws.longest.item).toBeLessThan(400_000);
  });

  test('of which a part is not there yet is none', async () => {
    await new CountedAws(0).during(async () => {
      const runs = new DynamoKeyRuns(client, 'keys');
      const keys = Array.from({ length: 250 }, (_, index) => keyNumber(index));
      keys[150] = {
        get userName(): string {
          throw new Error('killed');
        },
      };
      const written = runs.writeInventory('1', { accountId: '111122223333', takenAt: NOW, keys });
      await expect(written).rejects.toThrow('killed');
      expect((await runs.inventories('1')).size).toBe(0);
    });
  });

  test('a shorter one of a later delivery leaves nothing of the one before', async () => {
    await new CountedAws(0).during(async () => {
      const runs = new DynamoKeyRuns(client, 'keys');
      for (const length of [250, 2]) {
        const keys = Array.from({ length }, (_, index) => keyNumber(index));
        await runs.writeInventory('1', { accountId: '111122223333', takenAt: NOW, keys });
      }
      expect((await runs.inventories('1')).get('111122223333')).toHaveLength(2);
    });
  });
});
