import type { KnownRule, KnownRules } from './known-rules';
import {
  DOUBTS,
  type RehearsalDoubt,
  type RehearsedRule,
  type RehearsedVerdict,
} from './rehearsal';
import type { Change } from '../changes/change';
import { type NamedRules, NO_RULES, type RuleReference } from '../changes/named-rules';
import type { GroupDetails } from '../groups/group';
import { DEFAULT_GROUP } from '../groups/rules-of-new-group';
import { judge } from '../judging/judge';
import { type Judgement, strongest } from '../judging/judgement';
import type { Situation } from '../judging/situation';
import { hangsOnDoubt, peersThatDecide } from '../judging/violations';
import type { GroupLedger, LedgerEntry } from '../ledger/ledger';
import { configurationFor } from '../policies/configuration-for';
import type { SentryConfiguration } from '../policies/sentry-configuration';
import { hintsOf } from '../responding/event-hints';
import { listOf, type PrefixLists } from '../rules/prefix-list';
import { ALL_PROTOCOLS } from '../rules/protocol';
import { canonicalRule, type Rule, ruleKey } from '../rules/rule';

/** What a change is judged by. */
export interface RehearsalGround {
  readonly configuration: SentryConfiguration;
  /** As they are today. */
  readonly prefixLists: PrefixLists;
}

/** What would have been done about a change to one group. */
export interface RehearsedRules {
  readonly rules: readonly RehearsedRule[];
  readonly doubts: readonly RehearsalDoubt[];
}

/** One change to one group, and what is known of that at the time. */
export interface ChangeInGroup {
  readonly change: Change;
  readonly group: GroupDetails;
  readonly known: KnownRules;
}

/**
 * Judges the rules that a call wrote or took away, with the judge of the sentry, as if the group
 * had been adopted before; and keeps in mind what they are now.
 */
export function rehearseChange(
  { change, group, known }: ChangeInGroup,
  ground: RehearsalGround,
): RehearsedRules {
  const named = namedBy(change, group);
  const changed = changedRules(named, known);
  const situation = situationOf(change, group, named, changed, ground);
  const judgements = judge(situation).filter((judgement) => !isToldElsewhere(judgement, changed));
  remember(judgements, changed, known);
  const isHeld = holdsWhatStands(situation);
  const rules = [
    ...judgements.map(rehearsed),
    ...changed.indifferent,
    ...(isHeld ? [] : changed.unknown),
  ];
  const isBeforeMissed =
    changed.undirected.length > 0 && rules.some(({ verdict }) => verdict !== 'allow');
  const doubts: Readonly<Partial<Record<RehearsalDoubt, boolean>>> = {
    'rules-not-named': !named.complete,
    'list-in-doubt': writtenRules(changed).some((rule) => hangsOnDoubt(rule, situation)),
    'peer-in-doubt': hasPeerInDoubt(writtenRules(changed), situation),
    'values-unknown':
      changed.areValuesUnread || isBeforeMissed || (isHeld && changed.unknown.length > 0),
  };
  return { rules, doubts: DOUBTS.filter((doubt) => doubts[doubt]) };
}

/** The group as the call left it, in so far as the call has to do with it. */
function situationOf(
  change: Change,
  group: GroupDetails,
  named: NamedRules,
  changed: ChangedRules,
  { configuration, prefixLists }: RehearsalGround,
): Situation {
  const described = changed.described.map(({ rule }) => rule);
  return {
    groupId: group.id,
    group: { rules: [...changed.written, ...described], unreadableRuleIds: [] },
    ledger: ledgerOf(
      group.id,
      [...changed.earlier, ...changed.removed, ...changed.described.map(({ earlier }) => earlier)],
      prefixLists,
    ),
    // By the tags that the group has today: those of then are not known.
    policies: configurationFor(configuration, group, undefined).policies,
    prefixLists,
    hints: {
      ...hintsOf(change, configuration, group.name),
      ...named,
      complete: true,
      absent: changed.removed.map((rule) => ({ rule })),
      described: described.map((rule) => ({ rule })),
    },
    now: change.time,
  };
}

/** Whether the values that a rule had count: `locked` alone asks for them. */
function holdsWhatStands({ hints, policies }: Situation): boolean {
  return !hints.byTrustedActor && policies.some(({ baseline }) => baseline.kind === 'locked');
}

function writtenRules({ written, undirected }: ChangedRules): Rule[] {
  return [...written, ...undirected];
}

function hasPeerInDoubt(rules: readonly Rule[], situation: Situation): boolean {
  return rules.some((rule) => peersThatDecide(rule, situation).length > 0);
}

/** What happens if its entries change is judged in every group that names the list. */
export function rehearseListChange(
  change: Change & { readonly subject: { readonly kind: 'prefix-list' } },
  naming: readonly Rule[],
  group: GroupDetails,
  { configuration, prefixLists }: RehearsalGround,
): RehearsedRules {
  const { prefixListId, written } = change.subject;
  if (!written) return { rules: [], doubts: ['list-entries-unknown'] };
  // Judged by what the call put in alone: what else was there then, no one knows.
  const charged = {
    id: prefixListId,
    isAwsManaged: false,
    version: 1,
    cidrs: written.added,
  };
  const situation: Situation = {
    groupId: group.id,
    group: { rules: naming, unreadableRuleIds: [] },
    // Of no version: whichever it was, the call made another.
    ledger: ledgerOf(group.id, naming, new Map()),
    policies: configurationFor(configuration, group, undefined).policies,
    prefixLists: new Map([...prefixLists, [prefixListId, charged]]),
    hints: {
      ...NO_RULES,
      byTrustedActor: hintsOf(change, configuration).byTrustedActor,
      changedPrefixList: { id: prefixListId, written },
    },
    now: change.time,
  };
  return {
    rules: judge(situation).map(rehearsed),
    doubts: hasPeerInDoubt(naming, situation) ? ['peer-in-doubt'] : [],
  };
}

/** A group comes with rules of its own, of which no record tells. */
function namedBy({ subject, rules }: Change, { id, name }: GroupDetails): NamedRules {
  if (subject.kind !== 'group-created' && subject.kind !== 'vpc-created') return rules;
  const everythingOut = canonicalRule({
    direction: 'egress',
    protocol: ALL_PROTOCOLS,
    ipRange: '0.0.0.0/0',
  });
  const fromItself =
    name === DEFAULT_GROUP
      ? canonicalRule({ direction: 'ingress', protocol: ALL_PROTOCOLS, groupId: id })
      : undefined;
  return {
    ...NO_RULES,
    present: [everythingOut, fromItself].flatMap((rule) => rule ?? []),
  };
}

/** What a call did to the rules of a group, as far as that is known. */
interface ChangedRules {
  /** With the values that it wrote. */
  readonly written: readonly Rule[];
  /** Written, and no one knows whether for traffic in or out. */
  readonly undirected: readonly Rule[];
  /** The values that modified rules had before. */
  readonly earlier: readonly Rule[];
  readonly described: readonly { readonly rule: Rule; readonly earlier: Rule }[];
  readonly removed: readonly Rule[];
  /** Removed or described, and nothing depends on it: they would not have stood. */
  readonly indifferent: readonly RehearsedRule[];
  /** Removed or described by an id that nothing else tells of: only `locked` asks for them. */
  readonly unknown: readonly RehearsedRule[];
  /** Whether the new values of some cannot be read. */
  readonly areValuesUnread: boolean;
}

function changedRules(named: NamedRules, known: KnownRules): ChangedRules {
  const directed = named.modifiedTo.map((values) => {
    const before = known.withId(values.id);
    return before ? { ...values, direction: before.rule.direction } : values;
  });
  const isDirected = ({ id }: Rule) => known.withId(id) !== undefined;
  const absent = meantRules(named.absent, 'removed', known);
  const described = meantRules(named.described, 'described', known);
  const meant = [...absent, ...described];
  const allowed = ({ found, change }: MeantRule): RehearsedRule => ({
    ...(found && { rule: found.rule }),
    change,
    verdict: 'allow',
    reasons: [],
  });
  return {
    written: [...named.present, ...directed.filter(isDirected)],
    undirected: directed.filter((rule) => !isDirected(rule)),
    earlier: named.modifiedIds.flatMap((id) => {
      const before = known.withId(id);
      return before?.wouldStand ? [before.rule] : [];
    }),
    described: described.flatMap(({ reference, found }) =>
      found?.wouldStand ? [describedRule(reference, found.rule)] : [],
    ),
    removed: absent.flatMap(({ found }) => (found?.wouldStand ? [found.rule] : [])),
    indifferent: meant.filter(({ found }) => found && !found.wouldStand).map(allowed),
    unknown: meant.filter(({ found }) => !found).map(allowed),
    areValuesUnread: named.modifiedIds.some(
      (id) => !named.modifiedTo.some((values) => values.id === id),
    ),
  };
}

interface MeantRule {
  readonly reference: RuleReference;
  readonly change: 'removed' | 'described';
  readonly found: KnownRule | undefined;
}

function meantRules(
  references: readonly RuleReference[],
  change: MeantRule['change'],
  known: KnownRules,
): MeantRule[] {
  return references.map((reference) => ({ reference, change, found: known.meantBy(reference) }));
}

/** No description that anyone gives. */
const UNKNOWN_DESCRIPTION = '(the description of before, which no record tells)';

function describedRule({ rule }: RuleReference, meant: Rule) {
  return {
    rule: { ...meant, description: rule?.description },
    earlier: { ...meant, description: UNKNOWN_DESCRIPTION },
  };
}

/** As if the sentry had found these rules, and these lists, when it adopted the group. */
function ledgerOf(groupId: string, rules: readonly Rule[], lists: PrefixLists): GroupLedger {
  const since = new Date(0);
  const entry = (rule: Rule): LedgerEntry => {
    const version = listOf(rule, lists)?.version;
    return {
      rule,
      grants: [{ cause: 'adopted', by: 'a rehearsal', since }],
      revision: 0,
      ...(version !== undefined && { prefixListVersion: version }),
    };
  };
  return {
    record: { groupId, adoptedAt: since, adoptedWhile: 'ENFORCE', policies: '', selection: '' },
    entries: new Map(rules.map((rule) => [ruleKey(rule), entry(rule)])),
    repeats: [],
  };
}

/** What a modified rule was before is told with what it is now. */
function isToldElsewhere({ change, rule }: Judgement, { earlier }: ChangedRules): boolean {
  return change === 'removed' && earlier.includes(rule);
}

const VERDICTS: Readonly<Record<Judgement['verdict'], RehearsedVerdict>> = {
  revoke: 'revert',
  restore: 'restore',
  ask: 'ask',
  keep: 'notify',
  wait: 'notify',
};

function rehearsed({ rule, change, verdict, violations, notRestorable }: Judgement): RehearsedRule {
  if (violations.length === 0) return { rule, change, verdict: 'allow', reasons: [] };
  const winning = strongest(violations);
  // Values in a direction that no one knows are taken for gone, about which no one is asked.
  const isAsked = verdict === 'keep' && winning?.response === 'revertIfDenied';
  return {
    rule,
    change,
    verdict: isAsked ? 'ask' : VERDICTS[verdict],
    ...(winning && { response: winning.response }),
    reasons: [
      ...violations.map(({ reason }) => reason),
      ...(notRestorable ? [`it could not be put back: ${notRestorable.reason}`] : []),
    ],
  };
}

/** So that later changes find what this one left. */
function remember(
  judgements: readonly Judgement[],
  { written, undirected, earlier, removed, described }: ChangedRules,
  known: KnownRules,
): void {
  removed.forEach((rule) => known.forget(rule));
  earlier.forEach((rule) => known.forget(rule));
  described.forEach(({ rule }) => known.keep({ rule, wouldStand: true }));
  const keys = new Set([...written, ...undirected].map(ruleKey));
  for (const { rule, verdict, restored } of judgements) {
    if (!keys.has(ruleKey(rule))) continue;
    if (restored) known.keep({ rule: restored, wouldStand: true });
    else known.keep({ rule, wouldStand: verdict !== 'revoke' });
  }
}
