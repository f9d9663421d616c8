import {
  DeleteAccessKeyCommand,
  TagUserCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { usedByAws } from '../support/rights/bundled-and-sent';
import type { RoleStatement } from '../support/rights/policy-statement';
import { whatIsNotAllowed, whatIsNotNeeded } from '../support/rights/role-rights';
import { seenRights } from '../support/rights/seen-rights';
import { buttonsOf } from '../support/sandbox/approval-sandbox';
import {
  ALICE,
  BOB,
  EXCLUDED_UNTIL,
  GRACE,
  type Item,
  KeyApprovalSandbox,
  keyIdOf,
  stepsIn,
  type Told,
  YOUNG_AND_UNUSED,
} from '../support/sandbox/key-approval-sandbox';
import { policyStatements } from '../support/sandbox/role-policies';
import { keySchemaErrors } from '../support/schemas/access-key-schemas';

jest.setTimeout(300_000);

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Neither may decide. */
const [OLGA, STRANGER] = ['U0OLGA', 'U0STRANGER'];
/** By their tag Owner. */
const OWNERS = {
  owned: 'olga@example.com',
  foreign: 'stranger@example.org',
  teamowned: 'payments',
};

const [CHECKS, CARRIES_OUT] = ['SentryCheckAccessKeys', 'SentryCarryOutDecision'];
const DELIVERS = 'ApprovalsDeliverMessages';

/** Each test has one of its own. */
const USERS = [
  'approved',
  'denied',
  'unanswered',
  'replaced',
  'switchedoff',
  'tagged',
  'refused',
  'unclear',
  'forged',
  'swapped',
  'decidedfirst',
  'ranfirst',
  'owned',
  'foreign',
  'teamowned',
];
/** Too young to be deactivated for their age, and not used for long enough. */
const UNUSED = ['idle', 'usedagain'];
/** More than the calls that it takes to carry a decision out. */
const CRASHED = Array.from(
  { length: 26 },
  (_, index) => `crash${String(index + 1).padStart(2, '0')}`,
);

let sandbox: KeyApprovalSandbox;

beforeAll(async () => {
  sandbox = await KeyApprovalSandbox.start();
  await sandbox.addUsers(USERS);
  await sandbox.addUsers(UNUSED, YOUNG_AND_UNUSED);
  sandbox.slack.addUser({ id: OLGA, name: 'olga' });
  sandbox.slack.addUser({ id: STRANGER, email: OWNERS.foreign, teamId: 'T0ELSEWHERE' });
  for (const [name, owner] of Object.entries(OWNERS)) await tag(name, 'Owner', owner);
});

afterAll(async () => sandbox?.stop());

describe('before anyone is asked', () => {
  test('the key gets its notice, which says so', async () => {
    const told = await sandbox.run();
    expect(stepsIn(told)).toEqual(everyone('notice deactivate'));
    expect(told.deliveries[0]?.emailText).toContain(
      'NOTICE: people will be asked on 2026-03-18 or soon after whether it may be deactivated',
    );
    expect(stepOf(told, 'approved')).toMatchObject({
      asksFirst: true,
      reasons: [{ kind: 'too-old', days: 200 }],
    });
    expect(stepOf(told, 'idle')).toMatchObject({ reasons: [{ kind: 'unused', days: 52 }] });
    expect(told.deliveries[0]?.emailText).toContain('because it was not used for 52 days');
  });

  test('its grace passes', async () => {
    await sandbox.setClockOn(3 * DAY_MS);
    expect(stepsIn(await sandbox.run())).toEqual(everyone('wait deactivate'));
    expect(sandbox.questionsAbout('approved')).toEqual([]);
    expect(sandbox.slack.messages).toEqual(sandbox.toldAlone(OLGA));
  });

  test('then people are asked, with what they need to know', async () => {
    await sandbox.setClockOn((GRACE - 2) * DAY_MS);
    const told = await sandbox.run();
    expect(stepsIn(told)).toEqual(everyone('asked deactivate'));
    expect(told.deliveries[0]?.emailText).toContain(
      'People are asked since 2026-03-18 whether it may be deactivated because it is 208 days old: request ',
    );
    for (const name of [...USERS, ...UNUSED]) expect(sandbox.questionsAbout(name)).toHaveLength(1);
    const { text } = sandbox.questionAbout('approved');
    for (const fact of [
      'User: approved',
      'Owner: approved (by the name of the user)',
      'Account: 123456789012',
      'Created: 2025-08-22, 208 days ago',
      'Last used: 2026-03-09 (s3, eu-west-1)',
    ]) {
      expect(text).toContain(fact);
    }
    expect(buttonsOf(sandbox.questionAbout('approved'))).toEqual(['Approve', 'Deny']);
    expect(sandbox.questionAbout('idle').text).toContain(
      'it was not used for longer than 45 days (last used 2026-01-17), and its notice was given at least 7 days ago',
    );
  });

  test('and not once more while they have not answered', async () => {
    expect(stepsIn(await sandbox.run())).toEqual(everyone('asked deactivate'));
    for (const name of USERS) expect(sandbox.questionsAbout(name)).toHaveLength(1);
  });
});

describe('the owner of a key, without being asked', () => {
  const told = () => sandbox.toldAlone(OLGA).filter(({ text }) => text.startsWith('Your access'));

  test('hears of it in a direct message without buttons, when its notice is given', () => {
    expect(told()[0]?.text).toMatch(
      /Your access keys.*You are named as owner by the tag Owner.*AKIAOWNED\w+ of owned in account 123456789012.*older than 90 days.*NOTICE: people will be asked on 2026-03-18 or soon after whether it may be deactivated because it is 200 days old.*To replace a key without an outage/s,
    );
    expect(buttonsOf(told()[0]!)).toEqual([]);
    expect(told()[0]?.text).not.toMatch(/AKIA(?!OWNED)/);
  });

  test('hears of it again with later reports, and once a day of what is no news', async () => {
    expect(told()).toHaveLength(3);
    expect(told().at(-1)?.text).toContain('People are asked since 2026-03-18');
    await sandbox.run();
    expect(told()).toHaveLength(3);
  });

  test('hears of it once, though the order for it comes twice', async () => {
    const { queueUrl, body } = sandbox.orders().at(-1)!;
    await sandbox.send(queueUrl, body);
    expect(told()).toHaveLength(3);
  });

  test('hears of it at last where Slack is away for a while', async () => {
    const { queueUrl, body } = sandbox.orders().find((order) => order.body.includes('AKIAOWNED'))!;
    const later = { ...JSON.parse(body), at: sandbox.localAws.now().toISOString(), news: 'later' };
    sandbox.slack.failNext('chat.postMessage', 503);
    await sandbox.send(queueUrl, JSON.stringify(later));
    expect(told()).toHaveLength(4);
  });

  test('hears nothing where they are of another workspace: the workflow reports that, and counts it', () => {
    expect(sandbox.toldAlone(STRANGER)).toEqual([]);
    const reason = sandbox.logs.find((line) => line.includes('a direct message is not sent'));
    expect(reason).toContain('they are of another workspace');
    expect(sandbox.logs.some((line) => line.includes('"DirectMessagesNotSent"'))).toBe(true);
  });

  test('the report says how many hear, and how many do not', async () => {
    const { messages, deliveries } = await sandbox.run();
    expect(messages[0]?.directMessages).toEqual({
      owners: 2,
      withoutAddress: USERS.length + UNUSED.length - 2,
      pastLimit: 0,
    });
    expect(keySchemaErrors('report', deliveries[0]!.message)).toEqual([]);
    expect(deliveries[0]?.emailText).toContain(
      'Direct messages in Slack go to 2 owners, and NOT to',
    );
  });
});

describe('the owner of a key', () => {
  const message = () => sandbox.askedAlone(OLGA).at(-1)!;
  const answer = async (text: string, as = {}) => {
    await sandbox.answer(OLGA, text, as);
    return sandbox.inThread('owned');
  };

  test('is asked in a direct message whether it is still needed', async () => {
    expect(sandbox.askedAlone(OLGA)).toHaveLength(1);
    expect(message().text).toMatch(
      /Still needed\?.*Deactivate access key AKIAOWNED\w+ of owned.*named as owner by the tag Owner.*it is no vote/s,
    );
    expect(buttonsOf(message())).toEqual(['Still needed', 'Not needed any more']);
    expect(sandbox.inThread('owned')).toEqual([]);
  });

  test('is not asked where they are of another workspace: the thread says so', async () => {
    expect(sandbox.toldAlone(STRANGER)).toEqual([]);
    expect(sandbox.inThread('foreign')).toEqual([
      `${OWNERS.foreign}, named as owner by the tag Owner, is not asked: they are of another workspace. Nothing waits for that.`,
    ]);
  });

  test('is not asked where it is no address', async () => {
    expect(sandbox.questionAbout('teamowned').text).toContain('Owner: payments (by the tag Owner)');
    expect(sandbox.inThread('teamowned')).toEqual([]);
  });

  test('is not heard by what others click, or forge', async () => {
    const [requestId] = /AKIAOWNED\w*-\d+/.exec(message().text) ?? [];
    expect(await answer('Still needed', { userId: ALICE })).toEqual([]);
    expect(await answer('Still needed', { userTeamId: 'T0ELSEWHERE' })).toEqual([]);
    expect(
      await answer('Still needed', {
        value: `v1.still-needed.${requestId}.${'0'.repeat(64)}`,
      }),
    ).toEqual([]);
  });

  test('says what the approvers see in the thread, and decides nothing', async () => {
    expect(await answer('Not needed any more')).toEqual([
      expect.stringMatching(/named as owner by the tag Owner, says: not needed any more/),
    ]);
    expect(await answer('Still needed')).toHaveLength(2);
    expect(await answer('Still needed')).toHaveLength(2);
    expect(sandbox.inThread('owned').at(-1)).toMatch(/says: still needed. It is no vote/);
    expect(await sandbox.status('owned')).toBe('Active');
    expect(buttonsOf(sandbox.questionAbout('owned'))).toEqual(['Approve', 'Deny']);
  });

  test('hears what has become of it, and can say nothing any more', async () => {
    const { ts } = message();
    await sandbox.click(ALICE, 'Approve', 'owned');
    await expectDeactivated('owned');
    expect(message().ts).toBe(ts);
    expect(message().text).toMatch(/Your answer: still needed.*Approved.*Carried out/s);
    expect(buttonsOf(message())).toEqual([]);
    expect(await answer('Not needed any more')).toHaveLength(2);
  });
});

describe('what people decide is made true, and told', () => {
  test('approved by one: it is deactivated at once', async () => {
    const told = await sandbox.tellingOf(async () => sandbox.click(ALICE, 'Approve', 'approved'));
    await expectDeactivated('approved');
    expect(told.deliveries).toHaveLength(1);
    expect(stepOf(told, 'approved')).toMatchObject({
      kind: 'done',
      undo: expect.stringContaining('--status Active'),
    });
    expect(told.deliveries[0]?.emailText).toContain(
      'It was deactivated on 2026-03-18 because it is 208 days old, as people approved: request AKIAAPPROVED00000000-',
    );
  });

  test('and the next run does not tell it again, nor asks', async () => {
    expect(stepsIn(await sandbox.run())).toMatchObject({ approved: 'notice delete' });
    expect(sandbox.questionsAbout('approved')).toHaveLength(1);
  });

  test('a decision that comes again deactivates nothing that its owner has activated since', async () => {
    await setStatus('approved', 'Active');
    const { body } = decisionsAbout('approved').at(-1)!;
    await sandbox.send(sandbox.decisionQueue, body);
    expect(await sandbox.status('approved')).toBe('Active');
    await setStatus('approved', 'Inactive');
  });

  test('approved since it is not used: it is deactivated, which is told with why', async () => {
    const told = await sandbox.tellingOf(async () => sandbox.click(ALICE, 'Approve', 'idle'));
    await expectDeactivated('idle');
    expect(stepOf(told, 'idle')).toMatchObject({
      kind: 'done',
      reasons: [{ kind: 'unused', days: 60, noticeAt: expect.any(String) }],
    });
  });

  test('denied: it stays, and the next run holds it', async () => {
    const told = await sandbox.tellingOf(async () => sandbox.click(ALICE, 'Deny', 'denied'));
    expect(told.deliveries).toEqual([]);
    expect(sandbox.questionAbout('denied').text).toMatch(/Denied by.*Carried out.*left as it is/s);
    const report = await sandbox.run();
    expect(stepOf(report, 'denied')).toEqual(
      expect.objectContaining({
        kind: 'held',
        reason: 'people denied it on 2026-03-18, and are asked again from 2026-04-17 on',
      }),
    );
    expect(await sandbox.status('denied')).toBe('Active');
    expect(sandbox.questionsAbout('denied')).toHaveLength(1);
  });
});

describe('things are not any more as people were shown them', () => {
  test.each([
    [
      'deleted by its owner',
      'replaced',
      async () =>
        sandbox.iam.send(
          new DeleteAccessKeyCommand({ UserName: 'replaced', AccessKeyId: keyIdOf('replaced') }),
        ),
      undefined,
    ],
    [
      'deactivated by its owner',
      'switchedoff',
      async () => setStatus('switchedoff', 'Inactive'),
      'Inactive',
    ],
    [
      'of a user who is excluded by now',
      'tagged',
      async () => tag('tagged', EXCLUDED_UNTIL, '2026-06-01'),
      'Active',
    ],
  ])(
    'a key that was %s: nothing is done, and the message says so',
    async (_what, name, act, status) => {
      await act();
      const told = await sandbox.tellingOf(async () => sandbox.click(ALICE, 'Approve', name));
      expect(sandbox.questionAbout(name).text).toMatch(
        /Approved.*Not carried out.*Nothing was done/s,
      );
      expect(buttonsOf(sandbox.questionAbout(name))).toEqual([]);
      expect(await sandbox.status(name)).toBe(status);
      expect(sandbox.deactivationsOf(name)).toBe(0);
      expect(stepsIn(told)[name]).toBeUndefined();
    },
  );
});

test('a key that was used since people were asked, as it was not: nothing is done, and the message says when', async () => {
  await sandbox.useKey('usedagain');
  await sandbox.click(ALICE, 'Approve', 'usedagain');
  expect(sandbox.questionAbout('usedagain').text).toMatch(
    /Approved.*Not carried out.*people were asked about a key that is not used, and it was used on 2026-03-18/s,
  );
  expect(await sandbox.status('usedagain')).toBe('Active');
  expect(sandbox.deactivationsOf('usedagain')).toBe(0);
  expect(stepsIn(await sandbox.run()).usedagain).toBeUndefined();
});

describe('what goes wrong', () => {
  test('IAM refuses: it is told, and tried again when people say so', async () => {
    sandbox.gaps.fail({
      action: 'UpdateAccessKey',
      accessKeyId: keyIdOf('refused'),
      errorCode: 'AccessDenied',
      times: 1,
    });
    const told = await sandbox.tellingOf(async () => sandbox.click(ALICE, 'Approve', 'refused'));
    expect(stepOf(told, 'refused')).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('AccessDenied'),
    });
    expect(told.deliveries[0]?.emailText).toContain(
      'People have approved it, and can have it tried again in Slack: request AKIAREFUSED',
    );
    expect(sandbox.questionAbout('refused').text).toMatch(/Failed.*AccessDenied/s);
    expect(buttonsOf(sandbox.questionAbout('refused'))).toEqual(['Retry']);
    expect(stepsIn(await sandbox.run())).toMatchObject({ refused: 'held deactivate' });
    expect(sandbox.questionsAbout('refused')).toHaveLength(1);
    await sandbox.click(BOB, 'Retry', 'refused');
    await expectDeactivated('refused');
  });

  test('what cannot be looked up is looked up again until it can: people are told meanwhile', async () => {
    sandbox.gaps.fail({
      action: 'GetAccessKeyLastUsed',
      accessKeyId: keyIdOf('unclear'),
      errorCode: 'AccessDenied',
      times: 4,
    });
    const told = await sandbox.tellingOf(async () => sandbox.click(ALICE, 'Approve', 'unclear'));
    expect(sandbox.questionAbout('unclear').versions.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/Failed.*Not yet, and it is still tried.*AccessDenied/s),
    );
    await expectDeactivated('unclear');
    expect(told.deliveries).toHaveLength(1);
    expect(stepOf(told, 'unclear')).toMatchObject({ kind: 'done' });
  });
});

describe('nothing is deactivated by someone who writes', () => {
  test('into the queue of decisions: what the workflow has not signed', async () => {
    const { body } = decisionsAbout('approved').at(-1)!;
    const { statement, mac }: Record<string, string> = JSON.parse(body);
    const [, requestId, digest] = /v1\.approve\.\.([\w-]+)\.([0-9a-f]{64})/.exec(
      JSON.stringify(sandbox.questionAbout('forged').blocks),
    )!;
    const forged = JSON.stringify({
      ...JSON.parse(statement!),
      requestId,
      digest,
      payload: keyIdOf('forged'),
    });
    for (const given of [mac, '', `${'A'.repeat(43)}=`]) {
      await sandbox.send(
        sandbox.decisionQueue,
        JSON.stringify({ ...JSON.parse(body), statement: forged, mac: given }),
      );
    }
    expect(refusals()).toEqual(
      Array(3).fill(expect.stringContaining('its workflow has not signed it')),
    );
    expect(await sandbox.status('forged')).toBe('Active');
  });

  test('into the table that people have approved it', async () => {
    const item = await sandbox.record('forged');
    const decision = { kind: 'approved', at: sandbox.localAws.now().toISOString() };
    await sandbox.putRecord(withApproval(item, (approval) => ({ ...approval, decision })));
    expect(stepsIn(await sandbox.run())).toMatchObject({ forged: 'held deactivate' });
    expect(await sandbox.status('forged')).toBe('Active');
    await sandbox.putRecord(item);
  });

  test('into the table what people have not been asked: only for what they were, their decision holds', async () => {
    const item = await sandbox.record('swapped');
    await sandbox.putRecord(
      withApproval(item, (approval) => ({
        ...approval,
        question: { ...Object(approval.question), title: 'Something harmless' },
      })),
    );
    await sandbox.click(ALICE, 'Approve', 'swapped');
    expect(refusals().at(-1)).toContain('people were shown something else than what was asked');
    expect(sandbox.questionAbout('swapped').text).toMatch(/Failed.*shown something else/s);
    expect(await sandbox.status('swapped')).toBe('Active');
    await sandbox.putRecord(item);
    await sandbox.click(ALICE, 'Retry', 'swapped');
    await expectDeactivated('swapped');
  });
});

describe('a run and a decision at the same time', () => {
  test('the run waits for a decision that is carried out', async () => {
    sandbox.gaps.fail({
      action: 'UpdateAccessKey',
      accessKeyId: keyIdOf('decidedfirst'),
      errorCode: 'Throttling',
      times: 2,
    });
    const underWay = sandbox.nextCall('UpdateAccessKey');
    await sandbox.press(ALICE, 'Approve', 'decidedfirst');
    await underWay;
    expect(await sandbox.fire()).toMatchObject({ succeeded: true });
    await sandbox.settled();
    expect(refusedLeases(CHECKS)).not.toBe(0);
    await expectDeactivated('decidedfirst');
    expect(approvalIn(await sandbox.record('decidedfirst'))).toMatchObject({
      decision: { kind: 'approved' },
      result: { outcome: 'carried-out' },
    });
  });

  test('a decision is carried out after the run that is under way', async () => {
    const before = refusedLeases(CARRIES_OUT);
    sandbox.gaps.fail({
      action: 'GetAccessKeyLastUsed',
      accessKeyId: keyIdOf('ranfirst'),
      errorCode: 'Throttling',
      times: 3,
    });
    const underWay = sandbox.nextCall('GetAccessKeyLastUsed');
    const run = sandbox.fire();
    sandbox.holdClockUntil(run);
    await underWay;
    await sandbox.press(ALICE, 'Approve', 'ranfirst');
    expect(await run).toMatchObject({ succeeded: true });
    await sandbox.settled();
    expect(refusedLeases(CARRIES_OUT) - before).not.toBe(0);
    await expectDeactivated('ranfirst');
    expect(approvalIn(await sandbox.record('ranfirst'))).toMatchObject({
      decision: { kind: 'approved' },
      result: { outcome: 'carried-out' },
    });
  });
});

describe('later', () => {
  test('what no one answered is asked again by the next run', async () => {
    await sandbox.pass(25 * 60 * MINUTE_MS);
    expect(sandbox.questionAbout('unanswered').text).toMatch(
      /Expired.*Carried out.*left as it is/s,
    );
    expect(await sandbox.status('unanswered')).toBe('Active');
    expect(stepsIn(await sandbox.run())).toMatchObject({
      unanswered: 'asked deactivate',
      denied: 'held deactivate',
    });
    expect(sandbox.questionsAbout('unanswered')).toHaveLength(2);
    expect(buttonsOf(sandbox.questionAbout('unanswered'))).toEqual(['Approve', 'Deny']);
  });

  describe('a function that ends in the middle of carrying a decision out', () => {
    beforeAll(async () => {
      await sandbox.addUsers(CRASHED);
      await sandbox.setClockOn(DAY_MS);
      await sandbox.run();
      await sandbox.setClockOn((GRACE + 1) * DAY_MS);
      await sandbox.run();
    });

    test('after whichever of its calls: the key is deactivated once, and all are told', async () => {
      const hits: string[] = [];
      for (const [index, name] of CRASHED.entries()) {
        const disturbed = sandbox.localAws.disturbCall({
          n: index + 1,
          with: 'crash-after',
          callerArnIncludes: sandbox.role(CARRIES_OUT),
        });
        const told = await sandbox.tellingOf(async () => sandbox.click(ALICE, 'Approve', name));
        const at = `crash after call ${index + 1}, ${disturbed.hit?.action}`;
        const { text } = sandbox.questionAbout(name);
        const ends = [
          await sandbox.status(name),
          sandbox.deactivationsOf(name),
          text,
          buttonsOf(sandbox.questionAbout(name)).length,
        ];
        expect([at, ...ends]).toEqual([
          at,
          'Inactive',
          1,
          expect.stringMatching(/Carried out.*was deactivated/s),
          0,
        ]);
        expect([
          at,
          told.messages.map(
            (message) => stepOf({ deliveries: [], messages: [message] }, name)?.kind,
          ),
        ]).toEqual([at, expect.arrayContaining(['done'])]);
        if (!disturbed.hit) break;
        hits.push(disturbed.hit.action);
      }
      expect(hits).toEqual(
        expect.arrayContaining(['VerifyMac', 'UpdateAccessKey', 'Publish', 'SendMessage']),
      );
      expect(hits.length).toBeLessThan(CRASHED.length);
    });
  });

  test('what was denied is asked again after its time, and what was approved is deleted', async () => {
    for (const days of [8, 8, 8]) {
      expect(sandbox.questionsAbout('denied')).toHaveLength(1);
      await sandbox.setClockOn(days * DAY_MS);
      await sandbox.run();
    }
    expect(sandbox.questionsAbout('denied')).toHaveLength(2);
    expect(await sandbox.status('denied')).toBe('Active');
    expect(await sandbox.status('approved')).toBeUndefined();
  });
});

describe('the rights of the functions', () => {
  let statements: RoleStatement[];

  beforeAll(async () => {
    const roles = [CHECKS, CARRIES_OUT].map((role) => sandbox.role(role));
    statements = (await policyStatements(sandbox.iam, sandbox.stack)).filter(({ role }) =>
      roles.includes(role),
    );
  });

  test('are enough for all that they did in these tests, and no more', async () => {
    const own = [...sandbox.callsBy(CHECKS), ...sandbox.callsBy(CARRIES_OUT)];
    expect(own.length).toBeGreaterThan(200);
    expect(await whatIsNotAllowed(own, statements)).toEqual([]);
    const unneeded = await whatIsNotNeeded(own, statements);
    expect(unneeded.filter(({ action }) => !usedByAws(action))).toEqual([]);
  });

  test('of the workflow are enough to send direct messages', async () => {
    const all = await policyStatements(sandbox.iam, sandbox.stack);
    const own = all.filter(({ role }) => role === sandbox.role(DELIVERS));
    const calls = sandbox.callsBy(DELIVERS);
    expect(calls.map(({ action }) => action)).toContain('PutItem');
    expect(await whatIsNotAllowed(calls, own)).toEqual([]);
  });

  test('are used for all that the files of the functions can ask for', async () => {
    expect(await seenRights('check-access-keys', sandbox.callsBy(CHECKS))).toEqual({
      // Of one whose exclusions name a group, a copy outside of the home Region, and one that asks
      // no one.
      unseen: [
        'iam:GetGroup on iam:group',
        'iam:ListRoles on all',
        'iam:UpdateAccessKey on iam:user',
      ],
      unknown: [],
    });
    expect(await seenRights('carry-out-key-decision', sandbox.callsBy(CARRIES_OUT))).toEqual({
      unseen: ['iam:GetGroup on iam:group'],
      unknown: [],
    });
  });

  test('let only the one that gets decisions deactivate, and it cannot delete', () => {
    const holders = (right: string) =>
      statements
        .filter(({ effect, actions }) => effect === 'Allow' && actions.includes(right))
        .map(({ role }) => role);
    expect(holders('iam:UpdateAccessKey')).toEqual([sandbox.role(CARRIES_OUT)]);
    expect(holders('iam:DeleteAccessKey')).toEqual([sandbox.role(CHECKS)]);
    expect(holders('kms:VerifyMac')).toEqual([sandbox.role(CARRIES_OUT)]);
    expect(holders('kms:GenerateMac')).toEqual([]);
  });
});

function everyone(step: string): Record<string, string> {
  return Object.fromEntries([...USERS, ...UNUSED].map((name) => [name, step]));
}

/** What was told last of the user's key. */
function stepOf({ messages }: Told, name: string) {
  return messages
    .flatMap(({ keys }) => keys)
    .filter(({ userName }) => userName === name)
    .at(-1)?.step;
}

async function expectDeactivated(name: string): Promise<void> {
  expect(await sandbox.status(name)).toBe('Inactive');
  expect(sandbox.deactivationsOf(name)).toBe(1);
  expect(sandbox.questionAbout(name).text).toMatch(/Approved.*Carried out.*was deactivated/s);
  expect(buttonsOf(sandbox.questionAbout(name))).toEqual([]);
}

async function setStatus(name: string, Status: 'Active' | 'Inactive'): Promise<void> {
  await sandbox.iam.send(
    new UpdateAccessKeyCommand({ UserName: name, AccessKeyId: keyIdOf(name), Status }),
  );
}

async function tag(name: string, Key: string, Value: string): Promise<void> {
  await sandbox.iam.send(new TagUserCommand({ UserName: name, Tags: [{ Key, Value }] }));
}

function decisionsAbout(name: string) {
  return sandbox
    .sent()
    .filter(
      ({ queueUrl, body }) => queueUrl === sandbox.decisionQueue && body.includes(keyIdOf(name)),
    );
}

/** Why messages were taken for no decisions, as the log says. */
function refusals(): string[] {
  return sandbox.logs.filter((line) => line.includes('a decision that is none'));
}

/** How often a function of the role found someone else at work. */
function refusedLeases(role: string): number {
  return sandbox
    .callsBy(role)
    .filter(
      ({ action, status, json }) =>
        action === 'PutItem' && status === 400 && JSON.stringify(json).includes('#run'),
    ).length;
}

function approvalIn({ approval }: Item): Record<string, unknown> {
  return JSON.parse(approval?.S ?? '{}');
}

function withApproval(item: Item, change: (approval: Record<string, unknown>) => object): Item {
  return { ...item, approval: { S: JSON.stringify(change(approvalIn(item))) } };
}
