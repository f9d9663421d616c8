import { GroupAction } from './group-action';
import { KeptRule, keptPorts, keptProtocol, keptRange } from './kept-rule';
import { parameterTree, textAt, treesAt } from './query-parameters';
import { recordList, recordListIfAny, withoutAbsent } from './record-list';
import { sentDescription } from './sent-description';

type Rendered = Record<string, unknown>;

/** What is known of a call that succeeded. */
export interface SuccessfulCall {
  readonly action: GroupAction;
  readonly parameters: Readonly<Record<string, string>>;
  readonly requestId: string;
  readonly region: string;
  readonly account: string;
  /** The group that the call made. */
  readonly newGroupId?: string;
  /** Rules that the group holds since the call, and rules that it held until the call; undefined where nobody could look. */
  readonly added?: readonly KeptRule[];
  readonly removed?: readonly KeptRule[];
}

/** What AWS would have answered, as CloudTrail writes it. */
export function responseElementsOf(call: SuccessfulCall): Rendered {
  const success = { requestId: call.requestId, _return: true };
  switch (call.action) {
    case 'AuthorizeSecurityGroupIngress':
    case 'AuthorizeSecurityGroupEgress':
      return withoutAbsent({ ...success, securityGroupRuleSet: call.added && recordList(call.added.map((rule) => addedRule(rule, call))) });
    case 'RevokeSecurityGroupIngress':
    case 'RevokeSecurityGroupEgress':
      return withoutAbsent({ ...success, revokedSecurityGroupRuleSet: call.removed && recordList(call.removed.map(revokedRule)) });
    case 'ModifySecurityGroupRules':
    case 'UpdateSecurityGroupRuleDescriptionsIngress':
    case 'UpdateSecurityGroupRuleDescriptionsEgress':
      return { [`${call.action}Response`]: { xmlns: 'http://ec2.amazonaws.com/doc/2016-11-15/', requestId: call.requestId, return: true } };
    case 'CreateSecurityGroup':
      return withoutAbsent({ ...success, groupId: call.newGroupId, tagSet: recordListIfAny(tagsOfNewGroup(call.parameters)) });
    case 'DeleteSecurityGroup':
      return success;
  }
}

function tagsOfNewGroup(parameters: Readonly<Record<string, string>>): Rendered[] {
  return treesAt(parameterTree(parameters), 'TagSpecification')
    .filter((specification) => textAt(specification, 'ResourceType') === 'security-group')
    .flatMap((specification) => treesAt(specification, 'Tag'))
    .map((tag) => ({ key: textAt(tag, 'Key'), value: textAt(tag, 'Value') ?? '' }));
}

function addedRule(rule: KeptRule, call: SuccessfulCall): Rendered {
  return withoutAbsent({
    groupOwnerId: call.account,
    ...shared(rule),
    description: rule.description ?? sentDescription(rule, call.parameters),
    referencedGroupInfo: rule.referencedGroup && { userId: rule.referencedGroup.userId ?? call.account, groupId: rule.referencedGroup.groupId },
    securityGroupRuleArn: `arn:aws:ec2:${call.region}:${call.account}:security-group-rule/${rule.id}`,
    tagSet: recordListIfAny(rule.tags),
  });
}

function revokedRule(rule: KeptRule): Rendered {
  return withoutAbsent({ ...shared(rule), description: rule.description, referencedGroupId: rule.referencedGroup?.groupId });
}

function shared(rule: KeptRule): Rendered {
  return {
    groupId: rule.groupId,
    securityGroupRuleId: rule.id,
    isEgress: rule.isEgress,
    ipProtocol: keptProtocol(rule.protocol),
    ...keptPorts(rule.protocol, rule.fromPort, rule.toPort),
    cidrIpv4: rule.cidrIpv4 && keptRange(rule.cidrIpv4),
    cidrIpv6: rule.cidrIpv6 && keptRange(rule.cidrIpv6),
    prefixListId: rule.prefixListId,
  };
}
