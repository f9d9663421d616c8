import * as z from 'zod/mini';
import type { Block } from '../slack/block-limits';
import type { SlackStandIn } from '../slack/slack-stand-in';
import type { Content, Ephemeral, Message } from '../slack/workspace';

const Button = z.object({
  type: z.literal('button'),
  text: z.object({ text: z.string() }),
  confirm: z.optional(
    z.object({ title: z.object({ text: z.string() }), text: z.object({ text: z.string() }) }),
  ),
});

const Words = z.object({ text: z.string() });
const RichWords = z.array(
  z.union([
    z.object({ type: z.literal('user'), user_id: z.string() }),
    z.object({ type: z.literal('usergroup'), usergroup_id: z.string() }),
    Words,
  ]),
);
const RichPart = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['rich_text_section', 'rich_text_preformatted']), elements: RichWords }),
  z.object({
    type: z.literal('rich_text_list'),
    elements: z.array(z.object({ elements: RichWords })),
  }),
]);
/** The kinds of blocks with text that the library's messages are made of. */
const TextBlock = z.discriminatedUnion('type', [
  z.object({ type: z.literal('header'), text: Words }),
  z.object({ type: z.literal('context'), elements: z.array(Words) }),
  z.object({ type: z.literal('rich_text'), elements: z.array(RichPart) }),
]);

/** One thing that came up in Slack. */
export interface News {
  readonly at: Date;
  readonly what: string;
  readonly lines: readonly string[];
}

/** Whether a channel is the app's conversation with one person. */
export function isDirectMessage(channelId: string): boolean {
  return channelId.startsWith('D');
}

/** What people would see in Slack, as lines of text. */
export class SlackScreen {
  private readonly seenVersions = new Map<Message, number>();
  private seenEphemerals = 0;

  constructor(private readonly slack: SlackStandIn) {}

  /** What has come up since the last look, in its order. */
  news(): News[] {
    const messages = this.slack.messages.flatMap((message) => this.newsOf(message));
    const ephemerals = this.slack.ephemerals
      .slice(this.seenEphemerals)
      .map((ephemeral) => this.newsToOne(ephemeral));
    this.seenEphemerals = this.slack.ephemerals.length;
    return [...messages, ...ephemerals]
      .filter(({ lines }) => lines.length > 0)
      .sort((one, other) => one.at.getTime() - other.at.getTime());
  }

  private newsOf(message: Message): News[] {
    const seen = this.seenVersions.get(message) ?? 0;
    this.seenVersions.set(message, message.versions.length);
    return message.versions.slice(seen).map((version, index) => {
      const before = message.versions[seen + index - 1];
      if (before) {
        return {
          at: version.at,
          what: 'the message says now',
          lines: this.changedLines(before, version),
        };
      }
      const place = message.threadTs === undefined ? '' : ', in the thread below the question';
      return {
        at: version.at,
        what: `in ${this.channelName(message.channel)}${place}`,
        lines: this.linesOf(version),
      };
    });
  }

  private newsToOne({ at, userId, ...content }: Ephemeral): News {
    return { at, what: `seen by ${this.userName(userId)} alone`, lines: this.linesOf(content) };
  }

  /** Of a message that is long and has been read before. */
  private changedLines(before: Content, after: Content): string[] {
    const known = new Set(this.linesOf(before));
    const changed = this.linesOf(after).filter((line) => !known.has(line));
    return buttonsOf(before).length > 0 && buttonsOf(after).length === 0
      ? [...changed, '(no buttons any more)']
      : changed;
  }

  /** Blocks with a line between them. Messages without blocks have their text alone. */
  private linesOf(content: Content): string[] {
    if (content.blocks.length === 0) return this.readable(content.text).split('\n');
    const buttons = buttonsOf(content)
      .map((label) => `[ ${label} ]`)
      .join('  ');
    const blocks = [
      ...content.blocks.map((block) => this.linesOfBlock(block)),
      buttons ? [buttons] : [],
    ];
    return blocks
      .filter(({ length }) => length > 0)
      .flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]));
  }

  private linesOfBlock(block: Block): string[] {
    const { data } = TextBlock.safeParse(block);
    switch (data?.type) {
      case undefined:
        return [];
      case 'header':
        return [data.text.text, '-'.repeat(data.text.text.length)];
      case 'context':
        return [data.elements.map(({ text }) => text).join(' · ')];
      case 'rich_text':
        return data.elements.flatMap((part) => this.linesOfPart(part));
    }
  }

  private linesOfPart(part: z.infer<typeof RichPart>): string[] {
    switch (part.type) {
      case 'rich_text_section':
        return this.textOf(part.elements).split('\n');
      case 'rich_text_preformatted':
        return this.textOf(part.elements)
          .split('\n')
          .map((line) => `    ${line}`);
      case 'rich_text_list':
        return part.elements.map(({ elements }) => `• ${this.textOf(elements)}`);
    }
  }

  private textOf(elements: z.infer<typeof RichWords>): string {
    return elements
      .map((element) => {
        if ('user_id' in element) return `@${this.userName(element.user_id)}`;
        return 'usergroup_id' in element ? `@${element.usergroup_id}` : element.text;
      })
      .join('');
  }

  /** Slack's markup, as Slack shows it. */
  private readable(text: string): string {
    return text
      .replace(/<@(\w+)>/g, (_, id: string) => `@${this.userName(id)}`)
      .replace(/<!subteam\^(\w+)>/g, '@$1')
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&amp;/g, '&');
  }

  private userName(id: string): string {
    return this.slack.users.get(id)?.name ?? id;
  }

  private channelName(id: string): string {
    const name = this.slack.channels.get(id)?.name ?? id;
    return isDirectMessage(id) ? `direct messages ${name}` : `#${name}`;
  }
}

/** What is written on the buttons, in their order. */
export function buttonsOf(content: Pick<Content, 'blocks'>): string[] {
  return buttonsIn(content).map(({ text }) => text.text);
}

/** What Slack asks anyone who clicks the button, before the click counts. */
export function confirmationOf(
  content: Pick<Content, 'blocks'>,
  label: string,
): string | undefined {
  const confirm = buttonsIn(content).find(({ text }) => text.text === label)?.confirm;
  return confirm && `${confirm.title.text} ${confirm.text.text}`;
}

function buttonsIn({ blocks }: Pick<Content, 'blocks'>) {
  return blocks
    .flatMap(({ elements }) => (Array.isArray(elements) ? elements : []))
    .flatMap((element) => {
      const button = Button.safeParse(element);
      return button.success ? [button.data] : [];
    });
}
