import type {
  ApprovalRequest,
  MessageCopy,
  MessageSlot,
} from '../../../src/approval/domain/approval-request';
import type {
  Messenger,
  RenderedMessage,
  Renderer,
} from '../../../src/approval/domain/deliver-messages';
import type { PostedMessage } from '../../../src/approval/domain/messenger';
import { tooFewText } from '../../../src/approval/domain/too-few-approvers';

export interface StandingMessage {
  readonly channelId: string;
  readonly ts: string;
  readonly threadTs?: string;
  readonly text: string;
}

/**
 * A model of a place where messages stand. Not a stand-in for Slack: it checks nothing of what
 * Slack checks.
 */
export class MessengerInMemory implements Messenger {
  readonly standing = new Map<string, StandingMessage>();
  readonly refusals: {
    readonly userId: string;
    readonly channelId: string;
    readonly text: string;
  }[] = [];
  readonly monitored: string[] = [];
  /** Each call of a method, by its name. */
  readonly calls: string[] = [];
  /** What happens before a call, by its number from 1. */
  readonly beforeCall = new Map<number, () => unknown>();
  /** What happens after a message is there, and before who brought it hears of it. */
  readonly afterPost: ((message: StandingMessage) => Promise<unknown>)[] = [];
  /** Thrown by each call, while it is set. */
  trouble?: Error;
  /** Thrown by the calls of one method. */
  readonly troubleOf = new Map<keyof Messenger, Error>();
  /** Thrown where the message of that time stamp is to be updated. */
  readonly troubleAt = new Map<string, Error>();
  private count = 0;

  async post(channelId: string, { text }: RenderedMessage): Promise<PostedMessage> {
    await this.called('post');
    // As Slack does: a message to a user stands in the conversation with them.
    return this.put(channelId.startsWith('C') ? channelId : `D-${channelId}`, text);
  }

  async reply({ channelId, ts }: MessageCopy, { text }: RenderedMessage): Promise<PostedMessage> {
    await this.called('reply');
    // As Slack does: a reply to what is gone stands outside of any thread.
    return this.put(channelId, text, this.standing.has(ts) ? ts : undefined);
  }

  async update({ ts }: MessageCopy, { text }: RenderedMessage): Promise<boolean> {
    await this.called('update');
    const trouble = this.troubleAt.get(ts);
    if (trouble) throw trouble;
    const message = this.standing.get(ts);
    if (!message) return false;
    this.standing.set(ts, { ...message, text });
    return true;
  }

  async tellOnly(userId: string, channelId: string, text: string): Promise<void> {
    await this.called('tellOnly');
    this.refusals.push({ userId, channelId, text });
  }

  async monitor({ text }: RenderedMessage): Promise<void> {
    await this.called('monitor');
    this.monitored.push(text);
  }

  /** Not in a thread. */
  questions(): string[] {
    return [...this.standing.values()]
      .filter(({ threadTs }) => threadTs === undefined)
      .map(({ text }) => text);
  }

  replies(): string[] {
    return [...this.standing.values()]
      .filter(({ threadTs }) => threadTs !== undefined)
      .map(({ text }) => text);
  }

  private async called(method: keyof Messenger): Promise<void> {
    this.calls.push(method);
    await this.beforeCall.get(this.calls.length)?.();
    const trouble = this.troubleOf.get(method) ?? this.trouble;
    if (trouble) throw trouble;
  }

  private async put(channelId: string, text: string, threadTs?: string): Promise<PostedMessage> {
    this.count += 1;
    const message = { channelId, ts: `${this.count}.000`, text, ...(threadTs && { threadTs }) };
    this.standing.set(message.ts, message);
    await this.afterPost.shift()?.(message);
    return message;
  }
}

/** Says in words how a request stands, so that a message that is out of date is seen to be. */
export class RendererInMemory implements Renderer {
  /** Of all of a question, in a thread. */
  parts = 3;

  question(request: ApprovalRequest): RenderedMessage {
    return rendered(`${request.id} ${stateOf(request)}`);
  }

  whole(request: ApprovalRequest): RenderedMessage[] {
    return Array.from({ length: this.parts }, (_, index) => {
      const isLast = index === this.parts - 1;
      return rendered(
        `${request.id} part ${index + 1}${isLast && !request.decision ? ' with buttons' : ''}`,
      );
    });
  }

  reminder(request: ApprovalRequest): RenderedMessage {
    return rendered(`${request.id} still waits`);
  }

  endReminder(request: ApprovalRequest, { name }: MessageSlot): RenderedMessage {
    const number = name.kind === 'end-reminder' ? name.number : 0;
    const { id, extension, carrying } = request;
    const isLive =
      extension?.number === number && !extension.approval && carrying?.phase === 'decision';
    if (isLive) {
      return rendered(`${id} ends soon, with ${extension.votes.length} approvals of more time`);
    }
    return rendered(`${id} ${extension?.approval ? 'is given more time' : 'has ended'}`);
  }

  consultation({ id, decision, consultation }: ApprovalRequest): RenderedMessage {
    const answer = consultation?.kind === 'asked' ? consultation.opinion?.isStillNeeded : undefined;
    return rendered(`To one: ${id} ${decision?.kind ?? 'open'}, answer ${answer ?? 'none'}`);
  }

  consulted({ id, consultation }: ApprovalRequest): RenderedMessage {
    if (consultation?.kind !== 'asked') return rendered(`${id} ${consultation?.reason}`);
    return rendered(`${id} answer ${consultation.opinion?.isStillNeeded ?? 'not to be had'}`);
  }

  step({ id }: ApprovalRequest, { name }: MessageSlot): RenderedMessage {
    return rendered(`${id} ${name.kind === 'step' ? name.step : name.kind}`);
  }
}

export function stateOf(request: ApprovalRequest): string {
  const { decision, carrying, votes, repeats, tooFewApprovers } = request;
  if (!decision) {
    const tooFew = tooFewApprovers ? `. ${tooFewText(tooFewApprovers)}` : '';
    return `waits, with ${votes.length} approvals and ${repeats} repeats${tooFew}`;
  }
  const by = decision.by.length > 0 ? ` by ${decision.by.join(' and ')}` : '';
  const retry = carrying?.isRetryOver ? ', without retry' : '';
  return `${decision.kind}${by}: ${carrying?.phase ?? 'decision'} ${carrying?.outcome?.kind ?? 'under way'}${retry}`;
}

function rendered(text: string): RenderedMessage {
  return { text, blocks: '[]' };
}
