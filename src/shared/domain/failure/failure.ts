import type { AccountDescription } from '../notification/account-text';

/**
 * `tried-again`: it has failed some times. `given-up`: it is left to people.
 */
export const FAILURE_STATES = ['tried-again', 'given-up'] as const;

export type FailureState = (typeof FAILURE_STATES)[number];

/** Something that a function has to do, as far as it can be named without asking anyone. */
export interface NamedWork {
  /** In words, such as the name of a call. */
  readonly what: string;
  /** Of the CloudTrail event. */
  readonly eventId?: string;
  /** Who made the call. */
  readonly actor?: string;
  readonly calledAt?: Date;
  readonly account?: string;
  /** Filled in by the one who reports it, where there is a hub. */
  readonly accountDescription?: AccountDescription;
  readonly region?: string;
  readonly groupIds?: readonly string[];
  readonly requestId?: string;
  readonly keyId?: string;
}

/** Something that was not done. */
export interface Failure {
  readonly work: NamedWork;
  readonly state: FailureState;
  readonly reason: string;
  /** A sentence or two on what comes of it. */
  readonly next: string;
  readonly tries?: number;
  readonly since?: Date;
  /** Where it came from a queue. */
  readonly message?: FailedMessage;
}

export interface FailedMessage {
  readonly id: string;
  /** Where it lies, or will; undefined where that could not be found out. */
  readonly deadLetterQueue?: string;
}

/** What Slack's tokens, webhooks and signatures look like. */
const SECRETS =
  /\bxox[a-z](\.xox[a-z])?-[\w-]+|\bhooks\.slack\.com\/\S+|\bBearer\s+\S+|\bv0=[0-9a-f]{64}/gi;

/** The name of the error and its text; of several errors in one, those of each. */
export function reasonOf(error: unknown): string {
  return [...new Set(reasonsIn(error))].join(' ').replace(SECRETS, '(a secret)');
}

function reasonsIn(error: unknown): string[] {
  if (error instanceof AggregateError && error.errors.length > 0) {
    return error.errors.flatMap(reasonsIn);
  }
  if (!(error instanceof Error)) return [String(error)];
  return [error.name === 'Error' ? error.message : `${error.name}: ${error.message}`];
}
