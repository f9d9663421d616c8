import { RemovalPolicy } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/** Records what was reported of which key, and when: without it no step is ever taken. */
export class KeyRecords {
  private readonly table: dynamodb.Table;

  constructor(sentry: Construct) {
    this.table = new dynamodb.Table(sentry, 'KeyRecords', {
      partitionKey: { name: 'keyId', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  public get tableName(): string {
    return this.table.tableName;
  }

  /** For a run, which reads all records. */
  public grantRun(grantee: iam.IGrantable): void {
    this.table.grant(grantee, 'dynamodb:Scan', 'dynamodb:PutItem');
  }

  /** For a decision, which is about one record, and reads that again. */
  public grantCarryOut(grantee: iam.IGrantable): void {
    this.table.grant(grantee, 'dynamodb:Scan', 'dynamodb:GetItem', 'dynamodb:PutItem');
  }
}
