import * as z from 'zod/mini';
import { resultIn } from './slack-answer';
import { exchange, SLACK_TIMEOUT_MILLISECONDS } from './slack-exchange';
import { MessengerRefusedError, type Person, type PostedMessage } from '../../domain/messenger';

/** Where the bot token comes from: a CachedSecret is one. */
export interface TokenSource {
  current(): Promise<string>;
  /** Has the next `current()` give what is kept now, as far as it may be read again already. */
  refresh(): Promise<void>;
}

/** A message as Slack's blocks, with the text that notifications and screen readers show. */
export interface MessageContent {
  readonly text: string;
  readonly blocks: readonly object[];
}

export interface NewMessage extends MessageContent {
  readonly channelId: string;
  /** Of the message that this one answers. */
  readonly threadTs?: string;
  /** An answer that the whole channel shall see. */
  readonly broadcast?: boolean;
}

export interface ChangedMessage extends MessageContent, PostedMessage {}

/** Seen by one user only, and gone when their client starts again. */
export interface EphemeralMessage {
  readonly channelId: string;
  readonly userId: string;
  readonly text: string;
}

/** Whom the token speaks for. */
export interface TokenOwner {
  readonly teamId: string;
  /** Undefined for a token that is no bot's. */
  readonly botId: string | undefined;
}

type Form = Readonly<Record<string, string | undefined>>;

/** Slack answers with these for a token that was good until the app was installed again. */
const STALE_TOKEN_CODES: ReadonlySet<string> = new Set([
  'invalid_auth',
  'token_revoked',
  'account_inactive',
]);

/** A header takes nothing else, and fetch would show the token in its error. */
const TOKEN = /^[\x21-\x7e]+$/;

const noFields = z.object({});
const postedSchema = z.object({ channel: z.string(), ts: z.string() });
const userSchema = z.object({ user: z.object({ id: z.string() }) });
const personSchema = z.object({
  user: z.object({
    id: z.string(),
    team_id: z.optional(z.string()),
    deleted: z.optional(z.boolean()),
    is_bot: z.optional(z.boolean()),
    is_restricted: z.optional(z.boolean()),
    is_ultra_restricted: z.optional(z.boolean()),
  }),
});
const membersSchema = z.object({ users: z.array(z.string()) });
const ownerSchema = z.object({ team_id: z.string(), bot_id: z.optional(z.string()) });
const botSchema = z.object({ bot: z.object({ app_id: z.string() }) });

/**
 * Slack's Web API, as far as it is needed here. Each call is tried once: who calls knows when to
 * try again.
 */
export class SlackWebApi {
  constructor(
    private readonly token: TokenSource,
    private readonly apiUrl = 'https://slack.com/api',
    private readonly timeoutMilliseconds = SLACK_TIMEOUT_MILLISECONDS,
  ) {}

  async postMessage({
    channelId,
    text,
    blocks,
    threadTs,
    broadcast,
  }: NewMessage): Promise<PostedMessage> {
    const { channel, ts } = await this.call('chat.postMessage', postedSchema, {
      channel: channelId,
      text,
      blocks: JSON.stringify(blocks),
      thread_ts: threadTs,
      reply_broadcast: broadcast ? 'true' : undefined,
      // What someone wrote into a description must not become a preview of their page.
      unfurl_links: 'false',
      unfurl_media: 'false',
    });
    return { channelId: channel, ts };
  }

  async updateMessage({ channelId, ts, text, blocks }: ChangedMessage): Promise<void> {
    await this.call('chat.update', noFields, {
      channel: channelId,
      ts,
      text,
      blocks: JSON.stringify(blocks),
    });
  }

  async postEphemeral({ channelId, userId, text }: EphemeralMessage): Promise<void> {
    await this.call('chat.postEphemeral', noFields, { channel: channelId, user: userId, text });
  }

  /** Within three seconds of the click that gave the trigger, and once for each. */
  async openView(triggerId: string, view: object): Promise<void> {
    await this.call('views.open', noFields, {
      trigger_id: triggerId,
      view: JSON.stringify(view),
    });
  }

  /** The user's id. Refused with `users_not_found` where no one has the address. */
  async lookupByEmail(email: string): Promise<string> {
    return (await this.call('users.lookupByEmail', userSchema, { email })).user.id;
  }

  /**
   * The same, with who that is. A guest is restricted to channels, and a guest of one channel is
   * restricted further.
   *
   * @see https://docs.slack.dev/reference/objects/user-object
   */
  async personByEmail(email: string): Promise<Person> {
    const { user } = await this.call('users.lookupByEmail', personSchema, { email });
    return {
      userId: user.id,
      ...(user.team_id !== undefined && { teamId: user.team_id }),
      isDeactivated: user.deleted === true,
      isGuest: user.is_restricted === true || user.is_ultra_restricted === true,
      isBot: user.is_bot === true,
    };
  }

  async userGroupMembers(userGroupId: string): Promise<readonly string[]> {
    return (await this.call('usergroups.users.list', membersSchema, { usergroup: userGroupId }))
      .users;
  }

  async authTest(): Promise<TokenOwner> {
    const { team_id: teamId, bot_id: botId } = await this.call('auth.test', ownerSchema, {});
    return { teamId, botId };
  }

  async botInfo(botId: string): Promise<{ readonly appId: string }> {
    return { appId: (await this.call('bots.info', botSchema, { bot: botId })).bot.app_id };
  }

  /**
   * A token that Slack refuses may have been replaced since it was read; with none that is good,
   * nothing has been done.
   */
  private async call<Schema extends z.ZodMiniType>(
    method: string,
    schema: Schema,
    form: Form,
  ): Promise<z.infer<Schema>> {
    const token = await this.token.current();
    try {
      return await this.callWith(token, method, schema, form);
    } catch (error) {
      if (!(error instanceof MessengerRefusedError) || !STALE_TOKEN_CODES.has(error.code)) {
        throw error;
      }
      await this.token.refresh();
      const newToken = await this.token.current();
      if (newToken === token) throw error;
      return this.callWith(newToken, method, schema, form);
    }
  }

  private async callWith<Schema extends z.ZodMiniType>(
    token: string,
    method: string,
    schema: Schema,
    form: Form,
  ): Promise<z.infer<Schema>> {
    if (!TOKEN.test(token)) {
      throw new MessengerRefusedError(
        'invalid_auth',
        'The secret holds no Slack token: it has spaces or other characters in it that no token has. Put the bot token, xoxb-…, into it.',
      );
    }
    const answer = await exchange(
      `${this.apiUrl}/${method}`,
      `Slack's ${method}`,
      this.timeoutMilliseconds,
      {
        headers: { Authorization: `Bearer ${token}` },
        body: new URLSearchParams(
          Object.entries(form).filter((field): field is [string, string] => field[1] !== undefined),
        ),
      },
    );
    return resultIn(answer, method, schema);
  }
}
