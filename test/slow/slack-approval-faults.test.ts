import { setTimeout as sleep } from 'node:timers/promises';
import type { Disturbance, DisturbedCall } from '../../sandbox/cloudtrail/tap';
import type { Message } from '../../sandbox/slack/workspace';
import { ALICE, ApprovalSandbox, BOB, buttonsOf } from '../support/sandbox/approval-sandbox';

jest.setTimeout(900_000);

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** More than the lease of an invocation that crashed, and less than Slack's signatures hold. */
const AFTER_A_FAILURE_MS = 100_000;
/** So that what was asked in a round does not count in the next. */
const BETWEEN_ROUNDS_MS = 2 * HOUR_MS;
/** More than what was cut short may stay so until the run of a minute takes it up. */
const LATER_MS = 6 * MINUTE_MS;

const REQUESTS = 'ApprovalsRequests';
const [ADVANCE, DELIVER, CARRY_OUT] = [
  'ApprovalsAdvanceRequests',
  'ApprovalsDeliverMessages',
  'GuardCarryOut',
];

type Moment = 'open' | 'first approval' | 'second approval' | 'outcome';

interface Scene {
  readonly what: string;
  readonly role: string;
  /** The invocation that is disturbed is the function's first one after that. */
  readonly from: Moment;
  readonly with: Disturbance['with'];
  /**
   * Some that are made one after the other: of those that are made at once, which is the n-th
   * differs.
   */
  readonly calls: readonly string[];
}

/**
 * Of one request, from the question to what became of it. A crash before a call leaves behind what
 * one after the call before it does; only who calls Slack in between has done more.
 */
const LIFE: readonly Scene[] = [
  {
    what: 'takes the request',
    role: ADVANCE,
    from: 'open',
    with: 'crash-after',
    calls: ['GetItem', 'TransactWriteItems'],
  },
  {
    what: 'brings the question',
    role: DELIVER,
    from: 'open',
    with: 'crash-before',
    calls: ['GetItem', 'TransactWriteItems'],
  },
  {
    what: 'judges the first approval',
    role: ADVANCE,
    from: 'first approval',
    with: 'crash-after',
    calls: ['GetItem', 'TransactWriteItems'],
  },
  {
    what: 'shows the first approval',
    role: DELIVER,
    from: 'first approval',
    with: 'crash-before',
    calls: ['GetItem', 'TransactWriteItems'],
  },
  {
    what: 'judges the second approval',
    role: ADVANCE,
    from: 'second approval',
    with: 'crash-after',
    calls: ['GetItem', 'TransactWriteItems', 'GenerateMac'],
  },
  {
    what: 'shows what was decided',
    role: DELIVER,
    from: 'second approval',
    with: 'crash-before',
    calls: ['GetItem', 'TransactWriteItems'],
  },
  {
    what: 'carries it out',
    role: CARRY_OUT,
    from: 'second approval',
    with: 'crash-after',
    calls: ['GetItem', 'VerifyMac', 'AuthorizeSecurityGroupIngress', 'SendMessage'],
  },
];
const OUTCOME: readonly Scene[] = [
  {
    what: 'is told what has become of it',
    role: ADVANCE,
    from: 'outcome',
    with: 'crash-after',
    calls: ['GetItem', 'TransactWriteItems'],
  },
];

let sandbox: ApprovalSandbox;
let port = 9_000;

beforeAll(async () => {
  sandbox = await ApprovalSandbox.start();
  sandbox.begin();
  sandbox.skipWaits(AFTER_A_FAILURE_MS);
});

afterAll(async () => sandbox?.stop());

test.each([
  ['each function that has to do with a request', LIFE],
  ['the function that is told what has become of it', OUTCOME],
])(
  '%s ends at its n-th call, for each n: decided once, applied once, and shown',
  async (_, scenes) => {
    const hits = new Map(scenes.map(({ what }) => [what, new Array<string>()]));
    for (let n = 1; ; n += 1) {
      await sandbox.pass(BETWEEN_ROUNDS_MS);
      const asked = sandbox.questions.length;
      const told = sandbox.monitored.length;
      const disturbed = await approveRound(n, scenes);
      const run = `call ${n}: ${scenes.flatMap(({ what }, index) => (disturbed[index]?.hit ? `${what}, ${disturbed[index].hit.action}` : [])).join('; ')}`;
      expect([
        run,
        (await sandbox.rules(sandbox.guarded)).filter((rule) => rule === `${port} from 0.0.0.0/0`),
      ]).toEqual([run, [`${port} from 0.0.0.0/0`]]);
      expect([run, applied(), await decided()]).toEqual([run, 1, 1]);
      expect([run, sandbox.lastQuestion.text, buttonsOf(sandbox.lastQuestion)]).toEqual([
        run,
        expect.stringMatching(/Approved.*Carried out/s),
        [],
      ]);
      expect([run, firstWords(sandbox.monitored.slice(told))]).toEqual([
        run,
        ['Approved', 'Asked', 'Carried'],
      ]);
      for (const twin of sandbox.questions.slice(asked, -1)) {
        expect([run, await buttonsAfterClick(twin)]).toEqual([run, []]);
      }
      for (const [index, { what }] of scenes.entries()) {
        hits.get(what)?.push(...(disturbed[index]?.hit ? [disturbed[index].hit.action] : []));
      }
      if (!disturbed.some(({ hit }) => hit)) break;
    }
    process.stdout.write(
      `${[...hits].map(([what, actions]) => `${what}: ${actions.join(', ')}`).join('\n')}\n`,
    );
    for (const { what, calls } of scenes) {
      expect([what, hits.get(what)]).toEqual([what, expect.arrayContaining([...calls])]);
    }
  },
);

/**
 * A port is opened, and two people approve it; what was cut short is taken up by anyone who looks
 * later.
 */
async function approveRound(n: number, scenes: readonly Scene[]): Promise<DisturbedCall[]> {
  const disturbed: DisturbedCall[] = [];
  const at = (moment: Moment) => {
    const now = scenes.filter(({ from }) => from === moment);
    disturbed.push(
      ...now.map(({ role, with: fault }) =>
        sandbox.localAws.disturbCall({
          n,
          with: fault,
          callerArnIncludes: sandbox.physicalId('AWS::IAM::Role', role),
        }),
      ),
    );
  };
  at('open');
  await open();
  await sandbox.pass(LATER_MS);
  at('first approval');
  await sandbox.click(ALICE, 'Approve');
  await sandbox.pass(LATER_MS);
  at('second approval');
  if (scenes.some(({ from }) => from === 'outcome')) {
    await approveBeforeOutcome(() => at('outcome'));
  } else {
    await sandbox.click(BOB, 'Approve');
  }
  await sandbox.pass(LATER_MS);
  await sandbox.minute();
  return disturbed;
}

/**
 * `act`, when the click is judged and the outcome not told yet: who carries the decision out
 * crashes at first, which takes longer.
 */
async function approveBeforeOutcome(act: () => void): Promise<void> {
  const [calls, failures, advance] = [
    sandbox.calls.length,
    sandbox.failedInvocations,
    sandbox.physicalId('AWS::IAM::Role', ADVANCE),
  ];
  const isJudged = () =>
    sandbox.calls
      .slice(calls)
      .some(({ action, callerArn }) => action === 'UpdateItem' && callerArn?.includes(advance));
  sandbox.localAws.crashNext({
    service: 'ec2',
    action: 'AuthorizeSecurityGroupIngress',
    when: 'before',
  });
  const clicked = sandbox.click(BOB, 'Approve');
  while (sandbox.failedInvocations === failures || !isJudged()) await sleep(1);
  act();
  await clicked;
}

async function open(): Promise<void> {
  port += 1;
  await sandbox.open(sandbox.guarded, {
    IpProtocol: 'tcp',
    FromPort: port,
    ToPort: port,
    IpRanges: [{ CidrIp: '0.0.0.0/0' }],
  });
}

/** How often a function has added the rule to the group. */
function applied(): number {
  return sandbox.calls.filter(
    ({ action, status, invocationId, parameters }) =>
      action === 'AuthorizeSecurityGroupIngress' &&
      invocationId !== undefined &&
      status < 400 &&
      parameters['IpPermissions.1.FromPort'] === String(port) &&
      parameters.DryRun !== 'true',
  ).length;
}

async function decided(): Promise<number> {
  const key = `REQUEST#${sandbox.requestIdOf(sandbox.lastQuestion)}`;
  return (await sandbox.items(REQUESTS)).filter(
    ({ pk, sk, data }) =>
      pk?.S === key && sk?.S?.startsWith('AUDIT#') && data?.S?.includes('"what":"decided"'),
  ).length;
}

/** Each once, as a message may have been posted twice. */
function firstWords(texts: readonly string[]): string[] {
  return [...new Set(texts.map((text) => text.split(/[: ]/)[0] ?? ''))].sort();
}

/** Of a question whose place no one wrote down: where it is clicked, it is brought up to date. */
async function buttonsAfterClick(twin: Message): Promise<string[]> {
  if (buttonsOf(twin).length > 0) await sandbox.click(ALICE, 'Approve', twin);
  return buttonsOf(twin);
}
