import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer, type ServerType } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import type { FactLog } from './fact-log';
import { Act } from './facts';
import { newToken, refusalOf } from './page-access';
import { makePageFiles, PAGE_DOCUMENT, type PageFiles } from './page-files';

const LARGEST_BODY = 20_000;
/** So that both ends notice when the other is gone. */
const SIGN_OF_LIFE_MS = 15_000;

/** Nothing from elsewhere is loaded, run, framed or sent to. */
const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': CONTENT_POLICY,
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cache-Control': 'no-store',
};

/** Does what someone asks for on the page. Gives back why it does not, if so. */
export type DoAct = (act: Act) => string | undefined;

/** Serves the page on loopback, on a free port. */
export class PageServer {
  static async start(log: FactLog, doAct: DoAct): Promise<PageServer> {
    const server = new PageServer(log, doAct, await makePageFiles());
    await server.listen();
    return server;
  }

  private readonly token = newToken();
  private readonly server: ServerType;
  private readonly ended = new AbortController();
  private listensAt = { address: '', port: 0 };

  private constructor(
    private readonly log: FactLog,
    private readonly doAct: DoAct,
    private readonly files: PageFiles,
  ) {
    this.server = createAdaptorServer({ fetch: this.app().fetch });
  }

  /** With the token: who knows it, may act. */
  get url(): string {
    const { address, port } = this.listensAt;
    return `http://${address}:${port}/${this.token}/`;
  }

  async stop(): Promise<void> {
    this.ended.abort();
    if ('closeAllConnections' in this.server) this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async listen(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.listensAt = addressOf(this.server);
  }

  private app(): Hono {
    const app = new Hono();
    app.use(async (context, next) => {
      for (const [name, value] of Object.entries(HEADERS)) context.header(name, value);
      const door = { token: this.token, port: this.listensAt.port };
      const refusal = refusalOf(approachOf(context), door);
      return refusal ? context.text(refusal.reason, refusal.status) : next();
    });
    app.get('/:token', (context) => context.redirect(`/${this.token}/`));
    app.get('/:token/', (context) => context.html(PAGE_DOCUMENT));
    app.get('/:token/page.js', (context) =>
      context.body(this.files.script, 200, { 'Content-Type': 'text/javascript; charset=utf-8' }),
    );
    app.get('/:token/page.css', (context) =>
      context.body(this.files.style, 200, { 'Content-Type': 'text/css; charset=utf-8' }),
    );
    app.get('/:token/facts', (context) => this.facts(context));
    app.post('/:token/acts', bodyLimit({ maxSize: LARGEST_BODY }), (context) => this.act(context));
    app.notFound((context) => context.text('There is nothing here.', 404));
    return app;
  }

  private async act(context: Context): Promise<Response> {
    const sent: unknown = await context.req.json().catch(() => undefined);
    const act = Act.safeParse(sent);
    if (!act.success) return context.text('The page asks for something that is not known.', 400);
    const refusal = this.doAct(act.data);
    return refusal === undefined ? context.body(null, 202) : context.text(refusal, 409);
  }

  /** Not to HEAD, which hono brings here too: no one reads that stream, and none would end it. */
  private facts(context: Context): Response {
    if (context.req.method === 'HEAD') {
      return context.body(null, 200, { 'Content-Type': 'text/event-stream' });
    }
    return streamSSE(context, (stream) => this.tell(stream, firstWanted(context)));
  }

  /** The facts from the first that the page lacks on; then each as it comes. */
  private async tell(stream: SSEStreamingApi, first: number): Promise<void> {
    const left = new AbortController();
    stream.onAbort(() => left.abort());
    const end = AbortSignal.any([left.signal, this.ended.signal]);
    let next = first;
    while (!end.aborted) {
      const facts = this.log.from(next);
      for (const { index, fact } of facts) {
        await stream.writeSSE({ id: String(index), data: JSON.stringify(fact) });
        next = index + 1;
      }
      if (facts.length === 0 && (await this.isQuiet(end))) await stream.write(': \n\n');
    }
  }

  /** Waits for the next fact, or the end. True: it is time for a sign of life. */
  private async isQuiet(end: AbortSignal): Promise<boolean> {
    const news = new AbortController();
    const stopListening = this.log.listen(() => news.abort());
    const signal = AbortSignal.any([news.signal, end]);
    const isQuiet = await sleep(SIGN_OF_LIFE_MS, true, { signal, ref: false }).catch(() => false);
    stopListening();
    return isQuiet;
  }
}

const INDEX = /^\d{1,9}$/;

/** A browser that connects again names the last that it has, a page the first that it lacks. */
function firstWanted({ req }: Context): number {
  const last = req.header('Last-Event-ID') ?? '';
  if (INDEX.test(last)) return Number(last) + 1;
  const from = req.query('from') ?? '';
  return INDEX.test(from) ? Number(from) : 0;
}

function addressOf(server: ServerType): AddressInfo {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The page has no port.');
  return address;
}

function approachOf({ req }: Context) {
  return {
    method: req.method,
    token: new URL(req.url).pathname.split('/')[1] ?? '',
    host: req.header('Host'),
    origin: req.header('Origin'),
    site: req.header('Sec-Fetch-Site'),
    mode: req.header('Sec-Fetch-Mode'),
    contentType: req.header('Content-Type'),
  };
}
