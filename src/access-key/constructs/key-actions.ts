import { Duration } from 'aws-cdk-lib';
import type { SlackApprovalWorkflow } from '../../approval/constructs/slack-approval-workflow';
import { wholeDays } from '../../shared/constructs/checked-duration';
import type { KeyActionRules } from '../domain/key-actions';

/**
 * When old and unused keys are deactivated, and inactive ones deleted. All durations are in whole
 * days, at least one, or it throws.
 */
export interface KeyActionsProps {
  /**
   * An active key older than this is deactivated. At least the sentry's `maxKeyAge`, so that only
   * listed keys are.
   *
   * @default - no key is deactivated for its age; without `deactivateUnusedAfter` as well,
   * `KeyActions.of()` throws
   */
  readonly deactivateAfter?: Duration;

  /**
   * An active key that was not used for longer than this is deactivated. IAM.22 of Security Hub and
   * CIS 1.12 ask for 45 days. A key that was never used has to be older than this, and than the
   * sentry's `neverUsedGrace`.
   *
   * At least the sentry's `maxUnusedAge`, so that only listed keys are: the sentry throws where it
   * is shorter, and where there is no `maxUnusedAge`. Shorter than `deactivateAfter`, or it throws:
   * no key is unused for longer than it is old, so that it would do nothing.
   *
   * A key that is used after its notice stays. Once it is unused again, it gets a new notice; so
   * does one that was deactivated for this and that someone activates again. IAM shows a use some
   * hours late.
   *
   * @default - no key is deactivated for not being used
   * @see https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html#iam-22
   */
  readonly deactivateUnusedAfter?: Duration;

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
   * Where people are told that a key is not used, nothing is done if it is used before they
   * approve.
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

/** The actions on old and unused keys: only reporting them, or retiring them step by step. */
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
    refuseNothingDeactivated(props);
    const maxActionsPerRun = props.maxActionsPerRun ?? 10;
    if (!Number.isInteger(maxActionsPerRun) || maxActionsPerRun < 1) {
      throw new Error(
        `"maxActionsPerRun" is ${maxActionsPerRun}: write a whole number of at least 1.`,
      );
    }
    return new KeyActions(
      {
        ...deactivationLimits(props),
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

function refuseNothingDeactivated({
  deactivateAfter,
  deactivateUnusedAfter,
  deleteAfterInactive,
}: KeyActionsProps): void {
  if (deactivateAfter || deactivateUnusedAfter) return;
  throw new Error(
    deleteAfterInactive
      ? 'KeyActions.of() has "deleteAfterInactive" without "deactivateAfter" or "deactivateUnusedAfter": deletion cannot be undone, so write when keys are deactivated first.'
      : 'KeyActions.of() does nothing: write "deactivateAfter" or "deactivateUnusedAfter", or KeyActions.reportOnly().',
  );
}

function deactivationLimits(
  props: KeyActionsProps,
): Pick<KeyActionRules, 'deactivateAfter' | 'deactivateUnusedAfter'> {
  const days = (name: 'deactivateAfter' | 'deactivateUnusedAfter') => {
    const duration = props[name];
    return duration && wholeDays(duration, `"${name}"`);
  };
  const deactivateAfter = days('deactivateAfter');
  const deactivateUnusedAfter = days('deactivateUnusedAfter');
  if (
    deactivateAfter !== undefined &&
    deactivateUnusedAfter !== undefined &&
    deactivateUnusedAfter >= deactivateAfter
  ) {
    throw new Error(
      `"deactivateUnusedAfter" is ${deactivateUnusedAfter} days and "deactivateAfter" ${deactivateAfter}: ` +
        'a key that was unused for so long is as old, and deactivated for that, so write a "deactivateUnusedAfter" that is shorter, or leave it out.',
    );
  }
  return { deactivateAfter, deactivateUnusedAfter };
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
