import { clickIdOf, type StoredClick } from './dynamo-clicks';
import { type Click, parseButton, type SignedClick } from '../domain/click';
import { reasonText } from '../domain/denial-reason';
import { countsFrom } from '../domain/late-click';
import { type OpinionClick, parseOpinionButton } from '../domain/opinion';
import {
  type Click as SlackClick,
  parseInteraction,
  UnreadableInteractionError,
} from './slack/interaction-payload';
import { type RequestHeaders, verifySignature } from './slack/request-signature';

const TIMESTAMP = 'x-slack-request-timestamp';
const SIGNATURE = 'x-slack-signature';

/** The click to keep of a request whose signature was verified. */
export function storedClickOf(
  headers: RequestHeaders,
  body: Buffer,
  receivedAt: Date,
): StoredClick {
  return {
    id: clickIdOf(body),
    body,
    timestamp: header(headers, TIMESTAMP),
    signature: header(headers, SIGNATURE),
    receivedAt,
  };
}

/**
 * Whether Slack has signed it, as of when it came: anyone who can write into the table cannot make
 * clicks.
 */
export function isSlacks(
  { id, body, timestamp, signature, receivedAt }: StoredClick,
  secrets: readonly string[],
): boolean {
  return (
    id === clickIdOf(body) &&
    verifySignature({
      headers: { [TIMESTAMP]: timestamp, [SIGNATURE]: signature },
      body,
      now: receivedAt,
      secrets,
    })
  );
}

/** Undefined where it is no click on a button of a workflow. */
export function clickIn({ id, body, receivedAt }: StoredClick): Click | OpinionClick | undefined {
  try {
    const interaction = parseInteraction(body);
    return interaction.kind === 'click' ? workflowClick(interaction, id, receivedAt) : undefined;
  } catch (error) {
    if (error instanceof UnreadableInteractionError) return undefined;
    throw error;
  }
}

/** Undefined where the button is none of ours. */
export function workflowClick(
  click: SlackClick,
  id: string,
  receivedAt: Date,
): Click | OpinionClick | undefined {
  const { userId, userTeamId, appId, channelId, messageTs, reason } = click;
  // Without a workspace the app is an organization's, and no workspace of a workflow is like it.
  const signed = {
    id,
    userId,
    userTeamId,
    teamId: click.teamId ?? '',
    appId,
    channelId,
    messageTs,
    ...timesOf(click, receivedAt),
  };
  const button = parseButton(click.value);
  if (reason !== undefined) {
    // A reason is one for a denial: what a modal carries is no way to anything else.
    if (button?.action.kind !== 'deny') return undefined;
    return { ...signed, button, reason: reasonText(reason) };
  }
  if (button) return { ...signed, button };
  const opinion = parseOpinionButton(click.value);
  return opinion && { ...signed, opinion };
}

/** A modal of an earlier version of the library does not say when the click was. */
function timesOf(
  { clickedAt }: SlackClick,
  receivedAt: Date,
): Pick<SignedClick, 'at' | 'submittedAt'> {
  if (!clickedAt) return { at: receivedAt };
  return { at: countsFrom(clickedAt, receivedAt), submittedAt: receivedAt };
}

function header(headers: RequestHeaders, name: string): string {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1] ?? '';
}
