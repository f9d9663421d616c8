import type { AccountWarnings } from '../domain/described-place';
import type { Expectation } from '../domain/gaps/find-gaps';
import type { AccountSelection } from '../domain/member-accounts';

/**
 * The SSM parameter holds JSON of this version. A handler that meets another version says so and
 * does nothing by guess.
 */
export const HUB_PARAMETER_VERSION = 1;

/** What the functions of a hub know of it. */
export interface HubParameter {
  readonly version: typeof HUB_PARAMETER_VERSION;
  readonly accounts: AccountSelection;
  /** Absent: all that an account has enabled. */
  readonly regions?: readonly string[];
  readonly warnings: AccountWarnings;
  readonly expected: Expectation;
}
