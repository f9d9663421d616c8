import type {
  Block,
  Button,
  RichText,
  RichTextPart,
} from '../src/approval/adapters/slack/approval-blocks';
import type { DenialModal, ModalBlock } from '../src/approval/adapters/slack/denial-modal';

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

const CSS = `
  * { box-sizing: border-box; }
  body { margin: 0; padding: 14px 20px 18px; width: 720px; background: #fff; color: #1d1c1d; font: 15px/1.46 "Liberation Sans", Arial, sans-serif; }
  .channel { font-weight: bold; border-bottom: 1px solid #ddd; padding-bottom: 9px; margin-bottom: 14px; }
  .message { display: flex; gap: 10px; margin-top: 14px; }
  .reply { margin-left: 46px; padding-left: 12px; border-left: 2px solid #ddd; }
  .picture { flex: none; width: 36px; height: 36px; border-radius: 7px; background: #33475b; color: #fff; font-weight: bold; text-align: center; line-height: 36px; }
  .content { flex: 1; min-width: 0; overflow-wrap: anywhere; }
  .name { font-weight: bold; }
  .app { font-size: 10px; background: #e8e8e8; color: #555; border-radius: 2px; padding: 1px 3px; margin: 0 6px; }
  .time, .context, .private { color: #616061; font-size: 12px; }
  .header { font-size: 18px; font-weight: 900; margin: 4px 0 6px; }
  .section { margin: 6px 0; white-space: pre-wrap; }
  .context { margin: 8px 0 6px; }
  .context span { margin-right: 14px; }
  pre { margin: 4px 0; padding: 8px; font: 12.5px/1.5 "DejaVu Sans Mono", monospace; background: #f8f8f8; border: 1px solid #ddd; border-radius: 4px; white-space: pre-wrap; }
  ul { margin: 4px 0; padding-left: 24px; white-space: pre-wrap; }
  .user { color: #1264a3; background: #e8f5fa; border-radius: 3px; padding: 0 2px; }
  .link { color: #1264a3; }
  .actions { display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0 2px; }
  .button { border: 1px solid #bbb; border-radius: 4px; padding: 5px 12px; font-size: 13px; font-weight: bold; background: #fff; }
  .primary { background: #007a5a; border-color: #007a5a; color: #fff; }
  .danger { background: #e01e5a; border-color: #e01e5a; color: #fff; }
  .dialog { width: 440px; margin: 18px auto 4px; border: 1px solid #bbb; border-radius: 8px; padding: 16px 20px; box-shadow: 0 3px 10px #0003; }
  .input { border: 1px solid #bbb; border-radius: 4px; padding: 8px 10px; min-height: 70px; margin-top: 4px; white-space: pre-wrap; }
  .label { font-weight: bold; margin-top: 12px; }
  .dialog .actions { justify-content: flex-end; margin-top: 16px; }
`;

/** A page that looks as Slack lays out messages, roughly. `names` are those of users, by id. */
export function slackPage(
  { channel, messages, dialogOf, modal }: Page,
  names: Readonly<Record<string, string>>,
): string {
  const shown = messages.map((message) => messageHtml(message, names)).join('');
  const dialog =
    dialogOf === undefined
      ? ''
      : dialogHtml(buttonsIn(messages).find(({ action_id: id }) => id === dialogOf));
  return `<!doctype html><meta charset="utf-8"><style>${CSS}</style><div class="channel"># ${escaped(channel)}</div>${shown}${dialog}${modal ? modalHtml(modal) : ''}`;
}

function messageHtml(
  { blocks, isReply, isPrivate }: PageMessage,
  names: Readonly<Record<string, string>>,
): string {
  const note = isPrivate ? '<div class="private">Only visible to you</div>' : '';
  const head =
    '<span class="name">Sentry</span><span class="app">APP</span><span class="time">6:30 AM</span>';
  const body = blocks.map((block) => blockHtml(block, names)).join('');
  return `<div class="message${isReply ? ' reply' : ''}"><div class="picture">S</div><div class="content">${note}${head}${body}</div></div>`;
}

function blockHtml(block: Block, names: Readonly<Record<string, string>>): string {
  switch (block.type) {
    case 'header':
      return `<div class="header">${escaped(block.text.text)}</div>`;
    case 'context':
      return `<div class="context">${block.elements.map(({ text }) => `<span>${escaped(text)}</span>`).join('')}</div>`;
    case 'actions':
      return `<div class="actions">${block.elements.map(buttonHtml).join('')}</div>`;
    case 'rich_text':
      return block.elements.map((part) => partHtml(part, names)).join('');
  }
}

function partHtml(part: RichTextPart, names: Readonly<Record<string, string>>): string {
  const inline = (elements: readonly RichText[]) =>
    elements.map((element) => textHtml(element, names)).join('');
  switch (part.type) {
    case 'rich_text_section':
      return `<div class="section">${inline(part.elements)}</div>`;
    case 'rich_text_preformatted':
      return `<pre>${inline(part.elements)}</pre>`;
    case 'rich_text_list':
      return `<ul>${part.elements.map(({ elements }) => `<li>${inline(elements)}</li>`).join('')}</ul>`;
  }
}

function textHtml(element: RichText, names: Readonly<Record<string, string>>): string {
  switch (element.type) {
    case 'text':
      return element.style?.bold ? `<b>${escaped(element.text)}</b>` : escaped(element.text);
    case 'link':
      return `<span class="link">${escaped(element.text)}</span>`;
    case 'usergroup':
      return `<span class="user">@${escaped(names[element.usergroup_id] ?? element.usergroup_id)}</span>`;
    case 'user':
      return `<span class="user">@${escaped(names[element.user_id] ?? element.user_id)}</span>`;
  }
}

function buttonHtml({ text, style }: Pick<Button, 'text' | 'style'>): string {
  return `<span class="button ${style ?? ''}">${escaped(text.text)}</span>`;
}

function buttonsIn(messages: readonly PageMessage[]): Button[] {
  return messages.flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.type === 'actions' ? [...block.elements] : [])),
  );
}

function dialogHtml(button: Button | undefined): string {
  if (!button?.confirm) throw new Error('No button of the page has that action id and a dialog.');
  const { title, text, confirm, deny, style } = button.confirm;
  const buttons = `${buttonHtml({ text: deny })}${buttonHtml({ text: confirm, style: style ?? 'primary' })}`;
  return `<div class="dialog"><div class="header">${escaped(title.text)}</div><div>${escaped(text.text)}</div><div class="actions">${buttons}</div></div>`;
}

function modalHtml({ view: { title, blocks, close, submit }, written }: WrittenModal): string {
  const buttons = `${buttonHtml({ text: close })}${buttonHtml({ text: submit, style: 'primary' })}`;
  const body = blocks.map((block) => modalBlockHtml(block, written)).join('');
  return `<div class="dialog"><div class="header">${escaped(title.text)}</div>${body}<div class="actions">${buttons}</div></div>`;
}

function modalBlockHtml(block: ModalBlock, written: string): string {
  if (block.type !== 'input') return `<div class="${block.type}">${escaped(block.text.text)}</div>`;
  const optional = block.optional ? ' <span class="time">(optional)</span>' : '';
  return `<div class="label">${escaped(block.label.text)}${optional}</div><div class="input">${escaped(written)}</div>`;
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
