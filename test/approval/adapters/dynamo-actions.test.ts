import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { parseActionRequest } from '../../../src/approval/adapters/action-request';
import { DynamoActions } from '../../../src/approval/adapters/dynamo-actions';
import type { AskResult } from '../../../src/approval/domain/ask-result';
import type { ActionTry } from '../../../src/approval/domain/carry-out-action';
import { loseFirstAnswers } from '../../support/aws/lost-answers';
import { type EmulatedApprovals, emulatedApprovals, TABLE } from '../emulated/emulated-approvals';

const NOON = new Date('2026-01-01T12:00:00Z');
const HOUR_LATER = new Date('2026-01-01T13:00:00Z');
const KEPT_SECONDS = 86_400;
const RESULT: AskResult = { phase: 'decision', attempt: 1, outcome: 'carried-out', text: 'Done.' };

let emulated: EmulatedApprovals;
let actions: DynamoActions;
let count = 0;

beforeAll(async () => {
  emulated = await emulatedApprovals();
  actions = new DynamoActions(emulated.client, TABLE, KEPT_SECONDS);
}, 300_000);
afterAll(async () => emulated.stop());

test('what was asked stays as it was stored first', async () => {
  const asked = await stored();
  await actions.store({ ...asked, payload: '"other"' }, HOUR_LATER);
  expect(await actions.read(asked.requestId)).toEqual(asked);
  expect(await actions.read('never-asked')).toBeUndefined();
});

test('one invocation at a time carries a request out, until its time is over', async () => {
  const { requestId } = await stored();
  expect(await actions.begin(tryOf(requestId), NOON)).toEqual({ kind: 'begun', isBegun: false });
  const other = tryOf(requestId, { holder: 'two' });
  expect(await actions.begin(other, NOON)).toEqual({ kind: 'taken', isSameTurn: true });
  const later = { ...other, turn: 2 };
  expect(await actions.begin(later, NOON)).toEqual({ kind: 'taken', isSameTurn: false });
  expect(await actions.begin(later, HOUR_LATER)).toEqual({ kind: 'begun', isBegun: true });
  expect(await actions.begin(tryOf(requestId), HOUR_LATER)).toEqual({ kind: 'later' });
});

test('what was asked is kept from then on, and again from each try', async () => {
  const { requestId } = await stored();
  const expiry = async () => {
    const { Item: item } = await emulated.client.send(
      new GetItemCommand({
        TableName: TABLE,
        Key: { pk: { S: `REQUEST#${requestId}` }, sk: { S: 'ACTION' } },
      }),
    );
    return Number(item?.expiresAt?.N);
  };
  expect(await expiry()).toBe(NOON.getTime() / 1_000 + KEPT_SECONDS);
  await actions.begin(tryOf(requestId), HOUR_LATER);
  expect(await expiry()).toBe(HOUR_LATER.getTime() / 1_000 + KEPT_SECONDS);
});

test('one that gives up lets others begin, and no one else can give up for it', async () => {
  const { requestId } = await stored();
  await actions.begin(tryOf(requestId), NOON);
  const other = tryOf(requestId, { holder: 'two', decision: 'denied' });
  await actions.release(other);
  expect(await actions.begin(other, NOON)).toMatchObject({ kind: 'taken' });
  await actions.release(tryOf(requestId));
  expect(await actions.begin(other, NOON)).toEqual({ kind: 'begun', isBegun: false });
});

test('a result is kept, unless a later turn has begun', async () => {
  const { requestId } = await stored();
  await actions.begin(tryOf(requestId), NOON);
  await actions.conclude(tryOf(requestId), RESULT);
  expect((await actions.read(requestId))?.result).toEqual(RESULT);
  await actions.begin(tryOf(requestId, { turn: 2 }), NOON);
  await actions.conclude(tryOf(requestId), { ...RESULT, text: 'Late.' });
  expect((await actions.read(requestId))?.result).toEqual(RESULT);
});

test('what ended after someone has read it is not begun again', async () => {
  const { requestId } = await stored();
  await actions.begin(tryOf(requestId), NOON);
  await actions.conclude(tryOf(requestId), RESULT);
  const other = tryOf(requestId, { holder: 'two' });
  expect(await actions.begin(other, NOON)).toEqual({ kind: 'taken', isSameTurn: true });
  expect(await actions.begin({ ...other, turn: 2 }, NOON)).toMatchObject({ kind: 'begun' });
});

test('a lost answer is no conflict with ourselves', async () => {
  const unlucky = new DynamoDBClient(emulatorAccess(emulated.endpoint));
  loseFirstAnswers(unlucky);
  const losing = new DynamoActions(unlucky, TABLE, KEPT_SECONDS);
  const asked = nextAsk();
  await losing.store(asked, NOON);
  expect(await losing.begin(tryOf(asked.requestId), NOON)).toMatchObject({ kind: 'begun' });
  await losing.conclude(tryOf(asked.requestId), RESULT);
  expect((await actions.read(asked.requestId))?.result).toEqual(RESULT);
});

test('an item of another version is an error, and nothing is done by guess', async () => {
  await emulated.client.send(
    new PutItemCommand({
      TableName: TABLE,
      Item: {
        pk: { S: 'REQUEST#newer' },
        sk: { S: 'ACTION' },
        version: { N: '2' },
        asked: { S: '{}' },
      },
    }),
  );
  await expect(actions.read('newer')).rejects.toThrow('is not of version 1');
});

async function stored() {
  const asked = nextAsk();
  await actions.store(asked, NOON);
  return asked;
}

function nextAsk() {
  count += 1;
  const request = { subject: 'db', title: 'Delete it', requester: { name: 'Ann' }, payload: count };
  return parseActionRequest(request, `action-${count}`);
}

function tryOf(requestId: string, values: Partial<ActionTry> = {}): ActionTry {
  return { requestId, decision: 'approved', turn: 1, holder: 'one', ...values };
}
