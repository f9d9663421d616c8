import type { SlackShown } from '../../../sandbox/page/facts';
import { channelsOf, channelToOpen } from '../../../sandbox/page/slack-channels';

const PETRA = 'U0PETRA';

test('someone sees the channels that they are a member of, also those without a message', () => {
  const slack = slackOf([channel('C1'), channel('C2', { members: ['U0TESS'] }), channel('C3')]);
  expect(channelsOf(slack, PETRA, {}).map(({ id }) => id)).toEqual(['C1', 'C3']);
});

test('what someone has not seen is counted, and what others alone see is not', () => {
  const slack = slackOf(
    [channel('C1')],
    [message('C1', '1'), message('C1', '2'), message('C1', '3', { onlyFor: 'U0TESS' })],
  );
  expect(channelsOf(slack, PETRA, {})).toMatchObject([{ unseen: 2, newestTs: '2' }]);
  expect(channelsOf(slack, PETRA, { C1: '1' })).toMatchObject([{ unseen: 1 }]);
});

describe('the channel that is opened first is', () => {
  const channels = [channel('C1'), channel('C2'), channel('D1', { isDirect: true })];
  const openedOf = (messages: SlackShown['messages'], seenUntil = {}) =>
    channelToOpen(channelsOf(slackOf(channels, messages), PETRA, seenUntil))?.id;

  test('the one where people are asked, whatever else is newer', () => {
    const asking = { blocks: [{ type: 'actions' as const, elements: [] }] };
    expect(openedOf([message('C1', '1', asking), message('C2', '2')])).toBe('C1');
  });

  test('the one with something new', () => {
    expect(openedOf([message('C1', '1'), message('C2', '2')], { C2: '2' })).toBe('C1');
    expect(openedOf([message('C1', '1'), message('C2', '2')])).toBe('C2');
  });

  test('no direct message, unless nothing was said elsewhere', () => {
    expect(openedOf([message('C1', '1'), message('D1', '2')], { C1: '1' })).toBe('C1');
    expect(openedOf([message('D1', '2')])).toBe('D1');
  });

  test('any, where nothing was said', () => {
    expect(openedOf([])).toBe('C1');
  });
});

function slackOf(
  channels: SlackShown['channels'],
  messages: SlackShown['messages'] = [],
): SlackShown {
  return { kind: 'slack', channels, messages, modals: [], names: {} };
}

function channel(id: string, more: Partial<SlackShown['channels'][number]> = {}) {
  return { id, name: id, isDirect: false, members: [PETRA], ...more };
}

function message(id: string, ts: string, more: Partial<SlackShown['messages'][number]> = {}) {
  return { channel: id, ts, at: 1, text: ts, blocks: [], ...more };
}
