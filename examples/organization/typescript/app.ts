import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import {
  Approvers,
  ChangeResponse,
  IamKeySentry,
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
} from 'cdk-sentries';

// Write the values of your organization here.
const ORGANIZATION = 'o-abc1234567';
/** The hub. It is a delegated administrator of the organization, for any service. */
const SECURITY = { account: '111122223333', region: 'eu-west-1' };
/** The StackSets, and nothing else. It is the delegated administrator for StackSets. */
const DEPLOYMENT = { account: '444455556666', region: 'eu-west-1' };
const PRODUCTION = 'ou-abcd-11111111';
const TRIALS = 'ou-abcd-22222222';
const PAYMENTS_ACCOUNT = '777788889999';
const REGIONS = ['eu-west-1', 'us-east-1'];

const app = new App();
const security = new Stack(app, 'OrganizationHub', { env: SECURITY });

const hub = new SentryHub(security, 'Hub', {
  organizationId: ORGANIZATION,
  accounts: MemberAccounts.organization({ units: [PRODUCTION, TRIALS] }),
  regions: MemberRegions.of(REGIONS),
  accountWarnings: { [PAYMENTS_ACCOUNT]: 'holds the payment systems' },
});

// Both get their values from the Slack app once it is made, see docs/slack-setup.md.
const signingSecret = new secretsmanager.Secret(security, 'SigningSecret');
const botToken = new secretsmanager.Secret(security, 'BotToken');

const approvals = new SlackApprovalWorkflow(security, 'Approvals', {
  signingSecret,
  botToken,
  // Ids of your Slack workspace, not names. These are for what no route is for: the hub's account.
  approvalChannelId: 'C0SECURITY',
  approvers: Approvers.userGroup('S0SECURITY'),
  routes: [
    {
      name: 'production',
      units: [PRODUCTION],
      approvalChannelId: 'C0PRODUCTION',
      approvers: Approvers.userGroup('S0PRODUCTION'),
      requiredApprovals: 2,
    },
    {
      name: 'trials',
      units: [TRIALS],
      approvalChannelId: 'C0TRIALS',
      approvers: Approvers.userGroup('S0TRIALS'),
    },
  ],
});

const groupSentry = new SecurityGroupSentry(security, 'GroupSentry', {
  hub,
  monitoredGroups: MonitoredGroups.all(),
  policies: [
    // In all accounts: what opens SSH, databases and the like to the internet is closed at once,
    // and opened again if people approve it.
    {
      name: 'no-high-risk-ports',
      baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.HIGH_RISK)]),
      response: ChangeResponse.revertUntilApproved(approvals),
    },
    // In production, databases stay closed, and no one is asked: the strongest response wins.
    {
      name: 'no-open-databases',
      baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.DATABASES)]),
      response: ChangeResponse.revert(),
      appliesIn: AccountScope.units([PRODUCTION]),
    },
  ],
  // The first wave: the sentry acts in trials. In production it only says what it would have done,
  // until cdk.json says that it acts there too.
  observeIn:
    app.node.tryGetContext('actInProduction') === true
      ? undefined
      : AccountScope.units([PRODUCTION]),
});

const keySentry = new IamKeySentry(security, 'KeySentry', {
  hub,
  maxKeyAge: Duration.days(90),
  maxUnusedAge: Duration.days(45),
});

const members = new Stack(app, 'OrganizationMembers', { env: DEPLOYMENT });
new MemberStackSets(members, 'Members', {
  hub,
  targets: [{ units: [PRODUCTION, TRIALS], rights: MemberRights.FULL }],
  regions: REGIONS,
  delegatedAdministrator: true,
});

new CfnOutput(security, 'SigningSecretArn', {
  value: signingSecret.secretArn,
  description: 'Put the signing secret of the Slack app there',
});
new CfnOutput(security, 'BotTokenArn', {
  value: botToken.secretArn,
  description: 'Put the bot token of the Slack app there',
});
new CfnOutput(security, 'HubTopicArn', {
  value: hub.notificationTopic.topicArn,
  description: 'Subscribe to it to be told what is not covered',
});
new CfnOutput(security, 'GroupTopicArn', {
  value: groupSentry.notificationTopic.topicArn,
  description: 'Subscribe to it to be told of changes',
});
new CfnOutput(security, 'KeyTopicArn', {
  value: keySentry.notificationTopic.topicArn,
  description: 'Subscribe to it to get the report of keys',
});
