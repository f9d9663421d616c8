import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { FactLog } from '../../../sandbox/page/fact-log';
import type { Act } from '../../../sandbox/page/facts';
import { PageServer } from '../../../sandbox/page/page-server';

const MOVE: Act = { kind: 'move', id: 'open-ssh' };
/** A request that should be refused, and is not, may be answered without end. */
const ANSWER_WITHIN_MS = 5_000;
const POLL_MS = 10;
const JSON_BODY = { 'Content-Type': 'application/json' };

/** Knows how many wait for its next fact. */
class WatchedLog extends FactLog {
  waiting = 0;

  override listen(listener: () => void): () => void {
    const stop = super.listen(listener);
    this.waiting += 1;
    return () => {
      this.waiting -= 1;
      stop();
    };
  }
}

let log: WatchedLog;
let done: Act[];
let server: PageServer;

beforeAll(async () => {
  log = new WatchedLog();
  done = [];
  server = await PageServer.start(log, (act) => {
    if (act.kind !== 'move') return 'The scene has no Slack.';
    done.push(act);
    return undefined;
  });
});

afterAll(async () => server.stop());
beforeEach(() => (done.length = 0));

test('the page is let in by its whole address, and loads nothing from elsewhere', async () => {
  const { status, headers, body } = await call('GET', '');
  expect(status).toBe(200);
  expect(headers['content-security-policy']).toContain("default-src 'none'");
  expect(headers['content-security-policy']).not.toContain('http');
  expect(headers['content-security-policy']).not.toContain('unsafe');
  expect(headers['referrer-policy']).toBe('no-referrer');
  expect(headers['cross-origin-resource-policy']).toBe('same-origin');
  expect(body).not.toMatch(/(src|href)="(https?:)?\/\//);
});

test.each([
  ['be framed', "frame-ancestors 'none'"],
  ['make elements of text', "require-trusted-types-for 'script'"],
  ['make a rule for that', "trusted-types 'none'"],
  ['send a form', "form-action 'none'"],
  ['say where its addresses begin', "base-uri 'none'"],
])('the page may not %s', async (_, directive) => {
  const { headers } = await call('GET', '');
  expect(String(headers['content-security-policy']).split('; ')).toContain(directive);
});

test('its address without the last slash leads there, and a wrong one nowhere', async () => {
  const { status, headers } = await callPath('GET', `/${token()}`);
  expect([status, headers.location]).toEqual([302, `/${token()}/`]);
  expect((await callPath('GET', '/x')).status).toBe(403);
});

test('neither script nor style names anything elsewhere that would be loaded', async () => {
  const [script, style] = await Promise.all([call('GET', 'page.js'), call('GET', 'page.css')]);
  expect([script.status, style.status]).toEqual([200, 200]);
  expect(style.body).not.toMatch(/url\(|https?:/);
  expect(script.body).not.toMatch(/\bimport\(|from"https?:/);
});

test('it listens on loopback only', () => {
  expect(new URL(server.url).hostname).toBe('127.0.0.1');
});

describe('without the token, nothing is to be seen or done', () => {
  test.each(['/', '/x/', '/x/page.js', '/x/facts', '//', '/%2e%2e/'])('GET %s', async (path) => {
    const { status, body } = await callPath('GET', path);
    expect(status).toBe(403);
    expect(body).not.toContain(token());
  });

  test.each([
    ['one that is cut', () => token().slice(0, -1)],
    ['one with more behind it', () => `${token()}x`],
    ['one of the same length', () => 'x'.repeat(token().length)],
  ])('a move with %s', async (_, wrong) => {
    const answer = await callPath('POST', `/${wrong()}/acts`, { origin: origin(), act: MOVE });
    expect(answer.status).toBe(403);
    expect(done).toEqual([]);
  });
});

describe('under a name that someone else has pointed to loopback', () => {
  test.each([
    'evil.example',
    'evil.example:80',
    '127.0.0.1',
    '127.0.0.1:1',
    'localhost.evil.example',
  ])('Host: %s is refused, with the right token too', async (host) => {
    expect((await call('GET', '', { host })).status).toBe(403);
    const answer = await call('POST', 'acts', { host, origin: `http://${host}`, act: MOVE });
    expect(answer.status).toBe(403);
    expect(done).toEqual([]);
  });
});

describe('from a page of another origin', () => {
  test.each(['https://evil.example', 'http://127.0.0.1:1', 'null', 'http://localhost'])(
    'Origin: %s is refused, with the right token too',
    async (other) => {
      expect((await call('POST', 'acts', { origin: other, act: MOVE })).status).toBe(403);
      expect((await call('GET', 'facts', { origin: other })).status).toBe(403);
      expect(done).toEqual([]);
    },
  );

  test('a move that names no origin is refused', async () => {
    expect((await call('POST', 'acts', { act: MOVE })).status).toBe(403);
    expect(done).toEqual([]);
  });

  test.each(['cross-site', 'same-site'])('what a %s page would load is refused', async (site) => {
    const headers = { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': 'no-cors' };
    expect((await call('GET', 'page.js', { headers })).status).toBe(403);
  });

  test('one may come by a link', async () => {
    const headers = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate' };
    expect((await call('GET', '', { headers })).status).toBe(200);
  });

  test('a form, which needs no permission to be sent, does nothing', async () => {
    for (const type of ['text/plain', 'application/x-www-form-urlencoded']) {
      const headers = { 'Content-Type': type };
      const answer = await call('POST', 'acts', { origin: origin(), act: MOVE, headers });
      expect(answer.status).toBe(415);
    }
    expect(done).toEqual([]);
  });
});

describe('a move', () => {
  test('is done from the page itself', async () => {
    const { status } = await call('POST', 'acts', { origin: origin(), act: MOVE });
    expect(status).toBe(202);
    expect(done).toEqual([MOVE]);
  });

  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('is not done by %s', async (method) => {
    const { status } = await call(method, 'acts', { origin: origin(), act: MOVE });
    expect(status).toBeGreaterThanOrEqual(400);
    expect(done).toEqual([]);
  });

  test.each([
    ['of no known kind', '{"kind":"stop"}'],
    ['that is no JSON', 'kind=move'],
    ['that is empty', ''],
    ['without its id', '{"kind":"move"}'],
  ])('%s is refused', async (_, body) => {
    expect((await call('POST', 'acts', { origin: origin(), body })).status).toBe(400);
    expect(done).toEqual([]);
  });

  test('that is too large is refused', async () => {
    const body = JSON.stringify({ kind: 'move', id: 'x'.repeat(100_000) });
    expect((await call('POST', 'acts', { origin: origin(), body })).status).toBe(413);
  });

  test('that cannot be done says why', async () => {
    const act: Act = { kind: 'cancel', modalId: 'V1' };
    const { status, body } = await call('POST', 'acts', { origin: origin(), act });
    expect({ status, body }).toEqual({ status: 409, body: 'The scene has no Slack.' });
  });
});

describe('facts', () => {
  test('a page that is opened late is told all that was, and one that comes back what it missed', async () => {
    log.add({ kind: 'preparing', text: 'one' });
    log.add({ kind: 'preparing', text: '</script><script>alert(1)</script>' });
    log.add({ kind: 'preparing', text: 'three' });
    expect(await told(3)).toEqual(['one', '</script><script>alert(1)</script>', 'three']);
    expect(await told(1, { 'Last-Event-ID': '1' })).toEqual(['three']);
  });

  test('a page that closed its connection itself names the first that it lacks', async () => {
    const last = String(log.length - 1);
    expect(await told(1, {}, `?from=${last}`)).toEqual(['three']);
    expect(await told(2, { 'Last-Event-ID': '0' }, `?from=${last}`)).toContain('three');
    expect(await told(3, {}, '?from=-1')).toContain('one');
  });

  test('what comes later is told as it comes', async () => {
    const later = told(1, { 'Last-Event-ID': String(log.length - 1) });
    setImmediate(() => log.add({ kind: 'preparing', text: 'later' }));
    expect(await later).toEqual(['later']);
  });

  test('nothing waits any more for a page that has left, however much it was told', async () => {
    const first = log.length;
    const later = told(3, {}, `?from=${first}`);
    for (const count of [1, 2, 3]) {
      await until(() => log.waiting > 0);
      log.add({ kind: 'preparing', text: `later ${count}` });
    }
    expect(await later).toEqual(['later 1', 'later 2', 'later 3']);
    await until(() => log.waiting === 0);
  });

  test('are not told to HEAD, for which nothing waits once it is answered', async () => {
    const { status, headers, body } = await call('HEAD', `facts?from=${log.length}`);
    expect({ status, type: headers['content-type'], body }).toEqual({
      status: 200,
      type: 'text/event-stream',
      body: '',
    });
    await until(() => log.waiting === 0);
  });
});

interface Sent {
  readonly host?: string;
  readonly origin?: string;
  readonly act?: Act;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function token(): string {
  return new URL(server.url).pathname.split('/')[1] ?? '';
}

function origin(): string {
  return new URL(server.url).origin;
}

async function call(method: string, path: string, sent: Sent = {}) {
  return callPath(method, `/${token()}/${path}`, sent);
}

async function callPath(
  method: string,
  path: string,
  { host, origin: from, act, body = act && JSON.stringify(act), headers = {} }: Sent = {},
) {
  const { port } = new URL(server.url);
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const sending = request({
      host: '127.0.0.1',
      port,
      method,
      path,
      agent: false,
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      headers: {
        Host: host ?? `127.0.0.1:${port}`,
        ...(from !== undefined && { Origin: from }),
        ...(body !== undefined && JSON_BODY),
        ...headers,
      },
    });
    sending.on('response', resolve).on('error', reject);
    sending.end(body);
  });
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
}

/** What is not so after a while fails the test. */
async function until(isSo: () => boolean): Promise<void> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  while (!isSo()) await sleep(POLL_MS, undefined, { signal });
}

/** The texts of the next facts that the page hears. */
async function told(
  count: number,
  headers: Record<string, string> = {},
  query = '',
): Promise<string[]> {
  const end = new AbortController();
  const answer = await fetch(`${server.url}facts${query}`, { headers, signal: end.signal });
  const texts: string[] = [];
  let heard = '';
  for await (const bytes of answer.body ?? []) {
    heard += Buffer.from(bytes).toString('utf8');
    texts.push(...linesOf(heard));
    heard = heard.slice(heard.lastIndexOf('\n\n') + 2);
    if (texts.length >= count) break;
  }
  end.abort();
  return texts;
}

function linesOf(heard: string): string[] {
  return heard
    .slice(0, heard.lastIndexOf('\n\n') + 2)
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => JSON.parse(line.slice('data: '.length)).text);
}
