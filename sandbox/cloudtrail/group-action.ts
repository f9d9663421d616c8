/** The calls that change a security group, or its rules. */
const GROUP_ACTIONS = [
  'AuthorizeSecurityGroupIngress',
  'AuthorizeSecurityGroupEgress',
  'RevokeSecurityGroupIngress',
  'RevokeSecurityGroupEgress',
  'ModifySecurityGroupRules',
  'UpdateSecurityGroupRuleDescriptionsIngress',
  'UpdateSecurityGroupRuleDescriptionsEgress',
  'CreateSecurityGroup',
  'DeleteSecurityGroup',
] as const;

export type GroupAction = typeof GROUP_ACTIONS[number];

export function groupActionNamed(action: string): GroupAction | undefined {
  return GROUP_ACTIONS.find((known) => known === action);
}

/** Calls whose record tells rules that only a look at the group, before and after, shows. */
export function addsOrRemovesRules(action: GroupAction): boolean {
  return action.startsWith('Authorize') || action.startsWith('Revoke');
}
