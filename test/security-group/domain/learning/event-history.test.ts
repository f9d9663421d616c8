import type { Change } from '../../../../src/security-group/domain/changes/change';
import {
  confirmGrants,
  confirms,
  endReplaced,
  explanationOf,
} from '../../../../src/security-group/domain/learning/event-history';
import type { Grant, LedgerEntry } from '../../../../src/security-group/domain/ledger/ledger';
import { HistoryInMemory } from '../../in-memory/history-in-memory';
import {
  added,
  by,
  changeOf,
  deployer,
  eve,
  mallory,
  modified,
  removed,
  trustsDeployer,
} from '../../samples/changes';
import { LETS_ALL_OUT, rule } from '../../samples/rules';

const HOUR = 3_600_000;
const ssh = rule({ id: 'sgr-1' });
const https = rule({ id: 'sgr-2', fromPort: 443, toPort: 443 });
const trusted = by(deployer, added(ssh));

function about(subject: Change['subject'], change = trusted): Change {
  return { ...change, subject };
}

function isConfirmed(change: Change | undefined, granted = ssh): boolean {
  return confirms(change, 'sg-1', { rule: granted }, trustsDeployer);
}

describe('an event confirms a grant', () => {
  test.each<[string, Change]>([
    ['where a trusted actor added the rule', trusted],
    [
      'where a trusted actor modified it to these values',
      by(deployer, changeOf({ modifiedIds: ['sgr-1'], modifiedTo: [https, ssh] })),
    ],
    [
      'where it names the group by its name alone, and the rule by its id',
      about({ kind: 'group', group: { name: 'web' } }, by(deployer, added(https, ssh))),
    ],
    [
      'where it names so a rule that was modified',
      about(
        { kind: 'group', group: { name: 'web' } },
        by(deployer, changeOf({ modifiedIds: ['sgr-1'], modifiedTo: [ssh] })),
      ),
    ],
  ])('%s', (_, change) => {
    expect(isConfirmed(change)).toBe(true);
  });

  test.each<[string, Change | undefined]>([
    ['that is not there', undefined],
    ['of a call that failed', { ...trusted, errorCode: 'Client.Denied' }],
    ['of someone else', added(ssh)],
    ['that names another rule', by(deployer, added(https))],
    [
      'that gave the rule other values',
      by(deployer, changeOf({ modifiedTo: [{ ...ssh, toPort: 23 }] })),
    ],
    ['in another group', about({ kind: 'group', group: { id: 'sg-2', name: 'web' } })],
    ['of tags', about({ kind: 'tags', groupIds: ['sg-1'], tagKeys: [] })],
    [
      'that names neither the group nor the rule by its id',
      about({ kind: 'group', group: { name: 'web' } }, by(deployer, added(rule()))),
    ],
    [
      'that made the group, and not this rule',
      about({ kind: 'group-created', group: { id: 'sg-1' } }),
    ],
  ])('but none %s', (_, change) => {
    expect(isConfirmed(change)).toBe(false);
  });

  test('nor one without ids where the rule has none either', () => {
    const named = about({ kind: 'group', group: { name: 'web' } }, by(deployer, added(rule())));
    expect(isConfirmed(named, rule())).toBe(false);
  });

  test('that made the group, for the rules that come with it', () => {
    const made = about({ kind: 'group-created', group: { id: 'sg-1' } });
    const madeWithVpc = about({ kind: 'vpc-created', vpcId: 'vpc-1' });
    expect([isConfirmed(made, LETS_ALL_OUT), isConfirmed(madeWithVpc, LETS_ALL_OUT)]).toEqual([
      true,
      true,
    ]);
    expect(isConfirmed(about({ kind: 'group-created', group: { id: 'sg-2' } }), LETS_ALL_OUT)).toBe(
      false,
    );
    const within = rule({ protocol: '-1', groupId: 'sg-1' });
    expect(isConfirmed(madeWithVpc, within)).toBe(true);
  });
});

describe('the grants of an entry', () => {
  const grant: Grant = {
    cause: 'trusted-actor',
    by: deployer.arn!,
    since: trusted.time,
    eventId: 'event-1',
  };

  async function afterLook(change: Change | undefined, known: Partial<Grant> = {}): Promise<Grant> {
    const history = new HistoryInMemory();
    if (change) history.changes.push(change);
    const entry: LedgerEntry = { rule: ssh, grants: [{ ...grant, ...known }], revision: 1 };
    const { grants } = await confirmGrants(entry, 'sg-1', history, trustsDeployer, (one) => ({
      ...one,
      reason: 'absent',
    }));
    return grants[0]!;
  }

  test('are confirmed by their events', async () => {
    expect(await afterLook(trusted)).toEqual({ ...grant, confirmed: true });
  });

  test('are refuted where the event is of someone else than they say', async () => {
    expect(await afterLook(by(eve, trusted))).toEqual({ ...grant, confirmed: false });
  });

  test.each<[string, Change, Partial<Grant>]>([
    ['of a trusted actor whose values are others', by(deployer, added(https)), {}],
    [
      'of the one whom they name, who is trusted no more',
      by(mallory, trusted),
      { by: mallory.arn! },
    ],
  ])('are left as they are by an event %s', async (_, change, known) => {
    expect(await afterLook(change, known)).toEqual({ ...grant, ...known });
  });

  test('whose events are absent become what the caller says, and others are not looked at', async () => {
    expect(await afterLook(undefined)).toEqual({ ...grant, reason: 'absent' });
    expect(await afterLook(undefined, { confirmed: true })).toEqual({ ...grant, confirmed: true });
    expect(await afterLook(undefined, { eventId: undefined })).toEqual({
      ...grant,
      eventId: undefined,
    });
  });

  test('are left where it says nothing of absent ones', async () => {
    const entry: LedgerEntry = { rule: ssh, grants: [grant], revision: 1 };
    const known = await confirmGrants(entry, 'sg-1', new HistoryInMemory(), trustsDeployer);
    expect(known).toEqual(entry);
  });
});

describe('what spoke for a rule before a trusted actor replaced its values', () => {
  const replacing = by(deployer, { ...modified('sgr-1'), eventId: 'replacing' });
  const at = replacing.time;
  const grants: Grant[] = [
    { cause: 'adopted', by: 'App/Sentry', since: new Date(at.getTime() - 1) },
    { cause: 'operator', by: 'olga', since: at },
  ];
  const entry: LedgerEntry = {
    rule: ssh,
    grants,
    revision: 1,
    replacedBy: { eventId: 'replacing', at },
  };
  const { replacedBy: _replaced, ...rest } = entry;

  async function ended(change: Change | undefined, now = at, known = entry): Promise<LedgerEntry> {
    const history = new HistoryInMemory();
    if (change) history.changes.push(change);
    return endReplaced(known, history, trustsDeployer, now);
  }

  test('speaks no more where the history has that call, and what came later does', async () => {
    const [earlier, later] = grants;
    expect(await ended(replacing)).toEqual({
      ...rest,
      grants: [{ ...earlier, confirmed: false }, later],
    });
  });

  test.each<[string, Change]>([
    ['failed', { ...replacing, errorCode: 'Client.Denied' }],
    ['was of someone else', by(eve, replacing)],
    ['modified another rule', by(deployer, { ...modified('sgr-2'), eventId: 'replacing' })],
  ])('speaks on where the call %s', async (_, change) => {
    expect(await ended(change)).toEqual(rest);
  });

  test('waits for the call for a day', async () => {
    expect(await ended(undefined, new Date(at.getTime() + 24 * HOUR - 1))).toBe(entry);
    expect(await ended(undefined, new Date(at.getTime() + 24 * HOUR))).toEqual(rest);
  });

  test('speaks where nothing has replaced it', async () => {
    expect(await ended(replacing, at, rest)).toBe(rest);
  });
});

describe('a rule is explained', () => {
  const later = { ...added(ssh), eventId: 'later', time: new Date(trusted.time.getTime() + 1_000) };

  test('by the latest call that can have made it what it is', () => {
    const failed = { ...later, eventId: 'failed', errorCode: 'Client.Denied' };
    const calls = [trusted, failed, later, removed({ id: 'sgr-1' })];
    expect(explanationOf(ssh, true, calls)).toBe(later);
    expect(explanationOf(ssh, true, [...calls].reverse())).toBe(later);
    expect(explanationOf(ssh, true, [added(https)])).toBeUndefined();
  });

  test('where it is gone, by the latest that can have taken it away', () => {
    const removal = removed({ id: 'sgr-1' });
    expect(explanationOf(ssh, false, [removal, later])).toBe(removal);
  });
});
