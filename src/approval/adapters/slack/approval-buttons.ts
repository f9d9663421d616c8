import { type Block, type Button, type Confirm, cut, plain } from './approval-blocks';
import type { ApprovalConfiguration } from '../../domain/approval-configuration';
import type { ApprovalRequest } from '../../domain/approval-request';
import { buttonText, type ButtonAction } from '../../domain/click';
import { durationText } from '../../domain/request-text';

/** Of what a dialog quotes of the question, which has it in full. */
const MOST_QUOTED_CHARACTERS = 140;

/** For a request that is shown in full. */
export function decisionButtons(
  request: ApprovalRequest,
  configuration: ApprovalConfiguration,
  approvalsNeeded: number,
): Block {
  const { approvalSeconds } = configuration;
  const durations = request.question.mayBeTimed ? [...new Set(approvalSeconds)] : [];
  return {
    type: 'actions',
    elements: [
      approve(request, approvalsNeeded),
      ...durations.map((seconds) => approve(request, approvalsNeeded, seconds)),
      deny(request, configuration),
    ],
  };
}

/** For a request of which something is left out: no one approves what they have not seen. */
export function showAllButtons(
  request: ApprovalRequest,
  configuration: ApprovalConfiguration,
): Block {
  return {
    type: 'actions',
    elements: [
      { ...button(request, { kind: 'show-all' }, 'show-all', 'Show all'), style: 'primary' },
      deny(request, configuration),
    ],
  };
}

export function retryButton(request: ApprovalRequest): Block {
  const confirm = dialog(
    'Try again?',
    'The decision stands. What it asks for is tried once more.',
    'Retry',
  );
  return {
    type: 'actions',
    elements: [
      { ...button(request, { kind: 'retry' }, 'retry', 'Retry'), style: 'primary', confirm },
    ],
  };
}

function approve(request: ApprovalRequest, approvalsNeeded: number, seconds?: number): Button {
  const duration = seconds === undefined ? undefined : durationText(seconds);
  const text = duration ? `Approve for ${duration}` : 'Approve';
  const explanation = [
    approvalsNeeded > 1 ? `Once ${approvalsNeeded} people have approved:` : 'If you approve:',
    cut(request.question.ifApproved, MOST_QUOTED_CHARACTERS),
    ...(duration ? [`It ends ${duration} later.`] : []),
  ].join(' ');
  return {
    ...button(
      request,
      { kind: 'approve', seconds },
      seconds === undefined ? 'approve' : `approve-${seconds}`,
      text,
    ),
    ...(seconds === undefined && { style: 'primary' }),
    confirm: dialog(
      duration
        ? `Approve for ${duration}?`
        : request.question.mayBeTimed
          ? 'Approve for good?'
          : 'Approve it?',
      explanation,
      text,
    ),
  };
}

/** Where a modal opens for the reason, that is where one confirms. */
function deny(request: ApprovalRequest, { denialReason }: ApprovalConfiguration): Button {
  const denying = {
    ...button(request, { kind: 'deny' }, 'deny', 'Deny'),
    style: 'danger',
  } as const;
  if (denialReason) return denying;
  const explanation = `If you deny, no one can approve it any more: ${cut(request.question.ifDenied, MOST_QUOTED_CHARACTERS)}`;
  return {
    ...denying,
    confirm: { ...dialog('Deny it?', explanation, 'Deny'), style: 'danger' },
  };
}

function button(
  { id: requestId, digest }: ApprovalRequest,
  action: ButtonAction,
  id: string,
  text: string,
): Button {
  return {
    type: 'button',
    text: plain(text),
    action_id: id,
    value: buttonText({ requestId, digest, action }),
  };
}

function dialog(title: string, text: string, confirm: string): Confirm {
  return { title: plain(title), text: plain(text), confirm: plain(confirm), deny: plain('Cancel') };
}
