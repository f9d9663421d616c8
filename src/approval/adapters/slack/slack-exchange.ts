import * as z from 'zod/mini';
import { MessengerRefusedError, MessengerUnavailableError } from '../../domain/messenger';

type HttpRequest = Pick<RequestInit, 'headers' | 'body'>;

export interface HttpAnswer {
  readonly status: number;
  readonly retryAfterMilliseconds: number | undefined;
  readonly body: string;
}

export const SLACK_TIMEOUT_MILLISECONDS = 10_000;

const MAX_ANSWER_BYTES = 1024 * 1024;

/** Where Slack does not say when to come again. */
export const DEFAULT_RETRY_MILLISECONDS = 30_000;

const failureSchema = z.object({ cause: z.object({ code: z.string() }) });

/**
 * Posts to Slack and reads the answer, up to a size. Throws where Slack is not there, asks to wait,
 * or sends elsewhere. Errors call the address `what`, since it can be a secret, and leave out
 * fetch's own words, which can show headers.
 */
export async function exchange(
  url: string,
  what: string,
  timeoutMilliseconds: number,
  request: HttpRequest,
): Promise<HttpAnswer> {
  const answer = await fetchedAnswer(url, what, timeoutMilliseconds, request);
  const { status, retryAfterMilliseconds } = answer;
  if (status === 429) {
    throw new MessengerUnavailableError(
      `${what} asks to wait: too many requests.`,
      retryAfterMilliseconds ?? DEFAULT_RETRY_MILLISECONDS,
    );
  }
  if (status >= 500) {
    throw new MessengerUnavailableError(
      `${what} is out of order: HTTP ${status}.`,
      retryAfterMilliseconds,
    );
  }
  if (status >= 300 && status < 400) {
    throw new MessengerRefusedError(
      `http_${status}`,
      `${what} sends elsewhere (HTTP ${status}), which is not followed. Look at its address.`,
    );
  }
  return answer;
}

async function fetchedAnswer(
  url: string,
  what: string,
  timeoutMilliseconds: number,
  request: HttpRequest,
): Promise<HttpAnswer> {
  const signal = AbortSignal.timeout(timeoutMilliseconds);
  try {
    const response = await fetch(url, { ...request, method: 'POST', redirect: 'manual', signal });
    const retryAfterMilliseconds = retryAfterIn(response.headers.get('retry-after'));
    return { status: response.status, retryAfterMilliseconds, body: await bodyOf(response, what) };
  } catch (error) {
    if (error instanceof MessengerRefusedError) throw error;
    const failure = signal.aborted
      ? `no answer within ${timeoutMilliseconds} ms`
      : failureIn(error);
    throw new MessengerUnavailableError(`${what} cannot be reached: ${failure}.`);
  }
}

async function bodyOf(response: Response, what: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk);
    bytes += chunk.byteLength;
    if (bytes > MAX_ANSWER_BYTES) {
      throw new MessengerRefusedError(
        'answer_too_large',
        `${what} answers with more than ${MAX_ANSWER_BYTES} bytes, which are not read.`,
      );
    }
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Whole seconds; a date, which HTTP allows too, is not what Slack sends. */
function retryAfterIn(header: string | null): number | undefined {
  return header && /^\d{1,6}$/.test(header) ? 1_000 * Number(header) : undefined;
}

/** The code of the failure only, such as ECONNREFUSED. */
function failureIn(error: unknown): string {
  return failureSchema.safeParse(error).data?.cause.code ?? 'the connection failed';
}
