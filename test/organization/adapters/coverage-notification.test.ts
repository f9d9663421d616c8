import { coverageNotification } from '../../../src/organization/adapters/coverage-notification';
import type { StandingGap } from '../../../src/organization/domain/gaps/coverage-news';
import { GAP_CAUSES } from '../../../src/organization/domain/gaps/find-gaps';
import type { LaggingSource } from '../../../src/organization/domain/gaps/lagging-sources';
import type { CoverageReport } from '../../../src/organization/domain/gaps/watch-coverage';
import { LEFT_CAUSES } from '../../../src/organization/domain/gaps/watched-places';
import { SOURCE_KINDS } from '../../../src/organization/domain/sources';
import { bytesOf } from '../../../src/shared/adapters/notification/sns-notifications';
import { MOST_BYTES } from '../../../src/shared/domain/byte-budget';
import { accountFields } from '../../../src/shared/domain/notification/account-text';
import { coverageSchemaErrors } from '../../support/schemas/coverage-schema';
import { LONGEST } from '../samples/account-descriptions';
import { LIST, PAYMENTS, SANDBOX } from '../samples/accounts';

const NOW = new Date('2026-11-29T12:00:00Z');
const HUB = { hub: 'Security/Hub', warnings: { [PAYMENTS.id]: 'holds the payment systems' } };
const DARK: StandingGap = {
  place: { accountId: PAYMENTS.id, region: 'eu-west-1' },
  source: 'forwarded-events',
  cause: 'NO_RULE',
  reason: 'A rule that forwards events is disabled.',
  since: NOW,
  lastCoveredAt: new Date('2026-11-29T11:00:00Z'),
};
const NEVER: StandingGap = {
  place: { accountId: SANDBOX.id, region: 'us-east-1' },
  cause: 'ROLE_REFUSES',
  since: new Date('2026-11-20T12:00:00Z'),
};
const NOTHING: CoverageReport = {
  list: LIST,
  run: { at: NOW },
  members: 4,
  left: [],
  fellBehind: [],
  caughtUp: [],
  emptyUnits: [],
  tellsUnits: false,
  missing: [],
  forgotten: [],
  noted: [],
  wentDark: [],
  neverCovered: [],
  ended: [],
  closed: [],
  standing: [],
  tellsAll: false,
};

const LAGGING: LaggingSource = {
  source: 'organization-trail',
  lastAt: new Date('2026-11-29T10:50:00Z'),
  othersAt: new Date('2026-11-29T11:00:00Z'),
};

test('every message is as its schema says', () => {
  const pause = { from: new Date('2026-11-29T06:00:00Z'), until: NOW };
  const left = LEFT_CAUSES.map((cause) => ({ place: DARK.place, cause }));
  const all = {
    wentDark: [DARK],
    neverCovered: [NEVER],
    closed: [NEVER],
    standing: [DARK, NEVER],
    left,
    fellBehind: [LAGGING],
    emptyUnits: ['ou-abcd-99999999'],
    caughtUp: [...SOURCE_KINDS],
  };
  const reports: readonly CoverageReport[] = [
    { ...NOTHING, ...all, tellsAll: true, pause, listFailure: new Error('Rate exceeded') },
    { ...NOTHING, ...all, list: undefined },
    ...GAP_CAUSES.map((cause) => ({ ...NOTHING, wentDark: [{ ...DARK, cause }] })),
    ...SOURCE_KINDS.map((source) => ({ ...NOTHING, closed: [{ ...DARK, source }] })),
  ];
  for (const report of reports) {
    expect(coverageSchemaErrors(coverageNotification(report, HUB)!.json)).toEqual([]);
  }
});

test('the schema would notice a field that is gone', () => {
  const { json } = coverageNotification({ ...NOTHING, wentDark: [DARK] }, HUB)!;
  const { hub: _gone, ...rest } = JSON.parse(json);
  expect(coverageSchemaErrors(JSON.stringify(rest))).not.toEqual([]);
});

test('where a gap is closed, and others stand that were told before, both are said', () => {
  const never = { ...NEVER, place: { ...NEVER.place, region: 'eu-west-2' } };
  const report = { ...NOTHING, closed: [DARK], standing: [NEVER, never] };
  const told = coverageNotification(report, HUB)!;
  expect(told.subject).toBe('[MEDIUM] 1 gap closed, 2 left');
  expect(told.text).toContain('Other gaps that are still there: 2.');

  const all = coverageNotification({ ...report, tellsAll: true }, HUB)!;
  expect(all.subject).toBe('[MEDIUM] 2 gaps in what is watched');
  expect(all.text).not.toContain('Other gaps');
  const newOnes = { ...report, wentDark: [NEVER], neverCovered: [never] };
  expect(coverageNotification(newOnes, HUB)!.text).not.toContain('Other gaps');
});

test('where nothing is new, no one is told', () => {
  expect(coverageNotification(NOTHING, HUB)).toBeUndefined();
  expect(coverageNotification({ ...NOTHING, standing: [NEVER] }, HUB)).toBeUndefined();
  expect(coverageNotification({ ...NOTHING, tellsAll: true }, HUB)).toBeUndefined();
});

test('a place that went dark is told at once, by name and with its warning', () => {
  const told = coverageNotification({ ...NOTHING, wentDark: [DARK], standing: [DARK] }, HUB)!;
  expect(told.subject).toBe('[HIGH] 1 place not watched any more');
  expect(told.severity).toBe('high');
  expect(told.text).toBe(
    [
      'Not watched any more:',
      '- 111122223333 (payments), eu-west-1: not covered by forwarded events, nothing forwards its events. Put the rule back in this Region. A rule that forwards events is disabled.',
      '  WARNING: holds the payment systems',
      '',
      '4 members. Sent by the hub Security/Hub.',
    ].join('\n'),
  );
  expect(JSON.parse(told.json)).toMatchObject({
    version: 1,
    type: 'coverage',
    wentDark: [
      {
        account: PAYMENTS.id,
        accountName: 'payments',
        accountPath: PAYMENTS.path,
        accountWarning: 'holds the payment systems',
        region: 'eu-west-1',
        source: 'forwarded-events',
        cause: 'NO_RULE',
        lastCoveredAt: '2026-11-29T11:00:00.000Z',
      },
    ],
    omitted: 0,
  });
});

test('once a day all is told that is not watched', () => {
  const told = coverageNotification({ ...NOTHING, standing: [NEVER], tellsAll: true }, HUB)!;
  expect(told.subject).toBe('[MEDIUM] 1 gap in what is watched');
  expect(told.text).toContain('All that is not watched:\n- 222233334444 (sandbox), us-east-1');
});

test('gaps that are closed, and members that left, are told', () => {
  const left = [{ place: NEVER.place, cause: 'NO_MEMBER' as const }];
  const report = { ...NOTHING, closed: [DARK], left };
  const told = coverageNotification(report, HUB)!;
  expect(told.subject).toBe('[LOW] 1 gap closed: all is watched');
  expect(told.text).toContain(
    'Watched again:\n- 111122223333 (payments), eu-west-1, by forwarded events\n\n',
  );
  expect(told.text).toContain(
    'Members no more, and not watched since:\n- 222233334444 (sandbox), us-east-1',
  );
});

test('places that were not watched in all their time are told, apart from those that went dark', () => {
  const report = { ...NOTHING, neverCovered: [NEVER], standing: [NEVER] };
  const told = coverageNotification(report, HUB)!;
  expect(told.subject).toBe('[MEDIUM] 1 place not watched yet');
  expect(told.text).toContain(
    'Not watched yet, though there was time for it:\n- 222233334444 (sandbox), us-east-1',
  );
  expect(JSON.parse(told.json).neverCovered).toHaveLength(1);
});

test.each([
  ['REGION_LEFT_OUT', 'In Regions that the hub is not for any more, and not watched since:'],
  ['REGION_OFF', 'In Regions that the account has switched off, and not watched since:'],
] as const)('a place that is watched no more says why: %s', (cause, title) => {
  const left = [{ place: NEVER.place, cause }];
  const told = coverageNotification({ ...NOTHING, left }, HUB)!;
  expect(told.subject).toBe('[LOW] 1 place watched no more, by choice');
  expect(told.text).toContain(`${title}\n- 222233334444 (sandbox), us-east-1`);
  expect(JSON.parse(told.json)).toMatchObject({
    left: ['222233334444 us-east-1'],
    leftPlaces: [{ account: SANDBOX.id, accountName: 'sandbox', region: 'us-east-1', cause }],
  });
});

test('a hub without any member says so once a day: nothing found is not all well', () => {
  expect(coverageNotification({ ...NOTHING, members: 0 }, HUB)).toBeUndefined();
  const told = coverageNotification({ ...NOTHING, members: 0, tellsAll: true }, HUB)!;
  expect(told.subject).toBe('[HIGH] The hub has no members: it watches no account');
  expect(told.text).toContain('Nothing is watched.');
});

test('a hub that was away says from when to when', () => {
  const pause = { from: new Date('2026-11-29T06:00:00Z'), until: NOW };
  const told = coverageNotification({ ...NOTHING, pause }, HUB)!;
  expect(told.subject).toBe('[HIGH] The hub was away, and watches again');
  expect(told.text).toContain('from 2026-11-29T06:00:00.000Z to 2026-11-29T12:00:00.000Z');
});

test('a list of accounts that could not be read is told with the rest', () => {
  const report = { ...NOTHING, closed: [DARK], listFailure: new Error('Rate exceeded') };
  expect(coverageNotification(report, HUB)!.text).toContain(
    'The list of accounts could not be read, and the last one holds: Rate exceeded',
  );
});

test('places of accounts that left are counted where they are too many to name', () => {
  const left = Array.from({ length: 1_000 }, () => ({
    place: NEVER.place,
    cause: 'NO_MEMBER' as const,
  }));
  const told = coverageNotification({ ...NOTHING, left }, HUB)!;
  expect(told.text).toContain('800 more are left out here, for the length of the message.');
  expect(JSON.parse(told.json)).toMatchObject({ omitted: 800 });
});

test('ten thousand places fit into a message, which says how many are left out', () => {
  const wentDark = Array.from({ length: 10_000 }, (_, index) => ({
    ...DARK,
    place: { accountId: String(100_000_000_000 + index), region: 'ap-southeast-2' },
    reason: 'x'.repeat(1_000),
  }));
  const ids = wentDark.map(({ place }) => place.accountId);
  const list = { readAt: NOW, accounts: ids.map((id) => ({ ...PAYMENTS, id, ...LONGEST })) };
  const warnings = Object.fromEntries(ids.map((id) => [id, LONGEST.warning]));
  const told = coverageNotification(
    { ...NOTHING, list, wentDark, standing: wentDark },
    { ...HUB, warnings },
  )!;
  expect(bytesOf(told)).toBeLessThanOrEqual(MOST_BYTES.message);
  expect(told.subject).toBe('[HIGH] 10000 places not watched any more');
  expect(told.text).toMatch(/\d{4} more are left out here, for the length of the message\./);
  expect(coverageSchemaErrors(told.json)).toEqual([]);
  expect(JSON.parse(told.json).wentDark[0]).toMatchObject(accountFields(LONGEST));
});

test('a source that brings nothing while others do is told, and so is that it brings records again', () => {
  const told = coverageNotification({ ...NOTHING, fellBehind: [LAGGING] }, HUB)!;
  expect(told.subject).toBe('[HIGH] Nothing comes by the organization trail any more');
  expect(told.text).toContain(
    '- the organization trail: nothing has come since 2026-11-29T10:50:00.000Z, though another source brought something at 2026-11-29T11:00:00.000Z.',
  );
  const again = coverageNotification({ ...NOTHING, caughtUp: ['organization-trail'] }, HUB)!;
  expect(again.subject).toBe('[LOW] Records come by the organization trail again');
});

test('a unit that is named, and has no account, is told at once, and again with all gaps', () => {
  const empty = { ...NOTHING, emptyUnits: ['ou-abcd-99999999'] };
  expect(coverageNotification(empty, HUB)).toBeUndefined();
  const told = coverageNotification({ ...empty, tellsUnits: true }, HUB)!;
  expect(told.subject).toBe('[HIGH] 1 unit named without any account');
  expect(told.text).toContain('- ou-abcd-99999999');
  const all = coverageNotification({ ...empty, tellsAll: true, standing: [DARK] }, HUB)!;
  expect(all.text).toContain('- ou-abcd-99999999');
});
