import type { StandingViolations } from './rehearsal';
import { chunksOf } from '../../../shared/domain/chunks';
import type { GroupDetails } from '../groups/group';
import type { GroupRules, SecurityGroups } from '../groups/security-groups';
import { bareViolations, hangsOnDoubt, peersThatDecide } from '../judging/violations';
import { isFor } from '../policies/configuration-for';
import type { Policy } from '../policies/policy';
import type { PrefixLists } from '../rules/prefix-list';
import { prefixListIds, type Rule } from '../rules/rule';

export interface StandingPorts {
  readonly groups: Pick<SecurityGroups, 'prefixLists'>;
  /** By group id; a group without rules is not among them. */
  rulesOfAll(groupIds: readonly string[]): Promise<ReadonlyMap<string, GroupRules>>;
}

export interface StandingRules {
  readonly violations: readonly StandingViolations[];
  readonly inDoubt: number;
  /** Of the groups that changed, and those that name a list. */
  readonly kept: ReadonlyMap<string, readonly Rule[]>;
  readonly prefixLists: PrefixLists;
}

/** So many groups stand in memory at a time. */
const GROUPS_AT_ONCE = 200;

const MOST_EXAMPLES = 10;

/** Of one policy, while groups are read. */
interface Tally {
  readonly policy: Policy;
  rules: number;
  groups: number;
  readonly examples: { readonly group: GroupDetails; readonly rule: Rule }[];
}

/** By what it is held, and as of when. */
export interface StandingGround {
  readonly policies: readonly Policy[];
  readonly now: Date;
}

/** Holds what stands today against the policies, and keeps what the changes need of it. */
export async function readStandingRules(
  monitored: readonly GroupDetails[],
  { policies, now }: StandingGround,
  isKept: (group: GroupDetails, rules: readonly Rule[]) => boolean,
  ports: StandingPorts,
): Promise<StandingRules> {
  const tallies = policies.map((policy): Tally => ({
    policy,
    rules: 0,
    groups: 0,
    examples: [],
  }));
  const kept = new Map<string, readonly Rule[]>();
  let prefixLists: PrefixLists = new Map();
  let inDoubt = 0;
  for (const chunk of chunksOf(monitored, GROUPS_AT_ONCE)) {
    const byGroup = await ports.rulesOfAll(chunk.map(({ id }) => id));
    const all = [...byGroup.values()].flatMap(({ rules }) => rules);
    prefixLists = await withLists(prefixLists, all, ports);
    for (const group of chunk) {
      const { rules = [] } = byGroup.get(group.id) ?? {};
      const judging = {
        groupId: group.id,
        policies: policies.filter((policy) => isFor(policy, group, undefined)),
        prefixLists,
        now,
      };
      inDoubt += rules.filter(
        (rule) => hangsOnDoubt(rule, judging) || peersThatDecide(rule, judging).length > 0,
      ).length;
      if (isKept(group, rules)) kept.set(group.id, rules);
      tallies
        .filter(({ policy }) => judging.policies.includes(policy))
        .forEach((tally) => count(tally, group, rules, { ...judging, policies: [tally.policy] }));
    }
  }
  return {
    violations: tallies.map(({ policy, ...tally }) => ({
      policy: policy.name ?? policy.baseline.kind,
      baseline: policy.baseline.kind,
      response: policy.response,
      ...tally,
    })),
    inDoubt,
    kept,
    prefixLists,
  };
}

/** With those that the rules name as well, each read once. */
export async function withLists(
  known: PrefixLists,
  rules: readonly Rule[],
  { groups }: Pick<StandingPorts, 'groups'>,
): Promise<PrefixLists> {
  const ids = prefixListIds(rules).filter((id) => !known.has(id));
  return ids.length > 0 ? new Map([...known, ...(await groups.prefixLists(ids))]) : known;
}

function count(
  tally: Tally,
  group: GroupDetails,
  rules: readonly Rule[],
  judging: Parameters<typeof bareViolations>[1],
): void {
  const violating = rules.filter((rule) => bareViolations(rule, judging).length > 0);
  if (violating.length === 0) return;
  tally.rules += violating.length;
  tally.groups += 1;
  tally.examples.push(
    ...violating.slice(0, MOST_EXAMPLES - tally.examples.length).map((rule) => ({ group, rule })),
  );
}
