import { Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { LEDGER_EXPIRY, LEDGER_KEY, RECORD_INDEX } from '../../contracts/security-group/ledger-items';

/** Entries and records are put and deleted one by one; how far an event is handled is updated, and ended in a batch. */
const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'] as const;
export type LedgerWrite = typeof WRITES[number];

/** Transactions are made of the writes above; PartiQL has actions of its own. */
const WRITES_BY_STATEMENT = ['dynamodb:PartiQLInsert', 'dynamodb:PartiQLUpdate', 'dynamodb:PartiQLDelete'];

/** What DynamoDB does with the key for whoever uses the table. */
const KEY_USE_TO_READ = ['kms:Decrypt', 'kms:DescribeKey'];
const KEY_USE_TO_WRITE = ['kms:Encrypt', 'kms:ReEncryptFrom', 'kms:ReEncryptTo', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext'];

/**
 * What the sentry remembers, and rests its judgements on: under a key of its own, recoverable, protected from deletion, kept when the stack goes,
 * and written by nobody but the functions that were granted it, whatever rights others have.
 */
export class LedgerTable extends Construct {
  public readonly table: dynamodb.ITable;
  private readonly key: kms.Key;
  private readonly writerArns: string[] = [];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.key = new kms.Key(this, 'Key', { enableKeyRotation: true, description: `The ledger of ${scope.node.path}`, removalPolicy: RemovalPolicy.RETAIN });
    const table = new dynamodb.Table(this, 'Table', {
      partitionKey: textAttribute(LEDGER_KEY.partition),
      sortKey: textAttribute(LEDGER_KEY.sort),
      timeToLiveAttribute: LEDGER_EXPIRY,
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      resourcePolicy: new iam.PolicyDocument({ statements: [this.denyOtherWriters()] }),
    });
    table.addGlobalSecondaryIndex({
      indexName: RECORD_INDEX.name,
      partitionKey: textAttribute(RECORD_INDEX.partition),
      sortKey: textAttribute(RECORD_INDEX.sort),
    });
    this.table = table;
  }

  public get tableName(): string {
    return this.table.tableName;
  }

  public grantRead(reader: iam.IGrantable): void {
    const { tableArn } = this.table;
    iam.Grant.addToPrincipal({ grantee: reader, actions: ['dynamodb:Query'], resourceArns: [tableArn, `${tableArn}/index/${RECORD_INDEX.name}`] });
    this.grantKey(reader, KEY_USE_TO_READ);
  }

  /** The role is let through the table's own policy as well. It needs to be granted reading besides. */
  public grantWrite(writer: iam.IRole, writes: readonly LedgerWrite[]): void {
    this.writerArns.push(writer.roleArn);
    iam.Grant.addToPrincipal({ grantee: writer, actions: writes.map(actionOf), resourceArns: [this.table.tableArn] });
    this.grantKey(writer, KEY_USE_TO_WRITE);
  }

  /** A policy of a table names the table itself by `*`. Control of the table, restores and the end of expired items are not concerned. */
  private denyOtherWriters(): iam.PolicyStatement {
    return new iam.PolicyStatement({
      sid: 'WritersOnly',
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: [...WRITES.map(actionOf), ...WRITES_BY_STATEMENT],
      resources: ['*'],
      conditions: { StringNotEquals: { 'aws:PrincipalArn': Lazy.list({ produce: () => this.writerArns }) } },
    });
  }

  /** Through DynamoDB only. */
  private grantKey(grantee: iam.IGrantable, actions: string[]): void {
    iam.Grant.addToPrincipal({
      grantee,
      actions,
      resourceArns: [this.key.keyArn],
      conditions: { StringLike: { 'kms:ViaService': `dynamodb.${Stack.of(this).region}.amazonaws.com*` } },
    });
  }
}

function actionOf(write: LedgerWrite): string {
  return `dynamodb:${write}`;
}

function textAttribute(name: string): dynamodb.Attribute {
  return { name, type: dynamodb.AttributeType.STRING };
}
