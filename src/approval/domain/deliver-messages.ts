import type { ApprovalConfiguration } from './approval-configuration';
import {
  type ApprovalRequest,
  isOpen,
  isToOne,
  type MessageCopy,
  type MessageSlot,
  nameKey,
  withDue,
} from './approval-request';
import type { ApprovalStore } from './approval-store';
import { withThread } from './consultation';
import { decidersOf } from './deciders';
import { isDeliverable } from './due';
import { isExtensible } from './extension';
import { MessengerRefusedError, MessengerUnavailableError, type PostedMessage } from './messenger';
import { WrittenSlot } from './written-slot';
import type { Clock } from '../../shared/domain/clock';

/** A message, ready to be sent. */
export interface RenderedMessage {
  /** For notifications and screen readers. */
  readonly text: string;
  /** As JSON. */
  readonly blocks: string;
}

/** Renders the messages of a request. */
export interface Renderer {
  question(request: ApprovalRequest): RenderedMessage;
  /** All of a question that is too long for one message; the last part has the buttons. */
  whole(request: ApprovalRequest): readonly RenderedMessage[];
  reminder(request: ApprovalRequest): RenderedMessage;
  /** When an approval for a time ends; with buttons, as long as it may still end later. */
  endReminder(request: ApprovalRequest, slot: MessageSlot): RenderedMessage;
  step(request: ApprovalRequest, slot: MessageSlot): RenderedMessage;
  /** The direct message to the one whom the question names. */
  consultation(request: ApprovalRequest): RenderedMessage;
  /** What the approvers hear of it. */
  consulted(request: ApprovalRequest): RenderedMessage;
}

/** Delivers messages to people. Throws a MessengerUnavailableError or a MessengerRefusedError. */
export interface Messenger {
  post(channelId: string, message: RenderedMessage): Promise<PostedMessage>;
  reply(to: MessageCopy, message: RenderedMessage): Promise<PostedMessage>;
  /** False where the message is not there any more, or can never be changed again. */
  update(copy: MessageCopy, message: RenderedMessage): Promise<boolean>;
  tellOnly(userId: string, channelId: string, text: string): Promise<void>;
  /** To those who watch, not decide. */
  monitor(message: RenderedMessage): Promise<void>;
}

export interface MessagePorts {
  readonly store: ApprovalStore;
  readonly messenger: Messenger;
  readonly renderer: Renderer;
  readonly clock: Clock;
  /** A message that could not be delivered. */
  failed(requestId: string, message: string, error: unknown): void;
}

/**
 * Longer than the function that delivers messages may take: a holder of the lease is at work, or is
 * no more.
 */
export const LEASE_MILLISECONDS = 90_000;
const FIRST_BACK_OFF_MILLISECONDS = 5_000;
const LONGEST_BACK_OFF_MILLISECONDS = 5 * 60_000;

/**
 * Delivers what is due of a request's messages, one after the other; what cannot be delivered now
 * is for later, and holds up nothing else. It is due again at a time of its own, and the run over
 * what is due points to it: a function that sent to the queue it is called from would be stopped.
 */
export async function deliverMessages(
  requestId: string,
  configuration: ApprovalConfiguration,
  ports: MessagePorts,
): Promise<void> {
  const { store, clock } = ports;
  const tried = new Set<string>();
  for (let request = await store.read(requestId); request;) {
    const slot = request.messages.find(
      (each) =>
        isDeliverable(each, clock.now()) && !tried.has(`${nameKey(each.name)} ${each.wanted}`),
    );
    if (!slot) return;
    tried.add(`${nameKey(slot.name)} ${slot.wanted}`);
    request = await deliverOne(request, slot, configuration, ports);
  }
}

/** Comes back with the request as it was written last. */
async function deliverOne(
  request: ApprovalRequest,
  slot: MessageSlot,
  configuration: ApprovalConfiguration,
  ports: MessagePorts,
): Promise<ApprovalRequest | undefined> {
  const written = new WrittenSlot(request, slot.name, configuration, ports.store);
  const claimed = await claim(written, ports.clock);
  if (!claimed) return written.request;
  try {
    await deliverClaimed(claimed, written, configuration, ports);
  } catch (error) {
    ports.failed(request.id, nameKey(slot.name), error);
    await postpone(claimed.slot, written, error, ports.clock);
  }
  return written.request;
}

interface ClaimedSlot {
  readonly request: ApprovalRequest;
  readonly slot: MessageSlot;
}

/** Undefined where someone else delivers it, or has done so. */
async function claim(written: WrittenSlot, clock: Clock): Promise<ClaimedSlot | undefined> {
  const leasedUntil = new Date(clock.now().getTime() + LEASE_MILLISECONDS);
  let isOurs = false;
  await written.revise((current) => {
    isOurs = isDeliverable(current, clock.now());
    return isOurs ? { ...current, leasedUntil, pointedAt: undefined } : current;
  });
  const { request, slot } = written;
  return isOurs && request && slot ? { request, slot } : undefined;
}

async function deliverClaimed(
  { request, slot }: ClaimedSlot,
  written: WrittenSlot,
  configuration: ApprovalConfiguration,
  ports: MessagePorts,
): Promise<void> {
  const progress = async (copies: readonly MessageCopy[]) =>
    written.revise((current) => ({
      ...current,
      copies: merged(current.copies, copies, slot.copies),
    }));
  const { isGone, posted, lost } = await deliver(request, slot, configuration, ports, progress);
  if (lost) await written.reviseRequest((current) => withLost(current, lost));
  await written.revise((current) => ({
    ...current,
    ...(posted && { copies: merged(current.copies, [posted], slot.copies) }),
    shown: isGone ? current.shown : slot.wanted,
    failures: 0,
    leasedUntil: undefined,
    notBefore: undefined,
  }));
}

/** Until a later try, where another one may help. */
async function postpone(
  slot: MessageSlot,
  written: WrittenSlot,
  error: unknown,
  clock: Clock,
): Promise<void> {
  const wait = waitAfter(error, slot.failures);
  const isRefused = error instanceof MessengerRefusedError;
  const isUnreached = isRefused && slot.name.kind === 'consultation';
  const isHopeless = isRefused && (isToOne(slot.name) || isUnreached);
  await written.revise((current) => ({
    ...current,
    ...(isHopeless && { shown: slot.wanted }),
    failures: current.failures + 1,
    leasedUntil: undefined,
    notBefore: new Date(clock.now().getTime() + wait),
  }));
  if (!isUnreached || slot.copies.length > 0) return;
  await written.reviseRequest((current) => (isOpen(current) ? withThread(current) : current));
}

/** The question is not there any more: it is posted again. */
function withLost(request: ApprovalRequest, lost: MessageCopy): ApprovalRequest {
  const messages = request.messages.map((slot) =>
    slot.name.kind === 'question'
      ? { ...slot, copies: slot.copies.filter(({ ts }) => ts !== lost.ts) }
      : slot,
  );
  return withDue({ ...request, messages }, { kind: 'question' });
}

/** A copy that someone else found meanwhile, by a click on it, stays. */
function merged(
  current: readonly MessageCopy[],
  now: readonly MessageCopy[],
  before: readonly MessageCopy[],
): MessageCopy[] {
  const found = current.filter(
    ({ ts }) => !before.some((copy) => copy.ts === ts) && !now.some((copy) => copy.ts === ts),
  );
  return [...now, ...found];
}

/** As Slack says, or longer with each failure. */
function waitAfter(error: unknown, failures: number): number {
  if (error instanceof MessengerUnavailableError && error.retryAfterMilliseconds !== undefined) {
    return error.retryAfterMilliseconds;
  }
  return Math.min(LONGEST_BACK_OFF_MILLISECONDS, FIRST_BACK_OFF_MILLISECONDS * 2 ** failures);
}

type Progress = (copies: readonly MessageCopy[]) => Promise<void>;

interface Delivered {
  /** Where the message was gone, and has to be delivered once more. */
  readonly isGone?: boolean;
  readonly posted?: MessageCopy;
  /** The question, which was to be answered, and is gone. */
  readonly lost?: MessageCopy;
}

async function deliver(
  request: ApprovalRequest,
  slot: MessageSlot,
  configuration: ApprovalConfiguration,
  ports: MessagePorts,
  progress: Progress,
): Promise<Delivered> {
  const { messenger, renderer } = ports;
  const { name } = slot;
  const { approvalChannelId } = decidersOf(request, configuration);
  switch (name.kind) {
    case 'question':
      return deliverQuestion(request, slot, approvalChannelId, ports, progress);
    case 'whole':
      return deliverWhole(request, slot, ports, progress);
    case 'reminder':
      return deliverReminder(request, ports);
    case 'end-reminder':
      return deliverEndReminder(request, slot, name.number, configuration, ports);
    case 'step':
      await messenger.monitor(renderer.step(request, slot));
      return {};
    case 'consultation':
      return deliverConsultation(request, slot, ports);
    case 'consulted':
      return deliverConsulted(request, ports);
    case 'refusal':
    case 'waiting':
      await messenger.tellOnly(name.userId, approvalChannelId, name.text);
      return {};
  }
}

async function deliverQuestion(
  request: ApprovalRequest,
  { copies }: MessageSlot,
  approvalChannelId: string,
  { messenger, renderer }: MessagePorts,
  progress: Progress,
): Promise<Delivered> {
  const message = renderer.question(request);
  if (copies.length === 0) {
    const { channelId, ts } = await messenger.post(approvalChannelId, message);
    return { posted: { channelId, ts } };
  }
  const updates = await Promise.all(copies.map(async (copy) => updated(copy, message, messenger)));
  const isAnyShown = updates.some(({ isShown }) => isShown);
  // Where another could be updated, it is not the messenger as a whole that refuses.
  const left = updates.filter(
    ({ isShown, error }) =>
      isShown || (error && !(isAnyShown && error instanceof MessengerRefusedError)),
  );
  if (left.length < copies.length) await progress(left.map(({ copy }) => copy));
  const failure = left.find(({ error }) => error);
  if (failure) throw failure.error;
  return { isGone: left.length === 0 };
}

/** How far one copy is: up to date, gone, or not to be reached. */
interface CopyUpdate {
  readonly copy: MessageCopy;
  readonly isShown: boolean;
  readonly error?: unknown;
}

/** Each on its own: one that fails holds up no other. */
async function updated(
  copy: MessageCopy,
  message: RenderedMessage,
  messenger: Messenger,
): Promise<CopyUpdate> {
  try {
    return { copy, isShown: await messenger.update(copy, message) };
  } catch (error) {
    return { copy, isShown: false, error };
  }
}

/**
 * In a thread below the question, from where an earlier try was cut short. What is gone is posted
 * once more, from its beginning.
 */
async function deliverWhole(
  request: ApprovalRequest,
  { copies }: MessageSlot,
  ports: MessagePorts,
  progress: Progress,
): Promise<Delivered> {
  const { messenger, renderer } = ports;
  const parts = renderer.whole(request);
  const [last, final] = [copies.at(-1), parts.at(-1)];
  if (copies.length >= parts.length && last && final) {
    // Its buttons give way with those of the question.
    if ((await messenger.update(last, final)) || request.decision) return {};
    await progress([]);
    return { isGone: true };
  }
  const { question, isThere } = await lookAtQuestion(request, ports);
  if (!isThere) {
    await progress([]);
    return { isGone: true, lost: question };
  }
  const posted = [...copies];
  for (const part of parts.slice(posted.length)) {
    const { channelId, ts } = await messenger.reply(question, part);
    posted.push({ channelId, ts });
    await progress(posted);
  }
  return {};
}

/** Where the question is gone, it is posted again, and that reminds people as well. */
async function deliverReminder(request: ApprovalRequest, ports: MessagePorts): Promise<Delivered> {
  if (request.decision) return {};
  const { question, isThere } = await lookAtQuestion(request, ports);
  if (!isThere) return { lost: question };
  await ports.messenger.reply(question, ports.renderer.reminder(request));
  return {};
}

/** Once, and then it is brought up to date. One that would say nothing any more is not sent. */
async function deliverEndReminder(
  request: ApprovalRequest,
  slot: MessageSlot,
  number: number,
  configuration: ApprovalConfiguration,
  ports: MessagePorts,
): Promise<Delivered> {
  const { messenger, renderer } = ports;
  if (slot.copies.length > 0) {
    const message = renderer.endReminder(request, slot);
    await Promise.all(slot.copies.map(async (copy) => messenger.update(copy, message)));
    return {};
  }
  if (!isExtensible(request, number, configuration)) return {};
  const { question, isThere } = await lookAtQuestion(request, ports);
  if (!isThere) return { isGone: true, lost: question };
  return { posted: await messenger.reply(question, renderer.endReminder(request, slot)) };
}

/** To the person alone. One that they have deleted is not sent again. */
async function deliverConsultation(
  request: ApprovalRequest,
  { copies }: MessageSlot,
  { messenger, renderer }: MessagePorts,
): Promise<Delivered> {
  const { consultation, decision } = request;
  if (consultation?.kind !== 'asked') return {};
  if (copies.length === 0) {
    if (decision) return {};
    return { posted: await messenger.post(consultation.userId, renderer.consultation(request)) };
  }
  const message = renderer.consultation(request);
  await Promise.all(copies.map(async (copy) => messenger.update(copy, message)));
  return {};
}

async function deliverConsulted(request: ApprovalRequest, ports: MessagePorts): Promise<Delivered> {
  const { question, isThere } = await lookAtQuestion(request, ports);
  if (!isThere) return { isGone: true, lost: question };
  await ports.messenger.reply(question, ports.renderer.consulted(request));
  return {};
}

/**
 * Whether the question can be answered in its thread: a reply to what someone has deleted would be
 * taken, and stand where no one knows what it is about. Only an update tells.
 */
async function lookAtQuestion(
  request: ApprovalRequest,
  { messenger, renderer }: MessagePorts,
): Promise<{ readonly question: MessageCopy; readonly isThere: boolean }> {
  const question = questionCopy(request);
  return { question, isThere: await messenger.update(question, renderer.question(request)) };
}

function questionCopy({ messages }: ApprovalRequest): MessageCopy {
  const copy = messages.find(({ name }) => name.kind === 'question')?.copies.at(-1);
  if (!copy) throw new MessengerUnavailableError('the question itself is not in its channel yet');
  return copy;
}
