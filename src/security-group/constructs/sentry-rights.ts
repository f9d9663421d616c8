import { Stack, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledgeWildcard } from '../../shared/constructs/acknowledge-finding';
import { onlyValues } from '../../shared/constructs/only-values';
import { putEventsStatement } from '../../shared/constructs/put-events-statement';
import {
  ADD_RULES,
  LOOK_AT_GROUPS,
  LOOK_UP_EVENTS,
  MODIFY_RULES,
  READ_PREFIX_LISTS,
  READ_VPCS,
  REVOKE_RULES,
} from '../../shared/contracts/group-rights';
import { SENTRY_EVENT_SOURCE } from '../../shared/contracts/sentry-events';
import { APPROVED_UNTIL_TAG } from '../../shared/domain/approved-until-tag';
import { chunksOf } from '../../shared/domain/chunks';
import {
  type GroupSelector,
  type MonitoredGroups,
  selectorsOf,
} from '../domain/groups/monitored-groups';

/** IAM takes 6,144 characters a managed policy; a group's ARN has about 80. */
const GROUPS_PER_STATEMENT = 50;

const CHANGE_RULES = [...REVOKE_RULES, ...MODIFY_RULES, ...ADD_RULES];

/**
 * Lets every function of a sentry look at groups and lists, and put its events on the default bus.
 */
export function lookingStatements(scope: Construct): iam.PolicyStatement[] {
  return [...readingStatements(scope), putEventsStatement(scope, SENTRY_EVENT_SOURCE)];
}

/** To look at groups and lists, and nothing else. */
export function readingStatements(scope: Construct): iam.PolicyStatement[] {
  const stack = Stack.of(scope);
  return [
    // EC2 describes all of them or none.
    new iam.PolicyStatement({
      actions: [...LOOK_AT_GROUPS],
      resources: ['*'],
    }),
    // Lists that are shared belong to other accounts, those of AWS to none.
    new iam.PolicyStatement({
      actions: [...READ_PREFIX_LISTS],
      resources: [prefixListArns(stack)],
    }),
  ];
}

/** EC2 describes all VPCs or none. */
export function readVpcsStatement(): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: [...READ_VPCS], resources: ['*'] });
}

/** CloudTrail answers for all events or none. */
export function historyStatement(): iam.PolicyStatement {
  return new iam.PolicyStatement({ actions: [...LOOK_UP_EVENTS], resources: ['*'] });
}

/**
 * The rights of the function that acts, and the groups they reach. They never depend on a condition
 * on tags: a right that goes by the tag by which a group is monitored is gone when the tag is.
 */
export function actingStatements(scope: Construct, groups: MonitoredGroups): iam.PolicyStatement[] {
  const stack = Stack.of(scope);
  return [
    ...reachesOf(stack, selectorsOf(groups)).map(
      (reach, index) =>
        new iam.PolicyStatement({
          // Statements with an id of their own are not merged into one that is too long for a
          // policy.
          sid: `ChangeRules${index}`,
          actions: CHANGE_RULES,
          ...reach,
        }),
    ),
    // EC2 asks for the rule as well as for its group where one is modified, or made with tags. No
    // one knows its id before, and it has no VPC to go by.
    new iam.PolicyStatement({
      sid: 'ChangeRulesThemselves',
      actions: [...MODIFY_RULES, ...ADD_RULES],
      resources: [ruleArns(stack)],
    }),
    // And for the prefix list that a modified rule names.
    new iam.PolicyStatement({
      sid: 'NamePrefixLists',
      actions: [...MODIFY_RULES],
      resources: [prefixListArns(stack)],
    }),
    new iam.PolicyStatement({
      actions: ['ec2:CreateTags'],
      resources: [ruleArns(stack)],
      conditions: {
        StringEquals: { 'ec2:CreateAction': ADD_RULES.map((action) => action.replace('ec2:', '')) },
      },
    }),
  ];
}

/** So that people see that a rule is there for a time, without knowing the sentry. */
export function tagApprovedStatement(scope: Construct): iam.PolicyStatement {
  return new iam.PolicyStatement({
    actions: ['ec2:CreateTags'],
    resources: [ruleArns(Stack.of(scope))],
    conditions: onlyValues('StringEquals', 'aws:TagKeys', [APPROVED_UNTIL_TAG]),
  });
}

function groupArn(stack: Stack, id: string): string {
  return stack.formatArn({ service: 'ec2', resource: 'security-group', resourceName: id });
}

function ruleArns(stack: Stack): string {
  return stack.formatArn({ service: 'ec2', resource: 'security-group-rule', resourceName: '*' });
}

function prefixListArns(stack: Stack): string {
  return stack.formatArn({
    service: 'ec2',
    account: '*',
    resource: 'prefix-list',
    resourceName: '*',
  });
}

/** Acknowledges what cdk-nag finds in these rights, with the reasons. */
export function acknowledgeWildcards(role: iam.IRole): void {
  const stack = Stack.of(role);
  acknowledgeWildcard(
    role,
    prefixListArns(stack),
    'Rules name prefix lists of this account, of others and of AWS, and no one knows which.',
  );
  acknowledgeWildcard(
    role,
    ruleArns(stack),
    'The id of a rule is not known before someone has made it; the group is asked for as well.',
  );
  acknowledgeWildcard(
    role,
    groupArn(stack, '*'),
    'Groups that are monitored by tag, by VPC or all together have ids that no one knows at deployment.',
  );
  Validations.of(role).acknowledge(
    {
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason:
        'EC2 lets no one describe single groups, and CloudTrail no one look up single events: these actions have no resources.',
    },
    {
      id: 'AwsSolutions-IAM5[Action::kms:GenerateDataKey*]',
      reason:
        'Publishing to an encrypted topic, and writing to an encrypted table, with their keys alone.',
    },
    {
      id: 'AwsSolutions-IAM5[Action::kms:ReEncrypt*]',
      reason: 'Writing to an encrypted table, with its key alone.',
    },
  );
}

type Reach = Pick<iam.PolicyStatementProps, 'resources' | 'conditions'>;

/** Single groups, and those of VPCs; or all of them, where some are chosen otherwise. */
function reachesOf(stack: Stack, selectors: readonly GroupSelector[]): Reach[] {
  const ids = selectors.flatMap((one) => (one.kind === 'ids' ? one.groupIds : []));
  const vpcIds = selectors.flatMap((one) => (one.kind === 'vpc' ? [one.vpcId] : []));
  const isNarrow = selectors.every(({ kind }) => kind === 'ids' || kind === 'vpc');
  if (!isNarrow) return [{ resources: [groupArn(stack, '*')] }];
  const arns = [...new Set(ids)].map((id) => groupArn(stack, id));
  return [
    ...chunksOf(arns, GROUPS_PER_STATEMENT).map((resources): Reach => ({ resources })),
    ...(vpcIds.length > 0 ? [groupsOfVpcs(stack, [...new Set(vpcIds)])] : []),
  ];
}

/**
 * A group cannot leave its VPC, so this may narrow the right. A shared VPC belongs to another
 * account.
 */
function groupsOfVpcs(stack: Stack, vpcIds: readonly string[]): Reach {
  return {
    resources: [groupArn(stack, '*')],
    conditions: {
      ArnLike: {
        'ec2:Vpc': vpcIds.map((id) =>
          stack.formatArn({ service: 'ec2', account: '*', resource: 'vpc', resourceName: id }),
        ),
      },
    },
  };
}
