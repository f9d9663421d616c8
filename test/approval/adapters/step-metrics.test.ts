import { secondsToDecision, stepMetrics } from '../../../src/approval/adapters/step-metrics';
import { admit, NEW_SOURCE, NEW_SUBJECT } from '../../../src/approval/domain/admit';
import type { DecisionKind } from '../../../src/approval/domain/approval-request';
import { askOf, CONFIGURATION } from '../in-memory/workflow-in-memory';

const NOON = new Date('2026-01-01T12:00:00Z');

function metricsOf(subject: typeof NEW_SUBJECT, source: typeof NEW_SOURCE): string[] {
  const { request } = admit(askOf(), subject, source, CONFIGURATION, NOON);
  return request.unannounced.flatMap((entry) => stepMetrics(request, entry));
}

test('a request that people are asked about is counted', () => {
  expect(metricsOf(NEW_SUBJECT, NEW_SOURCE)).toEqual(['RequestsAsked']);
});

test('one that comes too soon after a denial is counted as not asked, which is as it should be', () => {
  expect(metricsOf({ deniedAt: NOON, revision: 1 }, NEW_SOURCE)).toEqual(['RequestsNotAsked']);
});

test('one of too many is counted on its own besides', () => {
  const askedAt = Array.from({ length: CONFIGURATION.requestsAnHour }, () => NOON);
  expect(metricsOf(NEW_SUBJECT, { askedAt, revision: 1 })).toEqual([
    'RequestsNotAsked',
    'RequestsCapped',
  ]);
});

test.each([
  ['was asked for, and Slack opened no modal', true, ['Decisions', 'ReasonsUnasked']],
  ['was given, or not asked for', undefined, ['Decisions']],
])('a denial whose reason %s', (_, isReasonUnasked, metrics) => {
  const { request } = admit(askOf(), NEW_SUBJECT, NEW_SOURCE, CONFIGURATION, NOON);
  const decision = { kind: 'denied' as const, at: NOON, by: ['U0ANN'], isReasonUnasked };
  expect(stepMetrics({ ...request, decision }, { at: NOON, what: 'decided' })).toEqual(metrics);
  expect(stepMetrics({ ...request, decision }, { at: NOON, what: 'carried-out' })).toEqual([]);
});

test('what no one has to know of by a number is not counted', () => {
  const { request } = admit(askOf(), NEW_SUBJECT, NEW_SOURCE, CONFIGURATION, NOON);
  expect(stepMetrics(request, { at: NOON, what: 'reminded' })).toEqual([]);
});

describe('how long people took', () => {
  const askedAt = NOON;
  const decided = (kind: DecisionKind) => ({
    askedAt,
    decision: { kind, at: new Date('2026-01-01T12:05:30Z'), by: [] },
  });
  const step = { at: NOON, what: 'decided' } as const;

  test.each(['approved', 'denied'] as const)('is known where they have %s', (kind) => {
    expect(secondsToDecision(decided(kind), step)).toBe(330);
  });

  test.each(['expired', 'not-asked'] as const)('is not where it is %s', (kind) => {
    expect(secondsToDecision(decided(kind), step)).toBeUndefined();
  });

  test('is written once, with the decision', () => {
    const later = { at: NOON, what: 'carried-out' } as const;
    expect(secondsToDecision(decided('approved'), later)).toBeUndefined();
    expect(secondsToDecision({ askedAt }, { at: NOON, what: 'asked' })).toBeUndefined();
  });
});
