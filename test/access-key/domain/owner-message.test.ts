import type { KeyReport, ReportedKey } from '../../../src/access-key/domain/key-report';
import { keyReportText } from '../../../src/access-key/domain/key-report-text';
import type { StepReport } from '../../../src/access-key/domain/key-step';
import type { Owner } from '../../../src/access-key/domain/owner';
import { groupByOwner } from '../../../src/access-key/domain/owner-groups';
import {
  directMessageCounts,
  messageDelaySeconds,
  messagedOwners,
  newsOf,
  ownerMessageText,
} from '../../../src/access-key/domain/owner-message';
import { inTurn } from '../../../src/access-key/domain/owner-turns';
import { daysAgo, NOW } from '../in-memory/account-in-memory';

const ACCOUNT = '111111111111';

const known = (name: string): Owner => ({ kind: 'known', name, source: 'tag', tagKey: 'Owner' });

function keyOf(keyId: string, owner: Owner, step?: StepReport): ReportedKey {
  const userName = `user-of-${keyId}`;
  return {
    keyId,
    userName,
    owner,
    finding: {
      keyId,
      userName,
      status: 'Active',
      createdAt: daysAgo(100),
      ageInDays: 100,
      lastUse: { kind: 'used', at: daysAgo(3), service: 's3', region: 'eu-west-1' },
      classes: ['too-old'],
    },
    ...(step && { step: { keyId, userName, report: step } }),
  };
}

const messaged = (keys: ReportedKey[], at = NOW) =>
  messagedOwners(groupByOwner(keys.map((key) => ({ ...key, accountId: ACCOUNT }))), at);

const ownersOf = (count: number, step?: StepReport) =>
  Array.from({ length: count }, (_, index) =>
    keyOf(`AK${index}`, known(`owner-${index}@example.com`), step),
  );

const due = (kind: 'notice' | 'wait', days: number): StepReport => ({
  kind,
  step: 'deactivate',
  dueAt: daysAgo(-days),
  asksFirst: false,
});

function textFor(keys: ReportedKey[]) {
  const [owner] = messaged(keys).owners;
  return ownerMessageText(owner!, {
    sentry: 'App/Keys',
    maxKeyAge: () => 90,
    accountName: (id) => `payments (${id})`,
  });
}

describe('who gets a direct message', () => {
  test('is each owner whose name is an address, once, however it is written', () => {
    const { owners } = messaged([
      keyOf('AK1', known('olga@example.com')),
      keyOf('AK2', known('Olga@Example.com')),
      keyOf('AK3', known('ann@example.com')),
    ]);
    expect(owners.map(({ keys }) => keys.map(({ keyId }) => keyId))).toEqual(
      expect.arrayContaining([expect.arrayContaining(['AK1', 'AK2']), ['AK3']]),
    );
    expect(owners).toHaveLength(2);
  });

  test('is no team, no one who is only guessed at, and no one who could not be read', () => {
    const found = messaged([
      keyOf('AK1', known('payments')),
      keyOf('AK2', known('ask olga@example.com')),
      keyOf('AK3', { kind: 'unknown', reason: 'AccessDenied' }),
      keyOf('AK4', { kind: 'none' }),
    ]);
    expect(directMessageCounts(found)).toEqual({ owners: 0, withoutAddress: 2, pastLimit: 0 });
  });

  test('are a hundred at the most, the most urgent first: the report counts the rest', () => {
    const dueKey = keyOf('AKDUE', known('due@example.com'), due('wait', 1));
    const found = messaged([...ownersOf(120), dueKey]);
    expect(found.owners[0]?.email).toBe('due@example.com');
    expect(directMessageCounts(found)).toEqual({ owners: 100, withoutAddress: 0, pastLimit: 21 });
  });

  test.each<[string, number, number, StepReport | undefined]>([
    ['a day', 1, 12, undefined],
    ['six hours', 0.25, 15, undefined],
    ['a week', 7, 25, undefined],
    ['a day, with a step to come for each,', 1, 25, due('wait', 1)],
  ])(
    'past a hundred takes turns: with reports %s apart, each of 500 is told',
    (_, days, most, step) => {
      const keys = ownersOf(500, step);
      const told = Array.from({ length: most }, (__, run) => messaged(keys, daysAgo(-run * days)));
      const addresses = told.flatMap(({ owners }) => owners.map(({ email }) => email));
      expect(new Set(addresses).size).toBe(500);
      expect(told.every(({ owners }) => owners.length === 100)).toBe(true);
    },
  );

  test('is the same where the same report is tried again, in whatever order', () => {
    const keys = ownersOf(300);
    const later = [...keys].reverse();
    const addresses = (found: typeof keys) => messaged(found).owners.map(({ email }) => email);
    expect(addresses(later).sort()).toEqual(addresses(keys).sort());
  });

  test('is told in each report where a step comes soon, up to fifty, the soonest first', () => {
    const urgent = Array.from({ length: 60 }, (_, index) =>
      keyOf(`AKDUE${index}`, known(`due-${index}@example.com`), due('wait', 60 - index)),
    );
    const addresses = [0, 1, 2].map((run) =>
      messaged([...ownersOf(200), ...urgent], daysAgo(-run)).owners.map(({ email }) => email),
    );
    const soonest = Array.from({ length: 50 }, (_, index) => `due-${59 - index}@example.com`);
    expect(addresses.map((each) => each.slice(0, 50))).toEqual([soonest, soonest, soonest]);
  });
});

describe('the report says who hears by direct message', () => {
  const textWith = (directMessages: KeyReport['directMessages']) =>
    keyReportText(
      {
        survey: {
          ...{ at: NOW, userCount: 1, unknowns: [], tagUses: [] },
          ...{ findings: [], keys: [], seen: [], users: [] },
        },
        keys: [],
        maxKeyAge: 90,
        directMessages,
      },
      [],
      { number: 1, of: 1 },
      'App/Keys',
      ACCOUNT,
    );

  test.each([
    [{ owners: 1, withoutAddress: 0, pastLimit: 0 }, 'go to 1 owner.'],
    [
      { owners: 100, withoutAddress: 2, pastLimit: 21 },
      'go to 100 owners, and NOT to 2 owners whose name is no e-mail address and 21 owners past the 100 of one report.',
    ],
  ])('%j', (counts, text) => {
    expect(textWith(counts)).toContain(`Direct messages in Slack ${text}\n`);
  });

  test('and nothing where no one could', () => {
    expect(textWith({ owners: 0, withoutAddress: 0, pastLimit: 0 })).not.toContain('Slack');
    expect(textWith(undefined)).not.toContain('Slack');
  });
});

test.each([
  [0, 0],
  [19, 0],
  [20, 60],
  [99, 240],
])('the message of the owner at place %i waits %i seconds, twenty a minute', (place, seconds) => {
  expect(messageDelaySeconds(place)).toBe(seconds);
});

test('up to a hundred take no turns: their order stays', () => {
  const ring = Array.from({ length: 100 }, (_, index) => index);
  expect(inTurn(ring, 100, daysAgo(0.4))).toBe(ring);
  expect(inTurn([...ring, 100], 100, NOW)).toHaveLength(100);
});

test('whose turn it is does not depend on how urgent an owner is', () => {
  const owners = ownersOf(300);
  const sooner = owners.map((one, index) => (index < 150 ? one : { ...one, finding: undefined }));
  const addresses = (keys: ReportedKey[]) => messaged(keys).owners.map(({ email }) => email);
  expect(addresses(sooner).sort()).toEqual(addresses(owners).sort());
});

describe('what an owner is told', () => {
  test('names each rule by which they are the owner, and their use as it is known', () => {
    const byPath: Owner = { kind: 'known', name: 'olga@example.com', source: 'path' };
    const text = textFor([
      keyOf('AK1', known('olga@example.com')),
      { ...keyOf('AK2', byPath), step: undefined },
    ]);
    expect(text.opening).toBe(
      'A report lists 2 access keys: 2 too old. You are named as owner by the tag Owner and the path of the user, and so you hear of it.',
    );
    expect(text.points[0]?.lines[0]).toMatch(/last used 2026-05-29 \(s3, eu-west-1\)$/);
    expect(text.closing[0]).toMatch(/watch for some days that nothing fails/);
  });

  test('is news of a key without an id, and of one that only takes a step', () => {
    const { keyId: _, ...root } = keyOf('AK1', known('olga@example.com'));
    const { finding, ...stepping } = keyOf('AK1', known('olga@example.com'), due('wait', 7));
    const other = { ...root, finding: { ...finding!, createdAt: daysAgo(300) } };
    const newsFor = (key: ReportedKey) => newsOf({ keys: [{ ...key, accountId: ACCOUNT }] });
    expect(newsFor(root)).not.toBe(newsFor(other));
    expect(newsFor({ ...root, finding: undefined })).toContain('user-of-AK1');
    expect(newsFor(stepping)).toBe(JSON.stringify([`["${ACCOUNT}","AK1","to come deactivate"]`]));
  });

  test('are their keys, why, what comes next, and what to do', () => {
    expect(textFor([keyOf('AK1', known('olga@example.com'), due('notice', 7))])).toEqual({
      title: 'Your access keys',
      opening:
        'A report lists 1 access key: 1 too old. You are named as owner by the tag Owner, and so you hear of it.',
      points: [
        {
          label: 'AK1 of user-of-AK1 in account payments (111111111111)',
          lines: [
            'Active, 100 days old: created 2026-02-21, last used 2026-05-29 (s3, eu-west-1)',
            'Why: older than 90 days.',
            'NOTICE: it will be deactivated on 2026-06-09 or soon after, unless it is replaced before.',
          ],
        },
      ],
      omitted: 0,
      closing: [
        expect.stringMatching(/^To replace a key without an outage.*then delete it\.$/),
        expect.stringContaining('no one needs any more'),
        expect.stringContaining('Sent by the sentry App/Keys, which reads no answer.'),
      ],
    });
  });

  test.each(['failed', 'held'] as const)(
    'is no error of AWS where a step is %s: it names roles, and a tag chooses who reads it',
    (kind) => {
      const reason = 'arn:aws:sts::111111111111:assumed-role/KeySentry is not authorized';
      const key = keyOf('AK1', known('olga@example.com'), { kind, step: 'deactivate', reason });
      const finding = { ...key.finding!, lastUse: { kind: 'unknown' as const, reason } };
      const [{ lines } = { lines: [] }] = textFor([{ ...key, finding }]).points;
      expect(lines.join('\n')).not.toContain('arn:');
      expect(lines.join('\n')).toMatch(
        /last used unknown \(the report .* says why\)[^]*NOT (be )?deactivated: the report .* says why/,
      );
    },
  );

  test('are a hundred keys at the most, and how many there are besides', () => {
    const text = textFor(
      Array.from({ length: 130 }, (_, index) => keyOf(`AK${index}`, known('olga@example.com'))),
    );
    expect([text.points.length, text.omitted]).toEqual([100, 30]);
    expect(text.opening).toContain('130 access keys');
  });
});

describe('news for an owner', () => {
  const newsFor = (keys: ReportedKey[]) => newsOf(messaged(keys).owners[0]!);
  const olga = known('olga@example.com');
  const before = newsFor([keyOf('AK1', olga, due('notice', 7)), keyOf('AK2', olga)]);

  test('is neither another order, nor a day that has passed', () => {
    const later = keyOf('AK1', olga, due('wait', 7));
    const aged = { ...later, finding: { ...later.finding!, ageInDays: 101 } };
    expect(newsFor([keyOf('AK2', olga), aged])).toBe(before);
  });

  test('is not another reason for which the same step failed', () => {
    const failed = (reason: string) =>
      newsFor([keyOf('AK1', olga, { kind: 'failed', step: 'deactivate', reason })]);
    expect(failed('Rate exceeded')).toBe(failed('the connection was reset'));
  });

  test.each<[string, ReportedKey[]]>([
    ['one key more', [keyOf('AK1', olga, due('wait', 7)), keyOf('AK2', olga), keyOf('AK3', olga)]],
    ['one key less', [keyOf('AK1', olga, due('wait', 7))]],
    [
      'another step',
      [keyOf('AK1', olga, { kind: 'done', step: 'deactivate', at: NOW }), keyOf('AK2', olga)],
    ],
  ])('is %s', (_, keys) => {
    expect(newsFor(keys)).not.toBe(before);
  });
});
