import { RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { settingsFor } from '../../../shared/constructs/applied-settings';

/** The key that decisions are proved by. Who makes its MAC decides. */
export class DecisionKey {
  public readonly key: kms.Key;

  constructor(workflow: Construct) {
    this.key = new kms.Key(workflow, 'DecisionKey', {
      keySpec: kms.KeySpec.HMAC_256,
      keyUsage: kms.KeyUsage.GENERATE_VERIFY_MAC,
      description: `Proves decisions of ${workflow.node.path}`,
      removalPolicy: settingsFor(workflow).removalPolicy ?? RemovalPolicy.RETAIN,
    });
  }

  /** No other role can then make the MAC, whatever rights it has in the account. */
  public letOnlyDecide(role: iam.IRole): void {
    iam.Grant.addToPrincipal({
      grantee: role,
      actions: ['kms:GenerateMac'],
      resourceArns: [this.key.keyArn],
    });
    this.key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'WorkflowOnly',
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions: ['kms:GenerateMac'],
        resources: ['*'],
        conditions: { StringNotEquals: { 'aws:PrincipalArn': role.roleArn } },
      }),
    );
  }
}
