import { type Acknowledgment, Validations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

/**
 * Acknowledges findings of cdk-nag whose ids hold an ARN. `Validations.acknowledge` takes the `::` in an ARN without a Region
 * for a delimiter and refuses it, so they are written where it would write them.
 */
export function acknowledgeArnFindings(scope: Construct, ...findings: Acknowledgment[]): void {
  scope.node.addMetadata(Validations.ACKNOWLEDGED_RULES_METADATA_KEY, Object.fromEntries(findings.map(({ id, reason }) => [id, reason])));
}
