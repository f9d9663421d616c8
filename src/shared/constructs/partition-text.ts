import { Stack, Token } from 'aws-cdk-lib';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import type { Construct } from 'constructs';

/** The partition of a stack, for a statement that people copy: it goes by the Region. */
export function partitionText(scope: Construct): string {
  const { partition, region } = Stack.of(scope);
  if (!Token.isUnresolved(partition)) return partition;
  const known = Token.isUnresolved(region) ? undefined : RegionInfo.get(region).partition;
  return known ?? '<the partition of this stack>';
}
