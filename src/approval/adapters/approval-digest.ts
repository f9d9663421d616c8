import { createHash } from 'node:crypto';
import type { Question } from '../domain/question';
import type { RequestLabels } from '../domain/request-labels';

/**
 * Of all that a decision is about: what people are shown, what is carried out, and where that is,
 * where the asker says so. The same for anyone who makes it, in SHA-256, as hex.
 */
export function approvalDigest(
  question: Question,
  payload: string,
  labels?: RequestLabels,
): string {
  return contentDigest(question, payload, labels);
}

/** The same of what may be none of these. */
export function contentDigest(question: unknown, payload: unknown, labels?: unknown): string {
  const content = labels ? [question, payload, labels] : [question, payload];
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

/** An id that a workflow gave. */
const WITHIN_ASKER = /^within-[0-9a-f]{32}$/;

/**
 * The ids under which a workflow may keep a request, the first one first. No asker takes a place
 * that another falls back on: where it gives an id of that form, it gets one of its own.
 *
 * @param requestId as its asker gave it.
 */
export function idsWithinAsker(asker: string, requestId: string): readonly string[] {
  const id = idWithinAsker(asker, requestId);
  return WITHIN_ASKER.test(requestId) ? [id] : [requestId, id];
}

/** Of a form that ids of requests have. Half of the digest is enough to tell all requests apart. */
function idWithinAsker(asker: string, requestId: string): string {
  const text = canonicalJson([asker, requestId]);
  return `within-${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}

/**
 * Keys in order, and nothing for what is undefined: a value that went through a queue or a table
 * has the same text.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (isRecord(inner) ? inOrder(inner) : inner));
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function inOrder(record: object): object {
  return Object.fromEntries(
    Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}
