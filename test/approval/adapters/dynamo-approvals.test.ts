import {
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { emulatorAccess } from '../../../sandbox/emulator/emulator-access';
import { approvalDigest } from '../../../src/approval/adapters/approval-digest';
import { DynamoApprovals } from '../../../src/approval/adapters/dynamo-approvals';
import {
  clickIdOf,
  DynamoClicks,
  type StoredClick,
} from '../../../src/approval/adapters/dynamo-clicks';
import {
  admit,
  type Ask,
  join,
  NEW_SOURCE,
  NEW_SUBJECT,
  refused,
} from '../../../src/approval/domain/admit';
import { type ApprovalRequest, withEntry } from '../../../src/approval/domain/approval-request';
import {
  ApprovalConflictError,
  type ChangedRequest,
  type NewRequest,
} from '../../../src/approval/domain/approval-store';
import { withDecision } from '../../../src/approval/domain/decision';
import { afterTime, dueAt } from '../../../src/approval/domain/due';
import { NO_READINGS } from '../../../src/approval/domain/member-readings';
import { loseFirstAnswers } from '../../support/aws/lost-answers';
import { type EmulatedApprovals, emulatedApprovals, TABLE } from '../emulated/emulated-approvals';
import { askOf, CONFIGURATION } from '../in-memory/workflow-in-memory';

const NOON = new Date('2026-01-01T12:00:00.123Z');
const LATER = new Date('2026-01-01T13:00:00Z');
const DAY_SECONDS = 24 * 60 * 60;
const AUDIT_SECONDS = 400 * DAY_SECONDS;

let emulated: EmulatedApprovals;
let approvals: DynamoApprovals;
let clicks: DynamoClicks;
let asks = 0;
let clicksMade = 0;

beforeAll(async () => {
  emulated = await emulatedApprovals();
  approvals = new DynamoApprovals(emulated.client, TABLE, AUDIT_SECONDS);
  clicks = new DynamoClicks(emulated.client, TABLE, AUDIT_SECONDS);
}, 300_000);
afterAll(async () => emulated.stop());

/** About a subject and from a source of its own, unless it is told otherwise. */
function newAsk(values: Partial<Ask> = {}): Ask {
  asks += 1;
  const ask = askOf({
    requestId: `r-${asks}`,
    subject: `subject ${asks}`,
    source: `source ${asks}`,
    ...values,
  });
  return { ...ask, digest: approvalDigest(ask.question, ask.payload) };
}

async function admitted(ask: Ask, at = NOON): Promise<ApprovalRequest> {
  const [subject, source] = await Promise.all([
    approvals.subject(ask.subject),
    approvals.source(ask.source),
  ]);
  const admission = admit(ask, subject, source, CONFIGURATION, at);
  await approvals.admit(admission, ask.source, dueAt(admission.request, CONFIGURATION));
  return (await approvals.read(ask.requestId))!;
}

function decided(
  request: ApprovalRequest,
  kind: 'approved' | 'denied',
  until?: Date,
): ApprovalRequest {
  return withDecision(
    request,
    { kind, at: LATER, by: ['ann'], ...(until && { until }) },
    { at: LATER, by: 'ann', clickId: 'c', membership: ['ann', 'ben'] },
  );
}

async function itemsOf(partition: string) {
  const { Items: items } = await emulated.client.send(
    new QueryCommand({
      TableName: TABLE,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: partition } },
    }),
  );
  return items!;
}

function newClick(): StoredClick {
  clicksMade += 1;
  const body = Buffer.from(`payload=${clicksMade}\xff`, 'latin1');
  return { id: clickIdOf(body), body, timestamp: '1', signature: 'v0=2', receivedAt: NOON };
}

const auditOf = async (id: string) =>
  (await itemsOf(`REQUEST#${id}`))
    .filter(({ sk }) => sk?.S?.startsWith('AUDIT#'))
    .map(({ data }) => JSON.parse(data!.S!));

describe('a request', () => {
  test('that was never asked is not there, and nothing is known of its subject and its source', async () => {
    expect(await approvals.read('no one')).toBeUndefined();
    expect(await approvals.subject('nothing')).toEqual(NEW_SUBJECT);
    expect(await approvals.source('nowhere')).toEqual(NEW_SOURCE);
  });

  test('comes back as it was admitted, and so do its subject and its source', async () => {
    const ask = newAsk({ payload: '{"text":"\ud800 \u0000 ü"}' });
    const admission = admit(ask, NEW_SUBJECT, NEW_SOURCE, CONFIGURATION, NOON);
    await approvals.admit(admission, ask.source, undefined);
    expect(await approvals.read(ask.requestId)).toEqual({ ...admission.request, revision: 1 });
    expect(await approvals.subject(ask.subject)).toEqual({
      openRequestId: ask.requestId,
      revision: 1,
    });
    expect(await approvals.source(ask.source)).toEqual({ askedAt: [NOON], revision: 1 });
  });

  test('comes back with its votes, its decision, its messages and its outcome', async () => {
    const request = await admitted(newAsk());
    const full: ApprovalRequest = {
      ...decided(request, 'approved', LATER),
      requesters: [{ name: 'ann', email: 'ann@example.com', slackUserId: '' }, { name: 'x' }],
      joined: ['r-joined'],
      votes: [
        { userId: 'ann', at: LATER, seconds: 3_600 },
        { userId: 'ben', at: LATER },
      ],
      judgedClicks: ['c'],
      tooFewApprovers: { approvers: 1, possible: 1, needed: 2 },
      waitingClicks: [
        {
          wasApprover: true,
          click: {
            id: 'w',
            userId: 'cid',
            userTeamId: 'T1',
            teamId: 'T1',
            appId: 'A1',
            channelId: 'C1',
            messageTs: '1.2',
            submittedAt: new Date('2026-01-01T00:01:00Z'),
            button: {
              requestId: request.id,
              digest: 'd',
              action: { kind: 'approve', seconds: 60 },
            },
            at: NOON,
          },
        },
      ],
      carrying: {
        phase: 'end',
        attempt: 2,
        earlierAttempts: 1,
        sentAt: LATER,
        outcome: { kind: 'failed', text: 'no', at: LATER },
      },
      messages: [
        {
          name: { kind: 'question' },
          wanted: 2,
          shown: 1,
          notBefore: LATER,
          leasedUntil: NOON,
          pointedAt: NOON,
          failures: 3,
          copies: [{ channelId: 'C1', ts: '1.2' }],
        },
        { name: { kind: 'reminder', number: 1 }, wanted: 1, shown: 1, failures: 0, copies: [] },
        {
          name: { kind: 'refusal', userId: 'cid', clickId: 'c', text: 'no' },
          wanted: 1,
          shown: 0,
          failures: 0,
          copies: [],
        },
        {
          name: { kind: 'waiting', userId: 'cid', clickId: 'w', text: 'it waits' },
          wanted: 1,
          shown: 0,
          failures: 0,
          copies: [],
        },
      ],
    };
    await approvals.write(full, request, undefined);
    expect(await approvals.read(request.id)).toEqual({ ...full, revision: 2 });
  });

  test('is admitted once', async () => {
    const ask = newAsk();
    await admitted(ask);
    await expect(admitted(ask)).rejects.toThrow(ApprovalConflictError);
  });

  test.each<[string, Partial<Ask>]>([
    ['subject', { subject: 'shared' }],
    ['source', { source: 'shared' }],
  ])(
    'of which another request about the same %s knew nothing is not admitted, and leaves nothing behind',
    async (_, shared) => {
      const [one, other] = [newAsk(shared), newAsk(shared)];
      const admissions = [one, other].map((ask) =>
        admit(ask, NEW_SUBJECT, NEW_SOURCE, CONFIGURATION, NOON),
      );
      await approvals.admit(admissions[0]!, one.source, NOON);
      await expect(approvals.admit(admissions[1]!, other.source, NOON)).rejects.toThrow(
        ApprovalConflictError,
      );
      expect(await itemsOf(`REQUEST#${other.requestId}`)).toEqual([]);
      expect((await approvals.subject(one.subject)).openRequestId).toBe(one.requestId);
      expect((await approvals.source(one.source)).askedAt).toEqual([NOON]);
    },
  );

  test('is written once where the answers are lost, and never in conflict with ourselves', async () => {
    const unlucky = new DynamoDBClient(emulatorAccess(emulated.endpoint));
    loseFirstAnswers(unlucky);
    const losing = new DynamoApprovals(unlucky, TABLE, AUDIT_SECONDS);
    const [ask, repeat] = [newAsk(), newAsk()];
    const admission = admit(ask, NEW_SUBJECT, NEW_SOURCE, CONFIGURATION, NOON);
    await losing.admit(admission, ask.source, NOON);
    const request = (await approvals.read(ask.requestId))!;
    await losing.join(...joining(request, repeat));
    const joined = (await approvals.read(ask.requestId))!;
    await losing.write(decided(joined, 'approved'), joined, undefined);
    expect(await approvals.read(ask.requestId)).toMatchObject({
      repeats: 1,
      decision: { kind: 'approved' },
      revision: 3,
    });
    expect(await auditOf(ask.requestId)).toMatchObject([
      { what: 'asked' },
      { what: 'repeated' },
      { what: 'decided' },
    ]);
  });

  test('that two write at the same time is written by one', async () => {
    const request = await admitted(newAsk());
    const writes = await Promise.allSettled(
      ['ann', 'ben'].map(async (userId) =>
        approvals.write({ ...request, votes: [{ userId, at: LATER }] }, request, undefined),
      ),
    );
    expect(writes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(writes.find((write) => write.status === 'rejected')?.reason).toBeInstanceOf(
      ApprovalConflictError,
    );
    expect((await approvals.read(request.id))!.votes).toHaveLength(1);
  });

  test('is known as what its ask has become, and as what others have joined', async () => {
    const request = await admitted(newAsk());
    expect(await approvals.takenAs(request.id)).toBe(request.id);
    const { requestId } = newAsk();
    expect(await approvals.takenAs(requestId)).toBeUndefined();
    await approvals.join(...joining(request, newAsk({ requestId })));
    expect(await approvals.read(request.id)).toMatchObject({
      repeats: 1,
      joined: [requestId],
      revision: 2,
    });
    expect(await approvals.takenAs(requestId)).toBe(requestId);
    expect(await approvals.read(requestId)).toMatchObject({
      decision: { kind: 'not-asked', reason: 'asked-already' },
      carrying: { attempt: 1 },
    });
    expect(await auditOf(request.id)).toContainEqual({
      at: LATER.toISOString(),
      what: 'repeated',
      detail: requestId,
    });
  });

  test('takes each ask once: nothing of a second try is written', async () => {
    const request = await admitted(newAsk());
    const ask = newAsk();
    await approvals.join(...joining(request, ask));
    const known = (await approvals.read(request.id))!;
    const answer = await approvals.read(ask.requestId);
    await expect(approvals.join(...joining(known, ask))).rejects.toThrow(ApprovalConflictError);
    await expect(admitted(ask)).rejects.toThrow(ApprovalConflictError);
    expect(await approvals.read(request.id)).toEqual(known);
    expect(await approvals.read(ask.requestId)).toEqual(answer);
  });

  test('stands in the place of a question that cannot be read, and keeps the digest of that', async () => {
    const ask = newAsk({ digest: 'f'.repeat(64) });
    const request = refused(ask, 'unreadable', CONFIGURATION, NOON);
    await approvals.admit({ request, subject: NEW_SUBJECT, source: NEW_SOURCE }, ask.source, NOON);
    expect(await approvals.read(ask.requestId)).toMatchObject({
      digest: ask.digest,
      decision: { reason: 'unreadable' },
    });
  });

  test('too long for an item is refused in words', async () => {
    const request = await admitted(newAsk());
    await expect(
      approvals.write({ ...request, joined: ['x'.repeat(400_000)] }, request, undefined),
    ).rejects.toThrow(`The request ${request.id} takes 40`);
  });

  test('another failure is not told as a conflict', async () => {
    const elsewhere = new DynamoApprovals(emulated.client, 'no-such-table', AUDIT_SECONDS);
    const ask = newAsk();
    await expect(
      elsewhere.admit(admit(ask, NEW_SUBJECT, NEW_SOURCE, CONFIGURATION, NOON), ask.source, NOON),
    ).rejects.toThrow(ResourceNotFoundException);
  });
});

describe('with the decision', () => {
  test('its subject is open for another request', async () => {
    const request = await admitted(newAsk());
    await approvals.write(decided(request, 'approved'), request, undefined);
    expect(await approvals.subject(request.subject)).toEqual({ revision: 2 });
  });

  test('a denial is remembered', async () => {
    const request = await admitted(newAsk());
    await approvals.write(decided(request, 'denied'), request, undefined);
    expect(await approvals.subject(request.subject)).toEqual({ deniedAt: LATER, revision: 2 });
  });

  test('what is written later leaves the subject to the next request', async () => {
    const request = await admitted(newAsk());
    await approvals.write(decided(request, 'denied'), request, undefined);
    const later = (await approvals.read(request.id))!;
    const next = await admitted(
      newAsk({ subject: request.subject }),
      new Date('2026-01-02T12:00:00Z'),
    );
    await approvals.write({ ...later, reminders: 1 }, later, undefined);
    expect(await approvals.subject(request.subject)).toEqual({
      openRequestId: next.id,
      revision: 3,
    });
  });
});

describe('the audit', () => {
  test('has each entry once, and keeps it when it has been announced', async () => {
    const request = await admitted(newAsk());
    const voted = withEntry(withEntry(request, { at: LATER, what: 'vote', by: 'ann' }), {
      at: LATER,
      what: 'vote',
      by: 'ann',
    });
    await approvals.write(voted, request, undefined);
    const read = (await approvals.read(request.id))!;
    await approvals.write({ ...read, unannounced: [] }, read, undefined);
    expect(await auditOf(request.id)).toEqual([
      { at: NOON.toISOString(), what: 'asked', detail: request.question.title },
      { at: LATER.toISOString(), what: 'vote', by: 'ann' },
    ]);
  });

  test('is kept for its time after the request is over, with the request itself', async () => {
    const request = await admitted(newAsk());
    const until = new Date('2026-01-20T00:00:00Z');
    await approvals.write(decided(request, 'approved', until), request, undefined);
    const expiries = Object.fromEntries(
      (await itemsOf(`REQUEST#${request.id}`)).map(({ sk, expiresAt }) => [
        sk!.S!.split('#')[0] + (sk!.S!.split('#')[1] ?? ''),
        expiresAt?.N,
      ]),
    );
    const kept = (over: Date) => String(Math.ceil(over.getTime() / 1_000) + AUDIT_SECONDS);
    expect(expiries).toEqual({
      REQUEST: kept(until),
      [`AUDIT${NOON.toISOString()}`]: kept(until),
      [`AUDIT${LATER.toISOString()}`]: kept(until),
    });
  });
});

test('a request is kept until its later end is over, also while its asker does not answer', async () => {
  const request = await admitted(newAsk());
  const end = new Date('2026-01-20T00:00:00Z');
  const until = new Date('2026-02-19T00:00:00Z');
  const extended: ApprovalRequest = {
    ...decided(request, 'approved', end),
    carrying: { phase: 'decision', attempt: 2 },
    extension: { number: 1, end, votes: [], approval: { at: LATER, by: ['ann'], until } },
  };
  await approvals.write(extended, request, undefined);
  const [item] = await itemsOf(`REQUEST#${request.id}`).then((items) =>
    items.filter(({ sk }) => sk?.S === 'REQUEST'),
  );
  expect(item?.expiresAt).toEqual({ N: String(until.getTime() / 1_000 + AUDIT_SECONDS) });
});

describe('an approval that is given more time', () => {
  const END = new Date('2026-01-20T00:00:00Z');
  const UNTIL = new Date('2026-02-19T00:00:00Z');
  const kept = String(UNTIL.getTime() / 1_000 + AUDIT_SECONDS);

  function extended(request: ApprovalRequest): ApprovalRequest {
    return {
      ...request,
      carrying: { phase: 'decision', attempt: 2 },
      extension: {
        number: 1,
        end: END,
        votes: [],
        approval: { at: LATER, by: ['ann'], until: UNTIL },
      },
    };
  }

  async function approvedBy(clickId: string): Promise<ApprovalRequest> {
    const request = await admitted(newAsk());
    const approved = decided(request, 'approved', END);
    await approvals.write({ ...approved, judgedClicks: [clickId] }, request, undefined);
    return (await approvals.read(request.id))!;
  }

  const expiriesOf = async (partition: string) =>
    (await itemsOf(partition)).map(({ expiresAt }) => expiresAt?.N);

  test('keeps its audit, word of its ask, and its clicks until the later end is over', async () => {
    const click = newClick();
    await clicks.store(click);
    const request = await approvedBy(click.id);
    await approvals.write(extended(request), request, undefined);
    expect(await expiriesOf(`REQUEST#${request.id}`)).toEqual([kept, kept, kept]);
    expect(await expiriesOf(`ASK#${request.id}`)).toEqual([kept]);
    expect(await expiriesOf(`CLICK#${click.id}`)).toEqual([kept]);
    expect(await clicks.read(click.id)).toEqual({ ...click, isJudged: false });
  });

  test('keeps all that, where its asker then says that it is not given more time', async () => {
    const request = await approvedBy('gone');
    await approvals.write(extended(request), request, undefined);
    const read = (await approvals.read(request.id))!;
    const notExtended = {
      ...read,
      carrying: {
        phase: 'decision',
        attempt: 2,
        outcome: { kind: 'failed', text: 'No.', at: LATER },
      },
    } as const;
    await approvals.write(notExtended, read, undefined);
    const shorter = String(END.getTime() / 1_000 + AUDIT_SECONDS);
    expect(await expiriesOf(`REQUEST#${request.id}`)).toEqual([kept, kept, shorter]);
  });

  test('makes no item of a click that has gone', async () => {
    const request = await approvedBy('gone');
    await approvals.write(extended(request), request, undefined);
    expect(await itemsOf('CLICK#gone')).toEqual([]);
  });
});

test('a click is kept as long as what became of it', async () => {
  const click = newClick();
  await clicks.store(click);
  const request = await admitted(newAsk());
  const entry = { at: NOON, what: 'refused-click', by: 'eve', clickId: click.id } as const;
  await approvals.write(withEntry(request, entry), request, undefined);
  const [item] = await itemsOf(`CLICK#${click.id}`);
  const over = Math.ceil(request.expiresAt.getTime() / 1_000);
  expect(item?.expiresAt).toEqual({ N: String(over + AUDIT_SECONDS) });
});

describe('what is due', () => {
  // Other tests leave requests behind: these are due long before.
  const early = (seconds: number) => new Date(1_000 * seconds);

  test('is found in order, up to a limit', async () => {
    const [later, first, never] = [
      await admitted(newAsk()),
      await admitted(newAsk()),
      await admitted(newAsk()),
    ];
    await approvals.write(later, later, early(20));
    await approvals.write(first, first, early(10));
    await approvals.write(never, never, undefined);
    expect(await approvals.due(early(9), 10)).toEqual({ requestIds: [], clickIds: [] });
    expect(await approvals.due(early(10), 10)).toEqual({ requestIds: [first.id], clickIds: [] });
    expect(await approvals.due(early(30), 1)).toEqual({ requestIds: [first.id], clickIds: [] });
    expect(await approvals.due(early(30), 10)).toEqual({
      requestIds: [first.id, later.id],
      clickIds: [],
    });
    expect((await approvals.due(LATER, 1_000)).requestIds).not.toContain(never.id);
  });

  test('is found no more once it is done', async () => {
    const request = await admitted(newAsk());
    await approvals.write(request, request, early(40));
    expect((await approvals.due(early(40), 100)).requestIds).toContain(request.id);
    const read = (await approvals.read(request.id))!;
    await approvals.write(read, read, undefined);
    expect((await approvals.due(LATER, 1_000)).requestIds).not.toContain(request.id);
  });

  test('of a request that no one answers is its end', async () => {
    const request = await admitted(newAsk());
    await approvals.write(
      { ...request, unannounced: [], messages: [] },
      request,
      request.expiresAt,
    );
    const found = await approvals.due(request.expiresAt, 1_000);
    expect(found.requestIds).toContain(request.id);
    expect(afterTime(request, CONFIGURATION, request.expiresAt).decision?.kind).toBe('expired');
  });
});

describe('the readings of a user group', () => {
  test('are none at first, and come back as they were kept', async () => {
    const first = await approvals.memberReadings('S1');
    expect(first).toEqual(NO_READINGS);
    const readings = [{ at: NOON, members: ['ann', 'ben'] }];
    await approvals.keepMemberReadings('S1', { ...first, readings });
    expect(await approvals.memberReadings('S1')).toEqual({ readings, revision: 1 });
  });

  test('are kept by one of two who read it in the same moment', async () => {
    const known = await approvals.memberReadings('S2');
    await approvals.keepMemberReadings('S2', known);
    await expect(approvals.keepMemberReadings('S2', known)).rejects.toThrow(ApprovalConflictError);
  });
});

test('a request that was denied late has its subject know it', async () => {
  const request = await admitted(newAsk());
  const expired = afterTime(request, CONFIGURATION, request.expiresAt);
  await approvals.write(expired, request, undefined);
  const denied = decided({ ...expired, revision: 2 }, 'denied');
  await approvals.write(denied, { ...expired, revision: 2 }, undefined);
  expect((await approvals.subject(request.subject)).deniedAt).toEqual(LATER);
});

describe('an item that this version did not write', () => {
  async function forged(
    change: (item: Record<string, { S?: string; N?: string }>) => object,
  ): Promise<string> {
    const { id } = await admitted(newAsk());
    const Key = { pk: { S: `REQUEST#${id}` }, sk: { S: 'REQUEST' } };
    const { Item: item } = await emulated.client.send(
      new GetItemCommand({ TableName: TABLE, Key }),
    );
    await emulated.client.send(
      new PutItemCommand({
        TableName: TABLE,
        Item: { ...item, ...change(item as never) } as never,
      }),
    );
    return id;
  }
  const data =
    (change: (request: { question: object }) => object) =>
    (item: Record<string, { S?: string }>) => ({
      data: { S: JSON.stringify(change(JSON.parse(item.data!.S!))) },
    });

  test.each<[string, (item: Record<string, { S?: string; N?: string }>) => object]>([
    ['another version', () => ({ version: { N: '2' } })],
    ['no revision', () => ({ revision: { N: '0' } })],
    ['no JSON', () => ({ data: { S: '{' } })],
    [
      'an unknown decision',
      data((request) => ({ ...request, decision: { kind: 'maybe', at: NOON, by: [] } })),
    ],
    [
      'another question',
      data((request) => ({ ...request, question: { ...request.question, title: 'Open HTTPS' } })),
    ],
    [
      'something in the question that no one would be shown',
      data((request) => ({ ...request, question: { ...request.question, more: 1 } })),
    ],
    ['another payload', data((request) => ({ ...request, payload: '{"all":true}' }))],
    ['the request of another id', data((request) => ({ ...request, id: 'another' }))],
  ])('with %s is refused by name', async (_, change) => {
    const id = await forged(change);
    await expect(approvals.read(id)).rejects.toThrow(
      `The approval workflow's item REQUEST#${id} / REQUEST is not of version 1`,
    );
  });
});

describe('a click', () => {
  test('comes back as it was sent, byte for byte', async () => {
    const click = newClick();
    await clicks.store(click);
    expect(await clicks.read(click.id)).toEqual({ ...click, isJudged: false });
  });

  test('that no one stored is not there', async () => {
    expect(await clicks.read('f'.repeat(64))).toBeUndefined();
  });

  test('is due from when it came, until it is judged', async () => {
    const click = newClick();
    await clicks.store(click);
    expect((await approvals.due(new Date(NOON.getTime() - 1), 1_000)).clickIds).not.toContain(
      click.id,
    );
    expect((await approvals.due(NOON, 1_000)).clickIds).toContain(click.id);
    await clicks.judged(click.id);
    expect((await approvals.due(LATER, 1_000)).clickIds).not.toContain(click.id);
    expect(await clicks.read(click.id)).toEqual({ ...click, isJudged: true });
  });

  test('that comes again changes nothing: neither when it came, nor that it is judged', async () => {
    const click = newClick();
    await clicks.store(click);
    await clicks.judged(click.id);
    await clicks.store({ ...click, receivedAt: LATER });
    expect(await clicks.read(click.id)).toEqual({ ...click, isJudged: true });
  });

  test('of 200 kB fits', async () => {
    const body = Buffer.alloc(200_000, 'x');
    const click = { ...newClick(), id: clickIdOf(body), body };
    await clicks.store(click);
    expect((await clicks.read(click.id))?.body.equals(body)).toBe(true);
  });

  test('judged once its time in the table is over leaves nothing behind', async () => {
    const { id } = newClick();
    await clicks.judged(id);
    expect(await itemsOf(`CLICK#${id}`)).toEqual([]);
  });
});

/** The ask joins the request, and its asker is told. */
function joining(before: ApprovalRequest, ask: Ask): [ChangedRequest, NewRequest] {
  return [
    { request: join(before, ask, LATER), before, dueAt: NOON },
    { request: refused(ask, 'asked-already', CONFIGURATION, LATER), dueAt: NOON },
  ];
}
