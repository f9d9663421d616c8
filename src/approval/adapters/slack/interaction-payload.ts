import * as z from 'zod/mini';
import { DENIAL_CALLBACK, REASON_BLOCK, REASON_INPUT, submittedInput } from './denial-modal';

/**
 * Someone has clicked a button of a message, or has submitted the modal that such a click opened.
 * Who that is, and whether they may, is for others to judge.
 */
export interface Click {
  readonly kind: 'click';
  readonly userId: string;
  /** The workspace that the user is at home in: a shared channel has outsiders. */
  readonly userTeamId: string;
  /**
   * The workspace of the channel; undefined where the app is installed for a whole organization.
   */
  readonly teamId: string | undefined;
  readonly appId: string;
  readonly channelId: string;
  readonly messageTs: string;
  /** The button carries this value. */
  readonly value: string;
  /** Opens one modal, for three seconds; undefined for what comes from a modal itself. */
  readonly triggerId?: string;
  /** The message's first words, as Slack gives them back. */
  readonly headline?: string;
  /** What stands in the modal; empty where nothing does, and undefined without a modal. */
  readonly reason?: string;
  /** When the click was that opened the modal, as the modal carries it. */
  readonly clickedAt?: Date;
}

export type Interaction =
  | Click
  /** Slack looks whether the address has a valid certificate. */
  | { readonly kind: 'ssl-check' }
  /** Well-formed, and of no concern here. */
  | { readonly kind: 'other'; readonly type: string };

/** Something was sent that is no interaction of Slack's. */
export class UnreadableInteractionError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'UnreadableInteractionError';
  }
}

/** The value of a button, by Slack's own limit. */
const MOST_VALUE_CHARACTERS = 2_000;

const id = z.string().check(z.regex(/^[A-Z0-9]{1,64}$/));
const ts = z.string().check(z.regex(/^\d{1,20}\.\d{1,20}$/));
/** Half a surrogate pair cannot be stored as it came. */
const value = z
  .string()
  .check(z.minLength(1), z.maxLength(MOST_VALUE_CHARACTERS), z.regex(/^\P{Cs}*$/u));

const typeSchema = z.object({ type: z.string().check(z.regex(/^[a-z_]{1,64}$/)) });
const clickSchema = z.object({
  user: z.object({ id, team_id: id }),
  team: z.nullable(z.object({ id })),
  api_app_id: id,
  container: z.object({ type: z.literal('message'), channel_id: id, message_ts: ts }),
  channel: z.object({ id }),
  actions: z.tuple([z.object({ type: z.literal('button'), value, action_ts: ts })]),
  trigger_id: z.optional(z.string().check(z.regex(/^[\w.-]{1,255}$/))),
});
/** Only the one who has clicked reads it: what cannot be read is left out. */
const headlineSchema = z.object({
  message: z.object({
    blocks: z.tuple(
      [
        z.union([
          z.object({ type: z.literal('header'), text: z.object({ text: z.string() }) }),
          z.object({
            type: z.literal('context'),
            elements: z.tuple([z.object({ text: z.string() })], z.unknown()),
          }),
        ]),
      ],
      z.unknown(),
    ),
  }),
});
const viewSchema = z.object({ view: z.object({ callback_id: z.string() }) });
const submissionSchema = z.object({
  user: z.object({ id, team_id: id }),
  team: z.nullable(z.object({ id })),
  api_app_id: id,
  view: z.object({
    type: z.literal('modal'),
    app_id: id,
    private_metadata: z.string(),
    state: z.object({ values: submittedInput }),
  }),
});
const clickedDenialSchema = z.strictObject({
  value,
  channelId: id,
  messageTs: ts,
  userId: id,
  clickedAt: z.optional(
    z.pipe(
      z.iso.datetime(),
      z.transform((text) => new Date(text)),
    ),
  ),
});

/**
 * Reads the body of a request whose signature was verified. Throws an UnreadableInteractionError,
 * and nothing else.
 */
export function parseInteraction(body: Buffer): Interaction {
  const form = new URLSearchParams(body.toString('utf8'));
  const [payload, ...more] = form.getAll('payload');
  if (payload === undefined && form.get('ssl_check') === '1') return { kind: 'ssl-check' };
  if (payload === undefined || more.length > 0) {
    throw new UnreadableInteractionError(
      `The form has ${form.getAll('payload').length} fields "payload"; Slack sends one.`,
    );
  }
  const json = jsonIn(payload);
  const { type } = parse(typeSchema, json);
  if (type === 'block_actions') return clickIn(json);
  const isDenial =
    type === 'view_submission' &&
    viewSchema.safeParse(json).data?.view.callback_id === DENIAL_CALLBACK;
  return isDenial ? denialIn(json) : { kind: 'other', type };
}

function clickIn(json: unknown): Click {
  const {
    user,
    team,
    api_app_id: appId,
    container,
    channel,
    actions: [action],
    trigger_id: triggerId,
  } = parse(clickSchema, json);
  if (channel.id !== container.channel_id) {
    throw new UnreadableInteractionError(
      `The click names two channels, ${channel.id} and ${container.channel_id}; a message stands in one.`,
    );
  }
  return {
    kind: 'click',
    userId: user.id,
    userTeamId: user.team_id,
    teamId: team?.id,
    appId,
    channelId: channel.id,
    messageTs: container.message_ts,
    value: action.value,
    triggerId,
    headline: headlineIn(json),
  };
}

function headlineIn(json: unknown): string | undefined {
  const [first] = headlineSchema.safeParse(json).data?.message.blocks ?? [];
  if (!first) return undefined;
  return first.type === 'header' ? first.text.text : first.elements[0].text;
}

/** A click on the button for which the modal was opened, by the one for whom it was. */
function denialIn(json: unknown): Click {
  const { user, team, api_app_id: appId, view } = parse(submissionSchema, json);
  const { userId, ...clicked } = parse(clickedDenialSchema, jsonIn(view.private_metadata));
  if (user.id !== userId) {
    throw new UnreadableInteractionError(
      `The modal was opened for ${userId}, and ${user.id} submits it; Slack shows it to one person.`,
    );
  }
  if (view.app_id !== appId) {
    throw new UnreadableInteractionError(
      `The modal is of the app ${view.app_id}, and comes from ${appId}; an app's modal is its own.`,
    );
  }
  return {
    kind: 'click',
    userId,
    userTeamId: user.team_id,
    teamId: team?.id,
    appId,
    ...clicked,
    reason: view.state.values[REASON_BLOCK][REASON_INPUT].value ?? '',
  };
}

function jsonIn(payload: string): unknown {
  try {
    return JSON.parse(payload);
  } catch {
    // The parser's own words show parts of what was sent.
    throw new UnreadableInteractionError(
      `The payload, of ${payload.length} characters, is no JSON.`,
    );
  }
}

function parse<Schema extends z.ZodMiniType>(schema: Schema, json: unknown): z.infer<Schema> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw new UnreadableInteractionError(
    `The payload is not what Slack sends for a click: ${z.prettifyError(result.error)}`,
  );
}
