import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a request says about where it comes from, and what it wants. */
export interface Approach {
  readonly method: string;
  /** The first part of the path. */
  readonly token: string;
  readonly host?: string;
  readonly origin?: string;
  /** Sec-Fetch-Site. */
  readonly site?: string;
  /** Sec-Fetch-Mode. */
  readonly mode?: string;
  readonly contentType?: string;
}

export interface Door {
  readonly token: string;
  readonly port: number;
}

export interface Refusal {
  readonly status: 403 | 405 | 415;
  readonly reason: string;
}

export function newToken(): string {
  return randomBytes(24).toString('base64url');
}

/**
 * Why a request is refused, or undefined where it is let in. The name under which a browser found
 * this server must be the loopback's own, so that no name of someone else's that points here gets
 * in; what comes from pages of other origins is refused, with the right token, too.
 *
 * @see https://fetch.spec.whatwg.org/#http-host-header
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export function refusalOf(approach: Approach, { token, port }: Door): Refusal | undefined {
  const hosts = [`127.0.0.1:${port}`, `localhost:${port}`];
  const { method, host, origin } = approach;
  if (host === undefined || !hosts.includes(host)) {
    return refused('This page is served under its loopback address only.');
  }
  if (!isSameText(approach.token, token)) {
    return refused('The address lacks its token: take the whole one that the sandbox has printed.');
  }
  if (origin !== undefined && origin !== `http://${host}`) {
    return refused('Requests from pages of other origins are refused.');
  }
  if (isFromElsewhere(approach)) {
    return refused('Requests from pages of other sites are refused.');
  }
  if (method === 'GET' || method === 'HEAD') return undefined;
  if (method !== 'POST') return { status: 405, reason: 'Only GET and POST are known here.' };
  if (origin === undefined) {
    return refused('A request that changes something must name its origin.');
  }
  if (approach.contentType !== 'application/json') {
    return { status: 415, reason: 'The body must be application/json.' };
  }
  return undefined;
}

/** One may come here by a link; a page elsewhere may load nothing from here. */
function isFromElsewhere({ method, site, mode }: Approach): boolean {
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return !(method === 'GET' && mode === 'navigate');
}

/** In a time that tells nothing of where they differ. */
function isSameText(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function refused(reason: string): Refusal {
  return { status: 403, reason };
}
