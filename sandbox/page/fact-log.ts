import { isDeepStrictEqual } from 'node:util';
import type { Fact } from './facts';

/** All facts since the page was opened, so that one that is opened late shows all that was. */
export class FactLog {
  private readonly all: Fact[] = [];
  private readonly latest = new Map<Fact['kind'], Fact>();
  private readonly listeners = new Set<() => void>();

  get length(): number {
    return this.all.length;
  }

  add(fact: Fact): void {
    this.all.push(fact);
    this.latest.set(fact.kind, fact);
    for (const listener of [...this.listeners]) listener();
  }

  /** Adds how something stands now, where it stands otherwise than before. */
  addIfNew(fact: Fact): void {
    if (!isDeepStrictEqual(this.latest.get(fact.kind), fact)) this.add(fact);
  }

  from(index: number): readonly Fact[] {
    return this.all.slice(index);
  }

  /** Calls for each new fact. Give back what ends it. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
