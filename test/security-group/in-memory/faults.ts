import type { ActAnswer } from '../../../src/security-group/domain/groups/security-groups';

/**
 * What happens to one call of a port. A crash ends the function: no call after it does anything,
 * until it is started again. After a lost answer the client sends the call again, and hears what
 * EC2 says to the second one.
 */
export type Fault =
  | 'fails'
  | 'fails after it has worked'
  | 'loses its answer'
  | 'crashes'
  | 'crashes after it has worked';

const ACTS = ['revoke', 'modify', 'authorize'];

/** One call that goes wrong: the so manieth of the method, from 1. */
export interface PlannedFault {
  readonly method: string;
  readonly number: number;
  readonly fault: Fault;
}

/**
 * Lets calls of ports go wrong: by their number from 1, whichever port they go to; or those of one
 * method.
 */
export class Faults {
  calls = 0;
  private readonly callsOf = new Map<string, number>();
  private hasCrashed = false;

  constructor(
    readonly plan: ReadonlyMap<number, Fault> = new Map(),
    private readonly planned?: PlannedFault,
  ) {}

  restart(): void {
    this.hasCrashed = false;
  }

  /** The port, with the planned faults in its asynchronous methods. */
  in<Port extends object>(port: Port, synchronous: readonly string[] = []): Port {
    return new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        const work = (...values: unknown[]): unknown => Reflect.apply(member, target, values);
        if (synchronous.includes(String(name))) return work;
        const method = String(name);
        return async (...values: unknown[]) =>
          this.call(method, async () => work(...values)).catch((error: unknown) =>
            this.answerTo(method, error),
          );
      },
    });
  }

  /** What EC2 does not do is an answer, not an error, unless the function ends over it. */
  private answerTo(method: string, error: unknown): ActAnswer {
    if (this.hasCrashed || !ACTS.includes(method)) throw error;
    return { kind: 'unavailable', reason: String(error) };
  }

  private async call(method: string, work: () => Promise<unknown>): Promise<unknown> {
    if (this.hasCrashed) throw new Error('The function has ended.');
    const fault = this.nextFault(method);
    if (fault === undefined) return work();
    if (fault === 'loses its answer') return repeated(method, work);
    this.hasCrashed = fault.startsWith('crashes');
    if (fault.endsWith('worked')) await work();
    throw new Error(`${method} ${fault}.`);
  }

  private nextFault(method: string): Fault | undefined {
    this.calls += 1;
    const number = (this.callsOf.get(method) ?? 0) + 1;
    this.callsOf.set(method, number);
    if (this.planned?.method === method && this.planned.number === number) {
      return this.planned.fault;
    }
    return this.plan.get(this.calls);
  }
}

/** The adapters of other ports know their own attempts by themselves. */
async function repeated(method: string, work: () => Promise<unknown>): Promise<unknown> {
  const first = await work();
  if (!ACTS.includes(method)) return first;
  const answer = await work();
  const isCounted =
    typeof answer === 'object' &&
    answer !== null &&
    'kind' in answer &&
    (answer.kind === 'not-found' || answer.kind === 'already-present');
  return isCounted ? { ...answer, attempts: 2 } : answer;
}
