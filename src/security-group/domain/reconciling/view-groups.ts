import type { Doubts, NotJudged } from './doubts';
import type { GroupView } from './group-view';
import { chunksOf } from '../../../shared/domain/chunks';
import { reasonOf } from '../../../shared/domain/failure/failure';
import { LEDGERS_AT_ONCE } from '../at-once';
import { countTags } from '../groups/counted-tags';
import type { GroupDetails } from '../groups/group';
import {
  type GroupSelector,
  isSelected,
  isSelectedById,
  selectorsOf,
} from '../groups/monitored-groups';
import type { GroupRules, SecurityGroups } from '../groups/security-groups';
import { type GroupLedger, type GroupRecord, isAdopted } from '../ledger/ledger';
import type { Ledger } from '../ledger/ledger-store';
import { configurationFor, decisiveTags } from '../policies/configuration-for';
import type { SentryConfiguration } from '../policies/sentry-configuration';
import { prefixListIds } from '../rules/rule';
import { inTurns } from '../turns';

/** Groups that are looked at by one call: a call that fails costs no others. */
const GROUPS_PER_CALL = 200;

/** EC2 answers tags with the rules, and each answer stands in memory until it is read. */
const CHUNKS_AT_ONCE = 2;

const NO_GROUP_RULES: GroupRules = { rules: [], unreadableRuleIds: [] };

export interface Candidates {
  readonly existing: readonly GroupDetails[];
  /** Watched groups of which no one can say whether they exist. */
  readonly notFound: readonly NotJudged[];
  readonly selections: Doubts['selections'];
  /** The same, as the sentry is told them. */
  readonly unread: readonly GroupSelector[];
}

/** Groups that exist and are chosen now, and those that were adopted and may be watched still. */
export async function candidates(
  watched: readonly GroupRecord[],
  { monitoredGroups }: SentryConfiguration,
  groups: SecurityGroups,
): Promise<Candidates> {
  const selectors = selectorsOf(monitoredGroups);
  const chosen = await Promise.all(
    selectors.map((selector) => valueOrFailure(groups.find(selector))),
  );
  const found = new Map(
    chosen.flatMap(({ value = [] }) => value).map((group) => [group.id, group]),
  );
  const others = chunksOf(
    watched.filter(({ groupId }) => !found.has(groupId)),
    GROUPS_PER_CALL,
  );
  const adopted = await inTurns(others, CHUNKS_AT_ONCE, async (records) =>
    valueOrFailure(groups.find({ kind: 'ids', groupIds: records.map(({ groupId }) => groupId) })),
  );
  return {
    existing: [...found.values(), ...adopted.flatMap(({ value = [] }) => value)],
    notFound: adopted.flatMap(({ failure }, index) =>
      failure === undefined
        ? []
        : (others[index] ?? []).map(({ groupId: id, name, vpcId }) => ({
            group: { id, name, vpcId },
            reason: failure,
          })),
    ),
    unread: selectors.filter((_, index) => chosen[index]?.failure !== undefined),
    selections: chosen.flatMap(({ failure }, index) =>
      failure === undefined
        ? []
        : [{ selection: selectionText(selectors[index]), reason: failure }],
    ),
  };
}

export function isMonitored(
  group: GroupDetails,
  watched: readonly GroupRecord[],
  { monitoredGroups }: SentryConfiguration,
): boolean {
  return (
    isSelectedById(group.id, monitoredGroups) ??
    (watched.some(({ groupId }) => groupId === group.id) || isSelected(group, monitoredGroups))
  );
}

interface Views {
  readonly views: readonly GroupView[];
  readonly notJudged: readonly NotJudged[];
}

interface ViewPorts {
  readonly ledger: Ledger;
  readonly groups: SecurityGroups;
  rulesOfAll(groupIds: readonly string[]): Promise<ReadonlyMap<string, GroupRules>>;
}

/** A group that cannot be looked at keeps no one from the others. */
export async function viewsOf(
  monitored: readonly GroupDetails[],
  configuration: SentryConfiguration,
  { ledger, groups, rulesOfAll }: ViewPorts,
): Promise<Views> {
  const chunks = chunksOf(monitored, GROUPS_PER_CALL);
  const [rules, ledgers] = await Promise.all([
    inTurns(chunks, CHUNKS_AT_ONCE, async (chunk) =>
      valueOrFailure(rulesOfAll(chunk.map(({ id }) => id))),
    ),
    inTurns(monitored, LEDGERS_AT_ONCE, async ({ id }) => valueOrFailure(ledger.read(id))),
  ]);
  const standing = rules.flatMap(({ value }) => [...(value?.values() ?? [])]);
  const prefixLists = await groups.prefixLists(
    prefixListIds(standing.flatMap((group) => group.rules)),
  );
  const looks = monitored.map((details, index) => ({
    details,
    read: ledgers[index]!,
    described: rules[Math.floor(index / GROUPS_PER_CALL)]!,
  }));
  return {
    views: looks.flatMap(({ details, read: { value: ledgerRead }, described: { value: all } }) =>
      ledgerRead && all
        ? [
            {
              details,
              group: all.get(details.id) ?? NO_GROUP_RULES,
              ledger: ledgerRead,
              prefixLists,
              ...holdingFor(details, ledgerRead, configuration),
            },
          ]
        : [],
    ),
    notJudged: looks.flatMap(({ details, read, described }) => {
      const reason = described.failure ?? read.failure;
      return reason === undefined ? [] : [{ group: details, reason }];
    }),
  };
}

/** Nothing that was decided before a group was let go counts any more. */
function holdingFor(
  details: GroupDetails,
  ledger: GroupLedger,
  configuration: SentryConfiguration,
): Pick<GroupView, 'configuration' | 'tags'> {
  const known = isAdopted(ledger) ? ledger.record?.tags : undefined;
  const tags = countTags(known, details, decisiveTags(configuration));
  return {
    configuration: configurationFor(configuration, details, tags),
    ...(tags && { tags }),
  };
}

interface ValueOrFailure<T> {
  readonly value?: T;
  /** Why there is no value. */
  readonly failure?: string;
}

async function valueOrFailure<T>(promise: Promise<T>): Promise<ValueOrFailure<T>> {
  try {
    return { value: await promise };
  } catch (error) {
    return { failure: reasonOf(error) };
  }
}

function selectionText(selector: GroupSelector | undefined): string {
  switch (selector?.kind) {
    case 'tag':
      return `groups with the tag ${selector.key}=${selector.value}`;
    case 'vpc':
      return `groups of ${selector.vpcId}`;
    case 'ids':
      return `the groups ${selector.groupIds.join(', ')}`;
    default:
      return 'all groups';
  }
}
