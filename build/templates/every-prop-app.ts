import { App, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as apigwv2 from 'aws-cdk-lib/aws-apigatewayv2';
import * as acm from 'aws-cdk-lib/aws-certificatemanager';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import * as sns from 'aws-cdk-lib/aws-sns';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import {
  Actor,
  type ApprovalRoute,
  ApprovedAction,
  type ApprovedActionProps,
  Approvers,
  ChangeResponse,
  ExistingViolations,
  IamKeySentry,
  KeyActions,
  KeyExclusion,
  KeyOwner,
  KeyReports,
  ManagementEventsTrail,
  ChangeSource,
  DenialPrompt,
  MemberAccounts,
  MemberRegions,
  MemberRights,
  MemberStackSets,
  SentryDashboard,
  SentryMember,
  AccountScope,
  SentryHub,
  type SentryHubProps,
  MonitoredGroups,
  Ports,
  RuleExclusion,
  type RuleExclusionProps,
  SecurityGroupBaseline,
  SecurityGroupRehearsal,
  SecurityGroupSentry,
  SentryMode,
  SlackApprovalWorkflow,
  SlackDestination,
  RuleDirection,
  TrafficPattern,
  TrafficPeer,
  UnansweredChange,
  type CdkDeploymentsProps,
  type CloudFormationActorProps,
  type CompanySettings,
  type IamKeySentryProps,
  type KeyActionsProps,
  type KeyExclusionProps,
  type InternetProps,
  type LockedBaselineProps,
  type ManagementEventsTrailProps,
  type MemberStackSetsProps,
  type MemberTarget,
  type PermissionSetActorProps,
  type SentryDashboardProps,
  type SentryMemberProps,
  type PublicRangeProps,
  type RevertIfDeniedProps,
  type SecurityGroupRehearsalProps,
  type SecurityGroupSentryProps,
  type SlackApprovalWorkflowProps,
  type TagExclusionProps,
  type TrafficPatternProps,
  Weekday,
} from 'cdk-sentries';

/**
 * An app that uses every prop: each is typed as `Required`, so a prop that is added does not
 * compile until it stands here.
 */
const app = new App();
/** An account of its own, in the app's Region where it has one. */
const apart = (account: string, region: string) => ({ account, region: app.region ?? region });
const stack = new Stack(app, 'EveryProp');
/** Settings that have a stack of their own, below. */
type CompanySetting = Exclude<keyof CompanySettings, 'architecture'>;

const topic = new sns.Topic(stack, 'Topic');
const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 });
const web = new ec2.SecurityGroup(stack, 'Web', { vpc, allowAllOutbound: false });
const bastion = new ec2.SecurityGroup(stack, 'Bastion', { vpc });
const deployer = new iam.Role(stack, 'Deployer', { assumedBy: new iam.AccountRootPrincipal() });
const operator = new iam.Role(stack, 'Operator', { assumedBy: new iam.AccountRootPrincipal() });
const secret = (id: string) => new secretsmanager.Secret(stack, id);

const route: Required<ApprovalRoute> = {
  name: 'production',
  accounts: ['444455556666'],
  units: ['ou-abcd-12345678'],
  tags: { team: ['payments', 'billing'] },
  mentions: ['S0PROD', 'U0PIA'],
  approvalChannelId: 'C0PROD',
  approvers: Approvers.userGroup('S0PROD'),
  requiredApprovals: 1,
};
const workflow: Required<Omit<SlackApprovalWorkflowProps, CompanySetting>> = {
  signingSecret: secret('SigningSecret'),
  botToken: secret('BotToken'),
  approvalChannelId: 'C0APPROVE',
  approvers: Approvers.userGroup('S0SECOPS'),
  mentions: ['S0SECOPS'],
  monitoringChannel: SlackDestination.webhook(secret('Webhook')),
  requiredApprovals: 2,
  routes: [route],
  allowSelfApproval: true,
  expireAfter: Duration.hours(12),
  remindAfter: Duration.hours(2),
  approvalDurations: [Duration.hours(2), Duration.hours(4)],
  pauseAfterDenial: Duration.hours(3),
  denialPrompt: DenialPrompt.REQUIRED,
  maxRequestsPerHour: 5,
  auditRetention: Duration.days(500),
  architecture: lambda.Architecture.X86_64,
  notificationTopic: topic,
  excludedAlarms: ['BadSignaturesAlarm'],
  tamperRules: true,
  operators: [operator],
  domainMapping: {
    domainName: new apigwv2.DomainName(stack, 'Domain', {
      domainName: 'approvals.example.com',
      certificate: acm.Certificate.fromCertificateArn(
        stack,
        'Certificate',
        stack.formatArn({
          service: 'acm',
          resource: 'certificate',
          resourceName: '12345678-1234-1234-1234-123456789012',
        }),
      ),
    }),
  },
};
const approvals = new SlackApprovalWorkflow(stack, 'Approvals', workflow);
approvals.addAsker('own', new sqs.Queue(stack, 'OwnDecisions')).grantAsk(deployer);
const action: Required<Omit<ApprovedActionProps, CompanySetting>> = {
  workflow: approvals,
  actionFunction: new lambda.Function(stack, 'OwnFunction', {
    runtime: lambda.Runtime.NODEJS_24_X,
    code: lambda.Code.fromInline('exports.handler = async () => "Done.";'),
    handler: 'index.handler',
  }),
  architecture: lambda.Architecture.X86_64,
  notificationTopic: topic,
  excludedAlarms: ['RefusedDecisionsAlarm'],
  tamperRules: true,
};
const ownAction = new ApprovedAction(stack, 'OwnAction', action);
ownAction.grantAsk(deployer);

const locked: Required<LockedBaselineProps> = { restoreRemoved: true };
const unanswered: Required<RevertIfDeniedProps> = { whenUnanswered: UnansweredChange.ACCEPT };
const internet: Required<InternetProps> = { excluding: ['104.16.0.0/13', '2a06:98c0::/29'] };
const publicRange: Required<PublicRangeProps> = {
  ipv4BroaderThan: 24,
  ipv6BroaderThan: 48,
  ...internet,
};
const pattern: Required<TrafficPatternProps> = {
  direction: RuleDirection.INGRESS,
  ports: [
    Ports.RDP,
    Ports.DATABASES,
    Ports.HIGH_RISK,
    Ports.ALL_TRAFFIC,
    Ports.tcp(443),
    Ports.tcpRange(20, 21),
    Ports.udp(53),
    Ports.udpRange(60, 61),
    Ports.icmp(),
    Ports.protocol(50),
  ],
  peers: [
    TrafficPeer.internet(internet),
    TrafficPeer.publicRange(publicRange),
    TrafficPeer.anyPublicAddress(internet),
    TrafficPeer.ipRange('10.0.0.0/8'),
    TrafficPeer.prefixList('pl-0123456789abcdef0'),
    TrafficPeer.securityGroup(bastion),
  ],
};
const roleOf = (name: string) => iam.Role.fromRoleName(stack, name, name);
const cloudFormation: Required<CloudFormationActorProps> = { executionRole: roleOf('Execution') };
const person: Required<PermissionSetActorProps> = { userName: 'ann@example.com' };
const deployments: Required<CdkDeploymentsProps> = { qualifier: 'team' };
const logs = new s3.Bucket(stack, 'Logs', { eventBridgeEnabled: true });
const hubProps: Required<Omit<SentryHubProps, keyof CompanySettings>> = {
  accounts: MemberAccounts.organization({
    units: ['ou-ab12-cdefgh34'],
    excluding: ['111122223333'],
  }),
  organizationId: 'o-abc1234567',
  regions: MemberRegions.of([app.region ?? 'eu-central-1']),
  name: 'team-sentries',
  sources: [
    ChangeSource.forwardedEvents(),
    ChangeSource.organizationTrail(logs),
    ChangeSource.cloudTrailLake(
      stack.formatArn({
        service: 'cloudtrail',
        resource: 'eventdatastore',
        resourceName: '01234567-89ab-cdef-0123-456789abcdef',
      }),
    ),
  ],
  accountWarnings: { '222233334444': 'holds the payment systems' },
  maxConcurrency: 50,
  notificationTopic: topic,
  excludedAlarms: ['LakeLagAlarm'],
  tamperRules: true,
  operators: [operator],
};
const hub = new SentryHub(stack, 'Hub', hubProps);
const inAMonth = new Date(Date.now() + 30 * 24 * 3_600_000).toISOString().slice(0, 10);
const excludedRule: Required<RuleExclusionProps> = {
  ports: Ports.tcp(443),
  peer: TrafficPeer.securityGroup(bastion),
  reason: 'Health checks, until they have a host of their own',
  until: inAMonth,
};
const groupSentry: Required<Omit<SecurityGroupSentryProps, CompanySetting>> = {
  hub,
  observeIn: AccountScope.units(['ou-ab12-cdefgh34']),
  monitoredGroups: MonitoredGroups.groups([web]),
  policies: [
    {
      baseline: SecurityGroupBaseline.forbid([TrafficPattern.of(pattern)]),
      response: ChangeResponse.revert(),
      excluding: [RuleExclusion.ingress(web, excludedRule)],
    },
    {
      baseline: SecurityGroupBaseline.forbid([TrafficPattern.toInternet(Ports.tcp(25), internet)]),
      response: ChangeResponse.revertUntilApproved(approvals),
    },
    {
      baseline: SecurityGroupBaseline.allowOnly([TrafficPattern.toInternet(Ports.ANY)]),
      response: ChangeResponse.notifyOnly(),
      appliesIn: AccountScope.units(['ou-ab12-cdefgh34']),
    },
    {
      baseline: SecurityGroupBaseline.locked(locked),
      response: ChangeResponse.revertIfDenied(approvals, unanswered),
    },
  ],
  trustedActors: [
    Actor.role(deployer),
    Actor.cloudFormation(cloudFormation),
    Actor.cdkDeployments(deployments),
    Actor.emptyingDefaultGroups(roleOf('Emptying')),
    Actor.permissionSet('Admin', person),
    Actor.user(iam.User.fromUserName(stack, 'Ann', 'ann')),
  ],
  sensitiveTags: { 'data-class': ['restricted'] },
  notificationTopic: topic,
  excludedAlarms: ['FlappingAlarm'],
  tamperRules: true,
  heartbeat: true,
  mode: SentryMode.ENFORCE,
  existingViolations: ExistingViolations.RESPOND,
  reconcileSchedule: events.Schedule.rate(Duration.minutes(30)),
  settleTime: Duration.minutes(20),
  reconcileBrake: 0.5,
  repeatWindow: Duration.hours(2),
  architecture: lambda.Architecture.X86_64,
  operators: [operator],
};
const sentry = new SecurityGroupSentry(stack, 'GroupSentry', groupSentry);
sentry.grantOperate(deployer);
const rehearsal: Required<Omit<SecurityGroupRehearsalProps, CompanySetting>> = {
  sentry,
  monitoredGroups: MonitoredGroups.all(),
  policies: groupSentry.policies.filter(({ appliesIn }) => !appliesIn),
  trustedActors: [Actor.role(deployer)],
  notificationTopic: topic,
  architecture: lambda.Architecture.X86_64,
};
const ownRehearsal = new SecurityGroupRehearsal(stack, 'Rehearsal', rehearsal);
ownRehearsal.grantRehearse(operator);

const tagged: Required<TagExclusionProps> = {
  maxDuration: Duration.days(60),
  reason: 'Moves to roles in spring',
};
const excluded: Required<KeyExclusionProps> = { reason: 'Deploys without roles' };
const actions: Required<KeyActionsProps> = {
  deactivateAfter: Duration.days(100),
  deactivateUnusedAfter: Duration.days(50),
  deleteAfterInactive: Duration.days(30),
  grace: Duration.days(5),
  maxActionsPerRun: 7,
  askBeforeDeactivating: approvals,
  askAgainAfter: Duration.days(20),
};
// A hub is in one Region, so that none has to be its home.
const keySentry: Required<Omit<IamKeySentryProps, 'hub' | CompanySetting>> = {
  maxKeyAge: Duration.days(90),
  warnBefore: Duration.days(10),
  maxUnusedAge: Duration.days(45),
  neverUsedGrace: Duration.days(9),
  includeInactiveKeys: true,
  schedule: events.Schedule.rate(Duration.hours(12)),
  missedRunAlarmAfter: Duration.days(2),
  excluding: [
    KeyExclusion.user('robot', excluded),
    KeyExclusion.path('/breakglass/'),
    KeyExclusion.group(iam.Group.fromGroupName(stack, 'Group', 'admins')),
    KeyExclusion.tag('keep-until', tagged),
  ],
  owners: [KeyOwner.tag('Owner'), KeyOwner.path('/teams/'), KeyOwner.userName()],
  notifyOwnersThrough: approvals,
  actions: KeyActions.of(actions),
  mode: SentryMode.ENFORCE,
  reports: KeyReports.weekly(Weekday.MONDAY),
  notifyWhenNothingFound: true,
  inventoryBucket: s3.Bucket.fromBucketName(stack, 'KeyReports', 'key-reports'),
  inventoryPrefix: 'audit/access-keys/',
  notificationTopic: topic,
  excludedAlarms: ['FailedAnnouncementAlarm'],
  homeRegion: app.region ?? 'eu-west-1',
  architecture: lambda.Architecture.X86_64,
};
const keys = new IamKeySentry(stack, 'KeySentry', keySentry);

const organizationTrail: Required<Omit<ManagementEventsTrailProps, 'bucket'>> = {
  trailName: 'organization',
  organizationId: 'o-abc1234567',
  managementAccountId: '999900001111',
  logPrefix: 'organization/audit',
  retention: Duration.days(400),
  encryptionKey: new kms.Key(stack, 'TrailKey', { enableKeyRotation: true }),
  accessLogsBucket: s3.Bucket.fromBucketName(stack, 'AccessLogs', 'access-logs'),
  notificationTopic: topic,
  excludedAlarms: ['UndeliveredEventsAlarm'],
  tamperRules: true,
  notificationEmails: ['security@example.com'],
  removalPolicy: RemovalPolicy.DESTROY,
};
const trail = new ManagementEventsTrail(stack, 'Trail', organizationTrail);

const dashboard: Required<SentryDashboardProps> = {
  securityGroupSentries: [sentry],
  iamKeySentries: [keys],
  workflows: [approvals],
  actions: [ownAction],
  hubs: [hub],
  trails: [trail],
  rehearsals: [ownRehearsal],
  dashboardName: 'every-prop',
  savedQueries: true,
};
new SentryDashboard(stack, 'Dashboard', dashboard);

const defaults = new Stack(app, 'OtherSelections', {
  env: apart('111122223333', 'us-east-1'),
});
const approversByName = new SlackApprovalWorkflow(defaults, 'Approvals', {
  signingSecret: new secretsmanager.Secret(defaults, 'SigningSecret'),
  botToken: new secretsmanager.Secret(defaults, 'BotToken'),
  approvalChannelId: 'C0APPROVE',
  monitoringChannel: SlackDestination.channel('C0MONITOR'),
  approvers: Approvers.users(['U0ALICE']),
});
const askBefore = {
  baseline: SecurityGroupBaseline.forbid([TrafficPattern.withoutDescription()]),
  response: ChangeResponse.revertUntilApproved(approversByName),
};
const selections: [string, MonitoredGroups][] = [
  [
    'AnyOf',
    MonitoredGroups.anyOf([
      MonitoredGroups.taggedWith('sentry', 'either').excluding(
        MonitoredGroups.taggedWith('sentry-off', 'yes'),
      ),
      MonitoredGroups.ids(['sg-0fedcba9876543210']),
    ]),
  ],
  ['Ids', MonitoredGroups.ids(['sg-0123456789abcdef0'])],
  [
    'Tagged',
    MonitoredGroups.taggedWith('sentry', 'on').excluding(
      MonitoredGroups.taggedWith('sentry', 'off'),
    ),
  ],
  [
    'InVpc',
    MonitoredGroups.inVpc(
      ec2.Vpc.fromVpcAttributes(defaults, 'Vpc', {
        vpcId: 'vpc-0123456789abcdef0',
        availabilityZones: ['a'],
      }),
    ),
  ],
];
for (const [id, monitoredGroups] of selections) {
  new SecurityGroupSentry(defaults, id, {
    monitoredGroups,
    policies: [askBefore],
    mode: SentryMode.OBSERVE,
  });
}

const everywhere = new Stack(app, 'Everywhere', {
  env: apart('444455556666', 'eu-central-1'),
});
new SecurityGroupSentry(everywhere, 'All', {
  monitoredGroups: MonitoredGroups.all(),
  policies: [
    { baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.revert() },
    {
      baseline: SecurityGroupBaseline.forbid([TrafficPattern.everything()]),
      response: ChangeResponse.notifyOnly(),
      appliesTo: MonitoredGroups.taggedWith('tier', 'web'),
    },
  ],
});
new IamKeySentry(everywhere, 'KeySentry', { actions: KeyActions.reportOnly() });
// Its own props may not go along with a bucket that is given.
const givenBucket: Required<Pick<ManagementEventsTrailProps, 'bucket'>> = {
  bucket: s3.Bucket.fromBucketName(everywhere, 'LogArchive', 'log-archive'),
};
new ManagementEventsTrail(everywhere, 'Trail', givenBucket);
new ManagementEventsTrail(defaults, 'Trail');

const members = new Stack(app, 'Members', { env: apart('222233334444', 'eu-central-1') });
const keyHub: Required<Pick<IamKeySentryProps, 'hub'>> = {
  hub: new SentryHub(members, 'Hub', { accounts: MemberAccounts.accounts(['444455556666']) }),
};
new IamKeySentry(members, 'KeySentry', keyHub);
const target: Required<MemberTarget> = {
  units: ['ou-ab12-cdefgh34'],
  rights: MemberRights.FULL,
};
/** Members of a hub that does not know its place are refused: theirs is in another app. */
const known = (one: SentryHub) =>
  app.region
    ? one
    : SentryHub.fromSentryHubAttributes({
        hubAccountId: '222233334444',
        hubRegion: 'eu-central-1',
        organizationId: 'o-abc1234567',
      });
const stackSets: Required<MemberStackSetsProps> = {
  hub: known(hub),
  targets: [target],
  regions: [app.region ?? 'eu-central-1'],
  delegatedAdministrator: true,
};
new MemberStackSets(members, 'StackSets', stackSets);
const member: Required<SentryMemberProps> = {
  hub: known(keyHub.hub),
  rights: MemberRights.OBSERVE,
};
new SentryMember(everywhere, 'Member', member);

const team = new Stack(app, 'Company', { env: apart('555566667777', 'eu-central-1') });
const teamVpc = ec2.Vpc.fromVpcAttributes(team, 'Vpc', {
  vpcId: 'vpc-0123456789abcdef0',
  availabilityZones: ['a'],
  isolatedSubnetIds: ['subnet-0123456789abcdef0'],
});
const functions = new ec2.SecurityGroup(team, 'Functions', { vpc: teamVpc });
const company: Required<CompanySettings> = {
  vpc: teamVpc,
  vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
  securityGroups: [functions],
  encryptionKey: new kms.Key(team, 'Key', { enableKeyRotation: true }),
  logRetention: RetentionDays.TEN_YEARS,
  logEncryptionKey: new kms.Key(team, 'LogKey', { enableKeyRotation: true }),
  tracing: lambda.Tracing.ACTIVE,
  reservedConcurrentExecutions: 110,
  removalPolicy: RemovalPolicy.DESTROY,
  architecture: lambda.Architecture.X86_64,
};
const teamApprovals = new SlackApprovalWorkflow(team, 'Approvals', {
  ...company,
  signingSecret: new secretsmanager.Secret(team, 'SigningSecret'),
  botToken: new secretsmanager.Secret(team, 'BotToken'),
  approvalChannelId: 'C0APPROVE',
  approvers: Approvers.users(['U0ALICE']),
});
const teamHub = new SentryHub(team, 'Hub', {
  ...company,
  accounts: MemberAccounts.accounts(['444455556666']),
});
new SecurityGroupSentry(team, 'GroupSentry', {
  ...company,
  hub: teamHub,
  monitoredGroups: MonitoredGroups.all().excluding(MonitoredGroups.groups([functions])),
  policies: [
    {
      baseline: SecurityGroupBaseline.locked(),
      response: ChangeResponse.revertUntilApproved(teamApprovals),
    },
  ],
});
new SecurityGroupRehearsal(team, 'Rehearsal', {
  ...company,
  monitoredGroups: MonitoredGroups.all(),
  policies: [{ baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.notifyOnly() }],
});
new IamKeySentry(team, 'KeySentry', {
  ...company,
  hub: teamHub,
  actions: KeyActions.of({
    deactivateAfter: Duration.days(100),
    askBeforeDeactivating: teamApprovals,
  }),
});
