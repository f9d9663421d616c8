import type { ApprovalConfiguration } from './approval-configuration';
import type { ApprovalRequest } from './approval-request';
import { isToBeConsulted, withConsultation } from './consultation';
import { MessengerRefusedError, type Person } from './messenger';
import type { Consultation } from './opinion';
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
  const found = await lookedUp(email, ports);
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
  email: string,
  { people }: WorkflowPorts,
): Promise<Consultation | undefined> {
  try {
    const [person, { teamId }] = await Promise.all([people.personWithEmail(email), people.app()]);
    const reason = whyNotAsked(person, teamId);
    return person && reason === undefined
      ? { kind: 'asked', userId: person.userId, answers: 0 }
      : { kind: 'not-asked', reason: reason ?? UNKNOWN };
  } catch (error) {
    return error instanceof MessengerRefusedError
      ? { kind: 'not-asked', reason: `Slack does not say who that is (${error.code})` }
      : undefined;
  }
}

const UNKNOWN = 'no one in Slack has this address';

/** What is asked is for people of the workspace only. */
function whyNotAsked(person: Person | undefined, teamId: string): string | undefined {
  if (!person) return UNKNOWN;
  if (person.isDeactivated) return 'their account in Slack is deactivated';
  if (person.isBot) return 'it is the address of a bot';
  if (person.teamId !== teamId) return 'they are of another workspace';
  return person.isGuest ? 'they are a guest in Slack' : undefined;
}
