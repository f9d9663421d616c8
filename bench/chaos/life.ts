import type { ApiCall, CloudTrailEvent } from '../../sandbox/cloudtrail/tap';
import type { LocalAws } from '../../sandbox/local-aws';
import type { LifeName } from '../page/benches';

/** What a life leaves behind, part by part, in words that are the same for every life. */
export type EndState = Readonly<Record<string, readonly string[]>>;

/** How much had happened by then. */
export interface Since {
  readonly calls: number;
  readonly events: number;
}

export function sinceNow({ calls, events }: LifeSandbox): Since {
  return { calls: calls.length, events: events.length };
}

type DisturbedAws = Pick<
  LocalAws,
  'disturbCall' | 'loseAnswers' | 'takeDown' | 'setClockApart' | 'replay' | 'accessTo'
>;

/** Where lives are lived, one after the other. */
export interface LifeSandbox {
  readonly localAws: DisturbedAws;
  /** All calls, of functions and of others. */
  readonly calls: readonly ApiCall[];
  /** All that CloudTrail told. */
  readonly events: readonly CloudTrailEvent[];
  /** Until no function has anything left to do. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

export interface LifeOptions {
  /** Comes just before each step of the story, with its name. */
  before?(step: string): void;
  /** Comes at its end, told where it began. */
  after?(since: Since): Promise<void>;
}

/** The same story each time, with groups, keys or requests of its own. */
export interface Life {
  readonly sandbox: LifeSandbox;
  /** With what it leaves behind. */
  live(options?: LifeOptions): Promise<EndState>;
  /** Has the next one find nothing of it, also where it came to no end. It is no part of it. */
  clear(): Promise<void>;
  /** Time passes, and all that comes by itself comes at its end. */
  pass(milliseconds: number): Promise<void>;
  /** With its sandbox. */
  end(): Promise<void>;
}

export interface KindOfLife {
  readonly name: LifeName;
  readonly title: string;
  /** Markdown: what happens in it, and what is compared. */
  readonly about: string;
  /** Of what it leaves undisturbed, the parts that show that its story came about. */
  readonly leaves: EndState;
  begin(): Promise<Life>;
}
