import { isKnownLater } from '../../shared/constructs/known-later';

/** A kind of id in Slack: how it looks, and where a user finds it. */
interface IdKind {
  readonly what: string;
  readonly pattern: RegExp;
  readonly find: string;
}

const USER: IdKind = {
  what: 'user id',
  pattern: /^[UW][A-Z0-9]{2,}$/,
  find: 'one such as "U0123ABCD" (profile, ⋮, "Copy member ID")',
};
const USER_GROUP: IdKind = {
  what: 'user group id',
  pattern: /^S[A-Z0-9]{2,}$/,
  find: 'one such as "S0123ABCD" (People, User groups, ⋮, "Copy group ID")',
};
const MENTION: IdKind = {
  what: 'id of a user or a user group',
  pattern: /^[UWS][A-Z0-9]{2,}$/,
  find: `${USER.find}, or ${USER_GROUP.find}`,
};
const CHANNEL: IdKind = {
  what: 'channel id',
  pattern: /^[CG][A-Z0-9]{2,}$/,
  find: 'one such as "C0123ABCD" (at the bottom of the channel\'s details)',
};

export function checkedUserId(id: string, place: string): string {
  return checked(id, USER, place);
}

export function checkedUserGroupId(id: string, place: string): string {
  return checked(id, USER_GROUP, place);
}

export function checkedMention(id: string, place: string): string {
  return checked(id, MENTION, place);
}

export function checkedChannelId(id: string, place: string): string {
  return checked(id, CHANNEL, place);
}

/** Names can be taken over by others, ids cannot. */
function checked(id: string, { what, pattern, find }: IdKind, place: string): string {
  if (isKnownLater(id) || pattern.test(id)) return id;
  throw new Error(`${place}: "${id}" is no ${what} of Slack: write ${find}, not a name.`);
}
