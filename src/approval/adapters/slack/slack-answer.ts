import * as z from 'zod/mini';
import { DEFAULT_RETRY_MILLISECONDS, type HttpAnswer } from './slack-exchange';
import { MessengerRefusedError, MessengerUnavailableError } from '../../domain/messenger';

/** `ok: false`, and yet it may work in a minute. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  'ratelimited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);

const answerSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({
    ok: z.literal(false),
    error: z.string(),
    needed: z.optional(z.string()),
    response_metadata: z.optional(z.object({ messages: z.optional(z.array(z.string())) })),
  }),
]);

/** The result of a call, as its schema says. Throws for all else, and says why. */
export function resultIn<Schema extends z.ZodMiniType>(
  received: HttpAnswer,
  method: string,
  schema: Schema,
): z.infer<Schema> {
  const { status, retryAfterMilliseconds, body } = received;
  const json = jsonIn(body);
  if (json === undefined) throw noJson(method, status);
  const answer = answerSchema.safeParse(json);
  if (answer.success && !answer.data.ok) {
    const { error: code, needed, response_metadata: metadata } = answer.data;
    if (PASSING_CODES.has(code)) {
      throw new MessengerUnavailableError(
        `Slack's ${method} answers ${code}.`,
        retryAfterMilliseconds ?? (code === 'ratelimited' ? DEFAULT_RETRY_MILLISECONDS : undefined),
      );
    }
    const details = [
      ...(needed ? [`needed is the scope ${needed}`] : []),
      ...(metadata?.messages ?? []),
    ];
    throw new MessengerRefusedError(
      code,
      `Slack's ${method} answers ${[code, ...details].join('; ')}.`,
    );
  }
  const result = schema.safeParse(json);
  if (answer.success && result.success) return result.data;
  const problem = answer.error ?? result.error;
  throw new MessengerRefusedError(
    'unreadable_answer',
    `Slack's ${method} answers what cannot be read: ${problem ? z.prettifyError(problem) : ''}`,
  );
}

/** A page of a proxy, or of an outage: Slack itself always answers JSON. */
function noJson(method: string, status: number): Error {
  if (status >= 400) {
    return new MessengerRefusedError(
      `http_${status}`,
      `Slack's ${method} answers HTTP ${status}, and no JSON. Look at the address of the API, and what is on the way to it.`,
    );
  }
  return new MessengerUnavailableError(`Slack's ${method} answers HTTP ${status}, but no JSON.`);
}

function jsonIn(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
