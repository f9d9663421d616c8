import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { GuardedTable } from '../../../shared/constructs/guarded-table';
import { ANSWER_EXPIRY, MEMBER_KEYS_KEY } from '../../contracts/member-keys-items';

/** Holds runs over all accounts of a hub, and what is remembered of the keys of its members. */
export class MemberKeysTable extends GuardedTable {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      key: MEMBER_KEYS_KEY,
      expiry: ANSWER_EXPIRY,
    });
  }

  public grantUse(role: iam.IRole): void {
    iam.Grant.addToPrincipal({
      grantee: role,
      actions: ['dynamodb:GetItem', 'dynamodb:Query'],
      resourceArns: [this.table.tableArn],
    });
    this.grantKeyToRead(role);
    this.grantWrite(role, ['PutItem']);
  }
}
