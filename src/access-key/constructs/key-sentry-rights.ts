import { Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IamKeySentryProps } from './iam-key-sentry-props';
import type { KeyExclusion } from './key-exclusion';
import type { KeyOwner } from './key-owner';
import { acknowledgeWildcard } from '../../shared/constructs/acknowledge-finding';
import { putEventsStatement } from '../../shared/constructs/put-events-statement';
import { FINDING_EVENT_SOURCE } from '../contracts/key-message';

/** Of whom more is read than their keys. */
export interface LookedAtUsers {
  readonly excluding: readonly KeyExclusion[];
  readonly owners: readonly KeyOwner[];
}

export function lookedAtUsers({ excluding = [], owners = [] }: IamKeySentryProps): LookedAtUsers {
  return { excluding, owners };
}

/** A function needs these rights to know whether a key is due, and whose it is. */
export function keyLookStatements(
  stack: Stack,
  { excluding, owners }: LookedAtUsers,
): iam.PolicyStatement[] {
  const users = [userArns(stack)];
  const groups = excluding.flatMap(({ _groupArn }) => _groupArn ?? []);
  const byTag = [...excluding, ...owners].some(
    ({ _specification }) => _specification.kind === 'tag',
  );
  return [
    new iam.PolicyStatement({
      actions: ['iam:GenerateCredentialReport', 'iam:GetCredentialReport'],
      resources: ['*'],
    }),
    new iam.PolicyStatement({
      actions: [
        'iam:ListAccessKeys',
        'iam:GetAccessKeyLastUsed',
        ...(byTag ? ['iam:ListUserTags'] : []),
      ],
      resources: users,
    }),
    ...(groups.length > 0
      ? [new iam.PolicyStatement({ actions: ['iam:GetGroup'], resources: groups })]
      : []),
  ];
}

/** The right to change keys, where it is used. */
export function retireStatement(stack: Stack, actions: readonly KeyChange[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'RetireKeys',
    actions: actions.map((action) => `iam:${action}`),
    resources: [userArns(stack)],
  });
}

export type KeyChange = 'UpdateAccessKey' | 'DeleteAccessKey';

/**
 * The rights of a run in IAM and on the default bus, with the rights to change keys that it uses.
 */
export function checkStatements(
  stack: Stack,
  users: LookedAtUsers,
  changes: readonly KeyChange[],
): iam.PolicyStatement[] {
  return [
    announceStatement(stack),
    ...keyLookStatements(stack, users),
    ...(changes.length > 0 ? [retireStatement(stack, changes)] : []),
  ];
}

/** For findings, and for owners. */
export function announceStatement(stack: Stack): iam.PolicyStatement {
  return putEventsStatement(stack, FINDING_EVENT_SOURCE);
}

/** A copy outside the home Region looks whether there is one at home. */
export function listRolesStatement(): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: ['iam:ListRoles'], resources: ['*'] });
}

/** Acknowledges what cdk-nag finds in these rights, and gives the reasons. */
export function acknowledgeKeyLook(role: iam.IRole): void {
  Validations.of(role).acknowledge(
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'The credential report, and the list of roles, have no resources of their own.',
    },
    {
      id: 'AwsSolutions-IAM5[Action::kms:GenerateDataKey*]',
      reason: 'Publishing to an encrypted topic, with its key alone.',
    },
  );
  acknowledgeWildcard(
    role,
    userArns(Stack.of(role)),
    'The sentry looks at every user of the account.',
  );
}

function userArns(stack: Stack): string {
  return stack.formatArn({ service: 'iam', region: '', resource: 'user', resourceName: '*' });
}
