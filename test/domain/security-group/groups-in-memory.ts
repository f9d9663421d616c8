import type { Clock } from '../../../src/domain/clock';
import type { GroupState, RevokeAnswer, SecurityGroups } from '../../../src/domain/security-group/respond-to-change';
import type { Rule } from '../../../src/domain/security-group/rule';

/**
 * A model of EC2 behind the domain's own port, for what the emulator cannot be made to do: lag, refuse, or change in
 * between. Not a stand-in for EC2 itself: the handler is tested against the emulator.
 */
export class GroupsInMemory implements SecurityGroups, Clock {
  static of(groupId: string, ...rules: Rule[]): GroupsInMemory {
    return new GroupsInMemory(new Map([[groupId, { details: { id: groupId, name: 'web', vpcId: 'vpc-1' }, rules, unreadableRuleIds: [] }]]));
  }

  readonly revoked: string[] = [];
  looks = 0;
  /** What happens before a look, by its number from 1. */
  readonly beforeLook = new Map<number, () => void>();
  /** Rules that EC2 refuses to revoke, and why. */
  readonly refuses = new Map<string, string>();
  /** Rules that EC2 says it has revoked, and still shows. */
  readonly ghosts = new Set<string>();
  /** Rules that are there, and that Describe does not show. */
  readonly hidden = new Set<string>();
  private time: number;

  constructor(readonly groups: Map<string, GroupState>, startedAt = '2026-01-01T00:00:10Z') {
    this.time = Date.parse(startedAt);
  }

  put(groupId: string, change: (rules: readonly Rule[]) => readonly Rule[]): void {
    const state = this.groups.get(groupId)!;
    this.groups.set(groupId, { ...state, rules: change(state.rules) });
  }

  ruleIds(groupId: string): (string | undefined)[] {
    return this.groups.get(groupId)?.rules.map(({ id }) => id) ?? [];
  }

  async look(groupId: string): Promise<GroupState | undefined> {
    this.looks += 1;
    this.beforeLook.get(this.looks)?.();
    return this.groups.get(groupId);
  }

  async find(groupIds: readonly string[]) {
    return groupIds.flatMap((id) => this.groups.get(id)?.details ?? []);
  }

  async revoke(groupId: string, rule: Rule): Promise<RevokeAnswer> {
    const reason = this.refuses.get(rule.id!);
    if (reason) return { kind: 'refused', reason };
    this.revoked.push(rule.id!);
    if (this.ghosts.has(rule.id!)) return { kind: 'revoked' };
    if (this.hidden.delete(rule.id!)) return { kind: 'revoked' };
    if (!this.ruleIds(groupId).includes(rule.id)) return { kind: 'not-found' };
    this.put(groupId, (rules) => rules.filter(({ id }) => id !== rule.id));
    return { kind: 'revoked' };
  }

  now(): Date {
    return new Date(this.time);
  }

  async pause(milliseconds: number): Promise<void> {
    this.time += milliseconds;
  }
}
