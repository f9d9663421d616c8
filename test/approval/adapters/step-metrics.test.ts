import { stepMetrics } from '../../../src/approval/adapters/step-metrics';
import { admit, NEW_SOURCE, NEW_SUBJECT } from '../../../src/approval/domain/admit';
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

test('what no one has to know of by a number is not counted', () => {
  const { request } = admit(askOf(), NEW_SUBJECT, NEW_SOURCE, CONFIGURATION, NOON);
  expect(stepMetrics(request, { at: NOON, what: 'reminded' })).toEqual([]);
});
