import type { Change } from '../../../../src/security-group/domain/changes/change';
import type { ChangeReport } from '../../../../src/security-group/domain/reporting/change-report';
import { severityOf } from '../../../../src/security-group/domain/reporting/change-report';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  by,
  configurationOf,
  eve,
  forbidSsh,
  locked,
  lockedRestoring,
  mallory,
  removed,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });

function disputesIn(reports: readonly ChangeReport[]) {
  return reports.flatMap(({ disputes }) => disputes);
}

/** Someone opens the port, and its event comes after so long. */
async function open(sentry: SentryInMemory, number: number, lag: number): Promise<void> {
  const opened = sentry.groups.open('sg-1', ssh)!;
  const time = sentry.groups.now();
  await sentry.pass(lag);
  await sentry.respond(eventOf(added(opened), number, time));
}

function eventOf(change: Change, number: number, time: Date): Change {
  return { ...change, eventId: `event-${number}`, time };
}

test('someone opens the same port every half minute for an hour: it is told as a dispute, with its share', async () => {
  const sentry = SentryInMemory.watching([forbidSsh], https);
  for (let number = 0; number < 120; number += 1) {
    await open(sentry, number, 12_000);
    await sentry.pass(18_000);
  }
  const [dispute, ...more] = disputesIn(sentry.announcer.told);
  expect(more).toEqual([]);
  expect(dispute).toMatchObject({
    change: 'added',
    reverts: 10,
    actors: ['arn:aws:iam::111111111111:user/eve'],
  });
  expect(dispute?.shareOpen).toBeCloseTo(0.426, 2);
});

test('someone opens the same port every two hours for a day: each revert is a message, and three say that it is a dispute', async () => {
  const sentry = SentryInMemory.watching([locked], https);
  for (let number = 0; number < 12; number += 1) {
    await open(sentry, number, 36 * MINUTE);
    await sentry.pass(84 * MINUTE);
  }
  const { told } = sentry.announcer;
  expect(told.filter(({ isRepeat }) => !isRepeat)).toHaveLength(12);
  const disputed = told.filter(({ disputes }) => disputes.length > 0);
  expect(disputed.map(({ disputes }) => disputes[0]?.reverts)).toEqual([5, 8, 11]);
  expect(disputed.map(severityOf)).toEqual(['high', 'high', 'high']);
});

test('a tool removes what is restored, every hour', async () => {
  const sentry = SentryInMemory.watching([lockedRestoring], https);
  const reports: ChangeReport[] = [];
  for (let number = 0; number < 6; number += 1) {
    const id = sentry.groups.rulesIn('sg-1')[0]!.id!;
    sentry.groups.close('sg-1', id);
    const time = sentry.groups.now();
    await sentry.pass(6 * MINUTE);
    const event = eventOf(removed({ id }), number, time);
    reports.push(...(await sentry.respond(by(mallory, event))));
    await sentry.pass(54 * MINUTE);
  }
  expect(disputesIn(reports)).toMatchObject([
    { change: 'removed', reverts: 5, openMilliseconds: 30 * MINUTE },
  ]);
});

test('two sentries want opposite things: each says so, and names the other', async () => {
  const groups = GroupsInMemory.of('sg-1', ssh);
  const restoring = new SentryInMemory(configurationOf([lockedRestoring]), groups);
  const forbidding = new SentryInMemory(configurationOf([forbidSsh]), groups);
  restoring.ledger.adopt('sg-1', [ssh]);
  forbidding.ledger.adopt('sg-1', []);
  groups.close('sg-1', ssh.id!);
  let id = 'sgr-ssh';
  const [restored, revoked]: [ChangeReport[], ChangeReport[]] = [[], []];
  for (let number = 0; number < 6; number += 1) {
    await restoring.pass(HOUR / 2);
    const removal = eventOf(removed({ id }), number, groups.now());
    restored.push(...(await restoring.respond(by(eve, removal))));
    id = groups.rulesIn('sg-1')[0]!.id!;
    await forbidding.pass(HOUR / 2);
    const opening = eventOf(added({ ...ssh, id }), number, groups.now());
    revoked.push(...(await forbidding.respond(by(mallory, opening))));
  }
  expect(disputesIn(restored)).toMatchObject([
    { change: 'removed', reverts: 5, actors: [eve.arn] },
  ]);
  expect(disputesIn(revoked)).toMatchObject([
    { change: 'added', reverts: 5, actors: [mallory.arn] },
  ]);
});

test('no event tells of it, and reconcile alone reverts it again and again', async () => {
  const sentry = SentryInMemory.watching([locked], https);
  const reports: ChangeReport[] = [];
  for (let number = 0; number < 5; number += 1) {
    sentry.groups.open('sg-1', ssh);
    await sentry.survey();
    await sentry.pass(15 * MINUTE);
    reports.push(...(await sentry.reconcile()));
    await sentry.pass(45 * MINUTE);
  }
  expect(disputesIn(reports)).toMatchObject([{ reverts: 5, actors: ['unknown'] }]);
});

test('an event that comes twice counts once', async () => {
  const sentry = SentryInMemory.watching([forbidSsh], https);
  for (let number = 0; number < 4; number += 1) {
    await open(sentry, number, 12_000);
    await sentry.respond(eventOf(added(ssh), number, sentry.groups.now()));
    await sentry.pass(HOUR);
  }
  expect(disputesIn(sentry.announcer.told)).toEqual([]);
});
