import fc from 'fast-check';
import type { Change } from '../../../../src/security-group/domain/changes/change';
import {
  type NamedRules,
  NO_RULES,
} from '../../../../src/security-group/domain/changes/named-rules';
import type { ChangeDecision } from '../../../../src/security-group/domain/deciding/change-decision';
import { judge } from '../../../../src/security-group/domain/judging/judge';
import type { Policy } from '../../../../src/security-group/domain/policies/policy';
import { type Rule, ruleKey } from '../../../../src/security-group/domain/rules/rule';
import { type Fault, Faults } from '../../in-memory/faults';
import { GroupsInMemory } from '../../in-memory/groups-in-memory';
import { SentryInMemory } from '../../in-memory/sentry-in-memory';
import {
  asking,
  by,
  changeOf,
  configurationOf,
  deployer,
  eve,
  forbidSsh,
  lockedRestoring,
  mallory,
} from '../../samples/changes';
import { describedRule, opensSsh, standingRules } from '../../samples/random-groups';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

type Deed = 'open' | 'close' | 'modify' | 'describe';
type Step =
  | {
      readonly kind: Deed;
      readonly index: number;
      readonly rule: Rule;
      readonly actor: Change['actor'];
    }
  | {
      readonly kind: 'decide';
      readonly index: number;
      readonly decision: 'approved' | 'denied' | 'expired' | 'not-asked';
      readonly isTimed: boolean;
    }
  | { readonly kind: 'reconcile' }
  | { readonly kind: 'pass'; readonly milliseconds: number };

const deed = fc.record({
  kind: fc.constantFrom<Deed>('open', 'open', 'close', 'modify', 'describe'),
  index: fc.nat({ max: 3 }),
  rule: describedRule,
  actor: fc.constantFrom(eve, mallory, eve, deployer),
});
const decision = fc.record({
  kind: fc.constant('decide' as const),
  index: fc.nat({ max: 3 }),
  decision: fc.constantFrom(
    'approved' as const,
    'approved' as const,
    'denied' as const,
    'expired' as const,
    'not-asked' as const,
  ),
  isTimed: fc.boolean(),
});
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: deed },
    { weight: 4, arbitrary: decision },
    { weight: 1, arbitrary: fc.constant({ kind: 'reconcile' } as const) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom(MINUTE, 11 * MINUTE, HOUR)
        .map((milliseconds) => ({ kind: 'pass', milliseconds }) as const),
    },
  ),
  { minLength: 2, maxLength: 8 },
);

const faults = fc.array(
  fc.tuple(
    fc.integer({ min: 1, max: 60 }),
    fc.constantFrom<Fault>(
      'fails',
      'fails after it has worked',
      'loses its answer',
      'crashes',
      'crashes after it has worked',
    ),
  ),
  { maxLength: 4 },
);

const policies: fc.Arbitrary<Policy[]> = fc.constantFrom(
  [asking(lockedRestoring, 'revertUntilApproved')],
  [asking(lockedRestoring, 'revertIfDenied')],
  [asking(lockedRestoring, 'revertIfDenied', 'accept')],
  [asking(forbidSsh, 'revertUntilApproved'), asking(lockedRestoring, 'revertIfDenied')],
  [asking(forbidSsh, 'revertIfDenied'), asking(lockedRestoring, 'revertUntilApproved')],
  [forbidSsh, asking(lockedRestoring, 'revertUntilApproved')],
  [forbidSsh, asking(lockedRestoring, 'revertIfDenied')],
);

/**
 * A group that strangers change, people who decide about it, and a sentry whose ports fail now and
 * then.
 */
class World {
  readonly sentry: SentryInMemory;
  /** Each request's own end, where it was approved for a time. */
  private readonly timed = new Map<string, Date>();
  private readonly decided = new Map<string, Values>();
  private events = 0;

  constructor(
    chosen: readonly Policy[],
    standing: readonly Rule[],
    plan: ReadonlyMap<number, Fault>,
  ) {
    this.sentry = new SentryInMemory(
      configurationOf(chosen),
      GroupsInMemory.of('sg-1', ...standing),
    );
    this.sentry.ledger.adopt('sg-1', standing);
    this.sentry.faults = new Faults(plan);
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'pass':
        return this.pass(step.milliseconds);
      case 'reconcile':
        return this.reconcile();
      case 'decide':
        return this.decide(step);
      default:
        return this.change(step);
    }
  }

  /** All that is open is denied, all times end, and reconcile has come by often enough. */
  async settle(): Promise<void> {
    for (let round = 0; round < 4; round += 1) {
      for (const { requestId } of this.sentry.asked) {
        if (!this.decided.has(requestId)) await this.carryOut(requestId, 'denied');
      }
      await this.pass(DAY);
      for (let run = 0; run < 3; run += 1) {
        await this.reconcile();
        await this.pass(11 * MINUTE);
      }
    }
  }

  decisionOn(requestId: string): Values['kind'] | undefined {
    return this.decided.get(requestId)?.kind;
  }

  private async change({
    kind,
    index,
    rule,
    actor,
  }: Extract<Step, { actor: Change['actor'] }>): Promise<void> {
    const named = this.made(kind, index, rule);
    if (!named) return;
    this.events += 1;
    const change = {
      ...by(actor, changeOf(named)),
      eventId: `event-${this.events}`,
      time: this.sentry.groups.now(),
    };
    this.sentry.history.changes.push(change);
    await this.untilDone(async (tries) => this.sentry.respond(change, tries));
  }

  private made(kind: Deed, index: number, rule: Rule): NamedRules | undefined {
    const { groups } = this.sentry;
    const one = groups.rulesIn('sg-1')[index];
    if (kind === 'open') {
      const opened = groups.open('sg-1', rule);
      return opened && { ...NO_RULES, present: [opened] };
    }
    if (!one?.id) return undefined;
    if (kind === 'close') {
      groups.close('sg-1', one.id);
      return { ...NO_RULES, absent: [{ id: one.id, rule: one }] };
    }
    const changed = groups.change(
      'sg-1',
      one.id,
      kind === 'modify' ? rule : { ...one, description: rule.description },
    );
    if (!changed) return undefined;
    return kind === 'modify'
      ? { ...NO_RULES, modifiedIds: [one.id], modifiedTo: [changed] }
      : { ...NO_RULES, described: [{ id: one.id, rule: changed }] };
  }

  private async decide({
    index,
    decision: kind,
    isTimed,
  }: Extract<Step, { kind: 'decide' }>): Promise<void> {
    const open = this.sentry.asked.filter(({ requestId }) => !this.decided.has(requestId));
    const asked = open[index % Math.max(1, open.length)];
    if (!asked) return;
    const mayBeTimed = asked.rules.every(
      ({ change }) => change === 'added' || change === 'modified',
    );
    const until =
      isTimed && mayBeTimed && kind === 'approved'
        ? new Date(this.sentry.groups.now().getTime() + HOUR)
        : undefined;
    if (until) this.timed.set(asked.requestId, until);
    await this.carryOut(asked.requestId, kind, until);
  }

  private async carryOut(
    requestId: string,
    kind: ChangeDecision['kind'],
    until?: Date,
  ): Promise<void> {
    const values = { kind, at: this.sentry.groups.now(), ...(until && { until }) };
    if (kind !== 'ended') this.decided.set(requestId, values);
    await this.untilDone(async (tries) =>
      this.sentry.decide(kind, { requestId, tries, ...values }),
    );
  }

  private async pass(milliseconds: number): Promise<void> {
    await this.sentry.pass(milliseconds);
    for (const [requestId, until] of this.timed) {
      if (this.sentry.groups.now() < until) continue;
      this.timed.delete(requestId);
      await this.carryOut(requestId, 'ended');
    }
  }

  private async reconcile(): Promise<void> {
    await this.untilDone(async () => this.sentry.survey());
    for (const groupId of [...this.sentry.pointedTo]) {
      await this.untilDone(async (tries) => this.sentry.respondToDifferences(groupId, tries));
    }
  }

  private async untilDone(work: (tries: number) => Promise<unknown>): Promise<void> {
    for (let tries = 1; tries <= 8; tries += 1) {
      const failure: unknown = await work(tries).then(
        () => undefined,
        (error: unknown) => error,
      );
      this.sentry.faults.restart();
      if (failure === undefined) return;
      if (failure instanceof TypeError || tries === 8) throw failure;
      await this.sentry.pass(91_000);
    }
  }
}

type Values = Pick<ChangeDecision, 'kind' | 'at' | 'until'>;

test('when all is decided and settled, what stands was approved or accepted otherwise, no decision is lost, and nothing is left to do', async () => {
  const outcomes = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(
      policies,
      standingRules,
      steps,
      faults,
      async (chosen, standing, all, planned) => {
        const world = new World(chosen, standing, new Map(planned));
        const { sentry } = world;
        for (const step of all) await world.take(step);
        await world.settle();

        const now = sentry.groups.now();
        const ledger = await sentry.ledger.read('sg-1');
        const violates = (rule: Rule) =>
          chosen.some(({ baseline }) => baseline.kind === 'locked') || opensSsh(rule);
        for (const rule of sentry.groups.rulesIn('sg-1').filter(violates)) {
          const isAccepted = sentry.ledger
            .grantsOf('sg-1', rule, now)
            .some(
              ({ cause, requestId = '' }) =>
                cause !== 'approval-request' ||
                world.decisionOn(requestId) === 'approved' ||
                (world.decisionOn(requestId) === 'expired' &&
                  sentry.asker.kept.get(requestId)?.asked.whenUnanswered === 'accept'),
            );
          expect([ruleKey(rule), isAccepted]).toEqual([ruleKey(rule), true]);
        }
        for (const { requestId } of sentry.asked) {
          const { result } = (await sentry.asker.read(requestId))!;
          expect(result?.outcome).toMatch(/carried-out|conflicting|failed/);
          outcomes.set(
            `${world.decisionOn(requestId)} ${result!.outcome}`,
            (outcomes.get(`${world.decisionOn(requestId)} ${result!.outcome}`) ?? 0) + 1,
          );
        }
        const judgements = judge({
          groupId: 'sg-1',
          group: await sentry.groups.rulesOf('sg-1'),
          ledger,
          policies: chosen,
          prefixLists: new Map(),
          hints: { ...NO_RULES, byTrustedActor: false },
          now,
        });
        const undone = judgements.filter(
          ({ verdict, violations }) => verdict !== 'keep' || violations.length > 0,
        );
        expect(undone).toEqual([]);
      },
    ),
    { numRuns: 300 },
  );
  expect(outcomes.get('approved carried-out')).toBeGreaterThan(20);
  expect(outcomes.get('denied carried-out')).toBeGreaterThan(40);
});
