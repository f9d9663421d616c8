import {
  type After,
  type Answered,
  answerJudgements,
  isAnswered,
  outcomeOf,
  outcomeUnanswered,
} from './answer-judgements';
import type { Surroundings } from './ports';
import { type GroupReading, lookUntil } from './read-group';
import type { Target } from './target';
import { UnfinishedError } from './unfinished-error';
import type { Clock } from '../../../shared/domain/clock';
import { type AskedChange, asksIn, type NewAsk, pendingChanges } from '../asking/asked-change';
import { referencedGroups } from '../asking/change-question';
import { namesStanding } from '../changes/named-rules';
import type { GroupDetails } from '../groups/group';
import type { GroupRules, SecurityGroups } from '../groups/security-groups';
import { entriesToConfirm, judge } from '../judging/judge';
import { isAbout, type Judgement } from '../judging/judgement';
import type { Situation } from '../judging/situation';
import { confirmGrants } from '../learning/event-history';
import { ledgerChanges } from '../learning/ledger-changes';
import { EMPTY_LEDGER, entryOf, type Grant, type GroupLedger, isAdopted } from '../ledger/ledger';
import { type LedgerChange, LedgerConflictError } from '../ledger/ledger-store';
import { isPaused, type SentryConfiguration } from '../policies/sentry-configuration';
import { type ChangeReport, hasFailures, type Notice } from '../reporting/change-report';
import type { Outcome, RuleOutcome } from '../reporting/outcome';
import { countRepeats } from '../reporting/repeats';
import { isSameRule, prefixListIds, ruleKey } from '../rules/rule';

/** Judges the group as it stands, answers what violates, writes down what is new, and tells. */
export async function respondInGroup(
  target: Target,
  configuration: SentryConfiguration,
  surroundings: Surroundings,
): Promise<ChangeReport | undefined> {
  const situation = await situationOf(target, configuration, surroundings);
  const judgements = judge(situation).filter(isAnswerable);
  const notices = [...target.notices, ...doubtsAbout(situation)];
  if (judgements.length === 0 && notices.length === 0 && isFresh(target, surroundings)) {
    await surroundings.ledger.write(
      target.groupId,
      ledgerChanges(situation, judge(situation), [], situation.group, acceptanceBy(target)),
    );
    return undefined;
  }
  return respondOnce({ target, situation, configuration, surroundings }, judgements, notices);
}

/** A target as it was found, and all that its response goes by. */
interface Case {
  readonly target: Target;
  readonly situation: Situation;
  readonly configuration: SentryConfiguration;
  readonly surroundings: Surroundings;
}

/**
 * An event may come again much later, from a dead-letter queue, and its first try have come to no
 * end.
 */
const FRESH_FOR_MILLISECONDS = 5 * 60_000;

function isFresh({ call }: Target, { tries, clock }: Surroundings): boolean {
  return tries === 1 && clock.now().getTime() - call.time.getTime() < FRESH_FOR_MILLISECONDS;
}

function isAnswerable({ verdict, violations }: Judgement): boolean {
  return verdict !== 'wait' && violations.length > 0;
}

async function situationOf(
  target: Target,
  configuration: SentryConfiguration,
  surroundings: Surroundings,
): Promise<Situation> {
  const { policies, trustedActors } = configuration;
  const { groups, history, clock } = surroundings;
  const { groupId, hints } = target;
  const ledger = await ledgerOfExisting(target, groups);
  const lists = await groups.prefixLists(listsNamedIn(target.reading));
  const given = { ledger, policies, prefixLists: lists, hints, now: clock.now() };
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
      confirmGrants(entry, groupId, history, trustedActors, situation.now),
    ),
  );
  const entries = new Map([
    ...ledger.entries,
    ...confirmed.map((entry) => [ruleKey(entry.rule), entry] as const),
  ]);
  return { ...situation, ledger: { ...ledger, entries } };
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

function doubtsAbout({ hints, group, policies, ledger, prefixLists }: Situation): Notice[] {
  const unreadable = group.unreadableRuleIds;
  const unseen = group.rules
    .filter((rule) => namesStanding(hints, rule))
    .flatMap(({ peer }) =>
      peer.kind === 'prefixList' && !prefixLists.has(peer.prefixListId) ? [peer.prefixListId] : [],
    );
  return [
    ...(unseen.length > 0
      ? [
          {
            severity: 'high' as const,
            text: `What is in these prefix lists cannot be seen, and was not judged: ${unseen.join(', ')}.`,
          },
        ]
      : []),
    ...(hints.complete
      ? []
      : [
          {
            severity: 'high' as const,
            text: doubtAboutEvent(
              group,
              policies.some(({ baseline }) => baseline.kind === 'locked') && !ledger.record,
            ),
          },
        ]),
    ...(unreadable.length > 0
      ? [
          {
            severity: 'high' as const,
            text: `These rules of the group cannot be read, and were not judged: ${unreadable.join(', ')}.`,
          },
        ]
      : []),
  ];
}

function doubtAboutEvent({ rules }: GroupRules, isLockedBlindly: boolean): string {
  return [
    `The event does not name its rules in a form that can be read, so the group was judged as it stands, with its ${rules.length} rules.`,
    ...(isLockedBlindly
      ? [
          'The group is locked, but not adopted yet: which of its rules are new cannot be told. Look at it.',
        ]
      : []),
  ].join(' ');
}

function acceptanceBy({ call, isConfirmed }: Target): Grant {
  const { arn, userName, type } = call.actor;
  return {
    cause: 'trusted-actor',
    by: arn ?? userName ?? type,
    since: call.time,
    eventId: call.eventId,
    ...(isConfirmed && { confirmed: true }),
  };
}

/**
 * Under a lease, so that two deliveries of the event neither act nor tell twice; and from where an
 * earlier try was cut short.
 */
async function respondOnce(
  one: Case,
  judgements: readonly Judgement[],
  notices: readonly Notice[],
): Promise<ChangeReport | undefined> {
  const { target, surroundings } = one;
  const { events, announcer, clock } = surroundings;
  const key = { eventId: target.eventId, groupId: target.groupId };
  const claim = await events.claim(key, judgements, clock.now());
  switch (claim.kind) {
    case 'told':
      await rememberTold(one, judgements);
      return undefined;
    case 'held':
      throw new UnfinishedError(target.groupId, 'another try at the same event is under way.');
    case 'acted':
      await announcer.tell(claim.announcement);
      await events.told(key, claim.repeats);
      await rememberTold(one, judgements);
      return undefined;
    case 'claimed':
      break;
  }
  try {
    const earlier = claim.intent.filter(
      (intended) => !judgements.some((judgement) => isAbout(judgement, intended)),
    );
    if (earlier.length > 0) await events.intend(key, [...judgements, ...earlier]);
    const intended = (judgement: Judgement) =>
      claim.intent.some((candidate) => isAbout(judgement, candidate));
    return await respond(one, { judgements, earlier, intended, notices });
  } catch (error) {
    // The lease ends by itself, should this fail too.
    await events.release(key).catch(() => undefined);
    throw error;
  }
}

/** What an earlier try of a finding has told, and may not have written down any more. */
async function rememberTold(one: Case, judgements: readonly Judgement[]): Promise<void> {
  const { target, situation, configuration } = one;
  if (target.explainedBy === 'event') return;
  const left = judgements.filter(
    ({ verdict }) => verdict === 'keep' || verdict === 'ask' || configuration.mode === 'OBSERVE',
  );
  const outcomes = left.map((judgement) =>
    ruleOutcome(judgement, outcomeUnanswered(judgement, undefined), situation.group),
  );
  const asks = await asksAbout(one, outcomes);
  await remember(one, { outcomes, after: situation.group }, asks);
}

interface Task {
  readonly judgements: readonly Judgement[];
  /**
   * What an earlier try meant to do and the state does not ask for any more. It is told, and not
   * done again.
   */
  readonly earlier: readonly Judgement[];
  readonly intended: (judgement: Judgement) => boolean;
  readonly notices: readonly Notice[];
}

async function respond(judged: Case, task: Task): Promise<ChangeReport | undefined> {
  const { target, configuration, surroundings } = judged;
  const { events, announcer, asker, clock } = surroundings;
  const situation = await withGroundsKept(judged, task.judgements);
  const one = { ...judged, situation };
  const acted = await act(one, task);
  const { outcomes } = acted;
  await refuseAdoptedMeanwhile(target.groupId, situation, surroundings);
  const { call, explainedBy } = target;
  const asks = await asksAbout(one, outcomes);
  const rememberAll = async () => remember(one, acted, asks);
  // To a finding nothing points but the ledger: it stays there until it is told, or nobody would
  // tell it after a crash.
  if (explainedBy === 'event') await rememberAll();
  const key = { eventId: target.eventId, groupId: target.groupId };
  if (outcomes.length === 0 && task.notices.length === 0) {
    if (explainedBy !== 'event') await rememberAll();
    await events.told(key, situation.ledger.repeats);
    return undefined;
  }

  const group = await detailsOfTarget(one);
  const { tries } = surroundings;
  const seen = {
    call,
    explainedBy,
    group,
    rules: outcomes,
    notices: task.notices,
    lookedAt: clock.now(),
    tries,
    isRepeat: false,
    repeats: 0,
  };
  const { isRepeat, untold, repeats } = countRepeats(
    seen,
    situation.ledger.repeats,
    configuration.repeatWindowMilliseconds,
  );
  // That people are asked is no news of its own: it goes with what is told.
  const report = {
    ...seen,
    notices: [...task.notices, ...asks.map(noticeOfAsk)],
    isRepeat,
    repeats: untold,
  };
  const announcement = {
    ...announcer.render(report),
    ...(asks.length > 0 && { asks: asks.map((asked) => asker.render(asked)) }),
  };
  if (hasFailures(report)) {
    await announcer.tell(announcement);
    throw new UnfinishedError(target.groupId, 'not all of its rules could be reverted.', report);
  }
  await events.acted(key, announcement, repeats);
  await announcer.tell(announcement);
  await events.told(key, repeats);
  if (explainedBy !== 'event') await rememberAll();
  return report;
}

/**
 * What is put back gets another id, under which the event history confirms nothing any more. So
 * what it has confirmed is written down before: a try that dies after the act would take it with
 * it.
 */
async function withGroundsKept(
  { target: { groupId, reading }, situation, surroundings: { ledger } }: Case,
  judgements: readonly Judgement[],
): Promise<Situation> {
  const confirmed = judgements
    .filter(({ present, verdict }) => !present && verdict === 'restore')
    .flatMap(({ rule }) => entryOf(rule, situation.ledger) ?? [])
    .filter((entry) => entry !== entryOf(entry.rule, reading.ledger));
  if (confirmed.length === 0) return situation;
  await ledger.write(
    groupId,
    confirmed.map((entry) => ({ kind: 'put', entry })),
  );
  const written = confirmed.map(
    (entry) => [ruleKey(entry.rule), { ...entry, revision: entry.revision + 1 }] as const,
  );
  return {
    ...situation,
    ledger: { ...situation.ledger, entries: new Map([...situation.ledger.entries, ...written]) },
  };
}

function noticeOfAsk({ requestId, workflow, response }: AskedChange): Notice {
  const question =
    response === 'revertIfDenied' ? 'whether it may stay' : 'whether it may be made again';
  return {
    severity: 'low',
    text: `People are asked by ${workflow} ${question}: request ${requestId}.`,
  };
}

/** Kept before the ledger is written, which tells by it what may stand until people decide. */
async function asksAbout(one: Case, outcomes: readonly RuleOutcome[]): Promise<AskedChange[]> {
  const { target, situation, configuration, surroundings } = one;
  if (
    configuration.mode === 'OBSERVE' ||
    !outcomes.some(({ violations }) => violations.some(({ asking }) => asking))
  ) {
    return [];
  }
  const group = await detailsOfTarget(one);
  const isFailing = outcomes.some(({ outcome }) => outcome.kind === 'failed');
  // What was taken back is asked about when all of it was: a later try finds it again by what was
  // meant to be done.
  const found = asksIn(outcomes, target.call, group, situation).filter(
    ({ response }) => !isFailing || response === 'revertIfDenied',
  );
  const asks = await Promise.all(found.map(async (ask) => identified(ask, target, surroundings)));
  const kept = await Promise.all(asks.map(async (asked) => openAsk(asked, surroundings)));
  return kept.flatMap((asked) => asked ?? []);
}

/**
 * As an earlier try has kept it, if one has: what people are shown has to be what is carried out.
 */
async function openAsk(
  asked: AskedChange,
  { asker }: Surroundings,
): Promise<AskedChange | undefined> {
  return (await asker.keep(asked)) ? (await asker.read(asked.requestId))?.asked : undefined;
}

async function identified(
  ask: NewAsk,
  { eventId, groupId }: Target,
  { asker, groups }: Surroundings,
): Promise<AskedChange> {
  const { workflow, response, rules } = ask;
  const keys = rules
    .map(({ rule, change }) => `${change === 'removed' ? 'removed' : 'made'} ${ruleKey(rule)}`)
    .sort();
  const groupIds = referencedGroups(
    rules.flatMap(({ rule, before }) => [rule.peer, ...(before ? [before.peer] : [])]),
  );
  // A name is not worth a failure.
  const named =
    groupIds.length > 0 ? await groups.find({ kind: 'ids', groupIds }).catch(() => []) : [];
  const groupNames = Object.fromEntries(
    named.flatMap(({ id, name }) => (name ? [[id, name]] : [])),
  );
  return {
    ...ask,
    groupNames,
    requestId: asker.identify(JSON.stringify([eventId, groupId, workflow, response, keys])),
  };
}

async function remember(
  { target, situation, configuration, surroundings }: Case,
  { outcomes, after }: Acted,
  asks: readonly AskedChange[],
): Promise<void> {
  const learned = ledgerChanges(situation, judge(situation), outcomes, after, acceptanceBy(target));
  const pending = isAdopted(situation.ledger)
    ? asks.flatMap((asked) => pendingChanges(asked, situation, configuration))
    : [];
  // What people decide about goes before what would be learned without them.
  const changes = new Map<string, LedgerChange>(
    [...learned, ...pending].map((change) => [ruleKey(change.entry.rule), change]),
  );
  await surroundings.ledger.write(target.groupId, [...changes.values()]);
}

async function detailsOfTarget({ target, situation, surroundings }: Case): Promise<GroupDetails> {
  return (
    target.details ?? detailsIn(situation.ledger) ?? detailsOf(target.groupId, surroundings.groups)
  );
}

/**
 * Reconcile may have read the group before the act, and adopted what is gone: the next try takes
 * that out of the ledger.
 */
async function refuseAdoptedMeanwhile(
  groupId: string,
  situation: Situation,
  { ledger }: Surroundings,
): Promise<void> {
  if (isAdopted(situation.ledger) || !isAdopted(await ledger.read(groupId))) return;
  throw new LedgerConflictError(groupId);
}

function detailsIn({ record }: GroupLedger): GroupDetails | undefined {
  return record && { id: record.groupId, name: record.name, vpcId: record.vpcId };
}

/** Of a group that is not adopted yet. A name is not worth a failure. */
async function detailsOf(groupId: string, groups: SecurityGroups): Promise<GroupDetails> {
  const found = await groups.find({ kind: 'ids', groupIds: [groupId] }).catch(() => []);
  return found[0] ?? { id: groupId };
}

interface Acted {
  readonly outcomes: readonly RuleOutcome[];
  readonly after: GroupRules;
}

async function act(
  { target: { groupId }, situation, configuration, surroundings }: Case,
  { judgements, earlier, intended }: Task,
): Promise<Acted> {
  const { groups, clock } = surroundings;
  if (configuration.mode === 'OBSERVE' || isPaused(configuration, clock.now())) {
    const until = configuration.mode === 'OBSERVE' ? undefined : configuration.pause?.until;
    const outcomes = judgements.map((judgement) =>
      ruleOutcome(judgement, outcomeUnanswered(judgement, until), situation.group),
    );
    return { outcomes, after: situation.group };
  }
  const answered = await answerJudgements(groupId, judgements, groups);
  const after = await lookAfter(groupId, answered, situation.group, groups, clock);
  const group = 'group' in after ? after.group : situation.group;
  const answers = answered.map((one) =>
    ruleOutcome(one.judgement, outcomeOf(one, after, intended(one.judgement)), group),
  );
  const done = earlier
    .filter((judgement) => isAnswered(judgement, group))
    .map((judgement) => ruleOutcome(judgement, earlierOutcome(judgement, group), group));
  return { outcomes: [...answers, ...done], after: group };
}

/** An earlier try has done it; or was only to tell of it, and may have died before it did. */
function earlierOutcome(judgement: Judgement, group: GroupRules): Outcome {
  if (judgement.verdict !== 'keep' && judgement.verdict !== 'ask') return { kind: 'reverted' };
  const present = group.rules.some((standing) => isSameRule(judgement.rule, standing));
  return outcomeOf({ judgement: { ...judgement, present } }, { group }, false);
}

async function lookAfter(
  groupId: string,
  answered: readonly Answered[],
  before: GroupRules,
  groups: SecurityGroups,
  clock: Clock,
): Promise<After> {
  const acted = answered
    .filter(({ answer }) => answer !== undefined)
    .map(({ judgement }) => judgement);
  if (acted.length === 0) return { group: before };
  try {
    const first = await groups.rulesOf(groupId);
    return {
      group: await lookUntil(groupId, first, groups, clock, (group) =>
        acted.every((judgement) => isAnswered(judgement, group)),
      ),
    };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

/** That it is as before is said of what is seen to be so only. */
function ruleOutcome(
  { rule, change, violations, restored }: Judgement,
  outcome: Outcome,
  after: GroupRules,
): RuleOutcome {
  const isRestored =
    restored && after.rules.some((standing) => ruleKey(standing) === ruleKey(restored));
  return {
    rule,
    change,
    violations,
    outcome,
    ...(restored && (isRestored || outcome.kind === 'would-revert') && { restored }),
  };
}
