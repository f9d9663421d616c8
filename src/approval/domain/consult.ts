import type { ApprovalConfiguration } from './approval-configuration';
import type { ApprovalRequest } from './approval-request';
import { isToBeConsulted, withConsultation } from './consultation';
import { MessengerRefusedError } from './messenger';
import type { Consultation } from './opinion';
import { reachablePerson } from './reachable-person';
import { revise } from './revise-request';
import type { WorkflowPorts } from './workflow-ports';

/**
 * The request, with who it is whom its question names. While Slack does not say, it is as it was,
 * and due again: nothing waits for it.
 */
export async function consult(
  request: ApprovalRequest,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<ApprovalRequest> {
  const { email } = request.question.consulted ?? {};
  if (email === undefined || !isToBeConsulted(request)) return request;
  const found = await lookedUp(request.id, email, ports);
  if (!found) return request;
  const at = ports.clock.now();
  const known = await revise(
    request,
    (current) => withConsultation(current, found, at),
    configuration,
    ports.store,
  );
  return known ?? request;
}

/** Undefined where it is not known now. */
async function lookedUp(
  requestId: string,
  email: string,
  { people, lookUpFailed }: WorkflowPorts,
): Promise<Consultation | undefined> {
  try {
    const found = await reachablePerson(email, people);
    return found.kind === 'reachable'
      ? { kind: 'asked', userId: found.userId, answers: 0 }
      : { kind: 'not-asked', reason: found.reason };
  } catch (error) {
    lookUpFailed(requestId, error);
    return error instanceof MessengerRefusedError
      ? { kind: 'not-asked', reason: `Slack does not say who that is (${error.code})` }
      : undefined;
  }
}
