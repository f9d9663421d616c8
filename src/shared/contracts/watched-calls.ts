/** Calls that may change what a monitored group lets through, or end it. */
export const CALLS_THAT_CHANGE_GROUPS = [
  'AuthorizeSecurityGroupIngress',
  'AuthorizeSecurityGroupEgress',
  'RevokeSecurityGroupIngress',
  'RevokeSecurityGroupEgress',
  'ModifySecurityGroupRules',
  'UpdateSecurityGroupRuleDescriptionsIngress',
  'UpdateSecurityGroupRuleDescriptionsEgress',
  'DeleteSecurityGroup',
  'ModifyManagedPrefixList',
  'RestoreManagedPrefixListVersion',
] as const;

/** Calls after which there may be one more group to monitor. */
export const CALLS_THAT_MAKE_GROUPS = [
  'CreateSecurityGroup',
  'CreateVpc',
  'CreateDefaultVpc',
] as const;

/** Calls that make groups, or give rules the values that they have. */
export const CALLS_THAT_WRITE_RULES = [
  'AuthorizeSecurityGroupIngress',
  'AuthorizeSecurityGroupEgress',
  'ModifySecurityGroupRules',
  ...CALLS_THAT_MAKE_GROUPS,
] as const;

/** Calls that may make a group a monitored one, or seem to end that. */
export const CALLS_THAT_TAG = ['CreateTags', 'DeleteTags'] as const;

/**
 * Calls that a rehearsal looks for. Which groups are monitored is decided there by today's tags, so
 * that it need not read who tags what.
 */
export const REHEARSED_CALLS = [...CALLS_THAT_CHANGE_GROUPS, ...CALLS_THAT_MAKE_GROUPS] as const;

/** All calls that the event pattern may let through, and that the parser must know. */
export const WATCHED_CALLS = [
  ...CALLS_THAT_CHANGE_GROUPS,
  ...CALLS_THAT_MAKE_GROUPS,
  ...CALLS_THAT_TAG,
] as const;

export type WatchedCall = (typeof WATCHED_CALLS)[number];
