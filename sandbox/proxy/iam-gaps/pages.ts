import { randomBytes } from 'node:crypto';
import { errorAnswer, textOf, withText } from './answers';
import type { Answer } from '../answer';

/** The element that holds the list, for each action that pages. */
const LISTS: Readonly<Record<string, string>> = {
  ListUsers: 'Users',
  ListAccessKeys: 'AccessKeyMetadata',
  ListGroupsForUser: 'Groups',
  GetGroup: 'Users',
  ListUserTags: 'Tags',
};

const DEFAULT_MAX_ITEMS = 100;
const LARGEST_MAX_ITEMS = 1000;

/** A list that was asked for, and where its next page begins. */
interface Listing {
  readonly action: string;
  readonly answer: Answer;
  readonly before: string;
  readonly members: readonly string[];
  readonly after: string;
  readonly from: number;
}

interface Call {
  readonly action: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export function isPaged(action: string): boolean {
  return action in LISTS;
}

/**
 * Deals out the emulator's whole lists page by page. What a list says is what was true when its
 * first page was asked for.
 */
export class Pages {
  private readonly listings = new Map<string, Listing>();

  async answerTo(
    { action, parameters }: Call,
    pageSize: number,
    ask: () => Promise<Answer>,
  ): Promise<Answer> {
    const { Marker, MaxItems = String(DEFAULT_MAX_ITEMS) } = parameters;
    if (!isMaxItems(MaxItems)) {
      return errorAnswer('ValidationError', `MaxItems must be from 1 to ${LARGEST_MAX_ITEMS}.`);
    }
    const size = Math.min(pageSize, Number(MaxItems));
    if (Marker === undefined) {
      const answer = await ask();
      return answer.status < 400 ? this.pageOf(listingOf(action, answer), size) : answer;
    }
    const listing = this.listings.get(Marker);
    return listing?.action === action
      ? this.pageOf(listing, size)
      : errorAnswer('ValidationError', 'Invalid Marker.');
  }

  private pageOf({ from, ...listing }: Listing, size: number): Answer {
    const page = listing.members.slice(from, from + size).join('');
    const isTruncated = from + size < listing.members.length;
    const marker = isTruncated
      ? `<Marker>${this.remember({ ...listing, from: from + size })}</Marker>`
      : '';
    return withText(
      listing.answer,
      `${listing.before}${page}${listing.after.replace('>', `><IsTruncated>${isTruncated}</IsTruncated>${marker}`)}`,
    );
  }

  /**
   * Markers stay good: a client may ask for the same page again. AWS's hold what has to be encoded
   * in a form, too.
   */
  private remember(listing: Listing): string {
    const marker = `${randomBytes(24).toString('base64')}+/=`;
    this.listings.set(marker, listing);
    return marker;
  }
}

function isMaxItems(text: string): boolean {
  return /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= LARGEST_MAX_ITEMS;
}

function listingOf(action: string, answer: Answer): Listing {
  const list = LISTS[action] ?? '';
  const text = textOf(answer)
    .replace(/<IsTruncated>\w+<\/IsTruncated>/, '')
    .replace(new RegExp(`<${list} ?/>`), `<${list}></${list}>`);
  const begin = text.indexOf(`<${list}>`) + list.length + 2;
  const end = text.lastIndexOf(`</${list}>`);
  if (end < 0) throw new Error(`The emulator's answer to ${action} holds no ${list}`);
  return {
    action,
    answer,
    before: text.slice(0, begin),
    members: membersIn(text.slice(begin, end)),
    after: text.slice(end),
    from: 0,
  };
}

/** Members may hold lists of their own. */
function membersIn(list: string): string[] {
  const members: string[] = [];
  let depth = 0;
  let begin = 0;
  for (const { 0: tag, index } of list.matchAll(/<\/?member>/g)) {
    depth += tag === '<member>' ? 1 : -1;
    if (depth === 1 && tag === '<member>') begin = index;
    if (depth === 0) members.push(list.slice(begin, index + tag.length));
  }
  return members;
}
