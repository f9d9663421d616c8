import { type Arrival, isNew, makingOf, writerOf } from './arrivals';
import type { GroupView } from './group-view';
import { isTrusted, nameOf } from '../changes/actor';
import type { Change } from '../changes/change';
import { NO_RULES } from '../changes/named-rules';
import type { GroupDetails } from '../groups/group';
import { exceptForExcluding } from '../judging/exclusions';
import type { Violation } from '../judging/judgement';
import { bareViolations, speaksAgainst, violationsUnder } from '../judging/violations';
import {
  type Grant,
  type GroupLedger,
  type GroupRecord,
  isAdopted,
  type LedgerEntry,
  livingGrants,
} from '../ledger/ledger';
import type { LedgerChange } from '../ledger/ledger-store';
import { newRecord } from '../ledger/new-record';
import { heldBefore } from '../policies/configuration-for';
import { withoutDisabling } from '../policies/policy';
import type { SentryConfiguration } from '../policies/sentry-configuration';
import { listOf, type PrefixLists, takenAsKnown } from '../rules/prefix-list';
import { type Rule, ruleKey } from '../rules/rule';

/**
 * Why a group is adopted: its rules are recorded as accepted, whatever they are, and what violates
 * is told.
 */
export type AdoptionCause = 'first-contact' | 'came-back' | 'enforced-now' | 'other-policies';

/** A group that is about to be adopted. */
export interface Adoption {
  readonly group: GroupDetails;
  readonly cause: AdoptionCause;
  readonly ruleCount: number;
  /** No policy is for it. */
  readonly isUncovered?: boolean;
  /** Rules that were written since the sentry looked before: they are judged, not adopted. */
  readonly newRules: readonly Rule[];
  /** Rules that violate a baseline, but for `locked`, which accepts what it finds. */
  readonly violating: readonly { readonly rule: Rule; readonly violations: readonly Violation[] }[];
  readonly changes: readonly LedgerChange[];
  readonly record: GroupRecord;
}

/** By the configuration as it holds for the group. That fewer policies do is no cause. */
export function adoptionCause(
  { record }: Pick<GroupLedger, 'record'>,
  configuration: SentryConfiguration,
): AdoptionCause | undefined {
  const { mode, digests, policies } = configuration;
  if (!record) return 'first-contact';
  if (record.releasedAt) return 'came-back';
  if (record.adoptedWhile === 'OBSERVE' && mode === 'ENFORCE') return 'enforced-now';
  if (record.policies === digests.policies) return undefined;
  const hasFewer =
    policies.length > 0 && heldBefore(record, configuration).length === policies.length;
  return hasFewer ? undefined : 'other-policies';
}

/** A group, and why it is adopted. */
export interface Adoptable {
  readonly view: GroupView;
  readonly cause: AdoptionCause;
  /** Of one that was not watched until now. */
  readonly arrival?: Arrival;
}

/**
 * Never are rules taken away because someone ran a deployment: what stands there is accepted,
 * unless the user wants violations answered. But for what is newer than the sentry's last look.
 */
export function adopt(adoptable: Adoptable, sentry: string, now: Date): Adoption {
  const { view, cause, arrival } = adoptable;
  const { details, group, ledger, configuration, tags } = view;
  const adopted: Grant = { cause: 'adopted', by: sentry, since: now };
  const newRules = group.rules.filter((rule) => isNewIn(rule, adoptable));
  const found = group.rules
    .filter((rule) => !newRules.includes(rule) && mayBeAdopted(rule, cause, view, now))
    .map((rule) => ({ rule, violations: violationsOf(rule, view, now) }));
  const madeBy = arrival && makingOf(arrival, details)?.eventId;
  return {
    group: details,
    cause,
    ruleCount: group.rules.length,
    ...(configuration.policies.length === 0 && { isUncovered: true }),
    newRules,
    violating: found.filter(({ violations }) => violations.length > 0),
    changes: [
      ...found.map((one): LedgerChange => ({ kind: 'put', entry: foundEntry(one, adopted, view) })),
      ...newRules.flatMap((rule) => learnOfNew(rule, adoptable, configuration, now)),
      ...forgottenWhileAway(view),
    ],
    record: {
      ...newRecord(details, configuration, now),
      ...(tags && { tags }),
      ...(madeBy !== undefined && { madeBy }),
      revision: ledger.record?.revision,
    },
  };
}

type FoundRule = Adoption['violating'][number];

function violationsOf(
  rule: Rule,
  { details, prefixLists, configuration: { policies } }: GroupView,
  now: Date,
): readonly Violation[] {
  const known = takenAsKnown(rule, prefixLists);
  return bareViolations(rule, { groupId: details.id, policies, now, prefixLists: known });
}

/** Accepted, or to be answered at once. */
function foundEntry(
  { rule, violations }: FoundRule,
  adopted: Grant,
  { details, ledger, prefixLists, configuration }: GroupView,
): LedgerEntry {
  const { policies, existingViolations } = configuration;
  const now = adopted.since;
  const isLeft =
    existingViolations === 'REPORT' ||
    violations.every(({ response }) => response === 'notifyOnly');
  return {
    ...versionOf(rule, prefixLists),
    revision: ledger.entries.get(ruleKey(rule))?.revision ?? 0,
    rule,
    grants: [
      ...otherGrants(rule, ledger, now),
      ...(isLeft ? exceptForExcluding([adopted], rule, { groupId: details.id, policies }) : []),
    ],
    ...(!isLeft && { unexplainedSince: new Date(0) }),
  };
}

/** What is missing when a group comes back was not taken from under the sentry's eyes. */
function forgottenWhileAway({ group, ledger }: GroupView): LedgerChange[] {
  if (isAdopted(ledger)) return [];
  const standing = new Set(group.rules.map(ruleKey));
  return [...ledger.entries.values()]
    .filter(({ rule }) => !standing.has(ruleKey(rule)))
    .map((entry): LedgerChange => ({ kind: 'remove', entry }));
}

function isNewIn(rule: Rule, { view: { details, ledger }, arrival }: Adoptable): boolean {
  if (!arrival) return false;
  return isNew(rule, ledger.entries.get(ruleKey(rule)), details, arrival);
}

/** What a trusted actor wrote is theirs. All else waits to be answered, as from when it came. */
function learnOfNew(
  rule: Rule,
  adoptable: Adoptable,
  configuration: SentryConfiguration,
  now: Date,
): LedgerChange[] {
  const { view, arrival } = adoptable;
  const entry = view.ledger.entries.get(ruleKey(rule));
  const writer = arrival && writerOf(rule, view.details, arrival);
  const grants = grantsOfNew(rule, view.ledger, writer, configuration, now);
  if (grants.length === 0 && !violatesAny(rule, view, configuration, now)) {
    return entry ? [{ kind: 'remove', entry }] : [];
  }
  const learned = {
    ...versionOf(rule, view.prefixLists),
    revision: entry?.revision ?? 0,
    rule,
    grants,
  };
  if (entry?.toldAt && entry.rule.id === rule.id) {
    return [{ kind: 'put', entry: { ...learned, toldAt: entry.toldAt } }];
  }
  if (grants.length > 0) return [{ kind: 'put', entry: learned }];
  const unexplainedSince = writer?.time ?? entry?.writtenAt ?? now;
  return [{ kind: 'put', entry: { ...learned, unexplainedSince } }];
}

/** What spoke for the rule before it was written again is over. */
function grantsOfNew(
  rule: Rule,
  ledger: GroupLedger,
  writer: Change | undefined,
  { trustedActors }: SentryConfiguration,
  now: Date,
): readonly Grant[] {
  const known = otherGrants(rule, ledger, now);
  if (!writer) return known;
  const since = known.filter(
    (grant) => grant.since >= writer.time && grant.eventId !== writer.eventId,
  );
  return isTrusted(writer.actor, trustedActors) ? [...since, confirmedGrant(writer, now)] : since;
}

function violatesAny(
  rule: Rule,
  { details, prefixLists }: GroupView,
  { policies }: SentryConfiguration,
  now: Date,
): boolean {
  const judged = { groupId: details.id, prefixLists: takenAsKnown(rule, prefixLists), now };
  return policies.some((policy) => speaksAgainst(policy, rule, judged));
}

function confirmedGrant({ actor, time, eventId }: Change, now: Date): Grant {
  return {
    cause: 'trusted-actor',
    by: nameOf(actor),
    since: time,
    receivedAt: now,
    eventId,
    confirmed: true,
  };
}

/**
 * Other policies accept what they find; but not what was found under the earlier ones already, and
 * waits for its event. What an operator has accepted stands whatever the policies are.
 */
function mayBeAdopted(rule: Rule, cause: AdoptionCause, view: GroupView, now: Date): boolean {
  if (cause === 'first-contact' || cause === 'came-back') return true;
  const entry = view.ledger.entries.get(ruleKey(rule));
  const living = livingGrants(entry, now);
  if (living.some((grant) => grant.cause === 'operator')) return false;
  // Found before, while a policy excluded it: that policy is not to accept it by the way.
  if (cause === 'other-policies' && living.some((grant) => grant.exceptFor)) return false;
  if (cause === 'enforced-now') return true;
  return entry?.unexplainedSince === undefined && !isAnsweredAlready(rule, view, now);
}

/**
 * Whether a policy that held for the group before has the rule taken away: anyone who may tag can
 * choose the moment in which another one comes to hold, and must not have rules accepted by that.
 */
function isAnsweredAlready(rule: Rule, view: GroupView, now: Date): boolean {
  const { ledger, group, configuration } = view;
  if (!ledger.record) return false;
  const prefixLists = takenAsKnown(rule, view.prefixLists);
  const policies = heldBefore(ledger.record, configuration);
  const hints = { ...NO_RULES, byTrustedActor: false };
  const entry = ledger.entries.get(ruleKey(rule));
  return violationsUnder(rule, livingGrants(entry, now), {
    groupId: view.details.id,
    group,
    ledger,
    policies: policies.map(withoutDisabling),
    prefixLists,
    hints,
    now,
  }).some(({ response }) => response !== 'notifyOnly');
}

/** What a trusted actor has added stays that. */
function otherGrants(rule: Rule, ledger: GroupLedger, now: Date): readonly Grant[] {
  return livingGrants(ledger.entries.get(ruleKey(rule)), now).filter(
    ({ cause }) => cause !== 'adopted',
  );
}

/** None while the list is being changed: its version may be the earlier or the later one. */
function versionOf(rule: Rule, prefixLists: PrefixLists): { prefixListVersion?: number } {
  const list = listOf(rule, prefixLists);
  if (list?.version === undefined || list.isChanging) return {};
  return { prefixListVersion: list.version };
}
