import type { GroupDetails } from './group';
import type { GroupSelector } from './monitored-groups';
import type { RefusedBy } from '../../../organization/domain/refusal';
import type { PrefixLists } from '../rules/prefix-list';
import type { Rule, RuleTag } from '../rules/rule';

/** The rules of one group, as Describe shows them. */
export interface GroupRules {
  readonly rules: readonly Rule[];
  /**
   * Rules that stand there and cannot be read, by id. They must not hide the others, nor be taken
   * for gone.
   */
  readonly unreadableRuleIds: readonly string[];
}

/** How to find groups. */
export type GroupFilter =
  | GroupSelector
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'prefix-list'; readonly prefixListId: string };

/** EC2's answer to an attempt to change a rule. */
export type ActAnswer =
  /** `isShown`: the answer itself names the rule that is gone, so that no one need look. */
  | { readonly kind: 'done'; readonly isShown?: true }
  /** `attempts`: how often the call was sent to hear that; once, where it is missing. */
  | { readonly kind: 'not-found' | 'already-present'; readonly attempts?: number }
  /** It can never be done like this: the group is full, the peer is gone, … */
  | { readonly kind: 'impossible'; readonly reason: string }
  /** `byMember`: it is a member that does not let the hub do it, and by what. */
  | { readonly kind: 'refused'; readonly reason: string; readonly byMember?: RefusedBy }
  /** Throttled, out of order, or not to be reached, after all tries. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/**
 * Whether an earlier attempt of the same call may have done it: it was carried out, its answer was
 * lost, and the client sent it again.
 */
export function mayBeOurs(answer: ActAnswer): boolean {
  return 'attempts' in answer && (answer.attempts ?? 1) > 1;
}

/** EC2, as the sentry needs it. A read that fails throws: it is never "nothing there". */
export interface SecurityGroups {
  /** Empty also where the group does not exist. */
  rulesOf(groupId: string): Promise<GroupRules>;
  /** Those that exist. */
  find(filter: GroupFilter): Promise<GroupDetails[]>;
  /** Does not throw: a list that cannot be read is in doubt. */
  prefixLists(ids: readonly string[]): Promise<PrefixLists>;
  /** Takes the rule away, by its id. */
  revoke(groupId: string, rule: Rule): Promise<ActAnswer>;
  /** Gives the rule with that id all values of `to`, its description included; id and tags stay. */
  modify(groupId: string, ruleId: string, to: Rule): Promise<ActAnswer>;
  /** Puts a tag on a rule of the group. */
  tag(groupId: string, ruleId: string, tag: RuleTag): Promise<void>;
  /** Adds the rule, with description and tags. */
  authorize(groupId: string, rule: Rule): Promise<ActAnswer>;
}
