import type { AccountFields } from '../../shared/domain/notification/account-text';
import type { Severity } from '../../shared/domain/notification/severity';
import type { Peer } from '../domain/rules/rule';

/**
 * Raised when a field changes its meaning or goes; new fields may come without. Schema:
 * docs/schemas/.
 */
export const CHANGE_MESSAGE_VERSION = 1;

/**
 * The most rules that a message lists; fewer where they would not fit into the 256 KB that SNS
 * takes.
 */
export const MAX_RULES_IN_MESSAGE = 100;

/**
 * EventBridge events of our own: the same JSON as the messages, one for each message, and for each
 * repeat that is not told to people.
 */
export const SENTRY_EVENT_DETAIL_TYPES = {
  'security-group-change': 'Security Group Change',
  'security-group-reconcile': 'Security Group Reconcile',
  'operator-act': 'Security Group Operator Act',
  'unreadable-event': 'Unreadable Event',
} as const;

export interface RuleValuesInMessage {
  readonly direction: 'ingress' | 'egress';
  readonly protocol: string;
  readonly fromPort: number;
  readonly toPort: number;
  readonly peer: Peer;
  readonly description?: string;
  /** The rule in words. */
  readonly text: string;
}

export interface RuleInMessage extends RuleValuesInMessage {
  readonly ruleId?: string;
  readonly change: 'added' | 'modified' | 'described' | 'removed';
  /** The rule as it is again; or as it would be, where the sentry only observes. */
  readonly restored?: RuleValuesInMessage;
  readonly violations: readonly ViolationInMessage[];
  readonly outcome:
    'reverted' | 'already-gone' | 'kept' | 'would-revert' | 'not-restorable' | 'failed';
  /** Why; present with the outcomes `failed` and `not-restorable` only. */
  readonly failure?: string;
}

export interface ViolationInMessage {
  readonly baseline: 'forbid' | 'allowOnly' | 'locked';
  readonly response: 'revert' | 'revertUntilApproved' | 'revertIfDenied' | 'notifyOnly';
  readonly reason: string;
}

/** A rule that is reverted again and again: two parties want opposite things. */
export interface DisputeInMessage {
  /** As the sentry undoes it; one that is modified, described or removed, as it is put back. */
  readonly rule: RuleValuesInMessage;
  /** The change that was reverted last. */
  readonly change: RuleInMessage['change'];
  /** How often it was reverted since it began. */
  readonly reverts: number;
  /** When it began, ISO 8601. */
  readonly since: string;
  /** How long it stood open since then; of one that is removed, how long it was missing. */
  readonly secondsOpen: number;
  /** The same as a share of the time since it began, from 0 to 1. */
  readonly shareOpen: number;
  /** The roles or users that made the changes: at most the last three, the latest first. */
  readonly actors: readonly string[];
}

/** Of a sentry in a hub only. */
export interface PlaceInMessage extends AccountFields {
  readonly account?: string;
  readonly region?: string;
}

export interface GroupInMessage {
  readonly id: string;
  readonly name?: string;
  readonly vpcId?: string;
}

/**
 * A change to a monitored group that violates a policy, could not be read in full, or is of note.
 */
export interface ChangeMessage extends AccountFields {
  readonly version: typeof CHANGE_MESSAGE_VERSION;
  readonly type: 'security-group-change';
  readonly sentry: string;
  readonly severity: Severity;
  /**
   * `nothing`: reconcile found a difference that no call explains; or, with `pointedToBy`, an event
   * led to a rule whose values it did not write.
   */
  readonly explainedBy: 'event' | 'event-history' | 'nothing';
  readonly pointedToBy?: {
    readonly eventId: string;
    readonly eventName: string;
    /** ISO 8601. */
    readonly time: string;
  };
  /** Of the CloudTrail event; `none` where nothing explains the difference. */
  readonly eventId: string;
  readonly eventName: string;
  /** When the call was made, ISO 8601; since when reconcile sees it, where nothing explains it. */
  readonly time: string;
  readonly account: string;
  readonly region: string;
  readonly group: GroupInMessage;
  readonly actor: {
    readonly type: string;
    readonly arn?: string;
    readonly roleArn?: string;
    readonly sessionName?: string;
    readonly userName?: string;
    readonly invokedBy?: string;
    /** This and what follows: of an identity that has no ARN. */
    readonly accountId?: string;
    readonly principalId?: string;
    readonly identityCenterUserId?: string;
    readonly sourceIdentity?: string;
  };
  readonly sourceAddress?: string;
  readonly userAgent?: string;
  /** Seconds from the call to the sentry's last look. */
  readonly secondsOpen: number;
  /** Which try at the event this is, from 1. */
  readonly tries: number;
  /** The same was told a short while ago: such an event goes to EventBridge only. */
  readonly isRepeat: boolean;
  /** How often the same has happened, without a message, since it was last told. */
  readonly repeats: number;
  /** The worst outcome first. */
  readonly rules: readonly RuleInMessage[];
  /** How many rules are left out of `rules` for size. */
  readonly rulesOmitted: number;
  /** Things that could not be known, and the like, in whole sentences. */
  readonly notices: readonly { readonly severity: Severity; readonly text: string }[];
  /** Only when it is noticed, and every six hours or more while it goes on. */
  readonly disputes?: readonly DisputeInMessage[];
  /** How many are left out of `disputes` for size; present with it. */
  readonly disputesOmitted?: number;
}

export interface AdoptedRuleInMessage extends RuleValuesInMessage {
  readonly ruleId?: string;
  readonly violations: readonly ViolationInMessage[];
  /** False: it is answered as the policy says. */
  readonly accepted: boolean;
}

export interface UnconfirmedRuleInMessage extends RuleValuesInMessage {
  readonly group: GroupInMessage;
  readonly ruleId?: string;
  /** Of the CloudTrail events. */
  readonly eventIds: readonly string[];
}

export interface UnreadListInMessage {
  readonly prefixListId: string;
  readonly reason: string;
  /** Rules that name it, and may let through what a policy does not allow. */
  readonly rules: readonly (RuleValuesInMessage & {
    readonly group: GroupInMessage;
    readonly ruleId?: string;
  })[];
  readonly rulesOmitted: number;
}

export interface DoubtfulPeerInMessage {
  /** In words, such as "VPC vpc-0123456789abcdef0". */
  readonly peer: string;
  readonly reason: string;
  /** How many rules of monitored groups hang on it. */
  readonly rules: number;
}

/** A report on one run of reconcile: groups adopted or not watched any more, a brake, a pause. */
export interface ReconcileMessage extends PlaceInMessage {
  readonly version: typeof CHANGE_MESSAGE_VERSION;
  readonly type: 'security-group-reconcile';
  readonly sentry: string;
  readonly severity: Severity;
  /** When the groups were looked at, ISO 8601. */
  readonly time: string;
  /** How many groups are monitored. */
  readonly groups: number;
  readonly adopted: readonly {
    readonly group: GroupInMessage;
    readonly cause: 'first-contact' | 'came-back' | 'enforced-now' | 'other-policies';
    readonly rules: number;
    /** How many of them are newer than the last look at the groups: they are not accepted. */
    readonly newRules?: number;
    /** No policy is for the group: nothing in it is judged. */
    readonly uncovered?: true;
    /** Rules that violate a policy. */
    readonly violating: readonly AdoptedRuleInMessage[];
  }[];
  readonly adoptedOmitted: number;
  readonly released: readonly {
    readonly group: GroupInMessage;
    readonly reason: 'deleted' | 'not-chosen';
  }[];
  /** Groups that were taken for deleted, and are there: nothing was adopted again. */
  readonly returned?: readonly GroupInMessage[];
  /** Groups that are adopted once the event history says what is new in them. */
  readonly notAdoptedYet?: { readonly groups: readonly GroupInMessage[]; readonly reason: string };
  /** Groups with differences that no event explains. */
  readonly due: readonly string[];
  /**
   * They were too many, or too many groups could not be judged in full, so that nothing was done in
   * any of them.
   */
  readonly braked: boolean;
  /** Rules whose only ground is an event that nothing has confirmed in a day. */
  readonly unconfirmed?: readonly UnconfirmedRuleInMessage[];
  /** Groups that the run could not judge. This, and what follows, is there where there are any. */
  readonly notJudged?: readonly { readonly group: GroupInMessage; readonly reason: string }[];
  readonly notJudgedOmitted?: number;
  /** Prefix lists whose entries are not all known: what they let through was not judged. */
  readonly unreadLists?: readonly UnreadListInMessage[];
  readonly unreadListsOmitted?: number;
  /** Peers of policies of which no one knows what they mean: nothing is reverted for them. */
  readonly doubtfulPeers?: readonly DoubtfulPeerInMessage[];
  /** Rules that could not be read, and were not judged. */
  readonly unreadRules?: readonly {
    readonly group: GroupInMessage;
    readonly ruleIds: readonly string[];
  }[];
  /** Chosen groups that could not be looked up: new ones among them are not adopted yet. */
  readonly notLookedUp?: readonly { readonly selection: string; readonly reason: string }[];
  readonly pause?: PauseInMessage;
  /** A pause that is not obeyed, since it is longer than an operator may order. */
  readonly refusedPause?: PauseInMessage;
  /** Policies that an operator has disabled: what violates them is reported, and left. */
  readonly disabledPolicies?: readonly DisabledPolicyInMessage[];
  /** Policies that are in force again since the run before. */
  readonly enabledPolicies?: readonly DisabledPolicyInMessage[];
  /** Rules whose exclusion is over, or soon will be. Each is told once. */
  readonly exclusionEnds?: readonly ExclusionEndInMessage[];
}

/** Where it names no accounts or units, it is for all. */
export interface PauseInMessage {
  readonly until: string;
  readonly reason: string;
  readonly by: string;
  readonly accounts?: readonly string[];
  readonly units?: readonly string[];
}

/** A rule that a policy excludes, or did. */
export interface ExclusionEndInMessage extends RuleValuesInMessage {
  readonly policy: string;
  readonly groupId: string;
  readonly reason: string;
  /** ISO 8601: when the last day of the exclusion is over. */
  readonly until: string;
  readonly isOver: boolean;
}

/** A policy that is disabled, or was. */
export interface DisabledPolicyInMessage {
  readonly policy: string;
  readonly since: string;
  readonly until: string;
  readonly reason: string;
  readonly by: string;
}

/** Something that an operator had the sentry do. */
export interface OperatorMessage extends PlaceInMessage {
  readonly version: typeof CHANGE_MESSAGE_VERSION;
  readonly type: 'operator-act';
  readonly sentry: string;
  readonly severity: Severity;
  readonly time: string;
  readonly action:
    | 'accept'
    | 'withdraw'
    | 'release'
    | 'releasePolicy'
    | 'pause'
    | 'resume'
    | 'disablePolicy'
    | 'enablePolicy';
  /** As the operator wrote it: a name, not a proof. */
  readonly by: string;
  readonly reason: string;
  /** A sentence on what was done. */
  readonly done: string;
  /** Of the invocation, as it stands in the function's log. */
  readonly requestId: string;
}

/** An event that the sentry could not read at all. */
export interface UnreadableEventMessage extends PlaceInMessage {
  readonly version: typeof CHANGE_MESSAGE_VERSION;
  readonly type: 'unreadable-event';
  readonly sentry: string;
  readonly severity: 'high';
  readonly reason: string;
  /** The event as it came, cut to 20,000 characters. */
  readonly event: string;
}
