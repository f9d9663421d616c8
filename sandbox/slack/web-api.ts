import { viewObject } from './modals';
import { SlackError } from './slack-error';
import {
  type Channel,
  contentOf,
  type Message,
  newContentOf,
  type User,
  type Workspace,
} from './workspace';

/** The arguments of a call, from a form, a query or JSON. */
export type Arguments = Readonly<Record<string, unknown>>;

export interface WebApiMethod {
  /** What the token must be allowed. */
  readonly scope?: string;
  /** Slack does not read JSON here. */
  readonly isFormOnly?: boolean;
  readonly callsPerMinute: number;
  /** Throws SlackError where Slack would refuse. */
  run(given: Arguments, workspace: Workspace, url: string): object;
}

/** Slack's tiers of calls per minute. */
const TIER_2 = 20;
const TIER_3 = 50;
const TIER_4 = 100;
const SPECIAL = 600;

/** The rate of each channel comes on top of it. */
export const POST_MESSAGE = 'chat.postMessage';

export const METHODS: ReadonlyMap<string, WebApiMethod> = new Map<string, WebApiMethod>([
  [POST_MESSAGE, { scope: 'chat:write', callsPerMinute: SPECIAL, run: postMessage }],
  ['chat.update', { scope: 'chat:write', callsPerMinute: TIER_3, run: updateMessage }],
  ['chat.postEphemeral', { scope: 'chat:write', callsPerMinute: TIER_4, run: postEphemeral }],
  ['views.open', { callsPerMinute: TIER_4, run: openView }],
  ['auth.test', { callsPerMinute: SPECIAL, run: testAuthentication }],
  ['bots.info', { scope: 'users:read', isFormOnly: true, callsPerMinute: TIER_3, run: botInfo }],
  [
    'users.lookupByEmail',
    { scope: 'users:read.email', isFormOnly: true, callsPerMinute: TIER_3, run: lookUpByEmail },
  ],
  [
    'usergroups.users.list',
    { scope: 'usergroups:read', isFormOnly: true, callsPerMinute: TIER_2, run: listGroupMembers },
  ],
]);

export function textArgument(given: Arguments, name: string): string | undefined {
  const value = given[name];
  return typeof value === 'string' ? value : undefined;
}

const USER_ID = /^[UW]/;

function postMessage(given: Arguments, workspace: Workspace): object {
  const to = textArgument(given, 'channel') ?? '';
  const channel = USER_ID.test(to) ? workspace.conversationWith(to) : workspace.openChannel(to);
  const message = workspace.post({
    channel: channel.id,
    postedBy: 'app',
    threadTs: textArgument(given, 'thread_ts'),
    isBroadcast: String(given.reply_broadcast) === 'true',
    ...contentOf(textArgument(given, 'text'), given.blocks),
  });
  return { channel: channel.id, ts: message.ts, message: messageObject(message, workspace) };
}

/** With a new text and no blocks, the old blocks go. */
function updateMessage(given: Arguments, workspace: Workspace): object {
  const channel = workspace.openChannel(textArgument(given, 'channel'));
  const message = workspace.messageAt(channel.id, textArgument(given, 'ts'));
  if (!message) throw new SlackError('message_not_found');
  if (message.postedBy !== 'app') throw new SlackError('cant_update_message');
  workspace.update(message, newContentOf(textArgument(given, 'text'), given.blocks));
  return {
    channel: channel.id,
    ts: message.ts,
    text: message.text,
    message: messageObject(message, workspace),
  };
}

function postEphemeral(given: Arguments, workspace: Workspace): object {
  const channel = workspace.openChannel(textArgument(given, 'channel'));
  const userId = memberOf(channel, textArgument(given, 'user'));
  return {
    message_ts: workspace.show(
      channel.id,
      userId,
      contentOf(textArgument(given, 'text'), given.blocks),
    ).ts,
  };
}

/** Needs no scope. */
function openView(given: Arguments, { modals, installation }: Workspace): object {
  const view = given.view === undefined ? undefined : textOf(given.view);
  const modal = modals.open(textArgument(given, 'trigger_id'), view);
  return { view: viewObject(modal, installation) };
}

/** Slack's own client sends JSON as text. */
function textOf(view: unknown): string {
  return typeof view === 'string' ? view : JSON.stringify(view);
}

function memberOf(channel: Channel, userId: string | undefined): string {
  if (userId === undefined) throw missing('user');
  if (!channel.members.has(userId)) throw new SlackError('user_not_in_channel');
  return userId;
}

function testAuthentication(
  _: Arguments,
  { installation: { teamId, teamDomain, botId, botUserId } }: Workspace,
  url: string,
): object {
  return {
    url: `${url}/`,
    team: teamDomain,
    user: 'sentry',
    team_id: teamId,
    user_id: botUserId,
    bot_id: botId,
    is_enterprise_install: false,
  };
}

function botInfo(
  given: Arguments,
  { installation: { appId, botId, botUserId } }: Workspace,
): object {
  if (textArgument(given, 'bot') !== botId) throw new SlackError('bot_not_found');
  return {
    bot: {
      id: botId,
      app_id: appId,
      user_id: botUserId,
      name: 'sentry',
      deleted: false,
      updated: 0,
      icons: {},
    },
  };
}

/** Those who left are not found either. */
function lookUpByEmail(given: Arguments, { users }: Workspace): object {
  const email = textArgument(given, 'email');
  if (!email) throw missing('email');
  const user = [...users.values()].find(
    (each) => each.email.toLowerCase() === email.toLowerCase() && !each.deleted,
  );
  if (!user) throw new SlackError('users_not_found');
  return { user: userObject(user) };
}

function listGroupMembers(given: Arguments, { userGroups }: Workspace): object {
  const usergroup = textArgument(given, 'usergroup');
  if (!usergroup) throw missing('usergroup');
  const users = userGroups.get(usergroup);
  if (!users) throw new SlackError('no_such_subteam');
  return { users };
}

function missing(name: string): SlackError {
  return new SlackError('invalid_arguments', {
    response_metadata: { messages: [`[ERROR] missing required field: ${name}`] },
  });
}

function userObject({ id, name, email, teamId, deleted, isGuest }: User): object {
  return {
    id,
    team_id: teamId,
    name,
    deleted,
    real_name: name,
    is_bot: false,
    is_restricted: isGuest,
    is_ultra_restricted: false,
    profile: { email, real_name: name, team: teamId },
  };
}

/** A message of the app, as Slack shows it. */
export function messageObject(
  { ts, text, blocks, threadTs }: Pick<Message, 'ts' | 'text' | 'blocks' | 'threadTs'>,
  { installation }: Workspace,
): object {
  const { teamId, appId, botId, botUserId } = installation;
  return {
    type: 'message',
    user: botUserId,
    bot_id: botId,
    app_id: appId,
    team: teamId,
    ts,
    text,
    blocks,
    ...(threadTs && { thread_ts: threadTs }),
  };
}
