import {
  type Block,
  bold,
  context,
  cut,
  fallbackText,
  literal,
  mention,
  MOST_HEADER_CHARACTERS,
  MOST_ID_CHARACTERS,
  MOST_WEIGHT,
  paragraphs,
  people,
  plain,
  type RichText,
  separated,
  user,
  weightOfBlocks,
  words,
} from './approval-blocks';
import { type Layout, layOut, MOST_NAME_CHARACTERS, sensitiveLines } from './approval-body';
import { decisionButtons, retryButton, showAllButtons } from './approval-buttons';
import { consultationBlocks, consultedBlocks } from './consultation-blocks';
import { earlierExtensionLines, endReminderBlocks, extensionLines } from './extension-blocks';
import { voteLine } from './vote-line';
import { MOST_REQUESTERS } from '../../domain/admit';
import type { ApprovalConfiguration } from '../../domain/approval-configuration';
import {
  type ApprovalRequest,
  isOpen,
  isToBeLookedUp,
  type KnownRequester,
  type MessageSlot,
  type Step,
} from '../../domain/approval-request';
import { approvalsNeeded, countedVotes } from '../../domain/approvals-needed';
import { decidersOf } from '../../domain/deciders';
import type { RenderedMessage, Renderer } from '../../domain/deliver-messages';
import { firstEndOf } from '../../domain/extension';
import {
  carryingText,
  countText,
  DECISION_WORDS,
  decisionDetail,
  STEP_WORDS,
  stepDetail,
  timeText,
} from '../../domain/request-text';
import { tooFewText } from '../../domain/too-few-approvers';

/**
 * Kept free for what a request gains while it is open or once it is decided: votes, other
 * requesters, an outcome.
 */
const GROWTH_WEIGHT = 2_500;

/** More, where those who deny are asked why: the longest reason, of the heaviest characters. */
const REASON_WEIGHT = 2_000;

const MOST_OTHER_REQUESTERS = 3;
/** Of what an asker did, or would do: a message tells the beginning of a long text. */
const MOST_SHOWN_CHARACTERS = 300;
const DIGEST_CHARACTERS = 12;

const RETRY_OVER =
  'An approval is retried for a day. That day is over: people have to be asked again.';
const UNVERIFIED = 'unverified: no one in Slack has this name';

/**
 * Messages as Slack shows them. What the question says is text that an attacker may have written:
 * it stands in plain text objects and in text elements of rich text only, where Slack parses
 * nothing.
 */
export class SlackRenderer implements Renderer {
  constructor(private readonly configuration: ApprovalConfiguration) {}

  question(request: ApprovalRequest): RenderedMessage {
    const layout = this.layoutOf(request);
    const body = isOpen(request) ? layout.shown : layout.record;
    return rendered([
      ...this.head(request),
      ...body,
      this.identity(request),
      ...this.status(request, layout),
    ]);
  }

  whole(request: ApprovalRequest): readonly RenderedMessage[] {
    const { pages } = this.layoutOf(request);
    return pages.map((page, index) => {
      const place = context([
        `All of request ${cut(request.id, 64)}, part ${index + 1} of ${pages.length}`,
      ]);
      if (index < pages.length - 1) return rendered([place, ...page]);
      return rendered([
        place,
        ...page,
        this.identity(request),
        ...(isOpen(request) ? [this.buttons(request)] : decisionBlocks(request)),
      ]);
    });
  }

  reminder(request: ApprovalRequest): RenderedMessage {
    const {
      question: { title, ifUnanswered },
      expiresAt,
    } = request;
    return rendered(
      paragraphs([
        ...sensitiveLines(request.question),
        [bold('Still waits for a decision: '), words(cut(title, MOST_HEADER_CHARACTERS))],
        [
          words(`It expires at ${timeText(expiresAt)}. If no one decides by then: `),
          words(cut(ifUnanswered, MOST_SHOWN_CHARACTERS)),
        ],
        ...tooFewLines(request),
        ...this.voteLines(request),
        ...this.mentionLines(request),
      ]),
    );
  }

  endReminder(request: ApprovalRequest, { name }: MessageSlot): RenderedMessage {
    if (name.kind !== 'end-reminder') {
      throw new Error(
        `A message about an end is wanted, not of the kind "${name.kind}": render that by its own method.`,
      );
    }
    return rendered(endReminderBlocks(request, name.number, this.configuration));
  }

  step(request: ApprovalRequest, { name }: MessageSlot): RenderedMessage {
    if (name.kind !== 'step') {
      throw new Error(
        `A message that tells of a step is wanted, not of the kind "${name.kind}": render that by its own method.`,
      );
    }
    const detail = stepDetail(request, name.step);
    return rendered([
      ...paragraphs([
        ...sensitiveLines(request.question),
        [
          bold(STEP_WORDS[name.step]),
          ...stepPeople(request, name.step),
          words(': '),
          words(cut(request.question.title, MOST_HEADER_CHARACTERS)),
        ],
        ...(name.step === 'denied' ? reasonLines(request) : []),
        ...(detail === undefined ? [] : [[words(cut(detail, MOST_SHOWN_CHARACTERS))]]),
        this.requesterLine(request),
      ]),
      this.identity(request),
    ]);
  }

  consultation(request: ApprovalRequest): RenderedMessage {
    return rendered(consultationBlocks(request));
  }

  consulted(request: ApprovalRequest): RenderedMessage {
    return rendered(consultedBlocks(request));
  }

  /** By the question and the configuration alone, so that a message's parts stay what they are. */
  private layoutOf(request: ApprovalRequest): Layout {
    const requesters = [{ ...request.question.requester, slackUserId: '' }];
    const asked: ApprovalRequest = {
      ...request,
      requesters,
      repeats: 0,
      votes: [],
      decision: undefined,
      carrying: undefined,
    };
    const frame = [...this.head(asked), this.identity(asked), this.buttons(asked)];
    return layOut(
      request.question,
      timeText(request.expiresAt),
      MOST_WEIGHT - this.growthWeight() - weightOfBlocks(frame),
    );
  }

  private growthWeight(): number {
    return GROWTH_WEIGHT + (this.configuration.denialPrompt ? REASON_WEIGHT : 0);
  }

  private head(request: ApprovalRequest): Block[] {
    const others = request.requesters.slice(1, 1 + MOST_OTHER_REQUESTERS);
    const more = request.requesters.length - 1 - others.length;
    const atLeast = request.requesters.length > MOST_REQUESTERS ? 'at least ' : '';
    return [
      { type: 'header', text: plain(cut(request.question.title, MOST_HEADER_CHARACTERS)) },
      ...paragraphs([
        ...sensitiveLines(request.question),
        ...this.mentionLines(request),
        this.requesterLine(request),
        ...others.map((other) => [
          words('Also by '),
          words(cut(other.name, 60)),
          ...verification(other, 'unverified'),
        ]),
        ...(more > 0 ? [[words(`and by ${atLeast}${countText(more, 'other')}`)]] : []),
      ]),
    ];
  }

  /** Once it is decided, a message that is brought up to date calls no one any more. */
  private mentionLines(request: ApprovalRequest): RichText[][] {
    const { mentions = [] } = decidersOf(request, this.configuration);
    if (!isOpen(request) || mentions.length === 0) return [];
    return [[words('For '), ...separated(mentions.map(mention))]];
  }

  private requesterLine(request: ApprovalRequest): RichText[] {
    const requester = request.requesters[0] ?? request.question.requester;
    const needed = approvalsNeeded(request, this.configuration);
    const { requiredApprovals } = decidersOf(request, this.configuration);
    const consequence =
      isOpen(request) && needed > requiredApprovals
        ? `; ${needed === 2 ? 'two' : needed} people have to approve, since any of them could be the one who asked`
        : '';
    return [
      words('Asked by '),
      bold(cut(requester.name, MOST_NAME_CHARACTERS)),
      ...verification(requester, `${UNVERIFIED}${consequence}`),
    ];
  }

  private identity({ id, digest, askedAt, repeats, route }: ApprovalRequest): Block {
    const times = repeats === 0 ? '' : `, ${countText(repeats + 1, 'time')} by now`;
    return context([
      `Request ${cut(id, MOST_ID_CHARACTERS)}`,
      `Digest ${cut(digest.slice(0, DIGEST_CHARACTERS), DIGEST_CHARACTERS)}`,
      `Asked ${timeText(askedAt)}${times}`,
      ...(route ? [`Route ${cut(route.name, MOST_NAME_CHARACTERS)}`] : []),
    ]);
  }

  private status(request: ApprovalRequest, { isComplete }: Layout): Block[] {
    if (!isOpen(request)) return decisionBlocks(request);
    return [
      ...paragraphs([...tooFewLines(request), ...this.voteLines(request)]),
      isComplete ? this.buttons(request) : showAllButtons(request, this.configuration),
    ];
  }

  private buttons(request: ApprovalRequest): Block {
    return decisionButtons(
      request,
      this.configuration,
      approvalsNeeded(request, this.configuration),
    );
  }

  private voteLines(request: ApprovalRequest): RichText[][] {
    const { requesters } = request;
    const votes = countedVotes(request, this.configuration);
    const needed = approvalsNeeded(request, this.configuration);
    const { requiredApprovals } = decidersOf(request, this.configuration);
    const isSure = needed === requiredApprovals || !requesters.some(isToBeLookedUp);
    if (votes.length === 0 && (needed === 1 || !isSure)) return [];
    return [voteLine(votes, needed)];
  }
}

function tooFewLines({ tooFewApprovers }: ApprovalRequest): RichText[][] {
  return tooFewApprovers ? [[bold(tooFewText(tooFewApprovers))]] : [];
}

export function rendered(blocks: readonly Block[]): RenderedMessage {
  return { text: fallbackText(blocks), blocks: JSON.stringify(blocks) };
}

function verification({ slackUserId }: KnownRequester, unverified: string): RichText[] {
  if (slackUserId === undefined) return [];
  return slackUserId === ''
    ? [words(` (${unverified})`)]
    : [words(' ('), user(slackUserId), words(')')];
}

/** Who decided what, and what has become of it. */
function decisionBlocks(request: ApprovalRequest): Block[] {
  const { decision, carrying } = request;
  if (!decision) return [];
  const decided = [
    bold(DECISION_WORDS[decision.kind]),
    ...people(decision.by),
    words(decisionDetail({ ...decision, until: firstEndOf(request) }, request.question)),
  ];
  const more = [
    ...reasonLines(request),
    ...earlierExtensionLines(request),
    ...extensionLines(request),
  ];
  if (!carrying) return paragraphs([decided, ...more]);
  const { words: progress, detail } = carryingText(carrying);
  const outcome = [
    bold(progress),
    ...(detail === undefined ? [] : [words(cut(detail, MOST_SHOWN_CHARACTERS))]),
  ];
  if (carrying.isRetryOver) return paragraphs([decided, ...more, outcome, [words(RETRY_OVER)]]);
  return [
    ...paragraphs([decided, ...more, outcome]),
    ...(carrying.outcome?.kind === 'failed' ? [retryButton(request)] : []),
  ];
}

function reasonLines({ decision }: ApprovalRequest): RichText[][] {
  if (decision?.denialReason === undefined) return [];
  return [[bold('Reason: '), ...literal(decision.denialReason)]];
}

function stepPeople(request: ApprovalRequest, step: Step): RichText[] {
  const { decision, extension } = request;
  const end = firstEndOf(request);
  if (step === 'extended' && extension?.approval) {
    const { by, until } = extension.approval;
    return [...people(by), words(` until ${timeText(until)}`)];
  }
  if (!decision || decision.kind !== step) return [];
  return [...people(decision.by), ...(end ? [words(` until ${timeText(end)}`)] : [])];
}
