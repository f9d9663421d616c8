import * as z from 'zod/mini';
import {
  MessengerRefusedError,
  MessengerUnavailableError,
  type PostedMessage,
} from '../../domain/messenger';

/** Where the bot token comes from: a CachedSecret is one. */
export interface TokenSource {
  current(): Promise<string>;
  /** Has the next `current()` give what is kept now, as far as it may be read again already. */
  refresh(): Promise<void>;
}

/** A message as Slack's blocks, with the text that notifications and screen readers show. */
export interface MessageContent {
  readonly text: string;
  readonly blocks: readonly object[];
}

export interface NewMessage extends MessageContent {
  readonly channelId: string;
  /** Of the message that this one answers. */
  readonly threadTs?: string;
  /** An answer that the whole channel shall see. */
  readonly broadcast?: boolean;
}

export interface ChangedMessage extends MessageContent, PostedMessage {}

/** Seen by one user only, and gone when their client starts again. */
export interface EphemeralMessage {
  readonly channelId: string;
  readonly userId: string;
  readonly text: string;
}

/** Whom the token speaks for. */
export interface TokenOwner {
  readonly teamId: string;
  /** Undefined for a token that is no bot's. */
  readonly botId: string | undefined;
}

type HttpRequest = Pick<RequestInit, 'headers' | 'body'>;

interface HttpAnswer {
  readonly status: number;
  readonly retryAfterMilliseconds: number | undefined;
  readonly body: string;
}

type Form = Readonly<Record<string, string | undefined>>;

export const SLACK_TIMEOUT_MILLISECONDS = 10_000;

const MAX_ANSWER_BYTES = 1024 * 1024;

/** Where Slack does not say when to come again. */
const DEFAULT_RETRY_MILLISECONDS = 30_000;

/** `ok: false`, and yet it may work in a minute. */
const PASSING_CODES: ReadonlySet<string> = new Set([
  'ratelimited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
  'request_timeout',
  'team_added_to_org',
]);

/** Slack answers with these for a token that was good until the app was installed again. */
const STALE_TOKEN_CODES: ReadonlySet<string> = new Set([
  'invalid_auth',
  'token_revoked',
  'account_inactive',
]);

/** A header takes nothing else, and fetch would show the token in its error. */
const TOKEN = /^[\x21-\x7e]+$/;

const answerSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({
    ok: z.literal(false),
    error: z.string(),
    needed: z.optional(z.string()),
    response_metadata: z.optional(z.object({ messages: z.optional(z.array(z.string())) })),
  }),
]);
const failureSchema = z.object({ cause: z.object({ code: z.string() }) });
const noFields = z.object({});
const postedSchema = z.object({ channel: z.string(), ts: z.string() });
const userSchema = z.object({ user: z.object({ id: z.string() }) });
const membersSchema = z.object({ users: z.array(z.string()) });
const ownerSchema = z.object({ team_id: z.string(), bot_id: z.optional(z.string()) });
const botSchema = z.object({ bot: z.object({ app_id: z.string() }) });

/**
 * Slack's Web API, as far as it is needed here. Each call is tried once: who calls knows when to
 * try again.
 */
export class SlackWebApi {
  constructor(
    private readonly token: TokenSource,
    private readonly apiUrl = 'https://slack.com/api',
    private readonly timeoutMilliseconds = SLACK_TIMEOUT_MILLISECONDS,
  ) {}

  async postMessage({
    channelId,
    text,
    blocks,
    threadTs,
    broadcast,
  }: NewMessage): Promise<PostedMessage> {
    const { channel, ts } = await this.call('chat.postMessage', postedSchema, {
      channel: channelId,
      text,
      blocks: JSON.stringify(blocks),
      thread_ts: threadTs,
      reply_broadcast: broadcast ? 'true' : undefined,
      // What someone wrote into a description must not become a preview of their page.
      unfurl_links: 'false',
      unfurl_media: 'false',
    });
    return { channelId: channel, ts };
  }

  async updateMessage({ channelId, ts, text, blocks }: ChangedMessage): Promise<void> {
    await this.call('chat.update', noFields, {
      channel: channelId,
      ts,
      text,
      blocks: JSON.stringify(blocks),
    });
  }

  async postEphemeral({ channelId, userId, text }: EphemeralMessage): Promise<void> {
    await this.call('chat.postEphemeral', noFields, { channel: channelId, user: userId, text });
  }

  /** The user's id. Refused with `users_not_found` where no one has the address. */
  async lookupByEmail(email: string): Promise<string> {
    return (await this.call('users.lookupByEmail', userSchema, { email })).user.id;
  }

  async userGroupMembers(userGroupId: string): Promise<readonly string[]> {
    return (await this.call('usergroups.users.list', membersSchema, { usergroup: userGroupId }))
      .users;
  }

  async authTest(): Promise<TokenOwner> {
    const { team_id: teamId, bot_id: botId } = await this.call('auth.test', ownerSchema, {});
    return { teamId, botId };
  }

  async botInfo(botId: string): Promise<{ readonly appId: string }> {
    return { appId: (await this.call('bots.info', botSchema, { bot: botId })).bot.app_id };
  }

  /**
   * A token that Slack refuses may have been replaced since it was read; with none that is good,
   * nothing has been done.
   */
  private async call<Schema extends z.ZodMiniType>(
    method: string,
    schema: Schema,
    form: Form,
  ): Promise<z.infer<Schema>> {
    const token = await this.token.current();
    try {
      return await this.callWith(token, method, schema, form);
    } catch (error) {
      if (!(error instanceof MessengerRefusedError) || !STALE_TOKEN_CODES.has(error.code)) {
        throw error;
      }
      await this.token.refresh();
      const newToken = await this.token.current();
      if (newToken === token) throw error;
      return this.callWith(newToken, method, schema, form);
    }
  }

  private async callWith<Schema extends z.ZodMiniType>(
    token: string,
    method: string,
    schema: Schema,
    form: Form,
  ): Promise<z.infer<Schema>> {
    if (!TOKEN.test(token)) {
      throw new MessengerRefusedError(
        'invalid_auth',
        'The secret holds no Slack token: it has spaces or other characters in it that no token has. Put the bot token, xoxb-…, into it.',
      );
    }
    const answer = await exchange(
      `${this.apiUrl}/${method}`,
      `Slack's ${method}`,
      this.timeoutMilliseconds,
      {
        headers: { Authorization: `Bearer ${token}` },
        body: new URLSearchParams(
          Object.entries(form).filter((field): field is [string, string] => field[1] !== undefined),
        ),
      },
    );
    return resultIn(answer, method, schema);
  }
}

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

function resultIn<Schema extends z.ZodMiniType>(
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
