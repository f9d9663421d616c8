import {
  ADD_RULES,
  LOOK_AT_GROUPS,
  LOOK_UP_EVENTS,
  MODIFY_RULES,
  READ_PREFIX_LISTS,
  REVOKE_RULES,
} from '../../shared/contracts/group-rights';
import { APPROVED_UNTIL_TAG } from '../../shared/domain/approved-until-tag';

/** What a role of a member is let do; `*` of resources is the member's own account. */
export interface MemberStatement {
  readonly sid: string;
  readonly actions: readonly string[];
  /** The end of ARNs, from the service on; `*` where AWS knows no resources for the actions. */
  readonly resources: readonly string[];
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

const GROUPS = 'ec2:*:${AWS::AccountId}:security-group/*';
const RULES = 'ec2:*:${AWS::AccountId}:security-group-rule/*';
const USERS = 'iam::${AWS::AccountId}:user/*';
/** Lists that are shared belong to other accounts, those of AWS to none. */
const PREFIX_LISTS = 'ec2:*:*:prefix-list/*';

export const READ_STATEMENTS: readonly MemberStatement[] = [
  {
    sid: 'LookAtGroups',
    actions: [...LOOK_AT_GROUPS, ...LOOK_UP_EVENTS, 'ec2:DescribeRegions'],
    resources: ['*'],
  },
  { sid: 'ReadPrefixLists', actions: READ_PREFIX_LISTS, resources: [PREFIX_LISTS] },
  {
    sid: 'LookAtOwnRule',
    actions: ['events:DescribeRule', 'events:ListTargetsByRule'],
    resources: ['events:*:${AWS::AccountId}:rule/${HubName}-*'],
  },
  {
    sid: 'LookAtOwnTags',
    actions: ['iam:GetRole'],
    resources: ['iam::${AWS::AccountId}:role/${HubName}-read'],
  },
  {
    sid: 'MakeKeyReport',
    actions: ['iam:GenerateCredentialReport', 'iam:GetCredentialReport'],
    resources: ['*'],
  },
  {
    sid: 'LookAtKeys',
    actions: ['iam:ListAccessKeys', 'iam:GetAccessKeyLastUsed', 'iam:ListUserTags'],
    resources: [USERS],
  },
  {
    sid: 'LookAtUserGroups',
    actions: ['iam:GetGroup'],
    resources: ['iam::${AWS::AccountId}:group/*'],
  },
];

export const REVOKE_STATEMENTS: readonly MemberStatement[] = [
  { sid: 'RevokeRules', actions: REVOKE_RULES, resources: [GROUPS] },
];

/** EC2 asks for the rule as well as for its group where one is modified, or made with tags. */
export const ADD_STATEMENTS: readonly MemberStatement[] = [
  { sid: 'AddRules', actions: [...ADD_RULES, ...MODIFY_RULES], resources: [GROUPS, RULES] },
  { sid: 'NamePrefixLists', actions: MODIFY_RULES, resources: [PREFIX_LISTS] },
  {
    sid: 'TagNewRules',
    actions: ['ec2:CreateTags'],
    resources: [RULES],
    conditions: {
      StringEquals: { 'ec2:CreateAction': ADD_RULES.map((action) => action.replace('ec2:', '')) },
    },
  },
  {
    sid: 'TagApprovedRules',
    actions: ['ec2:CreateTags'],
    resources: [RULES],
    conditions: {
      'ForAllValues:StringEquals': { 'aws:TagKeys': [APPROVED_UNTIL_TAG] },
      Null: { 'aws:TagKeys': ['false'] },
    },
  },
];

export const KEYS_STATEMENTS: readonly MemberStatement[] = [
  {
    sid: 'RetireKeys',
    actions: ['iam:UpdateAccessKey', 'iam:DeleteAccessKey'],
    resources: [USERS],
  },
];
