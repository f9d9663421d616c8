import type { ApprovalConfiguration } from './approval-configuration';
import {
  type ApprovalRequest,
  type EarlierExtensions,
  type Extension,
  isDue,
  type MessageName,
  newCarrying,
  type OutcomeKind,
  slotOf,
  type Vote,
  type WaitingClick,
  withDue,
  withEntry,
} from './approval-request';
import { approvalsNeeded, countedVotes } from './approvals-needed';
import type { Click } from './click';
import { isRouteLost } from './deciders';
import type { EntryBase } from './decision';

const MINUTE_MILLISECONDS = 60_000;

/** People are reminded when so much of the time is left, within these bounds. */
const REMINDED_PART = 0.1;
const LEAST_REMINDED_MILLISECONDS = 5 * MINUTE_MILLISECONDS;
const MOST_REMINDED_MILLISECONDS = 60 * MINUTE_MILLISECONDS;

/** With less left, no one could read the reminder and decide. */
const LEAST_LEFT_MILLISECONDS = 2 * MINUTE_MILLISECONDS;

/** So many who gave more time are kept: what is stored must not grow with each extension. */
const MOST_EARLIER_PEOPLE = 50;

/** The end waits so long for a click of before it, by someone who was an approver then. */
export const CLICK_AWAITED_MILLISECONDS = 5 * MINUTE_MILLISECONDS;

/**
 * When an approval for a time ends. What people have extended ends later as long as the asker has
 * not said that it could not do that: it may have done it already.
 */
export function endOf({ decision, carrying, extension }: ApprovalRequest): Date | undefined {
  const isUnderWay = carrying?.phase === 'decision' && !carrying.outcome;
  return (isUnderWay && extension?.approval?.until) || decision?.until;
}

/** When the end is carried out: some time later, where a click of before it waits to be judged. */
export function endCarriedAt(request: ApprovalRequest): Date | undefined {
  const end = endOf(request);
  if (!end || !isClickAwaited(request)) return end;
  return new Date(end.getTime() + CLICK_AWAITED_MILLISECONDS);
}

function isClickAwaited(request: ApprovalRequest): boolean {
  return (request.waitingClicks ?? []).some((waiting) => isAwaited(waiting, request));
}

/** Whether the end waits for this click. */
export function isAwaited(
  { wasApprover, click: { at, button } }: WaitingClick,
  { extension }: Pick<ApprovalRequest, 'extension'>,
): boolean {
  if (!extension || extension.approval) return false;
  return (
    wasApprover === true &&
    button.action.kind === 'extend' &&
    button.action.number === extension.number &&
    at < extension.end
  );
}

/**
 * When people are to be reminded of the end; undefined where they were, or where they could do
 * nothing about it.
 */
export function endReminderAt(
  request: ApprovalRequest,
  configuration: ApprovalConfiguration,
): Date | undefined {
  const { decision, carrying, extension } = request;
  if (!decision?.until || !isInPlace(request)) return undefined;
  if (carrying?.phase !== 'decision' || extension?.end.getTime() === decision.until.getTime()) {
    return undefined;
  }
  if (!mayBeOffered(request, configuration)) return undefined;
  const since = extension?.approval?.at ?? decision.at;
  return reminderBetween(since, decision.until);
}

/** Undefined where the time is so short that the reminder would come at its beginning. */
export function reminderBetween(since: Date, end: Date): Date | undefined {
  const time = end.getTime() - since.getTime();
  const before = Math.max(
    LEAST_REMINDED_MILLISECONDS,
    Math.min(MOST_REMINDED_MILLISECONDS, REMINDED_PART * time),
  );
  return before > time / 2 ? undefined : new Date(end.getTime() - before);
}

/** What was approved is carried out, as its asker says: of anything else there is no end. */
function isInPlace({ carrying }: ApprovalRequest): boolean {
  return carrying?.outcome?.kind === 'carried-out';
}

/** Has people reminded of the end, where it is time. */
export function remindOfEnd(
  request: ApprovalRequest,
  configuration: ApprovalConfiguration,
  now: Date,
): ApprovalRequest {
  const end = request.decision?.until;
  const at = endReminderAt(request, configuration);
  if (!end || !at || now < at || end.getTime() - now.getTime() < LEAST_LEFT_MILLISECONDS) {
    return request;
  }
  const number = (request.extension?.number ?? 0) + 1;
  // Of earlier ones, only those are kept that still have to lose their buttons.
  const messages = request.messages.filter(
    (slot) => slot.name.kind !== 'end-reminder' || isDue(slot),
  );
  const earlier = earlierExtensions(request.extension);
  const extension: Extension = { number, end, votes: [], ...(earlier && { earlier }) };
  const reminded = { ...request, extension, messages };
  return withEntry(withDue(reminded, { kind: 'end-reminder', number }), {
    at: now,
    what: 'end-reminded',
    detail: `ends at ${end.toISOString()}`,
  });
}

function earlierExtensions(last: Extension | undefined): EarlierExtensions | undefined {
  if (!last?.approval) return undefined;
  const { firstEnd = last.end, by = [] } = last.earlier ?? {};
  const people = new Set([...by, ...last.approval.by]);
  return { firstEnd, by: [...people].slice(0, MOST_EARLIER_PEOPLE) };
}

/** The end that the people approved who decided: others may have given it more time since. */
export function firstEndOf({ decision, extension }: ApprovalRequest): Date | undefined {
  if (!decision?.until) return undefined;
  return extension?.earlier?.firstEnd ?? extension?.end ?? decision.until;
}

/** People can extend it now, as its messages show it. A deployment may have ended that. */
export function isExtensible(
  request: ApprovalRequest,
  number: number,
  configuration: ApprovalConfiguration,
): boolean {
  const { extension, carrying } = request;
  return (
    extension?.number === number &&
    extension.approval === undefined &&
    carrying?.phase === 'decision' &&
    mayBeOffered(request, configuration)
  );
}

/** There are durations to choose from, and people to approve them. */
function mayBeOffered(request: ApprovalRequest, configuration: ApprovalConfiguration): boolean {
  return configuration.approvalSeconds.length > 0 && !isRouteLost(request, configuration);
}

/** Why a click for more time does not count. */
export function whyNotExtended(
  request: ApprovalRequest,
  { at, button: { action } }: Click,
  configuration: ApprovalConfiguration,
  now: Date,
): string | undefined {
  if (action.kind !== 'extend') return undefined;
  const { extension, carrying } = request;
  if (carrying?.phase === 'end') return 'its time is over.';
  if (extension?.number !== action.number) {
    return 'this is about another end of it: look for the last message that says when it ends.';
  }
  if (extension.approval) return 'more time is approved already.';
  if (at >= extension.end) return 'its time is over.';
  if (!isInPlace(request)) return 'what was approved is not carried out.';
  if (!configuration.approvalSeconds.includes(action.seconds)) {
    return 'this duration is not offered for it.';
  }
  return laterEnd(extension, action.seconds, configuration, now) > extension.end
    ? undefined
    : 'it would not end later by that.';
}

/** The end is moved by so much, and never beyond the longest approval that could be given now. */
export function laterEnd(
  { end }: Pick<Extension, 'end'>,
  seconds: number,
  { approvalSeconds }: Pick<ApprovalConfiguration, 'approvalSeconds'>,
  now: Date,
): Date {
  const latest = now.getTime() + 1_000 * Math.max(...approvalSeconds);
  return new Date(Math.min(end.getTime() + 1_000 * seconds, latest));
}

/** Takes in an approval of more time. Once they are enough, the asker is told of the later end. */
export function extend(
  request: ApprovalRequest,
  vote: Required<Vote>,
  configuration: ApprovalConfiguration,
  entry: EntryBase,
): ApprovalRequest {
  const { extension } = request;
  if (!extension) return request;
  const votes = [...extension.votes, vote];
  const name: MessageName = { kind: 'end-reminder', number: extension.number };
  const voted = withEntry(withDue({ ...request, extension: { ...extension, votes } }, name), {
    ...entry,
    what: 'vote',
    detail: `extend by ${vote.seconds} s`,
  });
  const counted = countedVotes({ ...request, votes }, configuration);
  if (counted.length < approvalsNeeded(request, configuration)) return voted;
  const seconds = Math.min(...counted.flatMap((one) => one.seconds ?? []));
  const until = laterEnd(extension, seconds, configuration, vote.at);
  const approval = { at: vote.at, by: counted.map(({ userId }) => userId), until };
  const extended: ApprovalRequest = {
    ...voted,
    extension: { ...extension, votes, approval },
    carrying: newCarrying(request.carrying),
  };
  const told = withDue(withDue(extended, { kind: 'step', step: 'extended' }), { kind: 'question' });
  const shown = slotOf(request, 'whole') ? withDue(told, { kind: 'whole' }) : told;
  return withEntry(shown, { ...entry, what: 'extended', detail: `until ${until.toISOString()}` });
}

/** What the asker says of more time: where it has carried that out, the end is the later one. */
export function withExtensionOutcome(request: ApprovalRequest, kind: OutcomeKind): ApprovalRequest {
  const { decision, extension } = request;
  if (!decision || !extension?.approval) return request;
  const shown = withEndShown(request);
  if (kind !== 'carried-out') return shown;
  return { ...shown, decision: { ...decision, until: extension.approval.until } };
}

/** The message about the end says what has become of it. */
export function withEndShown(request: ApprovalRequest): ApprovalRequest {
  const { extension } = request;
  return extension ? withDue(request, { kind: 'end-reminder', number: extension.number }) : request;
}
