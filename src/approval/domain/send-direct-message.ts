import { LEASE_MILLISECONDS, type Messenger, type RenderedMessage } from './deliver-messages';
import {
  afterDirectMessage,
  type DirectMessage,
  type DirectMessageRecord,
  type DirectMessageText,
  isToBeSent,
} from './direct-message';
import { MessengerRefusedError, MessengerUnavailableError, type People } from './messenger';
import { reachablePerson } from './reachable-person';
import type { Clock } from '../../shared/domain/clock';

type Addressed = Pick<DirectMessage, 'sender' | 'email'>;

/** What is remembered of direct messages, by sender and address. */
export interface DirectMessageStore {
  read(to: Addressed): Promise<DirectMessageRecord>;
  /**
   * Comes back with the record as it is then. Throws where someone else has written since it was
   * read.
   */
  write(to: Addressed, record: DirectMessageRecord): Promise<DirectMessageRecord>;
}

export interface DirectMessagePorts {
  readonly store: DirectMessageStore;
  readonly people: Pick<People, 'personWithEmail' | 'app'>;
  readonly messenger: Pick<Messenger, 'post'>;
  readonly clock: Pick<Clock, 'now'>;
  render(text: DirectMessageText): RenderedMessage;
  /** No later try sends it. `error` where the messenger refused the message itself. */
  notSent(message: DirectMessage, reason: string, error?: MessengerRefusedError): void;
}

/**
 * Sends it once, however often it comes. Throws for what is to be tried again. A crash between the
 * message and word of it has it sent twice, and never not at all.
 */
export async function sendDirectMessage(
  message: DirectMessage,
  ports: DirectMessagePorts,
): Promise<void> {
  const { store, clock, people } = ports;
  const before = await store.read(message);
  const now = clock.now();
  if (!isToBeSent(message, before)) return;
  refuseLeased(before, now);
  const found = await reachablePerson(message.email, people);
  if (found.kind === 'not-reachable') {
    ports.notSent(message, found.reason);
    await store.write(message, afterDirectMessage(message, before, now));
    return;
  }
  const leasedUntil = new Date(now.getTime() + LEASE_MILLISECONDS);
  const claimed = await store.write(message, { ...before, leasedUntil });
  await post(found.userId, message, claimed, ports);
}

/** It is told again once the lease is over: its holder may be no more. */
function refuseLeased({ leasedUntil }: DirectMessageRecord, now: Date): void {
  if (!leasedUntil || leasedUntil <= now) return;
  throw new MessengerUnavailableError(
    'Another invocation sends a direct message to the same person just now.',
    leasedUntil.getTime() - now.getTime(),
  );
}

async function post(
  userId: string,
  message: DirectMessage,
  claimed: DirectMessageRecord,
  ports: DirectMessagePorts,
): Promise<void> {
  const { store, messenger, clock, render, notSent } = ports;
  try {
    await messenger.post(userId, render(message.text));
  } catch (error) {
    if (!(error instanceof MessengerRefusedError)) {
      await store.write(message, { ...claimed, leasedUntil: clock.now() });
      throw error;
    }
    notSent(message, `Slack refuses the message (${error.code})`, error);
  }
  await store.write(message, afterDirectMessage(message, claimed, clock.now()));
}
