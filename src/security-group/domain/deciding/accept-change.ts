import { tagAll } from './approved-until-tag';
import { endText, type RuleInState, statesText } from './outcome-text';
import type { CarriedOut } from '../../../approval/domain/ask-result';
import { type AskedChange, type AskedRule, asShown } from '../asking/asked-change';
import { put, replaced, withGrant, withoutRequest } from '../ledger/grants';
import type { Grant, GroupLedger, LedgerEntry } from '../ledger/ledger';
import type { LedgerChange } from '../ledger/ledger-store';
import type { Ports } from '../responding/ports';
import { readGroup } from '../responding/read-group';
import { UnfinishedError } from '../responding/unfinished-error';
import { type PrefixLists, whyUnread } from '../rules/prefix-list';
import { isDescribedAlike, prefixListIds, type Rule, ruleKey, withTagsOf } from '../rules/rule';

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
  const lists = await ports.groups.prefixLists(prefixListIds(asked.rules.map(({ rule }) => rule)));
  const unread = whyUnread(lists);
  if (unread !== undefined) throw new UnfinishedError(asked.group.id, unread);
  const changes = asked.rules.flatMap((one) => acceptanceOf(one, standing, grant, ledger, lists));
  // Before the group is adopted, it is a note: the rule is not adopted with the rest.
  await ports.ledger.write(asked.group.id, changes);
  const accepted = asked.rules.flatMap((one) => standingAsAsked(one, standing) ?? []);
  const untagged = grant.until ? await tagAll(asked.group.id, accepted, grant.until, ports) : '';
  const concluded = conclusion(grant, asked, standing);
  return { ...concluded, text: `${concluded.text}${untagged}` };
}

type Standing = ReadonlyMap<string, Rule>;

function conclusion({ until }: Grant, { rules }: AskedChange, standing: Standing): CarriedOut {
  const states = rules.map((rule): RuleInState => {
    const stands = standingAsAsked(rule, standing) !== undefined;
    return { rule, state: stands === (rule.change !== 'removed') ? 'accepted' : 'not-as-asked' };
  });
  if (states.some(({ state }) => state === 'not-as-asked')) {
    return { outcome: 'conflicting', text: statesText(states) };
  }
  return { outcome: 'carried-out', text: `${statesText(states)}${endText(until)}` };
}

/** A description is a value of its own: another one than was shown has not been approved. */
function standingAsAsked({ rule, change }: AskedRule, standing: Standing): Rule | undefined {
  const found = standing.get(ruleKey(rule));
  if (!found) return undefined;
  return change === 'described' && !isDescribedAlike(found, rule) ? undefined : found;
}

function acceptanceOf(
  one: AskedRule,
  rules: Standing,
  grant: Grant,
  ledger: GroupLedger,
  lists: PrefixLists,
): LedgerChange[] {
  const { rule, before, change } = one;
  const standing = standingAsAsked(one, rules);
  const entry = ledger.entries.get(ruleKey(rule));
  if (change === 'removed') {
    return entry && !standing ? [{ kind: 'remove', entry }] : unasked(entry, grant);
  }
  if (change === 'described') {
    return entry && standing ? [put({ ...entry, rule: withTagsOf(standing, entry.rule) })] : [];
  }
  const earlier = before && ledger.entries.get(ruleKey(before));
  if (!standing) return [...unasked(entry, grant), ...unasked(earlier, grant)];
  const accepted = put(
    withGrant({ ...asShown(one), ...(standing.id && { id: standing.id }) }, entry, grant, lists),
  );
  // Someone has put there again what it was.
  if (before && rules.has(ruleKey(before))) return [accepted, ...unasked(earlier, grant)];
  return [accepted, ...(earlier ? [replaced(earlier, grant)] : [])];
}

function unasked(entry: LedgerEntry | undefined, { requestId }: Grant): LedgerChange[] {
  return entry ? [put(withoutRequest(entry, requestId))] : [];
}
