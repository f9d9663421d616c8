import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import type { Emulator } from '../../../sandbox/emulator/emulator';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import {
  decisionStatement,
  parseDecision,
} from '../../../src/approval/adapters/approval-queue-messages';
import { KmsSigner } from '../../../src/approval/adapters/kms-signer';
import { whyNotSigned } from '../../../src/approval/adapters/signed-decision';
import { admit, NEW_SOURCE, NEW_SUBJECT } from '../../../src/approval/domain/admit';
import { startedEmulator } from '../../security-group/emulated/emulated-ledger';
import { askOf, CONFIGURATION } from '../in-memory/workflow-in-memory';

const NOON = new Date('2026-01-01T12:00:00Z');

let emulator: Emulator;
let client: KMSClient;
let workflow: KmsSigner;
let stranger: KmsSigner;

beforeAll(async () => {
  emulator = await startedEmulator();
  client = new KMSClient({ ...emulatorAccess(emulator.endpoint), maxAttempts: 1 });
  [workflow, stranger] = [await newSigner(), await newSigner()];
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

/** An approval, in the words of its workflow. */
function approval(): string {
  const { request } = admit(askOf(), NEW_SUBJECT, NEW_SOURCE, CONFIGURATION, NOON);
  return decisionStatement({
    ...request,
    decision: { kind: 'approved', at: NOON, by: ['ann'] },
    carrying: { phase: 'decision', attempt: 1 },
  });
}

async function verdict(
  statement: string,
  signer: KmsSigner,
  asker = 'sentry',
  sent = statement,
): Promise<string | undefined> {
  const mac = await signer.sign(statement);
  return whyNotSigned(
    parseDecision(JSON.stringify({ version: 1, type: 'decision', statement: sent, mac })),
    asker,
    workflow,
  );
}

test('a decision counts that the workflow has signed for the one who asked', async () => {
  expect(await verdict(approval(), workflow)).toBeUndefined();
});

test('one that someone else has signed does not', async () => {
  expect(await verdict(approval(), stranger)).toBe('its workflow has not signed it');
});

test('one that was changed after it was signed does not', async () => {
  const denied = approval().replace('"approved"', '"denied"');
  expect(await verdict(denied, workflow, 'sentry', approval())).toBe(
    'its workflow has not signed it',
  );
});

test('one for another asker of the same workflow does not', async () => {
  expect(await verdict(approval(), workflow, 'other')).toBe('it is for sentry');
});
