import { DefaultStackSynthesizer, Fn, Stack, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { emptyingRoleArnOf } from './default-group-restriction';
import type { TrustedActor } from '../domain/changes/actor';

/** How to recognise deployments by CloudFormation. */
export interface CloudFormationActorProps {
  /**
   * The role that the stacks are deployed with. Anyone may use CloudFormation; this role tells the
   * deployments from the rest.
   */
  readonly executionRole: iam.IRole;
}

/** How to recognise deployments by the CDK. */
export interface CdkDeploymentsProps {
  /**
   * The qualifier that account and Region were bootstrapped with.
   *
   * @default - that of the stack that the sentry stands in
   */
  readonly qualifier?: string;
}

/**
 * Someone whose changes a locked group accepts.
 *
 * Recognised by the ARN of the role, which AWS writes into the event; never by a session name, a
 * user agent or anything else that a caller chooses.
 */
export class Actor {
  /**
   * Every session of a role.
   *
   * @param role its ARN must be the full one, with the path. A role imported by its name alone is
   * taken to have none.
   */
  public static role(role: iam.IRole): Actor {
    return new Actor(() => [{ kind: 'role', roleArn: role.roleArn }]);
  }

  /** CloudFormation, deploying with this execution role. */
  public static cloudFormation(props: CloudFormationActorProps): Actor {
    return new Actor(() => [
      { kind: 'cloudFormation', executionRoleArn: props.executionRole.roleArn },
    ]);
  }

  /**
   * `cdk deploy` in the sentry's account and Region: CloudFormation with the execution role that
   * `cdk bootstrap` made.
   *
   * Throws at synth where the sentry's stack is deployed without one
   * (CliCredentialsStackSynthesizer, LegacyStackSynthesizer).
   */
  public static cdkDeployments(props: CdkDeploymentsProps = {}): Actor {
    return new Actor((scope) => [cdkDeployments(scope, props.qualifier)]);
  }

  /**
   * The custom resource by which the CDK empties the default group of a VPC
   * (`restrictDefaultSecurityGroup`). What it takes away from default groups is accepted, and
   * nothing else: what it adds is judged like anyone's.
   *
   * A sentry accepts it by itself where it stands in the VPC's stack, or names the VPC or the group
   * in `monitoredGroups`. Where it watches all groups, and the VPC is in another stack, this says
   * so: it makes the sentry's stack depend on the VPC's.
   *
   * @param vpc of this app, and not in another stage. Throws if the CDK does not empty its default
   * group, and for an imported VPC: name the role with `emptyingDefaultGroups()` then.
   */
  public static emptyingDefaultGroupOf(vpc: ec2.IVpc): Actor {
    const roleArn = emptyingRoleArnOf(vpc);
    if (roleArn === undefined) {
      throw new Error(
        `Actor.emptyingDefaultGroupOf(): this app has no custom resource that empties the default group of ${vpc.node.path}: ` +
          'leave the actor out or, if another app empties the group, write Actor.emptyingDefaultGroups(role) with the role that does.',
      );
    }
    return new Actor(() => [], [roleArn]);
  }

  /**
   * A role that may take rules away from default groups, and nothing else: what it adds is judged
   * like anyone's. For the custom resource of another app, whose VPC this one imports.
   *
   * @param role its ARN must be the full one, with the path.
   */
  public static emptyingDefaultGroups(role: iam.IRole): Actor {
    return new Actor(() => [], [role.roleArn]);
  }

  private constructor(
    private readonly bind: (scope: IConstruct) => TrustedActor[],
    private readonly emptyingRoleArns: string[] = [],
  ) {}

  /** @internal */
  public _bind(scope: IConstruct): TrustedActor[] {
    return this.bind(scope);
  }

  /** @internal */
  public get _emptyingRoleArns(): string[] {
    return this.emptyingRoleArns;
  }
}

function cdkDeployments(scope: IConstruct, qualifier?: string): TrustedActor {
  return {
    kind: 'cloudFormation',
    executionRoleArn: qualifier ? bootstrapRoleArn(scope, qualifier) : executionRoleArn(scope),
  };
}

/** A nested stack is deployed with its parent, and its parent's role. */
function deployedStack(stack: Stack): Stack {
  return stack.nestedStackParent ? deployedStack(stack.nestedStackParent) : stack;
}

function bootstrapRoleArn(scope: IConstruct, qualifier: string): string {
  if (!Token.isUnresolved(qualifier) && !/^[A-Za-z0-9_-]{1,10}$/.test(qualifier)) {
    throw new Error(
      `${scope.node.path}: "${qualifier}" is no bootstrap qualifier: write the one given to "cdk bootstrap --qualifier", up to 10 letters, digits, - or _.`,
    );
  }
  const stack = deployedStack(Stack.of(scope));
  return stack.formatArn({
    service: 'iam',
    region: '',
    resource: 'role',
    resourceName: `cdk-${qualifier}-cfn-exec-role-${stack.account}-${stack.region}`,
  });
}

/** The synthesizer writes `${AWS::AccountId}` and the like as plain text. */
function executionRoleArn(scope: IConstruct): string {
  const stack = deployedStack(Stack.of(scope));
  const { synthesizer } = stack;
  if (!(synthesizer instanceof DefaultStackSynthesizer)) {
    throw new Error(
      `${scope.node.path}: the stack ${stack.node.path} is not deployed with a bootstrap execution role, so Actor.cdkDeployments() cannot know its deployments: ` +
        'write Actor.cloudFormation({ executionRole }) with the role that you deploy with.',
    );
  }
  return Fn.sub(synthesizer.cloudFormationExecutionRoleArn);
}
