import type { Dispute } from './change-report';
import { plainText } from '../../../shared/domain/notification/plain-text';
import type { RuleChange } from '../judging/judgement';
import { ruleText } from '../rules/rule-text';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "in dispute, reverted 5 times in 8 h": for the subject of an e-mail. */
export function disputeHeadline(dispute: Dispute, now: Date): string {
  return `in dispute, reverted ${dispute.reverts} times in ${timeSince(dispute, now)}`;
}

export function disputeParagraph(dispute: Dispute, now: Date): string[] {
  const { rule, change, reverts, openMilliseconds, actors } = dispute;
  return [
    `- IN DISPUTE: ${ruleText(rule)}`,
    `  It was reverted ${reverts} times in the last ${timeSince(dispute, now)}, and ${AGAIN[change]} each time.`,
    `  It ${STOOD[change]} for ${shareText(dispute)} of that time: ${durationText(openMilliseconds)}.`,
    `  Changed by: ${actors.map((actor) => plainText(actor)).join(', ')}${actors.length > 1 ? ', the latest first' : ''}.`,
    `  ${adviceOn(change)} The runbook has more under DisputedRuleAlarm.`,
    '',
  ];
}

const AGAIN: Readonly<Record<RuleChange, string>> = {
  added: 'added again',
  modified: 'modified again',
  described: 'given another description again',
  removed: 'removed again',
};

const STOOD: Readonly<Record<RuleChange, string>> = {
  added: 'was open',
  modified: 'had other values',
  described: 'had another description',
  removed: 'was missing',
};

function adviceOn(change: RuleChange): string {
  if (change === 'removed') {
    return 'Two parties want opposite things. Find out who removes it: another sentry, a tool that does not know of the rule, or someone who should not. If it is to go, have a trusted actor remove it.';
  }
  return 'Two parties want opposite things. Find out who else it is: another sentry with other policies, a tool of yours whose role is not in trustedActors, or someone who should not.';
}

function timeSince({ since }: Dispute, now: Date): string {
  return durationText(now.getTime() - since.getTime());
}

function shareText({ shareOpen }: Dispute): string {
  if (shareOpen > 0 && shareOpen < 0.01) return 'less than 1 %';
  return `${Math.round(100 * shareOpen)} %`;
}

/** "45 s", "5 min", "1 h 52 min", "3 d 4 h": in the two largest units. */
export function durationText(milliseconds: number): string {
  if (milliseconds < MINUTE) return `${Math.round(milliseconds / SECOND)} s`;
  if (milliseconds < HOUR) return unitsText(milliseconds, [MINUTE, 'min'], [SECOND, 's']);
  if (milliseconds < 2 * DAY) return unitsText(milliseconds, [HOUR, 'h'], [MINUTE, 'min']);
  return unitsText(milliseconds, [DAY, 'd'], [HOUR, 'h']);
}

type Unit = readonly [milliseconds: number, name: string];

function unitsText(milliseconds: number, [large, largeName]: Unit, [small, smallName]: Unit) {
  const smalls = Math.floor(milliseconds / small);
  const rest = smalls % (large / small);
  const whole = `${Math.floor((smalls * small) / large)} ${largeName}`;
  return rest === 0 ? whole : `${whole} ${rest} ${smallName}`;
}
