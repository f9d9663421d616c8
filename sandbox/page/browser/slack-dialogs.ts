import { type ComponentChildren, h, type TargetedEvent } from 'preact';
import { useState } from 'preact/hooks';
import { SlackDialog, SlackModalBlocks, type Surface } from '../../../build/slack-message';
import type { Button } from '../../../src/approval/adapters/slack/approval-blocks';
import type { Act, SlackShown } from '../facts';

/** A button of a message that someone has clicked. */
export interface Clicked {
  readonly message: SlackShown['messages'][number];
  readonly button: Button;
}

/** What Slack asks before a click counts. */
export function SlackConfirm({
  clicked,
  click,
  close,
}: {
  readonly clicked: Clicked;
  readonly click: (clicked: Clicked) => void;
  readonly close: () => void;
}): ComponentChildren {
  const { confirm } = clicked.button;
  if (!confirm) return null;
  const yes = () => {
    close();
    click(clicked);
  };
  return h(
    SlackDialog,
    {
      title: confirm.title.text,
      actions: [
        h('button', { type: 'button', class: 'button', onClick: close }, confirm.deny.text),
        h(
          'button',
          { type: 'button', class: `button ${confirm.style ?? 'primary'}`, onClick: yes },
          confirm.confirm.text,
        ),
      ],
    },
    h('p', null, confirm.text.text),
  );
}

/** A modal with inputs. */
export function SlackForm({
  modal,
  names,
  refusal,
  act,
}: {
  readonly modal: SlackShown['modals'][number];
  readonly names: SlackShown['names'];
  /** Why the last act was not done: elsewhere on the page, the form would cover it. */
  readonly refusal?: string;
  readonly act: (act: Act) => void;
}): ComponentChildren {
  const [written, write] = useState<Record<string, string>>({});
  const surface: Surface = {
    names,
    button: () => null,
    input: ({ block_id: block, label, optional, element }) => [
      h('textarea', {
        class: 'input',
        'aria-label': label.text,
        required: !optional,
        maxLength: element.max_length,
        value: written[block] ?? '',
        onInput: ({ currentTarget }: TargetedEvent<HTMLTextAreaElement>) =>
          write({ ...written, [block]: currentTarget.value }),
      }),
      modal.errors[block] ? h('p', { role: 'alert' }, modal.errors[block]) : null,
    ],
  };
  return h(
    'form',
    {
      method: 'dialog',
      onSubmit: (event: Event) => {
        event.preventDefault();
        act({ kind: 'submit', modalId: modal.id, written });
      },
    },
    h(
      SlackDialog,
      {
        title: modal.title,
        actions: [
          h(
            'button',
            {
              type: 'button',
              class: 'button',
              onClick: () => act({ kind: 'cancel', modalId: modal.id }),
            },
            modal.close,
          ),
          h('button', { type: 'submit', class: 'button primary' }, modal.submit),
        ],
      },
      h(SlackModalBlocks, { blocks: modal.blocks, surface }),
      refusal ? h('p', { role: 'alert' }, refusal) : null,
    ),
  );
}
