import { setTimeout as sleep } from 'node:timers/promises';
import type { Fact } from './facts';

/** Looks how something stands now, such as the rules of groups. */
export type Look = () => Promise<Fact>;

/** While calls come one after the other, it is looked only so often. */
const PAUSE_MS = 120;

/** Looks again after each change, and never twice at the same time. */
export class Looks {
  private isDue = false;
  private isLooking = false;
  private isOver = false;

  constructor(
    private readonly looks: readonly Look[],
    private readonly take: (fact: Fact) => void,
    private readonly onFailure: (reason: string) => void,
  ) {}

  /** Something may have changed. */
  again(): void {
    this.isDue = true;
    if (this.isLooking || this.isOver) return;
    this.isLooking = true;
    void this.lookWhileDue().finally(() => (this.isLooking = false));
  }

  stop(): void {
    this.isOver = true;
  }

  private async lookWhileDue(): Promise<void> {
    while (this.isDue && !this.isOver) {
      this.isDue = false;
      for (const look of this.looks) await this.lookOnce(look);
      await sleep(PAUSE_MS, undefined, { ref: false });
    }
  }

  private async lookOnce(look: Look): Promise<void> {
    try {
      const fact = await look();
      if (!this.isOver) this.take(fact);
    } catch (error) {
      if (!this.isOver) this.onFailure(error instanceof Error ? error.message : String(error));
    }
  }
}
