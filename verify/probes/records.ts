import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { CloudTrailClient, LookupEventsCommand } from '@aws-sdk/client-cloudtrail';
import {
  AuthorizeSecurityGroupIngressCommand,
  CreateManagedPrefixListCommand,
  CreateSecurityGroupCommand,
  CreateVpcCommand,
  DescribeManagedPrefixListsCommand,
  EC2Client,
  GetManagedPrefixListEntriesCommand,
  ModifyManagedPrefixListCommand,
  ModifySecurityGroupRulesCommand,
  type ResourceType,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { LambdaClient, UpdateEventSourceMappingCommand } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { type Finding, type Probe, type Site, TAG_KEY } from '../probe';

/** AWS says that a call is "typically" there after 15. */
const HISTORY_MINUTES = 20;

const TrailRecord = z.looseObject({
  requestParameters: z.unknown(),
  responseElements: z.unknown(),
  userIdentity: z.unknown(),
});
type TrailRecord = z.infer<typeof TrailRecord>;

export const revokeById: Probe = {
  minutes: HISTORY_MINUTES + 2,
  ask: async (site) => {
    const { ec2, groupId, ruleIds } = await openedGroup(site, 'revoked');
    await ec2.send(
      new RevokeSecurityGroupIngressCommand({ GroupId: groupId, SecurityGroupRuleIds: ruleIds }),
    );
    const record = await recordOf(site, 'RevokeSecurityGroupIngress', groupId);
    return recorded(record, 'A revoke by rule ids', ({ requestParameters, responseElements }) => ({
      requestParameters,
      responseElements,
    }));
  },
};

export const answerToRevoke: Probe = {
  minutes: 1,
  ask: async (site) => {
    const { ec2, groupId, ruleIds } = await openedGroup(site, 'answered');
    const { RevokedSecurityGroupRules = [] } = await ec2.send(
      new RevokeSecurityGroupIngressCommand({ GroupId: groupId, SecurityGroupRuleIds: ruleIds }),
    );
    const named = RevokedSecurityGroupRules.map(({ SecurityGroupRuleId }) => SecurityGroupRuleId);
    const isWhole = ruleIds.every((id) => named.includes(id));
    return {
      answer: isWhole
        ? 'The answer to a revoke named each rule by its id.'
        : `The answer to a revoke of ${ruleIds.length} rules named ${named.length} of them.`,
    };
  },
};

export const modifySeveral: Probe = {
  minutes: HISTORY_MINUTES + 2,
  ask: async (site) => {
    const { ec2, groupId, ruleIds } = await openedGroup(site, 'modified');
    await ec2.send(
      new ModifySecurityGroupRulesCommand({
        GroupId: groupId,
        SecurityGroupRules: ruleIds.map((SecurityGroupRuleId, index) => ({
          SecurityGroupRuleId,
          SecurityGroupRule: {
            IpProtocol: 'tcp',
            FromPort: 8443 + index,
            ToPort: 8443 + index,
            CidrIpv4: '203.0.113.0/24',
          },
        })),
      }),
    );
    const record = await recordOf(site, 'ModifySecurityGroupRules', groupId);
    return recorded(record, 'A call that modifies two rules', ({ requestParameters }) => ({
      requestParameters,
    }));
  },
};

export const historyLag: Probe = {
  minutes: HISTORY_MINUTES + 2,
  ask: async (site) => {
    const { groupId } = await openedGroup(site, 'dated');
    const from = Date.now();
    const record = await recordOf(site, 'AuthorizeSecurityGroupIngress', groupId);
    const seconds = Math.round((Date.now() - from) / 1000);
    return {
      answer: record
        ? `The event history had a call ${seconds} seconds after it was made.`
        : `The event history lacked a call for ${HISTORY_MINUTES} minutes.`,
    };
  },
};

export const throughCloudFormation: Probe = {
  minutes: HISTORY_MINUTES + 5,
  ask: async (site) => {
    const { groupId } = await openedGroup(site, 'deployed');
    const RoleARN = await deploymentRole(site);
    const cloudFormation = new CloudFormationClient(site.access);
    const StackName = site.made.note('stack', `${site.run}-stack`);
    const rule = {
      Type: 'AWS::EC2::SecurityGroupIngress',
      Properties: {
        GroupId: groupId,
        IpProtocol: 'tcp',
        FromPort: 9443,
        ToPort: 9443,
        CidrIp: '203.0.113.9/32',
      },
    };
    // A new role is not known everywhere at once.
    await site.waitUpTo(2, async () =>
      cloudFormation
        .send(
          new CreateStackCommand({
            StackName,
            RoleARN,
            TemplateBody: JSON.stringify({ Resources: { Rule: rule } }),
            Tags: [{ Key: TAG_KEY, Value: site.run }],
          }),
        )
        .catch(() => undefined),
    );
    const record = await recordOf(
      site,
      'AuthorizeSecurityGroupIngress',
      groupId,
      '"fromPort":9443',
    );
    return recorded(record, 'A deployment with a service role', ({ userIdentity }) => ({
      userIdentity,
    }));
  },
};

/** A call that fails is recorded as well, with what was asked: no function is needed. */
export const mappingNames: Probe = {
  minutes: HISTORY_MINUTES + 2,
  ask: async (site) => {
    const UUID = '00000000-0000-4000-8000-000000000000';
    const command = new UpdateEventSourceMappingCommand({ UUID, Enabled: false });
    await new LambdaClient(site.access).send(command).catch(() => undefined);
    const record = await recordOf(site, 'UpdateEventSourceMapping20150331', UUID);
    return recorded(record, 'A change of an event source mapping', ({ requestParameters }) => ({
      requestParameters,
    }));
  },
};

export const changingPrefixList: Probe = {
  minutes: 5,
  ask: async (site) => {
    const ec2 = new EC2Client(site.access);
    site.made.note('network', 'prefix-list');
    const { PrefixList } = await ec2.send(
      new CreateManagedPrefixListCommand({
        PrefixListName: `${site.run}-list`,
        AddressFamily: 'IPv4',
        MaxEntries: 100,
        Entries: [{ Cidr: '203.0.113.0/32' }],
        TagSpecifications: tagged(site, 'prefix-list'),
      }),
    );
    const PrefixListId = PrefixList!.PrefixListId!;
    const stateOf = async () => {
      const { PrefixLists = [] } = await ec2.send(
        new DescribeManagedPrefixListsCommand({ PrefixListIds: [PrefixListId] }),
      );
      return PrefixLists[0];
    };
    const made = await site.waitUpTo(2, async () => {
      const list = await stateOf();
      return list?.State === 'create-complete' ? list : undefined;
    });
    if (!made) return { answer: 'The prefix list was not made within two minutes.' };
    const AddEntries = Array.from({ length: 90 }, (_, n) => ({ Cidr: `203.0.113.${n + 1}/32` }));
    await ec2.send(
      new ModifyManagedPrefixListCommand({
        PrefixListId,
        CurrentVersion: made.Version,
        AddEntries,
      }),
    );
    const during = await stateOf();
    const entries = await ec2
      .send(new GetManagedPrefixListEntriesCommand({ PrefixListId, TargetVersion: made.Version }))
      .then(({ Entries = [] }) => `${Entries.length} entries`)
      .catch((error: Error) => error.name);
    return {
      answer: `While the state was ${during?.State}, GetManagedPrefixListEntries with the version before answered: ${entries}.`,
    };
  },
};

const NETWORKS = new WeakMap<Site, Promise<string>>();

/** One for all groups of a run: an account may have five in a Region, and its default is one. */
async function networkOf(site: Site): Promise<string> {
  const network = NETWORKS.get(site) ?? makeNetwork(site);
  NETWORKS.set(site, network);
  return network;
}

async function makeNetwork(site: Site): Promise<string> {
  site.made.note('network', 'vpc');
  const { Vpc } = await new EC2Client(site.access).send(
    new CreateVpcCommand({ CidrBlock: '10.0.0.0/28', TagSpecifications: tagged(site, 'vpc') }),
  );
  return Vpc!.VpcId!;
}

/** A group of the run's network, with two rules. */
async function openedGroup(site: Site, id: string) {
  const ec2 = new EC2Client(site.access);
  const VpcId = await networkOf(site);
  site.made.note('network', id);
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({
      GroupName: `${site.run}-${id}`,
      Description: 'Of a run of verify-in-aws',
      VpcId,
      TagSpecifications: tagged(site, 'security-group'),
    }),
  );
  const opened: string[] = [];
  for (const FromPort of [8080, 8081]) {
    const { SecurityGroupRules = [] } = await ec2.send(
      new AuthorizeSecurityGroupIngressCommand({
        GroupId,
        IpPermissions: [
          {
            IpProtocol: 'tcp',
            FromPort,
            ToPort: FromPort,
            IpRanges: [{ CidrIp: '203.0.113.7/32' }],
          },
        ],
      }),
    );
    opened.push(SecurityGroupRules[0]!.SecurityGroupRuleId!);
  }
  return { ec2, groupId: GroupId!, ruleIds: opened };
}

function tagged({ run }: Site, ResourceType: ResourceType) {
  return [{ ResourceType, Tags: [{ Key: TAG_KEY, Value: run }] }];
}

/** May change the rules of groups of this run, and nothing else. */
async function deploymentRole(site: Site): Promise<string> {
  const iam = new IAMClient(site.access);
  const RoleName = site.made.note('role', `${site.run}-role`);
  const statement = (rest: object) =>
    JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...rest }] });
  const { Role } = await iam.send(
    new CreateRoleCommand({
      RoleName,
      AssumeRolePolicyDocument: statement({
        Principal: { Service: 'cloudformation.amazonaws.com' },
        Action: 'sts:AssumeRole',
      }),
      Tags: [{ Key: TAG_KEY, Value: site.run }],
    }),
  );
  await iam.send(
    new PutRolePolicyCommand({
      RoleName,
      PolicyName: 'rules',
      PolicyDocument: statement({
        Action: [
          'ec2:*SecurityGroupIngress',
          'ec2:DescribeSecurityGroups',
          'ec2:DescribeSecurityGroupRules',
        ],
        Resource: '*',
      }),
    }),
  );
  return Role!.Arn!;
}

/** The one of a name that has all of these texts in its JSON. */
async function recordOf(
  site: Site,
  eventName: string,
  ...texts: readonly string[]
): Promise<TrailRecord | undefined> {
  const cloudTrail = new CloudTrailClient(site.access);
  return site.waitUpTo(HISTORY_MINUTES, async () => {
    const { Events = [] } = await cloudTrail.send(
      new LookupEventsCommand({
        LookupAttributes: [{ AttributeKey: 'EventName', AttributeValue: eventName }],
      }),
    );
    const found = Events.map(({ CloudTrailEvent = '{}' }) => JSON.parse(CloudTrailEvent)).find(
      (event) => texts.every((text) => JSON.stringify(event).includes(text)),
    );
    return found && TrailRecord.parse(found);
  });
}

function recorded(
  record: TrailRecord | undefined,
  what: string,
  of: (record: TrailRecord) => object,
): Finding {
  if (!record) {
    return { answer: `${what} was not in the event history after ${HISTORY_MINUTES} minutes.` };
  }
  return { answer: `${what} is recorded so:`, evidence: JSON.stringify(of(record), null, 2) };
}
