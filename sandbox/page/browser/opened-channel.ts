import { useLayoutEffect, useState } from 'preact/hooks';
import type { SlackShown } from '../facts';
import { channelsOf, channelToOpen, type MemberChannel, type SeenUntil } from '../slack-channels';

/** The channels of the chosen person, and the one that is open. */
export interface OpenedChannel {
  readonly channels: readonly MemberChannel[];
  readonly current?: MemberChannel;
  open(channelId: string): void;
  /** Has someone else's Slack open where they look first. */
  lookAgain(userId: string): void;
}

type ByPerson<T> = Readonly<Record<string, T>>;

/** What is open stays open, whatever comes elsewhere. Each person has seen other messages. */
export function useOpenedChannel(slack: SlackShown, userId: string): OpenedChannel {
  const [opened, setOpened] = useState<ByPerson<string | undefined>>({});
  const [seen, setSeen] = useState<ByPerson<SeenUntil>>({});
  const channels = channelsOf(slack, userId, seen[userId] ?? {});
  const current = channels.find(({ id }) => id === opened[userId]) ?? channelToOpen(channels);
  const open = (id: string) => setOpened((before) => ({ ...before, [userId]: id }));
  const lookAgain = (id: string) => setOpened((before) => ({ ...before, [id]: undefined }));
  useLayoutEffect(() => {
    const { id, newestTs } = current ?? {};
    if (id === undefined || newestTs === undefined) return;
    open(id);
    setSeen((before) => ({ ...before, [userId]: { ...before[userId], [id]: newestTs } }));
  }, [userId, current?.id, current?.newestTs]);
  return { channels, current, open, lookAgain };
}
