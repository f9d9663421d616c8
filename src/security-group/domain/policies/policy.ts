import type { RuleExclusion } from './rule-exclusion';
import type { TrafficPattern } from './traffic-pattern';
import type { AccountScope } from '../../../organization/domain/account-scope';
import type { MonitoredGroups } from '../groups/monitored-groups';

/** Which rules a monitored group may hold. */
export type Baseline =
  /** Any rule but those that open one of the patterns. */
  | { readonly kind: 'forbid'; readonly patterns: readonly TrafficPattern[] }
  /** Only rules all of whose traffic is within one of the patterns. */
  | { readonly kind: 'allowOnly'; readonly patterns: readonly TrafficPattern[] }
  /** Only accepted rules. */
  | { readonly kind: 'locked'; readonly restoreRemoved: boolean };

/** Those that have people asked. */
export const ASKING_RESPONSES = ['revertUntilApproved', 'revertIfDenied'] as const;

export type AskingResponse = (typeof ASKING_RESPONSES)[number];

/** The strongest first: where several policies are violated, it wins. */
export const RESPONSES = ['revert', ...ASKING_RESPONSES, 'notifyOnly'] as const;

export type Response = (typeof RESPONSES)[number];

export interface Policy {
  /** By which operators call it; one without a name gets one that is made of what it says. */
  readonly name?: string;
  /** A digest of what it asks of groups, under whatever name and whatever it excludes. */
  readonly identity?: string;
  readonly baseline: Baseline;
  readonly response: Response;
  /** With the responses that ask; and without them, where approvals answer it all the same. */
  readonly asking?: Asking;
  /** The groups that it is for, of those that the sentry watches; absent: all. */
  readonly appliesTo?: MonitoredGroups;
  /** In a hub, the accounts whose groups it is for; absent: all. */
  readonly appliesIn?: AccountScope;
  /** Rules that it leaves alone. */
  readonly excluding?: readonly RuleExclusion[];
  /** An operator's order not to answer what violates it. */
  readonly disabling?: Disabling;
}

/** It ends by itself. */
export interface Disabling {
  /** The policy's name. */
  readonly policy: string;
  readonly since: Date;
  readonly until: Date;
  readonly reason: string;
  readonly by: string;
}

export const LONGEST_DISABLING_HOURS = 7 * 24;

/** One that is longer than any operator may order was ordered by none, and counts for nothing. */
export function isDisabled({ disabling }: Policy, now: Date): boolean {
  if (!disabling || !isShortEnough(disabling)) return false;
  return disabling.since <= now && now < disabling.until;
}

/** One that is longer was written past the operator function, and is not obeyed. */
function isShortEnough({ since, until }: Disabling): boolean {
  return until.getTime() - since.getTime() <= LONGEST_DISABLING_HOURS * 3_600_000;
}

/** Reconcile runs once a day or more: within a week of its end it has been told of. */
export const TOLD_WITHIN_MILLISECONDS = 7 * 24 * 3_600_000;

/** Whether it is in force, or its end may still have to be told. */
export function isToldOf(disabling: Disabling, now: Date): boolean {
  const sinceEnd = now.getTime() - disabling.until.getTime();
  return isShortEnough(disabling) && sinceEnd < TOLD_WITHIN_MILLISECONDS;
}

export const ENDS_UNANSWERED = ['revert', 'accept'] as const;

export type EndUnanswered = (typeof ENDS_UNANSWERED)[number];

/** Whom a policy asks. */
export interface Asking {
  /** The workflow's name in the sentry's configuration. */
  readonly workflow: string;
  /**
   * The fate of a change that stands until it is denied; without meaning where it is reverted
   * first.
   */
  readonly whenUnanswered: EndUnanswered;
}

export function isAsking(response: Response): boolean {
  return response === 'revertUntilApproved' || response === 'revertIfDenied';
}

/**
 * The policy as if it asked no one: what people would be asked about is reverted. What they have
 * approved before still counts.
 */
export function withoutAsking(policy: Policy): Policy {
  return isAsking(policy.response) ? { ...policy, response: 'revert' } : policy;
}

/** Whether people's approvals answer the policy: only of one that asks them. */
export function isAnsweredByApprovals({ response, asking }: Policy): boolean {
  return asking !== undefined || isAsking(response);
}

/** The policy as it is deployed. */
export function withoutDisabling(policy: Policy): Policy {
  const { disabling: _, ...deployed } = policy;
  return deployed;
}

/**
 * What the policy asks of groups, under whatever name and wherever it applies. Nor do exclusions
 * make it another: one that comes, or goes, must not have all that stands adopted.
 */
export function withoutNameAndScope(
  policy: Policy,
): Omit<Policy, 'name' | 'identity' | 'appliesTo' | 'appliesIn' | 'excluding'> {
  const {
    name: _name,
    identity: _identity,
    appliesTo: _appliesTo,
    appliesIn: _appliesIn,
    excluding: _excluding,
    ...rest
  } = withoutDisabling(policy);
  return rest;
}

/** Whether what violates is reverted at once. */
export function isReverting(response: Response): boolean {
  return response === 'revert' || response === 'revertUntilApproved';
}
