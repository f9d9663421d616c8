import {
  type NotJudged,
  type RecordCounts,
  type Rehearsal,
  REHEARSED_VERDICTS,
  type RehearsalDoubt,
  type RehearsedChange,
  type RehearsedRule,
  type RehearsedVerdict,
  type StandingViolations,
} from './rehearsal';
import { plainText } from '../../../shared/domain/notification/plain-text';
import { roleOrNameOf } from '../changes/actor';
import type { PeerInDoubt } from '../policies/peers-in-doubt';
import { ruleText } from '../rules/rule-text';

const VERDICTS: Readonly<Record<RehearsedVerdict, string>> = {
  revert: 'reverted',
  restore: 'restored',
  ask: 'asked about',
  notify: 'only reported',
  allow: 'allowed',
};

/** What would have been done about a rule. */
export function verdictText(verdict: RehearsedVerdict): string {
  return VERDICTS[verdict];
}

const DOUBTS: Readonly<Record<RehearsalDoubt, string>> = {
  'unreadable-record': 'The record cannot be read.',
  'group-gone':
    'The group is gone, so that no one knows by its tags or its VPC whether it was monitored.',
  'rules-not-named':
    'The record does not name its rules, or not all of them, in a form that can be read.',
  'values-unknown':
    'The record names a rule by its id alone, and no other record of this time tells the values that it had.',
  'list-in-doubt': 'The entries of the prefix list that the rule names are not all known.',
  'list-entries-unknown': 'The record does not say which entries the call put into a prefix list.',
  'peer-in-doubt':
    'A policy names a VPC that cannot be read, or a range that is none, on which it hangs whether the rule is a violation.',
  'second-cut-short':
    'One second held more calls than can be read in one part: some of them are missing.',
};

export function doubtText(doubt: RehearsalDoubt): string {
  return DOUBTS[doubt];
}

export const DOUBTFUL_PEERS =
  'What these peers of policies mean is not known in full. The sentry would revert nothing for it, and what hangs on them could not be judged:';

export const MOST_DOUBTFUL_PEERS = 100;

/** "VPC vpc-0123456789abcdef0: EC2 does not show it in this account and Region." */
export function doubtfulPeerLines(peers: readonly PeerInDoubt[]): string[] {
  const omitted = peers.length - MOST_DOUBTFUL_PEERS;
  return [
    ...peers
      .slice(0, MOST_DOUBTFUL_PEERS)
      .map(({ peer, reason }) => `${plainText(peer)}: ${plainText(reason)}.`),
    ...(omitted > 0 ? [`and ${omitted} more`] : []),
  ];
}

/** What a rehearsal cannot know, whatever it reads. */
export const REHEARSAL_LIMITS: readonly string[] = [
  'A rule that would have been reverted would not have been there for the changes after it. Someone may have done something else then.',
  'The groups that are monitored, their tags and VPCs, the entries of prefix lists, and the ranges of VPCs that policies name, are taken as they are today.',
  'Every group is taken as if the sentry had adopted it before: a rule that stood before this time counts as accepted. What operators or approvals have accepted is not looked at.',
  'The event history holds 90 days. It has a call within minutes as a rule, and can be hours late.',
  'Of a rehearsal in several parts, each part knows its own records alone.',
];

export interface DoubtCount {
  readonly doubt: RehearsalDoubt;
  readonly count: number;
  /** The first ones. */
  readonly eventIds: readonly string[];
}

const MOST_EVENT_IDS = 10;

export function doubtCounts(notJudged: readonly NotJudged[]): DoubtCount[] {
  const byDoubt = new Map<RehearsalDoubt, string[]>();
  const counts = new Map<RehearsalDoubt, number>();
  for (const { doubt, eventId } of notJudged) {
    counts.set(doubt, (counts.get(doubt) ?? 0) + 1);
    const ids = byDoubt.get(doubt) ?? [];
    byDoubt.set(doubt, ids);
    if (eventId !== undefined && ids.length < MOST_EVENT_IDS) ids.push(eventId);
  }
  return [...byDoubt].map(([doubt, eventIds]) => ({
    doubt,
    count: counts.get(doubt) ?? 0,
    eventIds,
  }));
}

/** A change, with as many of its rules as are shown. */
export interface ListedChange extends RehearsedChange {
  readonly rulesOmitted: number;
}

export interface ListedChanges {
  /** In the order of their times. */
  readonly changes: readonly ListedChange[];
  readonly omitted: number;
}

/** A call can add a thousand. */
const MOST_RULES_OF_CHANGE = 20;

/** Those with the gravest verdicts, where there are more. */
export function listedChanges({ changes }: Rehearsal, most: number): ListedChanges {
  const gravest = changes
    .map((change, index) => ({ change, index, gravity: gravityOf(change.rules) }))
    .sort((one, other) => one.gravity - other.gravity || other.index - one.index)
    .slice(0, most)
    .sort((one, other) => one.index - other.index);
  return {
    changes: gravest.map(({ change }) => ({
      ...change,
      rules: gravestFirst(change.rules).slice(0, MOST_RULES_OF_CHANGE),
      rulesOmitted: Math.max(0, change.rules.length - MOST_RULES_OF_CHANGE),
    })),
    omitted: changes.length - gravest.length,
  };
}

function gravityOf(rules: readonly RehearsedRule[]): number {
  return Math.min(...rules.map(({ verdict }) => REHEARSED_VERDICTS.indexOf(verdict)));
}

function gravestFirst(rules: readonly RehearsedRule[]): readonly RehearsedRule[] {
  return [...rules].sort(
    (one, other) =>
      REHEARSED_VERDICTS.indexOf(one.verdict) - REHEARSED_VERDICTS.indexOf(other.verdict),
  );
}

/** "added tcp 22 from 0.0.0.0/0" */
export function changedRuleText({ rule, change }: RehearsedRule): string {
  if (change === 'deleted') return 'deleted the group';
  return `${change} ${rule ? ruleText(rule) : 'a rule'}`;
}

/** "2026-11-30 01:02:03" */
export function timeText(time: Date): string {
  return time.toISOString().slice(0, 19).replace('T', ' ');
}

export function standingText({ baseline, rules, groups }: StandingViolations): string {
  if (baseline === 'locked') return 'accepts what stands when a group is adopted';
  return `rules that violate it today: ${rules}, in groups: ${groups}`;
}

export function recordsText({ read, failed, elsewhere, bySentry }: RecordCounts): string {
  return `Records that were read: ${read}. Of these, ${failed} of calls that failed, ${elsewhere} of groups that are not monitored, ${bySentry} of the sentry itself.`;
}

/** Nothing where all that stands could be judged. */
export function standingDoubts({ standingInDoubt }: Rehearsal): string[] {
  if (standingInDoubt === 0) return [];
  return [
    `Rules that may violate more: ${standingInDoubt}. The entries of a prefix list that they name, or a peer that a policy names, are not all known.`,
  ];
}

/** The report as a message of plain text. */
export function rehearsalText(rehearsal: Rehearsal, name: string, mostChanges: number): string {
  const { records, counts, notJudged } = rehearsal;
  return [
    ...openingLines(rehearsal),
    '',
    'Rules, by what would have been done about them:',
    ...REHEARSED_VERDICTS.map((verdict) => `- ${verdictText(verdict)}: ${counts[verdict]}`),
    `Could not be judged: ${notJudged.length}`,
    recordsText(records),
    '',
    ...actorLines(rehearsal),
    ...answeredLines(rehearsal, mostChanges),
    ...doubtLines(rehearsal),
    ...standingLines(rehearsal),
    '',
    'Limits:',
    ...REHEARSAL_LIMITS.map((limit) => `- ${limit}`),
    '',
    `Sent by the rehearsal ${name}.`,
  ].join('\n');
}

function openingLines({ covered, rest, part }: Rehearsal): string[] {
  const isInParts = rest !== undefined || part > 1;
  const opening = `${isInParts ? `Part ${part} of a` : 'A'} rehearsal: what the policies would have done to the changes from ${timeText(covered.from)} to ${timeText(covered.to)} UTC. Nothing was changed.`;
  if (!rest) return [opening];
  return [
    opening,
    `What came before, back to ${timeText(rest.from)}, is in the next part: invoke the function with the token that it has returned.`,
  ];
}

function actorLines({ actors }: Rehearsal): string[] {
  if (actors.length === 0) return [];
  return [
    'Who would have been affected:',
    ...actors
      .slice(0, MOST_ACTORS)
      .map(
        ({ actor, counts }) =>
          `- ${plainText(actor)}: ${counts.revert} reverted, ${counts.restore} restored, ${counts.ask} asked about, ${counts.notify} reported`,
      ),
    ...(actors.length > MOST_ACTORS ? [`- and ${actors.length - MOST_ACTORS} more`] : []),
    '',
  ];
}

function answeredLines(rehearsal: Rehearsal, mostChanges: number): string[] {
  const { changes, omitted } = listedChanges(rehearsal, mostChanges);
  const answered = changes.filter(({ rules }) => rules.some(({ verdict }) => verdict !== 'allow'));
  return [
    ...(answered.length > 0
      ? ['The changes that would not just have been allowed:', ...answered.flatMap(changeLines), '']
      : []),
    ...(omitted > 0 ? [`${omitted} changes are left out here.`, ''] : []),
  ];
}

function doubtLines({ notJudged, doubtfulPeers }: Rehearsal): string[] {
  return [
    ...(notJudged.length > 0
      ? [
          'Not judged:',
          ...doubtCounts(notJudged).map(({ doubt, count }) => `- ${count} × ${doubtText(doubt)}`),
          '',
        ]
      : []),
    ...(doubtfulPeers.length > 0
      ? [DOUBTFUL_PEERS, ...doubtfulPeerLines(doubtfulPeers).map((line) => `- ${line}`), '']
      : []),
  ];
}

function standingLines(rehearsal: Rehearsal): string[] {
  const { groups, standing } = rehearsal;
  return [
    `What stands today, and would be reported at adoption (monitored groups: ${groups}):`,
    ...standing.map((one) => `- ${plainText(one.policy)}: ${standingText(one)}`),
    ...standingDoubts(rehearsal),
  ];
}

export const MOST_ACTORS = 100;

function changeLines({ time, eventName, actor, group, rules, rulesOmitted }: ListedChange) {
  const answered = rules.filter(({ verdict }) => verdict !== 'allow');
  return [
    `- ${timeText(time)} ${eventName} in ${plainText(group.id)}${group.name ? ` (${plainText(group.name)})` : ''}, by ${plainText(roleOrNameOf(actor))}`,
    ...answered.map(
      (one) =>
        `    ${changedRuleText(one)}: would have been ${verdictText(one.verdict)}${one.reasons.length > 0 ? `, as ${plainText(one.reasons.join('; '), 600)}` : ''}`,
    ),
    ...(rulesOmitted > 0 ? [`    and ${rulesOmitted} more rules`] : []),
  ];
}
