import { App, Duration, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import {
  Approvers,
  ChangeResponse,
  IamKeySentry,
  KeyActions,
  ManagementEventsTrail,
  MemberAccounts,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupSentry,
  SentryDashboard,
  type SentryDashboardProps,
  SentryHub,
  SlackApprovalWorkflow,
} from '../../src';

/** Constructs of all kinds, in one stack, to be shown on a dashboard. */
export interface Shown extends Required<
  Pick<
    SentryDashboardProps,
    'securityGroupSentries' | 'iamKeySentries' | 'workflows' | 'hubs' | 'trails'
  >
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
  return {
    stack,
    securityGroupSentries: [
      new SecurityGroupSentry(stack, 'GroupSentry', {
        hub,
        monitoredGroups: MonitoredGroups.all(),
        policies: [
          {
            baseline: SecurityGroupBaseline.locked(),
            response: ChangeResponse.revertUntilApproved(approvals),
          },
        ],
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
    hubs: [hub],
    trails: [new ManagementEventsTrail(stack, 'Trail')],
  };
}

export function dashboardOf({ stack, ...shown }: Shown): SentryDashboard {
  return new SentryDashboard(stack, 'Dashboard', { ...shown, dashboardName: 'security' });
}
