import fc from 'fast-check';
import type { Change, ChangeSubject } from '../../../../src/security-group/domain/changes/change';
import {
  type NamedRules,
  NO_RULES,
} from '../../../../src/security-group/domain/changes/named-rules';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import { type Rule, ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { type Fault, Faults } from '../../in-memory/faults';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import { changeOf, configurationOf, deployer, eve, sentryItself } from '../../samples/changes';
import {
  describedRule,
  namedRules,
  policies,
  type Remembered,
  rememberedRules,
  standingRules,
} from '../../samples/random-groups';

const GROUPS = ['sg-1', 'sg-2'];

type Deed = 'open' | 'close' | 'modify' | 'describe';

type Step =
  /** A change that truly happens in EC2; its event may be lost, or come whenever it likes. */
  | {
      readonly kind: 'real';
      readonly byTrusted: boolean;
      readonly deed: Deed;
      readonly groupId: string;
      readonly index: number;
      readonly rule: Rule;
      readonly isDelivered: boolean;
    }
  /**
   * A message that anyone who can write to the queue makes up. It may name a true event, and rules
   * that truly stand there.
   */
  | {
      readonly kind: 'forged';
      readonly actor: Change['actor'];
      readonly subject: ChangeSubject;
      readonly rules: NamedRules;
      readonly eventNumber: number;
      readonly namesStanding: 'present' | 'modifiedIds' | 'absent' | 'described' | 'nothing';
      readonly index: number;
    }
  /** What truly happened is delivered again, late, or in another order. */
  | { readonly kind: 'again'; readonly eventNumber: number }
  | { readonly kind: 'finding'; readonly groupId: string }
  | { readonly kind: 'time'; readonly milliseconds: number };

interface Message {
  readonly step: Step;
  readonly faults: readonly (readonly [number, Fault])[];
  readonly tries: number;
}

const groupId = fc.constantFrom(...GROUPS);
const index = fc.nat({ max: 3 });

const subject: fc.Arbitrary<ChangeSubject> = fc.oneof(
  { weight: 12, arbitrary: groupId.map((id) => ({ kind: 'group' as const, group: { id } })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<ChangeSubject>(
      { kind: 'group', group: { name: 'web' } },
      { kind: 'group-created', group: { id: 'sg-1' } },
      { kind: 'group-deleted', group: { id: 'sg-1' } },
      { kind: 'vpc-created', vpcId: 'vpc-1' },
      { kind: 'prefix-list', prefixListId: 'pl-1' },
      { kind: 'tags', groupIds: ['sg-1'], tagKeys: [] },
    ),
  },
);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('real' as const),
      byTrusted: fc.constant(false),
      deed: fc.constantFrom<Deed>('open', 'open', 'close', 'modify', 'modify', 'describe'),
      groupId,
      index,
      rule: describedRule,
      isDelivered: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('real' as const),
      byTrusted: fc.constant(true),
      deed: fc.constantFrom<Deed>('open', 'open', 'modify', 'close', 'describe'),
      groupId,
      index,
      rule: describedRule,
      isDelivered: fc.boolean(),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      kind: fc.constant('forged' as const),
      actor: fc.constantFrom(deployer, deployer, eve, sentryItself),
      subject,
      rules: fc.oneof(fc.constant(NO_RULES), namedRules),
      eventNumber: fc.nat({ max: 6 }),
      index,
      namesStanding: fc.constantFrom(
        'present' as const,
        'present' as const,
        'modifiedIds' as const,
        'absent' as const,
        'described' as const,
        'nothing' as const,
      ),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('again' as const), eventNumber: fc.nat({ max: 6 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('finding' as const), groupId }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('time' as const),
      milliseconds: fc.constantFrom(1_000, 91_000, 600_000),
    }),
  },
);

const faults = fc.oneof(
  { weight: 4, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: fc.array(
      fc.tuple(
        fc.integer({ min: 1, max: 14 }),
        fc.constantFrom<Fault>(
          'fails',
          'fails after it has worked',
          'loses its answer',
          'crashes',
          'crashes after it has worked',
        ),
      ),
      { maxLength: 2 },
    ),
  },
);

const message: fc.Arbitrary<Message> = fc.record({
  step,
  faults,
  tries: fc.integer({ min: 1, max: 2 }),
});
const messages = fc.array(message, { minLength: 3, maxLength: 25 });

const worlds = fc.record({
  policies,
  standing: fc.tuple(standingRules, standingRules),
  remembered: fc.tuple(rememberedRules, rememberedRules),
});

/** An account under attack, with a sentry in it. */
class Attacked {
  readonly sentry: SentryInMemory;
  /**
   * Rules that may come into a group: those with a grant before it all began, and those that a
   * trusted actor truly added since.
   */
  readonly allowed = new Map<string, Set<string>>();
  private readonly messages: Change[] = [];
  private readonly gone: Rule[] = [];
  private events = 0;

  constructor(
    chosen: readonly Policy[],
    standing: readonly (readonly Rule[])[],
    remembered: readonly (readonly Remembered[])[],
  ) {
    const groups = new GroupsInMemory();
    this.sentry = new SentryInMemory(
      configurationOf(chosen, {
        monitoredGroups: { include: [{ kind: 'ids', groupIds: GROUPS }], exclude: [] },
      }),
      groups,
    );
    GROUPS.forEach((id, number) => {
      groups.create({ id, name: 'web', vpcId: 'vpc-1' }, ...standing[number]!);
      this.sentry.ledger.adopt(id, []);
      for (const { rule, grants, isDue } of remembered[number]!) {
        const since = isDue ? new Date('2025-12-31') : undefined;
        this.sentry.ledger.note(id, rule, {
          grants,
          ...(grants.length > 0 ? { missingSince: since } : { unexplainedSince: since }),
        });
      }
      this.allowed.set(id, new Set(this.sentry.ledger.grantedKeys(id, groups.now())));
    });
  }

  async live({ step: one, faults: planned, tries }: Message): Promise<void> {
    this.sentry.faults = new Faults(new Map(planned));
    switch (one.kind) {
      case 'real':
        return this.change(one);
      case 'forged':
        return this.deliver(this.forge(one), tries);
      case 'again':
        return this.deliver(this.messages[one.eventNumber], tries);
      case 'finding':
        return void (await this.sentry
          .respondToDifferences(one.groupId, tries)
          .catch(() => undefined));
      case 'time':
        return this.sentry.pass(one.milliseconds);
    }
  }

  /** What the sentry added and nothing spoke for. */
  unfounded(): string[] {
    return this.sentry.groups.acts
      .filter(({ opens, groupId: id, rule }) => opens && !this.allowed.get(id)!.has(ruleKey(rule)))
      .map(({ kind, groupId: id, rule }) => `${kind} ${id} ${ruleKey(rule)}`);
  }

  unfoundedGrants(): string[] {
    const { ledger, groups } = this.sentry;
    return GROUPS.flatMap((id) =>
      ledger.grantedKeys(id, groups.now()).filter((key) => !this.allowed.get(id)!.has(key)),
    );
  }

  private async deliver(change: Change | undefined, tries: number): Promise<void> {
    // Whatever goes wrong, the message may come again.
    if (change) await this.sentry.responsesTo(change, tries).catch(() => undefined);
  }

  private async change(real: Extract<Step, { kind: 'real' }>): Promise<void> {
    const { groups, history } = this.sentry;
    const rules = this.changeInEc2(real);
    if (!rules) return;
    if (real.byTrusted) this.allow(real.groupId, rules);
    const actor = real.byTrusted ? deployer : eve;
    const change = changeOf(rules, {
      eventId: `event-${this.events}`,
      time: groups.now(),
      actor,
      subject: { kind: 'group', group: { id: real.groupId } },
    });
    this.events += 1;
    history.changes.push(change);
    this.messages.push(change);
    if (real.isDelivered) await this.deliver(change, 1);
  }

  private allow(id: string, { present, modifiedIds }: NamedRules): void {
    const made = [
      ...present,
      ...this.sentry.groups.rulesIn(id).filter((rule) => modifiedIds.includes(rule.id ?? '')),
    ];
    for (const rule of made) this.allowed.get(id)!.add(ruleKey(rule));
  }

  private changeInEc2({
    deed,
    groupId: id,
    index: number,
    rule,
  }: Extract<Step, { kind: 'real' }>): NamedRules | undefined {
    const { groups } = this.sentry;
    const standing = this.standing(id, number);
    if (deed === 'open') {
      const opened = groups.open(id, rule);
      return opened && { ...NO_RULES, present: [opened] };
    }
    if (!standing?.id) return undefined;
    if (deed === 'close') {
      this.gone.push(standing);
      groups.close(id, standing.id);
      return { ...NO_RULES, absent: [{ id: standing.id, rule: standing }] };
    }
    const to = deed === 'modify' ? rule : { ...standing, description: rule.description };
    const changed = groups.change(id, standing.id, to);
    if (!changed) return undefined;
    return deed === 'modify'
      ? { ...NO_RULES, modifiedIds: [standing.id] }
      : { ...NO_RULES, described: [{ rule: changed }] };
  }

  private forge({
    actor,
    subject: about,
    rules,
    eventNumber,
    namesStanding,
    index: number,
  }: Extract<Step, { kind: 'forged' }>): Change {
    const id = about.kind === 'group' ? (about.group.id ?? 'sg-1') : 'sg-1';
    const one = namesStanding === 'absent' ? this.gone.at(-1 - number) : this.standing(id, number);
    return changeOf(one ? withOne(rules, namesStanding, one) : rules, {
      actor,
      subject: about,
      eventId: `event-${eventNumber}`,
      time: this.sentry.groups.now(),
    });
  }

  private standing(id: string, number: number): Rule | undefined {
    return this.sentry.groups.rulesIn(id)[number];
  }
}

function withOne(
  rules: NamedRules,
  field: Extract<Step, { kind: 'forged' }>['namesStanding'],
  one: Rule,
): NamedRules {
  switch (field) {
    case 'present':
      return { ...rules, present: [...rules.present, one] };
    case 'modifiedIds':
      return { ...rules, modifiedIds: [...rules.modifiedIds, one.id ?? ''] };
    case 'absent':
      return { ...rules, absent: [...rules.absent, { id: one.id ?? '', rule: one }] };
    case 'described':
      return { ...rules, described: [...rules.described, { rule: one }] };
    case 'nothing':
      return rules;
  }
}

test('no sequence of messages, however forged, makes the sentry add a rule that nothing spoke for before', async () => {
  let added = 0;
  let granted = 0;
  await fc.assert(
    fc.asyncProperty(
      worlds,
      messages,
      async ({ policies: chosen, standing, remembered }, sequence) => {
        const attacked = new Attacked(chosen, standing, remembered);
        for (const one of sequence) await attacked.live(one);
        expect(attacked.unfounded()).toEqual([]);
        added += attacked.sentry.groups.acts.filter(({ opens }) => opens).length;
        granted += attacked.unfoundedGrants().length;
      },
    ),
    { numRuns: 1_000 },
  );
  // The attack was worth its name: rules were put back, and forged grants did get into the ledger.
  expect(added).toBeGreaterThan(200);
  expect(granted).toBeGreaterThan(200);
});
