import { type ComponentChildren, Fragment, h } from 'preact';
import type {
  Block,
  Button,
  RichText,
  RichTextPart,
} from '../src/approval/adapters/slack/approval-blocks';
import type { ModalBlock } from '../src/approval/adapters/slack/denial-modal';

/** Names of users and user groups, by id. */
export type Names = Readonly<Record<string, string>>;

/** How a message and a modal look to one who reads them: in a picture, nothing can be clicked. */
export interface Surface {
  readonly names: Names;
  button(button: Pick<Button, 'text' | 'style'> & Partial<Button>): ComponentChildren;
  input(block: Extract<ModalBlock, { type: 'input' }>): ComponentChildren;
}

export interface MessageProps {
  readonly blocks: readonly Block[];
  readonly surface: Surface;
  readonly time: string;
  /** Below another message. */
  readonly isReply?: boolean;
  /** Seen by one person only. */
  readonly isPrivate?: boolean;
  /** Shown in place of blocks, where a message has none. */
  readonly text?: string;
}

/** A message roughly as Slack lays it out. All text is inserted as text. */
export function SlackMessage(props: MessageProps): ComponentChildren {
  const { blocks, surface, time, isReply, isPrivate, text } = props;
  return h(
    'div',
    { class: isReply ? 'message reply' : 'message' },
    h('div', { class: 'picture' }, 'S'),
    h(
      'div',
      { class: 'content' },
      isPrivate ? h('div', { class: 'private' }, 'Only visible to you') : null,
      h('span', { class: 'name' }, 'Sentry'),
      h('span', { class: 'app' }, 'APP'),
      h('span', { class: 'time' }, time),
      ...(blocks.length === 0 && text ? [h('div', { class: 'section' }, text)] : []),
      ...blocks.map((block) => shownBlock(block, surface)),
    ),
  );
}

function shownBlock(block: Block, surface: Surface): ComponentChildren {
  switch (block.type) {
    case 'header':
      return h('div', { class: 'header', role: 'heading', 'aria-level': 3 }, block.text.text);
    case 'context':
      return h(
        'div',
        { class: 'context' },
        block.elements.map(({ text }) => h('span', null, text)),
      );
    case 'actions':
      return h(
        'div',
        { class: 'actions' },
        block.elements.map((button) => surface.button(button)),
      );
    case 'rich_text':
      return block.elements.map((part) => shownPart(part, surface.names));
  }
}

function shownPart(part: RichTextPart, names: Names): ComponentChildren {
  const inline = (elements: readonly RichText[]) =>
    elements.map((element) => shownText(element, names));
  switch (part.type) {
    case 'rich_text_section':
      return h('div', { class: 'section' }, inline(part.elements));
    case 'rich_text_preformatted':
      return h('pre', null, inline(part.elements));
    case 'rich_text_list':
      return h(
        'ul',
        null,
        part.elements.map(({ elements }) => h('li', null, inline(elements))),
      );
  }
}

function shownText(element: RichText, names: Names): ComponentChildren {
  switch (element.type) {
    case 'text':
      return element.style?.bold ? h('b', null, element.text) : element.text;
    case 'link':
      return h('span', { class: 'link' }, element.text);
    case 'usergroup':
      return h(
        'span',
        { class: 'user' },
        `@${names[element.usergroup_id] ?? element.usergroup_id}`,
      );
    case 'user':
      return h('span', { class: 'user' }, `@${names[element.user_id] ?? element.user_id}`);
  }
}

/** The dialog in which Slack asks before a click counts. */
export function SlackDialog({
  title,
  children,
  actions,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly actions: ComponentChildren;
}): ComponentChildren {
  return h(
    'div',
    { class: 'dialog' },
    h('div', { class: 'header' }, title),
    children,
    h('div', { class: 'actions' }, actions),
  );
}

/** What stands in a modal. */
export function SlackModalBlocks({
  blocks,
  surface,
}: {
  readonly blocks: readonly ModalBlock[];
  readonly surface: Surface;
}): ComponentChildren {
  return h(
    Fragment,
    null,
    blocks.map((block) => shownModalBlock(block, surface)),
  );
}

function shownModalBlock(block: ModalBlock, surface: Surface): ComponentChildren {
  if (block.type !== 'input') return h('div', { class: block.type }, block.text.text);
  const optional = block.optional ? [' ', h('span', { class: 'time' }, '(optional)')] : [];
  return [h('div', { class: 'label' }, block.label.text, ...optional), surface.input(block)];
}
