import {
  type Block,
  bold,
  type Button,
  context,
  cut,
  MOST_HEADER_CHARACTERS,
  MOST_ID_CHARACTERS,
  paragraphs,
  plain,
  type RichText,
  user,
  words,
} from './approval-blocks';
import { MOST_NAME_CHARACTERS, sensitiveLines } from './approval-body';
import { type ApprovalRequest, isOpen } from '../../domain/approval-request';
import { type Opinion, opinionButtonText } from '../../domain/opinion';
import { carryingText, DECISION_WORDS, decisionDetail, timeText } from '../../domain/request-text';

/** Of a long text of the asker. */
const MOST_SHOWN_CHARACTERS = 300;

/**
 * The direct message to the one whom a question names. Anyone may have written that name, so it
 * shows the question's subject, and neither its facts nor who decides.
 */
export function consultationBlocks(request: ApprovalRequest): Block[] {
  const { question, id } = request;
  return [
    {
      type: 'header',
      text: plain(isOpen(request) ? 'Still needed?' : 'No answer needed any more'),
    },
    ...paragraphs([
      ...sensitiveLines(question),
      [bold(cut(question.title, MOST_HEADER_CHARACTERS))],
      ...(isOpen(request) ? openLines(request) : closedLines(request)),
    ]),
    context([`Request ${cut(id, MOST_ID_CHARACTERS)}`]),
    ...(isOpen(request) ? [opinionButtons(request)] : []),
  ];
}

/** What the approvers hear in the thread of the question. */
export function consultedBlocks({ question, consultation }: ApprovalRequest): Block[] {
  const { email = '', reason = '' } = question.consulted ?? {};
  const named = words(`, ${cut(reason, MOST_NAME_CHARACTERS)}, `);
  if (consultation?.kind !== 'asked') {
    const why = consultation ? `: ${cut(consultation.reason, MOST_SHOWN_CHARACTERS)}` : '';
    return paragraphs([
      [bold(cut(email, MOST_NAME_CHARACTERS)), named, words(`is not asked${why}. ${NO_WAITING}`)],
    ]);
  }
  const { userId, opinion } = consultation;
  return paragraphs([
    opinion
      ? [
          user(userId),
          named,
          words('says: '),
          bold(opinionText(opinion)),
          words('. It is no vote.'),
        ]
      : [user(userId), named, words(`could not be sent a direct message. ${NO_WAITING}`)],
  ]);
}

const NO_WAITING = 'Nothing waits for that.';

function openLines(request: ApprovalRequest): RichText[][] {
  const { question, expiresAt } = request;
  const reason = cut(question.consulted?.reason ?? '', MOST_NAME_CHARACTERS);
  return [
    [
      words(
        `You are ${reason}, and so you are asked whether it is still needed. The approvers see your answer, and decide: it is no vote.`,
      ),
    ],
    [bold('If approved: '), words(cut(question.ifApproved, MOST_SHOWN_CHARACTERS))],
    [
      bold(`If no one decides by ${timeText(expiresAt)}: `),
      words(cut(question.ifUnanswered, MOST_SHOWN_CHARACTERS)),
    ],
    ...answerLines(request, 'You may change it until it is decided.'),
  ];
}

function closedLines(request: ApprovalRequest): RichText[][] {
  const { decision, carrying, question } = request;
  if (!decision) return [];
  const outcome = carrying?.outcome && carryingText(carrying);
  return [
    ...answerLines(request, ''),
    [bold(DECISION_WORDS[decision.kind]), words(decisionDetail(decision, question))],
    ...(outcome
      ? [[bold(outcome.words), words(cut(outcome.detail ?? '', MOST_SHOWN_CHARACTERS))]]
      : []),
  ];
}

function answerLines({ consultation }: ApprovalRequest, more: string): RichText[][] {
  if (consultation?.kind !== 'asked' || !consultation.opinion) return [];
  return [
    [words('Your answer: '), bold(opinionText(consultation.opinion)), words(`. ${more}`.trimEnd())],
  ];
}

function opinionText({ isStillNeeded }: Pick<Opinion, 'isStillNeeded'>): string {
  return isStillNeeded ? 'still needed' : 'not needed any more';
}

function opinionButtons({ id: requestId, digest }: ApprovalRequest): Block {
  const button = (isStillNeeded: boolean, id: string, text: string): Button => ({
    type: 'button',
    text: plain(text),
    action_id: id,
    value: opinionButtonText({ requestId, digest, isStillNeeded }),
  });
  return {
    type: 'actions',
    elements: [
      button(true, 'still-needed', 'Still needed'),
      button(false, 'not-needed', 'Not needed any more'),
    ],
  };
}
