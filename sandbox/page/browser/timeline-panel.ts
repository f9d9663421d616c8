import { type ComponentChildren, h, type TargetedEvent } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Happened } from '../facts';
import { type Row, sinceText } from '../page-state';

const LABELS: Readonly<Record<Happened['what'], string>> = {
  call: 'call',
  event: 'event',
  verdict: 'verdict',
  revert: 'revert',
  message: 'message',
  slack: 'Slack',
  click: 'click',
  clock: 'clock',
  fault: 'fault',
  command: 'command',
  refused: 'refused',
};

/** So near to its end, the timeline follows what comes. */
const NEAR_PX = 60;

/** What happens, the newest at the bottom. It follows, unless someone has scrolled up. */
export function TimelinePanel({ rows }: { readonly rows: readonly Row[] }): ComponentChildren {
  const list = useRef<HTMLOListElement>(null);
  const follows = useRef(true);
  useLayoutEffect(() => {
    if (list.current && follows.current) list.current.scrollTop = list.current.scrollHeight;
  }, [rows]);
  return h(
    'section',
    { class: 'panel timeline', 'aria-labelledby': 'heading-timeline' },
    h('div', { class: 'head' }, h('h2', { id: 'heading-timeline' }, 'Timeline')),
    h(
      'ol',
      {
        class: 'body',
        ref: list,
        tabIndex: 0,
        role: 'log',
        'aria-live': 'polite',
        'aria-labelledby': 'heading-timeline',
        onScroll: ({ currentTarget }: TargetedEvent<HTMLOListElement>) => {
          const { scrollHeight, scrollTop, clientHeight } = currentTarget;
          follows.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
        },
      },
      rows.map((row) => h(TimelineRow, { key: row.number, row })),
    ),
  );
}

function TimelineRow({ row }: { readonly row: Row }): ComponentChildren {
  const { what, at, sinceMs, text, by, from } = row;
  const time = new Date(at).toTimeString().slice(0, 8);
  return h(
    'li',
    { class: `row ${what}` },
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
