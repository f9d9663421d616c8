import {
  type Block,
  bold,
  context,
  cut,
  mention,
  MOST_HEADER_CHARACTERS,
  MOST_ID_CHARACTERS,
  paragraphs,
  people,
  type RichText,
  separated,
  words,
} from './approval-blocks';
import { sensitiveLines } from './approval-body';
import { extensionButtons } from './approval-buttons';
import { voteLine } from './vote-line';
import type { ApprovalConfiguration } from '../../domain/approval-configuration';
import type { ApprovalRequest } from '../../domain/approval-request';
import { approvalsNeeded, countedVotes } from '../../domain/approvals-needed';
import { decidersOf } from '../../domain/deciders';
import { isExtensible } from '../../domain/extension';
import { countText, timeText } from '../../domain/request-text';

/** In the thread of the question: when what was approved ends, and whether it may end later. */
export function endReminderBlocks(
  request: ApprovalRequest,
  number: number,
  configuration: ApprovalConfiguration,
): Block[] {
  const { question, id } = request;
  const isLive = isExtensible(request, number, configuration);
  return [
    ...paragraphs([
      ...sensitiveLines(question),
      [bold(stateText(request, number)), words(cut(question.title, MOST_HEADER_CHARACTERS))],
      ...(isLive ? liveLines(request, configuration) : extensionLines(request, number)),
    ]),
    context([`Request ${cut(id, MOST_ID_CHARACTERS)}`]),
    ...(isLive ? [extensionButtons(request, configuration)] : []),
  ];
}

function stateText({ decision, extension, carrying }: ApprovalRequest, number: number): string {
  if (extension?.number !== number) return 'A later message says when it ends: ';
  if (carrying?.phase === 'end') {
    return `It ended at ${timeText(decision?.until ?? extension.end)}: `;
  }
  if (!extension.approval) return `It ends at ${timeText(extension.end)}: `;
  const isRefused = carrying?.outcome && carrying.outcome.kind !== 'carried-out';
  return isRefused ? 'It is not given more time: ' : 'It is given more time: ';
}

function liveLines(request: ApprovalRequest, configuration: ApprovalConfiguration): RichText[][] {
  const { mentions = [] } = decidersOf(request, configuration);
  return [
    [
      words(
        'What was approved ends then, unless it is given more time. To let it end, do nothing.',
      ),
    ],
    ...voteLines(request, configuration),
    ...(mentions.length === 0 ? [] : [[words('For '), ...separated(mentions.map(mention))]]),
  ];
}

function voteLines(request: ApprovalRequest, configuration: ApprovalConfiguration): RichText[][] {
  const votes = countedVotes({ ...request, votes: request.extension?.votes ?? [] }, configuration);
  const needed = approvalsNeeded(request, configuration);
  if (votes.length === 0 && needed === 1) return [];
  return [voteLine(votes, needed, ' more')];
}

/** Who has given more time until the end that was asked about last, all together. */
export function earlierExtensionLines({ extension }: ApprovalRequest): RichText[][] {
  if (!extension?.earlier) return [];
  const { number, end, earlier } = extension;
  return [
    [
      bold('More time approved'),
      ...(number > 2 ? [words(` ${countText(number - 1, 'time')}`)] : []),
      ...people(earlier.by),
      words(`, until ${timeText(end)}.`),
    ],
  ];
}

/** Who has approved more time, and until when. */
export function extensionLines(
  { extension }: ApprovalRequest,
  number = extension?.number,
): RichText[][] {
  if (!extension?.approval || extension.number !== number) return [];
  const { at, by, until } = extension.approval;
  const times = words(`, ${timeText(at)}, until ${timeText(until)}.`);
  return [[bold('More time approved'), ...people(by), times]];
}
