import { shownGroup } from '../../../sandbox/page/group-look';
import {
  EMPTY_LEDGER,
  type Grant,
  type GroupLedger,
  type LedgerEntry,
} from '../../../src/security-group/domain/ledger/ledger';
import { type Rule, ruleKey } from '../../../src/security-group/domain/rules/rule';

const NOW = new Date('2026-11-30T09:00:00Z');
const LATER = new Date('2026-11-30T10:00:00Z');
const EARLIER = new Date('2026-11-30T08:00:00Z');
const GROUP = { GroupId: 'sg-1', GroupName: 'web', Description: 'The web servers' };
const HTTPS: Rule = tcp(443);
const ADOPTED: Grant = { cause: 'adopted', by: 'App/Sentry', since: EARLIER };
const UNDECIDED: Grant = {
  cause: 'approval-request',
  by: 'App/Approvals',
  since: EARLIER,
  requestId: 'r-1',
};
const APPROVED: Grant = { ...UNDECIDED, by: 'U0ALICE, U0BOB', confirmed: true };

test('a rule is accepted by what its living grants say', () => {
  expect(acceptanceOf({ grants: [ADOPTED] })).toEqual({
    kind: 'accepted',
    grants: [{ cause: 'adopted', by: 'App/Sentry', since: EARLIER.getTime() }],
  });
});

test('a grant for a time is shown with its end, and not once it is over', () => {
  const approved = { ...APPROVED, by: 'U0ALICE' };
  expect(acceptanceOf({ grants: [{ ...approved, until: LATER }] })).toMatchObject({
    grants: [{ by: 'U0ALICE', until: LATER.getTime() }],
  });
  expect(acceptanceOf({ grants: [{ ...approved, until: EARLIER }] })).toEqual({
    kind: 'not-accepted',
  });
});

describe('while people decide whether it may stay, a rule waits', () => {
  // The grant outlasts the time to decide by a quarter of an hour.
  const until = new Date('2026-11-30T10:15:00Z');

  test('until the time to decide is over', () => {
    const waits = { kind: 'undecided', until: LATER.getTime() };
    expect(acceptanceOf({ grants: [{ ...UNDECIDED, until }] })).toEqual(waits);
    expect(acceptanceOf({ grants: [ADOPTED, { ...UNDECIDED, until }] })).toEqual(waits);
  });

  test('without an end where it may stay if no one decides', () => {
    expect(acceptanceOf({ grants: [UNDECIDED] })).toEqual({ kind: 'undecided' });
  });

  test('and waits no more once they have approved it, or let the time pass', () => {
    expect(acceptanceOf({ grants: [APPROVED] })).toMatchObject({ kind: 'accepted' });
    expect(acceptanceOf({ grants: [{ ...UNDECIDED, by: 'no one answered' }] })).toMatchObject({
      kind: 'accepted',
    });
  });
});

test('a rule about which people are asked is suspended', () => {
  const suspension = { requestId: 'r-1' };
  expect(acceptanceOf({ grants: [ADOPTED], suspension })).toEqual({ kind: 'suspended' });
});

test('a rule that the ledger does not know is not accepted', () => {
  const [rule] = shownGroup(GROUP, [HTTPS], EMPTY_LEDGER, NOW).rules;
  expect(rule).toMatchObject({
    text: 'tcp 443 from 0.0.0.0/0',
    acceptance: { kind: 'not-accepted' },
  });
});

test('rules are in the order of their ports', () => {
  const { rules } = shownGroup(GROUP, [tcp(443), tcp(22), tcp(8080)], EMPTY_LEDGER, NOW);
  expect(rules.map(({ id }) => id)).toEqual(['sgr-22', 'sgr-443', 'sgr-8080']);
});

test('a group is monitored once it is adopted', () => {
  expect(shownGroup(GROUP, [], EMPTY_LEDGER, NOW).isMonitored).toBe(false);
  const record = {
    groupId: 'sg-1',
    adoptedAt: EARLIER,
    adoptedWhile: 'ENFORCE' as const,
    policies: '',
    selection: '',
  };
  expect(shownGroup(GROUP, [], { ...EMPTY_LEDGER, record }, NOW).isMonitored).toBe(true);
});

test('what others have written is shown without what could turn its words around', () => {
  const hidden = 'safe\u202eelur\u200b\n';
  const rule = { ...HTTPS, description: hidden };
  const group = { GroupId: 'sg-1', GroupName: hidden, Description: hidden };
  const ledger = ledgerOf({ grants: [{ ...ADOPTED, by: hidden }] });
  const shown = shownGroup(group, [rule], ledger, NOW);
  expect(JSON.stringify(shown)).not.toMatch(/[\u202e\u200b]|\\n/);
});

function acceptanceOf(more: Pick<LedgerEntry, 'grants' | 'suspension'>) {
  return shownGroup(GROUP, [HTTPS], ledgerOf(more), NOW).rules[0]?.acceptance;
}

function ledgerOf(more: Pick<LedgerEntry, 'grants' | 'suspension'>): GroupLedger {
  const entries = new Map([[ruleKey(HTTPS), { rule: HTTPS, revision: 1, ...more }]]);
  return { ...EMPTY_LEDGER, entries };
}

function tcp(port: number): Rule {
  return {
    id: `sgr-${port}`,
    direction: 'ingress',
    protocol: 'tcp',
    fromPort: port,
    toPort: port,
    peer: { kind: 'ipv4', cidr: '0.0.0.0/0' },
  };
}
