import { HUB_PARAMETERS } from './hub-parameters';
import {
  type MemberTemplate,
  onlyIf,
  ref,
  sub,
  type TemplateParameter,
  type TemplateResource,
  type TemplateValue,
} from './template';
import { MEMBER_RIGHTS } from '../../domain/gaps/place-state';
import { memberName, type MemberResource } from '../member-names';
import {
  ADD_STATEMENTS,
  KEYS_STATEMENTS,
  type MemberStatement,
  READ_STATEMENTS,
  REVOKE_STATEMENTS,
} from '../member-rights';
import { MEMBER_TAGS, MEMBER_TEMPLATE_VERSION } from '../member-template-version';

/** Names in the template are made of the hub's, which is a parameter. */
const HUB = '${HubName}';

const PARAMETERS: Readonly<Record<string, TemplateParameter>> = {
  ...HUB_PARAMETERS,
  OrganizationId: {
    Type: 'String',
    Description: 'Id of the organization that hub and member are in; empty: there is none.',
    Default: '',
    AllowedPattern: '^(o-[a-z0-9]{10,32})?$',
  },
  ReaderRoles: roleList('look at groups, rules, keys and events'),
  RevokerRoles: roleList('revoke rules'),
  AdderRoles: roleList('restore rules, and add those that were approved'),
  KeyRoles: roleList('deactivate and delete access keys'),
  Rights: {
    Type: 'String',
    Description:
      'What the hub may do here at most. OBSERVE: look. REVOKE: also revoke rules. FULL: also restore rules, add what was approved, and change keys.',
    Default: 'REVOKE',
    AllowedValues: MEMBER_RIGHTS,
  },
};

/** The roles by which a hub works in an account: once in each account, in any one Region. */
export function rolesTemplate(): MemberTemplate {
  return {
    AWSTemplateFormatVersion: '2010-09-09',
    Description:
      'cdk-sentries: the roles by which a hub in another account watches this one. Deployed once in an account.',
    Parameters: PARAMETERS,
    Conditions: {
      IsInOrganization: { 'Fn::Not': [{ 'Fn::Equals': [ref('OrganizationId'), ''] }] },
      MayRevoke: { 'Fn::Not': [{ 'Fn::Equals': [ref('Rights'), 'OBSERVE'] }] },
      MayDoAll: { 'Fn::Equals': [ref('Rights'), 'FULL'] },
    },
    Resources: {
      ReadRole: withTags(role('readRole', 'ReaderRoles', READ_STATEMENTS)),
      RevokeRole: {
        ...role('revokeRole', 'RevokerRoles', REVOKE_STATEMENTS),
        Condition: 'MayRevoke',
      },
      AddRole: { ...role('addRole', 'AdderRoles', ADD_STATEMENTS), Condition: 'MayDoAll' },
      KeysRole: { ...role('keysRole', 'KeyRoles', KEYS_STATEMENTS), Condition: 'MayDoAll' },
      ForwardRole: forwardRole(),
    },
  };
}

function roleList(purpose: string): TemplateParameter {
  return {
    Type: 'CommaDelimitedList',
    Description: `ARNs of the hub's roles that may ${purpose}. They are compared by name, so a role that is made again goes on.`,
    AllowedPattern: '^arn:[^,*?\\s]+:iam::[0-9]{12}:role/[^,*?\\s]+$',
  };
}

function role(
  resource: MemberResource,
  callers: string,
  statements: readonly MemberStatement[],
): TemplateResource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: sub(memberName(HUB, resource)),
      Description: sub('For the hub ${HubName} in account ${HubAccountId}, by cdk-sentries'),
      MaxSessionDuration: 3600,
      AssumeRolePolicyDocument: document([trust(callers)]),
      Policies: [{ PolicyName: 'Hub', PolicyDocument: document(statements.map(statement)) }],
    },
  };
}

/** A hub reads there how much it may do. */
function withTags({ Properties, ...resource }: TemplateResource): TemplateResource {
  const tags = [
    { Key: MEMBER_TAGS.version, Value: String(MEMBER_TEMPLATE_VERSION) },
    { Key: MEMBER_TAGS.rights, Value: ref('Rights') },
  ];
  return { ...resource, Properties: { ...Properties, Tags: tags } };
}

/**
 * The account is trusted, and in it the roles of these names alone: were the roles themselves
 * principals, one that is made again would be another one to AWS.
 */
function trust(callers: string): TemplateValue {
  return {
    Sid: 'HubRoles',
    Effect: 'Allow',
    Principal: { AWS: sub('arn:${AWS::Partition}:iam::${HubAccountId}:root') },
    Action: ['sts:AssumeRole', 'sts:SetSourceIdentity'],
    Condition: {
      ArnEquals: { 'aws:PrincipalArn': ref(callers) },
      StringEquals: onlyIf('IsInOrganization', { 'aws:PrincipalOrgID': ref('OrganizationId') }),
      StringLike: { 'sts:SourceIdentity': '*' },
    },
  };
}

/** EventBridge puts events on the hub's bus with it, of this account's rules alone. */
function forwardRole(): TemplateResource {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: sub(memberName(HUB, 'forwardRole')),
      Description: sub('Puts events on the bus of the hub ${HubName}, by cdk-sentries'),
      AssumeRolePolicyDocument: document([
        {
          Sid: 'OwnRules',
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'aws:SourceAccount': ref('AWS::AccountId') } },
        },
      ]),
      Policies: [
        {
          PolicyName: 'Forward',
          PolicyDocument: document([
            {
              Sid: 'PutOnHubBus',
              Effect: 'Allow',
              Action: 'events:PutEvents',
              Resource: sub(
                'arn:${AWS::Partition}:events:${HubRegion}:${HubAccountId}:event-bus/${HubName}',
              ),
            },
          ]),
        },
      ],
    },
  };
}

function statement({ sid, actions, resources, conditions }: MemberStatement): TemplateValue {
  return {
    Sid: sid,
    Effect: 'Allow',
    Action: actions,
    Resource: resources.map((end) => (end === '*' ? '*' : sub(`arn:\${AWS::Partition}:${end}`))),
    ...(conditions && { Condition: conditions }),
  };
}

function document(statements: readonly TemplateValue[]): TemplateValue {
  return { Version: '2012-10-17', Statement: statements };
}
