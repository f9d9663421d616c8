import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import * as z from 'zod/mini';
import type { Block } from './block-limits';
import { type Modal, type SubmissionOverrides, viewObject, type Written } from './modals';
import { messageObject } from './web-api';
import type { Channel, MessageVersion, User, Workspace } from './workspace';

/** Slack shows the user an error where an answer takes longer. */
const ANSWER_WITHIN_MS = 3000;

/** A button of a message: by its action id or by what is written on it. */
export interface ButtonChoice {
  readonly actionId?: string;
  readonly text?: string;
}

export interface Click extends ButtonChoice {
  /** The app's own address for interactions. */
  readonly interactionsUrl: string;
  readonly userId: string;
  readonly channel: string;
  readonly ts: string;
  /** What the payload says in place of the truth, as a forger's or a stranger's would. */
  readonly as?: ClickOverrides;
}

export interface ClickOverrides {
  readonly teamId?: string;
  readonly appId?: string;
  readonly userId?: string;
  readonly userTeamId?: string;
  readonly channelId?: string;
  readonly messageTs?: string;
  readonly actionId?: string;
  readonly value?: string;
}

/**
 * A request to the app, byte for byte. Undefined headers are left out; several values of one are
 * sent one after the other.
 */
export interface RawPost {
  readonly url: string;
  readonly body: string | Buffer;
  /** On top of Slack's own, and in place of those of the same name. */
  readonly headers?: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Seconds since 1970 that are sent and signed. By default now. */
  readonly timestamp?: number;
  /** By default the true one. */
  readonly signingSecret?: string;
}

/** How the app answered. */
export interface AppAnswer {
  readonly status: number;
  readonly body: string;
  readonly milliseconds: number;
  /** Whether Slack would have waited for it. */
  readonly inTime: boolean;
  /** What was sent, for sending it again. */
  readonly sent: {
    readonly body: string | Buffer;
    readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  };
}

export interface ClickedMessage {
  readonly ts: string;
  readonly threadTs?: string;
  readonly isEphemeral: boolean;
  /** The newest last. */
  readonly versions: readonly MessageVersion[];
}

const Button = z.looseObject({
  type: z.literal('button'),
  text: z.looseObject({ text: z.string() }),
  action_id: z.string(),
  value: z.optional(z.string()),
});

/**
 * The newest version of the message that has the button: someone's screen may still show an
 * earlier one.
 */
function buttonOf({ versions, ts }: ClickedMessage, choice: ButtonChoice) {
  const shown = versions.flatMap((version) =>
    version.blocks.flatMap(buttonsIn).map((button) => ({ ...button, version })),
  );
  const isChosen = (id: string, label: string) =>
    (choice.actionId ?? id) === id && (choice.text ?? label) === label;
  const chosen = shown.filter(({ button }) => isChosen(button.action_id, button.text.text)).at(-1);
  if (chosen) return chosen;
  const there =
    shown.map(({ button }) => `${button.action_id} ("${button.text.text}")`).join(', ') || 'none';
  throw new Error(
    `The message ${ts} never had the button ${choice.actionId ?? choice.text}. Its buttons: ${there}.`,
  );
}

function buttonsIn({ block_id: blockId, elements, accessory }: Block) {
  return [elements, accessory].flat().flatMap((element) => {
    const button = Button.safeParse(element);
    return button.success ? [{ blockId, button: button.data }] : [];
  });
}

export interface ClickSurroundings {
  readonly workspace: Workspace;
  readonly channel: Channel;
  readonly user: User;
  readonly message: ClickedMessage;
  readonly responseUrl: string;
}

/** The payload that Slack sends for a click on a button. */
export function blockActionsOf(
  click: Click,
  { workspace, channel, user, message, responseUrl }: ClickSurroundings,
): object {
  const { installation } = workspace;
  const { blockId, button, version } = buttonOf(message, click);
  const { as = {} } = click;
  const teamId = as.teamId ?? installation.teamId;
  const channelId = as.channelId ?? channel.id;
  const messageTs = as.messageTs ?? message.ts;
  return {
    type: 'block_actions',
    user: {
      id: as.userId ?? user.id,
      username: user.name,
      name: user.name,
      team_id: as.userTeamId ?? user.teamId,
    },
    api_app_id: as.appId ?? installation.appId,
    token: 'a-token-that-no-one-checks',
    container: {
      type: 'message',
      message_ts: messageTs,
      channel_id: channelId,
      is_ephemeral: message.isEphemeral,
    },
    trigger_id: workspace.modals.newTrigger(user.id),
    team: { id: teamId, domain: installation.teamDomain },
    enterprise: null,
    is_enterprise_install: false,
    channel: { id: channelId, name: channel.name },
    message: messageObject({ ...message, ...version, ts: messageTs }, workspace),
    state: { values: {} },
    response_url: responseUrl,
    actions: [
      {
        ...button,
        block_id: blockId,
        action_id: as.actionId ?? button.action_id,
        ...((as.value ?? button.value) !== undefined && { value: as.value ?? button.value }),
        action_ts: workspace.nextTs(),
      },
    ],
  };
}

export interface Submission {
  /** The app's own address for interactions. */
  readonly interactionsUrl: string;
  readonly modal: Modal;
  /** Nothing, where it is left out. */
  readonly written?: Written;
  readonly as?: SubmissionOverrides;
}

/** The payload that Slack sends once someone submits a modal. */
export function viewSubmissionOf(
  { modal, written, as = {} }: Submission,
  { installation, modals, users }: Workspace,
): object {
  const { teamId, teamDomain } = installation;
  const userId = as.userId ?? modal.userId;
  const { name, teamId: userTeamId } = users.get(userId) ?? { name: '', teamId };
  return {
    type: 'view_submission',
    team: { id: teamId, domain: teamDomain },
    user: { id: userId, username: name, name, team_id: as.userTeamId ?? userTeamId },
    api_app_id: as.appId ?? installation.appId,
    token: 'a-token-that-no-one-checks',
    trigger_id: modals.newTrigger(userId),
    view: {
      ...viewObject(modal, installation, written),
      ...(as.privateMetadata !== undefined && { private_metadata: as.privateMetadata }),
    },
    response_urls: [],
    is_enterprise_install: false,
    enterprise: null,
  };
}

/** Slack's signature of a request. */
export function signatureOf(
  signingSecret: string,
  timestamp: number,
  body: string | Buffer,
): string {
  return `v0=${createHmac('sha256', signingSecret).update(`v0:${timestamp}:`).update(body).digest('hex')}`;
}

/** Sends as Slack does, and waits for the answer as long as it takes. */
export async function postSigned(
  { url, body, headers: own = {} }: RawPost,
  timestamp: number,
  signingSecret: string,
): Promise<AppAnswer> {
  const slacks = {
    'Content-Type': 'application/x-www-form-urlencoded',
    'User-Agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
    Accept: '*/*',
    'X-Slack-Request-Timestamp': String(timestamp),
    'X-Slack-Signature': signatureOf(signingSecret, timestamp, body),
  };
  const replaced = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const kept = Object.entries(slacks).filter(([name]) => !replaced.has(name.toLowerCase()));
  const headers = { ...Object.fromEntries(kept), ...own };
  const startedAt = performance.now();
  const answer = await send(url, body, headers);
  const milliseconds = Math.round(performance.now() - startedAt);
  return {
    ...answer,
    milliseconds,
    inTime: milliseconds < ANSWER_WITHIN_MS,
    sent: { body, headers },
  };
}

async function send(
  url: string,
  body: string | Buffer,
  headers: AppAnswer['sent']['headers'],
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method: 'POST', agent: false }, (response) => {
      buffer(response).then(
        (bytes) => resolve({ status: response.statusCode ?? 0, body: bytes.toString('utf8') }),
        reject,
      );
    });
    call.on('error', reject);
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) call.setHeader(name, value);
    }
    call.setHeader('Content-Length', Buffer.byteLength(body));
    call.end(body);
  });
}
