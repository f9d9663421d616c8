import { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { ApprovalAsker } from './approval-asker';
import type { SlackApprovalWorkflow } from './slack-approval-workflow';
import type { GuardedQueue } from '../../shared/constructs/guarded-queue';
import { refuseUnnamedPlace } from '../../shared/constructs/named-place';
import { otherPlace } from '../../shared/constructs/same-place';
import { deadLetterQueue, workQueue } from '../../shared/constructs/work-queue';
import type { HandlerContract } from '../../shared/contracts/handler-environment';

/** Of the digest of a construct's path: enough to tell the askers of a workflow apart. */
const ADDRESS_DIGITS = 8;

/** A workflow that a sentry or an action asks, and the queue that its decisions come to. */
export class AskedWorkflow {
  public readonly asker: ApprovalAsker;
  public readonly decisions: GuardedQueue;
  /** Decisions that were given up on, after hours of tries. */
  public readonly unhandled: GuardedQueue;

  /**
   * The queues stand beside the workflow: the stack of what asks needs the workflow's, and never
   * the other way round as well.
   *
   * @param contract of the function that carries decisions out. Throws where the two are not in the
   * same account and Region.
   */
  constructor(
    asking: Construct,
    public readonly workflow: SlackApprovalWorkflow,
    contract: Pick<HandlerContract<string>, 'timeoutSeconds'>,
  ) {
    refuseOtherPlace(asking, workflow);
    refuseUnnamedPlace(asking, 'the workflow', workflow);
    const place = new Construct(workflow, `Asker${asking.node.addr.slice(-ADDRESS_DIGITS)}`);
    const operators = workflow._operators;
    this.unhandled = deadLetterQueue(place, 'UnhandledDecisions', operators);
    this.decisions = workQueue(place, 'Decisions', {
      contract,
      unhandled: this.unhandled,
      operators,
    });
    this.asker = workflow._addLibraryAsker(asking.node.path, this.decisions);
  }
}

/** Queues and keys are reached within one Region. */
function refuseOtherPlace(asking: Construct, workflow: SlackApprovalWorkflow): void {
  const other = otherPlace(asking, Stack.of(workflow));
  if (!other) return;
  throw new Error(
    `${asking.node.path}: it is in the ${other.place} ${other.own}, and the workflow ${workflow.node.path} that it asks in ${other.theirs}: ` +
      'write a SlackApprovalWorkflow for its own account and Region.',
  );
}
