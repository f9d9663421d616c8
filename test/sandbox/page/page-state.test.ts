import { FactLog } from '../../../sandbox/page/fact-log';
import type { Fact, Group, Happened } from '../../../sandbox/page/facts';
import {
  clockText,
  conversationsOf,
  nameOf,
  sinceText,
  stateAfter,
  stateOf,
  untilText,
} from '../../../sandbox/page/page-state';

const GROUP: Group = {
  id: 'sg-1',
  name: 'web',
  description: 'The web servers',
  isMonitored: true,
  rules: [],
};

describe('the timeline', () => {
  test('counts from the last call or click', () => {
    const { rows } = stateOf([
      happened('call', 1_000),
      happened('verdict', 1_040),
      happened('click', 5_000),
      happened('slack', 5_300),
    ]);
    expect(rows.map(({ sinceMs }) => sinceMs)).toEqual([0, 40, 0, 300]);
  });

  test('is in the order in which things happened, though some are told late', () => {
    const facts = [
      happened('clock', 1_000),
      happened('clock', 3_000),
      happened('message', 3_050),
      happened('slack', 2_900),
      happened('click', 3_020),
    ];
    expect(stateOf(facts).rows.map(({ what, sinceMs }) => [what, sinceMs])).toEqual([
      ['clock', 0],
      ['slack', 1_900],
      ['clock', 0],
      ['click', 0],
      ['message', 30],
    ]);
  });

  test('what happens at the same time is in the order in which it is told', () => {
    const { rows } = stateOf([happened('event', 5), happened('verdict', 5)]);
    expect(rows.map(({ what, number }) => [what, number])).toEqual([
      ['event', 1],
      ['verdict', 2],
    ]);
  });

  test('numbers its rows, and goes on counting where it forgets the oldest', () => {
    const { rows } = stateOf(Array.from({ length: 1_000 }, (_, at) => happened('event', at)));
    expect(rows.length).toBeLessThan(1_000);
    expect(rows.at(-1)?.number).toBe(1_000);
  });

  test('what came before the first call has no time since it', () => {
    expect(stateOf([happened('message', 7)]).rows[0]?.sinceMs).toBe(0);
  });
});

describe('groups', () => {
  const opened = withRules('tcp 22 from 0.0.0.0/0', 'tcp 443 from 0.0.0.0/0');
  const closed = withRules('tcp 443 from 0.0.0.0/0');

  test('a rule that is gone is still to be seen as gone', () => {
    expect(shown([opened, closed])).toEqual({
      rules: ['tcp 443 from 0.0.0.0/0'],
      gone: ['tcp 22 from 0.0.0.0/0'],
    });
  });

  test('a rule that is there again is not gone', () => {
    expect(shown([opened, closed, opened]).gone).toEqual([]);
  });

  test('what was gone is forgotten with the next call', () => {
    expect(shown([opened, closed, happened('call', 9)]).gone).toEqual([]);
    expect(shown([opened, closed, happened('event', 9)]).gone).toEqual(['tcp 22 from 0.0.0.0/0']);
  });
});

test('the inbox shows the newest first', () => {
  const delivered = (subject: string): Fact => ({ kind: 'delivered', at: 1, subject, text: '' });
  const { inbox } = stateOf([delivered('first'), delivered('second')]);
  expect(inbox.map(({ subject, number }) => [subject, number])).toEqual([
    ['second', 2],
    ['first', 1],
  ]);
});

test('what is no part of the scene is absent', () => {
  expect(stateOf([happened('call', 1)])).not.toHaveProperty('slack');
});

test('a move goes on until it is done', () => {
  const moving = stateOf([{ kind: 'moving', move: 'open-ssh' }]);
  expect(moving.moving).toBe('open-ssh');
  expect(moving.done).toBe(0);
  expect(stateAfter(moving, { kind: 'moving' })).toMatchObject({ moving: undefined, done: 1 });
});

test('a page that is opened late shows the same, and is told only once how Slack stands', () => {
  const slackNaming = (name: string): Fact => ({
    kind: 'slack',
    channels: [{ id: 'C1', name, isDirect: false, members: [] }],
    messages: [],
    modals: [],
    names: {},
  });
  const facts = [
    slackNaming('one'),
    happened('call', 1),
    slackNaming('two'),
    happened('event', 2),
    slackNaming('three'),
  ];
  const log = new FactLog();
  for (const fact of facts) log.add(fact);
  const told = log.from(0);
  expect(told.map(({ index }) => index)).toEqual([1, 3, 4]);
  expect(stateOf(told.map(({ fact }) => fact))).toEqual(stateOf(facts));
  expect(log.from(4).map(({ index }) => index)).toEqual([4]);
});

describe('in Slack, someone sees', () => {
  const message = (ts: string, more: object = {}) => ({
    channel: 'C1',
    ts,
    at: 1,
    text: ts,
    blocks: [],
    ...more,
  });
  const slack = {
    kind: 'slack' as const,
    channels: [{ id: 'C1', name: 'approvals', isDirect: false, members: [] }],
    messages: [
      message('1'),
      message('2', { onlyFor: 'U0MALLORY' }),
      message('3', { threadTs: '1' }),
      message('4', { channel: 'C2' }),
    ],
    modals: [],
    names: {},
  };
  const seenBy = (userId: string) =>
    conversationsOf(slack, 'C1', userId).map(({ first, replies }) => [
      first.ts,
      ...replies.map(({ ts }) => ts),
    ]);

  test('messages of the channel, with their replies below them', () => {
    expect(seenBy('U0ALICE')).toEqual([['1', '3']]);
  });

  test('what is for them alone', () => {
    expect(seenBy('U0MALLORY')).toEqual([['1', '3'], ['2']]);
  });
});

test.each([
  [0, '+0 ms'],
  [871, '+871 ms'],
  [2_440, '+2.4 s'],
  [120_000, '+2 min'],
])('%i milliseconds read %s', (milliseconds, text) => {
  expect(sinceText(milliseconds)).toBe(text);
});

test('a grant ends at a time, or never', () => {
  expect(untilText(undefined)).toBe('for good');
  expect(untilText(Date.parse('2026-11-30T09:12:30Z'))).toBe('until 2026-11-30 09:12 UTC');
});

test('times are in UTC, wherever the browser is', () => {
  expect(clockText(Date.UTC(2026, 10, 30, 9, 12, 3))).toBe('09:12:03');
});

test('the name of no one is the id, whatever the id is', () => {
  const names = { U1: 'alice' };
  expect(['U1', 'U2', 'constructor', '__proto__'].map((id) => nameOf(id, names))).toEqual([
    'alice',
    'U2',
    'constructor',
    '__proto__',
  ]);
});

function happened(what: Happened['what'], at: number): Happened {
  return { kind: 'happened', what, at, text: what };
}

function withRules(...texts: string[]): Fact {
  const rules = texts.map((text) => ({
    id: text,
    text,
    description: '',
    acceptance: { kind: 'not-accepted' as const },
  }));
  return { kind: 'groups', groups: [{ ...GROUP, rules }] };
}

function shown(facts: readonly Fact[]) {
  const [group] = stateOf(facts).groups ?? [];
  return {
    rules: group?.rules.map(({ text }) => text),
    gone: group?.gone.map(({ text }) => text),
  };
}
