import { recordList, recordListIfAny, withoutAbsent } from './record-list';
import { isWrapped, RecordedAction } from './recorded-action';
import {
  membersOf,
  ParameterTree,
  parameterTree,
  textAt,
  textsAt,
  treesAt,
} from '../proxy/query-parameters';

type Rendered = Record<string, unknown>;

/**
 * What CloudTrail writes as `requestParameters`: what the client sent, not what EC2 makes of it.
 */
export function requestParametersOf(
  action: RecordedAction,
  parameters: Readonly<Record<string, string>>,
): Rendered {
  const sent = parameterTree(parameters);
  if (isWrapped(action)) return { [`${action}Request`]: asSent(sent) };
  switch (action) {
    case 'AuthorizeSecurityGroupIngress':
    case 'AuthorizeSecurityGroupEgress':
    case 'RevokeSecurityGroupIngress':
    case 'RevokeSecurityGroupEgress':
      return rulesOfGroup(sent);
    case 'CreateSecurityGroup':
      return newGroup(sent);
    case 'DeleteSecurityGroup':
      return group(sent);
    case 'CreateVpc':
      return newVpc(sent);
    case 'CreateDefaultVpc':
      return {};
    case 'CreateTags':
    case 'DeleteTags':
      return tags(sent);
  }
}

function newVpc(sent: ParameterTree): Rendered {
  return withoutAbsent({
    cidrBlock: textAt(sent, 'CidrBlock'),
    instanceTenancy: textAt(sent, 'InstanceTenancy') ?? 'default',
    amazonProvidedIpv6CidrBlock: textAt(sent, 'AmazonProvidedIpv6CidrBlock') === 'true',
    tagSpecificationSet: tagSpecifications(sent),
  });
}

function tags(sent: ParameterTree): Rendered {
  return {
    resourcesSet: recordList(textsAt(sent, 'ResourceId').map((resourceId) => ({ resourceId }))),
    tagSet: recordList(treesAt(sent, 'Tag').map(tag)),
  };
}

function tag(sent: ParameterTree): Rendered {
  return withoutAbsent({ key: textAt(sent, 'Key'), value: textAt(sent, 'Value') });
}

function group(sent: ParameterTree): Rendered {
  return withoutAbsent({ groupId: textAt(sent, 'GroupId'), groupName: textAt(sent, 'GroupName') });
}

function newGroup(sent: ParameterTree): Rendered {
  return withoutAbsent({
    groupName: textAt(sent, 'GroupName'),
    groupDescription: textAt(sent, 'GroupDescription'),
    vpcId: textAt(sent, 'VpcId'),
    tagSpecificationSet: tagSpecifications(sent),
  });
}

/** Flat parameters stand beside an empty `ipPermissions`; so do rule ids. */
function rulesOfGroup(sent: ParameterTree): Rendered {
  return withoutAbsent({
    ...group(sent),
    ipPermissions: recordList(treesAt(sent, 'IpPermissions').map(permission)),
    ...protocolAndPorts(sent),
    cidrIp: textAt(sent, 'CidrIp'),
    sourceSecurityGroupName: textAt(sent, 'SourceSecurityGroupName'),
    sourceSecurityGroupOwnerId: textAt(sent, 'SourceSecurityGroupOwnerId'),
    securityGroupRuleIds: recordListIfAny(
      textsAt(sent, 'SecurityGroupRuleId').map((id) => ({ securityGroupRuleId: id })),
    ),
    tagSpecificationSet: tagSpecifications(sent),
  });
}

function permission(sent: ParameterTree): Rendered {
  return withoutAbsent({
    ...protocolAndPorts(sent),
    groups: recordList(treesAt(sent, 'Groups').map(peerGroup)),
    ipRanges: recordList(
      treesAt(sent, 'IpRanges').map((range) => peer('cidrIp', textAt(range, 'CidrIp'), range)),
    ),
    ipv6Ranges: recordList(
      treesAt(sent, 'Ipv6Ranges').map((range) =>
        peer('cidrIpv6', textAt(range, 'CidrIpv6'), range),
      ),
    ),
    prefixListIds: recordList(
      treesAt(sent, 'PrefixListIds').map((list) =>
        peer('prefixListId', textAt(list, 'PrefixListId'), list),
      ),
    ),
  });
}

function protocolAndPorts(sent: ParameterTree): Rendered {
  return {
    ipProtocol: textAt(sent, 'IpProtocol'),
    fromPort: numberIn(textAt(sent, 'FromPort')),
    toPort: numberIn(textAt(sent, 'ToPort')),
  };
}

function peer(kind: string, value: string | undefined, sent: ParameterTree): Rendered {
  return withoutAbsent({ [kind]: value, description: textAt(sent, 'Description') });
}

function peerGroup(sent: ParameterTree): Rendered {
  return withoutAbsent({
    groupId: textAt(sent, 'GroupId'),
    groupName: textAt(sent, 'GroupName'),
    userId: textAt(sent, 'UserId'),
    vpcId: textAt(sent, 'VpcId'),
    vpcPeeringConnectionId: textAt(sent, 'VpcPeeringConnectionId'),
    description: textAt(sent, 'Description'),
  });
}

function tagSpecifications(sent: ParameterTree): Rendered | undefined {
  return recordListIfAny(
    treesAt(sent, 'TagSpecification').map((specification) =>
      withoutAbsent({
        resourceType: textAt(specification, 'ResourceType'),
        tags: treesAt(specification, 'Tag').map(tag),
      }),
    ),
  );
}

/** Sent beside the parameters proper; CloudTrail does not write them. */
const UNRECORDED = new Set(['Action', 'Version', 'DryRun']);
const NUMBERS = new Set(['FromPort', 'ToPort', 'CurrentVersion', 'PreviousVersion', 'MaxEntries']);

/**
 * How CloudTrail writes EC2's younger calls: wire names as they are; a list of one is an object, of
 * several an array, members numbered by `tag`.
 */
function asSent(sent: ParameterTree): Rendered {
  const rendered: Rendered = {};
  for (const [name, node] of sent) {
    if (UNRECORDED.has(name)) continue;
    if (typeof node === 'string') rendered[name] = NUMBERS.has(name) ? numberIn(node) : node;
    else rendered[name] = listAsSent(node) ?? asSent(node);
  }
  return rendered;
}

function listAsSent(sent: ParameterTree): unknown {
  const members = membersOf(sent)?.map(({ index, node }) =>
    typeof node === 'string' ? node : { ...asSent(node), tag: index },
  );
  return members?.length === 1 ? members[0] : members;
}

function numberIn(text: string | undefined): number | string | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : text;
}
