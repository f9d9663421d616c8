import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { GuardedTable } from '../../shared/constructs/guarded-table';
import { COVERAGE_KEY } from '../contracts/coverage-items';

/** Holds what the hub knows of its members. */
export class CoverageTable extends GuardedTable {
  constructor(scope: Construct, id: string) {
    super(scope, id, { content: 'What is covered', key: COVERAGE_KEY });
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

  /** For who hears of places. */
  public grantSightings(role: iam.IRole): void {
    this.grantWrite(role, ['UpdateItem']);
    this.grantKeyToRead(role);
  }

  /** For a look at one member. */
  public grantLook(role: iam.IRole): void {
    this.grantWrite(role, ['UpdateItem']);
    this.grantKeyToRead(role);
  }

  /** For who has to know the members. */
  public grantDirectory(role: iam.IRole): void {
    iam.Grant.addToPrincipal({
      grantee: role,
      actions: ['dynamodb:Query'],
      resourceArns: [this.table.tableArn],
    });
    this.grantKeyToRead(role);
  }
}
