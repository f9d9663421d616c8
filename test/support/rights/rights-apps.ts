import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { type PlacedStatement, rolesIn } from './template-roles';
import {
  ApprovedAction,
  Approvers,
  ChangeResponse,
  ChangeSource,
  IamKeySentry,
  KeyActions,
  KeyExclusion,
  KeyOwner,
  KeyReports,
  MemberAccounts,
  MonitoredGroups,
  SecurityGroupBaseline,
  SecurityGroupRehearsal,
  SecurityGroupSentry,
  SentryHub,
  SlackApprovalWorkflow,
  SlackDestination,
  DenialPrompt,
} from '../../../src';
import type { HubFunction } from '../../../src/organization/contracts/hub-roles';

/** A function of this library, and its role in the apps below. */
export interface RightsHolder {
  readonly construct: string;
  /** The file of the handler, and its bundle, without `.lambda.ts`. */
  readonly handler: string;
  readonly role: string;
  /** As which of the hub's functions it works in members, if it does. */
  readonly hubFunction?: HubFunction;
}

const holder = (
  construct: string,
  handler: string,
  role: string,
  hubFunction?: HubFunction,
): RightsHolder => ({ construct, handler, role, ...(hubFunction && { hubFunction }) });

export const HOLDERS: readonly RightsHolder[] = [
  holder(
    'SecurityGroupSentry',
    'security-group/handlers/respond-to-changes',
    'GroupSentryRespondToChangesRole',
    'respond',
  ),
  holder(
    'SecurityGroupSentry',
    'security-group/handlers/reconcile-groups',
    'GroupSentryReconcileGroupsRole',
  ),
  holder(
    'SecurityGroupSentry',
    'security-group/handlers/operate-sentry',
    'GroupSentryOperateSentryRole',
    'operate',
  ),
  holder(
    'SecurityGroupSentry',
    'security-group/handlers/carry-out-decision',
    'GroupSentryCarryOutDecisionRole',
    'decide',
  ),
  holder(
    'SecurityGroupSentry',
    'security-group/handlers/reconcile-member',
    'GroupSentryReconcileMemberRole',
    'reconcile',
  ),
  holder(
    'SecurityGroupSentry',
    'security-group/handlers/schedule-members',
    'GroupSentryScheduleMembersRole',
  ),
  holder(
    'SecurityGroupRehearsal',
    'security-group/handlers/rehearse-policies',
    'RehearsalRehearsePoliciesRole',
  ),
  holder('SentryHub', 'organization/handlers/watch-coverage', 'HubWatchCoverageRole'),
  holder('SentryHub', 'organization/handlers/look-at-member', 'HubLookAtMemberRole', 'coverage'),
  holder('SentryHub', 'organization/handlers/read-trail', 'HubReadTrailRole'),
  holder('SentryHub', 'organization/handlers/read-lake', 'HubReadLakeRole'),
  holder(
    'IamKeySentry',
    'access-key/handlers/check-access-keys',
    'KeySentryCheckAccessKeysRole',
    'check-keys',
  ),
  holder(
    'IamKeySentry',
    'access-key/handlers/carry-out-key-decision',
    'KeySentryCarryOutDecisionRole',
    'decide-keys',
  ),
  holder(
    'SlackApprovalWorkflow',
    'approval/handlers/receive-interaction',
    'ApprovalsReceiveInteractionRole',
  ),
  holder(
    'SlackApprovalWorkflow',
    'approval/handlers/advance-requests',
    'ApprovalsAdvanceRequestsRole',
  ),
  holder(
    'SlackApprovalWorkflow',
    'approval/handlers/deliver-messages',
    'ApprovalsDeliverMessagesRole',
  ),
  holder('ApprovedAction', 'approval/handlers/ask-approval', 'ActionAskApprovalRole'),
  holder('ApprovedAction', 'approval/handlers/carry-out-action', 'ActionCarryOutDecisionRole'),
];

/** One way to use the library, with the rights that it gives and denies, by role. */
export interface RightsApp {
  /** In which it differs from the first; nothing for the first. */
  readonly way: string;
  /** By statements that allow. */
  readonly roles: StatementsByRole;
  readonly denials: StatementsByRole;
  /** As it is deployed. */
  readonly template: object;
}

type StatementsByRole = ReadonlyMap<string, readonly PlacedStatement[]>;

/** The first uses all that needs rights; the others do what it leaves out. */
export function rightsApps(): RightsApp[] {
  return [
    appWith('', (stack) => {
      const approvals = workflow(stack);
      const sentry = new SecurityGroupSentry(stack, 'GroupSentry', {
        monitoredGroups: MonitoredGroups.taggedWith('sentry', 'on'),
        policies: [locked(ChangeResponse.revertUntilApproved(approvals))],
      });
      new SecurityGroupRehearsal(stack, 'Rehearsal', { sentry });
      new ApprovedAction(stack, 'Action', {
        workflow: approvals,
        actionFunction: ownFunction(stack),
      });
      new IamKeySentry(stack, 'KeySentry', {
        excluding: [
          KeyExclusion.tag('keep-until'),
          KeyExclusion.group(iam.Group.fromGroupName(stack, 'Admins', 'admins')),
        ],
        owners: [KeyOwner.tag('Owner')],
        notifyOwnersThrough: approvals,
        actions: KeyActions.of({ ...RETIRE, askBeforeDeactivating: approvals }),
        homeRegion: 'us-east-1',
        inventoryBucket: s3.Bucket.fromBucketAttributes(stack, 'Reports', {
          bucketName: 'key-reports',
          encryptionKey: new kms.Key(stack, 'ReportsKey', { enableKeyRotation: true }),
        }),
      });
    }),
    appWith('groups are chosen by VPC, and no one is asked', (stack) => {
      const vpc = new ec2.Vpc(stack, 'Vpc', { maxAzs: 1, natGateways: 0 });
      new SecurityGroupSentry(stack, 'GroupSentry', {
        monitoredGroups: MonitoredGroups.inVpc(
          ec2.Vpc.fromVpcAttributes(stack, 'Known', {
            vpcId: 'vpc-0123456789abcdef0',
            availabilityZones: vpc.availabilityZones,
          }),
        ),
        policies: [locked(ChangeResponse.revert())],
      });
      new IamKeySentry(stack, 'KeySentry', { actions: KeyActions.of(RETIRE) });
    }),
    appWith('the sentries have a hub', (stack) => {
      const [hub, approvals] = [hubWithAllSources(stack), workflow(stack)];
      new SecurityGroupSentry(stack, 'GroupSentry', {
        hub,
        monitoredGroups: MonitoredGroups.taggedWith('sentry', 'on'),
        policies: [locked(ChangeResponse.revertUntilApproved(approvals))],
      });
      new IamKeySentry(stack, 'KeySentry', {
        hub,
        actions: KeyActions.of({ ...RETIRE, askBeforeDeactivating: approvals }),
      });
    }),
    appWith('groups are chosen by id, and keys are only reported', (stack) => {
      new SecurityGroupSentry(stack, 'GroupSentry', {
        monitoredGroups: MonitoredGroups.ids(['sg-0123456789abcdef0']),
        policies: [
          { baseline: SecurityGroupBaseline.locked(), response: ChangeResponse.notifyOnly() },
        ],
      });
      new IamKeySentry(stack, 'KeySentry', { reports: KeyReports.everyRun() });
    }),
  ];
}

const RETIRE = { deactivateAfter: Duration.days(90), deleteAfterInactive: Duration.days(30) };

function appWith(way: string, build: (stack: Stack) => void): RightsApp {
  const stack = new Stack(new App(), 'Rights');
  build(stack);
  const template = Template.fromStack(stack).toJSON();
  const roles = rolesIn(template);
  return { way, roles: withEffect(roles, 'Allow'), denials: withEffect(roles, 'Deny'), template };
}

function withEffect(roles: StatementsByRole, wanted: PlacedStatement['effect']): StatementsByRole {
  return new Map(
    [...roles].map(([role, statements]) => [
      role,
      statements.filter(({ effect }) => effect === wanted),
    ]),
  );
}

function ownFunction(stack: Stack): lambda.IFunction {
  const arn = 'arn:aws:lambda:us-east-1:123456789012:function:own';
  return lambda.Function.fromFunctionArn(stack, 'Own', arn);
}

function locked(response: ChangeResponse) {
  return { baseline: SecurityGroupBaseline.locked({ restoreRemoved: true }), response };
}

function hubWithAllSources(stack: Stack): SentryHub {
  const logs = s3.Bucket.fromBucketAttributes(stack, 'Logs', {
    bucketName: 'logs',
    encryptionKey: new kms.Key(stack, 'LogsKey'),
  });
  return new SentryHub(stack, 'Hub', {
    organizationId: 'o-abc1234567',
    accounts: MemberAccounts.organization(),
    sources: [
      ChangeSource.forwardedEvents(),
      ChangeSource.organizationTrail(logs),
      ChangeSource.cloudTrailLake(
        'arn:aws:cloudtrail:us-east-1:123456789012:eventdatastore/01234567-89ab-cdef-0123-456789abcdef',
      ),
    ],
  });
}

function workflow(stack: Stack): SlackApprovalWorkflow {
  const secret = (id: string) => new secretsmanager.Secret(stack, id);
  return new SlackApprovalWorkflow(stack, 'Approvals', {
    signingSecret: secret('SigningSecret'),
    botToken: secret('BotToken'),
    approvalChannelId: 'C0APPROVE',
    monitoringChannel: SlackDestination.webhook(secret('Webhook')),
    approvers: Approvers.users(['U0ALICE']),
    denialPrompt: DenialPrompt.REQUIRED,
  });
}
