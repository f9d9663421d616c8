import type { Notification } from '../../shared/adapters/notification/sns-notifications';
import { plainText, subjectLine } from '../../shared/domain/notification/plain-text';
import {
  REHEARSAL_REPORT_VERSION,
  type RehearsalReport,
  type TimeInReport,
} from '../contracts/rehearsal-report';
import { roleOrNameOf } from '../domain/changes/actor';
import type { HistoryWindow } from '../domain/rehearsing/read-history';
import type { Rehearsal, RehearsedRule } from '../domain/rehearsing/rehearsal';
import type { RehearsalPlace } from '../domain/rehearsing/rehearsal-page';
import {
  doubtCounts,
  doubtText,
  type ListedChange,
  listedChanges,
  MOST_ACTORS,
  MOST_DOUBTFUL_PEERS,
  REHEARSAL_LIMITS,
  rehearsalText,
} from '../domain/rehearsing/rehearsal-text';
import { ruleText } from '../domain/rules/rule-text';

const MOST_REASON = 600;

/** The report with so many changes at most. */
export function rehearsalReport(
  rehearsal: Rehearsal,
  { name, account, region }: RehearsalPlace,
  mostChanges: number,
): RehearsalReport {
  const { asked, covered, rest, part, rehearsedAt, groups, records, counts } = rehearsal;
  const { changes, omitted } = listedChanges(rehearsal, mostChanges);
  return {
    version: REHEARSAL_REPORT_VERSION,
    type: 'security-group-rehearsal',
    rehearsal: name,
    severity: 'low',
    account,
    region,
    time: rehearsedAt.toISOString(),
    asked: inReport(asked),
    covered: inReport(covered),
    part,
    isLastPart: !rest,
    groups,
    records,
    counts,
    actors: rehearsal.actors.slice(0, MOST_ACTORS).map(({ actor, counts: theirs }) => ({
      actor: plainText(actor),
      counts: theirs,
    })),
    actorsOmitted: Math.max(0, rehearsal.actors.length - MOST_ACTORS),
    changes: changes.map(changeInReport),
    changesOmitted: omitted,
    notJudged: doubtCounts(rehearsal.notJudged).map(({ doubt, count, eventIds }) => ({
      cause: doubt,
      reason: doubtText(doubt),
      count,
      eventIds,
    })),
    doubtfulPeers: rehearsal.doubtfulPeers
      .slice(0, MOST_DOUBTFUL_PEERS)
      .map(({ peer, reason }) => ({ peer: plainText(peer), reason: plainText(reason) })),
    doubtfulPeersOmitted: Math.max(0, rehearsal.doubtfulPeers.length - MOST_DOUBTFUL_PEERS),
    standing: rehearsal.standing.map(standingInReport),
    standingInDoubt: rehearsal.standingInDoubt,
    limits: REHEARSAL_LIMITS,
  };
}

function changeInReport({
  eventId,
  eventName,
  time,
  actor,
  group,
  rules,
  rulesOmitted,
}: ListedChange) {
  return {
    eventId,
    eventName,
    time: time.toISOString(),
    actor: plainText(roleOrNameOf(actor)),
    group,
    rules: rules.map(ruleInReport),
    rulesOmitted,
  };
}

function standingInReport({ examples, ...standing }: Rehearsal['standing'][number]) {
  return {
    ...standing,
    examples: examples.map(({ group: { id, name }, rule }) => ({
      group: { id, ...(name && { name }) },
      text: ruleText(rule),
    })),
  };
}

function ruleInReport({ rule, change, verdict, response, reasons }: RehearsedRule) {
  return {
    ...(rule && { text: ruleText(rule) }),
    ...(rule?.id && { ruleId: rule.id }),
    ...(rule?.description && { description: plainText(rule.description) }),
    change,
    verdict,
    ...(response && { response }),
    reasons: reasons.map((reason) => plainText(reason, MOST_REASON)),
  };
}

function inReport({ from, to }: HistoryWindow): TimeInReport {
  return { from: from.toISOString(), to: to.toISOString() };
}

/** The report as a message, with so many changes at most. */
export function rehearsalNotification(
  rehearsal: Rehearsal,
  place: RehearsalPlace,
  mostChanges: number,
): Notification {
  const { counts } = rehearsal;
  const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const report = rehearsalReport(rehearsal, place, mostChanges);
  return {
    subject: subjectLine(
      `[LOW] Rehearsal: ${counts.revert + counts.restore} of ${all} changed rules would have been reverted`,
    ),
    json: JSON.stringify(report),
    text: rehearsalText(rehearsal, place.name, mostChanges),
    severity: report.severity,
    type: report.type,
  };
}
