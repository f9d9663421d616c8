import { advanceRequest } from './advance-request';
import type { ApprovalConfiguration } from './approval-configuration';
import type { ApprovalRequest, WaitingClick } from './approval-request';
import { ApprovalConflictError } from './approval-store';
import { approversAt, approversNow } from './approver-readings';
import type { Click } from './click';
import { decidersOf } from './deciders';
import { identify } from './identify-requesters';
import { judgeClick } from './judge-click';
import { hasOtherVoters } from './lapsed-votes';
import { retried, revise, save } from './revise-request';
import { EndUnderWayError, mustWaitForEnd, unjudgedClicks, withWaiting } from './waiting-click';
import { whyNotHeard } from './why-not-counted';
import type { WorkflowPorts } from './workflow-ports';

/**
 * Judges a click, and those that wait beside it. False where there is no such request. A click that
 * cannot be judged yet is kept with its request, and this throws.
 */
export async function takeClick(
  click: Click,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<boolean> {
  const request = await ports.store.read(click.button.requestId);
  if (!request) return false;
  const { approvers } = decidersOf(request, configuration);
  const known = await approversAt(approvers, click.at, ports);
  const waiting = { click, wasApprover: known?.includes(click.userId) };
  let judged: ApprovalRequest;
  try {
    judged = await judge(request, waiting, configuration, ports);
  } catch (error) {
    if (error instanceof ApprovalConflictError) throw error;
    await keepWaiting(request, waiting, error, configuration, ports);
    return true;
  }
  await advanceRequest(judged, configuration, ports);
  return true;
}

async function judge(
  request: ApprovalRequest,
  waiting: WaitingClick,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<ApprovalRequest> {
  const { store, people, clock } = ports;
  const { approvers } = decidersOf(request, configuration);
  const [app, first] = await Promise.all([people.app(), approversNow(approvers, ports)]);
  return retried(async (isFirst) => {
    const read = isFirst ? request : ((await store.read(request.id)) ?? request);
    // An approval must not lapse by a reading that is older than it is.
    const isOutdated = !isFirst && hasOtherVoters(read, first);
    const members = isOutdated ? await approversNow(approvers, ports) : first;
    const clicks = unjudgedClicks(read, waiting);
    const heard = clicks.filter(
      ({ click }) => !whyNotHeard(read, click, { ...app, members }, configuration),
    );
    if (mustWaitForEnd(read, heard, clock.now())) throw new EndUnderWayError(read.id);
    // Over the very state in which all requesters are known: anyone who joins meanwhile has it
    // judged again.
    const identified = heard.length > 0 ? await identify(read, configuration, ports) : read;
    const now = clock.now();
    const after = clicks.reduce(
      (current, { click, wasApprover }) =>
        judgeClick(current, click, { ...app, members, wasApprover }, configuration, now),
      identified,
    );
    return after === identified ? identified : save(after, identified, configuration, store);
  });
}

/** Throws why it waits, but where it is known already that it does not count. */
async function keepWaiting(
  request: ApprovalRequest,
  waiting: WaitingClick,
  cause: unknown,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<void> {
  const { store, clock } = ports;
  const kept = await revise(
    request,
    (current) => withWaiting(current, waiting, cause, configuration, clock.now()),
    configuration,
    store,
  );
  if (kept && kept !== request) await advanceRequest(kept, configuration, ports);
  if (!kept?.judgedClicks.includes(waiting.click.id)) throw cause;
}
