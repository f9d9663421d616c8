import { createHash } from 'node:crypto';
import { Lazy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { MOST_PARAMETER_CHARACTERS } from '../../shared/contracts/parameter-limits';
import { batchesOf, chunksOf } from '../../shared/domain/chunks';
import {
  type DisabledPoliciesParameter,
  GROUPS_PER_PARAMETER,
  type MonitoredGroupsParameter,
  type PauseParameter,
  type PoliciesParameter,
  POLICY_GROUPS_BYTES,
  type PolicyGroupsParameter,
  type PolicyInParameter,
  SENTRY_PARAMETERS_VERSION,
} from '../contracts/sentry-parameters';
import {
  type GroupPart,
  type GroupSelector,
  type MonitoredGroups,
  partsOf,
} from '../domain/groups/monitored-groups';
import type { Policy } from '../domain/policies/policy';

export interface SentryParametersProps {
  readonly monitoredGroups: MonitoredGroups;
  readonly policies: Omit<PoliciesParameter, 'version' | 'policies'> & {
    readonly policies: readonly Policy[];
  };
}

/**
 * Keeps the groups and the policies in SSM parameters, since they do not fit into a function's
 * environment; and a pause and disabled policies, which an operator orders.
 */
export class SentryParameters extends Construct {
  public readonly policies: ssm.IStringParameter;
  /** Groups that policies are for. */
  public readonly policyGroups: ssm.IStringParameter[];
  public readonly monitoredGroups: ssm.IStringParameter[];
  public readonly pause: ssm.IStringParameter;
  public readonly disabledPolicies: ssm.IStringParameter;

  constructor(scope: Construct, id: string, { monitoredGroups, policies }: SentryParametersProps) {
    super(scope, id);
    this.policies = this.parameter('Policies', {
      version: SENTRY_PARAMETERS_VERSION,
      ...policies,
      policies: policies.policies.map((policy) => this.stored(policy)),
    });
    this.policyGroups = this.selectionsOf(policies.policies).map((selections, index) =>
      this.parameter(`PolicyGroups${index}`, { version: SENTRY_PARAMETERS_VERSION, selections }),
    );
    this.monitoredGroups = this.monitoredIn(monitoredGroups).map((value, index) =>
      this.parameter(`MonitoredGroups${index}`, value),
    );
    this.pause = this.parameter('Pause', { version: SENTRY_PARAMETERS_VERSION });
    this.disabledPolicies = this.parameter('DisabledPolicies', {
      version: SENTRY_PARAMETERS_VERSION,
      disablings: [],
    });
  }

  public get all(): ssm.IStringParameter[] {
    return [
      this.policies,
      ...this.policyGroups,
      ...this.monitoredGroups,
      this.pause,
      this.disabledPolicies,
    ];
  }

  /** The environment variables by which every function finds the parameters. */
  public get variables() {
    return {
      POLICIES_PARAMETER: namesOf([this.policies, ...this.policyGroups]),
      MONITORED_GROUPS_PARAMETERS: namesOf(this.monitoredGroups),
      PAUSE_PARAMETER: this.pause.parameterName,
      DISABLED_POLICIES_PARAMETER: this.disabledPolicies.parameterName,
    };
  }

  public grantRead(grantee: iam.IGrantable): void {
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetParameters'],
      resourceArns: this.all.map((parameter) => parameter.parameterArn),
    });
  }

  /** To write what operators order. */
  public grantOrders(grantee: iam.IGrantable): void {
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['ssm:PutParameter'],
      resourceArns: [this.pause, this.disabledPolicies].map(({ parameterArn }) => parameterArn),
    });
  }

  private stored({ appliesTo, appliesIn, ...policy }: Policy): PolicyInParameter {
    if (!appliesTo && !appliesIn) return policy;
    const groups = appliesTo && this.nameOf(appliesTo);
    return { ...policy, appliesTo: { ...appliesIn, ...(groups && { groups }) } };
  }

  /** By parameter. */
  private monitoredIn(selection: MonitoredGroups): MonitoredGroupsParameter[] {
    const chunks = groupChunks(selection);
    const whole = chunks.length > 1 && { name: this.nameOf(selection), of: chunks.length };
    return chunks.map((chunk) => ({ version: SENTRY_PARAMETERS_VERSION, ...whole, ...chunk }));
  }

  /** By parameter; what several policies are for is written once. */
  private selectionsOf(policies: readonly Policy[]): PolicyGroupsParameter['selections'][] {
    const distinct = new Map(
      policies.flatMap(({ appliesTo }) => appliesTo ?? []).map((one) => [JSON.stringify(one), one]),
    );
    const parts = [...distinct.values()].flatMap((selection) => {
      const name = this.nameOf(selection);
      const chunks = groupChunks(selection);
      const of = chunks.length > 1 && { of: chunks.length };
      return chunks.map((chunk) => ({ name, ...of, ...chunk }));
    });
    return batchesOf(parts, (part) => JSON.stringify(part).length, {
      mostItems: Infinity,
      mostBytes: POLICY_GROUPS_BYTES,
    });
  }

  /** Known at synth, when all references are: it changes with each change of what is selected. */
  private nameOf(selection: MonitoredGroups): string {
    return Lazy.string({
      produce: () =>
        createHash('sha256')
          .update(JSON.stringify(Stack.of(this).resolve(selection)))
          .digest('hex')
          .slice(0, NAME_LENGTH),
    });
  }

  private parameter(
    id: string,
    value:
      | PoliciesParameter
      | PolicyGroupsParameter
      | MonitoredGroupsParameter
      | PauseParameter
      | DisabledPoliciesParameter,
  ): ssm.IStringParameter {
    const length = JSON.stringify(value).length;
    if (length > MOST_PARAMETER_CHARACTERS) {
      throw new Error(
        `${this.node.path}/${id}: policies and trusted actors take ${length} characters, SSM holds ${MOST_PARAMETER_CHARACTERS}: ` +
          'write fewer patterns (one pattern takes several ports and peers), name units in place of many accounts, or split them over two sentries.',
      );
    }
    return new ssm.StringParameter(this, id, {
      stringValue: Stack.of(this).toJsonString(value),
      tier: ssm.ParameterTier.INTELLIGENT_TIERING,
      description: 'Written by the deployment, read by the sentry',
    });
  }
}

const NAME_LENGTH = 16;

function namesOf(parameters: readonly ssm.IStringParameter[]): string {
  return parameters.map(({ parameterName }) => parameterName).join(',');
}

interface NumberedPart extends GroupPart {
  readonly part?: number;
}

function groupChunks(selection: MonitoredGroups): NumberedPart[] {
  return partsOf(selection).flatMap((one, part) =>
    chunksOfPart(one).map((chunk) => ({ ...(part > 0 && { part }), ...chunk })),
  );
}

/** Ids in several parameters, all else in the first. */
function chunksOfPart({ include, exclude }: GroupPart): GroupPart[] {
  const included = chunksOf(idsIn(include), GROUPS_PER_PARAMETER).map((groupIds): GroupPart => ({
    include: [{ kind: 'ids', groupIds }],
    exclude: [],
  }));
  const excluded = chunksOf(idsIn(exclude), GROUPS_PER_PARAMETER).map((groupIds): GroupPart => ({
    include: [],
    exclude: [{ kind: 'ids', groupIds }],
  }));
  const others = { include: include.filter(isNoList), exclude: exclude.filter(isNoList) };
  return [
    ...(others.include.length + others.exclude.length > 0 ? [others] : []),
    ...included,
    ...excluded,
  ];
}

function idsIn(selectors: readonly GroupSelector[]): string[] {
  return selectors.flatMap((selector) => (selector.kind === 'ids' ? selector.groupIds : []));
}

function isNoList({ kind }: GroupSelector): boolean {
  return kind !== 'ids';
}
