/** Actions on security groups, by what they are for. */
export const LOOK_AT_GROUPS = [
  'ec2:DescribeSecurityGroups',
  'ec2:DescribeSecurityGroupRules',
  'ec2:DescribeManagedPrefixLists',
] as const;

/** Only of a sentry whose policies name a VPC. */
export const READ_VPCS = ['ec2:DescribeVpcs'] as const;

export const READ_PREFIX_LISTS = ['ec2:GetManagedPrefixListEntries'] as const;

export const LOOK_UP_EVENTS = ['cloudtrail:LookupEvents'] as const;

export const REVOKE_RULES = [
  'ec2:RevokeSecurityGroupIngress',
  'ec2:RevokeSecurityGroupEgress',
] as const;

export const MODIFY_RULES = ['ec2:ModifySecurityGroupRules'] as const;

export const ADD_RULES = [
  'ec2:AuthorizeSecurityGroupIngress',
  'ec2:AuthorizeSecurityGroupEgress',
] as const;
