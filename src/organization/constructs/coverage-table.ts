import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { GuardedTable } from '../../shared/constructs/guarded-table';
import { onlyValues } from '../../shared/constructs/only-values';
import {
  ACCOUNTS_PARTITION,
  ASKED_PARTITION,
  COVERAGE_KEY,
  PLACE_PREFIX,
} from '../contracts/coverage-items';

/** Holds what the hub knows of its members. */
export class CoverageTable extends GuardedTable {
  constructor(scope: Construct, id: string) {
    super(scope, id, { key: COVERAGE_KEY });
  }

  /** For a run, which goes over all of it. */
  public grantRun(role: iam.IRole): void {
    iam.Grant.addToPrincipal({
      grantee: role,
      actions: ['dynamodb:Scan', 'dynamodb:Query'],
      resourceArns: [this.table.tableArn],
    });
    this.grantKeyToRead(role);
    this.grantWrite(role, ['PutItem', 'DeleteItem']);
  }

  /** For who has to see all that is known of the members. */
  public grantSee(role: iam.IRole): void {
    iam.Grant.addToPrincipal({
      grantee: role,
      actions: ['dynamodb:Scan'],
      resourceArns: [this.table.tableArn],
    });
    this.grantKeyToRead(role);
  }

  /** For a look at one member. */
  public grantLook(role: iam.IRole): void {
    this.grantWrite(role, ['UpdateItem']);
    this.grantKeyToRead(role);
  }

  /** To keep which places are heard of; for functions that get records. */
  public grantSightings(role: iam.IRole): void {
    this.grantWriteBeneath(role, PLACE_PREFIX, ['UpdateItem']);
    this.grantKeyToRead(role);
  }

  /** To remember up to when a store was read. */
  public grantWatermark(role: iam.IRole): void {
    iam.Grant.addToPrincipal({
      grantee: role,
      actions: ['dynamodb:GetItem'],
      resourceArns: [this.table.tableArn],
    });
    this.grantKeyToRead(role);
    this.grantWrite(role, ['UpdateItem']);
  }

  /** To know what a member allows; for functions that act there. */
  public grantLooks(role: iam.IRole): void {
    iam.Grant.addToPrincipal({
      grantee: role,
      actions: ['dynamodb:GetItem'],
      resourceArns: [this.table.tableArn],
      conditions: onlyValues('StringLike', 'dynamodb:LeadingKeys', [`${PLACE_PREFIX}*`]),
    });
  }

  /**
   * To know the accounts, and to ask for their list to be read. Not to write when the hub looked:
   * its silence would be hidden by that.
   */
  public grantDirectory(role: iam.IRole): void {
    iam.Grant.addToPrincipal({
      grantee: role,
      actions: ['dynamodb:Query'],
      resourceArns: [this.table.tableArn],
      conditions: onlyValues('StringEquals', 'dynamodb:LeadingKeys', [ACCOUNTS_PARTITION]),
    });
    this.grantWriteBeneath(role, ASKED_PARTITION, ['PutItem']);
    this.grantKeyToRead(role);
  }
}
