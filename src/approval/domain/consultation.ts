import {
  type ApprovalRequest,
  isOpen,
  type MessageName,
  slotOf,
  withDue,
  withEntry,
} from './approval-request';
import type { Consultation } from './opinion';

/** More would fill the thread. */
export const MOST_ANSWERS = 10;

export function isToBeConsulted(request: ApprovalRequest): boolean {
  return (
    request.question.consulted !== undefined &&
    request.consultation === undefined &&
    isOpen(request)
  );
}

/** Once it is known who that is, or that it is no one who could be asked. */
export function withConsultation(
  request: ApprovalRequest,
  found: Consultation,
  at: Date,
): ApprovalRequest {
  if (!isToBeConsulted(request)) return request;
  const known = { ...request, consultation: found };
  return found.kind === 'asked'
    ? withEntry(withDue(known, { kind: 'consultation' }), {
        at,
        what: 'consulted',
        detail: found.userId,
      })
    : withEntry(withThread(known), { at, what: 'not-consulted', detail: found.reason });
}

/** Has the thread of the question say how far it is, in the place of what it was to say before. */
export function withThread(request: ApprovalRequest): ApprovalRequest {
  const { consultation } = request;
  const number = consultation?.kind === 'asked' ? consultation.answers : 0;
  const messages = request.messages.filter(({ name }) => name.kind !== 'consulted');
  return withDue({ ...request, messages }, { kind: 'consulted', number });
}

/** The direct message says what has become of the request. */
export function withConsultationUpdated(request: ApprovalRequest): ApprovalRequest {
  const name: MessageName = { kind: 'consultation' };
  return slotOf(request, name.kind) ? withDue(request, name) : request;
}
