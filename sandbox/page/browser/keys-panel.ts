import { type ComponentChildren, h } from 'preact';
import { Panel } from './panel';
import type { KeysShown } from '../facts';

/** Access keys by age, the oldest first. */
export function KeysPanel({ keys, maxAgeDays }: Omit<KeysShown, 'kind'>): ComponentChildren {
  return h(
    Panel,
    {
      name: 'keys',
      heading: 'Access keys by age',
      beside: h('span', { class: 'faint' }, `too old after ${daysText(maxAgeDays)}`),
    },
    keys.length === 0 ? h('p', { class: 'empty' }, 'No key is left.') : null,
    h(
      'ul',
      { class: 'keys' },
      keys.map((key) =>
        h(
          'li',
          { key: key.id, class: key.ageDays > maxAgeDays ? 'key old' : 'key' },
          h('span', { class: 'id' }, key.user),
          h('span', { class: key.status === 'Active' ? 'mark good' : 'mark' }, key.status),
          h('span', { class: 'faint' }, key.id),
          h('meter', {
            min: 0,
            max: Math.max(maxAgeDays * 2, key.ageDays),
            high: maxAgeDays,
            low: maxAgeDays,
            optimum: 0,
            value: key.ageDays,
            'aria-label': `Age of the key of ${key.user}`,
          }),
          h(
            'span',
            null,
            `${daysText(key.ageDays)} old, ${key.unusedDays === undefined ? 'never used' : `not used for ${daysText(key.unusedDays)}`}`,
          ),
        ),
      ),
    ),
  );
}

function daysText(days: number): string {
  return days === 1 ? '1 day' : `${days} days`;
}
