import { adoptedReading } from './adopted-reading';
import { NOT_ACTING, standingAs, whyForbidden, whyWithdrawn } from './apply-change';
import { tagAll } from './approved-until-tag';
import { endText, statesText } from './outcome-text';
import type { CarriedOut } from '../../../approval/domain/ask-result';
import { timeText } from '../../../approval/domain/request-text';
import type { AskedChange, AskedRule } from '../asking/asked-change';
import { NO_RULES } from '../changes/named-rules';
import type { Situation } from '../judging/situation';
import { put } from '../ledger/grants';
import type { Grant, GroupLedger, LedgerEntry } from '../ledger/ledger';
import type { LedgerChange } from '../ledger/ledger-store';
import { isPaused } from '../policies/sentry-configuration';
import type { Sentry } from '../responding/sentry';
import { UnfinishedError } from '../responding/unfinished-error';
import { whyUnread } from '../rules/prefix-list';
import { prefixListIds, ruleKey } from '../rules/rule';
import { ruleText } from '../rules/rule-text';

/** Of an approval request, with a later end. */
export type LaterGrant = Grant & Required<Pick<Grant, 'until' | 'requestId'>>;

/**
 * Has what was approved end later, as things stand now: all of it or, where something of it is not
 * any more as it was approved, nothing.
 */
export async function extendApproval(
  grant: LaterGrant,
  asked: AskedChange,
  { configuration, ports }: Sentry,
): Promise<CarriedOut> {
  const { groups, ledger, clock } = ports;
  const groupId = asked.group.id;
  const now = clock.now();
  if (configuration.mode === 'OBSERVE' || isPaused(configuration, now)) return NOT_ACTING;
  const [details] = await groups.find({ kind: 'ids', groupIds: [groupId] });
  if (!details) return conflicting(`The group ${groupId} does not exist any more.`);
  const reading = await adoptedReading(asked, ports);
  if (!reading) return conflicting(`The group ${groupId} is not watched any more.`);
  const prefixLists = await groups.prefixLists(prefixListIds(asked.rules.map(({ rule }) => rule)));
  const unread = whyUnread(prefixLists);
  if (unread !== undefined) throw new UnfinishedError(groupId, unread);
  const conflict = conflictIn(asked, grant, {
    groupId,
    ...reading,
    prefixLists,
    policies: configuration.policies,
    hints: { ...NO_RULES, byTrustedActor: false },
    now,
  });
  if (conflict !== undefined) return conflicting(conflict);
  await ledger.write(groupId, laterEnds(asked, grant, reading.ledger));
  const standing = asked.rules.flatMap(({ rule }) => standingAs(rule, reading.group) ?? []);
  const untagged = await tagAll(groupId, standing, grant.until, ports);
  const states = asked.rules.map((rule) => ({ rule, state: 'accepted' as const }));
  return {
    outcome: 'carried-out',
    text: `${statesText(states)}${endText(grant.until)}${untagged}`,
  };
}

function conflicting(why: string): CarriedOut {
  return { outcome: 'conflicting', text: `It is given no more time. ${why}` };
}

function conflictIn(
  { rules }: AskedChange,
  grant: LaterGrant,
  situation: Situation,
): string | undefined {
  if (grant.until <= situation.now) {
    return `More time was approved until ${timeText(grant.until)}, and that was over before.`;
  }
  const conflicts = rules.map(({ rule }) => {
    if (!standingAs(rule, situation.group)) return `${ruleText(rule)} does not stand any more.`;
    return whyForbidden(rule, grant, situation) ?? whyWithdrawn(rule, grant, situation.ledger);
  });
  return conflicts.find((conflict) => conflict !== undefined);
}

/** Of what is to end with the request: its grants, and the wait of what they took the place of. */
function laterEnds(
  { rules }: AskedChange,
  grant: LaterGrant,
  { entries }: GroupLedger,
): LedgerChange[] {
  const entriesOf = ({ rule, before }: AskedRule) =>
    [rule, ...(before ? [before] : [])].flatMap((one) => entries.get(ruleKey(one)) ?? []);
  return [...new Set(rules.flatMap(entriesOf))].map((entry) => put(endingLater(entry, grant)));
}

/** Never sooner: the same comes again, and may come after what was decided later. */
function endingLater(entry: LedgerEntry, { requestId, until }: LaterGrant): LedgerEntry {
  const later = <Timed extends Partial<Pick<Grant, 'requestId' | 'until'>>>(timed: Timed): Timed =>
    timed.requestId === requestId && timed.until && timed.until < until
      ? { ...timed, until }
      : timed;
  const { suspension } = entry;
  return {
    ...entry,
    grants: entry.grants.map(later),
    ...(suspension && { suspension: later(suspension) }),
  };
}
