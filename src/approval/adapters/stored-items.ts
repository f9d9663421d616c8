import { createHash } from 'node:crypto';
import { approvalDigest } from './approval-digest';
import {
  type Item,
  storedRequest,
  storedRevision,
  storedValue,
  unreadable,
} from './approval-schemas';
import { bytesOfText, MOST_BYTES } from '../../shared/domain/byte-budget';
import {
  APPROVAL_EXPIRY,
  APPROVAL_ITEM_VERSION,
  APPROVAL_KEY,
  CLICK_PREFIX,
  DUE_INDEX,
} from '../contracts/approval-items';
import type { SourceRecord, SubjectRecord } from '../domain/admit';
import type { ApprovalRequest, AuditEntry } from '../domain/approval-request';
import type { DirectMessage } from '../domain/direct-message';

export const REQUEST_PREFIX = 'REQUEST#';
export const AUDIT_PREFIX = 'AUDIT#';

export function keyOf(partition: string, sort: string): Item {
  return { [APPROVAL_KEY.partition]: { S: partition }, [APPROVAL_KEY.sort]: { S: sort } };
}

export function requestKey(requestId: string): Item {
  return keyOf(`${REQUEST_PREFIX}${requestId}`, 'REQUEST');
}

export function askKey(askId: string): Item {
  return keyOf(`ASK#${askId}`, 'ASK');
}

export function clickKey(id: string): Item {
  return keyOf(`${CLICK_PREFIX}${id}`, 'CLICK');
}

/** By its digest: it may be longer than a key, or hold what a key does not. */
export function subjectKey(subject: string): Item {
  return keyOf(`SUBJECT#${digestOf(subject)}`, 'SUBJECT');
}

export function readingsKey(userGroupId: string): Item {
  return keyOf(`READINGS#${userGroupId}`, 'READINGS');
}

export function sourceKey(source: string): Item {
  return keyOf(`SOURCE#${digestOf(source)}`, 'SOURCE');
}

/** An address means the same person in small letters and in capital ones. */
export function directMessageKey({ sender, email }: Pick<DirectMessage, 'sender' | 'email'>): Item {
  return keyOf(`DIRECT#${digestOf(JSON.stringify([sender, email.toLowerCase()]))}`, 'DIRECT');
}

export function auditSortKey(entry: AuditEntry): string {
  return `${AUDIT_PREFIX}${entry.at.toISOString()}#${digestOf(JSON.stringify(entry))}`;
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function stored(value: object): Item {
  return { version: { N: String(APPROVAL_ITEM_VERSION) }, data: { S: JSON.stringify(value) } };
}

export function due(at: Date | undefined): Item {
  return at
    ? {
        [DUE_INDEX.partition]: { S: DUE_INDEX.partitionValue },
        [DUE_INDEX.sort]: { N: String(at.getTime()) },
      }
    : {};
}

export function expiryAt(
  milliseconds: number,
): Readonly<Record<typeof APPROVAL_EXPIRY, { readonly N: string }>> {
  return { [APPROVAL_EXPIRY]: { N: String(Math.ceil(milliseconds / 1_000)) } };
}

export function requestItem(
  { revision, ...request }: ApprovalRequest,
  dueAt: Date | undefined,
): Item {
  const item = { ...requestKey(request.id), ...stored(request), ...due(dueAt) };
  const bytes = bytesOfText(item.data?.S ?? '');
  if (bytes <= MOST_BYTES.item) return item;
  throw new Error(
    `The request ${request.id} takes ${bytes} bytes at revision ${revision}, and an item of DynamoDB no more than ${MOST_BYTES.item}: ask about less at a time.`,
  );
}

export function subjectItem(subject: string, { revision: _, ...record }: SubjectRecord): Item {
  return { ...subjectKey(subject), ...stored(record) };
}

export function sourceItem(source: string, { revision: _, ...record }: SourceRecord): Item {
  return { ...sourceKey(source), ...stored(record) };
}

/**
 * Throws where someone else has written what is asked: it must not be shown, and not be carried
 * out.
 */
export function requestOf(item: Item, requestId: string): ApprovalRequest {
  const request = { ...storedValue(storedRequest, item), revision: storedRevision(item) };
  if (request.id !== requestId) throw unreadable(item, `it holds the request ${request.id}`);
  // Its question stands in the place of what could not be read: no one is shown it.
  if (request.decision?.reason === 'unreadable') return request;
  const digest = approvalDigest(request.question, request.payload, request.labels);
  if (request.digest !== digest) {
    throw unreadable(
      item,
      `its digest is ${request.digest}, but that of its question, payload and labels is ${digest}. Who has changed it?`,
    );
  }
  return request;
}

export function idsAfter(prefix: string, keys: readonly string[]): string[] {
  return keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
}
