import type { Outcome, RuleOutcome } from './outcome';
import type { DescribedPlace } from '../../../organization/domain/described-place';
import { cutText } from '../../../shared/domain/byte-budget';
import { gravest, SEVERITIES, type Severity } from '../../../shared/domain/notification/severity';
import type { Call } from '../changes/change';
import type { GroupDetails } from '../groups/group';
import type { RuleChange } from '../judging/judgement';
import type { Rule } from '../rules/rule';

/** Something to be told of a group beside its rules. */
export interface Notice {
  readonly severity: Severity;
  /** In whole sentences. */
  readonly text: string;
}

/** A rule that two parties want otherwise: each undoes what the other did. */
export interface Dispute {
  /** As the sentry undoes it, or as it puts it back. */
  readonly rule: Rule;
  /** The change that was reverted last. */
  readonly change: RuleChange;
  readonly reverts: number;
  readonly since: Date;
  /** How long it was not as it should be: it stood open, or was missing. */
  readonly openMilliseconds: number;
  /** The same as a share of the time since it began, from 0 to 1. */
  readonly shareOpen: number;
  /** Who made the changes: at most the last three, the latest first. */
  readonly actors: readonly string[];
}

/** A report on one change to one group. */
export interface ChangeReport {
  /** Where the group is; absent without a hub. */
  readonly place?: DescribedPlace;
  /** The call; or, where no event explains the difference, what reconcile knows of it. */
  readonly call: Call;
  readonly explainedBy: 'event' | 'event-history' | 'nothing';
  /** An event that led to the rules, and did not write their values. */
  readonly pointedToBy?: Call;
  readonly group: GroupDetails;
  readonly rules: readonly RuleOutcome[];
  /** Things that could not be known, and the like. */
  readonly notices: readonly Notice[];
  /** When the sentry last looked at the group. */
  readonly lookedAt: Date;
  /** Which try at the event this is, from 1. */
  readonly tries: number;
  /** All of it was told a short while ago. */
  readonly isRepeat: boolean;
  /** How often the same has happened, untold, since it was last told. */
  readonly repeats: number;
  /** Rules that two parties want otherwise, where that is to be told now. */
  readonly disputes: readonly Dispute[];
}

/** A prefix list with a thousand entries, or a group with a thousand rules, makes many. */
const MOST_NOTICES = 10;
const MOST_NOTICE_CHARACTERS = 1_000;

/** As many as a message holds, each as far as it fits; the gravest where not all do. */
export function noticesToTell(notices: readonly Notice[]): readonly Notice[] {
  const short = notices.map((notice) => ({
    ...notice,
    text: cutText(notice.text, MOST_NOTICE_CHARACTERS),
  }));
  if (short.length <= MOST_NOTICES) return short;
  const order = ({ severity }: Notice) => SEVERITIES.indexOf(severity);
  const shown = [...short].sort((a, b) => order(a) - order(b)).slice(0, MOST_NOTICES);
  const others = short.length - MOST_NOTICES;
  return [
    ...shown,
    {
      severity: 'low',
      text: `There are ${others} more remarks like these, which do not fit into this message: look at the group.`,
    },
  ];
}

/** The worst comes first, since the rest may be cut. */
const WORST_FIRST: readonly Outcome['kind'][] = [
  'failed',
  'not-restorable',
  'would-revert',
  'kept',
  'reverted',
  'already-gone',
];

export function worstFirst(rules: readonly RuleOutcome[]): RuleOutcome[] {
  return [...rules].sort(
    (a, b) => WORST_FIRST.indexOf(a.outcome.kind) - WORST_FIRST.indexOf(b.outcome.kind),
  );
}

/** How many rules met which outcome, the worst first. */
export function countOutcomes({ rules }: ChangeReport): [Outcome['kind'], number][] {
  return WORST_FIRST.map((kind): [Outcome['kind'], number] => [
    kind,
    rules.filter(({ outcome }) => outcome.kind === kind).length,
  ]).filter(([, count]) => count > 0);
}

export function hasFailures(report: ChangeReport): boolean {
  return report.rules.some(({ outcome }) => outcome.kind === 'failed');
}

/**
 * Seconds from the call to the last look. The record's time has whole seconds, so it can be up to
 * one too many.
 */
export function secondsOpen({ lookedAt, call }: ChangeReport): number {
  return Math.max(0, Math.round((lookedAt.getTime() - call.time.getTime()) / 1000));
}

export function severityOf(report: ChangeReport): Severity {
  return gravest([
    ...report.rules.map(severityOfRule),
    ...report.notices.map(({ severity }) => severity),
    ...report.disputes.map((): Severity => 'high'),
  ]);
}

function severityOfRule({ outcome, violations, change }: RuleOutcome): Severity {
  if (outcome.kind === 'failed') return 'critical';
  // Traffic that was open is as grave when someone else has closed it.
  const isHarmless = change === 'removed' || change === 'described';
  if (outcome.kind === 'already-gone' && isHarmless) return 'low';
  if (outcome.kind === 'not-restorable') return 'high';
  return violations.some(({ baseline }) => baseline !== 'locked') ? 'high' : 'medium';
}
