import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateManagedPrefixListCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  CreateVpcCommand,
  DescribeSecurityGroupRulesCommand,
  EC2Client,
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
  type SecurityGroupRule,
  type ServiceInputTypes,
  type ServiceOutputTypes,
  type Tag,
} from '@aws-sdk/client-ec2';
import { CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { App, Stack } from 'aws-cdk-lib';
import type { ApiCall, CloudTrailEvent } from '../../../sandbox/cloudtrail/tap';
import { type AwsCredentials, type DeployedStack, LocalAws } from '../../../sandbox/local-aws';
import type {
  ChangeMessage,
  OperatorMessage,
  ReconcileMessage,
  UnreadableEventMessage,
} from '../../../src/security-group/contracts/change-message';

export type SentryMessage =
  ChangeMessage | ReconcileMessage | OperatorMessage | UnreadableEventMessage;
export type Direction = 'ingress' | 'egress';

/** The tag by which the sentries of these tests choose their groups. */
export const WATCH_TAG = 'watch';

const EVERYTHING_OUT: IpPermission = {
  IpProtocol: '-1',
  IpRanges: [{ CidrIp: '0.0.0.0/0' }],
  Ipv6Ranges: [{ CidrIpv6: '::/0' }],
};

export interface NewGroup {
  readonly ingress?: readonly IpPermission[];
  readonly egress?: readonly IpPermission[];
  readonly tags?: readonly Tag[];
}

/** What a GroupSandbox is made of. */
interface Parts {
  readonly localAws: LocalAws;
  readonly calls: readonly ApiCall[];
  readonly events: readonly CloudTrailEvent[];
  readonly logs: readonly string[];
  readonly visitor: EC2Client;
  readonly deployer: EC2Client;
  readonly deployerArn: string;
  readonly vpcId: string;
}

/**
 * The sandbox with a VPC, a visitor, a trusted role, and a sentry or several. Each test makes
 * groups of its own.
 */
export class GroupSandbox {
  static async start(): Promise<GroupSandbox> {
    const [calls, events, logs]: [ApiCall[], CloudTrailEvent[], string[]] = [[], [], []];
    const localAws = await LocalAws.start({
      onCall: (call) => calls.push(call),
      onEvent: (event) => events.push(event),
      onFunctionLog: (_, line) => logs.push(line),
    });
    const visitor = await localAws.createUser('visitor');
    const iam = new IAMClient(accessOf(localAws, visitor));
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: 'deployer',
        Path: '/deploy/',
        AssumeRolePolicyDocument: '{}',
      }),
    );
    const deployerArn = Role?.Arn ?? '';
    const session = await localAws.assumeRole(deployerArn, 'pipeline');
    const deployer = new EC2Client(accessOf(localAws, session));
    // Without an IPv6 range the emulator, unlike AWS, passes over IPv6 ranges when egress rules are
    // revoked by their values.
    const { Vpc } = await deployer.send(
      new CreateVpcCommand({ CidrBlock: '10.0.0.0/16', AmazonProvidedIpv6CidrBlock: true }),
    );
    return new GroupSandbox({
      localAws,
      calls,
      events,
      logs,
      visitor: new EC2Client(accessOf(localAws, visitor)),
      deployer,
      deployerArn,
      vpcId: Vpc?.VpcId ?? '',
    });
  }

  private groupCount = 0;

  readonly localAws: LocalAws;
  readonly calls: readonly ApiCall[];
  readonly events: readonly CloudTrailEvent[];
  readonly logs: readonly string[];
  /** No one's friend. */
  readonly visitor: EC2Client;
  /** The trusted role's session. */
  readonly deployer: EC2Client;
  readonly deployerArn: string;
  readonly vpcId: string;

  private constructor(parts: Parts) {
    this.localAws = parts.localAws;
    this.calls = parts.calls;
    this.events = parts.events;
    this.logs = parts.logs;
    this.visitor = parts.visitor;
    this.deployer = parts.deployer;
    this.deployerArn = parts.deployerArn;
    this.vpcId = parts.vpcId;
  }

  async deploy(stackName: string, build: (stack: Stack) => void): Promise<DeployedStack> {
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk-sentries-stage-')) });
    build(new Stack(app, stackName));
    return this.localAws.deploy(app.synth().directory, stackName);
  }

  async stop(): Promise<void> {
    this.visitor.destroy();
    this.deployer.destroy();
    await this.localAws.stop();
  }

  /**
   * From before the sentries' time: no event tells of it. Made by the trusted role, without the
   * rules that let everything out; the tags come last.
   */
  async newGroup({ ingress = [], egress = [], tags = [] }: NewGroup): Promise<string> {
    this.groupCount += 1;
    const names = {
      GroupName: `group-${this.groupCount}`,
      Description: 'A group of a test',
      VpcId: this.vpcId,
    };
    const { GroupId = '' } = await this.unseen(
      'CreateSecurityGroup',
      new CreateSecurityGroupCommand(names),
    );
    await this.unseen(
      'RevokeSecurityGroupEgress',
      new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: [EVERYTHING_OUT] }),
    );
    if (ingress.length > 0) {
      await this.unseen(
        'AuthorizeSecurityGroupIngress',
        new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [...ingress] }),
      );
    }
    if (egress.length > 0) {
      await this.unseen(
        'AuthorizeSecurityGroupEgress',
        new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: [...egress] }),
      );
    }
    if (tags.length > 0) {
      await this.unseen(
        'CreateTags',
        new CreateTagsCommand({ Resources: [GroupId], Tags: [...tags] }),
      );
    }
    return GroupId;
  }

  async newPrefixList(...cidrs: string[]): Promise<string> {
    const { PrefixList } = await this.deployer.send(
      new CreateManagedPrefixListCommand({
        PrefixListName: 'list',
        AddressFamily: 'IPv4',
        MaxEntries: 10,
        Entries: cidrs.map((Cidr) => ({ Cidr })),
      }),
    );
    return PrefixList?.PrefixListId ?? '';
  }

  async add(
    GroupId: string,
    direction: Direction,
    permissions: readonly IpPermission[],
    client = this.visitor,
  ): Promise<SecurityGroupRule[]> {
    const input = { GroupId, IpPermissions: [...permissions] };
    const { SecurityGroupRules = [] } =
      direction === 'ingress'
        ? await client.send(new AuthorizeSecurityGroupIngressCommand(input))
        : await client.send(new AuthorizeSecurityGroupEgressCommand(input));
    return SecurityGroupRules;
  }

  async rules(groupId: string): Promise<SecurityGroupRule[]> {
    const { SecurityGroupRules = [] } = await this.visitor.send(
      new DescribeSecurityGroupRulesCommand({ Filters: [{ Name: 'group-id', Values: [groupId] }] }),
    );
    return SecurityGroupRules;
  }

  /** What the act, and all that the sentries make of it, has told. */
  async told(act: () => Promise<unknown>): Promise<SentryMessage[]> {
    const { deliveries } = await this.localAws.inbox.during(async () => {
      await act();
      await this.localAws.settled();
    });
    return deliveries.map(({ message }): SentryMessage => JSON.parse(message));
  }

  /** A call whose event is lost. */
  async unseen<Input extends ServiceInputTypes, Output extends ServiceOutputTypes>(
    eventName: string,
    command: Parameters<typeof this.deployer.send<Input, Output>>[0],
    client = this.deployer,
  ): Promise<Output> {
    this.localAws.loseNext(eventName);
    return client.send(command);
  }

  async passTime(milliseconds: number): Promise<void> {
    await this.localAws.setClock(new Date(this.localAws.now().getTime() + milliseconds));
  }
}

function accessOf({ endpoint, region }: LocalAws, credentials: AwsCredentials) {
  return { endpoint, region, credentials };
}

/** All of a rule but its id, in a form that reads well where it differs. */
export function textOf(rule: SecurityGroupRule): string {
  const peer =
    rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.PrefixListId ?? rule.ReferencedGroupInfo?.GroupId;
  const tags = (rule.Tags ?? [])
    .map(({ Key, Value }) => `${Key}=${Value}`)
    .sort()
    .join();
  return `${rule.IsEgress ? 'to' : 'from'} ${peer}: ${rule.IpProtocol} ${rule.FromPort}-${rule.ToPort} "${rule.Description ?? ''}" [${tags}]`;
}

/** The same with the id. */
export function textWithId(rule: SecurityGroupRule): string {
  return `${rule.SecurityGroupRuleId} ${textOf(rule)}`;
}

export function idOf({ SecurityGroupRuleId }: SecurityGroupRule): string {
  return SecurityGroupRuleId ?? '';
}

export function tcp(port: number, CidrIp: string, Description?: string): IpPermission {
  return {
    IpProtocol: 'tcp',
    FromPort: port,
    ToPort: port,
    IpRanges: [{ CidrIp, ...(Description !== undefined && { Description }) }],
  };
}

export function changeMessages(messages: readonly SentryMessage[]): ChangeMessage[] {
  return messages.flatMap((message) => (message.type === 'security-group-change' ? [message] : []));
}

export function outcomesIn(messages: readonly SentryMessage[]): string[] {
  return changeMessages(messages)
    .flatMap(({ rules }) => rules.map(({ change, outcome }) => `${change}: ${outcome}`))
    .sort();
}
