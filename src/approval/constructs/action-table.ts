import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { GuardedTable } from '../../shared/constructs/guarded-table';
import { ACTION_EXPIRY, ACTION_KEY } from '../contracts/action-items';

/** What was asked for an action: a decision about anything else counts for nothing. */
export class ActionTable extends GuardedTable {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      key: ACTION_KEY,
      expiry: ACTION_EXPIRY,
    });
  }

  /** To store what is asked, and read it again. */
  public grantAsk(asker: iam.IRole): void {
    this.grantGet(asker);
    this.grantWrite(asker, ['PutItem']);
  }

  /** To read what was asked, and write down how far it is. */
  public grantCarryOut(carrier: iam.IRole): void {
    this.grantGet(carrier);
    this.grantWrite(carrier, ['UpdateItem']);
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
