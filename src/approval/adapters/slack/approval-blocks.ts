import { countText, shownText } from '../../domain/request-text';

/**
 * Slack's Block Kit, as far as messages of approvals use it: only what shows text to the letter.
 */
export type Block =
  | { readonly type: 'header'; readonly text: PlainText }
  | { readonly type: 'rich_text'; readonly elements: readonly RichTextPart[] }
  | { readonly type: 'context'; readonly elements: readonly PlainText[] }
  | { readonly type: 'actions'; readonly elements: readonly Button[] };

export interface PlainText {
  readonly type: 'plain_text';
  readonly text: string;
  readonly emoji: false;
}

export interface RichTextSection {
  readonly type: 'rich_text_section';
  readonly elements: readonly RichText[];
}

export type RichTextPart =
  | RichTextSection
  | { readonly type: 'rich_text_preformatted'; readonly elements: readonly RichText[] }
  | {
      readonly type: 'rich_text_list';
      readonly style: 'bullet';
      readonly elements: readonly RichTextSection[];
    };

export type RichText =
  | { readonly type: 'text'; readonly text: string; readonly style?: { readonly bold: true } }
  | { readonly type: 'link'; readonly url: string; readonly text: string }
  | { readonly type: 'user'; readonly user_id: string }
  | { readonly type: 'usergroup'; readonly usergroup_id: string };

export interface Button {
  readonly type: 'button';
  readonly text: PlainText;
  readonly action_id: string;
  readonly value: string;
  readonly style?: 'primary' | 'danger';
  readonly confirm?: Confirm;
}

export interface Confirm {
  readonly title: PlainText;
  readonly text: PlainText;
  readonly confirm: PlainText;
  readonly deny: PlainText;
  readonly style?: 'danger';
}

export const MOST_HEADER_CHARACTERS = 150;
/** Of the id of a request. */
export const MOST_ID_CHARACTERS = 64;
export const MOST_BLOCKS = 50;

/**
 * Of all blocks of a message together. Slack documents no such limit, yet refuses with
 * `msg_blocks_too_long` what people have measured as some 13,000 characters of JSON, see
 * https://github.com/slackapi/bolt-js/issues/2509.
 */
export const MOST_WEIGHT = 12_000;

/**
 * No piece of a text is heavier, so that a text of any length can be spread over blocks and
 * messages.
 */
const MOST_PIECE_WEIGHT = 900;
const MOST_BLOCK_WEIGHT = 1_800;

/**
 * Of the text that notifications and screen readers get; from 4,000 on, Slack refuses it when a
 * message is changed.
 */
const MOST_FALLBACK_CHARACTERS = 3_000;

const USER_ID = /^[UW][A-Z0-9]{2,63}$/;
const USER_GROUP_ID = /^S[A-Z0-9]{2,63}$/;
const MOST_URL_CHARACTERS = 1_000;

/** Characters that no one escapes. */
const PLAIN = /^[\w .,:;()/-]$/;

/** Without a character that has an escape. */
const IS_LIGHT = /^[ -%'-;=?-~]*$/;

const LINE_BREAK: RichText = { type: 'text', text: '\n' };

/**
 * As many characters as Slack may count, at worst: it keeps texts with its escapes, and JSON may
 * have its own.
 */
export function weightOf(text: string): number {
  if (IS_LIGHT.test(text)) return text.length;
  return text.replace(/[&<>]/g, '&amp;').replace(/[^\x20-\x7e]/g, '\\u0000').length;
}

export function weightOfBlocks(blocks: readonly Block[]): number {
  return weightOf(JSON.stringify(blocks));
}

/**
 * At most so many characters of a text, fewer where they weigh a lot; with an ellipsis, where it is
 * cut.
 */
export function cut(text: string, characters: number): string {
  const whole = shownText(text);
  const mostWeight = 3 * characters;
  if (whole.length <= characters && weightOf(whole) <= mostWeight) return whole;
  const [first = ''] = pieces(whole, {
    characters: characters - 1,
    weight: mostWeight - weightOf('…'),
  });
  return `${first}…`;
}

export function isCut(text: string, characters: number): boolean {
  return cut(text, characters) !== shownText(text);
}

interface Room {
  readonly characters: number;
  readonly weight: number;
}

/** All of a text, in pieces that fit. */
function pieces(text: string, room: Room): string[] {
  const found: string[] = [];
  let piece = '';
  let weight = 0;
  for (const character of text) {
    const more = PLAIN.test(character) ? 1 : weightOf(character);
    if (
      piece &&
      (piece.length + character.length > room.characters || weight + more > room.weight)
    ) {
      found.push(piece);
      [piece, weight] = ['', 0];
    }
    piece += character;
    weight += more;
  }
  return [...found, piece];
}

export function plain(text: string): PlainText {
  return { type: 'plain_text', text, emoji: false };
}

/** All of a text that someone may have written, as it stands. */
export function literal(text: string): RichText[] {
  return pieces(shownText(text), { characters: MOST_PIECE_WEIGHT, weight: MOST_PIECE_WEIGHT }).map(
    (piece) => ({ type: 'text', text: piece }),
  );
}

/** Our own words. */
export function words(text: string): RichText {
  return { type: 'text', text };
}

export function bold(text: string): RichText {
  return { type: 'text', text, style: { bold: true } };
}

export function boldLiteral(text: string): RichText[] {
  return literal(text).map((element) => ({ ...element, style: { bold: true } }));
}

/**
 * Anything that is no id of a user becomes text, since the whole message would be refused with it.
 */
export function user(userId: string): RichText {
  return USER_ID.test(userId)
    ? { type: 'user', user_id: userId }
    : { type: 'text', text: cut(userId, 40) };
}

/** More are counted, and not named. */
export const MOST_PEOPLE = 5;

/** " by Alice, Bob and 2 others". */
export function people(userIds: readonly string[]): RichText[] {
  const shown = userIds
    .slice(0, MOST_PEOPLE)
    .flatMap((userId, index) => [words(index === 0 ? ' by ' : ', '), user(userId)]);
  const more = userIds.length - MOST_PEOPLE;
  return more > 0 ? [...shown, words(` and ${countText(more, 'other')}`)] : shown;
}

/** With a comma between each and the next. */
export function separated(elements: readonly RichText[]): RichText[] {
  return elements.flatMap((element, index) => (index === 0 ? [element] : [words(', '), element]));
}

/** Only ids that the deployment wrote: whom a text names is never mentioned. */
export function mention(id: string): RichText {
  return USER_GROUP_ID.test(id) ? { type: 'usergroup', usergroup_id: id } : user(id);
}

/** Only what leads to a page over HTTPS can be clicked; anything else is text to be read. */
export function link(text: string, url: string): RichText[] {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  const isSafe =
    address?.protocol === 'https:' &&
    address.username === '' &&
    address.password === '' &&
    address.href.length <= MOST_URL_CHARACTERS;
  return isSafe
    ? [{ type: 'link', url: address.href, text: cut(text, 100) }]
    : [...literal(text), words(': '), ...literal(url)];
}

/** Lines of text, each below the other, in as many blocks as they need. */
export function paragraphs(lines: readonly (readonly RichText[])[]): Block[] {
  const elements = lines.flatMap((line, index) => (index === 0 ? line : [LINE_BREAK, ...line]));
  return packed(elements).map((some) => richText({ type: 'rich_text_section', elements: some }));
}

export interface ListItem {
  readonly label: string;
  readonly text: string;
}

/**
 * Where an item is too long for one point, what follows says so: it must not look like a point of
 * its own.
 */
export function bullets(items: readonly ListItem[]): Block[] {
  const points = items.flatMap(({ label, text }) =>
    literal(text).map((piece, index): RichTextSection => ({
      type: 'rich_text_section',
      elements: [
        ...(index === 0 ? [] : [bold('continued ')]),
        ...(label ? [bold(`${label}: `)] : []),
        piece,
      ],
    })),
  );
  return packed(points).map((some) =>
    richText({ type: 'rich_text_list', style: 'bullet', elements: some }),
  );
}

/** Lines in letters of equal width. */
export function preformatted(lines: readonly string[]): Block[] {
  return packed(lines).map((some) =>
    richText({ type: 'rich_text_preformatted', elements: [words(some.join('\n'))] }),
  );
}

export function context(texts: readonly string[]): Block {
  return { type: 'context', elements: texts.map(plain) };
}

function richText(part: RichTextPart): Block {
  return { type: 'rich_text', elements: [part] };
}

function packed<Item>(items: readonly Item[]): Item[][] {
  return inParcels(items, (item) => weightOf(JSON.stringify(item)) + 1, {
    weight: MOST_BLOCK_WEIGHT,
    count: 100,
  });
}

export interface ParcelRoom {
  readonly weight: number;
  readonly count: number;
}

/** In order, in as few parcels as they fit into; what is too heavy for any has one of its own. */
export function inParcels<Item>(
  items: readonly Item[],
  weigh: (item: Item) => number,
  room: ParcelRoom,
): Item[][] {
  const parcels: Item[][] = [];
  let [weight, parcel]: [number, Item[]] = [0, []];
  for (const item of items) {
    const more = weigh(item);
    if (parcel.length > 0 && (weight + more > room.weight || parcel.length === room.count)) {
      parcels.push(parcel);
      [weight, parcel] = [0, []];
    }
    parcel.push(item);
    weight += more;
  }
  return parcel.length > 0 ? [...parcels, parcel] : parcels;
}

/**
 * The text of the blocks, for notifications and screen readers. Slack parses it, so anything that
 * could be markup is escaped.
 */
export function fallbackText(blocks: readonly Block[]): string {
  const lines = blocks.flatMap((block) => linesOf(block)).join('\n');
  let text = '';
  for (const token of lines.match(/<@[UW]\w+>|<!subteam\^\w+>|&(?:amp|lt|gt);|[^]/gu) ?? []) {
    if (text.length + token.length > MOST_FALLBACK_CHARACTERS) return `${text}…`;
    text += token;
  }
  return text;
}

function linesOf(block: Block): string[] {
  switch (block.type) {
    case 'header':
      return [escaped(block.text.text)];
    case 'context':
      return [block.elements.map(({ text }) => escaped(text)).join(' · ')];
    case 'actions':
      return [];
    case 'rich_text':
      return block.elements.flatMap((part) =>
        part.type === 'rich_text_list' ? part.elements.map(sectionText) : [sectionText(part)],
      );
  }
}

function sectionText({ elements }: { readonly elements: readonly RichText[] }): string {
  return elements.map(elementText).join('');
}

/** @see https://docs.slack.dev/messaging/formatting-message-text */
function elementText(element: RichText): string {
  switch (element.type) {
    case 'user':
      return `<@${element.user_id}>`;
    case 'usergroup':
      return `<!subteam^${element.usergroup_id}>`;
    default:
      return escaped(element.text);
  }
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
