import type { HistoryWindow } from './read-history';
import type { Actor } from '../changes/actor';
import type { RuleChange } from '../judging/judgement';
import type { PeerInDoubt } from '../policies/peers-in-doubt';
import type { Baseline, Response } from '../policies/policy';
import type { Rule } from '../rules/rule';

/** The gravest first. */
export const REHEARSED_VERDICTS = ['revert', 'restore', 'ask', 'notify', 'allow'] as const;

/** What the policies would have done about one rule. */
export type RehearsedVerdict = (typeof REHEARSED_VERDICTS)[number];

export type VerdictCounts = Readonly<Record<RehearsedVerdict, number>>;

export const NO_COUNTS: VerdictCounts = { revert: 0, restore: 0, ask: 0, notify: 0, allow: 0 };

export interface RehearsedRule {
  /** Absent where the record does not tell its values, and no policy needs them. */
  readonly rule?: Rule;
  /** `deleted`: the whole group was. */
  readonly change: RuleChange | 'deleted';
  readonly verdict: RehearsedVerdict;
  /** Of the policy that wins, where one is violated. */
  readonly response?: Response;
  readonly reasons: readonly string[];
}

export interface RehearsedGroup {
  readonly id: string;
  readonly name?: string;
}

/** One change to one group, with what would have been done about it. */
export interface RehearsedChange {
  readonly eventId: string;
  readonly eventName: string;
  readonly time: Date;
  readonly actor: Actor;
  readonly group: RehearsedGroup;
  readonly rules: readonly RehearsedRule[];
}

export const DOUBTS = [
  'unreadable-record',
  'group-gone',
  'rules-not-named',
  'values-unknown',
  'list-in-doubt',
  'list-entries-unknown',
  'peer-in-doubt',
  'second-cut-short',
] as const;

/** Why something could not be judged. */
export type RehearsalDoubt = (typeof DOUBTS)[number];

/** One thing that could not be judged. */
export interface NotJudged {
  readonly doubt: RehearsalDoubt;
  /** Absent where it is no single call. */
  readonly eventId?: string;
}

/** Someone whose changes would have been answered, or told. */
export interface AffectedActor {
  readonly actor: string;
  readonly counts: VerdictCounts;
}

/** How many rules that stand today violate one policy. */
export interface StandingViolations {
  readonly policy: string;
  readonly baseline: Baseline['kind'];
  readonly response: Response;
  readonly rules: number;
  readonly groups: number;
  /** Some of them. */
  readonly examples: readonly { readonly group: RehearsedGroup; readonly rule: Rule }[];
}

/** What became of the records that were read. */
export interface RecordCounts {
  /** All, each once. */
  readonly read: number;
  /** Of calls that failed, and so changed nothing. */
  readonly failed: number;
  /** Of changes to groups that are not monitored. */
  readonly elsewhere: number;
  /** Of the sentry's own calls. */
  readonly bySentry: number;
}

/** What the policies would have done to the changes of a time. */
export interface Rehearsal {
  /** The time that was asked for, over all parts. */
  readonly asked: HistoryWindow;
  /** The time that this part covers. */
  readonly covered: HistoryWindow;
  /** What is left to be read, if anything. */
  readonly rest?: HistoryWindow;
  /** From 1. */
  readonly part: number;
  readonly rehearsedAt: Date;
  /** How many groups are monitored today. */
  readonly groups: number;
  readonly records: RecordCounts;
  /** Of rules, by verdict. */
  readonly counts: VerdictCounts;
  readonly actors: readonly AffectedActor[];
  /** In the order of their times. */
  readonly changes: readonly RehearsedChange[];
  readonly notJudged: readonly NotJudged[];
  /** What hangs on them is not judged; each is told, even if nothing does. */
  readonly doubtfulPeers: readonly PeerInDoubt[];
  readonly standing: readonly StandingViolations[];
  /**
   * Standing rules that may violate more: what their prefix list holds, or what a policy names, is
   * not all known.
   */
  readonly standingInDoubt: number;
}
