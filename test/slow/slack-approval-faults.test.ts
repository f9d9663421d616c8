import type { Disturbance, DisturbedCall } from '../../sandbox/cloudtrail/tap';
import { ALICE, ApprovalSandbox, BOB, buttonsOf } from '../integration/approval-sandbox';

jest.setTimeout(900_000);

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** More than the lease of an invocation that crashed, and less than Slack's signatures hold. */
const AFTER_A_FAILURE_MS = 100_000;
/** So that what was asked in a round does not count in the next. */
const BETWEEN_ROUNDS_MS = 2 * HOUR_MS;
const LATER_MS = 6 * MINUTE_MS;

const REQUESTS = 'ApprovalsRequests';
/** What a crash before a call leaves behind is what one after the call before it does. */
const FAULTS = ['crash-after'] as const satisfies Disturbance['with'][];

const ADVANCE = 'ApprovalsAdvanceRequests';

/** The invocation that is disturbed is the function's first one after that. */
type Moment = 'open' | 'first approval' | 'second approval';

interface Scene {
  readonly what: string;
  readonly from: Moment;
  /** Some that are made one after the other: of those that are made at once, which is the n-th differs. */
  readonly calls: readonly string[];
}

const SCENES: readonly Scene[] = [
  { what: 'the one that takes the request', from: 'open', calls: ['GetItem', 'TransactWriteItems'] },
  { what: 'the one that judges the first approval', from: 'first approval', calls: ['GetItem', 'TransactWriteItems'] },
  { what: 'the one that judges the second approval', from: 'second approval', calls: ['GetItem', 'TransactWriteItems', 'GenerateMac'] },
];

let sandbox: ApprovalSandbox;
let port = 9_000;

beforeAll(async () => {
  sandbox = await ApprovalSandbox.start(2);
  sandbox.begin();
  sandbox.skipWaits(AFTER_A_FAILURE_MS);
});

afterAll(async () => sandbox?.stop());

beforeEach(async () => {
  await sandbox.pass(BETWEEN_ROUNDS_MS);
});

describe.each(FAULTS)('%s', (fault) => {
  test.each(SCENES)('whichever call of $what: decided once, applied once, and shown', async ({ from, calls }) => {
    const hits: string[] = [];
    for (let n = 1; ; n += 1) {
      await sandbox.pass(BETWEEN_ROUNDS_MS);
      const disturbed = await approveRound({ n, with: fault, callerArnIncludes: sandbox.physicalId('AWS::IAM::Role', ADVANCE) }, from);
      const run = `${fault} at call ${n}, ${disturbed.hit?.action}`;
      expect([run, (await sandbox.rules(sandbox.guarded)).filter((rule) => rule === `${port} from 0.0.0.0/0`)]).toEqual([run, [`${port} from 0.0.0.0/0`]]);
      expect([run, applied(), await decided()]).toEqual([run, 1, 1]);
      expect([run, sandbox.lastQuestion.text, buttonsOf(sandbox.lastQuestion)]).toEqual([run, expect.stringMatching(/Approved.*Carried out/s), []]);
      if (!disturbed.hit) break;
      hits.push(disturbed.hit.action);
    }
    process.stdout.write(`${fault}: ${hits.join(', ')}\n`);
    expect(hits).toEqual(expect.arrayContaining(calls));
  });
});

/** A port is opened, and two people approve it; what was cut short is taken up by whoever looks later. */
async function approveRound(disturbance: Disturbance, from: Moment): Promise<DisturbedCall> {
  let disturbed: DisturbedCall = { hit: undefined };
  const at = (moment: Moment) => {
    if (moment === from) disturbed = sandbox.localAws.disturbCall(disturbance);
  };
  at('open');
  await open();
  await later();
  at('first approval');
  await sandbox.click(ALICE, 'Approve');
  await later();
  at('second approval');
  await sandbox.click(BOB, 'Approve');
  await later();
  return disturbed;
}

async function later(): Promise<void> {
  await sandbox.pass(LATER_MS);
  await sandbox.minute();
}

async function open(): Promise<void> {
  port += 1;
  await sandbox.open(sandbox.guarded, { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: '0.0.0.0/0' }] });
}

/** How often a function has added a rule to the group since the round began. */
function applied(): number {
  return sandbox.calls.filter(({ action, status, invocationId, parameters }) => action === 'AuthorizeSecurityGroupIngress' && invocationId !== undefined
    && status < 400 && parameters['IpPermissions.1.FromPort'] === String(port) && parameters.DryRun !== 'true').length;
}

async function decided(): Promise<number> {
  const key = `REQUEST#${sandbox.requestIdOf(sandbox.lastQuestion)}`;
  return (await sandbox.items(REQUESTS)).filter(({ pk, sk, data }) => pk?.S === key && sk?.S?.startsWith('AUDIT#') && data?.S?.includes('"what":"decided"')).length;
}
