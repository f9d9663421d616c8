import { advanceRequest } from './advance-request';
import type { ApprovalConfiguration } from './approval-configuration';
import { type ApprovalRequest, type MessageCopy, withDue, withEntry } from './approval-request';
import { MOST_ANSWERS, withThread } from './consultation';
import { withJudged } from './judge-click';
import type { Consultation, OpinionClick } from './opinion';
import { revise } from './revise-request';
import type { WorkflowPorts } from './workflow-ports';

interface App {
  readonly teamId: string;
  readonly appId: string;
}

/**
 * Takes in what someone who was asked says: for the approvers to know, and never a vote. False
 * where there is no such request.
 */
export async function takeOpinion(
  click: OpinionClick,
  configuration: ApprovalConfiguration,
  ports: WorkflowPorts,
): Promise<boolean> {
  const { store, people, clock } = ports;
  const request = await store.read(click.opinion.requestId);
  if (!request) return false;
  const app = await people.app();
  const taken = await revise(
    request,
    (current) => withOpinion(current, click, app, clock.now()),
    configuration,
    store,
  );
  if (taken) await advanceRequest(taken, configuration, ports);
  return true;
}

/** Delivering a click again changes nothing. */
export function withOpinion(
  request: ApprovalRequest,
  click: OpinionClick,
  app: App,
  now: Date,
): ApprovalRequest {
  if (request.judgedClicks.includes(click.id)) return request;
  const judged = withJudged(request, click.id);
  const entry = { at: now, by: click.userId, clickId: click.id };
  const { consultation } = request;
  if (isForeign(click, app)) {
    return withEntry(judged, { ...entry, what: 'refused-click', detail: FOREIGN });
  }
  if (consultation?.kind !== 'asked') {
    return withEntry(judged, { ...entry, what: 'refused-click', detail: NOT_ASKED });
  }
  const stranger = whyNotTheirs(request, click, consultation);
  if (stranger) return withEntry(judged, { ...entry, what: 'refused-click', detail: stranger });
  const found = withFoundCopy(judged, click);
  const refusal = whyTooLate(request, click, consultation);
  if (refusal) return withEntry(found, { ...entry, what: 'refused-click', detail: refusal });
  const { isStillNeeded } = click.opinion;
  if (consultation.opinion?.isStillNeeded === isStillNeeded) return found;
  const answered: Consultation = {
    ...consultation,
    answers: consultation.answers + 1,
    opinion: { isStillNeeded, at: click.at },
  };
  return withEntry(
    withThread(withDue({ ...found, consultation: answered }, { kind: 'consultation' })),
    { ...entry, what: 'opinion', detail: isStillNeeded ? 'still needed' : 'not needed any more' },
  );
}

type AskedOne = Extract<Consultation, { kind: 'asked' }>;

const FOREIGN = 'the click did not come from the workspace and the app of this workflow.';
const NOT_ASKED = 'no one was asked by a direct message.';

function isForeign({ appId, teamId, userTeamId }: OpinionClick, app: App): boolean {
  return appId !== app.appId || teamId !== app.teamId || userTeamId !== app.teamId;
}

/** Only from the very person, in the direct message with the app, about what was asked. */
function whyNotTheirs(
  request: ApprovalRequest,
  click: OpinionClick,
  { userId }: AskedOne,
): string | undefined {
  if (click.userId !== userId) return 'it was someone else who was asked.';
  if (click.opinion.digest !== request.digest) {
    return 'the request is not what this message shows.';
  }
  const copies = copiesIn(request);
  const isTheirs =
    click.channelId.startsWith('D') &&
    copies.every(({ channelId }) => channelId === click.channelId);
  return isTheirs ? undefined : 'it did not come from the direct message about the request.';
}

function whyTooLate(
  { decision, expiresAt }: ApprovalRequest,
  { at }: OpinionClick,
  { answers, opinion }: AskedOne,
): string | undefined {
  if (decision) return `it is ${decision.kind} already.`;
  if (at >= expiresAt) return 'its time is over.';
  if (opinion && at < opinion.at) return 'a later answer is known already.';
  return answers < MOST_ANSWERS ? undefined : `the answer was changed ${MOST_ANSWERS} times.`;
}

/**
 * Where it is clicked, there it stands: the try that sent it may have died before it wrote that
 * down.
 */
function withFoundCopy(
  request: ApprovalRequest,
  { channelId, messageTs: ts }: OpinionClick,
): ApprovalRequest {
  if (copiesIn(request).some((copy) => copy.ts === ts)) return request;
  const messages = request.messages.map((slot) =>
    slot.name.kind === 'consultation'
      ? { ...slot, copies: [...slot.copies, { channelId, ts }] }
      : slot,
  );
  return withDue({ ...request, messages }, { kind: 'consultation' });
}

function copiesIn({ messages }: ApprovalRequest): readonly MessageCopy[] {
  return messages.find(({ name }) => name.kind === 'consultation')?.copies ?? [];
}
