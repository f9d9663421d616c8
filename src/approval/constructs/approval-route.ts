import type { Approvers } from './approvers';

/**
 * Others than the workflow's own approvers, for what is asked about some accounts or organizational
 * units, or about security groups with some tags. Who decides for one route decides for no other.
 *
 * A request is of the route if its account is one of `accounts`, or if it is within one of `units`;
 * with `tags` as well, only if it has these too. Write at least one of the three.
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
   * the workflow, and where only sentries without a `hub` ask: their questions name no account.
   *
   * @default - none
   */
  readonly accounts?: string[];

  /**
   * Ids of organizational units, such as ou-abcd-12345678, each with all that is below it, or a
   * root such as r-abcd. Throws if one is malformed, or named twice in the routes of the workflow,
   * and where only sentries without a `hub` ask, as with `accounts`.
   *
   * @default - none
   */
  readonly units?: string[];

  /**
   * Tags of the security group that is asked about: the values of each key. With several keys, the
   * group has to have one of the values of each.
   *
   * A group's tags count as they were when the sentry adopted the group, or first looked for a tag
   * that a new route names; later, only as a trusted actor sets them. So someone who may tag a
   * group that is watched cannot choose who decides. Until the sentry has looked, no tag counts.
   * Access keys have no such tags: no route with `tags` is for them.
   *
   * Up to 10 keys in all routes of the workflow, known at synth. Throws for more, for a key without
   * values, for one that begins with `aws:`, for what is too long for a tag, for a value that is
   * there twice, and in a workflow that is asked only by sentries of access keys, or by none.
   *
   * @default - no tags: the account and its units alone decide
   */
  readonly tags?: { [key: string]: string[] };

  /**
   * The channel in which people are asked, and decide: its id, such as C0123ABCD. The app must be a
   * member. Throws if it is malformed.
   */
  readonly approvalChannelId: string;

  /** Who may decide. */
  readonly approvers: Approvers;

  /**
   * Who is mentioned in each new question and each reminder of the route, as in the workflow's
   * `mentions`, with the same errors.
   *
   * @default - no one, whatever the workflow's own `mentions` say
   */
  readonly mentions?: string[];

  /**
   * How many people have to approve, counted as for the workflow. Throws if it is no whole number
   * of at least 1, and if it is more than the users who may decide.
   *
   * @default - as many as the workflow says
   */
  readonly requiredApprovals?: number;
}
