import { isDeepStrictEqual } from 'node:util';
import type { Fact } from './facts';
import { isOrigin } from './page-state';

/** Each says all of how something stands: what the page shows of it needs no earlier one. */
const WHOLE: readonly Fact['kind'][] = ['slack', 'keys', 'coverage', 'clock'];

export interface LoggedFact {
  readonly index: number;
  readonly fact: Fact;
}

/**
 * The facts since the page was opened, so that one that is opened late shows all that was. Of those
 * that say how something stands as a whole, only the last is kept: all of Slack after each of many
 * clicks would be much. How groups stood before is kept until the next call or click: until then,
 * the page shows what is gone from them.
 */
export class FactLog {
  /** In their order. */
  private kept: LoggedFact[] = [];
  private count = 0;
  private readonly latest = new Map<Fact['kind'], LoggedFact>();
  private readonly listeners = new Set<() => void>();

  /** How many there were. */
  get length(): number {
    return this.count;
  }

  add(fact: Fact): void {
    const logged = { index: this.count, fact };
    if (WHOLE.includes(fact.kind)) this.drop(fact.kind);
    this.kept.push(logged);
    this.latest.set(fact.kind, logged);
    this.count += 1;
    if (isOrigin(fact)) this.drop('groups', this.latest.get('groups'));
    for (const listener of [...this.listeners]) listener();
  }

  /** Adds how something stands now, where it stands otherwise than before. */
  addIfNew(fact: Fact): void {
    if (!isDeepStrictEqual(this.latest.get(fact.kind)?.fact, fact)) this.add(fact);
  }

  from(first: number): readonly LoggedFact[] {
    // From the end on: nearly all pages lack no more than the last.
    let start = this.kept.length;
    while ((this.kept[start - 1]?.index ?? -1) >= first) start -= 1;
    return this.kept.slice(start);
  }

  /** Calls for each new fact. Give back what ends it. */
  listen(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private drop(kind: Fact['kind'], last?: LoggedFact): void {
    this.kept = this.kept.filter((each) => each.fact.kind !== kind || each === last);
  }
}
