import { DynamoDBClient, ScanCommand } from '@aws-sdk/client-dynamodb';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { DynamoDirectMessages } from '../../../src/approval/adapters/dynamo-direct-messages';
import { ApprovalConflictError } from '../../../src/approval/domain/approval-store';
import { NO_DIRECT_MESSAGE } from '../../../src/approval/domain/direct-message';
import { loseFirstAnswers } from '../../support/aws/lost-answers';
import { type EmulatedApprovals, emulatedApprovals, TABLE } from '../emulated/emulated-approvals';

const NOON = new Date('2026-01-01T12:00:00Z');
const LAST = { at: NOON, news: 'd1', doneAt: new Date('2026-01-01T12:00:05Z') };
const THIRTY_DAYS = 30 * 24 * 3_600;

let emulated: EmulatedApprovals;
let store: DynamoDirectMessages;
let count = 0;

beforeAll(async () => {
  emulated = await emulatedApprovals();
  store = new DynamoDirectMessages(emulated.client, TABLE);
}, 300_000);
afterAll(async () => emulated.stop());

function nextPerson() {
  count += 1;
  return { sender: 'App/Keys', email: `olga-${count}@example.com` };
}

test('of someone who got none, nothing is remembered', async () => {
  expect(await store.read(nextPerson())).toEqual(NO_DIRECT_MESSAGE);
});

test('what was written is read again, however the address is written', async () => {
  const to = nextPerson();
  const written = await store.write(to, { ...NO_DIRECT_MESSAGE, last: LAST, leasedUntil: NOON });
  expect(await store.read({ ...to, email: to.email.toUpperCase() })).toEqual(written);
  expect(await store.read({ ...to, sender: 'App/OtherKeys' })).toEqual(NO_DIRECT_MESSAGE);
});

test('of two who write at once, one is told so', async () => {
  const to = nextPerson();
  const first = await store.write(to, NO_DIRECT_MESSAGE);
  await expect(store.write(to, NO_DIRECT_MESSAGE)).rejects.toThrow(ApprovalConflictError);
  await store.write(to, { ...first, last: LAST });
  await expect(store.write(to, first)).rejects.toThrow(ApprovalConflictError);
  expect((await store.read(to)).last).toEqual(LAST);
});

test('what was written is written, though the answer to it was lost', async () => {
  const to = nextPerson();
  const unlucky = new DynamoDBClient(emulatorAccess(emulated.endpoint));
  loseFirstAnswers(unlucky);
  const losing = new DynamoDirectMessages(unlucky, TABLE);
  const claimed = await losing.write(to, { ...NO_DIRECT_MESSAGE, leasedUntil: NOON });
  await losing.write(to, { ...claimed, leasedUntil: undefined, last: LAST });
  expect(await store.read(to)).toEqual({ revision: 2, last: LAST });
  await expect(losing.write(to, claimed)).rejects.toThrow(ApprovalConflictError);
  unlucky.destroy();
});

test('the address is no part of the item, which goes 30 days after the message', async () => {
  const to = nextPerson();
  await store.write(to, { ...NO_DIRECT_MESSAGE, last: LAST });
  const { Items: items = [] } = await emulated.client.send(new ScanCommand({ TableName: TABLE }));
  expect(JSON.stringify(items)).not.toContain('olga');
  expect(items.map(({ expiresAt }) => expiresAt?.N)).toContain(
    String(LAST.doneAt.getTime() / 1_000 + THIRTY_DAYS),
  );
});
