import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type HttpResponse, messageResponse, responseOf } from './http-response';
import { requestEventOf } from './request-event';
import { SandboxClock } from '../support/sandbox-clock';

/** API Gateway's. */
const LARGEST_BODY = 10 * 1024 * 1024;

export interface RouteKey {
  readonly routeKey: string;
  /** `ANY` for every method; undefined for `$default`. */
  readonly method?: string;
  /** Its parts: a text, a variable, or a variable for the rest of the path. */
  readonly path: readonly string[];
}

export interface ServedRoute extends RouteKey {
  readonly timeoutMs: number;
  /** Rejects where the function fails. */
  invoke(event: unknown): Promise<unknown>;
}

/** What is not told apart here: whether a path ends in a slash. */
export function readRouteKey(routeKey: string): RouteKey {
  if (routeKey === '$default') return { routeKey, path: [] };
  const [, method, path] = /^([A-Z]+) (\/\S*)$/.exec(routeKey) ?? [];
  if (method === undefined || path === undefined) {
    throw new Error(
      `"${routeKey}" is no route key: it is $default, or a method and a path, such as POST /things.`,
    );
  }
  return { routeKey, method, path: partsOf(path) };
}

/**
 * What API Gateway does for one HTTP API: routes requests on a loopback port of its own to
 * functions.
 */
export class HttpApiServer {
  /** On a free port. Answers 503 until it is told its routes. */
  static async listen(): Promise<HttpApiServer> {
    const api = new HttpApiServer();
    api.server.listen(0, '127.0.0.1');
    await once(api.server, 'listening');
    // Who deploys a stack and never retires it can end all the same.
    api.server.unref();
    return api;
  }

  readonly apiId = randomBytes(5).toString('hex');
  private readonly server: Server;
  private routes: readonly ServedRoute[] | undefined;
  private clock = new SandboxClock();

  private constructor() {
    this.server = createServer((request, client) => {
      this.answer(request)
        .catch((error: unknown) => failure(error))
        .then((response) => send(client, response))
        .catch((error: unknown) => failure(error));
    });
  }

  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') {
      throw new Error('The HTTP API listens on no port');
    }
    return `http://127.0.0.1:${address.port}`;
  }

  serve(routes: readonly ServedRoute[], clock: SandboxClock): void {
    this.routes = routes;
    this.clock = clock;
  }

  async stop(): Promise<void> {
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage): Promise<HttpResponse> {
    const body = await bodyOf(request);
    if (body === undefined) return messageResponse(413, 'Request Entity Too Large');
    if (this.routes === undefined) return messageResponse(503, 'Service Unavailable');
    const found = bestMatch(this.routes, request);
    if (!found) return messageResponse(404, 'Not Found');
    const { route, variables } = found;
    const context = {
      apiId: this.apiId,
      routeKey: route.routeKey,
      requestId: randomUUID(),
      at: new Date(this.clock.now()),
      variables,
    };
    const event = requestEventOf(request, body, context);
    const timer = new AbortController();
    const timeout = sleep(route.timeoutMs, messageResponse(503, 'Service Unavailable'), {
      signal: timer.signal,
      ref: false,
    });
    timeout.catch(() => undefined);
    try {
      return await Promise.race([timeout, invoke(route, event)]);
    } finally {
      timer.abort();
    }
  }
}

/** Anyone who called learns no more than that it failed; the function's observer was told why. */
async function invoke(route: ServedRoute, event: unknown): Promise<HttpResponse> {
  try {
    return responseOf(await route.invoke(event));
  } catch {
    return messageResponse(500, 'Internal Server Error');
  }
}

interface Match {
  readonly route: ServedRoute;
  readonly variables: Record<string, string>;
}

/**
 * The most special one: whole paths before variables before the rest of a path before $default, and
 * methods before ANY.
 */
function bestMatch(
  routes: readonly ServedRoute[],
  { method = '', url = '' }: IncomingMessage,
): Match | undefined {
  const path = partsOf(url.split('?')[0] ?? '');
  const matches = routes.flatMap((route) => {
    const variables =
      route.method === undefined ? {} : isFor(route, method) && variablesIn(route.path, path);
    return variables ? [{ route, variables, rank: rankOf(route) }] : [];
  });
  return matches.sort((one, other) => (one.rank < other.rank ? -1 : 1))[0];
}

function isFor(route: RouteKey, method: string): boolean {
  return route.method === 'ANY' || route.method === method;
}

function variablesIn(
  pattern: readonly string[],
  path: readonly string[],
): Record<string, string> | undefined {
  const variables: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    const given = path[index];
    if (given === undefined) return undefined;
    if (isGreedy(part)) return { ...variables, [part.slice(1, -2)]: path.slice(index).join('/') };
    if (isVariable(part)) variables[part.slice(1, -1)] = given;
    else if (part !== given) return undefined;
  }
  return pattern.length === path.length ? variables : undefined;
}

function rankOf({ method, path }: RouteKey): string {
  if (method === undefined) return '~';
  const kinds = path.map((part) => (isGreedy(part) ? 2 : Number(isVariable(part))));
  return [...kinds, method === 'ANY' ? 1 : 0].join('');
}

function isVariable(part: string): boolean {
  return part.startsWith('{') && part.endsWith('}');
}

function isGreedy(part: string): boolean {
  return isVariable(part) && part.endsWith('+}');
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

/**
 * Undefined where it is too large; it is read to its end all the same, so that the client gets to
 * read the answer.
 */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size <= LARGEST_BODY) chunks.push(bytes);
  }
  return size <= LARGEST_BODY ? Buffer.concat(chunks) : undefined;
}

function send(client: ServerResponse, { status, headers, cookies, body }: HttpResponse): void {
  for (const [name, value] of Object.entries(headers)) client.setHeader(name, value);
  if (cookies.length > 0) client.setHeader('set-cookie', [...cookies]);
  client.setHeader('apigw-requestid', randomBytes(12).toString('base64'));
  client.writeHead(status).end(body);
}

function failure(error: unknown): HttpResponse {
  process.stderr.write(`HTTP API: ${error instanceof Error ? error.stack : String(error)}\n`);
  return messageResponse(500, 'Internal Server Error');
}
