import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ComponentChildren, h } from 'preact';
import { renderToStaticMarkup } from 'preact-render-to-string';
import {
  type Names,
  SlackDialog,
  SlackMessage,
  SlackModalBlocks,
  type Surface,
} from './slack-message';
import type { Block, Button } from '../src/approval/adapters/slack/approval-blocks';
import type { DenialModal } from '../src/approval/adapters/slack/denial-modal';

/** A message as it stands on a page. */
export interface PageMessage {
  readonly blocks: readonly Block[];
  /** Below another message. */
  readonly isReply?: boolean;
  /** Seen by one person only. */
  readonly isPrivate?: boolean;
}

export interface Page {
  readonly channel: string;
  readonly messages: readonly PageMessage[];
  /** The dialog that a button opens, by its action id. */
  readonly dialogOf?: string;
  readonly modal?: WrittenModal;
}

/** A modal, and what someone has written into its input. */
export interface WrittenModal {
  readonly view: DenialModal;
  readonly written: string;
}

const BODY_CSS =
  'body { box-sizing: border-box; margin: 0; padding: 14px 20px 18px; width: 720px; background: #fff; }';
const TIME = '6:30 AM';

/** A page that looks as Slack lays out messages, roughly. `names` are those of users, by id. */
export function slackPage({ channel, messages, dialogOf, modal }: Page, names: Names): string {
  const css = readFileSync(join(__dirname, 'slack-message.css'), 'utf8');
  const surface = drawnSurface(names, modal?.written ?? '');
  const body = h(
    'div',
    { class: 'slack' },
    h('div', { class: 'channel' }, `# ${channel}`),
    ...messages.map((message) => h(SlackMessage, { ...message, surface, time: TIME })),
    dialogOf === undefined
      ? null
      : dialogOfButton(buttonsIn(messages).find(({ action_id: id }) => id === dialogOf)),
    modal ? drawnModal(modal, surface) : null,
  );
  return `<!doctype html><meta charset="utf-8"><style>${BODY_CSS}\n${css}</style>${renderToStaticMarkup(body)}`;
}

function drawnSurface(names: Names, written: string): Surface {
  return {
    names,
    button: drawnButton,
    input: () => h('div', { class: 'input' }, written),
  };
}

function drawnButton({ text, style }: Pick<Button, 'text' | 'style'>): ComponentChildren {
  return h('span', { class: style === undefined ? 'button' : `button ${style}` }, text.text);
}

function buttonsIn(messages: readonly PageMessage[]): Button[] {
  return messages.flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.type === 'actions' ? [...block.elements] : [])),
  );
}

function dialogOfButton(button: Button | undefined): ComponentChildren {
  if (!button?.confirm) throw new Error('No button of the page has that action id and a dialog.');
  const { title, text, confirm, deny, style } = button.confirm;
  return h(
    SlackDialog,
    {
      title: title.text,
      actions: [
        drawnButton({ text: deny }),
        drawnButton({ text: confirm, style: style ?? 'primary' }),
      ],
    },
    h('div', null, text.text),
  );
}

function drawnModal({ view: { title, blocks, close, submit } }: WrittenModal, surface: Surface) {
  return h(
    SlackDialog,
    {
      title: title.text,
      actions: [drawnButton({ text: close }), drawnButton({ text: submit, style: 'primary' })],
    },
    h(SlackModalBlocks, { blocks, surface }),
  );
}
