import { App, Duration, Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import {
  ApprovedAction,
  Approvers,
  ChangeResponse,
  IamKeySentry,
  KeyActions,
  ManagementEventsTrail,
  MemberAccounts,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupRehearsal,
  SecurityGroupSentry,
  SentryDashboard,
  type SentryDashboardProps,
  SentryHub,
  SlackApprovalWorkflow,
} from '../../src';

/** Constructs of all kinds, in one stack, to be shown on a dashboard. */
export interface Shown extends Required<
  Omit<SentryDashboardProps, 'dashboardName' | 'savedQueries'>
> {
  readonly stack: Stack;
}

export function shownConstructs(): Shown {
  const stack = new Stack(new App(), 'Security', {
    env: { account: '111122223333', region: 'eu-west-1' },
  });
  const approvals = new SlackApprovalWorkflow(stack, 'Approvals', {
    signingSecret: new secretsmanager.Secret(stack, 'SigningSecret'),
    botToken: new secretsmanager.Secret(stack, 'BotToken'),
    approvalChannelId: 'C0APPROVE',
    approvers: Approvers.userGroup('S0SECOPS'),
  });
  const hub = new SentryHub(stack, 'Hub', {
    organizationId: 'o-abc1234567',
    accounts: MemberAccounts.organization(),
  });
  const policies = [
    {
      baseline: SecurityGroupBaseline.locked(),
      response: ChangeResponse.revertUntilApproved(approvals),
    },
  ];
  return {
    stack,
    securityGroupSentries: [
      new SecurityGroupSentry(stack, 'GroupSentry', {
        hub,
        monitoredGroups: MonitoredGroups.all(),
        policies,
      }),
    ],
    iamKeySentries: [
      new IamKeySentry(stack, 'KeySentry', {
        actions: KeyActions.of({
          deactivateAfter: Duration.days(90),
          askBeforeDeactivating: approvals,
        }),
      }),
    ],
    workflows: [approvals],
    actions: [
      new ApprovedAction(stack, 'SnapshotDeletion', {
        workflow: approvals,
        actionFunction: new lambda.Function(stack, 'DeleteSnapshot', {
          runtime: lambda.Runtime.NODEJS_24_X,
          code: lambda.Code.fromInline('exports.handler = async () => undefined;'),
          handler: 'index.handler',
        }),
      }),
    ],
    hubs: [hub],
    trails: [new ManagementEventsTrail(stack, 'Trail')],
    rehearsals: [
      new SecurityGroupRehearsal(stack, 'Rehearsal', {
        monitoredGroups: MonitoredGroups.all(),
        policies,
      }),
    ],
  };
}

export function dashboardOf({ stack, ...shown }: Shown): SentryDashboard {
  return new SentryDashboard(stack, 'Dashboard', { ...shown, dashboardName: 'security' });
}
