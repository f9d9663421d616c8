import { reconcileNotification } from '../../../../src/security-group/adapters/reconcile-notification';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import { forbidSsh } from '../../samples/changes';
import { PAYMENTS_PLACE } from '../../samples/described-places';
import { rule } from '../../samples/rules';

const HOUR = 60 * 60_000;
const by = 'olga';
const reason = 'an incident';
const since = new Date('2026-01-01T00:00:00Z');
const until = new Date('2026-01-01T03:00:00Z');
const pause = { until, by, reason, units: ['ou-abcd-11111111'] };
const disabling = { policy: 'ssh', since, until, by, reason };
const ssh = { ...forbidSsh, name: 'ssh', disabling };
const HUB_PLACE = { ...PAYMENTS_PLACE, accountId: '999988887777', isMember: false };

function pausedMember(sentry = SentryInMemory.watching([ssh])): SentryInMemory {
  sentry.place = PAYMENTS_PLACE;
  sentry.configuration = { ...sentry.configuration, pause, disablings: [disabling] };
  return sentry;
}

test('an order for many places is told by none of the members, and obeyed by each', async () => {
  const sentry = pausedMember();
  sentry.groups.put('sg-1', () => [rule({ id: 'sgr-1' })]);
  for (let hour = 0; hour < 4; hour += 1) {
    await sentry.survey();
    if (sentry.groups.now() < until) expect(sentry.pointedTo).toEqual([]);
    await sentry.pass(HOUR);
  }
  expect(sentry.reconciled).toEqual([]);
  expect(sentry.pointedTo).toEqual(['sg-1']);
});

test('a member that has something else to tell says that it is paused', async () => {
  const sentry = pausedMember(SentryInMemory.newTo([ssh]));
  await sentry.survey();
  expect(sentry.reconciled).toMatchObject([{ adoptions: [{ group: { id: 'sg-1' } }], pause }]);
});

test("the hub's own place tells of orders that are for other places, until their end", async () => {
  const sentry = SentryInMemory.watching([]);
  sentry.place = HUB_PLACE;
  sentry.everywhere = { ...pausedMember().configuration, refusedPause: pause };
  for (let hour = 0; hour < 5; hour += 1) {
    await sentry.survey();
    await sentry.pass(HOUR);
  }
  const [first, , , last] = sentry.reconciled;
  expect(sentry.reconciled).toHaveLength(4);
  expect(first).toMatchObject({ pause, refusedPause: pause, disablings: [disabling] });
  expect(last).toMatchObject({ disablings: [], endedDisablings: [disabling] });
  const { text } = reconcileNotification(first!, 'App/Sentry', 10);
  expect(text).toContain('the sentry is paused in unit ou-abcd-11111111 until 2026-01-01T03:00');
});

test("a pause of other places does not hold up the hub's own", async () => {
  const sentry = SentryInMemory.watching([forbidSsh]);
  sentry.place = HUB_PLACE;
  sentry.everywhere = { ...sentry.configuration, pause };
  sentry.groups.put('sg-1', () => [rule({ id: 'sgr-1' })]);
  await sentry.survey();
  await sentry.pass(HOUR);
  await sentry.survey();
  expect(sentry.pointedTo).toEqual(['sg-1']);
});
