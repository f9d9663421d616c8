import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import {
  Approvers,
  ChangeResponse,
  IamKeySentry,
  KeyActions,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SlackApprovalWorkflow,
  TrafficPattern,
  UnansweredChange,
} from '../../../src';

export const FAILING_STACK = 'Failing';

/** Both sentries with a workflow that they ask: all functions, and all queues. */
export function synthesizeAll(): string {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'cdk-sentries-failing-')) });
  const stack = new Stack(app, FAILING_STACK);
  const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 });
  const group = new ec2.SecurityGroup(stack, 'Group', { vpc, allowAllOutbound: false });
  const signingSecret = new secretsmanager.Secret(stack, 'SigningSecret');
  const botToken = new secretsmanager.Secret(stack, 'BotToken');
  const workflow = new SlackApprovalWorkflow(stack, 'Approvals', {
    signingSecret,
    botToken,
    approvalChannelId: 'C0APPROVE',
    approvers: Approvers.users(['U0ALICE', 'U0BOB']),
  });
  new SecurityGroupSentry(stack, 'Groups', {
    monitoredGroups: MonitoredGroups.groups([group]),
    policies: [
      {
        baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.RDP)]),
        response: ChangeResponse.revert(),
      },
      {
        baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]),
        response: ChangeResponse.revertIfDenied(workflow, {
          whenUnanswered: UnansweredChange.REVERT,
        }),
      },
    ],
  });
  new IamKeySentry(stack, 'Keys', {
    actions: KeyActions.of({
      deactivateAfter: Duration.days(100),
      askBeforeDeactivating: workflow,
    }),
  });
  new CfnOutput(stack, 'GroupId', { value: group.securityGroupId });
  new CfnOutput(stack, 'SigningSecretArn', { value: signingSecret.secretArn });
  new CfnOutput(stack, 'BotTokenArn', { value: botToken.secretArn });
  return app.synth().directory;
}
