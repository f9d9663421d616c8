import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { IN_WORDS } from '../../shared/adapters/errors-in-words';
import type { HistoryWindow } from '../domain/rehearsing/read-history';
import { RehearsalError } from '../domain/rehearsing/rehearsal-error';

const DAY = 86_400_000;
const SECOND = 1_000;

/** So far back the event history goes. */
export const MOST_DAYS = 90;

const DEFAULT_DAYS = 7;

/** The last part of a rehearsal may be asked for a little later. */
const TOKEN_DAYS = MOST_DAYS + 1;

/** A token of this library has some 300 characters. */
const MOST_TOKEN_CHARACTERS = 1_000;

const time = z.pipe(
  z.iso.datetime({ offset: true }),
  z.transform((text) => new Date(text)),
);

const requestSchema = z.strictObject({
  from: z.optional(time),
  to: z.optional(time),
  days: z.optional(z.int().check(z.minimum(1), z.maximum(MOST_DAYS))),
  token: z.optional(z.string().check(z.minLength(1), z.maxLength(MOST_TOKEN_CHARACTERS))),
  as: z._default(z.enum(['report', 'page']), 'report'),
});

/** The part of a time that is to be rehearsed next. */
export interface RehearsedPart {
  readonly asked: HistoryWindow;
  readonly window: HistoryWindow;
  readonly part: number;
}

export interface RehearsalRequest extends RehearsedPart {
  readonly as: 'report' | 'page';
}

const EXAMPLES =
  'Send {"days":7}, or {"from":"2026-01-01T00:00:00Z","to":"2026-01-08T00:00:00Z"}, or {"token":"…"} with the token of the part before; with "as":"page", the answer is a page.';

/**
 * Reads what someone sent. Throws a RehearsalError that says what is wrong with it.
 *
 * @param subject what is rehearsed, and where: a token of another is refused.
 */
export function parseRehearsalRequest(
  payload: unknown,
  now: Date,
  subject: string,
): RehearsalRequest {
  const parsed = requestSchema.safeParse(payload ?? {}, IN_WORDS);
  if (!parsed.success) {
    throw new RehearsalError(
      `The request cannot be understood: ${z.prettifyError(parsed.error)}. ${EXAMPLES}`,
    );
  }
  const { from, to, days, token, as } = parsed.data;
  if (token !== undefined) {
    if (from ?? to ?? days) {
      throw new RehearsalError(
        `A token stands for the time that is left: send it without "from", "to" and "days". ${EXAMPLES}`,
      );
    }
    return { ...readToken(token, now, subject), as };
  }
  if (days !== undefined && (from ?? to)) {
    throw new RehearsalError(`Send either "days", or "from" and "to". ${EXAMPLES}`);
  }
  const asked = from
    ? checkedWindow({ from: inSeconds(from), to: inSeconds(to ?? now) }, now)
    : lastDays(days ?? DEFAULT_DAYS, now);
  if (to && !from) throw new RehearsalError(`"to" needs a "from". ${EXAMPLES}`);
  return { asked, window: asked, part: 1, as };
}

function lastDays(days: number, now: Date): HistoryWindow {
  const to = inSeconds(now);
  return { from: new Date(to.getTime() - days * DAY), to };
}

function checkedWindow({ from, to }: HistoryWindow, now: Date): HistoryWindow {
  if (to > now) {
    throw new RehearsalError(
      `"to" is ${to.toISOString()}, and it is ${now.toISOString()} now: write an earlier time, or leave "to" out.`,
    );
  }
  if (from >= to) {
    throw new RehearsalError(
      `"from" is ${from.toISOString()}, which is not before "to", ${to.toISOString()}.`,
    );
  }
  const oldest = new Date(now.getTime() - MOST_DAYS * DAY);
  if (inSeconds(oldest) > from) {
    throw new RehearsalError(
      `"from" is ${from.toISOString()}, and CloudTrail's event history holds ${MOST_DAYS} days: write ${oldest.toISOString()} or later.`,
    );
  }
  return { from, to };
}

function inSeconds(date: Date): Date {
  return new Date(Math.floor(date.getTime() / SECOND) * SECOND);
}

/** Seconds since 1970. */
const seconds = z.int().check(z.nonnegative());

const tokenSchema = z.strictObject({
  version: z.literal(1),
  subject: z.string(),
  part: z.int().check(z.minimum(2), z.maximum(10_000)),
  asked: z.tuple([seconds, seconds]),
  rest: z.tuple([seconds, seconds]),
});

/**
 * Holds nothing but the time that is left, which the caller may choose as well: who changes it
 * has only asked for another time. No count is in it, so that none can be forged.
 */
export function tokenFor({ asked, window, part }: RehearsedPart, subject: string): string {
  const token: z.infer<typeof tokenSchema> = {
    version: 1,
    subject: digestOf(subject),
    part,
    asked: inToken(asked),
    rest: inToken(window),
  };
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function inToken({ from, to }: HistoryWindow): [number, number] {
  return [from.getTime() / SECOND, to.getTime() / SECOND];
}

function readToken(text: string, now: Date, subject: string): RehearsedPart {
  const token = tokenSchema.safeParse(jsonIn(text)).data;
  if (!token) {
    throw new RehearsalError(
      'The token is none that this function has returned, or is not whole: send the whole "token" of the answer before.',
    );
  }
  if (token.subject !== digestOf(subject)) {
    throw new RehearsalError(
      'The token is of a rehearsal of other policies, groups or trusted actors, or in another place: begin again without a token.',
    );
  }
  const [asked, window] = [token.asked, token.rest].map(([from, to]) => ({
    from: new Date(from * SECOND),
    to: new Date(to * SECOND),
  }));
  const isPart =
    asked &&
    window &&
    asked.from <= window.from &&
    window.from <= window.to &&
    window.to <= asked.to &&
    asked.to <= now;
  if (!isPart) {
    throw new RehearsalError(
      'The token was changed: the time in it is no part of the time that was asked for. Send the token as it was returned, or begin again without one.',
    );
  }
  if (window.to.getTime() < now.getTime() - TOKEN_DAYS * DAY) {
    throw new RehearsalError(
      `The token is too old: CloudTrail's event history holds ${MOST_DAYS} days. Begin again without a token.`,
    );
  }
  return { asked, window, part: token.part };
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

const DIGEST_LENGTH = 16;

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, DIGEST_LENGTH);
}
