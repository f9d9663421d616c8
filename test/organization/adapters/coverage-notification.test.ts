import { coverageNotification } from '../../../src/organization/adapters/coverage-notification';
import type { StandingGap } from '../../../src/organization/domain/gaps/coverage-news';
import type { CoverageReport } from '../../../src/organization/domain/gaps/watch-coverage';
import { bytesOf } from '../../../src/shared/adapters/notification/sns-notifications';
import { MOST_BYTES } from '../../../src/shared/domain/byte-budget';
import { LIST, PAYMENTS, SANDBOX } from '../samples/accounts';

const NOW = new Date('2026-11-29T12:00:00Z');
const HUB = { hub: 'Security/Hub', warnings: { [PAYMENTS.id]: 'holds the payment systems' } };
const DARK: StandingGap = {
  place: { accountId: PAYMENTS.id, region: 'eu-west-1' },
  source: 'forwarded-events',
  cause: 'NO_RULE',
  reason: 'The rule that forwards events is disabled.',
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
  begun: [],
  wentDark: [],
  ended: [],
  standing: [],
  tellsAll: false,
};

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
      '- payments (111122223333), which holds the payment systems, eu-west-1: not covered by forwarded events, nothing forwards its events. Put the rule back in this Region. The rule that forwards events is disabled.',
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
        path: PAYMENTS.path,
        warning: 'holds the payment systems',
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
  expect(told.text).toContain('All that is not watched:\n- sandbox (222233334444), us-east-1');
});

test('gaps that are closed, and members that left, are told', () => {
  const report = { ...NOTHING, ended: [DARK], left: [NEVER.place] };
  const told = coverageNotification(report, HUB)!;
  expect(told.subject).toBe('[LOW] 1 gap closed: all is watched');
  expect(told.text).toContain('Watched again:\n- payments');
  expect(told.text).toContain('Members no more, and not watched since:\n- 222233334444, us-east-1');
});

test('a hub that was away says from when to when', () => {
  const pause = { from: new Date('2026-11-29T06:00:00Z'), until: NOW };
  const told = coverageNotification({ ...NOTHING, pause }, HUB)!;
  expect(told.subject).toBe('[HIGH] The hub was away, and watches again');
  expect(told.text).toContain('from 2026-11-29T06:00:00.000Z to 2026-11-29T12:00:00.000Z');
});

test('a list of accounts that could not be read is told with the rest', () => {
  const report = { ...NOTHING, ended: [DARK], listFailure: new Error('Rate exceeded') };
  expect(coverageNotification(report, HUB)!.text).toContain(
    'The list of accounts could not be read, and the last one holds: Rate exceeded',
  );
});

test('ten thousand places fit into a message, which says how many are left out', () => {
  const wentDark = Array.from({ length: 10_000 }, (_, index) => ({
    ...DARK,
    place: { accountId: String(100_000_000_000 + index), region: 'ap-southeast-2' },
    reason: 'x'.repeat(1_000),
  }));
  const told = coverageNotification({ ...NOTHING, wentDark, standing: wentDark }, HUB)!;
  expect(bytesOf(told)).toBeLessThanOrEqual(MOST_BYTES.message);
  expect(told.subject).toBe('[HIGH] 10000 places not watched any more');
  expect(told.text).toMatch(/\d{4} more are left out here, for the length of the message\./);
});
