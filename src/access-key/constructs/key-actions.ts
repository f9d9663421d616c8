import { Duration } from 'aws-cdk-lib';
import type { SlackApprovalWorkflow } from '../../approval/constructs/slack-approval-workflow';
import { wholeDays } from '../../shared/constructs/checked-duration';
import type { KeyActionRules } from '../domain/key-actions';

/**
 * When old keys are deactivated and deleted. All durations are in whole days, at least one, or it
 * throws.
 */
export interface KeyActionsProps {
  /**
   * An active key older than this is deactivated. At least the sentry's `maxKeyAge`, so that only
   * listed keys are.
   *
   * @default - keys are not deactivated; then `deleteAfterInactive` throws
   */
  readonly deactivateAfter?: Duration;

  /**
   * A key that has been inactive for this long, and not used since, is deleted, no matter who
   * deactivated it. The time counts from the run that first saw it inactive. This cannot be undone.
   *
   * @default - keys are not deleted
   */
  readonly deleteAfterInactive?: Duration;

  /**
   * How long before each step its notice has to have been accepted by SNS. A notice lapses when
   * nothing was reported of its step for two weeks.
   *
   * @default Duration.days(7)
   */
  readonly grace?: Duration;

  /**
   * How many keys one run may deactivate or delete; the rest is left to the next. At least 1, or it
   * throws.
   *
   * @default 10
   */
  readonly maxActionsPerRun?: number;

  /**
   * Has people asked in Slack before a key is deactivated: once its notice was accepted and its
   * grace is over. Approved, it is deactivated at once; denied, it stays active, and is asked about
   * again after `askAgainAfter`; not answered, again in the next run. How many keys are asked about
   * again in one run is up to `maxActionsPerRun`. Deletion follows its notice alone. In OBSERVE
   * no one is asked.
   *
   * The workflow has to be in the sentry's account and Region, or the sentry throws.
   *
   * @default - no one is asked
   */
  readonly askBeforeDeactivating?: SlackApprovalWorkflow;

  /**
   * After how long a key is asked about again that people denied to deactivate. Throws without
   * `askBeforeDeactivating`.
   *
   * @default Duration.days(30)
   */
  readonly askAgainAfter?: Duration;
}

/** The actions on old keys: only reporting them, or retiring them step by step. */
export class KeyActions {
  /** List them, and leave it at that. */
  public static reportOnly(): KeyActions {
    return new KeyActions();
  }

  /**
   * Notify, wait, deactivate; and, if asked to, notify again, wait, delete.
   *
   * Throws for deletion without deactivation, and if neither is asked for.
   */
  public static of(props: KeyActionsProps): KeyActions {
    if (!props.deactivateAfter && props.deleteAfterInactive) {
      throw new Error(
        'KeyActions.of() has "deleteAfterInactive" without "deactivateAfter": deletion cannot be undone, so write when keys are deactivated first.',
      );
    }
    if (!props.deactivateAfter) {
      throw new Error(
        'KeyActions.of() does nothing: write "deactivateAfter", or KeyActions.reportOnly().',
      );
    }
    const maxActionsPerRun = props.maxActionsPerRun ?? 10;
    if (!Number.isInteger(maxActionsPerRun) || maxActionsPerRun < 1) {
      throw new Error(
        `"maxActionsPerRun" is ${maxActionsPerRun}: write a whole number of at least 1.`,
      );
    }
    return new KeyActions(
      {
        deactivateAfter: wholeDays(props.deactivateAfter, '"deactivateAfter"'),
        deleteAfterInactive:
          props.deleteAfterInactive &&
          wholeDays(props.deleteAfterInactive, '"deleteAfterInactive"'),
        grace: wholeDays(props.grace ?? Duration.days(7), '"grace"'),
        maxActionsPerRun,
        askAgainAfter: askAgainAfterOf(props),
      },
      props.askBeforeDeactivating,
    );
  }

  private constructor(
    private readonly rules?: KeyActionRules,
    private readonly workflow?: SlackApprovalWorkflow,
  ) {}

  /** @internal */
  public get _rules(): KeyActionRules | undefined {
    return this.rules;
  }

  /** @internal */
  public get _workflow(): SlackApprovalWorkflow | undefined {
    return this.workflow;
  }
}

function askAgainAfterOf({
  askBeforeDeactivating,
  askAgainAfter,
}: KeyActionsProps): number | undefined {
  if (askBeforeDeactivating) {
    return wholeDays(askAgainAfter ?? Duration.days(30), '"askAgainAfter"');
  }
  if (askAgainAfter) {
    throw new Error(
      'KeyActions.of() has "askAgainAfter" without "askBeforeDeactivating": write which workflow asks, or leave it out.',
    );
  }
  return undefined;
}
