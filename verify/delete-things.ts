import {
  CloudFormationClient,
  DeleteStackCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DeleteManagedPrefixListCommand,
  DeleteSecurityGroupCommand,
  DeleteVpcCommand,
  DescribeManagedPrefixListsCommand,
  DescribeSecurityGroupsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import {
  DeleteRuleCommand,
  EventBridgeClient,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  DeleteAccessKeyCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DeleteUserCommand,
  IAMClient,
  ListAccessKeysCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import { DeleteTopicCommand, SNSClient } from '@aws-sdk/client-sns';
import { DeleteQueueCommand, GetQueueUrlCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Kind, MadeThing } from './made-things';
import { type Site, TAG_KEY } from './probe';

/** Errors by which AWS says that a thing is not there. */
const GONE =
  /NoSuchEntity|NotFound|NonExistentQueue|QueueDoesNotExist|does not exist|ResourceNotFoundException/;

/** Errors that pass, such as while a prefix list is still being changed. */
const PASSING = /IncorrectState|DependencyViolation|Throttl/;

/**
 * Deletes all that is on the list, and takes it off. Gives what could not be deleted, with the
 * reason: it stays on the list.
 */
export async function deleteThings(site: Site): Promise<string[]> {
  const failures: string[] = [];
  const kept = new Set<Kind>();
  for (const thing of site.made.inOrderOfDeletion()) {
    try {
      if (thing.kind === 'role' && kept.has('stack')) {
        throw new Error('CloudFormation needs it to delete the stack');
      }
      await deleteThing(site, thing);
      site.made.forget(thing);
    } catch (error) {
      if (GONE.test(String(error))) {
        site.made.forget(thing);
        continue;
      }
      kept.add(thing.kind);
      failures.push(`${thing.kind} ${thing.name}: ${error}`);
    }
  }
  site.made.end();
  return failures;
}

async function deleteThing(site: Site, { kind, name }: MadeThing): Promise<void> {
  const isDone = await site.waitUpTo(2, async () => {
    try {
      await DELETIONS[kind](site, name);
      return true;
    } catch (error) {
      if (PASSING.test(String(error))) return undefined;
      throw error;
    }
  });
  if (!isDone) throw new Error('it is still in use, or being changed');
}

type Deletion = (site: Site, name: MadeThing['name']) => Promise<void>;

const DELETIONS: Readonly<Record<Kind, Deletion>> = {
  stack: deleteStack,
  rule: async ({ access }, Name) => {
    const events = new EventBridgeClient(access);
    await events.send(new RemoveTargetsCommand({ Rule: Name, Ids: ['target'] }));
    await events.send(new DeleteRuleCommand({ Name }));
  },
  topic: async ({ access }, TopicArn) => {
    await new SNSClient(access).send(new DeleteTopicCommand({ TopicArn }));
  },
  queue: async ({ access }, QueueName) => {
    const sqs = new SQSClient(access);
    const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName }));
    await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  },
  user: async ({ access }, UserName) => {
    const iam = new IAMClient(access);
    const { AccessKeyMetadata = [] } = await iam.send(new ListAccessKeysCommand({ UserName }));
    for (const { AccessKeyId } of AccessKeyMetadata) {
      await iam.send(new DeleteAccessKeyCommand({ UserName, AccessKeyId }));
    }
    await iam.send(new DeleteUserCommand({ UserName }));
  },
  role: async ({ access }, RoleName) => {
    const iam = new IAMClient(access);
    const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
    for (const PolicyName of PolicyNames) {
      await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
    }
    await iam.send(new DeleteRoleCommand({ RoleName }));
  },
  network: deleteNetwork,
};

/** Throws while it is there: what it has made would be on no list any more. */
async function deleteStack({ access, waitUpTo }: Site, StackName: string): Promise<void> {
  const cloudFormation = new CloudFormationClient(access);
  await cloudFormation.send(new DeleteStackCommand({ StackName }));
  const isGone = await waitUpTo(10, async () => {
    const { Stacks: [stack] = [] } = await cloudFormation.send(
      new DescribeStacksCommand({ StackName }),
    );
    if (stack?.StackStatus === 'DELETE_FAILED') {
      throw new Error(`CloudFormation could not delete it: ${stack.StackStatusReason}`);
    }
    return stack === undefined || stack.StackStatus === 'DELETE_COMPLETE' || undefined;
  });
  if (!isGone) throw new Error('CloudFormation is still deleting it');
}

/** Ids are known only after the call, so these are found by their tag. */
async function deleteNetwork({ access, run }: Site): Promise<void> {
  const ec2 = new EC2Client(access);
  const Filters = [{ Name: `tag:${TAG_KEY}`, Values: [run] }];
  const { PrefixLists = [] } = await ec2.send(new DescribeManagedPrefixListsCommand({ Filters }));
  for (const { PrefixListId } of PrefixLists) {
    await ec2.send(new DeleteManagedPrefixListCommand({ PrefixListId }));
  }
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({ Filters }));
  for (const { GroupId } of SecurityGroups) {
    await ec2.send(new DeleteSecurityGroupCommand({ GroupId }));
  }
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({ Filters }));
  for (const { VpcId } of Vpcs) await ec2.send(new DeleteVpcCommand({ VpcId }));
}
