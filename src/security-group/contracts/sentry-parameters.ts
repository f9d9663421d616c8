import type { AccountScope } from '../../organization/domain/account-scope';
import type { TrustedActor } from '../domain/changes/actor';
import type { GroupSelector } from '../domain/groups/monitored-groups';
import type { Disabling, Policy } from '../domain/policies/policy';
import type { SentryConfiguration } from '../domain/policies/sentry-configuration';

/**
 * The version of the JSON in the SSM parameters. A handler that meets another version says so and
 * does nothing by guess.
 */
export const SENTRY_PARAMETERS_VERSION = 1;

export interface PoliciesParameter {
  readonly version: typeof SENTRY_PARAMETERS_VERSION;
  readonly policies: readonly Omit<Policy, 'disabling'>[];
  readonly trustedActors: readonly TrustedActor[];
  readonly emptyingRoleArns: SentryConfiguration['emptyingRoleArns'];
  readonly mode: SentryConfiguration['mode'];
  readonly observeIn?: SentryConfiguration['observeIn'];
  readonly existingViolations: SentryConfiguration['existingViolations'];
  readonly settleSeconds: number;
  readonly repeatWindowSeconds: number;
  readonly brake: number;
  /** Whom policies ask, by the names that they use. */
  readonly workflows: readonly WorkflowParameter[];
}

export interface WorkflowParameter {
  readonly name: string;
  readonly expireSeconds: number;
  /** The name under which the sentry asks there. */
  readonly asker: string;
  /** Where requests and outcomes go. */
  readonly queueUrl: string;
  /** The key that signs its decisions. */
  readonly decisionKeyArn: string;
}

/** There may be several: all that those of a part include, but what any of these excludes. */
export interface MonitoredGroupsParameter {
  readonly version: typeof SENTRY_PARAMETERS_VERSION;
  /** From 1, with exclusions of its own; absent: the part without a number. */
  readonly part?: number;
  readonly include: readonly GroupSelector[];
  readonly exclude: readonly GroupSelector[];
}

/** Written by the deployment without a pause; an operator's order writes the rest. */
export interface PauseParameter extends AccountScope {
  readonly version: typeof SENTRY_PARAMETERS_VERSION;
  /** ISO 8601. */
  readonly until?: string;
  readonly reason?: string;
  readonly by?: string;
}

/** Written by the deployment without any; an operator's orders write the rest. */
export interface DisabledPoliciesParameter {
  readonly version: typeof SENTRY_PARAMETERS_VERSION;
  readonly disablings: readonly DisablingInParameter[];
}

/** Times are ISO 8601. */
export interface DisablingInParameter extends Omit<Disabling, 'since' | 'until'> {
  readonly since: string;
  readonly until: string;
}

/** A standard parameter holds 4 KB; a group's id is 20 characters, known at deployment only. */
export const GROUPS_PER_PARAMETER = 150;
