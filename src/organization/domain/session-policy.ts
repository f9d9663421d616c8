import type { Place } from './place';

/** What one session in a member is for. */
export type GroupWrite = 'revoke' | 'add';

export interface WriteSession {
  readonly partition: string;
  readonly place: Place;
  readonly groupId: string;
  readonly write: GroupWrite;
}

/** STS takes so many characters of an inline session policy. */
export const MOST_SESSION_POLICY_CHARACTERS = 2_048;

/**
 * Narrows a session to the rules of one group. It guards against faults of our own; a hub in
 * others' hands can leave it out.
 */
export function sessionPolicy({ partition, place, groupId, write }: WriteSession): string {
  const own = `arn:${partition}:ec2:${place.region}:${place.accountId}`;
  const group = `${own}:security-group/${groupId}`;
  const rules = `${own}:security-group-rule/*`;
  return JSON.stringify({
    Version: '2012-10-17',
    Statement:
      write === 'revoke' ? [allow(REVOKE, [group])] : addStatements(group, rules, partition),
  });
}

const REVOKE = ['ec2:RevokeSecurityGroup*'];
const ADD = ['ec2:AuthorizeSecurityGroup*', 'ec2:ModifySecurityGroupRules'];

function addStatements(group: string, rules: string, partition: string) {
  return [
    allow(ADD, [group, rules]),
    allow(['ec2:ModifySecurityGroupRules'], [`arn:${partition}:ec2:*:*:prefix-list/*`]),
    allow(['ec2:CreateTags'], [rules]),
  ];
}

function allow(actions: readonly string[], resources: readonly string[]) {
  return { Effect: 'Allow', Action: actions, Resource: resources };
}

/** For the keys of one user of a member. */
export interface KeysSession {
  readonly partition: string;
  readonly accountId: string;
  readonly userName: string;
}

/** Narrows a session to the keys of one user, whose path is not known here. */
export function keysSessionPolicy({ partition, accountId, userName }: KeysSession): string {
  const users = `arn:${partition}:iam::${accountId}:user`;
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      allow(
        ['iam:UpdateAccessKey', 'iam:DeleteAccessKey'],
        [`${users}/${userName}`, `${users}/*/${userName}`],
      ),
    ],
  });
}
