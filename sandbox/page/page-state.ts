import type { Fact, FactOf, Group, GroupRule, Happened } from './facts';

/** Of each, the page shows no more than so many: the newest. */
const MOST_ROWS = 400;
export const MOST_MESSAGES = 100;

/** One line of the timeline. */
export interface Row extends Happened {
  /** Counts from the first that was told on. */
  readonly number: number;
  /** When the call or click was that it follows from. */
  readonly originAt?: number;
  /** Since the call or click that began it; 0 for that one itself. */
  readonly sinceMs: number;
}

export interface InboxMessage extends FactOf<'delivered'> {
  readonly number: number;
}

export interface ShownGroup extends Group {
  /** Those that stood in it since the last call, and are gone. */
  readonly gone: readonly GroupRule[];
}

/** All that the page shows. What is absent is no part of the scene. */
export interface PageState {
  readonly scene?: FactOf<'scene'>;
  readonly preparing?: string;
  /** In the order in which they happened: some are told late. */
  readonly rows: readonly Row[];
  /** How many rows there were. */
  readonly told: number;
  /** The newest first. */
  readonly inbox: readonly InboxMessage[];
  readonly groups?: readonly ShownGroup[];
  readonly slack?: FactOf<'slack'>;
  readonly keys?: FactOf<'keys'>;
  readonly coverage?: FactOf<'coverage'>;
  readonly clockAheadMs: number;
  readonly moving?: string;
  /** How many moves and clicks are done. */
  readonly done: number;
}

export const EMPTY_PAGE: PageState = { rows: [], told: 0, inbox: [], clockAheadMs: 0, done: 0 };

export function stateOf(facts: readonly Fact[]): PageState {
  return facts.reduce(stateAfter, EMPTY_PAGE);
}

export function stateAfter(state: PageState, fact: Fact): PageState {
  switch (fact.kind) {
    case 'scene':
      return { ...state, scene: fact, preparing: undefined };
    case 'preparing':
      return { ...state, preparing: fact.text };
    case 'happened':
      return withRow(state, fact);
    case 'groups':
      return { ...state, groups: fact.groups.map((group) => withGone(group, state.groups)) };
    case 'slack':
      return { ...state, slack: fact };
    case 'delivered':
      return withMessage(state, fact);
    case 'keys':
      return { ...state, keys: fact };
    case 'coverage':
      return { ...state, coverage: fact };
    case 'clock':
      return { ...state, clockAheadMs: fact.aheadMs };
    case 'moving':
      return {
        ...state,
        moving: fact.move,
        done: fact.move === undefined ? state.done + 1 : state.done,
      };
  }
}

/** What others follow from: the times of what comes after count from there. */
const ORIGINS: readonly Happened['what'][] = ['command', 'call', 'click', 'clock'];

/** From then on, the page shows no more of what was gone before. */
export function isOrigin(fact: Fact): boolean {
  return fact.kind === 'happened' && ORIGINS.includes(fact.what);
}

function withRow(state: PageState, happened: Happened): PageState {
  const told = state.told + 1;
  const place = state.rows.filter(({ at }) => at <= happened.at).length;
  const [before, after] = [state.rows.slice(0, place), state.rows.slice(place)];
  const earlierOrigin = before.at(-1)?.originAt;
  const begins = isOrigin(happened);
  const row = following({ ...happened, number: told }, begins ? happened.at : earlierOrigin);
  const follow = (later: Row) =>
    begins && later.originAt === earlierOrigin ? following(later, happened.at) : later;
  return {
    ...state,
    told,
    groups: begins ? state.groups?.map(forgetGone) : state.groups,
    rows: [...before, row, ...after.map(follow)].slice(-MOST_ROWS),
  };
}

function following(row: Omit<Row, 'sinceMs'>, originAt: number | undefined): Row {
  return { ...row, originAt, sinceMs: originAt === undefined ? 0 : row.at - originAt };
}

function forgetGone(group: ShownGroup): ShownGroup {
  return { ...group, gone: [] };
}

/** What is gone is shown until the next of the origins: a revert takes no longer than a blink. */
function withGone(group: Group, before: readonly ShownGroup[] = []): ShownGroup {
  const known = before.find(({ id }) => id === group.id);
  const isThere = ({ text }: GroupRule) => group.rules.some((rule) => rule.text === text);
  const gone = [...(known?.gone ?? []), ...(known?.rules ?? [])].filter((rule) => !isThere(rule));
  return { ...group, gone };
}

function withMessage(state: PageState, delivered: FactOf<'delivered'>): PageState {
  const message = { ...delivered, number: (state.inbox[0]?.number ?? 0) + 1 };
  return { ...state, inbox: [message, ...state.inbox].slice(0, MOST_MESSAGES) };
}

/** The messages that a person sees in a channel, each with its replies, in their order. */
export function conversationsOf(
  { messages }: FactOf<'slack'>,
  channel: string,
  userId: string,
): Conversation[] {
  const seen = messages.filter(
    (message) =>
      message.channel === channel && (message.onlyFor === undefined || message.onlyFor === userId),
  );
  return seen
    .filter(({ threadTs }) => threadTs === undefined)
    .map((first) => ({ first, replies: seen.filter(({ threadTs }) => threadTs === first.ts) }));
}

export interface Conversation {
  readonly first: FactOf<'slack'>['messages'][number];
  readonly replies: readonly FactOf<'slack'>['messages'][number][];
}

/** "until 2026-11-30 09:12 UTC", "for good". */
export function untilText(until: number | undefined): string {
  return until === undefined ? 'for good' : `until ${timeText(until)}`;
}

/** "09:12:03", in UTC as all times on the page. */
export function clockText(at: number): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** Of someone in Slack; the id itself where it is no one's there. */
export function nameOf(id: string, names: Readonly<Record<string, string>>): string {
  return (Object.hasOwn(names, id) ? names[id] : undefined) ?? id;
}

export function timeText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** "+871 ms", "+2.4 s". */
export function sinceText(milliseconds: number): string {
  if (milliseconds < 1_000) return `+${Math.round(milliseconds)} ms`;
  if (milliseconds < 60_000) return `+${(milliseconds / 1_000).toFixed(1)} s`;
  return `+${Math.round(milliseconds / 60_000)} min`;
}
