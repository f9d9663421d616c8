import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as ssm from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import {
  GROUPS_PER_PARAMETER, type MonitoredGroupsParameter, type PoliciesParameter, SENTRY_PARAMETERS_VERSION,
} from '../../contracts/security-group/sentry-parameters';
import type { TrustedActor } from '../../domain/actor/actor';
import { chunksOf } from '../../domain/chunks';
import type { Policy } from '../../domain/security-group/policy';

export interface SentryParametersProps {
  readonly groupIds: string[];
  readonly policies: Policy[];
  readonly trustedActors: TrustedActor[];
}

/** The largest value of an advanced parameter. Ids and ARNs that are tokens still count by their placeholders. */
const MAX_CHARACTERS = 8192;

/** What does not fit into a function's environment: the groups and the policies, in parameters of SSM. */
export class SentryParameters extends Construct {
  public readonly policies: ssm.IStringParameter;
  public readonly monitoredGroups: ssm.IStringParameter[];

  constructor(scope: Construct, id: string, { groupIds, policies, trustedActors }: SentryParametersProps) {
    super(scope, id);
    this.policies = this.parameter('Policies', { version: SENTRY_PARAMETERS_VERSION, policies, trustedActors });
    this.monitoredGroups = chunksOf(groupIds, GROUPS_PER_PARAMETER).map((chunk, index) =>
      this.parameter(`MonitoredGroups${index}`, { version: SENTRY_PARAMETERS_VERSION, groupIds: chunk }));
  }

  public grantRead(grantee: iam.IGrantable): void {
    iam.Grant.addToPrincipal({
      grantee,
      actions: ['ssm:GetParameters'],
      resourceArns: [this.policies, ...this.monitoredGroups].map((parameter) => parameter.parameterArn),
    });
  }

  private parameter(id: string, value: PoliciesParameter | MonitoredGroupsParameter): ssm.IStringParameter {
    const length = JSON.stringify(value).length;
    if (length > MAX_CHARACTERS) {
      throw new Error(`${this.node.path}/${id}: policies and trusted actors take ${length} characters, SSM holds ${MAX_CHARACTERS}: ` +
        'write fewer patterns (one pattern takes several ports and peers), or split them over two sentries.');
    }
    return new ssm.StringParameter(this, id, {
      stringValue: Stack.of(this).toJsonString(value),
      tier: ssm.ParameterTier.INTELLIGENT_TIERING,
      description: 'Written by the deployment, read by the sentry',
    });
  }
}
