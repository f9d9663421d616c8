import { differencesOf, shown } from './differences';
import { doubleAll } from './doubled';
import type { EndState, KindOfLife, LifeOptions, LifeSandbox, Since } from './life';
import { Lives } from './lives';
import {
  type CallingFunction,
  functionOf,
  functionsIn,
  type Point,
  pointsIn,
  roleStem,
  rolesWithSecrets,
  servicesIn,
} from './points';
import type { NoticedOutage } from '../../sandbox/cloudtrail/tap';

const HOUR_MS = 3_600_000;
/** Longer than the lease of a response; AWS refuses calls that are signed five minutes off. */
export const APART_MINUTES = 4;
const APART_MS = APART_MINUTES * 60_000;
export const CRASHES = ['crash-before', 'crash-after'] as const;

/** What was done to a life, and what is other than in the undisturbed one. */
export interface Outcome {
  readonly what: string;
  /** Something was refused, lost, sent again, or ended. */
  readonly hasCome: boolean;
  readonly differences: readonly string[];
}

export interface PointOutcome extends Outcome {
  readonly point: Point;
  readonly crash: (typeof CRASHES)[number];
}

/** Which disturbances are looked at. */
export interface Looked {
  /** At one of so many calls. */
  readonly every: number;
  /** Of all of them, those whose printed words contain this. */
  readonly at: string;
}

/** All that was done to a life. */
export interface LifeOutcomes {
  readonly kind: KindOfLife;
  readonly atPoints: readonly PointOutcome[];
  readonly others: readonly Outcome[];
}

/** Of the story, and how many calls had been made by then. */
interface BegunStep {
  readonly name: string;
  readonly begin: number;
}

/** Lives it again and again, disturbed at each of so many calls, and in all other ways. */
export async function disturbed(kind: KindOfLife, { every, at }: Looked): Promise<LifeOutcomes> {
  const lives = await Lives.begin(kind);
  const { sandbox } = lives.current;
  const since = sandbox.calls.length;
  const steps: BegunStep[] = [];
  const undisturbed = await lives.current.live({
    before: (name) => steps.push({ name, begin: sandbox.calls.length }),
  });
  const missing = differencesOf(onlyParts(undisturbed, kind.leaves), kind.leaves);
  if (missing.length > 0) {
    throw new Error(`Undisturbed, ${kind.name} ends otherwise: ${missing.join('; ')}`);
  }
  const calls = sandbox.calls.slice(since);
  const points = pointsIn(calls);
  console.log(`${kind.name}: ${points.length} calls are found.`);
  const disturbing = new Disturbing(kind.name, lives, undisturbed);
  const others = [
    disturbing.doubled(),
    disturbing.withAnswersLost(),
    ...steps.flatMap(({ name, begin }, index) =>
      servicesIn(sandbox.calls.slice(begin, steps[index + 1]?.begin)).map((service) =>
        disturbing.without(service, name),
      ),
    ),
    ...functionsIn(calls).map((one) => disturbing.apart(one, APART_MS)),
    ...functionsIn(calls).map((one) => disturbing.apart(one, -APART_MS)),
  ];
  const lookedAt = points.filter((_, index) => index % every === 0);
  const withSecrets = rolesWithSecrets(sandbox.calls);
  const ends = lookedAt.flatMap((point) =>
    crashesAt(point, withSecrets.has(point.role)).map((crash) => disturbing.endedAt(point, crash)),
  );
  const outcomes = {
    others: await comeInTurn(others, at, lives),
    atPoints: await comeInTurn(ends, at, lives),
  };
  await lives.end();
  return { kind, ...outcomes };
}

/** What a life leaves in the same parts. */
function onlyParts(state: EndState, parts: EndState): EndState {
  return Object.fromEntries(Object.keys(parts).map((part) => [part, state[part] ?? []]));
}

/** Where one call follows another, the moment before it is the one after the other. */
function crashesAt({ isInTurn }: Point, callsOthers: boolean): PointOutcome['crash'][] {
  return isInTurn && !callsOthers ? ['crash-after'] : [...CRASHES];
}

/** One that has not come yet. */
interface Disturbance<Came extends Outcome> {
  readonly what: string;
  come(): Promise<Came>;
}

async function comeInTurn<Came extends Outcome>(
  disturbances: readonly Disturbance<Came>[],
  at: string,
  lives: Lives,
): Promise<Came[]> {
  const outcomes: Came[] = [];
  for (const { come } of disturbances.filter(({ what }) => what.includes(at))) {
    await lives.turn();
    outcomes.push(await come());
  }
  return outcomes;
}

class Disturbing {
  constructor(
    private readonly name: string,
    private readonly lives: Lives,
    private readonly undisturbed: EndState,
  ) {}

  private get sandbox(): LifeSandbox {
    return this.lives.current.sandbox;
  }

  doubled(): Disturbance<Outcome> {
    const what = 'at its end, every event and message comes once more';
    const come = async () => {
      let copies = 0;
      const after = async (since: Since) => {
        copies = await doubleAll(this.sandbox, since);
      };
      return this.outcomeOf(what, () => copies > 0, { after });
    };
    return { what, come };
  }

  withAnswersLost(): Disturbance<Outcome> {
    const what = 'the first answer to every change is lost';
    const come = async () => {
      const losing = this.sandbox.localAws.loseAnswers();
      const outcome = await this.outcomeOf(what, () => losing.calls.length > 0, {
        after: async () => losing.end(),
      });
      losing.end();
      return outcome;
    };
    return { what, come };
  }

  without(service: string, fromStep: string): Disturbance<Outcome> {
    const what = `${service} is down for an hour, from when ${fromStep}`;
    const come = async () => {
      let outage: NoticedOutage | undefined;
      const outcome = await this.outcomeOf(what, () => (outage?.refusals ?? 0) > 0, {
        before: (step) => {
          if (step === fromStep) outage = this.sandbox.localAws.takeDown(service, HOUR_MS);
        },
        after: async () => this.lives.current.pass(HOUR_MS),
      });
      outage?.end();
      return outcome;
    };
    return { what, come };
  }

  apart({ role }: CallingFunction, milliseconds: number): Disturbance<Outcome> {
    const what = `the clock of ${functionOf(role)} is ${APART_MINUTES} minutes ${milliseconds > 0 ? 'ahead' : 'behind'}`;
    const isIt = (one: CallingFunction) => roleStem(one.role) === roleStem(role);
    const come = async () => {
      const { localAws, calls } = this.sandbox;
      const since = calls.length;
      const hasCalled = () => functionsIn(calls.slice(since)).some(isIt);
      const { functionName } = functionsIn(calls).find(isIt) ?? {};
      if (!functionName) throw new Error(`${functionOf(role)} has called nothing in this sandbox.`);
      localAws.setClockApart(functionName, milliseconds);
      const outcome = await this.outcomeOf(what, hasCalled);
      localAws.setClockApart(functionName, 0);
      return outcome;
    };
    return { what, come };
  }

  endedAt(point: Point, crash: PointOutcome['crash']): Disturbance<PointOutcome> {
    const { role, service, action, n } = point;
    const what = `${functionOf(role)}, ${crash} ${service} ${action} ${n}`;
    const come = async () => {
      const disturbance = this.sandbox.localAws.disturbCall({
        n,
        of: { service, action },
        with: crash,
        callerArnIncludes: `/${roleStem(role)}`,
        counted: 'in all invocations',
      });
      const outcome = await this.outcomeOf(what, () => disturbance.hit !== undefined);
      disturbance.end();
      return { ...outcome, point, crash };
    };
    return { what, come };
  }

  /** A life without an end is a difference, whatever has come up in it. */
  private async outcomeOf(
    what: string,
    hasCome: () => boolean,
    options?: LifeOptions,
  ): Promise<Outcome> {
    const come = await this.lives.current.live(options).then(
      (state) => ({ hasCome: hasCome(), differences: differencesOf(state, this.undisturbed) }),
      (error: unknown) => ({
        hasCome: true,
        differences: [`it did not come to its end: ${shown(String(error))}`],
      }),
    );
    const outcome = { what, ...come };
    show(this.name, outcome);
    return outcome;
  }
}

/** A run takes long: how far it is, and what differs, is shown at once. */
function show(life: string, outcome: Outcome): void {
  console.log(`${life}: ${outcome.what}: ${leftBy(outcome)}`);
}

/** In words. */
export function leftBy({ hasCome, differences }: Outcome): string {
  if (!hasCome) return 'did not come up';
  return differences.length === 0 ? 'the same' : differences.join('; ');
}
