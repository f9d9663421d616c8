import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { GuardedTable, textAttribute } from '../../shared/constructs/guarded-table';
import { LEDGER_EXPIRY, LEDGER_KEY, RECORD_INDEX } from '../contracts/ledger-items';

/** Holds the sentry's memory, on which its judgements rest. */
export class LedgerTable extends GuardedTable {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      key: LEDGER_KEY,
      expiry: LEDGER_EXPIRY,
      index: {
        indexName: RECORD_INDEX.name,
        partitionKey: textAttribute(RECORD_INDEX.partition),
        sortKey: textAttribute(RECORD_INDEX.sort),
      },
    });
  }

  public grantRead(reader: iam.IGrantable): void {
    iam.Grant.addToPrincipal({
      grantee: reader,
      actions: ['dynamodb:Query'],
      resourceArns: [this.table.tableArn],
    });
    this.grantKeyToRead(reader);
  }

  /** To find the records of all groups; for one who may read the table. */
  public grantFindRecords(reader: iam.IGrantable): void {
    iam.Grant.addToPrincipal({
      grantee: reader,
      actions: ['dynamodb:Query'],
      resourceArns: [this.indexArn(RECORD_INDEX.name)],
    });
  }

  /** Single items, of changes that people are asked about. */
  public grantReadAsked(reader: iam.IGrantable): void {
    iam.Grant.addToPrincipal({
      grantee: reader,
      actions: ['dynamodb:GetItem'],
      resourceArns: [this.table.tableArn],
    });
  }
}
