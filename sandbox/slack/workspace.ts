import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { type Block, faultsOfBlocks } from './block-limits';
import { Modals } from './modals';
import { SlackError } from './slack-error';

/** The app that is installed in the workspace, and the workspace itself. */
export interface Installation {
  readonly teamId: string;
  readonly teamDomain: string;
  readonly appId: string;
  readonly botId: string;
  /** The app as a user, who is a member of channels. */
  readonly botUserId: string;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** The user's home; another one's is that of an outsider in a shared channel. */
  readonly teamId: string;
  /** Restricted to some channels. */
  readonly isGuest: boolean;
  deleted: boolean;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  /** Ids of users; the app's own is among them where it was invited. */
  readonly members: Set<string>;
  archived: boolean;
}

/** What a message says. */
export interface Content {
  readonly text: string;
  readonly blocks: readonly Block[];
}

export interface MessageVersion extends Content {
  readonly at: Date;
}

/** The thread that a message stands in, and whether its channel shows it too. */
interface Thread {
  readonly threadTs?: string;
  readonly isBroadcast?: boolean;
}

export class Message {
  readonly versions: MessageVersion[];
  readonly threadTs?: string;
  readonly isBroadcast: boolean;
  deleted = false;

  constructor(
    readonly channel: string,
    readonly ts: string,
    readonly postedBy: 'app' | 'webhook',
    first: MessageVersion,
    { threadTs, isBroadcast = false }: Thread = {},
  ) {
    this.versions = [first];
    this.threadTs = threadTs;
    this.isBroadcast = isBroadcast;
  }

  get text(): string {
    return this.versions.at(-1)?.text ?? '';
  }

  get blocks(): readonly Block[] {
    return this.versions.at(-1)?.blocks ?? [];
  }
}

/** What one user alone sees. */
export interface Ephemeral extends MessageVersion {
  readonly channel: string;
  readonly ts: string;
  readonly userId: string;
}

export interface NewMessage extends Content {
  readonly channel: string;
  readonly postedBy: 'app' | 'webhook';
  readonly threadTs?: string;
  readonly isBroadcast?: boolean;
}

const LARGEST_TEXT = 40_000;
/** Of a message that is changed. */
const LARGEST_NEW_TEXT = 4000;
/** Of the blocks' JSON. Slack documents no such limit; this is what others measured. */
const LARGEST_BLOCKS = 13_000;

/** Channels, people and messages. */
export class Workspace {
  readonly channels = new Map<string, Channel>();
  readonly users = new Map<string, User>();
  /** Ids of users, by the group's id. */
  readonly userGroups = new Map<string, readonly string[]>();
  readonly messages: Message[] = [];
  readonly ephemerals: Ephemeral[] = [];
  readonly modals: Modals;
  private lastMicroseconds = 0;

  constructor(
    readonly installation: Installation,
    private readonly now: () => Date,
  ) {
    this.modals = new Modals(now);
  }

  /** The channel, where the app may write. */
  openChannel(id: string | undefined): Channel {
    const channel = this.knownChannel(id);
    if (!channel.members.has(this.installation.botUserId)) throw new SlackError('not_in_channel');
    return channel;
  }

  /** Where a message to a user stands: in the conversation of the app with them. */
  conversationWith(userId: string): Channel {
    const { botUserId } = this.installation;
    const user = this.users.get(userId);
    if (!user || user.deleted) throw new SlackError('channel_not_found');
    const id = `D${userId.slice(1)}`;
    const known = this.channels.get(id);
    if (known) return known;
    const members = new Set([userId, botUserId]);
    const conversation = { id, name: `with ${user.name}`, members, archived: false };
    this.channels.set(id, conversation);
    return conversation;
  }

  knownChannel(id: string | undefined): Channel {
    const channel = this.channels.get(id ?? '');
    if (!channel) throw new SlackError('channel_not_found');
    if (channel.archived) throw new SlackError('is_archived');
    return channel;
  }

  messageAt(channel: string, ts: string | undefined): Message | undefined {
    return this.messages.find(
      (message) => message.channel === channel && message.ts === ts && !message.deleted,
    );
  }

  post({ channel, postedBy, threadTs, isBroadcast, ...content }: NewMessage): Message {
    // Slack takes a reply to what is gone, and puts it into the channel, outside of any thread: so
    // two projects report, independently of each other.
    const isThreadThere = threadTs !== undefined && this.messageAt(channel, threadTs) !== undefined;
    const message = new Message(
      channel,
      this.nextTs(),
      postedBy,
      { at: this.now(), ...content },
      isThreadThere ? { threadTs, isBroadcast } : {},
    );
    this.messages.push(message);
    return message;
  }

  update(message: Message, content: Content): void {
    message.versions.push({ at: this.now(), ...content });
  }

  show(channel: string, userId: string, content: Content): Ephemeral {
    const ephemeral = { channel, userId, ts: this.nextTs(), at: this.now(), ...content };
    this.ephemerals.push(ephemeral);
    return ephemeral;
  }

  /** A time of now that no other message or click has. */
  nextTs(): string {
    this.lastMicroseconds = Math.max(this.now().getTime() * 1000, this.lastMicroseconds + 1);
    const digits = String(this.lastMicroseconds);
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  }
}

const BlockList = z.array(
  z.looseObject({
    block_id: z.optional(z.string()),
    elements: z.optional(z.array(z.unknown())),
    accessory: z.optional(z.unknown()),
  }),
);
const Interactive = z.looseObject({ type: z.literal('button'), action_id: z.optional(z.string()) });

/** What a message is changed to. */
export function newContentOf(text: string | undefined, sentBlocks: unknown): Content {
  if ((text?.length ?? 0) > LARGEST_NEW_TEXT) throw new SlackError('msg_too_long');
  return contentOf(text, sentBlocks);
}

/**
 * Text and blocks as they were sent, checked, with the ids that Slack gives where there are none.
 */
export function contentOf(text: string | undefined, sentBlocks: unknown): Content {
  if ((text?.length ?? 0) > LARGEST_TEXT) throw new SlackError('msg_too_long');
  const blocks = sentBlocks === undefined ? [] : blocksOf(sentBlocks);
  if (!text && blocks.length === 0) throw new SlackError('no_text');
  return { text: text ?? '', blocks };
}

function blocksOf(sent: unknown): Block[] {
  const value = typeof sent === 'string' ? jsonOf(sent) : sent;
  const faults = faultsOfBlocks(value);
  if (faults.length > 0) {
    throw new SlackError('invalid_blocks', { response_metadata: { messages: faults } });
  }
  if (JSON.stringify(value).length > LARGEST_BLOCKS) throw new SlackError('msg_blocks_too_long');
  return BlockList.parse(value).map(({ accessory, elements, ...block }) => ({
    ...block,
    block_id: block.block_id ?? newId(),
    ...(elements && { elements: elements.map(withActionId) }),
    ...(accessory !== undefined && { accessory: withActionId(accessory) }),
  }));
}

function withActionId(element: unknown): unknown {
  const button = Interactive.safeParse(element);
  return button.success ? { ...button.data, action_id: button.data.action_id ?? newId() } : element;
}

function newId(): string {
  return randomBytes(4).toString('base64url').slice(0, 5);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SlackError('invalid_blocks_format');
  }
}
