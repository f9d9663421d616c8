import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { settingsFor } from '../../../shared/constructs/applied-settings';
import { acknowledgeBackups, grantTableKeyUse } from '../../../shared/constructs/guarded-table';

export interface RememberedThings {
  readonly retires: boolean;
  readonly remembersReports: boolean;
}

/**
 * Records what was reported of which key, and when: without it no step is ever taken. Also the last
 * report, where what is new is marked.
 */
export class KeyRecords {
  /** Undefined where there is nothing to remember. */
  static of(
    sentry: Construct,
    { retires, remembersReports }: RememberedThings,
  ): KeyRecords | undefined {
    return retires || remembersReports ? new KeyRecords(sentry) : undefined;
  }

  private readonly table: dynamodb.Table;
  private readonly key: kms.IKey | undefined;

  private constructor(sentry: Construct) {
    const { encryptionKey, removalPolicy = RemovalPolicy.RETAIN } = settingsFor(sentry);
    this.key = encryptionKey;
    this.table = new dynamodb.Table(sentry, 'KeyRecords', {
      partitionKey: { name: 'keyId', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: encryptionKey
        ? dynamodb.TableEncryption.CUSTOMER_MANAGED
        : dynamodb.TableEncryption.AWS_MANAGED,
      encryptionKey,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: removalPolicy !== RemovalPolicy.DESTROY,
      removalPolicy,
    });
    acknowledgeBackups(this.table);
  }

  public get tableName(): string {
    return this.table.tableName;
  }

  /** For a run, which reads all records. */
  public grantRun(grantee: iam.IGrantable): void {
    this.grant(grantee, 'dynamodb:Scan', 'dynamodb:PutItem');
  }

  /** For a run that remembers what was last reported. */
  public grantReports(grantee: iam.IGrantable): void {
    this.grant(grantee, 'dynamodb:GetItem', 'dynamodb:PutItem');
  }

  /** For a decision, which is about one record, and reads that again. */
  public grantCarryOut(grantee: iam.IGrantable): void {
    this.grant(grantee, 'dynamodb:Scan', 'dynamodb:GetItem', 'dynamodb:PutItem');
  }

  private grant(grantee: iam.IGrantable, ...actions: string[]): void {
    this.table.grant(grantee, ...actions);
    if (this.key) grantTableKeyUse(grantee, this.key);
  }
}
