import { faultsOfBlocks } from '../../../../sandbox/slack/block-limits';
import { type Block, fallbackText } from '../../../../src/approval/adapters/slack/approval-blocks';
import { endReminderBlocks } from '../../../../src/approval/adapters/slack/extension-blocks';
import type { ApprovalConfiguration } from '../../../../src/approval/domain/approval-configuration';
import type { ApprovalRequest, Extension } from '../../../../src/approval/domain/approval-request';
import { parseButton } from '../../../../src/approval/domain/click';
import { askOf, CONFIGURATION, DIGEST } from '../../in-memory/workflow-in-memory';

const END = new Date('2026-11-21T14:30:00Z');
const APPROVAL = {
  at: new Date('2026-11-21T14:20:00Z'),
  by: ['U0BOB'],
  until: new Date('2026-11-21T15:30:00Z'),
};

function approved(
  extension: Partial<Extension> = {},
  changes: Partial<ApprovalRequest> = {},
): ApprovalRequest {
  return {
    ...askOf(),
    id: 'r1',
    askedAt: new Date('2026-11-21T06:00:00Z'),
    expiresAt: new Date('2026-11-22T06:00:00Z'),
    requesters: [{ name: 'eve', slackUserId: 'U0EVE' }],
    joined: [],
    repeats: 0,
    votes: [],
    judgedClicks: [],
    reminders: 0,
    decision: { kind: 'approved', at: END, by: ['U0BOB'], until: END },
    extension: { number: 1, end: END, votes: [], ...extension },
    carrying: {
      phase: 'decision',
      attempt: 1,
      outcome: { kind: 'carried-out', text: 'Done.', at: END },
    },
    messages: [],
    unannounced: [],
    revision: 1,
    ...changes,
  };
}

function shown(
  request: ApprovalRequest,
  configuration: Partial<ApprovalConfiguration> = {},
): Block[] {
  const blocks = endReminderBlocks(request, 1, { ...CONFIGURATION, ...configuration });
  expect(faultsOfBlocks(JSON.parse(JSON.stringify(blocks)))).toEqual([]);
  return blocks;
}

function buttonsIn(blocks: readonly Block[]) {
  return blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
}

describe('the message about the end of an approval', () => {
  test('says when it ends, and has a button for each duration, of this request and this end', () => {
    const blocks = shown(approved());
    expect(fallbackText(blocks)).toMatch(
      /^It ends at 2026-11-21 14:30 UTC: Open SSH\nWhat was approved ends then, unless it is given more time\./,
    );
    const buttons = buttonsIn(blocks);
    expect(buttons.map(({ text }) => text.text)).toEqual(['1 h more', '8 h more']);
    expect(buttons.map(({ value }) => parseButton(value))).toEqual(
      [3_600, 28_800].map((seconds) => ({
        requestId: 'r1',
        digest: DIGEST,
        action: { kind: 'extend', seconds, number: 1 },
      })),
    );
    expect(buttons[0]!.confirm!.text.text).toBe(
      'If you approve: it ends 1 h later, and at most 8 h after that.',
    );
  });

  test('says who has approved more time, where it takes several, and mentions who is to be', () => {
    const votes = [{ userId: 'U0BOB', at: END, seconds: 3_600 }];
    const text = fallbackText(
      shown(approved({ votes }), { requiredApprovals: 2, mentions: ['S0ONCALL', 'U0CAROL'] }),
    );
    expect(text).toContain('1 of 2 approvals: <@U0BOB> for 1 h more');
    expect(text).toContain('For <!subteam^S0ONCALL>, <@U0CAROL>');
  });

  test.each<[string, Partial<Extension>, Partial<ApprovalRequest>, RegExp]>([
    [
      'once it is given more time',
      { approval: APPROVAL },
      {},
      /^It is given more time: Open SSH\nMore time approved by <@U0BOB>, 2026-11-21 14:20 UTC, until 2026-11-21 15:30 UTC\./,
    ],
    [
      'once the asker has not given it more time',
      { approval: APPROVAL },
      {
        carrying: {
          phase: 'decision',
          attempt: 2,
          outcome: { kind: 'conflicting', text: 'Gone.', at: END },
        },
      },
      /^It is not given more time: Open SSH\nMore time approved by <@U0BOB>/,
    ],
    [
      'once it has ended at its later end',
      { approval: APPROVAL },
      {
        decision: { kind: 'approved', at: END, by: ['U0BOB'], until: APPROVAL.until },
        carrying: { phase: 'end', attempt: 1 },
      },
      /^It ended at 2026-11-21 15:30 UTC: Open SSH/,
    ],
    [
      'once it has ended',
      {},
      { carrying: { phase: 'end', attempt: 1 } },
      /^It ended at 2026-11-21 14:30 UTC: Open SSH/,
    ],
    ['once another one is about a later end', { number: 2 }, {}, /^A later message says/],
  ])('has no buttons, and mentions no one, %s', (_, extension, changes, text) => {
    const blocks = shown(approved(extension, changes), { mentions: ['S0ONCALL'] });
    expect(fallbackText(blocks)).toMatch(text);
    expect(fallbackText(blocks)).not.toContain('S0ONCALL');
    expect(buttonsIn(blocks)).toEqual([]);
  });

  test.each<[string, Partial<ApprovalConfiguration>]>([
    ['no durations are offered any more', { approvalSeconds: [] }],
    [
      'another route is for it by now',
      {
        routes: [
          {
            name: 'all',
            accounts: [],
            units: [],
            approvers: { kind: 'users', userIds: ['U0ZOE'] },
            requiredApprovals: 1,
            approvalChannelId: 'C2',
            tags: [{ key: 'team', values: ['payments'] }],
          },
        ],
      },
    ],
  ])('has no buttons where %s, and Slack takes it', (_, configuration) => {
    const request = approved({}, { labels: { tags: { team: 'payments' } } });
    expect(buttonsIn(shown(request))).toHaveLength(2);
    const blocks = shown(request, configuration);
    expect(buttonsIn(blocks)).toEqual([]);
    expect(fallbackText(blocks)).toMatch(/^It ends at 2026-11-21 14:30 UTC: Open SSH\nRequest r1$/);
  });

  test('keeps to the limits of Slack with the longest title, labels and ids, which are text', () => {
    const nasty = '<!channel> *x* &'.repeat(40);
    const request = approved({}, { id: 'r'.repeat(64) });
    const blocks = shown(
      {
        ...request,
        question: {
          ...request.question,
          title: nasty,
          sensitiveLabels: Array.from({ length: 12 }, () => ({ label: nasty, value: nasty })),
        },
      },
      { approvalSeconds: [300, 2_592_000, 86_399, 3_600, 7_200] },
    );
    expect(fallbackText(blocks)).not.toContain('<!channel>');
    for (const { value } of buttonsIn(blocks)) expect(value.length).toBeLessThan(2_000);
  });
});
