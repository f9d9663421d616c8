/** Who may decide, and how a workflow goes about it. */
export interface ApprovalConfiguration {
  readonly approvers: Approvers;
  readonly requiredApprovals: number;
  readonly allowSelfApproval: boolean;
  readonly approvalChannelId: string;
  readonly expireMilliseconds: number;
  readonly remindMilliseconds: number;
  /** For how long an approval may be given, beside for good. */
  readonly approvalSeconds: readonly number[];
  /** For how long the same is not asked again after a denial. */
  readonly denialPauseMilliseconds: number;
  /** How many requests one actor may cause about one thing, such as a group, in an hour. */
  readonly requestsAnHour: number;
}

export type Approvers =
  | { readonly kind: 'users'; readonly userIds: readonly string[] }
  | { readonly kind: 'userGroup'; readonly userGroupId: string };
