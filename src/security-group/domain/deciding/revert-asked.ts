import type { ChangeDecision } from './change-decision';
import { type RuleInState, type RuleState, statesText } from './outcome-text';
import type { CarriedOut } from '../../../approval/domain/ask-result';
import { timeText } from '../../../approval/domain/request-text';
import { plainText } from '../../../shared/domain/notification/plain-text';
import { type AskedChange, type AskedRule, subjectOf } from '../asking/asked-change';
import { NO_RULES } from '../changes/named-rules';
import type { GroupRules } from '../groups/security-groups';
import type { Hints } from '../judging/situation';
import { speaksAgainst } from '../judging/violations';
import { put, withoutRequest } from '../ledger/grants';
import type { Grant, LedgerEntry, Suspension } from '../ledger/ledger';
import type { LedgerChange } from '../ledger/ledger-store';
import { type Disabling, isDisabled, withoutAsking } from '../policies/policy';
import { isPaused } from '../policies/sentry-configuration';
import type { Notice } from '../reporting/change-report';
import type { ToldOutcome } from '../reporting/outcome';
import { outcomeOfEvent } from '../responding/answer-event';
import { noticeOfUnasked } from '../responding/ask-about-outcomes';
import type { Ports } from '../responding/ports';
import { type GroupReading, readGroup } from '../responding/read-group';
import type { Sentry } from '../responding/sentry';
import { isDescribedAlike, prefixListIds, ruleKey, withTagsOf } from '../rules/rule';

/** A request that has come to its end, and why. */
export interface Ending {
  readonly decision: ChangeDecision;
  readonly asked: AskedChange;
  /** A clause that begins a sentence. */
  readonly why: string;
}

/** Judges the rules as if the policies asked no one; what something else speaks for stays. */
export async function revertAsked(ending: Ending, sentry: Sentry): Promise<CarriedOut> {
  const { decision, asked, why } = ending;
  const { configuration, ports } = sentry;
  const now = ports.clock.now();
  const requestIds = [asked.requestId, ...(await joinedRequests(decision, asked, ports))];
  await rewrite(asked, (entry, own) => endedEntry(entry, own, { asked, requestIds, now }), ports);
  if (configuration.mode === 'OBSERVE' || isPaused(configuration, now)) {
    return {
      outcome: 'failed',
      text: `${why}, but nothing is reverted: the sentry observes only, or is paused. Retry it when it acts again.`,
    };
  }
  const disabling = await disablingOf(asked, sentry);
  if (disabling) {
    return {
      outcome: 'failed',
      text: `${why}, but nothing is reverted: the policy ${disabling.policy} is disabled until ${timeText(disabling.until)}. Retry it then.`,
    };
  }
  const reading = await readGroup(asked.group.id, ports);
  const told = await outcomeOf(ending, reading, sentry);
  await rewrite(
    asked,
    (entry) => requestIds.reduce((rest, id) => withoutRequest(rest, id), entry),
    ports,
  );
  if (told.notRestorable > 0) {
    const count = told.notRestorable === 1 ? '1 rule' : `${told.notRestorable} rules`;
    return {
      outcome: 'failed',
      text: `${why}, but ${count} cannot be put back: ${told.reason}`,
    };
  }
  return conclusion(why, await statesAfter(asked, reading.group, told, ports));
}

/** Of the policy that had people asked, unless another one does so as well. */
async function disablingOf(
  { response, rules, group }: AskedChange,
  { configuration: { policies }, ports: { clock, groups } }: Sentry,
): Promise<Disabling | undefined> {
  const now = clock.now();
  const asking = policies.filter((policy) => policy.response === response);
  if (!asking.some((policy) => isDisabled(policy, now))) return undefined;
  const made = rules.map(({ rule }) => rule);
  const prefixLists = await groups.prefixLists(prefixListIds(made));
  const judged = { groupId: group.id, prefixLists, now };
  const speaking = asking.filter((policy) =>
    made.some((rule) => speaksAgainst(policy, rule, judged)),
  );
  if (speaking.some((policy) => !isDisabled(policy, now))) return undefined;
  return speaking[0]?.disabling;
}

async function outcomeOf(
  { decision, asked }: Ending,
  reading: GroupReading,
  { configuration, ports }: Sentry,
): Promise<ToldOutcome> {
  const { requestId, phase, attempt } = decision;
  return outcomeOfEvent(
    {
      groupId: asked.group.id,
      eventId: `decision-${requestId}-${phase}-${attempt}`,
      call: asked.call,
      explainedBy: 'event',
      details: asked.group,
      reading,
      hints: hintsOfAsked(asked),
      notices: noticesOf(decision, asked),
    },
    {
      configuration: { ...configuration, policies: configuration.policies.map(withoutAsking) },
      ports,
    },
  );
}

function noticesOf(
  { kind, by, denialReason }: ChangeDecision,
  asked: AskedChange,
): readonly Notice[] {
  if (kind === 'unaskable') return [noticeOfUnasked(asked)];
  if (denialReason === undefined) return [];
  const said = plainText(denialReason).replace(/\.$/, '');
  return [{ severity: 'low', text: `Denied by ${by.join(', ')}: ${said}.` }];
}

/** A rule that should be put back, and whose group is gone, is no decision carried out. */
function conclusion(why: string, rules: readonly RuleInState[]): CarriedOut {
  const isLost = rules.some(
    ({ rule, state }) => state === 'group-gone' && rule.change === 'removed',
  );
  return {
    outcome: isLost ? 'conflicting' : 'carried-out',
    text: `${why}. ${statesText(rules)}`,
  };
}

/** A look at the group tells how each rule is by now, no matter who has made it so. */
async function statesAfter(
  { group: { id }, rules }: AskedChange,
  before: GroupRules,
  { reverted }: ToldOutcome,
  { groups }: Ports,
): Promise<RuleInState[]> {
  const after = await groups.rulesOf(id);
  if (after.rules.length === 0 && (await groups.find({ kind: 'ids', groupIds: [id] })).length < 1) {
    return rules.map((rule) => ({ rule, state: 'group-gone' }));
  }
  const undone = rules.filter((rule) => !isAsMade(rule, after));
  const stateOf = (rule: AskedRule): RuleState => {
    if (reverted >= rules.length) return 'reverted';
    if (!undone.includes(rule)) return 'kept';
    if (reverted >= undone.length) return 'reverted';
    return reverted > 0 && isAsMade(rule, before) ? 'reverted' : 'undone-before';
  };
  return rules.map((rule) => ({ rule: asReverted(rule, after), state: stateOf(rule) }));
}

function isAsMade({ rule, change }: AskedRule, { rules }: GroupRules): boolean {
  if (change === 'described') return rules.some((standing) => isDescribedAlike(standing, rule));
  const stands = rules.some((standing) => ruleKey(standing) === ruleKey(rule));
  return stands === (change !== 'removed');
}

/** What cannot have its earlier values again is revoked, as if it had been added. */
function asReverted(rule: AskedRule, { rules }: GroupRules): AskedRule {
  const { before } = rule;
  if (!before) return rule;
  const isThere = rules.some((standing) =>
    [before, rule.rule].some((known) => ruleKey(known) === ruleKey(standing)),
  );
  return isThere ? rule : { ...rule, before: undefined };
}

/**
 * Requests for the same that came while this one was open: the workflow has joined them to it, so
 * no one decides about them by themselves, and they end with it. All others end by themselves.
 */
async function joinedRequests(
  { kind, at, isLate }: ChangeDecision,
  asked: AskedChange,
  { asker, ledger }: Ports,
): Promise<string[]> {
  // No workflow has it, so nothing was joined to it; or all that was has ended with the request.
  if (kind === 'unaskable' || isLate) return [];
  const { entries } = await ledger.read(asked.group.id);
  const waiting = entriesAbout(asked, entries).flatMap(({ grants, suspension }) => [
    ...grants.filter(({ cause, confirmed }) => cause === 'approval-request' && !confirmed),
    ...(suspension ? [suspension] : []),
  ]);
  const others = new Set(waiting.flatMap(({ requestId }) => requestId ?? []));
  others.delete(asked.requestId);
  const kept = await Promise.all([...others].map(async (id) => asker.read(id)));
  return kept.flatMap((other) => {
    if (!other || other.result || subjectOf(other.asked) !== subjectOf(asked)) return [];
    const { workflow, call, requestId } = other.asked;
    const isMeanwhile = call.time >= asked.call.time && call.time <= at;
    return workflow === asked.workflow && isMeanwhile ? [requestId] : [];
  });
}

/** The ledger's entries of the rules that were asked about, and of what they were before. */
function entriesAbout(
  { rules }: AskedChange,
  entries: ReadonlyMap<string, LedgerEntry>,
): LedgerEntry[] {
  const keys = new Set(
    rules.flatMap(({ rule, before }) => [ruleKey(rule), ...(before ? [ruleKey(before)] : [])]),
  );
  return [...keys].flatMap((key) => entries.get(key) ?? []);
}

/** Gives these entries what is new in them. */
async function rewrite(
  asked: AskedChange,
  change: (entry: LedgerEntry, own: AskedRule | undefined) => LedgerEntry,
  { ledger }: Ports,
): Promise<void> {
  const own = new Map(asked.rules.map((one) => [ruleKey(one.rule), one]));
  const { entries } = await ledger.read(asked.group.id);
  const changes = entriesAbout(asked, entries).flatMap((entry): LedgerChange[] => {
    const changed = change(entry, own.get(ruleKey(entry.rule)));
    return JSON.stringify(changed) === JSON.stringify(entry) ? [] : [put(changed)];
  });
  if (changes.length > 0) await ledger.write(asked.group.id, changes);
}

interface End {
  readonly asked: AskedChange;
  /** The request itself, and those that were joined to it. */
  readonly requestIds: readonly string[];
  readonly now: Date;
}

/**
 * The request has ended, and is known as such until all is reverted: a try that finds the rule
 * until then does not ask people again.
 */
function endedEntry(
  entry: LedgerEntry,
  own: AskedRule | undefined,
  { asked: { call }, requestIds, now }: End,
): LedgerEntry {
  const { suspension } = entry;
  const isMade = own?.change === 'added' || own?.change === 'modified';
  const isOver = ({ requestId }: Grant | Suspension) =>
    requestId !== undefined && requestIds.includes(requestId);
  return {
    ...entry,
    rule: own ? describedBefore(entry, own) : entry.rule,
    // An adoption that found the rule while people were being asked is no answer of theirs.
    grants: entry.grants
      .filter(({ cause, since }) => !(isMade && cause === 'adopted' && since >= call.time))
      .map((grant) => (isOver(grant) ? endedBy(grant, now) : grant)),
    ...(suspension && isOver(suspension) && { suspension: endedBy(suspension, now) }),
    toldAt: undefined,
  };
}

function endedBy<Timed extends Grant | Suspension>(timed: Timed, now: Date): Timed {
  return { ...timed, until: timed.until && timed.until < now ? timed.until : now };
}

/** An adoption may have taken the description, too, for an accepted one. */
function describedBefore(
  entry: LedgerEntry,
  { rule, before, change }: AskedRule,
): LedgerEntry['rule'] {
  const isAsMadeBefore = (entry.rule.description ?? '') === (rule.description ?? '');
  return change === 'described' && before && isAsMadeBefore
    ? withTagsOf(before, entry.rule)
    : entry.rule;
}

/**
 * By what the rules are, not by their ids: someone who put one back in the meantime made no other
 * rule of it.
 */
function hintsOfAsked({ rules }: AskedChange): Hints {
  const made = rules
    .filter(({ change }) => change === 'added' || change === 'modified')
    .map(({ rule }) => ({ ...rule, id: undefined }));
  return {
    ...NO_RULES,
    present: made,
    described: rules.filter(({ change }) => change === 'described').map(({ rule }) => ({ rule })),
    absent: rules.filter(({ change }) => change === 'removed').map(({ rule }) => ({ rule })),
    byTrustedActor: false,
  };
}
