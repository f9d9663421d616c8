import { type ComponentChildren, h } from 'preact';
import { Panel } from './panel';
import { clockText, type InboxMessage, MOST_MESSAGES } from '../page-state';

/** What subscribers of the topic were sent, the newest first, and open. */
export function InboxPanel({
  messages,
}: {
  readonly messages: readonly InboxMessage[];
}): ComponentChildren {
  return h(
    Panel,
    {
      name: 'inbox',
      heading: 'Inbox',
      beside: h('span', { class: 'faint' }, countText(messages.length)),
    },
    messages.length === 0 ? h('p', { class: 'empty' }, 'No message yet.') : null,
    messages.map((message, index) =>
      h(
        'details',
        { key: message.number, open: index === 0 },
        h(
          'summary',
          null,
          h('span', { class: 'since' }, clockText(message.at)),
          h('span', null, message.subject),
        ),
        h('pre', null, message.text.trim()),
      ),
    ),
  );
}

function countText(messages: number): string {
  if (messages === MOST_MESSAGES) return `the newest ${MOST_MESSAGES} messages of SNS`;
  return messages === 1 ? '1 message of SNS' : `${messages} messages of SNS`;
}
