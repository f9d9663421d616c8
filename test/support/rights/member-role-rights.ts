import { type RoleStatement, statementsIn } from './policy-statement';
import type { MemberRole } from '../../../src/organization/contracts/hub-roles';
import { rolesTemplate } from '../../../src/organization/contracts/member-templates/roles-template';

const LOGICAL_IDS: Readonly<Record<MemberRole, string>> = {
  readRole: 'ReadRole',
  revokeRole: 'RevokeRole',
  addRole: 'AddRole',
  keysRole: 'KeysRole',
};

export const MEMBER_ROLES: readonly MemberRole[] = [
  'readRole',
  'revokeRole',
  'addRole',
  'keysRole',
];

/** What a role of a member allows, as its template says it. */
export function statementsOfMemberRole(role: MemberRole): RoleStatement[] {
  const { Policies } = rolesTemplate().Resources[LOGICAL_IDS[role]]!.Properties;
  const [{ PolicyDocument }] = JSON.parse(JSON.stringify(Policies), withText);
  return statementsIn(role, PolicyDocument);
}

const PARAMETERS: Readonly<Record<string, string>> = {
  'AWS::Partition': 'aws',
  'AWS::AccountId': 'ACCOUNT',
  HubName: 'cdk-sentries',
};

/** With texts in place of `Fn::Sub`. */
function withText(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('Fn::Sub' in value)) return value;
  return String(value['Fn::Sub']).replace(/\$\{([\w:]+)\}/g, (__, name) => PARAMETERS[name] ?? '*');
}
