import { type ComponentChildren, h } from 'preact';
import type { Following } from './following';

/** One part of the page, with its heading. */
export function Panel({
  name,
  heading,
  children,
  beside,
  following,
}: {
  readonly name: string;
  readonly heading: string;
  readonly children?: ComponentChildren;
  /** To the right of the heading. */
  readonly beside?: ComponentChildren;
  readonly following?: Following<HTMLDivElement>;
}): ComponentChildren {
  const id = `heading-${name}`;
  return h(
    'section',
    { class: `panel ${name}`, 'aria-labelledby': id },
    h('div', { class: 'head' }, h('h2', { id }, heading), beside),
    h(
      'div',
      { class: 'body', tabIndex: 0, role: 'group', 'aria-labelledby': id, ...following },
      children,
    ),
  );
}
