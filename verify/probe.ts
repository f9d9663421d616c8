import type { MadeThings } from './made-things';

/** Where a run asks, and by what everything that it makes is known. */
export interface Site {
  readonly partition: string;
  readonly account: string;
  readonly region: string;
  /** Begins the names of all that is made, and is the value of its tag. */
  readonly run: string;
  /** For each client of the SDK. */
  readonly access: { readonly region: string; readonly endpoint?: string };
  readonly made: MadeThings;
  /**
   * Asks again and again until there is something; nothing once the minutes are over. Rejects once
   * the run is stopped.
   */
  waitUpTo<T>(minutes: number, ask: () => Promise<T | undefined>): Promise<T | undefined>;
  /** Has the questions that are being asked come to an end soon, and nothing more be made. */
  stop(): void;
}

/** What was seen. */
export interface Finding {
  /** One sentence. */
  readonly answer: string;
  /** As AWS wrote it, where that is the answer. */
  readonly evidence?: string;
}

/** Asks one question of AWS. */
export interface Probe {
  /** The most that it takes. */
  readonly minutes: number;
  ask(site: Site): Promise<Finding>;
}

/** An entry of docs/what-is-unknown.md, by its heading: how it is asked, or why it is not. */
export type Question = { readonly title: string } & (
  { readonly probe: Probe } | { readonly notAsked: string }
);

export const TAG_KEY = 'cdk-sentries-verify';
