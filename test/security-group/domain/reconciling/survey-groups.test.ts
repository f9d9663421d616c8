import type { Grant, LedgerEntry } from '../../../../src/security-group/domain/ledger/ledger';
import type { LedgerChange } from '../../../../src/security-group/domain/ledger/ledger-store';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import {
  type GroupSurvey,
  surveyGroup,
} from '../../../../src/security-group/domain/reconciling/survey-groups';
import type { PrefixList } from '../../../../src/security-group/domain/rules/prefix-list';
import {
  configurationOf,
  forbidSsh,
  locked,
  lockedNotify,
  lockedRestoring,
} from '../../samples/changes';
import { groupRecord } from '../../samples/group-records';
import { groupView, type Viewed } from '../../samples/group-views';
import { rule } from '../../samples/rules';

const NOW = new Date('2026-01-02T00:00:00Z');
const before = (milliseconds: number) => new Date(NOW.getTime() - milliseconds);
const HOUR = 60 * 60_000;
const SETTLED = configurationOf([]).settleMilliseconds;
const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const record = groupRecord(before(24 * HOUR));
const adopted: Grant = { cause: 'adopted', by: 'App/Sentry', since: before(24 * HOUR) };
const ended: Grant = { ...adopted, cause: 'operator', until: before(HOUR) };

function entryOf(values: Partial<LedgerEntry> = {}): LedgerEntry {
  return { rule: ssh, grants: [], revision: 3, ...values };
}

function put(values: Partial<LedgerEntry> = {}): LedgerChange {
  return { kind: 'put', entry: entryOf(values) };
}

function removal(values: Partial<LedgerEntry> = {}): LedgerChange {
  return { kind: 'remove', entry: entryOf(values) };
}

function surveyed(policies: readonly Policy[], viewed: Viewed): GroupSurvey {
  return surveyGroup(groupView(policies, { record, ...viewed }), NOW);
}

const NOTHING: GroupSurvey = { due: [], waits: false, changes: [] };

describe('a rule that no event explains', () => {
  test('is remembered when it is first seen, and waits', () => {
    expect(surveyed([locked], { rules: [ssh] })).toEqual({
      due: [],
      waits: true,
      changes: [put({ revision: 0, unexplainedSince: NOW })],
    });
  });

  test('is due once it has waited for the time to settle, and no sooner', () => {
    const waiting = (milliseconds: number) => [entryOf({ unexplainedSince: before(milliseconds) })];
    const seen = (milliseconds: number) =>
      surveyed([locked], { rules: [ssh], entries: waiting(milliseconds) });
    expect(seen(SETTLED - 1)).toEqual({ ...NOTHING, waits: true });
    expect(seen(SETTLED)).toEqual({ ...NOTHING, due: [ssh] });
  });

  test('waits from when another one began to wait that is gone', () => {
    const gone = entryOf({ rule: https, unexplainedSince: before(HOUR) });
    expect(surveyed([locked], { rules: [ssh], entries: [gone] })).toEqual({
      due: [],
      waits: true,
      changes: [
        put({ revision: 0, unexplainedSince: before(HOUR) }),
        { kind: 'remove', entry: gone },
      ],
    });
  });

  test('is nothing to wait for where it violates nothing', () => {
    expect(surveyed([forbidSsh], { rules: [https] })).toEqual(NOTHING);
  });

  test('is not waited for any more once it has come right', () => {
    const unexplained = { unexplainedSince: before(HOUR) };
    const granted = { grants: [adopted], ...unexplained };
    expect(surveyed([locked], { rules: [ssh], entries: [entryOf(granted)] })).toEqual({
      ...NOTHING,
      changes: [put({ ...granted, unexplainedSince: undefined })],
    });
    expect(surveyed([], { rules: [ssh], entries: [entryOf(unexplained)] })).toEqual({
      ...NOTHING,
      changes: [removal(unexplained)],
    });
  });
});

describe('a rule that is missing', () => {
  test('is remembered when it is first missed, and due once the time to settle is over', () => {
    const missing = (values: Partial<LedgerEntry> = {}) =>
      surveyed([lockedRestoring], { entries: [entryOf({ grants: [adopted], ...values })] });
    expect(missing()).toEqual({
      due: [],
      waits: true,
      changes: [put({ grants: [adopted], missingSince: NOW })],
    });
    expect(missing({ missingSince: before(SETTLED - 1) })).toEqual({ ...NOTHING, waits: true });
    expect(missing({ missingSince: before(SETTLED) })).toEqual({ ...NOTHING, due: [ssh] });
  });

  test('and that a disabled policy would have put back waits for the end of its disabling', () => {
    const disabling = { policy: 'locked', since: before(HOUR), until: new Date('2026-01-03') };
    const order = { ...disabling, reason: 'an incident', by: 'olga' };
    const seen = (policy: Policy) =>
      surveyed([policy], { entries: [entryOf({ grants: [adopted] })] });
    expect(seen({ ...lockedRestoring, disabling: order })).toEqual(NOTHING);
    expect(seen({ ...locked, disabling: order })).toMatchObject({ waits: true });
  });

  test('is not missed any more once it is there again', () => {
    const entries = [entryOf({ grants: [adopted], missingSince: before(HOUR) })];
    expect(surveyed([lockedRestoring], { rules: [ssh], entries })).toEqual({
      ...NOTHING,
      changes: [put({ grants: [adopted], missingSince: undefined })],
    });
  });

  test('is not due for a wait that belongs to another', () => {
    const entries = [
      entryOf({ grants: [adopted] }),
      entryOf({ rule: https, missingSince: before(HOUR), grants: [adopted] }),
    ];
    expect(surveyed([lockedRestoring], { entries })).toMatchObject({ due: [https], waits: true });
  });
});

describe('what the ledger holds of rules that are as they should be', () => {
  test('stays as it is', () => {
    expect(surveyed([locked], { rules: [ssh], entries: [entryOf({ grants: [adopted] })] })).toEqual(
      NOTHING,
    );
    expect(surveyed([], { rules: [ssh], entries: [entryOf()] })).toEqual(NOTHING);
  });

  test('stays as it is while the rule cannot be read', () => {
    const view = groupView([lockedRestoring], {
      record,
      entries: [entryOf({ grants: [adopted] })],
    });
    const group = { rules: [], unreadableRuleIds: ['sgr-ssh'] };
    expect(surveyGroup({ ...view, group }, NOW)).toEqual(NOTHING);
  });

  test('has the id of the rule that stands there now', () => {
    const again = { ...ssh, id: 'sgr-again', description: 'again' };
    const entries = [entryOf({ grants: [adopted] })];
    expect(surveyed([locked], { rules: [again], entries })).toEqual({
      ...NOTHING,
      changes: [put({ grants: [adopted], rule: { ...ssh, id: 'sgr-again' } })],
    });
  });

  test('is forgotten where the rule is gone and nothing speaks for it, but for a question', () => {
    const asked = { requestId: 'request-1', until: new Date('2026-01-03') };
    expect(surveyed([locked], { entries: [entryOf({ grants: [ended] })] }).changes).toEqual([
      removal({ grants: [ended] }),
    ]);
    expect(surveyed([locked], { entries: [entryOf({ suspension: asked })] })).toEqual(NOTHING);
  });
});

describe('a grant that has ended', () => {
  test('has its rule due at once, and that is not told to wait', () => {
    const entries = [entryOf({ grants: [ended] })];
    expect(surveyed([locked], { rules: [ssh], entries })).toEqual({
      due: [ssh],
      waits: false,
      changes: [put({ unexplainedSince: new Date(0) })],
    });
  });

  test('is remembered where it says that people were asked', () => {
    const request: Grant = { ...ended, cause: 'approval-request', requestId: 'request-1' };
    const entries = [entryOf({ grants: [ended, request] })];
    expect(surveyed([locked], { rules: [ssh], entries }).changes).toEqual([
      put({ grants: [request], unexplainedSince: new Date(0) }),
    ]);
  });

  test('is nothing to answer where its rule violates nothing', () => {
    const entries = [entryOf({ grants: [ended] })];
    expect(surveyed([], { rules: [ssh], entries })).toEqual(NOTHING);
  });
});

describe('what was told as left in place', () => {
  const entries = [entryOf({ toldAt: before(HOUR) })];
  const seen = (policies: readonly Policy[], mode: 'ENFORCE' | 'OBSERVE' = 'ENFORCE') =>
    surveyed(policies, { rules: [ssh], entries, configuration: { mode } });

  test('is not told again', () => {
    expect(seen([lockedNotify])).toEqual(NOTHING);
    expect(seen([locked], 'OBSERVE')).toEqual(NOTHING);
  });

  test('waits for its event where it would be reverted by any policy', () => {
    expect(seen([locked])).toMatchObject({ waits: true });
    expect(seen([lockedNotify, forbidSsh])).toMatchObject({ waits: true });
  });

  test('is none that was not told', () => {
    expect(surveyed([lockedNotify], { rules: [ssh] })).toMatchObject({ waits: true });
  });
});

describe('an exclusion', () => {
  const excluding = [{ groupId: 'sg-1', rule: ssh, reason: 'partner' }];
  const named: Policy = { ...forbidSsh, name: 'no-ssh', excluding };
  const seen = (...grants: Grant[]) =>
    surveyed([named], { rules: [ssh], entries: [entryOf({ grants })] }).changes;

  test('takes what was adopted before it out of what speaks to its policy, once', () => {
    const except = { ...adopted, exceptFor: ['no-ssh'] };
    expect(seen(adopted)).toEqual([put({ grants: [except] })]);
    expect(seen(except)).toEqual([]);
    expect(seen({ ...adopted, cause: 'operator' })).toEqual([]);
    expect(seen({ ...adopted, exceptFor: ['other'] })).toEqual([
      put({ grants: [{ ...adopted, exceptFor: ['other', 'no-ssh'] }] }),
    ]);
  });

  test('is no news for a rule of which the ledger has nothing', () => {
    expect(surveyed([named], { rules: [ssh] })).toEqual(NOTHING);
  });

  test('keeps the adoption with exceptions when the rule waits for an event', () => {
    const except = { ...adopted, exceptFor: ['no-ssh'], until: before(HOUR) };
    const policies = [{ ...named, excluding: [] }];
    const { changes } = surveyed(policies, {
      rules: [ssh],
      entries: [entryOf({ grants: [except, ended] })],
    });
    expect(changes).toEqual([put({ grants: [except], unexplainedSince: new Date(0) })]);
  });
});

describe('what was found before its prefix list could not be read any more', () => {
  const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
  const unread: PrefixList = {
    id: 'pl-1',
    isAwsManaged: false,
    cidrs: [],
    doubt: { kind: 'not-read', reason: 'Throttled' },
  };
  const found = entryOf({ rule: viaList, unexplainedSince: before(HOUR) });

  test('is not right by that', () => {
    const seen = (...lists: PrefixList[]) =>
      surveyed([forbidSsh], { rules: [viaList], entries: [found], lists });
    expect(seen(unread)).toEqual(NOTHING);
    expect(seen({ ...unread, doubt: undefined })).toEqual({
      ...NOTHING,
      changes: [{ kind: 'remove', entry: found }],
    });
  });
});

describe('what was found before a VPC of a policy could not be read any more', () => {
  const forbidVpc: Policy = {
    baseline: {
      kind: 'forbid',
      patterns: [{ name: 'VPC', peers: [{ kind: 'vpc', vpcId: 'vpc-1' }] }],
    },
    response: 'revert',
  };
  const seen = (policies: readonly Policy[]) => {
    const entries = [entryOf({ rule: https, unexplainedSince: before(HOUR) })];
    return surveyed(policies, { rules: [https], entries });
  };

  test('is not right by that', () => {
    expect(seen([forbidVpc])).toEqual(NOTHING);
    expect(seen([forbidSsh]).changes).toHaveLength(1);
  });

  test('is right where no rule hangs on that VPC', () => {
    const inner = rule({ id: 'sgr-https', fromPort: 443, toPort: 443, groupId: 'sg-9' });
    const entries = [entryOf({ rule: inner, unexplainedSince: before(HOUR) })];
    expect(surveyed([forbidVpc], { rules: [inner], entries }).changes).toHaveLength(1);
  });
});
