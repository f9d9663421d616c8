import type { GroupView } from './group-view';
import type { GroupDetails } from '../groups/group';
import { hangsOnDoubt, peersThatDecide } from '../judging/violations';
import { peersInDoubt } from '../policies/peers-in-doubt';
import type { Policy } from '../policies/policy';
import { listDoubt, listOf } from '../rules/prefix-list';
import type { Rule } from '../rules/rule';

/** Whatever one run could not judge, and why. It is notified in each run. */
export interface Doubts {
  readonly lists: readonly DoubtfulList[];
  /** Rules that EC2 shows in a form that cannot be read. */
  readonly rules: readonly { readonly group: GroupDetails; readonly ruleIds: readonly string[] }[];
  /** Groups that were not judged at all. */
  readonly groups: readonly NotJudged[];
  /** Choices of groups that could not be looked up: new groups may be missed. */
  readonly selections: readonly { readonly selection: string; readonly reason: string }[];
  /** Peers of policies of which no one knows what they mean. */
  readonly peers: readonly DoubtfulPeer[];
}

export const NO_DOUBTS: Doubts = { lists: [], rules: [], groups: [], selections: [], peers: [] };

/** A prefix list that may hold what a policy does not allow. */
export interface DoubtfulList {
  readonly id: string;
  readonly reason: string;
  /** Whether EC2 shows it, or could not be asked. */
  readonly isShown: boolean;
  /** Rules that name it, and would violate if it held the wrong entries. */
  readonly rules: readonly { readonly group: GroupDetails; readonly rule: Rule }[];
}

/** A peer of a policy that may mean more than is known. */
export interface DoubtfulPeer {
  readonly peer: string;
  readonly reason: string;
  /** Rules that would violate if it did, or if it did not. */
  readonly rules: readonly { readonly group: GroupDetails; readonly rule: Rule }[];
}

export interface NotJudged {
  readonly group: GroupDetails;
  readonly reason: string;
  /** It was read; only what a peer of a policy means is not known. */
  readonly isForPeer?: boolean;
}

export function doubtfulLists(views: readonly GroupView[], now: Date): DoubtfulList[] {
  const found = new Map<string, DoubtfulList>();
  for (const { details: group, group: standing, prefixLists, configuration } of views) {
    for (const rule of standing.rules) {
      const reason = listDoubt(rule, prefixLists);
      if (reason === undefined || rule.peer.kind !== 'prefixList') continue;
      const { policies } = configuration;
      if (!hangsOnDoubt(rule, { groupId: group.id, policies, prefixLists, now })) continue;
      const id = rule.peer.prefixListId;
      const { rules } = found.get(id) ?? { rules: [] };
      const isShown = listOf(rule, prefixLists) !== undefined;
      found.set(id, { id, reason, isShown, rules: [...rules, { group, rule }] });
    }
  }
  return [...found.values()];
}

/** Each is told, even if no rule hangs on it: its policy does not do what was meant. */
export function doubtfulPeers(
  views: readonly GroupView[],
  policies: readonly Policy[],
  now: Date,
): DoubtfulPeer[] {
  const doubtful = peersInDoubt(policies);
  if (doubtful.length === 0) return [];
  const hanging = views.flatMap(({ details, group: { rules }, prefixLists, configuration }) => {
    const judged = { groupId: details.id, policies: configuration.policies, prefixLists, now };
    return rules.flatMap((rule) =>
      peersThatDecide(rule, judged).map(({ peer }) => ({ peer, group: details, rule })),
    );
  });
  return doubtful.map(({ peer, reason }) => ({
    peer,
    reason,
    rules: hanging.filter((one) => one.peer === peer).map(({ group, rule }) => ({ group, rule })),
  }));
}

export function unreadableRules(views: readonly GroupView[]): Doubts['rules'] {
  return views
    .filter(({ group }) => group.unreadableRuleIds.length > 0)
    .map(({ details, group }) => ({ group: details, ruleIds: group.unreadableRuleIds }));
}

export function isInDoubt({ lists, rules, groups, selections, peers }: Doubts): boolean {
  return [lists, rules, groups, selections, peers].some((doubts) => doubts.length > 0);
}

/**
 * Groups with something in them that could not be read. That a list is not shared any more is
 * known: its owner must not be able to trip the brake by it. And nothing is done over a peer in
 * doubt, so that neither it nor a group that is not adopted yet for it holds up what other policies
 * say: else anyone who tags groups could have a policy with such a peer stop the sentry.
 */
export function doubtfulGroupIds({ lists, rules, groups }: Doubts): ReadonlySet<string> {
  return new Set([
    ...lists
      .filter(({ isShown }) => isShown)
      .flatMap((list) => list.rules.map(({ group }) => group.id)),
    ...rules.map(({ group }) => group.id),
    ...groups.filter(({ isForPeer }) => !isForPeer).map(({ group }) => group.id),
  ]);
}
