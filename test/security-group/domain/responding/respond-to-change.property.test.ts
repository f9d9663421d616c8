import fc from 'fast-check';
import type { Change } from '../../../../src/security-group/domain/changes/change';
import {
  type NamedRules,
  namesAsItStands,
  namesStanding,
  NO_RULES,
} from '../../../../src/security-group/domain/changes/named-rules';
import type { Grant } from '../../../../src/security-group/domain/ledger/ledger';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import type { RuleOutcome } from '../../../../src/security-group/domain/reporting/outcome';
import { type Rule, ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { type Fault, Faults } from '../../in-memory/faults';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import { changeOf, configurationOf, deployer, eve, forbidSsh } from '../../samples/changes';
import {
  describedRule,
  namedRules,
  opensSsh,
  policies,
  type Remembered,
  rememberedRules,
  standingRules,
} from '../../samples/random-groups';

interface World {
  /** Whether EC2's answer to a revoke names the rule that is gone. */
  readonly namesRevoked: boolean;
  readonly policies: readonly Policy[];
  /** Those that a warm function has read for an earlier event. */
  readonly lastKnown: readonly Policy[] | undefined;
  readonly standing: readonly Rule[];
  readonly remembered: readonly Remembered[];
}

const worlds: fc.Arbitrary<World> = fc.record({
  namesRevoked: fc.boolean(),
  policies,
  lastKnown: fc.option(policies, { nil: undefined }),
  standing: standingRules,
  remembered: rememberedRules,
});

function sentryIn({
  policies: chosen,
  standing,
  remembered,
  namesRevoked,
  lastKnown,
}: World): SentryInMemory {
  const sentry = new SentryInMemory(
    configurationOf(chosen),
    GroupsInMemory.of('sg-1', ...standing),
  );
  sentry.groups.namesRevoked = namesRevoked;
  sentry.lastKnown = lastKnown && configurationOf(lastKnown);
  sentry.ledger.adopt('sg-1', []);
  for (const { rule, grants } of remembered) sentry.ledger.note('sg-1', rule, { grants });
  return sentry;
}

test('after it has acted no rule that the event names violates a policy to revert, and what violates and remains was told', async () => {
  let reverted = 0;
  await fc.assert(
    fc.asyncProperty(worlds, namedRules, async (world, named) => {
      const sentry = sentryIn(world);
      const granted = new Map(
        world.standing.map((rule) => [ruleKey(rule), livingGrantsOf(sentry, rule)]),
      );
      await sentry.respond(changeOf(named));
      const told = new Set(toldOf(sentry).map(({ rule }) => ruleKey(rule)));
      for (const rule of sentry.groups
        .rulesIn('sg-1')
        .filter(
          (one) => granted.has(ruleKey(one)) && (namesStanding(named, one) || !named.complete),
        )) {
        const grants = granted.get(ruleKey(rule))!;
        // What someone else has written since waits for its own event, but for open traffic.
        const written = namesAsItStands(named, rule) || !named.complete;
        for (const { baseline, response } of world.policies) {
          const violates =
            baseline.kind === 'locked'
              ? written && grants.length === 0
              : opensSsh(rule) && !grants.some(({ cause }) => cause !== 'trusted-actor');
          if (!violates) continue;
          expect(response).not.toBe('revert');
          if (written) expect(told).toContain(ruleKey(rule));
        }
      }
      reverted += sentry.groups.acts.length;
    }),
    { numRuns: 600 },
  );
  expect(reverted).toBeGreaterThan(200);
});

type Deed = {
  readonly kind: 'open' | 'close' | 'modify' | 'describe';
  readonly index: number;
  readonly rule: Rule;
};

const deeds: fc.Arbitrary<Deed[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(
      'open' as const,
      'open' as const,
      'close' as const,
      'modify' as const,
      'describe' as const,
    ),
    index: fc.nat({ max: 2 }),
    rule: describedRule,
  }),
  { minLength: 1, maxLength: 3 },
);

/**
 * What one call did, as its record tells it. Rules that a call has touched, it does not touch
 * again.
 */
function carryOut(groups: GroupsInMemory, all: readonly Deed[]): NamedRules {
  const [first] = all;
  const same = all.filter(({ kind }) => kind === first?.kind);
  const standing = groups.rulesIn('sg-1');
  return same.reduce((named, { kind, index, rule }): NamedRules => {
    const one = standing[index];
    if (kind === 'open') {
      const opened = groups.open('sg-1', rule);
      return opened ? { ...named, present: [...named.present, opened] } : named;
    }
    if (!one?.id || !groups.ruleIds('sg-1').includes(one.id)) return named;
    if (kind === 'close') {
      groups.close('sg-1', one.id);
      return { ...named, absent: [...named.absent, { id: one.id, rule: one }] };
    }
    const changed = groups.change(
      'sg-1',
      one.id,
      kind === 'modify' ? rule : { ...one, description: rule.description },
    );
    if (!changed) return named;
    return kind === 'modify'
      ? { ...named, modifiedIds: [...named.modifiedIds, one.id] }
      : { ...named, described: [...named.described, { rule: changed }] };
  }, NO_RULES);
}

/** A group in which everything was adopted, and then a call that changed it. */
function changedBy(
  actor: Change['actor'],
  { standing, ...world }: World,
  all: readonly Deed[],
): { sentry: SentryInMemory; change: Change } {
  const sentry = sentryIn({ ...world, standing, remembered: [] });
  sentry.ledger.adopt('sg-1', standing);
  const change = changeOf(carryOut(sentry.groups, all), { actor });
  sentry.history.changes.push(change);
  return { sentry, change };
}

const faults = fc.array(
  fc.array(
    fc.tuple(
      fc.integer({ min: 1, max: 16 }),
      fc.constantFrom<Fault>(
        'fails',
        'fails after it has worked',
        'loses its answer',
        'crashes',
        'crashes after it has worked',
      ),
    ),
    { minLength: 1, maxLength: 2 },
  ),
  { minLength: 1, maxLength: 4 },
);

/**
 * The event comes back until it is done: each time after its lease has ended, and first with these
 * faults.
 */
async function deliver(
  sentry: SentryInMemory,
  change: Change,
  planned: readonly (readonly (readonly [number, Fault])[])[],
): Promise<void> {
  for (const [index, plan] of [...planned, [], []].entries()) {
    sentry.faults = new Faults(new Map(plan));
    const { failures } = await sentry
      .responsesTo(change, index + 1)
      .catch((error: unknown) => ({ failures: [error] }));
    if (failures.length === 0) return;
    await sentry.pass(91_000);
  }
}

test('whatever fails at whichever call, retries end in the right state, and everything that was done is told', async () => {
  let tried = 0;
  await fc.assert(
    fc.asyncProperty(
      worlds,
      deeds,
      fc.constantFrom(eve, eve, deployer),
      faults,
      async (world, all, actor, planned) => {
        const faulty = changedBy(actor, world, all);
        const smooth = changedBy(actor, world, all);
        await deliver(faulty.sentry, faulty.change, planned);
        await deliver(smooth.sentry, smooth.change, []);

        expect(described(faulty.sentry)).toEqual(described(smooth.sentry));
        expect(grantedIn(faulty.sentry)).toEqual(grantedIn(smooth.sentry));
        const outcomes = toldOf(faulty.sentry);
        for (const act of faulty.sentry.groups.acts) {
          // What EC2 did and then failed to say looks as if someone had been quicker.
          const isTold = outcomes.some(
            ({ rule, restored, outcome }) =>
              ['reverted', 'already-gone'].includes(outcome.kind) &&
              (act.kind === 'revoke'
                ? rule.id === act.rule.id
                : restored !== undefined && ruleKey(restored) === ruleKey(act.rule)),
          );
          expect([act, isTold]).toEqual([act, true]);
        }
        expect(actsOf(faulty.sentry)).toEqual(actsOf(smooth.sentry));
        expect(outcomes.map(({ rule }) => ruleKey(rule))).toEqual(
          expect.arrayContaining(toldOf(smooth.sentry).map(({ rule }) => ruleKey(rule))),
        );
        tried += faulty.sentry.groups.acts.length;
      },
    ),
    { numRuns: 500 },
  );
  expect(tried).toBeGreaterThan(125);
});

function described({ groups }: SentryInMemory): string[] {
  return groups
    .rulesIn('sg-1')
    .map((rule) => `${ruleKey(rule)} ${rule.description}`)
    .sort();
}

function livingGrantsOf({ ledger, groups }: SentryInMemory, rule: Rule): readonly Grant[] {
  return ledger.grantsOf('sg-1', rule, groups.now());
}

function grantedIn({ ledger, groups }: SentryInMemory): string[] {
  return ledger.grantedKeys('sg-1', groups.now()).sort();
}

function toldOf({ announcer }: SentryInMemory): RuleOutcome[] {
  return announcer.told.flatMap(({ rules }) => rules);
}

/** Nothing is done twice, and nothing that would not be done without faults. */
function actsOf({ groups }: SentryInMemory): string[] {
  return groups.acts.map(({ kind, rule }) => `${kind} ${ruleKey(rule)}`).sort();
}

test('only rules that violate are touched, whatever fails', async () => {
  await fc.assert(
    fc.asyncProperty(worlds, deeds, faults, async (world, all, planned) => {
      const { sentry, change } = changedBy(eve, { ...world, policies: [forbidSsh] }, all);
      const before = sentry.groups.rulesIn('sg-1');
      const innocent = before.filter(
        (rule) => !opensSsh(rule) || livingGrantsOf(sentry, rule).length > 0,
      );
      await deliver(sentry, change, planned);
      expect(sentry.groups.rulesIn('sg-1')).toEqual(expect.arrayContaining([...innocent]));
      expect(
        sentry.groups
          .rulesIn('sg-1')
          .filter((rule) => opensSsh(rule) && livingGrantsOf(sentry, rule).length === 0),
      ).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
