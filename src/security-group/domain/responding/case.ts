import { type GroupReading, lookUntil } from './read-group';
import type { Sentry } from './sentry';
import type { Target } from './target';
import { TRIES_THAT_WAIT } from './tries-that-wait';
import { plainText } from '../../../shared/domain/notification/plain-text';
import { namesAsItStands, namesStanding } from '../changes/named-rules';
import type { GroupRules, SecurityGroups } from '../groups/security-groups';
import { exclusionsInForce, exclusionText } from '../judging/exclusions';
import { entriesToConfirm } from '../judging/grounds';
import { judge } from '../judging/judge';
import type { Judgement } from '../judging/judgement';
import { chargedLists, type GoneOpening, openedByGoneEntries } from '../judging/list-changes';
import type { Situation } from '../judging/situation';
import { grantsOf, hangsOnDoubt, peersThatDecide, violationsOf } from '../judging/violations';
import { confirmGrants } from '../learning/event-history';
import { EMPTY_LEDGER, entryOf, type GroupLedger, type LedgerEntry } from '../ledger/ledger';
import { type PeerInDoubt, peersInDoubt } from '../policies/peers-in-doubt';
import type { Notice } from '../reporting/change-report';
import { listDoubt, listOf, mayBeReadLater } from '../rules/prefix-list';
import { prefixListIds, type Rule, ruleKey } from '../rules/rule';
import { namedRuleText } from '../rules/rule-text';

/** A target as it stands, and what is to be said and done about it. */
export interface Case {
  readonly target: Target;
  readonly sentry: Sentry;
  readonly situation: Situation;
  /** Those that are answered: a rule that waits, or violates nothing, is not. */
  readonly judgements: readonly Judgement[];
  readonly notices: readonly Notice[];
}

/** Judges the group as it stands. */
export async function openCase(target: Target, sentry: Sentry): Promise<Case> {
  const situation = await situationOf(target, sentry);
  const judgements = judge(situation).filter(isAnswerable);
  const notices = [
    ...target.notices,
    ...doubtsAbout(situation, judgements),
    ...excludedByPolicies(situation),
  ];
  return { target, sentry, situation, judgements, notices };
}

/**
 * An event may come again much later, from a dead-letter queue, and its first try have come to no
 * end.
 */
const FRESH_FOR_MILLISECONDS = 5 * 60_000;

/** Nothing is to be answered or notified, and no earlier try can have begun to. */
export function isClosed({ target, sentry, judgements, notices }: Case): boolean {
  const { tries, clock } = sentry.ports;
  const age = clock.now().getTime() - target.call.time.getTime();
  const isFirst = tries === 1 && (target.ahead?.claim.intent ?? []).length === 0;
  return judgements.length === 0 && notices.length === 0 && isFirst && age < FRESH_FOR_MILLISECONDS;
}

/**
 * What is not known yet, where nothing is to be done without it: a list's change or content, or the
 * ranges of a VPC. The event is better handled when it is known.
 */
export function awaited({ situation, sentry, judgements }: Case): string | undefined {
  const acts = judgements.some(({ verdict }) => verdict !== 'keep');
  if (acts || sentry.ports.tries > TRIES_THAT_WAIT) return undefined;
  const list = awaitedList(situation);
  if (list !== undefined) return `the entries of the prefix list ${list}`;
  const peer = undecidedPeers(situation).find((one) => one.mayBeReadLater);
  return peer && `the ranges of ${peer.peer}`;
}

function awaitedList(situation: Situation): string | undefined {
  const { hints, prefixLists } = situation;
  return listRules(situation)
    .flatMap((rule) => {
      const list = listOf(rule, prefixLists);
      if (!list) return [];
      const isOnItsWay = list.isChanging && list.id === hints.changedPrefixList?.id;
      const isUnread = mayBeReadLater(list) && hangsOnDoubt(rule, situation);
      return isOnItsWay || isUnread ? [list.id] : [];
    })
    .at(0);
}

function isAnswerable({ verdict, violations }: Judgement): boolean {
  return verdict !== 'wait' && violations.length > 0;
}

async function situationOf(
  target: Target,
  { configuration, ports: { groups, history, clock } }: Sentry,
): Promise<Situation> {
  const { policies, trustedActors } = configuration;
  const { groupId, hints } = target;
  const ledger = await ledgerOfExisting(target, groups);
  const lists = await groups.prefixLists(listsNamedIn(target.reading));
  const prefixLists = chargedLists(lists, hints);
  const given = { groupId, ledger, policies, prefixLists, hints, now: clock.now() };
  const seen = (group: GroupRules) =>
    judge({ ...given, group })
      .filter(isAnswerable)
      .every(({ present, change }) => present || change === 'removed');
  const group = await lookUntil(groupId, target.reading.group, groups, clock, seen);
  const situation = { ...given, group };
  const unconfirmed = entriesToConfirm(situation);
  if (unconfirmed.length === 0) return situation;
  const confirmed = await Promise.all(
    unconfirmed.map((entry) =>
      confirmGrants(entry, groupId, history, trustedActors).catch(leftUnconfirmed(entry)),
    ),
  );
  const entries = new Map([
    ...ledger.entries,
    ...confirmed.map((entry) => [ruleKey(entry.rule), entry] as const),
  ]);
  return { ...situation, ledger: { ...ledger, entries } };
}

/** A history that cannot be asked confirms nothing, for now; that is all. */
function leftUnconfirmed(entry: LedgerEntry): () => LedgerEntry {
  return () => entry;
}

/** A group without any rules may be gone altogether: nothing of it is missing then. */
async function ledgerOfExisting(
  { groupId, reading: { ledger, group } }: Target,
  groups: SecurityGroups,
): Promise<GroupLedger> {
  if (group.rules.length > 0 || group.unreadableRuleIds.length > 0 || ledger.entries.size === 0) {
    return ledger;
  }
  const found = await groups.find({ kind: 'ids', groupIds: [groupId] });
  return found.length > 0
    ? ledger
    : { ...EMPTY_LEDGER, record: ledger.record, repeats: ledger.repeats };
}

function listsNamedIn({ ledger, group }: GroupReading): string[] {
  const rules = [...group.rules, ...[...ledger.entries.values()].map(({ rule }) => rule)];
  return prefixListIds(rules);
}

function doubtsAbout(situation: Situation, judgements: readonly Judgement[]): Notice[] {
  const { hints, group } = situation;
  // The event itself has told of these, before what it only points to is answered.
  const unread = hints.unexplainedIds ? [] : group.unreadableRuleIds;
  const unseen = unseenLists(situation);
  const undecided = undecidedPeers(situation);
  return [
    ...(undecided.length > 0
      ? [
          doubt(
            `What these peers of policies mean is not known in full, and nothing was reverted for it: ${undecided.map(({ peer, reason }) => `${peer} (${plainText(reason)})`).join(', ')}.`,
          ),
        ]
      : []),
    ...(unseen.length > 0
      ? [
          doubt(
            `The entries of these prefix lists cannot be read, and were not judged: ${unseen.join(', ')}.`,
          ),
        ]
      : []),
    ...openedByGoneEntries(situation).map(noticeOfGoneEntries),
    ...(hints.notAsked !== undefined && judgements.length > 0
      ? [
          doubt(
            `CloudTrail's event history could not be asked who did it: ${plainText(hints.notAsked)}.`,
          ),
        ]
      : []),
    ...(hints.complete ? [] : [doubt(doubtAboutEvent(situation))]),
    ...(unread.length > 0
      ? [
          doubt(
            `These rules of the group cannot be read, and were not judged: ${unread.join(', ')}.`,
          ),
        ]
      : []),
  ];
}

/** More would only fill the message. */
const ENTRIES_IN_NOTICE = 5;

function noticeOfGoneEntries({ rule, cidrs, violations }: GoneOpening): Notice {
  const others = cidrs.length - ENTRIES_IN_NOTICE;
  return {
    severity: 'high',
    text: [
      `The call put ${cidrs.slice(0, ENTRIES_IN_NOTICE).join(', ')}${others > 0 ? ` and ${others} more entries` : ''} into the prefix list that ${rule.id ?? 'a rule'} names, and they are gone by now.`,
      `While they were there: ${violations.map(({ reason }) => reason).join('; ')}.`,
    ].join(' '),
  };
}

function doubt(text: string): Notice {
  return { severity: 'high', text };
}

/** Rules that the event wrote, and that policies would answer but for their exclusions. */
function excludedByPolicies(situation: Situation): Notice[] {
  const { group, hints, ledger } = situation;
  return group.rules
    .filter((rule) => namesAsItStands(hints, rule))
    .flatMap((rule) => {
      const entry = entryOf(rule, ledger);
      const grants = grantsOf(rule, entry, { ...situation, policies: [] });
      return exclusionsInForce(rule, situation)
        .filter(({ policy: { excluding: _, ...policy } }) => {
          const alone = { ...situation, policies: [policy] };
          return violationsOf(rule, entry, grants, alone).length > 0;
        })
        .map(({ policy, exclusion }): Notice => ({
          severity: 'low',
          text: `${namedRuleText(rule)} stands: the policy ${policy.name ?? policy.baseline.kind} excludes it ${exclusionText(exclusion)}.`,
        }));
    });
}

/** With why, and whatever is known of them judged all the same. */
function unseenLists(situation: Situation): string[] {
  const { prefixLists } = situation;
  const unseen = listRules(situation).flatMap((rule): [string, string][] => {
    const reason = listDoubt(rule, prefixLists);
    if (reason === undefined || !hangsOnDoubt(rule, situation)) return [];
    return prefixListIds([rule]).map((id) => [id, reason]);
  });
  return [...new Map(unseen)].map(([id, reason]) => `${id} (${plainText(reason)})`);
}

/** Peers of policies that decide about a rule that the event may be about. */
function undecidedPeers(situation: Situation): PeerInDoubt[] {
  const { hints, group, policies } = situation;
  if (peersInDoubt(policies).length === 0) return [];
  const found = group.rules
    .filter((rule) => !hints.complete || namesStanding(hints, rule))
    .flatMap((rule) => peersThatDecide(rule, situation));
  return [...new Map(found.map((one) => [one.peer, one])).values()];
}

/** Rules that name a list, and that the event may be about. */
function listRules({ hints, group }: Situation): Rule[] {
  return group.rules.filter(
    (rule) =>
      rule.peer.kind === 'prefixList' &&
      (!hints.complete ||
        namesStanding(hints, rule) ||
        rule.peer.prefixListId === hints.changedPrefixList?.id),
  );
}

function doubtAboutEvent({ group, policies, ledger }: Situation): string {
  const isLockedBlindly =
    policies.some(({ baseline }) => baseline.kind === 'locked') && !ledger.record;
  return [
    `The event does not name its rules in a form that can be read, so the group was judged as it stands, with its ${group.rules.length} rules.`,
    ...(isLockedBlindly
      ? [
          'The group is locked, but not adopted yet: no one can say which of its rules are new. Look at it.',
        ]
      : []),
  ].join(' ');
}
