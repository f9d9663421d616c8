import { DefaultStackSynthesizer, Fn, Stack, Token } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';
import { emptyingRoleArnOf } from './default-group-restriction';
import { type ActorPlace, checkedRoleArn, checkedUserArn } from './principal-arn';
import type { SentryHub } from '../../organization/constructs/sentry-hub';
import { deployedStack } from '../../shared/constructs/deployed-stack';
import { isInstanceOf } from '../../shared/constructs/instance-of';
import { isKnownLater } from '../../shared/constructs/known-later';
import { RESERVED_PATH, type TrustedActor } from '../domain/changes/actor';
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

/** Which people of a permission set are meant. */
export interface PermissionSetActorProps {
  /**
   * The user name of the one person who is meant, as Identity Center shows it and in its case. The
   * session is called so, by Identity Center and not by the person. Throws if it is malformed.
   *
   * @default - everyone who has the permission set in the account
   */
  readonly userName?: string;
}

/**
 * Someone whose changes a locked group accepts.
 *
 * Recognised by the ARN of the role or user, which AWS writes into the event; never by a session
 * name, a user agent or anything else that a caller chooses.
 */
export class Actor {
  /**
   * Every session of a role. In a hub, too, it is this one role, in its own account.
   *
   * @param role its ARN must be the full one, with the path. A role imported by its name alone is
   * taken to have none. Throws at synth for a role that cannot change a group that is watched, such
   * as one of another account, and for what is no role, such as a session or a pattern.
   */
  public static role(role: iam.IRole): Actor {
    return new Actor((place) => [
      { kind: 'role', roleArn: checkedRoleArn('Actor.role()', role, place) },
    ]);
  }

  /**
   * People who come to the account by Identity Center under a permission set. In a hub, those who
   * come to the account whose groups they change.
   *
   * They are known by the role that Identity Center makes for the permission set in each account:
   * its path is reserved, so that no one else can make such a role. Who may change assignments in
   * Identity Center decides who is trusted.
   *
   * @param name of the permission set, such as Admin: the whole of it, in its case, so that
   * AdminReadOnly is another. Throws if it is malformed, or is the name of a role.
   */
  public static permissionSet(name: string, props: PermissionSetActorProps = {}): Actor {
    checkPermissionSet(name);
    const { userName } = props;
    if (userName !== undefined) checkUserName(name, userName);
    return new Actor(({ sentry, hub }) => [
      {
        kind: 'permissionSet',
        reservedPathArn: Stack.of(sentry).formatArn({
          service: 'iam',
          region: '',
          account: hub ? ACCOUNT_OF_EVENT : Stack.of(sentry).account,
          resource: 'role',
          resourceName: RESERVED_PATH,
        }),
        permissionSet: name,
        ...(userName !== undefined && { userName }),
      },
    ]);
  }

  /**
   * An IAM user. In a hub, too, it is this one user, in its own account.
   *
   * @param user its ARN must be the full one, with the path. A user imported by its name alone is
   * taken to have none. Throws at synth for a user who cannot change a group that is watched, such
   * as one of another account.
   */
  public static user(user: iam.IUser): Actor {
    return new Actor((place) => [
      { kind: 'user', userArn: checkedUserArn('Actor.user()', user, place) },
    ]);
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
    if (!isKnownLater(roleName) && !/^([\w+=,.@-]+\/)*[\w+=,.@-]{1,64}$/.test(roleName)) {
      throw new Error(
        `Actor.roleInEachAccount(): "${roleName}" is no name of a role: write it after its path, if it has one, and without an ARN, such as "Deployer" or "ops/Deployer".`,
      );
    }
    if (/(^|\/)AWSReservedSSO_/.test(roleName)) {
      throw new Error(
        `Actor.roleInEachAccount(): Identity Center gives the role "${roleName}" another name in each account: write Actor.permissionSet("${permissionSetOf(roleName)}").`,
      );
    }
    return new Actor((place) => [{ kind: 'role', roleArn: roleArnInEach(place, roleName) }]);
  }

  /**
   * CloudFormation, deploying with this execution role. Throws at synth for the same roles as
   * `role()`.
   */
  public static cloudFormation(props: CloudFormationActorProps): Actor {
    return new Actor((place) => [
      {
        kind: 'cloudFormation',
        executionRoleArn: checkedRoleArn('Actor.cloudFormation()', props.executionRole, place),
      },
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
    return new Actor(({ sentry, hub }) => [cdkDeployments(sentry, hub, props.qualifier)]);
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
   * @param role its ARN must be the full one, with the path. Throws at synth for the same roles as
   * `role()`.
   */
  public static emptyingDefaultGroups(role: iam.IRole): Actor {
    return new Actor(
      (place) => {
        checkedRoleArn('Actor.emptyingDefaultGroups()', role, place);
        return [];
      },
      [role.roleArn],
    );
  }

  private constructor(
    private readonly bind: (place: ActorPlace) => TrustedActor[],
    private readonly emptyingRoleArns: string[] = [],
  ) {}

  /** @internal */
  public _bind(sentry: IConstruct, hub?: SentryHub): TrustedActor[] {
    return this.bind({ sentry, hub });
  }

  /** @internal */
  public get _emptyingRoleArns(): string[] {
    return this.emptyingRoleArns;
  }
}

/** As Identity Center takes it, and IAM: the role's name holds 17 characters more. */
const PERMISSION_SET = /^[\w+=,.@-]{1,32}$/;

/** As IAM takes the name of a session. */
const USER_NAME = /^[\w+=,.@-]{2,64}$/;

function checkPermissionSet(name: string): void {
  if (isKnownLater(name)) return;
  if (name.startsWith('AWSReservedSSO_')) {
    throw new Error(
      `Actor.permissionSet(): "${name}" is the role that Identity Center makes for a permission set: write the name of the set, "${permissionSetOf(name)}".`,
    );
  }
  if (PERMISSION_SET.test(name)) return;
  throw new Error(
    `Actor.permissionSet(): "${name}" is no name of a permission set: write it as Identity Center shows it, such as "Admin", without an ARN or a pattern.`,
  );
}

function checkUserName(set: string, userName: string): void {
  if (isKnownLater(userName)) return;
  if (USER_NAME.test(userName)) return;
  throw new Error(
    `Actor.permissionSet("${set}"): "userName" is "${userName}", which no session is called: write one user name as Identity Center shows it, such as "ann@example.com", without a pattern.`,
  );
}

function permissionSetOf(roleName: string): string {
  return roleName.replace(/^.*AWSReservedSSO_/, '').replace(/_[0-9a-f]{16}$/, '');
}

function roleArnInEach({ sentry: scope, hub }: ActorPlace, roleName: string): string {
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
    executionRoleArn:
      qualifier === undefined
        ? executionRoleArn(scope, hub)
        : bootstrapRoleArn(scope, qualifier, place),
  };
}

function bootstrapRoleArn(
  scope: IConstruct,
  qualifier: string,
  { account, region }: { readonly account: string; readonly region: string },
): string {
  if (!isKnownLater(qualifier) && !/^[A-Za-z0-9_-]{1,10}$/.test(qualifier)) {
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
  if (!isInstanceOf(synthesizer, DefaultStackSynthesizer)) {
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
