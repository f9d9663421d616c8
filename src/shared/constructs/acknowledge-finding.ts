import { Stack, Validations } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * Acknowledges that a policy of the role allows a resource with a wildcard in its ARN.
 * `Validations.acknowledge` takes the `::` in an ARN without a Region for a delimiter and refuses
 * it, so it is written where it would write it.
 */
export function acknowledgeWildcard(role: Construct, arn: string, reason: string): void {
  const id = `AwsSolutions-IAM5[Resource::${arnText(Stack.of(role).resolve(arn))}]`;
  role.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, { [id]: reason });
}

/** Acknowledges that a role uses the keys of what it writes. */
export function acknowledgeKeyUse(role: iam.IRole): void {
  Validations.of(role).acknowledge(
    {
      id: 'AwsSolutions-IAM5[Action::kms:GenerateDataKey*]',
      reason:
        'Publishing to an encrypted topic, and writing to an encrypted table, with their keys alone.',
    },
    {
      id: 'AwsSolutions-IAM5[Action::kms:ReEncrypt*]',
      reason: 'Writing to an encrypted table, with its key alone.',
    },
  );
}

/** As cdk-nag names a resource that holds references. */
function arnText(
  resolved: string | { 'Fn::Join': [string, (string | { Ref: string })[]] },
): string {
  if (typeof resolved === 'string') return resolved;
  return resolved['Fn::Join'][1]
    .map((part) => (typeof part === 'string' ? part : `<${part.Ref}>`))
    .join('');
}
