import type { Ec2SecurityGroups } from './ec2-security-groups';
import type { GroupWrite } from '../../organization/domain/session-policy';
import type { GroupDetails } from '../domain/groups/group';
import type {
  ActAnswer,
  GroupFilter,
  GroupRules,
  SecurityGroups,
} from '../domain/groups/security-groups';
import type { PrefixLists } from '../domain/rules/prefix-list';
import type { Rule, RuleTag } from '../domain/rules/rule';

/** The groups of a place, as reconcile needs them too. */
export type PlaceGroups = SecurityGroups & Pick<Ec2SecurityGroups, 'rulesOfAll'>;

/** In a session that may do nothing else, in no other group. */
export type WriterOf = (groupId: string, write: GroupWrite) => Ec2SecurityGroups;

/** The groups of a place in a member, for one event or request: for each write one session. */
export class MemberGroups implements PlaceGroups {
  private readonly writers = new Map<string, Ec2SecurityGroups>();

  constructor(
    private readonly reading: PlaceGroups,
    private readonly writerOf: WriterOf,
  ) {}

  async rulesOf(groupId: string): Promise<GroupRules> {
    return this.reading.rulesOf(groupId);
  }

  async rulesOfAll(groupIds: readonly string[]): Promise<ReadonlyMap<string, GroupRules>> {
    return this.reading.rulesOfAll(groupIds);
  }

  async find(filter: GroupFilter): Promise<GroupDetails[]> {
    return this.reading.find(filter);
  }

  async prefixLists(ids: readonly string[]): Promise<PrefixLists> {
    return this.reading.prefixLists(ids);
  }

  async revoke(groupId: string, rule: Rule): Promise<ActAnswer> {
    return this.writer(groupId, 'revoke').revoke(groupId, rule);
  }

  async modify(groupId: string, ruleId: string, to: Rule): Promise<ActAnswer> {
    return this.writer(groupId, 'add').modify(groupId, ruleId, to);
  }

  async authorize(groupId: string, rule: Rule): Promise<ActAnswer> {
    return this.writer(groupId, 'add').authorize(groupId, rule);
  }

  async tag(groupId: string, ruleId: string, tag: RuleTag): Promise<void> {
    return this.writer(groupId, 'add').tag(groupId, ruleId, tag);
  }

  private writer(groupId: string, write: GroupWrite): Ec2SecurityGroups {
    const key = `${write} ${groupId}`;
    const writer = this.writers.get(key) ?? this.writerOf(groupId, write);
    this.writers.set(key, writer);
    return writer;
  }
}
