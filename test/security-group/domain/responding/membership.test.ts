import type { Change } from '../../../../src/security-group/domain/changes/change';
import {
  decisiveTagKeys,
  isSelected,
  isSelectedById,
  type MonitoredGroups,
} from '../../../../src/security-group/domain/groups/monitored-groups';
import { severityOf } from '../../../../src/security-group/domain/reporting/change-report';
import type { RuleTag } from '../../../../src/security-group/domain/rules/rule';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  added,
  by,
  changeOf,
  configurationOf,
  deployer,
  forbidSsh,
  locked,
} from '../../samples/changes';
import { rule } from '../../samples/rules';

const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const ssh = rule({ id: 'sgr-ssh' });
const WATCHED = { key: 'watch', value: 'yes' };
const EXCLUDED = { key: 'unwatched', value: 'yes' };
const byTag: MonitoredGroups = {
  include: [{ kind: 'tag', ...WATCHED }],
  exclude: [{ kind: 'tag', ...EXCLUDED }],
};

/** A sentry that has adopted `sg-1` for its tag; since then the tags have become these. */
function tagged(...tags: RuleTag[]): SentryInMemory {
  const groups = new GroupsInMemory();
  groups.create({ id: 'sg-1', name: 'web', tags }, https);
  const sentry = new SentryInMemory(
    configurationOf([forbidSsh, locked], { monitoredGroups: byTag }),
    groups,
  );
  sentry.ledger.adopt('sg-1', [https]);
  return sentry;
}

function tagsChanged(...tagKeys: string[]): Change {
  return {
    ...changeOf({}),
    eventName: 'DeleteTags',
    subject: { kind: 'tags', groupIds: ['sg-1'], tagKeys },
  };
}

function deleted(id?: string): Change {
  return {
    ...changeOf({}),
    eventName: 'DeleteSecurityGroup',
    subject: { kind: 'group-deleted', group: id ? { id } : { name: 'web' } },
  };
}

describe('membership by tag', () => {
  test('lasts though someone takes the tag off, or puts an excluding one on; and that is told', async () => {
    for (const [sentry, key] of [
      [tagged(), 'watch'],
      [tagged(WATCHED, EXCLUDED), 'unwatched'],
    ] as const) {
      const [report] = await sentry.respond(tagsChanged(key));
      expect(report!.notices).toMatchObject([
        { severity: 'high', text: expect.stringContaining('still watched') },
      ]);
      sentry.groups.put('sg-1', (rules) => [...rules, ssh]);
      await sentry.respond({ ...added(ssh), eventId: 'event-2' });
      expect(sentry.groups.ruleIds('sg-1')).toEqual(['sgr-https']);
    }
  });

  test('ends where a trusted actor changes the tags: told, and its grants kept for its return', async () => {
    const sentry = tagged();
    const [report] = await sentry.respond(by(deployer, tagsChanged('watch')));
    expect(report!.notices).toMatchObject([
      { severity: 'medium', text: expect.stringContaining('not watched any more') },
    ]);
    expect(sentry.recordOf('sg-1')).toMatchObject({
      releasedAt: sentry.groups.now(),
      releasedFor: 'not-chosen',
    });
    expect(sentry.ledger.grantsOf('sg-1', https)).toHaveLength(1);
    sentry.groups.put('sg-1', (rules) => [...rules, ssh]);
    expect(await sentry.respond({ ...added(ssh), eventId: 'event-2' })).toEqual([]);
  });

  test('lasts though a trusted actor changes tags, where it is not those that exclude the group', async () => {
    for (const [sentry, key] of [
      [tagged(WATCHED, EXCLUDED), 'watch'],
      [tagged(), 'unwatched'],
      [tagged(EXCLUDED), 'watch'],
      [tagged(EXCLUDED), 'unwatched'],
    ] as const) {
      const [report] = await sentry.respond(by(deployer, tagsChanged(key)));
      expect(report!.notices).toMatchObject([
        { severity: 'high', text: expect.stringContaining('still watched') },
      ]);
      expect(sentry.recordOf('sg-1')!.releasedAt).toBeUndefined();
      expect(sentry.ledger.grantsOf('sg-1', https)).toHaveLength(1);
    }
  });

  test('is no matter where other tags change, the group is chosen still, or was never adopted', async () => {
    expect(await tagged().respond(tagsChanged('colour'))).toEqual([]);
    expect(await tagged(WATCHED).respond(tagsChanged('watch'))).toEqual([]);
    const unknown = new SentryInMemory(
      configurationOf([locked], { monitoredGroups: byTag }),
      GroupsInMemory.of('sg-1'),
    );
    expect(await unknown.respond(tagsChanged('watch'))).toEqual([]);
  });

  test('is told of by the event, with the group as it is', async () => {
    const sentry = tagged({ key: 'team', value: 'shop' });
    const [report] = await sentry.respond(tagsChanged('watch'));
    expect(report!.group).toBe(sentry.groups.all.get('sg-1')!.details);
    expect(report!.explainedBy).toBe('event');
  });

  test('has nothing read for other tags, and nothing written or claimed where all is as it was', async () => {
    const sentry = tagged(WATCHED);
    const read = jest.spyOn(sentry.ledger, 'read');
    const write = jest.spyOn(sentry.ledger, 'writeRecord');
    await sentry.respond(tagsChanged('colour'));
    expect(read).not.toHaveBeenCalled();
    await sentry.respond(tagsChanged('watch'), 2);
    expect(write).not.toHaveBeenCalled();
    expect(sentry.ledger.events.size).toBe(0);
  });

  test('that goes by ids is not said to have ended by tags', async () => {
    const sentry = tagged();
    sentry.configuration = configurationOf([locked], {
      monitoredGroups: { include: [{ kind: 'ids', groupIds: ['sg-2'] }], exclude: [] },
    });
    expect(await sentry.respond(tagsChanged())).toEqual([]);
  });

  test('is no matter where the group is gone by now', async () => {
    const sentry = tagged();
    sentry.groups.all.delete('sg-1');
    expect(await sentry.respond(by(deployer, tagsChanged('watch')))).toEqual([]);
    expect(sentry.recordOf('sg-1')!.releasedAt).toBeUndefined();
  });

  test('may be touched by a call that does not tell its keys', async () => {
    const [told] = await tagged().respond(tagsChanged());
    expect(told!.notices).toMatchObject([{ text: expect.stringContaining('still watched') }]);
    const released = tagged();
    await released.respond(by(deployer, tagsChanged()));
    expect(released.recordOf('sg-1')!.releasedAt).toBeInstanceOf(Date);
  });

  test('begins with the first event of a group that has the tag', async () => {
    const groups = new GroupsInMemory();
    groups.create({ id: 'sg-1', tags: [WATCHED] }, ssh);
    groups.create({ id: 'sg-2' }, ssh);
    const sentry = new SentryInMemory(
      configurationOf([forbidSsh], { monitoredGroups: byTag }),
      groups,
    );
    await sentry.respond(added(ssh));
    await sentry.respond({ ...added(ssh), subject: { kind: 'group', group: { id: 'sg-2' } } });
    expect([groups.ruleIds('sg-1'), groups.ruleIds('sg-2')]).toEqual([[], ['sgr-ssh']]);
  });
});

describe('a monitored group that is deleted', () => {
  test('is told with weight, no matter who did it, and let go by the next look that lacks it, without another word', async () => {
    for (const change of [deleted('sg-1'), by(deployer, deleted('sg-1'))]) {
      const sentry = SentryInMemory.watching([locked], https);
      sentry.groups.all.delete('sg-1');
      const [report] = await sentry.respond(change);
      expect(severityOf(report!)).toBe('high');
      expect(report).toMatchObject({
        group: { id: 'sg-1', name: 'web' },
        notices: [{ text: 'The monitored group was deleted.' }],
      });
      await sentry.survey();
      expect(sentry.recordOf('sg-1')!.releasedAt).toBeInstanceOf(Date);
      expect(sentry.reconciled).toEqual([]);
    }
  });

  test('is noted as gone since it was told, or since it was missed', async () => {
    const missed = new Date('2025-12-31T00:00:00Z');
    for (const unseenSince of [undefined, missed]) {
      const sentry = SentryInMemory.watching([locked]);
      sentry.ledger.adopt('sg-1', [https], { ...(unseenSince && { unseenSince }) });
      sentry.groups.all.delete('sg-1');
      await sentry.respond(deleted('sg-1'));
      expect(sentry.recordOf('sg-1')).toMatchObject({
        unseenSince: unseenSince ?? sentry.groups.now(),
        isDeletionTold: true,
      });
    }
  });

  test('is not noted where it was let go before', async () => {
    const sentry = SentryInMemory.watching([locked]);
    sentry.ledger.adopt('sg-1', [https], { releasedAt: new Date('2025-12-31') });
    const before = sentry.recordOf('sg-1');
    sentry.groups.all.delete('sg-1');
    await sentry.respond(deleted('sg-1'));
    expect(sentry.recordOf('sg-1')).toBe(before);
  });

  test('is told of where it is adopted, and chosen by its tag', async () => {
    const sentry = tagged(WATCHED);
    sentry.groups.all.delete('sg-1');
    expect(await sentry.respond(deleted('sg-1'))).toMatchObject([{ group: { id: 'sg-1' } }]);
    expect(await sentry.respond(deleted('sg-9'))).toEqual([]);
  });

  test('keeps its grants, and is not noted, as long as it shows', async () => {
    const sentry = SentryInMemory.watching([locked], https);
    await sentry.respond(deleted('sg-1'));
    expect(sentry.recordOf('sg-1')).toMatchObject({ groupId: 'sg-1' });
    expect(sentry.recordOf('sg-1')).not.toHaveProperty('unseenSince');
    expect(sentry.recordOf('sg-1')!.releasedAt).toBeUndefined();
    expect(sentry.ledger.grantsOf('sg-1', https)).toHaveLength(1);
  });

  test('is no matter where it was not monitored; nor where the event names no id: reconcile tells of it', async () => {
    const sentry = SentryInMemory.watching([locked], https);
    expect(await sentry.respond(deleted('sg-2'))).toEqual([]);
    expect(await sentry.respond(deleted())).toEqual([]);
    sentry.configuration = configurationOf([locked], {
      monitoredGroups: { include: [{ kind: 'all' }], exclude: [] },
    });
    expect(await sentry.respond(deleted())).toEqual([]);
  });
});

describe('which groups are meant', () => {
  const group = { id: 'sg-1', vpcId: 'vpc-1', tags: [WATCHED] };

  test.each<[string, MonitoredGroups, boolean, boolean | undefined]>([
    ['by id', { include: [{ kind: 'ids', groupIds: ['sg-0', 'sg-1'] }], exclude: [] }, true, true],
    [
      'by another id',
      { include: [{ kind: 'ids', groupIds: ['sg-0'] }], exclude: [] },
      false,
      false,
    ],
    ['by tag', { include: [{ kind: 'tag', ...WATCHED }], exclude: [] }, true, undefined],
    [
      'by another value of the tag',
      { include: [{ kind: 'tag', key: 'watch', value: 'no' }], exclude: [] },
      false,
      undefined,
    ],
    ['by VPC', { include: [{ kind: 'vpc', vpcId: 'vpc-1' }], exclude: [] }, true, undefined],
    [
      'by another VPC',
      { include: [{ kind: 'vpc', vpcId: 'vpc-2' }], exclude: [] },
      false,
      undefined,
    ],
    ['all', { include: [{ kind: 'all' }], exclude: [] }, true, true],
    [
      'all but by id',
      { include: [{ kind: 'all' }], exclude: [{ kind: 'ids', groupIds: ['sg-1'] }] },
      false,
      false,
    ],
    [
      'all but by tag',
      { include: [{ kind: 'all' }], exclude: [{ kind: 'tag', ...WATCHED }] },
      false,
      undefined,
    ],
    [
      'by id but by tag',
      { include: [{ kind: 'ids', groupIds: ['sg-1'] }], exclude: [{ kind: 'tag', ...EXCLUDED }] },
      true,
      undefined,
    ],
    [
      'by id or by tag',
      {
        include: [
          { kind: 'tag', ...EXCLUDED },
          { kind: 'ids', groupIds: ['sg-1'] },
        ],
        exclude: [],
      },
      true,
      true,
    ],
  ])('%s', (_, groups, isMeant, isMeantById) => {
    expect(isSelected(group, groups)).toBe(isMeant);
    expect(isSelectedById('sg-1', groups)).toBe(isMeantById);
  });

  test('tags that decide are those of what is included and of what is excluded', () => {
    expect(decisiveTagKeys(byTag)).toEqual(['watch', 'unwatched']);
  });
});
