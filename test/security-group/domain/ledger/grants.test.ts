import {
  replaced,
  withGrant,
  withoutRequest,
} from '../../../../src/security-group/domain/ledger/grants';
import type { Grant, LedgerEntry } from '../../../../src/security-group/domain/ledger/ledger';
import { rule } from '../../samples/rules';

const SINCE = new Date('2025-12-01T00:00:00Z');
const UNTIL = new Date('2026-01-01T20:00:00Z');

const ssh = rule({ id: 'sgr-ssh' });
const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
const operator: Grant = { cause: 'operator', by: 'olga', since: SINCE };
const first: Grant = { cause: 'approval-request', by: 'ann', since: SINCE, requestId: 'r1' };
const second: Grant = { ...first, requestId: 'r2' };

const suspended: LedgerEntry = {
  rule: ssh,
  grants: [operator, first],
  suspension: { requestId: 'r2' },
  unexplainedSince: SINCE,
  missingSince: SINCE,
  toldAt: SINCE,
  revision: 7,
};

describe('a rule that is granted', () => {
  test('is there again: nothing is suspended, missed or unexplained any more', () => {
    expect(withGrant(ssh, suspended, second, new Map())).toEqual({
      rule: ssh,
      grants: [operator, first, second],
      toldAt: SINCE,
      revision: 7,
    });
  });

  test('has one grant of a request, however often that is carried out', () => {
    const later = { ...first, until: UNTIL };
    expect(withGrant(ssh, suspended, later, new Map()).grants).toEqual([operator, later]);
  });

  test('that has no entry yet is written for the first time', () => {
    expect(withGrant(ssh, undefined, first, new Map())).toEqual({
      rule: ssh,
      grants: [first],
      revision: 0,
    });
  });

  test('is granted with the list as it is now, where that is known', () => {
    const list = { id: 'pl-1', isAwsManaged: false, version: 3, cidrs: [] };
    const lists = new Map([['pl-1', list]]);
    expect(withGrant(viaList, undefined, first, lists).prefixListVersion).toBe(3);
    expect(withGrant(viaList, undefined, first, new Map())).not.toHaveProperty('prefixListVersion');
    expect(withGrant(ssh, undefined, first, lists)).not.toHaveProperty('prefixListVersion');
  });
});

describe('a rule that a request has modified', () => {
  test('is to be that again after the time of the approval: its grants are suspended until then', () => {
    const change = replaced(suspended, { ...first, until: UNTIL });
    expect(change).toEqual({
      kind: 'put',
      entry: { ...suspended, suspension: { requestId: 'r1', until: UNTIL } },
    });
  });

  test.each<[string, Grant]>([
    ['was approved for good', first],
    ['is no request', { ...operator, until: UNTIL }],
  ])('is forgotten where what modified it %s', (_, grant) => {
    expect(replaced(suspended, grant)).toEqual({ kind: 'remove', entry: suspended });
  });
});

describe('without a request', () => {
  test('a rule has what it had before it: no grant of it, and no suspension by it', () => {
    const { suspension: _, ...rest } = suspended;
    expect(withoutRequest({ ...suspended, grants: [operator, second] }, 'r2')).toEqual({
      ...rest,
      grants: [operator],
    });
    expect(withoutRequest(suspended, 'r2')).not.toHaveProperty('suspension');
  });

  test('a rule keeps what another request has made of it', () => {
    expect(withoutRequest(suspended, 'r1')).toEqual({ ...suspended, grants: [operator] });
    expect(withoutRequest({ ...suspended, suspension: undefined }, 'r1')).not.toHaveProperty(
      'suspension',
    );
  });
});
