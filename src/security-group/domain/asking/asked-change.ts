import { shownTags } from './shown-tags';
import type { DescribedPlace } from '../../../organization/domain/described-place';
import { roleOrNameOf } from '../changes/actor';
import type { Call } from '../changes/change';
import type { GroupDetails } from '../groups/group';
import { type RuleChange, strongest, type Violation } from '../judging/judgement';
import type { Situation } from '../judging/situation';
import { withGrant } from '../ledger/grants';
import { entryOf, type Grant, type LedgerEntry, type Suspension } from '../ledger/ledger';
import type { LedgerChange } from '../ledger/ledger-store';
import type { AskingResponse, EndUnanswered } from '../policies/policy';
import type { SentryConfiguration } from '../policies/sentry-configuration';
import type { RuleOutcome } from '../reporting/outcome';
import { ALL_PROTOCOLS, hasPorts } from '../rules/protocol';
import {
  type Rule,
  ruleKey,
  type RuleTag,
  tagsToGive,
  withoutTags,
  withTagsOf,
} from '../rules/rule';

/**
 * A change that people are asked about: what was done to which rules, and what the sentry made of
 * it.
 */
export interface AskedChange {
  readonly requestId: string;
  readonly workflow: string;
  /**
   * `revertUntilApproved`: it was reverted, and is made again if it is approved.
   * `revertIfDenied`: it stands, and is reverted if it is denied.
   */
  readonly response: AskingResponse;
  readonly whenUnanswered: EndUnanswered;
  readonly group: GroupDetails;
  readonly call: Call;
  readonly rules: readonly AskedRule[];
  /** Names of groups that the rules refer to, by id. */
  readonly groupNames: Readonly<Record<string, string>>;
  /** Where it was done, as people were told; absent without a hub. */
  readonly place?: DescribedPlace;
  /** Tags of the group by which the workflow finds who is asked. */
  readonly routeTags?: readonly RuleTag[];
  /** Tags of the group that stand out in the question. */
  readonly sensitiveTags?: readonly RuleTag[];
}

export interface AskedRule {
  readonly change: RuleChange;
  /** As the change made it; a removed one as it stood. */
  readonly rule: Rule;
  /** The rule as it was before, where it was modified or given a new description. */
  readonly before?: Rule;
  /** The tags that people are shown; the rule itself has none here, since no others are given. */
  readonly tags?: readonly RuleTag[];
  /** How many more it had. */
  readonly otherTags?: number;
  readonly violations: readonly Violation[];
}

/** The rule as people are shown it, no matter who has put what on it since. */
export function asShown(asked: AskedRule): Rule {
  return withTagsOf(asked.rule, asked);
}

/** An AskedChange of which no one knows yet who is behind its ids and names. */
export type NewAsk = Omit<AskedChange, 'requestId' | 'groupNames'>;

/** The same for what is the same to people: only one question about it is open. */
export function subjectOf({ place, group, response, rules }: AskedChange): string {
  const wanted = rules
    .map(({ rule, before, change }) => [change, ruleKey(rule), before && ruleKey(before)])
    .sort();
  return JSON.stringify([...memberKey(place), group.id, response, wanted]);
}

/** By whom requests are counted, and where. */
export function sourceOf({ place, group, call }: AskedChange): string {
  return JSON.stringify([...memberKey(place), group.id, roleOrNameOf(call.actor)]);
}

/**
 * What is remembered under a group's id is of one place alone. That of the own place, as without a
 * hub, is remembered under the id only.
 */
export function memberKey(place: DescribedPlace | undefined): readonly string[] {
  return place?.isMember ? [place.accountId, place.region] : [];
}

/**
 * The questions about a change that was answered: one for each workflow, and for each way of
 * asking.
 */
export function asksIn(
  outcomes: readonly RuleOutcome[],
  call: Call,
  group: GroupDetails,
  { ledger }: Pick<Situation, 'ledger'>,
): NewAsk[] {
  const asks = new Map<string, NewAsk>();
  for (const outcome of outcomes) {
    const decisive = strongest(outcome.violations);
    if (!decisive?.asking || !isAskedAbout(outcome, decisive.response)) continue;
    const { workflow, whenUnanswered } = decisive.asking;
    const key = `${decisive.response} ${whenUnanswered} ${workflow}`;
    const response =
      decisive.response === 'revertIfDenied' ? decisive.response : 'revertUntilApproved';
    const ask = asks.get(key) ?? { workflow, response, whenUnanswered, group, call, rules: [] };
    asks.set(key, { ...ask, rules: [...ask.rules, askedRule(outcome, response, ledger.entries)] });
  }
  return [...asks.values()].map((ask) => ({
    ...ask,
    rules: [...ask.rules].sort(mostDangerousFirst),
  }));
}

/** A change that has gone by itself needs no answer. */
function isAskedAbout({ outcome }: RuleOutcome, response: Violation['response']): boolean {
  return response === 'revertUntilApproved'
    ? outcome.kind === 'reverted'
    : response === 'revertIfDenied' && outcome.kind === 'kept';
}

function askedRule(
  outcome: RuleOutcome,
  response: AskedChange['response'],
  entries: ReadonlyMap<string, LedgerEntry>,
): AskedRule {
  const { rule, change, violations } = outcome;
  const before =
    change === 'modified' || change === 'described'
      ? earlierRule(outcome, response, entries)
      : undefined;
  return {
    rule: withoutTags(rule),
    change,
    violations,
    ...(before && { before: withoutTags(before) }),
    ...(change === 'added' || change === 'modified' ? tagsOf(rule) : {}),
  };
}

function tagsOf(rule: Rule): Pick<AskedRule, 'tags' | 'otherTags'> {
  const tags = shownTags(rule);
  const otherTags = tagsToGive(rule).length - tags.length;
  return { ...(tags.length > 0 && { tags }), ...(otherTags > 0 && { otherTags }) };
}

/**
 * Of a change that was reverted, only what is there again: all else would have to be added again.
 */
function earlierRule(
  { rule, change, restored }: RuleOutcome,
  response: AskedChange['response'],
  entries: ReadonlyMap<string, LedgerEntry>,
): Rule | undefined {
  if (response === 'revertUntilApproved') return restored;
  if (change === 'described') return entries.get(ruleKey(rule))?.rule;
  if (rule.id === undefined) return undefined;
  const earlier = [...entries.values()].filter(
    (entry) => entry.rule.id === rule.id && ruleKey(entry.rule) !== ruleKey(rule),
  );
  return (earlier.find((entry) => !isPending(entry)) ?? earlier[0])?.rule;
}

/** No one has decided yet whether it may stand. */
function isPending({ grants }: LedgerEntry): boolean {
  return grants.every(({ cause, confirmed }) => cause === 'approval-request' && !confirmed);
}

/** Traffic that a baseline names, then whatever lets in the most; the order is always the same. */
function mostDangerousFirst(one: AskedRule, other: AskedRule): number {
  return danger(other) - danger(one) || ruleKey(one.rule).localeCompare(ruleKey(other.rule));
}

function danger({ rule, change, violations }: AskedRule): number {
  if (change === 'removed') return 0;
  const named = violations.some(({ baseline }) => baseline !== 'locked') ? 1_000 : 0;
  const prefix =
    rule.peer.kind === 'ipv4' || rule.peer.kind === 'ipv6'
      ? Number(rule.peer.cidr.split('/')[1])
      : 64;
  return named + (rule.direction === 'ingress' ? 200 : 0) + 128 - prefix + breadth(rule);
}

/** Below 1, so that it decides between equals only. */
function breadth({ protocol, fromPort, toPort }: Rule): number {
  if (protocol === ALL_PROTOCOLS) return 0.9;
  return hasPorts(protocol) ? (toPort - fromPort) / 100_000 : 0;
}

/**
 * Changes to the ledger while a change stands that may be denied: grants for what was made, and
 * none that count for what it took away.
 */
export function pendingChanges(
  { requestId, rules, response, whenUnanswered, workflow }: AskedChange,
  situation: Situation,
  { workflows }: SentryConfiguration,
): LedgerChange[] {
  if (response !== 'revertIfDenied') return [];
  const { ledger, now } = situation;
  const until = whenUnanswered === 'accept' ? undefined : endOfRequest(workflow, workflows, now);
  const grant: Grant = {
    cause: 'approval-request',
    by: workflow,
    since: now,
    requestId,
    ...(until && { until }),
  };
  const suspension: Suspension = { requestId, ...(until && { until }) };
  return rules.flatMap((one): LedgerChange[] => {
    const { rule, before, change } = one;
    const entry = entryOf(rule, ledger);
    if (change === 'described') return [];
    if (change === 'removed') {
      return entry ? [{ kind: 'put', entry: { ...entry, suspension } }] : [];
    }
    const earlier = before && entryOf(before, ledger);
    return [
      {
        kind: 'put',
        entry: { ...withGrant(asShown(one), entry, grant, situation.prefixLists), toldAt: now },
      },
      ...(earlier ? [{ kind: 'put' as const, entry: { ...earlier, suspension } }] : []),
    ];
  });
}

/** Some time after the request has ended, so that its decision comes first. */
export const AFTER_END_MILLISECONDS = 15 * 60_000;

function endOfRequest(name: string, workflows: SentryConfiguration['workflows'], now: Date): Date {
  const expireMilliseconds =
    workflows.find((workflow) => workflow.name === name)?.expireMilliseconds ?? 0;
  return new Date(now.getTime() + expireMilliseconds + AFTER_END_MILLISECONDS);
}
