import type { Policy } from './policy';
import type { TrustedActor } from '../changes/actor';
import type { MonitoredGroups } from '../groups/monitored-groups';

export const MODES = ['ENFORCE', 'OBSERVE'] as const;

export type Mode = (typeof MODES)[number];

export const ANSWERS_TO_EXISTING = ['REPORT', 'RESPOND'] as const;

/** The sentry's answer to violations that stand in a group when it is adopted. */
export type AnswerToExisting = (typeof ANSWERS_TO_EXISTING)[number];

/** Says what a sentry watches, by what it judges, and how it goes about it. */
export interface SentryConfiguration {
  readonly monitoredGroups: MonitoredGroups;
  readonly policies: readonly Policy[];
  /** Digests of the two, which change with every change of them. */
  readonly digests: { readonly selection: string; readonly policies: string };
  readonly trustedActors: readonly TrustedActor[];
  /** Roles that are trusted to take rules away from VPCs' default groups, and with nothing else. */
  readonly emptyingRoleArns: readonly string[];
  readonly mode: Mode;
  readonly existingViolations: AnswerToExisting;
  /** How long a difference that no event explains may wait for its event. */
  readonly settleMilliseconds: number;
  /** For how long the same is not told again. */
  readonly repeatWindowMilliseconds: number;
  /**
   * The share of the groups, above 0 and up to 1, that reconcile may respond in, or adopt with
   * violations, in one run.
   */
  readonly brake: number;
  /** The workflows that policies name. */
  readonly workflows: readonly Workflow[];
  /** An operator's order to only observe for a while. */
  readonly pause?: Pause;
}

/** Whom a sentry asks, by the name that its policies use. */
export interface Workflow {
  readonly name: string;
  /** How long people have to answer. */
  readonly expireMilliseconds: number;
}

export interface Pause {
  readonly until: Date;
  readonly reason: string;
  readonly by: string;
}

export function isPaused({ pause }: SentryConfiguration, now: Date): boolean {
  return pause !== undefined && now < pause.until;
}
