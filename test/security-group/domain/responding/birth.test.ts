import {
  EMPTY_LEDGER,
  type GroupRecord,
} from '../../../../src/security-group/domain/ledger/ledger';
import { LedgerConflictError } from '../../../../src/security-group/domain/ledger/ledger-store';
import { NEW_PLACE } from '../../../../src/security-group/domain/ledger/place-record';
import { watchedFromBirth } from '../../../../src/security-group/domain/responding/birth';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import { changeOf, configurationOf, forbidSsh, locked } from '../../samples/changes';

const MINUTE = 60_000;
const WEB = { key: 'tier', value: 'web' };
const LOOK = new Date('2026-01-01T00:00:00Z');
/** What was made in the minute before a look may not have shown in it. */
const WATCHED_FROM = new Date(LOOK.getTime() - MINUTE);
const group = { id: 'sg-1', name: 'web', vpcId: 'vpc-1', tags: [WEB] };
const forWeb = {
  ...locked,
  appliesTo: { include: [{ kind: 'tag' as const, ...WEB }], exclude: [] },
};
const unknown = { ledger: EMPTY_LEDGER, group: { rules: [], unreadableRuleIds: [] } };

function lookedAt(at: Date | undefined = LOOK): SentryInMemory {
  const sentry = SentryInMemory.newTo([forbidSsh]);
  sentry.ledger.place = { ...NEW_PLACE, ...(at && { lastLookAt: at }) };
  return sentry;
}

async function born(
  sentry: SentryInMemory,
  madeAt = new Date(LOOK.getTime() + MINUTE),
  reading = unknown,
): Promise<GroupRecord | undefined> {
  const { configuration } = sentry;
  const creation = { ...changeOf({}), eventId: 'creation', time: madeAt };
  const result = await watchedFromBirth(reading, group, creation, {
    sentry: { configuration, ports: sentry.ports(1) },
    own: configuration,
  });
  return result.ledger.record;
}

describe('a group is watched from its birth', () => {
  test('where it was made since the sentry looked at its place', async () => {
    const sentry = lookedAt();
    const record = await born(sentry);
    expect(record).toEqual({
      groupId: 'sg-1',
      name: 'web',
      vpcId: 'vpc-1',
      adoptedAt: sentry.groups.now(),
      adoptedWhile: 'ENFORCE',
      policies: 'p',
      selection: 's',
      madeBy: 'creation',
    });
    expect(sentry.recordOf('sg-1')).toMatchObject({ madeBy: 'creation' });
  });

  test('with the tags that decide something, as it has them', async () => {
    const sentry = lookedAt();
    sentry.configuration = configurationOf([forWeb]);
    expect((await born(sentry))?.tags).toEqual({ had: [WEB], lacked: [] });
  });

  test.each([
    ['right after the sentry began to watch', 1, true],
    ['just when it did', 0, false],
    ['before that', -1, false],
  ])('made %s (%i ms)', async (_, milliseconds, isWatched) => {
    const sentry = lookedAt();
    const record = await born(sentry, new Date(WATCHED_FROM.getTime() + milliseconds));
    expect(record !== undefined).toBe(isWatched);
    expect(sentry.recordOf('sg-1') !== undefined).toBe(isWatched);
  });

  test('but not where the sentry has not looked before', async () => {
    const sentry = lookedAt();
    sentry.ledger.place = NEW_PLACE;
    expect(await born(sentry)).toBeUndefined();
    sentry.ledger.place = undefined;
    expect(await born(sentry)).toBeUndefined();
  });

  test('but not where it is known already', async () => {
    const sentry = lookedAt();
    sentry.ledger.adopt('sg-1', []);
    const known = { ...unknown, ledger: await sentry.ledger.read('sg-1') };
    const write = jest.spyOn(sentry.ledger, 'writeRecord');
    expect(await born(sentry, undefined, known)).toBe(known.ledger.record);
    expect(write).not.toHaveBeenCalled();
  });
});

describe('where someone else writes the record first', () => {
  test('that is what counts', async () => {
    const sentry = lookedAt();
    sentry.ledger.beforeRecord = () => sentry.ledger.adopt('sg-1', [], { revision: 1 });
    const record = await born(sentry);
    expect(record).toBe(sentry.recordOf('sg-1'));
    expect(record?.madeBy).toBeUndefined();
  });

  test('a ledger that cannot be written is no such thing', async () => {
    const sentry = lookedAt();
    sentry.ledger.writeRecord = async () => Promise.reject(new Error('throttled'));
    await expect(born(sentry)).rejects.toThrow('throttled');
    sentry.ledger.writeRecord = async () => Promise.reject(new LedgerConflictError('sg-1'));
    expect(await born(sentry)).toBeUndefined();
  });
});
