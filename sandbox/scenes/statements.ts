import type { Print } from './printing';

/** What a scene says that it shows, each held against what is so. */
export class Statements {
  private wrong = 0;

  constructor(private readonly print: Print) {}

  check(isSo: boolean, statement: string): void {
    if (!isSo) this.wrong += 1;
    this.print(`    ${isSo ? '✓' : '✗ NOT SO:'} ${statement}`);
  }

  get allSo(): boolean {
    return this.wrong === 0;
  }
}
