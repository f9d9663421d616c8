import fc from 'fast-check';
import * as z from 'zod/mini';
import { faultsOfBlocks } from '../../../../sandbox/slack/block-limits';
import { weightOf } from '../../../../src/approval/adapters/slack/approval-blocks';
import { SlackRenderer } from '../../../../src/approval/adapters/slack/approval-renderer';
import type { ApprovalConfiguration } from '../../../../src/approval/domain/approval-configuration';
import {
  type ApprovalRequest,
  type CarryingOutcome,
  type Decision,
  type Extension,
  type MessageSlot,
  type Step,
  STEPS,
} from '../../../../src/approval/domain/approval-request';
import { parseButton } from '../../../../src/approval/domain/click';
import type { RenderedMessage } from '../../../../src/approval/domain/deliver-messages';
import { reasonText } from '../../../../src/approval/domain/denial-reason';
import type { Question } from '../../../../src/approval/domain/question';

const CONFIGURATION: ApprovalConfiguration = {
  approvers: { kind: 'users', userIds: ['U0BOB', 'U0CAROL'] },
  requiredApprovals: 1,
  allowSelfApproval: false,
  approvalChannelId: 'C0APPROVE',
  expireMilliseconds: 86_400_000,
  remindMilliseconds: 14_400_000,
  approvalSeconds: [3_600, 5_400],
  denialPauseMilliseconds: 3_600_000,
  requestsAnHour: 10,
};

const QUESTION: Question = {
  title: 'Change of security group web',
  requester: { name: 'alice@example.com', email: 'alice@example.com' },
  facts: [{ label: 'Group', value: 'sg-1 (web)' }],
  changes: [
    {
      before: 'tcp 22 from 10.0.0.0/8',
      after: 'tcp 22 from 0.0.0.0/0',
      remarks: ['Opens SSH to the internet.'],
    },
    { after: 'tcp 443 from 10.1.0.0/16', remarks: ['The group is locked.'] },
  ],
  meanwhile: 'It was reverted.',
  ifApproved: 'It is applied again.',
  ifDenied: 'It stays reverted.',
  ifUnanswered: 'It expires.',
  links: [{ text: 'Console', url: 'https://console.aws.amazon.com/ec2' }],
  mayBeTimed: true,
};

const DIGEST = '0123456789abcdef'.repeat(4);
const DECIDED_AT = new Date('2026-11-21T06:52:00Z');

const PENDING: ApprovalRequest = {
  id: 'req-1',
  asker: 'group-sentry',
  subject: 'sg-1',
  question: QUESTION,
  payload: '{}',
  digest: DIGEST,
  askedAt: new Date('2026-11-21T06:30:00Z'),
  expiresAt: new Date('2026-11-22T06:30:00Z'),
  requesters: [{ ...QUESTION.requester, slackUserId: 'U0ALICE' }],
  joined: [],
  repeats: 0,
  votes: [],
  judgedClicks: [],
  reminders: 0,
  messages: [],
  unannounced: [],
  revision: 1,
};

const APPROVED: ApprovalRequest = {
  ...PENDING,
  decision: {
    kind: 'approved',
    at: DECIDED_AT,
    by: ['U0BOB'],
    until: new Date('2026-11-21T07:52:00Z'),
  },
  carrying: { phase: 'decision', attempt: 1 },
};

/** Twice, of three times that people were asked. */
const EXTENDED: ApprovalRequest = {
  ...APPROVED,
  decision: { ...APPROVED.decision!, until: new Date('2026-11-21T09:52:00Z') },
  extension: {
    number: 3,
    end: new Date('2026-11-21T09:52:00Z'),
    votes: [],
    earlier: { firstEnd: new Date('2026-11-21T07:52:00Z'), by: ['U0CAROL', 'U0DAN'] },
  },
};

const LONG: Question = {
  ...QUESTION,
  changes: Array.from({ length: 300 }, (_, index) => ({
    after: `tcp ${index} from 10.0.0.0/8`,
    remarks: [`The policy does not allow port ${index}.`],
  })),
};

const RENDERER = new SlackRenderer(CONFIGURATION);

const anyBlocks = z.array(z.looseObject({ type: z.string() }));
const object = z.record(z.string(), z.unknown());

function blocksOf({ blocks }: RenderedMessage) {
  return anyBlocks.parse(JSON.parse(blocks));
}

/** Every object in the blocks, however deep. */
function objectsIn(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  const parsed = object.safeParse(value);
  return parsed.success ? [parsed.data, ...Object.values(parsed.data).flatMap(objectsIn)] : [];
}

/** All that can be read outside of buttons, one element a line. */
function readable(message: RenderedMessage): string {
  const blocks = blocksOf(message).filter(({ type }) => type !== 'actions');
  return objectsIn(blocks)
    .flatMap(({ text, user_id: userId }) =>
      typeof text === 'string' ? [text] : typeof userId === 'string' ? [`@${userId}`] : [],
    )
    .join('\n');
}

const buttonSchema = z.object({
  type: z.literal('button'),
  text: z.object({ text: z.string() }),
  value: z.string(),
  style: z.optional(z.string()),
  confirm: z.optional(z.object({ text: z.object({ text: z.string() }) })),
});

function buttonsOf(message: RenderedMessage) {
  return objectsIn(blocksOf(message)).flatMap((each) => {
    const parsed = buttonSchema.safeParse(each);
    return parsed.success ? [parsed.data] : [];
  });
}

function labels(message: RenderedMessage): string[] {
  return buttonsOf(message).map(({ text }) => text.text);
}

function withQuestion(question: Partial<Question>): ApprovalRequest {
  const asked = { ...QUESTION, ...question };
  return { ...PENDING, question: asked, requesters: [{ ...asked.requester, slackUserId: '' }] };
}

function withOutcome(
  kind: CarryingOutcome['kind'],
  phase: 'decision' | 'end' = 'decision',
): ApprovalRequest {
  return {
    ...APPROVED,
    carrying: { phase, attempt: 1, outcome: { kind, text: 'so says the asker', at: DECIDED_AT } },
  };
}

function slotFor(step: Step): MessageSlot {
  return { name: { kind: 'step', step }, wanted: 1, shown: 0, failures: 0, copies: [] };
}

describe('a question while it is open', () => {
  test('says who asks, what changes from what to what, why, and what follows', () => {
    const text = readable(RENDERER.question(PENDING));
    expect(text).toContain('Change of security group web');
    expect(text).toContain('alice@example.com\n (\n@U0ALICE\n)');
    expect(text).toContain(
      [
        '   before                     after',
        '1  tcp 22 from 10.0.0.0/8  →  tcp 22 from 0.0.0.0/0',
        '2  –                       →  tcp 443 from 10.1.0.0/16',
      ].join('\n'),
    );
    expect(text).toContain('1: \nOpens SSH to the internet.');
    expect(text).toContain('If no one decides by 2026-11-22 06:30 UTC: \nIt expires.');
    expect(text).toContain('Request req-1');
    expect(text).toContain('Digest 0123456789ab');
  });

  test('names its route, and tells how many have to approve it by that', () => {
    const route = {
      name: 'production',
      accounts: ['111122223333'],
      units: [],
      approvalChannelId: 'C0PROD',
      approvers: CONFIGURATION.approvers,
      requiredApprovals: 3,
    };
    const routed: ApprovalRequest = {
      ...PENDING,
      labels: { account: '111122223333' },
      route: { name: 'production', channelId: 'C0PROD' },
      votes: [{ userId: 'U0BOB', at: DECIDED_AT }],
    };
    const text = readable(
      new SlackRenderer({ ...CONFIGURATION, routes: [route] }).question(routed),
    );
    expect(text).toContain('Route production');
    expect(text).toContain('1 of 3 approvals');
    expect(readable(RENDERER.question(PENDING))).not.toContain('Route');
  });

  test('can be approved, approved for a time, and denied; each button carries the digest and asks first', () => {
    const buttons = buttonsOf(RENDERER.question(PENDING));
    expect(buttons.map(({ text, style }) => [text.text, style])).toEqual([
      ['Approve', 'primary'],
      ['Approve for 1 h', undefined],
      ['Approve for 90 min', undefined],
      ['Deny', 'danger'],
    ]);
    expect(buttons.map(({ value }) => parseButton(value))).toEqual(
      [
        { kind: 'approve' },
        { kind: 'approve', seconds: 3_600 },
        { kind: 'approve', seconds: 5_400 },
        { kind: 'deny' },
      ].map((action) => ({ requestId: 'req-1', digest: DIGEST, action })),
    );
    expect(buttons.map(({ confirm }) => confirm?.text.text)).toEqual([
      'If you approve: It is applied again.',
      'If you approve: It is applied again. It ends 1 h later.',
      'If you approve: It is applied again. It ends 90 min later.',
      'If you deny, no one can approve it any more: It stays reverted.',
    ]);
  });

  test('is not approved for a time, where what is done cannot be ended', () => {
    expect(labels(RENDERER.question(withQuestion({ mayBeTimed: false })))).toEqual([
      'Approve',
      'Deny',
    ]);
  });

  test('calls a requester unverified whom no one knows, and wants two people', () => {
    const text = readable(
      RENDERER.question({ ...PENDING, requesters: [{ name: 'session-42', slackUserId: '' }] }),
    );
    expect(text).toContain(
      'unverified: no one in Slack has this name; two people have to approve, since any of them could be the one who asked',
    );
    expect(text).toContain('0 of 2 approvals');
  });

  test('wants three people for a requester whom no one knows, where two others have to approve', () => {
    const renderer = new SlackRenderer({ ...CONFIGURATION, requiredApprovals: 2 });
    const text = readable(
      renderer.question({ ...PENDING, requesters: [{ name: 'session-42', slackUserId: '' }] }),
    );
    expect(text).toContain(
      '3 people have to approve, since any of them could be the one who asked',
    );
    expect(text).toContain('0 of 3 approvals');
  });

  test('counts no approval of one who asked for it later', () => {
    const text = readable(
      RENDERER.question({
        ...PENDING,
        requesters: [
          { name: 'alice', slackUserId: 'U0ALICE' },
          { name: 'session-42', slackUserId: '' },
        ],
        votes: [
          { userId: 'U0ALICE', at: PENDING.askedAt },
          { userId: 'U0BOB', at: PENDING.askedAt },
        ],
      }),
    );
    expect(text).toContain('1 of 2 approvals');
  });

  test('says nothing of who a program is that asks by itself, and wants no more people for it', () => {
    const text = readable(
      RENDERER.question({ ...PENDING, requesters: [{ name: 'IamKeySentry', isAutomatic: true }] }),
    );
    expect(text).toContain('Asked by \nIamKeySentry');
    expect(text).not.toMatch(/unverified|approvals|two people/);
  });

  test('says how many have to approve what a program and someone unknown ask', () => {
    const requesters = [
      { name: 'IamKeySentry', isAutomatic: true },
      { name: 'dave', slackUserId: '' },
    ];
    const text = readable(RENDERER.question({ ...PENDING, requesters }));
    expect(text).toContain('0 of 2 approvals');
  });

  test('says nothing of a requester who was not looked up yet', () => {
    const text = readable(RENDERER.question({ ...PENDING, requesters: [{ name: 'session-42' }] }));
    expect(text).not.toMatch(/unverified|approvals/);
  });

  test('says that no one can decide it, and so does its reminder, until it is decided', () => {
    const tooFewApprovers = { approvers: 0, possible: 0, needed: 1 };
    const text = 'No one can approve or deny it: there are no approvers.';
    const open = { ...PENDING, tooFewApprovers };
    expect(readable(RENDERER.question(open))).toContain(text);
    expect(labels(RENDERER.question(open))).toEqual(labels(RENDERER.question(PENDING)));
    expect(RENDERER.reminder(open).text).toContain(text);
    expect(readable(RENDERER.question({ ...APPROVED, tooFewApprovers }))).not.toContain(text);
  });

  test('says who else asked, how often, and who has approved for how long', () => {
    const text = readable(
      RENDERER.question({
        ...PENDING,
        requesters: [...PENDING.requesters, { name: 'dave', slackUserId: '' }],
        repeats: 2,
        votes: [{ userId: 'U0BOB', at: DECIDED_AT, seconds: 3_600 }],
      }),
    );
    expect(text).toContain('Also by \ndave\n (unverified)');
    expect(text).toContain('3 times by now');
    expect(text).toContain('1 of 2 approvals\n: \n@U0BOB\n for 1 h');
  });

  test.each([
    [20, 'and by 16 others'],
    [21, 'and by at least 17 others'],
  ])('says of %i who asked how many are not named', (people, words) => {
    const requesters = Array.from({ length: people }, (_, index) => ({
      name: `dave ${index}`,
      slackUserId: 'U0DAVE',
    }));
    expect(readable(RENDERER.question({ ...PENDING, requesters }))).toContain(words);
  });
});

describe('what makes a question sensitive', () => {
  const sensitiveLabels = [
    { label: 'data-class', value: 'restricted' },
    { label: 'pci', value: '<!channel> <@U0BOB>' },
  ];
  const sensitive = { ...QUESTION, sensitiveLabels };
  const request: ApprovalRequest = { ...PENDING, question: sensitive };
  const lines = [
    '⚠️ SENSITIVE: data-class: restricted',
    '⚠️ SENSITIVE: pci: &lt;!channel&gt; &lt;@U0BOB&gt;',
  ];

  test('stands below its title, in words, and as text', () => {
    const { text } = RENDERER.question(request);
    expect(text.split('\n').slice(0, 3)).toEqual([QUESTION.title, ...lines]);
  });

  test.each<[string, RenderedMessage]>([
    ['its reminders', RENDERER.reminder(request)],
    [
      'messages that tell of its steps',
      RENDERER.step({ ...APPROVED, question: sensitive }, slotFor('approved')),
    ],
  ])('comes first in %s', (_, { text }) => {
    expect(text.split('\n').slice(0, 2)).toEqual(lines);
  });

  test('stays where the question is decided', () => {
    expect(RENDERER.question({ ...APPROVED, question: sensitive }).text).toContain(lines[0]);
  });

  test('is cut where it is long; then all of it is in the thread, and can be approved there alone', () => {
    const value = `${'v'.repeat(3_000)} END`;
    const long = {
      ...request,
      question: { ...QUESTION, sensitiveLabels: [{ label: 'data-class', value }] },
    };
    expect(labels(RENDERER.question(long))).toEqual(['Show all', 'Deny']);
    expect(readable(RENDERER.question(long))).not.toContain('END');
    expect(RENDERER.whole(long).map(readable).join('').replace(/\n/g, '')).toContain(value);
  });
});

describe('who is mentioned', () => {
  const mentioning = new SlackRenderer({ ...CONFIGURATION, mentions: ['S0SEC', 'U0CAROL'] });
  const mentioned = 'For <!subteam^S0SEC>, <@U0CAROL>';

  test('is in the question while it is open, and in each reminder', () => {
    expect(mentioning.question(PENDING).text).toContain(mentioned);
    expect(mentioning.question(PENDING).blocks).toContain(
      '{"type":"usergroup","usergroup_id":"S0SEC"},{"type":"text","text":", "},{"type":"user","user_id":"U0CAROL"}',
    );
    expect(mentioning.reminder(PENDING).text).toContain(mentioned);
  });

  test('is in no other message', () => {
    const others = [
      mentioning.question(APPROVED),
      mentioning.step(APPROVED, slotFor('approved')),
      ...mentioning.whole({ ...PENDING, question: LONG }),
    ];
    for (const { text, blocks } of others) expect(`${text}${blocks}`).not.toContain('S0SEC');
  });

  test('is said by the route alone where there is one, and by no one where that is lost', () => {
    const route = {
      ...CONFIGURATION,
      name: 'prod',
      accounts: ['111122223333'],
      units: [],
      mentions: ['S0PROD'],
    };
    const place = { account: '111122223333' };
    const found = { name: 'prod', channelId: 'C0APPROVE' };
    const textOf = (routes: readonly (typeof route)[]) =>
      new SlackRenderer({ ...CONFIGURATION, mentions: ['S0SEC'], routes }).question({
        ...PENDING,
        labels: place,
        route: found,
      }).text;
    expect(textOf([route])).toContain('For <!subteam^S0PROD>');
    expect(textOf([route])).not.toContain('S0SEC');
    expect(textOf([])).not.toContain('subteam');
  });

  test('is never whom a text names', () => {
    const hostile = '<!subteam^S0SEC> <!here> <@U0BOB> @here';
    const question: Question = {
      ...QUESTION,
      title: hostile,
      facts: [{ label: hostile, value: hostile }],
      sensitiveLabels: [{ label: hostile, value: hostile }],
    };
    for (const { text, blocks } of [
      RENDERER.question({ ...PENDING, question }),
      RENDERER.reminder({ ...PENDING, question }),
    ]) {
      expect(text).not.toMatch(/<!|<@U0BOB>/);
      expect(blocks).not.toContain('"usergroup"');
    }
  });
});

describe('a question that is too long for one message', () => {
  const request = withQuestion(LONG);

  test('says how much is left out, and cannot be approved there', () => {
    const message = RENDERER.question(request);
    expect(labels(message)).toEqual(['Show all', 'Deny']);
    expect(readable(message)).toMatch(/292 of 300 changes are left out/);
  });

  test.each<[string, Partial<Question>]>([
    ['title', { title: 'T'.repeat(151) }],
    ['requester', { requester: { name: 'n'.repeat(10_000) } }],
    ['remark', { changes: [{ after: 'x', remarks: ['r'.repeat(10_000)] }] }],
    ['change', { changes: [{ after: 'x'.repeat(10_000), remarks: [] }] }],
    ['fact', { facts: [{ label: 'L', value: 'v'.repeat(10_000) }] }],
    ['consequence', { ifApproved: 'c'.repeat(10_000) }],
    ['link', { links: [{ text: 'Console', url: `https://example.com/${'l'.repeat(20_000)}` }] }],
  ])('is also one with a long %s: no one approves what was cut', (_, question) => {
    expect(labels(RENDERER.question(withQuestion(question)))).toEqual(['Show all', 'Deny']);
  });

  test('stands in the thread as a whole, and can be approved below its last part only', () => {
    const parts = RENDERER.whole(request);
    const text = parts.map(readable).join('\n');
    for (const {
      after = '',
      remarks: [remark = ''],
    } of LONG.changes) {
      expect(text).toContain(after);
      expect(text).toContain(remark);
    }
    expect(parts.map((part) => labels(part).length)).toEqual([...parts.slice(1).map(() => 0), 4]);
  });

  test('keeps its parts when it is decided, and the last one says so in the place of its buttons', () => {
    const open = RENDERER.whole(request);
    const decided = RENDERER.whole({
      ...request,
      decision: APPROVED.decision,
      carrying: APPROVED.carrying,
      votes: [{ userId: 'U0BOB', at: DECIDED_AT }],
    });
    expect(decided.slice(0, -1)).toEqual(open.slice(0, -1));
    expect(decided.length).toBe(open.length);
    expect(decided.flatMap(labels)).toEqual([]);
    expect(readable(decided.at(-1) ?? { text: '', blocks: '[]' })).toContain(
      'Approved\n by \n@U0BOB',
    );
  });

  test('loses no character of a long text', () => {
    const name = Array.from({ length: 2_000 }, (_, index) => `n${index}`).join(',');
    const text = RENDERER.whole(withQuestion({ requester: { name } }))
      .map(readable)
      .join('\n');
    expect(text.replace(/All of request req-1, part \d of \d|\n/g, '')).toContain(name);
  });
});

describe('a decided request', () => {
  test('has no buttons any more: it says who decided what and until when', () => {
    const message = RENDERER.question(APPROVED);
    expect(labels(message)).toEqual([]);
    expect(readable(message)).toContain(
      'Approved\n by \n@U0BOB\n, 2026-11-21 06:52 UTC, until 2026-11-21 07:52 UTC.',
    );
    expect(readable(message)).not.toContain('If denied');
  });

  test.each<[string, ApprovalRequest, string, string[]]>([
    ['under way', APPROVED, 'Being carried out.', []],
    [
      'carried out',
      withOutcome('carried-out'),
      'Carried out, 2026-11-21 06:52 UTC: \nso says the asker',
      [],
    ],
    [
      'conflicting',
      withOutcome('conflicting'),
      'Not carried out, 2026-11-21 06:52 UTC, since things have changed meanwhile: \nso says the asker',
      [],
    ],
    [
      'failed',
      withOutcome('failed'),
      'Failed, 2026-11-21 06:52 UTC: \nso says the asker',
      ['Retry'],
    ],
    [
      'failed more than a day ago',
      { ...APPROVED, carrying: { ...withOutcome('failed').carrying!, isRetryOver: true } },
      'An approval is retried for a day. That day is over: people have to be asked again.',
      [],
    ],
    [
      'tried again',
      { ...APPROVED, carrying: { phase: 'decision', attempt: 2 } },
      'Being carried out, try 2.',
      [],
    ],
    [
      'over',
      { ...APPROVED, carrying: { phase: 'end', attempt: 1 } },
      'The time of the approval is over: being ended.',
      [],
    ],
    [
      'ended',
      withOutcome('carried-out', 'end'),
      'Ended, 2026-11-21 06:52 UTC: \nso says the asker',
      [],
    ],
    [
      'not ended',
      withOutcome('failed', 'end'),
      'Ending it has failed, 2026-11-21 06:52 UTC: \nso says the asker',
      ['Retry'],
    ],
  ])('is shown as %s', (_, request, outcome, buttons) => {
    expect(readable(RENDERER.question(request))).toContain(outcome);
    expect(labels(RENDERER.question(request))).toEqual(buttons);
  });

  test('that no one decided is shown as expired', () => {
    const message = RENDERER.question({
      ...PENDING,
      decision: { kind: 'expired', at: DECIDED_AT, by: [] },
      carrying: { phase: 'decision', attempt: 1 },
    });
    expect(readable(message)).toContain('Expired\n 2026-11-21 06:52 UTC: no one has decided.');
  });
});

describe('an approval that was given more time', () => {
  test('says who approved until when at first, and who gave it how much more', () => {
    expect(RENDERER.question(EXTENDED).text).toContain(
      'Approved by <@U0BOB>, 2026-11-21 06:52 UTC, until 2026-11-21 07:52 UTC.\n' +
        'More time approved 2 times by <@U0CAROL>, <@U0DAN>, until 2026-11-21 09:52 UTC.',
    );
  });

  test('says it of the first more time as well, once people are asked about the next', () => {
    const { extension } = EXTENDED;
    const earlier = { ...extension!.earlier!, by: ['U0CAROL'] };
    const second = { ...EXTENDED, extension: { ...extension!, number: 2, earlier } };
    expect(RENDERER.question(second).text).toContain(
      'More time approved by <@U0CAROL>, until 2026-11-21 09:52 UTC.',
    );
  });

  test('counts those who do not fit', () => {
    const earlier = {
      ...EXTENDED.extension!.earlier!,
      by: Array.from({ length: 50 }, (_, index) => `U0P${index}`),
    };
    const many = { ...EXTENDED, extension: { ...EXTENDED.extension!, earlier } };
    expect(RENDERER.question(many).text).toMatch(/, <@U0P4> and 45 others, until/);
  });
});

test('a reminder says what waits, until when, and what follows', () => {
  const message = RENDERER.reminder(PENDING);
  expect(message.text).toBe(
    'Still waits for a decision: Change of security group web\nIt expires at 2026-11-22 06:30 UTC. If no one decides by then: It expires.',
  );
  expect(labels(message)).toEqual([]);
});

test.each<[Step, ApprovalRequest, string]>([
  [
    'asked',
    PENDING,
    'Asked: Change of security group web\nAsked by alice@example.com (<@U0ALICE>)\nRequest req-1',
  ],
  [
    'approved',
    APPROVED,
    'Approved by <@U0BOB> until 2026-11-21 07:52 UTC: Change of security group web',
  ],
  [
    'approved',
    EXTENDED,
    'Approved by <@U0BOB> until 2026-11-21 07:52 UTC: Change of security group web',
  ],
  ['failed', withOutcome('failed'), 'Failed: Change of security group web\nso says the asker'],
  ['failed', APPROVED, 'Failed: Change of security group web\nAsked by'],
  [
    'ended',
    withOutcome('carried-out', 'end'),
    'Ended: Change of security group web\nso says the asker',
  ],
])('who watches is told that it is %s, and can click nothing', (step, request, text) => {
  const message = RENDERER.step(request, slotFor(step));
  expect(message.text).toContain(text);
  expect(labels(message)).toEqual([]);
});

describe('text that an attacker has written', () => {
  const MARKUP =
    '<!channel> <@U1> *bold* `code` :emoji: <https://evil.example|Console> & &lt;!here&gt;';

  const everywhere = (text: string) =>
    withQuestion({
      title: text,
      requester: { name: text },
      facts: [{ label: text, value: text }],
      changes: [{ before: text, after: text, remarks: [text] }],
      meanwhile: text,
      ifApproved: text,
      ifDenied: text,
      ifUnanswered: text,
      links: [{ text, url: text }],
    });

  test('is shown to the letter, in objects that Slack does not parse', () => {
    const message = RENDERER.question(everywhere(MARKUP));
    const holders = objectsIn(blocksOf(message)).filter(
      ({ text }) => typeof text === 'string' && text.includes('<!channel>'),
    );
    expect(holders.length).toBeGreaterThan(10);
    for (const { type, emoji } of holders) {
      expect([
        ['plain_text', false],
        ['text', undefined],
      ]).toContainEqual([type, emoji]);
    }
    expect(objectsIn(blocksOf(message)).map(({ type }) => type)).not.toContain('mrkdwn');
    expect(objectsIn(blocksOf(message)).map(({ type }) => type)).not.toContain('user');
    expect(message.text).not.toMatch(/<|>/);
    expect(message.text).toContain('&lt;!channel&gt; &lt;@U1&gt;');
    expect(message.text).toContain('&amp;lt;!here&amp;gt;');
  });

  test.each([
    'http://example.com',
    'javascript:alert(1)',
    'slack://open',
    'https://user:pass@example.com',
    'no address',
  ])('makes no link of %s', (url) => {
    const message = RENDERER.question(withQuestion({ links: [{ text: 'Console', url }] }));
    expect(objectsIn(blocksOf(message)).filter(({ type }) => type === 'link')).toEqual([]);
    expect(readable(message)).toContain(url);
  });

  test('turns no words around and begins no lines', () => {
    const { blocks, text } = RENDERER.question(
      everywhere('tcp \u202e22\u2066 \u200b\nApproved by @bob\u0007\u2028x'),
    );
    expect(blocks + text).not.toMatch(/[\u0007\u200b\u2028\u202e\u2066]/);
    expect(text).not.toMatch(/^Approved/m);
  });

  test('draws no columns, and no row that looks like one of ours', () => {
    const forged = `tcp 22 from 10.0.0.0/8   →  nothing${' '.repeat(200)}2  after   tcp 443 from 10.0.0.0/8`;
    const text = readable(
      RENDERER.question(
        withQuestion({
          changes: [
            { after: forged, remarks: [] },
            { after: 'udp 53', remarks: [] },
          ],
        }),
      ),
    );
    const rows = text.split('\n').filter((line) => /^\d+ {2}/.test(line));
    expect(rows).toEqual(['1  before  –', '2  before  –']);
  });

  test('is no mention of someone, where an id is none', () => {
    const message = RENDERER.question({
      ...PENDING,
      requesters: [{ name: 'x', slackUserId: '!channel> <b' }],
    });
    expect(objectsIn(blocksOf(message)).filter(({ type }) => type === 'user')).toEqual([]);
    expect(message.text).not.toContain('<');
  });
});

describe('whatever is asked, and whatever has become of it', () => {
  const unit = fc.constantFrom(
    'a',
    'Z',
    ' ',
    '&',
    '<',
    '"',
    '\\',
    '\n',
    '\u202e',
    'é',
    '界',
    '😀',
    '\ud83d',
    '`',
    '|',
    '→',
  );
  const text = fc.oneof(
    { weight: 20, arbitrary: fc.string({ unit, maxLength: 60 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(unit, fc.integer({ min: 1, max: 10_000 }))
        .map(([one, times]) => one.repeat(times)),
    },
  );
  const shortText = fc.string({ unit, maxLength: 60 });
  const userId = fc.oneof(fc.constantFrom('U0BOB', 'W0CAROL0000', `U${'A'.repeat(63)}`), text);
  const time = fc.date({
    min: new Date('2020-01-01'),
    max: new Date('2040-01-01'),
    noInvalidDate: true,
  });
  const optionally = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const change = fc.record({
    before: optionally(text),
    after: optionally(text),
    remarks: fc.array(text, { maxLength: 4 }),
  });
  const shortChange = fc.record({
    before: optionally(shortText),
    after: optionally(shortText),
    remarks: fc.array(shortText, { maxLength: 2 }),
  });
  const manyChanges = fc
    .tuple(shortChange, fc.integer({ min: 1, max: 150 }))
    .map(([one, times]) => Array.from({ length: times }, () => one));
  const question: fc.Arbitrary<Question> = fc.record({
    title: text,
    sensitiveLabels: optionally(
      fc.array(fc.record({ label: text, value: text }), { maxLength: 12 }),
    ),
    requester: fc.record({ name: text }),
    facts: fc.array(fc.record({ label: text, value: text }), { maxLength: 12 }),
    changes: fc.oneof(fc.array(change, { maxLength: 6 }), manyChanges),
    meanwhile: text,
    ifApproved: text,
    ifDenied: text,
    ifUnanswered: text,
    links: fc.array(
      fc.record({ text, url: fc.oneof(fc.webUrl({ validSchemes: ['http', 'https'] }), text) }),
      { maxLength: 4 },
    ),
    mayBeTimed: fc.boolean(),
  });
  const decision: fc.Arbitrary<Decision> = fc.record({
    kind: fc.constantFrom('approved', 'denied', 'expired', 'not-asked'),
    at: time,
    by: fc.array(userId, { maxLength: 12 }),
    until: optionally(time),
    reason: fc.constantFrom(undefined, 'denied-before', 'too-many'),
    denialReason: optionally(text.map(reasonText)),
  });
  const extension: fc.Arbitrary<Extension> = fc.record({
    number: fc.integer({ min: 1, max: 99 }),
    end: time,
    votes: fc.constant([]),
    approval: optionally(
      fc.record({ at: time, by: fc.array(userId, { maxLength: 12 }), until: time }),
    ),
    earlier: optionally(fc.record({ firstEnd: time, by: fc.array(userId, { maxLength: 50 }) })),
  });
  const outcome: fc.Arbitrary<CarryingOutcome> = fc.record({
    kind: fc.constantFrom('carried-out', 'conflicting', 'failed'),
    text,
    at: time,
  });
  const carrying = fc.record({
    phase: fc.constantFrom('decision' as const, 'end' as const),
    attempt: fc.integer({ min: 1, max: 99 }),
    outcome: optionally(outcome),
  });
  const state = fc.record({
    requesters: fc.array(
      fc.record({ name: text, slackUserId: optionally(fc.oneof(fc.constant(''), userId)) }),
      { maxLength: 8 },
    ),
    repeats: fc.integer({ min: 0, max: 1_000_000 }),
    votes: fc.array(
      fc.record({ userId, at: time, seconds: optionally(fc.constantFrom(60, 3_600, 86_400)) }),
      { maxLength: 8 },
    ),
    tooFewApprovers: optionally(fc.constant({ approvers: 9_999, possible: 10, needed: 11 })),
    decision: optionally(decision),
    extension: optionally(extension),
    carrying: optionally(carrying),
  });
  const requestOf = (
    asked: Question,
    { requesters, ...more }: Partial<ApprovalRequest>,
  ): ApprovalRequest => ({
    ...PENDING,
    id: 'r'.repeat(64),
    question: asked,
    ...more,
    requesters: [asked.requester, ...(requesters ?? [])],
  });
  const configuration = fc
    .record({
      approvalSeconds: fc.constantFrom<number[]>(
        [],
        [3_600, 28_800],
        [300, 3_600, 28_800, 86_400, 2_591_999],
      ),
      requiredApprovals: fc.integer({ min: 1, max: 4 }),
      allowSelfApproval: fc.boolean(),
      mentions: optionally(fc.array(userId, { maxLength: 10 })),
    })
    .map((chosen) => ({ ...CONFIGURATION, denialPrompt: 'optional' as const, ...chosen }));

  /** As real Slack would; what it does not document, as people have measured it. */
  function expectTaken(message: RenderedMessage): void {
    const blocks = blocksOf(message);
    expect(faultsOfBlocks(blocks)).toEqual([]);
    expect(blocks.length).toBeGreaterThan(0);
    expect(message.blocks.length).toBeLessThanOrEqual(12_000);
    expect(message.text.length).toBeLessThan(4_000);
    expect(message.text.length).toBeGreaterThan(0);
    const faulty = objectsIn(blocks).filter(
      (each) =>
        (typeof each.text === 'string' && !/^\P{Cs}+$/u.test(each.text)) ||
        (Array.isArray(each.elements) && each.elements.length === 0),
    );
    expect(faulty).toEqual([]);
  }

  test('Slack takes every message of it', () => {
    fc.assert(
      fc.property(question, state, configuration, (asked, become, chosen) => {
        const renderer = new SlackRenderer(chosen);
        const request = requestOf(asked, become);
        const told = STEPS.map((step) => renderer.step(request, slotFor(step)));
        [
          renderer.question(request),
          ...renderer.whole(request),
          renderer.reminder(request),
          ...told,
        ].forEach(expectTaken);
      }),
      { numRuns: 25 },
    );
  });

  test('it can be approved for as long as it is open, either in its message or in its thread, and its parts stay what they are', () => {
    fc.assert(
      fc.property(question, state, configuration, (asked, become, chosen) => {
        const renderer = new SlackRenderer(chosen);
        const fresh = requestOf(asked, {});
        const voted = requestOf(asked, { ...become, decision: undefined, carrying: undefined });
        expect(labels(renderer.question(voted))).toEqual(labels(renderer.question(fresh)));
        expect(renderer.whole(requestOf(asked, become)).length).toBe(renderer.whole(fresh).length);
        expect(labels(renderer.whole(voted).at(-1) ?? renderer.question(voted))).toContain(
          'Approve',
        );
      }),
      { numRuns: 25 },
    );
  });

  test('its parts stay what they are once it is decided, however full they are', () => {
    const renderer = new SlackRenderer(CONFIGURATION);
    for (let length = 0; length < 120; length += 1) {
      const changes = Array.from({ length: 90 }, () => ({
        after: 'x'.repeat(length),
        remarks: [],
      }));
      const long = { ...QUESTION, requester: { name: 'no one known' }, changes };
      const decided = requestOf(long, {
        decision: { kind: 'denied', at: DECIDED_AT, by: ['U0ALICE'] },
      });
      expect([length, renderer.whole(decided).length]).toEqual([
        length,
        renderer.whole(requestOf(long, {})).length,
      ]);
    }
  });

  test('a message that can be approved there shows everything', () => {
    fc.assert(
      fc.property(question, configuration, (asked, chosen) => {
        const renderer = new SlackRenderer(chosen);
        const message = renderer.question(requestOf(asked, {}));
        if (!labels(message).includes('Approve')) return;
        // Lines of the table are broken, and long remarks go on in another point.
        const shown = readable(message)
          .replace(/\s/g, '')
          .replace(/continued(?:\d+(?:–\d+)?:)?/g, '');
        const texts = [
          asked.title,
          asked.requester.name,
          asked.meanwhile,
          ...asked.facts.flatMap(({ label, value }) => [label, value]),
          ...asked.changes.flatMap(({ before = '', after = '', remarks }) => [
            before,
            after,
            ...remarks,
          ]),
        ];
        for (const one of texts) {
          expect(shown).toContain(one.replace(/\p{Cs}/gu, '\ufffd').replace(/[\s\u202e]/g, ''));
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('where those who deny are asked why', () => {
  const configuration: ApprovalConfiguration = { ...CONFIGURATION, denialPrompt: 'required' };
  const asking = new SlackRenderer(configuration);

  test('a modal asks in place of the dialog of Deny', () => {
    for (const request of [PENDING, withQuestion(LONG)]) {
      const deny = (renderer: SlackRenderer) =>
        /"text":"Deny".*?\}\s*[\]}]/s.exec(renderer.question(request).blocks)?.[0];
      expect(deny(RENDERER)).toContain('"confirm"');
      expect(deny(asking)).not.toContain('"confirm"');
    }
  });

  test('the question and the message about the step say it, to the letter', () => {
    const denialReason = `No <!channel> *ticket* & ${'<'.repeat(250)}`;
    const denied: ApprovalRequest = {
      ...PENDING,
      decision: { kind: 'denied', at: DECIDED_AT, by: ['U0BOB'], denialReason },
    };
    const slot: MessageSlot = {
      name: { kind: 'step', step: 'denied' },
      wanted: 1,
      shown: 0,
      failures: 0,
      copies: [],
    };
    for (const { blocks } of [asking.question(denied), asking.step(denied, slot)]) {
      expect(faultsOfBlocks(JSON.parse(blocks))).toEqual([]);
      expect(blocks).toContain('"Reason: "');
      expect(blocks).toContain('{"type":"text","text":"No <!channel> *ticket* & <<<');
    }
  });

  test.each(['x', 'ü', 'д', '界', '😀', '&', '"'])('in full, where it is all %s', (character) => {
    const denialReason = reasonText(character.repeat(300 / character.length));
    const decision: Decision = { kind: 'denied', at: DECIDED_AT, by: ['U0BOB'], denialReason };
    const shown = readable(asking.question({ ...PENDING, decision }));
    expect(shown.replaceAll('\n', '')).toContain(denialReason);
  });

  test('the heaviest reason fits into every question', () => {
    const heavy = '界'.repeat(300);
    const brief = { meanwhile: '-', ifApproved: '-', ifDenied: '-', ifUnanswered: '-' };
    const renderer = new SlackRenderer({ ...configuration, approvalSeconds: [] });
    const weights = Array.from({ length: 130 }, (_, count) => {
      const change = { after: 'x'.repeat(28), remarks: ['y'.repeat(28)] };
      const denied: ApprovalRequest = {
        ...withQuestion({ ...brief, changes: Array.from({ length: count }, () => change) }),
        requesters: Array.from({ length: 8 }, () => ({ name: heavy, slackUserId: '' })),
        decision: { kind: 'denied', at: DECIDED_AT, by: ['U0BOB'], denialReason: heavy },
        carrying: {
          phase: 'decision',
          attempt: 1,
          outcome: { kind: 'conflicting', text: heavy, at: DECIDED_AT },
        },
      };
      return weightOf(renderer.question(denied).blocks);
    });
    expect(Math.max(...weights)).toBeLessThanOrEqual(12_000);
  });

  test('the question says that none could be given', () => {
    const decision: Decision = {
      kind: 'denied',
      at: DECIDED_AT,
      by: ['U0BOB'],
      isReasonUnasked: true,
    };
    expect(asking.question({ ...PENDING, decision }).text).toContain(
      'Slack opened no modal in which to give a reason.',
    );
  });
});
