import { Duration, type Stack } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import {
  ApprovedAction,
  Approvers,
  ChangeResponse,
  IamKeySentry,
  type ISentryHub,
  ManagementEventsTrail,
  MemberAccounts,
  MemberRegions,
  MemberRights,
  MemberStackSets,
  MonitoredGroups,
  Ports,
  SecurityGroupBaseline,
  SecurityGroupRehearsal,
  SecurityGroupSentry,
  SentryDashboard,
  SentryHub,
  SentryMember,
  SentryMemberRegion,
  SlackApprovalWorkflow,
  TrafficPattern,
} from '../../src';

/** Puts something into an empty stack. */
export type Fill = (stack: Stack) => void;

const REGIONS = ['eu-west-1', 'us-east-1'];
const UNITS = ['ou-abcd-11111111'];

/** The constructs that have no function of their own. */
export const WITHOUT_FUNCTION: readonly string[] = [
  'SentryMember',
  'SentryMemberRegion',
  'ManagementEventsTrail',
];

/** A stack with each construct as its page shows it first. */
export const CONSTRUCTS: Readonly<Record<string, Fill>> = {
  SecurityGroupSentry: (stack) => {
    groupSentryIn(stack);
  },
  SecurityGroupRehearsal: (stack) => {
    new SecurityGroupRehearsal(stack, 'Rehearsal', GROUPS);
  },
  IamKeySentry: (stack) => {
    keySentryIn(stack);
  },
  SlackApprovalWorkflow: (stack) => {
    workflowIn(stack);
  },
  'ApprovedAction and its workflow': (stack) => {
    new ApprovedAction(stack, 'Action', {
      workflow: workflowIn(stack),
      actionFunction: new lambda.Function(stack, 'Handler', {
        runtime: lambda.Runtime.NODEJS_24_X,
        handler: 'index.handler',
        code: lambda.Code.fromInline('exports.handler = async () => ({});'),
      }),
    });
  },
  SentryHub: (stack) => {
    hubIn(stack);
  },
  'MemberStackSets and their hub': (stack) => {
    new MemberStackSets(stack, 'Members', {
      hub: hubIn(stack),
      targets: [{ units: UNITS }],
      regions: REGIONS,
      delegatedAdministrator: true,
    });
  },
  SentryMember: (stack) => {
    new SentryMember(stack, 'Member', { hub: hubElsewhere(), rights: MemberRights.OBSERVE });
  },
  SentryMemberRegion: (stack) => {
    new SentryMemberRegion(stack, 'Member', { hub: hubElsewhere() });
  },
  ManagementEventsTrail: (stack) => {
    new ManagementEventsTrail(stack, 'Trail');
  },
  'SentryDashboard and both sentries': (stack) => {
    new SentryDashboard(stack, 'Dashboard', {
      securityGroupSentries: [groupSentryIn(stack)],
      iamKeySentries: [keySentryIn(stack)],
    });
  },
};

const GROUPS = {
  monitoredGroups: MonitoredGroups.ids(['sg-0123456789abcdef0']),
  policies: [
    {
      baseline: SecurityGroupBaseline.forbid([TrafficPattern.fromInternet(Ports.SSH)]),
      response: ChangeResponse.revert(),
    },
  ],
};

function groupSentryIn(stack: Stack): SecurityGroupSentry {
  return new SecurityGroupSentry(stack, 'GroupSentry', GROUPS);
}

function keySentryIn(stack: Stack): IamKeySentry {
  return new IamKeySentry(stack, 'KeySentry', { maxKeyAge: Duration.days(90) });
}

function workflowIn(stack: Stack): SlackApprovalWorkflow {
  return new SlackApprovalWorkflow(stack, 'Approvals', {
    signingSecret: new secretsmanager.Secret(stack, 'SigningSecret'),
    botToken: new secretsmanager.Secret(stack, 'BotToken'),
    approvalChannelId: 'C0APPROVE',
    approvers: Approvers.users(['U0ALICE']),
  });
}

function hubIn(stack: Stack): SentryHub {
  return new SentryHub(stack, 'Hub', {
    organizationId: 'o-abc1234567',
    accounts: MemberAccounts.organization({ units: UNITS }),
    regions: MemberRegions.of(REGIONS),
  });
}

function hubElsewhere(): ISentryHub {
  return SentryHub.fromSentryHubAttributes({
    hubAccountId: '111122223333',
    hubRegion: 'us-east-1',
    organizationId: 'o-abc1234567',
  });
}
