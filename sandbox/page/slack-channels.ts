import type { SlackShown } from './facts';

type Message = SlackShown['messages'][number];

/** A channel as one of its members sees it. */
export interface MemberChannel {
  readonly id: string;
  readonly name: string;
  readonly isDirect: boolean;
  /** The time stamp of the newest message there; none without it. */
  readonly newestTs?: string;
  /** Messages since the member has looked there last. */
  readonly unseen: number;
  /** Whether a message there still has buttons. */
  readonly isAsking: boolean;
}

/** The newest message that each channel was seen with, by the channel's id. */
export type SeenUntil = Readonly<Record<string, string>>;

/** The channels that someone is a member of. */
export function channelsOf(
  { channels, messages }: SlackShown,
  userId: string,
  seenUntil: SeenUntil,
): MemberChannel[] {
  return channels
    .filter(({ members }) => members.includes(userId))
    .map(({ id, name, isDirect }) => {
      const seen = messages.filter(
        ({ channel, onlyFor }) => channel === id && (onlyFor === undefined || onlyFor === userId),
      );
      const until = seenUntil[id] ?? '';
      return {
        id,
        name,
        isDirect,
        newestTs: seen.at(-1)?.ts,
        unseen: seen.filter(({ ts }) => ts > until).length,
        isAsking: seen.some(hasButtons),
      };
    });
}

/**
 * Where someone looks first: where people are asked, then where something is new. A direct message
 * comes after that: it takes away no question.
 */
export function channelToOpen(channels: readonly MemberChannel[]): MemberChannel | undefined {
  const withMessages = channels.filter(({ newestTs }) => newestTs !== undefined);
  return [...(withMessages.length > 0 ? withMessages : channels)].sort(
    (one, other) =>
      Number(one.isDirect) - Number(other.isDirect) ||
      Number(other.isAsking) - Number(one.isAsking) ||
      Number(other.unseen > 0) - Number(one.unseen > 0) ||
      (other.newestTs ?? '').localeCompare(one.newestTs ?? ''),
  )[0];
}

function hasButtons({ blocks }: Message): boolean {
  return blocks.some(({ type }) => type === 'actions');
}
