import { Stack, Validations } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { CfnInclude } from 'aws-cdk-lib/cloudformation-include';
import {
  acknowledgeInPacks,
  acknowledgeWildcard,
} from '../../shared/constructs/acknowledge-finding';

const ANY_PREFIX_LIST = 'A rule may name any list, also one that another account shares.';
const WATCHED_GROUPS =
  'Which groups are watched is known to the hub, at run time. It narrows each session to one.';
const USERS_WITH_KEYS = 'Which users have keys is known at run time.';

/** By the statement of the template in which a wildcard stands. */
export const WILDCARD_REASONS: Readonly<Record<string, string>> = {
  LookAtGroups: 'AWS knows no narrower resource for these calls, which only look.',
  ReadPrefixLists: ANY_PREFIX_LIST,
  LookAtOwnRule: 'The rules of the hub, which begin with its name, in each Region.',
  MakeKeyReport: "The credential report is the account's, and AWS knows no narrower resource.",
  LookAtKeys: USERS_WITH_KEYS,
  LookAtUserGroups: 'Which groups users are in is known at run time.',
  RevokeRules: WATCHED_GROUPS,
  AddRules: WATCHED_GROUPS,
  NamePrefixLists: ANY_PREFIX_LIST,
  TagNewRules: 'Rules get their ids from EC2. Only those that are just made can be tagged so.',
  TagApprovedRules: 'Rules get their ids from EC2. No other tag can be set so.',
  RetireKeys: USERS_WITH_KEYS,
};

interface Statement {
  readonly Sid: string;
  readonly Resource: string | readonly string[];
}

/** Acknowledges what cdk-nag finds in the roles of a member. */
export function acknowledgeRoles(template: CfnInclude, roles: readonly iam.CfnRole[]): void {
  acknowledgeInPacks(
    template,
    'IAMNoInlinePolicy',
    'The rights are those of this one role of the hub, and go with it: no one can attach them to another.',
  );
  for (const role of roles) {
    for (const { Sid, Resource } of statementsOf(role)) {
      const reason = WILDCARD_REASONS[Sid];
      if (reason === undefined) continue;
      for (const resource of [Resource].flat()) acknowledgeWildcard(role, resource, reason);
    }
  }
}

/** Acknowledges what cdk-nag finds where a member forwards events. */
export function acknowledgeRule(template: CfnInclude): void {
  Validations.of(template.getResource('Undelivered')).acknowledge({
    id: 'AwsSolutions-SQS3',
    reason: 'It is a dead-letter queue itself: that of EventBridge targets.',
  });
}

function statementsOf(role: iam.CfnRole): Statement[] {
  const policies: readonly { readonly policyDocument: { readonly Statement: Statement[] } }[] =
    Stack.of(role).resolve(role.policies);
  return policies.flatMap(({ policyDocument }) => policyDocument.Statement);
}
