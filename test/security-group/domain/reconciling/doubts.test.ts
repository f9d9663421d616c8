import { EMPTY_LEDGER } from '../../../../src/security-group/domain/ledger/ledger';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import {
  doubtfulGroupIds,
  doubtfulLists,
  doubtfulPeers,
  isInDoubt,
  NO_DOUBTS,
  unreadableRules,
} from '../../../../src/security-group/domain/reconciling/doubts';
import type { GroupView } from '../../../../src/security-group/domain/reconciling/group-view';
import type { PrefixList } from '../../../../src/security-group/domain/rules/prefix-list';
import type { Rule } from '../../../../src/security-group/domain/rules/rule';
import { configurationOf, forbidSsh } from '../../samples/changes';
import { rule } from '../../samples/rules';

const NOW = new Date('2026-01-01T00:00:00Z');
const web = { id: 'sg-1', name: 'web' };
const app = { id: 'sg-2', name: 'app' };
const viaList = rule({ id: 'sgr-list', prefixListId: 'pl-1' });
const harmless = rule({ id: 'sgr-https', fromPort: 443, toPort: 443, prefixListId: 'pl-1' });
const unread: PrefixList = {
  id: 'pl-1',
  isAwsManaged: false,
  cidrs: [],
  doubt: { kind: 'not-read', reason: 'Throttled' },
};

function viewOf(
  details: GroupView['details'],
  rules: readonly Rule[],
  { lists = [], policies = [forbidSsh], unreadable = [] }: Seen = {},
): GroupView {
  return {
    details,
    group: { rules, unreadableRuleIds: unreadable },
    ledger: EMPTY_LEDGER,
    prefixLists: new Map(lists.map((list) => [list.id, list])),
    configuration: configurationOf(policies),
  };
}

interface Seen {
  readonly lists?: readonly PrefixList[];
  readonly policies?: readonly Policy[];
  readonly unreadable?: readonly string[];
}

describe('a prefix list is in doubt', () => {
  test('once, with all rules that hang on it', () => {
    const views = [web, app].map((group) =>
      viewOf(group, [viaList, harmless, rule({ id: 'sgr-ssh' })], { lists: [unread] }),
    );
    expect(doubtfulLists(views, NOW)).toEqual([
      {
        id: 'pl-1',
        reason: 'Throttled',
        isShown: true,
        rules: [
          { group: web, rule: viaList },
          { group: app, rule: viaList },
        ],
      },
    ]);
  });

  test('where EC2 does not show it, and not where all of it is known', () => {
    expect(doubtfulLists([viewOf(web, [viaList])], NOW)).toMatchObject([{ isShown: false }]);
    const { doubt: _, ...known } = unread;
    expect(doubtfulLists([viewOf(web, [viaList], { lists: [known] })], NOW)).toEqual([]);
  });
});

describe('a peer of a policy is in doubt', () => {
  const forbidVpc: Policy = {
    baseline: {
      kind: 'forbid',
      patterns: [{ name: 'VPC', peers: [{ kind: 'vpc', vpcId: 'vpc-1' }] }],
    },
    response: 'revert',
  };
  const office = rule({ id: 'sgr-1', ipRange: '10.0.0.0/16' });

  test('with the rules that hang on it, and also where none does', () => {
    const policies = [forbidSsh, forbidVpc];
    const peers = (...rules: Rule[]) =>
      doubtfulPeers([viewOf(web, rules, { policies })], policies, NOW);
    expect(peers(office)).toMatchObject([{ rules: [{ group: web, rule: office }] }]);
    expect(peers(rule({ groupId: 'sg-9' }))).toMatchObject([{ rules: [] }]);
    expect(doubtfulPeers([viewOf(web, [office])], [forbidSsh], NOW)).toEqual([]);
  });
});

test('of two peers in doubt, each has the rules that hang on it, and no others', () => {
  const forbidVpc = (vpcId: string, direction: 'ingress' | 'egress'): Policy => ({
    baseline: {
      kind: 'forbid',
      patterns: [{ name: vpcId, direction, peers: [{ kind: 'vpc', vpcId }] }],
    },
    response: 'revert',
  });
  const policies = [forbidVpc('vpc-1', 'ingress'), forbidVpc('vpc-2', 'egress')];
  const into = rule({ id: 'sgr-1' });
  const out = rule({ id: 'sgr-2', direction: 'egress' });
  expect(doubtfulPeers([viewOf(web, [into, out], { policies })], policies, NOW)).toMatchObject([
    { peer: 'VPC vpc-1', rules: [{ rule: into }] },
    { peer: 'VPC vpc-2', rules: [{ rule: out }] },
  ]);
});

test('rules that cannot be read are named with their group', () => {
  const views = [viewOf(web, []), viewOf(app, [], { unreadable: ['sgr-1'] })];
  expect(unreadableRules(views)).toEqual([{ group: app, ruleIds: ['sgr-1'] }]);
});

test('the brake counts groups that could not be read, and none for what others may do to a list or a peer', () => {
  const list = { id: 'pl-1', reason: 'Throttled', rules: [{ group: web, rule: viaList }] };
  const notJudged = { group: web, reason: 'Throttled' };
  const rules = [{ group: app, rule: viaList }];
  const ids = (values: Partial<typeof NO_DOUBTS>) => [
    ...doubtfulGroupIds({ ...NO_DOUBTS, ...values }),
  ];
  expect(ids({ lists: [{ ...list, isShown: true }] })).toEqual(['sg-1']);
  expect(ids({ lists: [{ ...list, isShown: false }] })).toEqual([]);
  expect(ids({ rules: [{ group: app, ruleIds: ['sgr-1'] }] })).toEqual(['sg-2']);
  expect(ids({ groups: [notJudged, { ...notJudged, group: app, isForPeer: true }] })).toEqual([
    'sg-1',
  ]);
  expect(ids({ peers: [{ peer: 'VPC vpc-1', reason: 'it is gone', rules }] })).toEqual([]);
});

test('there is doubt where there is any of a kind', () => {
  const rules = [{ group: web, ruleIds: ['sgr-1'] }];
  expect(isInDoubt({ ...NO_DOUBTS, rules })).toBe(true);
  expect(isInDoubt(NO_DOUBTS)).toBe(false);
});
