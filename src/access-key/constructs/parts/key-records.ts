import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { settingsFor } from '../../../shared/constructs/applied-settings';
import { acknowledgeBackups, grantTableKeyUse } from '../../../shared/constructs/guarded-table';

/** Records what was reported of which key, and when: without it no step is ever taken. */
export class KeyRecords {
  private readonly table: dynamodb.Table;
  private readonly key: kms.IKey | undefined;

  constructor(sentry: Construct) {
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

  /** For a decision, which is about one record, and reads that again. */
  public grantCarryOut(grantee: iam.IGrantable): void {
    this.grant(grantee, 'dynamodb:Scan', 'dynamodb:GetItem', 'dynamodb:PutItem');
  }

  private grant(grantee: iam.IGrantable, ...actions: string[]): void {
    this.table.grant(grantee, ...actions);
    if (this.key) grantTableKeyUse(grantee, this.key);
  }
}
