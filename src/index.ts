export { IamKeySentry } from './access-key/constructs/iam-key-sentry';
export { type IamKeySentryProps } from './access-key/constructs/iam-key-sentry-props';
export { KeyActions, type KeyActionsProps } from './access-key/constructs/key-actions';
export {
  KeyExclusion,
  type KeyExclusionProps,
  type TagExclusionProps,
} from './access-key/constructs/key-exclusion';
export { KeyOwner } from './access-key/constructs/key-owner';
export { KeyReports, Weekday } from './access-key/constructs/key-reports';
export { ApprovalAsker } from './approval/constructs/approval-asker';
export { type ApprovalRoute } from './approval/constructs/approval-route';
export { ApprovedAction } from './approval/constructs/approved-action';
export { type ApprovedActionProps } from './approval/constructs/approved-action-props';
export { Approvers } from './approval/constructs/approvers';
export { DenialPrompt } from './approval/constructs/denial-prompt';
export { SlackApprovalWorkflow } from './approval/constructs/slack-approval-workflow';
export { type SlackApprovalWorkflowProps } from './approval/constructs/slack-approval-workflow-props';
export { SlackDestination } from './approval/constructs/slack-destination';
export { SentryDashboard } from './dashboard/constructs/sentry-dashboard';
export { type SentryDashboardProps } from './dashboard/constructs/sentry-dashboard-props';
export { ManagementEventsTrail } from './organization/constructs/management-events-trail';
export { type ManagementEventsTrailProps } from './organization/constructs/management-events-trail-props';
export { ChangeSource, type OrganizationTrailProps } from './organization/constructs/change-source';
export { type ISentryHub, type SentryHubAttributes } from './organization/constructs/hub-reference';
export {
  MemberAccounts,
  type OrganizationAccountsProps,
} from './organization/constructs/member-accounts';
export { MemberRegions } from './organization/constructs/member-regions';
export { MemberRights } from './organization/constructs/member-rights';
export {
  MemberStackSets,
  type MemberStackSetsProps,
  type MemberTarget,
} from './organization/constructs/member-stack-sets';
export { SentryHub } from './organization/constructs/sentry-hub';
export { type SentryHubProps } from './organization/constructs/sentry-hub-props';
export {
  SentryMember,
  type SentryMemberProps,
  SentryMemberRegion,
  type SentryMemberRegionProps,
} from './organization/constructs/sentry-member';
export {
  Actor,
  type CdkDeploymentsProps,
  type CloudFormationActorProps,
  type PermissionSetActorProps,
} from './security-group/constructs/actor';
export {
  ChangeResponse,
  type RevertIfDeniedProps,
  UnansweredChange,
} from './security-group/constructs/change-response';
export { ExistingViolations } from './security-group/constructs/existing-violations';
export { MonitoredGroups } from './security-group/constructs/monitored-groups';
export { AccountScope } from './security-group/constructs/account-scope';
export { Ports } from './security-group/constructs/ports';
export { RuleExclusion, type RuleExclusionProps } from './security-group/constructs/rule-exclusion';
export {
  type LockedBaselineProps,
  SecurityGroupBaseline,
} from './security-group/constructs/security-group-baseline';
export { SecurityGroupRehearsal } from './security-group/constructs/security-group-rehearsal';
export { type SecurityGroupRehearsalProps } from './security-group/constructs/security-group-rehearsal-props';
export { SecurityGroupSentry } from './security-group/constructs/security-group-sentry';
export {
  type SecurityGroupPolicy,
  type SecurityGroupSentryProps,
} from './security-group/constructs/security-group-sentry-props';
export {
  RuleDirection,
  TrafficPattern,
  type TrafficPatternProps,
} from './security-group/constructs/traffic-pattern';
export {
  type InternetProps,
  type PublicRangeProps,
  TrafficPeer,
} from './security-group/constructs/traffic-peer';
export { type CompanySettings } from './shared/constructs/company-settings';
export { SentryMode } from './shared/constructs/sentry-mode';
