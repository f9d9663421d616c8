import type { GroupDetails } from '../../../src/security-group/domain/groups/group';
import type {
  ActAnswer,
  GroupFilter,
  GroupRules,
  SecurityGroups,
} from '../../../src/security-group/domain/groups/security-groups';
import type { PrefixList } from '../../../src/security-group/domain/rules/prefix-list';
import {
  isDescribedAlike,
  type Rule,
  ruleKey,
  type RuleTag,
} from '../../../src/security-group/domain/rules/rule';
import type { Clock } from '../../../src/shared/domain/clock';

export interface GroupInMemory {
  readonly details: GroupDetails;
  readonly rules: readonly Rule[];
  readonly unreadableRuleIds: readonly string[];
}

/** What the sentry did to a rule, and had done. */
export interface Act {
  readonly kind: 'revoke' | 'modify' | 'authorize';
  readonly groupId: string;
  /** As it was asked for. */
  readonly rule: Rule;
  /** Whether the group let that traffic not through before. */
  readonly opens: boolean;
}

/**
 * A model of EC2 behind the domain's own port, for what the emulator cannot be made to do: lag,
 * refuse, or change in between. Not a stand-in for EC2 itself: the handlers are tested against the
 * emulator.
 */
export class GroupsInMemory implements SecurityGroups, Clock {
  static of(groupId: string, ...rules: Rule[]): GroupsInMemory {
    const groups = new GroupsInMemory();
    groups.create({ id: groupId, name: 'web', vpcId: 'vpc-1' }, ...rules);
    return groups;
  }

  readonly all = new Map<string, GroupInMemory>();
  readonly lists = new Map<string, PrefixList>();
  readonly acts: Act[] = [];
  looks = 0;
  /** What happens before a look, by its number from 1. */
  readonly beforeLook = new Map<number, () => void>();
  /** What EC2 answers to acts upon a rule, by its id or key, instead of doing them. */
  readonly refuses = new Map<string, ActAnswer>();
  /** Whether EC2's answer to a revoke names the rule that is gone. */
  namesRevoked = false;
  /** Rules that EC2 says it has revoked, and still shows. */
  readonly ghosts = new Set<string>();
  /** Rules that are there, and that Describe does not show. */
  readonly hidden = new Set<string>();
  /** What real EC2 says to a Modify that changes nothing is not known. */
  callsOwnValuesDuplicate = false;
  private time: number;
  private ids = 0;

  constructor(startedAt = '2026-01-01T00:00:10Z') {
    this.time = Date.parse(startedAt);
  }

  create(details: GroupDetails, ...rules: Rule[]): void {
    this.all.set(details.id, { details, rules, unreadableRuleIds: [] });
  }

  /**
   * Someone adds the rule, as EC2 gives it an id; undefined where it is there already, or there is
   * no such group.
   */
  open(groupId: string, rule: Rule): Rule | undefined {
    if (!this.all.has(groupId) || this.withKey(groupId, rule)) return undefined;
    this.ids += 1;
    const opened = { ...rule, id: `sgr-new-${this.ids}` };
    this.put(groupId, (rules) => [...rules, opened]);
    return opened;
  }

  close(groupId: string, ruleId: string): void {
    this.put(groupId, (rules) => rules.filter(({ id }) => id !== ruleId));
  }

  /**
   * Someone gives a rule other values; EC2 keeps id, direction and tags. Undefined where there is
   * no such rule, or another with these values.
   */
  change(groupId: string, ruleId: string, to: Rule): Rule | undefined {
    const rule = this.ruleOf(groupId, ruleId);
    if (!rule) return undefined;
    const { tags, direction, id } = rule;
    const { description, ...values } = to;
    const changed: Rule = {
      ...values,
      direction,
      id,
      ...(tags && { tags }),
      ...(description && { description }),
    };
    const other = this.withKey(groupId, changed);
    if (other && other.id !== id) return undefined;
    this.put(groupId, (rules) => rules.map((one) => (one === rule ? changed : one)));
    return changed;
  }

  put(groupId: string, change: (rules: readonly Rule[]) => readonly Rule[]): void {
    const group = this.all.get(groupId);
    if (group) this.all.set(groupId, { ...group, rules: change(group.rules) });
  }

  rulesIn(groupId: string): readonly Rule[] {
    return this.all.get(groupId)?.rules ?? [];
  }

  ruleIds(groupId: string): (string | undefined)[] {
    return this.rulesIn(groupId).map(({ id }) => id);
  }

  keysIn(groupId: string): string[] {
    return this.rulesIn(groupId).map(ruleKey);
  }

  async rulesOf(groupId: string): Promise<GroupRules> {
    this.looks += 1;
    this.beforeLook.get(this.looks)?.();
    const group = this.all.get(groupId);
    return {
      rules: (group?.rules ?? []).filter(({ id }) => !this.hidden.has(id ?? '')),
      unreadableRuleIds: group?.unreadableRuleIds ?? [],
    };
  }

  async find(filter: GroupFilter): Promise<GroupDetails[]> {
    return [...this.all.values()]
      .filter((group) => isMeant(group, filter))
      .map(({ details }) => details);
  }

  async prefixLists(ids: readonly string[]) {
    return new Map([...this.lists].filter(([id]) => ids.includes(id)));
  }

  async revoke(groupId: string, rule: Rule): Promise<ActAnswer> {
    const refused = this.refusalOf(rule);
    if (refused) return refused;
    if (!this.ruleOf(groupId, rule.id)) return { kind: 'not-found' };
    this.acts.push({ kind: 'revoke', groupId, rule, opens: false });
    this.hidden.delete(rule.id ?? '');
    if (!this.ghosts.has(rule.id ?? '')) this.close(groupId, rule.id ?? '');
    return { kind: 'done', ...(this.namesRevoked && { isShown: true }) };
  }

  async modify(groupId: string, ruleId: string, to: Rule): Promise<ActAnswer> {
    const refused = this.refusalOf(to);
    if (refused) return refused;
    const before = this.ruleOf(groupId, ruleId);
    if (!before) return { kind: 'not-found' };
    const alike = this.withKey(groupId, to);
    const opens = !alike;
    if (alike?.id === ruleId && this.callsOwnValuesDuplicate) return { kind: 'already-present' };
    const after = this.change(groupId, ruleId, to);
    if (!after) return { kind: 'already-present' };
    // One that is sent again does nothing.
    if (isDescribedAlike(before, after)) return { kind: 'done' };
    this.acts.push({ kind: 'modify', groupId, rule: to, opens });
    return { kind: 'done' };
  }

  async authorize(groupId: string, rule: Rule): Promise<ActAnswer> {
    const refused = this.refusalOf(rule);
    if (refused) return refused;
    if (!this.all.has(groupId)) return { kind: 'impossible', reason: 'InvalidGroup.NotFound' };
    if (!this.open(groupId, rule)) return { kind: 'already-present' };
    this.acts.push({ kind: 'authorize', groupId, rule, opens: true });
    return { kind: 'done' };
  }

  async tag(_groupId: string, ruleId: string, tag: RuleTag): Promise<void> {
    const [groupId] = [...this.all.keys()].filter((id) => this.ruleOf(id, ruleId));
    if (groupId === undefined) throw new Error(`InvalidSecurityGroupRuleId.NotFound: ${ruleId}`);
    const tagged = (rule: Rule) => ({
      ...rule,
      tags: [...(rule.tags ?? []).filter(({ key }) => key !== tag.key), tag],
    });
    this.put(groupId, (rules) => rules.map((rule) => (rule.id === ruleId ? tagged(rule) : rule)));
  }

  now(): Date {
    return new Date(this.time);
  }

  async pause(milliseconds: number): Promise<void> {
    this.time += milliseconds;
  }

  private refusalOf(rule: Rule): ActAnswer | undefined {
    return this.refuses.get(rule.id ?? '') ?? this.refuses.get(ruleKey(rule));
  }

  private ruleOf(groupId: string, ruleId: string | undefined): Rule | undefined {
    return this.rulesIn(groupId).find(({ id }) => id === ruleId);
  }

  private withKey(groupId: string, rule: Rule): Rule | undefined {
    return this.rulesIn(groupId).find((one) => ruleKey(one) === ruleKey(rule));
  }
}

function isMeant({ details, rules }: GroupInMemory, filter: GroupFilter): boolean {
  switch (filter.kind) {
    case 'ids':
      return filter.groupIds.includes(details.id);
    case 'tag':
      return (
        details.tags?.some(({ key, value }) => key === filter.key && value === filter.value) ??
        false
      );
    case 'vpc':
      return details.vpcId === filter.vpcId;
    case 'all':
      return true;
    case 'name':
      return details.name === filter.name;
    case 'prefix-list':
      return rules.some(
        ({ peer }) => peer.kind === 'prefixList' && peer.prefixListId === filter.prefixListId,
      );
  }
}
