import { faultsOfBlocks } from '../../../../sandbox/slack/block-limits';
import {
  fallbackText,
  MOST_WEIGHT,
  weightOfBlocks,
} from '../../../../src/approval/adapters/slack/approval-blocks';
import { directMessageBlocks } from '../../../../src/approval/adapters/slack/direct-message-blocks';
import type { DirectMessageText } from '../../../../src/approval/domain/direct-message';

const TEXT: DirectMessageText = {
  title: 'Your access keys',
  opening: 'A report lists 1 access key.',
  points: [{ label: 'AK1 of robot', lines: ['Active, 100 days old', 'Why: older than 90 days.'] }],
  omitted: 0,
  closing: ['Replace it.', 'Sent by the sentry App/Keys.'],
};

function blocksOf(text: Partial<DirectMessageText> = {}) {
  const blocks = directMessageBlocks({ ...TEXT, ...text });
  expect(faultsOfBlocks(blocks)).toEqual([]);
  expect(weightOfBlocks(blocks)).toBeLessThanOrEqual(MOST_WEIGHT);
  return blocks;
}

test('it has a title, each key with what is said of it, and what to do', () => {
  expect(fallbackText(blocksOf())).toBe(
    [
      'Your access keys',
      'A report lists 1 access key.',
      '',
      'AK1 of robot',
      'Active, 100 days old',
      'Why: older than 90 days.',
      '',
      'Replace it.',
      'Sent by the sentry App/Keys.',
    ].join('\n'),
  );
});

test('it has no buttons', () => {
  expect(blocksOf().map(({ type }) => type)).not.toContain('actions');
});

test('as many keys as Slack takes are shown, and the rest is counted', () => {
  const points = Array.from({ length: 100 }, (_, index) => ({
    label: `KEY-${index} of ${'n'.repeat(64)}`,
    lines: ['a'.repeat(200), 'b'.repeat(200), 'c'.repeat(200)],
  }));
  const text = JSON.stringify(blocksOf({ points, omitted: 30 }));
  const shown = text.match(/KEY-\d+/g)?.length ?? 0;
  expect(shown).toBeGreaterThan(5);
  expect(text).toContain(`… and ${130 - shown} more.`);
  expect(text).toContain('Sent by the sentry App/Keys.');
});

test('what others have written stands to the letter: no link, no mention, no markup', () => {
  const hostile = '<!channel> *bold* <https://example.org|click> <@U0ALICE>\u202e';
  const blocks = blocksOf({ points: [{ label: hostile, lines: [hostile] }] });
  expect(JSON.stringify(blocks)).not.toMatch(/"type":"(?:link|user|usergroup|mrkdwn|broadcast)"/);
  expect(fallbackText(blocks)).toContain(
    '&lt;!channel&gt; *bold* &lt;https://example.org|click&gt;',
  );
  expect(fallbackText(blocks)).not.toContain('\u202e');
});
