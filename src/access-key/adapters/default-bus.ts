import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
  type PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { RefusedEventError } from '../../shared/adapters/event-bus/refused-event-error';
import { bytesOfText, MOST_BYTES } from '../../shared/domain/byte-budget';
import { batchesOf } from '../../shared/domain/chunks';

/** EventBridge takes ten events a call, and counts the bytes of all of them together. */
const CALL_LIMITS = { mostItems: 10, mostBytes: MOST_BYTES.message };

/** Puts events on the account's default bus: those that are refused, twice. */
export async function putOnDefaultBus(
  client: EventBridgeClient,
  events: readonly PutEventsRequestEntry[],
  about: string,
): Promise<void> {
  const refused = await put(client, events);
  const [first, ...others] = await put(
    client,
    refused.map(({ event }) => event),
  );
  if (!first) return;
  throw new RefusedEventError(
    `${others.length + 1} of ${events.length} events about ${about}, twice`,
    first.answer,
  );
}

interface RefusedEvent {
  readonly event: PutEventsRequestEntry;
  readonly answer: PutEventsResultEntry | undefined;
}

/** Comes back with the events that were refused. */
async function put(
  client: EventBridgeClient,
  events: readonly PutEventsRequestEntry[],
): Promise<RefusedEvent[]> {
  const refused: RefusedEvent[] = [];
  for (const batch of batchesOf(events, bytesOfEvent, CALL_LIMITS)) {
    const { Entries: answers } = await client.send(new PutEventsCommand({ Entries: batch }));
    const answered = batch.map((event, index) => ({ event, answer: answers?.[index] }));
    refused.push(...answered.filter(({ answer }) => !answer?.EventId));
  }
  return refused;
}

/** Its time takes 14. */
function bytesOfEvent({ Source = '', DetailType = '', Detail = '' }: PutEventsRequestEntry) {
  return 14 + bytesOfText(Source) + bytesOfText(DetailType) + bytesOfText(Detail);
}
