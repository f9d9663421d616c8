import { answerEvent } from './answer-event';
import { readGroup } from './read-group';
import { type Responses, together } from './responses';
import type { Sentry } from './sentry';
import type { Target } from './target';
import type { Call } from '../changes/change';
import { NO_RULES } from '../changes/named-rules';
import { overwrittenRules } from '../judging/situation';

/**
 * Answers rules that an event points to, and whose values it did not write: the one who wrote them
 * is known by another event, which may be late or lost. They are no one's until it comes, and stand
 * no longer for that where a baseline speaks of traffic.
 */
export async function answerOverwritten(target: Target, sentry: Sentry): Promise<Responses> {
  const { ports } = sentry;
  // An earlier try may have acted on what is gone by now.
  if (pointedTo(target).length === 0 && ports.tries === 1) return { reports: [], failures: [] };
  const reading = await readGroup(target.groupId, ports);
  const unexplainedIds = pointedTo({ ...target, reading });
  const { isConfirmed: _ofTheEvent, otherIds: _pointedTo, ahead: _ofTheEventToo, ...rest } = target;
  const overwritten: Target = {
    ...rest,
    eventId: overwrittenId(target),
    call: callNotKnown(target.call),
    explainedBy: 'nothing',
    pointedToBy: target.call,
    reading,
    hints: { ...NO_RULES, byTrustedActor: false, unexplainedIds },
    notices: [],
  };
  return together([overwritten], async (one) => answerEvent(one, sentry));
}

function pointedTo({ hints, otherIds = [], reading: { group } }: Target): readonly string[] {
  const overwritten = overwrittenRules(group, hints).flatMap(({ id }) => id ?? []);
  return [...new Set([...overwritten, ...otherIds])];
}

/** With a character that no event id has. */
function overwrittenId({ eventId }: Target): string {
  return `finding:-overwritten-${eventId}`;
}

/** It was made after the one that points to the rule, and before anyone looked. */
function callNotKnown({ time, accountId, region }: Call): Call {
  return {
    eventId: 'none',
    eventName: 'none',
    time,
    accountId,
    region,
    actor: { type: 'unknown' },
  };
}
