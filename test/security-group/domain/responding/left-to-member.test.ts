import { MemberRefusedError } from '../../../../src/organization/domain/refusal';
import { leftToMember } from '../../../../src/security-group/domain/responding/left-to-member';
import { UnfinishedError } from '../../../../src/security-group/domain/responding/unfinished-error';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import { added, locked } from '../../samples/changes';
import { rule } from '../../samples/rules';

const NOT_LET_IN = new MemberRefusedError('222222222222', 'region', 'in', 'it is off');
const NOT_TO_REVOKE = { kind: 'refused', reason: 'REVOKE is not in its Rights' } as const;
const RULES = [rule({ id: 'sgr-ssh' }), rule({ id: 'sgr-http', fromPort: 80, toPort: 80 })];

async function failureOf(sentry: SentryInMemory): Promise<unknown> {
  return sentry.respond(added(...RULES)).catch((error: unknown) => error);
}

function sentryWith(): SentryInMemory {
  const sentry = SentryInMemory.watching([locked]);
  sentry.groups.put('sg-1', () => RULES);
  return sentry;
}

test('a rule that the member does not let the hub revoke costs that rule, and waits for no try', async () => {
  const sentry = sentryWith();
  sentry.groups.refuses.set('sgr-http', { ...NOT_TO_REVOKE, byMember: 'role' });
  const failure = await failureOf(sentry);
  expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-http']);
  expect(leftToMember(failure)).toEqual({ by: 'role', reason: NOT_TO_REVOKE.reason });
});

test.each([
  ['is throttled', { kind: 'unavailable', reason: 'RequestLimitExceeded' } as const],
  ['is refused by EC2 in the own place', NOT_TO_REVOKE],
])('where another one %s, it is tried again', async (_, answer) => {
  const sentry = sentryWith();
  sentry.groups.refuses.set('sgr-http', { ...NOT_TO_REVOKE, byMember: 'role' });
  sentry.groups.refuses.set('sgr-ssh', answer);
  expect(leftToMember(await failureOf(sentry))).toBeUndefined();
});

test('of several failures, all have to be the member', () => {
  const left = { by: 'region', reason: NOT_LET_IN.message };
  expect(leftToMember(NOT_LET_IN)).toEqual(left);
  expect(leftToMember(new AggregateError([NOT_LET_IN, NOT_LET_IN]))).toEqual(left);
  expect(leftToMember(new AggregateError([NOT_LET_IN, new Error('lost')]))).toBeUndefined();
  expect(leftToMember(new UnfinishedError('sg-1', 'another try is under way.'))).toBeUndefined();
});
