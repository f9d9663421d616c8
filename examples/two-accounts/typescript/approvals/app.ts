import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import {
  Actor,
  Approvers,
  ChangeResponse,
  MemberAccounts,
  MemberRegions,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SentryHub,
  SlackApprovalWorkflow,
  SlackDestination,
} from 'cdk-sentries';

// Write your accounts here, and in ../watched/app.ts.
const APPROVALS = { account: '111122223333', region: 'eu-west-1' };
const WATCHED = { account: '444455556666', region: 'eu-west-1' };

const app = new App();
const stack = new Stack(app, 'Approvals', { env: APPROVALS });

// Accounts one by one: they need not be in an organization.
const hub = new SentryHub(stack, 'Hub', {
  accounts: MemberAccounts.accounts([WATCHED.account]),
  regions: MemberRegions.of([WATCHED.region]),
});

// Both get their values from the Slack app once it is made, see docs/slack-setup.md.
const signingSecret = new secretsmanager.Secret(stack, 'SigningSecret');
const botToken = new secretsmanager.Secret(stack, 'BotToken');

const approvals = new SlackApprovalWorkflow(stack, 'Workflow', {
  signingSecret,
  botToken,
  // Ids of your Slack workspace, not names.
  approvalChannelId: 'C0APPROVALS',
  monitoringChannel: SlackDestination.channel('C0MONITORING'),
  approvers: Approvers.users(['U0ALICE', 'U0BOB']),
});

const sentry = new SecurityGroupSentry(stack, 'GroupSentry', {
  hub,
  monitoredGroups: MonitoredGroups.taggedWith('sentry', 'on'),
  policies: [
    // Whatever no deployment adds is reverted at once, and made again if people approve it.
    {
      baseline: SecurityGroupBaseline.locked(),
      response: ChangeResponse.revertUntilApproved(approvals),
    },
  ],
  trustedActors: [Actor.cdkDeployments()],
});

new CfnOutput(stack, 'SigningSecretArn', {
  value: signingSecret.secretArn,
  description: 'Put the signing secret of the Slack app there',
});
new CfnOutput(stack, 'BotTokenArn', {
  value: botToken.secretArn,
  description: 'Put the bot token of the Slack app there',
});
new CfnOutput(stack, 'HubTopicArn', {
  value: hub.notificationTopic.topicArn,
  description: 'Subscribe to it to be told whether the other account is covered',
});
new CfnOutput(stack, 'TopicArn', {
  value: sentry.notificationTopic.topicArn,
  description: 'Subscribe to it to be told of changes',
});
