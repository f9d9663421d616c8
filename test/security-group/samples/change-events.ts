/**
 * Records as CloudTrail writes them, made by hand after its documented and recorded shapes:
 * synthetic.
 */

export interface RecordValues {
  readonly eventName?: string;
  readonly userIdentity?: unknown;
  readonly requestParameters?: unknown;
  readonly responseElements?: unknown;
  readonly [field: string]: unknown;
}

export function recordOf(values: RecordValues = {}) {
  return {
    eventVersion: '1.10',
    userIdentity: {
      type: 'IAMUser',
      arn: 'arn:aws:iam::111111111111:user/eve',
      accountId: '111111111111',
      userName: 'eve',
    },
    eventTime: '2026-01-01T00:00:00Z',
    eventSource: 'ec2.amazonaws.com',
    eventName: 'AuthorizeSecurityGroupIngress',
    awsRegion: 'eu-west-1',
    sourceIPAddress: '198.51.100.7',
    userAgent: 'aws-cli/2',
    requestParameters: {
      groupId: 'sg-1',
      ipPermissions: { items: [permission({ ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } })] },
    },
    responseElements: { _return: true },
    eventID: 'event-1',
    recipientAccountId: '111111111111',
    ...values,
  };
}

export function envelopeOf(detail: unknown, values: Record<string, unknown> = {}): string {
  return JSON.stringify({
    version: '0',
    id: 'envelope-1',
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.ec2',
    account: '111111111111',
    time: '2026-01-01T00:00:05Z',
    region: 'eu-west-1',
    resources: [],
    detail,
    ...values,
  });
}

export function permission(values: Record<string, unknown>) {
  return {
    ipProtocol: 'tcp',
    fromPort: 22,
    toPort: 22,
    groups: {},
    ipRanges: {},
    ipv6Ranges: {},
    prefixListIds: {},
    ...values,
  };
}

/** A call in one of the shapes in which CloudTrail writes it. */
export interface CallShape {
  readonly name: string;
  readonly values: RecordValues;
}

export const RULE_CALLS = [
  'AuthorizeSecurityGroupIngress',
  'AuthorizeSecurityGroupEgress',
  'RevokeSecurityGroupIngress',
  'RevokeSecurityGroupEgress',
];
export const DESCRIPTION_CALLS = [
  'UpdateSecurityGroupRuleDescriptionsIngress',
  'UpdateSecurityGroupRuleDescriptionsEgress',
];

/** Calls on a group, whose id stands where a pattern can know of it. */
export function callsOnGroup(groupId: string): CallShape[] {
  const items = {
    groupId,
    ipPermissions: { items: [permission({ ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } })] },
  };
  const flat = {
    groupId,
    ipPermissions: {},
    ipProtocol: 'tcp',
    fromPort: 22,
    toPort: 22,
    cidrIp: '0.0.0.0/0',
  };
  const byIds = {
    groupId,
    ipPermissions: {},
    securityGroupRuleIds: { items: [{ securityGroupRuleId: 'sgr-1' }] },
  };
  return [
    ...RULE_CALLS.flatMap((eventName) => [
      { name: `${eventName}, items`, values: { eventName, requestParameters: items } },
      { name: `${eventName}, flat`, values: { eventName, requestParameters: flat } },
    ]),
    ...RULE_CALLS.slice(2).map((eventName) => ({
      name: `${eventName}, by rule ids`,
      values: { eventName, requestParameters: byIds },
    })),
    {
      name: 'DeleteSecurityGroup',
      values: { eventName: 'DeleteSecurityGroup', requestParameters: { groupId } },
    },
  ];
}

/** Calls on a group, whose id stands elsewhere in the record. */
export function wrappedCallsOnGroup(groupId: string): CallShape[] {
  const modified = (tag: number) => ({
    SecurityGroupRuleId: `sgr-${tag}`,
    tag,
    SecurityGroupRule: { IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIpv4: '0.0.0.0/0' },
  });
  const described = {
    IpProtocol: 'tcp',
    FromPort: 22,
    ToPort: 22,
    IpRanges: { CidrIp: '0.0.0.0/0', Description: 'new', tag: 1 },
    tag: 1,
  };
  return [
    {
      name: 'ModifySecurityGroupRules, one rule',
      values: wrappedCall('ModifySecurityGroupRules', {
        GroupId: groupId,
        SecurityGroupRule: modified(1),
      }),
    },
    {
      name: 'ModifySecurityGroupRules, several rules',
      values: wrappedCall('ModifySecurityGroupRules', {
        GroupId: groupId,
        SecurityGroupRule: [modified(1), modified(2)],
      }),
    },
    ...DESCRIPTION_CALLS.flatMap((eventName) => [
      {
        name: `${eventName}, by values`,
        values: wrappedCall(eventName, { GroupId: groupId, IpPermissions: described }),
      },
      {
        name: `${eventName}, by rule ids`,
        values: wrappedCall(eventName, {
          GroupId: groupId,
          SecurityGroupRuleDescription: {
            SecurityGroupRuleId: 'sgr-1',
            Description: 'new',
            tag: 1,
          },
        }),
      },
    ]),
  ];
}

/** Calls on a group that the record gives by its name only. */
export function callsOnGroupNamed(groupName: string): CallShape[] {
  return [...RULE_CALLS, 'DeleteSecurityGroup'].map((eventName) => ({
    name: `${eventName}, by name`,
    values: { eventName, requestParameters: { groupName } },
  }));
}

/** Calls whose parameters CloudTrail left out for their size. */
export function callsWithoutParameters(): CallShape[] {
  return [...RULE_CALLS, ...DESCRIPTION_CALLS, 'ModifySecurityGroupRules'].flatMap((eventName) => [
    {
      name: `${eventName}, parameters omitted`,
      values: { eventName, requestParameters: { omitted: true, originalSize: 200_000 } },
    },
    { name: `${eventName}, no parameters`, values: { eventName, requestParameters: null } },
  ]);
}

export function prefixListCalls(prefixListId: string): CallShape[] {
  return ['ModifyManagedPrefixList', 'RestoreManagedPrefixListVersion'].flatMap((eventName) => [
    {
      name: `${eventName}, wrapped`,
      values: wrappedCall(eventName, { PrefixListId: prefixListId, CurrentVersion: 1 }),
    },
    {
      name: `${eventName}, flat`,
      values: { eventName, requestParameters: { prefixListId, currentVersion: 1 } },
    },
  ]);
}

/** Calls after which there is a new group. */
export function callsThatMakeGroups(): CallShape[] {
  const vpc = { vpc: { vpcId: 'vpc-1', state: 'pending' } };
  return [
    {
      name: 'CreateSecurityGroup',
      values: {
        eventName: 'CreateSecurityGroup',
        requestParameters: { groupName: 'web', vpcId: 'vpc-1' },
        responseElements: { _return: true, groupId: 'sg-new' },
      },
    },
    {
      name: 'CreateVpc',
      values: {
        eventName: 'CreateVpc',
        requestParameters: { cidrBlock: '10.0.0.0/16' },
        responseElements: vpc,
      },
    },
    {
      name: 'CreateDefaultVpc',
      values: { eventName: 'CreateDefaultVpc', requestParameters: null, responseElements: vpc },
    },
    {
      name: 'CreateDefaultVpc, wrapped',
      values: {
        eventName: 'CreateDefaultVpc',
        requestParameters: { CreateDefaultVpcRequest: '' },
        responseElements: { CreateDefaultVpcResponse: vpc },
      },
    },
  ];
}

export function taggingCalls(resourceIds: string[]): CallShape[] {
  const requestParameters = {
    resourcesSet: { items: resourceIds.map((resourceId) => ({ resourceId })) },
    tagSet: {
      items: [
        { key: 'watched', value: 'yes' },
        { key: 'team', value: 'blue' },
      ],
    },
  };
  return ['CreateTags', 'DeleteTags'].map((eventName) => ({
    name: `${eventName} on ${resourceIds.join(' and ')}`,
    values: { eventName, requestParameters },
  }));
}

export function wrappedCall(eventName: string, request: Record<string, unknown>): RecordValues {
  return {
    eventName,
    requestParameters: { [`${eventName}Request`]: request },
    responseElements: { [`${eventName}Response`]: { return: true } },
  };
}

/** No matter who makes a call, it concerns the group. */
export const IDENTITIES: Readonly<Record<string, RecordValues>> = {
  'a user': {},
  'a role session': { userIdentity: roleSession() },
  'a person from Identity Center': {
    userIdentity: roleSession({
      roleName: 'AWSReservedSSO_Admin_0123456789abcdef',
      sessionName: 'eve@example.com',
    }),
  },
  root: {
    userIdentity: {
      type: 'Root',
      arn: 'arn:aws:iam::111111111111:root',
      accountId: '111111111111',
    },
  },
  CloudFormation: {
    userIdentity: { ...roleSession(), invokedBy: 'cloudformation.amazonaws.com' },
    sourceIPAddress: 'cloudformation.amazonaws.com',
  },
  'a service': { userIdentity: { type: 'AWSService', invokedBy: 'eks.amazonaws.com' } },
  'a federated user': {
    userIdentity: { type: 'FederatedUser', arn: 'arn:aws:sts::111111111111:federated-user/eve' },
  },
  'no one known': { userIdentity: undefined },
};

export function roleSession({ roleName = 'Deployer', sessionName = 'ci' } = {}) {
  return {
    type: 'AssumedRole',
    arn: `arn:aws:sts::111111111111:assumed-role/${roleName}/${sessionName}`,
    principalId: `AROA1:${sessionName}`,
    accountId: '111111111111',
    sessionContext: {
      sessionIssuer: { type: 'Role', arn: `arn:aws:iam::111111111111:role/deploy/${roleName}` },
    },
  };
}
