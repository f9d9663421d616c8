import { isSameRequester } from './admit';
import type { ApprovalConfiguration } from './approval-configuration';
import { type ApprovalRequest, isToBeLookedUp, type KnownRequester } from './approval-request';
import { revise } from './revise-request';
import type { WorkflowPorts } from './workflow-ports';

/** The request, with who its requesters are in Slack. Throws where Slack does not say. */
export async function identify(
  request: ApprovalRequest,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<ApprovalRequest> {
  const { people, store } = ports;
  const unknown = request.requesters.filter(isToBeLookedUp);
  if (unknown.length === 0) return request;
  const found = await Promise.all(
    unknown.map(async (requester) => ({
      ...requester,
      slackUserId: requester.email ? ((await people.userWithEmail(requester.email)) ?? '') : '',
    })),
  );
  const withFound = (current: ApprovalRequest) => ({
    ...current,
    requesters: current.requesters.map((requester) => withUser(requester, found)),
  });
  const known = await revise(request, withFound, configuration, store);
  // Someone may have joined while it was looked up.
  return known ? identify(known, configuration, ports) : request;
}

function withUser(requester: KnownRequester, found: readonly KnownRequester[]): KnownRequester {
  if (requester.slackUserId !== undefined) return requester;
  return found.find((other) => isSameRequester(other, requester)) ?? requester;
}
