/** EC2's younger calls, which CloudTrail writes as they are sent, with a wrapper around. */
const WRAPPED_ACTIONS = [
  'ModifySecurityGroupRules',
  'UpdateSecurityGroupRuleDescriptionsIngress',
  'UpdateSecurityGroupRuleDescriptionsEgress',
  'ModifyManagedPrefixList',
  'RestoreManagedPrefixListVersion',
] as const;

/**
 * The calls that change security groups, and those that change what decides about them: default
 * groups, prefix lists and tags.
 */
export const RECORDED_ACTIONS = [
  'AuthorizeSecurityGroupIngress',
  'AuthorizeSecurityGroupEgress',
  'RevokeSecurityGroupIngress',
  'RevokeSecurityGroupEgress',
  'CreateSecurityGroup',
  'DeleteSecurityGroup',
  'CreateVpc',
  'CreateDefaultVpc',
  'CreateTags',
  'DeleteTags',
  ...WRAPPED_ACTIONS,
] as const;

export type RecordedAction = (typeof RECORDED_ACTIONS)[number];

export function recordedActionNamed(action: string): RecordedAction | undefined {
  return RECORDED_ACTIONS.find((known) => known === action);
}

export function isWrapped(action: RecordedAction): action is (typeof WRAPPED_ACTIONS)[number] {
  return WRAPPED_ACTIONS.some((known) => known === action);
}

/** Calls whose record tells rules that only a look at the group, before and after, shows. */
export function addsOrRemovesRules(action: RecordedAction): boolean {
  return action.startsWith('Authorize') || action.startsWith('Revoke');
}
