import { faultsOfBlocks } from '../../../../sandbox/slack/block-limits';
import { type Block, fallbackText } from '../../../../src/approval/adapters/slack/approval-blocks';
import {
  consultationBlocks,
  consultedBlocks,
} from '../../../../src/approval/adapters/slack/consultation-blocks';
import type { ApprovalRequest } from '../../../../src/approval/domain/approval-request';
import { parseOpinionButton } from '../../../../src/approval/domain/opinion';

const DIGEST = 'a'.repeat(64);
const REASON = 'named as owner by the tag Owner';

function requestWith(changes: Partial<ApprovalRequest> = {}): ApprovalRequest {
  return {
    id: 'r1',
    asker: 'sentry',
    subject: 'key',
    question: {
      title: 'Deactivate access key AKIA1 of robot',
      requester: { name: 'IamKeySentry', isAutomatic: true },
      consulted: { email: 'olga@example.com', reason: REASON },
      facts: [{ label: 'Last used', value: 'by a secret project' }],
      changes: [],
      meanwhile: 'It stays.',
      ifApproved: 'It is deactivated.',
      ifDenied: 'It stays.',
      ifUnanswered: 'It stays active.',
      links: [],
      mayBeTimed: false,
    },
    payload: '{}',
    digest: DIGEST,
    askedAt: new Date('2026-11-21T06:30:00Z'),
    expiresAt: new Date('2026-11-22T06:30:00Z'),
    requesters: [],
    joined: [],
    repeats: 0,
    votes: [],
    judgedClicks: [],
    consultation: { kind: 'asked', userId: 'U0OLGA', answers: 0 },
    reminders: 0,
    messages: [],
    unannounced: [],
    revision: 1,
    ...changes,
  };
}

const ANSWERED: ApprovalRequest['consultation'] = {
  kind: 'asked',
  userId: 'U0OLGA',
  answers: 1,
  opinion: { isStillNeeded: true, at: new Date('2026-11-21T07:00:00Z') },
};

function buttonsIn(blocks: readonly Block[]) {
  return blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
}

describe('the direct message', () => {
  test('says what is asked, until when, and that others decide', () => {
    const text = fallbackText(consultationBlocks(requestWith()));
    for (const part of [
      'Deactivate access key AKIA1 of robot',
      `You are ${REASON}`,
      'it is no vote',
      'If approved: It is deactivated.',
      'If no one decides by 2026-11-22 06:30 UTC: It stays active.',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('secret project');
  });

  test('has buttons that stand for exactly this request', () => {
    const values = buttonsIn(consultationBlocks(requestWith())).map(({ value }) => value);
    expect(values.map(parseOpinionButton)).toEqual([
      { requestId: 'r1', digest: DIGEST, isStillNeeded: true },
      { requestId: 'r1', digest: DIGEST, isStillNeeded: false },
    ]);
  });

  test('shows the answer, which may be changed', () => {
    expect(fallbackText(consultationBlocks(requestWith({ consultation: ANSWERED })))).toContain(
      'Your answer: still needed. You may change it until it is decided.',
    );
  });

  test('says in the end what became of it, without buttons and without who decided', () => {
    const blocks = consultationBlocks(
      requestWith({
        consultation: ANSWERED,
        decision: { kind: 'approved', at: new Date('2026-11-21T08:00:00Z'), by: ['U0ALICE'] },
        carrying: {
          phase: 'decision',
          attempt: 1,
          outcome: {
            kind: 'carried-out',
            text: 'It was done.',
            at: new Date('2026-11-21T08:01:00Z'),
          },
        },
      }),
    );
    expect(buttonsIn(blocks)).toEqual([]);
    expect(fallbackText(blocks)).toMatch(/Your answer: still needed\..*Approved.*It was done\./s);
    expect(JSON.stringify(blocks)).not.toContain('U0ALICE');
  });
});

describe('the thread says', () => {
  test.each<[string, ApprovalRequest['consultation'], string]>([
    ['the answer', ANSWERED, `, ${REASON}, says: still needed. It is no vote.`],
    [
      'that the message did not get there',
      { kind: 'asked', userId: 'U0OLGA', answers: 0 },
      `, ${REASON}, could not be sent a direct message. Nothing waits for that.`,
    ],
    [
      'that no one could be asked',
      { kind: 'not-asked', reason: 'no one in Slack has this address' },
      `olga@example.com, ${REASON}, is not asked: no one in Slack has this address. Nothing waits for that.`,
    ],
  ])('%s', (_, consultation, text) => {
    expect(fallbackText(consultedBlocks(requestWith({ consultation })))).toContain(text);
  });
});

test('whatever is written stays text, and fits into a message', () => {
  const hostile = `<!channel> <https://evil.example|here> *bold* \u202e\ud800${'<&'.repeat(9_000)}`;
  const { question } = requestWith();
  const all = { title: hostile, ifApproved: hostile, ifUnanswered: hostile };
  const request = requestWith({
    question: { ...question, ...all, consulted: { email: hostile, reason: hostile } },
    consultation: { kind: 'not-asked', reason: hostile },
  });
  for (const blocks of [consultationBlocks(request), consultedBlocks(request)]) {
    expect(faultsOfBlocks(blocks)).toEqual([]);
    expect(JSON.stringify(blocks).length).toBeLessThan(13_000);
    expect(JSON.stringify(blocks)).not.toMatch(/"type":"(mrkdwn|link|broadcast)"/);
  }
});
