import { ConditionalCheckFailedException, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { approvalDigest } from '../../../src/approval/adapters/approval-digest';
import {
  contentOf,
  DynamoAskedChanges,
} from '../../../src/security-group/adapters/dynamo-asked-changes';
import type { AskedChange } from '../../../src/security-group/domain/asking/asked-change';
import { type EmulatedLedger, emulatedLedger, TABLE } from '../emulated/emulated-ledger';
import { LONGEST_PLACE } from '../samples/described-places';
import { rule } from '../samples/rules';

const NOON = new Date('2026-01-01T12:00:00Z');
const CARRIED_OUT = {
  phase: 'decision',
  attempt: 1,
  outcome: 'carried-out',
  text: 'reverted',
} as const;

const DAY = 86_400_000;

let emulated: EmulatedLedger;
let changes: DynamoAskedChanges;
let asks = 0;

beforeAll(async () => {
  emulated = await emulatedLedger();
  changes = changesAt(NOON);
}, 300_000);
afterAll(async () => emulated.stop());

function changesAt(now: Date): DynamoAskedChanges {
  return new DynamoAskedChanges(emulated.client, TABLE, {
    now: () => now,
    pause: async () => undefined,
  });
}

/** With texts that are empty, and a name that DynamoDB reserves. */
function newAsk(): AskedChange {
  asks += 1;
  return {
    requestId: `request-${asks}`,
    workflow: 'approvals',
    response: 'revertUntilApproved',
    whenUnanswered: 'revert',
    group: { id: 'sg-1', name: '', tags: [{ key: 'size', value: '' }] },
    call: {
      eventId: 'event-1',
      eventName: 'AuthorizeSecurityGroupIngress',
      time: NOON,
      accountId: '111111111111',
      region: 'eu-west-1',
      actor: { type: 'IAMUser', userName: 'eve' },
      sourceAddress: '',
    },
    rules: [
      {
        change: 'added',
        rule: rule({ id: 'sgr-1', description: '', tags: [{ key: 'a', value: '' }] }),
        violations: [],
      },
    ],
    groupNames: { 'sg-2': '' },
  };
}

test('of a request that was never kept, nothing is known', async () => {
  expect(await changes.read('no-request')).toBeUndefined();
});

test('what was asked comes back as it was', async () => {
  const asked = newAsk();
  expect(await changes.keep(asked)).toBe(true);
  const { question, payload } = contentOf(asked);
  expect(await changes.read(asked.requestId)).toEqual({
    asked,
    digest: approvalDigest(question, payload),
    isGranted: false,
    result: undefined,
  });
});

test('what was asked in a member comes back with its place, which is part of the digest', async () => {
  const asked = { ...newAsk(), place: LONGEST_PLACE };
  expect(await changes.keep(asked)).toBe(true);
  const { question, payload, labels } = contentOf(asked);
  expect(await changes.read(asked.requestId)).toEqual({
    asked,
    digest: approvalDigest(question, payload, labels),
    isGranted: false,
    result: undefined,
  });
});

test('what was asked comes back with the tags that its question and its route go by', async () => {
  const tag = { key: 'team', value: 'payments' };
  const asked = { ...newAsk(), routeTags: [tag], sensitiveTags: [tag] };
  expect(await changes.keep(asked)).toBe(true);
  const { question, payload, labels } = contentOf(asked);
  expect(await changes.read(asked.requestId)).toEqual({
    asked,
    digest: approvalDigest(question, payload, labels),
    isGranted: false,
    result: undefined,
  });
  expect(approvalDigest(question, payload, labels)).not.toBe(approvalDigest(question, payload));
});

test('what was asked is kept for the time in which a decision may come', async () => {
  const { requestId } = await kept();
  expect(await expiryOf(requestId)).toEqual(new Date(NOON.getTime() + 90 * DAY));
});

test('it is kept for as long after each result, as an approval can be given more time again and again', async () => {
  const { requestId } = await kept();
  for (const days of [44, 74, 104]) {
    const now = new Date(NOON.getTime() + days * DAY);
    await changesAt(now).concluded(requestId, CARRIED_OUT);
    expect(await expiryOf(requestId)).toEqual(new Date(now.getTime() + 90 * DAY));
  }
});

test('a change that is kept twice stays as it was kept first', async () => {
  const asked = await kept();
  expect(await changes.keep({ ...asked, workflow: 'others' })).toBe(true);
  expect((await changes.read(asked.requestId))?.asked.workflow).toBe('approvals');
});

test('a change is not asked about again once a decision about it was carried out', async () => {
  const asked = await kept();
  await changes.granted(asked.requestId);
  await changes.concluded(asked.requestId, CARRIED_OUT);
  expect(await changes.read(asked.requestId)).toMatchObject({
    isGranted: true,
    result: CARRIED_OUT,
  });
  expect(await changes.keep(asked)).toBe(false);
});

test.each<[string, (requestId: string) => Promise<void>]>([
  ['grants', async (requestId) => changes.granted(requestId)],
  ['a result', async (requestId) => changes.concluded(requestId, CARRIED_OUT)],
])('%s without a request are refused, and leave nothing behind', async (_, write) => {
  await expect(write('never-asked')).rejects.toThrow(ConditionalCheckFailedException);
  expect(await changes.read('never-asked')).toBeUndefined();
});

async function kept(): Promise<AskedChange> {
  const asked = newAsk();
  await changes.keep(asked);
  return asked;
}

async function expiryOf(requestId: string): Promise<Date> {
  const { Item: item } = await emulated.client.send(
    new GetItemCommand({
      TableName: TABLE,
      Key: { pk: { S: `REQUEST#${requestId}` }, sk: { S: 'ASKED' } },
    }),
  );
  return new Date(1_000 * Number(item?.expiresAt?.N));
}
