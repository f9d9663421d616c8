import type { RefObject, TargetedEvent } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** So near to its end, a list follows what comes. */
const NEAR_PX = 60;

/** For an element that scrolls. */
export interface Following<T extends HTMLElement> {
  readonly ref: RefObject<T | null>;
  readonly onScroll: (event: TargetedEvent<T>) => void;
}

/**
 * Has a list show its end after each of the news, unless someone has scrolled up. Where it shows
 * another list instead, that is shown from its end.
 */
export function useFollowing<T extends HTMLElement>(news: unknown, list?: string): Following<T> {
  const ref = useRef<T>(null);
  const follows = useRef(true);
  useLayoutEffect(() => {
    follows.current = true;
  }, [list]);
  useLayoutEffect(() => {
    if (ref.current && follows.current) ref.current.scrollTop = ref.current.scrollHeight;
  }, [news, list]);
  return {
    ref,
    onScroll: ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
      follows.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
    },
  };
}
