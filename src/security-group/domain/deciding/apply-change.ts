import { adoptedReading } from './adopted-reading';
import { tagAll, withTag } from './approved-until-tag';
import { endText, type RuleInState, statesText } from './outcome-text';
import type { CarriedOut } from '../../../approval/domain/ask-result';
import { timeText } from '../../../approval/domain/request-text';
import { reasonOf } from '../../../shared/domain/failure/failure';
import { type AskedChange, type AskedRule, asShown } from '../asking/asked-change';
import type { StoredAsk } from '../asking/change-asker';
import { RULES_AT_ONCE } from '../at-once';
import { NO_RULES } from '../changes/named-rules';
import { type ActAnswer, type GroupRules, mayBeOurs } from '../groups/security-groups';
import type { Situation } from '../judging/situation';
import { violationsUnder } from '../judging/violations';
import { put, replaced, withGrant } from '../ledger/grants';
import { entryOf, type Grant, type GroupLedger, type LedgerEntry } from '../ledger/ledger';
import type { LedgerChange } from '../ledger/ledger-store';
import { isPaused } from '../policies/sentry-configuration';
import type { Ports } from '../responding/ports';
import { lookUntil } from '../responding/read-group';
import type { Sentry } from '../responding/sentry';
import { UnfinishedError } from '../responding/unfinished-error';
import { type PrefixLists, whyUnread } from '../rules/prefix-list';
import {
  isAddedAs,
  isDescribedAlike,
  prefixListIds,
  type Rule,
  ruleKey,
  withTagsOf,
} from '../rules/rule';
import { ruleText } from '../rules/rule-text';
import { inTurns } from '../turns';

/**
 * Makes a change again that was reverted, once people have approved it: all of it or, where
 * something of it is not any more as it was when they were asked, nothing.
 */
export async function applyChange(
  grant: Grant,
  { asked, isGranted: wasGranted, result }: StoredAsk,
  { configuration, ports }: Sentry,
): Promise<CarriedOut> {
  const { groups, clock } = ports;
  const groupId = asked.group.id;
  if (configuration.mode === 'OBSERVE' || isPaused(configuration, clock.now())) return NOT_ACTING;
  const [details] = await groups.find({ kind: 'ids', groupIds: [groupId] });
  if (!details) {
    return { outcome: 'conflicting', text: `The group ${groupId} does not exist any more.` };
  }
  const reading = await adoptedReading(asked, ports);
  if (!reading) {
    return { outcome: 'conflicting', text: `The group ${groupId} is not watched any more.` };
  }
  // What failed for good has no grants left: a new try needs them given again.
  const isGranted = wasGranted && result?.outcome !== 'failed';
  const prefixLists = await groups.prefixLists(prefixListIds(asked.rules.map(({ rule }) => rule)));
  const situation = {
    groupId,
    ...reading,
    prefixLists,
    policies: configuration.policies,
    hints: { ...NO_RULES, byTrustedActor: false },
    now: clock.now(),
  };
  const conflict = conflictIn(asked, grant, isGranted, situation);
  if (conflict) {
    const absent = asked.rules.filter(({ rule }) => !standingAs(rule, reading.group));
    if (isGranted) await withdrawGrants(absent, grant, groupId, ports);
    return { outcome: 'conflicting', text: conflict };
  }

  if (!isGranted) await grantFirst(grant, asked, situation, ports);
  const approved = { grant, group: reading.group, groupId, isBegun: isGranted };
  return applyAll(asked, approved, ports);
}

/** So that no one reverts what is about to be made again. */
async function grantFirst(
  grant: Grant,
  asked: AskedChange,
  { groupId, ledger: known, prefixLists }: Situation,
  { ledger, asker }: Pick<Ports, 'ledger' | 'asker'>,
): Promise<void> {
  const unread = whyUnread(prefixLists);
  if (unread !== undefined) throw new UnfinishedError(groupId, unread);
  const granted = asked.rules.flatMap((rule) => grantChanges(rule, grant, known, prefixLists));
  await ledger.write(groupId, onePerRule(granted));
  await asker.granted(asked.requestId);
}

async function applyAll(asked: AskedChange, approved: Approved, ports: Ports): Promise<CarriedOut> {
  const answers = await inTurns(asked.rules, RULES_AT_ONCE, async (rule) => ({
    rule,
    answer: await apply(rule, approved, ports),
  }));
  const undone = answers.find(isUndone);
  if (undone) {
    throw new UnfinishedError(
      approved.groupId,
      `what was approved could not be applied yet: ${reasonUndone(undone)}`,
    );
  }
  return conclude(approved.grant, asked, answers, ports);
}

export const NOT_ACTING: CarriedOut = {
  outcome: 'failed',
  text: 'The sentry observes only, or is paused: retry it when it acts again.',
};

/** A decision can come late, from a dead-letter queue. By then no one waits for the change. */
const APPLIED_WITHIN_MILLISECONDS = 2 * 24 * 3_600_000;

/** Why what was approved cannot be applied any more. */
function conflictIn(
  asked: AskedChange,
  grant: Grant,
  isGranted: boolean,
  situation: Situation,
): string | undefined {
  if (grant.until && grant.until <= situation.now) {
    return `The time of the approval was over, at ${timeText(grant.until)}, before it could be carried out.`;
  }
  if (!isGranted && situation.now.getTime() - grant.since.getTime() > APPLIED_WITHIN_MILLISECONDS) {
    return `It was approved at ${timeText(grant.since)}, more than two days before it could be carried out: people have to be asked again.`;
  }
  const conflicts = asked.rules
    .filter(({ change }) => change !== 'removed')
    .map(
      (one) =>
        whyNotGranted(one, grant, isGranted, situation) ?? whyNotModified(one, situation.group),
    );
  return conflicts.find((conflict) => conflict !== undefined);
}

function whyNotGranted(
  { rule, change }: AskedRule,
  grant: Grant,
  isGranted: boolean,
  situation: Situation,
): string | undefined {
  const forbidden = whyForbidden(rule, grant, situation);
  if (forbidden) return forbidden;
  if (change === 'described' || !isGranted) return undefined;
  return whyWithdrawn(rule, grant, situation.ledger);
}

/** Undefined where no policy forbids it that approvals do not answer. */
export function whyForbidden(rule: Rule, grant: Grant, situation: Situation): string | undefined {
  const forbidden = violationsUnder(rule, [grant], situation).find(
    ({ response }) => response === 'revert',
  );
  return forbidden && `${ruleText(rule)} is forbidden by now: ${forbidden.reason}.`;
}

/** Undefined where the ledger has the grant of the request. */
export function whyWithdrawn(
  rule: Rule,
  { requestId }: Grant,
  ledger: GroupLedger,
): string | undefined {
  const isThere = entryOf(rule, ledger)?.grants.some((grant) => grant.requestId === requestId);
  return isThere
    ? undefined
    : `The grant for ${ruleText(rule)} was withdrawn since: another request is needed.`;
}

/**
 * A rule that is modified, or given a new description, must still be what people were shown, or
 * already what they approved.
 */
function whyNotModified({ rule, before }: AskedRule, { rules }: GroupRules): string | undefined {
  if (!before) return undefined;
  const change = `${ruleText(before)}, which was to become ${ruleText(rule)},`;
  const standing = rules.find(({ id }) => id !== undefined && id === rule.id);
  if (!standing) return `${change} does not stand any more.`;
  if (![before, rule].some((known) => ruleKey(known) === ruleKey(standing))) {
    return `${change} is ${ruleText(standing)} by now.`;
  }
  const isDescribed = ruleKey(before) === ruleKey(rule);
  if (isDescribed && ![before, rule].some((known) => isDescribedAlike(known, standing))) {
    return `${ruleText(rule)} is described otherwise by now.`;
  }
  if (rules.some((other) => other !== standing && ruleKey(other) === ruleKey(rule))) {
    return `${change} cannot: another rule is that already.`;
  }
  return undefined;
}

export function standingAs(rule: Rule, { rules }: GroupRules): Rule | undefined {
  return rules.find((each) => ruleKey(each) === ruleKey(rule));
}

/**
 * Before anything is done, so that anyone who judges the group meanwhile finds it as people
 * decided.
 */
function grantChanges(
  one: AskedRule,
  grant: Grant,
  ledger: GroupLedger,
  lists: PrefixLists,
): LedgerChange[] {
  const { change, rule } = one;
  const entry = entryOf(rule, ledger);
  if (change === 'removed') return entry ? [{ kind: 'remove', entry }] : [];
  if (change === 'described') {
    return entry ? [put({ ...entry, rule: withTagsOf(rule, entry.rule) })] : [];
  }
  return [put(withGrant(asToBeMade(one, grant), entry, grant, lists))];
}

/** Only what is added can be tagged in the same call. */
function asToBeMade(one: AskedRule, { until }: Grant): Rule {
  return until && !one.before ? withTag(asShown(one), until) : asShown(one);
}

function onePerRule(changes: readonly LedgerChange[]): LedgerChange[] {
  return [...new Map(changes.map((change) => [ruleKey(change.entry.rule), change])).values()];
}

/** What is applied, and where. */
interface Approved {
  readonly grant: Grant;
  readonly group: GroupRules;
  readonly groupId: string;
  /** An earlier try has given the grants: what stands as it was to be made, it has made. */
  readonly isBegun: boolean;
}

/** Undefined where nothing is to be done. */
async function apply(
  one: AskedRule,
  { grant, group, groupId, isBegun }: Approved,
  ports: Ports,
): Promise<ActAnswer | undefined> {
  const { groups } = ports;
  const { rule, before, change } = one;
  const standing = standingAs(rule, group);
  const asLeft = isBegun ? DONE : undefined;
  if (change === 'removed') return standing ? groups.revoke(groupId, standing) : asLeft;
  if (before) {
    if (!rule.id) return undefined;
    if (standing && isDescribedAlike(standing, rule)) return asLeft;
    const isMade = (found: Rule) => found.id === rule.id && isDescribedAlike(rule, found);
    return unlessMade(await groups.modify(groupId, rule.id, rule), isMade, groupId, ports);
  }
  const made = asToBeMade(one, grant);
  const isMade = (found: Rule) => isAddedAs(made, found);
  if (standing) return isMade(standing) ? asLeft : undefined;
  return unlessMade(await groups.authorize(groupId, made), isMade, groupId, ports);
}

const DONE: ActAnswer = { kind: 'done' };

/** "Duplicate" at a later attempt: an earlier one has made it, where it stands as it was to be. */
async function unlessMade(
  answer: ActAnswer,
  isMade: (rule: Rule) => boolean,
  groupId: string,
  { groups, clock }: Ports,
): Promise<ActAnswer> {
  if (answer.kind !== 'already-present' || !mayBeOurs(answer)) return answer;
  try {
    const isShown = ({ rules }: GroupRules) => rules.some(isMade);
    const first = await groups.rulesOf(groupId);
    return isShown(await lookUntil(groupId, first, groups, clock, isShown)) ? DONE : answer;
  } catch (error) {
    return { kind: 'unavailable', reason: reasonOf(error) };
  }
}

interface Applied {
  readonly rule: AskedRule;
  readonly answer: ActAnswer | undefined;
}

/** Another look tells whether it can still be done. */
function isUndone({ rule, answer }: Applied): boolean {
  if (answer?.kind === 'unavailable') return true;
  return (
    rule.before !== undefined &&
    (answer?.kind === 'not-found' || answer?.kind === 'already-present')
  );
}

function reasonUndone({ answer }: Applied): string {
  return answer && 'reason' in answer ? answer.reason : 'the group was changed meanwhile';
}

/** A rule that EC2 refused for good is not accepted either. */
async function conclude(
  grant: Grant,
  asked: AskedChange,
  answers: readonly Applied[],
  ports: Ports,
): Promise<CarriedOut> {
  const refused = answers.filter(
    ({ answer }) => answer?.kind === 'refused' || answer?.kind === 'impossible',
  );
  const done = answers.filter((one) => !refused.includes(one)).map(({ rule }) => rule);
  await learnOfApplied(done, grant, asked.group.id, ports);
  const [first] = refused;
  if (first) {
    const refusedRules = refused.map(({ rule }) => rule);
    await withdrawGrants(refusedRules, grant, asked.group.id, ports);
    const isByMember = first.answer?.kind === 'refused' && first.answer.byMember !== undefined;
    const refusedBy = isByMember ? 'The member' : 'EC2';
    return {
      outcome: 'failed',
      text: `${refusedBy} refused ${refused.length} of ${asked.rules.length} rules: ${reasonUndone(first)}`,
    };
  }
  const untagged = grant.until ? await tagModified(asked, grant.until, ports) : '';
  const states = answers.map(({ rule, answer }): RuleInState => ({
    rule,
    state: isAppliedBefore(answer) ? 'applied-before' : 'applied',
  }));
  return {
    outcome: 'carried-out',
    text: `${statesText(states)}${endText(grant.until)}${untagged}`,
  };
}

/** "Not found" at a later attempt of a call is our own earlier one. */
function isAppliedBefore(answer: ActAnswer | undefined): boolean {
  if (!answer || answer.kind === 'already-present') return true;
  return answer.kind === 'not-found' && !mayBeOurs(answer);
}

/**
 * EC2 gives what is added an id of its own; and of what was modified, nothing speaks any more for
 * what it was.
 */
async function learnOfApplied(
  rules: readonly AskedRule[],
  grant: Grant,
  groupId: string,
  { groups, ledger, clock }: Ports,
): Promise<void> {
  const made = rules.filter(({ change }) => change === 'added' || change === 'modified');
  if (made.length === 0) return;
  const after = await lookUntil(groupId, await groups.rulesOf(groupId), groups, clock, (group) =>
    made.every(({ rule }) => standingAs(rule, group)),
  );
  const { entries } = await ledger.read(groupId);
  const learned = made.flatMap(({ rule, before }): LedgerChange[] => [
    ...(before ? learnOfEarlier(before, rule, entries, after, grant) : []),
    ...learnId(entries.get(ruleKey(rule)), standingAs(rule, after)),
  ]);
  if (learned.length > 0) await ledger.write(groupId, onePerRule(learned));
}

/** No more than that: someone may have described and tagged what stood there already. */
function learnId(entry: LedgerEntry | undefined, standing: Rule | undefined): LedgerChange[] {
  return entry && standing && entry.rule.id !== standing.id
    ? [put({ ...entry, rule: { ...entry.rule, id: standing.id } })]
    : [];
}

/** Unless another rule is by now what this one was. */
function learnOfEarlier(
  before: Rule,
  { id }: Rule,
  entries: GroupLedger['entries'],
  { rules }: GroupRules,
  grant: Grant,
): LedgerChange[] {
  const entry = entries.get(ruleKey(before));
  const isTaken = rules.some((other) => other.id !== id && ruleKey(other) === ruleKey(before));
  return entry && !isTaken ? [replaced(entry, grant)] : [];
}

async function withdrawGrants(
  rules: readonly AskedRule[],
  { requestId }: Grant,
  groupId: string,
  { ledger }: Ports,
): Promise<void> {
  const { entries } = await ledger.read(groupId);
  await ledger.write(
    groupId,
    rules.flatMap(({ rule, before, change }): LedgerChange[] => {
      const entry = entries.get(ruleKey(rule));
      if (!entry || change === 'removed') return [];
      if (change === 'described') {
        return before ? [put({ ...entry, rule: withTagsOf(before, entry.rule) })] : [];
      }
      const grants = entry.grants.filter((grant) => grant.requestId !== requestId);
      return [grants.length > 0 ? put({ ...entry, grants }) : { kind: 'remove', entry }];
    }),
  );
}

async function tagModified(
  { group, rules }: AskedChange,
  until: Date,
  ports: Ports,
): Promise<string> {
  return tagAll(
    group.id,
    rules.filter(({ before, change }) => before && change === 'modified').map(({ rule }) => rule),
    until,
    ports,
  );
}
