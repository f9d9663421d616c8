import fc from 'fast-check';
import { groupRecord } from './group-records';
import { canonicalRules } from './rules';
import type { Adoption } from '../../../src/security-group/domain/reconciling/adoption';
import type { Doubts } from '../../../src/security-group/domain/reconciling/doubts';
import type { ReconcileReport } from '../../../src/security-group/domain/reconciling/reconcile-report';

const at = new Date('2026-01-01T00:00:00Z');
const groups = fc.record({
  id: fc.constantFrom('sg-1', 'sg-2'),
  name: fc.option(fc.string(), { nil: undefined }),
});
const record = groupRecord(at, { name: 'web' });

const adoptions: fc.Arbitrary<Adoption> = fc.record({
  group: groups,
  cause: fc.constantFrom('first-contact', 'came-back', 'enforced-now', 'other-policies'),
  ruleCount: fc.nat(100),
  newRules: fc.array(canonicalRules, { maxLength: 2 }),
  violating: fc.array(
    fc.record({
      rule: canonicalRules,
      violations: fc.constant([{ baseline: 'forbid', response: 'revert', reason: 'SSH' } as const]),
    }),
    { maxLength: 3 },
  ),
  changes: fc.constant([]),
  record: fc.constant(record),
});

const notJudged = fc.record({ group: groups, reason: fc.string() });

const doubts: fc.Arbitrary<Doubts> = fc.record({
  lists: fc.array(
    fc.record({
      id: fc.constantFrom('pl-1', 'pl-2'),
      reason: fc.string(),
      isShown: fc.boolean(),
      rules: fc.array(fc.record({ group: groups, rule: canonicalRules }), { maxLength: 4 }),
    }),
    { maxLength: 3 },
  ),
  rules: fc.array(fc.record({ group: groups, ruleIds: fc.array(fc.string(), { maxLength: 3 }) }), {
    maxLength: 3,
  }),
  groups: fc.array(notJudged, { maxLength: 3 }),
  selections: fc.array(fc.record({ selection: fc.string(), reason: fc.string() }), {
    maxLength: 3,
  }),
  peers: fc.array(
    fc.record({
      peer: fc.constantFrom('VPC vpc-1', 'the range "office"'),
      reason: fc.string(),
      rules: fc.array(fc.record({ group: groups, rule: canonicalRules }), { maxLength: 3 }),
    }),
    { maxLength: 2 },
  ),
});

const disablings = fc.array(
  fc.record({
    policy: fc.constantFrom('no-ssh', 'locked-1a2b3c4d'),
    since: fc.constant(at),
    until: fc.constant(at),
    reason: fc.string(),
    by: fc.string(),
  }),
  { maxLength: 2 },
);

export const reconcileReports: fc.Arbitrary<ReconcileReport> = fc.record({
  at: fc.constant(at),
  groupCount: fc.nat(500),
  adoptions: fc.array(adoptions, { maxLength: 3 }),
  released: fc.array(
    fc.record({ group: fc.constant(record), reason: fc.constantFrom('deleted', 'not-chosen') }),
    { maxLength: 2 },
  ),
  returned: fc.array(fc.constant(record), { maxLength: 2 }),
  notAdoptedYet: fc.option(
    fc.record({ groups: fc.array(groups, { maxLength: 3 }), reason: fc.string() }),
    {
      nil: undefined,
    },
  ),
  due: fc.array(fc.constantFrom('sg-1', 'sg-2'), { maxLength: 3 }),
  isBraked: fc.boolean(),
  unconfirmed: fc.array(
    fc.record({
      group: groups,
      entry: canonicalRules.map((rule) => ({ rule, grants: [], revision: 1 })),
      unconfirmed: fc.constant([
        { cause: 'trusted-actor', by: 'Deploy', since: at, eventId: 'event-1' } as const,
      ]),
    }),
    { maxLength: 2 },
  ),
  doubts,
  pause: fc.option(fc.record({ until: fc.constant(at), reason: fc.string(), by: fc.string() }), {
    nil: undefined,
  }),
  disablings,
  endedDisablings: disablings,
  exclusionEnds: fc.array(
    fc.record({
      policy: fc.constantFrom('no-ssh', 'locked-1a2b3c4d'),
      exclusion: fc.record({
        groupId: fc.constantFrom('sg-1', 'sg-2'),
        rule: canonicalRules,
        reason: fc.string(),
        until: fc.constant(at),
      }),
      isOver: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
});
