import { DefaultStackSynthesizer, Fn, Stack, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { emptyingRoleArnOf } from './default-group-restriction';
import type { SentryHub } from '../../organization/constructs/sentry-hub';
import type { TrustedActor } from '../domain/changes/actor';
import { ACCOUNT_OF_EVENT, REGION_OF_EVENT } from '../domain/changes/actor-in-each-account';

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
   * Every session of a role. In a hub, too, it is this one role, in its own account.
   *
   * @param role its ARN must be the full one, with the path. A role imported by its name alone is
   * taken to have none.
   */
  public static role(role: iam.IRole): Actor {
    return new Actor(() => [{ kind: 'role', roleArn: role.roleArn }]);
  }

  /**
   * In a hub, every session of the role of this name in the account whose groups it changes. Anyone
   * who may make a role of this name in an account is trusted there.
   *
   * Throws at synth where the sentry has no hub: write `role()` there.
   *
   * @param roleName its name, after its path if it has one, such as Deployer or ops/Deployer.
   * Throws if it is malformed.
   */
  public static roleInEachAccount(roleName: string): Actor {
    if (!Token.isUnresolved(roleName) && !/^([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/.test(roleName)) {
      throw new Error(
        `Actor.roleInEachAccount(): "${roleName}" is no name of a role: write it after its path, if it has one, and without an ARN, such as "Deployer" or "ops/Deployer".`,
      );
    }
    return new Actor((scope, hub) => [
      { kind: 'role', roleArn: roleArnInEach(scope, hub, roleName) },
    ]);
  }

  /** CloudFormation, deploying with this execution role. */
  public static cloudFormation(props: CloudFormationActorProps): Actor {
    return new Actor(() => [
      { kind: 'cloudFormation', executionRoleArn: props.executionRole.roleArn },
    ]);
  }

  /**
   * `cdk deploy` in the sentry's account and Region: CloudFormation with the execution role that
   * `cdk bootstrap` made. In a hub, the same in the account and Region whose groups it changes.
   *
   * Throws at synth where the sentry's stack is deployed without one
   * (CliCredentialsStackSynthesizer, LegacyStackSynthesizer).
   */
  public static cdkDeployments(props: CdkDeploymentsProps = {}): Actor {
    return new Actor((scope, hub) => [cdkDeployments(scope, hub, props.qualifier)]);
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
   * like anyone's. For the custom resource of another app, whose VPC this one imports. In a hub,
   * too, it is this one role, for the default groups of its own account.
   *
   * @param role its ARN must be the full one, with the path.
   */
  public static emptyingDefaultGroups(role: iam.IRole): Actor {
    return new Actor(() => [], [role.roleArn]);
  }

  private constructor(
    private readonly bind: (scope: IConstruct, hub: SentryHub | undefined) => TrustedActor[],
    private readonly emptyingRoleArns: string[] = [],
  ) {}

  /** @internal */
  public _bind(scope: IConstruct, hub?: SentryHub): TrustedActor[] {
    return this.bind(scope, hub);
  }

  /** @internal */
  public get _emptyingRoleArns(): string[] {
    return this.emptyingRoleArns;
  }
}

function roleArnInEach(scope: IConstruct, hub: SentryHub | undefined, roleName: string): string {
  if (!hub) {
    throw new Error(
      `${scope.node.path}: Actor.roleInEachAccount("${roleName}") means a role in each account of a hub, and the sentry has none: write Actor.role(role), or give the sentry a "hub".`,
    );
  }
  const resource = { service: 'iam', region: '', resource: 'role', resourceName: roleName };
  return Stack.of(scope).formatArn({ ...resource, account: ACCOUNT_OF_EVENT });
}

function cdkDeployments(
  scope: IConstruct,
  hub: SentryHub | undefined,
  qualifier: string | undefined,
): TrustedActor {
  const stack = deployedStack(Stack.of(scope));
  const place = hub
    ? { account: ACCOUNT_OF_EVENT, region: REGION_OF_EVENT }
    : { account: stack.account, region: stack.region };
  return {
    kind: 'cloudFormation',
    executionRoleArn: qualifier
      ? bootstrapRoleArn(scope, qualifier, place)
      : executionRoleArn(scope, hub),
  };
}

/** A nested stack is deployed with its parent, and its parent's role. */
function deployedStack(stack: Stack): Stack {
  return stack.nestedStackParent ? deployedStack(stack.nestedStackParent) : stack;
}

function bootstrapRoleArn(
  scope: IConstruct,
  qualifier: string,
  { account, region }: { readonly account: string; readonly region: string },
): string {
  if (!Token.isUnresolved(qualifier) && !/^[A-Za-z0-9_-]{1,10}$/.test(qualifier)) {
    throw new Error(
      `${scope.node.path}: "${qualifier}" is no bootstrap qualifier: write the one given to "cdk bootstrap --qualifier", up to 10 letters, digits, - or _.`,
    );
  }
  return deployedStack(Stack.of(scope)).formatArn({
    service: 'iam',
    region: '',
    account,
    resource: 'role',
    resourceName: `cdk-${qualifier}-cfn-exec-role-${account}-${region}`,
  });
}

/** The synthesizer writes `${AWS::AccountId}` and the like as plain text. */
function executionRoleArn(scope: IConstruct, hub: SentryHub | undefined): string {
  const stack = deployedStack(Stack.of(scope));
  const { synthesizer } = stack;
  if (!(synthesizer instanceof DefaultStackSynthesizer)) {
    throw new Error(
      `${scope.node.path}: the stack ${stack.node.path} is not deployed with a bootstrap execution role, so Actor.cdkDeployments() cannot know its deployments: ` +
        'write Actor.cloudFormation({ executionRole }) with the role that you deploy with.',
    );
  }
  const own = synthesizer.cloudFormationExecutionRoleArn;
  return Fn.sub(hub ? inEachPlace(own, stack) : own);
}

/** The account and the Region stand there as they are known: as pseudo parameters, or as values. */
function inEachPlace(arn: string, { account, region }: Stack): string {
  const ofAccount = Token.isUnresolved(account) ? '${AWS::AccountId}' : account;
  const ofRegion = Token.isUnresolved(region) ? '${AWS::Region}' : region;
  return arn.replaceAll(ofAccount, ACCOUNT_OF_EVENT).replaceAll(ofRegion, REGION_OF_EVENT);
}
