import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { RefusedEventError } from '../../shared/adapters/event-bus/refused-event-error';
import {
  APPROVAL_EVENT_DETAIL_TYPE,
  APPROVAL_EVENT_SOURCE,
  APPROVAL_MESSAGE_VERSION,
  type ApprovalStepEvent,
} from '../contracts/approval-messages';
import { type ApprovalRequest, type AuditEntry, idOfAsker } from '../domain/approval-request';

/** Puts one event for each step of a request on the account's default bus. */
export class StepEvents {
  constructor(
    private readonly client: EventBridgeClient,
    private readonly workflow: string,
  ) {}

  async announce(request: ApprovalRequest, entry: AuditEntry): Promise<void> {
    const { Entries: answers } = await this.client.send(
      new PutEventsCommand({
        Entries: [
          {
            Source: APPROVAL_EVENT_SOURCE,
            DetailType: APPROVAL_EVENT_DETAIL_TYPE,
            Time: entry.at,
            Detail: JSON.stringify(stepEvent(this.workflow, request, entry)),
          },
        ],
      }),
    );
    const [answer] = answers ?? [];
    if (answer?.EventId) return;
    throw new RefusedEventError(`the event about ${entry.what} of ${request.id}`, answer);
  }
}

function stepEvent(
  workflow: string,
  request: ApprovalRequest,
  { at, what, by, detail, reason }: AuditEntry,
): ApprovalStepEvent {
  const { asker, question, digest, route } = request;
  return {
    version: APPROVAL_MESSAGE_VERSION,
    type: 'approval-step',
    workflow,
    requestId: idOfAsker(request),
    asker,
    title: question.title,
    digest,
    ...(route && { route: route.name }),
    step: what,
    at: at.toISOString(),
    ...(by !== undefined && { by }),
    ...(detail !== undefined && { detail }),
    ...(reason !== undefined && { reason }),
  };
}
