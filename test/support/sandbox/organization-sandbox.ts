import { DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import * as ec2 from '@aws-sdk/client-ec2';
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as z from 'zod/mini';
import { SkippedWaits } from './skipped-waits';
import type { OrganizationTrail } from '../../../sandbox/cloudtrail/organization-trail';
import type { CloudTrailEvent } from '../../../sandbox/cloudtrail/tap';
import { HOME } from '../../../sandbox/emulator/emulator-access';
import type { Delivery } from '../../../sandbox/inbox';
import { type DeployedStack, LocalAws, type Place } from '../../../sandbox/local-aws';
import type { Organization } from '../../../sandbox/organization/organization';
import { interactionsUrlOf } from '../../../sandbox/scenes/interactions-url';
import { SlackStandIn } from '../../../sandbox/slack/slack-stand-in';
import type { Message } from '../../../sandbox/slack/workspace';
import {
  Approvers,
  ChangeResponse,
  ChangeSource,
  ExistingViolations,
  MemberAccounts,
  MemberRegions,
  MemberRights,
  MemberStackSets,
  MonitoredGroups,
  AccountScope,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SentryHub,
  SlackApprovalWorkflow,
  TrafficPattern,
} from '../../../src';
import { DynamoCoverage } from '../../../src/organization/adapters/dynamo-coverage';
import { temporaryFolder } from '../apps/tiny-app';

export const REGIONS = ['us-east-1', 'eu-west-1'];
/** No account has switched it on. */
export const REGION_THAT_IS_OFF = 'af-south-1';
export const PAYMENTS = '222222222222';
export const SHOP = '333333333333';
/** The sentry only observes there. */
export const LAB = '444444444444';
/** Its groups are locked, and what is removed from them is restored. */
export const VAULT = '555555555555';
/** It has no roles for the hub, and no rule. */
export const CLOSED = '666666666666';
export const SUSPENDED = '777777777777';

/** Alice decides for workloads, and Bob for all others. */
export const [ALICE, BOB] = ['U0ALICE', 'U0BOB'] as const;
const WORKLOADS_CHANNEL = 'C0WORKLOADS';
const OTHER_CHANNEL = 'C0OTHERS';

const HOUR = 60 * 60_000;
const SIGNING_SECRET = 'sandbox-signing-secret';
const BOT_TOKEN = 'xoxb-sandbox';
const BUCKET = 'organization.log.files';

export const SSH = 22;
export const RDP = 3389;

const Change = z.looseObject({
  type: z.literal('security-group-change'),
  eventId: z.string(),
  account: z.string(),
  region: z.string(),
  group: z.looseObject({ id: z.string() }),
  rules: z.array(z.looseObject({ outcome: z.string() })),
});
type Change = z.infer<typeof Change>;

/** What functions write about an event that they judged. */
const Judged = z.object({ message: z.literal('responded'), eventId: z.string() });

/**
 * An organization of several accounts and Regions that keeps to its policies, with a hub, its
 * members, a sentry and a workflow, as they are built and synthesized.
 */
export class OrganizationSandbox {
  static async start(): Promise<OrganizationSandbox> {
    const clock: { now: () => Date } = { now: () => new Date() };
    const slack = await startSlack(() => clock.now());
    const waits = new SkippedWaits();
    const events: CloudTrailEvent[] = [];
    const judged = new Set<string>();
    const aws = await LocalAws.start({
      functionsSkipWaits: 'of the SDK',
      functionEnvironment: { SLACK_API_URL: slack.apiUrl },
      log: console.log,
      onCall: (call) => waits.callMade(call),
      onInvocation: (invocation) => waits.invocationEnded(invocation),
      onEvent: (event) => events.push(event),
      onFunctionLog: (_, line) => judgedIn(line).forEach((eventId) => judged.add(eventId)),
    });
    clock.now = () => aws.now();
    waits.begin(aws, 1);
    const sandbox = new OrganizationSandbox(aws, slack, waits, events, judged);
    await sandbox.build();
    return sandbox;
  }

  organization!: Organization;
  hub!: DeployedStack;
  trail!: OrganizationTrail;
  workloads!: string;
  lab!: string;
  private made = 0;

  private constructor(
    readonly aws: LocalAws,
    readonly slack: SlackStandIn,
    private readonly waits: SkippedWaits,
    /** All that CloudTrail told. */
    readonly events: readonly CloudTrailEvent[],
    /** Ids of the events that the sentry judged. */
    readonly judged: ReadonlySet<string>,
  ) {}

  async stop(): Promise<void> {
    await this.aws.stop();
    await this.slack.stop();
  }

  async settled(): Promise<void> {
    await this.waits.settled(this.aws);
  }

  async pass(hours: number): Promise<void> {
    await this.aws.setClock(new Date(this.aws.now().getTime() + hours * HOUR));
  }

  /** What is sent meanwhile, until all is done. */
  async during(work: () => Promise<unknown>): Promise<readonly Delivery[]> {
    const { deliveries } = await this.aws.inbox.during(async () => {
      await work();
      await this.settled();
    });
    return deliveries;
  }

  /** The hub judges what it knew, and has all members looked at. */
  async watchCoverage(): Promise<void> {
    await this.fire('HubCoverageSchedule');
  }

  /** The same, and judges what it saw then. */
  async lookAtMembers(): Promise<void> {
    for (let run = 0; run < 2; run += 1) await this.watchCoverage();
  }

  async reconcile(): Promise<void> {
    await this.fire('SentryMemberReconcileRule');
  }

  async beat(): Promise<void> {
    await this.fire('SentryMemberHeartbeatRule');
  }

  /** The workflow's run of every minute. */
  async minute(): Promise<void> {
    await this.fire('ApprovalsMinuteRule');
  }

  ec2In(place: Place): ec2.EC2Client {
    return new ec2.EC2Client(this.aws.accessTo(place));
  }

  async makeGroup(place: Place): Promise<string> {
    const client = this.ec2In(place);
    const { Vpc } = await client.send(new ec2.CreateVpcCommand({ CidrBlock: '10.0.0.0/16' }));
    const { GroupId = '' } = await client.send(
      new ec2.CreateSecurityGroupCommand({
        GroupName: `g${this.aws.now().getTime()}-${(this.made += 1)}`,
        Description: 'g',
        VpcId: Vpc?.VpcId,
      }),
    );
    return GroupId;
  }

  async open(place: Place, groupId: string, port: number, cidr = '0.0.0.0/0'): Promise<void> {
    await this.ec2In(place).send(
      new ec2.AuthorizeSecurityGroupIngressCommand({
        GroupId: groupId,
        IpPermissions: [
          { IpProtocol: 'tcp', FromPort: port, ToPort: port, IpRanges: [{ CidrIp: cidr }] },
        ],
      }),
    );
  }

  /** In a group of its own. */
  async openPort(place: Place, port = SSH): Promise<string> {
    const groupId = await this.makeGroup(place);
    await this.settled();
    await this.open(place, groupId, port);
    return groupId;
  }

  /** Which ports are open. */
  async ports(place: Place, groupId: string): Promise<(number | undefined)[]> {
    return (await this.rules(place, groupId)).map(({ FromPort }) => FromPort);
  }

  async rules(place: Place, groupId: string): Promise<ec2.SecurityGroupRule[]> {
    const { SecurityGroupRules = [] } = await this.ec2In(place).send(
      new ec2.DescribeSecurityGroupRulesCommand({
        Filters: [{ Name: 'group-id', Values: [groupId] }],
      }),
    );
    return SecurityGroupRules.filter(({ IsEgress }) => !IsEgress);
  }

  async remove(place: Place, groupId: string): Promise<void> {
    const ids = (await this.rules(place, groupId)).map(({ SecurityGroupRuleId: id = '' }) => id);
    await this.ec2In(place).send(
      new ec2.RevokeSecurityGroupIngressCommand({ GroupId: groupId, SecurityGroupRuleIds: ids }),
    );
  }

  /** As a reader of the hub would. */
  async send(message: object): Promise<void> {
    await new SQSClient(this.aws.accessTo(HOME)).send(
      new SendMessageCommand({
        QueueUrl: this.physicalId('AWS::SQS::Queue', 'HubIntake'),
        MessageBody: JSON.stringify(message),
        MessageGroupId: 'readers',
      }),
    );
  }

  /** What a reader of the organization trail hands on. */
  readersMessage({ accountId, region }: Place, fields: object): object {
    return {
      version: 1,
      type: 'record',
      source: 'organization-trail',
      account: accountId,
      region,
      record: {
        eventVersion: '1.11',
        eventID: '0a1b2c3d-0000-4000-8000-000000000001',
        eventName: 'AuthorizeSecurityGroupIngress',
        eventSource: 'ec2.amazonaws.com',
        eventTime: this.aws.now().toISOString(),
        awsRegion: region,
        userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::${accountId}:user/mallory` },
        requestParameters: { groupId: 'sg-0123456789abcdef0' },
        ...fields,
      },
    };
  }

  /** The latest run after a large call, as the ledger keeps it. */
  async lookedAt({ accountId, region }: Place): Promise<unknown> {
    const { Items = [] } = await new DynamoDBClient(this.aws.accessTo(HOME)).send(
      new QueryCommand({
        TableName: this.physicalId('AWS::DynamoDB::Table', 'SentryLedger'),
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: `${accountId}#${region}#RUNS` } },
      }),
    );
    return Items.map(({ data }) => data?.S);
  }

  /** Questions to those who decide for the workloads, the latest last. */
  get questions(): Message[] {
    return this.slack.messages.filter(
      ({ channel, threadTs }) => channel === WORKLOADS_CHANNEL && threadTs === undefined,
    );
  }

  async click(userId: string, text: string): Promise<void> {
    const { channel = '', ts = '' } = this.questions.at(-1) ?? {};
    const interactionsUrl = interactionsUrlOf(this.hub);
    await this.slack.click({ interactionsUrl, userId, channel, ts, text });
    await this.settled();
  }

  get coverage(): DynamoCoverage {
    return new DynamoCoverage(
      new DynamoDBClient(this.aws.accessTo(HOME)),
      this.physicalId('AWS::DynamoDB::Table', 'HubCoverage'),
    );
  }

  /** Account, Region, cause and source of all gaps that stand. */
  async gaps(): Promise<string[]> {
    const { gaps } = await this.coverage.read();
    return gaps.map(({ place: { accountId, region }, cause, source }) =>
      [accountId, region, cause, source].filter((part) => part !== undefined).join(' '),
    );
  }

  physicalId(type: string, logicalIdPrefix: string): string {
    const found = [...this.hub.resources].find(
      ([id, resource]) => resource.type === type && id.startsWith(logicalIdPrefix),
    );
    if (!found) throw new Error(`The hub has no ${type} whose id begins with ${logicalIdPrefix}.`);
    return found[1].physicalId;
  }

  private async fire(ruleLogicalIdPrefix: string): Promise<void> {
    await this.aws.fire(this.hub, ruleLogicalIdPrefix);
    await this.settled();
  }

  private async build(): Promise<void> {
    const { aws } = this;
    const organization = await aws.organization();
    this.organization = organization;
    this.workloads = await organization.addUnit('workloads');
    this.lab = await organization.addUnit('lab');
    await organization.addAccounts([
      { name: 'payments', id: PAYMENTS, parentId: this.workloads },
      { name: 'shop', id: SHOP, parentId: this.workloads },
      { name: 'vault', id: VAULT, parentId: this.workloads },
      { name: 'gone', id: SUSPENDED, parentId: this.workloads },
      { name: 'lab', id: LAB, parentId: this.lab },
      { name: 'closed', id: CLOSED },
    ]);
    await organization.setState(SUSPENDED, 'SUSPENDED');
    await organization.delegate(HOME.accountId, 'securityhub.amazonaws.com');
    await this.makeBucket();
    this.hub = await aws.deploy(synthesized('Hub', (stack) => this.addHub(stack)));
    await aws.putSecret(this.hub.outputs.get('SigningSecretArn') ?? '', SIGNING_SECRET);
    await aws.putSecret(this.hub.outputs.get('BotTokenArn') ?? '', BOT_TOKEN);
    await aws.deploy(
      synthesized('Members', (stack) => this.addMembers(stack)),
      undefined,
      { accountId: organization.managementAccountId, region: 'us-east-1' },
    );
    this.trail = aws.startOrganizationTrail({
      organizationId: organization.id,
      bucketName: BUCKET,
    });
  }

  /** It tells EventBridge of new objects. */
  private async makeBucket(): Promise<void> {
    const client = new S3Client({ ...this.aws.accessTo(HOME), forcePathStyle: true });
    await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
    await client.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: BUCKET,
        NotificationConfiguration: { EventBridgeConfiguration: {} },
      }),
    );
  }

  private addHub(stack: Stack): void {
    const { organization, workloads, lab } = this;
    const hub = new SentryHub(stack, 'Hub', {
      organizationId: organization.id,
      accounts: MemberAccounts.organization({ excluding: [organization.managementAccountId] }),
      regions: MemberRegions.of([...REGIONS, REGION_THAT_IS_OFF]),
      accountWarnings: { [PAYMENTS]: 'holds the payment systems' },
      sources: [
        ChangeSource.forwardedEvents(),
        ChangeSource.organizationTrail(s3.Bucket.fromBucketName(stack, 'Bucket', BUCKET), {
          logFilePrefix: `AWSLogs/${organization.id}/`,
        }),
      ],
    });
    new SecurityGroupSentry(stack, 'Sentry', {
      hub,
      monitoredGroups: MonitoredGroups.all(),
      observeIn: AccountScope.units([lab]),
      existingViolations: ExistingViolations.REPORT,
      policies: [
        {
          baseline: forbidden(Ports.SSH),
          response: ChangeResponse.revert(),
        },
        {
          baseline: forbidden(Ports.RDP),
          response: ChangeResponse.revertUntilApproved(addWorkflow(stack, workloads)),
        },
        {
          baseline: SecurityGroupBaseline.locked({ restoreRemoved: true }),
          response: ChangeResponse.revert(),
          appliesIn: AccountScope.accounts([VAULT]),
        },
      ],
    });
  }

  private addMembers(stack: Stack): void {
    new MemberStackSets(stack, 'Members', {
      hub: SentryHub.fromSentryHubAttributes({
        hubAccountId: HOME.accountId,
        hubRegion: HOME.region,
        organizationId: this.organization.id,
      }),
      targets: [{ units: [this.workloads, this.lab], rights: MemberRights.FULL }],
      regions: REGIONS,
    });
  }
}

function addWorkflow(stack: Stack, workloads: string): SlackApprovalWorkflow {
  const signingSecret = new secretsmanager.Secret(stack, 'SigningSecret');
  const botToken = new secretsmanager.Secret(stack, 'BotToken');
  new CfnOutput(stack, 'SigningSecretArn', { value: signingSecret.secretArn });
  new CfnOutput(stack, 'BotTokenArn', { value: botToken.secretArn });
  return new SlackApprovalWorkflow(stack, 'Approvals', {
    signingSecret,
    botToken,
    approvalChannelId: OTHER_CHANNEL,
    approvers: Approvers.users([BOB]),
    allowSelfApproval: true,
    routes: [
      {
        name: 'workloads',
        units: [workloads],
        approvalChannelId: WORKLOADS_CHANNEL,
        approvers: Approvers.users([ALICE]),
      },
    ],
  });
}

function forbidden(ports: Ports): SecurityGroupBaseline {
  return SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(ports)]);
}

function synthesized(name: string, add: (stack: Stack) => void): string {
  const app = new App({ outdir: temporaryFolder() });
  add(new Stack(app, name));
  return app.synth().directory;
}

async function startSlack(now: () => Date): Promise<SlackStandIn> {
  const slack = await SlackStandIn.start({
    signingSecret: SIGNING_SECRET,
    botToken: BOT_TOKEN,
    messagesPerSecond: 100,
    messagesAtOnce: 100,
    callsPerMinute: 100_000,
    now,
  });
  for (const id of [ALICE, BOB]) slack.addUser({ id });
  for (const id of [WORKLOADS_CHANNEL, OTHER_CHANNEL]) {
    slack.addChannel({ id, members: [ALICE, BOB] });
  }
  return slack;
}

function judgedIn(line: string): string[] {
  if (!line.startsWith('{')) return [];
  const judged = Judged.safeParse(JSON.parse(line));
  return judged.success ? [judged.data.eventId] : [];
}

/** The changes that were told. */
export function changesIn(deliveries: readonly Delivery[]): Change[] {
  return deliveries.flatMap(({ message }) =>
    message.startsWith('{') ? (Change.safeParse(JSON.parse(message)).data ?? []) : [],
  );
}

/** The places of which a revert was told. */
export function revertsIn(deliveries: readonly Delivery[]): string[] {
  return changesIn(deliveries)
    .filter(({ rules }) => rules.some(({ outcome }) => outcome === 'reverted'))
    .map(({ account, region }) => `${account} ${region}`);
}

export function textOf(deliveries: readonly Delivery[]): string {
  return deliveries.map(({ emailText }) => emailText).join('\n');
}
