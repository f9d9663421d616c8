import { Duration } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { AccountScope } from './account-scope';
import type { Actor } from './actor';
import type { ChangeResponse } from './change-response';
import { ExistingViolations } from './existing-violations';
import type { MonitoredGroups } from './monitored-groups';
import type { RuleExclusion } from './rule-exclusion';
import type { SecurityGroupBaseline } from './security-group-baseline';
import type { SentryHub } from '../../organization/constructs/sentry-hub';
import type { CompanySettings } from '../../shared/constructs/company-settings';
import { SentryMode } from '../../shared/constructs/sentry-mode';

/** A baseline, and what is done about a rule that violates it. */
export interface SecurityGroupPolicy {
  /** Which rules the monitored groups may hold. */
  readonly baseline: SecurityGroupBaseline;

  /** The sentry's response to a rule that violates the baseline. */
  readonly response: ChangeResponse;

  /**
   * The name by which operators disable the policy for a while: up to 40 small letters, digits and
   * hyphens. Throws for any other text, and if two policies of the sentry have the same name.
   * Another name changes nothing else.
   *
   * @default - a name made of what the policy says, such as forbid-1a2b3c4d: the operator function
   * lists them
   */
  readonly name?: string;

  /**
   * The groups that the policy is for, of those that the sentry watches; for all others it is as if
   * it were not there. So one sentry watches groups of several kinds.
   *
   * It is sticky: what once holds for a group holds on, whatever is done to its tags, until a
   * trusted actor changes them, or an operator releases the policy. A group for which a policy
   * comes to hold is adopted again: what stands in it then is accepted.
   *
   * Throws for groups that the sentry is known not to watch, for `MonitoredGroups.all()`, and where
   * a monitored group is known to be left without any policy.
   *
   * @default - all groups that the sentry watches
   */
  readonly appliesTo?: MonitoredGroups;

  /**
   * In a hub, the accounts whose groups the policy is for; in all others it is as if it were not
   * there. An account that moves to a unit with other policies has its groups adopted again, as
   * after a deployment that changes the policies. Throws without a hub, and for accounts or units
   * that the hub cannot know.
   *
   * @default - all accounts that the sentry watches
   */
  readonly appliesIn?: AccountScope;

  /**
   * Rules that the policy leaves alone, one by one, each with a reason. Other policies judge them
   * as before. A `locked` policy lets anyone add, describe and remove such a rule, and does not put
   * it back. The sentry reports who adds one that would violate, with the reason.
   *
   * A new exclusion does not have the groups adopted again. When it ends, by its day or because a
   * deployment takes it out, the policy answers a rule that still stands, even if it was adopted.
   * What an operator accepted stays; so does what a trusted actor added to a locked group, and what
   * people approved. Rules of the app that are excluded are no error at synth.
   *
   * Throws if the list is empty, and for an exclusion that would do nothing: of a group that the
   * sentry does not watch, of a rule that the policy allows anyway, of one that is there twice, and
   * of one whose last day is over.
   *
   * @default - none
   */
  readonly excluding?: RuleExclusion[];
}

/** Properties of a SecurityGroupSentry. */
export interface SecurityGroupSentryProps extends CompanySettings {
  /** The groups to watch, in the sentry's own account and Region, and in every member of a hub. */
  readonly monitoredGroups: MonitoredGroups;

  /**
   * Has the sentry watch all members of a hub as well, with their roles: monitored groups, policies
   * and all else mean the same there. The hub has to be in the same account and Region, and a hub
   * has one such sentry, or this throws. Groups of the sentry's own account and Region are watched
   * as before, whether it is a member or not. A sentry that gets a hub later keeps its ledger.
   *
   * @default - only the sentry's own account and Region
   */
  readonly hub?: SentryHub;

  /**
   * The policies decide which rules the groups may hold. Throws if the list is empty, and for a
   * policy that does nothing beside another: the same one twice, or one that only notifies beside
   * one with the same baseline for the same groups. In Python, write SecurityGroupPolicy for each,
   * and no dictionary: its key applies_to would be dropped without a word.
   */
  readonly policies: SecurityGroupPolicy[];

  /**
   * Whose additions a locked group accepts. Without `Actor.cdkDeployments()` a sentry reverts
   * what the next deployment of its own app adds to a locked group, which is a warning. Forbidden
   * traffic is forbidden to them too. Where groups are chosen by tag, or tags say who is asked
   * about a group or stand out in the question, their changes of the tag count. Throws for an actor
   * that no event could name, for one that another covers, and where no policy is locked and no tag
   * decides anything. What a custom resource of the CDK takes away
   * from the default group of a VPC (`restrictDefaultSecurityGroup`) is accepted by itself, as
   * `Actor.emptyingDefaultGroupOf()` says.
   *
   * @default - no one
   */
  readonly trustedActors?: Actor[];

  /**
   * Tags of groups that stand out in questions about them: the values of each key, such as
   * `{ 'data-class': ['restricted'] }`. The question, its reminders and the messages about its
   * steps begin with them, all in Slack. They stand out, and are hidden nowhere. What the sentry
   * reports by its topic and by events, and the workflow's events about steps, do not have them.
   *
   * A tag that a group once had still counts when it is taken off, until a trusted actor changes
   * it.
   *
   * Up to 10 keys of up to 20 values each. Throws for more, for an empty list, for a key that
   * begins with `aws:`, for what is too long for a tag, for a value that is there twice, and where
   * no policy asks people.
   *
   * @default - none
   */
  readonly sensitiveTags?: { [key: string]: string[] };

  /**
   * Where the sentry reports what happened, and its alarms go: a standard topic of the same Region,
   * or this throws. It may be another account's, given by its ARN. If it is encrypted, it must be
   * with a key of your own, or this throws: no alarm can publish under the key that AWS manages.
   * The policies of a topic and a key of the app are extended; for those that are imported, a
   * warning says what they have to hold.
   *
   * @default - a topic of the sentry's own, encrypted with the key of its stack
   */
  readonly notificationTopic?: sns.ITopic;

  /**
   * Names of alarms to do without, such as `FlappingAlarm`: the runbook says what each tells.
   * Throws for a name that no alarm of the sentry has.
   *
   * @default - none
   */
  readonly excludedAlarms?: string[];

  /**
   * Whether rules of EventBridge tell when someone tampers with the sentry: with its
   * rules, functions, queues, ledger, keys, alarms or roles, or with a trail.
   *
   * Without them, someone who may do so blinds it, and no one hears; alarms tell of some of it,
   * hours later.
   *
   * @default true
   */
  readonly tamperRules?: boolean;

  /**
   * Whether the sentry makes a dry run of its own every hour, and looks whether its event comes
   * back. Members of a hub are tried all the same: coverage rests on it.
   *
   * Without it there is no `DetectorDeadAlarm`: that a trail is gone, or a rule is disabled, is
   * found by no one, and changes are only found by reconcile. An event that the event history lacks
   * is believed for a day, since nothing shows that the history is up to date. The operator's
   * function goes by the runs of reconcile alone when it says whether the sentry is alive.
   *
   * @default true
   */
  readonly heartbeat?: boolean;

  /**
   * Whether the sentry acts, or only judges and reports what it would have done. Going from OBSERVE
   * to ENFORCE adopts the groups again.
   *
   * @default SentryMode.ENFORCE
   */
  readonly mode?: SentryMode;

  /**
   * In a hub, the accounts in which the sentry only observes though its mode is ENFORCE, so that it
   * can be rolled out in waves. An account that is left out later has its groups adopted again, as
   * when the mode changes. Throws with SentryMode.OBSERVE, without a hub, and for accounts or units
   * that the hub cannot know.
   *
   * @default - none
   */
  readonly observeIn?: AccountScope;

  /**
   * The sentry's response to rules that already violate a policy when it adopts their group. It
   * adopts a group when it sees it for the first time, again after a while, or under other
   * policies. Throws for RESPOND where no policy with `forbid` or `allowOnly` reverts or asks: a
   * locked one accepts what it finds.
   *
   * @default ExistingViolations.REPORT
   */
  readonly existingViolations?: ExistingViolations;

  /**
   * When the groups are compared with the sentry's ledger, to find changes that no event brought.
   * The first run adopts the groups. Throws if there may be more than a day between two runs. An
   * alarm goes off when no run comes to its end for a day, or for two where runs are a day apart.
   *
   * @default - every hour
   */
  readonly reconcileSchedule?: events.Schedule;

  /**
   * How long a difference between a group and the ledger may wait for the event that explains it,
   * before it is answered. 1 minute to 1 day in whole seconds, or this throws. CloudTrail's event
   * history, where it is looked up then, usually has a call within 15 minutes, and can be hours
   * late.
   *
   * @default Duration.minutes(15)
   */
  readonly settleTime?: Duration;

  /**
   * The share of the groups, above 0 and up to 1, that reconcile may answer differences in, in one
   * run; three groups are never too many. Above it nothing is done in any of them, and an alarm
   * goes off. The same goes for the groups that it is unable to judge in full, which are counted by
   * themselves. Events are always answered. Throws if it is out of range.
   *
   * @default 0.25
   */
  readonly reconcileBrake?: number;

  /**
   * For how long the same change of the same actor to the same group is reverted without being
   * reported again. It is counted, and reported with the next message; failures are always
   * reported. 1 minute to 7 days in whole seconds, or this throws.
   *
   * @default Duration.hours(1)
   */
  readonly repeatWindow?: Duration;

  /**
   * Who may redrive dead letters: roles and users, for whom an ARN with wildcards will do. Their
   * own policies have to give them the rights. No one else, administrators included, may send,
   * receive, delete, hide or purge messages in the sentry's queues. Throws for a principal that
   * stands for no single role or user, such as an account.
   *
   * @default - no one
   */
  readonly operators?: iam.IPrincipal[];
}
