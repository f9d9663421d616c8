import { ArnFormat, Lazy, Names, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { settingsFor } from './applied-settings';
import { isInstanceOf } from './instance-of';
import { renderedName } from './role-name';

/** Not among them: what CloudFormation needs to change and delete a queue. */
const USES = [
  'SendMessage',
  'ReceiveMessage',
  'DeleteMessage',
  'ChangeMessageVisibility',
  'PurgeQueue',
].map((use) => `sqs:${use}`);

/** SQS takes 8,192 characters a policy. An ARN of a role with a long name has some 110. */
const MOST_EXCEPTED = 40;

/** IAM takes 64 characters. The rest is for the Region: names are those of all Regions. */
const LONGEST_ROLE_NAME_START = 43;

export interface GuardedQueueProps extends Omit<sqs.QueueProps, 'encryption' | 'enforceSSL'> {
  /** They may redrive. */
  readonly operators: readonly iam.IPrincipal[];
}

/**
 * A queue whose messages no one sends, takes or deletes but the functions that were let, operators,
 * and services of AWS, whatever rights others have.
 */
export class GuardedQueue extends sqs.Queue {
  private readonly excepted: iam.IPrincipal[];
  private readonly key: kms.IKey | undefined;

  constructor(scope: Construct, id: string, { operators, ...props }: GuardedQueueProps) {
    super(scope, id, { ...props, encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true });
    this.key = settingsFor(scope).encryptionKey;
    if (this.key) this.encryptWith(this.key);
    this.excepted = [...operators];
    this.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'UsersOnly',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: USES,
        resources: [this.queueArn],
        conditions: {
          ArnNotLike: Lazy.any({ produce: () => this.unlessExcepted() }),
          // Services have no ARN, and would be denied as well.
          Bool: { 'aws:PrincipalIsAWSService': 'false' },
        },
      }),
    );
    this.node.addValidation({ validate: () => this.lengthErrors() });
  }

  /** Lets a function of Lambda take messages: its mapping does so with the function's role. */
  public letTake(taker: iam.IGrantable): void {
    this.except(taker);
    this.letUseKey(taker, ['kms:Decrypt']);
  }

  /** Lets someone put messages into it, and nothing else with it. */
  public grantSend(sender: iam.IGrantable): iam.Grant {
    this.except(sender);
    this.letUseKey(sender, ['kms:Decrypt', 'kms:GenerateDataKey']);
    return iam.Grant.addToPrincipal({
      grantee: sender,
      actions: ['sqs:SendMessage'],
      resourceArns: [this.queueArn],
    });
  }

  /**
   * Of a queue that it knows to have a key, the CDK does not narrow to one rule who may send to it:
   * any rule of EventBridge, of any account, could then put events of its own making into it.
   */
  private encryptWith({ keyArn }: kms.IKey): void {
    const queue = this.node.defaultChild as sqs.CfnQueue;
    queue.sqsManagedSseEnabled = undefined;
    queue.kmsMasterKeyId = keyArn;
  }

  /** Through SQS only. */
  private letUseKey(grantee: iam.IGrantable, actions: string[]): void {
    if (!this.key) return;
    iam.Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [this.key.keyArn],
      conditions: {
        StringLike: { 'kms:ViaService': `sqs.${Stack.of(this).region}.amazonaws.com*` },
      },
    });
  }

  /**
   * A role of another stack refers to this queue, so this queue's policy cannot refer to the role:
   * it has to have a name that is known at synth.
   */
  private except({ grantPrincipal }: iam.IGrantable): void {
    if (this.excepted.includes(grantPrincipal)) return;
    this.excepted.push(grantPrincipal);
    if (!this.isOfOtherStack(grantPrincipal)) return;
    const role = grantPrincipal.node.defaultChild as iam.CfnRole;
    if (isNamed(role)) return;
    role.roleName = stableName(grantPrincipal);
  }

  private isOfOtherStack(principal: iam.IPrincipal): principal is iam.Role {
    return isInstanceOf(principal, iam.Role) && Stack.of(principal) !== Stack.of(this);
  }

  private unlessExcepted() {
    const arns = new Set(this.excepted.flatMap((principal) => this.arnsKnownHere(principal)));
    return arns.size > 0 ? { 'aws:PrincipalArn': [...arns] } : undefined;
  }

  private arnsKnownHere(principal: iam.IPrincipal): string[] {
    if (!this.isOfOtherStack(principal)) return arnsOf(principal);
    const role = principal.node.defaultChild as iam.CfnRole;
    if (!isNamed(role)) return arnsOf(principal);
    const { path, roleName } = renderedName(role);
    return [
      Stack.of(this).formatArn({
        service: 'iam',
        region: '',
        resource: `role${path}${roleName}`,
        arnFormat: ArnFormat.NO_RESOURCE_NAME,
      }),
    ];
  }

  private lengthErrors(): string[] {
    const { length } = this.excepted;
    if (length <= MOST_EXCEPTED) return [];
    return [
      `${this.node.path}: ${length} principals may use it, and its policy holds ${MOST_EXCEPTED}: ` +
        'name operators by patterns of ARNs, or have some of those who ask use another workflow.',
    ];
  }
}

/** Operators, each with an ARN that a policy can compare. Throws for others. */
export function checkedOperators(
  scope: Construct,
  operators: readonly iam.IPrincipal[] = [],
): readonly iam.IPrincipal[] {
  for (const operator of operators) {
    const principal = JSON.stringify(
      Stack.of(scope).resolve(operator.policyFragment.principalJson),
    );
    if (arnsOf(operator).length > 0 && !/"\*"|:root"/.test(principal)) continue;
    throw new Error(
      `${scope.node.path}: "operators" holds ${principal}, which stands for no single role or user: ` +
        "give roles or users, such as new iam.ArnPrincipal('arn:aws:iam::111122223333:role/operators').",
    );
  }
  return operators;
}

function arnsOf({ policyFragment }: iam.IPrincipal): string[] {
  return policyFragment.principalJson.AWS ?? [];
}

/** The CDK gives each role a name that may turn out to be none. */
function isNamed(role: iam.CfnRole): boolean {
  return Stack.of(role).resolve(role.roleName) !== undefined;
}

function stableName(role: iam.Role): string {
  const start = Names.uniqueResourceName(role, {
    maxLength: LONGEST_ROLE_NAME_START,
    separator: '-',
  });
  return `${start}-${Stack.of(role).region}`;
}

/** Those of a construct that have no queue behind them. */
export function deadLetterQueuesIn(construct: Construct): GuardedQueue[] {
  return construct.node
    .findAll()
    .filter((one) => one instanceof GuardedQueue)
    .filter(({ deadLetterQueue }) => deadLetterQueue === undefined);
}
