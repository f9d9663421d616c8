import type { Fault } from '../../test/security-group/in-memory/faults';

const FAULTS: readonly Fault[] = [
  'fails',
  'fails after it has worked',
  'loses its answer',
  'crashes',
  'crashes after it has worked',
];

/** A plan of faults that has one for a share of all calls, of any kind. */
export class RandomPlan extends Map<number, Fault> {
  made = 0;

  constructor(
    private readonly share: number,
    private readonly random: () => number,
  ) {
    super();
  }

  override get(): Fault | undefined {
    if (this.random() >= this.share) return undefined;
    this.made += 1;
    return FAULTS[Math.floor(this.random() * FAULTS.length)];
  }
}
