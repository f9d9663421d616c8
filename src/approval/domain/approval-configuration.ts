/** Whether those who deny may leave out why. */
export const DENIAL_PROMPTS = ['optional', 'required'] as const;

export type DenialPrompt = (typeof DENIAL_PROMPTS)[number];

/** Who may decide, how many it takes, and where. */
export interface Deciders {
  readonly approvers: Approvers;
  readonly requiredApprovals: number;
  readonly approvalChannelId: string;
  /** Ids of users and user groups that questions and reminders mention. */
  readonly mentions?: readonly string[];
}

/**
 * Others decide what is asked about some accounts or about what is within some units, about what
 * has some tags, or about what has these tags there.
 */
export interface Route extends Deciders {
  readonly name: string;
  readonly accounts: readonly string[];
  readonly units: readonly string[];
  readonly tags?: readonly RouteTag[];
}

/** A tag that has one of some values. */
export interface RouteTag {
  readonly key: string;
  readonly values: readonly string[];
}

/**
 * Who may decide, and how a workflow goes about it. Its own approvers decide what no route is for:
 * `decidersOf` a request knows whose it is.
 */
export interface ApprovalConfiguration extends Deciders {
  readonly allowSelfApproval: boolean;
  readonly expireMilliseconds: number;
  readonly remindMilliseconds: number;
  /** For how long an approval may be given, beside for good. */
  readonly approvalSeconds: readonly number[];
  /** For how long the same is not asked again after a denial. */
  readonly denialPauseMilliseconds: number;
  /** Undefined where those who deny are not asked why. */
  readonly denialPrompt?: DenialPrompt;
  /** How many requests one actor may cause about one thing, such as a group, in an hour. */
  readonly requestsAnHour: number;
  /** The first that is for a request has it decided. */
  readonly routes?: readonly Route[];
}

export type Approvers =
  | { readonly kind: 'users'; readonly userIds: readonly string[] }
  | { readonly kind: 'userGroup'; readonly userGroupId: string };
