import { Lazy, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { acknowledgeInPacks } from './acknowledge-finding';
import { settingsFor } from './applied-settings';
import { onlyValues } from './only-values';
import { tableKey } from './stack-key';

/** Without the rights to these, no one writes an item: transactions are made of them too. */
const WRITES = ['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem'] as const;
export type TableWrite = (typeof WRITES)[number];

/** PartiQL has actions of its own. */
const WRITES_BY_STATEMENT = [
  'dynamodb:PartiQLInsert',
  'dynamodb:PartiQLUpdate',
  'dynamodb:PartiQLDelete',
];

/** DynamoDB uses the key in these ways for anyone who uses the table. */
const KEY_USE_TO_READ = ['kms:Decrypt', 'kms:DescribeKey'];
const KEY_USE_TO_WRITE = [
  'kms:Encrypt',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
];

export interface GuardedTableProps {
  readonly key: { readonly partition: string; readonly sort: string };
  /** In it, the second at which an item may go; without it, none goes by itself. */
  readonly expiry?: string;
  readonly index?: dynamodb.GlobalSecondaryIndexProps;
}

/**
 * A table that judgements rest on. It has the key of its stack, is recoverable, protected from
 * deletion, and kept when the stack goes, unless the company settings say otherwise. No one writes
 * it but the functions that were granted it, whatever rights others have.
 */
export abstract class GuardedTable extends Construct {
  public readonly table: dynamodb.ITable;
  private readonly key: kms.IKey;
  private readonly writerArns = new Set<string>();

  constructor(scope: Construct, id: string, { key, expiry, index }: GuardedTableProps) {
    super(scope, id);
    const { encryptionKey, removalPolicy = RemovalPolicy.RETAIN } = settingsFor(scope);
    this.key = encryptionKey ?? tableKey(scope);
    const table = new dynamodb.Table(this, 'Table', {
      partitionKey: textAttribute(key.partition),
      sortKey: textAttribute(key.sort),
      ...(expiry !== undefined && { timeToLiveAttribute: expiry }),
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: removalPolicy !== RemovalPolicy.DESTROY,
      removalPolicy,
      resourcePolicy: new iam.PolicyDocument({ statements: [this.denyOtherWriters()] }),
    });
    acknowledgeBackups(table);
    if (index) table.addGlobalSecondaryIndex(index);
    this.table = table;
  }

  public get tableName(): string {
    return this.table.tableName;
  }

  /**
   * The role is let through the table's own policy as well. It needs to be granted reading, or the
   * use of the key to read, besides.
   */
  public grantWrite(writer: iam.IRole, writes: readonly TableWrite[]): void {
    this.letWrite(writer, writes);
  }

  /** To write items whose partition begins so, and no others. */
  protected grantWriteBeneath(
    writer: iam.IRole,
    partitionPrefix: string,
    writes: readonly TableWrite[],
  ): void {
    this.letWrite(
      writer,
      writes,
      onlyValues('StringLike', 'dynamodb:LeadingKeys', [`${partitionPrefix}*`]),
    );
  }

  protected indexArn(name: string): string {
    return `${this.table.tableArn}/index/${name}`;
  }

  /** DynamoDB opens the table with the key for one who only writes, too. */
  protected grantKeyToRead(reader: iam.IGrantable): void {
    grantTableKey(reader, this.key, KEY_USE_TO_READ);
  }

  private letWrite(
    writer: iam.IRole,
    writes: readonly TableWrite[],
    conditions?: Record<string, Record<string, unknown>>,
  ): void {
    this.writerArns.add(writer.roleArn);
    iam.Grant.addToPrincipal({
      grantee: writer,
      actions: writes.map(actionOf),
      resourceArns: [this.table.tableArn],
      conditions,
    });
    grantTableKey(writer, this.key, KEY_USE_TO_WRITE);
  }

  /**
   * A policy of a table names the table itself by `*`. Control of the table, restores and the end
   * of expired items are not concerned.
   */
  private denyOtherWriters(): iam.PolicyStatement {
    return new iam.PolicyStatement({
      sid: 'WritersOnly',
      effect: iam.Effect.DENY,
      principals: [new iam.AnyPrincipal()],
      actions: [...WRITES.map(actionOf), ...WRITES_BY_STATEMENT],
      resources: ['*'],
      conditions: {
        StringNotEquals: { 'aws:PrincipalArn': Lazy.list({ produce: () => [...this.writerArns] }) },
      },
    });
  }
}

/** A plan of the company takes in tables by their tags. */
export function acknowledgeBackups(table: dynamodb.Table): void {
  acknowledgeInPacks(
    table,
    'DynamoDBInBackupPlan',
    'The table can be recovered to any second of the last 35 days; a backup plan is for the whole account to have.',
  );
}

/** To use the key of a table as reading and writing it does. */
export function grantTableKeyUse(grantee: iam.IGrantable, key: kms.IKey): void {
  grantTableKey(grantee, key, [...KEY_USE_TO_READ, ...KEY_USE_TO_WRITE]);
}

/** Through DynamoDB only. */
function grantTableKey(grantee: iam.IGrantable, key: kms.IKey, actions: string[]): void {
  iam.Grant.addToPrincipal({
    grantee,
    actions,
    resourceArns: [key.keyArn],
    conditions: {
      StringLike: {
        'kms:ViaService': `dynamodb.${Stack.of(key).region}.amazonaws.com*`,
      },
    },
  });
}

export function textAttribute(name: string): dynamodb.Attribute {
  return { name, type: dynamodb.AttributeType.STRING };
}

function actionOf(write: TableWrite): string {
  return `dynamodb:${write}`;
}
