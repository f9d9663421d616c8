import { type ComponentChildren, h, type TargetedEvent } from 'preact';
import { useState } from 'preact/hooks';
import { useFollowing } from './following';
import { OpenDialog } from './open-dialog';
import { useOpenedChannel } from './opened-channel';
import { Panel } from './panel';
import { type Clicked, SlackConfirm, SlackForm } from './slack-dialogs';
import { SlackMessage, type Surface } from '../../../build/slack-message';
import type { Act, Person, SlackShown } from '../facts';
import { conversationsOf, nameOf, timeText } from '../page-state';
import type { MemberChannel } from '../slack-channels';

type ShownMessage = SlackShown['messages'][number];

export interface SlackPanelProps {
  readonly slack: SlackShown;
  readonly people: readonly Person[];
  readonly isBusy: boolean;
  /** Why the last act was not done. */
  readonly refusal?: string;
  readonly act: (act: Act) => void;
}

/** Slack roughly as it would look to the chosen person, with buttons that work as them. */
export function SlackPanel({
  slack,
  people,
  isBusy,
  refusal,
  act,
}: SlackPanelProps): ComponentChildren {
  const [chosen, choose] = useState<string>();
  const [clicked, setClicked] = useState<Clicked>();
  const userId = chosen ?? people[0]?.id ?? '';
  const { channels, current: channel, open, lookAgain } = useOpenedChannel(slack, userId);
  const following = useFollowing<HTMLDivElement>(slack, channel?.id);
  const modal = slack.modals.filter((each) => each.userId === userId).at(-1);
  const click = ({ message, button }: Clicked) => {
    const { channel: where, ts } = message;
    act({ kind: 'click', userId, channel: where, ts, actionId: button.action_id });
  };
  const wish = (wanted: Clicked) => {
    if (isBusy) return;
    if (wanted.button.confirm) setClicked(wanted);
    else click(wanted);
  };
  return h(
    Panel,
    {
      name: 'slack-panel',
      heading: 'Slack',
      following,
      beside: h(PersonChoice, {
        people,
        userId,
        choose: (id) => {
          lookAgain(id);
          choose(id);
        },
      }),
    },
    h(
      'div',
      { class: 'slack', role: 'log', 'aria-live': 'polite', 'aria-label': 'Messages in Slack' },
      h(ChannelTabs, { channels, current: channel?.id, open }),
      channel
        ? conversationsOf(slack, channel.id, userId).flatMap(({ first, replies }) => [
            messageOf(first, false, { slack, isBusy, wish }),
            ...replies.map((reply) => messageOf(reply, true, { slack, isBusy, wish })),
          ])
        : null,
      channel?.newestTs === undefined ? h('p', { class: 'empty' }, 'No message yet.') : null,
    ),
    clicked
      ? h(
          OpenDialog,
          { label: 'Slack asks first', close: () => setClicked(undefined) },
          h(SlackConfirm, { clicked, click, close: () => setClicked(undefined) }),
        )
      : null,
    modal
      ? h(
          OpenDialog,
          {
            key: modal.id,
            label: modal.title,
            close: () => act({ kind: 'cancel', modalId: modal.id }),
          },
          h(SlackForm, { modal, names: slack.names, refusal, act }),
        )
      : null,
  );
}

interface MessageSurroundings {
  readonly slack: SlackShown;
  readonly isBusy: boolean;
  readonly wish: (wanted: Clicked) => void;
}

function messageOf(
  message: ShownMessage,
  isReply: boolean,
  { slack, isBusy, wish }: MessageSurroundings,
): ComponentChildren {
  const surface: Surface = {
    names: slack.names,
    button: ({ text, style, action_id: id = '', value = '', confirm, type = 'button' }) =>
      h(
        'button',
        {
          type: 'button',
          class: style ? `button ${style}` : 'button',
          'aria-disabled': isBusy,
          onClick: () =>
            wish({ message, button: { type, text, style, action_id: id, value, confirm } }),
        },
        text.text,
      ),
    input: () => null,
  };
  return h(SlackMessage, {
    key: message.ts,
    blocks: message.blocks,
    text: readable(message.text, slack.names),
    isReply,
    isPrivate: message.onlyFor !== undefined,
    surface,
    time: timeText(message.at),
  });
}

/** Slack's markup in plain text, as Slack shows it. */
function readable(text: string, names: SlackShown['names']): string {
  return text
    .replace(/<@(\w+)>/g, (_, id: string) => `@${nameOf(id, names)}`)
    .replace(/<!subteam\^(\w+)>/g, '@$1')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&amp;/g, '&');
}

function ChannelTabs({
  channels,
  current,
  open,
}: {
  readonly channels: readonly MemberChannel[];
  readonly current?: string;
  readonly open: (id: string) => void;
}): ComponentChildren {
  return h(
    'div',
    { class: 'channels', role: 'group', 'aria-label': 'Channels' },
    channels.map(({ id, name, isDirect, unseen }) =>
      h(
        'button',
        { key: id, type: 'button', 'aria-pressed': id === current, onClick: () => open(id) },
        isDirect ? 'direct messages' : `# ${name}`,
        unseen > 0 && id !== current
          ? [' ', h('span', { class: 'unseen' }, `${unseen} new`)]
          : null,
      ),
    ),
  );
}

function PersonChoice({
  people,
  userId,
  choose,
}: {
  readonly people: readonly Person[];
  readonly userId: string;
  readonly choose: (id: string) => void;
}): ComponentChildren {
  return h(
    'label',
    { class: 'person' },
    'You are ',
    h(
      'select',
      {
        value: userId,
        onChange: ({ currentTarget }: TargetedEvent<HTMLSelectElement>) =>
          choose(currentTarget.value),
      },
      people.map(({ id, name, role }) => h('option', { key: id, value: id }, `${name} (${role})`)),
    ),
  );
}
