import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';

/**
 * What the functions decide, remember and tell by, and none of it is ever called by AWS in their
 * names: it does not take from queues, write logs, or use keys for other services.
 */
const FROM_INSIDE_ONLY = [
  'dynamodb:*',
  'ec2:*SecurityGroup*',
  'ec2:CreateTags',
  'events:PutEvents',
  'iam:*',
  'kms:GenerateMac',
  'lambda:InvokeFunction',
  's3:PutObject',
  'secretsmanager:GetSecretValue',
  'sns:Publish',
  'sqs:SendMessage',
  'ssm:PutParameter',
  'sts:AssumeRole',
];

/**
 * Denies a function's role what counts, unless the call comes from inside of this function: no
 * other one that is given the role can act in its name. Were it in the role's default policy, the
 * function and the policy would need each other to be deployed first.
 */
export function denyFromOutside(handler: lambda.Function, role: iam.Role): void {
  new iam.Policy(handler, 'FromInsideOnly', {
    roles: [role],
    statements: [
      new iam.PolicyStatement({
        sid: 'FromInsideOnly',
        effect: iam.Effect.DENY,
        actions: FROM_INSIDE_ONLY,
        resources: ['*'],
        // It is met as well where a call comes from no function at all. AWS does not say whether
        // the key names a version.
        conditions: {
          ArnNotEquals: {
            'lambda:SourceFunctionArn': [handler.functionArn, `${handler.functionArn}:*`],
          },
        },
      }),
    ],
  });
}
