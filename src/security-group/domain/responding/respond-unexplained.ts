import { answerDifferences } from './answer-differences';
import { type Difference, explained, type FoundIn, targetOf } from './differences';
import { type Responses, together } from './responses';
import type { Sentry } from './sentry';
import { TRIES_THAT_WAIT } from './tries-that-wait';
import { UnfinishedError } from './unfinished-error';
import { plainText } from '../../../shared/domain/notification/plain-text';
import { NO_RULES } from '../changes/named-rules';
import { earliest } from '../earliest';
import { bareViolations } from '../judging/violations';
import type { Notice } from '../reporting/change-report';
import { prefixListIds } from '../rules/rule';

/**
 * So long a difference may wait for a history that cannot be asked. Then it is answered like one
 * that no one can explain.
 */
const UNEXPLAINED_FOR_MILLISECONDS = 24 * 60 * 60_000;

/**
 * A deployment whose event was lost must not be reverted because the history cannot be asked. What
 * no actor may open is answered; all else waits, and is pointed to in each run.
 */
export async function respondUnexplained(
  differences: readonly Difference[],
  reason: string,
  found: FoundIn,
  sentry: Sentry,
): Promise<Responses> {
  const { configuration, ports } = sentry;
  const now = ports.clock.now().getTime();
  const hasWaited = ({ since }: Difference) =>
    now - since.getTime() >= UNEXPLAINED_FOR_MILLISECONDS;
  const waiting = differences.filter((difference) => !hasWaited(difference));
  const forbidden = await forbiddenToAll(waiting, found, sentry);
  const open = waiting.filter((difference) => !forbidden.includes(difference));
  const targetsOf = (some: readonly Difference[]) =>
    explained(some, []).map((explanation) => targetOf(found, explanation, configuration));
  const targets = [
    ...targetsOf(differences.filter(hasWaited)).map((target) => ({
      ...target,
      notices: [notAskedNotice(reason)],
    })),
    ...targetsOf(forbidden).map((target) => ({
      ...target,
      // Of its own: once the history answers, the same differences are answered again.
      eventId: `${target.eventId}-not-asked`,
      hints: { ...target.hints, notAsked: reason },
    })),
    ...(ports.tries > TRIES_THAT_WAIT
      ? targetsOf(open).map((target) => ({
          ...target,
          eventId: `${target.eventId}-waits`,
          hints: { ...NO_RULES, byTrustedActor: false },
          notices: [waitingNotice(open, reason)],
        }))
      : []),
  ];
  const { reports, failures } = await together(targets, async (target) =>
    answerDifferences(target, sentry),
  );
  return open.length > 0 && ports.tries <= TRIES_THAT_WAIT
    ? { reports, failures: [...failures, notAskedError(found.groupId, reason)] }
    : { reports, failures };
}

/** Differences that violate, no matter who made them. */
async function forbiddenToAll(
  differences: readonly Difference[],
  { groupId }: FoundIn,
  { configuration: { policies }, ports: { groups, clock } }: Sentry,
): Promise<Difference[]> {
  const added = differences.filter(({ isPresent }) => isPresent);
  const prefixLists = await groups.prefixLists(prefixListIds(added.map(({ rule }) => rule)));
  const judged = { groupId, policies, prefixLists, now: clock.now() };
  return added.filter(({ rule }) => bareViolations(rule, judged).length > 0);
}

function notAskedError(groupId: string, reason: string): UnfinishedError {
  return new UnfinishedError(
    groupId,
    `CloudTrail's event history could not be asked who changed it: ${reason}`,
  );
}

function notAskedNotice(reason: string): Notice {
  return {
    severity: 'high',
    text: `CloudTrail's event history could not be asked who did it: ${plainText(reason)}.`,
  };
}

function waitingNotice(waiting: readonly Difference[], reason: string): Notice {
  const since = earliest(waiting.map((difference) => difference.since));
  const until = new Date(since.getTime() + UNEXPLAINED_FOR_MILLISECONDS);
  return {
    severity: 'high',
    text: [
      `CloudTrail's event history cannot be asked who changed the group: ${plainText(reason)}.`,
      `Of its rules, ${waiting.length} differ, and no event explains it: what a trusted actor may have done waits.`,
      `If the history does not answer before ${until.toISOString()}, it is answered as the policy says.`,
    ].join(' '),
  };
}
