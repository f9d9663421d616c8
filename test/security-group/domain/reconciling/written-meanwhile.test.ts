import type { MonitoredGroups } from '../../../../src/security-group/domain/groups/monitored-groups';
import { carryOut, type OperatorRequest } from '../../../../src/security-group/domain/operator';
import { PLACE, SentryInMemory } from '../../in-memory/sentry-in-memory';
import { changeOf, forbidSsh, locked } from '../../samples/changes';
import { rule } from '../../samples/rules';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const ssh = rule({ id: 'sgr-ssh' });
const order = { by: 'olga', reason: 'moved' };
const byTag: MonitoredGroups = {
  include: [{ kind: 'tag', key: 'watch', value: 'yes' }],
  exclude: [],
};

/** One that watches `sg-1` though it does not carry its tag any more. */
function watching(): SentryInMemory {
  const sentry = SentryInMemory.watching([locked], https);
  sentry.configuration = { ...sentry.configuration, monitoredGroups: byTag };
  return sentry;
}

async function operate(sentry: SentryInMemory, request: OperatorRequest): Promise<void> {
  await carryOut(request, sentry.configuration, {
    places: { own: PLACE },
    clock: sentry.groups,
    at: async () => ({
      groups: sentry.groups,
      ledger: sentry.ledger,
      signs: { last: async () => ({}) },
      pointTo: async () => undefined,
    }),
    writePause: async () => undefined,
    writeDisablings: async () => undefined,
  });
}

/** Once, between the reading of a record and its writing by someone else. */
function beforeNextRecord({ ledger }: SentryInMemory, act: () => void): void {
  ledger.beforeRecord = () => {
    ledger.beforeRecord = undefined;
    act();
  };
}

/** An operator releases the group in the very moment before its record is written. */
function releasedMeanwhile({ ledger, groups }: SentryInMemory): void {
  const stored = ledger.groups.get('sg-1')!;
  stored.record = {
    ...stored.record!,
    releasedAt: groups.now(),
    releasedFor: 'not-chosen',
    revision: (stored.record!.revision ?? 0) + 1,
  };
}

describe('a group that an operator releases', () => {
  const deletion = changeOf(
    {},
    {
      eventName: 'DeleteSecurityGroup',
      subject: { kind: 'group-deleted', group: { id: 'sg-1' } },
    },
  );

  test.each<[string, (sentry: SentryInMemory) => Promise<unknown>]>([
    [
      'is adopted for other policies',
      async (sentry) => {
        const { digests } = sentry.configuration;
        sentry.configuration = {
          ...sentry.configuration,
          digests: { ...digests, policies: 'others' },
        };
        return sentry.survey();
      },
    ],
    [
      'is not seen by a look',
      async (sentry) => {
        sentry.groups.all.clear();
        return sentry.survey();
      },
    ],
    [
      'is seen again by a look',
      async (sentry) => {
        const { record } = sentry.ledger.groups.get('sg-1')!;
        sentry.ledger.groups.get('sg-1')!.record = {
          ...record!,
          unseenSince: sentry.groups.now(),
        };
        return sentry.survey();
      },
    ],
    [
      'is told to be deleted',
      async (sentry) => {
        sentry.groups.all.clear();
        return sentry.respond(deletion);
      },
    ],
  ])('while it %s stays released', async (_, work) => {
    const sentry = watching();
    beforeNextRecord(sentry, () => releasedMeanwhile(sentry));
    await work(sentry);
    expect(sentry.ledger.beforeRecord).toBeUndefined();
    expect(sentry.recordOf('sg-1')).toMatchObject({ releasedFor: 'not-chosen' });
    await sentry.pass(HOUR);
    await sentry.survey();
    expect(sentry.recordOf('sg-1')).toMatchObject({ releasedFor: 'not-chosen' });
  });

  test('is released though a look was written down meanwhile', async () => {
    const sentry = watching();
    const stored = sentry.ledger.groups.get('sg-1')!;
    const unseenSince = sentry.groups.now();
    beforeNextRecord(sentry, () => {
      stored.record = { ...stored.record!, unseenSince, revision: 1 };
    });
    await operate(sentry, { action: 'release', groupId: 'sg-1', ...order });
    expect(sentry.recordOf('sg-1')).toMatchObject({ unseenSince, releasedFor: 'not-chosen' });
  });
});

test('a rule that an operator accepts is accepted though its entry was written meanwhile', async () => {
  const sentry = watching();
  sentry.groups.put('sg-1', () => [https, ssh]);
  const toldAt = sentry.groups.now();
  sentry.ledger.beforeWrite.set(1, () => sentry.ledger.note('sg-1', ssh, { toldAt }));
  await operate(sentry, { action: 'accept', groupId: 'sg-1', ruleId: 'sgr-ssh', ...order });
  expect(sentry.ledger.grantsOf('sg-1', ssh, toldAt)).toMatchObject([{ cause: 'operator' }]);
});

test('a group that reconcile adopts while its creation is handled stays as it was adopted', async () => {
  const sentry = SentryInMemory.newTo([forbidSsh], https);
  sentry.ledger.place = {
    looks: [{ choice: 'ids', at: new Date(sentry.groups.now().getTime() - HOUR) }],
    entering: [],
  };
  const subject = { kind: 'group-created', group: { id: 'sg-1', name: 'web' } } as const;
  const time = sentry.groups.now();
  beforeNextRecord(sentry, () => sentry.ledger.adopt('sg-1', [https], { revision: 1 }));
  await sentry.respond(changeOf({}, { eventName: 'CreateSecurityGroup', subject, time }));
  expect(sentry.ledger.beforeRecord).toBeUndefined();
  expect(sentry.recordOf('sg-1')!.madeBy).toBeUndefined();
});

test('two runs of reconcile at once both have what they saw remembered', async () => {
  const sentry = watching();
  const at = new Date(sentry.groups.now().getTime() + MINUTE);
  const { ledger } = sentry;
  const write = ledger.writePlaceRecord.bind(ledger);
  ledger.writePlaceRecord = async (place) => {
    ledger.writePlaceRecord = write;
    ledger.place = {
      looks: [{ choice: 'tag watch=yes', at }],
      entering: [{ groupId: 'sg-2', seenAt: at, after: at }],
      revision: 1,
    };
    return write(place);
  };
  await sentry.survey();
  expect(ledger.place).toMatchObject({
    looks: [{ choice: 'tag watch=yes', at }],
    entering: [{ groupId: 'sg-2' }],
  });
});
