import type { Disabling, Policy } from './policy';
import type { AccountScope } from '../../../organization/domain/account-scope';
import type { TrustedActor } from '../changes/actor';
import type { MonitoredGroups } from '../groups/monitored-groups';
import type { RuleTag } from '../rules/rule';

export const MODES = ['ENFORCE', 'OBSERVE'] as const;

export type Mode = (typeof MODES)[number];

export const ANSWERS_TO_EXISTING = ['REPORT', 'RESPOND'] as const;

/** The sentry's answer to violations that stand in a group when it is adopted. */
export type AnswerToExisting = (typeof ANSWERS_TO_EXISTING)[number];

/** A digest of what the policies ask of groups: it changes with every change of that. */
export type DigestOfPolicies = (policies: readonly Policy[]) => string;

/**
 * Says what a sentry watches, by what it judges, and how it goes about it. In a hub,
 * `configurationAt` makes of it what holds in one place, and `configurationFor` what holds for one
 * group.
 */
export interface SentryConfiguration {
  readonly monitoredGroups: MonitoredGroups;
  readonly policies: readonly Policy[];
  /**
   * Digests of the two, which change with every change of them; and where policies are for some
   * groups alone, those of the single policies that hold for one group.
   */
  readonly digests: {
    readonly selection: string;
    readonly policies: string;
    readonly each?: readonly string[];
  };
  readonly digestOf: DigestOfPolicies;
  readonly trustedActors: readonly TrustedActor[];
  /** Roles that are trusted to take rules away from VPCs' default groups, and with nothing else. */
  readonly emptyingRoleArns: readonly string[];
  readonly mode: Mode;
  /** In a hub, the accounts in which the sentry only observes, whatever its mode. */
  readonly observeIn?: AccountScope;
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
  /** Tags of groups that stand out in questions about them. */
  readonly sensitiveTags?: readonly RuleTag[];
  /**
   * Operators' orders not to answer violations of a policy, also those that are over, and those
   * whose policy is not deployed any more.
   */
  readonly disablings?: readonly Disabling[];
  /** An operator's order to only observe for a while. */
  readonly pause?: Pause;
  /** One that is longer than an operator may order, and not obeyed. */
  readonly refusedPause?: Pause;
}

/** Whom a sentry asks, by the name that its policies use. */
export interface Workflow {
  readonly name: string;
  /** How long people have to answer. */
  readonly expireMilliseconds: number;
  /** Tags of groups by which it finds who is asked. */
  readonly routeTags?: readonly RuleTag[];
}

/** Where it names no accounts or units, the sentry is paused everywhere. */
export interface Pause extends AccountScope {
  readonly until: Date;
  readonly reason: string;
  readonly by: string;
}

const MINUTE = 60_000;

/** A pause ends by itself, and not in the far future. */
export const LONGEST_PAUSE_MILLISECONDS = 7 * 24 * 60 * MINUTE;

/**
 * Whether the pause is longer than an operator may order, counted from when it was written: others
 * may write the parameter past the operator's function. Clocks differ a little. What no one can
 * date is too long.
 */
export function isTooLong({ until }: Pause, writtenAt: Date | undefined): boolean {
  if (!writtenAt) return true;
  return until.getTime() - writtenAt.getTime() > LONGEST_PAUSE_MILLISECONDS + MINUTE;
}

export function isPaused({ pause }: Pick<SentryConfiguration, 'pause'>, now: Date): boolean {
  return pause !== undefined && now < pause.until;
}
