import { plainText } from '../../shared/domain/notification/plain-text';

/** Where the owner of a user's keys is looked for. */
export type OwnerRule =
  | { readonly kind: 'tag'; readonly key: string }
  /** The part of the user's path that comes after the prefix. */
  | { readonly kind: 'path'; readonly prefix: string }
  /** The e-mail address in the user's name, or else the name. */
  | { readonly kind: 'user-name' };

export const OWNER_SOURCES = ['tag', 'path', 'user-name'] as const satisfies OwnerRule['kind'][];

export type OwnerSource = (typeof OWNER_SOURCES)[number];

/** Who hears of a user's keys. It decides nothing: anyone who may tag users can write it. */
export type Owner = KnownOwner | UnknownOwner | typeof NO_OWNER;

export interface KnownOwner {
  readonly kind: 'known';
  readonly name: string;
  readonly source: OwnerSource;
  /** With the source `tag`. */
  readonly tagKey?: string;
}

/** It could not be read, and so is not guessed from a rule that comes later. */
export interface UnknownOwner {
  readonly kind: 'unknown';
  readonly reason: string;
}

export const NO_OWNER = { kind: 'none' } as const;

export interface OwnedUser {
  readonly userName: string;
  readonly path: string;
}

export type UserTags =
  | { readonly kind: 'read'; readonly values: ReadonlyMap<string, string> }
  | { readonly kind: 'unread'; readonly reason: string };

const NOT_READ_YET: UserTags = { kind: 'unread', reason: 'not read yet' };

/** The first rule that gives an owner counts. */
export function ownerOf(user: OwnedUser, rules: readonly OwnerRule[], tags: UserTags): Owner {
  for (const rule of rules) {
    const owner = ownerBy(rule, user, tags);
    if (owner.kind !== 'none') return owner;
  }
  return NO_OWNER;
}

/** Whether the owner shows only once the user's tags are read. */
export function dependsOnTags(user: OwnedUser, rules: readonly OwnerRule[]): boolean {
  return ownerOf(user, rules, NOT_READ_YET).kind === 'unknown';
}

function ownerBy(rule: OwnerRule, user: OwnedUser, tags: UserTags): Owner {
  switch (rule.kind) {
    case 'tag':
      if (tags.kind === 'unread') return { kind: 'unknown', reason: tags.reason };
      return named(tagValue(tags.values, rule.key), { source: 'tag', tagKey: rule.key });
    case 'path':
      return named(partOfPath(user.path, rule.prefix), { source: 'path' });
    case 'user-name':
      return named(addressIn(user.userName) ?? user.userName, { source: 'user-name' });
  }
}

function named(
  text: string | undefined,
  from: Pick<KnownOwner, 'source' | 'tagKey'>,
): KnownOwner | typeof NO_OWNER {
  const name = ownerText(text ?? '');
  return /[\p{L}\p{N}]/u.test(name) ? { kind: 'known', name, ...from } : NO_OWNER;
}

/** IAM takes a user's tags "owner" and "Owner" for one, and shows the one that was written. */
function tagValue(values: ReadonlyMap<string, string>, key: string): string | undefined {
  return (
    values.get(key) ?? [...values].find(([other]) => other.toLowerCase() === key.toLowerCase())?.[1]
  );
}

function partOfPath(path: string, prefix: string): string | undefined {
  return path.startsWith(prefix) ? path.slice(prefix.length).split('/')[0] : undefined;
}

const ADDRESS = /[\w.+-]+@[A-Za-z\d-]+(?:\.[A-Za-z\d-]+)*\.[A-Za-z]{2,}/;

/** None where two could be meant. */
function addressIn(userName: string): string | undefined {
  return userName.split('@').length === 2 ? ADDRESS.exec(userName)?.[0] : undefined;
}

/** The owner's name, where all of it is an address: one inside of a text could be anything. */
export function addressOf(owner: Owner | undefined): string | undefined {
  if (owner?.kind !== 'known') return undefined;
  return ADDRESS.exec(owner.name)?.[0] === owner.name ? owner.name : undefined;
}

export function isSameAddress(one: Owner | undefined, other: Owner | undefined): boolean {
  const address = addressOf(one)?.toLowerCase();
  return address !== undefined && address === addressOf(other)?.toLowerCase();
}

/** Of an owner, in characters. */
export const LONGEST_OWNER = 100;

/** What neither a tag nor the name of a user can hold; a path can. */
const FOREIGN_CHARACTERS = /[^\p{L}\p{N} _.,:/=+@-]/gu;

/** One line of a few plain characters, so that it shows alike wherever it is shown. */
export function ownerText(text: string): string {
  const spaced = plainText(text, Infinity).replace(/\p{Z}+/gu, ' ');
  const characters = [...spaced.normalize('NFC').replace(FOREIGN_CHARACTERS, '?').trim()];
  return characters.length <= LONGEST_OWNER
    ? characters.join('')
    : `${characters.slice(0, LONGEST_OWNER - 1).join('')}…`;
}

/** "payments (by the tag Owner)"; a name holds no parentheses of its own. */
export function ownerWithSource(owner: Owner): string {
  switch (owner.kind) {
    case 'known':
      return `${owner.name} (by ${sourceText(owner)})`;
    case 'unknown':
      return `not known, since it could not be read: ${plainText(owner.reason)}`;
    case 'none':
      return 'no owner known';
  }
}

export function sourceText({ source, tagKey }: Pick<KnownOwner, 'source' | 'tagKey'>): string {
  switch (source) {
    case 'tag':
      return `the tag ${plainText(tagKey ?? '')}`;
    case 'path':
      return 'the path of the user';
    case 'user-name':
      return 'the name of the user';
  }
}
