import { LEDGERS_AT_ONCE } from './at-once';
import { decideTags } from './groups/counted-tags';
import type { GroupDetails } from './groups/group';
import { decisiveTagKeys, isSelected } from './groups/monitored-groups';
import type { SecurityGroups } from './groups/security-groups';
import {
  entryOf,
  type GroupLedger,
  type GroupRecord,
  isAdopted,
  type LedgerEntry,
  livingGrants,
} from './ledger/ledger';
import type { Ledger } from './ledger/ledger-store';
import { againOnConflict } from './ledger/rewrite';
import { OperatorError } from './operator-error';
import {
  type InPlace,
  type OrderablePlaces,
  orderedPlace,
  refuseUnknownScope,
} from './ordered-place';
import { decisiveTags, isFor, namesGroups } from './policies/configuration-for';
import {
  type Baseline,
  type Disabling,
  isDisabled,
  isToldOf,
  type Policy,
  type Response,
} from './policies/policy';
import { isOver, type RuleExclusion } from './policies/rule-exclusion';
import {
  isPaused,
  LONGEST_PAUSE_MILLISECONDS,
  type Pause,
  type SentryConfiguration,
} from './policies/sentry-configuration';
import { listOf, whyUnread } from './rules/prefix-list';
import { prefixListIds, type Rule, ruleKey } from './rules/rule';
import { ruleText } from './rules/rule-text';
import { type LastSigns, type SignOfLife, silences, type SignsOfLife } from './signs-of-life';
import { inTurns } from './turns';
import { type AccountScope, isNarrow, scopeText } from '../../organization/domain/account-scope';
import { isSamePlace, type Place } from '../../organization/domain/place';
import { bytesAsJson } from '../../shared/domain/byte-budget';
import type { Clock } from '../../shared/domain/clock';

/**
 * Who orders, and why; told and kept, but not proven: the proof is in the account's record of who
 * invoked the function.
 */
interface Order {
  readonly by: string;
  readonly reason: string;
}

export type OperatorRequest =
  | (Order &
      InPlace & {
        readonly action: 'accept';
        readonly groupId: string;
        readonly ruleId: string;
        readonly until?: Date;
      })
  | (Order &
      InPlace & { readonly action: 'withdraw'; readonly groupId: string; readonly ruleId: string })
  | (Order & InPlace & { readonly action: 'release'; readonly groupId: string })
  | (Order &
      InPlace & {
        readonly action: 'releasePolicy';
        readonly groupId: string;
        readonly policy: string;
      })
  | (Order & AccountScope & { readonly action: 'pause'; readonly until: Date })
  | (Order & { readonly action: 'resume' })
  | (Order & {
      readonly action: 'disablePolicy';
      readonly policy: string;
      readonly hours: number;
    })
  | (Order & { readonly action: 'enablePolicy'; readonly policy: string })
  | OperatorQuestion;

/** It changes nothing. */
export type OperatorQuestion =
  | (InPlace & { readonly action: 'list'; readonly groupId?: string })
  | { readonly action: 'listPolicies' }
  | (InPlace & { readonly action: 'check' });

const QUESTIONS: Readonly<Record<OperatorQuestion['action'], true>> = {
  list: true,
  listPolicies: true,
  check: true,
};

export function isQuestion(request: OperatorRequest): request is OperatorQuestion {
  return request.action in QUESTIONS;
}

/** A rule with what speaks for it. */
export interface ListedRule {
  readonly groupId: string;
  readonly rule: Rule;
  readonly grants: LedgerEntry['grants'];
}

/** A policy that holds for one group. */
export interface HeldPolicy {
  readonly policy: string;
  /** The group's tags do not ask for it any more: it holds until someone who may ends it. */
  readonly byEarlierTags?: true;
}

/** A rule that a policy excludes, or did: no grant is needed for it while that is in force. */
export interface ListedExclusion extends RuleExclusion {
  readonly policy: string;
  readonly isOver: boolean;
}

/** Whether the sentry works, by what its ledger says. */
export interface LifeAnswer {
  readonly isAlive: boolean;
  readonly last: LastSigns;
  /** Sentences on what was not seen for too long. */
  readonly silences: readonly string[];
  /** That is in force, here or elsewhere. */
  readonly pause?: Pause;
}

/** A policy by its name, with its response as deployed. */
export interface ListedPolicy {
  readonly name: string;
  readonly baseline: string;
  readonly response: Response;
  /** Absent: for all groups that the sentry watches. */
  readonly appliesTo?: Policy['appliesTo'];
  /** Absent: everywhere. */
  readonly appliesIn?: Policy['appliesIn'];
  readonly disabled?: Omit<Disabling, 'policy'>;
}

export interface OperatorAnswer {
  /** A sentence on what was done; absent where something was only asked. */
  readonly done?: string;
  /** Absent where it is the sentry's own. */
  readonly place?: Place;
  readonly rules?: readonly ListedRule[];
  readonly exclusions?: readonly ListedExclusion[];
  readonly life?: LifeAnswer;
  readonly policies?: readonly ListedPolicy[];
  /** Of one group; an empty list: nothing in it is judged. */
  readonly holding?: readonly HeldPolicy[];
}

export interface OperatorPorts {
  readonly places: OrderablePlaces;
  readonly clock: Clock;
  at(place: Place): Promise<PlacePorts>;
  writePause(pause: Pause | undefined): Promise<void>;
  writeDisablings(disablings: readonly Disabling[]): Promise<void>;
}

/** The sentry in one place. */
export interface PlacePorts {
  readonly groups: SecurityGroups;
  readonly ledger: Ledger;
  readonly signs: Pick<SignsOfLife, 'last'>;
  /** Those that a sentry that is alive gives, if not all. */
  readonly expectedSigns?: readonly SignOfLife[];
  /** As it holds there; absent where it is the same everywhere. Throws an UnknownUnitError. */
  configuration?(): SentryConfiguration;
  /** Has the group judged by the function that acts. */
  pointTo(groupIds: readonly string[]): Promise<void>;
}

/** The place that an order is for. */
interface There extends PlacePorts {
  readonly clock: Clock;
  /** Names a group, and the place where it is not the sentry's own. */
  nameOf(groupId: string): string;
}

const HOUR_MILLISECONDS = 60 * 60_000;

export async function carryOut(
  request: OperatorRequest,
  configuration: SentryConfiguration,
  ports: OperatorPorts,
): Promise<OperatorAnswer> {
  switch (request.action) {
    case 'pause':
      return pause(request, configuration, ports);
    case 'resume':
      return resume(ports);
    case 'disablePolicy':
      return disablePolicy(request, configuration, ports);
    case 'enablePolicy':
      return enablePolicy(request, configuration, ports);
    case 'listPolicies':
      return { policies: listedPolicies(configuration, ports.clock.now()) };
    default:
      return carryOutThere(request, configuration, ports);
  }
}

/** What is about one place. */
type RequestThere = RequestOf<
  'accept' | 'withdraw' | 'release' | 'releasePolicy' | 'list' | 'check'
>;

type RequestOf<Action extends OperatorRequest['action']> = Extract<
  OperatorRequest,
  { action: Action }
>;

async function carryOutThere(
  request: RequestThere,
  configuration: SentryConfiguration,
  { places, clock, at }: OperatorPorts,
): Promise<OperatorAnswer> {
  const place = orderedPlace(request, places);
  const isOwn = isSamePlace(place, places.own);
  const suffix = isOwn ? '' : ` (account ${place.accountId}, ${place.region})`;
  const there: There = {
    ...(await at(place)),
    clock,
    nameOf: (groupId) => `${groupId}${suffix}`,
  };
  const answer = await answerThere(request, configuration, there);
  return { ...answer, ...(!isOwn && { place }) };
}

async function answerThere(
  request: RequestThere,
  configuration: SentryConfiguration,
  there: There,
): Promise<OperatorAnswer> {
  switch (request.action) {
    case 'accept':
      return againOnConflict(async () => accept(request, there));
    case 'withdraw':
      return againOnConflict(async () => withdraw(request, there));
    case 'release':
      return againOnConflict(async () => release(request, configuration, there));
    case 'releasePolicy':
      return againOnConflict(async () => releasePolicy(request, configuration, there));
    case 'list':
      return list(request.groupId, configuration, there);
    case 'check':
      return check(configuration, there);
  }
}

async function accept(
  { groupId, ruleId, until, by, reason }: RequestOf<'accept'>,
  { groups, ledger, clock, nameOf }: There,
): Promise<OperatorAnswer> {
  const now = clock.now();
  if (until && until <= now) {
    throw new OperatorError(
      `"until" is ${until.toISOString()}, which is past: give a time to come, or none to accept the rule for good.`,
    );
  }
  const remembered = await adopted(groupId, { ledger, nameOf });
  const rule = (await groups.rulesOf(groupId)).rules.find(({ id }) => id === ruleId);
  if (!rule) {
    throw new OperatorError(
      `${nameOf(groupId)} has no rule ${ruleId}: only a rule that stands there can be accepted. Give the id that DescribeSecurityGroupRules shows.`,
    );
  }
  const lists = await groups.prefixLists(prefixListIds([rule]));
  const unread = whyUnread(lists);
  if (unread !== undefined) {
    throw new OperatorError(`${ruleId} cannot be accepted now, as ${unread}. Try again later.`);
  }
  const version = listOf(rule, lists)?.version;
  const entry = entryOf(rule, remembered);
  const grant = { cause: 'operator', by, reason, since: now, ...(until && { until }) } as const;
  await ledger.write(groupId, [
    {
      kind: 'put',
      entry: {
        revision: entry?.revision ?? 0,
        rule,
        grants: [...livingGrants(entry, now), grant],
        ...(version !== undefined && { prefixListVersion: version }),
      },
    },
  ]);
  return {
    done: `The rule ${ruleId} of ${nameOf(groupId)}, ${ruleText(rule)}, is accepted ${until ? `until ${until.toISOString()}` : 'for good'}.`,
  };
}

async function withdraw(
  { groupId, ruleId }: RequestOf<'withdraw'>,
  { ledger, clock, pointTo, nameOf }: There,
): Promise<OperatorAnswer> {
  const remembered = await adopted(groupId, { ledger, nameOf });
  const entry = [...remembered.entries.values()].find(({ rule }) => rule.id === ruleId);
  const grants = livingGrants(entry, clock.now());
  if (!entry || grants.length === 0) {
    throw new OperatorError(
      `No grant speaks for the rule ${ruleId} of ${nameOf(groupId)}: ask for the list to see which rules have one.`,
    );
  }
  // As if it had been waiting for ever, so that it is judged at once.
  await ledger.write(groupId, [
    {
      kind: 'put',
      entry: { ...entry, grants: [], toldAt: undefined, unexplainedSince: new Date(0) },
    },
  ]);
  await pointTo([groupId]);
  return {
    done: `${grants.length} grants for the rule ${ruleId} of ${nameOf(groupId)} are withdrawn, and the group is judged.`,
  };
}

async function release(
  { groupId }: RequestOf<'release'>,
  { monitoredGroups }: SentryConfiguration,
  { groups, ledger, clock, nameOf }: There,
): Promise<OperatorAnswer> {
  const { record } = await adopted(groupId, { ledger, nameOf });
  const [details] = await groups.find({ kind: 'ids', groupIds: [groupId] });
  if (details && isSelected(details, monitoredGroups)) {
    throw new OperatorError(
      `${nameOf(groupId)} is still chosen by the sentry's "monitoredGroups", so it would be adopted again: change its tags, or the app, first.`,
    );
  }
  if (record) {
    await ledger.writeRecord({ ...record, releasedAt: clock.now(), releasedFor: 'not-chosen' });
  }
  return { done: `${nameOf(groupId)} is not watched any more.` };
}

/** From now on, the tags by which the policy is for the group count as they are. */
async function releasePolicy(
  { groupId, policy: name }: RequestOf<'releasePolicy'>,
  everywhere: SentryConfiguration,
  there: There,
): Promise<OperatorAnswer> {
  refuseUnknown(name, everywhere);
  const { groups, ledger, clock, nameOf } = there;
  const configuration = there.configuration?.() ?? everywhere;
  const { record } = await adopted(groupId, { ledger, nameOf });
  const [details] = await groups.find({ kind: 'ids', groupIds: [groupId] });
  if (!details || !record) {
    throw new OperatorError(`${nameOf(groupId)} does not exist any more: nothing holds for it.`);
  }
  const before = heldPolicies(details, record, configuration);
  const held = before.find(({ policy }) => policy === name);
  if (!held) throw new OperatorError(`The policy ${name} does not hold for ${nameOf(groupId)}.`);
  if (!held.byEarlierTags) {
    throw new OperatorError(
      `By its tags as they are, or by the app, the policy ${name} is for ${nameOf(groupId)}: change its tags, or the policy's "appliesTo", first.`,
    );
  }
  const keys = configuration.policies
    .filter((policy) => policy.name === name)
    .flatMap(({ appliesTo }) => (appliesTo ? decisiveTagKeys(appliesTo) : []));
  const written = { keys, at: clock.now() };
  const tags = decideTags(record.tags, details, decisiveTags(configuration), written);
  const changed = { ...record, ...(tags && { tags }) };
  await ledger.writeRecord(changed);
  const left = heldPolicies(details, changed, configuration).map(({ policy }) => policy);
  const ended = before.map(({ policy }) => policy).filter((policy) => !left.includes(policy));
  return {
    done: `${nameOf(groupId)} is without ${ended.join(', ')} from now on, as its tags say. ${left.length > 0 ? `What still holds for it: ${left.join(', ')}.` : 'No policy is for it any more, so nothing in it is judged.'}`,
  };
}

/** Undefined where all policies are for all groups, or the group is not there. */
async function holdingIn(
  groupId: string,
  everywhere: SentryConfiguration,
  { groups, ledger, configuration }: There,
): Promise<HeldPolicy[] | undefined> {
  if (!namesGroups(everywhere)) return undefined;
  const [details] = await groups.find({ kind: 'ids', groupIds: [groupId] });
  const record = await ledger.record(groupId);
  return details && heldPolicies(details, record, configuration?.() ?? everywhere);
}

function heldPolicies(
  details: GroupDetails,
  record: GroupRecord | undefined,
  { policies }: SentryConfiguration,
): HeldPolicy[] {
  return policies
    .filter((policy) => isFor(policy, details, record?.tags))
    .map((policy) => ({
      policy: policy.name ?? '',
      ...(!isFor(policy, details, undefined) && { byEarlierTags: true as const }),
    }));
}

async function pause(
  { until, reason, by, accounts, units }: RequestOf<'pause'>,
  configuration: SentryConfiguration,
  { places, clock, writePause }: OperatorPorts,
): Promise<OperatorAnswer> {
  const now = clock.now();
  const milliseconds = until.getTime() - now.getTime();
  if (milliseconds <= 0 || milliseconds > LONGEST_PAUSE_MILLISECONDS) {
    throw new OperatorError(
      `"until" is ${until.toISOString()}: give a time to come, within seven days.`,
    );
  }
  const scope = { ...(accounts && { accounts }), ...(units && { units }) };
  refuseUnknownScope(scope, places);
  await writePause({ until, reason, by, ...scope });
  const where = isNarrow(scope) ? ` in ${scopeText(scope)}` : '';
  return {
    done: `The sentry reverts nothing${where} until ${until.toISOString()}. It goes on judging and reporting.${replacedText(scope, configuration, now)}`,
  };
}

/** There is one pause at a time: someone may have meant to add to it. */
function replacedText(scope: AccountScope, configuration: SentryConfiguration, now: Date): string {
  const { pause: earlier } = configuration;
  if (!earlier || !isPaused(configuration, now)) return '';
  if (!isNarrow(earlier) && !isNarrow(scope)) return '';
  const where = isNarrow(earlier) ? `in ${scopeText(earlier)}` : 'of the whole sentry';
  return ` The pause ${where} until ${earlier.until.toISOString()} is over, as there is one at a time.`;
}

async function resume({ writePause }: OperatorPorts): Promise<OperatorAnswer> {
  await writePause(undefined);
  return {
    done: 'The sentry acts again. What was added during the pause is answered by the next runs of reconcile.',
  };
}

const MOST_DISABLINGS = 7;
/** SSM takes 4 KB a parameter, of which some are its own version and names. */
const MOST_DISABLINGS_BYTES = 3_900;

async function disablePolicy(
  { policy, hours, by, reason }: RequestOf<'disablePolicy'>,
  configuration: SentryConfiguration,
  { clock, writeDisablings }: OperatorPorts,
): Promise<OperatorAnswer> {
  refuseUnknown(policy, configuration);
  const since = clock.now();
  const until = new Date(since.getTime() + hours * HOUR_MILLISECONDS);
  const others = keptDisablings(configuration, since).filter((one) => one.policy !== policy);
  if (others.length >= MOST_DISABLINGS) {
    throw new OperatorError(
      `${others.length} policies are disabled, or were within a week, and more are not kept: enable one, or pause the sentry.`,
    );
  }
  const disablings = [...others, { policy, since, until, reason, by }];
  if (bytesAsJson(disablings) > MOST_DISABLINGS_BYTES) {
    throw new OperatorError(
      'With this order, all that are kept take more than the 4 KB of a parameter: give a shorter reason, or enable a policy.',
    );
  }
  await writeDisablings(disablings);
  return {
    done: `The policy ${policy} is disabled until ${until.toISOString()}: what violates it is reported, and left. Then it is in force again by itself, and what still violates it is answered by reconcile. Functions that are at work notice within a minute.`,
  };
}

async function enablePolicy(
  { policy }: RequestOf<'enablePolicy'>,
  configuration: SentryConfiguration,
  { clock, writeDisablings }: OperatorPorts,
): Promise<OperatorAnswer> {
  const now = clock.now();
  const { disablings = [] } = configuration;
  if (!disablings.some((one) => one.policy === policy && now < one.until)) {
    throw new OperatorError(
      `The policy ${policy} is not disabled: ask with {"action":"listPolicies"} which are.`,
    );
  }
  await writeDisablings(keptDisablings(configuration, now).filter((one) => one.policy !== policy));
  return {
    done: `The policy ${policy} is in force again. What still violates it is answered by the next runs of reconcile.`,
  };
}

/** One that is over is kept until reconcile has surely told of its end. */
function keptDisablings({ disablings = [] }: SentryConfiguration, now: Date): readonly Disabling[] {
  return disablings.filter((one) => isToldOf(one, now));
}

function refuseUnknown(name: string, { policies }: SentryConfiguration): void {
  if (policies.some((policy) => policy.name === name)) return;
  throw new OperatorError(
    `No policy is called ${name}: the sentry has ${policies.map((policy) => policy.name).join(', ')}.`,
  );
}

function listedPolicies({ policies }: SentryConfiguration, now: Date): ListedPolicy[] {
  return policies.map((policy) => {
    const { name = '', baseline, response, appliesTo, appliesIn, disabling } = policy;
    return {
      name,
      baseline: baselineText(baseline),
      response,
      ...(appliesTo && { appliesTo }),
      ...(appliesIn && { appliesIn }),
      ...(disabling && isDisabled(policy, now) && { disabled: orderOf(disabling) }),
    };
  });
}

function orderOf({ policy: _, ...order }: Disabling): Omit<Disabling, 'policy'> {
  return order;
}

function baselineText(baseline: Baseline): string {
  return baseline.kind === 'locked'
    ? baseline.kind
    : `${baseline.kind}: ${baseline.patterns.map(({ name }) => name).join('; ')}`;
}

async function list(
  groupId: string | undefined,
  everywhere: SentryConfiguration,
  there: There,
): Promise<OperatorAnswer> {
  const { ledger, clock } = there;
  const ids =
    groupId === undefined
      ? (await ledger.records())
          .filter(({ releasedAt }) => !releasedAt)
          .map((record) => record.groupId)
      : [groupId];
  const ledgers = await inTurns(ids, LEDGERS_AT_ONCE, async (id) => ({
    id,
    remembered: await ledger.readWithoutTags(id),
  }));
  const rules = ledgers.flatMap(({ id, remembered }) =>
    [...remembered.entries.values()]
      .map(({ rule, grants }) => ({
        groupId: id,
        rule,
        grants: livingGrants({ rule, grants, revision: 0 }, clock.now()),
      }))
      .filter(({ grants }) => grants.length > 0),
  );
  const holding = groupId === undefined ? undefined : await holdingIn(groupId, everywhere, there);
  return {
    ...(holding && { holding }),
    rules: rules.sort(
      (a, b) =>
        a.groupId.localeCompare(b.groupId) || ruleKey(a.rule).localeCompare(ruleKey(b.rule)),
    ),
    exclusions: exclusionsIn(everywhere, clock.now()).filter(
      (one) => groupId === undefined || one.groupId === groupId,
    ),
  };
}

function exclusionsIn({ policies }: SentryConfiguration, now: Date): ListedExclusion[] {
  return policies.flatMap(({ name = '', excluding = [] }) =>
    excluding.map((one) => ({ policy: name, ...one, isOver: isOver(one, now) })),
  );
}

async function check(
  configuration: SentryConfiguration,
  { signs, expectedSigns, clock }: There,
): Promise<OperatorAnswer> {
  const now = clock.now();
  const last = await signs.last();
  const missing = silences(last, now, expectedSigns);
  const { pause: inForce } = configuration;
  return {
    life: {
      isAlive: missing.length === 0,
      last,
      silences: missing,
      ...(isPaused(configuration, now) && { pause: inForce }),
    },
  };
}

async function adopted(
  groupId: string,
  { ledger, nameOf }: Pick<There, 'ledger' | 'nameOf'>,
): Promise<GroupLedger> {
  const remembered = await ledger.read(groupId);
  if (isAdopted(remembered)) return remembered;
  throw new OperatorError(
    `${nameOf(groupId)} is not in the sentry's ledger: give the id of a monitored group that reconcile has adopted.`,
  );
}
