import { useEffect, useReducer, useState } from 'preact/hooks';
import { type Act, Fact } from '../facts';
import { EMPTY_PAGE, type PageState, stateAfter } from '../page-state';

/** `paused`: no one sees the page. */
export type Connection = 'connecting' | 'connected' | 'paused' | 'lost';

/** At most so often, the page is drawn again. */
const DRAW_MS = 30;

/** All facts from the sandbox, as they come; after a break, those that were missed. */
export function useSandbox(): { readonly state: PageState; readonly connection: Connection } {
  const [state, take] = useReducer(
    (before: PageState, facts: readonly Fact[]) => facts.reduce(stateAfter, before),
    EMPTY_PAGE,
  );
  const [connection, setConnection] = useState<Connection>('connecting');
  useEffect(() => followWhileSeen(take, setConnection), []);
  return { state, connection };
}

/**
 * A browser opens six connections to one address, for all tabs together: a tab that no one sees has
 * none. Gives back what ends it.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#authoring-notes
 */
function followWhileSeen(
  take: (facts: readonly Fact[]) => void,
  tell: (connection: Connection) => void,
): () => void {
  const feed = new FactFeed(take, tell);
  const follow = () => {
    if (document.hidden) feed.pause();
    else feed.open();
  };
  document.addEventListener('visibilitychange', follow);
  follow();
  return () => {
    document.removeEventListener('visibilitychange', follow);
    feed.pause();
  };
}

class FactFeed {
  private source: EventSource | undefined;
  private waiting: Fact[] = [];
  /** The first fact that the page lacks. */
  private next = 0;

  constructor(
    private readonly take: (facts: readonly Fact[]) => void,
    private readonly tell: (connection: Connection) => void,
  ) {}

  open(): void {
    if (this.source) return;
    this.tell('connecting');
    this.source = new EventSource(`facts?from=${this.next}`);
    this.source.onopen = () => this.tell('connected');
    this.source.onerror = () => this.tell('lost');
    this.source.onmessage = ({ data, lastEventId }: MessageEvent<string>) => {
      this.next = Number(lastEventId) + 1;
      this.draw(Fact.parse(JSON.parse(data)));
    };
  }

  pause(): void {
    this.source?.close();
    this.source = undefined;
    this.tell('paused');
  }

  private draw(fact: Fact): void {
    if (this.waiting.length === 0) {
      setTimeout(() => {
        const facts = this.waiting;
        this.waiting = [];
        this.take(facts);
      }, DRAW_MS);
    }
    this.waiting.push(fact);
  }
}

/** Gives back why the sandbox does not do it, if so. */
export async function ask(act: Act): Promise<string | undefined> {
  try {
    const answer = await fetch('acts', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(act),
    });
    return answer.ok ? undefined : await answer.text();
  } catch {
    return 'The sandbox does not answer. Has it ended?';
  }
}
