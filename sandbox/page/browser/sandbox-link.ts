import { useEffect, useReducer, useState } from 'preact/hooks';
import { type Act, Fact } from '../facts';
import { EMPTY_PAGE, type PageState, stateAfter } from '../page-state';

export type Connection = 'connecting' | 'connected' | 'lost';

/** At most so often, the page is drawn again. */
const DRAW_MS = 30;

/** All facts from the sandbox, as they come; after a break, those that were missed. */
export function useSandbox(): { readonly state: PageState; readonly connection: Connection } {
  const [state, take] = useReducer(
    (before: PageState, facts: readonly Fact[]) => facts.reduce(stateAfter, before),
    EMPTY_PAGE,
  );
  const [connection, setConnection] = useState<Connection>('connecting');
  useEffect(() => {
    const source = new EventSource('facts');
    let waiting: Fact[] = [];
    source.onopen = () => setConnection('connected');
    source.onerror = () => setConnection('lost');
    source.onmessage = ({ data }: MessageEvent<string>) => {
      if (waiting.length === 0) {
        setTimeout(() => {
          const facts = waiting;
          waiting = [];
          take(facts);
        }, DRAW_MS);
      }
      waiting.push(Fact.parse(JSON.parse(data)));
    };
    return () => source.close();
  }, []);
  return { state, connection };
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
