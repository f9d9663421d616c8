import * as z from 'zod/mini';
import { Answer } from './answer';
import { ApiRequest } from './api-request';

/** An event that someone put on an event bus. */
export interface PutEvent {
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
  readonly eventBusName?: string;
}

const Sent = z.object({
  Entries: z.array(
    z.object({
      Source: z.string(),
      DetailType: z.string(),
      Detail: z.string(),
      EventBusName: z.optional(z.string()),
    }),
  ),
});
const Answered = z.object({ Entries: z.array(z.object({ EventId: z.optional(z.string()) })) });

export function isPutEvents({ service, action }: ApiRequest): boolean {
  return service === 'events' && action === 'PutEvents';
}

/** Those that the bus took. */
export function eventsPutBy({ json }: ApiRequest, answer: Answer): PutEvent[] {
  if (answer.status >= 400) return [];
  const taken = Answered.parse(JSON.parse(answer.body.toString('utf8'))).Entries.map(
    ({ EventId }) => EventId !== undefined,
  );
  return Sent.parse(json)
    .Entries.filter((_, index) => taken[index])
    .map(({ Source, DetailType, Detail, EventBusName }) => ({
      source: Source,
      detailType: DetailType,
      detail: JSON.parse(Detail),
      eventBusName: EventBusName,
    }));
}
