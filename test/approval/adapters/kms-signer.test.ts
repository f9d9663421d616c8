import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import type { Emulator } from '../../../sandbox/emulator/emulator';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { KmsSigner } from '../../../src/approval/adapters/kms-signer';
import { startedEmulator } from '../../security-group/emulated/emulated-ledger';

let emulator: Emulator;
let client: KMSClient;
let signer: KmsSigner;
let mac: string;

const STATEMENT = JSON.stringify({ decision: 'approved', payload: 'ü'.repeat(20_000) });

beforeAll(async () => {
  emulator = await startedEmulator();
  client = new KMSClient({ ...emulatorAccess(emulator.endpoint), maxAttempts: 1 });
  signer = await newSigner();
  mac = await signer.sign(STATEMENT);
}, 300_000);
afterAll(async () => {
  client.destroy();
  await emulator.stop();
});

async function newSigner(): Promise<KmsSigner> {
  const { KeyMetadata: key } = await client.send(
    new CreateKeyCommand({ KeySpec: 'HMAC_256', KeyUsage: 'GENERATE_VERIFY_MAC' }),
  );
  return new KmsSigner(client, key!.Arn!);
}

test('what the key has signed is verified, however long it is', async () => {
  expect(await signer.verify(STATEMENT, mac)).toBe(true);
});

test('a statement that was changed is not', async () => {
  expect(await signer.verify(STATEMENT.replace('approved', 'approve!'), mac)).toBe(false);
  expect(await signer.verify(`${STATEMENT} `, mac)).toBe(false);
});

test('nor is what another key has signed', async () => {
  const other = await newSigner();
  expect(await signer.verify(STATEMENT, await other.sign(STATEMENT))).toBe(false);
});

test.each([
  '',
  'no base64!',
  Buffer.from('short').toString('base64'),
  Buffer.alloc(64).toString('base64'),
])('nor what has the MAC "%s"', async (malformed) => {
  expect(await signer.verify(STATEMENT, malformed)).toBe(false);
});

test('where KMS does not say, it is neither: the look-up fails', async () => {
  const gone = new KmsSigner(
    client,
    'arn:aws:kms:us-east-1:123456789012:key/00000000-0000-4000-8000-000000000000',
  );
  await expect(gone.verify(STATEMENT, mac)).rejects.toThrow('does not exist');
  await expect(gone.sign(STATEMENT)).rejects.toThrow('does not exist');
});
