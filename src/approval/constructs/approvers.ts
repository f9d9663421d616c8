import { checkedUserGroupId, checkedUserId } from './slack-id';
import { refuseListKnownLater } from '../../shared/constructs/known-later';
import type { Approvers as ApproverSelection } from '../domain/approval-configuration';

/**
 * Who may decide about requests: people of the Slack workspace in which the app is installed, never
 * guests of a shared channel.
 */
export class Approvers {
  /**
   * These people.
   *
   * @param userIds their Slack user ids, such as U0123ABCD. Throws if there are none, if one is
   * malformed, or named twice.
   */
  public static users(userIds: string[]): Approvers {
    if (userIds.length === 0) {
      throw new Error(
        'Approvers.users() got an empty list, so no one could decide: name at least one user, as in Approvers.users(["U0123ABCD"]).',
      );
    }
    refuseListKnownLater(
      'Approvers.users() got',
      userIds,
      'write its ids out, as in Approvers.users(["U0123ABCD"])',
    );
    const repeated = userIds.find((id, index) => userIds.indexOf(id) < index);
    if (repeated !== undefined) {
      throw new Error(
        `Approvers.users(): "${repeated}" is named twice, and can approve once only: name each user once.`,
      );
    }
    return new Approvers({
      kind: 'users',
      userIds: userIds.map((id) => checkedUserId(id, 'Approvers.users()')),
    });
  }

  /**
   * The members of a user group, as they are when someone clicks; a change of the group counts
   * after a minute.
   *
   * Anyone who may change the group in Slack decides who may approve.
   *
   * @param userGroupId its Slack id, such as S0123ABCD. Throws if it is malformed.
   */
  public static userGroup(userGroupId: string): Approvers {
    return new Approvers({
      kind: 'userGroup',
      userGroupId: checkedUserGroupId(userGroupId, 'Approvers.userGroup()'),
    });
  }

  private constructor(private readonly selection: ApproverSelection) {}

  /** @internal */
  public get _selection(): ApproverSelection {
    return this.selection;
  }
}
