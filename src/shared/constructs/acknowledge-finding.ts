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

/** The packs of cdk-nag for regulated companies, as they begin the ids of their rules. */
const REGULATED_PACKS = ['HIPAA.Security', 'NIST.800.53.R5', 'PCI.DSS.321'];

/** Acknowledges a rule that several packs for regulated companies have, for all below. */
export function acknowledgeInPacks(scope: Construct, rule: string, reason: string): void {
  Validations.of(scope).acknowledge(
    ...REGULATED_PACKS.map((pack) => ({ id: `${pack}-${rule}`, reason })),
  );
}

/** As cdk-nag names a resource that holds references. */
function arnText(resolved: ResolvedArn): string {
  if (typeof resolved === 'string') return resolved;
  if ('Fn::Sub' in resolved) return resolved['Fn::Sub'].replace(/\$\{([^}]+)\}/g, '<$1>');
  return resolved['Fn::Join'][1]
    .map((part) => {
      if (typeof part === 'string') return part;
      return 'Ref' in part ? `<${part.Ref}>` : `<${part['Fn::GetAtt'].join('.')}>`;
    })
    .join('');
}

type ResolvedArn =
  string | { readonly 'Fn::Sub': string } | { readonly 'Fn::Join': [string, ArnPart[]] };
type ArnPart = string | { readonly Ref: string } | { readonly 'Fn::GetAtt': [string, string] };
