import {
  DescribeSecurityGroupsCommand,
  EC2Client,
  EC2ServiceException,
  paginateDescribeSecurityGroupRules,
} from '@aws-sdk/client-ec2';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import * as z from 'zod/mini';
import { KeptRule } from './kept-rule';
import { SigningCredentials } from '../proxy/api-request';

const describedRule = z.object({
  SecurityGroupRuleId: z.string(),
  GroupId: z.string(),
  IsEgress: z.boolean(),
  IpProtocol: z.string(),
  FromPort: z.optional(z.number()),
  ToPort: z.optional(z.number()),
  Description: z.optional(z.string()),
  CidrIpv4: z.optional(z.string()),
  CidrIpv6: z.optional(z.string()),
  PrefixListId: z.optional(z.string()),
  ReferencedGroupInfo: z.optional(
    z.object({ GroupId: z.string(), UserId: z.optional(z.string()) }),
  ),
  Tags: z.optional(z.array(z.object({ Key: z.string(), Value: z.string() }))),
});

const callerIdentity = z.object({ UserId: z.string(), Account: z.string(), Arn: z.string() });
const role = z.object({
  Role: z.object({ Arn: z.string(), RoleId: z.string(), RoleName: z.string() }),
});

export interface EmulatorIdentity {
  readonly userId: string;
  readonly account: string;
  readonly arn: string;
}
export interface EmulatorRole {
  readonly arn: string;
  readonly id: string;
  readonly name: string;
}

/**
 * The tap's own questions to the emulator, asked past the tap: no one records them. They name the
 * caller's access key, whose account then answers.
 */
export class EmulatorLookUp {
  private readonly ec2 = new Map<string, EC2Client>();
  private readonly oneShot = new Set<{ destroy(): void }>();

  constructor(private readonly endpoint: string) {}

  async callerIdentity(credentials: SigningCredentials): Promise<EmulatorIdentity> {
    return this.asking(new STSClient(this.configuration(credentials)), async (sts) => {
      const { UserId, Account, Arn } = callerIdentity.parse(
        await sts.send(new GetCallerIdentityCommand({})),
      );
      return { userId: UserId, account: Account, arn: Arn };
    });
  }

  async role(name: string, credentials: SigningCredentials): Promise<EmulatorRole> {
    return this.asking(new IAMClient(this.configuration(credentials)), async (iam) => {
      const { Arn, RoleId, RoleName } = role.parse(
        await iam.send(new GetRoleCommand({ RoleName: name })),
      ).Role;
      return { arn: Arn, id: RoleId, name: RoleName };
    });
  }

  async rulesOf(groupId: string, credentials: SigningCredentials): Promise<KeptRule[]> {
    try {
      return await this.describeRules(groupId, credentials);
    } catch (error) {
      // A group that is not there, or cannot be: the call that names it gets to hear so.
      if (error instanceof EC2ServiceException && error.name.startsWith('InvalidGroup')) return [];
      throw error;
    }
  }

  async groupIdNamed(name: string, credentials: SigningCredentials): Promise<string | undefined> {
    const { SecurityGroups } = await this.ec2For(credentials).send(
      new DescribeSecurityGroupsCommand({ Filters: [{ Name: 'group-name', Values: [name] }] }),
    );
    return SecurityGroups?.[0]?.GroupId;
  }

  close(): void {
    for (const client of [...this.ec2.values(), ...this.oneShot]) client.destroy();
  }

  private async describeRules(
    groupId: string,
    credentials: SigningCredentials,
  ): Promise<KeptRule[]> {
    const rules: KeptRule[] = [];
    const pages = paginateDescribeSecurityGroupRules(
      { client: this.ec2For(credentials) },
      { Filters: [{ Name: 'group-id', Values: [groupId] }] },
    );
    for await (const page of pages) {
      rules.push(
        ...z
          .array(describedRule)
          .parse(page.SecurityGroupRules ?? [])
          .map(keptRule),
      );
    }
    return rules;
  }

  private ec2For(credentials: SigningCredentials): EC2Client {
    const key = `${credentials.accessKeyId} ${credentials.region}`;
    const client = this.ec2.get(key) ?? new EC2Client(this.configuration(credentials));
    this.ec2.set(key, client);
    return client;
  }

  private async asking<Client extends { destroy(): void }, Answer>(
    client: Client,
    ask: (client: Client) => Promise<Answer>,
  ): Promise<Answer> {
    this.oneShot.add(client);
    try {
      return await ask(client);
    } finally {
      client.destroy();
      this.oneShot.delete(client);
    }
  }

  private configuration({ accessKeyId, region }: SigningCredentials) {
    return {
      endpoint: this.endpoint,
      region,
      maxAttempts: 2,
      credentials: { accessKeyId, secretAccessKey: 'unverified' },
      // The caller need not be allowed to ask: authorization.py.
      customUserAgent: 'sandbox-look-up',
    };
  }
}

function keptRule(rule: z.infer<typeof describedRule>): KeptRule {
  return {
    id: rule.SecurityGroupRuleId,
    groupId: rule.GroupId,
    isEgress: rule.IsEgress,
    protocol: rule.IpProtocol,
    fromPort: rule.FromPort,
    toPort: rule.ToPort,
    description: rule.Description,
    cidrIpv4: rule.CidrIpv4,
    cidrIpv6: rule.CidrIpv6,
    prefixListId: rule.PrefixListId,
    referencedGroup: rule.ReferencedGroupInfo && {
      groupId: rule.ReferencedGroupInfo.GroupId,
      userId: rule.ReferencedGroupInfo.UserId,
    },
    tags: (rule.Tags ?? []).map(({ Key, Value }) => ({ key: Key, value: Value })),
  };
}
