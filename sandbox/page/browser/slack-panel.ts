import { type ComponentChildren, h, type TargetedEvent } from 'preact';
import { useState } from 'preact/hooks';
import { useFollowing } from './following';
import { OpenDialog } from './open-dialog';
import { Panel } from './panel';
import { type Clicked, SlackConfirm, SlackForm } from './slack-dialogs';
import { SlackMessage, type Surface } from '../../../build/slack-message';
import type { Act, Person, SlackShown } from '../facts';
import { conversationsOf, timeText } from '../page-state';

type ShownMessage = SlackShown['messages'][number];

export interface SlackPanelProps {
  readonly slack: SlackShown;
  readonly people: readonly Person[];
  readonly isBusy: boolean;
  readonly act: (act: Act) => void;
}

/** Slack roughly as it would look to the chosen person, with buttons that work as them. */
export function SlackPanel({ slack, people, isBusy, act }: SlackPanelProps): ComponentChildren {
  const [chosen, choose] = useState<string>();
  const [opened, open] = useState<string>();
  const [clicked, setClicked] = useState<Clicked>();
  const following = useFollowing<HTMLDivElement>(slack);
  const userId = chosen ?? people[0]?.id ?? '';
  const channels = channelsOf(slack, userId);
  const channel = channels.find(({ id }) => id === opened) ?? channels.at(-1) ?? slack.channels[0];
  const modal = slack.modals.find((each) => each.userId === userId);
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
      beside: h(PersonChoice, { people, userId, choose }),
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
      slack.messages.length === 0 ? h('p', { class: 'empty' }, 'No one was asked yet.') : null,
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
          h(SlackForm, { modal, names: slack.names, act }),
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

/** Channels in which the person sees something. A direct message is seen by one alone. */
function channelsOf({ channels, messages }: SlackShown, userId: string) {
  return channels.filter(
    ({ id }) =>
      messages.some(({ channel }) => channel === id) &&
      (!id.startsWith('D') || id === `D${userId.slice(1)}`),
  );
}

/** Slack's markup in plain text, as Slack shows it. */
function readable(text: string, names: SlackShown['names']): string {
  return text
    .replace(/<@(\w+)>/g, (_, id: string) => `@${names[id] ?? id}`)
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
  readonly channels: SlackShown['channels'];
  readonly current?: string;
  readonly open: (id: string) => void;
}): ComponentChildren {
  return h(
    'div',
    { class: 'channels', role: 'group', 'aria-label': 'Channels' },
    channels.map(({ id, name }) =>
      h(
        'button',
        { key: id, type: 'button', 'aria-pressed': id === current, onClick: () => open(id) },
        id.startsWith('D') ? 'direct messages' : `# ${name}`,
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
