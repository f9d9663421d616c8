import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import {
  type AppAnswer,
  blockActionsOf,
  type Click,
  type ClickedMessage,
  postSigned,
  type RawPost,
  type Submission,
  viewSubmissionOf,
} from './clicks';
import { checkWritten, type Modal } from './modals';
import { RateLimits } from './rate-limits';
import { ResponseUrls } from './response-urls';
import { SlackError } from './slack-error';
import { type Arguments, METHODS, POST_MESSAGE, textArgument, type WebApiMethod } from './web-api';
import {
  type Channel,
  contentOf,
  type Ephemeral,
  type Installation,
  type Message,
  type User,
  Workspace,
} from './workspace';

export interface SlackStandInOptions extends Partial<Installation> {
  readonly signingSecret: string;
  readonly botToken: string;
  /** What the token is allowed; without it: everything. */
  readonly scopes?: readonly string[];
  /** In each channel; by default one. */
  readonly messagesPerSecond?: number;
  /** How many messages may come at once in a channel; by default three. */
  readonly messagesAtOnce?: number;
  /** Of each method, in place of Slack's tiers. */
  readonly callsPerMinute?: number;
  /** By default the machine's time. */
  now?(): Date;
}

export interface NewChannel {
  readonly id: string;
  readonly name?: string;
  /** Ids of users. */
  readonly members?: readonly string[];
  readonly archived?: boolean;
  /** Whether the app was invited; by default it was. */
  readonly withApp?: boolean;
}

export interface NewSlackUser {
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
  /** By default the workspace itself. */
  readonly teamId?: string;
  readonly deleted?: boolean;
  readonly isGuest?: boolean;
}

/** One call, and what came of it. */
export interface SlackRequest {
  /** A method of the Web API, `webhook`, or `response_url`. */
  readonly method: string;
  readonly at: Date;
  readonly given: Arguments;
  /** `ok`, Slack's error code, or an HTTP status. */
  readonly outcome: string;
}

/** How an outage shows: the stand-in answers 503, or no one listens at its port. */
export type Outage = 'unavailable' | 'refused';

/** A code of Slack's, or an HTTP status. */
export type Failure = string | number;

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | object;
  readonly outcome: string;
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly given: Arguments;
  readonly isReadable: boolean;
  readonly isJson: boolean;
  readonly authorization: string | undefined;
}

const WEBHOOK = 'webhook';
const RESPONSE_URL = 'response_url';
const RATE_LIMITED = 'ratelimited';
const DEFAULT_MESSAGES_AT_ONCE = 3;
const SECONDS_A_MINUTE = 60;

/** The status of a webhook's refusal; of all others it is 400. */
const WEBHOOK_STATUS: Readonly<Record<string, number>> = {
  no_service: 404,
  channel_not_found: 404,
  used_url: 404,
  expired_url: 404,
  channel_is_archived: 410,
  not_in_channel: 403,
};

/** The only answer with a body that the stand-in knows. */
const ErrorsOfModal = z.strictObject({
  response_action: z.literal('errors'),
  errors: z.record(z.string(), z.string()),
});

const JsonObject = z.record(z.string(), z.unknown());

/**
 * A hand-written stand-in for Slack, and no part of it: there is no real Slack behind it, and
 * no one else has checked it. It does of Slack's Web API, webhooks and interactions what this
 * library uses, with the checks, limits and errors that Slack's documentation names, and lets tests
 * look at what was posted, click on it, and have calls fail.
 */
export class SlackStandIn {
  static async start(options: SlackStandInOptions): Promise<SlackStandIn> {
    const slack = new SlackStandIn(options);
    await slack.listen(0);
    slack.port = portOf(slack.server);
    return slack;
  }

  readonly installation: Installation;
  readonly channels: ReadonlyMap<string, Channel>;
  readonly users: ReadonlyMap<string, User>;
  /** Ids of users, by the group's id; may be changed at any time. */
  readonly userGroups: Map<string, readonly string[]>;
  readonly messages: readonly Message[];
  readonly ephemerals: readonly Ephemeral[];
  /** All that were opened, also those that are closed again. */
  readonly modals: readonly Modal[];
  readonly requests: SlackRequest[] = [];
  /** How long answers are held back once the call has done what it does. */
  answerDelayMs = 0;

  private readonly server: Server;
  private readonly workspace: Workspace;
  private readonly limits: RateLimits;
  private readonly responseUrls: ResponseUrls;
  /** Ids of channels, by the webhook's path. */
  private readonly webhooks = new Map<string, string>();
  private readonly now: () => Date;
  private port = 0;
  private isUnavailable = false;
  private failures: { readonly method: string; readonly failure: Failure; left: number }[] = [];

  private constructor(private readonly options: SlackStandInOptions) {
    const {
      teamId = 'T00000001',
      teamDomain = 'example',
      appId = 'A00000001',
      botId = 'B00000001',
      botUserId = 'U0000BOT1',
    } = options;
    this.installation = { teamId, teamDomain, appId, botId, botUserId };
    this.now = options.now ?? (() => new Date());
    this.workspace = new Workspace(this.installation, this.now);
    this.limits = new RateLimits(this.now);
    this.responseUrls = new ResponseUrls(this.workspace, this.now);
    ({ channels: this.channels, users: this.users, userGroups: this.userGroups } = this.workspace);
    ({ messages: this.messages, ephemerals: this.ephemerals } = this.workspace);
    this.modals = this.workspace.modals.all;
    this.server = createServer((request, client) => {
      this.serve(request, client).catch((error: unknown) => giveUp(client, error));
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** In place of https://slack.com/api. */
  get apiUrl(): string {
    return `${this.url}/api`;
  }

  async stop(): Promise<void> {
    if (this.server.listening) await this.close();
  }

  addUser({
    id,
    name = id.toLowerCase(),
    email = `${name}@example.com`,
    teamId = this.installation.teamId,
    deleted = false,
    isGuest = false,
  }: NewSlackUser): User {
    const user = { id, name, email, teamId, deleted, isGuest };
    this.workspace.users.set(id, user);
    return user;
  }

  addChannel({
    id,
    name = id.toLowerCase(),
    members = [],
    archived = false,
    withApp = true,
  }: NewChannel): Channel {
    const channel = {
      id,
      name,
      members: new Set([...members, ...(withApp ? [this.installation.botUserId] : [])]),
      archived,
    };
    this.workspace.channels.set(id, channel);
    return channel;
  }

  /** What was posted before the stand-in was there. */
  addMessages(messages: readonly Message[]): void {
    this.workspace.messages.push(...messages);
  }

  /** The address of a new incoming webhook. */
  addWebhook(channelId: string): string {
    const path = `/services/${this.installation.teamId}/B${this.webhooks.size + 1}/${randomBytes(12).toString('hex')}`;
    this.webhooks.set(path, channelId);
    return `${this.url}${path}`;
  }

  removeWebhook(url: string): void {
    this.webhooks.delete(new URL(url).pathname);
  }

  /** Begins or ends an outage of everything. */
  async down(isDown: boolean, as: Outage = 'unavailable'): Promise<void> {
    this.isUnavailable = isDown && as === 'unavailable';
    if (isDown && as === 'refused' && this.server.listening) await this.close();
    if (!isDown && !this.server.listening) await this.listen(this.port);
  }

  /** The next calls of a method (or `webhook`, `response_url`) fail and do nothing. */
  failNext(method: string, failure: Failure, times = 1): void {
    this.failures.push({ method, failure, left: times });
  }

  /** Clicks on a button of a message that stands, or stood, in a channel. */
  async click(click: Click): Promise<AppAnswer> {
    const channel = this.channels.get(click.channel);
    const user = this.users.get(click.userId);
    if (!channel) throw new Error(`There is no channel ${click.channel}: add it with addChannel.`);
    if (!user) throw new Error(`There is no user ${click.userId}: add it with addUser.`);
    const message = this.clickedMessage(click);
    const responseUrl = `${this.url}${this.responseUrls.issueFor(click)}`;
    const payload = blockActionsOf(click, {
      workspace: this.workspace,
      channel,
      user,
      message,
      responseUrl,
    });
    return this.post({
      url: click.interactionsUrl,
      body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
    });
  }

  /** Submits a modal. It closes where the app takes it; else it stays, with what is wrong. */
  async submit(submission: Submission): Promise<AppAnswer> {
    const { modal, written = {}, interactionsUrl } = submission;
    if (!modal.isOpen) throw new Error(`The modal ${modal.id} is closed.`);
    checkWritten(modal, written);
    const payload = viewSubmissionOf(submission, this.workspace);
    const answer = await this.post({
      url: interactionsUrl,
      body: new URLSearchParams({ payload: JSON.stringify(payload) }).toString(),
    });
    const isTaken = answer.status === 200 && answer.inTime;
    modal.errors =
      isTaken && answer.body !== '' ? ErrorsOfModal.parse(JSON.parse(answer.body)).errors : {};
    modal.isOpen = !isTaken || answer.body !== '';
    return answer;
  }

  /** Closes a modal: the app hears nothing of it. */
  cancel(modal: Modal): void {
    modal.isOpen = false;
  }

  /**
   * Sends anything to the app, with Slack's headers and signature where it does not bring its own.
   */
  async post(raw: RawPost): Promise<AppAnswer> {
    const seconds = Math.floor(this.now().getTime() / 1000);
    return postSigned(
      raw,
      raw.timestamp ?? seconds,
      raw.signingSecret ?? this.options.signingSecret,
    );
  }

  private clickedMessage({ channel, ts, userId }: Click): ClickedMessage {
    const message = this.messages.find((each) => each.channel === channel && each.ts === ts);
    if (message) {
      return { ts, threadTs: message.threadTs, isEphemeral: false, versions: message.versions };
    }
    const ephemeral = this.ephemerals.find(
      (each) => each.channel === channel && each.ts === ts && each.userId === userId,
    );
    if (ephemeral) return { ts, isEphemeral: true, versions: [ephemeral] };
    throw new Error(`${userId} sees no message ${ts} in ${channel}.`);
  }

  private async serve(request: IncomingMessage, client: ServerResponse): Promise<void> {
    const call = await callOf(request);
    const answer = this.answerTo(call);
    this.requests.push({
      method: call.method,
      at: this.now(),
      given: call.given,
      outcome: answer.outcome,
    });
    if (this.answerDelayMs > 0) await sleep(this.answerDelayMs, undefined, { ref: false });
    const isText = typeof answer.body === 'string';
    client.writeHead(answer.status, {
      'Content-Type': isText ? 'text/html' : 'application/json; charset=utf-8',
      ...answer.headers,
    });
    client.end(isText ? answer.body : JSON.stringify(answer.body));
  }

  private answerTo(call: Call): Answer {
    if (this.isUnavailable) return { status: 503, body: 'Service Unavailable', outcome: '503' };
    const refused = call.path.startsWith('/api/') ? refusalOfMethod : refusalOfWebhook;
    try {
      this.failIfTold(call.method);
      if (!call.isReadable) {
        throw new SlackError(call.path.startsWith('/api/') ? 'invalid_json' : 'invalid_payload');
      }
      return call.path.startsWith('/api/') ? this.callMethod(call) : this.takeHook(call);
    } catch (error) {
      if (error instanceof HttpFailure) {
        return { status: error.status, body: '', outcome: String(error.status) };
      }
      if (error instanceof SlackError) return refused(error);
      throw error;
    }
  }

  private failIfTold(method: string): void {
    const next = this.failures.find((each) => each.method === method && each.left > 0);
    if (!next) return;
    next.left -= 1;
    if (next.failure === 429) throw rateLimited(1);
    if (typeof next.failure === 'number') throw new HttpFailure(next.failure);
    throw next.failure === RATE_LIMITED ? rateLimited(1) : new SlackError(next.failure);
  }

  private callMethod(call: Call): Answer {
    const method = METHODS.get(call.method);
    if (!method) throw new SlackError('unknown_method', { req_method: call.method });
    this.authenticate(call);
    this.authorize(method);
    this.limitCalls(call.method, method.callsPerMinute);
    if (method.isFormOnly && call.isJson) {
      throw new SlackError('invalid_arguments', {
        response_metadata: { messages: ['[ERROR] this method reads no JSON: send a form'] },
      });
    }
    if (call.method === POST_MESSAGE) this.limitMessages(textArgument(call.given, 'channel'));
    return {
      status: 200,
      body: { ok: true, ...method.run(call.given, this.workspace, this.url) },
      outcome: 'ok',
    };
  }

  private authenticate({ authorization }: Call): void {
    const [, token] = /^Bearer (.+)$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) throw new SlackError('not_authed');
    if (token !== this.options.botToken) throw new SlackError('invalid_auth');
  }

  private authorize({ scope }: WebApiMethod): void {
    const { scopes } = this.options;
    if (!scopes || scope === undefined || scopes.includes(scope)) return;
    throw new SlackError('missing_scope', { needed: scope, provided: scopes.join(',') });
  }

  private takeHook(call: Call): Answer {
    if (call.method === RESPONSE_URL) {
      this.responseUrls.answer(call.path, call.given);
      return { status: 200, body: { ok: true }, outcome: 'ok' };
    }
    const channelId = this.webhooks.get(call.path);
    if (channelId === undefined) throw new SlackError('no_service');
    this.limitMessages(channelId);
    if (this.channels.get(channelId)?.archived) throw new SlackError('channel_is_archived');
    const { id } = this.workspace.knownChannel(channelId);
    this.workspace.post({
      channel: id,
      postedBy: 'webhook',
      ...contentOf(textArgument(call.given, 'text'), call.given.blocks),
    });
    return { status: 200, body: 'ok', outcome: 'ok' };
  }

  private limitCalls(method: string, tier: number): void {
    const perMinute = this.options.callsPerMinute ?? tier;
    const wait = this.limits.take(`calls of ${method}`, {
      atOnce: perMinute,
      perSecond: perMinute / SECONDS_A_MINUTE,
    });
    if (wait !== undefined) throw rateLimited(wait);
  }

  private limitMessages(channelId: string | undefined): void {
    if (channelId === undefined || !this.channels.has(channelId)) return;
    const { messagesPerSecond: perSecond = 1, messagesAtOnce = DEFAULT_MESSAGES_AT_ONCE } =
      this.options;
    const wait = this.limits.take(`messages in ${channelId}`, {
      atOnce: Math.max(messagesAtOnce, perSecond),
      perSecond,
    });
    if (wait !== undefined) throw rateLimited(wait);
  }

  private async listen(port: number): Promise<void> {
    this.server.listen(port, '127.0.0.1');
    await once(this.server, 'listening');
  }

  private async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }
}

class HttpFailure extends Error {
  constructor(readonly status: number) {
    super(`HTTP ${status}`);
  }
}

function rateLimited(seconds: number): SlackError {
  return new SlackError(RATE_LIMITED, { retryAfter: seconds });
}

/** Slack's Web API says no with HTTP 200, but for its limits. */
function refusalOfMethod({ code, details: { retryAfter, ...details } }: SlackError): Answer {
  const isLimit = retryAfter !== undefined;
  return {
    status: isLimit ? 429 : 200,
    headers: isLimit ? { 'Retry-After': String(retryAfter) } : {},
    body: { ok: false, error: code, ...details },
    outcome: code,
  };
}

/** Webhooks say no with a status and a word. */
function refusalOfWebhook({ code, details: { retryAfter } }: SlackError): Answer {
  const isLimit = retryAfter !== undefined;
  return {
    status: isLimit ? 429 : (WEBHOOK_STATUS[code] ?? 400),
    headers: isLimit ? { 'Retry-After': String(retryAfter) } : {},
    body: isLimit ? 'rate_limited' : code,
    outcome: code,
  };
}

async function callOf(request: IncomingMessage): Promise<Call> {
  const { pathname: path, searchParams } = new URL(request.url ?? '', 'http://localhost');
  const body = (await buffer(request)).toString('utf8');
  const isJson = /^application\/json\b/i.test(request.headers['content-type'] ?? '');
  const given =
    request.method === 'GET'
      ? Object.fromEntries(searchParams)
      : isJson
        ? objectIn(body)
        : formIn(body);
  const { authorization } = request.headers;
  return {
    method: methodOf(path),
    path,
    given: given ?? {},
    isReadable: given !== undefined,
    isJson,
    authorization,
  };
}

function methodOf(path: string): string {
  if (path.startsWith('/api/')) return path.slice('/api/'.length);
  return path.startsWith('/actions/') ? RESPONSE_URL : WEBHOOK;
}

/** Webhooks take a form, too, with all of it in one field. */
function formIn(body: string): Arguments | undefined {
  const fields = Object.fromEntries(new URLSearchParams(body));
  return fields.payload === undefined ? fields : objectIn(fields.payload);
}

function objectIn(text: string): Arguments | undefined {
  try {
    return JsonObject.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function giveUp(client: ServerResponse, error: unknown): void {
  // A client that hung up is no failure of the stand-in.
  if (client.destroyed) return;
  process.stderr.write(`Slack stand-in: ${error instanceof Error ? error.stack : String(error)}\n`);
  if (client.headersSent) client.destroy();
  else client.writeHead(500).end();
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new Error('The Slack stand-in listens on no port');
  }
  return address.port;
}
