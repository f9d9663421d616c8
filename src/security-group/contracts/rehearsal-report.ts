import type { ViolationInMessage } from './change-message';
import type { Severity } from '../../shared/domain/notification/severity';

/**
 * Raised when a field changes its meaning or goes; new fields may come without. Schema:
 * docs/schemas/.
 */
export const REHEARSAL_REPORT_VERSION = 1;

/** The most changes that a report lists; fewer where they would not fit. */
export const MAX_CHANGES_IN_REPORT = 1_000;

/**
 * Lambda takes 6 MB of an answer. The report is JSON in it; a page stands in it as a text, whose
 * quotes are escaped.
 */
export const MOST_BYTES_OF_ANSWER = 5_000_000;

export interface CountsInReport {
  readonly revert: number;
  readonly restore: number;
  readonly ask: number;
  readonly notify: number;
  readonly allow: number;
}

export interface TimeInReport {
  /** ISO 8601, like the other. Both seconds are within it. */
  readonly from: string;
  readonly to: string;
}

export interface GroupInReport {
  readonly id: string;
  readonly name?: string;
}

export interface RehearsedRuleInReport {
  /** The rule in words; absent where no record tells its values. */
  readonly text?: string;
  readonly ruleId?: string;
  readonly description?: string;
  readonly change: 'added' | 'modified' | 'described' | 'removed' | 'deleted';
  readonly verdict: keyof CountsInReport;
  /** Of the policy that wins, where one is violated. */
  readonly response?: ViolationInMessage['response'];
  readonly reasons: readonly string[];
}

/** What the policies would have done to the changes of a time: the answer, and the message. */
export interface RehearsalReport {
  readonly version: typeof REHEARSAL_REPORT_VERSION;
  readonly type: 'security-group-rehearsal';
  readonly rehearsal: string;
  readonly severity: Severity;
  readonly account: string;
  readonly region: string;
  /** When the rehearsal was held, ISO 8601. */
  readonly time: string;
  /** The time that was asked for, over all parts. */
  readonly asked: TimeInReport;
  /** The time that this part covers. */
  readonly covered: TimeInReport;
  /** From 1: the newest part comes first. */
  readonly part: number;
  /** Whether nothing is left to be read. */
  readonly isLastPart: boolean;
  /** In the answer only, unless it is the last part: to be sent for the next one. */
  readonly token?: string;
  /** In the answer only: why the message could not be sent to the topic. */
  readonly notSent?: string;
  /** How many groups are monitored today. */
  readonly groups: number;
  readonly records: {
    readonly read: number;
    readonly failed: number;
    readonly elsewhere: number;
    readonly bySentry: number;
  };
  /** Of rules, by what would have been done. */
  readonly counts: CountsInReport;
  readonly actors: readonly { readonly actor: string; readonly counts: CountsInReport }[];
  readonly actorsOmitted: number;
  /** In the order of their times; the gravest, where there are more. */
  readonly changes: readonly {
    readonly eventId: string;
    readonly eventName: string;
    readonly time: string;
    readonly actor: string;
    readonly group: GroupInReport;
    readonly rules: readonly RehearsedRuleInReport[];
    readonly rulesOmitted: number;
  }[];
  readonly changesOmitted: number;
  readonly notJudged: readonly {
    readonly cause:
      | 'unreadable-record'
      | 'group-gone'
      | 'rules-not-named'
      | 'values-unknown'
      | 'list-in-doubt'
      | 'peer-in-doubt'
      | 'list-entries-unknown'
      | 'second-cut-short';
    readonly reason: string;
    readonly count: number;
    /** The first ones. */
    readonly eventIds: readonly string[];
  }[];
  /** Peers of policies whose meaning is not known in full: what hangs on them is not judged. */
  readonly doubtfulPeers: readonly { readonly peer: string; readonly reason: string }[];
  readonly doubtfulPeersOmitted: number;
  /** What stands today and violates each policy. */
  readonly standing: readonly {
    readonly policy: string;
    readonly baseline: ViolationInMessage['baseline'];
    readonly response: ViolationInMessage['response'];
    readonly rules: number;
    readonly groups: number;
    readonly examples: readonly { readonly group: GroupInReport; readonly text: string }[];
  }[];
  /**
   * Standing rules that may violate more: what their prefix list holds, or what a policy names, is
   * not all known.
   */
  readonly standingInDoubt: number;
  /** What a rehearsal cannot know, in whole sentences. */
  readonly limits: readonly string[];
}

/** The answer where a page is asked for. */
export interface RehearsalPageAnswer {
  readonly version: typeof REHEARSAL_REPORT_VERSION;
  readonly type: 'security-group-rehearsal-page';
  readonly part: number;
  readonly isLastPart: boolean;
  readonly token?: string;
  readonly notSent?: string;
  /** HTML. */
  readonly page: string;
}
