import { type Act, Fact } from '../../../sandbox/page/facts';
import { SandboxPage } from '../../../sandbox/page/sandbox-page';

const MOVE: Extract<Act, { kind: 'move' }> = { kind: 'move', id: 'open-ssh' };
const CANCEL: Act = { kind: 'cancel', modalId: 'V1' };

let page: SandboxPage;
let timesDone: number;

beforeEach(async () => {
  page = await SandboxPage.open();
  timesDone = 0;
});

afterEach(async () => page.close());

test.each([MOVE, CANCEL])('before there is a scene, no $kind is done', async (act) => {
  expect(await ask(act)).toEqual({ status: 409, reason: 'The scene is not ready yet.' });
});

describe('while a scene plays by itself', () => {
  beforeEach(show);

  test('the page has none of its moves', async () => {
    expect(await shownMoves(1)).toEqual([[]]);
  });

  test('a move is not done, though someone knows its name', async () => {
    expect(await ask(MOVE)).toEqual({ status: 409, reason: 'The scene has no such move now.' });
    expect(timesDone).toBe(0);
  });
});

describe('once moves are allowed', () => {
  beforeEach(() => {
    show();
    page.allowMoves();
  });

  test('the page has them', async () => {
    expect(await shownMoves(2)).toEqual([[], [MOVE.id]]);
  });

  test('they are done', async () => {
    expect(await ask(MOVE)).toEqual({ status: 202, reason: '' });
    expect(timesDone).toBe(1);
  });

  test('others are not', async () => {
    const other: Act = { kind: 'move', id: 'other' };
    expect(await ask(other)).toEqual({ status: 409, reason: 'The scene has no such move now.' });
    expect(await ask(CANCEL)).toEqual({ status: 409, reason: 'The scene has no Slack.' });
  });
});

function show(): void {
  const move = {
    id: MOVE.id,
    label: 'Open SSH',
    hint: 'SSH is opened.',
    do: async () => {
      timesDone += 1;
    },
  };
  page.show({ title: 'A scene', about: 'It plays.', moves: [move], looks: [] });
}

async function ask(act: Act): Promise<{ readonly status: number; readonly reason: string }> {
  const answer = await fetch(`${page.url}acts`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Origin: new URL(page.url).origin },
    body: JSON.stringify(act),
  });
  return { status: answer.status, reason: await answer.text() };
}

/** The ids of the moves in each of the first facts, which are of the scene. */
async function shownMoves(facts: number): Promise<string[][]> {
  const end = new AbortController();
  const answer = await fetch(`${page.url}facts`, { signal: end.signal });
  let heard = '';
  for await (const bytes of answer.body ?? []) {
    heard += Buffer.from(bytes).toString('utf8');
    if (heard.split('\n\n').length > facts) break;
  }
  end.abort();
  return movesIn(heard);
}

function movesIn(heard: string): string[][] {
  return heard
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => Fact.parse(JSON.parse(line.slice('data: '.length))))
    .flatMap((fact) => (fact.kind === 'scene' ? [fact.moves.map(({ id }) => id)] : []));
}
