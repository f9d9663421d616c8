import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import { added, asking, forbidSsh } from '../../samples/changes';
import { PAYMENTS_PLACE } from '../../samples/described-places';
import { rule } from '../../samples/rules';

const ssh = rule({ id: 'sgr-1' });
const CENTRAL = { ...PAYMENTS_PLACE, region: 'eu-central-1' };

function sentryIn(place?: typeof PAYMENTS_PLACE): SentryInMemory {
  const sentry = SentryInMemory.watching([asking(forbidSsh, 'revertUntilApproved')]);
  if (place) sentry.place = place;
  sentry.groups.put('sg-1', () => [ssh]);
  return sentry;
}

test('what is reported, and asked, is about the place that the sentry works in', async () => {
  const sentry = sentryIn(PAYMENTS_PLACE);
  expect(await sentry.respond(added(ssh))).toMatchObject([{ place: PAYMENTS_PLACE }]);
  expect(sentry.asked).toMatchObject([{ place: PAYMENTS_PLACE }]);
});

test('so is a report after people decided', async () => {
  const sentry = SentryInMemory.watching([asking(forbidSsh, 'revertIfDenied')]);
  sentry.place = PAYMENTS_PLACE;
  sentry.groups.put('sg-1', () => [ssh]);
  await sentry.respond(added(ssh));
  await sentry.decide('denied');
  expect(sentry.announcer.told.at(-1)).toMatchObject({
    place: PAYMENTS_PLACE,
    rules: [{ outcome: { kind: 'reverted' } }],
  });
});

test('so is a run of reconcile', async () => {
  const sentry = SentryInMemory.newTo([forbidSsh], ssh);
  sentry.place = PAYMENTS_PLACE;
  await sentry.survey();
  expect(sentry.reconciled).toMatchObject([{ place: PAYMENTS_PLACE }]);
});

test('without a hub, nothing is said of a place', async () => {
  const sentry = sentryIn();
  const [report] = await sentry.respond(added(ssh));
  expect(report).not.toHaveProperty('place');
  expect(sentry.asked[0]).not.toHaveProperty('place');
  expect(await sentry.survey()).not.toHaveProperty('place');
});

test('the same event and group in two places make two requests', async () => {
  const ids = await Promise.all(
    [undefined, PAYMENTS_PLACE, CENTRAL].map(async (place) => {
      const sentry = sentryIn(place);
      await sentry.respond(added(ssh));
      return sentry.lastRequestId;
    }),
  );
  expect(new Set(ids).size).toBe(3);
});

test("a hub's own place makes the requests that it would make without one", async () => {
  const [before, after] = [sentryIn(), sentryIn({ ...PAYMENTS_PLACE, isMember: false })];
  for (const sentry of [before, after]) await sentry.respond(added(ssh));
  expect(after.lastRequestId).toBe(before.lastRequestId);
});
