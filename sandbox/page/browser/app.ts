import { type ComponentChildren, h } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { CoveragePanel } from './coverage-panel';
import { GroupsPanel } from './groups-panel';
import { InboxPanel } from './inbox-panel';
import { KeysPanel } from './keys-panel';
import { MovesBar } from './moves-bar';
import { ask, type Connection, useSandbox } from './sandbox-link';
import { SlackPanel } from './slack-panel';
import { TimelinePanel } from './timeline-panel';
import type { Act } from '../facts';
import { type PageState, timeText } from '../page-state';

const CLOCK_MS = 1_000;
const TITLE = 'cdk-sentries sandbox';

/** What this page has asked for last: from then on, it is busy until that is done. */
interface Asked {
  readonly doneBefore: number;
}

export function App(): ComponentChildren {
  const { state, connection } = useSandbox();
  const [refusal, setRefusal] = useState<string>();
  const [asked, setAsked] = useState<Asked>();
  useEffect(() => {
    document.title = connection === 'paused' ? `Paused: ${TITLE}` : TITLE;
  }, [connection]);
  // Whatever was in the way is over, or has just begun.
  useEffect(() => setRefusal(undefined), [state.moving]);
  const act = (wanted: Act) => {
    setAsked({ doneBefore: state.done });
    void ask(wanted).then((reason) => {
      setRefusal(reason);
      if (reason !== undefined) setAsked(undefined);
    });
  };
  const isBusy = state.moving !== undefined || (asked && asked.doneBefore === state.done) === true;
  return [
    h(TopBar, { state, connection }),
    h(MovesBar, {
      scene: state.scene,
      preparing: state.preparing,
      moving: state.moving,
      isBusy,
      refusal,
      act,
    }),
    h(
      'main',
      { class: 'panels' },
      h(Left, { state }),
      h(TimelinePanel, { rows: state.rows }),
      h(Right, { state, isBusy, refusal, act }),
    ),
  ];
}

function Left({ state }: { readonly state: PageState }): ComponentChildren {
  const { groups, keys, coverage, slack } = state;
  if (!groups && !keys && !coverage) {
    return h(
      'div',
      { class: 'column' },
      h('p', { class: 'panel empty' }, 'The scene is not ready yet.'),
    );
  }
  return h(
    'div',
    { class: 'column' },
    coverage ? h(CoveragePanel, { accounts: coverage.accounts }) : null,
    groups ? h(GroupsPanel, { groups, names: slack?.names }) : null,
    keys ? h(KeysPanel, { keys: keys.keys, maxAgeDays: keys.maxAgeDays }) : null,
  );
}

function Right({
  state: { slack, inbox, scene },
  isBusy,
  refusal,
  act,
}: {
  readonly state: PageState;
  readonly isBusy: boolean;
  readonly refusal?: string;
  readonly act: (act: Act) => void;
}): ComponentChildren {
  return h(
    'div',
    { class: slack ? 'column split' : 'column' },
    slack
      ? h(SlackPanel, {
          slack,
          people: scene?.people ?? [],
          isBusy,
          refusal,
          act,
        })
      : null,
    h(InboxPanel, { messages: inbox }),
  );
}

const CONNECTION_TEXT: Readonly<Record<Connection, string>> = {
  connecting: 'connecting …',
  connected: 'connected',
  paused: 'paused: connected again once this page is seen',
  lost: 'not connected: has the sandbox ended?',
};

function TopBar({
  state: { scene, clockAheadMs },
  connection,
}: {
  readonly state: PageState;
  readonly connection: Connection;
}): ComponentChildren {
  return h(
    'header',
    { class: 'top' },
    h('h1', null, h('span', { class: 'brand' }, TITLE), ' ', scene?.title ?? ''),
    h('span', { class: 'clock' }, h(Clock, { aheadMs: clockAheadMs })),
    h('span', { class: `connection ${connection}`, role: 'status' }, CONNECTION_TEXT[connection]),
  );
}

function Clock({ aheadMs }: { readonly aheadMs: number }): ComponentChildren {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), CLOCK_MS);
    return () => clearInterval(timer);
  }, []);
  return `The sandbox's clock: ${timeText(now + aheadMs)}`;
}
