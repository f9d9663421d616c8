import { type ComponentChildren, h } from 'preact';

/** One part of the page, with its heading. */
export function Panel({
  name,
  heading,
  children,
  beside,
}: {
  readonly name: string;
  readonly heading: string;
  readonly children?: ComponentChildren;
  /** To the right of the heading. */
  readonly beside?: ComponentChildren;
}): ComponentChildren {
  const id = `heading-${name}`;
  return h(
    'section',
    { class: `panel ${name}`, 'aria-labelledby': id },
    h('div', { class: 'head' }, h('h2', { id }, heading), beside),
    h('div', { class: 'body', tabIndex: 0, role: 'region', 'aria-labelledby': id }, children),
  );
}
