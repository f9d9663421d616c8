import { join } from 'node:path';
import { Annotations, App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import {
  Actor,
  ApprovedAction,
  Approvers,
  ChangeResponse,
  DenialPrompt,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SlackApprovalWorkflow,
  TrafficPattern,
  UnansweredChange,
} from '../../../../src';

/**
 * What examples/approval and examples/own-asker show, with one workflow, which asks why someone
 * denies.
 */
const app = new App();
const stack = new Stack(app, 'Approval');
Annotations.of(stack).acknowledgeWarning('cdk-sentries:noTrail', 'The sandbox tells of each call');

const signingSecret = new secretsmanager.Secret(stack, 'SigningSecret');
const botToken = new secretsmanager.Secret(stack, 'BotToken');

const approvals = new SlackApprovalWorkflow(stack, 'Approvals', {
  signingSecret,
  botToken,
  approvalChannelId: 'C0APPROVALS',
  approvers: Approvers.users(['U0ALICE', 'U0BOB']),
  denialPrompt: DenialPrompt.OPTIONAL,
});

const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 });
const web = new ec2.SecurityGroup(stack, 'Web', { vpc, description: 'The web servers' });
web.addIngressRule(ec2.Peer.anyIpv4(), ec2.Port.tcp(443), 'HTTPS from everywhere');

new SecurityGroupSentry(stack, 'GroupSentry', {
  monitoredGroups: MonitoredGroups.groups([web]),
  policies: [
    {
      baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.HIGH_RISK)]),
      response: ChangeResponse.revertUntilApproved(approvals),
    },
    {
      baseline: SecurityGroupBaseline.locked(),
      response: ChangeResponse.revertIfDenied(approvals, {
        whenUnanswered: UnansweredChange.REVERT,
      }),
    },
  ],
  trustedActors: [Actor.cdkDeployments()],
});

const snapshots = stack.formatArn({ service: 'ec2', account: '', resource: 'snapshot/*' });
const deleteSnapshot = new lambda.Function(stack, 'DeleteSnapshot', {
  runtime: lambda.Runtime.NODEJS_24_X,
  code: lambda.Code.fromAsset(
    join(__dirname, '..', '..', '..', '..', 'examples', 'own-asker', 'typescript', 'snapshots'),
  ),
  handler: 'index.handler',
  timeout: Duration.seconds(30),
  initialPolicy: [
    new iam.PolicyStatement({ actions: ['ec2:DescribeSnapshots'], resources: ['*'] }),
    new iam.PolicyStatement({ actions: ['ec2:DeleteSnapshot'], resources: [snapshots] }),
  ],
});
const snapshotDeletion = new ApprovedAction(stack, 'SnapshotDeletion', {
  workflow: approvals,
  actionFunction: deleteSnapshot,
});

new CfnOutput(stack, 'SigningSecretArn', { value: signingSecret.secretArn });
new CfnOutput(stack, 'BotTokenArn', { value: botToken.secretArn });
new CfnOutput(stack, 'GroupId', { value: web.securityGroupId });
new CfnOutput(stack, 'SnapshotAskFunction', { value: snapshotDeletion.askFunction.functionName });
