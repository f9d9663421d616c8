import { differencesOf } from './differences';
import { doubleAll } from './doubled';
import type { EndState, KindOfLife, Life, LifeOptions } from './life';
import {
  type CallingFunction,
  functionOf,
  functionsIn,
  type Point,
  pointsIn,
  rolesWithSecrets,
  servicesIn,
} from './points';

const HOUR_MS = 3_600_000;
/** Longer than the lease of a response; AWS refuses calls that are signed five minutes off. */
export const APART_MINUTES = 4;
const APART_MS = APART_MINUTES * 60_000;
export const CRASHES = ['crash-before', 'crash-after'] as const;

/** What was done to a life, and what is other than in the undisturbed one. */
export interface Outcome {
  readonly what: string;
  readonly hasCome: boolean;
  readonly differences: readonly string[];
}

export interface PointOutcome extends Outcome {
  readonly point: Point;
  readonly crash: (typeof CRASHES)[number];
}

/** All that was done to a life. */
export interface LifeOutcomes {
  readonly kind: KindOfLife;
  /** How many calls there are at which a function can end. */
  readonly found: number;
  readonly atPoints: readonly PointOutcome[];
  readonly others: readonly Outcome[];
}

/** Lives it again and again, disturbed at each of so many calls, and in all other ways. */
export async function disturbed(kind: KindOfLife, every: number): Promise<LifeOutcomes> {
  const life = await kind.begin();
  const { sandbox } = life;
  // What is done for the first time, such as reading a secret, is in no life after it.
  await life.live();
  const before = sandbox.calls.length;
  const undisturbed = await life.live();
  const calls = sandbox.calls.slice(before);
  const points = pointsIn(calls);
  console.log(`${kind.name}: ${points.length} calls are found.`);
  const disturbing = new Disturbing(kind.name, life, undisturbed);
  const others = [
    await disturbing.doubled(),
    await disturbing.withAnswersLost(),
    ...(await inTurn(servicesIn(calls), async (service) => disturbing.without(service))),
    ...(await inTurn(functionsIn(calls), async (one) => disturbing.apart(one, APART_MS))),
    ...(await inTurn(functionsIn(calls), async (one) => disturbing.apart(one, -APART_MS))),
  ];
  const lookedAt = points.filter((_, index) => index % every === 0);
  const withSecrets = rolesWithSecrets(sandbox.calls);
  const atPoints = await inTurn(
    lookedAt.flatMap((point) =>
      crashesAt(point, withSecrets.has(point.role)).map((crash) => ({ point, crash })),
    ),
    async ({ point, crash }) => disturbing.endedAt(point, crash),
  );
  await life.end();
  return { kind, found: points.length, atPoints, others };
}

/** Where one call follows another, the moment before it is the one after the other. */
function crashesAt({ isInTurn }: Point, callsOthers: boolean): PointOutcome['crash'][] {
  return isInTurn && !callsOthers ? ['crash-after'] : [...CRASHES];
}

async function inTurn<T, Result>(
  items: readonly T[],
  work: (item: T) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

class Disturbing {
  constructor(
    private readonly name: string,
    private readonly life: Life,
    private readonly undisturbed: EndState,
  ) {}

  async doubled(): Promise<Outcome> {
    return this.outcomeOf('every event and message comes twice', {
      after: async (since) => doubleAll(this.life.sandbox, since),
    });
  }

  async withAnswersLost(): Promise<Outcome> {
    const losing = this.life.sandbox.localAws.loseAnswers();
    const outcome = await this.outcomeOf('the answer to every change is lost', {
      after: async () => losing.end(),
    });
    losing.end();
    return outcome;
  }

  async without(service: string): Promise<Outcome> {
    this.life.sandbox.localAws.takeDown(service, HOUR_MS);
    return this.outcomeOf(`${service} is down for an hour`);
  }

  async apart({ role, functionName }: CallingFunction, milliseconds: number): Promise<Outcome> {
    const { localAws } = this.life.sandbox;
    localAws.setClockApart(functionName, milliseconds);
    const outcome = await this.outcomeOf(
      `the clock of ${functionOf(role)} is ${APART_MINUTES} minutes ${milliseconds > 0 ? 'ahead' : 'behind'}`,
    );
    localAws.setClockApart(functionName, 0);
    return outcome;
  }

  async endedAt(point: Point, crash: PointOutcome['crash']): Promise<PointOutcome> {
    const { role, afterInvocations, n, service, action } = point;
    const disturbance = this.life.sandbox.localAws.disturbCall({
      n,
      with: crash,
      callerArnIncludes: `/${role}`,
      afterInvocations,
    });
    const outcome = await this.outcomeOf(
      `${functionOf(role)}, invocation ${afterInvocations + 1}, call ${n}, ${crash} ${service} ${action}`,
    );
    disturbance.end();
    return { ...outcome, hasCome: disturbance.hit !== undefined, point, crash };
  }

  private async outcomeOf(what: string, options?: LifeOptions): Promise<Outcome> {
    const differences = await this.life.live(options).then(
      (state) => differencesOf(state, this.undisturbed),
      (error: unknown) => [`it did not come to its end: ${String(error)}`],
    );
    const outcome = { what, hasCome: true, differences };
    show(this.name, outcome);
    return outcome;
  }
}

/** A run takes long: how far it is, and what differs, is shown at once. */
function show(life: string, { what, differences }: Outcome): void {
  console.log(
    `${life}: ${what}: ${differences.length === 0 ? 'the same' : differences.join('; ')}`,
  );
}
