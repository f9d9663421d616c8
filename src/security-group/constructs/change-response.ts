import type { SlackApprovalWorkflow } from '../../approval/constructs/slack-approval-workflow';
import type { Response } from '../domain/policies/policy';

/**
 * The fate of a change that stands until it is denied, if no one answers in time, or if people
 * could not be asked at all. While a click that came in time waits to be judged, the change is
 * reverted, whatever this says.
 */
export enum UnansweredChange {
  /** It is reverted. */
  REVERT = 'revert',

  /** It stays, for good. */
  ACCEPT = 'accept',
}

/** Properties of `ChangeResponse.revertIfDenied`. */
export interface RevertIfDeniedProps {
  /** The fate of the change if no one answers in time, or if people could not be asked at all. */
  readonly whenUnanswered: UnansweredChange;
}

/**
 * The sentry's response to a rule that violates a baseline. Where several policies are violated,
 * the strongest response wins, in this order.
 */
export class ChangeResponse {
  /** Revert the change, and report it. */
  public static revert(): ChangeResponse {
    return new ChangeResponse('revert');
  }

  /**
   * Revert the change, report it, and ask people: approved, the change is made again, exactly as it
   * was; denied or unanswered, it stays reverted.
   *
   * @param workflow who is asked.
   */
  public static revertUntilApproved(workflow: SlackApprovalWorkflow): ChangeResponse {
    return new ChangeResponse('revertUntilApproved', workflow);
  }

  /**
   * Leave the rule in place, tell, and ask people: denied, it is reverted; approved, it is
   * accepted.
   *
   * @param workflow who is asked.
   * @param props what becomes of it if no one answers.
   */
  public static revertIfDenied(
    workflow: SlackApprovalWorkflow,
    props: RevertIfDeniedProps,
  ): ChangeResponse {
    return new ChangeResponse('revertIfDenied', workflow, props.whenUnanswered);
  }

  /** Leave the rule in place, and tell. */
  public static notifyOnly(): ChangeResponse {
    return new ChangeResponse('notifyOnly');
  }

  private constructor(
    private readonly response: Response,
    private readonly workflow?: SlackApprovalWorkflow,
    private readonly whenUnanswered = UnansweredChange.REVERT,
  ) {}

  /** @internal */
  public get _response(): Response {
    return this.response;
  }

  /** @internal */
  public get _workflow(): SlackApprovalWorkflow | undefined {
    return this.workflow;
  }

  /** @internal */
  public get _whenUnanswered(): UnansweredChange {
    return this.whenUnanswered;
  }
}
