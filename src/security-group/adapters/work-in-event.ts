import { parseChangeEvent } from './change-event';
import { incomingRecord } from './incoming-record';
import { parseQueueMessage } from './queue-messages';
import type { Place } from '../../organization/domain/place';
import type { NamedWork } from '../../shared/domain/failure/failure';
import type { DifferenceMessage, HeartbeatMessage } from '../contracts/queue-message';
import { nameOf } from '../domain/changes/actor';
import type { Change } from '../domain/changes/change';

/** Stands in for a time that an event does not tell; any that it tells is before it. */
const TIME_NOT_TOLD = new Date(8.64e15);

/** What a message of the sentry's queue is about, whatever it is. */
export function workInEvent(body: string): NamedWork {
  const message = parseQueueMessage(body);
  if (message) return workInMessage(message);
  const { body: envelope, place } = incomingRecord(body);
  const change = changeIn(envelope, place);
  if (!change) return { what: 'A message that is no event of a known call' };
  const { eventName, eventId, time, accountId, region, actor } = change;
  return {
    what: `The change by ${eventName}${subjectText(change)}`,
    eventId,
    ...(time.getTime() !== TIME_NOT_TOLD.getTime() && { calledAt: time }),
    actor: nameOf(actor),
    ...(accountId !== 'unknown' && { account: accountId }),
    ...(region !== 'unknown' && { region }),
    groupIds: groupIdsIn(change),
  };
}

function workInMessage(message: DifferenceMessage | HeartbeatMessage): NamedWork {
  const { account, region } = message;
  const where = { ...(account && { account }), ...(region && { region }) };
  return message.type === 'heartbeat'
    ? { what: 'The heartbeat of the sentry', ...where }
    : {
        what: 'A difference that reconcile found in a group',
        groupIds: [message.groupId],
        ...where,
      };
}

function changeIn(body: string, place: Place | undefined): Change | undefined {
  try {
    return parseChangeEvent(body, TIME_NOT_TOLD, place);
  } catch {
    return undefined;
  }
}

function subjectText({ subject }: Change): string {
  switch (subject.kind) {
    case 'prefix-list':
      return ` of the prefix list ${subject.prefixListId}`;
    case 'vpc-created':
      return ` of ${subject.vpcId}`;
    case 'tags':
      return '';
    default:
      return subject.group.name === undefined ? '' : ` of the group named ${subject.group.name}`;
  }
}

function groupIdsIn({ subject }: Change): readonly string[] {
  if (subject.kind === 'tags') return subject.groupIds;
  return 'group' in subject && subject.group.id !== undefined ? [subject.group.id] : [];
}
