import { LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  DescribeSecurityGroupRulesCommand,
  DescribeSecurityGroupsCommand,
} from '@aws-sdk/client-ec2';
import {
  DescribeRuleCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
} from '@aws-sdk/client-eventbridge';
import { GetRoleCommand } from '@aws-sdk/client-iam';
import { ListAccountsCommand } from '@aws-sdk/client-organizations';
import { PublishCommand } from '@aws-sdk/client-sns';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { GetParametersCommand } from '@aws-sdk/client-ssm';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { type Answer, answering } from './answers';
import { ruleAsMade, targetAsMade } from './member-rules';
import type { Member } from './members';
import { MEMBER_TAGS } from '../../src/organization/contracts/member-template-version';

const ACCOUNTS_PER_PAGE = 20;
/** Before the account's id: by it a call shows which session it is made with. */
const KEY_PREFIX = 'ASIA';

/** The groups of each place. */
const GROUPS = Array.from({ length: 10 }, (_, index) => ({
  GroupId: `sg-${index}`,
  GroupName: 'web',
  VpcId: 'vpc-1',
}));

/** What the answers are made of. */
interface CountedServices {
  readonly clock: { now(): Date };
  readonly members: readonly Member[];
  readonly parameters: ReadonlyMap<string, string>;
  queue(message: string): void;
  publish(message: string): void;
}

/** Of everything but tables. */
export function serviceAnswers(aws: CountedServices): readonly Answer[] {
  return [...ofHub(aws), ...ofMembers()];
}

/** In which account a session is. */
export function accountOf(accessKeyId: string): string {
  return accessKeyId.slice(KEY_PREFIX.length);
}

function ofHub(aws: CountedServices): Answer[] {
  return [
    answering(AssumeRoleCommand, ({ RoleArn = '', DurationSeconds = 0 }) => ({
      Credentials: {
        AccessKeyId: `${KEY_PREFIX}${RoleArn.split(':')[4]}`,
        SecretAccessKey: 'x'.repeat(40),
        SessionToken: 'x'.repeat(700),
        Expiration: new Date(aws.clock.now().getTime() + DurationSeconds * 1_000),
      },
    })),
    answering(ListAccountsCommand, ({ NextToken = '0' }) => {
      const end = Number(NextToken) + ACCOUNTS_PER_PAGE;
      return {
        Accounts: aws.members.slice(Number(NextToken), end),
        ...(end < aws.members.length && { NextToken: String(end) }),
      };
    }),
    answering(GetParametersCommand, ({ Names = [] }) => ({
      Parameters: Names.map((Name) => ({ Name, Value: aws.parameters.get(Name) })),
    })),
    answering(SendMessageBatchCommand, ({ Entries = [] }) => {
      Entries.forEach(({ MessageBody = '' }) => aws.queue(MessageBody));
      return {};
    }),
    answering(PublishCommand, ({ Message = '' }) => {
      aws.publish(Message);
      return { MessageId: 'm' };
    }),
    answering(PutEventsCommand, () => ({ Entries: [{ EventId: 'e' }] })),
  ];
}

/** Each member is as its templates make it. */
function ofMembers(): Answer[] {
  return [
    answering(GetRoleCommand, () => ({
      Role: { Tags: [{ Key: MEMBER_TAGS.rights, Value: 'FULL' }] },
    })),
    answering(DescribeRuleCommand, ({ Name = '' }, accountId) => ruleAsMade(Name, accountId)),
    answering(ListTargetsByRuleCommand, (_, accountId) => ({ Targets: [targetAsMade(accountId)] })),
    answering(LookupEventsCommand, () => ({ Events: [] })),
    answering(DescribeSecurityGroupsCommand, () => ({ SecurityGroups: GROUPS })),
    answering(DescribeSecurityGroupRulesCommand, () => ({ SecurityGroupRules: [] })),
  ];
}
