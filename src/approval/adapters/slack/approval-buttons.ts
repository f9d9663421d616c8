import { type Block, type Button, type Confirm, cut, plain } from './approval-blocks';
import type { ApprovalConfiguration } from '../../domain/approval-configuration';
import type { ApprovalRequest } from '../../domain/approval-request';
import { approvalsNeeded } from '../../domain/approvals-needed';
import { buttonText, type ButtonAction } from '../../domain/click';
import { durationText } from '../../domain/request-text';

/** Of what a dialog quotes of the question, which has it in full. */
const MOST_QUOTED_CHARACTERS = 140;

/** For a request that is shown in full. */
export function decisionButtons(
  request: ApprovalRequest,
  configuration: ApprovalConfiguration,
  needed: number,
): Block {
  const { approvalSeconds } = configuration;
  const durations = request.question.mayBeTimed ? [...new Set(approvalSeconds)] : [];
  return {
    type: 'actions',
    elements: [
      approve(request, needed),
      ...durations.map((seconds) => approve(request, needed, seconds)),
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

/** For an approval that is about to end. */
export function extensionButtons(
  request: ApprovalRequest,
  configuration: ApprovalConfiguration,
): Block {
  const needed = approvalsNeeded(request, configuration);
  const durations = [...new Set(configuration.approvalSeconds)];
  const longest = durationText(Math.max(...durations));
  const number = request.extension?.number ?? 1;
  return {
    type: 'actions',
    elements: durations.map((seconds) => {
      const duration = durationText(seconds);
      const explanation = `${consentText(needed)} it ends ${duration} later, and at most ${longest} after that.`;
      const text = `${duration} more`;
      return {
        ...button(request, { kind: 'extend', seconds, number }, `extend-${seconds}`, text),
        confirm: dialog(`Give it ${duration} more?`, explanation, text),
      };
    }),
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

function consentText(needed: number): string {
  return needed > 1 ? `Once ${needed} people have approved:` : 'If you approve:';
}

function approve(request: ApprovalRequest, needed: number, seconds?: number): Button {
  const duration = seconds === undefined ? undefined : durationText(seconds);
  const text = duration ? `Approve for ${duration}` : 'Approve';
  const explanation = [
    consentText(needed),
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
function deny(request: ApprovalRequest, { denialPrompt }: ApprovalConfiguration): Button {
  const denying = {
    ...button(request, { kind: 'deny' }, 'deny', 'Deny'),
    style: 'danger',
  } as const;
  if (denialPrompt) return denying;
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
