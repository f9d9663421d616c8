import { Annotations, App, CfnOutput, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import {
  Actor,
  Approvers,
  ChangeResponse,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SlackApprovalWorkflow,
  TrafficPattern,
  UnansweredChange,
} from 'cdk-sentries';

const app = new App();
const stack = new Stack(app, 'Approval');
// Where the account has no trail yet, write instead:
// new ManagementEventsTrail(new Stack(app, 'Trail'), 'Trail')
Annotations.of(stack).acknowledgeWarning('cdk-sentries:noTrail', 'The account has a trail');

// Both get their values from the Slack app once it is made, see docs/slack-setup.md.
const signingSecret = new secretsmanager.Secret(stack, 'SigningSecret');
const botToken = new secretsmanager.Secret(stack, 'BotToken');

const approvals = new SlackApprovalWorkflow(stack, 'Approvals', {
  signingSecret,
  botToken,
  // Ids of your Slack workspace, not names.
  approvalChannelId: 'C0APPROVALS',
  approvers: Approvers.users(['U0ALICE', 'U0BOB']),
});

const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 });
const web = new ec2.SecurityGroup(stack, 'Web', { vpc, description: 'The web servers' });
web.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'HTTPS from everywhere');

const sentry = new SecurityGroupSentry(stack, 'GroupSentry', {
  monitoredGroups: MonitoredGroups.groups([web]),
  policies: [
    // What opens SSH, databases and the like to the internet is closed at once, and opened again if
    // people approve it …
    {
      baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.HIGH_RISK)]),
      response: ChangeResponse.revertUntilApproved(approvals),
    },
    // … and whatever else is added stays, unless people deny it, or no one answers.
    {
      baseline: SecurityGroupBaseline.locked(),
      response: ChangeResponse.revertIfDenied(approvals, {
        whenUnanswered: UnansweredChange.REVERT,
      }),
    },
  ],
  trustedActors: [Actor.cdkDeployments()],
});

// The manifest that makes the Slack app is an output of the stack, too: the workflow adds it.
new CfnOutput(stack, 'SigningSecretArn', {
  value: signingSecret.secretArn,
  description: 'Put the signing secret of the Slack app there',
});
new CfnOutput(stack, 'BotTokenArn', {
  value: botToken.secretArn,
  description: 'Put the bot token of the Slack app there',
});
new CfnOutput(stack, 'GroupId', { value: web.securityGroupId });
new CfnOutput(stack, 'TopicArn', {
  value: sentry.notificationTopic.topicArn,
  description: 'Subscribe to it to be told',
});
