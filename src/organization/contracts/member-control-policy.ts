import { memberName, type MemberResource } from './member-names';
import { TAMPER_CALLS, type TamperedResource } from '../../shared/contracts/tamper-calls';

/**
 * Who administers members: StackSets deploy with roles of the first name, and the management
 * account and AWS Control Tower work with the others.
 */
const ADMINISTRATORS = [
  'stacksets-exec-*',
  'OrganizationAccountAccessRole',
  'AWSControlTowerExecution',
];

const ROLES: readonly MemberResource[] = [
  'readRole',
  'revokeRole',
  'addRole',
  'keysRole',
  'forwardRole',
];
const RULES: readonly MemberResource[] = ['changeRule', 'tamperRule'];
const QUEUES: readonly MemberResource[] = ['undeliveredQueue'];

/** A role that is missing could be made by others, and the tags of one say what the hub may do. */
const OTHER_ACTIONS = ['iam:CreateRole', 'iam:UpdateRole', 'iam:TagRole', 'iam:UntagRole'];

/**
 * A service control policy for the units of members: no one there changes what the hub has in
 * them, but those who administer members. All partitions have the same one.
 */
export function memberControlPolicy(hubName: string) {
  const roleArn = (name: string) => `arn:*:iam::*:role/${name}`;
  const administrators = ADMINISTRATORS.map(roleArn);
  const named = (resources: readonly MemberResource[]) =>
    resources.map((resource) => memberName(hubName, resource));
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'KeepMembersOfTheHub',
        Effect: 'Deny',
        Action: [
          ...[TAMPER_CALLS.Rules, TAMPER_CALLS.Roles, TAMPER_CALLS.Queues].flatMap(actionsOf),
          ...OTHER_ACTIONS,
        ],
        Resource: [
          ...named(RULES).map((name) => `arn:*:events:*:*:rule/${name}`),
          ...named(ROLES).map(roleArn),
          ...named(QUEUES).map((name) => `arn:*:sqs:*:*:${name}`),
          // Or someone in a member could make themselves one of those that are spared.
          ...administrators,
        ],
        Condition: { ArnNotLike: { 'aws:PrincipalArn': administrators } },
      },
    ],
  };
}

/** Names of resources in members that the policy keeps: all that there are. */
export const KEPT_RESOURCES: readonly MemberResource[] = [...ROLES, ...RULES, ...QUEUES];

/** All calls that the tamper rule of a member tells of. */
function actionsOf({ service, calls }: TamperedResource): string[] {
  const names = calls.flatMap(({ eventNames }) => eventNames);
  return [...new Set(names)].map((name) => `${service}:${name}`);
}
