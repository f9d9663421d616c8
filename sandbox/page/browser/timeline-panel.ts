import { type ComponentChildren, h } from 'preact';
import { useFollowing } from './following';
import type { Happened } from '../facts';
import { clockText, type Row, sinceText } from '../page-state';

const LABELS: Readonly<Record<Happened['what'], string>> = {
  call: 'call',
  event: 'event',
  verdict: 'verdict',
  revert: 'revert',
  step: 'step',
  message: 'message',
  slack: 'Slack',
  click: 'click',
  clock: 'clock',
  fault: 'fault',
  command: 'command',
  refused: 'refused',
};

/** What happens, the newest at the bottom. It follows, unless someone has scrolled up. */
export function TimelinePanel({ rows }: { readonly rows: readonly Row[] }): ComponentChildren {
  const following = useFollowing<HTMLDivElement>(rows);
  return h(
    'section',
    { class: 'panel timeline', 'aria-labelledby': 'heading-timeline' },
    h(
      'div',
      { class: 'head' },
      h('h2', { id: 'heading-timeline' }, 'Timeline'),
      h('span', { class: 'faint' }, "UTC, by this machine's clock"),
    ),
    h(
      'div',
      {
        class: 'body',
        tabIndex: 0,
        role: 'log',
        'aria-live': 'polite',
        'aria-labelledby': 'heading-timeline',
        ...following,
      },
      h(
        'ol',
        null,
        rows.map((row) => h(TimelineRow, { key: row.number, row })),
      ),
    ),
  );
}

function TimelineRow({ row }: { readonly row: Row }): ComponentChildren {
  const { what, at, sinceMs, text, by, from } = row;
  const time = clockText(at);
  return h(
    'li',
    { class: `row is-${what}` },
    h('span', { class: 'since', title: time }, sinceMs === 0 ? time : sinceText(sinceMs)),
    h('span', { class: 'what' }, LABELS[what]),
    h(
      'span',
      { class: 'text' },
      h('span', null, text),
      by ? h('span', { class: 'faint' }, `by ${by}${from ? `, from ${from}` : ''}`) : null,
    ),
  );
}
