import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOG_QUESTIONS, OPEN_REQUESTS } from '../../../src/dashboard/domain/log-questions';

const DOCS = join(__dirname, '..', '..', '..', 'docs');
const RUNBOOK = readFileSync(join(DOCS, 'runbook.md'), 'utf8');
const AUDITOR = readFileSync(join(DOCS, 'auditor.md'), 'utf8');

test('the questions stand in the runbook word for word, and no others', () => {
  const [, section = ''] = RUNBOOK.split('\n### Questions to the log\n');
  const blocks = section.split(/\n##/)[0]!.matchAll(/`([\w-]+)`:\n\n```\n(.*?)\n```/gs);
  expect([...blocks].map(([, name, query]) => ({ name, query }))).toEqual(
    LOG_QUESTIONS.map(({ name, query }) => ({ name, query })),
  );
});

test('those that the page for auditors names are there', () => {
  const saved = LOG_QUESTIONS.map(({ name }) => name);
  const named = [...AUDITOR.matchAll(/`((?:who|what|which)-[\w-]+)`/g)].map(([, name]) => name);
  expect(named.length).toBeGreaterThan(3);
  expect(saved).toEqual(expect.arrayContaining(named));
});

test('no two have the same name', () => {
  const names = LOG_QUESTIONS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test('what the dashboard shows as open is what the saved query finds', () => {
  expect(LOG_QUESTIONS).toContain(OPEN_REQUESTS);
});

test('a question is asked of the functions whose logs can answer it', () => {
  const asked = Object.fromEntries(
    LOG_QUESTIONS.map(({ name, functions = ['all'] }) => [name, functions.join(', ')]),
  );
  expect(asked).toEqual({
    'what-fails': 'all',
    'what-was-answered': 'RespondToChanges',
    'what-was-not-reverted': 'RespondToChanges',
    'what-reconcile-found': 'ReconcileGroups, ReconcileMember',
    'what-operators-ordered': 'OperateSentry',
    'what-became-of-decisions': 'CarryOutDecision',
    'who-decided-what': 'AdvanceRequests',
    'which-requests-are-open': 'AdvanceRequests',
    'which-clicks-did-not-count': 'AdvanceRequests',
    'what-was-done-to-keys': 'CheckAccessKeys, CarryOutDecision',
    'what-rehearsals-found': 'RehearsePolicies',
    'who-got-no-direct-message': 'DeliverMessages',
    'what-is-covered': 'WatchCoverage',
  });
});
