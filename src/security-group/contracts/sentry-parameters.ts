import type { AccountScope } from '../../organization/domain/account-scope';
import type { TrustedActor } from '../domain/changes/actor';
import type { GroupPart } from '../domain/groups/monitored-groups';
import type { Disabling, Policy } from '../domain/policies/policy';
import type { SentryConfiguration, Workflow } from '../domain/policies/sentry-configuration';

/**
 * The version of the JSON in the SSM parameters. A handler that meets another version says so and
 * does nothing by guess.
 */
export const SENTRY_PARAMETERS_VERSION = 1;

export interface PoliciesParameter {
  readonly version: typeof SENTRY_PARAMETERS_VERSION;
  readonly policies: readonly PolicyInParameter[];
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
  readonly sensitiveTags?: SentryConfiguration['sensitiveTags'];
}

export interface PolicyInParameter extends Omit<
  Policy,
  'disabling' | 'identity' | 'appliesTo' | 'appliesIn'
> {
  /** Whose groups it is for, and which of them; absent: all. */
  readonly appliesTo?: AppliesToInParameter;
}

export interface AppliesToInParameter extends AccountScope {
  /** The name of a selection, in a parameter of its own. */
  readonly groups?: string;
}

/**
 * Selections of groups that policies are for, by their names. There may be several such parameters,
 * and a selection be in several: names change with what is selected, so that no policy is taken for
 * one of other groups while a deployment is writing them.
 */
export interface PolicyGroupsParameter {
  readonly version: typeof SENTRY_PARAMETERS_VERSION;
  readonly selections: readonly PolicyGroupsPart[];
}

export interface PolicyGroupsPart extends GroupPart {
  readonly name: string;
  /** As in the parameters of monitored groups. */
  readonly part?: number;
  /** Of how many that make up the selection; absent: this is all of it. */
  readonly of?: number;
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
  readonly routeTags?: Workflow['routeTags'];
}

/** There may be several: all that those of a part include, but what any of these excludes. */
export interface MonitoredGroupsParameter extends GroupPart {
  readonly version: typeof SENTRY_PARAMETERS_VERSION;
  /** From 1, with exclusions of its own; absent: the part without a number. */
  readonly part?: number;
  /**
   * Of the selection, where it takes several parameters: it changes with each change of what is
   * selected, so that no half of one is taken for it while a deployment is writing them.
   */
  readonly name?: string;
  /** Of how many parameters that make up the selection; absent: this is all of it. */
  readonly of?: number;
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

/** Of selections of policies: one of so many ids is alone in its parameter. */
export const POLICY_GROUPS_BYTES = 3_500;
