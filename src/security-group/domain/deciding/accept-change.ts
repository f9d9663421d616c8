import { tagAll } from './approved-until-tag';
import type { CarriedOut } from '../../../approval/domain/ask-result';
import { timeText } from '../../../approval/domain/request-text';
import type { AskedChange, AskedRule } from '../asking/asked-change';
import { put, replaced, withGrant, withoutRequest } from '../ledger/grants';
import { type Grant, type GroupLedger, isAdopted, type LedgerEntry } from '../ledger/ledger';
import type { LedgerChange } from '../ledger/ledger-store';
import type { Ports } from '../responding/ports';
import { readGroup } from '../responding/read-group';
import { UnfinishedError } from '../responding/unfinished-error';
import { type PrefixLists, whyUnread } from '../rules/prefix-list';
import { prefixListIds, type Rule, ruleKey } from '../rules/rule';

/** Lets stand what stands. */
export async function acceptChange(
  grant: Grant,
  asked: AskedChange,
  ports: Ports,
): Promise<CarriedOut> {
  const {
    group: { rules },
    ledger,
  } = await readGroup(asked.group.id, ports);
  const standing = new Map(rules.map((rule) => [ruleKey(rule), rule]));
  const gone = asked.rules.filter(
    ({ rule, change }) => standing.has(ruleKey(rule)) === (change === 'removed'),
  );
  const lists = await ports.groups.prefixLists(prefixListIds(asked.rules.map(({ rule }) => rule)));
  const unread = whyUnread(lists);
  if (unread !== undefined) throw new UnfinishedError(asked.group.id, unread);
  const changes = asked.rules.flatMap((one) => acceptanceOf(one, standing, grant, ledger, lists));
  if (isAdopted(ledger)) await ports.ledger.write(asked.group.id, changes);
  if (grant.until) {
    await tagAll(
      asked.rules.flatMap(({ rule }) => standing.get(ruleKey(rule)) ?? []),
      grant.until,
      ports,
    );
  }
  if (gone.length > 0) {
    return {
      outcome: 'conflicting',
      text: `${gone.length} of ${asked.rules.length} rules are not any more as they were when it was asked.`,
    };
  }
  return {
    outcome: 'carried-out',
    text: grant.until ? `It stays until ${timeText(grant.until)}.` : 'It stays.',
  };
}

function acceptanceOf(
  { rule, before, change }: AskedRule,
  rules: ReadonlyMap<string, Rule>,
  grant: Grant,
  ledger: GroupLedger,
  lists: PrefixLists,
): LedgerChange[] {
  const standing = rules.get(ruleKey(rule));
  const entry = ledger.entries.get(ruleKey(rule));
  if (change === 'removed') {
    return entry && !standing ? [{ kind: 'remove', entry }] : unasked(entry, grant);
  }
  if (change === 'described') return entry && standing ? [put({ ...entry, rule: standing })] : [];
  const earlier = before && ledger.entries.get(ruleKey(before));
  if (!standing) return [...unasked(entry, grant), ...unasked(earlier, grant)];
  const accepted = put(withGrant(standing, entry, grant, lists));
  // Someone has put there again what it was.
  if (before && rules.has(ruleKey(before))) return [accepted, ...unasked(earlier, grant)];
  return [accepted, ...(earlier ? [replaced(earlier, grant)] : [])];
}

function unasked(entry: LedgerEntry | undefined, { requestId }: Grant): LedgerChange[] {
  return entry ? [put(withoutRequest(entry, requestId))] : [];
}
