import { NO_RULES } from '../../../../src/security-group/domain/changes/named-rules';
import {
  entriesToConfirm,
  whyNotPutBack,
} from '../../../../src/security-group/domain/judging/grounds';
import type { Hints, Situation } from '../../../../src/security-group/domain/judging/situation';
import type { Grant, LedgerEntry } from '../../../../src/security-group/domain/ledger/ledger';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import type { PrefixList } from '../../../../src/security-group/domain/rules/prefix-list';
import { type Rule, ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { allowHttpsOnly, asking, forbidSsh, locked, lockedRestoring } from '../../samples/changes';
import { groupRecord } from '../../samples/group-records';
import { rule } from '../../samples/rules';

const HOUR = 3_600_000;
const NOW = new Date('2026-01-02T00:00:00Z');
const before = (hours: number) => new Date(NOW.getTime() - hours * HOUR);
const ssh = rule({ id: 'sgr-ssh' });
const https = rule({ id: 'sgr-https', fromPort: 443, toPort: 443 });
const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });

const adopted: Grant = { cause: 'adopted', by: 'App/Sentry', since: before(100) };
const deployed: Grant = { cause: 'trusted-actor', by: 'deploy', since: before(1), eventId: 'e-0' };
const longAgo: Grant = { ...deployed, since: before(24) };
const asked: Grant = { cause: 'approval-request', by: 'team', since: before(1), requestId: 'r-1' };
const byAnyone: Hints = { ...NO_RULES, byTrustedActor: false };

function entry(one: Rule, ...grants: Grant[]): LedgerEntry {
  return { rule: one, grants, revision: 1 };
}

/** A group in which the entry's rule was accepted, and is missing. */
function missing(one: LedgerEntry, values: Partial<Situation> = {}): Situation {
  return {
    groupId: 'sg-1',
    group: { rules: [https], unreadableRuleIds: [] },
    ledger: {
      record: groupRecord(before(100)),
      entries: new Map([[ruleKey(one.rule), one]]),
      repeats: [],
    },
    policies: [lockedRestoring],
    prefixLists: new Map(),
    hints: byAnyone,
    now: NOW,
    ...values,
  };
}

describe('a removed rule that rests on events alone', () => {
  const whyNot = (...grants: Grant[]) => {
    const one = entry(ssh, ...grants);
    return whyNotPutBack(one, missing(one));
  };
  const unconfirmed = "CloudTrail's event history does not confirm that a trusted actor added it";

  test('may be put back later, as long as one of them may be confirmed', () => {
    const mayBe = {
      reason: "CloudTrail's event history does not confirm (yet) that a trusted actor added it",
      mayChange: true,
    };
    expect(whyNot(deployed)).toEqual(mayBe);
    expect(whyNot(longAgo, deployed)).toEqual(mayBe);
  });

  test.each<[string, Grant]>([
    ['it is too long ago', longAgo],
    ['the history has passed by it', { ...deployed, confirmed: false }],
    ['it is a request that no one has approved', asked],
  ])('is never put back where %s', (_, grant) => {
    expect(whyNot(grant)).toEqual({ reason: unconfirmed, mayChange: false });
  });

  test('is put back where one of them is confirmed', () => {
    expect(whyNot({ ...longAgo, confirmed: true })).toBeUndefined();
  });

  test('is put back where people have approved it, and only under a policy that asks people', () => {
    const one = entry(ssh, { ...asked, confirmed: true });
    const policies = [asking(lockedRestoring, 'revertIfDenied')];
    expect(whyNotPutBack(one, missing(one, { policies }))).toBeUndefined();
    expect(whyNotPutBack(one, missing(one))).toMatchObject({ mayChange: false });
  });
});

describe('a removed rule that is not allowed any more', () => {
  const told: Policy = { ...forbidSsh, response: 'notifyOnly' };

  test('is not put back, unless what it violates only tells', () => {
    const one = entry(ssh, adopted);
    expect(whyNotPutBack(one, missing(one, { policies: [lockedRestoring, forbidSsh] }))).toEqual({
      reason: 'it violates a baseline itself: tcp 22 from 0.0.0.0/0 opens what is forbidden: SSH',
      mayChange: false,
    });
    expect(whyNotPutBack(one, missing(one, { policies: [lockedRestoring, told] }))).toBeUndefined();
  });

  test('is not put back where EC2 does not show the list that it names: nothing is allowed by that', () => {
    const one = { ...entry(viaList, adopted), prefixListVersion: 1 };
    const policies = [lockedRestoring, allowHttpsOnly];
    expect(whyNotPutBack(one, missing(one, { policies }))).toMatchObject({ mayChange: false });
  });

  test('is not put back either where that would be within what it may open, if it were empty', () => {
    const httpsViaList = rule({ prefixListId: 'pl-1', fromPort: 443, toPort: 443 });
    const operator: Grant = { ...adopted, cause: 'operator', by: 'olga' };
    const internal: Policy = {
      baseline: {
        kind: 'allowOnly',
        patterns: [{ name: 'internal', peers: [{ kind: 'ipRange', cidr: '10.0.0.0/8' }] }],
      },
      response: 'revert',
    };
    const policies = [lockedRestoring, internal];
    for (const grant of [adopted, operator]) {
      const one = { ...entry(httpsViaList, grant), prefixListVersion: 1 };
      expect(whyNotPutBack(one, missing(one, { policies }))).toMatchObject({ mayChange: false });
    }
  });
});

describe('a removed rule whose prefix list is in doubt', () => {
  const one = { ...entry(viaList, adopted), prefixListVersion: 1 };
  const list = (kind: NonNullable<PrefixList['doubt']>['kind']): PrefixList => ({
    id: 'pl-1',
    isAwsManaged: false,
    version: 1,
    cidrs: ['10.0.0.0/8'],
    doubt: { kind, reason: 'RequestLimitExceeded' },
  });
  const whyNot = (kind: 'not-read' | 'not-understood', ...policies: Policy[]) =>
    whyNotPutBack(one, missing(one, { policies, prefixLists: new Map([['pl-1', list(kind)]]) }));

  test('is not put back where the list may let through what is forbidden, as long as it is so', () => {
    const reason = 'what the prefix list pl-1 lets through cannot be known: RequestLimitExceeded';
    expect(whyNot('not-read', lockedRestoring, forbidSsh)).toEqual({ reason, mayChange: true });
    expect(whyNot('not-understood', lockedRestoring, forbidSsh)).toEqual({
      reason,
      mayChange: false,
    });
  });

  test('is put back where nothing hangs on it', () => {
    expect(whyNot('not-read', lockedRestoring)).toBeUndefined();
  });
});

describe('the event history is asked about a missing rule', () => {
  const toConfirm = (values: Partial<Situation>, ...grants: Grant[]) => {
    const one = entry(ssh, ...grants);
    return entriesToConfirm(missing(one, values)).map(({ rule: { id } }) => id);
  };
  const removed = { ...byAnyone, absent: [{ id: 'sgr-ssh' }] };

  test.each<[string, Partial<Situation>]>([
    ['that the event removed, where removed rules are put back', { hints: removed }],
    [
      'that has other values by now, whatever the event names',
      { group: { rules: [{ ...https, id: 'sgr-ssh' }], unreadableRuleIds: [] } },
    ],
    ['where no one knows what the event names', { hints: { ...byAnyone, complete: false } }],
  ])('%s', (_, values) => {
    expect(toConfirm(values, deployed)).toEqual(['sgr-ssh']);
  });

  test.each<[string, Partial<Situation>]>([
    ['that the event does not name', {}],
    ['where removed rules stay away', { hints: removed, policies: [locked] }],
    ['that a trusted actor removed', { hints: { ...removed, byTrustedActor: true } }],
    ['where the history cannot be asked', { hints: { ...removed, notAsked: 'Throttled' } }],
  ])('not of one %s', (_, values) => {
    expect(toConfirm(values, deployed)).toEqual([]);
  });

  test('not of one that something else speaks for, or nothing does any more', () => {
    expect(toConfirm({ hints: removed }, deployed, adopted)).toEqual([]);
    expect(toConfirm({ hints: removed }, { ...deployed, until: NOW })).toEqual([]);
  });
});
