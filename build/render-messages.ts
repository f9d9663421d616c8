import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as z from 'zod/mini';
import { type Page, type PageMessage, slackPage } from './slack-page';
import { takePicture } from './take-picture';
import { type AccessKeyWithUse, daysBetween } from '../src/access-key/domain/access-key';
import { askAbout, laterText } from '../src/access-key/domain/key-question';
import type { PlacedKey } from '../src/access-key/domain/key-report';
import type { StepReport } from '../src/access-key/domain/key-step';
import type { Owner } from '../src/access-key/domain/owner';
import { ownerMessageText } from '../src/access-key/domain/owner-message';
import type { Block } from '../src/approval/adapters/slack/approval-blocks';
import { rendered, SlackRenderer } from '../src/approval/adapters/slack/approval-renderer';
import { denialModal } from '../src/approval/adapters/slack/denial-modal';
import { directMessageBlocks } from '../src/approval/adapters/slack/direct-message-blocks';
import type { ApprovalConfiguration, Route } from '../src/approval/domain/approval-configuration';
import type { ApprovalRequest, Step } from '../src/approval/domain/approval-request';
import type { RenderedMessage } from '../src/approval/domain/deliver-messages';
import type { DirectMessageText } from '../src/approval/domain/direct-message';
import type { Question } from '../src/approval/domain/question';
import type { AskedChange } from '../src/security-group/domain/asking/asked-change';
import { changeQuestion } from '../src/security-group/domain/asking/change-question';
import type { Violation } from '../src/security-group/domain/judging/judgement';
import type { Rule } from '../src/security-group/domain/rules/rule';

/**
 * Pictures of what people see in Slack, for the docs: `tsx build/render-messages.ts`. The messages
 * are the renderer's own; the page only looks like Slack. It needs pngquant, and Chromium, as
 * `chromium` on the PATH or by the variable CHROMIUM. It is no part of the build.
 */
const FOLDER = resolve(__dirname, '../docs/images/slack');

const WIDTH = 720;

/** As Slack would show them. */
const USERS = { U0ALICE: 'Alice Meyer', U0BOB: 'Bob Tanaka', U0CAROL: 'Carol Nwosu' };
const NAMES = { ...USERS, S0PAYMENTS: 'payments-on-call' };

const CONFIGURATION: ApprovalConfiguration = {
  approvers: { kind: 'users', userIds: Object.keys(USERS) },
  requiredApprovals: 1,
  allowSelfApproval: false,
  approvalChannelId: 'C0APPROVE',
  expireMilliseconds: 24 * 3_600_000,
  remindMilliseconds: 4 * 3_600_000,
  approvalSeconds: [3_600, 28_800],
  denialPauseMilliseconds: 3_600_000,
  requestsAnHour: 10,
};

const LOCKED: Violation = {
  baseline: 'locked',
  response: 'revertUntilApproved',
  reason: 'the group is locked: no rule may be added to it but by a trusted actor',
};
const OPENS_SSH: Violation = {
  baseline: 'forbid',
  response: 'revertUntilApproved',
  reason: 'it opens tcp 22 to the internet (0.0.0.0/0)',
};

const CHANGE: AskedChange = {
  requestId: 'e5b1f0c29a',
  workflow: 'Security/Approvals',
  response: 'revertUntilApproved',
  whenUnanswered: 'revert',
  group: { id: 'sg-0d3f5c1e', name: 'web-production', vpcId: 'vpc-08c1' },
  call: {
    eventId: '6f1c',
    eventName: 'ModifySecurityGroupRules',
    time: at('06:28'),
    accountId: '111122223333',
    region: 'eu-west-1',
    sourceAddress: '203.0.113.7',
    actor: {
      type: 'AssumedRole',
      roleArn:
        'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Operations_0a1b2c3d4e5f6071',
      sessionName: 'alice@example.com',
    },
  },
  rules: [
    {
      change: 'modified',
      rule: tcp(22, '0.0.0.0/0'),
      before: tcp(22, '10.20.0.0/16'),
      violations: [OPENS_SSH, LOCKED],
    },
    {
      change: 'modified',
      rule: tcp(443, '198.51.100.0/24'),
      before: tcp(443, '198.51.100.7/32'),
      violations: [LOCKED],
    },
  ],
  groupNames: {},
};

function tcp(port: number, cidr: string): Rule {
  return {
    id: `sgr-${port}`,
    direction: 'ingress',
    protocol: 'tcp',
    fromPort: port,
    toPort: port,
    peer: { kind: 'ipv4', cidr },
  };
}

const SSH = changeQuestion(CHANGE);

const OLD_KEY: AccessKeyWithUse = {
  id: 'AKIAIOSFODNN7EXAMPLE',
  userName: 'ci-uploader',
  status: 'Active',
  createdAt: new Date('2025-10-04T09:12:00Z'),
  lastUse: {
    kind: 'used',
    at: new Date('2026-11-19T17:40:00Z'),
    service: 's3',
    region: 'eu-west-1',
  },
};
const KEY = keyQuestion(OLD_KEY);
const OWNED_KEY = keyQuestion({
  ...OLD_KEY,
  owner: { kind: 'known', name: 'carol@example.com', source: 'tag', tagKey: 'Owner' },
});

function keyQuestion(key: AccessKeyWithUse): Question {
  return askAbout(
    key,
    ['too-old'],
    { deactivateAfter: 100, grace: 7, maxActionsPerRun: 10, askAgainAfter: 30 },
    { account: '111122223333', region: 'eu-west-1' },
    new Date('2026-11-21T06:30:00Z'),
  ).question;
}

const LONG = changeQuestion({
  ...CHANGE,
  group: { ...CHANGE.group, name: 'batch-workers' },
  rules: Array.from({ length: 58 }, (_, index) => ({
    change: 'added',
    rule: tcp(8_000 + index, `198.51.100.${index}/32`),
    violations: [
      {
        baseline: 'allowOnly',
        response: 'revertUntilApproved',
        reason: `port ${8_000 + index} is not one that this group may open to addresses outside of the company`,
      },
    ],
  })),
});

const IN_MEMBER = changeQuestion({
  ...CHANGE,
  place: {
    accountId: '111122223333',
    region: 'eu-west-1',
    account: {
      name: 'payments',
      path: 'o-abc1234567/r-abcd/ou-abcd-11111111/',
      warning: 'holds the payment systems',
    },
    isMember: true,
  },
});

const ASKED_AT = new Date('2026-11-21T06:30:00Z');

function at(time: string): Date {
  return new Date(`2026-11-21T${time}:00Z`);
}

const PENDING: ApprovalRequest = {
  id: 'req-7Kx2mQ9vTb',
  asker: 'group-sentry',
  subject: 'sg-0d3f5c1e',
  question: SSH,
  payload: '{}',
  digest: '9b1c4e07a2d85f3360b7d1f2c4a8e95d7713bb02c6f4418ea95d0c3b7e62f184',
  askedAt: ASKED_AT,
  expiresAt: new Date('2026-11-22T06:30:00Z'),
  requesters: [{ ...SSH.requester, slackUserId: 'U0ALICE' }],
  joined: [],
  repeats: 0,
  votes: [],
  judgedClicks: [],
  reminders: 0,
  messages: [],
  unannounced: [],
  revision: 1,
};

const UNVERIFIED: ApprovalRequest = {
  ...PENDING,
  question: { ...SSH, requester: { name: 'deploy-session-42' } },
  requesters: [{ name: 'deploy-session-42', slackUserId: '' }],
  joined: ['req-2', 'req-3'],
  repeats: 2,
  votes: [{ userId: 'U0BOB', at: at('06:41'), seconds: 3_600 }],
};

const APPROVED: ApprovalRequest = {
  ...PENDING,
  decision: { kind: 'approved', at: at('06:52'), by: ['U0BOB'], until: at('07:52') },
  carrying: { phase: 'decision', attempt: 1, sentAt: at('06:52') },
};

const CARRIED_OUT = withOutcome(APPROVED, 'carried-out', 'all 3 changes were applied.');
const CONFLICTING = withOutcome(APPROVED, 'conflicting', 'the group has been deleted.');
const FAILED = withOutcome(
  APPROVED,
  'failed',
  'the group holds as many rules as it may: RulesPerSecurityGroupLimitExceeded.',
);
const ENDED: ApprovalRequest = {
  ...APPROVED,
  carrying: {
    phase: 'end',
    attempt: 1,
    outcome: { kind: 'carried-out', text: 'all 3 changes were reverted.', at: at('07:52') },
  },
};
const ENDING: ApprovalRequest = {
  ...CARRIED_OUT,
  extension: { number: 1, end: at('07:52'), votes: [] },
};
const EXTENDED: ApprovalRequest = {
  ...withOutcome(
    APPROVED,
    'carried-out',
    '2 rules keep their new values. The approval ends at 2026-11-21 08:52 UTC.',
    at('07:47'),
  ),
  decision: { kind: 'approved', at: at('06:52'), by: ['U0BOB'], until: at('08:52') },
  extension: {
    number: 1,
    end: at('07:52'),
    votes: [],
    approval: { at: at('07:47'), by: ['U0CAROL'], until: at('08:52') },
  },
};
const REASON = 'Needed by the nightly upload until March. Ticket OPS-1182.';
const DENY_MODAL = denialModal(
  {
    value: 'v',
    channelId: 'C0APPROVE',
    messageTs: '1.1',
    userId: 'U0CAROL',
    clickedAt: at('07:10'),
  },
  KEY.title,
  'required',
);
const DENIED = withOutcome(
  {
    ...PENDING,
    question: KEY,
    requesters: [KEY.requester],
    decision: { kind: 'denied', at: at('07:10'), by: ['U0CAROL'], denialReason: REASON },
  },
  'carried-out',
  `The key was left as it is. ${laterText(30)}`,
);
const EXPIRED = withOutcome(
  { ...PENDING, decision: { kind: 'expired', at: PENDING.expiresAt, by: [] } },
  'carried-out',
  'the change stays reverted.',
  PENDING.expiresAt,
);

function withOutcome(
  request: ApprovalRequest,
  kind: 'carried-out' | 'conflicting' | 'failed',
  text: string,
  time = at('06:52'),
): ApprovalRequest {
  return {
    ...request,
    carrying: { phase: 'decision', attempt: 1, outcome: { kind, text, at: time } },
  };
}

const RENDERER = new SlackRenderer(CONFIGURATION);
const KEY_REQUEST: ApprovalRequest = { ...PENDING, question: KEY, requesters: [KEY.requester] };
const CONSULTED: ApprovalRequest = {
  ...KEY_REQUEST,
  question: OWNED_KEY,
  consultation: {
    kind: 'asked',
    userId: 'U0CAROL',
    answers: 1,
    opinion: { isStillNeeded: true, at: at('06:48') },
  },
};
const LONG_REQUEST: ApprovalRequest = { ...PENDING, question: LONG };

const PAYMENTS_ROUTE: Route = {
  ...CONFIGURATION,
  name: 'payments',
  accounts: [],
  units: [],
  tags: [{ key: 'team', values: ['payments'] }],
  mentions: ['S0PAYMENTS'],
};
const SENSITIVE: ApprovalRequest = {
  ...PENDING,
  question: changeQuestion({
    ...CHANGE,
    group: { ...CHANGE.group, name: 'ledger-database' },
    sensitiveTags: [{ key: 'data-class', value: 'restricted' }],
  }),
  labels: { tags: { team: 'payments' } },
  route: { name: PAYMENTS_ROUTE.name, channelId: PAYMENTS_ROUTE.approvalChannelId },
};
const OF_PAYMENTS = new SlackRenderer({ ...CONFIGURATION, routes: [PAYMENTS_ROUTE] });

const PAGES: Readonly<Record<string, Page>> = {
  pending: question(PENDING),
  member: question({ ...PENDING, question: IN_MEMBER }),
  sensitive: {
    channel: 'payments-approvals',
    messages: [
      pageMessage(OF_PAYMENTS.question(SENSITIVE)),
      { ...pageMessage(OF_PAYMENTS.reminder(SENSITIVE)), isReply: true },
    ],
  },
  'access-key': question(KEY_REQUEST),
  'direct-message': {
    channel: 'Approvals, to Carol Nwosu alone',
    messages: [pageMessage(RENDERER.consultation(CONSULTED))],
  },
  'owner-message': {
    channel: 'Approvals, to Carol Nwosu alone',
    messages: [pageMessage(rendered(directMessageBlocks(ownerMessage())))],
  },
  opinion: {
    channel: 'approvals',
    messages: [{ ...pageMessage(RENDERER.consulted(CONSULTED)), isReply: true }],
  },
  confirm: { ...question(KEY_REQUEST), dialogOf: 'approve' },
  unverified: question(UNVERIFIED),
  'too-long': question(LONG_REQUEST),
  whole: {
    channel: 'approvals',
    messages: RENDERER.whole(LONG_REQUEST)
      .slice(-1)
      .map((part) => ({ ...pageMessage(part), isReply: true })),
  },
  'approved-for-a-time': question(APPROVED),
  'carried-out': question(CARRIED_OUT),
  'deny-reason': {
    channel: 'approvals',
    messages: [],
    modal: { view: DENY_MODAL, written: REASON },
  },
  denied: question(DENIED),
  expired: question(EXPIRED),
  conflicting: question(CONFLICTING),
  failed: question(FAILED),
  ended: question(ENDED),
  extended: question(EXTENDED),
  'end-reminder': {
    channel: 'approvals',
    messages: [
      {
        ...pageMessage(
          RENDERER.endReminder(ENDING, {
            name: { kind: 'end-reminder', number: 1 },
            wanted: 1,
            shown: 0,
            failures: 0,
            copies: [],
          }),
        ),
        isReply: true,
      },
    ],
  },
  reminder: {
    channel: 'approvals',
    messages: [{ ...pageMessage(RENDERER.reminder(PENDING)), isReply: true }],
  },
  refusal: {
    channel: 'approvals',
    messages: [
      refusal(
        'Your click does not count: you asked for it yourself: someone else has to approve it.',
      ),
    ],
  },
  monitoring: {
    channel: 'approvals-monitoring',
    messages: [
      step(PENDING, 'asked'),
      step(APPROVED, 'approved'),
      step(CARRIED_OUT, 'carried-out'),
      step(ENDED, 'ended'),
    ],
  },
  'monitoring-others': {
    channel: 'approvals-monitoring',
    messages: [
      step(DENIED, 'denied'),
      step(EXPIRED, 'expired'),
      step(CONFLICTING, 'conflicting'),
      step(FAILED, 'failed'),
    ],
  },
};

/** Of a key that has its notice, and of one that was deactivated. */
function ownerMessage(): DirectMessageText {
  const now = new Date('2026-11-21T06:30:00Z');
  const owner: Owner = {
    kind: 'known',
    name: 'carol@example.com',
    source: 'tag',
    tagKey: 'Owner',
  };
  const found = (key: AccessKeyWithUse, report: StepReport): PlacedKey => {
    const { id: keyId, userName, status, createdAt, lastUse } = key;
    const ageInDays = daysBetween(createdAt, now);
    const finding = { keyId, userName, status, createdAt, ageInDays, lastUse };
    return {
      ...{ accountId: '111122223333', keyId, userName, owner },
      finding: { ...finding, classes: ['too-old'] },
      step: { keyId, userName, report },
    };
  };
  const dueAt = new Date('2026-11-28T06:30:00Z');
  const oldest: AccessKeyWithUse = {
    ...OLD_KEY,
    id: 'AKIAI44QH8DHBEXAMPLE',
    userName: 'report-mailer',
    createdAt: new Date('2026-08-20T10:05:00Z'),
    lastUse: { kind: 'never' },
  };
  const reasons = [{ kind: 'too-old', days: 412 }] as const;
  return ownerMessageText(
    {
      keys: [
        found(OLD_KEY, { kind: 'notice', step: 'deactivate', reasons, dueAt, asksFirst: true }),
        found(oldest, { kind: 'wait', step: 'deactivate', dueAt, asksFirst: true }),
      ],
    },
    { sentry: 'Security/KeySentry', maxKeyAge: () => 90, accountName: (id) => id },
  );
}

function question(request: ApprovalRequest): Page {
  return { channel: 'approvals', messages: [pageMessage(RENDERER.question(request))] };
}

function step(request: ApprovalRequest, which: Step): PageMessage {
  return pageMessage(
    RENDERER.step(request, {
      name: { kind: 'step', step: which },
      wanted: 1,
      shown: 0,
      failures: 0,
      copies: [],
    }),
  );
}

function refusal(text: string): PageMessage {
  return {
    isPrivate: true,
    blocks: [
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
      },
    ],
  };
}

function pageMessage({ blocks }: RenderedMessage): PageMessage {
  return { blocks: z.array(z.custom<Block>()).parse(JSON.parse(blocks)) };
}

function renderMessages(): void {
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, page] of Object.entries(PAGES)) {
    takePicture(join(FOLDER, `${name}.png`), slackPage(page, NAMES), WIDTH);
  }
}

if (require.main === module) renderMessages();
