import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GenerateMacCommand, KMSClient } from '@aws-sdk/client-kms';
import * as z from 'zod/mini';
import { ALICE, ApprovalSandbox, BOB } from '../support/sandbox/approval-sandbox';

/**
 * Records what this version stores and sends, for the next one to read: run it when a version is
 * released, as CONTRIBUTING.md says.
 */
async function record(): Promise<void> {
  const sandbox = await ApprovalSandbox.start(4);
  const requests: Record<string, string> = {};
  const noteOpen = (state: string) => {
    requests[state] = sandbox.requestIdOf(sandbox.lastQuestion);
  };

  sandbox.begin();
  await open(sandbox, sandbox.guarded);
  noteOpen('reverted, open');
  await open(sandbox, sandbox.lenient);
  await sandbox.click(ALICE, 'Approve');
  noteOpen('stands, approved by one');

  sandbox.begin();
  await open(sandbox, sandbox.guarded);
  await sandbox.approve();
  noteOpen('approved');

  sandbox.begin();
  await open(sandbox, sandbox.lenient);
  await sandbox.click(BOB, 'Deny');
  noteOpen('denied');

  sandbox.begin();
  await open(sandbox, sandbox.guarded);
  await sandbox.approve('Approve for 1 h');
  noteOpen('approved for a time');

  const recorded = {
    at: sandbox.localAws.now().toISOString(),
    requests,
    workflow: await sandbox.items('ApprovalsRequests'),
    ledger: await sandbox.items('GuardLedger'),
    messages: messagesIn(sandbox),
    macs: await macsIn(sandbox),
  };
  await sandbox.stop();
  writeFileSync(
    join(__dirname, 'stored-by-last-version.json'),
    `${JSON.stringify(recorded, undefined, 2)}\n`,
  );
}

async function open(sandbox: ApprovalSandbox, groupId: string): Promise<void> {
  await sandbox.open(groupId, {
    IpProtocol: 'tcp',
    FromPort: 8080,
    ToPort: 8080,
    IpRanges: [{ CidrIp: '0.0.0.0/0' }],
  });
}

/** Every text that was sent to a queue, once. */
function messagesIn({ calls }: ApprovalSandbox): string[] {
  return textsIn(calls, 'SendMessage', z.object({ MessageBody: z.string() }), 'MessageBody');
}

/** What was signed, in base64, with its MAC: the key itself does not leave KMS. */
async function macsIn(sandbox: ApprovalSandbox): Promise<Record<string, string>> {
  const { localAws, calls } = sandbox;
  const client = new KMSClient({
    endpoint: localAws.endpoint,
    region: localAws.region,
    credentials: await localAws.createUser('recorder'),
  });
  const KeyId = sandbox.physicalId('AWS::KMS::Key', 'ApprovalsDecisionKey');
  const messages = textsIn(calls, 'GenerateMac', z.object({ Message: z.string() }), 'Message');
  const macs: Record<string, string> = {};
  for (const message of messages) {
    const Message = Buffer.from(message, 'base64');
    const { Mac = new Uint8Array() } = await client.send(
      new GenerateMacCommand({ KeyId, Message, MacAlgorithm: 'HMAC_SHA_256' }),
    );
    macs[message] = Buffer.from(Mac).toString('base64');
  }
  return macs;
}

function textsIn<Field extends string>(
  calls: ApprovalSandbox['calls'],
  action: string,
  schema: z.ZodMiniType<Readonly<Record<Field, string>>>,
  field: Field,
): string[] {
  const bodies = calls.filter((call) => call.action === action).map(({ json }) => json);
  return [...new Set(bodies.map((body) => schema.parse(body)[field]))];
}

void record();
