import type { Change } from '../../../../src/security-group/domain/changes/change';
import type {
  Grant,
  GroupRecord,
  LedgerEntry,
} from '../../../../src/security-group/domain/ledger/ledger';
import { sightingOf } from '../../../../src/security-group/domain/ledger/place-record';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import type { SentryConfiguration } from '../../../../src/security-group/domain/policies/sentry-configuration';
import {
  adopt,
  type Adoption,
  adoptionCause,
  type AdoptionCause,
} from '../../../../src/security-group/domain/reconciling/adoption';
import type { Arrival } from '../../../../src/security-group/domain/reconciling/arrivals';
import type { PrefixList } from '../../../../src/security-group/domain/rules/prefix-list';
import {
  added,
  allowHttpsOnly,
  by,
  changeOf,
  configurationOf,
  deployer,
  forbidSsh,
  locked,
} from '../../samples/changes';
import { groupRecord } from '../../samples/group-records';
import { groupView, type Viewed } from '../../samples/group-views';
import { rule } from '../../samples/rules';

const HOUR = 60 * 60_000;
const NOW = new Date('2026-01-02T00:00:00Z');
const before = (milliseconds: number) => new Date(NOW.getTime() - milliseconds);
const EARLIER = before(24 * HOUR);
const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const adopted: Grant = { cause: 'adopted', by: 'App/Sentry', since: NOW };
const byOperator: Grant = { cause: 'operator', by: 'olga', since: EARLIER };
const ended: Grant = { ...byOperator, until: before(HOUR) };
const notify: Policy = { ...forbidSsh, response: 'notifyOnly' };
const digestOf = configurationOf([]).digestOf;

function entryOf(values: Partial<LedgerEntry> = {}): LedgerEntry {
  return { rule: ssh, grants: [], revision: 3, ...values };
}

interface Adopting extends Viewed {
  readonly cause?: AdoptionCause;
  readonly arrival?: Arrival;
}

function adopting(
  policies: readonly Policy[],
  { cause = 'first-contact', arrival, ...viewed }: Adopting = {},
): Adoption {
  const view = groupView(policies, viewed);
  return adopt({ view, cause, ...(arrival && { arrival }) }, 'App/Sentry', NOW);
}

const respond: Partial<SentryConfiguration> = { existingViolations: 'RESPOND' };

describe('a group is adopted', () => {
  const [p, q] = [forbidSsh, { ...notify, name: 'other' }];
  const others = { digests: { selection: 's', policies: 'others' }, digestOf };
  const cause = (
    record: Partial<GroupRecord> | undefined,
    policies: readonly Policy[] = [p],
    values: Partial<SentryConfiguration> = {},
  ) =>
    adoptionCause(
      record ? { record: groupRecord(EARLIER, record) } : {},
      configurationOf(policies, values),
    );

  test('at first contact, when it came back, and when the sentry acts from now on', () => {
    expect(cause(undefined)).toBe('first-contact');
    expect(cause({ releasedAt: EARLIER })).toBe('came-back');
    expect(cause({ adoptedWhile: 'OBSERVE' })).toBe('enforced-now');
    expect(cause({ adoptedWhile: 'OBSERVE' }, [p], { mode: 'OBSERVE' })).toBeUndefined();
    expect(cause({}, [p], { mode: 'OBSERVE' })).toBeUndefined();
    expect(cause({})).toBeUndefined();
  });

  test('for other policies, but not because fewer hold', () => {
    const holds = (...policies: Policy[]) => ({
      holds: policies.map((policy) => digestOf([policy])),
    });
    expect(cause(holds(p), [p, q], others)).toBe('other-policies');
    expect(cause(holds(p, q), [p], others)).toBeUndefined();
    expect(cause(holds(p, q), [], others)).toBe('other-policies');
    expect(cause(holds(q), [p], others)).toBe('other-policies');
  });
});

describe('adoption', () => {
  test('records every rule as accepted, and the group as it is watched', () => {
    const tags = { had: [{ key: 'team', value: 'a' }], lacked: [] };
    const view = { ...groupView([forbidSsh], { rules: [ssh, https] }), tags };
    expect(adopt({ view, cause: 'first-contact' }, 'App/Sentry', NOW)).toEqual({
      group: view.details,
      cause: 'first-contact',
      ruleCount: 2,
      newRules: [],
      violating: [{ rule: ssh, violations: [expect.objectContaining({ baseline: 'forbid' })] }],
      changes: [
        { kind: 'put', entry: { rule: ssh, grants: [adopted], revision: 0 } },
        { kind: 'put', entry: { rule: https, grants: [adopted], revision: 0 } },
      ],
      record: {
        groupId: 'sg-1',
        name: 'web',
        vpcId: 'vpc-1',
        adoptedAt: NOW,
        adoptedWhile: 'ENFORCE',
        policies: 'p',
        selection: 's',
        tags,
      },
    });
  });

  test('says where no policy is for the group', () => {
    expect(adopting([]).isUncovered).toBe(true);
    expect(adopting([locked])).not.toHaveProperty('isUncovered');
    expect(adopting([locked]).record).not.toHaveProperty('tags');
    expect(adopting([locked]).record).not.toHaveProperty('madeBy');
  });

  test('goes on from what the ledger has', () => {
    const since = EARLIER;
    const stale: Grant = { cause: 'adopted', by: 'App/Other', since };
    const { changes, record } = adopting([forbidSsh], {
      rules: [ssh],
      entries: [entryOf({ grants: [stale, byOperator, ended] })],
      record: groupRecord(EARLIER, { revision: 7, releasedAt: before(HOUR) }),
      cause: 'came-back',
    });
    expect(changes).toEqual([
      { kind: 'put', entry: { rule: ssh, grants: [byOperator, adopted], revision: 3 } },
    ]);
    expect(record).toMatchObject({ revision: 7 });
    expect(record).not.toHaveProperty('releasedAt');
  });

  test('does not speak to a policy that excludes the rule', () => {
    const excluding = [{ groupId: 'sg-1', rule: ssh, reason: 'partner' }];
    const { changes } = adopting([{ ...forbidSsh, name: 'no-ssh', excluding }], { rules: [ssh] });
    expect(changes).toMatchObject([{ entry: { grants: [{ exceptFor: ['no-ssh'] }] } }]);
  });
});

describe('a rule that violates where violations are answered', () => {
  const answered = (policies: readonly Policy[], configuration = respond) =>
    adopting(policies, { rules: [ssh], configuration }).changes;

  test('is due at once, without a grant', () => {
    expect(answered([forbidSsh])).toEqual([
      { kind: 'put', entry: { rule: ssh, grants: [], revision: 0, unexplainedSince: new Date(0) } },
    ]);
    expect(answered([notify, allowHttpsOnly])).toMatchObject([
      { entry: { unexplainedSince: new Date(0) } },
    ]);
  });

  test('is accepted where its policies only notify, or nothing is violated', () => {
    const accepted = [{ kind: 'put', entry: { rule: ssh, grants: [adopted], revision: 0 } }];
    expect(answered([notify])).toEqual(accepted);
    expect(answered([])).toEqual(accepted);
    expect(answered([forbidSsh], { existingViolations: 'REPORT' })).toEqual(accepted);
  });
});

describe('the version of the prefix list that a rule names', () => {
  const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
  const list: PrefixList = { id: 'pl-1', isAwsManaged: false, version: 5, cidrs: [] };
  const put = (...lists: PrefixList[]) =>
    adopting([forbidSsh], { rules: [viaList], lists }).changes[0]!.entry;

  test('is remembered, unless the list is being changed, has none, or is not shown', () => {
    expect(put(list)).toMatchObject({ prefixListVersion: 5 });
    expect(put({ ...list, isChanging: true })).not.toHaveProperty('prefixListVersion');
    expect(put({ ...list, version: undefined })).not.toHaveProperty('prefixListVersion');
    expect(put()).not.toHaveProperty('prefixListVersion');
  });

  test('that EC2 does not show makes no violation of it', () => {
    expect(adopting([allowHttpsOnly], { rules: [viaList] }).violating).toHaveLength(1);
    expect(adopting([forbidSsh], { rules: [viaList] }).violating).toEqual([]);
  });
});

describe('what is missing', () => {
  const entries = [entryOf(), entryOf({ rule: https })];
  const missing = (record?: GroupRecord) =>
    adopting([locked], { rules: [ssh], entries, ...(record && { record }) }).changes.filter(
      ({ kind }) => kind === 'remove',
    );

  test('is forgotten when a group is first seen, or comes back', () => {
    const forgotten = [{ kind: 'remove', entry: entryOf({ rule: https }) }];
    expect(missing()).toEqual(forgotten);
    expect(missing(groupRecord(EARLIER, { releasedAt: before(HOUR) }))).toEqual(forgotten);
  });

  test('is missed still in a group that was watched all the time', () => {
    expect(missing(groupRecord(EARLIER))).toEqual([]);
  });
});

describe('a group that was watched all the time', () => {
  const record = groupRecord(EARLIER, { holds: [digestOf([forbidSsh])] });
  const again = (
    cause: AdoptionCause,
    entry: Partial<LedgerEntry> = {},
    policies: readonly Policy[] = [allowHttpsOnly],
  ) =>
    adopting(policies, { cause, record, rules: [ssh], entries: [entryOf(entry)] }).changes.length >
    0;

  test('has nothing adopted that an operator has accepted', () => {
    expect(again('enforced-now', { grants: [byOperator] })).toBe(false);
    expect(again('other-policies', { grants: [byOperator] })).toBe(false);
    expect(again('other-policies', { grants: [ended] })).toBe(true);
    expect(again('came-back', { grants: [byOperator] })).toBe(true);
    expect(again('first-contact', { grants: [byOperator] })).toBe(true);
  });

  test('has nothing adopted for other policies that a policy excluded before', () => {
    const grants = [{ ...adopted, exceptFor: ['no-ssh'] }];
    expect(again('other-policies', { grants })).toBe(false);
    expect(again('enforced-now', { grants })).toBe(true);
    expect(again('other-policies', { grants: [adopted] })).toBe(true);
  });

  test('has nothing adopted for other policies that waits for its event', () => {
    expect(again('other-policies', { unexplainedSince: EARLIER })).toBe(false);
    expect(again('enforced-now', { unexplainedSince: EARLIER })).toBe(true);
  });

  test('has nothing adopted for other policies that a policy of before takes away, disabled or not', () => {
    const disabling = { policy: 'p', since: EARLIER, until: new Date('2026-01-03') };
    const disabled = { ...forbidSsh, disabling: { ...disabling, reason: 'incident', by: 'olga' } };
    expect(again('other-policies', {}, [forbidSsh, allowHttpsOnly])).toBe(false);
    expect(again('other-policies', {}, [disabled, allowHttpsOnly])).toBe(false);
    expect(again('enforced-now', {}, [forbidSsh, allowHttpsOnly])).toBe(true);
    expect(again('other-policies', { grants: [adopted] }, [forbidSsh, allowHttpsOnly])).toBe(true);
  });

  test('has adopted what the policies of before only notify of', () => {
    const told = groupRecord(EARLIER, { holds: [digestOf([notify])] });
    const { changes } = adopting([notify, allowHttpsOnly], {
      cause: 'other-policies',
      record: told,
      rules: [ssh],
    });
    expect(changes).toHaveLength(1);
  });

  test('has its rules that hang on an unknown list judged by what is known of it', () => {
    const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
    const { changes } = adopting([forbidSsh, allowHttpsOnly], {
      cause: 'other-policies',
      record,
      rules: [viaList],
    });
    expect(changes).toHaveLength(1);
  });
});

describe('a rule that is newer than the last look', () => {
  const WRITTEN = before(2 * HOUR);
  const change = (values: Partial<Change> = {}): Change => ({
    ...added(ssh),
    time: WRITTEN,
    ...values,
  });
  const arrivalOf = (...changes: Change[]): Arrival => ({ since: EARLIER, changes });
  const arriving = (
    policies: readonly Policy[],
    arrival: Arrival = arrivalOf(change()),
    values: Adopting = {},
  ) => adopting(policies, { rules: [ssh], arrival, ...values });
  const trusted: Grant = {
    cause: 'trusted-actor',
    by: deployer.arn!,
    since: WRITTEN,
    receivedAt: NOW,
    eventId: 'event-1',
    confirmed: true,
  };

  test('is judged, not adopted, and waits from when it was written', () => {
    const { changes, newRules, violating } = arriving([forbidSsh]);
    expect(newRules).toEqual([ssh]);
    expect(violating).toEqual([]);
    expect(changes).toEqual([
      { kind: 'put', entry: { rule: ssh, grants: [], revision: 0, unexplainedSince: WRITTEN } },
    ]);
  });

  test('is judged by a locked policy, too', () => {
    expect(arriving([locked]).changes).toMatchObject([
      { entry: { grants: [], unexplainedSince: WRITTEN } },
    ]);
  });

  test('waits from when an event was noted, or from now on, where no call is known', () => {
    const unknown: Arrival = { changes: [], sighting: sightingOf([], EARLIER) };
    const noted = { entries: [entryOf({ writtenAt: before(HOUR) })] };
    expect(arriving([forbidSsh], unknown).changes).toMatchObject([
      { entry: { unexplainedSince: NOW, revision: 0 } },
    ]);
    expect(arriving([forbidSsh], unknown, noted).changes).toMatchObject([
      { entry: { unexplainedSince: before(HOUR), revision: 3 } },
    ]);
  });

  test('is nothing to remember where it violates nothing', () => {
    const entries = [entryOf({ writtenAt: before(HOUR) })];
    expect(arriving([]).changes).toEqual([]);
    expect(arriving([], undefined, { entries }).changes).toEqual([
      { kind: 'remove', entry: entries[0] },
    ]);
  });

  test('is of the trusted actor who wrote it', () => {
    const { changes } = arriving([forbidSsh], arrivalOf(by(deployer, change())));
    expect(changes).toEqual([
      { kind: 'put', entry: { rule: ssh, grants: [trusted], revision: 0 } },
    ]);
    expect(arriving([], arrivalOf(by(deployer, change()))).changes).toHaveLength(1);
  });

  test('has no grant of the time before it was written, and keeps those since', () => {
    const grants = [
      { ...byOperator, since: before(2 * HOUR + 1), by: 'before' },
      { ...byOperator, since: WRITTEN, by: 'then' },
      { ...byOperator, since: before(HOUR), eventId: 'event-1', by: 'by the same event' },
      { ...byOperator, since: before(HOUR), eventId: 'event-2', by: 'since' },
    ];
    const names = (arrival?: Arrival) =>
      arriving([forbidSsh], arrival, {
        entries: [entryOf({ grants, writtenAt: before(HOUR) })],
      }).changes[0]!.entry.grants.map((grant) => grant.by);
    expect(names()).toEqual(['then', 'since']);
    expect(names(arrivalOf(by(deployer, change())))).toEqual(['then', 'since', deployer.arn]);
    expect(names(arrivalOf())).toHaveLength(4);
  });

  test('that was told as left in place is not told again, unless it is another by now', () => {
    const toldAt = before(HOUR);
    const told = (values: Partial<LedgerEntry>) =>
      arriving([forbidSsh], undefined, { entries: [entryOf({ toldAt, ...values })] }).changes;
    expect(told({})).toEqual([
      { kind: 'put', entry: { rule: ssh, grants: [], revision: 3, toldAt } },
    ]);
    expect(told({ rule: { ...ssh, id: 'sgr-earlier' } })).toMatchObject([
      { entry: { unexplainedSince: WRITTEN } },
    ]);
    expect(told({ toldAt: undefined })).toMatchObject([{ entry: { unexplainedSince: WRITTEN } }]);
  });

  test('names its list as it is now', () => {
    const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
    const list: PrefixList = { id: 'pl-1', isAwsManaged: false, version: 5, cidrs: ['0.0.0.0/0'] };
    const { changes } = arriving([forbidSsh], arrivalOf(added(viaList)), {
      rules: [viaList],
      lists: [list],
    });
    expect(changes).toMatchObject([{ entry: { prefixListVersion: 5 } }]);
    expect(arriving([forbidSsh], arrivalOf(added(viaList)), { rules: [viaList] }).changes).toEqual(
      [],
    );
  });

  test('leaves the others of its group to be adopted', () => {
    const { newRules, changes } = arriving([forbidSsh], undefined, { rules: [ssh, https] });
    expect(newRules).toEqual([ssh]);
    expect(changes).toContainEqual({
      kind: 'put',
      entry: { rule: https, grants: [adopted], revision: 0 },
    });
  });

  test('is each in a group that was made under the eyes of the sentry, which is remembered', () => {
    const subject = { kind: 'group-created', group: { id: 'sg-1' } } as const;
    const made = arrivalOf(changeOf({}, { eventId: 'creation', subject }));
    const { newRules, record } = arriving([forbidSsh], made, { rules: [ssh, https] });
    expect(newRules).toEqual([ssh, https]);
    expect(record).toMatchObject({ madeBy: 'creation' });
  });

  test('is none in a group that did not arrive', () => {
    const entries = [entryOf({ writtenAt: NOW })];
    expect(adopting([forbidSsh], { rules: [ssh], entries }).newRules).toEqual([]);
  });
});
