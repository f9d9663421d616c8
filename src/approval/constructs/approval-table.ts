import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { GuardedTable, textAttribute } from '../../shared/constructs/guarded-table';
import {
  APPROVAL_EXPIRY,
  APPROVAL_KEY,
  CLICK_PREFIX,
  DUE_INDEX,
} from '../contracts/approval-items';

/** The requests, who decided them, and every click: the workflow's memory, and its audit. */
export class ApprovalTable extends GuardedTable {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      key: APPROVAL_KEY,
      expiry: APPROVAL_EXPIRY,
      index: {
        indexName: DUE_INDEX.name,
        partitionKey: textAttribute(DUE_INDEX.partition),
        sortKey: { name: DUE_INDEX.sort, type: dynamodb.AttributeType.NUMBER },
        projectionType: dynamodb.ProjectionType.KEYS_ONLY,
      },
    });
  }

  /**
   * To add clicks, and neither read anything nor write anything else: anyone who is reached from
   * the internet must not write requests.
   */
  public grantAddClicks(writer: iam.IRole): void {
    this.grantWriteBeneath(writer, CLICK_PREFIX, ['PutItem']);
    this.grantKeyToRead(writer);
  }

  /** To read items and put others in their place, several in one transaction, on conditions. */
  public grantReadAndPut(writer: iam.IRole): void {
    this.grantGet(writer);
    this.grantWrite(writer, ['PutItem']);
  }

  /** To end what was due of an item as well, and leave the rest of it alone. */
  public grantReadAndChange(writer: iam.IRole): void {
    this.grantGet(writer);
    this.grantWrite(writer, ['PutItem', 'UpdateItem']);
  }

  /** To find what is due, in the index: AWS asks for the right in its table too. */
  public grantFindDue(reader: iam.IGrantable): void {
    iam.Grant.addToPrincipal({
      grantee: reader,
      actions: ['dynamodb:Query'],
      resourceArns: [this.table.tableArn, this.indexArn(DUE_INDEX.name)],
    });
  }

  private grantGet(reader: iam.IGrantable): void {
    iam.Grant.addToPrincipal({
      grantee: reader,
      actions: ['dynamodb:GetItem'],
      resourceArns: [this.table.tableArn],
    });
    this.grantKeyToRead(reader);
  }
}
