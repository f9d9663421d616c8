import { App, Duration, Stack } from 'aws-cdk-lib';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  Approvers,
  ChangeResponse,
  IamKeySentry,
  KeyActions,
  ManagementEventsTrail,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SlackApprovalWorkflow,
} from '../../../src/index';

/** Of an app in which all constructs have all their alarms: two workflows are asked. */
export function allAlarms(): Alarm[] {
  const app = new App();
  const stack = new Stack(app, 'App');
  const workflows = ['First', 'Second'].map((id) => workflow(stack, id));
  new SecurityGroupSentry(stack, 'GroupSentry', {
    monitoredGroups: MonitoredGroups.ids(['sg-0123456789abcdef0']),
    policies: workflows.map((approvals) => ({
      baseline: SecurityGroupBaseline.locked(),
      response: ChangeResponse.revertUntilApproved(approvals),
    })),
  });
  new IamKeySentry(stack, 'KeySentry', {
    actions: KeyActions.of({
      deactivateAfter: Duration.days(100),
      askBeforeDeactivating: workflows[0]!,
    }),
    homeRegion: 'eu-west-1',
  });
  new ManagementEventsTrail(stack, 'Trail');
  app.synth();
  return app.node.findAll().filter((construct) => construct instanceof Alarm);
}

function workflow(stack: Stack, id: string): SlackApprovalWorkflow {
  return new SlackApprovalWorkflow(stack, id, {
    signingSecret: new Secret(stack, `${id}SigningSecret`),
    botToken: new Secret(stack, `${id}BotToken`),
    approvalChannelId: 'C0APPROVE',
    approvers: Approvers.users(['U0ALICE', 'U0BOB']),
  });
}
