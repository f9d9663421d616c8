import type { Approvers } from './approvers';

/**
 * Others than the workflow's own approvers, for what is asked about some accounts or organizational
 * units. Who decides for one route decides for no other.
 *
 * A request is of the route if its account is one of `accounts`, or if it is within one of `units`:
 * write at least one of the two.
 */
export interface ApprovalRoute {
  /**
   * The route's name, in messages, events and the log: 1 to 64 characters that are known at synth,
   * and no other route of the workflow has it, or this throws. A request stays with the route of
   * the name under which it was asked.
   */
  readonly name: string;

  /**
   * Ids of accounts, of twelve digits. Throws if one is malformed, or named twice in the routes of
   * the workflow.
   *
   * @default - none
   */
  readonly accounts?: string[];

  /**
   * Ids of organizational units, such as ou-abcd-12345678, each with all that is below it, or a
   * root such as r-abcd. Throws if one is malformed, or named twice in the routes of the workflow.
   *
   * @default - none
   */
  readonly units?: string[];

  /**
   * The channel in which people are asked, and decide: its id, such as C0123ABCD. The app must be a
   * member. Throws if it is malformed.
   */
  readonly approvalChannelId: string;

  /** Who may decide. */
  readonly approvers: Approvers;

  /**
   * How many people have to approve, counted as for the workflow. Throws if it is no whole number
   * of at least 1, and if it is more than the users who may decide.
   *
   * @default - as many as the workflow says
   */
  readonly requiredApprovals?: number;
}
