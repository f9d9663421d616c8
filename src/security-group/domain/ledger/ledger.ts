import type { CountedTags } from '../groups/counted-tags';
import type { Mode } from '../policies/sentry-configuration';
import type { Rule } from '../rules/rule';
import { ruleKey } from '../rules/rule';

export const GRANT_CAUSES = ['adopted', 'trusted-actor', 'operator', 'approval-request'] as const;

/** Why a rule may stand. */
export type GrantCause = (typeof GRANT_CAUSES)[number];

export interface Grant {
  readonly cause: GrantCause;
  /** The sentry, the ARN of the trusted actor, or what the operator gave as name. */
  readonly by: string;
  readonly since: Date;
  /** It ends then by itself; for good without it. */
  readonly until?: Date;
  /** The CloudTrail event that it rests on. */
  readonly eventId?: string;
  /** When the sentry was given that event, whatever time the event has. */
  readonly receivedAt?: Date;
  /** The first look that found the event history past the event, and without it. */
  readonly lackedAt?: Date;
  /** When it was reported that nothing confirms the event. */
  readonly reportedAt?: Date;
  /**
   * Whether CloudTrail's event history has that event too, or people have approved the request:
   * only then is the grant ground for putting the rule back. False: it never will.
   */
  readonly confirmed?: boolean;
  /**
   * Policies that it does not speak to, by their identities: they exclude the rule, or did, and say
   * themselves how long.
   */
  readonly exceptFor?: readonly string[];
  /** The operator's reason. */
  readonly reason?: string;
  /**
   * The approval request that it rests on: while it waits for a decision, or since it was approved.
   */
  readonly requestId?: string;
}

/**
 * An approval request keeps grants from counting: what they speak for was taken away, and stays
 * away until people decide.
 */
export interface Suspension {
  readonly requestId: string;
  /** It ends then by itself, as if the request had been denied. */
  readonly until?: Date;
}

/** One rule of one group, as the ledger holds it. */
export interface LedgerEntry {
  /** The rule as it was last accepted or seen, with id, description and tags. */
  readonly rule: Rule;
  readonly grants: readonly Grant[];
  /** The version of the prefix list that the rule names, when it was granted. */
  readonly prefixListVersion?: number;
  /** Since when reconcile finds it in the group with no grant, and no event that explains it. */
  readonly unexplainedSince?: Date;
  /**
   * When it was told that the rule violates a policy and is left in place: reconcile need not tell
   * it again.
   */
  readonly toldAt?: Date;
  /**
   * When a call gave the rule its values, as an event told while the group was not adopted: what is
   * newer than the last look at the groups is not adopted with the rest.
   */
  readonly writtenAt?: Date;
  readonly suspension?: Suspension;
  /** The event of a trusted actor's call that gave the rule other values, which are gone. */
  readonly replacedBy?: { readonly eventId: string; readonly at: Date };
  /** Since when reconcile misses it in the group, though it has a grant. */
  readonly missingSince?: Date;
  /**
   * Counts the writes of the item, so that one who read before another wrote does not write over
   * it.
   */
  readonly revision: number;
}

/** How a group came under the sentry's eyes. */
export interface GroupRecord {
  readonly groupId: string;
  readonly name?: string;
  readonly vpcId?: string;
  readonly adoptedAt: Date;
  /** Whether the sentry acted when it adopted the group. */
  readonly adoptedWhile: Mode;
  /**
   * A digest of the policies that its rules were held against: what other policies forbid is
   * adopted first.
   */
  readonly policies: string;
  /** Digests of the single policies that held for it then, where some are for other groups. */
  readonly holds?: readonly string[];
  /** Its tags as they count for which policies hold for it; absent where no tags decide that. */
  readonly tags?: CountedTags;
  /**
   * A digest of what chose the group: if a deployment chooses others, membership by tag sticks no
   * more.
   */
  readonly selection: string;
  /** The call that made the group under the sentry's eyes: nothing in it was adopted. */
  readonly madeBy?: string;
  /** Since when the lists of groups lack it: the next that does ends the watch. */
  readonly unseenSince?: Date;
  /** Whether an event has told that it was deleted, which need not be told again. */
  readonly isDeletionTold?: boolean;
  /** Since when it is watched no more. */
  readonly releasedAt?: Date;
  /**
   * Why. One that was not there, and is after all, was never let go. Any other that comes back is
   * adopted again.
   */
  readonly releasedFor?: ReleaseReason;
  /** Counts its writes, as that of an entry does. Absent where it was not written on condition. */
  readonly revision?: number;
}

export const RELEASE_REASONS = ['deleted', 'not-chosen'] as const;

export type ReleaseReason = (typeof RELEASE_REASONS)[number];

/** A recent report on a group: the same is not reported again within a while. */
export interface Repeat {
  /** A rule and an actor; or a rule alone, with all of its reverts. */
  readonly key: string;
  /** Of a rule alone: when it was last told that it is in dispute, or else since when it counts. */
  readonly toldAt: Date;
  /** Only of repeats, a rule and an actor: how often it has happened since then. */
  readonly untold: number;
  readonly reverts?: RevertCount;
}

/** A time in which a rule was not as it should be: from the change to the look after its revert. */
export interface Span {
  readonly from: Date;
  readonly to: Date;
}

/** How often a rule was reverted lately, no matter who had changed it. */
export interface RevertCount {
  readonly count: number;
  /** When the first change was made that counts. */
  readonly since: Date;
  /** The length of all spans together, also of those that are not kept. */
  readonly openMilliseconds: number;
  /** The latest spans, by their end. */
  readonly recent: readonly Span[];
  readonly actors: readonly string[];
  /** So often that two parties must want opposite things. */
  readonly isDispute: boolean;
}

/** All that the ledger holds of one group. */
export interface GroupLedger {
  /** Absent until the group is adopted. */
  readonly record?: GroupRecord;
  /** By rule key. */
  readonly entries: ReadonlyMap<string, LedgerEntry>;
  readonly repeats: readonly Repeat[];
}

export const EMPTY_LEDGER: GroupLedger = { entries: new Map(), repeats: [] };

export function isAdopted({ record }: Pick<GroupLedger, 'record'>): boolean {
  return (
    record !== undefined && (record.releasedAt === undefined || record.releasedFor === 'deleted')
  );
}

export function entryOf(rule: Rule, { entries }: GroupLedger): LedgerEntry | undefined {
  return entries.get(ruleKey(rule));
}

export function livingGrants(entry: LedgerEntry | undefined, now: Date): readonly Grant[] {
  if (isSuspended(entry, now)) return [];
  return (entry?.grants ?? []).filter((grant) => isLiving(grant, now));
}

export function isSuspended(entry: LedgerEntry | undefined, now: Date): boolean {
  return entry?.suspension !== undefined && isLiving(entry.suspension, now);
}

function isLiving({ until }: { readonly until?: Date }, now: Date): boolean {
  return until === undefined || now < until;
}

/** Whether a request about the rule has run out: people were asked, and are not asked again. */
export function hasEndedRequest(entry: LedgerEntry | undefined, now: Date): boolean {
  if (entry?.suspension && !isLiving(entry.suspension, now)) return true;
  return (entry?.grants ?? []).some(
    (grant) => grant.cause === 'approval-request' && !isLiving(grant, now),
  );
}
