import type { GroupView } from './group-view';
import type { GroupDetails } from '../groups/group';
import type { Violation } from '../judging/judgement';
import { bareViolations } from '../judging/violations';
import {
  type Grant,
  type GroupLedger,
  type GroupRecord,
  isAdopted,
  livingGrants,
} from '../ledger/ledger';
import type { LedgerChange } from '../ledger/ledger-store';
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
  /** Rules that violate a baseline, but for `locked`, which accepts what it finds. */
  readonly violating: readonly { readonly rule: Rule; readonly violations: readonly Violation[] }[];
  readonly changes: readonly LedgerChange[];
  readonly record: GroupRecord;
}

export function adoptionCause(
  { record }: GroupLedger,
  { mode, digests }: SentryConfiguration,
): AdoptionCause | undefined {
  if (!record) return 'first-contact';
  if (record.releasedAt) return 'came-back';
  if (record.adoptedWhile === 'OBSERVE' && mode === 'ENFORCE') return 'enforced-now';
  return record.policies === digests.policies ? undefined : 'other-policies';
}

/**
 * Never are rules taken away because someone ran a deployment: what stands there is accepted,
 * unless the user wants violations answered.
 */
export function adopt(
  { details, group: { rules }, ledger, prefixLists }: GroupView,
  cause: AdoptionCause,
  configuration: SentryConfiguration,
  sentry: string,
  now: Date,
): Adoption {
  const adopted: Grant = { cause: 'adopted', by: sentry, since: now };
  const candidates = rules.filter((rule) => mayBeAdopted(rule, cause, ledger, now));
  const judged = candidates.map((rule) => ({
    rule,
    violations: bareViolations(rule, configuration.policies, takenAsKnown(rule, prefixLists)),
  }));
  const isLeft = (violations: readonly Violation[]) =>
    configuration.existingViolations === 'REPORT' ||
    violations.every(({ response }) => response === 'notifyOnly');
  const standing = new Set(rules.map(ruleKey));
  return {
    group: details,
    cause,
    ruleCount: rules.length,
    violating: judged.filter(({ violations }) => violations.length > 0),
    changes: [
      ...judged.map(({ rule, violations }): LedgerChange => ({
        kind: 'put',
        entry: {
          ...versionOf(rule, prefixLists),
          revision: ledger.entries.get(ruleKey(rule))?.revision ?? 0,
          rule,
          grants: [...otherGrants(rule, ledger, now), ...(isLeft(violations) ? [adopted] : [])],
          ...(!isLeft(violations) && { unexplainedSince: new Date(0) }),
        },
      })),
      // What is missing when a group comes back was not taken from under the sentry's eyes.
      ...[...ledger.entries.values()]
        .filter(({ rule }) => !isAdopted(ledger) && !standing.has(ruleKey(rule)))
        .map((entry): LedgerChange => ({ kind: 'remove', entry })),
    ],
    record: {
      groupId: details.id,
      name: details.name,
      vpcId: details.vpcId,
      adoptedAt: now,
      adoptedWhile: configuration.mode,
      policies: configuration.digests.policies,
      selection: configuration.digests.selection,
    },
  };
}

/**
 * Other policies accept what they find; but not what was found under the earlier ones already, and
 * waits for its event. What an operator has accepted stands whatever the policies are.
 */
function mayBeAdopted(rule: Rule, cause: AdoptionCause, ledger: GroupLedger, now: Date): boolean {
  if (cause === 'first-contact' || cause === 'came-back') return true;
  const entry = ledger.entries.get(ruleKey(rule));
  if (livingGrants(entry, now).some((grant) => grant.cause === 'operator')) return false;
  return cause === 'enforced-now' || entry?.unexplainedSince === undefined;
}

/** Of a group that is adopted, what a trusted actor has added stays that. */
function otherGrants(rule: Rule, ledger: GroupLedger, now: Date): readonly Grant[] {
  if (!isAdopted(ledger)) return [];
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
