import * as z from 'zod/mini';

/**
 * Someone has clicked a button of a message. Who that is, and whether they may, is for others to
 * judge.
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
  readonly actionTs: string;
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
  return type === 'block_actions' ? clickIn(json) : { kind: 'other', type };
}

function clickIn(json: unknown): Click {
  const {
    user,
    team,
    api_app_id: appId,
    container,
    channel,
    actions: [action],
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
    actionTs: action.action_ts,
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
    `The payload is not what Slack sends for a click on a button: ${z.prettifyError(result.error)}`,
  );
}
