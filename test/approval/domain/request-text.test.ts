import type {
  ApprovalRequest,
  CarryingOutcome,
  Decision,
  Phase,
  Step,
} from '../../../src/approval/domain/approval-request';
import {
  carryingText,
  changeLines,
  countText,
  decisionDetail,
  durationText,
  shownText,
  stepDetail,
  timeText,
} from '../../../src/approval/domain/request-text';

const AT = new Date('2026-01-02T00:00:00Z');
const SHOWN = { mayBeTimed: true };

test('an end while a click waits says that it is as if it were denied', () => {
  expect(decisionDetail({ kind: 'expired', at: AT, by: [], isClickWaiting: true }, SHOWN)).toBe(
    ' 2026-01-02 00:00 UTC: a click that came in time could not be judged yet. It is as if it were denied, unless the click counts within 24 hours.',
  );
  expect(decisionDetail({ kind: 'expired', at: AT, by: [] }, SHOWN)).toBe(
    ' 2026-01-02 00:00 UTC: no one has decided.',
  );
});

test('an end with a route that is lost says that no one could decide', () => {
  expect(decisionDetail({ kind: 'expired', at: AT, by: [], isRouteLost: true }, SHOWN)).toBe(
    ' 2026-01-02 00:00 UTC: no one could decide, as its route was changed since. It is as if it were denied.',
  );
});

test('a late decision says that the click came before the end', () => {
  expect(decisionDetail({ kind: 'denied', at: AT, by: ['U1'], isLate: true }, SHOWN)).toBe(
    ', 2026-01-02 00:00 UTC, by a click from before the end.',
  );
  expect(decisionDetail({ kind: 'approved', at: AT, by: ['U1'], isLate: true }, SHOWN)).toBe(
    ', 2026-01-02 00:00 UTC, by a click from before the end, for good.',
  );
});

test('a try counts since what it carries out was decided, as far as that is known', () => {
  const words = (earlierAttempts?: number) =>
    carryingText({ phase: 'decision', attempt: 3, ...(earlierAttempts && { earlierAttempts }) })
      .words;
  expect(words(2)).toBe('Being carried out.');
  expect(words(1)).toBe('Being carried out, try 2.');
  expect(words()).toBe('Being carried out, try 3.');
});

test.each([
  [1, '1 s'],
  [59, '59 s'],
  [60, '1 min'],
  [90, '90 s'],
  [5_400, '90 min'],
  [3_600, '1 h'],
  [86_400, '24 h'],
  [172_800, '2 d'],
  [176_400, '49 h'],
])('%i seconds read as %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

test('a time is told to the minute, in UTC, and one thing is not several', () => {
  expect(timeText(new Date('2026-11-21T06:30:59Z'))).toBe('2026-11-21 06:30 UTC');
  expect([countText(0, 'vote'), countText(1, 'vote'), countText(2, 'vote')]).toEqual([
    '0 votes',
    '1 vote',
    '2 votes',
  ]);
});

test('a text is shown whole, and never empty or broken', () => {
  expect(shownText('x'.repeat(5_000))).toHaveLength(5_000);
  expect(shownText(' \n')).toBe('(empty)');
  expect(shownText('a\ud83d')).toBe('a\ufffd');
});

describe('a decision', () => {
  test.each<[Partial<Decision>, boolean, string]>([
    [{ kind: 'approved' }, true, ', 2026-01-02 00:00 UTC, for good.'],
    [{ kind: 'approved' }, false, ', 2026-01-02 00:00 UTC.'],
    [
      { kind: 'approved', until: new Date('2026-01-02T08:00:00Z') },
      true,
      ', 2026-01-02 00:00 UTC, until 2026-01-02 08:00 UTC.',
    ],
    [{ kind: 'denied' }, true, ', 2026-01-02 00:00 UTC.'],
    [
      { kind: 'denied', isReasonUnasked: true },
      true,
      ', 2026-01-02 00:00 UTC. Slack opened no modal in which to give a reason.',
    ],
    [
      { kind: 'not-asked', reason: 'denied-before' },
      true,
      ' 2026-01-02 00:00 UTC: the same was denied a short while before.',
    ],
    [
      { kind: 'not-asked', reason: 'too-many' },
      true,
      ' 2026-01-02 00:00 UTC: there were too many requests.',
    ],
    [
      { kind: 'not-asked', reason: 'asked-already' },
      true,
      ' 2026-01-02 00:00 UTC: the same is asked already.',
    ],
    [
      { kind: 'not-asked', reason: 'unreadable' },
      true,
      ' 2026-01-02 00:00 UTC: the question could not be read.',
    ],
  ])('%j, where it may be timed: %j', (decision, mayBeTimed, text) => {
    expect(decisionDetail({ at: AT, by: [], ...decision } as Decision, { mayBeTimed })).toBe(text);
  });
});

test('a decision to ask no one without a reason, of a version before, says that there were too many', () => {
  expect(decisionDetail({ kind: 'not-asked', at: AT, by: [] }, SHOWN)).toBe(
    ' 2026-01-02 00:00 UTC: there were too many requests.',
  );
});

describe('how far a decision is carried out', () => {
  test.each<[Phase, CarryingOutcome['kind'] | undefined, string]>([
    ['decision', undefined, 'Being carried out.'],
    ['decision', 'carried-out', 'Carried out, 2026-01-02 00:00 UTC: '],
    [
      'decision',
      'conflicting',
      'Not carried out, 2026-01-02 00:00 UTC, since things have changed meanwhile: ',
    ],
    ['decision', 'failed', 'Failed, 2026-01-02 00:00 UTC: '],
    ['end', undefined, 'The time of the approval is over: being ended.'],
    ['end', 'carried-out', 'Ended, 2026-01-02 00:00 UTC: '],
    [
      'end',
      'conflicting',
      'Not ended, 2026-01-02 00:00 UTC, since things have changed meanwhile: ',
    ],
    ['end', 'failed', 'Ending it has failed, 2026-01-02 00:00 UTC: '],
  ])('in its phase "%s", with the outcome %s', (phase, kind, words) => {
    const outcome = kind && { kind, text: 'as the asker says', at: AT };
    expect(carryingText({ phase, attempt: 1, ...(outcome && { outcome }) })).toEqual({
      words,
      ...(outcome && { detail: 'as the asker says' }),
    });
  });

  test.each<[Step, Phase, CarryingOutcome['kind'] | undefined, string | undefined]>([
    ['carried-out', 'decision', 'carried-out', 'done'],
    ['failed', 'decision', 'failed', 'done'],
    ['failed', 'end', 'failed', 'done'],
    ['ended', 'end', 'carried-out', 'done'],
    ['carried-out', 'end', 'carried-out', undefined],
    ['ended', 'decision', 'carried-out', undefined],
    ['asked', 'decision', 'carried-out', undefined],
    ['carried-out', 'decision', undefined, undefined],
  ])('the step "%s", in the phase "%s", with the outcome %s: %s', (step, phase, kind, detail) => {
    const outcome = kind && { kind, text: 'done', at: AT };
    const carrying = { phase, attempt: 1, ...(outcome && { outcome }) };
    expect(stepDetail({ carrying } as ApprovalRequest, step)).toBe(detail);
    expect(stepDetail({} as ApprovalRequest, step)).toBeUndefined();
  });
});

describe('changes', () => {
  test('stand beside each other where they are short', () => {
    expect(
      changeLines([{ before: 'tcp 443', after: 'tcp 22 from 0.0.0.0/0', remarks: [] }]),
    ).toEqual(['before      after', 'tcp 443  \u2192  tcp 22 from 0.0.0.0/0']);
  });

  test('have numbers where they are several, and a dash where there is nothing', () => {
    expect(
      changeLines([
        { after: 'tcp 22', remarks: [] },
        { before: 'udp 53', remarks: [] },
      ]),
    ).toEqual([
      '   before     after',
      '1  \u2013       \u2192  tcp 22',
      '2  udp 53  \u2192  \u2013',
    ]);
  });

  test('stand one below the other where they are too long, and no line is', () => {
    const fits = 'x'.repeat(61);
    expect(changeLines([{ before: 'a', after: fits, remarks: [] }])).toHaveLength(2);
    expect(changeLines([{ before: 'a', after: `${fits}y`, remarks: [] }])).toEqual([
      'before  a',
      `after   ${'x'.repeat(56)}`,
      '        xxxxxy',
    ]);
    expect(
      changeLines([
        { before: 'a b', after: `${'x'.repeat(50)} ${'y'.repeat(50)}`, remarks: [] },
        { after: 'c', remarks: [] },
      ]),
    ).toEqual([
      '1  before  a b',
      `   after   ${'x'.repeat(50)} `,
      `           ${'y'.repeat(50)}`,
      '2  before  \u2013',
      '   after   c',
    ]);
  });

  test.each([
    ['wide letters', '\u6f22'],
    ['letters of another width', '\u00e9'],
  ])('stand one below the other with %s', (_, letter) => {
    expect(changeLines([{ before: 'a', after: letter, remarks: [] }])).toEqual([
      'before  a',
      `after   ${letter}`,
    ]);
  });

  test('with wide letters have half as many in a line', () => {
    expect(changeLines([{ after: '\u6f22'.repeat(29), remarks: [] }])).toEqual([
      'before  \u2013',
      `after   ${'\u6f22'.repeat(28)}`,
      '        \u6f22',
    ]);
  });

  test('have their columns in line, also with ten of them', () => {
    const changes = Array.from({ length: 10 }, () => ({ after: 'tcp 22', remarks: [] }));
    const lines = changeLines(changes);
    expect(lines[0]).toBe('    before     after');
    expect(lines[1]).toBe('1   \u2013       \u2192  tcp 22');
    expect(lines[10]).toBe('10  \u2013       \u2192  tcp 22');
    const [first] = changeLines([{ after: '\u00e9', remarks: [] }, ...changes]);
    expect(first).toBe('1   before  \u2013');
  });

  test('stand beside each other up to 72 letters, with their numbers', () => {
    const change = { before: 'a', after: 'x'.repeat(58), remarks: [] };
    expect(changeLines([change, change])).toHaveLength(3);
    const longer = { ...change, after: `${change.after}x` };
    expect(changeLines([longer, change])).toHaveLength(6);
  });

  test.each([
    ['two spaces', 'a  b'],
    ['something that is no letter', 'a\u0301b'],
  ])('stand one below the other with %s', (_, cell) => {
    const lines = changeLines([{ before: cell, after: 'c', remarks: [] }]);
    expect(lines.map((line) => line.slice(0, 8))).toContain('before  ');
    expect(lines).toHaveLength(2);
  });

  test('that are empty say so', () => {
    expect(changeLines([{ before: '', after: 'c', remarks: [] }])).toEqual([
      'before      after',
      '(empty)  \u2192  c',
    ]);
  });

  test('are cut where they have no space, and at a space where they have one', () => {
    const words = `${'x'.repeat(30)} ${'y'.repeat(30)} ${'z'.repeat(60)}`;
    expect(changeLines([{ after: words, remarks: [] }])).toEqual([
      'before  \u2013',
      `after   ${'x'.repeat(30)} `,
      `        ${'y'.repeat(30)} `,
      `        ${'z'.repeat(56)}`,
      '        zzzz',
    ]);
  });
});
