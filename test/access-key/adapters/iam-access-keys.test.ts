import { CreateAccessKeyCommand, CreateUserCommand, IAMClient } from '@aws-sdk/client-iam';
import type { Emulator } from '../../../sandbox/emulator/emulator';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { IamAccessKeys } from '../../../src/access-key/adapters/iam-access-keys';
import { SYSTEM_CLOCK } from '../../../src/shared/adapters/clock/system-clock';
import { startedEmulator } from '../../security-group/emulated/emulated-ledger';
import { loseFirstAnswers } from '../../support/aws/lost-answers';

const USER = 'ann';

let emulator: Emulator;
let client: IAMClient;
let keys: IamAccessKeys;
let keyId: string;

beforeAll(async () => {
  emulator = await startedEmulator();
  client = new IAMClient(emulatorAccess(emulator.endpoint));
  keys = new IamAccessKeys(client, SYSTEM_CLOCK);
  await client.send(new CreateUserCommand({ UserName: USER }));
}, 300_000);
afterAll(async () => emulator.stop());
beforeEach(async () => {
  const { AccessKey } = await client.send(new CreateAccessKeyCommand({ UserName: USER }));
  keyId = AccessKey?.AccessKeyId ?? '';
});
afterEach(async () => keys.delete(USER, keyId));

test('a key that is there is deactivated, and deleted', async () => {
  expect(await keys.deactivate(USER, keyId)).toEqual({ kind: 'done' });
  expect(await keys.keysOf(USER)).toMatchObject([{ id: keyId, status: 'Inactive' }]);
  expect(await keys.delete(USER, keyId)).toEqual({ kind: 'done' });
  expect(await keys.keysOf(USER)).toEqual([]);
});

test('a key that someone else has deleted is gone', async () => {
  await keys.delete(USER, keyId);
  expect(await keys.deactivate(USER, keyId)).toEqual({ kind: 'gone' });
  expect(await keys.delete(USER, keyId)).toEqual({ kind: 'gone' });
  expect(await keys.delete('no-one', keyId)).toEqual({ kind: 'gone' });
});

test('after an attempt that worked, and whose answer was lost, it is told how often it was tried', async () => {
  const unlucky = new IAMClient(emulatorAccess(emulator.endpoint));
  loseFirstAnswers(unlucky);
  const losing = new IamAccessKeys(unlucky, SYSTEM_CLOCK);
  expect(await losing.deactivate(USER, keyId)).toEqual({ kind: 'done' });
  expect(await keys.keysOf(USER)).toMatchObject([{ id: keyId, status: 'Inactive' }]);
  expect(await losing.delete(USER, keyId)).toEqual({ kind: 'gone', attempts: 2 });
});
