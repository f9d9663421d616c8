import fc from 'fast-check';
import { accessKeyFinding } from '../../../src/access-key/adapters/finding-events';
import {
  keyNotification,
  MAX_CHARACTERS_OF_OTHERS,
} from '../../../src/access-key/adapters/key-notification';
import type { LastUse } from '../../../src/access-key/domain/access-key';
import {
  DEACTIVATION_REASONS,
  type StandingReason,
} from '../../../src/access-key/domain/deactivation-reasons';
import { type GoneKey, keyReport } from '../../../src/access-key/domain/key-report';
import type { FindingClass } from '../../../src/access-key/domain/key-rules';
import type { KeyStep, StepReport } from '../../../src/access-key/domain/key-step';
import { LONGEST_OWNER, type Owner } from '../../../src/access-key/domain/owner';
import { reportByOwner } from '../../../src/access-key/domain/owner-groups';
import { KEYS_PER_MESSAGE } from '../../../src/access-key/domain/run-key-sentry';
import type { Finding, Survey } from '../../../src/access-key/domain/survey';
import { keySchemaErrors } from '../../support/schemas/access-key-schemas';
import { daysAgo, NOW } from '../in-memory/account-in-memory';
import { surveyOf } from '../samples/surveys';

const TELLER = { sentry: 'App/KeySentry', account: '111111111111' };
const WHOLE = { number: 1, of: 1 };

function finding(
  keyId: string | undefined,
  userName: string,
  ageInDays: number,
  classes: FindingClass[] = ['too-old'],
  lastUse: LastUse = { kind: 'never' },
): Finding {
  return {
    keyId,
    userName,
    status: 'Active',
    createdAt: daysAgo(ageInDays),
    ageInDays,
    lastUse,
    classes,
  };
}

function survey(findings: Finding[], values: Partial<Survey> = {}): Survey {
  return surveyOf(findings, { userCount: 7, ...values });
}

function messageOf(
  findings: Finding[],
  steps: KeyStep[] = [],
  values: Partial<Survey> = {},
  characters = MAX_CHARACTERS_OF_OTHERS,
  gone?: readonly GoneKey[],
) {
  const changes = gone && { lastAt: NOW, gone };
  const listed = { ...keyReport(survey(findings, values), steps, 90), changes };
  const report = findings.some(({ owner }) => owner) ? reportByOwner(listed) : listed;
  const { json, ...rest } = keyNotification(report, report.keys, WHOLE, TELLER, characters);
  expect(keySchemaErrors('report', json)).toEqual([]);
  return { ...rest, json, message: JSON.parse(json) };
}

test('the fields of the classic script are there, word for word', () => {
  const { message } = messageOf([
    finding('AKIA-1', 'ann', 200),
    finding('AKIA-2', 'ann', 91),
    finding('AKIA-3', 'bob', 80, ['soon-too-old']),
  ]);
  expect(message).toMatchObject({
    Users: [
      { UserName: 'ann', KeyAgeInDays: 200 },
      { UserName: 'ann', KeyAgeInDays: 91 },
    ],
    Description: 'Access keys that are older than 90 days',
    KeyAgeCutOff: 90,
    OldKeyCount: 'Found 2 Keys that are older than 90 days',
  });
});

test('each part has its own keys and users, and the counts of the whole', () => {
  const report = keyReport(
    survey([finding('AKIA-1', 'ann', 200), finding('AKIA-2', 'bob', 100)]),
    [],
    90,
  );
  const { json, subject } = keyNotification(
    report,
    report.keys.slice(1),
    { number: 2, of: 2 },
    TELLER,
    100,
  );
  expect(keySchemaErrors('report', json)).toEqual([]);
  expect(JSON.parse(json)).toMatchObject({
    part: 2,
    parts: 2,
    Users: [{ UserName: 'bob' }],
    OldKeyCount: 'Found 2 Keys that are older than 90 days',
    counts: { 'too-old': 2 },
    keys: [{ keyId: 'AKIA-2' }],
  });
  expect(subject).toBe('[MEDIUM] 2 access keys: 2 too old (2 of 2)');
});

test('the root user has no key id, and is marked', () => {
  const { message, text } = messageOf([finding(undefined, '<root_account>', 400)]);
  expect(message.keys).toMatchObject([{ userName: '<root_account>', root: true }]);
  expect(message.keys[0]).not.toHaveProperty('keyId');
  expect(text).toContain('ROOT USER');
});

test('a step that was done comes with the command that undoes it, if it can be undone', () => {
  const done = (keyId: string, kind: 'deactivate' | 'delete'): KeyStep => ({
    keyId,
    userName: 'ann',
    report: { kind: 'done', step: kind, at: NOW },
  });
  const { message, text } = messageOf([], [done('AKIA-1', 'deactivate'), done('AKIA-2', 'delete')]);
  const undo = "aws iam update-access-key --user-name 'ann' --access-key-id AKIA-1 --status Active";
  expect(message.keys.map((one: { step: object }) => one.step)).toEqual([
    { kind: 'done', step: 'deactivate', at: NOW.toISOString(), undo },
    { kind: 'done', step: 'delete', at: NOW.toISOString() },
  ]);
  expect(text).toContain(undo);
});

test.each([
  [1, 'It was deactivated on 2026-06-01, after 1 reactivation.'],
  [3, 'It was deactivated on 2026-06-01, after 3 reactivations.'],
])('a key that was activated again %i times says so', (reactivations, words) => {
  const report: StepReport = { kind: 'done', step: 'deactivate', at: NOW, reactivations };
  const { message, text } = messageOf([], [{ keyId: 'AKIA-1', userName: 'ann', report }]);
  expect(message.keys[0].step).toMatchObject({ reactivations });
  expect(text).toContain(words);
});

test('that people are asked is told with the request by which the workflow knows it', () => {
  const { message, text, severity } = messageOf(
    [],
    [
      {
        keyId: 'AKIA-1',
        userName: 'ann',
        report: { kind: 'asked', step: 'deactivate', at: NOW, requestId: 'AKIA-1-17' },
      },
    ],
  );
  expect(message.keys[0].step).toEqual({
    kind: 'asked',
    step: 'deactivate',
    at: NOW.toISOString(),
    requestId: 'AKIA-1-17',
  });
  expect(text).toContain(
    'People are asked since 2026-06-01 whether it may be deactivated: request AKIA-1-17.',
  );
  expect(severity).toBe('low');
});

const DUE = { step: 'deactivate', dueAt: NOW, asksFirst: false } as const;

test.each<[StepReport, string]>([
  [
    { kind: 'notice', ...DUE, reasons: [{ kind: 'too-old', days: 101 }] },
    'NOTICE: it will be deactivated on 2026-06-02 or soon after because it is 101 days old, unless it is replaced before.',
  ],
  [
    { kind: 'wait', ...DUE, reasons: [{ kind: 'unused', days: 52, noticeAt: NOW }] },
    'It will be deactivated on 2026-06-02 or soon after because it was not used for 52 days.',
  ],
  [
    { kind: 'notice', ...DUE, reasons: [{ kind: 'never-used', days: 1 }] },
    'soon after because no use of it is known in its 1 day, unless it is used before.',
  ],
  [
    {
      kind: 'asked',
      step: 'deactivate',
      at: NOW,
      requestId: 'r1',
      reasons: [{ kind: 'unused', days: 52, noticeAt: NOW }],
    },
    'whether it may be deactivated because it was not used for 52 days: request r1.',
  ],
  [
    {
      kind: 'done',
      step: 'deactivate',
      at: NOW,
      requestId: 'r1',
      reactivations: 1,
      reasons: [
        { kind: 'too-old', days: 101, noticeAt: NOW },
        { kind: 'unused', days: 52, noticeAt: NOW },
      ],
    },
    'It was deactivated on 2026-06-01 because it is 101 days old and it was not used for 52 days, after 1 reactivation, as people approved: request r1.',
  ],
  [
    {
      kind: 'held',
      step: 'deactivate',
      reason: 'the run is incomplete',
      reasons: [{ kind: 'unused', days: 52, noticeAt: NOW }],
    },
    'It was NOT deactivated: the run is incomplete.',
  ],
])('why a key is deactivated is told, with when that was announced: %j', (report, words) => {
  const { message, text } = messageOf([], [{ keyId: 'AKIA-1', userName: 'ann', report }]);
  const reasons = 'reasons' in report ? report.reasons : undefined;
  expect(message.keys[0].step.reasons).toEqual(JSON.parse(JSON.stringify(reasons)));
  expect(keySchemaErrors('report', JSON.stringify(message))).toEqual([]);
  expect(text).toContain(words);
});

test('no reason is told where none is known', () => {
  const report: StepReport = {
    kind: 'held',
    step: 'deactivate',
    reason: 'its last use is unknown: Throttling',
    reasons: [],
  };
  const { message } = messageOf([], [{ keyId: 'AKIA-1', userName: 'ann', report }]);
  expect(message.keys[0].step).not.toHaveProperty('reasons');
});

test.each(['notice', 'wait', 'would'] as const)(
  'that people will be asked is told with the day (%s)',
  (kind) => {
    const steps = [true, false].map((asksFirst): KeyStep => ({
      keyId: `AKIA-${asksFirst}`,
      userName: 'ann',
      report: { kind, step: 'deactivate', dueAt: NOW, asksFirst },
    }));
    const { message, text } = messageOf([], steps);
    const told = { kind, step: 'deactivate', dueAt: NOW.toISOString() };
    expect(message.keys.map((one: { step: object }) => one.step)).toEqual([
      { ...told, asksFirst: true },
      told,
    ]);
    expect(text).toMatch(
      /[Pp]eople will be asked on 2026-06-02 or soon after whether it may be deactivated[.,]/,
    );
    expect(text).toMatch(/[Ii]t will be deactivated on 2026-06-02 or soon after/);
  },
);

test('a run that is incomplete says so, and what it could not look up is cut and counted', () => {
  const reason = `Throttling\n\u202e${'x'.repeat(1_000)}`;
  const unknowns = Array.from({ length: 60 }, (_, index) => ({
    what: `access keys of user-${index}`,
    reason,
  }));
  const { message, text, subject, severity } = messageOf([], [], { unknowns });
  expect(message).toMatchObject({ complete: false, unknownOmitted: 10 });
  expect(message.unknown).toHaveLength(50);
  expect(message.unknown[0].reason).toMatch(/^Throttling x+…$/);
  expect([severity, subject]).toEqual(['high', '[HIGH] No access key to list - INCOMPLETE']);
  expect(text).toContain('INCOMPLETE: 60 look-ups failed');
});

const lastUses = fc.oneof(
  fc.record({
    kind: fc.constant('used' as const),
    at: fc.constant(daysAgo(3)),
    service: fc.string(),
    region: fc.string(),
  }),
  fc.constant<LastUse>({ kind: 'never' }),
  fc.record({ kind: fc.constant('unknown' as const), reason: fc.string() }),
);
const kinds = fc.constantFrom('deactivate' as const, 'delete' as const);
const someReasons = fc.option(
  fc.array(
    fc.record({
      kind: fc.constantFrom(...DEACTIVATION_REASONS),
      days: fc.nat(),
      noticeAt: fc.option(fc.constant(NOW), { nil: undefined }),
    }),
  ),
  { nil: undefined },
);
const stepReports: fc.Arbitrary<StepReport> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('notice' as const, 'wait' as const),
    step: kinds,
    reasons: someReasons,
    dueAt: fc.constant(NOW),
    asksFirst: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('would' as const),
    step: kinds,
    reasons: someReasons,
    dueAt: fc.constant(NOW),
    asksFirst: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant('asked' as const),
    step: kinds,
    reasons: someReasons,
    at: fc.constant(NOW),
    requestId: fc.string(),
  }),
  fc.record({
    kind: fc.constant('done' as const),
    step: kinds,
    reasons: someReasons,
    at: fc.constant(NOW),
  }),
  fc.record({
    kind: fc.constantFrom('held' as const, 'failed' as const),
    step: kinds,
    reasons: someReasons,
    reason: fc.string(),
  }),
);
const classes = fc.subarray<FindingClass>(['too-old', 'soon-too-old', 'unused', 'never-used'], {
  minLength: 1,
});
const step = fc.option(stepReports, { nil: undefined });
const owners = fc.option<Owner>(
  fc.oneof(
    fc.record({
      kind: fc.constant('known' as const),
      name: fc.string({ minLength: 1 }),
      source: fc.constantFrom('path' as const, 'user-name' as const),
    }),
    fc.record({ kind: fc.constant('unknown' as const), reason: fc.string() }),
    fc.constant({ kind: 'none' as const }),
  ),
  { nil: undefined },
);
const randomKeys = fc.array(
  fc.record({
    userName: fc.string(),
    age: fc.nat(5_000),
    classes,
    lastUse: lastUses,
    listed: fc.boolean(),
    step,
    owner: owners,
  }),
  { maxLength: 6 },
);
const randomTagUses = fc.array(
  fc.record({ userName: fc.string(), tagKey: fc.string(), value: fc.string() }),
);

test('every message and every event is as its schema says', () => {
  fc.assert(
    fc.property(randomKeys, randomTagUses, (keys, tagUses) => {
      const findings = keys.flatMap((one, index) =>
        one.listed
          ? [
              {
                ...finding(`AKIA-${index}`, one.userName, one.age, one.classes, one.lastUse),
                ...(one.owner && { owner: one.owner }),
              },
            ]
          : [],
      );
      const steps = keys.flatMap(({ userName, step: report }, index): KeyStep[] =>
        report ? [{ keyId: `AKIA-${index}`, userName, report }] : [],
      );
      const { subject } = messageOf(findings, steps, { tagUses });
      expect(subject).toMatch(/^[\x20-\x7e]{1,100}$/);
      const events = findings.map((one) =>
        JSON.stringify(
          accessKeyFinding(
            one,
            'App/KeySentry',
            '111111111111',
            steps.find(({ keyId }) => keyId === one.keyId),
          ),
        ),
      );
      for (const event of events) expect(keySchemaErrors('finding', event)).toEqual([]);
    }),
  );
});

test('a finding names its owner, and where it comes from', () => {
  const owner: Owner = { kind: 'known', name: 'payments', source: 'tag', tagKey: 'Owner' };
  const owned = { ...finding('AKIA-1', 'ann', 200), owner };
  const event = accessKeyFinding(owned, 'App/KeySentry', '111111111111');
  expect(event.owner).toEqual(owner);
  expect(keySchemaErrors('finding', JSON.stringify(event))).toEqual([]);
  const { message } = messageOf([owned, finding('AKIA-2', 'bob', 100)]);
  expect(message.keys[0]).toMatchObject({ keyId: 'AKIA-1', owner });
});

test('a user whose keys a tag hides is named, however many tags there are that hide none', () => {
  const idle = Array.from({ length: 150 }, (_, index) => ({
    userName: `user-${index}`,
    tagKey: 'keep',
    value: 'x',
    ignoredBecause: 'its value is no date of the form YYYY-MM-DD',
  }));
  const hiding = { userName: 'zoe', tagKey: 'keep', value: '2026-06-20' };
  const { message, text } = messageOf([finding('AKIA-1', 'ann', 200)], [], {
    tagUses: [...idle, hiding],
  });
  expect(message.tagUses[0]).toEqual(hiding);
  expect(text).toContain('- zoe, keep = 2026-06-20: excluded until then');
});

test('the schemas would notice a field that is gone', () => {
  const { OldKeyCount: _gone, ...rest } = messageOf([finding('AKIA-1', 'ann', 200)]).message;
  expect(keySchemaErrors('report', JSON.stringify(rest))).not.toEqual([]);
  const { lastUsed: _too, ...event } = accessKeyFinding(
    finding('AKIA-1', 'ann', 200),
    'App/KeySentry',
    '111111111111',
  );
  expect(keySchemaErrors('finding', JSON.stringify(event))).not.toEqual([]);
});

describe.each([
  ['no owners', false],
  ['each another owner', true],
])(
  'as many keys with the longest names as one message holds, and %s, fit into it:',
  (_owners, isOwned) => {
    const indexes = Array.from({ length: KEYS_PER_MESSAGE }, (_each, index) => index);
    const name = (index: number) => `${index}-`.padEnd(64, 'n');

    /** The longest names that are of use, each another. */
    const owner = (index: number): Owner => ({
      kind: 'known',
      name: `${index}-`.padEnd(LONGEST_OWNER, '\u20ac'),
      source: 'tag',
      tagKey: 'Owner',
    });

    function bytesOf(
      text: string,
      characters: number,
      lastUse: LastUse,
      report: StepReport,
    ): number {
      const findings = indexes
        .map((index) =>
          finding(
            `AKIA${index}`.padEnd(20, '0'),
            name(index),
            4_000,
            ['too-old', 'never-used'],
            lastUse,
          ),
        )
        .map((one, index) => ({ ...one, ...(isOwned && { owner: owner(index) }) }));
      const steps = findings.map(({ keyId = '', userName }): KeyStep => ({
        keyId,
        userName,
        report,
      }));
      const ignoredBecause = 'its value is no date of the form YYYY-MM-DD';
      const tagUses = indexes.map((index) => ({
        userName: name(index),
        tagKey: text,
        value: text,
        // A tag that counts has a reason at most, one that does not has why.
        ...(index % 2 === 0 ? { reason: text } : { ignoredBecause }),
      }));
      const { json, text: email } = messageOf(
        findings,
        steps,
        { tagUses, unknowns: indexes.map(() => ({ what: text, reason: text })) },
        characters,
        indexes.map((index) => ({
          accountId: '111111111111',
          keyId: `AKIB${index}`.padEnd(20, '0'),
          userName: name(index),
          why: text,
        })),
      );
      return Buffer.byteLength(
        JSON.stringify({ default: json, email, sms: email.split('\n', 1)[0] }),
      );
    }

    const MOST_REASONS: readonly StandingReason[] = [
      { kind: 'too-old', days: 4_000, noticeAt: NOW },
      { kind: 'unused', days: 4_000, noticeAt: NOW },
    ];

    const cases: [string, (text: string) => [LastUse, StepReport]][] = [
      [
        'nothing known',
        (text) => [
          { kind: 'unknown', reason: text },
          { kind: 'held', step: 'deactivate', reason: text, reasons: MOST_REASONS },
        ],
      ],
      [
        'all failing',
        (text) => [
          { kind: 'used', at: NOW, service: text, region: text },
          { kind: 'failed', step: 'deactivate', reason: text, reasons: MOST_REASONS },
        ],
      ],
      [
        'all deactivated',
        (text) => [
          { kind: 'used', at: NOW, service: text, region: text },
          {
            kind: 'done',
            step: 'deactivate',
            at: NOW,
            reactivations: 1_000,
            reasons: MOST_REASONS,
          },
        ],
      ],
    ];

    const MOST_BYTES = 240 * 1024;

    test.each(cases)('%s, with a quarter of a line of each text', (_, told) => {
      const long = 'y'.repeat(1_000);
      expect(bytesOf(long, 25, ...told(long))).toBeLessThan(MOST_BYTES);
    });

    test.each(cases)(
      '%s, with at least the dates in tags, when the texts are such as take the most bytes',
      (_, told) => {
        const long = '\u20ac"'.repeat(1_000);
        expect(bytesOf(long, '2026-01-01'.length, ...told(long))).toBeLessThan(MOST_BYTES);
      },
    );
  },
);
