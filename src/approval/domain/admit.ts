import type { ApprovalConfiguration } from './approval-configuration';
import {
  type ApprovalRequest,
  type KnownRequester,
  type ReasonNotToAsk,
  withDue,
  withEntry,
  withLast,
} from './approval-request';
import type { Question, Requester } from './question';
import type { RequestLabels } from './request-labels';
import { routeFor } from './route';

/** A request as an asker hands it over. */
export interface Ask {
  readonly requestId: string;
  readonly asker: string;
  readonly subject: string;
  /** Who causes it, and where: only so many requests an hour have the same. */
  readonly source: string;
  readonly question: Question;
  readonly payload: string;
  readonly digest: string;
  readonly labels?: RequestLabels;
}

/** As the workflow keeps it: with an id that no other asker's request has. */
export interface KeptAsk extends Ask {
  /** Its asker's own id for it, where that is another. */
  readonly askedAs?: string;
}

export interface SubjectRecord {
  readonly openRequestId?: string;
  readonly deniedAt?: Date;
  readonly revision: number;
}

/** When the last requests of a source were. */
export interface SourceRecord {
  readonly askedAt: readonly Date[];
  readonly revision: number;
}

export const NEW_SUBJECT: SubjectRecord = { revision: 0 };
export const NEW_SOURCE: SourceRecord = { askedAt: [], revision: 0 };

/** A request that is new, with what its subject and its source become. */
export interface Admission {
  readonly request: ApprovalRequest;
  readonly subject: SubjectRecord;
  readonly source: SourceRecord;
}

const HOUR_MILLISECONDS = 3_600_000;

const MOST_JOINED = 100;

/** More are not known by name. */
export const MOST_REQUESTERS = 20;

/**
 * In the place of all who came after so many: no one in Slack, so that one of them cannot decide
 * alone.
 */
const OTHERS: KnownRequester = { name: 'and others', slackUserId: '' };

/**
 * Takes a request that is about nothing that is asked already: to people, or not, where they were
 * asked enough.
 */
export function admit(
  ask: KeptAsk,
  subject: SubjectRecord,
  source: SourceRecord,
  configuration: ApprovalConfiguration,
  now: Date,
): Admission {
  const { denialPauseMilliseconds, requestsAnHour } = configuration;
  const request = newRequest(ask, configuration, now);
  const recent = source.askedAt.filter((at) => now.getTime() - at.getTime() < HOUR_MILLISECONDS);
  const isPaused =
    subject.deniedAt !== undefined &&
    now.getTime() - subject.deniedAt.getTime() < denialPauseMilliseconds;
  if (isPaused) return { request: notAsked(request, 'denied-before', now), subject, source };
  if (recent.length >= requestsAnHour) {
    return { request: notAsked(request, 'too-many', now), subject, source };
  }
  const asked = withDue(withDue(request, { kind: 'question' }), { kind: 'step', step: 'asked' });
  return {
    request: withEntry(asked, { at: now, what: 'asked', detail: ask.question.title }),
    subject: { ...subject, openRequestId: ask.requestId, deniedAt: undefined },
    source: { ...source, askedAt: [...recent, now] },
  };
}

function newRequest(
  { requestId: id, askedAs, asker, subject, question, payload, digest, labels }: KeptAsk,
  { expireMilliseconds, routes }: ApprovalConfiguration,
  now: Date,
): ApprovalRequest {
  const route = routeFor(labels, routes);
  return {
    id,
    ...(askedAs !== undefined && { askedAs }),
    asker,
    subject,
    question,
    payload,
    digest,
    ...(labels && { labels }),
    ...(route && { route: { name: route.name, channelId: route.approvalChannelId } }),
    askedAt: now,
    expiresAt: new Date(now.getTime() + expireMilliseconds),
    requesters: [question.requester],
    joined: [],
    repeats: 0,
    votes: [],
    judgedClicks: [],
    reminders: 0,
    messages: [],
    unannounced: [],
    revision: 0,
  };
}

/** A request that only tells its asker that no one was asked. */
export function refused(
  ask: KeptAsk,
  reason: ReasonNotToAsk,
  configuration: ApprovalConfiguration,
  now: Date,
): ApprovalRequest {
  return notAsked(newRequest(ask, configuration, now), reason, now);
}

function notAsked(request: ApprovalRequest, reason: ReasonNotToAsk, now: Date): ApprovalRequest {
  return {
    ...withEntry(request, { at: now, what: 'not-asked', detail: reason }),
    decision: { kind: 'not-asked', at: now, by: [], reason },
    carrying: { phase: 'decision', attempt: 1 },
  };
}

/**
 * The same was asked while the request is open: it counts up, and its requester cannot approve it
 * either.
 */
export function join(
  request: ApprovalRequest,
  { question: { requester }, requestId }: Ask,
  now: Date,
): ApprovalRequest {
  const repeated = {
    ...request,
    joined: withLast(request.joined, requestId, MOST_JOINED),
    repeats: request.repeats + 1,
    requesters: withRequester(request.requesters, requester),
  };
  return withEntry(withDue(repeated, { kind: 'question' }), {
    at: now,
    what: 'repeated',
    detail: requestId,
  });
}

function withRequester(
  known: readonly KnownRequester[],
  requester: Requester,
): readonly KnownRequester[] {
  if (known.some((other) => isSameRequester(other, requester))) return known;
  if (known.length > MOST_REQUESTERS) return known;
  return [...known, known.length === MOST_REQUESTERS ? OTHERS : requester];
}

export function isSameRequester(one: Requester, other: Requester): boolean {
  return (
    one.name === other.name && one.email === other.email && one.isAutomatic === other.isAutomatic
  );
}
