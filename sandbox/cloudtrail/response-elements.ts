import { KeptRule, keptPorts, keptProtocol, keptRange } from './kept-rule';
import { recordList, recordListIfAny, withoutAbsent } from './record-list';
import { isWrapped, RecordedAction } from './recorded-action';
import { parameterTree, textAt, treesAt } from '../proxy/query-parameters';

type Rendered = Record<string, unknown>;

/** What is known of a call that succeeded. */
export interface SuccessfulCall {
  readonly action: RecordedAction;
  readonly parameters: Readonly<Record<string, string>>;
  readonly requestId: string;
  readonly region: string;
  readonly account: string;
  /** The group that the call made. */
  readonly newGroupId?: string;
  /**
   * Rules that the group holds since the call, and rules that it held until the call; undefined
   * where no one could look.
   */
  readonly added?: readonly KeptRule[];
  readonly removed?: readonly KeptRule[];
  /**
   * What the answer says of the VPC or prefix list that the call made or changed, by EC2's names.
   */
  readonly answered?: Readonly<Record<string, string>>;
}

/** What is read of an answer about a VPC or a prefix list. */
export const ANSWERED_FIELDS: readonly string[] = [
  'vpcId',
  'state',
  'ownerId',
  'cidrBlock',
  'dhcpOptionsId',
  'instanceTenancy',
  'isDefault',
  'prefixListId',
  'prefixListName',
  'prefixListArn',
  'addressFamily',
  'maxEntries',
  'version',
];
const NUMBERS = new Set(['maxEntries', 'version']);
const TRUTHS = new Set(['isDefault']);

/** What AWS would have answered, as CloudTrail writes it. */
export function responseElementsOf(call: SuccessfulCall): Rendered {
  const success = { requestId: call.requestId, _return: true };
  if (isWrapped(call.action)) return asAnswered(call);
  switch (call.action) {
    case 'AuthorizeSecurityGroupIngress':
    case 'AuthorizeSecurityGroupEgress':
      return withoutAbsent({
        ...success,
        securityGroupRuleSet:
          call.added && recordList(call.added.map((rule) => addedRule(rule, call))),
      });
    case 'RevokeSecurityGroupIngress':
    case 'RevokeSecurityGroupEgress':
      return withoutAbsent({
        ...success,
        revokedSecurityGroupRuleSet: call.removed && recordList(call.removed.map(revokedRule)),
      });
    case 'CreateSecurityGroup':
      return withoutAbsent({
        ...success,
        groupId: call.newGroupId,
        tagSet: recordListIfAny(tagsOf('security-group', call.parameters)),
      });
    case 'DeleteSecurityGroup':
    case 'CreateTags':
    case 'DeleteTags':
      return success;
    case 'CreateVpc':
    case 'CreateDefaultVpc':
      return {
        requestId: call.requestId,
        vpc: { ...answeredFields(call), tagSet: recordList(tagsOf('vpc', call.parameters)) },
      };
  }
}

/** With a wrapper around; those about groups answer nothing of what they did. */
function asAnswered(call: SuccessfulCall): Rendered {
  const content = call.action.includes('PrefixList')
    ? { prefixList: answeredFields(call) }
    : { return: true };
  return {
    [`${call.action}Response`]: {
      xmlns: 'http://ec2.amazonaws.com/doc/2016-11-15/',
      requestId: call.requestId,
      ...content,
    },
  };
}

function answeredFields({ answered = {} }: SuccessfulCall): Rendered {
  return Object.fromEntries(
    Object.entries(answered).map(([name, text]) => [name, answeredValue(name, text)]),
  );
}

function answeredValue(name: string, text: string): unknown {
  if (NUMBERS.has(name)) return Number(text);
  return TRUTHS.has(name) ? text === 'true' : text;
}

function tagsOf(resourceType: string, parameters: Readonly<Record<string, string>>): Rendered[] {
  return treesAt(parameterTree(parameters), 'TagSpecification')
    .filter((specification) => textAt(specification, 'ResourceType') === resourceType)
    .flatMap((specification) => treesAt(specification, 'Tag'))
    .map((tag) => ({ key: textAt(tag, 'Key'), value: textAt(tag, 'Value') ?? '' }));
}

function addedRule(rule: KeptRule, call: SuccessfulCall): Rendered {
  return withoutAbsent({
    groupOwnerId: call.account,
    ...shared(rule),
    description: rule.description,
    referencedGroupInfo: rule.referencedGroup && {
      userId: rule.referencedGroup.userId ?? call.account,
      groupId: rule.referencedGroup.groupId,
    },
    securityGroupRuleArn: `arn:aws:ec2:${call.region}:${call.account}:security-group-rule/${rule.id}`,
    tagSet: recordListIfAny(rule.tags),
  });
}

function revokedRule(rule: KeptRule): Rendered {
  return withoutAbsent({
    ...shared(rule),
    description: rule.description,
    referencedGroupId: rule.referencedGroup?.groupId,
  });
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
