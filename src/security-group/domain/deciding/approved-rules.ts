import { APPROVED_UNTIL_TAG, type AskedChange } from '../asking/asked-change';
import { type Grant, isAdopted, type LedgerEntry } from '../ledger/ledger';
import type { LedgerChange } from '../ledger/ledger-store';
import {
  type GroupReading,
  readGroup,
  type Surroundings,
  UnfinishedError,
} from '../responding/respond-in-group';
import type { PrefixLists } from '../rules/prefix-list';
import type { Rule } from '../rules/rule';

/** Once, however often. What suspended earlier grants ends: the rule is there again. */
export function withGrant(
  rule: Rule,
  entry: LedgerEntry | undefined,
  grant: Grant,
  lists: PrefixLists,
): LedgerEntry {
  const version =
    rule.peer.kind === 'prefixList' ? lists.get(rule.peer.prefixListId)?.version : undefined;
  const others = (entry?.grants ?? []).filter(({ requestId }) => requestId !== grant.requestId);
  return {
    revision: 0,
    ...entry,
    rule,
    grants: [...others, grant],
    suspension: undefined,
    unexplainedSince: undefined,
    missingSince: undefined,
    ...(version !== undefined && { prefixListVersion: version }),
  };
}

/**
 * What a modified rule was: for good it is that no more; for a time, it is to be that again
 * afterwards.
 */
export function replaced(entry: LedgerEntry, { requestId, until }: Grant): LedgerChange {
  return until && requestId !== undefined
    ? put({ ...entry, suspension: { requestId, until } })
    : { kind: 'remove', entry };
}

export function put(entry: LedgerEntry): LedgerChange {
  return { kind: 'put', entry };
}

/** As if nobody had asked. */
export function withoutRequest(entry: LedgerEntry, requestId: string | undefined): LedgerEntry {
  const { suspension, ...rest } = entry;
  const grants = entry.grants.filter((grant) => grant.requestId !== requestId);
  return {
    ...rest,
    grants,
    ...(suspension && suspension.requestId !== requestId && { suspension }),
  };
}

/** On a rule that is there for a time, so that nobody has to know the sentry to see it. */
export async function tagAll(
  rules: readonly Rule[],
  until: Date,
  { groups }: Surroundings,
): Promise<void> {
  await Promise.all(
    rules.map(
      async ({ id }) =>
        id && groups.tag(id, { key: APPROVED_UNTIL_TAG, value: until.toISOString() }),
    ),
  );
}

/**
 * The group, once it is adopted: before, the ledger is no ground to add anything. Undefined where
 * it is watched no more.
 */
export async function adoptedReading(
  asked: AskedChange,
  surroundings: Surroundings,
): Promise<GroupReading | undefined> {
  const reading = await readGroup(asked.group.id, surroundings);
  if (isAdopted(reading.ledger)) return reading;
  if (reading.ledger.record) return undefined;
  throw new UnfinishedError(
    asked.group.id,
    'it is not adopted yet: what was approved is applied after the first run of reconcile.',
  );
}

export function withTag(rule: Rule, until: Date): Rule {
  const others = (rule.tags ?? []).filter(({ key }) => key !== APPROVED_UNTIL_TAG);
  return { ...rule, tags: [...others, { key: APPROVED_UNTIL_TAG, value: until.toISOString() }] };
}
