import type { RemovalPolicy } from 'aws-cdk-lib';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as logs from 'aws-cdk-lib/aws-logs';

/**
 * Settings that the rules of a company often ask for, the same for each construct that has
 * functions: write them once, and give them to each. What is no prop here is set by aspects and by
 * property injection.
 */
export interface CompanySettings {
  /**
   * The VPC to which the functions are attached. They then reach AWS through it alone: by a NAT
   * gateway, or by the endpoints that `docs/company-rules.md` lists. Throws if it is in another
   * account or Region. In subnets without a way to the internet, a warning names the endpoints that
   * the app does not make.
   *
   * @default - the functions are attached to no VPC, and reach AWS by its public endpoints
   */
  readonly vpc?: ec2.IVpc;

  /**
   * The subnets of `vpc` for the functions. Throws without `vpc`, if none is chosen, for public
   * subnets, from which a function reaches nothing, and for one that is known to be of another VPC.
   *
   * @default - private subnets with a way to the internet, or else isolated ones
   */
  readonly vpcSubnets?: ec2.SubnetSelection;

  /**
   * The security groups of the functions. They need nothing but HTTPS to the outside, port 443.
   * Throws without `vpc`, if the list is empty, and for a group of another VPC. That no group lets
   * HTTPS out is a warning.
   *
   * @default - with `vpc`, one group for all functions of the construct, which lets out HTTPS alone
   */
  readonly securityGroups?: ec2.ISecurityGroup[];

  /**
   * The key that encrypts the topic, queues, tables and logs that the construct makes: a symmetric
   * one of the same account and Region, or this throws. The policy of a key of the app is extended
   * to let in CloudWatch alarms, EventBridge and CloudWatch Logs; of one that is imported, a
   * warning says which statements it needs. A table that is deployed already takes the new key for
   * what it holds. A key that decisions of people are proved by stays one of its own.
   *
   * @default - one key for all topics and tables that the library makes in the stack; the rest has
   * keys of AWS
   */
  readonly encryptionKey?: kms.IKey;

  /**
   * For how long CloudWatch Logs keeps what the functions write.
   *
   * @default RetentionDays.ONE_YEAR
   */
  readonly logRetention?: logs.RetentionDays;

  /**
   * The key that encrypts the logs, where it is another one than `encryptionKey`. All that is said
   * of that holds for it too.
   *
   * @default - `encryptionKey`; without it, a key of CloudWatch Logs
   */
  readonly logEncryptionKey?: kms.IKey;

  /**
   * Whether AWS X-Ray traces invocations of the functions. With ACTIVE they get the rights to send
   * traces.
   *
   * @default Tracing.DISABLED
   */
  readonly tracing?: lambda.Tracing;

  /**
   * The most invocations of each function side by side, which are taken out of the account's
   * concurrency for it: a whole number of at least 1, or this throws. That it is less than the
   * function takes from its queues side by side is an error at synth, which says how many it needs.
   *
   * @default - no concurrency is reserved
   */
  readonly reservedConcurrentExecutions?: number;

  /**
   * What becomes of tables, keys and logs when they leave the stack. With DESTROY, tables are not
   * protected from deletion either, and all goes with the stack: for test accounts, and a warning
   * says so. Throws for SNAPSHOT, which these resources do not have.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;

  /**
   * The processors that the functions run on. They hold no machine code, so they do the same on
   * either. Write `Architecture.X86_64` for a Region, or a rule of your organization, without the
   * other.
   *
   * @default Architecture.ARM_64
   */
  readonly architecture?: lambda.Architecture;
}
