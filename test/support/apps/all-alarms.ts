import { App, Duration, Stack } from 'aws-cdk-lib';
import { Alarm } from 'aws-cdk-lib/aws-cloudwatch';
import { Function } from 'aws-cdk-lib/aws-lambda';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  ApprovedAction,
  Approvers,
  ChangeResponse,
  ChangeSource,
  DenialPrompt,
  IamKeySentry,
  KeyActions,
  ManagementEventsTrail,
  MemberAccounts,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupRehearsal,
  SecurityGroupSentry,
  SentryHub,
  SlackApprovalWorkflow,
} from '../../../src/index';

/**
 * Of an app with all constructs, which have all their alarms: two workflows are asked, and a hub is
 * in another account.
 */
export function allAlarms(): Alarm[] {
  const app = new App();
  const stack = new Stack(app, 'App', { env: { account: '111122223333', region: 'eu-west-1' } });
  const workflows = ['First', 'Second'].map((id) => workflow(stack, id));
  const sentry = new SecurityGroupSentry(stack, 'GroupSentry', {
    monitoredGroups: MonitoredGroups.ids(['sg-0123456789abcdef0']),
    policies: workflows.map((approvals) => ({
      baseline: SecurityGroupBaseline.locked(),
      response: ChangeResponse.revertUntilApproved(approvals),
    })),
  });
  new SecurityGroupRehearsal(stack, 'Rehearsal', { sentry });
  new IamKeySentry(stack, 'KeySentry', {
    actions: KeyActions.of({
      deactivateAfter: Duration.days(100),
      askBeforeDeactivating: workflows[0]!,
    }),
    homeRegion: 'eu-west-1',
  });
  new ManagementEventsTrail(stack, 'Trail');
  new ApprovedAction(stack, 'Action', {
    workflow: workflows[0]!,
    actionFunction: Function.fromFunctionName(stack, 'Own', 'own'),
  });
  watchMembers(new Stack(app, 'Hub', { env: { account: '444455556666', region: 'eu-west-1' } }));
  app.synth();
  return app.node.findAll().filter((construct) => construct instanceof Alarm);
}

function watchMembers(stack: Stack): void {
  const hub = hubWithAllSources(stack);
  new SecurityGroupSentry(stack, 'GroupSentry', {
    hub,
    monitoredGroups: MonitoredGroups.all(),
    policies: [{ baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.notifyOnly() }],
  });
  new IamKeySentry(stack, 'KeySentry', { hub });
}

function hubWithAllSources(stack: Stack): SentryHub {
  const logs = new Bucket(stack, 'Logs', { eventBridgeEnabled: true });
  return new SentryHub(stack, 'Hub', {
    organizationId: 'o-abc1234567',
    accounts: MemberAccounts.organization(),
    sources: [
      ChangeSource.forwardedEvents(),
      ChangeSource.organizationTrail(logs),
      ChangeSource.cloudTrailLake(
        'arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/01234567-89ab-cdef-0123-456789abcdef',
      ),
    ],
  });
}

function workflow(stack: Stack, id: string): SlackApprovalWorkflow {
  return new SlackApprovalWorkflow(stack, id, {
    signingSecret: new Secret(stack, `${id}SigningSecret`),
    botToken: new Secret(stack, `${id}BotToken`),
    approvalChannelId: 'C0APPROVE',
    approvers: Approvers.users(['U0ALICE', 'U0BOB']),
    denialPrompt: DenialPrompt.REQUIRED,
  });
}
