import { KnownRules } from './known-rules';
import {
  type HistoryLimits,
  type HistoryRecord,
  type HistoryWindow,
  type PagedHistory,
  readHistory,
} from './read-history';
import {
  type AffectedActor,
  NO_COUNTS,
  type NotJudged,
  type Rehearsal,
  type RehearsedChange,
  type RehearsedRule,
  type VerdictCounts,
} from './rehearsal';
import { RehearsalError } from './rehearsal-error';
import {
  rehearseChange,
  rehearseListChange,
  type RehearsalGround,
  type RehearsedRules,
} from './rehearse-change';
import { monitoredToday, RehearsedGroups } from './rehearsed-groups';
import {
  readStandingRules,
  type StandingPorts,
  type StandingRules,
  withLists,
} from './standing-rules';
import type { Clock } from '../../../shared/domain/clock';
import { roleOrNameOf } from '../changes/actor';
import type { Change } from '../changes/change';
import type { GroupDetails } from '../groups/group';
import type { SecurityGroups } from '../groups/security-groups';
import { peersInDoubt } from '../policies/peers-in-doubt';
import { withoutDisabling } from '../policies/policy';
import type { SentryConfiguration } from '../policies/sentry-configuration';
import type { Rule } from '../rules/rule';

/** Ten thousand records are of some 30 MB as a rule, and of more where calls are large. */
const MOST_READ: HistoryLimits = { records: 10_000, length: 64 * 1024 * 1024 };

/** Which part of which time is to be rehearsed. */
export interface RehearsalOrder {
  /** Over all parts. */
  readonly asked: HistoryWindow;
  /** Of which this part covers the newest. */
  readonly window: HistoryWindow;
  readonly part: number;
  /** The calls to look for. */
  readonly eventNames: readonly string[];
  /** Roles of the sentry's own functions. */
  readonly ownRoleArns: readonly string[];
}

export interface RehearsalPorts extends StandingPorts {
  readonly groups: Pick<SecurityGroups, 'find' | 'prefixLists'>;
  readonly history: PagedHistory;
  readonly clock: Clock;
}

/**
 * Tells what the policies would have done to the changes of a time, whatever mode the sentry is in.
 * It only looks.
 */
export async function rehearse(
  order: RehearsalOrder,
  deployed: SentryConfiguration,
  ports: RehearsalPorts,
): Promise<Rehearsal> {
  const configuration = { ...deployed, policies: deployed.policies.map(withoutDisabling) };
  if (configuration.policies.length === 0) {
    throw new RehearsalError(
      'None of the policies is for this account: they are for other accounts of the hub. Give the rehearsal "policies" of its own, those that are to hold here.',
    );
  }
  const monitored = await monitoredToday(configuration.monitoredGroups, ports.groups);
  const read = await readHistory(order.eventNames, order.window, ports.history, MOST_READ);
  const sifted = sift(read.records, order.ownRoleArns);
  const groups = await RehearsedGroups.of(
    sifted.changes,
    configuration.monitoredGroups,
    monitored,
    ports.groups,
  );
  const standing = await readStandingRules(
    [...monitored.values()],
    { policies: configuration.policies, now: ports.clock.now() },
    isNeededFor(sifted.changes),
    ports,
  );
  const prefixLists = await withLists(standing.prefixLists, rulesIn(sifted.changes), ports);
  const judged = judgeAll(sifted.changes, groups, monitored, standing.kept, {
    configuration,
    prefixLists,
  });
  const { changes } = judged;
  return {
    asked: order.asked,
    covered: read.covered,
    ...(read.rest && { rest: read.rest }),
    part: order.part,
    rehearsedAt: ports.clock.now(),
    groups: monitored.size,
    records: { ...sifted.counts, elsewhere: judged.elsewhere },
    counts: countsOf(changes.flatMap(({ rules }) => rules)),
    actors: actorsIn(changes),
    changes,
    notJudged: [
      ...(read.isCutShort ? [{ doubt: 'second-cut-short' as const }] : []),
      ...sifted.unreadable,
      ...judged.notJudged,
    ],
    doubtfulPeers: peersInDoubt(configuration.policies),
    standing: standing.violations,
    standingInDoubt: standing.inDoubt,
  };
}

interface Sifted {
  readonly changes: readonly Change[];
  readonly unreadable: readonly NotJudged[];
  readonly counts: { readonly read: number; readonly failed: number; readonly bySentry: number };
}

function sift(records: readonly HistoryRecord[], ownRoleArns: readonly string[]): Sifted {
  const read = records.flatMap(({ change }) => change ?? []);
  const succeeded = read.filter(({ errorCode }) => !errorCode);
  const changes = succeeded.filter(
    ({ actor }) => actor.roleArn === undefined || !ownRoleArns.includes(actor.roleArn),
  );
  return {
    changes,
    unreadable: records
      .filter(({ change }) => !change)
      .map(({ eventId }) => ({ doubt: 'unreadable-record', eventId })),
    counts: {
      read: records.length,
      failed: read.length - succeeded.length,
      bySentry: succeeded.length - changes.length,
    },
  };
}

/** Whether today's rules of a group say something about the changes. */
function isNeededFor(changes: readonly Change[]) {
  const ids = new Set(
    changes.flatMap(({ subject }) => ('group' in subject ? (subject.group.id ?? []) : [])),
  );
  const names = new Set(
    changes.flatMap(({ subject }) =>
      'group' in subject && subject.group.id === undefined ? (subject.group.name ?? []) : [],
    ),
  );
  const lists = new Set(
    changes.flatMap(({ subject }) => (subject.kind === 'prefix-list' ? subject.prefixListId : [])),
  );
  return ({ id, name }: GroupDetails, rules: readonly Rule[]): boolean =>
    ids.has(id) ||
    (name !== undefined && names.has(name)) ||
    rules.some(({ peer }) => peer.kind === 'prefixList' && lists.has(peer.prefixListId));
}

/** The rules that records tell of. */
function rulesIn(changes: readonly Change[]): Rule[] {
  return changes.flatMap(({ rules: { present, modifiedTo, described, absent } }) => [
    ...present,
    ...modifiedTo,
    ...[...described, ...absent].flatMap(({ rule }) => rule ?? []),
  ]);
}

interface JudgedChanges {
  readonly changes: readonly RehearsedChange[];
  readonly notJudged: readonly NotJudged[];
  readonly elsewhere: number;
}

/** In the order of their times: what a call finds is what those before it left. */
function judgeAll(
  changes: readonly Change[],
  groups: RehearsedGroups,
  monitored: ReadonlyMap<string, GroupDetails>,
  standing: StandingRules['kept'],
  ground: RehearsalGround,
): JudgedChanges {
  const judged: RehearsedChange[] = [];
  const notJudged: NotJudged[] = [];
  let elsewhere = 0;
  const known = knownRules(changes, standing);
  const naming = (listId: string) =>
    [...monitored.values()].filter(({ id }) => namingRules(standing.get(id), listId).length > 0);
  for (const change of changes) {
    const changed = groups.changedBy(change, naming);
    if (changed.kind === 'elsewhere') elsewhere += 1;
    if (changed.kind === 'gone') notJudged.push({ doubt: 'group-gone', eventId: change.eventId });
    if (changed.kind !== 'monitored') continue;
    for (const group of changed.groups) {
      const { rules, doubts } = judgeIn(change, group, { known, standing, ground });
      notJudged.push(...doubts.map((doubt) => ({ doubt, eventId: change.eventId })));
      if (rules.length > 0) judged.push(rehearsedChange(change, group, rules));
    }
  }
  return { changes: judged, notJudged, elsewhere };
}

interface Background {
  readonly known: (groupId: string) => KnownRules;
  readonly standing: StandingRules['kept'];
  readonly ground: RehearsalGround;
}

function judgeIn(
  change: Change,
  group: GroupDetails,
  { known, standing, ground }: Background,
): RehearsedRules {
  const { subject } = change;
  if (subject.kind === 'group-deleted') return DELETED;
  if (subject.kind === 'prefix-list') {
    const naming = namingRules(standing.get(group.id), subject.prefixListId);
    return rehearseListChange({ ...change, subject }, naming, group, ground);
  }
  return rehearseChange({ change, group, known: known(group.id) }, ground);
}

const DELETED: RehearsedRules = {
  rules: [{ change: 'deleted', verdict: 'notify', reasons: ['the monitored group was deleted'] }],
  doubts: [],
};

function namingRules(rules: readonly Rule[] = [], listId: string): Rule[] {
  return rules.filter(({ peer }) => peer.kind === 'prefixList' && peer.prefixListId === listId);
}

function knownRules(
  changes: readonly Change[],
  standing: StandingRules['kept'],
): (groupId: string) => KnownRules {
  const written = new Set(
    changes.flatMap(({ rules: { present, modifiedIds } }) => [
      ...present.flatMap(({ id }) => id ?? []),
      ...modifiedIds,
    ]),
  );
  const known = new Map<string, KnownRules>();
  return (groupId) => {
    const found = known.get(groupId) ?? new KnownRules(standing.get(groupId) ?? [], written);
    known.set(groupId, found);
    return found;
  };
}

function rehearsedChange(
  { eventId, eventName, time, actor }: Change,
  { id, name }: GroupDetails,
  rules: readonly RehearsedRule[],
): RehearsedChange {
  return { eventId, eventName, time, actor, group: { id, ...(name && { name }) }, rules };
}

function countsOf(rules: readonly RehearsedRule[]): VerdictCounts {
  return rules.reduce(
    (counts, { verdict }) => ({ ...counts, [verdict]: counts[verdict] + 1 }),
    NO_COUNTS,
  );
}

/** Those who would have met with something, the hardest hit first. */
function actorsIn(changes: readonly RehearsedChange[]): AffectedActor[] {
  const byActor = new Map<string, RehearsedRule[]>();
  for (const { actor, rules } of changes) {
    const name = roleOrNameOf(actor);
    const theirs = byActor.get(name);
    if (theirs) theirs.push(...rules);
    else byActor.set(name, [...rules]);
  }
  const weight = ({ counts }: AffectedActor) => counts.revert + counts.restore;
  return [...byActor]
    .filter(([, rules]) => rules.some(({ verdict }) => verdict !== 'allow'))
    .map(([actor, rules]) => ({ actor, counts: countsOf(rules) }))
    .sort(
      (one, other) =>
        weight(other) - weight(one) ||
        other.counts.ask - one.counts.ask ||
        other.counts.notify - one.counts.notify,
    );
}
