import type { CheckedCall, Emulator } from './emulator';

/** More at once would be a request of many megabytes. */
const CALLS_PER_REQUEST = 500;

/** Their calls stand in paths and headers, and are not read back. */
const NOT_READ = ['s3', 'lambda'];

interface TakenCall extends CheckedCall {
  readonly invocationId?: string;
}

/** Holds all calls of functions against AWS's own descriptions of its services. */
export class CallCheck {
  private readonly calls: CheckedCall[] = [];

  constructor(private readonly emulator: Pick<Emulator, 'faultsIn'>) {}

  /** Those of others are theirs: a test may send what it likes. */
  take(call: TakenCall): void {
    if (call.invocationId !== undefined && !NOT_READ.includes(call.service)) this.calls.push(call);
  }

  /** Each once, with the call that has it. */
  async faults(): Promise<string[]> {
    const found = new Set<string>();
    for (let from = 0; from < this.calls.length; from += CALLS_PER_REQUEST) {
      const checked = this.calls.slice(from, from + CALLS_PER_REQUEST);
      const faults = await this.emulator.faultsIn(checked);
      checked.forEach(({ service, action }, index) => {
        if (faults[index]) found.add(`${service}:${action}: ${faults[index]}`);
      });
    }
    return [...found];
  }
}
