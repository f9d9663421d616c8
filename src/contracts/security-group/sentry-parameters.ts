import type { TrustedActor } from '../../domain/actor/actor';
import type { Policy } from '../../domain/security-group/policy';

/** What the SSM parameters hold, as JSON. A handler that meets another version says so and does nothing by guess. */
export const SENTRY_PARAMETERS_VERSION = 1;

export interface PoliciesParameter {
  readonly version: typeof SENTRY_PARAMETERS_VERSION;
  readonly policies: readonly Policy[];
  readonly trustedActors: readonly TrustedActor[];
}

export interface MonitoredGroupsParameter {
  readonly version: typeof SENTRY_PARAMETERS_VERSION;
  readonly groupIds: readonly string[];
}

/** A standard parameter holds 4 KB; a group's id is 20 characters, known at deployment only. */
export const GROUPS_PER_PARAMETER = 150;
