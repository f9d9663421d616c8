import { type ComponentChildren, h } from 'preact';
import { useState } from 'preact/hooks';
import type { Act, FactOf } from '../facts';

export interface MovesBarProps {
  readonly scene?: FactOf<'scene'>;
  readonly preparing?: string;
  readonly moving?: string;
  /** Whether something goes on, here or in another page. */
  readonly isBusy: boolean;
  readonly refusal?: string;
  readonly act: (act: Act) => void;
}

/** What the scene is about, and a button for each move. */
export function MovesBar({
  scene,
  preparing,
  moving,
  isBusy,
  refusal,
  act,
}: MovesBarProps): ComponentChildren {
  const [pointedAt, pointAt] = useState<string>();
  const moves = scene?.moves ?? [];
  const hint = moves.find(({ id }) => id === pointedAt)?.hint;
  const button = ({ id, label, hint: title }: FactOf<'scene'>['moves'][number]) =>
    h(
      'button',
      {
        key: id,
        type: 'button',
        title,
        class: moving === id ? 'move moving' : 'move',
        'aria-disabled': isBusy,
        onClick: () => {
          if (!isBusy) act({ kind: 'move', id });
        },
        onFocus: () => pointAt(id),
        onMouseEnter: () => pointAt(id),
      },
      label,
    );
  return h(
    'section',
    { class: 'moves', 'aria-label': 'The scene and its moves' },
    h('p', { class: 'about' }, scene?.about ?? preparing ?? 'The sandbox starts …'),
    h('div', { class: 'buttons', role: 'group', 'aria-label': 'Moves' }, moves.map(button)),
    h(
      'p',
      { class: 'hint', 'aria-live': 'polite' },
      refusal ?? (isBusy ? 'It goes on: see the timeline.' : (hint ?? DEFAULT_HINT)),
    ),
  );
}

const DEFAULT_HINT =
  'Each button changes something in this local AWS. See what follows in the timeline.';
